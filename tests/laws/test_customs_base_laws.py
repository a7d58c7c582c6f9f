"""Laws of the customs base, on random worlds of two goods and trade services."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar as mp
from multipolar.world.margins import margin_rate, with_customs_base
from multipolar.world.toy import random_world

SECTORS = ("A01", "C29", "G")
seeds = st.integers(0, 10_000)


def world(seed: int, tariffs: bool = True) -> mp.World:
    made = random_world(seed, countries=4, sectors=3, tariffs=tariffs, export_taxes=bool(seed % 2), empty=0.1)
    tariff = made.tariff.copy()
    tariff[:, :, 2] = 0.0
    return mp.World.from_arrays(
        countries=made.countries, sectors=SECTORS, trade=made.trade, tariff=tariff, export_tax=made.export_tax,
        input_share=0.8 * made.input_share, trade_elasticity=made.trade_elasticity,
    )  # fmt: skip


@given(seeds)
def test_duties_are_those_on_goods_and_on_their_margins_and_every_identity_holds(seed: int) -> None:
    """t (1+m) on the price at the border, export tax included: what is levied more is t m of it."""
    plain = world(seed)
    wide = with_customs_base(plain)
    assert wide.check().ok
    assert (wide.trade == plain.trade).all()
    levy = 1.0 if plain.export_tax is None else 1.0 + plain.export_tax
    more = (plain.tariff * margin_rate(plain)[:, :, None] * levy * plain.trade).sum(axis=(0, 2))
    np.testing.assert_allclose(wide.revenue - plain.revenue, more, rtol=1e-9, atol=1e-12 * plain.output.sum())
    assert (wide.tariff >= plain.tariff).all()
    assert (wide.tariff[:, :, 2] == 0).all()


@given(seeds)
def test_nothing_happens_without_a_shock_and_the_base_outlives_a_solve(seed: int) -> None:
    wide = with_customs_base(world(seed))
    still = mp.solve(wide)
    np.testing.assert_allclose(still.welfare_hat, 1.0, rtol=1e-11)
    assert wide.customs_base is not None
    tariff = wide.tariff.copy()
    tariff[0, 1, :2] += 0.1 * wide.customs_base[0, 1, :2]
    outcome = mp.solve(wide, mp.Shocks(tariff=tariff))
    if str(outcome.status) != "converged":
        return
    after = wide.after(outcome)
    assert after.check().ok
    assert after.customs_base is wide.customs_base  # m is that of the world as loaded
    assert after.tariff[0, 1, :2] == pytest.approx(tariff[0, 1, :2])


@given(seeds)
def test_without_margins_or_without_tariffs_it_changes_nothing(seed: int) -> None:
    plain = world(seed, tariffs=False)
    wide = with_customs_base(plain)
    assert (wide.tariff == plain.tariff).all()
    assert (wide.input_share == plain.input_share).all()
    trade = plain.trade.copy()
    own = np.eye(4, dtype=bool)
    trade[~own, 2] = 0.0
    bare = mp.World.from_arrays(
        countries=plain.countries, sectors=SECTORS, trade=trade, tariff=0.1 * ~own[:, :, None] * np.ones(3),
        input_share=np.zeros((4, 3, 3)), trade_elasticity=plain.trade_elasticity,
    )  # fmt: skip
    assert (with_customs_base(bare).tariff == bare.tariff).all()
