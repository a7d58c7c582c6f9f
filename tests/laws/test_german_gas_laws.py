"""The short-run study on random worlds: its limits, and the plain solver inside it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import multipolar as mp
from multipolar.study.published.german_gas import NETWORK, Variant, expenditure
from multipolar.world.toy import random_world

SEEDS = st.integers(0, 5_000)
FACTORS = st.floats(1.05, 4.0)
BUYERS = ("DEU", "C3")


def world_of(seed: int) -> mp.World:
    """A random world in which a Russia sells to a Germany."""
    world = random_world(seed, countries=4, sectors=3)
    return mp.World.from_arrays(
        countries=["RUS", "DEU", "C3", "C4"], sectors=world.sectors, trade=world.trade, tariff=world.tariff,
        input_share=world.input_share, trade_elasticity=world.trade_elasticity,
    )  # fmt: skip


@given(SEEDS, FACTORS)
def test_all_elasticities_one_and_factors_that_move_is_the_plain_solver(seed: int, factor: float) -> None:
    world = world_of(seed)
    cost = np.ones_like(world.trade)
    cost[0, 1:3] = factor
    plain = mp.solve(world, mp.Shocks(trade_cost_hat=cost, deficits="own"))
    ours = expenditure(world, BUYERS, Variant(cost=factor, parameters=mp.Parameters()))
    np.testing.assert_allclose(ours, np.log(plain.welfare_hat), rtol=0, atol=1e-12)


@given(SEEDS, FACTORS)
def test_each_parameter_leads_to_the_plain_solver(seed: int, factor: float) -> None:
    """The network's parameters at 1 and infinity, one by one, are the neutral ones: no other setting is hidden."""
    world = world_of(seed)
    neutral = replace(NETWORK, sigma=1.0, eps=1.0, sigma_c=1.0, mobility=float("inf"))
    ours = expenditure(world, BUYERS, Variant(cost=factor, parameters=neutral))
    plain = expenditure(world, BUYERS, Variant(cost=factor, parameters=mp.Parameters()))
    np.testing.assert_allclose(ours, plain, rtol=0, atol=1e-12)


@given(SEEDS)
def test_no_cost_no_effect(seed: int) -> None:
    """A factor of 1 moves nobody; balancing trade first is no part of the effect.

    Balanced at long-run elasticities: at those of the study not every made-up world can pay for itself at once.
    """
    world = world_of(seed)
    for deficits, parameters in (("fixed", NETWORK), ("own", NETWORK), ("closed", mp.Parameters())):
        moved = expenditure(world, BUYERS, Variant(cost=1.0, deficits=deficits, parameters=parameters))
        assert np.abs(moved).max() < 1e-8


@given(SEEDS, FACTORS)
def test_sectors_named_one_by_one_are_all_sectors(seed: int, factor: float) -> None:
    world = world_of(seed)
    every = Variant(cost=factor, parameters=mp.Parameters(mobility=1.0))
    named = expenditure(world, BUYERS, replace(every, sectors=world.sectors))
    np.testing.assert_array_equal(named, expenditure(world, BUYERS, every))
