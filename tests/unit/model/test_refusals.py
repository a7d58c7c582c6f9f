"""What is refused before a solve, and that the same input without the mistake is solved."""

from __future__ import annotations

import numpy as np
import pytest

import multipolar as mp
from multipolar.world.toy import random_world, symmetric_world


def blocked(world: mp.World, *cells: tuple[object, ...], share: float = 1.0) -> np.ndarray:
    array = np.zeros_like(world.trade)
    for cell in cells:
        array[cell] = share
    own = np.arange(len(world.countries))
    array[own, own] = 0.0
    return array


def both_ways(world: mp.World, country: int, share: float = 1.0) -> np.ndarray:
    return blocked(world, (country, slice(None)), (slice(None), country), share=share)


def test_market_without_a_supplier_is_named() -> None:
    world = random_world(1, 3, 2)
    trade = world.trade.copy()
    trade[0, 0, 1] = 0.0  # C1 buys S2 only abroad
    world = mp.World.from_arrays(
        countries=world.countries, sectors=world.sectors, trade=trade, input_share=0.2 * world.input_share,
        tariff=world.tariff, trade_elasticity=world.trade_elasticity,
    )  # fmt: skip
    cells = [(1, 0, 1), (2, 0, 1)]
    with pytest.raises(mp.NoEquilibriumError, match=r"no supplier is left in C1 x S2\."):
        mp.solve(world, mp.Shocks(blocked_share=blocked(world, *cells), deficits="closed"))
    assert mp.solve(world, mp.Shocks(blocked_share=blocked(world, cells[0]), deficits="closed")).status == "converged"


@pytest.mark.parametrize("rule", ["fixed", "own"])
def test_cut_off_with_a_deficit_is_named(rule: str) -> None:
    world = random_world(2, 3, 2)
    with pytest.raises(mp.NoEquilibriumError, match=r"C1 .*cut off.*must keep a (deficit|surplus)"):
        mp.solve(world, mp.Shocks(blocked_share=both_ways(world, 0), deficits=rule))
    assert mp.solve(world, mp.Shocks(blocked_share=both_ways(world, 0, 0.9), deficits=rule)).status == "converged"


def test_cut_off_with_balanced_trade_is_solved() -> None:
    """Its own nominal level is pinned: its real income is that of autarky, and the others clear among themselves."""
    world = random_world(2, 3, 2)
    out = mp.solve(world, mp.Shocks(blocked_share=both_ways(world, 0), deficits="closed"), tolerance=1e-12)
    bill = world.value_added.sum(axis=1)
    assert out.wage_hat[0] == pytest.approx(1.0, rel=1e-9)
    assert out.wage_hat[1:] @ bill[1:] == pytest.approx(bill[1:].sum(), rel=1e-9)
    assert out.trade_share[0, 0] == pytest.approx(np.ones(2))
    alone = mp.World.from_arrays(
        countries=["C1"], sectors=world.sectors, trade=out.trade[:1, :1], input_share=world.input_share[:1],
        tariff=np.zeros((1, 1, 2)), trade_elasticity=world.trade_elasticity,
    )  # fmt: skip
    np.testing.assert_allclose(alone.value_added[0].sum(), bill[0], rtol=1e-9)


def test_two_groups_that_trade_no_more_need_balanced_trade() -> None:
    world = random_world(5, 4, 2)
    between = blocked(world, (slice(0, 2), slice(2, 4)), (slice(2, 4), slice(0, 2)))
    with pytest.raises(mp.NoEquilibriumError, match="cut off"):
        mp.solve(world, mp.Shocks(blocked_share=between, deficits="fixed"))
    out = mp.solve(world, mp.Shocks(blocked_share=between, deficits="closed"))
    assert out.status == "converged"
    assert out.residuals["numeraire"] < 1e-9


