"""The part on technology: what learning rests on and leads to (ECONOMICS 1.5), ventures (2), and whose income it is."""

from __future__ import annotations

import numpy as np

from multipolar.base.language import Language
from multipolar.base.problems import shown
from multipolar.base.variables import variables
from multipolar.report import background
from multipolar.report import words as say
from multipolar.report.blocks import Block, Cell, Number, Paragraph, Part, Table
from multipolar.report.figures.world import display_names
from multipolar.report.reading import Reading
from multipolar.results.technology import TechnologyRow, VentureRow

MOST_ID = 40
MOST_NAMED = 6
INCOMES = ("real_gdp", "gni", "welfare", "royalty", "research_spending")


def belongs(reading: Reading) -> bool:
    """Whether the Result has anything to say here."""
    return bool(reading.result.technology or reading.result.ventures)


def part(reading: Reading, words: Language) -> Part:
    """Learners and partners, research, ventures, and GDP, national income and real income apart."""
    result = reading.result
    shared = [row for row in result.technology if not row.researches]
    own = [row for row in result.technology if row.researches]
    blocks: list[Block] = []
    if result.technology:
        blocks.append(Paragraph(words.text("technology-intro")))
    if shared:
        blocks.append(_shared(reading, words, shared))
    if own:
        blocks.append(_research(reading, words, own))
    if result.ventures:
        blocks += [Paragraph(words.text("ventures-intro")), _ventures(reading, words)]
    blocks += [Paragraph(words.text("national-intro")), _incomes(reading, words)]
    return Part("technology", words.text("technology"), tuple(blocks))


def _shared(reading: Reading, words: Language, rows: list[TechnologyRow]) -> Table:
    keys = ("col-measure", "col-economy", "col-sector", "col-gap", "col-diffusion", "col-partner-weight", "col-gain",
            "col-half-life", "col-ten-years")  # fmt: skip
    lines: list[tuple[Cell, ...]] = []
    for row in rows:
        cells = (_number(words, row.gap, 2), _number(words, row.diffusion, 2), _share(words, row.partner_weight, 1),
                 _number(words, row.gain, 2), *_pace(words, row))  # fmt: skip
        lines.append((*_of_whom(reading, row), *cells, *_productivity(reading, words, row)))
    return _table(reading, words, "technology-caption", keys, lines)


def _research(reading: Reading, words: Language, rows: list[TechnologyRow]) -> Table:
    keys = ("col-measure", "col-economy", "col-sector", "col-own-ideas", "col-research-alone", "col-half-life",
            "col-ten-years")  # fmt: skip
    lines: list[tuple[Cell, ...]] = []
    for row in rows:
        cells = (_share(words, row.own_weight, 1), _number(words, row.research_alone, 3), *_pace(words, row))
        lines.append((*_of_whom(reading, row), *cells, *_productivity(reading, words, row)))
    return _table(reading, words, "research-caption", keys, lines)


def _table(
    reading: Reading, words: Language, caption: str, keys: tuple[str, ...], rows: list[tuple[Cell, ...]]
) -> Table:
    heads = [words.text(key) for key in keys]
    if _has_ends(reading):
        heads += [words.text("col-by-year", year=str(reading.result.years[-1])), words.text("col-long-run")]
    numeric = (False, False, False, *(True for _ in heads[3:]))
    title = background.in_branch(reading, words, words.text(caption), reading.case)
    return Table(title, tuple(heads), tuple(rows), numeric, folded=True, stacked=True)


def _has_ends(reading: Reading) -> bool:
    return {"productivity", "productivity_long_run"} <= set(reading.result.central)


def _of_whom(reading: Reading, row: TechnologyRow) -> tuple[str, str, str]:
    result = reading.result
    return shown(row.measure, MOST_ID), display_names(reading)[result.countries.index(row.country)], row.sector


def _pace(words: Language, row: TechnologyRow) -> tuple[Number, Number]:
    return _number(words, row.half_life, 0), _share(words, row.reached, 0)


