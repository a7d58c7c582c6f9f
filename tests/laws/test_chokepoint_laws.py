"""Laws of withholding: nothing from nothing, autarky from everybody, convex in the bloc's share, a bloc asks others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar as mp
from multipolar.model.system import prepare
from multipolar.study.thresholds import loss, withheld
from multipolar.world.toy import random_world

SEEDS = st.integers(0, 5_000)
NOTHING = mp.Shocks(deficits="closed")


def plain_world(seed: int, countries: int, sectors: int) -> mp.World:
    """A random world of labour alone: no inputs, no taxes, trade in balance."""
    base = random_world(seed, countries, sectors, tariffs=False, balanced=True)
    return mp.World.from_arrays(
        countries=base.countries, sectors=base.sectors, trade=base.trade, tariff=np.zeros_like(base.trade),
        input_share=np.zeros_like(base.input_share), trade_elasticity=base.trade_elasticity,
    )  # fmt: skip


def twins(suppliers: int, own_share: float, weight: float, elasticity: float, inputs: float) -> mp.World:
    """One buyer, C1, among equal countries; two sectors, of which the first takes ``weight`` of sales."""
    n = suppliers + 1
    one = np.full((n, n), (1.0 - own_share) / suppliers)
    np.fill_diagonal(one, own_share)
    return mp.World.from_arrays(
        countries=[f"C{k + 1}" for k in range(n)], sectors=["H", "S"],
        trade=one[:, :, None] * np.array([weight, 1.0 - weight]), tariff=np.zeros((n, n, 2)),
        input_share=np.broadcast_to(inputs * np.array([weight, 1.0 - weight]), (n, 2, 2)),
        trade_elasticity=[elasticity, elasticity],
    )  # fmt: skip


def bloc(world: mp.World, *members: int) -> np.ndarray:
    row = np.zeros(len(world.countries))
    row[list(members)] = 1.0
    return row


@given(SEEDS)
def test_a_bloc_that_sells_nothing_of_it_takes_nothing_away(seed: int) -> None:
    world = plain_world(seed, 4, 3)
    trade = world.trade.copy()
    trade[[1, 2], 0, 1] = 0.0
    duty = np.where(trade > 0, 0.1 * (1 - np.eye(4))[:, :, None], 0.0)
    poor = mp.World.from_arrays(
        countries=world.countries, sectors=world.sectors, trade=trade, tariff=duty,
        input_share=world.input_share, trade_elasticity=world.trade_elasticity,
    )  # fmt: skip
    economy = prepare(poor, None)
    shocks = mp.Shocks(deficits="own")
    without = withheld(economy, shocks, bloc(poor, 1, 2), 0, [1], tolerance=1e-12)
    assert np.abs(loss(without, None)).max() < 1e-8
    assert abs(loss(withheld(economy, shocks, bloc(poor, 3), 0, [1]), None)[0]) > 1e-6


@given(SEEDS)
def test_withheld_by_everybody_it_is_made_at_home(seed: int) -> None:
    """Autarky in H: ``W_hat = prod_s pi_nn_hat_s^(-alpha_s/theta_s)`` with ``pi_nn_H`` up to 1 (Arkolakis, Costinot and
    Rodriguez-Clare 2012: labour alone, no taxes, balanced trade)."""
    world = plain_world(seed, 4, 3)
    out = withheld(prepare(world, None), NOTHING, bloc(world, 1, 2, 3), 0, [1], tolerance=1e-12)
    assert out.trade_share[0, 0, 1] == pytest.approx(1.0, abs=1e-12)
    spent = world.trade[:, 0].sum(axis=0)
    risen = out.trade_share[0, 0] / world.trade_share[0, 0]
    assert risen[1] == pytest.approx(1.0 / world.trade_share[0, 0, 1], rel=1e-12)
    expected = 1.0 - np.prod(risen ** (-spent / spent.sum() / world.trade_elasticity))
    assert loss(out, None)[0] / 100 == pytest.approx(expected, abs=1e-9)
    assert abs(expected) > 1e-7


@given(
    st.integers(3, 6), st.floats(0.1, 0.9), st.floats(0.05, 0.5), st.floats(1.5, 8.0), st.floats(0.0, 0.6)
)
def test_the_loss_is_convex_in_the_share_of_the_bloc(
    suppliers: int, own: float, weight: float, elasticity: float, inputs: float
) -> None:
    """Of equal suppliers one more withholds each time: every one costs more than the one before, as long as somebody
    abroad is left. The last one can cost less, by the buyer's terms of trade, where elasticities are high."""
    world = twins(suppliers, own, weight, elasticity, inputs)
    economy = prepare(world, None)
    losses = [0.0]
    losses += [
        float(loss(withheld(economy, NOTHING, bloc(world, *range(1, k + 1)), 0, [0], tolerance=1e-12), None)[0])
        for k in range(1, suppliers)
    ]
    steps = np.diff(losses)
    assert steps[0] > 0
    assert (np.diff(steps) > -1e-8).all()
    assert steps[-1] > steps[0]


@given(SEEDS, st.floats(0.05, 0.9))
def test_a_part_of_the_lines_is_a_part_of_the_loss(seed: int, share: float) -> None:
    """Lists are Cobb-Douglas across lines: what is withheld in part costs less than the whole."""
    world = plain_world(seed, 4, 3)
    economy, sellers = prepare(world, None), bloc(world, 1, 2)
    part, whole = (
        float(loss(withheld(economy, NOTHING, sellers, 0, [0, 1], share=each), None)[0]) for each in (share, 1.0)
    )
    assert 0 < part < whole


def test_a_member_is_not_asked() -> None:
    world = random_world(3, 4, 3)
    economy = prepare(world, None)
    with pytest.raises(mp.InputError, match="C2 is in the bloc: it does not withhold from itself"):
        withheld(economy, mp.Shocks(), bloc(world, 1, 2), 1, [0])
    assert withheld(economy, mp.Shocks(), bloc(world, 1, 2), 3, [0]).status == "converged"


def test_without_another_supplier_there_is_no_answer() -> None:
    world = plain_world(7, 3, 2)
    trade = world.trade.copy()
    trade[0, 0, 0] = 0.0
    only = mp.World.from_arrays(
        countries=world.countries, sectors=world.sectors, trade=trade, tariff=np.zeros_like(trade),
        input_share=world.input_share, trade_elasticity=world.trade_elasticity,
    )  # fmt: skip
    economy, shocks = prepare(only, None), mp.Shocks(deficits="own")
    with pytest.raises(mp.NoEquilibriumError, match="no supplier is left in C1 x S1"):
        withheld(economy, shocks, bloc(only, 1, 2), 0, [0])
    assert loss(withheld(economy, shocks, bloc(only, 1), 0, [0]), None)[0] > 0
