"""One solve of the embedded world (81 x 49) to 1e-10: sweeps, memory traffic, plain Anderson; growth in countries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import multipolar as mp
from benchmarks import yardsticks
from benchmarks.cases import SHOCKS, SIZES, sized, tariff_10

TOLERANCE = 1e-10
SWEEPS_MOST = 25
TRAFFIC_MOST = 3.0
PLAIN_MOST = 0.5
SLOPE_MOST = 1.6


@pytest.fixture(scope="module")
def economy() -> Any:
    return mp.prepare(mp.load_world())


@pytest.mark.parametrize("name", SHOCKS)
def test_solve(name: str, economy: Any, benchmark: Any, record: Any) -> None:
    shocks = SHOCKS[name](economy.world)
    outcome = benchmark(lambda: mp.solve_prepared(economy, shocks, tolerance=TOLERANCE))
    assert outcome.status == "converged"
    seconds = benchmark.stats.stats.min
    limit = yardsticks.traffic_limit(economy, shocks, outcome.sweeps, yardsticks.read_bandwidth())
    plain = yardsticks.plain_anderson(economy, shocks, TOLERANCE)
    plain_seconds = yardsticks.best(lambda: yardsticks.plain_anderson(economy, shocks, TOLERANCE), rounds=3)
    record(f"solve {name}: sweeps", outcome.sweeps, SWEEPS_MOST)
    record(f"solve {name}: time over the memory-traffic limit", seconds / limit, TRAFFIC_MOST)
    record(f"solve {name}: time over plain Anderson ({plain.sweeps} sweeps)", seconds / plain_seconds, PLAIN_MOST)


def test_growth_in_countries(benchmark: Any, record: Any) -> None:
    times = []
    for countries in SIZES:
        economy = mp.prepare(sized(countries))
        shocks = tariff_10(economy.world)
        outcome = mp.solve_prepared(economy, shocks)
        assert outcome.status == "converged"
        times.append(yardsticks.best(lambda e=economy, s=shocks: mp.solve_prepared(e, s), rounds=5))
    benchmark.pedantic(lambda: mp.solve_prepared(economy, shocks), rounds=1)
    slope = float(np.polyfit(np.log(SIZES), np.log(times), 1)[0])
    record(f"solve at {', '.join(map(str, SIZES))} countries: slope of log time", slope, SLOPE_MOST)
