"""Hard parameters, and many solves: sweeps, a draw against a cold solve, two processes against one, memory of draws."""

from __future__ import annotations

import time
import tracemalloc
from typing import Any

import numpy as np
import pytest

import multipolar as mp
from benchmarks import yardsticks
from benchmarks.cases import SHOCKS, tariff_10
from multipolar.model.system import with_parameters
from multipolar.numerics.secants import Secants

SWEEPS_MOST = {2.0: 40, 1.2: 110}  # by mobility; the lower, the closer to sectors with labour of their own
DRAW_OVER_COLD = 0.8
TWO_OVER_ONE = 1 / 1.8
MEMORY_MOST = 1.0
DRAWS = 600


@pytest.mark.parametrize("mobility", SWEEPS_MOST)
@pytest.mark.parametrize("nests", [{}, {"sigma": 0.5, "eps": 0.2}], ids=["Cobb-Douglas", "CES"])
def test_sweeps_at_finite_mobility(mobility: float, nests: dict[str, float], record: Any) -> None:
    economy = mp.prepare(mp.load_world(), mp.Parameters(mobility=mobility, **nests))
    outcomes = [mp.solve_prepared(economy, make(economy.world)) for make in SHOCKS.values()]
    assert all(outcome.status == "converged" for outcome in outcomes)
    name = "CES" if nests else "Cobb-Douglas"
    record(f"{name}, mobility {mobility:g}: most sweeps", max(o.sweeps for o in outcomes), SWEEPS_MOST[mobility])


def test_draw_over_a_cold_solve(benchmark: Any, record: Any) -> None:
    """A draw to 1e-8 from the central solution, with the blocks of the central parameters and what the central solve
    has learnt, over a cold solve to 1e-10."""
    economy = mp.prepare(mp.load_world())
    shocks = tariff_10(economy.world)
    central = mp.solve_prepared(economy, shocks, secants=Secants())
    state = central.state()
    factor = np.exp(0.3 * np.random.default_rng(1).normal(size=len(economy.world.sectors)))
    drawn = with_parameters(economy, mp.Parameters(theta_factor=factor))
    outcome = benchmark(lambda: mp.solve_prepared(drawn, shocks, tolerance=1e-8, start=state, secants=central.secants))
    assert outcome.status == "converged"
    draw, cold = yardsticks.in_turn(
        [
            lambda: mp.solve_prepared(drawn, shocks, tolerance=1e-8, start=state, secants=central.secants),
            lambda: mp.solve_prepared(economy, shocks, tolerance=1e-10),
        ],
        rounds=40,
        clock=time.process_time,
    )
    record("draw to 1e-8: time over a cold solve to 1e-10", draw / cold, DRAW_OVER_COLD)


def test_two_processes_over_one(benchmark: Any, record: Any) -> None:
    world = mp.load_world()
    scenario = mp.read_scenario("universal-tariff-10", world)

    def draws(workers: int) -> None:
        mp.evaluate(world, scenario, draws=DRAWS, workers=workers, full=False)

    one, two = yardsticks.in_turn([lambda: draws(1), lambda: draws(2)], rounds=2)
    benchmark.pedantic(lambda: mp.evaluate(world, scenario, full=False), rounds=1)
    record(f"{DRAWS} draws: time of two processes over one", two / one, TWO_OVER_ONE)


def test_memory_of_many_draws(record: Any) -> None:
    """What a thousand economies that differ in theta hold, over one array of trade: they share all but their theta."""
    economy = mp.prepare(mp.load_world())
    sectors = len(economy.world.sectors)
    tracemalloc.start()
    kept = [with_parameters(economy, mp.Parameters(theta_factor=np.full(sectors, 1 + k / 1e4))) for k in range(1000)]
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(kept) == 1000
    record("1,000 draws of theta: memory over one array of trade", held / economy.world.trade.nbytes, MEMORY_MOST)
