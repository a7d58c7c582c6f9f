"""The table of variables: name, symbol, axes, unit, range, label, definition, source of everything a Result holds."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Variable:
    """One row of ``variables.csv``. ``low`` and ``high`` bound the values where they have bounds."""

    name: str
    symbol: str
    axes: tuple[str, ...]
    unit: str
    low: float | None
    high: float | None
    label_en: str
    definition: str
    source: str


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
        )
        for row in csv.DictReader(text.splitlines())
    }
