"""The engines against a third program: the resolution of a queue alone, as `pay.resolve` computes it."""

from __future__ import annotations

import numpy as np
import pytest

import multipolar.payments as pay
from multipolar.payments.gridlock import fifo_maximum
from multipolar.payments.optimum import free_optimum


def queue(seed: int) -> tuple[np.ndarray, ...]:
    """Balances of six banks and a queue between them."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 40))
    payer = rng.integers(0, 6, count)
    payee = (payer + rng.integers(1, 6, count)) % 6
    return rng.integers(0, 30, 6), payer, payee, rng.integers(1, 60, count)


@pytest.mark.parametrize("seed", range(60))
def test_one_resolution_of_the_simulator_is_fifo_maximum(seed: int, engine: str) -> None:
    """The currency opens at the second of the resolution, so that nothing settles before it or without it."""
    balances, payer, payee, amount = queue(seed)
    names = [f"bank {k}" for k in range(6)]
    rows = [(0, names[i], names[j], "USD", int(x), "") for i, j, x in zip(payer, payee, amount, strict=True)]
    accounts = [(name, "USD", int(balance)) for name, balance in zip(names, balances, strict=True)]
    closed = {"USD": ("00:01", "00:02", "UTC")}
    system = pay.System(accounts=accounts, gridlock="fifo", gridlock_every=60, horizon=60, hours=closed)
    out = pay.simulate(system, pay.Payments.from_rows(rows), engine=engine, check="every")
    expected = fifo_maximum(balances, np.zeros(6, np.int64), payer, payee, amount)
    assert (out.settled_at >= 0).tolist() == expected.tolist()


@pytest.mark.parametrize("seed", range(20))
def test_one_free_resolution_is_the_optimum(seed: int, engine: str) -> None:
    balances, payer, payee, amount = queue(seed)
    amount = amount + int(balances.max())  # nothing settles alone
    names = [f"bank {k}" for k in range(6)]
    rows = [(0, names[i], names[j], "USD", int(x), "") for i, j, x in zip(payer, payee, amount, strict=True)]
    accounts = [(name, "USD", int(balance)) for name, balance in zip(names, balances, strict=True)]
    system = pay.System(accounts=accounts, gridlock="free", gridlock_every=60, horizon=60)
    out = pay.simulate(system, pay.Payments.from_rows(rows), engine=engine, check="every")
    settled = free_optimum(balances, np.zeros(6, np.int64), payer, payee, amount)
    assert amount[out.settled_at >= 0].sum() >= amount[settled].sum()
