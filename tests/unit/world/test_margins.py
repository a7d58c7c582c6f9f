"""The customs gap, and tariffs on the customs base."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import multipolar as mp
from multipolar.base.problems import WorldError
from multipolar.scenario.resolve import resolve
from multipolar.scenario.scenario import cases
from multipolar.world.evidence import grade_at, graded
from multipolar.world.library import save_world
from multipolar.world.margins import customs_gap, margin_rate, with_customs_base


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
    levied = with_customs_base(world).tariff
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


def test_without_tariffs_no_figure_changes_and_the_base_is_remembered() -> None:
    world = small()
    wide = with_customs_base(world)
    assert (wide.tariff == world.tariff).all()
    assert (wide.input_share == world.input_share).all()
    assert wide.customs_base is not None
    assert wide.customs_base[0, 1].tolist() == [1.2, 1.0]
    assert wide.digest != world.digest  # tariffs of a scenario fall on another base
    assert with_customs_base(wide) is wide


def resolved(world: mp.World, size: str) -> np.ndarray:
    """Tariffs after a measure of B on A, on goods and trade."""
    text = (f"multipolar: 1\ntitle: A tariff\nmeasures:\n  - {{id: t, type: tariff, who: B, to: A, sectors: all, "
            f"{size}, source: assumption}}\n")  # fmt: skip
    scenario = mp.read_scenario(text, world)
    tariff = resolve(scenario, world, cases(scenario)[0]).shocks.tariff
    assert tariff is not None
    return np.asarray(tariff[0, 1])


def test_tariffs_of_a_scenario_are_levied_on_the_base_that_the_world_has() -> None:
    """10 % on 10 of goods and 2 of margins is 12 % of the goods; 7 points on 10 % of both are 20.4 %; services stay."""
    plain, wide = small(tariff=TARIFF), with_customs_base(small(tariff=TARIFF))
    assert resolved(plain, "rate: 10 %").tolist() == pytest.approx([0.10, 0.10])
    assert resolved(wide, "rate: 10 %").tolist() == pytest.approx([0.12, 0.10])
    assert resolved(plain, "add: 7 %").tolist() == pytest.approx([0.17, 0.12])
    assert resolved(wide, "add: 7 %").tolist() == pytest.approx([0.12 + 0.084, 0.12])


def test_a_tariff_bites_more_on_the_customs_base_and_every_identity_holds(embedded: mp.World) -> None:
    wide = with_customs_base(embedded)
    found = []
    for world in (embedded, wide):
        text = ("multipolar: 1\ntitle: A tariff\nmeasures:\n  - {id: t, type: tariff, who: USA, to: all, "
                "sectors: goods, add: 10 %, source: assumption}\n")  # fmt: skip
        scenario = mp.read_scenario(text, world)
        outcome = mp.solve(world, resolve(scenario, world, cases(scenario)[0]).shocks)
        outcome.raise_for_status()
        after = world.after(outcome)
        assert after.check().ok
        usa = world.countries.index("USA")
        goods = world.trade[:, usa, :].sum() - world.trade[usa, usa].sum()
        found.append((after.revenue[usa] - world.revenue[usa],
                      (after.trade[:, usa, :].sum() - after.trade[usa, usa].sum()) / goods))  # fmt: skip
        assert (after.customs_base is None) == (world.customs_base is None)
    (revenue, left), (wider, less) = found
    assert wider > 1.05 * revenue
    assert less < left < 1.0


def test_tariffs_that_rest_on_margins_are_estimated(embedded: mp.World) -> None:
    wide = with_customs_base(embedded)
    assert grade_at(embedded, "tariff", "USA", "C26") == "scaled"
    assert grade_at(wide, "tariff", "USA", "C26") == "estimated"
    assert grade_at(wide, "tariff", "USA", "K") == grade_at(embedded, "tariff", "USA", "K") == "assumption"
    assert (graded(wide)["trade"] == graded(embedded)["trade"]).all()
    bare = with_customs_base(small())
    assert graded(bare) == {}  # nothing on record, nothing invented


def test_a_world_on_the_customs_base_is_neither_saved_nor_summed_up(tmp_path: Path) -> None:
    world = small(tariff=TARIFF)
    wide = with_customs_base(world)
    with pytest.raises(WorldError, match="save it without"):
        save_world(wide, tmp_path / "wide.npz")
    assert not list(tmp_path.iterdir())
    save_world(world, tmp_path / "plain.npz")
    with pytest.raises(WorldError, match="sum it up first"):
        wide.aggregate(countries={"A": "X", "B": "X"})
    assert world.aggregate(countries={"A": "X", "B": "Y"}).countries == ("X", "Y")
    assert mp.load_world(tmp_path / "plain.npz", customs_base=True).digest == wide.digest


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
