"""Chokepoints of a run: who is asked, what the numbers are, what draws are asked, what has no answer."""

from __future__ import annotations

import numpy as np
import pytest

import multipolar as mp
from multipolar.model.parameters import horizon_parameters
from multipolar.model.system import prepare
from multipolar.results.files import indices_csv
from multipolar.results.result import Result
from multipolar.scenario.resolve import resolve
from multipolar.scenario.scenario import CaseKey
from multipolar.study.indexed import high_tech
from multipolar.study.thresholds import MOST_ASKED, MOST_RANGED, loss, withheld

TEXT = """multipolar: 1
title: Chips
actors: {blocs: {WEST: {list: [USA, EU27, GBR, JPN]}}}
deficits: closed
measures:
  - {id: t, type: tariff, who: CHN, to: USA, sectors: goods, add: {value: 0.2, range: [0.1, 0.3]}, source: assumption}
"""


@pytest.fixture(scope="module")
def result(embedded: mp.World) -> Result:
    return mp.evaluate(embedded, mp.read_scenario(TEXT), draws=3)


def test_the_numbers_are_those_of_the_two_worlds_by_themselves(embedded: mp.World, result: Result) -> None:
    """In the scenario the withholding is solved on top of it; on the world after it, it costs the same (G41)."""
    parameters = horizon_parameters(embedded, "medium")
    closed = embedded.after(mp.solve(embedded, mp.Shocks(deficits="closed"), parameters))
    shocks = resolve(mp.read_scenario(TEXT), closed, CaseKey()).shocks
    later = closed.after(mp.solve(closed, shocks, parameters))
    chn = embedded.axes.country.index("CHN")
    west = np.isin(embedded.countries, result.blocs["WEST"]).astype(float)
    found = result.indices["chokepoint"]
    for world, told in ((closed, found.base), (later, found.value[0])):
        out = withheld(prepare(world, parameters), mp.Shocks(deficits="closed"), west, chn,
                       np.flatnonzero(high_tech(world)))  # fmt: skip
        assert told[0, chn] == pytest.approx(loss(out, None)[chn], rel=1e-6)
    assert 0.05 < found.base[0, chn] < 2
    assert abs(found.change[0, 0, chn]) > 1e-4


def test_those_that_measures_name_are_asked(embedded: mp.World, result: Result) -> None:
    found = result.indices["chokepoint"]
    asked = [embedded.countries[n] for n in np.flatnonzero(np.isfinite(found.base[0]))]
    assert asked == ["CHN"]  # the United States are of the bloc: it does not withhold from itself
    assert "asked of the economies that measures name (CHN)" in result.missing["chokepoint"]
    rows = [line.split(",") for line in indices_csv(result).splitlines() if ",chokepoint," in line]
    rows = [row for row in rows if row[6]]
    assert [row[4] for row in rows] == ["CHN"]


def test_draws_give_a_range(result: Result) -> None:
    found = result.indices["chokepoint"]
    n = result.countries.index("CHN")
    low, middle, high = (each[0, 0, n] for each in found.interval())
    assert low < middle < high
    assert found.drawn is not None
    assert found.drawn.shape == (1, 3, 1, len(result.countries))
    assert found.usual is None


def test_those_that_move_least_and_variants_have_central_values_alone(embedded: mp.World) -> None:
    more = """  - {id: r, type: tariff, who: [IND, BRA, ZAF], to: USA, sectors: goods, add: 0.05, source: assumption}
  - {id: v, type: tariff, who: CHN, to: USA, sectors: goods, add: 0.3, alternative_to: t, source: assumption}
"""
    result = mp.evaluate(embedded, mp.read_scenario(TEXT + more), draws=2)
    found = result.indices["chokepoint"]
    named = [result.countries.index(code) for code in ("CHN", "IND", "BRA", "ZAF")]
    assert np.isfinite(found.value[:, 0, named]).all()
    ranged = np.isfinite(found.interval()[0][:, 0, named])
    assert ranged[0].sum() == MOST_RANGED
    assert ranged[0, 0]  # China moves most
    assert not ranged[1].any()
    assert [case.variant for case in result.cases] == ["", "v"]


def test_workers_and_draws_kept_do_not_move_a_bit(embedded: mp.World, result: Result) -> None:
    again = mp.evaluate(embedded, mp.read_scenario(TEXT), draws=4, workers=2)
    np.testing.assert_array_equal(
        again.indices["chokepoint"].drawn[:, :3], result.indices["chokepoint"].drawn
    )


def test_all_none_and_a_wrong_word(embedded: mp.World, result: Result) -> None:
    scenario = mp.read_scenario(TEXT)
    everyone = mp.evaluate(embedded, scenario, chokepoint="all").indices["chokepoint"]
    outside = [c not in result.blocs["WEST"] for c in embedded.countries]
    np.testing.assert_array_equal(np.isfinite(everyone.base[0]), outside)
    n = embedded.axes.country.index("CHN")
    assert everyone.base[0, n] == pytest.approx(result.indices["chokepoint"].base[0, n], rel=1e-7)
    nobody = mp.evaluate(embedded, scenario, chokepoint="none")
    assert "chokepoint" not in nobody.indices
    assert "not asked" in nobody.missing["chokepoint"]
    with pytest.raises(mp.InputError, match="chokepoint: no `al`; one of named, all, none"):
        mp.evaluate(embedded, scenario, chokepoint="al")


def test_where_nobody_is_named_those_that_move_most_are_asked(embedded: mp.World) -> None:
    text = TEXT.replace("who: CHN, to: USA", "who: all, to: all")
    result = mp.evaluate(embedded, mp.read_scenario(text))
    found = np.isfinite(result.indices["chokepoint"].base[0])
    size = np.abs(result.central["welfare"][0])
    outside = [n for n in np.argsort(-size) if embedded.countries[n] not in result.blocs["WEST"]]
    assert set(np.flatnonzero(found)) == set(outside[:MOST_ASKED])
    assert f"asked of the {MOST_ASKED} economies whose real income moves most" in result.missing["chokepoint"]


def test_a_world_without_high_technology_has_no_chokepoint() -> None:
    from multipolar.world.toy import random_world

    world = random_world(2, 4, 2)
    text = """multipolar: 1
title: Toy
actors: {blocs: {ONE: {list: [C1, C2]}}}
measures:
  - {id: t, type: tariff, who: C3, to: C1, sectors: S1, add: 0.1}
"""
    result = mp.evaluate(world, mp.read_scenario(text))
    assert result.missing["chokepoint"] == "the world has no high-tech sectors"
