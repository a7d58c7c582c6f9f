"""The parts of the page, in order; what they say is decided in ``words``, ``captions``, ``beside``, ``background``."""

from __future__ import annotations

from collections.abc import Sequence

from multipolar.base.language import Language, Text
from multipolar.report import attributed, background, beside, captions, graded, measured, technology, years
from multipolar.report import words as say
from multipolar.report.blocks import Block, Cell, Figure, Named, Number, Paragraph, Part, Table
from multipolar.report.figures import world as figures
from multipolar.report.figures.theme import SHAPES
from multipolar.report.reading import Effect, Reading

MOST_COLUMNS = 6


def parts(reading: Reading, words: Language) -> tuple[Part, ...]:
    """Everything under the headline, in the order a reader meets it."""
    made = [beside.part(reading, words), _ranked(reading, words), _economies(reading, words)]
    if reading.branched:
        made.append(_branches(reading, words))
    if "welfare_path" in reading.result.central:
        made.append(years.part(reading, words, _source(reading, words)))
    if technology.belongs(reading):
        made.append(technology.part(reading, words))
    if reading.result.indices:
        made.append(measured.part(reading, words))
    if reading.result.attribution is not None:
        made.append(attributed.part(reading, words, reading.result.attribution))
    made.append(_structural(reading, words))
    made += [
        section(reading, words)
        for section in (
            background.not_computed,
            background.assumptions,
            background.data,
            background.method,
            background.repeat,
        )
    ]
    return tuple(made)


def _ranked(reading: Reading, words: Language) -> Part:
    case, result = reading.case, reading.result
    wide, phone = (figures.ranked(result, words.code, case, phone=phone) for phone in (False, True))
    countries = figures.ranked_countries(reading, case, phone=False)
    figure = Figure(
        key="ranked",
        title=captions.ranked_title(reading, words, case),
        subtitle=captions.ranked_subtitle(reading, words),
        alt=captions.ranked_alt(reading, words, case, countries),
        source=_source(reading, words),
        wide=wide.to_dict(),
        phone=phone.to_dict(),
        twin=_income_table(reading, words, words.text("table-twin"), case, countries),
        shapes=_shapes(reading, words),
        note=words.text("ranked-cut", all=str(len(result.countries))),
        drawn=reading.drawn,
    )
    return Part("ranked", words.text("ranked"), (figure,))


def _branches(reading: Reading, words: Language) -> Part:
    result = reading.result
    wide, phone = (figures.branches(result, words.code, phone=phone) for phone in (False, True))
    countries = figures.branch_countries(reading, phone=False)
    caption = words.text("branches-caption", ranges=_ranges(reading, words))
    twin = _case_table(reading, words, caption, reading.cases, countries)
    figure = Figure(
        key="branches",
        title=captions.branches_title(reading, words),
        subtitle=captions.ranked_subtitle(reading, words, "branches-subtitle"),
        alt=captions.branches_alt(reading, words),
        source=_source(reading, words),
        wide=wide.to_dict(),
        phone=phone.to_dict(),
        twin=twin,
        shapes=_shapes(reading, words),
        drawn=reading.drawn,
    )
    blocks: list[Block] = [figure]
    if reading.variants:
        caption = words.text("variants-caption")
        blocks.append(_case_table(reading, words, caption, reading.variants, countries, folded=True))
    return Part("branches", words.text("branches"), tuple(blocks))


def _economies(reading: Reading, words: Language) -> Part:
    intro = words.text("economies-intro", year=say.year(reading, words), ranges=_ranges(reading, words))
    blocks: list[Block] = [Paragraph(intro), Paragraph(graded.rule(words))]
    for case in reading.cases:
        title = captions.ranked_title(reading, words, case)
        blocks.append(_income_table(reading, words, title, case, reading.order(case), folded=reading.branched))
    return Part("economies", words.text("economies"), tuple(blocks))


