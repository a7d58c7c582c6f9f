"""Currencies in which trade is invoiced, by country and direction (Boz and others 2022).

``data/invoicing.csv``: per cent of value in US dollars, euros, the country's own currency, others and not classified,
in the latest year that is published (1990 to 2019). The own currency is the dollar for the United States and the euro
in the euro area, so ``USD`` or ``EUR`` and ``Home`` overlap there and must not be added. They are by country, not by
corridor: an assumption on every corridor.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array

DATA = Path(__file__).parent / "data"
FLOWS = ("export", "import")
EURO_AREA = (  # of 2019, the last year of the table
    "AUT", "BEL", "CYP", "DEU", "ESP", "EST", "FIN", "FRA", "GRC", "IRL", "ITA", "LTU", "LUX", "LVA", "MLT", "NLD",
    "PRT", "SVK", "SVN",
)  # fmt: skip
CFA_FRANC = ("BEN", "BFA", "CIV", "GNB", "MLI", "NER", "SEN", "TGO")


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


@dataclass(frozen=True, slots=True, eq=False)
class CurrencyMix:
    """Currencies in which countries invoice their exports, rows that sum to 1 with ``apart``.

    ``share`` [country, currency]; ``apart`` [country]: what the table does not tell apart, other and unclassified
    currencies; ``known`` [country]: whether the table has the country at all; ``own`` [country]: its own currency.
    """

    currencies: tuple[str, ...]
    share: Array
    apart: Array
    known: NDArray[np.bool_]
    own: NDArray[np.intp]


def own_currency(iso3: str) -> str:
    """The currency of a country: ``USD``, ``EUR``, ``XOF`` in the franc zone of West Africa, else ``own of XXX``."""
    if iso3 == "USA":
        return "USD"
    return "EUR" if iso3 in EURO_AREA else "XOF" if iso3 in CFA_FRANC else f"own of {iso3}"


def export_mix(countries: Sequence[str]) -> CurrencyMix:
    """The mix of each country's exports; a country without a row is not known, and a missing part is ``apart``."""
    own = [own_currency(code) for code in countries]
    names = tuple(dict.fromkeys(("USD", "EUR", *own)))
    share, table = np.zeros((len(countries), len(names))), invoicing()
    known = np.array([(code, "export") in table for code in countries], dtype=bool)
    for n, code in enumerate(countries):
        if known[n]:
            row = table[code, "export"]
            home = None if own[n] in names[:2] else row.home  # else it is counted as dollar or euro already
            for name, part in (("USD", row.usd), ("EUR", row.eur), (own[n], home)):
                share[n, names.index(name)] += (part or 0.0) / 100.0
    apart = np.where(known, np.maximum(0.0, 1.0 - share.sum(axis=1)), 0.0)
    total = np.where(known, share.sum(axis=1) + apart, 1.0)
    places = np.array([names.index(name) for name in own], dtype=np.intp)
    return CurrencyMix(names, share / total[:, None], apart / total, known, places)


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
