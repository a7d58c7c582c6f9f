"""The story on one page: read, close, put in force, shock, draw, label. ``evaluate`` gives a Result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

import multipolar
from multipolar.base.arrays import Array
from multipolar.base.problems import InputError, MultipolarError
from multipolar.model.parameters import Parameters, horizon_scale, mean_elasticity
from multipolar.model.shocks import Shocks
from multipolar.model.solve import TOLERANCE, solve_prepared
from multipolar.model.system import Economy, prepare, with_parameters
from multipolar.results.result import CaseLabel, CaseStatus, Provenance, Result, StructuralRow
from multipolar.scenario.document import Horizon
from multipolar.scenario.scenario import CaseKey, Scenario, cases
from multipolar.study import cards
from multipolar.study.case import Bench, Solved, Start, central_lift_key, start_of
from multipolar.study.draws import Drawn, draw
from multipolar.study.many import run_many
from multipolar.world.world import World

SEED = 1
THETA_TABLE = (1.0, 2.0, 4.0, 8.0)
MOST_DRAWS = 1_000_000
OTHER_RULE = {"own": "deficits kept in proportion", "closed": "trade balances closed"}
Progress = Callable[[str, int, int], None]


def evaluate(
    world: World,
    scenario: Scenario,
    draws: int = 0,
    *,
    seed: int = SEED,
    horizon: str | None = None,
    deficits: str | None = None,
    workers: int = 1,
    full: bool = True,
    progress: Progress | None = None,
    tolerance: float = TOLERANCE,
    command: str = "",
) -> Result:
    """Evaluate a scenario on a world: every branch and variant at central values, then in ``draws`` draws.

    ``horizon`` and ``deficits`` override those of the file. ``full`` adds what stands beside the headline (other
    closures and elasticities, real GDP), which takes longer than the answer itself. Same numbers for any number of
    ``workers``. Raises ``InputError`` for what does not fit together, ``NoEquilibriumError`` or
    ``NotConvergedError`` where a central case has no answer; a draw that fails is counted in the Result.
    """
    scenario = _overridden(scenario, horizon, deficits)
    if not 0 <= draws <= MOST_DRAWS:
        raise InputError(f"draws: {draws} is not between 0 and {MOST_DRAWS:,}")
    report = progress or (lambda text, done, total: None)
    scale = horizon_scale(world, scenario.horizon.parameters)
    economy = prepare(world, Parameters(theta_scale=scale))
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
        structural = _structural(bench, keys)
        central |= _decomposed(solved, report)
    drawn = draw(scenario, world, scale, draws, seed)
    rows = _draws(bench, keys, solved, drawn, draws, workers, report)
    provenance = Provenance(
        version=multipolar.__version__,
        seed=seed,
        draws=draws,
        tolerance=tolerance,
        parameters=cards.parameter_values(economy.parameters, world),
        world_digest=world.digest,
        scenario_digest=scenario.digest,
        command=command,
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
        assumptions=cards.assumption_rows(scenario, world, scale),
        not_computed=cards.not_computed_rows(solved),
        notes=cards.notes(solved, world),
        provenance=provenance,
        theta_truncated=drawn.truncated,
    )


def _overridden(scenario: Scenario, horizon: str | None, deficits: str | None) -> Scenario:
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
    welfare = np.stack([100.0 * (each.outcome.welfare_hat - 1.0) for each in solved])
    return {
        "welfare": welfare,
        "equivalent_variation": welfare / 100.0 * income,
        "real_wage": np.stack([100.0 * (each.outcome.real_wage_hat - 1.0) for each in solved]),
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
    hat = each.outcome.output / np.where(before > 0, before, 1.0) / each.outcome.cost_hat
    return np.where(before > 0, 100.0 * (hat - 1.0), 0.0)


def _decomposed(solved: list[Solved], report: Progress) -> dict[str, Array]:
    """Real GDP, integrated along the shock, and the first-order terms that published papers print; per cent."""
    rows: dict[str, list[Array]] = {"real_gdp": [], "terms_of_trade": [], "volume_of_trade": []}
    for k, each in enumerate(solved):
        report("real GDP", k, len(solved))
        rows["real_gdp"].append(100.0 * (each.outcome.real_gdp_hat - 1.0))
        rows["terms_of_trade"].append(100.0 * each.outcome.terms_of_trade)
        rows["volume_of_trade"].append(100.0 * each.outcome.volume_of_trade)
    return {name: np.stack(values) for name, values in rows.items()}


def _structural(bench: Bench, keys: tuple[CaseKey, ...]) -> tuple[StructuralRow, ...]:
    """Real income under another deficit rule, without the baseline, and at other mean elasticities (ECONOMICS 8.2)."""
    scenario, economy = bench.scenario, bench.economy
    other = "own" if scenario.deficits == "closed" else "closed"
    variants = [(OTHER_RULE[other], economy, replace(scenario, deficits=other))]
    if scenario.baselines:
        variants.append(("without the baseline", economy, replace(scenario, baselines=(), baseline=())))
    mean = mean_elasticity(economy.world)
    for theta in THETA_TABLE:
        if abs(theta - economy.parameters.theta_scale * mean) > 1e-9 * theta:
            scaled = with_parameters(economy, replace(economy.parameters, theta_scale=theta / mean))
            variants.append((f"trade elasticity {theta:g}", scaled, scenario))
    rows = []
    plain = [(k, case) for k, case in enumerate(keys) if not case.variant]
    for label, at, asked in variants:
        side = Bench(at, asked, tolerance=bench.tolerance)
        for k, case in plain:
            try:
                welfare = 100.0 * (side.solve(case).outcome.welfare_hat - 1.0)
            except MultipolarError:  # a row of the side table without an answer is shown as such
                welfare = np.full(len(at.world.countries), np.nan)
            rows.append(StructuralRow(label, k, welfare))
    return tuple(rows)


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


@dataclass(frozen=True, eq=False)
class _Row:
    """One draw: [case, country] in per cent and million USD, NaN where it failed; how its solves ended."""

    welfare: Array
    equivalent_variation: Array
    status: tuple[CaseStatus, ...]


def _stacked(rows: list[_Row], empty: tuple[int, ...]) -> dict[str, Array]:
    """The draws of all rows by variable, [case, draw, country]."""
    if not rows:
        return {"welfare": np.zeros(empty), "equivalent_variation": np.zeros(empty)}
    return {
        "welfare": np.stack([row.welfare for row in rows], axis=1),
        "equivalent_variation": np.stack([row.equivalent_variation for row in rows], axis=1),
    }


def _draws(
    bench: Bench,
    keys: tuple[CaseKey, ...],
    solved: list[Solved],
    drawn: Drawn,
    count: int,
    workers: int,
    report: Progress,
) -> list[_Row]:
    starts: dict[object, Start | None] = {each.case: start_of(each.outcome) for each in solved}
    for each in solved:
        starts["reference", central_lift_key(bench.scenario, each.case)] = start_of(each.reference.outcome)
    context = _Context(
        bench.economy, bench.scenario, keys, starts, drawn, bench.economy.world.income, bench.tolerance
    )
    rows = []
    for row in run_many(_one_draw, context, range(count), workers):
        rows.append(row)
        report("draws", len(rows), count)
    return rows


def _one_draw(context: _Context, number: int) -> _Row:
    """All cases of one draw; what has no answer is NaN, with the reason in its status."""
    parameters = replace(context.economy.parameters, theta_factor=context.drawn.theta_factor[number])
    economy = with_parameters(context.economy, parameters)
    bench = Bench(economy, context.scenario, context.drawn.of(number), context.starts, context.tolerance)
    shape = (len(context.keys), len(context.income))
    welfare, status = np.full(shape, np.nan), []
    for k, case in enumerate(context.keys):
        try:
            outcome = bench.solve(case).outcome
        except MultipolarError as error:
            status.append(CaseStatus(k, number, type(error).__name__, 0, float("nan"), str(error)))
            continue
        welfare[k] = 100.0 * (outcome.welfare_hat - 1.0)
        status.append(CaseStatus(k, number, str(outcome.status), outcome.sweeps, max(outcome.residuals.values())))
    return _Row(welfare, welfare / 100.0 * context.income, tuple(status))


def _statuses(solved: list[Solved]) -> list[CaseStatus]:
    return [
        CaseStatus(k, None, str(each.outcome.status), each.outcome.sweeps, max(each.outcome.residuals.values()))
        for k, each in enumerate(solved)
    ]
