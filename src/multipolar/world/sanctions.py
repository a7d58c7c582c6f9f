"""Measures on Russia and by Russia since 2014, dated: what was in force on a day (own compilation).

``data/sanctions.csv``. ``coverage`` is the share of the sector's trade that a measure closes, where a figure is stated;
a figure that is an assumption of ours carries a range. ``how_seen`` says whether a row was seen in a page or stands
from memory.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Sanction:
    """One measure: sender, type, sectors of the embedded world, days, words, coverage with its range and grade."""

    sender: str
    type: str
    sectors: tuple[str, ...]
    start: str
    end: str | None
    what: str
    coverage: float | None
    low: float | None
    high: float | None
    grade: str
    how_seen: str


@cache
def sanctions() -> tuple[Sanction, ...]:
    """All rows, by sender and type as in the table."""
    with (DATA / "sanctions.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Sanction(
                row["sender"], row["type"], tuple(row["sectors"].split()), row["from"], row["until"] or None,
                row["what"], _share(row["coverage"]), _share(row["low"]), _share(row["high"]), row["grade"],
                row["how_seen"],
            )
            for row in csv.DictReader(file)
        )  # fmt: skip


def in_force(day: str) -> tuple[Sanction, ...]:
    """Measures in force on a day (``2024-06-30``)."""
    return tuple(each for each in sanctions() if each.start <= day and (each.end is None or day <= each.end))


def _share(text: str) -> float | None:
    return float(text) if text else None
