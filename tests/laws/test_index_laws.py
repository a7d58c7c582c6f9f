"""Indices and jobs: bounds, additions, what does not matter, and refusals beside the same input without the mistake."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar as mp
from multipolar.model import dependence as dep
from multipolar.model import indices as ix
from multipolar.model import jobs as jb
from multipolar.world.toy import random_world

SEEDS = st.integers(0, 10_000)


def chain_of(world: mp.World) -> dep.Chain:
    return dep.chain(world.trade_share, world.tariff, world.export_tax, world.input_share)


def leontief(world: mp.World) -> tuple[np.ndarray, np.ndarray]:
    """The inverse by itself, [(i,s),(n,k)], and value added by cell: the textbook way, with a matrix."""
    n, s = world.output.shape
    gross = (1 + world.tariff) * (1 if world.export_tax is None else 1 + world.export_tax)
    use = np.einsum("ins,nks->isnk", world.trade_share / gross, world.input_share).reshape(n * s, n * s)
    return np.linalg.inv(np.eye(n * s) - use), world.value_added_share.reshape(-1)


@given(SEEDS, st.booleans())
def test_every_dollar_is_value_added_of_somebody_or_a_tax(seed: int, levies: bool) -> None:
    world = random_world(seed, 4, 3, export_taxes=levies, empty=0.2)
    found = dep.dependence(dep.content(chain_of(world), np.eye(4)), world.final_use)
    np.testing.assert_allclose((found.share * (1 - found.tax)).sum(axis=0) + found.tax, 1.0, rtol=1e-12)
    np.testing.assert_allclose(found.share.sum(axis=0), 1.0, rtol=1e-12)
    assert (found.share >= 0).all()
    assert (found.tax >= 0).all()


@given(SEEDS)
def test_dependence_is_that_of_the_inverse(seed: int) -> None:
    world = random_world(seed, 4, 3, export_taxes=True)
    inverse, value_added = leontief(world)
    gross = (1 + world.tariff) * (1 + world.export_tax)
    net = np.einsum("ins,ns->ins", world.trade_share / gross, world.final_use).transpose(0, 2, 1).reshape(12, 4)
    held = (value_added[:, None] * (inverse @ net)).reshape(4, 3, 4).sum(axis=1)
    found = dep.dependence(dep.content(chain_of(world), np.eye(4)), world.final_use)
    np.testing.assert_allclose(found.share, held / held.sum(axis=0), rtol=1e-10)


@given(SEEDS)
def test_blocs_add_up_their_members(seed: int) -> None:
    world = random_world(seed, 5, 3)
    blocs = ix.members([[0, 3], [1]], 5)
    single = dep.content(chain_of(world), np.eye(5))
    together = dep.content(chain_of(world), blocs)
    np.testing.assert_allclose(together.bought, np.einsum("bo,ons->bns", blocs, single.bought), rtol=1e-10)
    some = dep.dependence(together, world.final_use, np.array([1.0, 0.0, 1.0]))
    assert (some.share.sum(axis=0) <= 1 + 1e-12).all()


@given(SEEDS)
def test_all_value_added_of_a_country_is_in_somebodys_final_use(seed: int) -> None:
    world = random_world(seed, 4, 3)
    found = dep.content(chain_of(world), np.eye(4))
    held = np.einsum("ons,ns->o", found.bought, world.final_use)
    np.testing.assert_allclose(held, world.value_added.sum(axis=1), rtol=1e-10)


def without(world: mp.World, flow: tuple[int, int, int], part: float) -> dep.Chain:
    """The chain when a part of a flow stops and its buyers turn to the other sources in proportion."""
    i, n, s = flow
    share = world.trade_share.copy()
    lost = part * share[i, n, s]
    others = 1.0 - share[i, n, s]
    share[:, n, s] *= 1.0 + lost / others
    share[i, n, s] = world.trade_share[i, n, s] - lost
    return dep.chain(share, world.tariff, world.export_tax, world.input_share)


@given(SEEDS)
def test_drivers_are_the_derivative_of_dependence(seed: int) -> None:
    world = random_world(seed, 4, 3)
    member, final = np.array([0.0, 1.0, 1.0, 0.0]), world.final_use[0]
    final = final / final.sum()
    found = dep.dependence_drivers(chain_of(world), member, 0, final, count=48)
    assert [abs(d.effect) for d in found] == sorted((abs(d.effect) for d in found), reverse=True)
    assert all(d.origin != d.destination for d in found)
    assert len(dep.dependence_drivers(chain_of(world), member, 0, final)) == 3

    def total(links: dep.Chain) -> float:
        both = dep.content(links, np.stack([member, 1 - member]))
        held = (both.bought[:, 0] * final).sum(axis=1)
        return float(held[0] / held.sum())

    for driver in (found[0], found[1], found[10]):
        flow = (driver.origin, driver.destination, driver.sector)
        step = 1e-5
        slope = (total(without(world, flow, step)) - total(without(world, flow, -step))) / (2 * step)
        assert slope == pytest.approx(driver.effect, rel=1e-5, abs=1e-10)


@given(SEEDS)
def test_the_change_of_dependence_is_the_sum_of_its_parts(seed: int) -> None:
    """Two unrelated worlds of one shape, the hardest change there is; and no change at all."""
    first, second = random_world(seed, 4, 3), random_world(seed + 1, 4, 3, export_taxes=True)
    member = np.array([0.0, 1.0, 0.0, 1.0])
    old, new = (w.final_use[2] / w.final_use[2].sum() for w in (first, second))
    found = dep.dependence_change(chain_of(first), chain_of(second), member, 2, old, new)
    parts = found.flows.sum() + found.inputs + found.final + found.value_added
    assert parts == pytest.approx(found.after - found.before, abs=1e-11)
    assert found.before == pytest.approx(_share(first, member), rel=1e-10)
    assert found.after == pytest.approx(_share(second, member), rel=1e-10)
    assert len(found.largest()) == 3
    same = dep.dependence_change(chain_of(first), chain_of(first), member, 2, old, old)
    assert np.abs(same.flows).max() == 0
    assert same.largest() == ()


def _share(world: mp.World, member: np.ndarray) -> float:
    both = dep.content(chain_of(world), np.stack([member, 1 - member]))
    return float(dep.dependence(both, world.final_use).share[0, 2])


def test_a_flow_that_is_its_whole_market_is_left_out() -> None:
    share = np.zeros((2, 2, 1))
    share[0, 0, 0], share[0, 1, 0] = 1.0, 1.0
    links = dep.chain(share, np.zeros((2, 2, 1)), None, np.full((2, 1, 1), 0.3))
    assert dep.dependence_drivers(links, np.array([1.0, 0.0]), 1, np.ones(1)) == ()


def test_dependence_refuses_what_has_no_answer() -> None:
    world = random_world(1, 3, 2)
    found = dep.content(chain_of(world), np.eye(3))
    used = world.final_use * [[1, 1], [1, 0], [1, 1]]
    with pytest.raises(mp.InputError, match="country 1 has no final use of these sectors"):
        dep.dependence(found, used, np.array([0.0, 1.0]))
    assert dep.dependence(found, used, np.array([1.0, 0.0])).share.shape == (3, 3)
    endless = dep.chain(np.ones((1, 1, 1)), np.zeros((1, 1, 1)), None, np.ones((1, 1, 1)))
    with pytest.raises(mp.NotConvergedError, match="inputs of inputs do not come to an end"):
        dep.spending_of(endless, 0, np.ones(1))
    ending = dep.chain(np.ones((1, 1, 1)), np.zeros((1, 1, 1)), None, np.full((1, 1, 1), 0.5))
    assert dep.spending_of(ending, 0, np.ones(1)) == pytest.approx(np.full((1, 1), 2.0), rel=1e-12)


@given(SEEDS, st.integers(2, 6))
def test_poles_and_currencies_keep_their_bounds(seed: int, count: int) -> None:
    shares = np.random.default_rng(seed).dirichlet(np.ones(count))
    assert 1 - 1e-12 <= ix.poles(shares) <= count + 1e-9
    assert ix.poles(shares) == pytest.approx(1 / ix.currency_concentration(shares), rel=1e-12)
    assert 1 / count - 1e-12 <= ix.currency_concentration(shares) <= 1 + 1e-12
    assert ix.poles(0.3 * shares, "normalised") == pytest.approx(ix.poles(shares), rel=1e-12)
    assert ix.poles(np.full(count, 1 / count)) == pytest.approx(count, rel=1e-12)
    merged = np.append(shares[2:], shares[:2].sum())
    assert ix.poles(merged) <= ix.poles(shares) + 1e-12


@given(SEEDS)
def test_polarisation_keeps_its_bounds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    flows, group = rng.lognormal(0, 1.5, (6, 6)), np.array([0, 0, 1, 1, 2, 3])
    cross = ~np.eye(6, dtype=bool)
    apart = group[:, None] != group[None, :]
    traded = np.where(cross, flows, 0.0)
    even = np.outer(traded.sum(axis=1), traded.sum(axis=0))
    expected = even[apart].sum() / even[cross].sum()
    found = ix.polarisation(flows, group)
    assert 1 - 1 / expected - 1e-12 <= found <= 1
    order = rng.permutation(6)
    assert ix.polarisation(flows[order][:, order], group[order]) == pytest.approx(found, rel=1e-10, abs=1e-12)
    assert ix.polarisation(np.where(apart, 0.0, flows), group) == 1
    assert ix.polarisation(3 * flows, 5 - group) == pytest.approx(found, rel=1e-10, abs=1e-12)


@given(SEEDS)
def test_even_mixing_is_zero(seed: int) -> None:
    """Exporters that sell to importers in proportion, own pairs apart: equal countries trade evenly."""
    size = np.random.default_rng(seed).uniform(1, 2)
    assert ix.polarisation(np.full((5, 5), size), np.array([0, 0, 1, 1, 1])) == pytest.approx(0.0, abs=1e-12)


@given(SEEDS)
def test_income_gap_adds_up_and_keeps_its_bounds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    income, people, group = rng.lognormal(0, 1, 6), rng.lognormal(0, 1, 6), np.array([0, 0, 1, 1, 2, 2])
    found = ix.theil(income, people)
    between, within = ix.theil_parts(income, people, group)
    assert between + within == pytest.approx(found, rel=1e-10, abs=1e-14)
    assert min(between, within) >= -1e-14
    assert -1e-14 <= found <= -np.log(people.min() / people.sum())
    assert ix.theil(people, people) == pytest.approx(0.0, abs=1e-14)
    assert ix.theil(7 * income, people) == pytest.approx(found, rel=1e-12)
    halves = ix.theil(np.repeat(income / 2, 2), np.repeat(people / 2, 2))
    assert halves == pytest.approx(found, rel=1e-12)
    poorer = ix.theil_parts(np.append(income, 0.0), np.append(people, 1.0), np.append(group, 3))
    assert poorer[1] == pytest.approx(within, rel=1e-10, abs=1e-14)  # a group without income is a gap between
    assert poorer[0] > between


@given(SEEDS)
def test_leadership_is_relative(seed: int) -> None:
    rng = np.random.default_rng(seed)
    stock, shape, value_added = rng.lognormal(0, 1, (4, 3)), np.array([2.0, 4.0, 6.0]), rng.uniform(0, 1, (4, 3))
    leader = np.array([True, False, False, True])
    ratio = ix.leadership(stock, shape, leader)
    np.testing.assert_allclose(ix.leadership(stock, shape, ~leader), 1 / ratio, rtol=1e-12)
    np.testing.assert_allclose(ix.leadership(9 * stock, shape, leader), ratio, rtol=1e-12)
    share = ix.leadership_share(stock, value_added, shape, leader)
    assert 0 <= share <= 1
    assert share + ix.leadership_share(stock, value_added, shape, ~leader) == pytest.approx(1.0, rel=1e-12)


def test_emissions_follow_quantities() -> None:
    """Value up 10 % at a bundle that costs 10 % more is the same quantity; productivity spares inputs, hence CO2."""
    base = np.array([[4.0, 6.0], [1.0, 0.0]])
    same = ix.production_emissions(base, np.full((2, 2), 1.1), np.full((2, 2), 1.1))
    np.testing.assert_allclose(same, base, rtol=1e-15)
    more = ix.production_emissions(base, np.full((2, 2), 1.2), np.ones((2, 2)))
    np.testing.assert_allclose(ix.emission_intensity_hat(base, more, np.array([1.2, 1.0])), [1.0, 1.2], rtol=1e-15)


def test_the_yardstick_is_the_mean_size_of_yearly_changes() -> None:
    assert ix.average_yearly_change(np.array([1.0, 3.0, 2.0])) == 1.5
    np.testing.assert_array_equal(ix.average_yearly_change(np.array([[1.0, 0.0], [2.0, 0.0]])), [1.0, 0.0])


def test_groups_and_bloc_shares() -> None:
    member = ix.members([[1], [3, 4]], 6)
    assert ix.groups(member).tolist() == [2, 0, 2, 1, 1, 2]
    assert ix.groups(member, "each").tolist() == [2, 0, 3, 1, 1, 4]
    shares = ix.bloc_shares(np.array([1.0, 2.0, 3.0, 4.0, 5.0, 5.0]), member)
    np.testing.assert_allclose(shares, [0.1, 0.45, 0.05, 0.15, 0.25])
    assert ix.groups(ix.members([], 3), "each").tolist() == [0, 1, 2]


def _p(*x: float) -> np.ndarray:
    return np.array(x)


REFUSED: list[tuple[Callable[[object], object], object, object, str]] = [
    (lambda x: ix.poles(x), _p(0.5, 0.3), _p(0.5, 0.5), "poles: shares sum to 0.8, not to 1"),
    (lambda x: ix.poles(x), _p(1.2, -0.2), _p(0.8, 0.2), "poles: shares at or above 0"),
    (lambda x: ix.poles(x), _p(np.nan, 1.0), _p(0.0, 1.0), r"poles: a number is missing at \(0,\)"),
    (lambda x: ix.poles(_p(1.0), x), "atom", "atoms", "no rule of poles `atom`; one of atoms, normalised"),
    (lambda x: ix.currency_concentration(x), _p(0.5, 0.6), _p(0.5, 0.5), "currency: shares sum to 1.1, not to 1"),
    (lambda x: ix.members(x, 3), [[0, 1], [1, 2]], [[0, 1], [2]], "country 1 is in blocs 0 and 1"),
    (lambda x: ix.polarisation(np.ones((2, 2)), x), np.array([0, 0]), np.array([0, 1]), "polarisation: no trade"),
    (lambda x: ix.theil(x, _p(1, 1)), _p(-1, 2), _p(0, 2), "income gap: incomes at or above 0"),
    (lambda x: ix.theil(_p(1, 1), x), _p(np.nan, 2), _p(1, 2), "income gap: a number is missing"),
    (lambda x: ix.leadership(x, _p(4), np.array([True, False])), _p(1, 0)[:, None], _p(1, 1)[:, None],
     "leadership: no other country has a stock in sector 0"),
    (lambda x: ix.leadership_share(x, x, _p(4), np.array([True, False])), np.zeros((2, 1)), np.ones((2, 1)),
     "leadership: no value added to share"),
    (lambda x: ix.production_emissions(x, _p(1), _p(1)), _p(np.nan), _p(1), "CO2: a number is missing"),
    (lambda x: ix.emission_intensity_hat(x, np.ones((2, 1)), _p(1, 1)), np.array([[1.0], [0.0]]), np.ones((2, 1)),
     "CO2: country 1 has no emissions on record"),
    (lambda x: jb.jobs(np.ones((1, 2)), np.ones((1, 2)), x), np.array([[1.0, np.nan]]), np.ones((1, 2)),
     r"jobs: value added is missing at \(0, 1\)"),
    (lambda x: jb.jobs(x, np.ones((1, 2)), np.ones((1, 2))), np.zeros((1, 2)), np.array([[0.0, 1.0]]),
     "jobs: country 0 has no employment"),
    (lambda x: jb.jobs(np.ones((1, 2)), x, np.ones((1, 2))), np.array([[1.0, 0.0]]), np.ones((1, 2)),
     r"jobs: workers at \(0, 1\), but no value added"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "wrong", "right", "message"), REFUSED)
def test_what_is_missing_or_impossible_is_refused(
    asked: Callable[[object], object], wrong: object, right: object, message: str
) -> None:
    with pytest.raises(mp.InputError, match=message):
        asked(wrong)
    asked(right)


@given(SEEDS)
def test_jobs_keep_their_total_and_go_where_demand_goes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    heads, base = rng.uniform(0, 1, (3, 4)), rng.uniform(0.1, 1, (3, 4))
    heads[0, 0] = 0.0
    new = base * rng.lognormal(0, 0.5, (3, 4))
    found = jb.jobs(heads, base, new)
    np.testing.assert_allclose(found.sum(axis=1), heads.sum(axis=1), rtol=1e-13)
    assert found[0, 0] == 0
    np.testing.assert_allclose(jb.jobs(heads, base, 3 * base), heads, rtol=1e-12)
    np.testing.assert_allclose(jb.jobs(heads, base, new, 1.1), 1.1 * found, rtol=1e-13)
    ranks = np.argsort(found[1] / heads[1]) == np.argsort(new[1] / base[1])
    assert ranks.all()


def test_a_missing_number_of_workers_is_no_number_of_jobs() -> None:
    """The country has no answer and is listed; the others have theirs."""
    heads = np.array([[1.0, np.nan], [1.0, 3.0]])
    found = jb.jobs(heads, np.ones((2, 2)), np.array([[2.0, 1.0], [2.0, 1.0]]))
    assert np.isnan(found[0]).all()
    np.testing.assert_allclose(found[1], [1.6, 2.4])
    assert jb.incomplete(heads) == (0,)
    assert jb.incomplete(heads[1:]) == ()
