"""Derivatives of what a fixed point yields, by the implicit function theorem, under JAX. Knows no economics.

At ``z = g(z, p)`` with outputs ``v = h(z, p)`` and a payoff whose derivative by the outputs is w::

    (I - g_z)' y = h_z' w        dV/dp = h_p' w + g_p' y

One transposed system, however many inputs p there are. It is solved with the transpose of the preconditioner that the
fixed point itself is solved with, by a flexible Krylov method (SciPy's GCROT, Hicken and Zingg 2010): a preconditioner
in single precision is not quite linear, and plain GMRES stops at its rounding. Everything runs in float64, whatever the
caller's own settings of JAX are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from multipolar.base.problems import InputError
from multipolar.numerics.outcomes import Outcomes

Array = NDArray[np.float64]
Tree = Any  # arrays in tuples of any depth

KEPT = 64  # compiled equations


class Equations(Protocol):
    """A map and its outputs, pure and hashable: equal equations are compiled once."""

    def __hash__(self) -> int: ...

    def __call__(self, state: Any, inputs: Any, constants: Any, /) -> tuple[Any, Any]:
        """The image of the state, and the outputs at it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """``tolerance``: of the transposed system, relative to its right side; ``steps`` a round, ``rounds`` at most."""

    tolerance: float = 1e-9
    steps: int = 60
    rounds: int = 4


@dataclass(frozen=True, slots=True, eq=False)
class Adjoint:
    """``gradient`` by each input, shaped as the inputs are; how the transposed system ended; how far off ``state`` was.

    ``residual``: of the transposed system, recomputed, relative to its right side; ``gap``: max|g(z) - z|.
    """

    gradient: Tree
    outcome: Outcomes
    residual: float
    steps: int
    gap: float


def adjoint(
    equations: Equations,
    state: Array,
    inputs: Tree,
    constants: Tree,
    weight: Array,
    precondition: Callable[[Array], Array] | None = None,
    settings: Settings = Settings(),
) -> Adjoint:
    """The derivative of ``sum(weight * outputs)`` by every input, at a solved state.

    ``precondition`` approximates the inverse of ``I - g_z'`` (transposed). Raises ``InputError`` where JAX is missing.
    """
    with with_jax() as jax:
        run = _compiled(equations)
        image, pull = run.linear(state, inputs, constants)
        right = np.asarray(run.to_state(pull, np.zeros_like(state), weight))

        def transposed(y: Array) -> Array:
            lowered: Array = y - np.asarray(run.to_state(pull, y, np.zeros_like(weight)))
            return lowered

        y, residual, steps = _solved(transposed, right, precondition, settings)
        gradient = jax.tree.map(np.array, run.to_inputs(pull, y, weight))
        gap = float(np.abs(np.asarray(image) - state).max())
    ended = Outcomes.converged if residual <= 2.0 * settings.tolerance else Outcomes.not_converged
    if not np.isfinite(residual):
        ended = Outcomes.not_finite
    return Adjoint(gradient, ended, residual, steps, gap)


def _solved(
    matvec: Callable[[Array], Array],
    right: Array,
    precondition: Callable[[Array], Array] | None,
    settings: Settings,
) -> tuple[Array, float, int]:
    """``y`` with ``matvec(y) = right``, its residual relative to ``right`` and the number of products."""
    from scipy.sparse.linalg import LinearOperator, gcrotmk

    shape, size = right.shape, float(np.linalg.norm(right))
    if not np.isfinite(size):
        return np.zeros_like(right), np.inf, 0
    if size == 0.0:
        return np.zeros_like(right), 0.0, 0
    steps = 0

    def counted(flat: Array) -> Array:
        nonlocal steps
        steps += 1
        return matvec(flat.reshape(shape)).ravel()

    def operator(product: Callable[[Array], Array]) -> Any:
        return LinearOperator((right.size, right.size), matvec=product, dtype=np.float64)

    conditioned = None if precondition is None else operator(lambda flat: precondition(flat.reshape(shape)).ravel())
    found, _ = gcrotmk(
        operator(counted), (right / size).ravel(), M=conditioned, rtol=settings.tolerance, atol=0.0, m=settings.steps,
        maxiter=settings.rounds,
    )  # fmt: skip
    y = size * found.reshape(shape)
    residual = float(np.linalg.norm(matvec(y) - right)) / size
    return y, residual, steps


class _Compiled(NamedTuple):
    linear: Callable[..., Any]
    to_state: Callable[..., Any]
    to_inputs: Callable[..., Any]


@lru_cache(maxsize=KEPT)
def _compiled(equations: Equations) -> _Compiled:
    """Compiled once for equal equations; JAX compiles anew for arrays of other shapes."""
    with with_jax() as jax:

        def linear(state: Any, inputs: Any, constants: Any) -> Any:
            (image, _), pull = jax.vjp(lambda z, p: equations(z, p, constants), state, inputs)
            return image, pull

        return _Compiled(
            jax.jit(linear),
            jax.jit(lambda pull, y, weight: pull((y, weight))[0]),
            jax.jit(lambda pull, y, weight: pull((y, weight))[1]),
        )


@contextmanager
def with_jax() -> Iterator[Any]:
    """JAX in float64 while the block lasts; the caller's settings stay. ``InputError`` where it is missing."""
    try:
        import jax
    except ImportError as missing:
        raise InputError("This needs JAX: pip install 'multipolar[derivatives]'") from missing
    with jax.enable_x64(True):
        yield jax
