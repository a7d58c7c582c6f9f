"""What each source calls its countries, sectors and kinds of final use: ``world/data/labels.csv``.

Country codes of a source stand beside ISO 3166 codes; ROW is the rest of the world, and the five rests of EXIOBASE
keep their own codes. Where the codes were seen is said at the head of each reader.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

from multipolar.world.library import DATA


@dataclass(frozen=True, slots=True)
class TableLabels:
    """Labels of one source: ``countries`` code -> ISO code, ``sectors`` and ``categories`` of final use in order."""

    countries: dict[str, str]
    sectors: tuple[str, ...]
    categories: tuple[str, ...]


@cache
def table_labels(table: str) -> TableLabels:
    """The labels of a table by its key (``icio2025``, ``wiod2013`` ...)."""
    with (DATA / "labels.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["table"] == table]
    return TableLabels(
        countries={row["code"]: row["label"] for row in rows if row["kind"] == "country"},
        sectors=tuple(row["label"] for row in rows if row["kind"] == "sector"),
        categories=tuple(row["label"] for row in rows if row["kind"] == "final"),
    )
