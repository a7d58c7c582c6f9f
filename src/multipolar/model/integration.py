"""The decomposition of a solved shock, integrated along it: solves at fractions of the shock.

Taxes, finite trade costs and productivity move in logs; closed flows in openness; transfers, and the closing of
deficits, in dollars. The midpoint weights make the error fall with the square of the number of steps (Divisia index).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from multipolar.base.arrays import Array
from multipolar.base.problems import NotConvergedError
from multipolar.model.decomposition import Decomposition, State, added, base_state, state_at, step
from multipolar.model.outcome import Point, point_at
from multipolar.model.shocks import Shocks
from multipolar.model.system import System, shocked
from multipolar.numerics import fixed_point
from multipolar.numerics.outcomes import Outcomes

STEPS = 8


def along_the_shock(point: Point, tolerance: float, steps: int = STEPS) -> Decomposition:
    """Parts of ``ln W_hat`` from the base to ``point``; what they leave is the remainder.

    Raises ``NotConvergedError`` where a fraction of the shock cannot be solved.
    """
    system, theta = point.system, point.system.economy.theta
    settings = fixed_point.Settings(tolerance=tolerance)
    before, parts, state = base_state(system), [], system.start()
    for k in range(1, steps):
        # Steps shorten towards the end, where a closing supplier makes prices bend most.
        fraction = 1.0 - (1.0 - k / steps) ** 2
        partial = shocked(system.economy, _at_fraction(point, fraction))
        solution = fixed_point.solve(partial.sweep, state, partial.precondition, settings)
        if solution.outcome is not Outcomes.converged:
            where = f"The decomposition failed at {fraction:.2f} of the shock."
            raise NotConvergedError(f"{where} {solution.outcome.sentence}")
        state = solution.value
        after = state_at(point_at(partial, state))
        parts.append(step(before, after, theta))
        before = after
    parts.append(step(before, _levelled(before, state_at(point), system), theta))
    return added(parts)


def _at_fraction(point: Point, fraction: float) -> Shocks:
    """The shock at a fraction of the way; ventures enter through the productivity and transfers they came to."""
    system, shocks = point.system, point.system.shocks
    world = system.economy.world
    transfers = fraction * point.transfers
    if shocks.deficits == "closed":
        transfers = transfers + (1.0 - fraction) * system.economy.accounts.deficit
    cost, blocked = shocks.trade_cost_hat, shocks.blocked_share
    if cost is not None:
        shut = np.isinf(cost)
        closing = np.where(shut, fraction, 0.0)
        cost = np.where(shut, 1.0, np.where(shut, 1.0, cost) ** fraction)
        blocked = closing if blocked is None else 1.0 - (1.0 - fraction * blocked) * (1.0 - closing)
    elif blocked is not None:
        blocked = fraction * blocked
    return Shocks(
        tariff=_rate_at(world.tariff, shocks.tariff, fraction),
        export_tax=_rate_at(world.export_tax, shocks.export_tax, fraction),
        trade_cost_hat=cost,
        blocked_share=blocked,
        productivity_hat=point.productivity_hat**fraction,
        transfers=transfers,
        deficits=shocks.deficits,
    )


def _rate_at(base: Array | None, new: Array | None, fraction: float) -> Array | None:
    if new is None:
        return None
    start = 0.0 if base is None else np.log1p(base)
    rate: Array = np.expm1(start + fraction * (np.log1p(new) - start))
    return rate


def _levelled(before: State, after: State, system: System) -> State:
    """The end state with groups that trade no more brought to the nominal level they had one step before.

    Their level is arbitrary (one numeraire each), and the last step still weighs flows between them by a mean that is
    not zero. Each group keeps its share of world output through that step.
    """
    if len(system.group) == 1:
        return after
    ratio = (system.group @ before.output.sum(axis=1)) / (system.group @ after.output.sum(axis=1))
    factor = ratio @ system.group
    seller = factor[:, None, None]
    return replace(
        after,
        trade=after.trade * seller,
        per_openness=after.per_openness * seller,
        ln_cost=after.ln_cost + np.log(factor)[:, None],
        output=after.output * factor[:, None],
        income=after.income * factor,
        gdp=after.gdp * factor,
        inflow=after.inflow * factor,
    )
