"""Each index in plain words, in the language of the page and in Arabic: what it means, how it moved, its scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multipolar.base.language import Language, Text
from multipolar.base.variables import Variable, variables
from multipolar.report.reading import LEVEL
from multipolar.results.result import Index

UNITS = {
    "number": "unit-number",
    "share": "unit-share",
    "%": "unit-percent",
    "index": "unit-index",
    "ratio": "unit-ratio",
    "Mt": "unit-mt",
    "thousand persons": "unit-thousand",
    "million USD": "unit-dollars",
}


@dataclass(frozen=True, slots=True)
class Numbers:
    """One number of an index: ``base``, ``value``, their ``change`` with its range, NaN where no draw holds it, and
    ``in_years``, the change in units of an average year, NaN where there is no yardstick. ``decimals`` of the change.
    """

    base: float
    value: float
    change: float
    low: float
    high: float
    in_years: float
    decimals: int


def numbers(index: Index, case: int, at: tuple[int, ...]) -> Numbers:
    """What is shown of an index; the change is the median of the draws where draws hold it."""
    base, value, change = (float(each[at]) for each in (index.base, index.value[case], index.change[case]))
    low, middle, high = (float(each[case][at]) for each in index.interval())
    change = middle if np.isfinite(middle) else change
    usual = float("nan") if index.usual is None else float(index.usual[at])
    in_years = change / usual if usual > 0 else float("nan")
    return Numbers(base, value, change, low, high, in_years, decimals_of(abs(change)))


def meaning(words: Language, name: str) -> str:
    """What an index measures, as everyday language says it."""
    row = variables()[name]
    return row.plain_ar if words.code == "ar" else row.plain_en


def label(words: Language, name: str) -> str:
    """The name of an index."""
    row = variables()[name]
    return row.label_ar if words.code == "ar" else row.label_en


def texts(words: Language, name: str, told: Numbers | None = None) -> tuple[Text, ...]:
    """All that is said of an index; without numbers what it measures, and its scale."""
    if told is None or not np.isfinite(told.value):
        return Text(meaning(words, name)), scale(words, name)
    return tuple(filter(None, (sentence(words, name, told), in_years(words, told), scale(words, name))))


def sentence(words: Language, name: str, told: Numbers) -> Text:
    """What an index measures, and how it moved."""
    decimals = max(3, told.decimals)
    values = {
        "meaning": Text(meaning(words, name)),
        "base": words.number(told.base, decimals),
        "value": words.number(told.value, decimals),
        "change": words.number(told.change, told.decimals, signed=True),
    }
    if not np.isfinite(told.low):
        return words.text("index-moved-undrawn", **values)
    return words.text(
        "index-moved", **values, level=words.percent(100 * LEVEL, 0),
        low=words.number(told.low, told.decimals), high=words.number(told.high, told.decimals),
    )  # fmt: skip


def in_years(words: Language, told: Numbers) -> Text | None:
    """The change in average years; only a whole number chooses a plural form, a fraction takes the general one."""
    if not np.isfinite(told.in_years):
        return None
    size = abs(told.in_years)
    decimals = decimals_of(size)
    said = words.number(size, decimals)
    return words.text("index-usual", count=round(size) if decimals == 0 else "fraction", number=said)


def scale(words: Language, name: str) -> Text:
    """The unit of an index, and the bounds that it has."""
    row: Variable = variables()[name]
    unit = words.text(UNITS[row.unit])
    low, high = (None if bound is None else words.number(bound, 0) for bound in (row.low, row.high))
    if low is not None and high is not None:
        return words.text("index-between", unit=unit, low=low, high=high)
    if low is not None:
        return words.text("index-from", unit=unit, low=low)
    return words.text("index-unit", unit=unit) if high is None else words.text("index-upto", unit=unit, high=high)


def decimals_of(size: float) -> int:
    """Decimals that show two figures of a number, at most six."""
    if not np.isfinite(size) or size <= 0:
        return 3
    return int(min(6, max(0, 1 - np.floor(np.log10(size)))))
