"""Evaluate: what a Result holds is what the model says, whatever the number of workers."""

from __future__ import annotations

import numpy as np
import pytest

import multipolar as mp
from multipolar.model.parameters import horizon_scale

HEAD = """multipolar: 1
title: A test
"""
TARIFF = """measures:
  - {id: t, type: tariff, who: USA, to: CHN, sectors: goods, add: {value: 0.1, range: [0, 0.3]}, source: assumption}
"""
BRANCHES = """branches:
  quiet: {measures: []}
  answered:
    measures:
      - {id: a, type: tariff, who: CHN, to: USA, sectors: goods, add: 0.1, source: assumption}
      - {id: b, type: tariff, who: CHN, to: USA, sectors: goods, add: 0.2, alternative_to: a, source: assumption}
"""


def test_central_numbers_are_those_of_one_solve(embedded: mp.World) -> None:
    result = mp.evaluate(embedded, mp.read_scenario(HEAD + TARIFF), full=False)
    usa, chn = embedded.axes.country.indices(["USA", "CHN"])
    goods = [k for k, sector in enumerate(embedded.sectors) if sector[0] in "ABC"]
    tariff = embedded.tariff.copy()
    tariff[chn, usa, goods] += 0.1
    outcome = mp.solve(embedded, mp.Shocks(tariff=tariff), mp.Parameters(theta_scale=horizon_scale(embedded, "medium")))
    np.testing.assert_array_equal(result.central["welfare"][0], 100 * (outcome.welfare_hat - 1))
    np.testing.assert_allclose(result.central["equivalent_variation"][0], outcome.equivalent_variation, rtol=1e-9)
    world = float(embedded.income @ outcome.welfare_hat / embedded.income.sum())
    assert result.central["world_income"][0] == pytest.approx(100 * (world - 1), rel=1e-9)
    assert np.isnan(result.interval("welfare")[0]).all()
    np.testing.assert_array_equal(result.median("welfare"), result.central["welfare"])


def test_same_bits_for_any_number_of_workers(embedded: mp.World) -> None:
    scenario = mp.read_scenario(HEAD + TARIFF)
    one = mp.evaluate(embedded, scenario, draws=5, full=False, workers=1)
    two = mp.evaluate(embedded, scenario, draws=5, full=False, workers=2)
    np.testing.assert_array_equal(one.draws["welfare"], two.draws["welfare"])
    assert one.failed_draws == 0
    low, high = one.interval("welfare")
    assert (low <= one.median("welfare")).all()
    assert (one.median("welfare") <= high).all()
    assert (high > low).all()


def test_cases_are_branches_and_their_variants(embedded: mp.World) -> None:
    result = mp.evaluate(embedded, mp.read_scenario(HEAD + TARIFF + BRANCHES), full=False)
    assert [(c.branch, c.variant) for c in result.cases] == [("quiet", ""), ("answered", ""), ("answered", "b")]
    usa = embedded.axes.country.index("USA")
    welfare = result.central["welfare"][:, usa]
    assert welfare[0] > welfare[1] > welfare[2]


def test_closed_deficits_are_a_step_of_their_own(embedded: mp.World) -> None:
    """The effect is measured from the closed world, and the closing step is printed apart (Russia: about +16 %)."""
    result = mp.evaluate(embedded, mp.read_scenario(HEAD + TARIFF), deficits="closed", horizon="long", full=False)
    assert result.closing is not None
    rus, chn, usa = embedded.axes.country.indices(["RUS", "CHN", "USA"])
    assert result.closing[rus] == pytest.approx(15.9, abs=0.2)
    closed = embedded.after(mp.solve(embedded, mp.Shocks(deficits="closed")))
    goods = [k for k, sector in enumerate(embedded.sectors) if sector[0] in "ABC"]
    tariff = closed.tariff.copy()
    tariff[chn, usa, goods] += 0.1
    effect = mp.solve(closed, mp.Shocks(tariff=tariff, deficits="closed"))
    np.testing.assert_allclose(result.central["welfare"][0], 100 * (effect.welfare_hat - 1), atol=1e-7)


def test_the_short_run_has_ces_inputs_and_demand(embedded: mp.World) -> None:
    result = mp.evaluate(embedded, mp.read_scenario(HEAD + TARIFF), horizon="short", full=False)
    scale = horizon_scale(embedded, "short")
    usa, chn = embedded.axes.country.indices(["USA", "CHN"])
    goods = [k for k, sector in enumerate(embedded.sectors) if sector[0] in "ABC"]
    tariff = embedded.tariff.copy()
    tariff[chn, usa, goods] += 0.1
    short = mp.Parameters(theta_scale=scale, sigma=0.5, eps=0.2, sigma_c=0.9)
    outcome = mp.solve(embedded, mp.Shocks(tariff=tariff), short)
    np.testing.assert_allclose(result.central["welfare"][0], 100 * (outcome.welfare_hat - 1), atol=1e-9)
    assert float(embedded.trade_elasticity.mean() * scale) == pytest.approx(1.0)
    assert {row.name for row in result.assumptions} >= {"sigma", "eps", "sigma_c", "theta_mean"}


def test_without_measures_nothing_happens_in_any_draw(embedded: mp.World) -> None:
    result = mp.evaluate(embedded, mp.read_scenario(HEAD + "measures: []\n"), draws=3, full=False)
    assert np.abs(result.draws["welfare"]).max() <= 1e-10


