"""World, Shocks, Parameters -> Outcome: refuse, iterate, recompute, name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from multipolar.base.arrays import Array, first_where, plain_array, plain_number
from multipolar.base.problems import Collector, InputError, ShocksError, of_kind, shown
from multipolar.model import checks
from multipolar.model import ventures as jv
from multipolar.model.integration import along_the_shock
from multipolar.model.outcome import Outcome, Point, point_at
from multipolar.model.parameters import Parameters
from multipolar.model.residuals import recomputed
from multipolar.model.shocks import Shocks, at_fraction, checked, with_licences_as_taxes
from multipolar.model.system import Economy, System, prepare, shocked, venture_shares, with_floor_at
from multipolar.numerics import fixed_point
from multipolar.numerics.homotopy import follow
from multipolar.numerics.outcomes import Outcomes
from multipolar.numerics.secants import Secants
from multipolar.world.world import World

TOLERANCE = 1e-10
TOLERANCE_MIN, TOLERANCE_MAX = 1e-15, 1e-2
SWEEPS_MOST = 1_000_000
STATE_MAX = 300.0  # a state is in logs
RESIDUAL_FACTOR = 100.0  # recomputed residuals may exceed the tolerance of the state by this much, not more
DISPLACED_ROUNDS = 50
HOMOTOPY_SWEEPS = 150
PRODUCTION = ("productivity_hat", "research_purchases", "ventures")  # of shocks: not in the trade arrays
POOR = 0.1  # spending over earnings at which a path that ends is said to end for lack of income
TIGHTER = (1e-2, 1e-4)  # of the tolerance, where a recomputed residual is still above its limit
TIGHTEST = 1e-14  # of the undamped residual in logs: below it rounding moves the state


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
    of_kind("solve", "world", world, World)
    if parameters is not None:
        of_kind("solve", "parameters", parameters, Parameters)
    economy = prepare(world, parameters)
    return solve_prepared(economy, shocks, tolerance=tolerance, sweeps_max=sweeps_max, start=start)


def solve_prepared(
    economy: Economy,
    shocks: Shocks | None = None,
    *,
    tolerance: float = TOLERANCE,
    sweeps_max: int = 500,
    start: Array | None = None,
    secants: Secants | None = None,
) -> Outcome:
    """``solve`` for a prepared world: what is asked many times prepares once.

    ``secants``: what other solves of this economy, or of it under other parameters, have learnt (``Outcome.secants``),
    ``Secants()`` to begin with; they save sweeps and change no number beyond the tolerance. ``InputError`` for those of
    another world.
    """
    of_kind("solve_prepared", "economy", economy, Economy)
    _refuse_settings(shocks, tolerance, sweeps_max)
    system = system_of(economy, shocks or Shocks())
    return solve_system(system, tolerance=tolerance, sweeps_max=sweeps_max, start=start, secants=secants)


def system_of(economy: Economy, shocks: Shocks) -> System:
    """The system of shocks that are checked here. Raises ``ShocksError``."""
    shocks = with_licences_as_taxes(checked(shocks, economy.world), economy.world, economy.theta)
    return shocked(economy, shocks)


def with_production(system: System, shocks: Shocks) -> System:
    """The system of ``shocks`` that differ from those of ``system`` in ``PRODUCTION`` alone: its trade arrays serve
    again. Raises ``ShocksError`` for what differs."""
    moved = checked(Shocks(**{name: getattr(shocks, name) for name in PRODUCTION}), system.economy.world)
    kept = replace(system.shocks, **{name: getattr(moved, name) for name in PRODUCTION})
    ln_productivity = 0.0 if moved.productivity_hat is None else np.log(moved.productivity_hat)
    return replace(system, shocks=kept, ln_productivity=ln_productivity)


def solve_system(
    system: System,
    *,
    tolerance: float = TOLERANCE,
    sweeps_max: int = 500,
    start: Array | None = None,
    secants: Secants | None = None,
) -> Outcome:
    """The outcome of a system; arguments and errors as in ``solve_prepared``."""
    shocks = system.shocks
    checks.refuse(system)
    settings = fixed_point.Settings(tolerance=tolerance, sweeps_max=sweeps_max)
    first = system.start() if start is None else _checked_start(start, system.start().shape)
    _refuse_secants(secants, first.size)
    solution = fixed_point.solve(system.sweep, first, system.precondition, settings, system.rebuilt, secants)
    sweeps, learnt = solution.sweeps, solution.secants
    if solution.outcome is not Outcomes.converged:
        solution, sweeps = _step_by_step(system, solution, settings)
    if any(v.displaced for v in shocks.ventures):
        system, solution, sweeps = _displace(system, solution, settings)
    point = point_at(system, solution.value)
    if solution.outcome is Outcomes.converged:
        checks.refuse_without_income(point.income, point.wage_hat, system)
        checks.refuse_without_earnings(point.value_added.sum(axis=1), point.output.sum(axis=1), system)
    _refuse_large_ventures(point)
    point, solution, sweeps, (residuals, where) = _confirmed(point, solution, sweeps, settings)
    status = solution.outcome
    if status is Outcomes.converged and not _within(residuals, tolerance):
        status = Outcomes.residual
    message = _message(status, point, residuals, where, solution)
    return Outcome(status, message, residuals, sweeps, point, partial(along_the_shock, point, tolerance), learnt)


def _refuse_settings(shocks: object, tolerance: object, sweeps_max: object) -> None:
    problems = Collector()
    if not isinstance(shocks, Shocks | None):
        problems.add(f"Shocks are needed, not {shown(shocks)}", path="shocks")
    if not plain_number(tolerance, TOLERANCE_MIN, TOLERANCE_MAX):
        bounds = f"{TOLERANCE_MIN:g} to {TOLERANCE_MAX:g}"
        problems.add(f"{shown(tolerance)} is no number from {bounds}", path="tolerance")
    if not plain_number(sweeps_max, 1, SWEEPS_MOST, whole=True):
        problems.add(f"{shown(sweeps_max)} is no whole number from 1 to {SWEEPS_MOST:,}", path="sweeps_max")
    problems.raise_if_any(ShocksError)


def _refuse_secants(secants: object, size: int) -> None:
    if not isinstance(secants, Secants | None):
        raise InputError(f"secants: {shown(secants)} is no Secants")
    if secants is not None and secants.size not in (0, size):
        raise InputError(f"secants: they are of states of {secants.size:,} numbers, where {size:,} are needed")


def _checked_start(start: object, shape: tuple[int, ...]) -> Array:
    """A state as the solver may work in it: of this world's shape, numbers whose exponentials are numbers."""
    problems = Collector()
    state = plain_array("start", start, shape, "country, wage and cost and spending in logs", problems)
    if state is not None and (np.abs(state) > STATE_MAX).any():
        problems.add(f"beyond {STATE_MAX:g} at {first_where(np.abs(state) > STATE_MAX)}, in logs", path="start")
    problems.raise_if_any(ShocksError)
    assert state is not None  # None noted a problem
    return state


