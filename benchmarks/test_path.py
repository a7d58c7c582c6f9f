"""A path of 16 years on the embedded world (81 x 49) over 16 single warm solves of its years."""

from __future__ import annotations

from typing import Any

import multipolar as mp
from benchmarks import yardsticks
from multipolar.model.learning import learning_parameters
from multipolar.model.parameters import horizon_parameters
from multipolar.scenario.scenario import cases
from multipolar.study.case import Bench
from multipolar.study.path import Walker, with_knowledge

OVER_SINGLE_SOLVES = 2.0


def test_sixteen_years(benchmark: Any, record: Any) -> None:
    scenario, world = mp.read_scenario("brics-technology-alliance"), mp.load_world()
    bench = Bench(mp.prepare(world, horizon_parameters(world, scenario.horizon.parameters)), scenario)
    walker = Walker(bench, learning_parameters())
    case = cases(scenario)[2]
    walk = walker.walk(case)
    assert len(walk.years) == 16
    benchmark.pedantic(lambda: walker.walk(case), rounds=3, warmup_rounds=1)
    staged = bench.staged(case, walk.years[-1])
    states, shocks = [], []
    for year in (-2, -1):
        shocks.append(with_knowledge(staged, walk.productivity[year]))
        states.append(mp.solve_prepared(staged.stands_on.economy, shocks[-1]).state())
    single = yardsticks.best(lambda: mp.solve_prepared(staged.stands_on.economy, shocks[1], start=states[0]), rounds=5)
    record("path of 16 years: time over 16 single warm solves", benchmark.stats.stats.min / (16 * single),
           OVER_SINGLE_SOLVES)  # fmt: skip
