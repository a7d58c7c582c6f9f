"""The decomposition of a solved shock, integrated along it: solves at fractions of the shock.

Taxes, finite trade costs and productivity move in logs; closed flows in openness; transfers, and the closing of
deficits, in dollars. The midpoint weights make the error fall with the square of the number of steps (Divisia index).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from multipolar.base.problems import NotConvergedError
from multipolar.model.decomposition import Decomposition, State, added, base_state, state_at, step
from multipolar.model.outcome import Point, point_at
from multipolar.model.shocks import at_fraction
from multipolar.model.system import System, shocked, with_floor_at
from multipolar.numerics import fixed_point
from multipolar.numerics.outcomes import Outcomes

STEPS = 8


def along_the_shock(point: Point, tolerance: float, steps: int = STEPS) -> Decomposition:
    """Parts of ``ln W_hat`` from the base to ``point``; what they leave is the remainder.

    Raises ``NotConvergedError`` where a fraction of the shock cannot be solved.
    """
    system, theta = point.system, point.system.economy.theta
    settings = fixed_point.Settings(tolerance=tolerance)
    # Ventures enter through the productivity and the transfers they came to, rents of others through transfers.
    shocks = replace(system.shocks, ventures=(), blocks=())
    final = replace(shocks, productivity_hat=point.productivity_hat, transfers=point.transfers)
    before, parts, state, guess, reached = base_state(system), [], system.start(), system.start(), 0.0
    for k in range(1, steps):
        # Steps shorten towards the end, where a closing supplier makes prices bend most.
        fraction = 1.0 - (1.0 - k / steps) ** 2
        economy = with_floor_at(system.economy, fraction)
        partial = shocked(economy, at_fraction(final, economy.world, fraction))
        solution = fixed_point.solve(partial.sweep, guess, partial.precondition, settings)
        if solution.outcome is not Outcomes.converged:
            where = f"The decomposition failed at {fraction:.2f} of the shock."
            raise NotConvergedError(f"{where} {solution.outcome.sentence}")
        ahead = 1.0 - (1.0 - (k + 1) / steps) ** 2
        guess = solution.value + (solution.value - state) * (ahead - fraction) / (fraction - reached)
        state, reached = solution.value, fraction
        after = state_at(point_at(partial, state))
        parts.append(step(before, after, theta))
        before = after
    parts.append(step(before, _levelled(before, state_at(point), system), theta))
    return added(parts)


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
        value_added=after.value_added * factor[:, None],
        inflow=after.inflow * factor,
        spending=after.spending * factor[:, None],
    )
