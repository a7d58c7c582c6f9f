"""Workers who choose to take part (ECONOMICS 3.3) and wages that do not fall (3.4): examples by hand and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar as mp
from multipolar.model import labour as lab
from multipolar.model.integration import along_the_shock
from multipolar.model.parameters import horizon_parameters, rows_used
from multipolar.world.toy import random_world

SEEDS = st.integers(0, 5_000)
MOBILITIES = st.sampled_from([1.0, 1.5, 3.0, float("inf")])
NESTS = st.sampled_from([{}, {"sigma": 0.5, "eps": 0.2, "sigma_c": 0.9}])
LABOUR = st.sampled_from([{"psi": 0.25, "labour_share": 0.55}, {"psi": 0.75}, {"rigidity": 0.98},
                          {"rigidity": 0.97, "labour_share": 0.55}])  # fmt: skip


def shocks(world: mp.World, seed: int, size: float = 0.3) -> mp.Shocks:
    rng = np.random.default_rng(seed + 1)
    shape, own = world.trade.shape, np.arange(len(world.countries))
    tariff = world.tariff + rng.uniform(0, size, shape)
    tariff[own, own] = 0.0
    return mp.Shocks(tariff=tariff, productivity_hat=rng.uniform(1 - size / 2, 1 + size / 2, shape[1:]),
                     deficits="closed")  # fmt: skip


def solved(world: mp.World, shock: mp.Shocks, parameters: mp.Parameters, tolerance: float = 1e-12) -> mp.Outcome:
    out = mp.solve(world, shock, parameters, tolerance=tolerance)
    assert out.status == "converged", out.message
    assert max(out.residuals.values()) < 1e-9
    return out


def test_participation_example() -> None:
    """G51: psi .25, real wage +5 %: worth 5.0309 % of the wage bill, 6.2886 % more consumed."""
    assert 100 * lab.worth_of_real_wage(np.array([1.05]), 0.25) == pytest.approx(5.0309, abs=1e-4)


def test_floor_example() -> None:
    """G48: G47 with a floor of .98: wages, share employed, heads employed; G27: one sector, D .9."""
    demand, share = np.array([[0.8, 1.1]]), np.array([[0.4, 0.6]])
    expected = lab.sector_wages(lab.mean_demand(share, demand), demand, share, 1 / 1.5)
    wage, employed = lab.rigid_wages(expected, np.array([[0.98]]))
    assert wage[0] == pytest.approx([0.98, 1.058452], abs=1e-5)
    assert employed[0] == pytest.approx([0.873459, 1.0], abs=1e-5)
    heads = share * demand / (share * demand).sum()
    assert (heads * employed).sum() == pytest.approx(0.958681, abs=1e-5)
    wage, employed = lab.rigid_wages(np.array([0.9]), np.array([0.98]))
    assert (wage[0], employed[0]) == (0.98, pytest.approx(0.918367, abs=1e-6))


@given(SEEDS, st.sampled_from([0.05, 0.5, 1.0, 2.0]), MOBILITIES, st.sampled_from([0.4, 1.0]))
def test_expected_wages_solve_their_equation(seed: int, sigma: float, mobility: float, labour_share: float) -> None:
    """omega = w (D/Phi)^i with D at the rigid price of value added, some floors binding, one country free."""
    rng = np.random.default_rng(seed)
    ln_wage, ln_output, ln_bundle = 0.3 * rng.normal(size=3), 0.5 * rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    share, floor = rng.dirichlet(np.ones(4), 3), np.array([[0.0], [-np.inf], [0.2]])
    found = lab.ln_expected_wages(ln_wage, ln_output, ln_bundle, share, sigma, 1 / mobility, floor, labour_share)
    price = lab.ln_rigid_price(found, floor, labour_share)
    demand = np.exp(ln_output + (1 - sigma) * (price - ln_bundle))
    expected = lab.sector_wages(np.exp(ln_wage), demand, share, 1 / mobility)
    np.testing.assert_allclose(np.exp(found), expected, rtol=1e-10)


@given(SEEDS, MOBILITIES, NESTS, LABOUR)
def test_zero_shock_changes_nothing(
    seed: int, mobility: float, nests: dict[str, float], labour: dict[str, float]
) -> None:
    world = random_world(seed, 4, 3, export_taxes=True)
    out = mp.solve(world, mp.Shocks(), mp.Parameters(mobility=mobility, **nests, **labour))
    for name in ("welfare_hat", "sector_wage_hat", "employed_share", "labour_supply_hat"):
        assert np.abs(getattr(out, name) - 1).max() < 1e-12


@given(SEEDS, MOBILITIES, NESTS)
def test_without_participation_and_floor_it_is_the_other_model(
    seed: int, mobility: float, nests: dict[str, float]
) -> None:
    world = random_world(seed, 4, 3)
    shock = shocks(world, seed)
    plain = solved(world, shock, mp.Parameters(mobility=mobility, **nests))
    for labour in ({"psi": 1e-12, "labour_share": 0.5}, {"rigidity": 1e-9, "labour_share": 0.5}):
        other = solved(world, shock, mp.Parameters(mobility=mobility, **nests, **labour))
        np.testing.assert_allclose(other.welfare_hat, plain.welfare_hat, rtol=1e-10)
        np.testing.assert_allclose(other.price_hat, plain.price_hat, rtol=1e-9)


@given(SEEDS, MOBILITIES, NESTS, st.sampled_from([0.25, 0.75]), st.sampled_from([0.55, 1.0]))
def test_supply_follows_the_real_wage(
    seed: int, mobility: float, nests: dict[str, float], psi: float, labour_share: float
) -> None:
    """From public numbers: L = om^psi, income of value added = Phi L^l, and both measures of welfare."""
    world = random_world(seed, 4, 3)
    parameters = mp.Parameters(mobility=mobility, psi=psi, labour_share=labour_share, **nests)
    out = solved(world, shocks(world, seed), parameters)
    supply, worker = out.labour_supply_hat, out.real_wage_hat
    np.testing.assert_allclose(supply, worker**psi, rtol=1e-9)
    bills = world.value_added.sum(axis=1)
    np.testing.assert_allclose(out.value_added.sum(axis=1), bills * out.wage_hat * supply**labour_share, rtol=1e-8)
    np.testing.assert_allclose(out.value_added.sum(), bills.sum(), rtol=1e-9)
    effort = (worker ** (1 + psi) - 1) * psi / (1 + psi) * labour_share * bills / world.accounts.income
    np.testing.assert_allclose(out.consumption_hat - out.welfare_hat, effort, rtol=1e-6, atol=1e-9)


@given(SEEDS, st.sampled_from([1.0, 3.0, float("inf")]))
def test_more_productive_closed_economy_works_more(seed: int, mobility: float) -> None:
    """One country, Cobb-Douglas: the real wage rises by A's Domar weight, closed form of the supply."""
    world = random_world(seed, 1, 3, tariffs=False)
    psi, labour_share, gain = 0.5, 0.6, 1.1
    parameters = mp.Parameters(mobility=mobility, psi=psi, labour_share=labour_share)
    out = solved(world, mp.Shocks(productivity_hat=np.full((1, 3), gain), deficits="closed"), parameters)
    domar = world.output.sum() / world.value_added.sum()
    assert np.log(out.wage_hat / out.consumer_price_hat)[0] == pytest.approx(domar * np.log(gain), rel=1e-9)
    supply = gain ** (domar * psi / (1 + psi * (1 - labour_share)))
    assert out.labour_supply_hat[0] == pytest.approx(supply, rel=1e-9)


