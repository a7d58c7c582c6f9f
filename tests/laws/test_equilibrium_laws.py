"""Laws that hold in any world: tried on random small worlds (hypothesis) and, where it matters, on the embedded one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar as mp
from multipolar.world.toy import random_world

SEEDS = st.integers(0, 10_000)
SIZES = st.sampled_from([(2, 1), (3, 2), (5, 3)])
RULES = st.sampled_from(["fixed", "own", "closed"])
TIGHT = 1e-12
NUMBERS = ("wage_hat", "cost_hat", "price_hat", "welfare_hat", "real_wage_hat", "spending", "output", "trade_share")


def shocks(world: mp.World, seed: int, **kept: object) -> mp.Shocks:
    """Random tariffs, costs, blocked shares and productivity, strong enough to move everything."""
    rng = np.random.default_rng(seed + 1)
    shape, own = world.trade.shape, np.arange(len(world.countries))
    tariff = world.tariff + rng.uniform(0, 0.4, shape)
    cost = rng.uniform(0.9, 1.5, shape)
    blocked = rng.uniform(0, 0.7, shape) * (rng.random(shape) < 0.3)
    tariff[own, own], blocked[own, own] = 0.0, 0.0
    productivity = rng.uniform(0.8, 1.25, shape[1:])
    return mp.Shocks(
        **{  # type: ignore[arg-type]
            "tariff": tariff,
            "trade_cost_hat": cost,
            "blocked_share": blocked,
            "productivity_hat": productivity,
            **kept,
        }
    )


def solved(world: mp.World, shock: mp.Shocks | None = None, tolerance: float = TIGHT, **options: object) -> mp.Outcome:
    outcome = mp.solve(world, shock, tolerance=tolerance, **options)  # type: ignore[arg-type]
    assert outcome.status == "converged", outcome.message
    return outcome


@given(SEEDS, SIZES, st.sampled_from(["fixed", "own"]), st.booleans())
def test_zero_shock_changes_nothing(seed: int, size: tuple[int, int], rule: str, taxed: bool) -> None:
    world = random_world(seed, *size, export_taxes=taxed, empty=0.3)
    outcome = mp.solve(world, mp.Shocks(deficits=rule))
    for name in ("wage_hat", "cost_hat", "price_hat", "welfare_hat", "real_wage_hat"):
        assert np.abs(getattr(outcome, name) - 1.0).max() <= 1e-12, name
    assert np.abs(outcome.trade_share - world.trade_share).max() <= 1e-12


@given(SEEDS, SIZES, RULES)
def test_zero_shock_of_a_closed_world_changes_nothing(seed: int, size: tuple[int, int], rule: str) -> None:
    world = random_world(seed, *size)
    closed = world.after(solved(world, mp.Shocks(deficits="closed")))
    assert np.abs(closed.deficit).max() <= 1e-10 * closed.income.max()
    assert np.abs(mp.solve(closed, mp.Shocks(deficits=rule)).welfare_hat - 1.0).max() <= 1e-10


@given(SEEDS, SIZES, RULES)
def test_prices_scale_freely(seed: int, size: tuple[int, int], rule: str) -> None:
    """A world in another currency: values times 7, hats unchanged."""
    world = random_world(seed, *size, export_taxes=True)
    other = replace(world, trade=world.trade * 7.0)
    shock = shocks(world, seed, deficits=rule)
    one, two = solved(world, shock), solved(other, shock)
    for name in ("wage_hat", "cost_hat", "price_hat", "welfare_hat"):
        np.testing.assert_allclose(getattr(one, name), getattr(two, name), rtol=1e-9)
    np.testing.assert_allclose(one.income * 7.0, two.income, rtol=1e-9)


@given(SEEDS, SIZES, RULES)
def test_relabelling_and_reordering_change_nothing(seed: int, size: tuple[int, int], rule: str) -> None:
    world = random_world(seed, *size)
    rng = np.random.default_rng(seed)
    p, q = rng.permutation(size[0]), rng.permutation(size[1])
    flow, cell = np.ix_(p, p, q), np.ix_(p, q)
    other = mp.World.from_arrays(
        countries=[f"other{k}" for k in p],
        sectors=[f"thing{k}" for k in q],
        trade=world.trade[flow],
        input_share=world.input_share[np.ix_(p, q, q)],
        tariff=world.tariff[flow],
        trade_elasticity=world.trade_elasticity[q],
    )
    shock = shocks(world, seed, deficits=rule)
    moved = mp.Shocks(
        tariff=shock.tariff[flow],
        trade_cost_hat=shock.trade_cost_hat[flow],
        blocked_share=shock.blocked_share[flow],
        productivity_hat=shock.productivity_hat[cell],
        deficits=rule,
    )
    one, two = solved(world, shock), solved(other, moved)
    np.testing.assert_allclose(one.welfare_hat[p], two.welfare_hat, rtol=1e-9)
    np.testing.assert_allclose(one.price_hat[cell], two.price_hat, rtol=1e-9)


@given(SEEDS, SIZES)
def test_splitting_a_country_in_proportion_leaves_wages_unchanged(seed: int, size: tuple[int, int]) -> None:
    world = random_world(seed, *size)
    n = size[0]
    old = np.array([*range(n), 0])  # the last new country is a part of the first
    share = np.ones(n + 1)
    share[0], share[n] = 0.3, 0.7
    halves = np.isin(np.arange(n + 1), [0, n])
    trade = world.trade[np.ix_(old, old)] * share[:, None, None] * share[None, :, None]
    trade[:, ~halves] = world.trade[np.ix_(old, range(n))][:, ~halves[:n]] * share[:, None, None]
    trade[np.ix_(~halves, halves)] = world.trade[np.ix_(old[~halves], old[halves])] * share[halves][None, :, None]
    bigger = mp.World.from_arrays(
        countries=[f"C{k}" for k in range(n + 1)],
        sectors=world.sectors,
        trade=trade,
        input_share=world.input_share[old],
        tariff=world.tariff[np.ix_(old, old)],
        trade_elasticity=world.trade_elasticity,
    )
    shock = shocks(world, seed)
    other = mp.Shocks(
        **{name: getattr(shock, name)[np.ix_(old, old)] for name in ("tariff", "trade_cost_hat", "blocked_share")},
        productivity_hat=shock.productivity_hat[old],
    )
    one, two = solved(world, shock), solved(bigger, other)
    np.testing.assert_allclose(one.wage_hat[old], two.wage_hat, rtol=1e-9)
    np.testing.assert_allclose(one.welfare_hat[old], two.welfare_hat, rtol=1e-9)


@given(SEEDS, SIZES, RULES, st.booleans())
def test_every_market_clears_and_deficits_sum_to_zero(seed: int, size: tuple[int, int], rule: str, taxed: bool) -> None:
    """Recomputed here from the outcome's public arrays alone."""
    # In the smallest worlds an empty flow may cut a country off, which transfers and closed deficits then refuse.
    world = random_world(seed, *size, export_taxes=taxed, empty=0.2 if size == (5, 3) else 0.0)
    transfers = np.random.default_rng(seed).normal(size=size[0]) * 0.05
    transfers -= transfers.mean()
    out = solved(world, shocks(world, seed, deficits=rule, transfers=transfers))
    levy = 0.0 if out.export_tax is None else out.export_tax
    paid = out.trade_share * out.spending
    basic = paid / ((1 + out.tariff) * (1 + levy))
    np.testing.assert_allclose(basic.sum(axis=1), out.output, rtol=1e-9)
    duties = (out.tariff * paid / (1 + out.tariff)).sum(axis=(0, 2))
    levied = (levy * basic).sum(axis=(1, 2))
    np.testing.assert_allclose(duties + levied, out.revenue, rtol=1e-9, atol=1e-12)
    wage_bill = world.value_added.sum(axis=1) * out.wage_hat
    demand = (out.output * (1 - world.input_share.sum(axis=2))).sum(axis=1)
    np.testing.assert_allclose(wage_bill, demand, rtol=1e-9)
    final = out.spending - np.einsum("nks,nk->ns", world.input_share, out.output)
    np.testing.assert_allclose(final.sum(axis=1), out.income, rtol=1e-9)
    deficit = out.income - wage_bill - out.revenue - transfers
    assert abs(deficit.sum()) <= 1e-9 * out.income.sum()
    if rule == "closed":
        assert np.abs(deficit).max() <= 1e-9 * out.income.max()
    if rule == "fixed":
        np.testing.assert_allclose(deficit, world.deficit, atol=1e-9 * out.income.max())
    assert wage_bill.sum() == pytest.approx(world.value_added.sum(), rel=1e-9)


