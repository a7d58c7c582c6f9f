"""WIOD, release 2013: the real table of 2011 where the shared folder is here, and what its balancing leaves alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from multipolar.world.readers import wiod
from multipolar.world.world import World

pytest.importorskip("rdata", reason="needs the extra `readers`")


@pytest.fixture(scope="module")
def path(shared: Path) -> Path:
    return shared / "data" / "wiod2011" / "wiot_2011.RData"


@pytest.fixture(scope="module")
def table(path: Path):
    return wiod.table([path])


@pytest.fixture(scope="module")
def world(path: Path) -> World:
    return wiod.read([path])


def test_the_world_of_2011_is_sound(world: World) -> None:
    assert (world.name, world.year, len(world.countries), len(world.sectors)) == ("wiod2013-2011", 2011, 41, 35)
    assert world.check().ok
    assert {"ROU", "ROW"} <= set(world.countries)
    assert not {"ROM", "RoW"} & set(world.countries)


def test_output_and_value_added_are_the_table_s_own(table, world: World) -> None:
    """Balancing moves sales; output and value added (output less the column of inputs) stay to 1e-9."""
    output = table.output.reshape(41, 35)
    value_added = output - table.intermediate.sum(axis=0).reshape(41, 35)
    assert np.abs(world.output - output).max() < 1e-9 * output.max()
    assert np.abs(world.value_added - value_added).max() < 1e-9 * output.max()


def test_value_added_of_the_large_economies(world: World) -> None:
    """World 69.3 trillion USD; USA 15.16, China 7.39, Russia 1.70 (the figures its provenance was checked with)."""
    total = dict(zip(world.countries, world.value_added.sum(axis=1) / 1e6, strict=True))
    assert sum(total.values()) == pytest.approx(69.3, abs=0.05)
    assert total["USA"] == pytest.approx(15.16, abs=0.005)
    assert total["CHN"] == pytest.approx(7.39, abs=0.005)
    assert total["RUS"] == pytest.approx(1.70, abs=0.005)


def test_balancing_moves_less_than_a_thousandth_and_says_so(world: World) -> None:
    steps = world.provenance.steps
    assert [step.block for step in steps] == ["final", "intermediate", "final"]
    assert steps[0].cells == 43
    assert steps[0].total == pytest.approx(11248)
    assert steps[0].where == "JPN c2 to JPN"
    assert all(0 < step.share < 1e-3 for step in steps)


def test_final_sales_are_a_part_of_all_sales(world: World) -> None:
    final = world.final_trade
    assert (final >= 0).all()
    assert (final <= world.trade * (1 + 1e-12)).all()
    assert np.allclose(final.sum(axis=0), world.final_use, rtol=0, atol=1e-9 * world.final_use.max())


def test_single_flows_stay_near_the_table(table, world: World) -> None:
    """German purchases of Russian mining products (c2): the table's own figure, by users and final use together."""
    rus, deu = world.countries.index("RUS"), world.countries.index("DEU")
    row = rus * 35 + 1
    assert table.cell(row) == "RUS c2"
    bought = table.intermediate[row, deu * 35 : (deu + 1) * 35].sum() + table.final[row, deu * 5 : (deu + 1) * 5].sum()
    assert world.trade[rus, deu, 1] == pytest.approx(bought, rel=2e-3)
