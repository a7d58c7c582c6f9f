"""A proportional world: aggregating and then solving is solving and then aggregating.

A world is proportional where the members of a group are the group in small: each country has a share of the group's
sales and purchases, each sector a share of those of its kind, at the same input structure, taxes and elasticity.
Nothing then tells the members apart, prices move together inside a group, and a shock between groups has the effects of
the same shock on the aggregated world, whatever the rule for deficits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar as mp
from multipolar.world.toy import random_world

TIGHT = 1e-12
Array = np.ndarray


@dataclass(frozen=True)
class Split:
    """A world, its countries and sectors cut into proportional parts; ``of`` and ``kind`` are the maps back."""

    whole: mp.World
    parts: mp.World
    country: Array  # group of each part
    sector: Array
    share: Array  # share of each part in its group

    @property
    def of(self) -> dict[str, str]:
        return {code: self.whole.countries[k] for code, k in zip(self.parts.countries, self.country, strict=True)}

    @property
    def kind(self) -> dict[str, str]:
        return {code: self.whole.sectors[k] for code, k in zip(self.parts.sectors, self.sector, strict=True)}

    def spread(self, flows: Array) -> Array:
        """Rates by flow of the whole, the same for every part."""
        return flows[np.ix_(self.country, self.country, self.sector)]


def cut(rng: np.random.Generator, groups: int, most: int) -> tuple[Array, Array]:
    """Group and share of every part, at least one part a group; the shares of a group sum to one."""
    counts = rng.integers(1, most + 1, groups)
    group = np.repeat(np.arange(groups), counts)
    weight = rng.uniform(0.5, 2.0, len(group))
    return group, weight / np.bincount(group, weight)[group]


def proportional(whole: mp.World, seed: int, most: int = 3) -> Split:
    """Countries and sectors of a world cut into up to ``most`` proportional parts."""
    rng = np.random.default_rng(seed)
    country, share = cut(rng, len(whole.countries), most)
    sector, kinds = cut(rng, len(whole.sectors), 2)
    cells = np.ix_(country, country, sector)
    trade = whole.trade[cells] * share[:, None, None] * share[None, :, None] * kinds
    inputs = whole.input_share[np.ix_(country, sector, sector)] * kinds
    export_tax = None if whole.export_tax is None else whole.export_tax[cells]
    parts = mp.World.from_arrays(
        countries=[f"{whole.countries[g]}p{k}" for k, g in enumerate(country)],
        sectors=[f"{whole.sectors[g]}p{k}" for k, g in enumerate(sector)],
        trade=trade, input_share=inputs, tariff=whole.tariff[cells], trade_elasticity=whole.trade_elasticity[sector],
        export_tax=export_tax,
    )  # fmt: skip
    return Split(whole, parts, country, sector, share)


def shocks(split: Split, seed: int, rule: str, coverage: str) -> tuple[mp.Shocks, mp.Shocks]:
    """One shock between groups, for the whole and for its parts."""
    whole = split.whole
    rng = np.random.default_rng(seed + 1)
    shape, own = whole.trade.shape, np.arange(len(whole.countries))
    tariff = whole.tariff + rng.uniform(0.0, 0.4, shape)
    cost = rng.uniform(0.9, 1.4, shape)
    blocked = rng.uniform(0.0, 0.7, shape) * (rng.random(shape) < 0.4)
    tariff[own, own], blocked[own, own], cost[own, own] = 0.0, 0.0, 1.0
    productivity = rng.uniform(0.8, 1.25, shape[1:])
    transfers = rng.normal(0.0, 0.02, len(own)) * whole.income.min()
    transfers -= transfers.mean()
    one = mp.Shocks(tariff=tariff, trade_cost_hat=cost, blocked_share=blocked, productivity_hat=productivity,
                    transfers=transfers, coverage=coverage, deficits=rule)  # fmt: skip
    many = mp.Shocks(
        tariff=split.spread(tariff), trade_cost_hat=split.spread(cost), blocked_share=split.spread(blocked),
        productivity_hat=productivity[np.ix_(split.country, split.sector)],
        transfers=transfers[split.country] * split.share, coverage=coverage, deficits=rule,
    )  # fmt: skip
    return one, many


def solved(world: mp.World, shock: mp.Shocks, parameters: mp.Parameters | None = None) -> mp.Outcome:
    outcome = mp.solve(world, shock, *(() if parameters is None else (parameters,)), tolerance=TIGHT)
    assert outcome.status == "converged", outcome.message
    return outcome


SEEDS = st.integers(0, 10_000)
SIZES = st.sampled_from([(2, 1), (3, 2), (4, 3)])
RULES = st.sampled_from(["fixed", "own", "closed"])


@given(SEEDS, SIZES, st.booleans())
def test_a_proportional_world_aggregates_to_what_was_cut(seed: int, size: tuple[int, int], taxed: bool) -> None:
    split = proportional(random_world(seed, *size, export_taxes=taxed), seed)
    back = split.parts.aggregate(countries=split.of, sectors=split.kind)
    assert back.check().ok
    assert (back.countries, back.sectors) == (split.whole.countries, split.whole.sectors)
    for name in ("trade", "input_share", "tariff", "trade_elasticity", "income", "value_added"):
        np.testing.assert_allclose(getattr(back, name), getattr(split.whole, name), rtol=1e-11, atol=1e-12)


@given(SEEDS, SIZES, RULES, st.sampled_from(["thin", "list"]), st.booleans())
def test_aggregating_then_solving_is_solving_then_aggregating(
    seed: int, size: tuple[int, int], rule: str, coverage: str, taxed: bool
) -> None:
    split = proportional(random_world(seed, *size, export_taxes=taxed), seed)
    one, many = shocks(split, seed, rule, coverage)
    first = solved(split.parts.aggregate(countries=split.of, sectors=split.kind), one)
    after = split.parts.after(solved(split.parts, many)).aggregate(countries=split.of, sectors=split.kind)
    np.testing.assert_allclose(after.trade, first.trade, rtol=1e-8, atol=1e-10 * first.trade.max())
    np.testing.assert_allclose(after.input_share, first.input_share, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(after.income, first.income, rtol=1e-9)


@given(SEEDS, SIZES, RULES, st.booleans())
def test_members_of_a_group_fare_as_the_group(seed: int, size: tuple[int, int], rule: str, ces: bool) -> None:
    """Real income, wages and prices of every part are those of its group; with CES inputs and use as well."""
    parameters = mp.Parameters(sigma=0.6, eps=0.4, sigma_c=0.7) if ces else mp.Parameters()
    split = proportional(random_world(seed, *size), seed)
    one, many = shocks(split, seed, rule, "thin")
    whole, parts = solved(split.whole, one, parameters), solved(split.parts, many, parameters)
    np.testing.assert_allclose(parts.welfare_hat, whole.welfare_hat[split.country], rtol=1e-8)
    np.testing.assert_allclose(parts.wage_hat, whole.wage_hat[split.country], rtol=1e-8)
    cells = np.ix_(split.country, split.sector)
    np.testing.assert_allclose(parts.price_hat, whole.price_hat[cells], rtol=1e-8)


def test_the_law_needs_proportion() -> None:
    """The control: with one input structure changed the two orders part."""
    split = proportional(random_world(5, 3, 2), 6)
    shares = np.array(split.parts.input_share)
    shares[0] *= 0.5
    uneven = mp.World.from_arrays(
        countries=split.parts.countries, sectors=split.parts.sectors, trade=split.parts.trade, input_share=shares,
        tariff=split.parts.tariff, trade_elasticity=split.parts.trade_elasticity,
    )  # fmt: skip
    assert (split.country == 0).sum() > 1
    one, many = shocks(split, 5, "own", "thin")
    first = solved(uneven.aggregate(countries=split.of, sectors=split.kind), one)
    after = uneven.after(solved(uneven, many)).aggregate(countries=split.of, sectors=split.kind)
    assert np.abs(after.income / first.income - 1.0).max() > 1e-5
    assert after.income.sum() == pytest.approx(first.income.sum(), rel=0.05)
