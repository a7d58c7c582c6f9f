"""Payment engines: the peer PSSimPy on the same day, the compiled engine against the plain one, the public columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import multipolar.payments as pay
from benchmarks import yardsticks
from multipolar.payments import plain
from multipolar.payments.ledger import make_ledger
from multipolar.payments.optimum import free_optimum

compiled = pytest.importorskip("multipolar.payments.compiled")

BANKS, MILLION = 200, 1_000_000
OPENS, CLOSES = 8 * 60, 17 * 60  # minutes: the day of the peer


class Day(NamedTuple):
    """Columns of one day, and the balance that each bank begins with."""

    minute: np.ndarray
    payer: np.ndarray
    payee: np.ndarray
    amount: np.ndarray
    balance: int

    @property
    def names(self) -> list[str]:
        return [f"B{k:03}" for k in range(BANKS)]

    def payments(self) -> pay.Payments:
        columns = (self.minute * 60, self.payer, self.payee, "USD", self.amount)
        return pay.Payments.from_columns(*columns, institutions=self.names)

    def system(self, **rules: Any) -> pay.System:
        return pay.System(accounts=[(name, "USD", self.balance) for name in self.names], **rules)


def made(count: int, liquidity: float) -> Day:
    """Random partners, lognormal amounts; the opening balance in mean payments times the root of a bank's payments."""
    rng = np.random.default_rng(1)
    minute = np.sort(rng.integers(OPENS, CLOSES, count))
    payer = rng.integers(0, BANKS, count)
    payee = (payer + rng.integers(1, BANKS, count)) % BANKS
    amount = np.maximum(1, rng.lognormal(10, 1.5, count)).astype(np.int64)
    return Day(minute, payer, payee, amount, int(liquidity * amount.mean() * np.sqrt(count / BANKS)))


ROUNDS = 7  # of what takes a hundredth of a second: one disturbance must not decide


def kernel_seconds(day: Day, **rules: Any) -> float:
    """The compiled loop alone, the best of several, on tables made anew."""
    ledger = make_ledger(day.system(**rules), day.payments())
    times = []
    for _ in range(ROUNDS):
        tables = compiled.begin(ledger)
        times.append(yardsticks.best(lambda: compiled.advance(tables), rounds=1))  # noqa: B023, run at once
    return min(times)


def plain_seconds(day: Day) -> float:
    ledger = make_ledger(day.system(), day.payments())
    return yardsticks.best(lambda: plain.run(ledger, free_optimum), rounds=ROUNDS)


def peer_seconds(day: Day) -> tuple[float, int]:
    """PSSimPy with its queue in order of arrival and windows of 15 minutes; how many it settled."""
    from PSSimPy.credit_facilities import SimpleCollateralized
    from PSSimPy.queues import FIFOQueue
    from PSSimPy.simulator import BasicSim

    names = day.names
    peer = BasicSim(
        "day",
        {"name": names},
        {"id": names, "owner": names, "balance": [day.balance] * BANKS},
        {
            "sender_account": [names[k] for k in day.payer],
            "recipient_account": [names[k] for k in day.payee],
            "amount": day.amount.tolist(),
            "time": [f"{minute // 60:02}:{minute % 60:02}" for minute in day.minute.tolist()],
        },
        queue=FIFOQueue(),
        credit_facility=SimpleCollateralized(),
    )
    seconds = yardsticks.best(peer.run, rounds=1)
    return seconds, sum(payment.settle_time is not None for payment, _, _ in peer.transactions)


def test_peer(record: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # it writes its tables where it runs
    day = made(10_000, 30.0)
    before = plain_seconds(day)
    theirs, settled = peer_seconds(day)
    ours = pay.simulate(day.system(), day.payments())
    assert settled == (ours.settled_at >= 0).sum() == 10_000
    record("payments: plain engine over PSSimPy, same day of 10,000", min(before, plain_seconds(day)) / theirs, 1 / 300)
    record("payments: compiled engine over PSSimPy, same day of 10,000", kernel_seconds(day) / theirs, 1 / 10_000)


def test_kernel(benchmark: Any, record: Any) -> None:
    """5 million a second under FIFO and 1 million with a resolution each minute, where plain does 300,000."""
    yardstick = plain_seconds(made(100_000, 30.0)) * 10
    day = made(MILLION, 3.0)
    seconds = benchmark.pedantic(lambda: kernel_seconds(day), rounds=1)
    record("payments: FIFO, 1 M x 200 banks, over the plain engine", seconds / yardstick, 0.06)
    resolved = kernel_seconds(day, gridlock="fifo")
    record("payments: gridlock resolved each minute, over the plain engine", resolved / yardstick, 0.3)


def test_public_columns(benchmark: Any, record: Any) -> None:
    """From arrays to settle times: 1 million a second, where plain does 300,000."""
    yardstick = plain_seconds(made(100_000, 30.0)) * 10
    day = made(MILLION, 3.0)
    out = pay.simulate(day.system(), day.payments(), check="none")
    assert out.engine == "compiled"
    run = lambda: pay.simulate(day.system(), day.payments()).settled_at  # noqa: E731
    seconds = benchmark.pedantic(lambda: yardsticks.best(run, rounds=ROUNDS), rounds=1)
    record("payments: public columns, laws checked, over the plain engine", seconds / yardstick, 0.3)