def test_selling_without_buying_is_named() -> None:
    world = random_world(3, 3, 2)
    no_imports = blocked(world, (slice(None), 0))
    with pytest.raises(mp.NoEquilibriumError, match=r"C1 can still sell to .* no longer buy from"):
        mp.solve(world, mp.Shocks(blocked_share=no_imports, deficits="closed"))
    no_exports = blocked(world, (0, slice(None)))
    with pytest.raises(mp.NoEquilibriumError, match=r"C1 can still buy from .* no longer sell to"):
        mp.solve(world, mp.Shocks(blocked_share=no_exports, deficits="closed"))
    assert mp.solve(world, mp.Shocks(blocked_share=0.9 * no_exports, deficits="closed")).status == "converged"


def test_a_world_that_only_sells_cannot_be_closed() -> None:
    """Without any shock: its surplus is all its exports, and under balanced trade nothing can pay for them."""
    world = random_world(3, 3, 2)
    trade = world.trade.copy()
    trade[1:, 0] = 0.0
    world = mp.World.from_arrays(
        countries=world.countries, sectors=world.sectors, trade=trade, input_share=0.1 * world.input_share,
        tariff=world.tariff, trade_elasticity=world.trade_elasticity,
    )  # fmt: skip
    with pytest.raises(mp.NoEquilibriumError, match=r"C1 can still sell to .* no longer buy from"):
        mp.solve(world, mp.Shocks(deficits="closed"))
    assert mp.solve(world, mp.Shocks(deficits="fixed")).status == "converged"


def test_surplus_that_open_markets_cannot_carry_is_named() -> None:
    """A large surplus, and an embargo by all but one tiny partner."""
    world = random_world(8, 3, 1, balanced=True)
    trade = world.trade.copy()
    trade[0, 1] += 0.5 * trade[0, 0]  # C1 sells much to C2, and buys little
    trade[2] *= 1e-3
    trade[:, 2] *= 1e-3
    world = mp.World.from_arrays(
        countries=world.countries, sectors=world.sectors, trade=trade, input_share=0.0 * world.input_share,
        tariff=0.0 * world.tariff, trade_elasticity=world.trade_elasticity,
    )  # fmt: skip
    assert world.deficit[0] < 0
    cut = blocked(world, (0, 1))
    with pytest.raises(mp.NoEquilibriumError, match=r"C1 must keep a surplus .* too small to carry it"):
        mp.solve(world, mp.Shocks(blocked_share=cut, deficits="fixed"))
    assert mp.solve(world, mp.Shocks(blocked_share=cut, deficits="closed")).status == "converged"


def test_subsidies_beyond_income_are_refused() -> None:
    world = random_world(1, 3, 2)
    tariff = np.zeros_like(world.tariff)
    tariff[0, 1, 0] = -0.9
    with pytest.raises(mp.NoEquilibriumError, match=r"C2 would have 0% .* subsidies"):
        mp.solve(world, mp.Shocks(tariff=tariff, deficits="closed"))
    assert mp.solve(world, mp.Shocks(tariff=tariff / 3, deficits="closed")).status == "converged"


def test_transfer_beyond_income_is_refused() -> None:
    world = symmetric_world(2, 0.8)
    with pytest.raises(mp.NoEquilibriumError, match="C1 would have 0% of what it earns"):
        mp.solve(world, mp.Shocks(transfers=[-1.2, 1.2]))
    assert mp.solve(world, mp.Shocks(transfers=[-0.2, 0.2])).status == "converged"


def test_transfer_beyond_all_that_is_earned_is_named() -> None:
    world = symmetric_world(2, 0.8)
    with pytest.raises(mp.NoEquilibriumError, match=r"C2 would pay 2 million USD a year, and all countries together"):
        mp.solve(world, mp.Shocks(transfers=[2.0, -2.0], deficits="closed"))
    assert mp.solve(world, mp.Shocks(transfers=[0.2, -0.2], deficits="closed")).status == "converged"