def _structural(reading: Reading, words: Language) -> Part:
    result, heading = reading.result, words.text("structural")
    if not result.structural:
        return Part("structural", heading, (Paragraph(words.text("structural-none")),))
    shown = _columns(reading)
    blocks: list[Block] = [Paragraph(words.text("structural-intro"))]
    for case in sorted({row.case for row in result.structural}, key=lambda case: (case != reading.case, case)):
        central = result.central["welfare"][case]
        lines = [(words.text("structural-headline"), central)]
        lines += [(Text(row.label), row.welfare) for row in result.structural if row.case == case]
        decimals = {n: say.decimals_of([float(values[n]) for _, values in lines]) for n in shown}
        rows: tuple[tuple[Cell, ...], ...] = tuple(
            (str(label), *(Number(words.number(float(values[n]), decimals[n], signed=True)) for n in shown))
            for label, values in lines
        )
        branch = _case_name(reading, case)
        caption = words.text("structural-caption")
        caption = words.text("economies-caption", branch=branch, title=caption) if branch else caption
        names = figures.display_names(reading)
        heads = (words.text("col-choice"), *(words.text("without-article", name=names[c]) for c in shown))
        folded = reading.branched and case != reading.case
        blocks.append(Table(caption, heads, rows, (False, *(True for _ in shown)), folded=folded, stacked=True))
    return Part("structural", heading, tuple(blocks))


def _columns(reading: Reading) -> list[int]:
    """The economies of a table that has one a column."""
    named = reading.named if len(reading.named) <= MOST_COLUMNS else ()
    wanted = [reading.subject, reading.companion, *named]
    return list(dict.fromkeys(country for country in wanted if country is not None))[:MOST_COLUMNS]


def _income_table(
    reading: Reading, words: Language, caption: Text, case: int, countries: Sequence[int], folded: bool = False
) -> Table:
    """Economies with real income in per cent and in billions of dollars, each with its range.

    In the case that leads the page the evidence of each stands under its name; it is the same in every case.
    """
    names = figures.display_names(reading)
    blocs = [*figures.shown_blocs(reading), ""]

    def bloc_of(country: int) -> str:
        return blocs[figures.blocs_of(reading, country)]

    def name_of(country: int) -> Cell:
        if case != reading.case:
            return names[country]
        return Named(names[country], background.bare(graded.of_economy(reading, words, country)))

    effects = [reading.effect(case, country) for country in countries]
    dollars = [say.in_billions(reading.in_dollars(case, country)) for country in countries]
    some = any(map(bloc_of, countries))  # no column without a word in it, where no bloc is declared
    rows = tuple(
        (name_of(country), *([bloc_of(country)] if some else []), in_per_cent, in_dollars)
        for country, in_per_cent, in_dollars in zip(
            countries,
            _numbers(words, effects, say.column_decimals(effects)),
            _numbers(words, dollars, say.column_decimals(dollars)),
            strict=True,
        )
    )
    keys = ("col-economy", *(["col-bloc"] if some else []), "col-change", "col-dollars")
    numeric = (False, *([False] if some else []), True, True)
    return Table(caption, tuple(words.text(key) for key in keys), rows, numeric, folded=folded)


def _case_table(
    reading: Reading,
    words: Language,
    caption: Text,
    cases: Sequence[int],
    countries: Sequence[int],
    folded: bool = False,
) -> Table:
    """Economies down, cases across."""
    names = figures.display_names(reading)
    heads = (
        words.text("col-economy"),
        *(words.text("without-article", name=_case_name(reading, case)) for case in cases),
    )
    effects = [[reading.effect(case, country) for country in countries] for case in cases]
    decimals = say.column_decimals([effect for column in effects for effect in column])
    columns = [_numbers(words, column, decimals) for column in effects]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (names[country], *(column[place] for column in columns)) for place, country in enumerate(countries)
    )
    return Table(caption, heads, rows, (False, *(True for _ in cases)), folded=folded, stacked=True)


def _case_name(reading: Reading, case: int) -> str:
    label = reading.label(case)
    return " / ".join(filter(None, (say.branch_name(label.branch), label.variant)))


def _numbers(words: Language, effects: Sequence[Effect], decimals: int) -> list[Number]:
    """A column of numbers with their ranges, all with the same decimals."""
    column = []
    for effect in effects:
        under = ""
        if effect.solved and effect.drawn:
            under = background.under(words, effect.low, effect.high, decimals)
        value = words.number(effect.value, decimals, signed=True) if effect.solved else words.text("no-number")
        column.append(Number(value, under))
    return column


def _ranges(reading: Reading, words: Language) -> Text:
    return words.text("with-ranges" if reading.drawn else "without-ranges")


def _shapes(reading: Reading, words: Language) -> tuple[tuple[str, str], ...]:
    """Which mark stands for which bloc, as far as the scenario has blocs."""
    blocs = figures.shown_blocs(reading)
    if not blocs:
        return ()
    return (*zip(SHAPES, blocs, strict=False), (SHAPES[-1], words.text("key-other")))


def _source(reading: Reading, words: Language) -> Text:
    known = background.known_sources(reading.result.world.sources)
    return captions.source_line(reading, words, [entry.title for entry in known[:1]])
