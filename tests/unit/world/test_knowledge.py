"""Relative knowledge at the baseline: recovered from trade that a known economy makes, and its laws."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar as mp
from multipolar.base.problems import WorldError
from multipolar.world.evidence import grade_at
from multipolar.world.knowledge import CAP, again, exporter_effects, relative, unit_costs, with_knowledge
from multipolar.world.toy import random_world


def economy(seed: int, n: int, s: int) -> dict[str, Any]:
    """An Eaton-Kortum economy with inputs in the same shares everywhere: stocks, wages, symmetric costs, taxes."""
    rng = np.random.default_rng(seed)
    theta = rng.uniform(2.0, 8.0, s)
    stock, wage = rng.uniform(0.1, 10.0, (n, s)), rng.uniform(0.2, 5.0, n)
    far = np.exp(rng.uniform(0.0, 1.0, (n, n, s)))
    far = far * far.transpose(1, 0, 2)
    gross = 1.0 + rng.uniform(0.0, 0.5, (n, n, s))
    own = np.arange(n)
    far[own, own] = gross[own, own] = 1.0
    inputs = np.broadcast_to(rng.uniform(0.0, 0.6 / s, (s, s)), (n, s, s))
    price = np.ones((n, s))
    for _ in range(400):
        cost = np.exp((1 - inputs.sum(2)) * np.log(wage)[:, None] + np.einsum("nks,ns->nk", inputs, np.log(price)))
        offer = stock[:, None] * (cost[:, None] * far * gross) ** -theta
        price = offer.sum(axis=0) ** (-1.0 / theta)
    share = offer / offer.sum(axis=0)
    return {"theta": theta, "stock": stock, "wage": wage, "gross": gross, "inputs": inputs, "cost": cost,
            "share": share, "trade": share * rng.uniform(1.0, 9.0, (n, s)) / gross}  # fmt: skip


@given(seed=st.integers(0, 10_000), n=st.integers(2, 7), s=st.integers(1, 4))
def test_stocks_are_recovered_from_the_trade_they_make(seed: int, n: int, s: int) -> None:
    made = economy(seed, n, s)
    size = np.random.default_rng(seed + 1).uniform(0.5, 20.0, n)
    effects = exporter_effects(made["trade"], made["gross"], made["theta"], size)
    true = np.log(made["stock"]) - made["theta"] * np.log(made["cost"])
    np.testing.assert_allclose(effects - effects[0], true - true[0], atol=1e-8)
    own = np.arange(n)
    costs = unit_costs(effects, made["share"][own, own], made["wage"], made["inputs"], made["theta"], size)
    np.testing.assert_allclose(costs - costs[0], np.log(made["cost"] / made["cost"][0]), atol=1e-8)
    found = relative(effects + made["theta"] * costs, np.ones((n, s), dtype=bool))
    np.testing.assert_allclose(found, made["stock"] / made["stock"].sum(axis=0), rtol=1e-7)


def test_by_hand_two_countries_without_inputs_or_taxes() -> None:
    """pi[1,2]/pi[2,2] = 1/9, pi[2,1]/pi[1,1] = 1: S_1 - S_2 = ln(1/9)/2, so with equal wages lam is 1 to 3."""
    trade = np.array([[[5.0], [1.0]], [[5.0], [9.0]]])
    effects = exporter_effects(trade, np.ones((2, 2, 1)), np.array([4.0]), np.array([1.0, 2.0]))
    assert effects[0, 0] - effects[1, 0] == pytest.approx(np.log(1 / 9) / 2, rel=1e-12)
    assert relative(effects, np.ones((2, 1), dtype=bool))[:, 0] == pytest.approx([0.25, 0.75], rel=1e-12)


def with_jobs(seed: int, n: int = 4, s: int = 3) -> mp.World:
    world = random_world(seed, n, s)
    rng = np.random.default_rng(seed)
    fields = {
        name: mp.Field(rng.uniform(0.5, 5.0, (n, s)), ("country", "sector"), unit, "estimated", "made_up")
        for name, unit in (("employment", "thousand persons"), ("patents", "patents"))
    }
    return replace(world, fields=fields)


def rebuilt(world: mp.World, index: np.ndarray, part: np.ndarray) -> mp.World:
    """The world whose country k is the part ``part[k]`` of the old country ``index[k]``."""
    pair = np.ix_(index, index)
    tax = None if world.export_tax is None else world.export_tax[pair]
    fields = {k: replace(f, values=f.values[index] * part[:, None]) for k, f in world.fields.items()}
    return mp.World.from_arrays(
        countries=[f"{world.countries[i]}{k}" for k, i in enumerate(index)], sectors=world.sectors,
        trade=world.trade[pair] * (part[:, None] * part[None])[:, :, None], input_share=world.input_share[index],
        tariff=world.tariff[pair], export_tax=tax, trade_elasticity=world.trade_elasticity, fields=fields,
    )  # fmt: skip


@pytest.mark.parametrize("route", ["revealed", "workers", "patents"])
@given(seed=st.integers(0, 5_000), share=st.floats(0.05, 0.95))
def test_splitting_a_country_splits_its_stock_and_changes_no_other(route: str, seed: int, share: float) -> None:
    world = with_jobs(seed)
    whole = with_knowledge(world, route).knowledge
    parts = rebuilt(world, np.array([0, 1, 2, 3, 3]), np.array([1.0, 1.0, 1.0, share, 1.0 - share]))
    split = with_knowledge(parts, route).knowledge
    np.testing.assert_allclose(split[:3], whole[:3], rtol=1e-8)
    np.testing.assert_allclose(split[3], whole[3] * share, rtol=1e-8)
    np.testing.assert_allclose(split[4], whole[3] * (1.0 - share), rtol=1e-8)


@pytest.mark.parametrize("route", ["revealed", "workers", "patents"])
@given(seed=st.integers(0, 5_000), order=st.permutations(range(4)))
def test_other_names_and_another_order_change_nothing(route: str, seed: int, order: list[int]) -> None:
    world = with_jobs(seed)
    moved = with_knowledge(rebuilt(world, np.array(order), np.ones(4)), route).knowledge
    np.testing.assert_allclose(moved, with_knowledge(world, route).knowledge[order], rtol=1e-9)


@given(seed=st.integers(0, 5_000), scale=st.floats(0.01, 100.0))
def test_units_of_money_and_of_people_drop_out(seed: int, scale: float) -> None:
    world = with_jobs(seed)
    jobs = world.fields["employment"]
    other = replace(world, trade=world.trade * scale,
                    fields={**world.fields, "employment": replace(jobs, values=jobs.values * 3.0)})  # fmt: skip
    for route in ("revealed", "workers"):
        same = with_knowledge(world, route).knowledge
        np.testing.assert_allclose(with_knowledge(other, route).knowledge, same, rtol=1e-8)


def test_the_cap_bounds_the_gap_of_stocks_per_worker() -> None:
    world = with_jobs(3)
    for cap in (4.0, CAP, 50.0):
        each = with_knowledge(world, "workers", cap).knowledge / world.employment
        gap = each.max(axis=0) / each.min(axis=0)
        assert (gap <= cap * (1 + 1e-12)).all()
    assert with_knowledge(world, "workers", 4.0).fields["knowledge"].source == "workers, cap 4"


def test_the_embedded_stocks_are_complete_sum_to_one_and_stand_by_the_revealed_route(embedded: mp.World) -> None:
    lam = embedded.knowledge
    assert embedded.fields["knowledge"].source == "revealed"
    assert np.isfinite(lam).all()
    np.testing.assert_allclose(lam.sum(axis=0), 1.0, rtol=1e-6)
    assert ((lam > 0) == (embedded.output > 0)).all()
    np.testing.assert_allclose(with_knowledge(embedded).knowledge, lam, rtol=1e-6)
    usa, c303 = embedded.countries.index("USA"), embedded.sectors.index("C303")
    assert lam[usa, c303] == lam[:, c303].max()


def test_cells_that_reveal_nothing_are_marked_as_an_assumption(embedded: mp.World) -> None:
    own = np.arange(81)
    two_way = (embedded.trade > 0) & (embedded.trade > 0).transpose(1, 0, 2)
    two_way[own, own] = False
    home = embedded.trade[own, own] > 0
    alone = (embedded.output > 0) & ~((two_way & home[:, None] & home[None]).any(axis=1))
    for n, s in np.ndindex(*alone.shape):
        country, sector = embedded.countries[n], embedded.sectors[s]
        expected = "assumption" if alone[n, s] else "estimated"
        assert grade_at(embedded, "knowledge", country, sector) == expected, (country, sector)


def test_routes_caps_and_missing_fields_are_refused_by_name_and_their_controls_pass() -> None:
    world = with_jobs(1)
    assert with_knowledge(world, "revealed").knowledge.shape == (4, 3)
    with pytest.raises(WorldError, match=r"no route to knowledge `reveled`. Did you mean `revealed`\?"):
        with_knowledge(world, "reveled")
    for cap in (1.0, 0.0, float("nan")):
        with pytest.raises(WorldError, match="is not above 1"):
            with_knowledge(world, "workers", cap)
    bare = replace(world, fields={})
    for route, field in (("revealed", "employment"), ("workers", "employment"), ("patents", "patents")):
        with pytest.raises(WorldError, match=f"has no `{field}`: knowledge by the route `{route}` needs it"):
            with_knowledge(bare, route)


def test_a_country_without_jobs_on_record_is_named() -> None:
    world = with_jobs(1)
    jobs = world.employment.copy()
    jobs[2] = np.nan
    field = replace(world.fields["employment"], values=jobs)
    with pytest.raises(WorldError, match="needs jobs in C3"):
        with_knowledge(replace(world, fields={"employment": field}))


def test_stocks_are_made_anew_by_their_route_and_stated_ones_stay() -> None:
    world = with_knowledge(with_jobs(2), "workers", 4.0)
    larger = replace(world, trade=world.trade * np.arange(1.0, 5.0)[:, None, None])
    assert not np.allclose(again(larger).knowledge, world.knowledge)
    assert again(larger).fields["knowledge"].source == "workers, cap 4"
    stated = replace(world.fields["knowledge"], source="own figures")
    mine = replace(larger, fields={**larger.fields, "knowledge": stated})
    assert again(mine) is mine
    assert again(with_jobs(2)).fields.keys() == {"employment", "patents"}
