"""Laws under CES production and demand (DESIGN 4.1, ECONOMICS 0.5 and 4): elasticities from .05 to 5."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar as mp
from multipolar.model import equilibrium as eq
from multipolar.model.integration import along_the_shock
from multipolar.world.toy import random_world

SEEDS = st.integers(0, 5_000)
ELASTICITIES = st.sampled_from([(0.5, 0.2, 0.9), (0.1, 0.05, 0.5), (2.0, 5.0, 3.0), (1.0, 0.2, 1.0), (0.5, 1.0, 1.0)])
RULES = st.sampled_from(["fixed", "own", "closed"])


def parameters(elasticities: tuple[float, float, float]) -> mp.Parameters:
    return mp.Parameters(sigma=elasticities[0], eps=elasticities[1], sigma_c=elasticities[2])


def shocks(world: mp.World, seed: int, **kept: object) -> mp.Shocks:
    rng = np.random.default_rng(seed + 1)
    shape, own = world.trade.shape, np.arange(len(world.countries))
    tariff = world.tariff + rng.uniform(0, 0.3, shape)
    tariff[own, own] = 0.0
    return mp.Shocks(**{  # type: ignore[arg-type]
        "tariff": tariff, "trade_cost_hat": rng.uniform(0.9, 1.4, shape),
        "productivity_hat": rng.uniform(0.8, 1.25, shape[1:]), **kept,
    })  # fmt: skip


def solved(world: mp.World, shock: mp.Shocks, p: mp.Parameters, tolerance: float = 1e-12) -> mp.Outcome:
    out = mp.solve(world, shock, p, tolerance=tolerance)
    assert out.status == "converged", out.message
    assert max(out.residuals.values()) < 1e-9
    return out


@given(SEEDS, ELASTICITIES, st.sampled_from(["fixed", "own"]))
def test_zero_shock_changes_nothing(seed: int, elasticities: tuple[float, float, float], rule: str) -> None:
    world = random_world(seed, 4, 3, export_taxes=True, empty=0.2)
    out = mp.solve(world, mp.Shocks(deficits=rule), parameters(elasticities))
    assert np.abs(out.welfare_hat - 1).max() < 1e-12
    assert np.abs(out.input_share - world.input_share).max() < 1e-12


@given(SEEDS, RULES)
def test_elasticities_to_one_are_cobb_douglas(seed: int, rule: str) -> None:
    """From both sides, across the change of branch, and by the series itself."""
    world = random_world(seed, 4, 3)
    shock = shocks(world, seed, deficits=rule)
    plain = solved(world, shock, mp.Parameters())
    for gap, allowed in ((1e-9, 1e-9), (0.9e-6, 1e-6), (1.1e-6, 1e-6)):
        for sign in (1, -1):
            near = solved(world, shock, parameters((1 + sign * gap, 1 - sign * gap, 1 + sign * gap)))
            np.testing.assert_allclose(near.welfare_hat, plain.welfare_hat, rtol=allowed)
            np.testing.assert_allclose(near.wage_hat, plain.wage_hat, rtol=allowed)
    just_in = solved(world, shock, parameters((1 - 0.9999e-6, 1 - 0.9999e-6, 1 - 0.9999e-6)))
    just_out = solved(world, shock, parameters((1 - 1.0001e-6, 1 - 1.0001e-6, 1 - 1.0001e-6)))
    np.testing.assert_allclose(just_in.welfare_hat, just_out.welfare_hat, rtol=2e-9)


@given(SEEDS, ELASTICITIES)
def test_shares_sum_to_one_and_the_market_for_labour_clears(
    seed: int, elasticities: tuple[float, float, float]
) -> None:
    world = random_world(seed, 4, 3)
    out = solved(world, shocks(world, seed), parameters(elasticities))
    value_added = (1 - out.input_share.sum(axis=2)) * out.output
    bills = world.value_added.sum(axis=1) * out.wage_hat
    np.testing.assert_allclose(value_added.sum(axis=1), bills, rtol=1e-9)
    final = out.spending - np.einsum("nks,nk->ns", out.input_share, out.output)
    np.testing.assert_allclose(final.sum(axis=1), out.income, rtol=1e-9)
    expected = world.final_share * out.price_hat ** (1 - elasticities[2])
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(final / out.income[:, None], expected, rtol=1e-8)


@given(SEEDS, ELASTICITIES, RULES)
def test_one_shock_after_another_is_both_at_once(
    seed: int, elasticities: tuple[float, float, float], rule: str
) -> None:
    world = random_world(seed, 3, 3, export_taxes=True)
    p, both = parameters(elasticities), shocks(world, seed, deficits=rule)
    first = mp.Shocks(tariff=both.tariff, deficits=rule)
    second = mp.Shocks(trade_cost_hat=both.trade_cost_hat, productivity_hat=both.productivity_hat, deficits=rule)
    joint, one = solved(world, both, p), solved(world, first, p)
    two = solved(world.after(one), second, p)
    for name in ("wage_hat", "price_hat", "welfare_hat"):
        np.testing.assert_allclose(getattr(one, name) * getattr(two, name), getattr(joint, name), rtol=1e-8)


@given(SEEDS, ELASTICITIES)
def test_scaling_relabelling_and_splitting(seed: int, elasticities: tuple[float, float, float]) -> None:
    world, p = random_world(seed, 3, 3), parameters(elasticities)
    shock = shocks(world, seed)
    one = solved(world, shock, p)
    scaled = solved(replace(world, trade=world.trade * 5.0), shock, p)
    np.testing.assert_allclose(scaled.welfare_hat, one.welfare_hat, rtol=1e-9)
    order, kinds = np.array([2, 0, 1]), np.array([1, 2, 0])
    flow = np.ix_(order, order, kinds)
    other = mp.World.from_arrays(
        countries=["x", "y", "z"], sectors=["u", "v", "w"], trade=world.trade[flow], tariff=world.tariff[flow],
        input_share=world.input_share[np.ix_(order, kinds, kinds)], trade_elasticity=world.trade_elasticity[kinds],
    )  # fmt: skip
    moved = mp.Shocks(tariff=shock.tariff[flow], trade_cost_hat=shock.trade_cost_hat[flow],
                      productivity_hat=shock.productivity_hat[np.ix_(order, kinds)])  # fmt: skip
    np.testing.assert_allclose(solved(other, moved, p).welfare_hat, one.welfare_hat[order], rtol=1e-9)


@given(SEEDS, ELASTICITIES)
def test_hulten_to_first_order_for_any_nest(seed: int, elasticities: tuple[float, float, float]) -> None:
    """A closed economy: real income moves by the Domar weight to first order, whatever the elasticities."""
    world = random_world(seed, 1, 4, tariffs=False)
    domar = world.output[0] / world.income[0]

    def gap(step: float) -> float:
        productivity = np.ones((1, 4))
        productivity[0, 1] = np.exp(step)
        out = solved(world, mp.Shocks(productivity_hat=productivity), parameters(elasticities), 1e-13)
        return abs(float(np.log(out.welfare_hat[0])) - float(domar[1]) * step)

    assert gap(1e-3) < 1e-5
    assert gap(1e-3) < 0.02 * gap(1e-2) + 1e-11


@given(SEEDS, ELASTICITIES)
def test_integrated_decomposition_adds_up(seed: int, elasticities: tuple[float, float, float]) -> None:
    world = random_world(seed, 3, 3)
    out = solved(world, shocks(world, seed), parameters(elasticities))
    parts, coarse = out.decomposition, along_the_shock(out.unconverged(), 1e-11, steps=4)
    assert np.abs(parts.remainder).max() < 0.35 * np.abs(coarse.remainder).max() + 1e-7


def test_value_added_share_uses_the_bundle_cost() -> None:
    """G39: sigma .5, beta .4, w = PM = 1, A 1.1: beta' stays .4 (with c for q the shares would sum to 1.0488)."""
    beta, one = np.array([[0.4]]), np.zeros((1, 1))
    bundle = eq.ln_bundle_cost(np.zeros(1), one, beta, 0.5)
    paid = eq.value_added_paid(np.ones((1, 1)), beta, np.zeros(1), bundle, 0.5)
    assert paid[0, 0] == pytest.approx(0.4, abs=1e-12)


@pytest.mark.parametrize(
    ("share", "quantity", "sigma", "expected"),
    [(0.04, 0.9, 0.04, -1.5686), (0.01, 0.7, 0.1, -2.3426), (0.04, 0.9, 1.0, -0.4206)],
)
def test_two_input_bound(share: float, quantity: float, sigma: float, expected: float) -> None:
    """G12-G14: ``Y = [a E^r + (1-a)]^(1/r)`` (Bachmann et al. 2024) as the dual of the bundle cost.

    At the price of energy that makes firms use E, output per unit of all inputs follows from the cost share.
    """
    output = eq.two_input_output(share, quantity, sigma)
    assert 100 * (output - 1) == pytest.approx(expected, abs=1e-3)


def test_two_input_bound_falls_with_the_elasticity() -> None:
    values = [eq.two_input_output(0.04, 0.9, sigma) for sigma in (0.02, 0.1, 0.5, 1.0, 2.0)]
    assert values == sorted(values)


def test_second_order_approximation() -> None:
    """G15: ``share dlnE + .5 dshare dlnE``."""
    assert 100 * eq.second_order_loss(0.012, -0.30, 0.024) == pytest.approx(-0.72, abs=0.005)
