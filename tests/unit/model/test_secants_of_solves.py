"""Secants of a solve: fewer sweeps for its like and the same numbers; an outcome goes through pickle."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import multipolar as mp
from multipolar.model.system import with_parameters
from multipolar.numerics.secants import Secants
from multipolar.world.toy import random_world


def shocks(world: mp.World, rate: float) -> mp.Shocks:
    tariff = world.tariff + rate
    tariff[np.arange(len(world.countries)), np.arange(len(world.countries))] = 0.0
    return mp.Shocks(tariff=tariff)


def test_a_draw_takes_fewer_sweeps_and_comes_to_the_same() -> None:
    world = random_world(5, 12, 6)
    economy = mp.prepare(world)
    central = mp.solve_prepared(economy, shocks(world, 0.2), secants=Secants())
    drawn = with_parameters(economy, mp.Parameters(theta_factor=np.linspace(0.8, 1.3, 6)))
    start = central.state()
    with_it = mp.solve_prepared(drawn, shocks(world, 0.25), start=start, secants=central.secants)
    without = mp.solve_prepared(drawn, shocks(world, 0.25), start=start)
    assert with_it.sweeps < without.sweeps
    for name in ("welfare_hat", "wage_hat", "cost_hat", "trade"):
        assert np.allclose(getattr(with_it, name), getattr(without, name), rtol=1e-9, atol=0)
    assert with_it.secants is not None
    assert without.secants is None


def test_secants_of_another_world_are_refused() -> None:
    world, other = random_world(5, 4, 3), random_world(5, 5, 3)
    learnt = mp.solve(other, shocks(other, 0.1)).secants
    assert learnt is None  # nothing is noted where nobody asks
    learnt = mp.solve_prepared(mp.prepare(other), shocks(other, 0.1), secants=Secants()).secants
    assert learnt is not None
    assert mp.solve_prepared(mp.prepare(other), shocks(other, 0.2), secants=learnt).status == "converged"
    with pytest.raises(mp.InputError, match=r"secants: they are of states of 35 numbers, where 28 are needed"):
        mp.solve_prepared(mp.prepare(world), shocks(world, 0.2), secants=learnt)
    with pytest.raises(mp.InputError, match=r"secants: 3 is no Secants"):
        mp.solve_prepared(mp.prepare(world), shocks(world, 0.2), secants=3)  # type: ignore[arg-type]


def test_an_outcome_goes_through_pickle() -> None:
    world = random_world(6, 5, 3)
    outcome = mp.solve_prepared(mp.prepare(world), shocks(world, 0.1), secants=Secants())
    again = pickle.loads(pickle.dumps(outcome))
    assert again.status == "converged"
    assert again.residuals == outcome.residuals
    for name in ("welfare_hat", "trade", "price_hat"):
        assert np.array_equal(getattr(again, name), getattr(outcome, name))
    assert np.array_equal(again.real_gdp_hat, outcome.real_gdp_hat)  # integrated anew along the shock
    assert np.array_equal(again.secants.steps, outcome.secants.steps)
    lost = pickle.loads(pickle.dumps(mp.solve(world, shocks(world, 0.1), sweeps_max=1)))
    with pytest.raises(mp.NotConvergedError):  # a status travels too
        _ = lost.welfare_hat
