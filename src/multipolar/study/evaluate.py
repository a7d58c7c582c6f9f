"""The story on one page: read, close, put in force, shock, draw, label. ``evaluate`` gives a Result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np

import multipolar
from multipolar.base.arrays import Array
from multipolar.base.problems import InputError, MultipolarError
from multipolar.model.parameters import horizon_parameters
from multipolar.model.shocks import Shocks
from multipolar.model.solve import TOLERANCE, solve_prepared
from multipolar.model.system import Economy, prepare, with_parameters
from multipolar.results.result import CaseLabel, CaseStatus, Provenance, Result, StructuralRow
from multipolar.results.rows import DrawRow
from multipolar.scenario.document import Horizon
from multipolar.scenario.scenario import CaseKey, Scenario, cases
from multipolar.study import cards
from multipolar.study.case import Bench, Solved, Start, central_lift_key, start_of
from multipolar.study.draws import Drawn, draw
from multipolar.study.many import run_many
from multipolar.study.structural import structural_rows
from multipolar.world.world import World

SEED = 1
MOST_DRAWS = 1_000_000
NOTHING_KEPT: Mapping[int, DrawRow] = {}
Progress = Callable[[str, int, int], None]
OnRow = Callable[[int, DrawRow], None]


def evaluate(
    world: World,
    scenario: Scenario,
    draws: int = 0,
    *,
    seed: int = SEED,
    horizon: str | None = None,
    deficits: str | None = None,
    labour: str = "one_wage",
    workers: int = 1,
    full: bool = True,
    progress: Progress | None = None,
    tolerance: float = TOLERANCE,
    kept: Mapping[int, DrawRow] = NOTHING_KEPT,
    on_row: OnRow | None = None,
) -> Result:
    """Evaluate a scenario on a world: every branch and variant at central values, then in ``draws`` draws.

    ``horizon`` and ``deficits`` override those of the file; ``labour`` is an option of ``horizon_parameters``.
    ``full`` adds what stands beside the headline (other closures and elasticities, real GDP), which takes longer than
    the answer itself. Same numbers for any number of
    ``workers``. ``on_row`` is given every draw as it is finished, by number; draws in ``kept``, from an earlier call
    with the same inputs, are not computed again. A draw that fails is counted in the Result. Raises ``InputError`` for
    what does not fit together, ``NoEquilibriumError`` or ``NotConvergedError`` where a central case has no answer.
    """
    scenario = overridden(scenario, horizon, deficits)
    if not 0 <= draws <= MOST_DRAWS:
        raise InputError(f"draws: {draws} is not between 0 and {MOST_DRAWS:,}")
    report = progress or (lambda text, done, total: None)
    economy = prepare(world, horizon_parameters(world, scenario.horizon.parameters, labour))
    scale = economy.parameters.theta_scale
    bench = Bench(economy, scenario, tolerance=tolerance)
    keys = cases(scenario)
    solved = []
    for k, case in enumerate(keys):
        report("central values", k, len(keys))
        solved.append(bench.solve(case))
    central = _central(world, solved)
    structural: tuple[StructuralRow, ...] = ()
    if full:
        report("other closures and elasticities", 0, 1)
        structural = structural_rows(bench, solved)
        central |= _decomposed(solved, report)
    drawn = draw(scenario, world, scale, draws, seed)
    rows = _draws(_context(bench, keys, solved, drawn), range(draws), kept, workers, on_row, report)
    provenance = Provenance(
        version=multipolar.__version__,
        seed=seed,
        draws=draws,
        tolerance=tolerance,
        parameters=cards.parameter_values(economy.parameters, world),
        world_digest=world.digest,
        scenario_digest=scenario.digest,
    )
    return Result(
        scenario=cards.scenario_card(scenario),
        world=cards.world_card(world),
        cases=tuple(CaseLabel(case.branch, case.variant) for case in keys),
        countries=world.countries,
        names=cards.country_names(world),
        central=central,
        draws=_stacked(rows, (len(keys), 0, len(world.countries))),
        status=(*_statuses(solved), *(status for row in rows for status in row.status)),
        closing=_closing(economy, scenario, tolerance),
        structural=structural,
        assumptions=cards.assumption_rows(scenario, world, economy.parameters),
        not_computed=cards.not_computed_rows(solved),
        notes=cards.notes(solved, world),
        provenance=provenance,
        theta_truncated=drawn.truncated,
    )


def overridden(scenario: Scenario, horizon: str | None, deficits: str | None) -> Scenario:
    """The scenario with another horizon or deficit rule than its file's."""
    if horizon is not None:
        stated = scenario.horizon
        scenario = replace(scenario, horizon=Horizon(start=stated.start, to=stated.to, parameters=horizon))
    if deficits is not None:
        scenario = replace(scenario, deficits=deficits)
    return scenario


