"""The table of variables: name, symbol, axes, unit, range, label, definition, source of everything a Result holds."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Variable:
    """One row of ``variables.csv``. ``low`` and ``high`` bound the values where they have bounds; ``plain_en`` and
    ``plain_ar`` say in everyday words what an index measures, for all others they are empty."""

    name: str
    symbol: str
    axes: tuple[str, ...]
    unit: str
    low: float | None
    high: float | None
    label_en: str
    definition: str
    source: str
    label_ar: str
    plain_en: str
    plain_ar: str


@cache
def variables() -> dict[str, Variable]:
    """All rows of the table, by name."""
    text = files("multipolar.base").joinpath("variables.csv").read_text(encoding="utf-8")
    return {
        row["name"]: Variable(
            name=row["name"],
            symbol=row["symbol"],
            axes=tuple(row["axes"].split()),
            unit=row["unit"],
            low=float(row["low"]) if row["low"] else None,
            high=float(row["high"]) if row["high"] else None,
            label_en=row["label_en"],
            definition=row["definition"],
            source=row["source"],
            label_ar=row["label_ar"],
            plain_en=row["plain_en"],
            plain_ar=row["plain_ar"],
        )
        for row in csv.DictReader(text.splitlines())
    }