@given(SEEDS, RULES)
def test_six_random_starts_agree(seed: int, rule: str) -> None:
    world = random_world(seed, 5, 3)
    shock = shocks(world, seed, deficits=rule)
    first = mp.solve(world, shock)
    rng = np.random.default_rng(seed)
    for _ in range(6):
        start = first.state() + rng.normal(scale=0.3, size=first.state().shape)
        again = mp.solve(world, shock, start=start)
        np.testing.assert_allclose(again.welfare_hat, first.welfare_hat, rtol=1e-8)
        np.testing.assert_allclose(again.wage_hat, first.wage_hat, rtol=1e-8)


@given(SEEDS, st.sampled_from([(3, 2), (5, 3)]), RULES)
def test_infinite_cost_is_blocked_share_one_is_the_limit(seed: int, size: tuple[int, int], rule: str) -> None:
    world = random_world(seed, *size)
    cell = (0, 1, 0)

    def blocked(share: float) -> mp.Outcome:
        array = np.zeros_like(world.trade)
        array[cell] = share
        return solved(world, mp.Shocks(blocked_share=array, deficits=rule))

    cost = np.ones_like(world.trade)
    cost[cell] = np.inf
    infinite = solved(world, mp.Shocks(trade_cost_hat=cost, deficits=rule))
    whole = blocked(1.0)
    assert infinite.trade_share[cell] == 0.0 == whole.trade_share[cell]
    np.testing.assert_allclose(infinite.welfare_hat, whole.welfare_hat, rtol=1e-11)
    gaps = [np.abs(blocked(1 - g).welfare_hat - whole.welfare_hat).max() for g in (1e-2, 1e-4, 1e-6)]
    assert gaps[0] > gaps[1] > gaps[2]
    assert gaps[2] < 1e-5
    huge = cost.copy()
    huge[cell] = 1e100
    underflow = solved(world, mp.Shocks(trade_cost_hat=huge, deficits=rule))
    np.testing.assert_allclose(underflow.welfare_hat, whole.welfare_hat, rtol=1e-11)


