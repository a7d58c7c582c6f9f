"""The engines against a third program, as slow and plain as can be: every second walked, every set of prefixes tried.

It was written from the conventions alone: strict queues with priorities, linked groups, credit, outages, rejections,
gridlock resolution by trying every combination of queue prefixes.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import product
from typing import Any

import pytest

import multipolar.payments as pay

Row = tuple[int, str, str, str, int, str, int]


class Naive:
    """One day; rows as (time, payer, payee, currency, amount, link, priority)."""

    def __init__(self, accounts: list[tuple[str, str, int]], rows: list[Row], rules: dict[str, Any]) -> None:
        self.rows, self.rules = rows, rules
        self.balance = {(who, money): held for who, money, held in accounts}
        for _, _, payee, money, *_ in rows:
            self.balance.setdefault((payee, money), 0)
        self.queue: dict[tuple[str, str], list[int]] = {account: [] for account in self.balance}
        self.settled_at = [-1] * len(rows)
        self.rejected = {i for i, row in enumerate(rows) if {row[1], row[2]} & set(rules["listed"])}
        self.rejected |= {i for i in range(len(rows)) if self.rejected & set(self.group(i))}
        self.now = 0

    def group(self, i: int) -> list[int]:
        link = self.rows[i][5]
        return [j for j, row in enumerate(self.rows) if row[5] == link] if link else [i]

    def payer(self, i: int) -> tuple[str, str]:
        return self.rows[i][1], self.rows[i][3]

    def payee(self, i: int) -> tuple[str, str]:
        return self.rows[i][2], self.rows[i][3]

    def barred(self, i: int) -> bool:
        for who, start, scope, *end in self.rules["outage"]:
            on = start <= self.now and (not end or self.now < end[0])
            if on and (who == self.rows[i][1] or (who == self.rows[i][2] and scope == "exclude")):
                return True
        return False

    def covered(self, chosen: Iterable[int]) -> bool:
        after = dict(self.balance)
        touched = set()
        for i in chosen:
            after[self.payer(i)] -= self.rows[i][4]
            after[self.payee(i)] += self.rows[i][4]
            touched |= {self.payer(i), self.payee(i)}
        return all(after[account] >= -self.rules["credit"].get(account[0], 0) for account in touched)

    def settle(self, chosen: Iterable[int]) -> None:
        for i in chosen:
            self.balance[self.payer(i)] -= self.rows[i][4]
            self.balance[self.payee(i)] += self.rows[i][4]
            self.queue[self.payer(i)].remove(i)
            self.settled_at[i] = self.now

    def may_settle(self, i: int) -> bool:
        group = self.group(i)
        for j in group:
            queue = self.queue[self.payer(j)]
            if j not in queue or self.barred(j) or not set(queue[: queue.index(j)]) <= set(group):
                return False
        return self.covered(group)

    def try_all(self) -> None:
        while ready := [i for queue in self.queue.values() for i in queue if self.may_settle(i)]:
            self.settle(self.group(ready[0]))

    def resolve(self) -> None:
        best: list[int] = []
        for lengths in product(*(range(len(queue) + 1) for queue in self.queue.values())):
            chosen = [i for queue, length in zip(self.queue.values(), lengths, strict=True) for i in queue[:length]]
            whole = all(set(self.group(i)) <= set(chosen) and not self.barred(i) for i in chosen)
            if whole and len(chosen) > len(best) and self.covered(chosen):
                best = chosen
        self.settle(best)

    def run(self) -> None:
        for now in range(self.rules["horizon"] + 1):
            self.now = now
            self.try_all()
            if self.rules["gridlock"] and now and now % self.rules["gridlock_every"] == 0:
                self.resolve()
                self.try_all()
            for i, row in enumerate(self.rows):
                if row[0] == now and i not in self.rejected:
                    queue = self.queue[self.payer(i)]
                    queue.append(i)
                    queue.sort(key=lambda j: -self.rows[j][6])  # stable: of equal priority the earlier stands first
                    self.try_all()


def made(seed: int) -> tuple[list[tuple[str, str, int]], list[Row], dict[str, Any]]:
    rng = random.Random(seed)
    banks, moneys = "ABCD"[: rng.randint(2, 4)], ["USD", "CNY"][: rng.choice((1, 1, 2))]
    links = rng.choice((("",), ("", "", "x", "y")))
    rows = []
    for _ in range(rng.randint(0, 8)):
        payer = rng.choice(banks)
        payee = rng.choice([bank for bank in (*banks, "N") if bank != payer])
        order = (rng.choice(moneys), rng.randint(1, 15), rng.choice(links), rng.choice((0, 0, 0, 1, -1)))
        rows.append((rng.randint(0, 30), payer, payee, *order))
    outage = [
        [rng.choice(banks), rng.randint(0, 20), rng.choice(("send", "exclude"))] for _ in range(rng.randint(0, 2))
    ]
    rules = {
        "gridlock": rng.choice((None, "fifo")),
        "gridlock_every": rng.choice((1, 7, 10)),
        "horizon": rng.choice((20, 40)),
        "credit": {bank: rng.randint(0, 8) for bank in banks if rng.random() < 0.3},
        "listed": rng.choice(([], [], ["A"], ["N"])),
        "outage": [row + ([rng.randint(21, 35)] if rng.random() < 0.5 else []) for row in outage],
    }
    return [(b, c, rng.randint(0, 20)) for b in banks for c in moneys], sorted(rows, key=lambda row: row[0]), rules


@pytest.mark.parametrize("first", range(0, 200, 20))
def test_engines_do_what_the_naive_program_does(first: int, engine: str) -> None:
    for seed in range(first, first + 20):
        accounts, rows, rules = made(seed)
        expected = Naive(accounts, rows, rules)
        expected.run()
        system = pay.System(accounts=accounts, **rules)
        out = pay.simulate(system, pay.Payments.from_rows(rows), engine=engine, check="every")
        assert out.settled_at.tolist() == expected.settled_at, seed
        assert dict(out.balances) == expected.balance, seed
        assert set((out.state == "rejected").nonzero()[0].tolist()) == expected.rejected, seed
