"""All derivatives of one payoff (81 x 49) against a solve at 1e-8; compiling apart; draws in a batch.

Timed in this process's own processor seconds, where both run on one thread: the ratio then does not depend on what else
the machine does. No GPU is assumed: batches are measured on a processor, where they need not be quicker.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import multipolar as mp
from benchmarks import yardsticks
from benchmarks.cases import SHOCKS
from multipolar.model.system import with_parameters

pytest.importorskip("jax")

TOLERANCE = 1e-8
GRADIENT_MOST = 2.5
STEPS_MOST = 20
COMPILE_MOST = 8.0  # over `import jax`
DRAWS = 8
BATCH_MOST = 4.0  # on one processor
NESTS = {"Cobb-Douglas": mp.Parameters(), "CES": mp.Parameters(sigma=0.5, eps=0.2, sigma_c=0.9)}


def processor(run: Callable[[], object], rounds: int = 15) -> float:
    """Shortest processor time of several runs, in seconds."""
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        run()
        times.append(time.process_time() - begin)
    return min(times)


@pytest.mark.parametrize("nest", NESTS)
@pytest.mark.parametrize("name", SHOCKS)
def test_gradient(name: str, nest: str, benchmark: Any, record: Any) -> None:
    economy = mp.prepare(mp.load_world(), NESTS[nest])
    shocks = SHOCKS[name](economy.world)
    outcome = mp.solve_prepared(economy, shocks, tolerance=TOLERANCE)
    assert mp.gradient(outcome, country="USA", tolerance=TOLERANCE).status == "converged"  # compiled
    found = benchmark(lambda: mp.gradient(outcome, country="USA", tolerance=TOLERANCE))
    solve = processor(lambda: mp.solve_prepared(economy, shocks, tolerance=TOLERANCE))
    gradient = processor(lambda: mp.gradient(outcome, country="USA", tolerance=TOLERANCE))
    record(f"gradient {name}, {nest}: products with the transposed system", found.steps, STEPS_MOST)
    record(f"gradient {name}, {nest}: time over a solve at 1e-8", gradient / solve, GRADIENT_MOST)


def test_first_call(tmp_path: Any, benchmark: Any, record: Any) -> None:
    """What a first call takes more: importing JAX and compiling, in a fresh process."""
    solved = "import multipolar as mp; out = mp.solve(mp.load_world())"
    plain = yardsticks.fresh(solved, tmp_path, rounds=3)
    jax = yardsticks.fresh("import jax", tmp_path, rounds=3)
    whole = yardsticks.fresh(f"{solved}; mp.gradient(out, country='USA')", tmp_path, rounds=3)
    benchmark.pedantic(lambda: yardsticks.fresh("import jax", tmp_path, rounds=1), rounds=1)
    record("first gradient of a process: time over `import jax`", (whole - plain) / jax, COMPILE_MOST)


def test_batch(benchmark: Any, record: Any) -> None:
    economy = mp.prepare(mp.load_world())
    theta = np.random.default_rng(0).uniform(0.8, 1.25, (DRAWS, len(economy.world.sectors)))
    shocks = [SHOCKS["tariff_10"](economy.world)] * DRAWS
    draws = [mp.Parameters(theta_factor=each) for each in theta]
    mp.solve_batch(economy, shocks, draws, at_once=DRAWS)  # compiled
    benchmark.pedantic(lambda: mp.solve_batch(economy, shocks, draws, at_once=DRAWS), rounds=1)
    together = processor(lambda: mp.solve_batch(economy, shocks, draws, at_once=DRAWS), rounds=3)
    economies = [with_parameters(economy, each) for each in draws]
    alone = processor(lambda: [mp.solve_prepared(*each) for each in zip(economies, shocks, strict=True)], rounds=3)
    record(f"{DRAWS} draws in a batch, on a processor: time over one by one", together / alone, BATCH_MOST)
