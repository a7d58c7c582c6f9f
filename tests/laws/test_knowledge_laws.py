"""Knowledge over time: laws of the equations and of the calibrated record, and refusals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar as mp
from multipolar.model import knowledge as eq
from multipolar.model.learning import Knowledge, calibrate, calibration_table, input_links, learning_parameters
from multipolar.world.toy import random_world

SEEDS = st.integers(0, 10_000)
B = st.sampled_from([0.0, 0.3, 0.5, 0.7])


def known_of(seed: int, b: float = 0.5, empty: float = 0.0, linked: bool = False) -> tuple[mp.World, Knowledge]:
    world = random_world(seed, 4, 3, empty=empty)
    stock = np.random.default_rng(seed + 1).lognormal(0, 1.5, (4, 3))
    links = input_links(world.input_share, 0.6) if linked else None
    learning = replace(learning_parameters(), diffusion=b, research_elasticity=0.05)
    return world, calibrate(world.trade_share, stock, world.trade_elasticity, learning, links)


def moved(world: mp.World, seed: int) -> np.ndarray:
    """Other trade shares in the same markets."""
    share = world.trade_share * np.random.default_rng(seed + 2).lognormal(0, 0.4, world.trade_share.shape)
    return share / share.sum(axis=0)


def share_hat(share: Any, base: Any) -> Any:
    """``pi' / pi``, 1 where nothing was bought; of NumPy or JAX."""
    xp = share.__array_namespace__()
    return xp.where(base > 0, share / xp.where(base > 0, base, 1.0), 1.0)


def flow(seed: int, most: float) -> np.ndarray:
    array = np.random.default_rng(seed + 3).uniform(0, most, (4, 4, 3))
    array[np.arange(4), np.arange(4)] = 0.0
    return array


@given(SEEDS, B, st.booleans())
def test_fifty_years_without_a_shock(seed: int, b: float, linked: bool) -> None:
    world, known = known_of(seed, b, empty=0.4, linked=linked)
    ell = known.start
    for _ in range(50):
        ell = known.step(ell, world.trade_share, mp.Shocks())
    assert np.abs(ell - 1).max() <= 1e-14
    np.testing.assert_allclose(known.weight.sum(axis=0), 1.0, rtol=1e-14)


@given(SEEDS, B)
def test_hats_are_the_ratio_of_levels(seed: int, b: float) -> None:
    world, known = known_of(seed, b, empty=0.3)
    ell, share = np.random.default_rng(seed).lognormal(0, 0.5, (4, 3)), moved(world, seed)
    before = eq.composite(eq.idea_flows(world.trade_share, known.stock, b))
    after = eq.composite(eq.idea_flows(share, known.stock * ell, b))
    found = eq.inflow(known.weight, share_hat(share, world.trade_share), ell, b)
    np.testing.assert_allclose(found, after / before, rtol=1e-12)


@given(SEEDS, B, st.booleans())
def test_nothing_shared_and_no_more_research_change_nothing(seed: int, b: float, linked: bool) -> None:
    world, known = known_of(seed, b, linked=linked)
    share = moved(world, seed)
    ones = np.ones((4, 4, 3))
    idle = mp.Shocks(sharing=0.0 * ones, diffusion_hat=ones, research_hat=np.ones((4, 3)))
    for form in ("additive", "catch_up"):
        found = known.step(known.start, share, replace(idle, sharing_form=form))
        np.testing.assert_allclose(found, known.step(known.start, share, mp.Shocks()), rtol=1e-15)


