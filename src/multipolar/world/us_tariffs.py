"""US tariffs: by how much they were raised since 2024, by partner and sector, as they stand on a day.

Dated is the mean increase of each partner. How it spreads over sectors is known once (a snapshot, see
``readers/us_tariffs.py``): on any day the partner's mean is spread as in the snapshot, an assumption. It is good while
the snapshot's own regime lasted (7 August 2025 to 19 February 2026); before and after, steel, aluminium and motor
vehicles carry more, and other goods less, than it says, above all for Canada and Mexico.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from multipolar.base.problems import WorldError
from multipolar.world import groups
from multipolar.world.groups import DATA
from multipolar.world.readers.us_tariffs import DAYS, IN_REST, SECTORS, UNION

KNOWN = date(2026, 7, 23)
"""The day of the figures: what comes into force later was announced by then."""
LAST = date(2026, 9, 21)
"""The last day of the source's daily series."""
# A sector of the source and those of the embedded world it is split into.
SPLIT = {"C302T309": ("C303", "C302_304_309")}


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean increase of a partner's tariffs, in points, from a day on."""

    since: date
    points: float


@dataclass(frozen=True, slots=True)
class Increase:
    """One increase on a day: partner (a country, ``EU27`` or ``ROW``), sectors of the world, points, since when."""

    partner: str
    sectors: tuple[str, ...]
    points: float
    since: date


@cache
def means() -> Mapping[str, tuple[Mean, ...]]:
    """The dated means of each partner, the earliest first."""
    found: dict[str, list[Mean]] = defaultdict(list)
    for row in _rows(DAYS):
        found[row["partner"]].append(Mean(date.fromisoformat(row["from"]), float(row["increase"])))
    return {partner: tuple(each) for partner, each in found.items()}


@cache
def snapshot() -> Mapping[str, Mapping[str, tuple[float, float]]]:
    """By partner and sector of the source: the increase in points, and US imports of 2024 in million USD."""
    found: dict[str, dict[str, tuple[float, float]]] = defaultdict(dict)
    for row in _rows(SECTORS):
        found[row["partner"]][row["sector"]] = float(row["increase"]), float(row["imports"])
    return found


def first_day() -> date:
    """The first day the table knows."""
    return min(each[0].since for each in means().values())


def mean_on(partner: str, day: date) -> Mean:
    """The mean increase of a partner that stands on ``day``. Raises ``WorldError`` for a day outside the table."""
    if not first_day() <= day <= LAST:
        raise WorldError.of(f"{day}: US tariffs are known from {first_day()} to {LAST}.")
    return [mean for mean in means()[partner] if mean.since <= day][-1]


def snapshot_mean(partner: str) -> float:
    """The mean of the snapshot, weighted by US imports of 2024."""
    cells = snapshot()[partner].values()
    return sum(points * imports for points, imports in cells) / sum(imports for _, imports in cells)


def in_force(day: date, width: float = 0.5) -> tuple[Increase, ...]:
    """All increases that stand on ``day``.

    Sectors of a partner whose increases lie within ``width`` points of each other share one: their mean weighted by US
    imports of 2024, so that the partner's mean is kept. Raises ``WorldError`` for a day outside the table.
    """
    found: list[Increase] = []
    for partner in means():
        mean = mean_on(partner, day)
        if mean.points:
            scale = mean.points / snapshot_mean(partner)
            found += _together(partner, mean.since, scale, width)
    return tuple(found)


def without_rates(countries: tuple[str, ...]) -> tuple[str, ...]:
    """Countries, other than the United States, for which the table has no dated rate."""
    held = {*means(), *(code for bloc in UNION.values() for code in groups.expand([bloc], {}))}
    return tuple(code for code in countries if code not in held and code != "USA")


def inside_rest() -> int:
    """How many partners the row of the rest of the world is the mean of."""
    return len(IN_REST)


def _together(partner: str, since: date, scale: float, width: float) -> Iterator[Increase]:
    """Sectors of one partner, the highest increase first, those that lie close together as one."""
    cells = sorted(((points * scale, imports, code) for code, (points, imports) in snapshot()[partner].items()),
                   reverse=True)  # fmt: skip
    while cells:
        near = [cell for cell in cells if cell[0] >= cells[0][0] - width]
        cells = cells[len(near) :]
        weight = sum(imports for _, imports, _ in near)
        points = sum(p * (imports if weight else 1.0) for p, imports, _ in near) / (weight or len(near))
        sectors = tuple(part for code in sorted(code for *_, code in near) for part in SPLIT.get(code, (code,)))
        if points:
            yield Increase(partner, sectors, points, since)


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
