"""The side table: real income where one choice of the model is made differently; never mixed with draws (8.2).

Where the scenario has years, every row walks them anew: it is what a run with that choice would say. Without diffusion
knowledge stays on the baseline path; where wages are free nothing else links the years, and the last is all there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

import numpy as np

from multipolar.base.arrays import Array
from multipolar.base.problems import MultipolarError
from multipolar.model.knowledge import FORMS
from multipolar.model.parameters import mean_elasticity
from multipolar.model.system import with_parameters
from multipolar.results.result import StructuralRow
from multipolar.scenario.measures.measure import Measure
from multipolar.scenario.measures.technology import TechnologySharing
from multipolar.scenario.measures.trade import BlockMeasure
from multipolar.scenario.scenario import CaseKey, Scenario, active
from multipolar.study.case import Bench, Solved, cuts_trade
from multipolar.study.central import Progress
from multipolar.study.many import Workers, run_many
from multipolar.study.path import Answer, Walker, with_knowledge

THETA_TABLE = (1.0, 2.0, 4.0, 8.0)
OTHER_RULE = {"own": "deficits kept in proportion", "closed": "trade balances closed"}
NO_BASELINE = "without the baseline"
LICENCES = "the same cuts by licences, rents to the exporters"
NO_DIFFUSION = "without diffusion: knowledge as on the baseline path"
OF_PATHS = (
    "rows of other choices walk all years anew, and say what a run with that choice would; without diffusion "
    "knowledge stays on the baseline path in every year",
)


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One choice made differently: on ``scenario``, at another ``theta_scale``, by licences, without diffusion.

    ``cases``: positions of the cases it is made in.
    """

    label: str
    scenario: Scenario
    cases: tuple[int, ...]
    theta_scale: float | None = None
    licensed: bool = False
    still: bool = False


@dataclass(eq=False)
class _Table:
    """What every row needs; pickled once for each worker. ``held``: the choice at hand and its walker, which the cases
    of a choice share with their reference worlds."""

    walker: Walker
    keys: Sequence[CaseKey]
    choices: tuple[Choice, ...]
    held: dict[int, Walker] = field(default_factory=dict)

    def walker_of(self, chosen: int) -> Walker:
        if chosen not in self.held:
            self.held = {chosen: _made(self.walker, self.choices[chosen])}
        return self.held[chosen]


def structural_rows(
    walker: Walker, answers: Sequence[Answer], workers: Workers, report: Progress
) -> tuple[StructuralRow, ...]:
    """Real income of every plain case at central values under another deficit rule, without the baseline, with rents
    of what is blocked earned by exporters, with the other form of shared technology, without diffusion, and at other
    mean elasticities. A row without an answer is NaN. The same numbers for any number of ``workers``.
    """
    walker = replace(walker, bench=replace(walker.bench, references={}))  # reference worlds are solved as in workers
    table = _Table(walker, [each.solved.case for each in answers], choices(walker, answers))
    jobs = [(chosen, case) for chosen, choice in enumerate(table.choices) for case in choice.cases]
    rows = []
    said = "other closures and elasticities"
    report(said, 0, len(jobs))
    with closing(run_many(_one_row, table, jobs, workers if walker.bench.scenario.stepped else 1)) as found:
        for (chosen, case), welfare in zip(jobs, found, strict=True):
            rows.append(StructuralRow(table.choices[chosen].label, case, welfare))
            report(said, len(rows), len(jobs))
    return tuple(rows)


def choices(walker: Walker, answers: Sequence[Answer]) -> tuple[Choice, ...]:
    """The choices that can be made differently here, in the order of the table."""
    bench = walker.bench
    scenario, economy = bench.scenario, bench.economy
    held = {k: active(scenario, each.solved.case) for k, each in enumerate(answers) if not each.solved.case.variant}
    plain = tuple(held)
    other = "own" if scenario.deficits == "closed" else "closed"
    found = [Choice(OTHER_RULE[other], replace(scenario, deficits=other), plain)]
    if scenario.baselines:
        found.append(Choice(NO_BASELINE, replace(scenario, baselines=(), baseline=()), plain))
    cutting = tuple(
        k for k in plain if cuts_trade(answers[k].solved.resolution.shocks) or _ended_cuts(scenario, held[k])
    )
    if cutting:
        found.append(Choice(LICENCES, scenario, cutting, licensed=True))
    if scenario.stepped and walker.known is not None:
        for form in FORMS:
            sharing = tuple(
                k for k in plain if any(isinstance(m, TechnologySharing) and m.form != form for m in held[k])
            )
            if sharing:
                found.append(Choice(f"shared technology in the form {form}", _in_form(scenario, form), sharing))
        found.append(Choice(NO_DIFFUSION, scenario, plain, still=True))
    mean = mean_elasticity(economy.world)
    for theta in THETA_TABLE:
        if abs(theta - economy.parameters.theta_scale * mean) > 1e-9 * theta:
            found.append(Choice(f"trade elasticity {theta:g}", scenario, plain, theta_scale=theta / mean))
    return tuple(found)


def _ended_cuts(scenario: Scenario, measures: Sequence[Measure]) -> bool:
    """Whether a path has cuts of trade that end before its last year, and left what was learnt meanwhile."""
    ended = (m for m in measures if m.until is not None and isinstance(m, BlockMeasure) and not m.needs_years())
    return scenario.stepped and any(ended)


def _made(walker: Walker, choice: Choice) -> Walker:
    economy = walker.bench.economy
    if choice.theta_scale is not None:
        economy = with_parameters(economy, replace(economy.parameters, theta_scale=choice.theta_scale))
    bench = replace(walker.bench, economy=economy, scenario=choice.scenario, licensed=choice.licensed, references={})
    return replace(walker, bench=bench, learns=not choice.still)


def _one_row(table: _Table, job: tuple[int, int]) -> Array:
    """Real income of one case under one choice, per cent [n]; NaN where it has no answer."""
    chosen, number = job
    walker, case = table.walker_of(chosen), table.keys[number]
    try:
        alone = table.choices[chosen].still and walker.bench.economy.wage_floor is None
        solved = _last_year(walker.bench, case) if alone else walker.answer(case).solved
        welfare: Array = 100.0 * (solved.hat("welfare_hat") - 1.0)
    except MultipolarError:
        welfare = np.full(len(walker.bench.economy.world.countries), np.nan)
    return welfare


def _last_year(bench: Bench, case: CaseKey) -> Solved:
    """The last year with knowledge as on the baseline path."""
    year = bench.scenario.horizon.years[-1]
    staged = bench.staged(case, year)
    return bench.answer(staged, with_knowledge(staged, np.ones_like(bench.economy.world.output)), None, year)


def _in_form(scenario: Scenario, form: str) -> Scenario:
    """The scenario with all technology shared in one form."""

    def changed(measures: Sequence[Measure]) -> tuple[Measure, ...]:
        return tuple(m.in_form(form) if isinstance(m, TechnologySharing) else m for m in measures)

    branches = {name: replace(each, measures=changed(each.measures)) for name, each in scenario.branches.items()}
    return replace(scenario, measures=changed(scenario.measures), branches=branches)