@given(SEEDS, SIZES, RULES)
def test_thin_blocking_is_the_iceberg_with_the_same_openness(seed: int, size: tuple[int, int], rule: str) -> None:
    world = random_world(seed, *size)
    share = np.random.default_rng(seed).uniform(0, 0.9, world.trade.shape)
    cost = (1 - share) ** (-1 / world.trade_elasticity)
    one = solved(world, mp.Shocks(blocked_share=share, deficits=rule))
    two = solved(world, mp.Shocks(trade_cost_hat=cost, deficits=rule))
    for name in NUMBERS:
        np.testing.assert_allclose(getattr(one, name), getattr(two, name), rtol=1e-9, atol=1e-12)


@given(SEEDS, SIZES, RULES, st.floats(0.5, 2.0))
def test_productivity_is_the_inverse_iceberg_on_all_destinations(
    seed: int, size: tuple[int, int], rule: str, a_hat: float
) -> None:
    world = random_world(seed, *size)
    productivity = np.ones(size)
    productivity[0] = a_hat
    cost = np.ones_like(world.trade)
    cost[0] = 1 / a_hat
    one = solved(world, mp.Shocks(productivity_hat=productivity, deficits=rule))
    two = solved(world, mp.Shocks(trade_cost_hat=cost, deficits=rule))
    for name in ("wage_hat", "price_hat", "welfare_hat", "trade_share"):
        np.testing.assert_allclose(getattr(one, name), getattr(two, name), rtol=1e-9)


