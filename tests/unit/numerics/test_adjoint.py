"""Derivatives of a fixed point's outputs, on maps small enough to be differentiated by hand."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipolar.base.problems import InputError
from multipolar.numerics import adjoint as ad
from multipolar.numerics.outcomes import Outcomes

jax = pytest.importorskip("jax", reason="needs the extra `derivatives`")


@dataclass(frozen=True)
class Linear:
    """``z = A z + B p``, outputs ``C z + p``."""

    def __call__(self, state, inputs, constants, /):
        a, b, c = constants
        (p,) = inputs
        return a @ state + b @ p, c @ state + p


@dataclass(frozen=True)
class Root:
    """``z = (z + p/z)/2``: the square root of p; the output is its cube, to a power."""

    power: float

    def __call__(self, state, inputs, constants, /):
        return 0.5 * (state + inputs / state), state ** (3.0 * self.power)


def linear(seed: int, size: int = 6):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(size, size))
    a *= 0.8 / np.abs(np.linalg.eigvals(a)).max()
    b, c = rng.normal(size=(size, 3)), rng.normal(size=(3, size))
    p, weight = rng.normal(size=3), rng.normal(size=3)
    state = np.linalg.solve(np.eye(size) - a, b @ p)
    expected = weight @ (c @ np.linalg.solve(np.eye(size) - a, b) + np.eye(3))
    return (a, b, c), p, weight, state, expected


@given(st.integers(0, 5_000))
def test_a_linear_map_by_hand(seed: int) -> None:
    constants, p, weight, state, expected = linear(seed)
    found = ad.adjoint(Linear(), state, (p,), constants, weight)
    assert found.outcome is Outcomes.converged
    np.testing.assert_allclose(found.gradient[0], expected, rtol=1e-6, atol=1e-7)
    assert found.gap < 1e-10
    assert found.gradient[0].dtype == np.float64


def test_a_preconditioner_that_is_the_inverse_needs_one_step() -> None:
    constants, p, weight, state, expected = linear(1)
    transposed = np.linalg.inv(np.eye(6) - constants[0].T)
    found = ad.adjoint(Linear(), state, (p,), constants, weight, lambda rest: transposed @ rest)
    np.testing.assert_allclose(found.gradient[0], expected, rtol=1e-9)
    assert found.steps <= 3
    assert ad.adjoint(Linear(), state, (p,), constants, weight).steps > found.steps


@pytest.mark.parametrize("power", [1.0, 2.0])
def test_square_roots(power: float) -> None:
    """d p^(3 power/2) / dp; the preconditioner is single precision, and not quite linear for it."""
    p = np.array([2.0, 3.0, 5.0])
    found = ad.adjoint(
        Root(power), np.sqrt(p), p, (), np.ones(3), lambda rest: rest.astype(np.float32).astype(np.float64),
        ad.Settings(tolerance=1e-12),
    )  # fmt: skip
    assert found.outcome is Outcomes.converged
    np.testing.assert_allclose(found.gradient, 1.5 * power * p ** (1.5 * power - 1.0), rtol=1e-11)


def test_weights_of_zero_give_a_gradient_of_zero_without_a_step() -> None:
    constants, p, _, state, _ = linear(2)
    found = ad.adjoint(Linear(), state, (p,), constants, np.zeros(3))
    assert not found.gradient[0].any()
    assert (found.outcome, found.steps) == (Outcomes.converged, 0)


def test_a_system_that_is_not_solved_in_time_says_so() -> None:
    constants, p, weight, state, _ = linear(3, 40)
    few = ad.adjoint(Linear(), state, (p,), constants, weight, settings=ad.Settings(steps=2, rounds=1))
    assert few.outcome is Outcomes.not_converged
    assert few.residual > 1e-9
    enough = ad.adjoint(Linear(), state, (p,), constants, weight)
    assert enough.outcome is Outcomes.converged


def test_a_point_that_is_none_is_told_by_its_gap() -> None:
    constants, p, weight, state, _ = linear(4)
    assert ad.adjoint(Linear(), state + 0.1, (p,), constants, weight).gap > 1e-3


def test_numbers_out_of_range_are_not_finite() -> None:
    found = ad.adjoint(Root(1.0), np.array([0.0]), np.array([0.0]), (), np.ones(1))
    assert found.outcome is not Outcomes.converged


def test_the_callers_settings_of_jax_stay() -> None:
    constants, p, weight, state, _ = linear(5)
    for doubles in (False, True):
        with jax.enable_x64(doubles):
            ad.adjoint(Linear(), state, (p,), constants, weight)
            assert jax.numpy.ones(1).dtype == (np.float64 if doubles else np.float32)


def test_equal_equations_are_compiled_once() -> None:
    assert ad._compiled(Root(1.0)) is ad._compiled(Root(1.0))
    assert ad._compiled(Root(1.0)) is not ad._compiled(Root(2.0))


def test_without_jax_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    constants, p, weight, state, _ = linear(6)
    assert ad.adjoint(Linear(), state, (p,), constants, weight).outcome is Outcomes.converged
    monkeypatch.setitem(sys.modules, "jax", None)
    with pytest.raises(InputError, match=r"pip install 'multipolar\[derivatives\]'"):
        ad.adjoint(Linear(), state, (p,), constants, weight)


def test_importing_the_room_does_not_import_jax() -> None:
    code = "import sys, multipolar.numerics.adjoint, multipolar.numerics.batch, multipolar.model.gradient; "
    code += "import multipolar.model.ensemble, multipolar.model.preview; print('jax' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