def test_baseline_meets_its_targets(embedded: mp.World) -> None:
    """The West's share of Russian goods exports .17 and imports .33 with the measures of 2024 in force."""
    from multipolar.scenario.scenario import cases
    from multipolar.study.case import Bench
    from multipolar.world.groups import expand

    scenario = mp.read_scenario(HEAD + "baseline: [in-force-2024]\nmeasures: []\n")
    economy = mp.prepare(embedded, mp.Parameters(theta_scale=horizon_scale(embedded, "medium")))
    world = Bench(economy, scenario).reference(cases(scenario)[0])[0].economy.world
    base = mp.read_scenario("in-force-2024")
    west = world.axes.country.indices([c for c in expand(["WEST"], base.blocs) if c in world.countries])
    rus = world.axes.country.index("RUS")
    goods = world.trade[:, :, [k for k, sector in enumerate(world.sectors) if sector[0] in "ABC"]].sum(axis=2)
    exports, imports = goods[rus].sum() - goods[rus, rus], goods[:, rus].sum() - goods[rus, rus]
    assert goods[rus, west].sum() / exports == pytest.approx(0.17, abs=0.005)
    assert goods[west, rus].sum() / imports == pytest.approx(0.33, abs=0.005)


LIFT = """baseline: [in-force-2024]
measures: []
branches:
  keep: {measures: []}
  ease: {measures: [{id: ease, type: lift, targets: [in_force_imports, in_force_exports], share: 0.5}]}
  end: {measures: [{id: end, type: lift, targets: [ALL], share: 1}]}
"""


def test_lifting_what_is_in_force_is_an_effect(embedded: mp.World) -> None:
    """Against the world with the baseline in force: lifting all of it undoes exactly what it did."""
    every = ", ".join(measure.id for measure in mp.read_scenario("in-force-2024").measures)
    result = mp.evaluate(embedded, mp.read_scenario(HEAD + LIFT.replace("ALL", every)), draws=2, full=False)
    welfare = result.central["welfare"]
    rus = embedded.axes.country.index("RUS")
    assert np.abs(welfare[0]).max() < 1e-7
    assert 0.0 < welfare[1, rus] < welfare[2, rus]
    alone = mp.evaluate(embedded, mp.read_scenario("in-force-2024"), full=False).central["welfare"][0]
    np.testing.assert_allclose((1 + welfare[2] / 100) * (1 + alone / 100), 1.0, atol=1e-9)
    assert (result.draws["welfare"][2, :, rus] > result.draws["welfare"][1, :, rus]).all()
    assert (result.draws["welfare"][1, :, rus] > 0).all()
    trade = result.central["exports"][:, rus]
    assert trade[0] == pytest.approx(0.0, abs=1e-7)
    assert trade[2] > trade[1] > 0


def test_a_draw_without_an_answer_is_counted_and_named(embedded: mp.World) -> None:
    """A venture that in some draws would be more than half of its sector."""
    text = HEAD + """measures:
  - {id: v, type: joint_venture, investor: USA, host: RUS, sectors: [C303], royalty: 0,
     capacity: {output: {value: 1 bn USD, range: [1 bn USD, 60 bn USD], shape: uniform}}, source: assumption}
"""
    result = mp.evaluate(embedded, mp.read_scenario(text), draws=4, full=False)
    failed = [s for s in result.status if s.outcome != "converged"]
    assert 1 <= result.failed_draws == len(failed) < 4
    assert "RUS x C303" in failed[0].message
    assert np.isfinite(result.median("welfare")).all()
    assert np.isnan(result.draws["welfare"][:, [s.draw for s in failed]]).all()


def test_venture_value_is_its_share_of_new_output(embedded: mp.World) -> None:
    """ECONOMICS 2.2-2.3: ``value = mu Y'(mu)``, and the host pays ``rho mu Y'`` to the investor."""
    rus, usa = embedded.axes.country.indices(["RUS", "USA"])
    sector = embedded.axes.sector.index("C303")
    venture = mp.Venture(host=rus, sector=sector, investor=usa, output=1200.0, royalty=0.06)
    outcome = mp.solve(embedded, mp.Shocks(ventures=(venture,), deficits="closed"), tolerance=1e-12)
    share = outcome.venture_share[0]
    assert share * outcome.output[rus, sector] == pytest.approx(1200.0, rel=1e-9)
    assert outcome.productivity_hat[rus, sector] == pytest.approx((1 - share) ** (-1 / 4), rel=1e-9)
    assert outcome.transfers[usa] == pytest.approx(72.0, rel=1e-9)
    assert outcome.transfers[rus] == pytest.approx(-72.0, rel=1e-9)
    flows = outcome.trade.sum(axis=2)
    balance = flows[rus].sum() - flows[:, rus].sum()
    assert balance == pytest.approx(72.0, rel=1e-4)


def test_displaced_sales_are_cut_from_the_investor(embedded: mp.World) -> None:
    rus, usa = embedded.axes.country.indices(["RUS", "USA"])
    sector = embedded.axes.sector.index("C29")

    def sales(displaced: float) -> float:
        venture = mp.Venture(host=rus, sector=sector, investor=usa, output=300.0, displaced=displaced)
        return float(mp.solve(embedded, mp.Shocks(ventures=(venture,))).trade[usa, rus, sector])

    assert sales(0.0) > sales(0.3) > sales(1.0) >= 0.0
