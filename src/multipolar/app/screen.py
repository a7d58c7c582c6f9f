"""What a run prints: the sentence, a table with ranges and bars, what stands beside it, where the files are."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from multipolar.app.columns import columns, paragraph, terminal_width
from multipolar.base.language import language, plain
from multipolar.base.problems import shown
from multipolar.base.variables import variables
from multipolar.report.graded import statement
from multipolar.report.reading import Reading, most_idle
from multipolar.results.evidence import HEADLINE, LEAST
from multipolar.results.result import LEVEL, Result
from multipolar.world.elasticities import DEFAULT

ROWS = 10
BAR = 20
LEAST_BAR = 0.01  # per cent: what is longest is at least this, so that rounding draws no bars
NOTES = 6
Report = Callable[[str, int, int], None]


def table(result: Result) -> str:
    """Real income by economy: the named actors and the largest effects; a bar for one branch, columns for several."""
    plain = [k for k, case in enumerate(result.cases) if not case.variant]
    median, (low, high) = result.median("welfare"), result.interval("welfare")
    rows = chosen(result, median[plain])
    several = len(plain) > 1
    head = ["economy", *(shown(result.cases[k].branch or "real income, %", 24) for k in plain)]
    lines = [[*head, "evidence"]]
    largest = max(float(np.abs(median[plain][:, rows]).max()), LEAST_BAR)
    for n in rows:
        cells = [f"{result.countries[n]} {result.names.get(result.countries[n], '')}".strip()]
        cells += [value_and_range(median[k, n], low[k, n], high[k, n]) for k in plain]
        cells.append(result.evidence.of(HEADLINE, n)[0] or "not on record")
        if not several:
            cells.append(_bar(float(median[plain[0], n]) / largest))
        lines.append(cells)
    if several:
        return columns(lines, headed=True)
    lines[0].append("")
    drawn, room = columns(lines), terminal_width()
    if room is not None and max(map(len, drawn.splitlines())) > room:  # no room for the bars
        return columns((line[:-1] for line in lines), headed=True)
    return drawn


def value_and_range(value: float, low: float, high: float) -> str:
    """``-0.15 (-0.31 to -0.09)``; the value alone where there are no draws."""
    largest = max(abs(value), abs(low) if np.isfinite(low) else 0.0, abs(high) if np.isfinite(high) else 0.0)
    digits = 2 if largest >= 0.1 else 3
    text = f"{_clean(value, digits):+.{digits}f}"
    if not np.isfinite(low):
        return text
    return f"{text} ({_clean(low, digits):+.{digits}f} to {_clean(high, digits):+.{digits}f})"


def value(number: float) -> str:
    """A change without a range: ``-0.15``."""
    return value_and_range(number, float("nan"), float("nan"))


def share(number: float) -> str:
    """A share in per cent, which has no sign: ``0.15``."""
    return f"{_clean(number, 2):.2f}" if np.isfinite(number) else "not known"


def without_work(result: Result) -> str:
    """Heads without work where wages are rigid, the largest shares first, on a path each in its worst year; nothing
    where wages are free."""
    if "unemployment" not in result.central:
        return ""
    name = "unemployment_path" if result.years else "unemployment"
    plain = [k for k, case in enumerate(result.cases) if not case.variant]
    median, (low, high) = result.median(name), result.interval(name)
    rows = most_idle(median[plain])[:ROWS]
    why = result.missing.get("unemployment")
    said = [f"Not known: {why}."] if why else []
    if not rows:
        return paragraph(" ".join(["No wage meets its floor: nobody is without work.", *said]))

    def cell(k: int, n: int) -> str:
        at = (k, int(np.nan_to_num(median[k, :, n]).argmax()), n) if result.years else (k, n)
        spread = f" ({share(low[at])} to {share(high[at])})" if np.isfinite(low[at]) else ""
        return share(median[at]) + spread + (f" in {result.years[at[1]]}" if result.years else "")

    head = "without work, % of heads" + (", worst year" if result.years else "")
    lines = [[head, *(shown(result.cases[k].branch or "", 24) for k in plain)]]
    for n in rows:
        economy = f"{result.countries[n]} {result.names.get(result.countries[n], '')}".strip()
        lines.append([economy, *(cell(k, n) for k in plain)])
    return "\n".join([columns(lines, headed=True), *map(paragraph, said)])


def caption(result: Result) -> str:
    """Unit, year, reference and range of the table in one line."""
    scenario = result.scenario
    spread = f"median and {LEVEL:.0%} range of {result.provenance.draws - result.failed_draws} draws"
    return (
        f"Change of real income in per cent against {reference(result)}"
        + f"; deficits {scenario.deficits}; horizon {scenario.horizon_set}; "
        + (spread if result.provenance.draws else "central values, no draws")
        + "."
    )


def evidence(result: Result) -> str:
    """What the grades in the table mean, and the estimated data that the numbers rest on."""
    words, held = language(), result.evidence
    if not held.shares:
        return plain(words.text("beside-evidence-none"))
    said = statement(Reading(result), words)
    least = f"Evidence: the weakest grade that holds for {LEAST:.0%} or more of an economy's sales, inputs or tariffs."
    return " ".join((least, *map(plain, said[1])))


def reference(result: Result) -> str:
    """The world that effects are measured against, with what was chosen for it."""
    world, baseline = result.world, result.scenario.baseline
    chosen = [shown(world.name)]
    chosen += [f"trade elasticities {world.elasticities[0]}"] if world.elasticities[0] not in ("", DEFAULT) else []
    chosen += ["tariffs on the customs base"] if world.customs_base else []
    named = f"the world of {world.year or 'no stated year'} ({', '.join(chosen)})"
    return named + (f" with {', '.join(baseline)} in force" if baseline else "")


def status_line(result: Result) -> str:
    """``converged in 20 sweeps, residual 3e-12, 24 of 24 draws``."""
    central = [s for s in result.status if s.draw is None]
    sweeps, residual = max(s.sweeps for s in central), max(s.residual for s in central)
    total = result.provenance.draws
    drawn = f", {total - result.failed_draws} of {total} draws" if total else ""
    over = f" over {len(result.years)} years" if result.years else ""
    return (
        f"converged in at most {sweeps} sweep{'' if sweeps == 1 else 's'}{over}, largest residual {residual:.0e}{drawn}"
    )


def beside(result: Result) -> str:
    """What must be said with the numbers: what is not computed, what is computed otherwise, the side table."""
    states = f"two states compared at horizon {result.scenario.horizon_set}, no path between them"
    lines = [f"Conditional on the scenario happening; {states}."]
    if result.years:
        lines = [f"Conditional on the scenario happening; the numbers of {result.years[-1]}, the last year of a path."]
    if result.closing is not None:
        subject = Reading(result).subject
        actor, closing = result.countries[subject], float(result.closing[subject])
        lines.append(f"Closing all deficits comes first and is no effect; for {actor} it alone is {closing:+.1f} %.")
    lines += [f"{note[0].upper()}{note[1:]}." for note in map(lambda n: shown(n, 300), result.notes[:NOTES])]
    if len(result.notes) > NOTES:
        lines.append(f"{len(result.notes) - NOTES} more notes stand in result.json and the report.")
    lines += [*without_number(result), *not_computed(result)]
    variants = dict.fromkeys(case.variant for case in result.cases if case.variant)
    if variants:
        lines.append(f"Variants, in result.json and the report: {', '.join(map(shown, variants))}.")
    return "\n".join(paragraph(line) for line in (*lines, evidence(result)))


def without_number(result: Result) -> list[str]:
    """Indices that this world has no data for, by the field that is missing."""
    gone: dict[str, list[str]] = {}
    for name, why in result.missing.items():
        if name not in result.indices and "no field" in why and name in variables():
            gone.setdefault(why, []).append(variables()[name].label_en)
    return [f"NO NUMBER for {', '.join(labels)}: {shown(why, 200)}." for why, labels in gone.items()]


def not_computed(result: Result) -> list[str]:
    """What the scenario asks for and these numbers leave out: what has no mechanism; what has one but not here, with
    why (a part of a measure, a field that the world does not have)."""
    here = {card.id for card in result.scenario.measures if card.computed}
    here |= {row.measure for row in result.not_computed if row.type == "index"}
    names = dict.fromkeys(row.measure for row in result.not_computed if row.measure not in here)
    parts = dict.fromkeys((row.measure, row.why) for row in result.not_computed if row.measure in here)
    listed = ", ".join(shown(name, 40) for name in names)
    lines = [f"NOT COMPUTED, without effect in these numbers: {listed}."] if names else []
    return [*lines, *(f"NOT COMPUTED: {shown(name, 40)}, {shown(why, 300)}." for name, why in parts)]


def side_table(result: Result) -> str:
    """Real income of the headline's subject under other closures and elasticities, by branch."""
    if not result.structural:
        return ""
    n = Reading(result).subject
    actor = result.countries[n]
    plain = [k for k, case in enumerate(result.cases) if not case.variant]
    lines = [[f"{actor}, central values", *(shown(result.cases[k].branch or "real income, %", 24) for k in plain)]]
    lines.append(["as asked", *(f"{_clean(result.central['welfare'][k, n], 3):+.3f}" for k in plain)])
    for label in dict.fromkeys(row.label for row in result.structural):
        found = {row.case: float(row.welfare[n]) for row in result.structural if row.label == label}
        lines.append([label, *(_or_none(found.get(k)) for k in plain)])
    return columns(lines, headed=True)


