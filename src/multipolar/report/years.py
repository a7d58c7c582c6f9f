"""The part on years: real income along the path."""

from __future__ import annotations

from multipolar.base.language import Language, Text
from multipolar.report import background, without_work
from multipolar.report import words as say
from multipolar.report.blocks import Cell, Figure, Number, Part, Table
from multipolar.report.figures import years as figures
from multipolar.report.figures.world import display_names
from multipolar.report.reading import Effect, Reading


def part(reading: Reading, words: Language, source: Text) -> Part:
    """The part of the page; only for a Result that has years."""
    result, case = reading.result, reading.case
    wide, phone = (figures.years(result, words.code, case, phone=phone) for phone in (False, True))
    subject = figures.by_year(reading, case, reading.subject)
    who = say.capital(say.inside(reading, words, reading.subject))
    ends = {"first": _signed(words, subject[0]), "last": _signed(words, subject[-1])}
    values = {"who": who, "from": str(result.years[0]), "to": str(result.years[-1]), **ends}
    branch = reading.label(case).branch
    title = words.text("years-title", **values)
    title = words.text("ranked-title-in", title=title, branch=say.branch_name(branch)) if branch else title
    figure = Figure(
        key="years",
        title=title,
        subtitle=words.text("years-subtitle", **figures.subtitle(reading, words)),
        alt=words.text("years-alt", title=title),
        source=source,
        wide=wide.to_dict(),
        phone=phone.to_dict(),
        twin=_twin(reading, words, case),
        note=words.text("years-note"),
        drawn=reading.drawn,
        signed=False,
    )
    return Part("years", words.text("years"), (figure, *without_work.blocks(reading, words)))


def _twin(reading: Reading, words: Language, case: int) -> Table:
    """Years down, economies across."""
    names = display_names(reading)
    countries = figures.year_countries(reading, phone=False)
    columns = [figures.by_year(reading, case, country) for country in countries]
    decimals = say.column_decimals([effect for column in columns for effect in column])
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (str(year), *(_number(words, column[t], decimals) for column in columns))
        for t, year in enumerate(reading.result.years)
    )
    heads = (words.text("col-year"), *(words.text("without-article", name=names[n]) for n in countries))
    return Table(words.text("table-twin"), heads, rows, (False, *(True for _ in countries)), folded=True, stacked=True)


def _number(words: Language, effect: Effect, decimals: int) -> Number:
    under = background.under(words, effect.low, effect.high, decimals) if effect.drawn else ""
    return Number(words.number(effect.value, decimals, signed=True), under)


def _signed(words: Language, effect: Effect) -> str:
    return words.percent(effect.value, say.decimals_for(effect), signed=True)
