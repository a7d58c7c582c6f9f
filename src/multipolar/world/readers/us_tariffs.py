"""Builds the table of US tariff increases since 2024 from the figures of the trade war tracker (M. Waugh).

Two files of ``us_tariffs_2024_2026`` are read. ``country-by-time.csv``: the mean increase by partner, weighted by US
imports of 2024, on every day on which a rate changed: **dated**. ``us_tariff_by_country_icio27.csv``: the increase by
partner and sector, once: a **snapshot** without a date of its own (it agrees with the means of 7 August 2025).

Partners are countries of the embedded world, ``EU27``, and ``ROW``: the mean, weighted by imports, of the partners
that the embedded world does not hold (some 70 % of US imports from there). The row of Slovakia is left out: it is a
member of the Union, and its own rates are those of before the Union's agreement.
"""

from __future__ import annotations

import csv
import logging
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from multipolar.base.problems import WorldError
from multipolar.world import groups
from multipolar.world.library import DATA

FOLDER = "us_tariffs_2024_2026"
DAYS, SECTORS = "us_tariffs_days.csv", "us_tariffs_sectors.csv"
UNION = {"EUROPEAN UNION": "EU27"}
SPELLED = {"KOREA, SOUTH": "KOR"}
LEFT_OUT = ("SLOVAKIA",)
REST = "ROW"
# Partners that the embedded world holds inside the rest of the world.
IN_REST = ("ALGERIA", "DOMINICAN REPUBLIC", "ECUADOR", "EL SALVADOR", "GUATEMALA", "HONDURAS", "IRAQ", "KUWAIT",
           "NICARAGUA", "SRI LANKA", "TRINIDAD AND TOBAGO", "VENEZUELA")  # fmt: skip

log = logging.getLogger(__name__)
Row = tuple[str, ...]


def build(data: Path) -> tuple[list[Row], list[Row]]:
    """Rows of the two tables, heads included, from the folder that holds ``us_tariffs_2024_2026``.

    Days: partner, first day, mean increase in points; a row where it changed. Sectors: partner, sector, increase in
    points, US imports of 2024 in million USD. Raises ``WorldError`` for a partner that is no country we know,
    ``OSError`` where a file is missing.
    """
    panel = _rows(data / FOLDER / "country-by-time.csv")
    snapshot = _rows(data / FOLDER / "us_tariff_by_country_icio27.csv")
    unknown = sorted({name for row in panel if (name := row["country_name"]) and _partner(name) is None})
    if unknown:
        raise WorldError.of(f"country-by-time.csv: no country of the table for {', '.join(unknown)}")
    return _days(panel), _sectors(snapshot)


def _days(panel: Iterable[Mapping[str, str]]) -> list[Row]:
    parts: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for row in panel:
        partner = _partner(row["country_name"])
        if partner:
            parts[partner, row["date"]].append((float(row["effective tariff"]), float(row["total imports"])))
    found: list[Row] = [("partner", "from", "increase")]
    last: dict[str, str] = {}
    for (partner, day), amounts in sorted(parts.items()):
        mean = f"{_mean(amounts):.3f}"
        if last.get(partner) != mean:
            found.append((partner, day, mean))
            last[partner] = mean
    return found


def _sectors(snapshot: Iterable[Mapping[str, str]]) -> list[Row]:
    parts: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for row in snapshot:
        partner = _partner(row["CTY_NAME"])
        if partner:
            increase, imports = float(row["tariff_increase_2025_26"]), float(row["imports"])
            parts[partner, row["sector"]].append((100.0 * increase, imports))
    found: list[Row] = [("partner", "sector", "increase", "imports")]
    for (partner, sector), amounts in sorted(parts.items()):
        imports = sum(weight for _, weight in amounts) / 1e6
        found.append((partner, sector, f"{_mean(amounts):.3f}", f"{imports:.3f}"))
    return found


def _mean(amounts: list[tuple[float, float]]) -> float:
    total = sum(weight for _, weight in amounts)
    if total <= 0:
        return sum(value for value, _ in amounts) / len(amounts)
    return sum(value * weight for value, weight in amounts) / total


def _partner(name: str) -> str | None:
    """The code of a partner; "" for one that is left out, None for one we do not know."""
    if name in LEFT_OUT:
        return ""
    if name in IN_REST:
        return REST
    return UNION.get(name) or SPELLED.get(name) or groups.country_code(name)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main() -> None:
    """``python -m multipolar.world.readers.us_tariffs DATA_FOLDER``: writes the package's own two tables."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for name, rows in zip((DAYS, SECTORS), build(Path(sys.argv[1])), strict=True):
        with (DATA / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
        log.info("%s: %d rows", name, len(rows) - 1)


if __name__ == "__main__":
    main()