@given(SEEDS, MOBILITIES, NESTS, st.sampled_from([0.55, 1.0]), st.booleans())
def test_no_wage_below_its_floor_and_nobody_idle_above_it(
    seed: int, mobility: float, nests: dict[str, float], labour_share: float, by_sector: bool
) -> None:
    """From public numbers; countries with a free wage have no unemployment. By sector as a year of a path has them."""
    world = random_world(seed, 4, 3)
    floor = np.array([0.99, 0.97, 0.0, 0.95])
    if by_sector:
        floor = floor[:, None] * np.random.default_rng(seed).uniform(0.9, 1.1, (4, 3))
    parameters = mp.Parameters(mobility=mobility, rigidity=floor, labour_share=labour_share, **nests)
    out = solved(world, shocks(world, seed, 0.2), parameters)
    wage, employed = out.sector_wage_hat, out.employed_share
    level = floor if by_sector else floor[:, None]
    assert (wage >= level - 1e-12).all()
    assert (employed <= 1 + 1e-12).all()
    assert np.abs((wage - level) * (1 - employed)).max() < 1e-9
    assert np.abs(employed[2] - 1).max() < 1e-12
    share = world.value_added / world.value_added.sum(axis=1, keepdims=True)
    hat = out.value_added / world.value_added
    np.testing.assert_allclose((share * hat).sum(axis=1), out.wage_hat, rtol=1e-8)
    expected = lab.sector_wages(out.wage_hat, hat, share, 1 / mobility)
    np.testing.assert_allclose(wage * employed, expected, rtol=1e-8)


