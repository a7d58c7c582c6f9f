"""Who is without work where wages are rigid (ECONOMICS 3.4): by year on a path, else by economy."""

from __future__ import annotations

from multipolar.base.language import Language
from multipolar.report import background
from multipolar.report.blocks import Block, Cell, Number, Paragraph, Table
from multipolar.report.figures.world import display_names
from multipolar.report.reading import Reading, most_idle

MOST_ACROSS, MOST_DOWN = 6, 10
DECIMALS = 2


def blocks(reading: Reading, words: Language) -> list[Block]:
    """A sentence and a table of the leading case, the economies with most people without work first; a sentence where
    no wage meets its floor; nothing where wages are free."""
    result, case = reading.result, reading.case
    if "unemployment" not in result.central:
        return []
    name = "unemployment_path" if result.years else "unemployment"
    median = result.median(name)[case]
    low, high = (each[case] for each in result.interval(name))
    chosen = most_idle(median)[: MOST_ACROSS if result.years else MOST_DOWN]
    intro = Paragraph(words.text("idle-intro"))
    if not chosen:
        return [intro, Paragraph(words.text("idle-none"))]
    names = [words.text("without-article", name=display_names(reading)[n]) for n in chosen]
    rows: tuple[tuple[Cell, ...], ...]

    def cell(*at: int) -> Number:
        return _number(words, float(median[at]), float(low[at]), float(high[at]))

    if result.years:
        heads = (words.text("col-year"), *names)
        rows = tuple((str(year), *(cell(t, n) for n in chosen)) for t, year in enumerate(result.years))
    else:
        heads = (words.text("col-economy"), words.text("col-idle"))
        rows = tuple((name, cell(n)) for name, n in zip(names, chosen, strict=True))
    numeric = (False, *(True for _ in heads[1:]))
    return [intro, Table(words.text("idle-caption"), heads, rows, numeric, folded=bool(result.years), stacked=True)]


def _number(words: Language, value: float, low: float, high: float) -> Number:
    return Number(words.number(value, DECIMALS), background.under(words, low, high, DECIMALS))
