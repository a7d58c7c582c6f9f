"""The part on indices: poles, polarisation, dependence, leadership, gaps; jobs and CO2 of production (ECONOMICS 7)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from multipolar.base.language import Language, Text, language
from multipolar.base.problems import shown
from multipolar.base.variables import variables
from multipolar.report import background, graded, plainly, without_work
from multipolar.report import words as say
from multipolar.report.blocks import Block, Cell, Number, Paragraph, Part, Plainly, Statements, Table
from multipolar.report.figures.world import display_names
from multipolar.report.reading import LEVEL, Reading
from multipolar.results.result import Index
from multipolar.results.technology import DependenceFlow
from multipolar.world import groups

OF_THE_WORLD = (
    "poles", "polarisation", "leadership_share", "currency", "dollar_share", "gap", "gap_between", "gap_within",
)  # fmt: skip
OF_COUNTRIES = ("dependence", "dependence_high_tech", "chokepoint", "idea_share")
OF_SUBJECT, BY_SECTOR = ("co2", "co2_intensity"), ("leadership", "jobs")
EACH_END, LONGEST = 3, 700
DECIMALS_OF_JOBS = 2


def part(reading: Reading, words: Language) -> Part:
    """Indices of the leading case: baseline, scenario, change with its range, and the change in average years."""
    case = reading.case
    blocks: list[Block] = [Paragraph(words.text("indices-intro")), _table(reading, words, case),
                           _in_words(reading, words, case)]  # fmt: skip
    flows = [row for row in reading.result.dependence_flows if row.case == case]
    if flows:
        blocks.append(_flows(reading, words, flows))
    if "jobs" in reading.result.indices:
        blocks += [Paragraph(words.text("jobs-intro")), _jobs(reading, words, case)]
    if not reading.result.years:
        blocks += without_work.blocks(reading, words)
    if "co2" in reading.result.indices:
        blocks += [Paragraph(words.text("co2-scope")), _emissions(reading, words, case)]
    missing = reading.result.missing
    if missing:
        rows = tuple((words.text("without-article", name=_label(name)), (Text(shown(why, LONGEST)),))
                     for name, why in missing.items())  # fmt: skip
        blocks.append(Statements(rows, shown=4))
    return Part("indices", words.text("indices"), tuple(blocks))


def _label(name: str) -> str:
    return variables()[name].label_en if name in variables() else shown(name, 60)


def _with_unit(name: str) -> str:
    return f"{variables()[name].label_en} ({variables()[name].unit})"


def _table(reading: Reading, words: Language, case: int) -> Table:
    names, blocs = display_names(reading), list(reading.result.blocs)
    rows = []
    for name, n, b, index, at in _shown(reading):
        of = "" if n is None or b is None else f": {names[n]}, {shown(blocs[b], 40)}"
        rows.append(_row(words, f"{_with_unit(name)}{of}", index, case, at))
    keys = ("col-index", "col-base", "col-scenario", "col-difference", "col-usual", "col-evidence")
    caption = background.in_branch(reading, words, words.text("indices-caption", **_when(reading, words)), case)
    heads = tuple(words.text(key) for key in keys)
    return Table(caption, heads, tuple(rows), (False, True, True, True, True, False), stacked=True)


def _flows(reading: Reading, words: Language, rows: list[DependenceFlow]) -> Table:
    """The flows that moved dependence most, in points of a hundred."""
    result, names = reading.result, display_names(reading)
    at = {code: names[n] for n, code in enumerate(result.countries)}
    lines: list[tuple[Cell, ...]] = []
    for row in rows:
        effect, whole = 100.0 * row.effect, 100.0 * row.whole
        lines.append((at[row.country], shown(row.bloc, 40), at[row.origin], at[row.destination], row.sector,
                      Number(words.number(effect, plainly.decimals_of(abs(effect)), signed=True)),
                      Number(words.number(whole, plainly.decimals_of(abs(whole)), signed=True))))  # fmt: skip
    keys = ("col-economy", "col-bloc", "col-from", "col-to", "col-sector", "col-moved", "col-moved-whole")
    caption = background.in_branch(reading, words, words.text("flows-caption"), rows[0].case)
    numeric = (False, False, False, False, False, True, True)
    return Table(caption, tuple(words.text(key) for key in keys), tuple(lines), numeric, folded=True, stacked=True)


def _shown(reading: Reading) -> Iterator[tuple[str, int | None, int | None, Index, tuple[int, ...]]]:
    """The indices of the world, then those of blocs for the economies that are named: name, economy, bloc, where."""
    result = reading.result
    for name in OF_THE_WORLD:
        if name in result.indices:
            yield name, None, None, result.indices[name], ()
    named = reading.named if len(reading.named) <= 2 * EACH_END else (reading.subject,)
    for name in OF_COUNTRIES:
        if name in result.indices:
            for n in named:
                for b, bloc in enumerate(result.blocs):
                    asked = np.isfinite(result.indices[name].base[b, n])
                    if asked and result.countries[n] not in result.blocs[bloc]:
                        yield name, n, b, result.indices[name], (b, n)


def _row(words: Language, label: str, index: Index, case: int, at: tuple[int, ...]) -> tuple[Cell, ...]:
    told = plainly.numbers(index, case, at)
    decimals = told.decimals
    in_years = words.number(told.in_years, plainly.decimals_of(abs(told.in_years)), signed=True)
    return (
        label,
        Number(words.number(told.base, max(3, decimals))),
        Number(words.number(told.value, max(3, decimals))),
        Number(
            words.number(told.change, decimals, signed=True), background.under(words, told.low, told.high, decimals)
        ),
        Number(in_years if np.isfinite(told.in_years) else words.text("no-yardstick")),
        graded.grade_word(words, None if index.grade is None else index.grade[at]),
    )  # fmt: skip


def _in_words(reading: Reading, words: Language, case: int) -> Plainly:
    """Every index as a sentence, in the language of the page and in Arabic; of the economies named only the subject."""
    arabic, held = language("ar", whole=False), reading.result.indices
    wanted = [each for each in _shown(reading) if each[1] in (None, reading.subject)]
    wanted += [(name, reading.subject, None, held[name], (reading.subject,)) for name in OF_SUBJECT if name in held]
    rows = []
    for name, n, b, index, at in wanted:
        told = plainly.numbers(index, case, at)
        (label, texts), (other, others) = (
            (_named_index(reading, each, name, n, b), plainly.texts(each, name, told)) for each in (words, arabic)
        )
        rows.append((label, texts, other, others))
    for name in BY_SECTOR:
        if name in held:
            (label, texts), (other, others) = (
                (Text(plainly.label(each, name)), plainly.texts(each, name)) for each in (words, arabic)
            )
            rows.append((label, texts, other, others))
    return Plainly(words.text("index-words"), tuple(rows), arabic.code, arabic.direction)


def _named_index(reading: Reading, words: Language, name: str, n: int | None, b: int | None) -> Text:
    """The label of an index, with the economy and the bloc it is of."""
    label = Text(plainly.label(words, name))
    if n is None:
        return label
    known = groups.countries().get(reading.result.countries[n]) if words.code == "ar" else None
    country = display_names(reading)[n] if known is None else known.name_ar
    if b is None:
        return words.text("index-for", index=label, country=country)
    return words.text("index-of", index=label, country=country, bloc=shown(list(reading.result.blocs)[b], 40))


def _jobs(reading: Reading, words: Language, case: int) -> Table:
    """For the economies named the total, then the sectors that gain and lose most jobs, each with its evidence."""
    result, index, names = reading.result, reading.result.indices["jobs"], display_names(reading)
    low, middle, high = (each[case] for each in index.interval())
    changes = np.where(np.isfinite(middle), middle, index.change[case])
    rows: list[tuple[Cell, ...]] = []
    for n in _named(reading):
        change = changes[n]
        if not np.isfinite(change).all():
            continue
        rows += _total_jobs(reading, words, case, n)
        order = np.argsort(change, kind="stable")
        for s in [*order[::-1][:EACH_END], *order[:EACH_END][::-1]]:
            ends = float(low[n, s]), float(high[n, s])
            rows.append((names[n], result.world.sectors[s], Number(words.number(float(index.base[n, s]), 0)),
                         _moved_jobs(words, float(change[s]), ends),
                         graded.grade_word(words, None if index.grade is None else index.grade[n, s])))  # fmt: skip
    keys = ("col-economy", "col-sector", "col-jobs", "col-jobs-change", "col-evidence")
    caption = background.in_branch(reading, words, words.text("jobs-caption", **_when(reading, words)), case)
    heads = tuple(words.text(key) for key in keys)
    return Table(caption, heads, tuple(rows), (False, False, True, True, False), folded=True, stacked=True)


def _total_jobs(reading: Reading, words: Language, case: int, n: int) -> list[tuple[Cell, ...]]:
    """The total of an economy where it is known as such; its change is the sum over sectors, draw by draw."""
    index, total = reading.result.indices["jobs"], reading.result.evidence.totals.get("employment")
    if total is None or not np.isfinite(total.values[n]):
        return []
    change, ends = float(index.change[case, n].sum()), (float("nan"), float("nan"))
    drawn = None if index.drawn is None else index.drawn[case, :, n].sum(axis=-1)
    if drawn is not None and np.isfinite(drawn).any():
        first, change, last = (float(q) for q in np.nanquantile(drawn, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2]))
        ends = first, last
    return [(display_names(reading)[n], words.text("jobs-total"), Number(words.number(float(total.values[n]), 0)),
             _moved_jobs(words, change, ends), graded.grade_word(words, total.grade[n]))]  # fmt: skip


def _moved_jobs(words: Language, change: float, ends: tuple[float, float]) -> Number:
    said = words.number(change, DECIMALS_OF_JOBS, signed=True)
    return Number(said, background.under(words, *ends, DECIMALS_OF_JOBS))


def _emissions(reading: Reading, words: Language, case: int) -> Table:
    names, index = display_names(reading), reading.result.indices["co2"]
    per = reading.result.indices.get("co2_intensity")
    low, middle, high = (each[case] for each in index.interval())
    change = np.where(np.isfinite(middle), middle, index.change[case])
    rows: list[tuple[Cell, ...]] = []
    for n in _named(reading):
        decimals = plainly.decimals_of(abs(float(change[n])))
        moved = Number(words.number(float(change[n]), decimals, signed=True),
                       background.under(words, float(low[n]), float(high[n]), decimals))  # fmt: skip
        intensity = _intensity(words, per, case, n)
        known = Number(words.number(float(index.base[n]), 1), graded.grade_word(words, _known_co2(reading, n)))
        evidence = graded.grade_word(words, None if index.grade is None else index.grade[n])
        rows.append((names[n], known, moved, intensity, evidence))
    keys = ("col-economy", "col-co2", "col-co2-change", "col-co2-gdp", "col-evidence-change")
    caption = background.in_branch(reading, words, words.text("co2-caption", **_when(reading, words)), case)
    heads = tuple(words.text(key) for key in keys)
    return Table(caption, heads, tuple(rows), (False, True, True, True, False), stacked=True)


def _known_co2(reading: Reading, n: int) -> int | None:
    """The grade of an economy's total of CO2; None where it is not on record."""
    total = reading.result.evidence.totals.get("emissions")
    return None if total is None else int(total.grade[n])


def _intensity(words: Language, per: Index | None, case: int, n: int) -> Number:
    """Emissions per unit of real GDP: change in per cent with its range."""
    if per is None or not np.isfinite(per.change[case, n]):
        return Number(words.text("no-number"))
    low, middle, high = (100.0 * float(each[case, n]) for each in per.interval())
    held = middle if np.isfinite(middle) else 100.0 * float(per.change[case, n])
    return Number(words.percent(held, 3, signed=True), background.under(words, low, high, 3))


def _named(reading: Reading) -> list[int]:
    """The economies named, or the two of the headline where too many are."""
    named = reading.named if len(reading.named) <= 2 * EACH_END else ()
    wanted = [reading.subject, reading.companion, *named]
    return list(dict.fromkeys(each for each in wanted if each is not None))


def _when(reading: Reading, words: Language) -> dict[str, Text]:
    """The year of the reference, and whether ranges stand in the table."""
    ranges = words.text("with-ranges" if reading.drawn else "without-ranges")
    return {"year": Text(say.year(reading, words)), "ranges": ranges}


