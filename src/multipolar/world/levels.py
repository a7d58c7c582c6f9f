"""At which level jobs and CO2 are known: below it they are estimates and are shown only when marked as such.

Per country the sectors fall into groups whose sums are known; what is inside a group of several sectors is estimated.
Jobs of the embedded world: industries of WIOD (USA, AUS), 12 sectors of ETD (33 economies), agriculture and the rest
(45), or the total alone (rest of the world), by ``employment_known`` of ``countries.csv``. CO2: power (D) and the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from multipolar.base.problems import WorldError
from multipolar.world.evidence import GRADES, graded

if TYPE_CHECKING:
    from multipolar.world.world import World

LEVELLED = ("employment", "emissions")
Groups = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Known:
    """A sum over sectors of one country, its unit, its grade, and whether it is at or above the level that is known."""

    value: float
    unit: str
    grade: str
    known: bool


def known_groups(world: World, field: str, country: str) -> Groups:
    """Groups of sectors of a country whose sums are known, in the order of the world.

    A world without levels on record knows each sector, if its field is observed or scaled there, else the total alone.
    Raises ``UnknownLabelError`` for the country, ``WorldError`` naming the field where the world has none.
    """
    from multipolar.world.sources import column

    world.needed(field, f"its level in {country}")
    n = world.axes.country.index(country)
    if _recorded(world, country) and field in LEVELLED and set(world.sectors) == set(column("sectors", "etd")):
        level = column("countries", "employment_known")[country] if field == "employment" else "power and the rest"
        keys = {
            "WIOD industries": column("sectors", "wiod"),
            "ETD sectors": column("sectors", "etd"),
            "agriculture and total": {s: str(s[0] == "A") for s in world.sectors},
            "total": dict.fromkeys(world.sectors, ""),
            "power and the rest": {s: str(s == "D") for s in world.sectors},
        }[level]
    else:
        cells = graded(world).get(field)
        sure = cells is not None and bool((cells[n] <= GRADES.index("scaled")).all())
        keys = {s: s if sure else "" for s in world.sectors}
    members: dict[str, list[str]] = {}
    for sector in world.sectors:
        members.setdefault(keys[sector], []).append(sector)
    return tuple(tuple(group) for group in members.values())


def cell_grades(world: World, field: str) -> NDArray[np.int8]:
    """Grades of single cells [n,s], as ``known_sum`` has them: its own where a sector is known by itself, elsewhere
    *estimated* or worse. Raises ``WorldError`` naming the field where the world has none.
    """
    world.needed(field, "its grade by sector")
    held = graded(world).get(field)
    estimated = GRADES.index("estimated")
    shape = (len(world.countries), len(world.sectors))
    own = np.full(shape, estimated, dtype=np.int8) if held is None else held
    known = np.array([
        [len(group) == 1 for sector in world.sectors for group in groups if sector in group]
        for groups in (known_groups(world, field, country) for country in world.countries)
    ])  # fmt: skip
    found: NDArray[np.int8] = np.where(known, own, np.maximum(own, estimated)).astype(np.int8)
    return found


def known_sum(
    world: World, field: str, country: str, sectors: Iterable[str] | None = None, *, estimated: bool = False
) -> Known:
    """The sum of a field over sectors of a country (None: all), with its grade.

    At or above the level that is known: ``observed`` for the total, the worst grade ``scaled`` or better for groups.
    Below it the sum is ``estimated``, and is given only where ``estimated`` says that it will be marked so. Raises
    ``WorldError`` naming the level otherwise, and where a figure in the sum is missing (totals of the embedded world
    are published as such: they are known even where one of their cells is missing).
    """
    wanted = tuple(world.sectors if sectors is None else sectors)
    n, places = world.axes.country.index(country), world.axes.sector.indices(wanted)
    values = world.needed(field, f"the sum over {len(wanted)} sectors of {country}")[n, places]
    groups = known_groups(world, field, country)
    asked = set(wanted)
    known = all(set(group) <= asked or not asked & set(group) for group in groups)
    whole = len(asked) == len(world.sectors)
    if not known and not estimated:
        level = "its total" if len(groups) == 1 else f"{len(groups)} groups of sectors"
        raise WorldError.of(
            f"{field} of {country} is known for {level}, not for {', '.join(wanted)}: show the group, or mark the "
            "number as estimated"
        )
    gone = np.isnan(values)
    if gone.any() and (gone.all() or not (whole and _recorded(world, country))):
        missing = ", ".join(s for s, missed in zip(wanted, gone, strict=True) if missed)
        raise WorldError.of(f"{field} of {country} is missing for {missing}")
    grade = ("observed" if whole else "scaled") if known else "estimated"
    return Known(float(np.nansum(values)), world.fields[field].unit, grade, known)


def _recorded(world: World, country: str) -> bool:
    """Whether levels are on record: for the countries of the embedded world."""
    from multipolar.world.library import EMBEDDED
    from multipolar.world.sources import column, original

    return original(world.name) == EMBEDDED and country in column("countries", "employment_known")
