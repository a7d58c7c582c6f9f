"""Wages that do not fall below a part of last year's, year by year (ECONOMICS 3.4)."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq

import multipolar as mp
from multipolar.model.learning import learning_parameters
from multipolar.model.parameters import Parameters, horizon_parameters
from multipolar.model.system import prepare
from multipolar.scenario.scenario import CaseKey
from multipolar.study.case import Bench
from multipolar.study.inputs import inputs_of
from multipolar.study.path import Walk, Walker
from multipolar.world.intake import Field
from multipolar.world.toy import random_world, symmetric_world

D = 0.98 / 1.04
HEAD = "multipolar: 1\ntitle: t\ndeficits: closed\n"
COST = "  - {id: cost, type: trade_cost, who: CHN, to: all, sectors: all, change: 1.0}\n"
WALL = "  - {id: wall, type: tariff, who: all, to: CHN, sectors: all, add: 0.4}\n"


def with_heads(world: mp.World, seed: int = 5) -> mp.World:
    heads = world.value_added * np.random.default_rng(seed).uniform(0.5, 2.0, world.value_added.shape)
    return replace(world, fields={"employment": Field(heads, ("country", "sector"), "thousand", "assumption", "made")})


def named(toy: mp.World, countries: tuple[str, ...], sectors: tuple[str, ...]) -> mp.World:
    return with_heads(mp.World.from_arrays(
        countries=countries, sectors=sectors, trade=toy.trade, input_share=toy.input_share, tariff=toy.tariff,
        trade_elasticity=toy.trade_elasticity, name="small",
    ))  # fmt: skip


@pytest.fixture(scope="module")
def world() -> mp.World:
    return named(random_world(7, countries=4, sectors=3), ("CHN", "DEU", "RUS", "USA"), ("C26", "C29", "D"))


def walk(world: mp.World, text: str, parameters: Parameters) -> Walk:
    bench = Bench(prepare(world, parameters), mp.read_scenario(text), tolerance=1e-12)
    return Walker(bench, learning_parameters()).walk(CaseKey())


def lowest(found: Walk) -> np.ndarray:
    """The lowest wages of the last year [n, 1 or k], hats against the reference world."""
    floor = found.last.outcome.unconverged().system.economy.wage_floor
    assert floor is not None
    return np.exp(floor)


def scenario(measures: str, first: int = 2025, last: int = 2028) -> str:
    return f"{HEAD}horizon: {{from: {first}, to: {last}}}\nmeasures:\n{measures}"


def two_countries(floor: float, own: float, theta: float, kappa: float) -> tuple[float, float, float]:
    """Income, price of work and real income of the one whose sales abroad cost kappa: one unit of work each, one good.

    Receipts ``w = s_home w + s_abroad (2 - w)`` with the price of its work held at the floor.
    """

    def shares(w: float) -> tuple[float, float, float]:
        mine, other = max(floor, w) ** -theta, (2 - w) ** -theta
        home = own * mine + (1 - own) * other
        abroad = (1 - own) * mine * kappa**-theta
        return own * mine / home, abroad / (own * other + abroad), home ** (-1 / theta)

    w = brentq(lambda x: shares(x)[0] * x + shares(x)[1] * (2 - x) - x, 0.05, 1.0, xtol=1e-15)
    return w, max(floor, w), w / shares(w)[2]


def test_two_countries_by_hand_until_everyone_works_again() -> None:
    """The floor binds in the first year, loosens at d a year, and lets go: then wages are those that are free."""
    own, theta, kappa = 0.6, 4.0, 2.0
    small = symmetric_world(2, own_share=own, elasticity=theta)
    small = named(small, ("CHN", "DEU"), ("C26",))
    found = walk(small, scenario(COST, 2025, 2036), Parameters(rigidity=D))
    assert found.unemployment is not None
    floor, idle = D, []
    for year in range(12):
        income, wage, real = two_countries(floor, own, theta, kappa)
        idle.append(1 - income / wage)
        assert found.unemployment[year, 0] == pytest.approx(100 * idle[-1], abs=1e-7)
        assert found.welfare[year, 0] == pytest.approx(100 * (real - 1), abs=1e-7)
        assert found.unemployment[year, 1] == pytest.approx(0.0, abs=1e-9)
        floor = D * wage
    assert idle[0] > 0.05
    binding = [each for each in idle if each > 0]
    assert 2 <= len(binding) < 10
    assert all(later < earlier for earlier, later in pairwise(binding))
    free = walk(small, scenario(COST, 2025, 2036), Parameters())
    assert free.unemployment is None
    np.testing.assert_allclose(found.welfare[-1], free.welfare[-1], atol=1e-8)
    assert found.welfare[0, 0] < free.welfare[0, 0] - 1


@pytest.mark.parametrize("numbers", [{}, {"mobility": 1.5, "labour_share": 0.55}, {"sigma": 0.5, "eps": 0.2}], ids=str)
def test_without_a_measure_everyone_works_in_every_year(world: mp.World, numbers: dict[str, float]) -> None:
    ended = WALL.replace("add: 0.4}", "add: 0.4, until: 2024}")
    found = walk(world, scenario(ended), Parameters(rigidity=D, **numbers))
    assert found.unemployment is not None
    assert np.abs(found.welfare).max() < 1e-9
    assert np.abs(found.unemployment).max() < 1e-9
    np.testing.assert_allclose(lowest(found), D, atol=1e-11)
    assert np.abs(found.last.outcome.employed_share - 1).max() < 1e-12


def test_each_year_starts_from_the_wages_of_the_year_before(world: mp.World) -> None:
    """Three years of solves by hand, sector by sector, in a world whose first country's exchange rate moves freely; a
    wage that has risen may not fall back at once when what raised it ends."""
    floor = np.array([0.0, D, D, D])
    numbers = {"mobility": 1.5, "labour_share": 0.55}
    eased = "  - {id: ease, type: trade_cost, who: DEU, to: all, sectors: all, change: -0.5, until: 2026}\n"
    found = walk(world, scenario(WALL + eased, 2025, 2027), Parameters(rigidity=floor, **numbers))
    closed = mp.solve(world, mp.Shocks(deficits="closed"), Parameters(**numbers), tolerance=1e-13)
    reference, wages = world.after(closed), np.ones((4, 3))
    own = np.arange(4)
    assert found.unemployment is not None
    for year in range(3):
        tariff, cost = reference.tariff.copy(), np.ones_like(reference.trade)
        tariff[0] += 0.4
        if year < 2:
            cost[1] = 0.5
        tariff[own, own], cost[own, own] = 0.0, 1.0
        held = Parameters(rigidity=floor[:, None] * wages, **numbers)
        shocks = mp.Shocks(tariff=tariff, trade_cost_hat=cost, deficits="closed")
        outcome = mp.solve(reference, shocks, held, tolerance=1e-12)
        heads = world.employment * outcome.value_added / reference.value_added
        idle = 1 - (heads * outcome.employed_share).sum(axis=1) / heads.sum(axis=1)
        np.testing.assert_allclose(found.unemployment[year], 100 * idle, atol=1e-6)
        np.testing.assert_allclose(found.welfare[year], 100 * (outcome.welfare_hat - 1), atol=1e-6)
        if year == 2:
            np.testing.assert_allclose(lowest(found), floor[:, None] * wages, rtol=1e-8)
        wages = outcome.sector_wage_hat
    assert np.abs(found.unemployment[:, 0]).max() < 1e-9
    assert found.unemployment[:2, 1].max() < 1e-9
    assert found.unemployment[2, 1] > 0.1


def test_lifting_is_measured_from_wages_of_the_reference_world(world: mp.World, tmp_path: Path) -> None:
    """Half of a tariff in force is lifted in the second year, whose floors are on the wages of the world with it."""
    wall = WALL.removeprefix("  ")
    ease = "measures: [{id: ease, type: lift, targets: [wall], share: 0.5, from: 2026}]\n"
    (tmp_path / "wall.yaml").write_text(f"{HEAD}measures:\n{wall}")
    (tmp_path / "eased.yaml").write_text(f"{HEAD}baseline: [wall]\nhorizon: {{from: 2025, to: 2026}}\n{ease}")
    floor = 0.999
    made = mp.read_scenario(tmp_path / "eased.yaml")
    bench = Bench(prepare(world, Parameters(rigidity=floor)), made, tolerance=1e-12)
    found = Walker(bench, learning_parameters()).walk(CaseKey())
    rate, own = np.zeros_like(world.tariff), np.arange(4)
    rate[0] = 0.4
    rate[own, own] = 0.0
    whole, half = (
        mp.solve(world, mp.Shocks(tariff=world.tariff + part * rate, deficits="closed"), tolerance=1e-13)
        for part in (1.0, 0.5)
    )
    held = Parameters(rigidity=floor * whole.sector_wage_hat / half.sector_wage_hat)
    eased = mp.solve(world.after(half), mp.Shocks(deficits="closed"), held, tolerance=1e-12)
    expected = eased.welfare_hat * half.welfare_hat / whole.welfare_hat
    assert found.unemployment is not None
    assert np.abs(found.welfare[0]).max() < 1e-8
    assert np.abs(found.unemployment[0]).max() < 1e-9
    np.testing.assert_allclose(found.welfare[1], 100 * (expected - 1), atol=1e-6)
    assert found.unemployment[1].max() > 0.1
    heads = world.employment * eased.value_added / world.after(whole).value_added
    idle = 1 - (heads * eased.employed_share).sum(axis=1) / heads.sum(axis=1)
    np.testing.assert_allclose(found.unemployment[1], 100 * idle, atol=1e-6)


def test_a_comparison_of_states_years_apart_has_no_rigid_wages(world: mp.World) -> None:
    years, static = (mp.read_scenario(text) for text in (scenario(COST), f"{HEAD}measures:\n{COST}"))
    found = mp.evaluate(world, years, horizon="long", labour="rigid", full=False)
    assert found.central["unemployment_path"].shape == (1, 4, 4)
    np.testing.assert_array_equal(found.central["unemployment"], found.central["unemployment_path"][:, -1])
    assert found.central["unemployment_path"].max() > 0.05
    with pytest.raises(mp.InputError, match="`short`, or a path"):
        mp.evaluate(world, static, horizon="long", labour="rigid", full=False)
    assert "unemployment" in mp.evaluate(world, static, horizon="short", labour="rigid", full=False).central
    assert "unemployment" not in mp.evaluate(world, static, horizon="short", labour="sectors", full=False).central
    with pytest.raises(mp.InputError, match="`short`, or a path"):
        inputs_of(world, years, 0, 1, horizon="long", labour="rigid", attribution="static")
    assert inputs_of(world, years, 0, 1, horizon="long", labour="rigid", attribution="path").labour == "rigid"


def test_countries_with_flexible_rates_are_named_or_refused(world: mp.World) -> None:
    made = mp.read_scenario(scenario(COST))
    free = mp.evaluate(world, made, horizon="long", labour="rigid", flexible_rates=["CHN"], full=False)
    held = mp.evaluate(world, made, horizon="long", labour="rigid", full=False)
    assert np.abs(free.central["unemployment_path"][:, :, 0]).max() < 1e-9
    assert held.central["unemployment_path"][0, 0, 0] > 0.05
    assert any(note.endswith("move freely, in CHN") for note in free.notes)
    assert free.provenance.flexible_rates == ("CHN",)
    with pytest.raises(mp.InputError, match="no country `CHM` in world `small`; did you mean `CHN`"):
        mp.evaluate(world, made, horizon="long", labour="rigid", flexible_rates=["CHM"], full=False)
    with pytest.raises(mp.InputError, match="labour is `sectors`"):
        mp.evaluate(world, made, horizon="long", labour="sectors", flexible_rates=["CHN"], full=False)
    table = horizon_parameters(world, "short", "rigid", flexible_rates=("CHN",))
    np.testing.assert_allclose(table.rigidity, [0.0, D, D, D])


def test_draws_have_a_range_of_unemployment(world: mp.World) -> None:
    made = mp.read_scenario(scenario(COST, 2025, 2026))
    found = mp.evaluate(world, made, draws=4, horizon="long", labour="rigid", full=False)
    assert found.draws["unemployment_path"].shape == (1, 4, 2, 4)
    low, high = found.interval("unemployment_path")
    assert 0 < low[0, 0, 0] < high[0, 0, 0] < 100


def test_a_country_whose_heads_are_not_on_record_is_named_and_the_others_keep_their_ranges(world: mp.World) -> None:
    made, heads = mp.read_scenario(scenario(COST, 2025, 2026)), world.employment.copy()
    heads[3, 1] = np.nan
    field = replace(world.fields["employment"], values=heads)
    some = replace(world, fields={"employment": field})
    found = mp.evaluate(some, made, 2, horizon="long", labour="rigid", full=False)
    assert found.missing["unemployment"] == "employment is not complete in USA"
    assert np.isnan(found.central["unemployment_path"][:, :, 3]).all()
    assert np.isfinite(found.interval("unemployment_path")[0][:, :, :3]).all()
    none = mp.evaluate(replace(world, fields={}), made, horizon="long", labour="rigid", full=False)
    assert none.missing["unemployment"] == "the world has no field `employment`"
    assert np.isnan(none.central["unemployment"]).all()
    np.testing.assert_allclose(none.central["welfare"], found.central["welfare"], atol=1e-9)
