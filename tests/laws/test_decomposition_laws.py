"""The decomposition adds up: at first order with a gap that shrinks with the step, integrated with its square."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar as mp
from multipolar.model.integration import along_the_shock
from multipolar.world.toy import random_world


def small(world: mp.World, seed: int, step: float) -> mp.Shocks:
    """Random tariffs, export taxes, costs, productivity and transfers of a given size."""
    rng = np.random.default_rng(seed + 1)
    shape, own = world.trade.shape, np.arange(len(world.countries))
    tariff, levy = world.tariff + step * rng.random(shape), world.export_tax + step * rng.random(shape)
    tariff[own, own] = levy[own, own] = 0.0
    transfers = rng.normal(size=shape[0])
    return mp.Shocks(
        tariff=tariff,
        export_tax=levy,
        trade_cost_hat=1 + step * rng.random(shape),
        productivity_hat=1 + step * rng.random(shape[1:]),
        transfers=step * (transfers - transfers.mean()),
    )


@given(st.integers(0, 5_000))
def test_first_order_identity_closes_as_the_step_shrinks(seed: int) -> None:
    """G44: relative gap below 5e-3 at step 1e-5, and ten times smaller at a tenth of a larger step."""
    world = random_world(seed, 4, 3, export_taxes=True)

    def gap(step: float) -> float:
        parts = mp.solve(world, small(world, seed, step), tolerance=1e-14).first_order
        return float(np.abs(parts.remainder).max() / np.abs(parts.total).max())

    assert gap(1e-5) < 5e-3
    assert gap(1e-4) < 0.2 * gap(1e-3)


@given(st.integers(0, 5_000), st.sampled_from(["fixed", "own", "closed"]))
def test_integrated_parts_add_up_to_real_income(seed: int, rule: str) -> None:
    world = random_world(seed, 4, 3, export_taxes=True)
    shock = small(world, seed, 0.3)
    blocked = np.zeros_like(world.trade)
    blocked[0, 1], blocked[2, 3] = 1.0, 0.5
    shock = mp.Shocks(
        tariff=shock.tariff,
        export_tax=shock.export_tax,
        trade_cost_hat=shock.trade_cost_hat,
        blocked_share=blocked,
        productivity_hat=shock.productivity_hat,
        transfers=shock.transfers,
        deficits=rule,
    )
    outcome = mp.solve(world, shock)
    parts = outcome.decomposition
    np.testing.assert_allclose(parts.total, np.log(outcome.welfare_hat), atol=1e-12)
    coarse, fine = (along_the_shock(outcome.unconverged(), 1e-10, steps=k) for k in (4, 16))
    gaps = [float(np.abs(each.remainder).max()) for each in (coarse, parts, fine)]
    assert gaps[1] < 0.35 * gaps[0] + 1e-7
    assert gaps[2] < 0.35 * gaps[1] + 1e-7


def test_hulten_all_of_it_is_technology() -> None:
    """A closed Cobb-Douglas economy: every part but technology is zero, and real GDP moves with real income."""
    world = random_world(3, 1, 3, tariffs=False)
    productivity = np.array([[1.1, 1.0, 0.9]])
    outcome = mp.solve(world, mp.Shocks(productivity_hat=productivity), tolerance=1e-13)
    parts = outcome.decomposition
    domar = world.output[0] / world.income[0]
    assert parts.technology[0] == pytest.approx(float(domar @ np.log(productivity[0])), rel=1e-9)
    assert abs(parts.remainder[0]) < 1e-12
    assert outcome.real_gdp_hat[0] == pytest.approx(outcome.welfare_hat[0], rel=1e-12)
    assert parts.terms_of_trade[0] == parts.volume_of_trade[0] == 0.0


def test_small_tariffs_from_free_trade_leave_the_world_as_it_was() -> None:
    """At zero taxes ``sum_n I dlnW = 0`` to first order: what one gains in terms of trade the others lose."""
    world = random_world(11, 4, 2, tariffs=False)
    tariff = np.zeros_like(world.trade)
    tariff[:, 0] = 1e-5
    tariff[0, 0] = 0.0
    outcome = mp.solve(world, mp.Shocks(tariff=tariff), tolerance=1e-14)
    changes = world.income * np.log(outcome.welfare_hat)
    assert abs(changes.sum()) < 1e-4 * np.abs(changes).max()


def test_embargo_has_no_first_order_figure_but_an_integral() -> None:
    world = random_world(5, 4, 2)
    blocked = np.zeros_like(world.trade)
    blocked[1, 0] = 1.0
    outcome = mp.solve(world, mp.Shocks(blocked_share=blocked))
    assert outcome.first_order.trade_cost[0] == -np.inf
    assert np.isfinite(outcome.decomposition.trade_cost).all()
    assert outcome.decomposition.trade_cost[0] < 0
