"""Laws of blocked shares: lists and their nesting, licences and their rents (ECONOMICS 0.7, 0.8)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar as mp
from multipolar.model.integration import along_the_shock
from multipolar.model.lists import ln_price_under
from multipolar.world.toy import random_world

SEEDS = st.integers(0, 5_000)
RULES = st.sampled_from(["fixed", "own", "closed"])


def listed(world: mp.World, seed: int, most: float = 0.9) -> np.ndarray:
    rng = np.random.default_rng(seed + 3)
    share = rng.uniform(0, most, world.trade.shape) * (rng.random(world.trade.shape) < 0.4)
    own = np.arange(len(world.countries))
    share[own, own] = 0.0
    return share


def solved(world: mp.World, tolerance: float = 1e-12, **given: object) -> mp.Outcome:
    out = mp.solve(world, mp.Shocks(**given), tolerance=tolerance)  # type: ignore[arg-type]
    assert out.status == "converged", out.message
    assert max(out.residuals.values()) < 1e-9
    return out


@given(SEEDS, RULES, st.booleans())
def test_markets_clear_under_lists(seed: int, rule: str, taxed: bool) -> None:
    """Recomputed from public arrays; the residuals of the outcome check the prices of every group of lines."""
    world = random_world(seed, 4, 3, export_taxes=taxed)
    out = solved(world, blocked_share=listed(world, seed), coverage="list", deficits=rule)
    np.testing.assert_allclose(out.trade_share.sum(axis=0), 1.0, rtol=1e-12)
    np.testing.assert_allclose(out.trade.sum(axis=1), out.output, rtol=1e-9)
    bills = world.value_added.sum(axis=1) * out.wage_hat
    duties = (out.tariff * out.trade * (1 + (0 if out.export_tax is None else out.export_tax))).sum(axis=(0, 2))
    levied = 0.0 if out.export_tax is None else (out.export_tax * out.trade).sum(axis=(1, 2))
    np.testing.assert_allclose(duties + levied, out.revenue, rtol=1e-9)
    assert abs((out.income - bills - out.revenue).sum()) < 1e-9 * out.income.sum()


@given(SEEDS)
def test_a_full_list_is_an_embargo_and_an_empty_one_is_nothing(seed: int) -> None:
    world = random_world(seed, 4, 2)
    whole = np.zeros_like(world.trade)
    whole[0, 1, 0] = 1.0
    one = solved(world, blocked_share=whole, coverage="list", deficits="closed")
    two = solved(world, blocked_share=whole, coverage="thin", deficits="closed")
    np.testing.assert_allclose(one.welfare_hat, two.welfare_hat, rtol=1e-11)
    assert one.trade[0, 1, 0] == 0.0
    none = mp.solve(world, mp.Shocks(blocked_share=0.0 * whole, coverage="list"))
    assert np.abs(none.welfare_hat - 1).max() < 1e-12


@given(st.floats(0.01, 0.95), st.floats(0.01, 0.99), st.floats(0.5, 12.0))
def test_lists_raise_the_price_at_least_as_much_as_thinning(sold: float, share: float, theta: float) -> None:
    """At given costs: ``(1-pi)^(-b/theta)`` against ``(1-b pi)^(-1/theta)``, for ``-ln(1-pi)`` is convex in pi.

    In general equilibrium terms of trade come on top: G67 holds the two apart in a symmetric world.
    """
    power, listed = np.array([[sold, 1.0 - sold]]), np.array([[share, 0.0]])
    price = float(ln_price_under(power, listed, np.array([theta]))[0])
    assert price == pytest.approx(-share * np.log1p(-sold) / theta, rel=1e-12)
    assert price >= -np.log1p(-share * sold) / theta


@given(SEEDS)
def test_equal_lists_are_one_group_and_nested_ones_are_cut(seed: int) -> None:
    """Two senders with the same list act as one sender of their joint size: a country split in two, both listed."""
    world = random_world(seed, 3, 1, tariffs=False)
    share = np.zeros_like(world.trade)
    share[0, 2], share[1, 2] = 0.4, 0.4
    both = solved(world, blocked_share=share, coverage="list", deficits="closed")
    power = both.cost_hat[:, 0] ** -world.trade_elasticity[0]
    base = world.trade_share[:, 2, 0]
    groups = np.array([base[2] * power[2], base @ power])
    expected = np.exp(np.array([0.4, 0.6]) @ np.log(groups)) ** (-1 / world.trade_elasticity[0])
    assert both.price_hat[2, 0] == pytest.approx(expected, rel=1e-9)
    share[1, 2] = 0.7
    nested = solved(world, blocked_share=share, coverage="list", deficits="closed")
    power = nested.cost_hat[:, 0] ** -world.trade_elasticity[0]
    groups = np.array([base[2] * power[2], base[0] * power[0] + base[2] * power[2], base @ power])
    expected = np.exp(np.array([0.4, 0.3, 0.3]) @ np.log(groups)) ** (-1 / world.trade_elasticity[0])
    assert nested.price_hat[2, 0] == pytest.approx(expected, rel=1e-9)


@given(SEEDS)
def test_blocks_of_several_kinds_combine(seed: int) -> None:
    """Thin ones compound, lists are nested, and a licence is the tax that makes the same cut."""
    world = random_world(seed, 3, 2)
    first, second = 0.5 * listed(world, seed), listed(world, seed + 1)
    joint = solved(world, blocks=(mp.Block(first), mp.Block(second)), deficits="closed")
    one = solved(world, blocked_share=1 - (1 - first) * (1 - second), deficits="closed")
    np.testing.assert_allclose(joint.welfare_hat, one.welfare_hat, rtol=1e-10)
    nested = solved(world, blocks=(mp.Block(first, "list"), mp.Block(second, "list")), deficits="closed")
    larger = solved(world, blocked_share=np.maximum(first, second), coverage="list", deficits="closed")
    np.testing.assert_allclose(nested.welfare_hat, larger.welfare_hat, rtol=1e-10)
    wedge = (1 - first) ** (-1 / world.trade_elasticity) - 1
    licence = solved(world, blocked_share=first, rents="importer", deficits="closed")
    tax = solved(world, tariff=(1 + world.tariff) * (1 + wedge) - 1, deficits="closed")
    np.testing.assert_allclose(licence.welfare_hat, tax.welfare_hat, rtol=1e-10)
    exporter = solved(world, blocked_share=first, rents="exporter", deficits="closed")
    levy = solved(world, export_tax=wedge, deficits="closed")
    np.testing.assert_allclose(exporter.welfare_hat, levy.welfare_hat, rtol=1e-10)
    nobody = solved(world, blocked_share=first, deficits="closed")
    assert world.income @ licence.welfare_hat > world.income @ nobody.welfare_hat


def test_relabelling_changes_nothing_under_lists() -> None:
    world = random_world(9, 4, 3)
    share = listed(world, 9)
    p, q = np.array([2, 0, 3, 1]), np.array([1, 2, 0])
    flow = np.ix_(p, p, q)
    other = mp.World.from_arrays(
        countries=[f"o{k}" for k in p], sectors=[f"t{k}" for k in q], trade=world.trade[flow],
        tariff=world.tariff[flow], input_share=world.input_share[np.ix_(p, q, q)],
        trade_elasticity=world.trade_elasticity[q],
    )  # fmt: skip
    one = solved(world, blocked_share=share, coverage="list", deficits="closed")
    two = solved(other, blocked_share=share[flow], coverage="list", deficits="closed")
    np.testing.assert_allclose(one.welfare_hat[p], two.welfare_hat, rtol=1e-10)


def test_lines_that_all_close_are_refused_and_a_line_left_open_is_solved() -> None:
    world = random_world(9, 3, 2)
    share = np.zeros_like(world.trade)
    share[:, 0, 1] = 0.5
    with pytest.raises(mp.NoEquilibriumError, match="50% of the product lines of C1 x S2"):
        mp.solve(world, mp.Shocks(blocked_share=share, coverage="list", deficits="closed"))
    share[0, 0, 1] = 0.0
    assert solved(world, blocked_share=share, coverage="list", deficits="closed").welfare_hat[0] < 1.0


@given(SEEDS, RULES, st.booleans())
def test_integrated_parts_add_up_under_lists(seed: int, rule: str, taxed: bool) -> None:
    """The remainder falls with the square of the step; a list costs its target through the trade cost."""
    world = random_world(seed, 4, 3, export_taxes=taxed)
    out = solved(world, blocked_share=listed(world, seed), coverage="list", deficits=rule)
    fine, coarse = out.decomposition, along_the_shock(out.unconverged(), 1e-11, steps=4)
    assert np.abs(fine.remainder).max() < 0.35 * np.abs(coarse.remainder).max() + 1e-7
    assert np.isfinite(out.real_gdp_hat).all()
    targets = listed(world, seed).any(axis=(0, 2))
    assert (fine.trade_cost[targets] < 0).all()
    np.testing.assert_allclose(fine.trade_cost[~targets], 0.0, atol=1e-12)


@given(SEEDS)
def test_first_order_of_a_small_list(seed: int) -> None:
    """The gap to real income shrinks faster than the list."""
    world = random_world(seed, 4, 3)

    def gap(size: float) -> float:
        parts = solved(world, blocked_share=size * listed(world, seed), coverage="list").first_order
        return float(np.abs(parts.remainder).max())

    assert gap(1e-4) < 0.02 * gap(1e-3) + 1e-10


def test_lists_do_not_spoil_other_markets(embedded: mp.World) -> None:
    """At full size: the same numbers whether a harmless list is there or not, and few rows."""
    from multipolar.model.shocks import checked
    from multipolar.model.system import shocked

    rus = embedded.axes.country.index("RUS")
    share = np.zeros_like(embedded.trade)
    share[embedded.axes.country.index("DEU"), rus, :4] = 0.3
    economy = mp.prepare(embedded)
    system = shocked(economy, checked(mp.Shocks(blocked_share=share, coverage="list"), embedded))
    assert system.made.lists is not None
    assert len(system.made.lists.width) <= 8
    out = mp.solve_prepared(economy, mp.Shocks(blocked_share=share, coverage="list"))
    assert out.status == "converged"
    assert out.sweeps <= 25


def thinned(world: mp.World, seed: int) -> np.ndarray:
    return 0.8 * listed(world, seed)


@given(SEEDS, RULES, st.booleans(), st.booleans())
def test_rents_of_importers_are_rents_of_named_countries_where_one_imports(
    seed: int, rule: str, taxed: bool, lists: bool
) -> None:
    """Only one country imports under licences: naming it is `importer`, naming the seller pays the seller."""
    world = random_world(seed, 4, 3, export_taxes=taxed)
    share = thinned(world, seed)
    share[:, [0, 1, 3]] = 0.0
    more = {"listed_share": listed(world, seed + 7, 0.5)} if lists else {}
    one = solved(world, blocked_share=share, rents="importer", deficits=rule, **more)
    two = solved(world, blocked_share=share, rents={world.countries[2]: 1.0}, deficits=rule, **more)
    np.testing.assert_allclose(two.welfare_hat, one.welfare_hat, rtol=1e-9)


@given(SEEDS, RULES, st.booleans())
def test_rents_go_where_they_are_told(seed: int, rule: str, lists: bool) -> None:
    """From public numbers: what buyers pay for licences is what their owners receive; money is conserved."""
    world = random_world(seed, 4, 3)
    share = thinned(world, seed)
    more = {"listed_share": listed(world, seed + 7, 0.5)} if lists else {}
    owners = {world.countries[1]: 0.7, world.countries[3]: 0.3}
    out = solved(world, blocked_share=share, rents=owners, deficits=rule, **more)
    wedge = (1 - share) ** (-1 / world.trade_elasticity)
    paid = (out.trade_share * out.spending * (1 - 1 / wedge)).sum(axis=(0, 2))
    np.testing.assert_allclose(out.transfers, np.array([0, 0.7, 0, 0.3]) * paid.sum() - paid, rtol=1e-8, atol=1e-9)
    assert abs(out.transfers.sum()) < 1e-9 * paid.sum()
    free = solved(world, blocked_share=share, rents="importer", deficits=rule, **more)
    np.testing.assert_allclose(out.income.sum() - out.revenue.sum(), free.income.sum() - free.revenue.sum(), rtol=1e-9)


@given(SEEDS)
def test_owning_more_of_the_rents_is_worth_more(seed: int) -> None:
    world = random_world(seed, 4, 3)
    share, (a, b) = thinned(world, seed), world.countries[:2]
    gains = [
        solved(world, blocked_share=share, rents={a: part, b: 1 - part}, deficits="closed").welfare_hat[0]
        for part in (0.0, 0.5, 1.0)
    ]
    assert gains[0] < gains[1] < gains[2]


@given(SEEDS)
def test_decomposition_under_rents_of_others_adds_up(seed: int) -> None:
    world = random_world(seed, 3, 3)
    out = solved(world, blocked_share=thinned(world, seed), rents={world.countries[0]: 1.0}, deficits="closed")
    fine, coarse = out.decomposition, along_the_shock(out.unconverged(), 1e-11, steps=4)
    assert np.abs(fine.remainder).max() < 0.35 * np.abs(coarse.remainder).max() + 1e-7


def test_rents_of_others_cannot_stand_in_a_world_and_owners_must_be_there() -> None:
    world = random_world(1, 3, 3)
    share = thinned(world, 1)
    world.after(solved(world, blocked_share=share, rents="importer"))
    with pytest.raises(mp.WorldError, match="named countries"):
        world.after(solved(world, blocked_share=share, rents={world.countries[0]: 1.0}))
    with pytest.raises(mp.ShocksError, match="no country `Atlantis`"):
        mp.solve(world, mp.Shocks(blocked_share=share, rents={"Atlantis": 1.0}))


@given(SEEDS, st.floats(0, 1))
def test_rents_that_nobody_earns_are_lost(seed: int, part: float) -> None:
    """Owners with a share s of the rents of one importer: between none and all, and the cut at given costs the same."""
    world = random_world(seed, 4, 3)
    share, name = thinned(world, seed), world.countries[0]
    none, some, whole = (
        solved(world, blocked_share=share, rents=rents, deficits="closed").welfare_hat[0]
        for rents in ("none", {name: part}, {name: 1.0})
    )
    assert none - 1e-9 <= some <= whole + 1e-9
    for rents in ({name: 0.0}, {}):
        lost = solved(world, blocked_share=share, rents=rents, deficits="closed")
        assert lost.welfare_hat[0] == pytest.approx(none, rel=1e-10)