def _productivity(reading: Reading, words: Language, row: TechnologyRow) -> tuple[Number, ...]:
    """What knowledge does to productivity there, with all that is in force beside the measure: by the last year, and
    where it would end."""
    if not _has_ends(reading):
        return ()
    result = reading.result
    at = _case_of(reading, row.measure), result.countries.index(row.country), result.world.sectors.index(row.sector)
    return tuple(
        Number(words.percent(float(result.central[name][at]), 2, signed=True))
        for name in ("productivity", "productivity_long_run")
    )


def _case_of(reading: Reading, measure: str) -> int:
    """The leading case, or for a measure of another branch alone the case of that branch."""
    branches = [card.branch for card in reading.result.scenario.measures if card.id == measure]
    if not branches or "" in branches or reading.label(reading.case).branch in branches:
        return reading.case
    return next((k for k in reading.cases if reading.label(k).branch in branches), reading.case)


def _ventures(reading: Reading, words: Language) -> Table:
    """Every venture of every case."""
    keys = ("col-case", "col-host", "col-sector", "col-investor", "col-venture-share", "col-venture-output",
            "col-royalty", "col-venture-cost", "col-venture-weight", "col-venture-still")  # fmt: skip
    rows = tuple(_venture(reading, words, row) for row in reading.result.ventures)
    numeric = (False, False, False, False, *(True for _ in keys[4:]))
    heads = tuple(words.text(key) for key in keys)
    return Table(words.text("ventures-caption"), heads, rows, numeric, folded=True, stacked=True)


def _venture(reading: Reading, words: Language, row: VentureRow) -> tuple[Cell, ...]:
    result, names = reading.result, display_names(reading)
    host, investor = (names[result.countries.index(code)] for code in (row.host, row.investor))
    return (
        shown(result.cases[row.case].text, MOST_ID), host, row.sector, investor, _share(words, row.share, 2),
        _number(words, row.output, 0), _number(words, row.royalty, 1),
        Number(words.percent(row.cost, 2, signed=True)), _number(words, row.weight, 4),
        _share(words, row.still_share, 2),
    )  # fmt: skip


def _incomes(reading: Reading, words: Language) -> Table:
    """GDP, national income and real income of the economies named, and what stands between them."""
    result, names = reading.result, display_names(reading)
    held = [name for name in INCOMES if name in result.central]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (names[n], *(_ranged(reading, words, name, n) for name in held)) for n in _economies(reading)
    )
    heads = [words.text("col-economy")]
    heads += [words.text("label-unit", label=variables()[name].label_en, unit=variables()[name].unit) for name in held]
    caption = background.in_branch(reading, words, words.text("national-caption"), reading.case)
    return Table(caption, tuple(heads), rows, (False, *(True for _ in held)), stacked=True)


def _economies(reading: Reading) -> list[int]:
    result = reading.result
    named = reading.named if len(reading.named) <= MOST_NAMED else ()
    paid = [result.countries.index(code) for row in result.ventures for code in (row.host, row.investor)]
    wanted = [reading.subject, reading.companion, *named, *paid]
    return list(dict.fromkeys(n for n in wanted if n is not None))


def _ranged(reading: Reading, words: Language, name: str, n: int) -> Number:
    result, case = reading.result, reading.case
    value = float(result.median(name)[case, n])
    low, high = (float(each[case, n]) for each in result.interval(name))
    decimals = 1 if variables()[name].unit == "million USD" else say.decimals_of([value, low, high])
    return Number(words.number(value, decimals, signed=True), background.under(words, low, high, decimals))


def _number(words: Language, value: float, decimals: int) -> Number:
    return Number(words.number(value, decimals) if np.isfinite(value) else words.text("none-here"))


def _share(words: Language, value: float, decimals: int) -> Number:
    return Number(words.percent(100.0 * value, decimals) if np.isfinite(value) else words.text("none-here"))
