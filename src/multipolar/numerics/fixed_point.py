"""Preconditioned Anderson iteration with safeguards, for ``z = sweep(z)``. Knows no economics.

At each point the undamped residual ``r = sweep(z) - z`` decides convergence (a damped step hides errors); the
preconditioned residual ``f = M r`` is what Anderson acceleration (type II, Walker and Ni 2011) combines. On a
non-finite sweep or a residual ten times the best seen: back to the best point, mixing halved, history dropped;
if that keeps failing, or the iteration is slow, the preconditioner is rebuilt there. Better points give mixing back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multipolar.numerics.outcomes import Outcomes
from multipolar.numerics.secants import Learner, Secants

Array = NDArray[np.float64]
RIDGE = 1e-14


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of the iteration: tolerance on ``max|sweep(z) - z|`` and the safeguards."""

    tolerance: float = 1e-10
    sweeps_max: int = 500
    depth: int = 5
    step_max: float = 1.0
    setback: float = 10.0
    mixing_min: float = 1e-3
    mixing_rebuild: float = 0.1
    rebuild_every: int = 30
    rebuild_near: float = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """The best point found, how the iteration ended, its residual and the number of sweeps.

    ``secants``: what the iteration has learnt, on top of what it was given; None where it was given none.
    """

    value: Array
    outcome: Outcomes
    residual: float
    sweeps: int
    secants: Secants | None = None


Preconditioner = Callable[[Array], Array]


def solve(
    sweep: Callable[[Array], Array],
    start: Array,
    precondition: Preconditioner | None = None,
    settings: Settings = Settings(),
    rebuild: Callable[[Array], Preconditioner] | None = None,
    secants: Secants | None = None,
) -> Solution:
    """Find ``z = sweep(z)``.

    ``sweep`` maps an array to one of the same shape and may return non-finite numbers: they mean "not here".
    ``rebuild`` makes a preconditioner for a point: it is asked once when steps from the best point keep failing, and
    every ``rebuild_every`` sweeps of a slow iteration that is near its end (farther away it may mislead).
    ``secants``: what earlier iterations with the same preconditioner have learnt (``Secants()``: nothing yet, but to be
    gone on with); left aside from the first step that fails, and after ``rebuild_every`` sweeps. Never raises for lack
    of convergence: the answer carries its outcome.
    """
    point, mixing, history = start, 1.0, _History(settings.depth, start.shape)
    learner = Learner(secants)
    best, best_residual, best_rest, rescued = start, np.inf, np.zeros_like(start), False
    for sweeps in range(1, settings.sweeps_max + 1):
        with np.errstate(all="ignore"):
            rest = sweep(point) - point
        residual = float(np.abs(rest).max()) if rest.size else 0.0
        if residual <= settings.tolerance:
            return Solution(point, Outcomes.converged, residual, sweeps, learner.learnt())
        if not np.isfinite(residual) or residual > settings.setback * best_residual:
            if not np.isfinite(best_residual):
                return Solution(start, Outcomes.not_finite, np.inf, sweeps)
            if mixing < settings.mixing_min:
                break
            mixing *= 0.5
            learner.doubt()
            if mixing < settings.mixing_rebuild and rebuild is not None and not rescued:
                with np.errstate(all="ignore"):
                    precondition, mixing, rescued = rebuild(best), 1.0, True
                learner.end()
            history.clear()
            step = precondition(best_rest) if precondition is not None else best_rest
            point = best + _bounded(mixing * step, settings.step_max)
            continue
        if residual < best_residual:
            best, best_residual, best_rest = point, residual, rest
            mixing = min(1.0, 2.0 * mixing)
        if sweeps % settings.rebuild_every == 0 and rebuild is not None and best_residual < settings.rebuild_near:
            with np.errstate(all="ignore"):
                precondition = rebuild(best)
            learner.end()
            history.clear()
        if sweeps == settings.rebuild_every and learner.doubt():
            history.clear()  # its steps were others
        step = learner.step(point, precondition(rest) if precondition is not None else rest)
        point = point + _bounded(history.accelerate(point, step, mixing), settings.step_max)
    return Solution(best, Outcomes.not_converged, best_residual, sweeps, learner.learnt())


def _bounded(step: Array, limit: float) -> Array:
    """The step, shortened as a whole where one component exceeds the limit."""
    largest = float(np.abs(step).max())
    return step * (limit / largest) if largest > limit else step


class _History:
    """The last differences of Anderson's method, in two rings with the Gram matrix of the steps.

    ``moves`` holds points plus steps: a whole step (mixing 1) then reads one ring instead of two.
    """

    def __init__(self, depth: int, shape: tuple[int, ...]) -> None:
        size = int(np.prod(shape))
        self.depth = depth
        self.moves = np.empty((depth, size))
        self.steps = np.empty((depth, size))
        self.gram = np.empty((depth, depth))
        self.products = np.empty(depth)
        self.step_before = np.empty(size)
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.kept = self.next = self.newest = 0
        self.previous: tuple[Array, Array] | None = None

    def accelerate(self, point: Array, step: Array, mixing: float) -> Array:
        """The combined step from ``point``: ``mixing f - (dZ + mixing dF) g``, g the least-squares weights."""
        if self.previous is not None and self.depth:
            self._keep(point, step, *self.previous)
        flat = step.ravel()
        self.previous = (point, step)
        if not self.kept:
            return mixing * step
        steps, moves, gram = self.steps[: self.kept], self.moves[: self.kept], self.gram[: self.kept, : self.kept]
        right = steps @ flat
        # The new row of the Gram matrix is the change of these products: the ring is read once, not twice.
        newest = self.newest
        before = self.products[: self.kept].copy()
        before[newest] = steps[newest] @ self.step_before
        gram[newest] = gram[:, newest] = right - before
        self.products[: self.kept] = right
        scale = np.sqrt(gram.diagonal())
        if not scale.all():
            return mixing * step
        # Unit columns and a small ridge keep nearly parallel differences from blowing the weights up.
        scaled = gram / (scale[:, None] * scale)
        scaled.flat[:: self.kept + 1] += RIDGE
        weights = np.linalg.solve(scaled, right / scale) / scale
        combined: Array = mixing * flat - weights @ moves
        if mixing != 1.0:
            combined += (1.0 - mixing) * (weights @ steps)
        return combined.reshape(point.shape)

    def _keep(self, point: Array, step: Array, point_before: Array, step_before: Array) -> None:
        k = self.newest = self.next
        self.step_before = step_before.ravel()
        np.subtract(step.ravel(), self.step_before, out=self.steps[k])
        np.subtract(point.ravel(), point_before.ravel(), out=self.moves[k])
        self.moves[k] += self.steps[k]
        self.kept, self.next = max(self.kept, k + 1), (k + 1) % self.depth