def _closing(economy: Economy, scenario: Scenario, tolerance: float) -> Array | None:
    """Real income of closing all deficits before any measure, per cent; printed apart, never in an effect."""
    if scenario.deficits != "closed":
        return None
    outcome = solve_prepared(economy, Shocks(deficits="closed"), tolerance=tolerance)
    return 100.0 * (outcome.welfare_hat - 1.0)


def _central(world: World, solved: list[Solved]) -> dict[str, Array]:
    """Numbers at central values, case first; changes in per cent against the reference world."""
    income = world.income
    welfare = np.stack([100.0 * (each.hat("welfare_hat") - 1.0) for each in solved])
    return {
        "welfare": welfare,
        "equivalent_variation": welfare / 100.0 * income,
        "real_wage": np.stack([100.0 * (each.hat("real_wage_hat") - 1.0) for each in solved]),
        "exports": np.stack([_crossing(each, 1) for each in solved]),
        "imports": np.stack([_crossing(each, 0) for each in solved]),
        "output": np.stack([_quantity(each) for each in solved]),
        "world_income": welfare @ income / income.sum(),
        "base_income": income.copy(),
    }


def _crossing(each: Solved, axis: int) -> Array:
    """Change of exports (axis 1) or imports (axis 0) in value at basic prices, per cent."""
    total = []
    for trade in (each.outcome.trade, each.reference.economy.world.trade):
        flows = trade.sum(axis=2)
        total.append(flows.sum(axis=axis) - np.diagonal(flows))
    before = np.where(total[1] > 0, total[1], 1.0)
    return np.where(total[1] > 0, 100.0 * (total[0] / before - 1.0), 0.0)


def _quantity(each: Solved) -> Array:
    """Change of output in quantity, per cent [i,s]; 0 where nothing is made."""
    before = each.reference.economy.accounts.output
    hat = each.outcome.output / np.where(before > 0, before, 1.0) / each.hat("cost_hat")
    return np.where(before > 0, 100.0 * (hat - 1.0), 0.0)


def _decomposed(solved: list[Solved], report: Progress) -> dict[str, Array]:
    """Real GDP, integrated along the shock, and the first-order terms that published papers print; per cent."""
    rows: dict[str, list[Array]] = {"real_gdp": [], "terms_of_trade": [], "volume_of_trade": []}
    for k, each in enumerate(solved):
        report("real GDP", k, len(solved))
        made = (each.hat("real_gdp_hat") - 1.0, each.sum("terms_of_trade"), each.sum("volume_of_trade"))
        for name, values in zip(rows, made, strict=True):
            rows[name].append(100.0 * values)
    return {name: np.stack(values) for name, values in rows.items()}


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


def _stacked(rows: list[DrawRow], empty: tuple[int, ...]) -> dict[str, Array]:
    """The draws of all rows by variable, [case, draw, country]."""
    if not rows:
        return {"welfare": np.zeros(empty), "equivalent_variation": np.zeros(empty)}
    return {
        "welfare": np.stack([row.welfare for row in rows], axis=1),
        "equivalent_variation": np.stack([row.equivalent_variation for row in rows], axis=1),
    }


def _context(bench: Bench, keys: tuple[CaseKey, ...], solved: list[Solved], drawn: Drawn) -> _Context:
    starts: dict[object, Start | None] = {each.case: start_of(each.outcome) for each in solved}
    for each in solved:
        starts["reference", central_lift_key(bench.scenario, each.case)] = start_of(each.stands_on.outcome)
    economy = bench.economy
    return _Context(economy, bench.scenario, keys, starts, drawn, economy.world.income, bench.tolerance)


def _draws(
    context: _Context,
    numbers: range,
    kept: Mapping[int, DrawRow],
    workers: int,
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
    parameters = replace(context.economy.parameters, theta_factor=context.drawn.theta_factor[number])
    economy = with_parameters(context.economy, parameters)
    bench = Bench(economy, context.scenario, context.drawn.of(number), context.starts, context.tolerance)
    shape = (len(context.keys), len(context.income))
    welfare, status = np.full(shape, np.nan), []
    for k, case in enumerate(context.keys):
        try:
            solved = bench.solve(case)
        except MultipolarError as error:
            status.append(CaseStatus(k, number, type(error).__name__, 0, float("nan"), str(error)))
            continue
        welfare[k] = 100.0 * (solved.hat("welfare_hat") - 1.0)
        outcome = solved.outcome
        status.append(CaseStatus(k, number, str(outcome.status), outcome.sweeps, max(outcome.residuals.values())))
    return DrawRow(welfare, welfare / 100.0 * context.income, tuple(status))


def _statuses(solved: list[Solved]) -> list[CaseStatus]:
    return [
        CaseStatus(k, None, str(each.outcome.status), each.outcome.sweeps, max(each.outcome.residuals.values()))
        for k, each in enumerate(solved)
    ]