@given(SEEDS, B, st.booleans(), st.sampled_from(["additive", "catch_up"]))
def test_ideas_by_origin_add_up(seed: int, b: float, linked: bool, form: str) -> None:
    """All blocs together are all ideas; at the baseline a bloc has its part of the weights."""
    world, known = known_of(seed, b, linked=linked)
    member = np.array([[1.0, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]])
    still = known.origins(known.start, world.trade_share, mp.Shocks(), member)
    direct = np.einsum("bi,ins->bns", member, known.weight)
    links = np.broadcast_to(np.eye(3), (4, 3, 3)) if known.links is None else known.links
    np.testing.assert_allclose(still, np.einsum("nks,bns->bnk", links, direct), rtol=1e-12, atol=1e-15)
    sharing = flow(seed, 0.2)
    shocks = mp.Shocks(sharing=sharing, sharing_form=form, diffusion_hat=1 - flow(seed + 1, 0.5))
    ell = np.random.default_rng(seed).lognormal(0, 0.3, (4, 3))
    found = known.origins(ell, moved(world, seed), shocks, member)
    np.testing.assert_allclose(found.sum(axis=0), 1.0, rtol=1e-12)
    more = replace(shocks, sharing=sharing + 0.1 * (np.arange(4) == 1)[:, None, None] * (np.arange(4) != 1)[:, None])
    assert (known.origins(ell, moved(world, seed), more, member)[1, [0, 2, 3]] > found[1, [0, 2, 3]]).all()


@given(SEEDS, B)
def test_labels_do_not_matter(seed: int, b: float) -> None:
    world, known = known_of(seed, b, empty=0.2)
    order = np.random.default_rng(seed).permutation(4)
    swapped = calibrate(world.trade_share[order][:, order], known.stock[order], known.shape, known.learning)
    share, sharing = moved(world, seed), flow(seed, 0.3)
    plain = known.long_run(share, mp.Shocks(sharing=sharing))
    other = swapped.long_run(share[order][:, order], mp.Shocks(sharing=sharing[order][:, order]))
    np.testing.assert_allclose(other, plain[order], rtol=1e-12)


@given(SEEDS, B)
def test_half_a_country_has_half_the_stock_and_learns_the_same(seed: int, b: float) -> None:
    """The last country in two halves: each sells half of what it sold, each half buys as the whole did."""
    world, known = known_of(seed, b)

    def split(share: np.ndarray) -> np.ndarray:
        wide = np.concatenate([share[:3], 0.5 * share[3:], 0.5 * share[3:]], axis=0)
        return np.concatenate([wide, wide[:, 3:]], axis=1)

    stock = np.concatenate([known.stock[:3], 0.5 * known.stock[3:], 0.5 * known.stock[3:]])
    halves = calibrate(split(world.trade_share), stock, known.shape, known.learning)
    share = moved(world, seed)
    whole, parts = known.long_run(share, mp.Shocks()), halves.long_run(split(share), mp.Shocks())
    np.testing.assert_allclose(parts, np.concatenate([whole, whole[3:]]), rtol=1e-12)


@given(SEEDS, B, st.booleans())
def test_more_sharing_more_knowledge_everywhere(seed: int, b: float, linked: bool) -> None:
    """Nobody loses a stock by it, the learner gains, in each of ten years; a control does the opposite."""
    world, known = known_of(seed, b, linked=linked)
    less, more = flow(seed, 0.2), flow(seed, 0.2)
    more[0, 1, 0] += 0.1
    cut = np.ones((4, 4, 3))
    cut[0, 1, 0] = 0.5
    paths = [known.start] * 3
    for _ in range(10):
        arrays = (less, None), (more, None), (less, cut)
        paths = [
            known.step(ell, world.trade_share, mp.Shocks(sharing=tau, diffusion_hat=met))
            for ell, (tau, met) in zip(paths, arrays, strict=True)
        ]
        base, gained, lost = paths
        assert (gained >= base * (1 - 1e-14)).all()
        assert gained[1, 0] > base[1, 0]
        assert (lost <= base * (1 + 1e-14)).all()
        assert lost[1, 0] < base[1, 0]


@given(SEEDS)
def test_additive_sharing_works_where_nothing_is_traded(seed: int) -> None:
    world, known = known_of(seed)
    share = world.trade_share.copy()
    share[0, 1, 0] = 0.0
    share[:, 1, 0] /= share[:, 1, 0].sum()
    apart = calibrate(share, known.stock, known.shape, known.learning)
    assert apart.weight[0, 1, 0] == 0
    sharing = np.zeros((4, 4, 3))
    sharing[0, 1, 0] = 0.1
    found = apart.step(apart.start, share, mp.Shocks(sharing=sharing))
    expected = known.growth[0] * (1 - known.research_share[0]) * 0.1 * np.sqrt(known.stock[0, 0]) / apart.total[1, 0]
    assert found[1, 0] - 1 == pytest.approx(expected / (1 + known.growth[0]), rel=1e-10)