def _within(residuals: Mapping[str, float], tolerance: float) -> bool:
    return all(value <= RESIDUAL_FACTOR * tolerance for value in residuals.values())


def _confirmed(
    point: Point, solution: fixed_point.Solution, sweeps: int, settings: fixed_point.Settings
) -> tuple[Point, fixed_point.Solution, int, tuple[Mapping[str, float], Mapping[str, tuple[int, ...]]]]:
    """The point with its recomputed residuals, iterated further where one is above its limit.

    A trade balance is relative to own value added: where that is small against exports, an error of the tolerance in
    every flow is a large one in the balance, and the same equations must hold more closely.
    """
    system, found = point.system, _residuals(point)
    for factor in TIGHTER:
        if solution.outcome is not Outcomes.converged or _within(found[0], settings.tolerance):
            break
        closer = replace(settings, tolerance=max(factor * settings.tolerance, min(TIGHTEST, settings.tolerance)))
        further = fixed_point.solve(system.sweep, solution.value, system.precondition, closer, system.rebuilt)
        sweeps += further.sweeps
        if further.residual < solution.residual:
            solution = replace(further, outcome=Outcomes.converged)
            point = point_at(system, solution.value)
            found = _residuals(point)
    return point, solution, sweeps, found


def _step_by_step(
    system: System, direct: fixed_point.Solution, settings: fixed_point.Settings
) -> tuple[fixed_point.Solution, int]:
    """Follow the shock from nothing to the whole of it, where the direct way failed.

    Under `closed` the way starts where deficits are gone: one that faded along it would ask of a country that a shock
    has made poor a surplus that the shock itself asks of nobody.
    Raises ``NoEquilibriumError`` where the path ends because a country's income runs out on it; where it ends for no
    such reason the direct attempt is what is returned.
    """
    economy = system.economy
    limits = replace(settings, sweeps_max=min(settings.sweeps_max, HOMOTOPY_SWEEPS))

    base = fixed_point.Solution(system.start(), Outcomes.converged, 0.0, 0)
    if system.shocks.deficits == "closed":
        closing = shocked(with_floor_at(economy, 0.0), Shocks(deficits="closed"))
        base = fixed_point.solve(closing.sweep, base.value, closing.precondition, settings, closing.rebuilt)
        if base.outcome is not Outcomes.converged:
            return direct, direct.sweeps + base.sweeps

    def at(fraction: float) -> System:
        partial = at_fraction(system.shocks, economy.world, fraction, from_closed=True)
        return shocked(with_floor_at(economy, fraction), partial)

    def solve_at(fraction: float, guess: Array) -> fixed_point.Solution:
        partial = at(fraction)
        return fixed_point.solve(partial.sweep, guess, partial.precondition, limits, partial.rebuilt)

    followed = follow(solve_at, base)
    sweeps = direct.sweeps + base.sweeps + followed.sweeps
    if followed.fraction >= 1.0:
        # The end of the path is the shock itself: solve the system that is checked, from there.
        last = fixed_point.solve(system.sweep, followed.solution.value, system.precondition, settings, system.rebuilt)
        return last, sweeps + last.sweeps
    reached = point_at(at(followed.fraction), followed.solution.value)
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
        return recomputed(
            point.system,
            wage_hat=point.wage_hat,
            sector_wage_hat=point.sector_wage_hat,
            employed_share=point.employed_share,
            labour_supply_hat=point.labour_supply_hat,
            cost_hat=point.cost_hat,
            price_hat=point.market_price_hat,
            trade_share=point.market_share,
            spending=point.market_spending,
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
    beyond = [name for name in residuals if name not in finite]
    place = f" No number is left to check {', '.join(beyond)}: a price or a wage is out of range." if beyond else ""
    if worst is not None and not beyond:
        position = where[worst]
        labels = [world.countries[position[0]]] if len(position) >= 1 else []
        if len(position) == 2:
            labels.append(world.sectors[position[1] % len(world.sectors)])
        place = f" Largest residual: {worst} of {' x '.join(labels)}, {finite[worst]:.1e}."
    ratio = point.income / world.accounts.income
    poorest = int(np.nanargmin(ratio)) if np.isfinite(ratio).any() else 0
    if not ratio[poorest] > 0.02:
        place += f" The income of {world.countries[poorest]} falls towards zero."
    return f"{status.sentence}{place} ({solution.sweeps} sweeps, residual {solution.residual:.1e})"
