"""Preconditioned Anderson iteration with safeguards, for ``z = sweep(z)``. Knows no economics.

At each point the undamped residual ``r = sweep(z) - z`` decides convergence (a damped step hides errors); the
preconditioned residual ``f = M r`` is what Anderson acceleration (type II, Walker and Ni 2011) combines. On a
non-finite sweep or a residual three times the best seen: back to the best point, mixing halved, history dropped;
if that keeps failing, the preconditioner is rebuilt there. Each better point gives mixing back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multipolar.numerics.outcomes import Outcomes

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of the iteration: tolerance on ``max|sweep(z) - z|`` and the safeguards."""

    tolerance: float = 1e-10
    sweeps_max: int = 500
    depth: int = 8
    step_max: float = 1.0
    setback: float = 3.0
    mixing_min: float = 1e-3
    mixing_rebuild: float = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """The best point found, how the iteration ended, its residual and the number of sweeps."""

    value: Array
    outcome: Outcomes
    residual: float
    sweeps: int


Preconditioner = Callable[[Array], Array]


def solve(
    sweep: Callable[[Array], Array],
    start: Array,
    precondition: Preconditioner | None = None,
    settings: Settings = Settings(),
    rebuild: Callable[[Array], Preconditioner] | None = None,
) -> Solution:
    """Find ``z = sweep(z)``.

    ``sweep`` maps an array to one of the same shape and may return non-finite numbers: they mean "not here".
    ``rebuild`` makes a preconditioner for a point; it is asked once, when steps from the best point keep failing.
    Never raises for lack of convergence: the answer carries its outcome.
    """
    point, mixing, history = start, 1.0, _History(settings.depth, start.shape)
    best, best_residual, best_rest = start, np.inf, np.zeros_like(start)
    for sweeps in range(1, settings.sweeps_max + 1):
        with np.errstate(all="ignore"):
            rest = sweep(point) - point
        residual = float(np.abs(rest).max()) if rest.size else 0.0
        if residual <= settings.tolerance:
            return Solution(point, Outcomes.converged, residual, sweeps)
        if not np.isfinite(residual) or residual > settings.setback * best_residual:
            if not np.isfinite(best_residual):
                return Solution(start, Outcomes.not_finite, np.inf, sweeps)
            if mixing < settings.mixing_min:
                break
            mixing *= 0.5
            if mixing < settings.mixing_rebuild and rebuild is not None:
                precondition, rebuild, mixing = rebuild(best), None, 1.0
            history.clear()
            step = precondition(best_rest) if precondition is not None else best_rest
            point = best + _bounded(mixing * step, settings.step_max)
            continue
        if residual < best_residual:
            best, best_residual, best_rest = point, residual, rest
            mixing = min(1.0, 2.0 * mixing)
        step = precondition(rest) if precondition is not None else rest
        point = point + _bounded(history.accelerate(point, step, mixing), settings.step_max)
    return Solution(best, Outcomes.not_converged, best_residual, sweeps)


def _bounded(step: Array, limit: float) -> Array:
    """The step, shortened as a whole where one component exceeds the limit."""
    largest = float(np.abs(step).max())
    return step * (limit / largest) if largest > limit else step


class _History:
    """The last points and steps of Anderson's method, kept as differences in two rings with their Gram matrix."""

    def __init__(self, depth: int, shape: tuple[int, ...]) -> None:
        size = int(np.prod(shape))
        self.depth = depth
        self.points = np.empty((depth, size))
        self.steps = np.empty((depth, size))
        self.gram = np.empty((depth, depth))
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.kept = self.next = 0
        self.previous: tuple[Array, Array] | None = None

    def accelerate(self, point: Array, step: Array, mixing: float) -> Array:
        """The combined step from ``point``: ``mixing f - (dZ + mixing dF) g``, g the least-squares weights."""
        if self.previous is not None and self.depth:
            self._keep(point, step, *self.previous)
        self.previous = (point, step)
        if not self.kept:
            return mixing * step
        steps, points, gram = self.steps[: self.kept], self.points[: self.kept], self.gram[: self.kept, : self.kept]
        scale = np.sqrt(np.diag(gram))
        if not scale.all():
            return mixing * step
        right = (steps @ step.ravel()) / scale
        # Unit columns and a small ridge keep nearly parallel differences from blowing the weights up.
        weights = np.linalg.solve(gram / np.outer(scale, scale) + 1e-14 * np.eye(len(scale)), right) / scale
        combined: Array = mixing * (step.ravel() - weights @ steps) - weights @ points
        return combined.reshape(point.shape)

    def _keep(self, point: Array, step: Array, point_before: Array, step_before: Array) -> None:
        k = self.next
        np.subtract(point.ravel(), point_before.ravel(), out=self.points[k])
        np.subtract(step.ravel(), step_before.ravel(), out=self.steps[k])
        self.kept, self.next = max(self.kept, k + 1), (k + 1) % self.depth
        products = self.steps[: self.kept] @ self.steps[k]
        self.gram[k, : self.kept] = self.gram[: self.kept, k] = products