@given(SEEDS, st.sampled_from([0.3, 0.5, 0.7]), st.booleans())
def test_the_long_run_is_where_the_path_ends(seed: int, b: float, linked: bool) -> None:
    world, slow = known_of(seed, b, linked=linked)
    known, share = replace(slow, growth=5 * slow.growth), moved(world, seed)
    shocks = mp.Shocks(sharing=flow(seed, 0.3), research_hat=np.full((4, 3), 1.2))
    rest = known.long_run(share, shocks)
    np.testing.assert_allclose(known.step(rest, share, shocks), rest, rtol=1e-14)
    ell = known.start
    for _ in range(700):
        ell = known.step(ell, share, shocks)
    np.testing.assert_allclose(ell, rest, rtol=1e-10)


@given(SEEDS, B)
def test_speed_is_that_of_a_common_small_distance(seed: int, b: float) -> None:
    """All stocks apart by the same small part: the gap closes by ``speed`` a year."""
    world, known = known_of(seed, b)
    pace = eq.speed(b, known.research_share, known.growth, known.learning.obsolescence)
    new = known.step(known.start + 1e-6, world.trade_share, mp.Shocks())
    np.testing.assert_allclose((new - 1) / 1e-6, np.broadcast_to(1 - pace, (4, 3)), rtol=1e-5)


def test_productivity_uses_the_long_run_shape() -> None:
    world, known = known_of(3)
    ell = np.full((4, 3), 1.2)
    np.testing.assert_allclose(known.productivity(ell), 1.2 ** (1 / world.trade_elasticity) * np.ones((4, 3)))


def test_the_convex_variant_lowers_ideas_where_the_gain_is_below_one() -> None:
    ones = np.ones((2, 1))
    sharing, gain = np.zeros((2, 2, 1)), np.full((2, 2, 1), 0.5)
    sharing[1, 0] = 0.2
    assert eq.shared(ones, sharing, gain, ones, 0.5)[0, 0] == pytest.approx(1.1)
    assert eq.shared(ones, sharing, gain, ones, 0.5, "catch_up")[0, 0] == pytest.approx(0.9)


def test_control_of_know_how_reaches_its_part_only() -> None:
    assert eq.meeting_left(np.array([1.0, 0.5, 0.0]), 0.3) == pytest.approx([0.7, 0.85, 1.0])


def test_links_of_inputs() -> None:
    share = np.zeros((1, 2, 2))
    share[0, 0] = [0.1, 0.3]
    np.testing.assert_allclose(input_links(share, 0.6), [[[0.6 + 0.4 * 0.25, 0.3], [0.0, 1.0]]], rtol=1e-15)


def test_table_of_the_calibration() -> None:
    """Two countries, output 1 and 2, stocks 1 and 16: the gap per unit of output is 8."""
    share = np.array([[0.8, 0.2], [0.2, 0.8]])[:, :, None]
    known = calibrate(share, [[1.0], [16.0]], np.array([4.0]), learning_parameters())
    (row,) = calibration_table(known, np.array([[1.0], [2.0]]), [0], [1, 0], [0])
    assert (row.country, row.sector, row.diffusion) == (0, 0, 0.5)
    assert row.gap == pytest.approx(8.0)
    assert (row.partner_weight, row.own_weight) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert row.gain == pytest.approx(1.490712, abs=1e-6)
    assert row.half_life == pytest.approx(29.94, abs=0.05)
    assert row.reached == pytest.approx(0.2067, abs=5e-4)


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ({"stock": -np.ones((4, 3))}, {"stock": np.ones((4, 3))}, r"stock: below 0 at \(0, 0\)"),
        ({"stock": np.full((4, 3), np.nan)}, {"stock": np.ones((4, 3))}, "stock: NaN"),
        ({"links": np.ones((4, 3, 3))}, {"links": np.ones((4, 3, 3)) / 3}, "links: .*rows sum to 1"),
        ({"shape": np.full(3, 20.0)}, {"shape": np.full(3, 12.0)}, "research_elasticity: 0.08 times theta_K 20"),
    ],
)
def test_what_cannot_be_calibrated_is_named(wrong: dict, right: dict, message: str) -> None:
    share = random_world(1).trade_share
    given_ = {"stock": np.ones((4, 3)), "shape": np.full(3, 4.0), "learning": learning_parameters()}
    with pytest.raises(mp.InputError, match=message):
        calibrate(share, **{**given_, **wrong})
    assert calibrate(share, **{**given_, **right}).start.shape == (4, 3)


