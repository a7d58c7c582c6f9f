"""What an iteration has learnt of its equations, kept for the next one on equations like them. Knows no economics.

Along the points an iteration went through, its preconditioned residual f fell by ``dF`` where the point moved by
``dZ``. The next iteration takes out of its own residual what lies along ``dF``, and goes the way ``dZ`` instead::

    f -> f - (dZ + dF)^T (dF dF^T)^+ dF f

(multisecant equations, Fang and Saad 2009, Numerical Linear Algebra with Applications 16, eq. 24, with the pairs of
another iteration). For linear equations with the same preconditioner one step then lands where the whole of the earlier
iteration did. Pairs only speed a solve up: no result depends on them beyond its tolerance.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Single = NDArray[np.float32]

MOST = 16
"""Pairs that are kept, the newest first; more cost more to read in every sweep than they save."""
RANK = 1e-5  # directions of dF smaller than this share of the largest, squared, are noise in single precision


@dataclass(frozen=True, eq=False)
class Secants:
    """Pairs of unit steps ``dF`` and moves ``dZ + dF`` [pair, state], newest first; ``Secants()`` knows nothing."""

    steps: Single = field(default_factory=lambda: np.empty((0, 0), np.float32))
    moves: Single = field(default_factory=lambda: np.empty((0, 0), np.float32))

    @property
    def size(self) -> int:
        """Length of the states it was learnt from; 0 where it knows nothing."""
        return int(self.steps.shape[1])

    @cached_property
    def _inverse(self) -> Single:
        """``(dF dF^T)^+``, directions below ``RANK`` left out."""
        values, vectors = np.linalg.eigh((self.steps @ self.steps.T).astype(np.float64))
        kept = values > RANK * values[-1]
        inverse: Single = ((vectors[:, kept] / values[kept]) @ vectors[:, kept].T).astype(np.float32)
        return inverse

    def applied(self, step: Array) -> Array:
        """The step with what is known of it taken out and gone at once."""
        if not self.size:
            return step
        weights = self._inverse @ (self.steps @ step.ravel().astype(np.float32))
        better: Array = step - (weights @ self.moves).reshape(step.shape)
        return better


class Learner:
    """Applies what is known to the steps of an iteration, and notes its points and its own steps there.

    ``given`` None: nothing is applied and nothing noted.
    """

    def __init__(self, given: Secants | None) -> None:
        self._given = given
        self._applied = given or Secants()
        self._notes = given is not None
        self._before: tuple[Array, Array] | None = None
        self._steps: list[Single] = []
        self._moves: list[Single] = []

    def step(self, point: Array, step: Array) -> Array:
        """The preconditioned residual ``step`` at ``point`` with what is known applied."""
        if self._notes:
            self._note(point, step)
        return self._applied.applied(step)

    def doubt(self) -> bool:
        """A step failed, or there are too many: what was known is applied no more. False where nothing was."""
        held, self._applied = self._applied.size > 0, Secants()
        return held

    def end(self) -> None:
        """The preconditioner is another one: nothing is applied and nothing noted any more."""
        self.doubt()
        self._notes = False

    def learnt(self) -> Secants | None:
        """The pairs noted before those given, ``MOST`` in all; None where nothing was given."""
        steps, moves, older = self._steps[: -MOST - 1 : -1], self._moves[: -MOST - 1 : -1], self._given
        if older is None or not steps:
            return older
        left = MOST - len(steps) if older.size else 0
        if left > 0:
            steps, moves = [*steps, *older.steps[:left]], [*moves, *older.moves[:left]]
        return Secants(np.stack(steps), np.stack(moves))

    def _note(self, point: Array, step: Array) -> None:
        if self._before is not None:
            fell = step - self._before[1]
            length = float(np.linalg.norm(fell))
            if length > 0.0:
                moved = point - self._before[0]
                moved += fell
                self._steps.append((fell.ravel() / length).astype(np.float32))
                self._moves.append((moved.ravel() / length).astype(np.float32))
        self._before = point, step
