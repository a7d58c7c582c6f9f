"""The customs gap, and tariffs on the customs base."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import multipolar as mp
from multipolar.base.problems import WorldError
from multipolar.world.margins import customs_gap, margin_rate, on_customs_base, with_customs_base


def small(**changes: Any) -> mp.World:
    """Goods A01 and trade G of two countries: 10 of goods and 2 of trade services from A to B, 5 and 8 back."""
    trade = np.array([[[20.0, 9.0], [10.0, 2.0]], [[5.0, 8.0], [30.0, 9.0]]])
    given = {
        "countries": ["A", "B"], "sectors": ["A01", "G"], "trade": trade, "input_share": np.full((2, 2, 2), 0.1),
        "tariff": np.zeros((2, 2, 2)), "trade_elasticity": [4.0, 4.0], **changes,
    }  # fmt: skip
    given["tariff"] = np.array(given["tariff"])
    return mp.World.from_arrays(**given)


TARIFF = np.zeros((2, 2, 2))
TARIFF[0, 1, 0], TARIFF[1, 0, 0], TARIFF[0, 1, 1] = 0.10, 0.20, 0.05


def test_rates_by_hand() -> None:
    """m is 2/10 from A to B, and 8/5, hence 1, from B to A: 10 % become 12 %, 20 % become 40 %; services stay."""
    world = small(tariff=TARIFF)
    assert margin_rate(world).tolist() == [[0.0, 0.2], [1.0, 0.0]]
    levied = on_customs_base(world.tariff, world)
    assert levied[0, 1].tolist() == pytest.approx([0.12, 0.05])
    assert levied[1, 0].tolist() == pytest.approx([0.40, 0.0])


def test_revenue_is_levied_on_goods_and_margins_and_nothing_before_tariffs_moves() -> None:
    world = small(tariff=TARIFF)
    wide = with_customs_base(world)
    assert wide.revenue == pytest.approx([0.20 * (5 + 5), 0.10 * (10 + 2) + 0.05 * 2])
    assert (wide.trade == world.trade).all()
    used = [w.input_share * w.output[:, :, None] / ((w.trade * (1 + w.tariff)).sum(0) / w.trade.sum(0))[:, None, :]
            for w in (world, wide)]  # fmt: skip
    np.testing.assert_allclose(used[0], used[1], rtol=1e-12)  # purchases before tariffs
    assert wide.check().ok


def test_without_tariffs_nothing_changes() -> None:
    world = small()
    assert with_customs_base(world).digest == world.digest


def test_the_embedded_world_closes_about_half_of_its_gap(embedded: mp.World) -> None:
    """17.5 trillion of goods and 3.8 of margins, against 24.9 at customs."""
    gap = customs_gap(embedded)
    assert gap.goods / 1e6 == pytest.approx(17.5, abs=0.05)
    assert gap.margins / 1e6 == pytest.approx(3.8, abs=0.1)
    assert gap.at_customs == 24.9e6
    assert customs_gap(small()).at_customs is None
    wide = with_customs_base(embedded)
    assert wide.check().ok
    assert (wide.tariff >= embedded.tariff).all()
    assert 1.1 < wide.revenue.sum() / embedded.revenue.sum() < 1.4


def test_a_world_without_goods_or_margins_is_refused() -> None:
    with pytest.raises(WorldError, match="has no goods beside G, H49"):
        with_customs_base(small(sectors=["A01", "K"]))
    assert with_customs_base(small(sectors=["A01", "H50"])).sectors == ("A01", "H50")