@given(SEEDS, MOBILITIES, NESTS, LABOUR)
def test_integrated_decomposition_adds_up(
    seed: int, mobility: float, nests: dict[str, float], labour: dict[str, float]
) -> None:
    """The remainder falls with the number of steps; with a kink on the way only about in proportion."""
    world = random_world(seed, 3, 3)
    out = solved(world, shocks(world, seed), mp.Parameters(mobility=mobility, **nests, **labour))
    parts = [along_the_shock(out.unconverged(), 1e-11, steps=k) for k in (4, 32)]
    coarse, fine = (np.abs(each.remainder).max() for each in parts)
    assert fine < 0.35 * coarse + 1e-6


@given(SEEDS, LABOUR)
def test_relabelling_changes_nothing(seed: int, labour: dict[str, float]) -> None:
    world, p = random_world(seed, 3, 3), mp.Parameters(mobility=2.0, **labour)
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


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ({"psi": -0.1}, "psi"),
        ({"psi": 0.25, "rigidity": 0.98}, "not together with rigidity"),
        ({"rigidity": 1.01}, "rigidity"),
        ({"rigidity": np.array([0.5, 2.0])}, "rigidity"),
        ({"rigidity": np.array([[0.5, -0.1]])}, "by country and sector"),
        ({"rigidity": np.array([[0.5, np.nan]])}, "by country and sector"),
        ({"labour_share": 1.2}, "labour_share"),
        ({"specific": True}, "only at mobility 1"),
        ({"specific": 1, "mobility": 1.0}, "specific"),
    ],
)
def test_refused_parameters(numbers: dict[str, object], words: str) -> None:
    with pytest.raises(mp.InputError, match=words):
        mp.Parameters(**numbers)  # type: ignore[arg-type]
    mp.Parameters(psi=0.25, labour_share=0.55)
    mp.Parameters(rigidity=np.array([0.5, 0.98]))
    mp.Parameters(rigidity=np.array([[0.5, 1.1]]))
    mp.Parameters(specific=True, mobility=1.0)


def test_labour_options_of_a_horizon() -> None:
    """The numbers of parameters.csv; a floor on last year's wage is no statement about fifteen years."""
    world = random_world(1, 3, 3)
    assert horizon_parameters(world, "long").mobility == float("inf")
    assert horizon_parameters(world, "long", "sectors").mobility == 1.5
    some = horizon_parameters(world, "medium", "participation")
    assert (some.psi, some.labour_share, some.rigidity) == (0.25, 0.55, 0.0)
    rigid = horizon_parameters(world, "short", "rigid")
    assert rigid.rigidity == pytest.approx(0.98 / 1.04)
    assert "wage_floor" in rows_used(rigid)
    assert "wage_floor" not in rows_used(some)
    assert "psi" in rows_used(some)
    for horizon in ("medium", "long"):
        with pytest.raises(mp.InputError, match="holds for a year"):
            horizon_parameters(world, horizon, "rigid")
    with pytest.raises(mp.InputError, match="Did you mean `sectors`"):
        horizon_parameters(world, "long", "sector")


def test_a_floor_for_each_country() -> None:
    world = random_world(1, 3, 3)
    mp.solve(world, mp.Shocks(), mp.Parameters(rigidity=np.array([0.9, 0.8, 0.0]))).raise_for_status()
    with pytest.raises(mp.InputError, match="2 numbers for 3 countries"):
        mp.solve(world, mp.Shocks(), mp.Parameters(rigidity=np.array([0.9, 0.8])))
    mp.solve(world, mp.Shocks(), mp.Parameters(rigidity=np.full((3, 3), 0.9))).raise_for_status()
    with pytest.raises(mp.InputError, match=r"shape \(3, 2\) where \(3, 3\)"):
        mp.solve(world, mp.Shocks(), mp.Parameters(rigidity=np.full((3, 2), 0.9)))


@given(SEEDS, NESTS)
def test_decomposition_starts_at_the_base_where_floors_stand_above_it(seed: int, nests: dict[str, float]) -> None:
    """A year of a path whose wages have risen: floors, some above 1, rise with the shock; parts still add up."""
    world = random_world(seed, 3, 3)
    floor = np.random.default_rng(seed).uniform(0.9, 1.05, (3, 3))
    out = solved(world, shocks(world, seed), mp.Parameters(mobility=1.5, rigidity=floor, labour_share=0.55, **nests))
    parts = [along_the_shock(out.unconverged(), 1e-11, steps=k) for k in (4, 32)]
    coarse, fine = (np.abs(each.remainder).max() for each in parts)
    assert fine < 0.35 * coarse + 1e-6
