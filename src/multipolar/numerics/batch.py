"""The preconditioned Anderson iteration of ``fixed_point.py`` over many problems of one shape at once, under JAX.

One problem is one while loop; ``vmap`` runs all of them together, on a GPU where JAX has one, until each has converged
or failed. Same residual, same safeguards, but no rebuilt preconditioner: what fails here is left to the other one.
Knows no economics.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multipolar.numerics.adjoint import Equations, with_jax
from multipolar.numerics.fixed_point import RIDGE, Settings

Array = NDArray[np.float64]
Tree = Any  # arrays in tuples of any depth
Step = Callable[[Any, Any], Any]  # the step for a residual, from the arrays of a preconditioner

KEPT = 64  # compiled iterations


@dataclass(frozen=True, slots=True, eq=False)
class Solutions:
    """The best points found [draw, ...], whether each converged, their residuals and numbers of sweeps."""

    value: Array
    converged: NDArray[np.bool_]
    residual: Array
    sweeps: NDArray[np.int64]


def solve_many(
    equations: Equations,
    starts: Sequence[Array],
    inputs: Sequence[Tree],
    constants: Sequence[Tree],
    step: Step,
    blocks: Tree,
    settings: Settings,
) -> Solutions:
    """Solve ``z = equations(z, inputs, constants)[0]`` for every draw; trees of one shape, one a draw.

    ``step(rest, blocks)`` is the preconditioner, the same for all. An array that is one object in all draws is kept
    once. Raises ``InputError`` where JAX is missing.
    """
    with with_jax() as jax:
        given, axes = _stacked(jax, (list(starts), list(inputs), list(constants)))
        value, residual, sweeps = _compiled(equations, step, settings, axes)(given, blocks)
        found = np.array(value), np.array(residual), np.array(sweeps)
    return Solutions(found[0], found[1] <= settings.tolerance, found[1], found[2])


def _stacked(jax: Any, draws: tuple[list[Tree], ...]) -> tuple[Tree, tuple[int | None, ...]]:
    """Trees of all draws as one, and the axis of the draw in every leaf, None where all share one array."""
    each = [jax.tree.flatten(one) for one in zip(*draws, strict=True)]
    columns = list(zip(*(leaves for leaves, _ in each), strict=True))
    shared = [len(column) > 1 and all(leaf is column[0] for leaf in column) for column in columns]
    leaves = [column[0] if same else np.stack(column) for column, same in zip(columns, shared, strict=True)]
    return jax.tree.unflatten(each[0][1], leaves), tuple(None if same else 0 for same in shared)


@lru_cache(maxsize=KEPT)
def _compiled(equations: Equations, step: Step, settings: Settings, axes: tuple[int | None, ...]) -> Callable[..., Any]:
    """All draws in one compiled function."""
    with with_jax() as jax:

        def all_draws(given: Any, blocks: Any) -> Any:
            leaves, form = jax.tree.flatten(given)

            def one(*leaves: Any) -> Any:
                start, inputs, constants = jax.tree.unflatten(form, leaves)

                def rest(z: Any) -> Any:
                    return equations(z, inputs, constants)[0] - z

                return _iterate(jax, rest, start, lambda r: step(r, blocks), settings)

            return jax.vmap(one, in_axes=axes)(*leaves)

        compiled: Callable[..., Any] = jax.jit(all_draws)
    return compiled


def _iterate(
    jax: Any, rest_at: Callable[[Any], Any], start: Any, precondition: Callable[[Any], Any], settings: Settings
) -> Any:
    """One draw: best point, its residual, sweeps. The carry is a dictionary of arrays of fixed shape."""
    jnp, shape, size = jax.numpy, start.shape, start.size
    depth = settings.depth

    def going(now: Any) -> Any:
        return (now["sweeps"] < settings.sweeps_max) & (now["best_residual"] > settings.tolerance) & ~now["stuck"]

    def body(now: Any) -> Any:
        point, best_residual = now["point"], now["best_residual"]
        rest = rest_at(point)
        residual = jnp.max(jnp.abs(rest))
        back = ~jnp.isfinite(residual) | (residual > settings.setback * best_residual)
        better = ~back & (residual < best_residual)
        best = jnp.where(better, point, now["best"])
        best_rest = jnp.where(better, rest, now["best_rest"])
        mixing = now["mixing"] * jnp.where(back, 0.5, jnp.where(better, 2.0, 1.0))
        mixing = jnp.minimum(1.0, mixing)
        step = precondition(jnp.where(back, best_rest, rest)).reshape(size)
        steps, moves, kept = _remembered(jnp, now, step, back, depth)
        ahead = _combined(jnp, steps, moves, jnp.minimum(kept, depth), step, mixing)
        move = jnp.where(back, mixing * step, ahead)
        largest = jnp.max(jnp.abs(move))
        move = move * jnp.where(largest > settings.step_max, settings.step_max / largest, 1.0)
        stuck = back & (~jnp.isfinite(best_residual) | (now["mixing"] < settings.mixing_min))
        return {
            "point": jnp.where(back, best, point) + move.reshape(shape), "best": best, "best_rest": best_rest,
            "best_residual": jnp.where(better, residual, best_residual), "mixing": mixing, "steps": steps,
            "moves": moves, "kept": kept, "previous": ~back, "point_before": point.reshape(size), "step_before": step,
            "sweeps": now["sweeps"] + 1, "stuck": stuck,
        }  # fmt: skip

    ring, flat = jnp.zeros((depth, size)), jnp.zeros(size)
    first = {
        "point": start, "best": start, "best_rest": jnp.zeros(shape), "best_residual": jnp.inf, "mixing": 1.0,
        "steps": ring, "moves": ring, "kept": 0, "previous": False, "point_before": flat, "step_before": flat,
        "sweeps": 0, "stuck": False,
    }  # fmt: skip
    last = jax.lax.while_loop(going, body, jax.tree.map(jnp.asarray, first))
    return last["best"], last["best_residual"], last["sweeps"]


def _remembered(jnp: Any, now: Any, step: Any, back: Any, depth: int) -> tuple[Any, Any, Any]:
    """The rings with the newest difference in its slot, and how many were ever kept: none after a setback."""
    changed = step - now["step_before"]
    moved = now["point"].reshape(step.size) - now["point_before"] + changed
    new = now["previous"] & ~back
    take = (jnp.arange(depth)[:, None] == now["kept"] % depth) & new
    kept = jnp.where(back, 0, now["kept"] + jnp.where(new, 1, 0))
    return jnp.where(take, changed, now["steps"]), jnp.where(take, moved, now["moves"]), kept


def _combined(jnp: Any, steps: Any, moves: Any, kept: Any, step: Any, mixing: Any) -> Any:
    """``mixing f - (dZ + mixing dF) g`` with g the least-squares weights over the differences kept."""
    there = jnp.arange(len(steps)) < kept
    used = jnp.where(there[:, None], steps, 0.0)
    gram = used @ used.T
    scale = jnp.sqrt(jnp.diagonal(gram))
    whole = jnp.all((scale > 0) | ~there)
    unit = jnp.where(scale > 0, scale, 1.0)
    scaled = gram / (unit[:, None] * unit) + jnp.diag(jnp.where(scale > 0, RIDGE, 1.0))
    weights = jnp.where(whole, jnp.linalg.solve(scaled, (used @ step) / unit) / unit, 0.0)
    return mixing * step - weights @ moves + (1.0 - mixing) * (weights @ steps)
