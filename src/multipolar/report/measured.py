"""The part on indices: poles, polarisation, dependence, leadership, gaps; jobs and CO2 of production (ECONOMICS 7)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from multipolar.base.language import Language, Text
from multipolar.base.problems import shown
from multipolar.base.variables import variables
from multipolar.report import background, graded, without_work
from multipolar.report import words as say
from multipolar.report.blocks import Block, Cell, Number, Paragraph, Part, Statements, Table
from multipolar.report.figures.world import display_names
from multipolar.report.reading import LEVEL, Reading
from multipolar.results.result import Index
from multipolar.results.technology import DependenceFlow

OF_THE_WORLD = (
    "poles", "polarisation", "leadership_share", "currency", "dollar_share", "gap", "gap_between", "gap_within",
)  # fmt: skip
OF_COUNTRIES = ("dependence", "dependence_high_tech", "chokepoint")
EACH_END, LONGEST = 3, 700
DECIMALS_OF_JOBS = 2


def part(reading: Reading, words: Language) -> Part:
    """Indices of the leading case: baseline, scenario, change with its range, and the change in average years."""
    case = reading.case
    blocks: list[Block] = [Paragraph(words.text("indices-intro")), _table(reading, words, case)]
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
    rows = tuple(_row(words, label, index, case, at) for label, index, at in _shown(reading))
    keys = ("col-index", "col-base", "col-scenario", "col-difference", "col-usual", "col-evidence")
    caption = _in_branch(reading, words, words.text("indices-caption", **_when(reading, words)), case)
    heads = tuple(words.text(key) for key in keys)
    return Table(caption, heads, rows, (False, True, True, True, True, False), stacked=True)


def _flows(reading: Reading, words: Language, rows: list[DependenceFlow]) -> Table:
    """The flows that moved dependence most, in points of a hundred."""
    result, names = reading.result, display_names(reading)
    at = {code: names[n] for n, code in enumerate(result.countries)}
    lines: list[tuple[Cell, ...]] = []
    for row in rows:
        effect, whole = 100.0 * row.effect, 100.0 * row.whole
        lines.append((at[row.country], shown(row.bloc, 40), at[row.origin], at[row.destination], row.sector,
                      Number(words.number(effect, _decimals(abs(effect)), signed=True)),
                      Number(words.number(whole, _decimals(abs(whole)), signed=True))))  # fmt: skip
    keys = ("col-economy", "col-bloc", "col-from", "col-to", "col-sector", "col-moved", "col-moved-whole")
    caption = _in_branch(reading, words, words.text("flows-caption"), rows[0].case)
    numeric = (False, False, False, False, False, True, True)
    return Table(caption, tuple(words.text(key) for key in keys), tuple(lines), numeric, folded=True, stacked=True)


def _shown(reading: Reading) -> Iterator[tuple[str, Index, tuple[int, ...]]]:
    """The indices of the world, then dependence on each bloc of the economies that are named."""
    result = reading.result
    for name in OF_THE_WORLD:
        if name in result.indices:
            yield _with_unit(name), result.indices[name], ()
    named = reading.named if len(reading.named) <= 2 * EACH_END else (reading.subject,)
    names = display_names(reading)
    for name in OF_COUNTRIES:
        if name in result.indices:
            for n in named:
                for b, bloc in enumerate(result.blocs):
                    asked = np.isfinite(result.indices[name].base[b, n])
                    if asked and result.countries[n] not in result.blocs[bloc]:
                        label = f"{_with_unit(name)}: {names[n]}, {shown(bloc, 40)}"
                        yield label, result.indices[name], (b, n)


def _row(words: Language, label: str, index: Index, case: int, at: tuple[int, ...]) -> tuple[Cell, ...]:
    base, value, change = (float(each[at]) for each in (index.base, index.value[case], index.change[case]))
    low, middle, high = (float(each[case][at]) for each in index.interval())
    change = middle if np.isfinite(middle) else change
    decimals = _decimals(abs(change))
    usual = float("nan") if index.usual is None else float(index.usual[at])
    in_years = change / usual if usual > 0 else float("nan")
    told = words.number(in_years, _decimals(abs(in_years)), signed=True)
    return (
        label,
        Number(words.number(base, max(3, decimals))),
        Number(words.number(value, max(3, decimals))),
        Number(words.number(change, decimals, signed=True), _range(words, low, high, decimals)),
        Number(told if np.isfinite(in_years) else words.text("no-yardstick")),
        graded.grade_word(words, None if index.grade is None else index.grade[at]),
    )  # fmt: skip


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
    caption = _in_branch(reading, words, words.text("jobs-caption", **_when(reading, words)), case)
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
    return Number(said, _range(words, *ends, DECIMALS_OF_JOBS))


def _emissions(reading: Reading, words: Language, case: int) -> Table:
    names, index = display_names(reading), reading.result.indices["co2"]
    per = reading.result.indices.get("co2_intensity")
    low, middle, high = (each[case] for each in index.interval())
    change = np.where(np.isfinite(middle), middle, index.change[case])
    rows: list[tuple[Cell, ...]] = []
    for n in _named(reading):
        decimals = _decimals(abs(float(change[n])))
        moved = Number(words.number(float(change[n]), decimals, signed=True),
                       _range(words, float(low[n]), float(high[n]), decimals))  # fmt: skip
        intensity = _intensity(words, per, case, n)
        known = Number(words.number(float(index.base[n]), 1), graded.grade_word(words, _known_co2(reading, n)))
        evidence = graded.grade_word(words, None if index.grade is None else index.grade[n])
        rows.append((names[n], known, moved, intensity, evidence))
    keys = ("col-economy", "col-co2", "col-co2-change", "col-co2-gdp", "col-evidence-change")
    caption = _in_branch(reading, words, words.text("co2-caption", **_when(reading, words)), case)
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
    return Number(words.percent(held, 3, signed=True), _range(words, low, high, 3))


def _named(reading: Reading) -> list[int]:
    """The economies named, or the two of the headline where too many are."""
    named = reading.named if len(reading.named) <= 2 * EACH_END else ()
    wanted = [reading.subject, reading.companion, *named]
    return list(dict.fromkeys(each for each in wanted if each is not None))


def _when(reading: Reading, words: Language) -> dict[str, Text]:
    """The year of the reference, and whether ranges stand in the table."""
    ranges = words.text("with-ranges" if reading.drawn else "without-ranges")
    return {"year": Text(say.year(reading, words)), "ranges": ranges}


def _in_branch(reading: Reading, words: Language, title: Text, case: int) -> Text:
    branch = reading.label(case).branch
    return words.text("economies-caption", branch=say.branch_name(branch), title=title) if branch else title


def _range(words: Language, low: float, high: float, decimals: int) -> str:
    if not np.isfinite(low):
        return ""
    return background.bare(words.text("range", low=words.number(low, decimals), high=words.number(high, decimals)))


def _decimals(size: float) -> int:
    """Decimals that show two figures of a number, at most six."""
    if not np.isfinite(size) or size <= 0:
        return 3
    return int(min(6, max(0, 1 - np.floor(np.log10(size)))))
