"""Currencies in which trade is invoiced, by country and direction (Boz and others 2022).

``data/invoicing.csv``: per cent of value in US dollars, euros, the country's own currency, others and not classified,
in the latest year that is published (1990 to 2019). The own currency is the dollar for the United States and the euro
in the euro area, so ``USD`` or ``EUR`` and ``Home`` overlap there and must not be added.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
FLOWS = ("export", "import")


@dataclass(frozen=True, slots=True)
class Invoicing:
    """Per cent of a country's exports or imports by currency of invoice in a year; None where it is missing."""

    iso3: str
    flow: str
    year: int
    usd: float | None
    eur: float | None
    home: float | None
    other: float | None
    unclassified: float | None


@cache
def invoicing() -> dict[tuple[str, str], Invoicing]:
    """All rows by country and flow (``export``, ``import``); countries without a row are missing, not 0."""
    with (DATA / "invoicing.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        (row["iso3"], row["flow"]): Invoicing(
            row["iso3"], row["flow"], int(row["year"]),
            *(float(row[name]) if row[name] else None for name in ("usd", "eur", "home", "other", "unclassified")),
        )
        for row in rows
    }  # fmt: skip