@pytest.mark.parametrize(("banned", "says"), [("imports", "buy from"), ("exports", "sell to")])
def test_one_country_against_all_is_the_one_that_is_named(banned: str, says: str) -> None:
    world = random_world(4, 5, 2)
    cut = (slice(None), 1) if banned == "imports" else (1, slice(None))
    with pytest.raises(mp.NoEquilibriumError, match=rf"No equilibrium: C2 can still .* no longer {says} it, and trade"):
        mp.solve(world, mp.Shocks(blocked_share=blocked(world, cut), deficits="closed"))
    assert (
        mp.solve(world, mp.Shocks(blocked_share=blocked(world, cut, share=0.9), deficits="closed")).status
        == "converged"
    )


@pytest.mark.parametrize("mobility", [1.0, 1.5, float("inf")])
def test_skill_too_low_to_reproduce_itself_is_a_named_outcome(mobility: float) -> None:
    """A closed sector that uses itself, sigma .5: ``sqrt(c) (sqrt(A) - .4) = .6`` has a cost only where A > .16."""
    alone = mp.World.from_arrays(
        countries=["A"], sectors=["S"], trade=np.full((1, 1, 1), 100.0), input_share=np.full((1, 1, 1), 0.4),
        tariff=np.zeros((1, 1, 1)), trade_elasticity=[4.0],
    )  # fmt: skip
    parameters = mp.Parameters(sigma=0.5, mobility=mobility)
    out = mp.solve(alone, mp.Shocks(productivity_hat=np.array([[0.3]])), parameters)
    assert out.cost_hat[0, 0] == pytest.approx((0.6 / (np.sqrt(0.3) - 0.4)) ** 2, rel=1e-9)
    out = mp.solve(alone, mp.Shocks(productivity_hat=np.array([[0.1]])), parameters)
    assert out.status in ("not_converged", "not_finite")
    with pytest.raises(mp.NotConvergedError):
        _ = out.cost_hat


def test_fixed_surplus_with_no_income_left_on_the_way_is_named(embedded: mp.World) -> None:
    """Luxembourg's surplus is 38 % of what it earns; costs of four times the price leave no income for it."""
    cost = np.full_like(embedded.trade, 4.0)
    own = np.arange(len(embedded.countries))
    cost[own, own] = 1.0
    with pytest.raises(mp.NoEquilibriumError, match="`fixed`"):
        mp.solve(embedded, mp.Shocks(trade_cost_hat=cost, deficits="fixed"))
    assert mp.solve(embedded, mp.Shocks(trade_cost_hat=cost, deficits="closed")).status == "converged"


def test_venture_above_half_of_its_sector_is_refused(embedded: mp.World) -> None:
    rus, usa = embedded.axes.country.indices(["RUS", "USA"])
    sector = embedded.axes.sector.index("C303")

    def solve(output: float) -> mp.Outcome:
        return mp.solve(embedded, mp.Shocks(ventures=(mp.Venture(rus, sector, usa, output=output),)))

    with pytest.raises(mp.NoEquilibriumError, match="RUS x C303"):
        solve(90_000.0)
    assert solve(900.0).status == "converged"


@pytest.mark.parametrize("part", [1e-7, 0.3])
def test_who_has_always_earned_little_of_its_sales_is_no_case_of_falling_to_it(part: float) -> None:
    """A buys what it works on from B and sells all of it there; ``part`` of its sales is what it adds."""
    world = mp.World.from_arrays(
        countries=["A", "B"], sectors=["S"], trade=np.array([[[0.0], [100.0]], [[100.0], [900.0]]]),
        input_share=np.array([[[1.0 - part]], [[0.3]]]), tariff=np.zeros((2, 2, 1)), trade_elasticity=[4.0],
    )  # fmt: skip
    outcome = mp.solve(world, mp.Shocks(deficits="closed"), mp.Parameters(sigma=0.5))
    np.testing.assert_allclose(outcome.value_added[0] / outcome.output[0], part, rtol=1e-8)
