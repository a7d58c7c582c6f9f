"""Extra research is bought, and never free (ECONOMICS 1.5)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar as mp
from multipolar.model.integration import along_the_shock
from multipolar.world.toy import random_world

SEEDS = st.integers(0, 5_000)
RULES = st.sampled_from(["fixed", "own", "closed"])
NESTS = st.sampled_from([{}, {"sigma": 0.5, "eps": 0.2, "sigma_c": 0.9}, {"mobility": 2.0}])


def bought(world: mp.World, seed: int, share: float = 0.05) -> np.ndarray:
    """Up to a share of final use of each product."""
    return share * np.random.default_rng(seed + 5).random(world.output.shape) * world.final_use


def solved(world: mp.World, shocks: mp.Shocks, parameters: mp.Parameters | None = None) -> mp.Outcome:
    out = mp.solve(world, shocks, parameters, tolerance=1e-12)
    assert out.status == "converged", out.message
    assert max(out.residuals.values()) < 1e-9
    return out


@given(SEEDS, st.floats(0, 0.5))
def test_a_closed_economy_loses_what_it_spends(seed: int, share: float) -> None:
    """One country, one sector: prices do not move, W = (I - F)/I."""
    world = random_world(seed, 1, 1, tariffs=False)
    cost = share * world.income
    out = solved(world, mp.Shocks(research_purchases=cost[:, None], deficits="closed"))
    assert out.welfare_hat[0] == pytest.approx(1 - share, rel=1e-10)
    assert out.research_spending[0] == pytest.approx(cost[0], rel=1e-10)


@given(SEEDS, RULES, NESTS)
def test_markets_clear_with_research_and_it_is_paid(seed: int, rule: str, nests: dict[str, float]) -> None:
    world = random_world(seed, 4, 3, export_taxes=True)
    more = bought(world, seed)
    out = solved(world, mp.Shocks(research_purchases=more, deficits=rule), mp.Parameters(**nests))
    np.testing.assert_allclose(out.research_spending, (more * out.price_hat).sum(axis=1), rtol=1e-10)
    left = (out.income - out.research_spending) / (world.income * out.consumer_price_hat)
    np.testing.assert_allclose(out.welfare_hat, left, rtol=1e-12)
    np.testing.assert_allclose(out.trade.sum(axis=1), out.output, rtol=1e-9)


@given(SEEDS, NESTS)
def test_research_lowers_the_real_income_of_the_world(seed: int, nests: dict[str, float]) -> None:
    """Without taxes to first order by its cost; nothing bought changes nothing."""
    world = random_world(seed, 3, 3, tariffs=False)
    more = bought(world, seed, 1e-4)
    balanced = world.after(mp.solve(world, mp.Shocks(deficits="closed"), tolerance=1e-13))
    out = solved(balanced, mp.Shocks(research_purchases=more, deficits="closed"), mp.Parameters(**nests))
    change = (balanced.income * (out.welfare_hat - 1)).sum()
    assert change == pytest.approx(-more.sum(), rel=2e-3)
    none = solved(world, mp.Shocks(research_purchases=0 * more), mp.Parameters(**nests))
    assert np.abs(none.welfare_hat - 1).max() < 1e-12


@given(SEEDS, RULES)
def test_decomposition_with_research_adds_up(seed: int, rule: str) -> None:
    world = random_world(seed, 3, 3, export_taxes=True)
    out = solved(world, mp.Shocks(research_purchases=bought(world, seed, 0.3), deficits=rule))
    fine, coarse = out.decomposition, along_the_shock(out.unconverged(), 1e-11, steps=4)
    assert np.abs(fine.remainder).max() < 0.35 * np.abs(coarse.remainder).max() + 1e-7
    assert (fine.research < 0).all()
