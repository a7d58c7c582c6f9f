"""Aggregation on random worlds: every identity and every sum is kept, whatever the groups, taxes, gaps and fields."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar as mp
from multipolar.world.toy import random_world
from multipolar.world.world import Field

EXACT = 1e-12
Array = np.ndarray


@dataclass(frozen=True)
class Case:
    """A random world with fields, random groups of its countries and sectors, and the world of the groups."""

    world: mp.World
    small: mp.World
    country: Array
    sector: Array


def membership(labels: tuple[str, ...], groups: dict[str, str], names: tuple[str, ...]) -> Array:
    return np.array([[float(groups[label] == name) for name in names] for label in labels])


def fields(rng: np.random.Generator, n: int, s: int) -> dict[str, Field]:
    """Two amounts, an index, a rate; one figure of the index is missing."""
    index = rng.uniform(0.0, 2.0, (n, s))
    index[0, 0] = np.nan
    return {
        "employment": Field(rng.uniform(0.0, 9.0, (n, s)), ("country", "sector"), "thousand persons", "observed", "x"),
        "population": Field(rng.uniform(1.0, 9.0, n), ("country",), "persons", "observed", "x"),
        "knowledge": Field(index, ("country", "sector"), "index", "assumption", "x"),
        "alignment": Field(rng.normal(0.0, 1.0, n), ("country",), "index", "observed", "x"),
        "distance": Field(rng.uniform(1.0, 9.0, (n, n)), ("country", "country"), "km", "observed", "x"),
        "wedge": Field(rng.uniform(0.0, 1.0, s), ("sector",), "share", "assumption", "x"),
    }


@st.composite
def cases(draw: st.DrawFn) -> Case:
    n, s = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    seed = draw(st.integers(0, 10_000))
    taxed, empty = draw(st.booleans()), draw(st.sampled_from([0.0, 0.4]))
    bare = random_world(seed, n, s, tariffs=taxed, export_taxes=draw(st.booleans()), empty=empty)
    rng = np.random.default_rng(seed + 7)
    world = mp.World.from_arrays(
        countries=bare.countries, sectors=bare.sectors, trade=bare.trade, input_share=bare.input_share,
        tariff=bare.tariff, trade_elasticity=bare.trade_elasticity, export_tax=bare.export_tax,
        fields=fields(rng, n, s),
    )  # fmt: skip
    region = {code: f"G{draw(st.integers(1, n))}" for code in world.countries}
    kind = {code: f"T{draw(st.integers(1, s))}" for code in world.sectors}
    small = world.aggregate(countries=region, sectors=kind)
    return Case(
        world,
        small,
        membership(world.countries, region, small.countries),
        membership(world.sectors, kind, small.sectors),
    )


@given(cases())
def test_every_identity_is_kept(case: Case) -> None:
    report = case.small.check()
    assert report.ok
    assert all(identity.residual <= EXACT for identity in report.identities)


@given(cases())
def test_what_is_paid_earned_used_and_lent_is_the_sum_of_the_members(case: Case) -> None:
    world, small = case.world, case.small
    scale = world.income.sum()
    np.testing.assert_allclose(small.spending, case.country.T @ world.spending @ case.sector, rtol=EXACT)
    np.testing.assert_allclose(small.final_use, case.country.T @ world.final_use @ case.sector, atol=EXACT * scale)
    np.testing.assert_allclose(small.income, case.country.T @ world.income, rtol=EXACT)
    np.testing.assert_allclose(small.deficit, case.country.T @ world.deficit, atol=EXACT * scale)
    gdp, old = (each.value_added.sum(axis=1) + each.revenue for each in (small, world))
    np.testing.assert_allclose(gdp, case.country.T @ old, rtol=1e-11)
    np.testing.assert_allclose(small.value_added.sum() + small.revenue.sum(), old.sum(), rtol=EXACT)


@given(cases())
def test_flows_between_groups_and_their_duties_are_sums_and_a_group_levies_nothing_on_itself(case: Case) -> None:
    world, small = case.world, case.small

    def summed(values: Array) -> Array:
        return np.einsum("ins,iI,nN,sS->INS", values, case.country, case.country, case.sector)

    levy = np.zeros_like(world.trade) if world.export_tax is None else world.export_tax
    tax = np.zeros_like(small.trade) if small.export_tax is None else small.export_tax
    abroad = ~np.eye(len(small.countries), dtype=bool)
    border, new_border = world.trade * (1 + levy), small.trade * (1 + tax)
    for mine, theirs in (
        (small.trade, world.trade),
        (tax * small.trade, levy * world.trade),
        (small.tariff * new_border, world.tariff * border),
    ):
        np.testing.assert_allclose(mine[abroad], summed(theirs)[abroad], rtol=1e-11, atol=EXACT * world.trade.max())
    own = np.arange(len(small.countries))
    assert not small.tariff[own, own].any()
    assert not tax[own, own].any()
    paid = summed(border * (1 + world.tariff))
    np.testing.assert_allclose(small.trade[own, own], paid[own, own], rtol=EXACT)


@given(cases())
def test_rates_and_elasticities_lie_between_those_of_the_members(case: Case) -> None:
    world, small = case.world, case.small
    assert small.tariff.max() <= world.tariff.max() + 1e-12
    assert small.tariff.min() >= -1e-12
    for k in range(len(small.sectors)):
        members = world.trade_elasticity[case.sector[:, k] > 0]
        assert members.min() - 1e-9 <= small.trade_elasticity[k] <= members.max() + 1e-9


@given(cases())
def test_amounts_are_summed_and_missing_stays_missing(case: Case) -> None:
    world, small = case.world, case.small
    np.testing.assert_allclose(small.employment, case.country.T @ world.employment @ case.sector, rtol=EXACT)
    np.testing.assert_allclose(small.population, case.country.T @ world.population, rtol=EXACT)
    first = (case.country[0] > 0)[:, None] & (case.sector[0] > 0)[None, :]
    np.testing.assert_array_equal(np.isnan(small.knowledge), first)


@given(cases())
def test_rates_shares_and_indices_are_means_weighted_by_value_added(case: Case) -> None:
    world, small = case.world, case.small
    weight = world.value_added
    cells = case.country.T @ weight @ case.sector
    known = ~np.isnan(small.knowledge)
    total = case.country.T @ (np.nan_to_num(world.knowledge) * weight) @ case.sector
    np.testing.assert_allclose(small.knowledge[known], (total / cells)[known], rtol=1e-11)
    by_country, by_sector = weight.sum(axis=1), weight.sum(axis=0)
    mean = case.country.T @ (world.alignment * by_country) / (case.country.T @ by_country)
    np.testing.assert_allclose(small.alignment, mean, rtol=1e-11, atol=EXACT)
    pairs = np.multiply.outer(by_country, by_country)
    mean = case.country.T @ (world.distance * pairs) @ case.country / (case.country.T @ pairs @ case.country)
    np.testing.assert_allclose(small.distance, mean, rtol=1e-11)
    mean = case.sector.T @ (world.wedge * by_sector) / (case.sector.T @ by_sector)
    np.testing.assert_allclose(small.wedge, mean, rtol=1e-11)


@given(cases(), st.integers(0, 1))
def test_in_two_steps_is_in_one(case: Case, at: int) -> None:
    """Groups of groups: the order of summing plays no part, but for rates of cells without trade."""
    label = case.small.countries[at % len(case.small.countries)]
    merge = {name: "all" if name != label else label for name in case.small.countries}
    twice = case.small.aggregate(countries=merge)
    first = {code: case.small.countries[int(np.argmax(case.country[k]))] for k, code in enumerate(case.world.countries)}
    groups = {code: merge[group] for code, group in first.items()}
    kinds = {code: case.small.sectors[int(np.argmax(case.sector[k]))] for k, code in enumerate(case.world.sectors)}
    once = case.world.aggregate(countries=groups, sectors=kinds)
    assert once.countries == twice.countries
    for name in ("trade", "spending", "income", "deficit", "employment", "population"):
        mine, theirs = getattr(once, name), getattr(twice, name)
        np.testing.assert_allclose(mine, theirs, rtol=1e-10, atol=EXACT * case.world.income.sum(), err_msg=name)


def test_a_group_without_value_added_takes_the_plain_mean() -> None:
    """By hand: sector y is made nowhere, so its weights are 0; x is made by A (1) and B (3)."""
    trade = np.zeros((2, 2, 2))
    trade[:, :, 0] = [[0.5, 0.5], [0.5, 2.5]]
    index = Field(np.array([[1.0, 2.0], [5.0, 4.0]]), ("country", "sector"), "index", "assumption", "x")
    world = mp.World.from_arrays(
        countries=["A", "B"], sectors=["x", "y"], trade=trade, input_share=np.zeros((2, 2, 2)),
        tariff=np.zeros((2, 2, 2)), trade_elasticity=[4.0, 4.0], fields={"knowledge": index},
    )  # fmt: skip
    merged = world.aggregate(countries={"A": "G", "B": "G"})
    np.testing.assert_allclose(merged.knowledge, [[0.25 * 1 + 0.75 * 5, 3.0]])


def test_relabelling_keeps_every_bit() -> None:
    world = random_world(3, 3, 2, export_taxes=True)
    new = world.aggregate(countries={code: f"{code}x" for code in world.countries}, name="new")
    assert (new.name, new.countries) == ("new", ("C1x", "C2x", "C3x"))
    for name in ("trade", "input_share", "tariff", "export_tax", "trade_elasticity"):
        assert np.array_equal(getattr(new, name), getattr(world, name)), name


def test_the_law_of_sums_would_notice_a_loss() -> None:
    """The control: a world whose groups lost a thousandth of one flow no longer has the members' income."""
    world = random_world(3, 4, 2)
    small = world.aggregate(countries=dict(zip(world.countries, "AABB", strict=True)))
    lost = np.array(small.trade)
    lost[0, 1, 0] *= 0.999
    broken = mp.World.from_arrays(
        countries=small.countries, sectors=small.sectors, trade=lost, input_share=small.input_share,
        tariff=small.tariff, trade_elasticity=small.trade_elasticity,
    )  # fmt: skip
    assert broken.income.sum() != pytest.approx(world.income.sum(), rel=EXACT)
