"""The story on one page: read, close, put in force, shock, draw, label. ``evaluate`` gives a Result."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import multipolar
from multipolar.base.arrays import Array, plain_number
from multipolar.base.problems import Collector, InputError, MultipolarError, of_kind, shown
from multipolar.model.learning import Learning, learning_parameters
from multipolar.model.parameters import Parameters, horizon_parameters
from multipolar.model.solve import TOLERANCE, TOLERANCE_MAX, TOLERANCE_MIN
from multipolar.model.system import Economy, prepare, with_parameters
from multipolar.results.result import CaseLabel, CaseStatus, Provenance, Result
from multipolar.results.rows import DrawRow
from multipolar.scenario.document import Horizon
from multipolar.scenario.scenario import CaseKey, Scenario, cases
from multipolar.study import cards
from multipolar.study.case import Bench, Start, central_lift_key, start_of
from multipolar.study.central import (
    Progress,
    along_the_years,
    central_numbers,
    closing_step,
    decomposed,
    drawn_numbers,
    real_gdp_offsets,
    statuses,
)
from multipolar.study.draws import Drawn, draw
from multipolar.study.flows import dependence_flows
from multipolar.study.many import MOST_WORKERS, Crew, Workers, crewed, run_many
from multipolar.study.measured import Ruler, index_blocks, ruler
from multipolar.study.path import Answer, Walker
from multipolar.study.resting import evidence_of
from multipolar.study.structural import OF_PATHS, structural_rows
from multipolar.study.technology import long_run, technology_rows, venture_rows
from multipolar.study.thresholds import Chokepoints, chokepoints, refuse_unknown
from multipolar.study.unemployed import unknown, without_work
from multipolar.world.world import World

SEED = 1
MOST_DRAWS = 1_000_000
MOST_SEED = 2**63 - 1
NOTHING_KEPT: Mapping[int, DrawRow] = {}
OnRow = Callable[[int, DrawRow], None]


@crewed
def evaluate(
    world: World,
    scenario: Scenario,
    draws: int = 0,
    *,
    seed: int = SEED,
    horizon: str | None = None,
    deficits: str | None = None,
    labour: str = "one_wage",
    flexible_rates: Collection[str] = (),
    sector_links: float = 0.0,
    workers: Workers = 1,
    full: bool = True,
    chokepoint: str = "named",
    progress: Progress | None = None,
    tolerance: float = TOLERANCE,
    kept: Mapping[int, DrawRow] = NOTHING_KEPT,
    on_row: OnRow | None = None,
) -> Result:
    """Evaluate a scenario on a world: every branch and variant at central values, then in ``draws`` draws.

    ``horizon`` and ``deficits`` override those of the file; ``labour`` and ``flexible_rates`` are options of
    ``horizon_parameters``, ``sector_links`` of ``Learning``. ``full`` adds what stands beside the headline (other
    closures and elasticities, real GDP), which takes longer than the answer itself; ``chokepoint``: of whom that index
    is asked, ``named``, ``all`` or ``none``. Same numbers for any number of ``workers``. ``on_row`` is given every draw
    as it is finished, by number; draws in ``kept``, from an earlier call with the same inputs, are not computed again.
    A draw that fails is counted in the Result. Raises ``InputError`` for what does not fit together,
    ``NoEquilibriumError`` or ``NotConvergedError`` where a central case has no answer.
    """
    _refuse(world, scenario, chokepoint)
    _refuse_numbers(draws, seed, workers, tolerance)
    scenario = overridden(scenario, horizon, deficits)
    report = progress or (lambda text, done, total: None)
    economy = prepare(world, parameters_of(world, scenario, labour, flexible_rates))
    keys, walks = cases(scenario), scenario.stepped
    walker = Walker(Bench(economy, scenario, tolerance=tolerance), learning_for(scenario, sector_links))
    answers = central_answers(walker, keys, report)
    solved = [each.solved for each in answers]
    central = central_numbers(world, solved) | along_the_years(answers) | without_work(answers)
    central |= decomposed(solved, report) | long_run(walker, answers) if full else {}
    drawn = draw(scenario, world, economy.parameters, draws, seed)
    stick = ruler(scenario, world) if full else None
    asked = None if stick is None else chokepoints(scenario, walker, stick, central["welfare"], chokepoint)
    context = _context(walker, keys, answers, drawn, stick, asked, central.get("real_gdp") if draws else None)
    rows = _draws(context, range(draws), kept, workers, on_row, report)
    stacked = _stacked(rows, (len(keys), 0, len(world.countries)))
    # Last, because a run that is broken off here has kept all its draws.
    structural = structural_rows(walker, answers, workers, report) if full else ()
    return Result(
        scenario=cards.scenario_card(scenario),
        world=cards.world_card(world),
        cases=tuple(CaseLabel(case.branch, case.variant) for case in keys),
        countries=world.countries,
        names=cards.country_names(world),
        central=central,
        draws={name: values for name, values in stacked.items() if name in central},
        status=(*statuses(answers), *(status for row in rows for status in row.status)),
        closing=closing_step(economy, scenario, tolerance),
        structural=structural,
        assumptions=cards.assumption_rows(scenario, world, economy.parameters),
        not_computed=cards.not_computed_rows(solved),
        notes=(*cards.notes(solved, world), *walker.notes(drawn.capped), *(OF_PATHS if structural and walks else ())),
        provenance=_provenance(walker, seed, draws, labour, flexible_rates, chokepoint),
        theta_truncated=drawn.truncated,
        years=scenario.horizon.years if walks else (),
        **_indexed(context, walker, answers, central, stacked),
        technology=technology_rows(scenario, walker.known, world),
        ventures=venture_rows(answers, world),
    )


def _refuse(world: World, scenario: Scenario, chokepoint: str) -> None:
    of_kind("evaluate", "world", world, World)
    of_kind("evaluate", "scenario", scenario, Scenario)  # a name or a path is read by read_scenario
    refuse_unknown(chokepoint)


def _refuse_numbers(draws: object, seed: object, workers: object, tolerance: object) -> None:
    """Raise ``InputError`` naming every number of a call that cannot be one."""
    problems = Collector()
    asked: list[tuple[str, object, float, float, bool]] = [
        ("draws", draws, 0, MOST_DRAWS, True),
        ("seed", seed, 0, MOST_SEED, True),
        ("tolerance", tolerance, TOLERANCE_MIN, TOLERANCE_MAX, False),
    ]
    if not isinstance(workers, Crew):
        asked.append(("workers", workers, 1, MOST_WORKERS, True))
    for name, given, low, high, whole in asked:
        if not plain_number(given, low, high, whole=whole):
            bounds = f"{low:,} and {high:,}" if whole else f"{low:g} and {high:g}"
            problems.add(f"{shown(given)} is not between {bounds}", path=name)
    problems.raise_if_any(InputError)


def _provenance(
    walker: Walker, seed: int, draws: int, labour: str, flexible_rates: Collection[str], chokepoint: str
) -> Provenance:
    bench = walker.bench
    return Provenance(
        version=multipolar.__version__,
        seed=seed,
        draws=draws,
        tolerance=bench.tolerance,
        parameters=cards.parameter_values(bench.economy.parameters, bench.economy.world),
        world_digest=bench.economy.world.digest,
        scenario_digest=bench.scenario.digest,
        labour=labour,
        flexible_rates=tuple(dict.fromkeys(flexible_rates)),
        sector_links=walker.learning.sector_links,
        chokepoint=chokepoint,
    )


def overridden(scenario: Scenario, horizon: str | None, deficits: str | None) -> Scenario:
    """The scenario with another horizon or deficit rule than its file's."""
    if horizon is not None:
        stated = scenario.horizon
        scenario = replace(scenario, horizon=Horizon(start=stated.start, to=stated.to, parameters=horizon))
    if deficits is not None:
        scenario = replace(scenario, deficits=deficits)
    return scenario


