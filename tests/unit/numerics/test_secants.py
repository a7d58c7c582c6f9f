"""What one iteration has learnt serves the next: fewer sweeps, the same point; misleading pairs change no answer."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from multipolar.numerics import fixed_point
from multipolar.numerics.secants import MOST, Secants

TIGHT = fixed_point.Settings(tolerance=1e-11)


def linear(seed: int, size: int, rate: float = 0.9) -> tuple[np.ndarray, np.ndarray]:
    """A symmetric contraction ``z -> A z + b`` with eigenvalues up to ``rate`` in size, and its b."""
    rng = np.random.default_rng(seed)
    basis, _ = np.linalg.qr(rng.normal(size=(size, size)))
    return basis @ np.diag(rng.uniform(-rate, rate, size)) @ basis.T, rng.normal(size=size)


def solved(a: np.ndarray, b: np.ndarray, secants: Secants | None) -> fixed_point.Solution:
    return fixed_point.solve(lambda z: a @ z + b, np.zeros(len(b)), settings=TIGHT, secants=secants)


@given(seed=st.integers(0, 10_000))
def test_all_directions_known_is_one_step(seed: int) -> None:
    """With a pair for every direction each step lands at the solution, to single precision, without acceleration."""
    a, b = linear(seed, 12)
    moved = np.linalg.qr(np.random.default_rng(seed).normal(size=(12, 12)))[0]
    fell = moved @ (a - np.eye(12))  # rows: f = A z + b - z falls by (A - I) dZ
    length = np.linalg.norm(fell, axis=1, keepdims=True)
    known = Secants((fell / length).astype(np.float32), ((moved + fell) / length).astype(np.float32))
    plain = fixed_point.Settings(tolerance=1e-11, depth=0, step_max=100.0)
    found = fixed_point.solve(lambda z: a @ z + b, np.zeros(12), settings=plain, secants=known)
    assert found.outcome == "converged"
    assert found.sweeps <= 4
    assert np.allclose(found.value, np.linalg.solve(np.eye(12) - a, b), rtol=0, atol=1e-9)
    alone = fixed_point.solve(lambda z: a @ z + b, np.zeros(12), settings=plain)
    assert alone.sweeps > 20


@given(seed=st.integers(0, 10_000))
def test_equations_near_those_learnt_from_take_fewer_sweeps(seed: int) -> None:
    a, b = linear(seed, 60)
    nearby, right = a + 1e-2 * linear(seed + 1, 60)[0], b + 0.1 * linear(seed + 1, 60)[1]
    learnt = solved(a, b, Secants()).secants
    assert learnt is not None
    again, anew = solved(nearby, right, learnt), solved(nearby, right, None)
    assert again.outcome == anew.outcome == "converged"
    assert np.allclose(again.value, anew.value, rtol=0, atol=1e-9)
    assert again.sweeps < anew.sweeps


@given(seed=st.integers(0, 10_000))
def test_pairs_of_other_equations_change_no_answer(seed: int) -> None:
    """Pairs that have nothing to do with the equations are left aside after the first step that fails."""
    a, b = linear(seed, 20)
    rng = np.random.default_rng(seed)
    wrong = Secants(*(rng.normal(size=(2, 5, 20)) * 10).astype(np.float32))
    found = solved(a, b, wrong)
    assert found.outcome == "converged"
    assert np.allclose(found.value, np.linalg.solve(np.eye(20) - a, b), rtol=0, atol=1e-8)


def test_pairs_that_keep_an_iteration_from_moving_are_left_aside_in_time() -> None:
    """A pair that says "this residual falls without a move" (dZ = 0) takes its direction out of every step: no step
    fails, and none gets there."""
    a, b = linear(6, 20)
    stuck = Secants(np.eye(1, 20, dtype=np.float32), np.eye(1, 20, dtype=np.float32))
    settings = fixed_point.Settings(tolerance=1e-11, rebuild_every=30)
    found = fixed_point.solve(lambda z: a @ z + b, np.zeros(20), settings=settings, secants=stuck)
    assert found.outcome == "converged"
    assert 30 < found.sweeps < 80
    assert np.allclose(found.value, np.linalg.solve(np.eye(20) - a, b), rtol=0, atol=1e-8)


def test_newest_pairs_stand_first_and_old_ones_are_dropped() -> None:
    a, b = linear(3, 60)
    first = solved(a, b, Secants()).secants
    assert first is not None
    loose = fixed_point.Settings(tolerance=1e-3)
    again = fixed_point.solve(lambda z: a @ z - 2.0 * b, np.zeros(60), settings=loose, secants=first)
    second, fresh = again.secants, again.sweeps - 2  # the last sweep makes no step, the first no difference
    assert second is not None
    assert len(second.steps) == MOST
    kept = MOST - fresh
    assert 0 < kept < MOST
    assert np.array_equal(second.steps[fresh:], first.steps[:kept])
    assert np.allclose(np.linalg.norm(second.steps, axis=1), 1.0, atol=1e-6)


def test_nothing_is_noted_where_nothing_was_given() -> None:
    a, b = linear(4, 10)
    assert solved(a, b, None).secants is None
    assert solved(a, 0.0 * b, Secants()).secants is not None


def test_a_preconditioner_made_anew_ends_learning() -> None:
    """Pairs of two preconditioners do not go together: after a rebuild nothing is noted any more."""
    a, b = linear(5, 60, rate=0.999)
    settings = fixed_point.Settings(tolerance=1e-11, depth=0, rebuild_every=3, rebuild_near=np.inf)
    slow = fixed_point.solve(lambda z: a @ z + b, np.zeros(60), None, settings, lambda z: lambda rest: rest, Secants())
    assert slow.sweeps > 6
    assert slow.secants is not None
    assert len(slow.secants.steps) == 1  # of the first two points