@given(SEEDS, SIZES, st.floats(0.01, 0.5))
def test_lerner_symmetry(seed: int, size: tuple[int, int], rate: float) -> None:
    """A uniform import tariff equals the same uniform export tax of the same country (balanced trade, no taxes)."""
    world = random_world(seed, *size, tariffs=False)
    world = world.after(solved(world, mp.Shocks(deficits="closed")))
    tariff, levy = np.zeros_like(world.trade), np.zeros_like(world.trade)
    tariff[:, 0], levy[0, :] = rate, rate
    tariff[0, 0] = levy[0, 0] = 0.0
    one = solved(world, mp.Shocks(tariff=tariff, deficits="closed"))
    two = solved(world, mp.Shocks(export_tax=levy, deficits="closed"))
    np.testing.assert_allclose(one.welfare_hat, two.welfare_hat, rtol=1e-8)


@given(SEEDS, SIZES, RULES)
def test_one_shock_after_another_is_both_at_once(seed: int, size: tuple[int, int], rule: str) -> None:
    """Composition: B from ``after(A)`` times A equals A and B in one solve (export taxes included)."""
    world = random_world(seed, *size, export_taxes=True)
    both = shocks(world, seed, deficits=rule)
    first = mp.Shocks(tariff=both.tariff, deficits=rule)
    second = mp.Shocks(
        trade_cost_hat=both.trade_cost_hat,
        blocked_share=both.blocked_share,
        productivity_hat=both.productivity_hat,
        deficits=rule,
    )
    joint, one = solved(world, both), solved(world, first)
    two = solved(world.after(one), second)
    for name in ("wage_hat", "cost_hat", "price_hat", "welfare_hat"):
        np.testing.assert_allclose(getattr(one, name) * getattr(two, name), getattr(joint, name), rtol=1e-9)
    np.testing.assert_allclose(two.trade_share, joint.trade_share, rtol=1e-9, atol=1e-14)


@given(SEEDS, SIZES)
def test_closing_then_shocking_is_one_joint_solve(seed: int, size: tuple[int, int]) -> None:
    """G41: the effect alone is the joint solve divided by the closing solve."""
    world = random_world(seed, *size)
    shock = shocks(world, seed, deficits="closed")
    closing = solved(world, mp.Shocks(deficits="closed"))
    effect, joint = solved(world.after(closing), shock), solved(world, shock)
    for name in ("wage_hat", "price_hat", "welfare_hat"):
        np.testing.assert_allclose(getattr(joint, name) / getattr(closing, name), getattr(effect, name), rtol=1e-9)


def test_composition_on_the_embedded_world(embedded: mp.World) -> None:
    """G41 at full size and at the default tolerance."""
    rus, usa = embedded.axes.country.index("RUS"), embedded.axes.country.index("USA")
    blocked = np.zeros_like(embedded.trade)
    blocked[usa, rus] = blocked[rus, usa] = 1.0
    shock = mp.Shocks(blocked_share=blocked, deficits="closed")
    closing = mp.solve(embedded, mp.Shocks(deficits="closed"))
    effect, joint = mp.solve(embedded.after(closing), shock), mp.solve(embedded, shock)
    for name in ("wage_hat", "price_hat", "welfare_hat"):
        np.testing.assert_allclose(getattr(joint, name) / getattr(closing, name), getattr(effect, name), rtol=1e-9)
    assert effect.trade[usa, rus].max() == 0.0
