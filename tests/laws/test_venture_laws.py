"""Joint ventures as multinational production: what their share does, and does not, depend on (ECONOMICS 2)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar as mp
from multipolar.model import equilibrium as eq
from multipolar.model import ventures as jv
from multipolar.world.toy import random_world

SEEDS = st.integers(0, 5_000)


def parts_of_sales(seed: int, mu: float, own: float, venture: float) -> np.ndarray:
    """The venture's part of the host's sales, market by market and in all, with the two as producers of their own.

    Both produce at the host's cost; their stocks are 1 - mu and mu of the host's, times ``own`` and ``venture``.
    Rivals, trade costs, taxes and spending are drawn.
    """
    rng, theta = np.random.default_rng(seed), np.array([rng_theta(seed)])
    cost, reach = rng.lognormal(0, 0.5, 3), rng.lognormal(0, 1, (4, 3))
    stock = np.array([(1 - mu) * own, mu * venture, *rng.lognormal(0, 1, 2)])
    weights = np.stack([reach[:, k] for k in (0, 0, 1, 2)], axis=1)[None] * stock  # [s,n,i]
    term = eq.cost_power(np.log(cost[[0, 0, 1, 2]])[:, None], theta)
    net = np.stack([rng.uniform(0.5, 1, 4)] * 2 + [rng.uniform(0.5, 1, 4) for _ in range(2)], axis=1)
    bought = rng.lognormal(0, 1, (1, 4)) / eq.market_sum(weights, term)
    sold = eq.sales(weights * net, term, bought)[0]
    by_market = (weights * net * term[:, None, :])[0, :, :2]
    return np.append(by_market[:, 1] / by_market.sum(axis=1), sold[1] / sold[:2].sum())


def rng_theta(seed: int) -> float:
    return float(np.random.default_rng(seed + 1).uniform(1, 8))


@given(SEEDS, st.floats(0.01, 0.5), st.floats(0.2, 5.0))
def test_its_share_stays_at_any_prices_while_own_and_venture_stocks_move_together(
    seed: int, mu: float, growth: float
) -> None:
    np.testing.assert_allclose(parts_of_sales(seed, mu, growth, growth), mu, rtol=1e-12)


@given(SEEDS, st.floats(0.01, 0.5), st.floats(0.2, 5.0))
def test_its_share_falls_as_the_hosts_own_stock_grows_and_it_does_not(seed: int, mu: float, growth: float) -> None:
    expected = jv.share_with_fixed_stock(mu, growth)
    np.testing.assert_allclose(parts_of_sales(seed, mu, growth, 1.0), expected, rtol=1e-12)


@given(SEEDS, st.floats(0.01, 0.4))
def test_a_venture_is_the_productivity_of_the_hosts_larger_stock(seed: int, mu: float) -> None:
    """In whole equilibria, at two horizons: cost falls as ``(1-mu)^(1/theta_K)``, whatever theta_h is."""
    world = random_world(seed, 3, 2)
    boost = np.ones((3, 2))
    boost[1, 0] = 1 / jv.cost_hat(mu, float(world.trade_elasticity[0]))
    for scale in (1.0, 0.5):
        p = mp.Parameters(theta_scale=scale)
        venture = mp.Venture(host=1, sector=0, investor=0, share=mu)
        with_it = mp.solve(world, mp.Shocks(ventures=(venture,), deficits="closed"), p, tolerance=1e-12)
        as_skill = mp.solve(world, mp.Shocks(productivity_hat=boost, deficits="closed"), p, tolerance=1e-12)
        np.testing.assert_allclose(with_it.welfare_hat, as_skill.welfare_hat, rtol=1e-9)
        sized = mp.Venture(host=1, sector=0, investor=0, output=float(mu * with_it.output[1, 0]))
        by_output = mp.solve(world, mp.Shocks(ventures=(sized,), deficits="closed"), p, tolerance=1e-12)
        np.testing.assert_allclose(by_output.welfare_hat, with_it.welfare_hat, rtol=1e-8)


@given(SEEDS)
def test_the_hosts_net_exports_rise_by_what_it_pays_the_investor(seed: int) -> None:
    """Under closed deficits: exports less imports of the host are ``rho mu Y'``, those of the investor minus that."""
    world = random_world(seed, 3, 2)
    venture = mp.Venture(host=1, sector=0, investor=0, share=0.2, royalty=0.1)
    out = mp.solve(world, mp.Shocks(ventures=(venture,), deficits="closed"), tolerance=1e-12)
    paid = jv.royalty_paid(0.1, 0.2, float(out.output[1, 0]))
    balance = out.trade.sum(axis=(1, 2)) - out.trade.sum(axis=(0, 2))
    np.testing.assert_allclose(balance, [-paid, paid, 0.0], atol=1e-9 * float(world.income.max()))
    np.testing.assert_allclose(out.gni - out.gdp, [paid, -paid, 0.0], atol=1e-9 * float(world.income.max()))
    assert paid > 0


def test_a_share_with_another_stock_differs() -> None:
    assert jv.share_with_fixed_stock(0.1, 1.2) < 0.1 == pytest.approx(jv.share_with_fixed_stock(0.1, 1.0))


def test_how_a_venture_scales_is_one_of_two_ways_and_needs_a_share() -> None:
    fixed = mp.Venture(host=1, sector=0, investor=0, share=0.4, scales="fixed")
    assert fixed.beside(1.2, "B x S").share == jv.share_with_fixed_stock(0.4, 1.2)
    assert mp.Venture(host=1, sector=0, investor=0, share=0.4).beside(1.2, "B x S").share == 0.4
    with pytest.raises(mp.NoEquilibriumError, match="venture in B x S would be 57%"):
        fixed.beside(0.5, "B x S")
    with pytest.raises(mp.ShocksError, match=r"no scales .*fixd.*; one of with_host, fixed"):
        mp.Venture(host=1, sector=0, investor=0, share=0.4, scales="fixd")
    with pytest.raises(mp.ShocksError, match="scales fixed goes with `share`"):
        mp.Venture(host=1, sector=0, investor=0, output=4.0, scales="fixed")
