"""Clearing, gridlock and cuts against yardsticks of the same run: networkx, a plain pass, a single simulation."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest

import multipolar.payments as pay
from benchmarks import yardsticks
from multipolar.payments.gridlock import fifo_maximum
from multipolar.payments.optimum import search

OBLIGATIONS, NAMES = 285_000, 20_000
NETWORKX = 3_000
SECONDS = 5.0


def columns(seed: int, names: int, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Payer, payee, amount: random partners, lognormal amounts."""
    rng = np.random.default_rng(seed)
    payer = rng.integers(0, names, count)
    payee = (payer + rng.integers(1, names, count)) % names
    return payer, payee, np.maximum(1, rng.lognormal(np.log(1e6), 1.5, count)).astype(np.int64)


def rows(seed: int, names: int, count: int) -> list[tuple[str, str, int]]:
    payer, payee, amount = (column.tolist() for column in columns(seed, names, count))
    return [(f"F{i}", f"F{j}", a) for i, j, a in zip(payer, payee, amount, strict=True)]


def networkx_total(obligations: list[tuple[str, str, int]]) -> int:
    graph = nx.DiGraph()
    for debtor, creditor, amount in obligations:
        before = graph.get_edge_data(debtor, creditor, {"capacity": 0})["capacity"]
        graph.add_edge(debtor, creditor, capacity=before + amount, weight=-1)
    return -nx.network_simplex(graph)[0]


def test_clear(benchmark: Any, record: Any) -> None:
    small = rows(1, 200, NETWORKX)
    assert pay.clear(small).total == networkx_total(small)
    yardstick = yardsticks.best(lambda: networkx_total(small), rounds=2)
    large = rows(1, NAMES, OBLIGATIONS)
    benchmark.pedantic(lambda: pay.clear(large), rounds=2)
    seconds = benchmark.stats.stats.min
    record(f"clear {OBLIGATIONS:,} obligations: time over networkx at {NETWORKX:,}", seconds / yardstick, 20.0)


def test_fifo_maximum(benchmark: Any, record: Any) -> None:
    payer, payee, amount = columns(2, 200, 20_000)
    balances = np.full(200, 10**6, np.int64)
    limits = np.zeros(200, np.int64)

    pairs = list(zip(payer.tolist(), payee.tolist(), amount.tolist(), strict=True))

    def passed() -> None:
        position = balances.tolist()
        for i, j, a in pairs:
            position[i] -= a
            position[j] += a

    benchmark(lambda: fifo_maximum(balances, limits, payer, payee, amount))
    seconds = benchmark.stats.stats.min
    record("gridlock of 20,000 queued: time over one plain pass", seconds / yardsticks.best(passed), 15.0)


@pytest.mark.parametrize("objective", ["value", "count"])
def test_free_order(objective: str, benchmark: Any, record: Any) -> None:
    unproven, gaps = 0, []
    for seed in range(5):
        payer, payee, amount = columns(seed, 20, 200)
        balances = (np.random.default_rng(seed).random(20) * amount.mean()).astype(np.int64)
        found = search(balances, np.zeros(20, np.int64), payer, payee, amount, objective, {"time_limit": SECONDS})
        unproven += not found.proven
        gaps.append((found.bound - found.reached) / found.bound)
    benchmark.pedantic(lambda: None, rounds=1)
    record(f"free order by {objective}, 200 queued: of 5 not proven within {SECONDS:g} s", unproven, 3)
    record(f"free order by {objective}, 200 queued: largest gap to the bound after {SECONDS:g} s", max(gaps), 0.05)


def network(banks: int, count: int) -> tuple[pay.System, pay.Payments, list[str]]:
    """A day of random partners, with balances that leave some payments waiting."""
    payer, payee, amount = columns(3, banks, count)
    names = [f"B{k}" for k in range(banks)]
    times = np.linspace(0, 80_000, count).astype(np.int64)
    payments = pay.Payments.from_columns(times, payer, payee, "USD", amount, institutions=names)
    return pay.System(accounts=[(name, "USD", int(amount.mean() * 5)) for name in names]), payments, names


def test_stress(benchmark: Any, record: Any) -> None:
    system, payments, names = network(20, 2_000)
    cuts = [(name, 0, "send") for name in names]
    benchmark.pedantic(lambda: pay.stress(system, payments, cuts, engine="plain"), rounds=2)
    one = yardsticks.best(lambda: pay.simulate(system, payments, check="none"), rounds=5)
    record("stress: time of 20 cuts over 21 simulations", benchmark.stats.stats.min / (21 * one), 2.0)


@pytest.mark.parametrize("scope", ["send", "exclude"])
def test_stress_of_every_bank(scope: str, benchmark: Any, record: Any) -> None:
    """10 s are asked, where one run of the plain engine takes 0.3 s."""
    pytest.importorskip("numba")
    system, payments, names = network(200, 100_000)
    pay.stress(system, payments, names[:1])
    benchmark.pedantic(lambda: pay.stress(system, payments, [(name, 0, scope) for name in names]), rounds=1)
    one = yardsticks.best(lambda: pay.simulate(system, payments, engine="plain", check="none"), rounds=2)
    name = f"stress ({scope}): one cut of each of 200 banks, 100,000 payments, over one run of the plain engine"
    record(name, benchmark.stats.stats.min / one, 10.0)