def parameters_of(
    world: World, scenario: Scenario, labour: str, flexible_rates: Collection[str], *, by_year: bool | None = None
) -> Parameters:
    """The parameters of a scenario's horizon; ``by_year`` None: each year is solved where the scenario has years."""
    stepped = scenario.stepped if by_year is None else by_year
    horizon = scenario.horizon.parameters
    return horizon_parameters(world, horizon, labour, by_year=stepped, flexible_rates=flexible_rates)


def learning_for(scenario: Scenario, sector_links: float) -> Learning:
    """The law of knowledge at central values. Raises ``InputError`` for links that no year would use."""
    if sector_links and not scenario.stepped:
        raise InputError("sector links: knowledge moves along years; `horizon` needs `from` and `to`")
    return learning_parameters(sector_links)


def central_answers(walker: Walker, keys: tuple[CaseKey, ...], report: Progress) -> list[Answer]:
    """Every case at central values, year by year where the scenario has years."""
    steps = len(keys) * max(1, len(walker.bench.scenario.horizon.years))
    done = itertools.count(1)
    report("central values", 0, steps)
    return [walker.answer(case, lambda year: report("central values", next(done), steps)) for case in keys]


@dataclass(frozen=True, eq=False)
class _Context:
    """What every draw needs; pickled once for each worker."""

    economy: Economy
    scenario: Scenario
    keys: tuple[CaseKey, ...]
    starts: Mapping[object, Start | None]
    drawn: Drawn
    income: Array
    tolerance: float
    ruler: Ruler | None
    offsets: Array | None  # of real GDP [case, n]
    sector_links: float
    asked: Chokepoints | None


