"""Draws solved together are the draws solved one by one. On a processor: no GPU is needed, and none was there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import multipolar as mp
from multipolar.model.composition import own_country_step
from multipolar.model.ensemble import _blocks
from multipolar.world.toy import random_world

pytest.importorskip("jax", reason="needs the extra `derivatives`")

CES = {"sigma": 0.5, "eps": 0.2, "sigma_c": 0.9}
NUMBERS = ("wage_hat", "cost_hat", "price_hat", "trade_share", "spending", "output", "income", "welfare_hat")


def drawn(world: mp.World, seed: int, count: int, **kept: object) -> list[mp.Shocks]:
    """Shocks in everything, one a draw."""
    found, own = [], np.arange(len(world.countries))
    for k in range(count):
        rng = np.random.default_rng([seed, k])
        tariff = world.tariff + rng.uniform(0.0, 0.3, world.trade.shape)
        tariff[own, own] = 0.0
        cost = rng.uniform(0.9, 1.4, world.trade.shape)
        found.append(mp.Shocks(tariff=tariff, trade_cost_hat=cost, **kept))  # type: ignore[arg-type]
    return found


def assert_same(found: object, expected: mp.Outcome) -> None:
    assert isinstance(found, mp.Outcome)
    assert found.status == expected.status == "converged"
    for name in NUMBERS:
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("nest", "rule"),
    [({}, "own"), (CES, "closed"), ({"mobility": 2.0, **CES}, "fixed"),
     ({"rigidity": 0.98, "labour_share": 0.55, "mobility": 1.5}, "closed")],
    ids=["plain", "CES", "labour", "rigid"],
)
@settings(max_examples=3)
@given(seed=st.integers(0, 5_000))
def test_draws_of_elasticities(nest: dict[str, float], rule: str, seed: int) -> None:
    """Trade elasticities drawn too; more draws than one batch holds."""
    world, count = random_world(seed, 5, 3, export_taxes=True, empty=0.1), 5
    shocks = drawn(world, seed, count, deficits=rule)
    factors = np.random.default_rng(seed).uniform(0.7, 1.4, (count, 3))
    parameters = [mp.Parameters(theta_factor=factor, **nest) for factor in factors]
    economy = mp.prepare(world, mp.Parameters(**nest))
    together = mp.solve_batch(economy, shocks, parameters, tolerance=1e-12, at_once=3)
    assert len(together) == count
    for found, shock, each in zip(together, shocks, parameters, strict=True):
        assert_same(found, mp.solve(world, shock, each, tolerance=1e-12))
        assert isinstance(found, mp.Outcome)
        assert found.sweeps == 1  # the batch had solved it: what is left is to check


def test_draws_of_different_shapes_come_back_in_order() -> None:
    """Lists, ventures, another rule, and a group that trades with itself only: batches of their own."""
    world = random_world(2, 5, 3)
    listed, blocked = np.zeros_like(world.trade), np.zeros_like(world.trade)
    listed[0, 1, 2] = listed[3, 1, 2] = 0.4
    blocked[:2, 2:] = blocked[2:, :2] = 1.0
    venture = mp.Venture(host=0, sector=1, investor=2, share=0.1, royalty=0.05)
    shocks = [
        mp.Shocks(),
        mp.Shocks(listed_share=listed),
        mp.Shocks(blocked_share=blocked, deficits="closed"),
        mp.Shocks(ventures=(venture,)),
        mp.Shocks(productivity_hat=np.full(world.output.shape, 1.1)),
    ]
    economy = mp.prepare(world)
    for found, shock in zip(mp.solve_batch(economy, shocks, tolerance=1e-12), shocks, strict=True):
        assert_same(found, mp.solve_prepared(economy, shock, tolerance=1e-12))


def test_the_embedded_world_aggregated(embedded: mp.World) -> None:
    """Thirty countries or so with gaps and deficits: answers of the solver to 1e-9."""
    kept = embedded.countries[:29]
    world = embedded.aggregate(countries={code: code if code in kept else "ROW" for code in embedded.countries})
    shocks = drawn(world, 1, 3, deficits="own")
    economy = mp.prepare(world)
    for found, shock in zip(mp.solve_batch(economy, shocks, tolerance=1e-11), shocks, strict=True):
        assert_same(found, mp.solve_prepared(economy, shock, tolerance=1e-11))


def test_what_a_batch_does_not_reach_is_solved_alone() -> None:
    world = random_world(3, 4, 3)
    economy, shocks = mp.prepare(world), drawn(world, 3, 2)
    (first, second) = mp.solve_batch(economy, shocks, tolerance=1e-13)
    assert_same(first, mp.solve_prepared(economy, shocks[0], tolerance=1e-13))
    few = mp.solve_batch(economy, shocks, sweeps_max=2)
    for outcome in few:
        assert isinstance(outcome, mp.Outcome)
        assert outcome.status == "not_converged"
        with pytest.raises(mp.NotConvergedError):
            _ = outcome.welfare_hat
    assert isinstance(second, mp.Outcome)


def test_a_draw_without_an_equilibrium_has_its_error_in_its_place() -> None:
    world = random_world(4, 4, 3)
    closed = np.zeros_like(world.trade)
    closed[:, 1, 2] = 1.0
    good = mp.Shocks(productivity_hat=np.full((4, 3), 1.1))
    first, none, last = mp.solve_batch(mp.prepare(world), [good, mp.Shocks(blocked_share=closed), good])
    assert isinstance(none, mp.NoEquilibriumError)
    assert "no supplier is left in C2" in str(none)
    assert isinstance(first, mp.Outcome)
    assert isinstance(last, mp.Outcome)
    np.testing.assert_allclose(first.welfare_hat, last.welfare_hat, rtol=1e-9)


@pytest.mark.parametrize("mobility", [float("inf"), 2.0])
def test_the_pure_step_is_the_preconditioners(mobility: float) -> None:
    economy = mp.prepare(random_world(5, 4, 3), mp.Parameters(mobility=mobility))
    rest = np.random.default_rng(0).normal(size=(4, 7))
    np.testing.assert_allclose(own_country_step(rest, _blocks(economy)), economy.blocks.solve(rest), rtol=1e-5)


def test_what_is_asked_wrongly_is_named() -> None:
    economy, shocks = mp.prepare(random_world(6)), [mp.Shocks()]
    assert len(mp.solve_batch(economy, shocks)) == 1
    for asked, said in (
        ((economy.world, shocks), "is no prepared economy"),
        ((economy, []), "a list of at least one Shocks"),
        ((economy, [1]), "a list of at least one Shocks"),
        ((economy, shocks, []), "a list of 1 Parameters is needed"),
    ):
        with pytest.raises(mp.InputError, match=said):
            mp.solve_batch(*asked)  # type: ignore[arg-type]
    with pytest.raises(mp.InputError) as refused:
        mp.solve_batch(economy, shocks, at_once=0, tolerance=1.0, sweeps_max=0)
    assert [problem.path for problem in refused.value.problems] == ["tolerance", "sweeps_max", "at_once"]
    share = np.zeros_like(economy.world.trade)
    share[0, 1] = 0.3
    owned = mp.Shocks(blocked_share=share, rents={economy.world.countries[2]: 1.0})
    with pytest.raises(mp.InputError, match="blocks: a batch of draws cannot be computed"):
        mp.solve_batch(economy, [owned])
    (without,) = mp.solve_batch(economy, [mp.Shocks(blocked_share=share)])
    assert isinstance(without, mp.Outcome)
    with pytest.raises(mp.ShocksError, match="tariff"):
        mp.solve_batch(economy, [mp.Shocks(tariff=np.zeros(3))])
