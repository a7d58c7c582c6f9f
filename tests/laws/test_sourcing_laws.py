"""Final users with suppliers of their own (field ``final_trade``): equal results where they coincide, and laws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar as mp
from multipolar.model.integration import along_the_shock
from multipolar.world.toy import random_world
from multipolar.world.world import Field

SEEDS = st.integers(0, 5_000)
RULES = st.sampled_from(["fixed", "own", "closed"])
NESTS = st.sampled_from([{}, {"sigma": 0.5, "eps": 0.2, "sigma_c": 0.9}, {"mobility": 1.5, "sigma": 0.5},
                         {"psi": 0.25, "labour_share": 0.55}, {"rigidity": 0.97, "mobility": 2.0}])  # fmt: skip


def with_final(world: mp.World, final: np.ndarray) -> mp.World:
    field = Field(final, ("country", "country", "sector"), "million USD", "assumption", "made up")
    return replace(world, fields={**world.fields, "final_trade": field})


def alike(world: mp.World) -> mp.World:
    """Final users buy where all buy."""
    return with_final(world, world.trade * (world.final_use / world.spending))


def apart(seed: int, n: int = 4, s: int = 3, **more: object) -> mp.World:
    """Final users lean to other suppliers: shares tilted, and inputs take what is left of each flow."""
    world = random_world(seed, n, s, **more)  # type: ignore[arg-type]
    rng = np.random.default_rng(seed + 11)
    gross = 1 + world.tariff if world.export_tax is None else (1 + world.tariff) * (1 + world.export_tax)
    part = world.final_use / world.spending
    tilt = rng.uniform(-1, 1, world.trade.shape) * np.minimum(part, 1 - part)
    tilt -= (tilt * world.trade * gross).sum(axis=0) / (world.trade * gross).sum(axis=0)
    tilt *= 0.5
    final = world.trade * np.clip(part + tilt, 0, 1)
    return with_final(world, final * (world.final_use / (final * gross).sum(axis=0)))


def shocks(world: mp.World, seed: int, rule: str, lists: bool = False) -> mp.Shocks:
    rng = np.random.default_rng(seed + 1)
    shape, own = world.trade.shape, np.arange(len(world.countries))
    tariff, blocked = world.tariff + rng.uniform(0, 0.3, shape), rng.uniform(0, 0.6, shape)
    tariff[own, own] = blocked[own, own] = 0.0
    return mp.Shocks(tariff=tariff, blocked_share=blocked, coverage="list" if lists else "thin",
                     productivity_hat=rng.uniform(0.9, 1.1, shape[1:]), deficits=rule)  # fmt: skip


def solved(world: mp.World, shock: mp.Shocks, **numbers: float) -> mp.Outcome:
    out = mp.solve(world, shock, mp.Parameters(**numbers), tolerance=1e-12)  # type: ignore[arg-type]
    assert out.status == "converged", out.message
    assert max(out.residuals.values()) < 1e-9
    return out


@given(SEEDS, RULES, NESTS, st.booleans(), st.booleans())
def test_where_all_buy_alike_results_are_equal(
    seed: int, rule: str, nests: dict[str, float], lists: bool, taxed: bool
) -> None:
    world = random_world(seed, 4, 3, export_taxes=taxed)
    shock = shocks(world, seed, rule, lists)
    one, two = solved(world, shock, **nests), solved(alike(world), shock, **nests)
    for name in ("welfare_hat", "price_hat", "cost_hat", "output", "trade_share", "revenue", "employed_share"):
        np.testing.assert_allclose(getattr(two, name), getattr(one, name), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(two.final_price_hat, two.price_hat, rtol=1e-10)


@given(SEEDS, NESTS)
def test_zero_shock_changes_nothing(seed: int, nests: dict[str, float]) -> None:
    out = mp.solve(apart(seed, export_taxes=True), mp.Shocks(), mp.Parameters(**nests))
    assert np.abs(out.welfare_hat - 1).max() < 1e-11
    assert np.abs(out.price_hat - 1).max() < 1e-11


@given(SEEDS, RULES, NESTS, st.booleans())
def test_markets_clear_from_public_numbers(seed: int, rule: str, nests: dict[str, float], lists: bool) -> None:
    world = apart(seed, export_taxes=True)
    out = solved(world, shocks(world, seed, rule, lists), **nests)
    np.testing.assert_allclose(out.trade.sum(axis=1), out.output, rtol=1e-9)
    gross = (1 + out.tariff) * (1 + out.export_tax)
    inputs = np.einsum("nks,nk->ns", out.input_share, out.output)
    np.testing.assert_allclose(((out.trade - out.final_trade) * gross).sum(axis=0), inputs, rtol=1e-8)
    np.testing.assert_allclose((out.final_trade * gross).sum(axis=(0, 2)), out.income, rtol=1e-8)


@given(SEEDS, NESTS)
def test_one_shock_after_another_is_both_at_once(seed: int, nests: dict[str, float]) -> None:
    world = apart(seed, 3, 3)
    if "rigidity" in nests:
        return  # the floor refers to the wages of its own world
    both = shocks(world, seed, "closed")
    first, second = replace(both, productivity_hat=None), mp.Shocks(
        productivity_hat=both.productivity_hat, deficits="closed"
    )
    joint, one = solved(world, both, **nests), solved(world, first, **nests)
    two = solved(world.after(one), second, **nests)
    np.testing.assert_allclose(one.cost_hat * two.cost_hat, joint.cost_hat, rtol=1e-7)
    np.testing.assert_allclose(one.consumption_hat * two.consumption_hat, joint.consumption_hat, rtol=1e-7)


@given(SEEDS, RULES)
def test_decomposition_adds_up(seed: int, rule: str) -> None:
    world = apart(seed, 3, 3)
    out = solved(world, shocks(world, seed, rule, seed % 2 == 0))
    fine, coarse = out.decomposition, along_the_shock(out.unconverged(), 1e-11, steps=4)
    assert np.abs(fine.remainder).max() < 0.35 * np.abs(coarse.remainder).max() + 1e-7


def two_countries() -> mp.World:
    """One product; inputs are bought at home only, a fifth of final use comes from abroad."""
    trade = np.array([[[92.0], [8.0]], [[8.0], [92.0]]])
    world = mp.World.from_arrays(
        countries=["A", "B"], sectors=["s"], trade=trade, input_share=np.full((2, 1, 1), 0.6),
        tariff=np.zeros((2, 2, 1)), trade_elasticity=[4.0],
    )  # fmt: skip
    return with_final(world, np.array([[[32.0], [8.0]], [[8.0], [32.0]]]))


def test_hand_case_autarky_takes_final_goods_only() -> None:
    """Inputs never cross the border: unit costs follow wages, W = pi_f^(1/theta), without the multiplier of inputs."""
    world = two_countries()
    cost = np.ones((2, 2, 1))
    cost[0, 1] = cost[1, 0] = np.inf
    out = solved(world, mp.Shocks(trade_cost_hat=cost))
    np.testing.assert_allclose(out.welfare_hat, 0.8 ** (1 / 4), rtol=1e-10)
    mixed = solved(replace(world, fields={}), mp.Shocks(trade_cost_hat=cost))
    np.testing.assert_allclose(mixed.welfare_hat, 0.92 ** (1 / (0.4 * 4)), rtol=1e-10)


def test_final_trade_that_does_not_fit_is_refused() -> None:
    world = two_countries()
    mp.solve(world, mp.Shocks()).raise_for_status()
    for wrong, words in (
        (world.final_trade * 1.01, "with taxes is not final use in A x s"),
        (np.array([[[40.0], [-8.0]], [[0.0], [48.0]]]), "not between 0 and trade in B x s"),
    ):
        with pytest.raises(mp.WorldError, match=words):
            mp.solve(with_final(world, wrong), mp.Shocks())
