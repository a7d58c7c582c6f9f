"""Workers who move between sectors at a finite elasticity (ECONOMICS 3.1): examples by hand, limits and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar as mp
from multipolar.model import labour as lab
from multipolar.model.integration import along_the_shock
from multipolar.world.toy import random_world

SEEDS = st.integers(0, 5_000)
MOBILITIES = st.sampled_from([1.0, 1.2, 2.0, 6.0])
NESTS = st.sampled_from([(1.0, 1.0, 1.0), (0.5, 0.2, 0.9)])


def parameters(mobility: float, nests: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> mp.Parameters:
    return mp.Parameters(mobility=mobility, sigma=nests[0], eps=nests[1], sigma_c=nests[2])


def shocks(world: mp.World, seed: int, **kept: object) -> mp.Shocks:
    rng = np.random.default_rng(seed + 1)
    shape, own = world.trade.shape, np.arange(len(world.countries))
    tariff = world.tariff + rng.uniform(0, 0.3, shape)
    tariff[own, own] = 0.0
    return mp.Shocks(**{  # type: ignore[arg-type]
        "tariff": tariff, "productivity_hat": rng.uniform(0.8, 1.25, shape[1:]), "deficits": "closed", **kept,
    })  # fmt: skip


def solved(world: mp.World, shock: mp.Shocks, p: mp.Parameters, tolerance: float = 1e-12) -> mp.Outcome:
    out = mp.solve(world, shock, p, tolerance=tolerance)
    assert out.status == "converged", out.message
    assert max(out.residuals.values()) < 1e-9
    return out


def test_closed_form_example() -> None:
    """G47 (and G25, G26 from the wages): D (.8,1.1), pi (.4,.6), kappa 1.5."""
    demand, share = np.array([0.8, 1.1]), np.array([0.4, 0.6])
    phi = lab.mean_demand(share, demand)
    wages = lab.sector_wages(phi, demand, share, 1 / 1.5)
    assert phi == pytest.approx(0.98, abs=1e-12)
    assert wages == pytest.approx([0.855990, 1.058452], abs=1e-5)
    assert lab.wage_index(share, wages, 1.5) == pytest.approx(phi, rel=1e-12)
    supply = lab.efficiency_supply(demand, share, 1 / 1.5)
    np.testing.assert_allclose(wages * supply, demand, rtol=1e-12)
    np.testing.assert_allclose(lab.new_shares(share, wages, 1.5), share * demand / phi, rtol=1e-12)


def test_wage_index_and_shares() -> None:
    """G25, G26: value-added shares (.5,.5), wages (1.1,.9), kappa 1.5."""
    share, wages = np.array([0.5, 0.5]), np.array([1.1, 0.9])
    assert lab.wage_index(share, wages, 1.5) == pytest.approx(1.0025, abs=5e-6)
    assert lab.new_shares(share, wages, 1.5) == pytest.approx([0.574688, 0.425312], abs=1e-5)


def test_at_mobility_one_supply_stays_and_heads_move() -> None:
    """G50: kappa 1, VA shares (.8,.2), wages (1.1,.9): efficiency labour 1, 1; head shares 1.037736, .849057."""
    share, wages = np.array([0.8, 0.2]), np.array([1.1, 0.9])
    assert lab.efficiency_supply(wages, share, 1.0) == pytest.approx([1.0, 1.0], abs=1e-12)
    heads = lab.new_shares(share, wages, 1.0) / share
    assert heads == pytest.approx([1.037736, 0.849057], abs=1e-5)


@given(SEEDS, st.sampled_from([0.05, 0.5, 1.0, 2.0]), MOBILITIES)
def test_wages_that_value_added_answers_solve_their_equation(seed: int, sigma: float, mobility: float) -> None:
    rng = np.random.default_rng(seed)
    ln_wage, ln_output, ln_bundle = 0.3 * rng.normal(size=3), 0.5 * rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    share = rng.dirichlet(np.ones(4), 3)
    ln_wages = lab.ln_sector_wages(ln_wage, ln_output, ln_bundle, share, sigma, 1 / mobility)
    demand = np.exp(ln_output + (1 - sigma) * (ln_wages - ln_bundle))
    expected = lab.sector_wages(np.exp(ln_wage), demand, share, 1 / mobility)
    np.testing.assert_allclose(np.exp(ln_wages), expected, rtol=1e-11)


@given(SEEDS, NESTS)
def test_infinite_mobility_is_one_wage(seed: int, nests: tuple[float, float, float]) -> None:
    world = random_world(seed, 4, 3)
    one = solved(world, shocks(world, seed), parameters(float("inf"), nests))
    near = solved(world, shocks(world, seed), parameters(1e11, nests))
    np.testing.assert_allclose(near.welfare_hat, one.welfare_hat, rtol=1e-9)
    np.testing.assert_allclose(one.sector_wage_hat, np.broadcast_to(one.wage_hat[:, None], (4, 3)), rtol=1e-14)


@given(SEEDS, MOBILITIES, NESTS)
def test_zero_shock_changes_nothing(seed: int, mobility: float, nests: tuple[float, float, float]) -> None:
    world = random_world(seed, 4, 3, export_taxes=True)
    out = mp.solve(world, mp.Shocks(), parameters(mobility, nests))
    assert np.abs(out.welfare_hat - 1).max() < 1e-12
    assert np.abs(out.sector_wage_hat - 1).max() < 1e-12


@given(SEEDS, MOBILITIES, NESTS)
def test_workers_are_where_it_pays(seed: int, mobility: float, nests: tuple[float, float, float]) -> None:
    """From public arrays: value added by sector against its wage, and the wage bill against the index Phi."""
    world = random_world(seed, 4, 3)
    out = solved(world, shocks(world, seed), parameters(mobility, nests))
    value_added = (1 - out.input_share.sum(axis=2)) * out.output
    share = world.value_added / world.value_added.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(lab.wage_index(share, out.sector_wage_hat, mobility), out.wage_hat, rtol=1e-8)
    np.testing.assert_allclose(
        value_added / value_added.sum(axis=1, keepdims=True),
        lab.new_shares(share, out.sector_wage_hat, mobility), rtol=1e-8,
    )  # fmt: skip
    np.testing.assert_allclose(out.labour_hat * out.sector_wage_hat, value_added / world.value_added, rtol=1e-8)
    if mobility == 1.0:
        np.testing.assert_allclose(out.labour_hat, 1.0, rtol=1e-12)


@given(SEEDS, st.sampled_from([{"psi": 0.25, "labour_share": 0.55}, {"rigidity": 0.97, "labour_share": 0.55}]))
def test_efficiency_labour_leaves_out_who_takes_part_and_who_has_no_job(seed: int, labour: dict[str, float]) -> None:
    """Value added is wage times employed times efficiency units times the composite that takes part."""
    world = random_world(seed, 4, 3)
    out = solved(world, shocks(world, seed), mp.Parameters(mobility=1.5, **labour))
    paid = out.sector_wage_hat * out.employed_share * out.labour_hat * out.labour_supply_hat[:, None] ** 0.55
    np.testing.assert_allclose(paid, out.value_added / world.value_added, rtol=1e-8)


@given(SEEDS, MOBILITIES, NESTS)
def test_one_shock_after_another_is_both_at_once(
    seed: int, mobility: float, nests: tuple[float, float, float]
) -> None:
    world = random_world(seed, 3, 3)
    p, both = parameters(mobility, nests), shocks(world, seed)
    first = mp.Shocks(tariff=both.tariff, deficits="closed")
    second = mp.Shocks(productivity_hat=both.productivity_hat, deficits="closed")
    joint, one = solved(world, both, p), solved(world, first, p)
    two = solved(world.after(one), second, p)
    for name in ("wage_hat", "price_hat", "welfare_hat", "sector_wage_hat"):
        np.testing.assert_allclose(getattr(one, name) * getattr(two, name), getattr(joint, name), rtol=1e-8)


@given(SEEDS, MOBILITIES)
def test_relabelling_changes_nothing(seed: int, mobility: float) -> None:
    world, p = random_world(seed, 3, 3), parameters(mobility)
    shock = shocks(world, seed)
    order, kinds = np.array([2, 0, 1]), np.array([1, 2, 0])
    flow = np.ix_(order, order, kinds)
    other = mp.World.from_arrays(
        countries=["x", "y", "z"], sectors=["u", "v", "w"], trade=world.trade[flow], tariff=world.tariff[flow],
        input_share=world.input_share[np.ix_(order, kinds, kinds)], trade_elasticity=world.trade_elasticity[kinds],
    )  # fmt: skip
    moved = mp.Shocks(tariff=shock.tariff[flow], productivity_hat=shock.productivity_hat[np.ix_(order, kinds)],
                      deficits="closed")  # fmt: skip
    one, two = solved(world, shock, p), solved(other, moved, p)
    np.testing.assert_allclose(two.welfare_hat, one.welfare_hat[order], rtol=1e-9)


@given(SEEDS, MOBILITIES)
def test_integrated_decomposition_adds_up(seed: int, mobility: float) -> None:
    world = random_world(seed, 3, 3)
    out = solved(world, shocks(world, seed), parameters(mobility))
    fine, coarse = out.decomposition, along_the_shock(out.unconverged(), 1e-11, steps=4)
    assert np.abs(fine.remainder).max() < 0.35 * np.abs(coarse.remainder).max() + 1e-7


@given(SEEDS)
def test_tying_workers_down_costs_income(seed: int) -> None:
    """A closed economy hit in one sector: real income falls the more the less workers can move away."""
    world = random_world(seed, 1, 3, tariffs=False)
    productivity = np.array([[0.6, 1.0, 1.3]])
    p = [parameters(m, (2.0, 2.0, 2.0)) for m in (1.0, 2.0, float("inf"))]
    welfare = [float(solved(world, mp.Shocks(productivity_hat=productivity), each).welfare_hat[0]) for each in p]
    assert welfare[0] < welfare[1] < welfare[2]