@pytest.mark.parametrize(("name", "wrong", "right"), [("diffusion", 1.0, 0.7), ("obsolescence", -0.1, 0.05),
    ("productivity_growth", 0.0, 0.01), ("research_returns", 0.0, 0.5), ("controllable", 1.1, 1.0)])  # fmt: skip
def test_parameters_out_of_range_are_named(name: str, wrong: float, right: float) -> None:
    with pytest.raises(mp.InputError, match=f"{name}: .* is not a number from"):
        replace(learning_parameters(), **{name: wrong})
    assert getattr(replace(learning_parameters(), **{name: right}), name) == right


def test_the_embedded_world_calibrates(embedded: mp.World) -> None:
    """Its revealed stocks; in the four sectors of the founding scenario Russia meets the West more than itself."""
    known = calibrate(embedded.trade_share, embedded.knowledge, embedded.trade_elasticity, learning_parameters())
    assert np.abs(known.weight.sum(axis=0) - 1).max() < 1e-12
    assert np.abs(known.step(known.start, embedded.trade_share, mp.Shocks()) - 1).max() < 1e-15
    place, west = embedded.countries.index, ("USA", "DEU", "FRA", "GBR", "ITA", "JPN", "CAN", "NLD", "ESP", "POL")
    sectors = [embedded.sectors.index(code) for code in ("C303", "C29", "C26", "J62_63")]
    rows = calibration_table(known, embedded.output, [place("RUS")], [place(code) for code in west], sectors)
    for row in rows:
        assert row.gap > 1
        assert row.own_weight < row.partner_weight < 1


def test_nobody_shares_what_it_has_not() -> None:
    world, known = known_of(2)
    stock = known.stock.copy()
    stock[0, 0] = 0.0
    poor = calibrate(world.trade_share, stock, known.shape, known.learning)
    sharing = np.zeros((4, 4, 3))
    sharing[0, 1, 0] = 0.1
    with pytest.raises(mp.ShocksError, match="country 0 has no stock of knowledge in sector 0 to share with country 1"):
        poor.step(poor.start, world.trade_share, mp.Shocks(sharing=sharing))
    assert known.step(known.start, world.trade_share, mp.Shocks(sharing=sharing))[1, 0] > 1


def test_every_equation_runs_under_jax_too() -> None:
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    world, known = known_of(4, empty=0.3)
    ell = np.random.default_rng(0).lognormal(0, 0.3, (4, 3))

    def story(xp: object) -> object:
        a = xp.asarray  # type: ignore[attr-defined]
        share, stock = a(world.trade_share), a(known.stock)
        flows = eq.idea_flows(share, stock, 0.5)
        ideas = eq.inflow(eq.idea_weights(flows), share_hat(a(moved(world, 1)), share), a(ell), 0.5)
        ideas = eq.shared(ideas, a(flow(1, 0.2)), eq.meeting_gain(stock, eq.composite(flows), 0.5), a(ell), 0.5)
        ideas = eq.across_sectors(ideas, a(input_links(world.input_share, 0.5)))
        shape = a(world.trade_elasticity)
        share_of_research = eq.research_share(0.05, shape, 0.5, 1.0)
        new = eq.next_stock(a(ell), eq.rest_point(ideas, 1.1, share_of_research, 1.0), 0.01 * shape, 0.02)
        return eq.productivity(new, shape) * eq.half_life(eq.speed(0.5, share_of_research, 0.01 * shape, 0.02))

    np.testing.assert_allclose(np.asarray(story(jax.numpy)), story(np), rtol=1e-12)