@contextmanager
def progress(shown_to_user: bool) -> Iterator[Report]:
    """A bar on the error stream while the work lasts; nothing where nobody looks."""
    if not shown_to_user or not sys.stderr.isatty():
        yield lambda text, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    looks = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*looks, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)
        yield lambda text, done, total: bar.update(task, description=text, completed=done, total=total)


def chosen(result: Result, median: np.ndarray) -> list[int]:
    """The actors, then the largest effects of any branch, ten in all."""
    actors = [result.countries.index(a) for a in result.scenario.actors if a in result.countries]
    order = np.argsort(-np.nan_to_num(np.abs(median)).max(axis=0), kind="stable")
    return list(dict.fromkeys([*actors[: ROWS - 2], *(int(n) for n in order)]))[:ROWS]


def _bar(part: float) -> str:
    """A bar to the left or right of a middle line."""
    size = round(abs(part) * BAR)
    return f"{'▇' * size if part < 0 else '':>{BAR}}│{'▇' * size if part > 0 else ''}"


def _clean(value: float, digits: int) -> float:
    """No minus sign before a zero."""
    return 0.0 if abs(value) < 0.5 * 10.0**-digits else float(value)


def _or_none(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{_clean(value, 3):+.3f}" if np.isfinite(value) else "no answer"
