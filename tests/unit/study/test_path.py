"""The path: years linked by knowledge, against the equations taken by hand one year at a time."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from textwrap import indent
from typing import Any

import numpy as np
import pytest

import multipolar as mp
from multipolar.base.problems import InputError
from multipolar.model.learning import calibrate, learning_parameters
from multipolar.model.parameters import Parameters, horizon_parameters
from multipolar.model.system import System, prepare
from multipolar.scenario.scenario import CaseKey, Scenario
from multipolar.study.attribution import attribute
from multipolar.study.case import Bench
from multipolar.study.path import Walk, Walker
from multipolar.world.intake import Field
from multipolar.world.toy import random_world

CHN, DEU, RUS, USA = range(4)
C26, C29, D, M = range(4)
WALL = "type: tariff, who: RUS, to: CHN, sectors: all, add: 0.3"
SHARING = "type: technology_sharing, who: USA, to: RUS, sectors: C26, intensity: 0.2"
KNOW_HOW = "type: export_control, what: know_how, who: USA, to: RUS, sectors: all, share: 0.8"
VENTURE = "type: joint_venture, investor: USA, host: RUS, sectors: C26, capacity: {share: 0.1}, learning: 0.5"


@pytest.fixture(scope="module")
def world(knowing: mp.World) -> mp.World:
    return knowing


def scenario(*measures: str, years: str = "from: 2025, to: 2030", more: str = "") -> Scenario:
    listed = "\n".join(f"- {{id: {chr(97 + k)}, {measure}}}" for k, measure in enumerate(measures))
    return mp.read_scenario(
        f"multipolar: 1\ntitle: t\nhorizon: {{{years}}}\n{more}\nmeasures:\n{indent(listed, '  ')}\n"
    )


def walk(world: mp.World, *measures: str, years: str = "from: 2025, to: 2030", more: str = "") -> Walk:
    bench = Bench(prepare(world, Parameters()), scenario(*measures, years=years, more=more))
    return Walker(bench, learning_parameters()).walk(CaseKey())


def test_without_measures_in_force_nothing_moves(world: mp.World) -> None:
    found = walk(world, f"{SHARING}, until: 2024", years="from: 2025, to: 2029")
    assert found.years == tuple(range(2025, 2030))
    assert np.abs(found.welfare).max() < 1e-9
    assert np.abs(found.ell - 1.0).max() < 1e-12
    moved = walk(world, f"{SHARING}, from: 2029")
    assert np.abs(moved.welfare[:5]).max() < 1e-9
    assert moved.welfare[5, RUS] > 1e-4


@pytest.mark.parametrize("links", [0.0, 0.4])
def test_fifty_years_without_a_shock_leave_every_stock_at_one(embedded: mp.World, links: float) -> None:
    made = mp.read_scenario("multipolar: 1\ntitle: t\nhorizon: {from: 2025, to: 2074}\nmeasures: []\n")
    bench = Bench(prepare(embedded, horizon_parameters(embedded, "medium")), made)
    found = Walker(bench, learning_parameters(links)).walk(CaseKey())
    assert len(found.years) == 50
    assert np.abs(found.ell - 1).max() <= 1e-14
    assert np.abs(found.welfare).max() < 1e-10


SWAPPED = {"RUS": "USA", "USA": "RUS"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_roles_swapped_are_a_mirror_where_the_two_are_alike(seed: int) -> None:
    """RUS and USA have the same economy, CHN trades with both alike: it matters to nobody else which of them hosts."""
    toy = random_world(seed, countries=3, sectors=4)
    order = np.array([1, 0, 2])
    trade, tariff = (0.5 * (each + each[order][:, order]) for each in (toy.trade, toy.tariff))
    inputs = 0.5 * (toy.input_share + toy.input_share[order])
    stock = np.random.default_rng(seed).uniform(0.2, 1.0, (3, 4))
    stock[1] = stock[0]
    alike = mp.World.from_arrays(
        countries=("RUS", "USA", "CHN"), sectors=("C26", "C29", "D", "M"), trade=trade, input_share=inputs,
        tariff=tariff, trade_elasticity=toy.trade_elasticity, name="alike",
        fields={
            "knowledge": Field(stock, ("country", "sector"), "share of the world", "assumption", "made up"),
            "research": Field(np.full((3, 4), 0.01), ("country", "sector"), "million USD", "assumption", "made up"),
        },
    )  # fmt: skip
    goods = "type: export_control, who: USA, to: RUS, sectors: C29, share: 0.3"
    research = "type: research, who: RUS, sectors: D, change: 0.5"
    wall = "type: tariff, who: RUS, to: CHN, sectors: all, add: 0.1"
    measures = [SHARING, KNOW_HOW, VENTURE.replace("C26", "C29"), goods, research, wall]
    other = [re.sub("RUS|USA", lambda each: SWAPPED[each[0]], text) for text in measures]
    one, two = (mp.evaluate(alike, scenario(*texts), full=False) for texts in (measures, other))
    assert np.abs(one.central["welfare"][0, 0] - one.central["welfare"][0, 1]) > 1e-3
    for name in ("welfare", "gni", "royalty", "productivity", "research_spending", "exports", "output"):
        np.testing.assert_allclose(one.central[name][0], two.central[name][0][order], atol=1e-7, err_msg=name)
    np.testing.assert_allclose(one.central["welfare_path"][0], two.central["welfare_path"][0][:, order], atol=1e-7)


def test_catch_up_is_labelled_a_variant(world: mp.World) -> None:
    said = mp.evaluate(world, scenario(f"{SHARING}, form: catch_up"), full=False).notes
    assert any("a variant: shared technology crowds out other ideas; the rule is additive: `a`" in n for n in said)
    assert not any("catch_up" in note for note in mp.evaluate(world, scenario(SHARING), full=False).notes)


def test_each_year_is_one_solve_with_the_knowledge_of_the_years_before(world: mp.World) -> None:
    """Three years by hand: solve, step, solve with the new productivity."""
    found = walk(world, SHARING, WALL, years="from: 2025, to: 2027")
    known = calibrate(world.trade_share, world.knowledge, world.trade_elasticity, learning_parameters())
    tariff, sharing = world.tariff.copy(), np.zeros_like(world.trade)
    tariff[CHN, RUS] += 0.3
    sharing[USA, RUS, C26] = 0.2
    ell = np.ones((4, 4))
    for year in range(3):
        outcome = mp.solve(world, mp.Shocks(tariff=tariff, productivity_hat=known.productivity(ell)))
        np.testing.assert_allclose(found.welfare[year], 100 * (outcome.welfare_hat - 1), atol=1e-7)
        np.testing.assert_allclose(found.productivity[year], ell ** (1 / world.trade_elasticity), rtol=1e-10)
        if year < 2:
            ell = known.step(ell, outcome.trade_share, mp.Shocks(sharing=sharing))
    np.testing.assert_allclose(found.ell, ell, rtol=1e-10)


def test_the_shape_of_knowledge_is_the_long_one_at_every_horizon(world: mp.World) -> None:
    made = scenario(SHARING, years="from: 2025, to: 2026")
    for scale in (1.0, 0.25):
        bench = Bench(prepare(world, Parameters(theta_scale=scale)), made)
        found = Walker(bench, learning_parameters()).walk(CaseKey())
        np.testing.assert_allclose(found.productivity[-1], found.ell ** (1 / world.trade_elasticity), rtol=1e-12)


def test_phasing_in_is_linear_in_what_is_shared(world: mp.World) -> None:
    """One year after the first quarter of a measure the stock has moved a quarter of what the whole would move it."""
    quarter = walk(world, f"{SHARING}, from: 2025, phase_in: 4y", years="from: 2025, to: 2026").ell[RUS, C26] - 1
    whole = walk(world, SHARING, years="from: 2025, to: 2026").ell[RUS, C26] - 1
    assert quarter == pytest.approx(whole / 4, rel=1e-6)
    assert whole > 0


def test_a_control_of_know_how_slows_the_one_it_is_aimed_at(world: mp.World) -> None:
    found = walk(world, KNOW_HOW)
    assert (found.ell[RUS] < 1).all()
    assert (np.diff(found.productivity[:, RUS, C26]) < 0).all()


def test_research_is_paid_for_before_it_bears_fruit(world: mp.World) -> None:
    """In the first year nothing is known yet and the spending is there: real income falls; by hand that solve."""
    found = walk(world, "type: research, who: RUS, sectors: [C26, D], change: 0.5", years="from: 2025, to: 2026")
    bought = np.zeros((4, 4))
    bought[RUS, M] = 0.5 * world.research[RUS, [C26, D]].sum()
    outcome = mp.solve(world, mp.Shocks(research_purchases=bought))
    np.testing.assert_allclose(found.welfare[0], 100 * (outcome.welfare_hat - 1), atol=1e-7)
    assert found.welfare[0, RUS] < 0
    assert found.ell[RUS, C26] > 1
    assert found.welfare[1, RUS] > found.welfare[0, RUS]


def test_a_host_learns_a_part_of_the_share_of_the_venture(world: mp.World) -> None:
    found = walk(world, VENTURE, years="from: 2025, to: 2026")
    known = calibrate(world.trade_share, world.knowledge, world.trade_elasticity, learning_parameters())
    sharing = np.zeros_like(world.trade)
    sharing[USA, RUS, C26] = 0.5 * 0.1
    without = walk(world, VENTURE.replace(", learning: 0.5", ""), years="from: 2025, to: 2026")
    first = mp.solve(world, mp.Shocks(ventures=without.last.resolution.shocks.ventures))
    np.testing.assert_allclose(without.ell, known.step(np.ones((4, 4)), first.trade_share, mp.Shocks()), rtol=1e-9)
    expected = known.step(np.ones((4, 4)), first.trade_share, mp.Shocks(sharing=sharing))
    np.testing.assert_allclose(found.ell, expected, rtol=1e-9)
    assert found.ell[RUS, C26] > without.ell[RUS, C26]


def test_sector_links_spread_ideas_along_inputs(world: mp.World) -> None:
    """Two years by hand: what RUS meets in a sector is 0.7 its own and 0.3 that of its inputs (ECONOMICS 1.2)."""
    made, learning = scenario(SHARING, years="from: 2025, to: 2026"), learning_parameters(0.3)
    found = Walker(Bench(prepare(world, Parameters()), made), learning).walk(CaseKey())
    plain = walk(world, SHARING, years="from: 2025, to: 2026")
    known = calibrate(world.trade_share, world.knowledge, world.trade_elasticity, learning_parameters())
    ideas = np.ones((4, 4))
    ideas[RUS, C26] += 0.2 * known.stock[USA, C26] ** 0.5 / known.total[RUS, C26]
    of_inputs = world.input_share / world.input_share.sum(axis=2, keepdims=True)
    met = 0.7 * ideas + 0.3 * np.einsum("nks,ns->nk", of_inputs, ideas)
    target = known.research_share + (1 - known.research_share) * met
    expected = (1 + known.growth * target) / (1 + known.growth)
    np.testing.assert_allclose(found.ell, expected, rtol=1e-9)
    assert plain.ell[RUS, C29] == pytest.approx(1, abs=1e-12)
    assert found.ell[RUS, C29] > 1 < found.ell[RUS, C26] < plain.ell[RUS, C26]


def test_sector_links_leave_the_baseline_exact_and_are_said(world: mp.World) -> None:
    still = scenario(f"{SHARING}, until: 2024", years="from: 2025, to: 2029")
    found = mp.evaluate(world, still, draws=2, sector_links=0.3)
    assert np.abs(found.central["welfare_path"]).max() < 1e-9
    assert np.abs(found.draws["welfare_path"]).max() < 1e-7
    assert any(note.startswith("sector links: 0.3 of the ideas") for note in found.notes)
    assert found.provenance.sector_links == 0.3
    plain = mp.evaluate(world, still)
    assert not any("sector links" in note for note in plain.notes)
    assert "sector_links" not in plain.provenance.parameters
    asked, moving = learning_parameters(0.3), scenario(SHARING)
    linked = mp.evaluate(world, moving, draws=2, sector_links=0.3)
    by_hand = Walker(Bench(prepare(world, horizon_parameters(world, "medium")), moving), asked).walk(CaseKey())
    np.testing.assert_allclose(linked.central["welfare"][0], by_hand.welfare[-1], atol=1e-9)
    free = mp.evaluate(world, moving, draws=2)
    assert np.abs(linked.draws["welfare"] - free.draws["welfare"]).max() > 1e-4
    shares = attribute(world, moving, kind="path", sector_links=0.3).numbers["attribution_total"][0, :-1]
    np.testing.assert_allclose(shares, np.log1p(linked.central["welfare"][0] / 100), atol=1e-9)


def test_links_that_no_year_would_use_are_refused(world: mp.World) -> None:
    single = mp.read_scenario("multipolar: 1\ntitle: t\nmeasures: []\n")
    with pytest.raises(InputError, match="knowledge moves along years"):
        mp.evaluate(world, single, sector_links=0.3)
    assert mp.evaluate(world, single, sector_links=0.0).years == ()
    with pytest.raises(InputError, match=r"sector_links: 1\.5 is not a number from 0 to 1"):
        mp.evaluate(world, scenario(SHARING), sector_links=1.5)


def test_a_venture_of_fixed_stock_falls_behind_a_host_that_learns(world: mp.World) -> None:
    """Years by hand: ``mu' = mu / (mu + (1-mu) ell)`` of the host's own stock, beside the productivity that the same
    stock gives; one that scales with the host keeps its share."""
    plant = VENTURE.replace("sectors: C26", "sectors: C29").replace("learning: 0.5", "scales: fixed")
    more = "type: technology_sharing, who: USA, to: RUS, sectors: C29, intensity: 1"
    found = walk(world, more, plant, years="from: 2025, to: 2028")
    scaled = walk(world, more, plant.replace("fixed", "with_host"), years="from: 2025, to: 2028")
    known = calibrate(world.trade_share, world.knowledge, world.trade_elasticity, learning_parameters())
    sharing, ell = np.zeros_like(world.trade), np.ones((4, 4))
    sharing[USA, RUS, C29] = 1.0
    for year in range(4):
        mu = 0.1 / (0.1 + 0.9 * float(ell[RUS, C29]))
        venture = mp.Venture(RUS, C29, USA, share=mu, royalty=0.06)
        shocks = mp.Shocks(ventures=(venture,), productivity_hat=known.productivity(ell))
        outcome = mp.solve(world, shocks)
        np.testing.assert_allclose(found.welfare[year], 100 * (outcome.welfare_hat - 1), atol=1e-7)
        if year < 3:
            ell = known.step(ell, outcome.trade_share, mp.Shocks(sharing=sharing))
    assert found.last.outcome.venture_share == (pytest.approx(mu, rel=1e-9),)
    assert mu < 0.1 == pytest.approx(scaled.last.outcome.venture_share[0])
    assert found.welfare[0] == pytest.approx(scaled.welfare[0], abs=1e-9)
    assert found.welfare[-1, RUS] < scaled.welfare[-1, RUS]


def test_a_measure_that_ends_is_gone_and_what_was_learnt_stays(world: mp.World) -> None:
    found = walk(world, f"{WALL}, until: 2026", f"{SHARING}, until: 2026")
    assert found.last.resolution.shocks.tariff is None
    assert abs(found.welfare[1, CHN]) > 20 * abs(found.welfare[2, CHN])
    assert found.ell[RUS, C26] > 1


def test_a_lift_by_years_stands_on_worlds_of_its_own(world: mp.World, tmp_path: Path) -> None:
    """Half of a baseline measure lifted in the second year: the effect is that of its lifting, and of no other."""
    head = "multipolar: 1\ntitle: t\n"
    wall = "measures: [{id: wall, type: tariff, who: RUS, to: all, sectors: all, add: 0.4}]\n"
    ease = "measures: [{id: ease, type: lift, targets: [wall], share: 0.5, from: 2026}]\n"
    (tmp_path / "wall.yaml").write_text(head + wall)
    (tmp_path / "eased.yaml").write_text(f"{head}baseline: [wall]\nhorizon: {{from: 2025, to: 2026}}\n{ease}")
    made = mp.read_scenario(tmp_path / "eased.yaml")
    bench = Bench(prepare(world, Parameters()), made)
    found = Walker(bench, learning_parameters()).walk(CaseKey())
    assert np.abs(found.welfare[0]).max() < 1e-8
    tariff = world.tariff + 0.4 * (np.arange(4)[None, :, None] == RUS)
    half = world.tariff + 0.2 * (np.arange(4)[None, :, None] == RUS)
    for rate in (tariff, half):
        rate[np.arange(4), np.arange(4)] = 0.0
    all_of_it, rest = (mp.solve(world, mp.Shocks(tariff=rate)).welfare_hat for rate in (tariff, half))
    np.testing.assert_allclose(found.welfare[1], 100 * (rest / all_of_it - 1), atol=1e-6)


def test_a_world_without_knowledge_keeps_its_productivity(world: mp.World) -> None:
    found = walk(replace(world, fields={}), WALL)
    assert (found.productivity == 1.0).all()
    np.testing.assert_allclose(found.welfare[-1], found.welfare[0], atol=1e-7)


def test_a_year_that_fails_is_named(world: mp.World) -> None:
    with pytest.raises(mp.MultipolarError, match="the scenario in 2027"):
        walk(world, "type: import_ban, who: all, to: all, sectors: all, from: 2027", more="deficits: fixed")


def test_a_year_in_which_the_same_is_in_force_is_not_resolved_anew(world: mp.World) -> None:
    """Phased in over two years from 2026: 2027 to 2029 are one; the last is resolved anew, because its notes stand in
    the result."""
    text = "multipolar: 1\ntitle: t\nhorizon: {from: 2025, to: 2030}\nmeasures:\n  - {id: t, type: tariff, who: RUS, "
    more = "to: CHN, sectors: all, add: 0.1, from: 2026, phase_in: 2y, source: assumption}\n"
    bench = Bench(prepare(world), mp.read_scenario(text + more, world))
    staged = [bench.staged(CaseKey(), year) for year in range(2025, 2031)]
    tariffs = [each.resolution.shocks.tariff for each in staged]
    added = [0.0 if rate is None else rate[CHN, RUS, D] - world.tariff[CHN, RUS, D] for rate in tariffs]
    assert added == pytest.approx([0.0, 0.05, 0.1, 0.1, 0.1, 0.1])
    assert staged[2] is staged[3] is staged[4]
    assert len({id(each) for each in staged}) == 4
    assert bench.staged(CaseKey(active=frozenset()), 2029) is not staged[4]  # another case


def test_a_walk_that_follows_another_comes_to_its_own_numbers_sooner(world: mp.World) -> None:
    """A guide says where to look first, in every year; where the walk ends is its own."""
    scenario = mp.read_scenario(
        "multipolar: 1\ntitle: t\nhorizon: {from: 2025, to: 2032}\nmeasures:\n"
        f"  - {{id: wall, {WALL}, phase_in: 3y, source: assumption}}\n"
        f"  - {{id: shared, {SHARING}, phase_in: 5y, source: assumption}}\n",
        world,
    )
    walker = Walker(Bench(prepare(world), scenario), learning_parameters())
    drawn = Walker(
        Bench(prepare(world, Parameters(theta_factor=np.array([0.9, 1.1, 1.2, 0.8]))), scenario), learning_parameters()
    )
    guide = walker.answer(CaseKey()).start
    assert guide is not None
    assert len(guide.years) == 8
    alone, led = drawn.walk(CaseKey()), drawn.walk(CaseKey(), start=guide)
    np.testing.assert_allclose(led.welfare, alone.welfare, rtol=0, atol=1e-7)
    np.testing.assert_allclose(led.productivity, alone.productivity, rtol=1e-9)
    assert led.sweeps < alone.sweeps
    again = walker.walk(CaseKey(), start=guide)
    assert again.sweeps <= 2 * len(again.years)  # it starts where it has been


def test_years_with_the_same_in_force_share_their_trade_arrays(world: mp.World) -> None:
    """Knowledge and ventures move every year; what crosses borders does not, and its arrays are formed once."""
    scenario = mp.read_scenario(
        "multipolar: 1\ntitle: t\nhorizon: {from: 2025, to: 2030}\nmeasures:\n"
        f"  - {{id: wall, {WALL}, source: assumption}}\n"
        f"  - {{id: venture, {VENTURE}, royalty: 0.05, source: assumption}}\n",
        world,
    )
    bench = Bench(prepare(world), scenario)
    made: list[System] = []
    form = bench._system

    def noted(*given: Any) -> System:
        made.append(form(*given))
        return made[-1]

    bench._system = noted  # type: ignore[method-assign]
    walk = Walker(bench, learning_parameters()).walk(CaseKey())
    assert (np.diff(walk.productivity, axis=0) != 0).any()
    assert len(made) == 6
    assert len({id(system.made) for system in made}) == 2  # the last year is resolved anew