def _indexed(
    context: _Context,
    walker: Walker,
    answers: Sequence[Answer],
    central: Mapping[str, Array],
    stacked: Mapping[str, Array],
) -> dict[str, Any]:
    """The blocs, indices and missing numbers of a Result, and the evidence behind all of them."""
    missing, world = unknown(context.economy), context.economy.world
    evidence = evidence_of(world, [each.solved.resolution.shocks for each in answers])
    stick = context.ruler
    if stick is None or context.asked is None:
        return {"missing": missing, "evidence": evidence}
    measured = stick.measure(walker, answers, central.get("real_gdp")).joined(context.asked.measure(walker, answers))
    return {
        "blocs": stick.blocs,
        "indices": index_blocks(measured, stacked, stick, world, evidence),
        "missing": dict(measured.missing) | missing,
        "dependence_flows": dependence_flows(
            walker, answers, stick, cards.codes_of(context.scenario.actors()), central["welfare"]
        ),
        "evidence": evidence,
    }


def _stacked(rows: list[DrawRow], empty: tuple[int, ...]) -> dict[str, Array]:
    """The draws of all rows by variable, [case, draw, ...]; of indices their changes."""
    if not rows:
        return {"welfare": np.zeros(empty), "equivalent_variation": np.zeros(empty)}
    return {
        "welfare": np.stack([row.welfare for row in rows], axis=1),
        "equivalent_variation": np.stack([row.equivalent_variation for row in rows], axis=1),
    } | {name: np.stack([row.more[name] for row in rows], axis=1) for name in rows[0].more}


def _context(
    walker: Walker,
    keys: tuple[CaseKey, ...],
    answers: list[Answer],
    drawn: Drawn,
    stick: Ruler | None,
    asked: Chokepoints | None,
    real_gdp: Array | None,
) -> _Context:
    """``real_gdp`` [case, n] at central values, per cent; None where draws hold none."""
    bench, links = walker.bench, walker.learning.sector_links
    starts: dict[object, Start | None] = {each.solved.case: each.start for each in answers}
    for each in answers:
        year = None if each.walk is None else each.walk.years[-1]
        lifted = central_lift_key(bench.scenario, each.solved.case, year)
        starts["reference", lifted] = start_of(each.solved.stands_on.outcome)
    if asked is not None and real_gdp is not None:
        asked = asked.begun(walker)  # draws start from the central answers
    offsets = None if real_gdp is None else real_gdp_offsets([each.solved for each in answers], real_gdp)
    economy = bench.economy
    income = economy.world.income
    return _Context(economy, bench.scenario, keys, starts, drawn, income, bench.tolerance, stick, offsets, links, asked)


