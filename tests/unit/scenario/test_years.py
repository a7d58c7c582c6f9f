"""Measures in their years: what is in force at the end of each, and how measures of knowledge become arrays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from textwrap import indent

import numpy as np
import pytest

import multipolar as mp
from multipolar.base.problems import ScenarioError
from multipolar.scenario.measures.measure import NEEDS_YEARS
from multipolar.scenario.resolve import Resolution, lifts, resolve
from multipolar.scenario.scenario import CaseKey, Scenario, assumptions, uncertain
from multipolar.scenario.timing import share_in_force
from multipolar.world.intake import Field

SPAN = "horizon: {from: 2025, to: 2040}"
CHN, DEU, RUS, USA = range(4)
C26, C29, D, M = range(4)
SHARING = "type: technology_sharing, who: USA, to: [RUS, CHN], sectors: [C26], intensity: 0.1"
CONTROL = "type: export_control, what: know_how, who: USA, to: RUS, sectors: C29, share: 0.8"
RESEARCH = "type: research, who: [RUS, CHN], sectors: [C26, D], change: 0.05"
VENTURE = "type: joint_venture, investor: USA, host: RUS, sectors: C26, capacity: {share: 0.1}"


@pytest.fixture(scope="session")
def knowing(small: mp.World) -> mp.World:
    """The small world with stocks of knowledge (China knows nothing of C29) and research, one of its sectors M."""
    stock = np.full((4, 4), 0.25)
    stock[CHN, C29] = 0.0
    research = np.arange(1.0, 17.0).reshape(4, 4)
    research[DEU] = np.nan
    axes = ("country", "sector")
    return mp.World.from_arrays(
        countries=small.countries, sectors=("C26", "C29", "D", "M"), trade=small.trade, input_share=small.input_share,
        tariff=small.tariff, trade_elasticity=small.trade_elasticity, name="knowing",
        fields={
            "knowledge": Field(stock, axes, "share of the world", "assumption", "made up"),
            "research": Field(research, axes, "million USD", "assumption", "made up"),
        },
    )  # fmt: skip


def scenario(*measures: str, more: str = SPAN) -> Scenario:
    listed = "\n".join(f"- {{id: {chr(97 + k)}, {measure}}}" for k, measure in enumerate(measures))
    return mp.read_scenario(f"multipolar: 1\ntitle: t\n{more}\nmeasures:\n{indent(listed, '  ')}\n")


def in_year(world: mp.World, year: int | None, *measures: str, more: str = SPAN) -> Resolution:
    return resolve(scenario(*measures, more=more), world, CaseKey(), year=year)


@pytest.mark.parametrize(
    ("dates", "year", "share"),
    [
        ("", 2025, 1.0),
        (", from: 2026", 2025, 0.0),
        (", from: 2026", 2026, 1.0),
        (", from: 2026, phase_in: 4y", 2025, 0.0),
        (", from: 2026, phase_in: 4y", 2026, 0.25),
        (", from: 2026, phase_in: 4y", 2028, 0.75),
        (", from: 2026, phase_in: 4y", 2029, 1.0),
        (", from: 2026, phase_in: 4y", 2040, 1.0),
        (", phase_in: 2y", 2025, 0.5),
        (", from: 2026-07-02, phase_in: 1y", 2026, 183 / 365),
        (", until: 2030", 2030, 1.0),
        (", until: 2030", 2031, 0.0),
        (", until: 2030-06-30", 2030, 0.0),
        (", from: 2026, phase_in: 0y", 2026, 1.0),
    ],
)
def test_a_measure_counts_as_far_as_it_is_in_force_at_the_end_of_the_year(dates: str, year: int, share: float) -> None:
    made = scenario(f"type: tariff, who: USA, to: CHN, sectors: all, add: 0.1{dates}")
    assert share_in_force(made.measures[0], made.horizon, year) == pytest.approx(share, abs=1e-12)


def test_without_a_year_all_that_has_not_ended_by_the_horizon_is_whole() -> None:
    made = scenario(
        "type: tariff, who: USA, to: CHN, sectors: all, add: 0.1, from: 2030, phase_in: 20y",
        "type: tariff, who: USA, to: CHN, sectors: all, add: 0.1, until: 2039",
    )
    assert [share_in_force(measure, made.horizon, None) for measure in made.measures] == [1.0, 0.0]
    assert made.measures[1].until == date(2039, 12, 31)


def test_the_size_follows_the_years(knowing: mp.World) -> None:
    measure = "type: tariff, who: USA, to: CHN, sectors: C26, add: 0.1, from: 2026, phase_in: 4y"
    for year, points in ((2026, 0.025), (2027, 0.05), (2035, 0.1)):
        tariff = in_year(knowing, year, measure).shocks.tariff
        assert tariff[CHN, USA, C26] - knowing.tariff[CHN, USA, C26] == pytest.approx(points, abs=1e-15)
    assert in_year(knowing, 2025, measure).shocks.tariff is None


def test_sharing_is_its_intensity_on_the_flows_of_ideas_meant(knowing: mp.World) -> None:
    shocks = in_year(knowing, 2030, SHARING).shocks
    assert shocks.sharing_form == "additive"
    assert {tuple(map(int, cell)) for cell in np.argwhere(shocks.sharing)} == {(USA, RUS, C26), (USA, CHN, C26)}
    assert shocks.sharing[USA, RUS, C26] == 0.1
    assert shocks.diffusion_hat is shocks.research_hat is shocks.productivity_hat is None
    twice = in_year(knowing, 2030, SHARING, SHARING.replace("0.1", "0.25") + ", from: 2030, phase_in: 5y").shocks
    assert twice.sharing[USA, RUS, C26] == pytest.approx(0.1 + 0.05, rel=1e-12)


def test_the_form_is_one_in_a_case(knowing: mp.World) -> None:
    catching = f"{SHARING}, form: catch_up"
    assert in_year(knowing, 2030, catching, catching).shocks.sharing_form == "catch_up"
    with pytest.raises(ScenarioError, match=r"differs from `additive` of `a`; one form in a case"):
        in_year(knowing, 2030, SHARING, catching)


def test_no_more_is_shared_than_all_arrivals(knowing: mp.World) -> None:
    half = SHARING.replace("0.1", "0.5")
    assert in_year(knowing, 2030, half, half).shocks.sharing.max() == 1.0
    with pytest.raises(ScenarioError, match="above 1, more than all arrivals"):
        in_year(knowing, 2030, half, half.replace("0.5", "0.6"))
    sides = half.replace("who: USA", "who: [USA, DEU]").replace("0.5", "0.6")
    assert in_year(knowing, 2030, sides).shocks.sharing.max() == 0.6
    with pytest.raises(ScenarioError, match="above 1, more than all arrivals"):
        in_year(knowing, 2030, f"{sides}, form: catch_up")


def test_who_makes_nothing_has_nothing_to_share_and_it_is_said(knowing: mp.World) -> None:
    found = in_year(knowing, 2030, SHARING.replace("who: USA", "who: CHN").replace("C26", "C26, C29"))
    assert found.shocks.sharing[CHN, RUS, C29] == 0.0
    assert found.shocks.sharing[CHN, RUS, C26] == 0.1
    assert "`a`: CHN C29 makes nothing, so it has nothing to share there" in found.notes


def test_a_control_of_know_how_takes_from_the_part_it_can_reach(knowing: mp.World) -> None:
    default, stated = (
        in_year(knowing, 2030, CONTROL + more).shocks for more in ("", ", controllable_share: 0.5")
    )
    assert {tuple(map(int, cell)) for cell in np.argwhere(default.diffusion_hat != 1)} == {(USA, RUS, C29)}
    assert default.diffusion_hat[USA, RUS, C29] == pytest.approx(1 - 0.3 * 0.8, rel=1e-15)
    assert stated.diffusion_hat[USA, RUS, C29] == pytest.approx(1 - 0.5 * 0.8, rel=1e-15)
    assert default.blocked_share is default.listed_share is None
    names = [row.name for row in assumptions(scenario(CONTROL))]
    assert "a.controllable_share" in names
    assert set(uncertain(scenario(CONTROL))) == {"a.controllable_share"}


def test_research_multiplies(knowing: mp.World) -> None:
    hat = in_year(knowing, 2030, RESEARCH, RESEARCH.replace("0.05", "0.10")).shocks.research_hat
    expected = np.ones((4, 4))
    expected[np.ix_([RUS, CHN], [C26, D])] = 1.05 * 1.10
    np.testing.assert_allclose(hat, expected, rtol=1e-15)


def test_research_that_is_not_on_record_is_refused_by_name(knowing: mp.World) -> None:
    with pytest.raises(ScenarioError, match="not on record in DEU: it would come free"):
        in_year(knowing, 2030, RESEARCH.replace("RUS", "DEU"))
    assert in_year(knowing, 2030, RESEARCH).shocks.research_hat is not None


def test_what_a_host_learns_goes_with_its_venture(knowing: mp.World) -> None:
    found = in_year(knowing, 2030, VENTURE, f"{VENTURE}, learning: 0.2")
    assert found.learning == (0.0, 0.2)
    assert found.not_computed == ()
    assert len(found.shocks.ventures) == 2


def test_nobody_learns_the_same_twice(knowing: mp.World) -> None:
    both = in_year(knowing, 2030, VENTURE, SHARING)
    assert both.shocks.sharing[USA, RUS, C26] == 0.1
    with pytest.raises(ScenarioError, match="in C26 a `technology_sharing` shares the same: one of them"):
        in_year(knowing, 2030, f"{VENTURE}, learning: 0.2", SHARING)


@pytest.mark.parametrize("measure", [SHARING, CONTROL, RESEARCH])
def test_without_years_a_measure_of_knowledge_is_named(knowing: mp.World, measure: str) -> None:
    found = in_year(knowing, None, measure, more="horizon: {to: 2040}")
    assert [(each.measure, each.why) for each in found.not_computed] == [("a", NEEDS_YEARS)]
    assert found.log == ()
    assert in_year(knowing, 2040, measure).not_computed == ()


def test_a_world_without_the_fields_is_named(knowing: mp.World) -> None:
    def why(measure: str, **fields: object) -> list[str]:
        return [each.why for each in in_year(replace(knowing, **fields), 2030, measure).not_computed]

    kept = knowing.fields
    assert why(SHARING, fields={}) == ["world `knowing` has no field `knowledge`"]
    (said,) = why(RESEARCH, fields={"knowledge": kept["knowledge"]})
    assert "no field `research`" in said
    assert why(RESEARCH) == why(SHARING) == []
    with_j = mp.World.from_arrays(
        countries=knowing.countries, sectors=("C26", "C29", "D", "J61"), trade=knowing.trade, fields=knowing.fields,
        input_share=knowing.input_share, tariff=knowing.tariff, trade_elasticity=knowing.trade_elasticity,
    )  # fmt: skip
    (each,) = in_year(with_j, 2030, RESEARCH).not_computed
    assert "no sector M" in each.why


def test_cancelling_follows_the_years_too(knowing: mp.World) -> None:
    made = (SHARING, "type: cancel, targets: [a], share: 0.5, from: 2030, phase_in: 2y")
    shared = [in_year(knowing, year, *made).shocks.sharing[USA, RUS, C26] for year in (2029, 2030, 2031, 2035)]
    assert shared == pytest.approx([0.1, 0.075, 0.05, 0.05], rel=1e-12)


def test_lifting_follows_the_years_too() -> None:
    text = """multipolar: 1
title: t
horizon: {from: 2025, to: 2030}
baseline: [in-force-2024]
measures:
  - {id: ease, type: lift, targets: [in_force_exports], share: 0.4, from: 2027, phase_in: 2y}
"""
    eased = mp.read_scenario(text)
    by_year = [lifts(eased, CaseKey(), year=year) for year in (2025, 2027, 2030)]
    assert by_year[0] == {}
    assert [each["in_force_exports"] for each in by_year[1:]] == pytest.approx([0.2, 0.4])
    assert lifts(eased, CaseKey())["in_force_exports"] == pytest.approx(0.4)
