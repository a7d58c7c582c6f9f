"""World, Shocks, Parameters -> Outcome: refuse, iterate, recompute, name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from multipolar.base.arrays import Array
from multipolar.model import checks
from multipolar.model import ventures as jv
from multipolar.model.integration import along_the_shock
from multipolar.model.outcome import Outcome, Point, point_at
from multipolar.model.parameters import Parameters
from multipolar.model.shocks import Shocks, at_fraction, checked, with_licences_as_taxes
from multipolar.model.system import Economy, System, prepare, shocked, venture_shares
from multipolar.numerics import fixed_point
from multipolar.numerics.homotopy import follow
from multipolar.numerics.outcomes import Outcomes
from multipolar.world.world import World

TOLERANCE = 1e-10
RESIDUAL_FACTOR = 100.0  # recomputed residuals may exceed the tolerance of the state by this much, not more
DISPLACED_ROUNDS = 50
HOMOTOPY_SWEEPS = 150
POOR = 0.1  # spending over earnings at which a path that ends is said to end for lack of income


def solve(
    world: World,
    shocks: Shocks | None = None,
    parameters: Parameters | None = None,
    *,
    tolerance: float = TOLERANCE,
    sweeps_max: int = 500,
    start: Array | None = None,
) -> Outcome:
    """Solve the world economy under shocks; hats are relative to ``world`` (DESIGN 4).

    ``parameters`` None: the world's own trade elasticities, all other elasticities 1. ``tolerance`` bounds the
    undamped residual of every equation, in logs. ``start`` is a state of the same world (``Outcome.state``).
    Raises ``ShocksError`` for bad shocks and ``NoEquilibriumError`` where none exists, market or country named.
    An outcome that did not converge is returned with its status; reading its numbers raises.
    """
    return solve_prepared(prepare(world, parameters), shocks, tolerance=tolerance, sweeps_max=sweeps_max, start=start)


def solve_prepared(
    economy: Economy,
    shocks: Shocks | None = None,
    *,
    tolerance: float = TOLERANCE,
    sweeps_max: int = 500,
    start: Array | None = None,
) -> Outcome:
    """``solve`` for a prepared world: what is asked many times prepares once."""
    shocks = with_licences_as_taxes(checked(shocks or Shocks(), economy.world), economy.world, economy.theta)
    system = shocked(economy, shocks)
    checks.refuse(system)
    settings = fixed_point.Settings(tolerance=tolerance, sweeps_max=sweeps_max)
    first = system.start() if start is None else start
    solution = fixed_point.solve(system.sweep, first, system.precondition, settings, system.rebuilt)
    sweeps = solution.sweeps
    if solution.outcome is not Outcomes.converged:
        solution, sweeps = _step_by_step(system, solution, settings)
    if any(v.displaced for v in shocks.ventures):
        system, solution, sweeps = _displace(system, solution, settings)
    point = point_at(system, solution.value)
    if solution.outcome is Outcomes.converged:
        checks.refuse_without_income(point.income, point.wage_hat, system)
    _refuse_large_ventures(point)
    residuals, where = _residuals(point)
    status = solution.outcome
    limit = RESIDUAL_FACTOR * tolerance
    if status is Outcomes.converged and not all(value <= limit for value in residuals.values()):
        status = Outcomes.residual
    message = _message(status, point, residuals, where, solution)
    return Outcome(status, message, residuals, sweeps, point, lambda: along_the_shock(point, tolerance))


def _step_by_step(
    system: System, direct: fixed_point.Solution, settings: fixed_point.Settings
) -> tuple[fixed_point.Solution, int]:
    """Follow the shock from nothing to the whole of it, where the direct way failed.

    Raises ``NoEquilibriumError`` where the path ends because a country's income runs out on it; where it ends for no
    such reason the direct attempt is what is returned.
    """
    economy = system.economy
    limits = replace(settings, sweeps_max=min(settings.sweeps_max, HOMOTOPY_SWEEPS))

    def solve_at(fraction: float, guess: Array) -> fixed_point.Solution:
        partial = shocked(economy, at_fraction(system.shocks, economy.world, fraction))
        return fixed_point.solve(partial.sweep, guess, partial.precondition, limits, partial.rebuilt)

    base = fixed_point.Solution(system.start(), Outcomes.converged, 0.0, 0)
    followed = follow(solve_at, base)
    sweeps = direct.sweeps + followed.sweeps
    if followed.fraction >= 1.0:
        # The end of the path is the shock itself: solve the system that is checked, from there.
        last = fixed_point.solve(system.sweep, followed.solution.value, system.precondition, settings, system.rebuilt)
        return last, sweeps + last.sweeps
    reached = point_at(
        shocked(economy, at_fraction(system.shocks, economy.world, followed.fraction)), followed.solution.value
    )
    checks.refuse_without_income(reached.income, reached.wage_hat, system, POOR, followed.fraction)
    return direct, sweeps


def _displace(
    system: System, solution: fixed_point.Solution, settings: fixed_point.Settings
) -> tuple[System, fixed_point.Solution, int]:
    """Cut the investor's own sales by the displaced part of each venture, until share and cut agree (2.4).

    ``b = displaced mu / pi``: the share of the host's spending that the venture's displaced output stands for.
    """
    economy, shocks = system.economy, system.shocks
    sweeps, previous = solution.sweeps, None
    for _ in range(DISPLACED_ROUNDS):
        output = system.flows(solution.value).output
        shares = venture_shares(shocks.ventures, output)
        if previous is not None and max(abs(a - b) for a, b in zip(shares, previous, strict=True)) <= 1e-12:
            break
        previous = shares
        given = shocks.blocked_share
        blocked = np.zeros_like(economy.world.trade) if given is None else given.copy()
        for venture, share in zip(shocks.ventures, shares, strict=True):
            cell = (venture.investor, venture.host, venture.sector)
            sold = economy.accounts.trade_share[cell]
            cut = min(1.0, venture.displaced * share / sold) if sold > 0 else 0.0
            blocked[cell] = 1.0 - (1.0 - blocked[cell]) * (1.0 - cut)
        system = shocked(economy, replace(shocks, blocked_share=blocked))
        checks.refuse(system)
        solution = fixed_point.solve(system.sweep, solution.value, system.precondition, settings)
        sweeps += solution.sweeps
    return system, solution, sweeps


def _residuals(point: Point) -> tuple[Mapping[str, float], Mapping[str, tuple[int, ...]]]:
    with np.errstate(all="ignore"):
        return checks.recomputed(
            point.system,
            wage_hat=point.wage_hat,
            cost_hat=point.cost_hat,
            price_hat=point.price_hat,
            trade_share=point.trade_share,
            spending=point.spending,
            output=point.output,
            income=point.income,
            revenue=point.revenue,
            transfers=point.transfers,
            productivity_hat=point.productivity_hat,
        )


def _refuse_large_ventures(point: Point) -> None:
    system = point.system
    if not np.isfinite(point.output).all():
        return
    for venture, share in zip(system.shocks.ventures, point.venture_share, strict=True):
        cell = (venture.host, venture.sector)
        where = f"{system.economy.world.countries[cell[0]]} x {system.economy.world.sectors[cell[1]]}"
        jv.share_of(share * float(point.output[cell]), float(point.output[cell]), where)


def _message(
    status: Outcomes,
    point: Point,
    residuals: Mapping[str, float],
    where: Mapping[str, tuple[int, ...]],
    solution: fixed_point.Solution,
) -> str:
    if status is Outcomes.converged:
        return status.sentence
    world = point.system.economy.world
    finite = {name: value for name, value in residuals.items() if np.isfinite(value)}
    worst = max(finite, key=lambda name: finite[name], default=None)
    place = ""
    if worst is not None:
        position = where[worst]
        labels = [world.countries[position[0]]] if len(position) >= 1 else []
        if len(position) == 2:
            labels.append(world.sectors[position[1]])
        place = f" Largest residual: {worst} of {' x '.join(labels)}, {finite[worst]:.1e}."
    ratio = point.income / world.accounts.income
    poorest = int(np.nanargmin(ratio)) if np.isfinite(ratio).any() else 0
    if not ratio[poorest] > 0.02:
        place += f" The income of {world.countries[poorest]} falls towards zero."
    return f"{status.sentence}{place} ({solution.sweeps} sweeps, residual {solution.residual:.1e})"
