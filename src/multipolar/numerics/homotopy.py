"""From a solved problem to a hard one, step by step: continuation with adaptive steps. Knows no economics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multipolar.numerics.fixed_point import Solution
from multipolar.numerics.outcomes import Outcomes

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """How far the path was followed: the last solution that converged, its fraction, and all sweeps together."""

    solution: Solution
    fraction: float
    sweeps: int


def follow(
    solve_at: Callable[[float, Array], Solution],
    start: Solution,
    step: float = 0.25,
    step_min: float = 1.0 / 512.0,
) -> Followed:
    """Follow the solution from fraction 0 (``start``, solved) towards 1.

    ``solve_at(fraction, point)`` solves the problem at a fraction from a point. Each point is extrapolated along the
    last two solutions; a step that fails is halved, one that succeeds makes the next longer by half. Ends at 1, or
    where a step would be shorter than ``step_min``.
    """
    fraction, sweeps, current = 0.0, 0, start
    before: tuple[float, Array] | None = None
    while fraction < 1.0:
        target = min(1.0, fraction + step)
        guess = current.value
        if before is not None:
            guess = guess + (guess - before[1]) * ((target - fraction) / (fraction - before[0]))
        found = solve_at(target, guess)
        sweeps += found.sweeps
        if found.outcome is Outcomes.converged:
            before, fraction, current = (fraction, current.value), target, found
            step *= 1.5
        elif step / 2.0 >= step_min:
            step /= 2.0
        else:
            break
    return Followed(current, fraction, sweeps)