def _draws(
    context: _Context,
    numbers: range,
    kept: Mapping[int, DrawRow],
    workers: Workers,
    on_row: OnRow | None,
    report: Progress,
) -> list[DrawRow]:
    """All draws in order: those kept, and the others computed."""
    rows = {number: kept[number] for number in numbers if number in kept}
    missing = [number for number in numbers if number not in rows]
    with closing(run_many(_one_draw, context, missing, workers)) as found:  # whatever happens, workers end here
        for number, row in zip(missing, found, strict=True):
            rows[number] = row
            if on_row is not None:
                on_row(number, row)
            report("draws", len(rows), len(numbers))
    return [rows[number] for number in numbers]


def _one_draw(context: _Context, number: int) -> DrawRow:
    """All cases of one draw; what has no answer is NaN, with the reason in its status."""
    economy = with_parameters(context.economy, context.drawn.parameters_of(number, context.economy.parameters))
    bench = Bench(economy, context.scenario, context.drawn.of(number), context.starts, context.tolerance)
    walker = Walker(bench, context.drawn.learning_of(number, context.sector_links))
    years, status = context.scenario.horizon.years if context.scenario.stepped else (), []
    welfare = np.full((len(context.keys), len(context.income)), np.nan)
    path = np.full((len(context.keys), len(years), len(context.income)), np.nan)
    idle = np.full_like(welfare, np.nan), np.full_like(path, np.nan)
    answers: list[Answer | None] = []
    for k, case in enumerate(context.keys):
        try:
            answer = walker.answer(case)
        except MultipolarError as error:
            status.append(CaseStatus(k, number, type(error).__name__, 0, float("nan"), str(error)))
            answers.append(None)
            continue
        answers.append(answer)
        welfare[k] = 100.0 * (answer.solved.hat("welfare_hat") - 1.0)
        if answer.walk is not None:
            path[k] = answer.walk.welfare
        for name, values in without_work([answer]).items():
            idle[name.endswith("_path")][k] = values[0]
        status.append(CaseStatus(k, number, str(answer.solved.outcome.status), answer.sweeps, answer.residual))
    more = {"welfare_path": path} if years else {}
    if economy.wage_floor is not None:
        more |= {"unemployment": idle[0]} | ({"unemployment_path": idle[1]} if years else {})
    more |= _measured(context, walker, answers)
    return DrawRow(welfare, welfare / 100.0 * context.income, tuple(status), more)


def _measured(context: _Context, walker: Walker, answers: Sequence[Answer | None]) -> dict[str, Array]:
    """Real GDP and indices of one draw, NaN where a case has no answer."""
    more: dict[str, Array] = {}
    try:
        walker.bench.whole_baseline()
    except MultipolarError:  # no case has an answer, and the central reference world only lends its shapes
        central = Bench(context.economy, context.scenario, {}, context.starts, context.tolerance)
        walker, answers = Walker(central, walker.learning), [None] * len(answers)
    if context.ruler is not None and context.offsets is not None:
        more |= drawn_numbers([None if held is None else held.solved for held in answers], context.offsets)
        more |= context.ruler.measure(walker, answers, more["real_gdp"]).changes()
    if context.asked is not None:  # of branches as written: a variant has its central value
        plain = [None if case.variant else answer for case, answer in zip(context.keys, answers, strict=True)]
        more |= context.asked.of_draws().measure(walker, plain).changes()
    return more
