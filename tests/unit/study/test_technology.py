"""Ventures, royalties and national income, and the long run of knowledge, against the outcome they are taken from."""

from __future__ import annotations

from dataclasses import replace
from textwrap import indent

import numpy as np
import pytest

import multipolar as mp
from multipolar.model.learning import calibrate, calibration_table, learning_parameters
from multipolar.results.result import Result

CHN, DEU, RUS, USA = range(4)
C26, C29, D, M = range(4)
PLANT = "type: joint_venture, investor: USA, host: RUS, sectors: C26, capacity: {share: 0.1}, royalty: 0.08"
SHARING = "type: technology_sharing, who: USA, to: RUS, sectors: C26, intensity: 0.2"
RESEARCH = "type: research, who: RUS, sectors: [C26, D], change: 0.5"


@pytest.fixture(scope="module")
def world(knowing: mp.World) -> mp.World:
    return knowing


def scenario(*measures: str, years: bool = True) -> mp.Scenario:
    listed = indent("\n".join(f"- {{id: {chr(97 + k)}, {each}}}" for k, each in enumerate(measures)), "  ")
    head = "multipolar: 1\ntitle: t\ndeficits: closed\n" + "horizon: {from: 2025, to: 2029, set: long}\n" * years
    return mp.read_scenario(f"{head}measures:\n{listed}\n")


@pytest.fixture(scope="module")
def result(world: mp.World) -> Result:
    return mp.evaluate(world, scenario(PLANT, SHARING, RESEARCH), draws=3)


def test_royalties_are_in_national_income_once(world: mp.World) -> None:
    """One comparison by hand: what leaves the host is rho mu Y', GNI is GDP with it, and with balanced trade all income
    is GNI; the reference world, whose deficits are closed, has neither."""
    asked = scenario(PLANT, years=False)
    found = mp.evaluate(world, asked, full=False, horizon="long")
    reference = world.after(mp.solve(world, mp.Shocks(deficits="closed")))
    venture = mp.Venture(RUS, C26, USA, share=0.1, royalty=0.08)
    outcome = mp.solve(reference, mp.Shocks(ventures=(venture,), deficits="closed"))
    paid = 0.08 * 0.1 * outcome.output[RUS, C26]
    np.testing.assert_allclose(found.central["royalty"][0], [0, 0, -paid, paid], atol=1e-6 * paid)
    np.testing.assert_allclose(outcome.gni - outcome.gdp, found.central["royalty"][0], atol=1e-6 * paid)
    np.testing.assert_allclose(outcome.income, outcome.gni, rtol=1e-8)
    before = reference.value_added.sum(axis=1) + reference.revenue
    hat = outcome.gni / before / outcome.consumer_price_hat
    np.testing.assert_allclose(found.central["gni"][0], 100 * (hat - 1), atol=1e-6)
    np.testing.assert_allclose(found.central["gni"][0], found.central["welfare"][0], atol=1e-6)


def test_gdp_national_income_and_real_income_are_three_numbers(world: mp.World, result: Result) -> None:
    """Royalties stand between the first two, what research costs between the last two."""
    gdp, gni, welfare = (result.central[name][0] for name in ("real_gdp", "gni", "welfare"))
    assert len({round(float(each[RUS]), 6) for each in (gdp, gni, welfare)}) == 3
    spent = result.central["research_spending"][0, RUS]
    assert welfare[RUS] < gni[RUS]
    assert gni[RUS] - welfare[RUS] == pytest.approx(100 * spent / world.income[RUS], rel=0.1)
    low, high = result.interval("royalty")
    assert 0 < low[0, USA] < high[0, USA]
    np.testing.assert_allclose(result.draws["royalty"].sum(axis=2), 0, atol=1e-9 * high[0, USA])
    assert (result.interval("gni")[0][0, RUS] < result.interval("gni")[1][0, RUS]).all()


def test_a_venture_says_what_it_comes_to(world: mp.World, result: Result) -> None:
    (row,) = result.ventures
    assert (row.case, row.host, row.sector, row.investor, row.share) == (0, "RUS", "C26", "USA", 0.1)
    theta = world.trade_elasticity[C26]
    assert row.cost == pytest.approx(100 * (0.9 ** (1 / theta) - 1), rel=1e-12)
    assert row.weight == pytest.approx(1 / 0.9, rel=1e-12)  # at the horizon whose elasticity is theta_K
    assert row.royalty == pytest.approx(0.08 * row.output, rel=1e-12)
    ell = (1 + result.central["productivity"][0, RUS, C26] / 100) ** theta
    assert row.still_share == pytest.approx(0.1 / (0.1 + 0.9 * ell), rel=1e-9)
    assert row.still_share < row.share
    single = mp.evaluate(world, scenario(PLANT, years=False), full=False)
    assert np.isnan(single.ventures[0].still_share)


def test_the_long_run_is_where_more_years_of_the_same_lead(world: mp.World, result: Result) -> None:
    """Measures and trade of the last year kept for a thousand years; the path has come a part of the way."""
    theta = world.trade_elasticity
    ends = result.central["productivity_long_run"][0]
    skill = result.central["productivity"][0]
    assert 0 < skill[RUS, C26] < 0.3 * ends[RUS, C26]
    reference = world.after(mp.solve(world, mp.Shocks(deficits="closed")))
    known = calibrate(reference.trade_share, world.knowledge, theta, learning_parameters())
    sharing, research, bought = np.zeros((4, 4, 4)), np.ones((4, 4)), np.zeros((4, 4))
    sharing[USA, RUS, C26] = 0.2
    research[RUS, [C26, D]] = 1.5
    bought[RUS, M] = 0.5 * world.research[RUS, [C26, D]].sum()
    venture = mp.Venture(RUS, C26, USA, share=0.1, royalty=0.08)
    shocks = mp.Shocks(productivity_hat=1 + skill / 100, ventures=(venture,), research_purchases=bought,
                       deficits="closed")  # fmt: skip
    share = mp.solve(reference, shocks).trade_share
    ell = np.ones((4, 4))
    for _ in range(1500):
        ell = known.step(ell, share, mp.Shocks(sharing=sharing, research_hat=research))
    np.testing.assert_allclose(ends, 100 * (ell ** (1 / theta) - 1), atol=1e-6)


def test_research_has_rows_without_partners(world: mp.World, result: Result) -> None:
    shared, *own = result.technology
    assert (shared.measure, shared.researches) == ("b", False)
    assert np.isnan(shared.research_alone)
    assert [(row.measure, row.country, row.sector) for row in own] == [("c", "RUS", "C26"), ("c", "RUS", "D")]
    assert all(row.researches for row in own)
    reference = world.after(mp.solve(world, mp.Shocks(deficits="closed")))
    known = calibrate(reference.trade_share, world.knowledge, world.trade_elasticity, learning_parameters())
    together = learning_parameters().research_elasticity
    for row, s in zip(own, (C26, D), strict=True):
        b, share, weight = 0.5, known.research_share[s], known.weight[RUS, RUS, s]
        alone = share / (world.trade_elasticity[s] * (1 - b * (1 - share) * weight))
        assert row.research_alone == pytest.approx(alone, rel=1e-12)
        assert row.research_alone < together
    empty = replace(known, stock=known.stock * (np.arange(4) != RUS)[:, None])
    (none,) = calibration_table(empty, world.output, [RUS], [], [C26])
    assert np.isnan(none.research_alone)

