"""Queued payments settled at once: the unique maximum in queue order, the optimum without it.

Banks owe each other; what each receives may pay for what it sends. A set of payments can settle together where no bank
ends below its limit:  balance + received - sent >= limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import plain_number
from multipolar.base.problems import Collector, InputError, nearest, shown
from multipolar.payments.book import Label, payers_without, read_book, read_holdings

Int: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

ORDERS = ("fifo", "free")
OBJECTIVES = ("value", "count")
SECONDS = 10.0  # of search, where the caller sets no other limit


@dataclass(frozen=True, slots=True, eq=False)
class Resolution:
    """What settles of a queue, all at once.

    ``settled`` [m] by payment, in the order given; ``status`` ``optimal`` where nothing better exists and that is
    proven, else ``best_found``; ``bound`` the most that can settle, in minor units or payments as ``objective`` says
    (equal to what settles where optimal); ``split_bound`` the same were payments splittable, order aside; ``balances``
    by bank afterwards.
    """

    settled: Flags
    status: str
    bound: int
    split_bound: int
    objective: str
    value: int
    count: int
    balances: Mapping[Label, int]


def resolve(
    balances: Mapping[Any, int],
    queue: Iterable[Sequence[Any]],
    order: str = "fifo",
    objective: str = "value",
    seconds: float = SECONDS,
) -> Resolution:
    """Settle a set of queued payments at once so that no balance ends below 0.

    ``balances`` {bank: minor units}; ``queue`` rows (payer, payee, amount), each payer's in its queue order. ``fifo``
    keeps that order: the unique maximum of Bech and Soramaki (2001), by value and by count alike. ``free`` does not:
    the most value or count (NP-hard) by a search of at most ``seconds``; sets of equal worth are a free choice. A payee
    without a balance starts at 0. Raises ``InputError`` listing all that is wrong: names, amounts, a payer without a
    balance, an order or objective that is none.
    """
    from multipolar.payments.optimum import Network, search

    problems = Collector()
    for name, given, allowed in (("order", order, ORDERS), ("objective", objective, OBJECTIVES)):
        if given not in allowed:
            close = nearest(str(given), allowed)
            hint = f"Did you mean `{close}`?" if close else f"It is one of {', '.join(allowed)}."
            problems.add(f"no {name} `{shown(given)}`. {hint}", path=name)
    if not plain_number(seconds, 0.0, 1e9):
        problems.add(f"{shown(seconds)} is not a number of seconds, 0 or more", path="seconds")
    problems.raise_if_any(InputError)
    held = read_holdings(balances, "balances")
    book = read_book(queue, "queue", held)
    payers_without(book, held, "queue")
    start = np.array([held.get(name, 0) for name in book.names], np.int64)
    columns = (start, np.zeros_like(start), book.payer, book.payee, book.amount)
    if order == "fifo":
        settled = fifo_maximum(*columns)
        bound = int(book.amount[settled].sum()) if objective == "value" else int(settled.sum())
        network = Network(start, book.payer, book.payee, book.amount)
        split, proven = network.split_bound(objective == "value") if len(settled) else 0, True
    else:
        found = search(*columns, objective, {"time_limit": float(seconds)})
        settled, bound, split, proven = found.settled, found.bound, found.split_bound, found.proven
    after = start.copy()
    np.add.at(after, book.payee[settled], book.amount[settled])
    np.subtract.at(after, book.payer[settled], book.amount[settled])
    settled.flags.writeable = False
    return Resolution(
        settled=settled,
        status="optimal" if proven else "best_found",
        bound=bound,
        split_bound=split,
        objective=objective,
        value=int(book.amount[settled].sum()),
        count=int(settled.sum()),
        balances=dict(zip(book.names, after.tolist(), strict=True)),
    )


def fifo_maximum(balances: Int, limits: Int, payer: Int, payee: Int, amount: Int) -> Flags:
    """The largest set of payments that settles at once with every bank's queue order kept, [m]; O(m).

    Start from all; while a bank is short (balance + received - sent < limit), drop its last payment. What is dropped
    can never settle, so the set that is left holds every other set that can, by value and by count (Bech and
    Soramaki 2001, gridlock resolution). ``balances`` and ``limits`` [a] in minor units, ``limits`` the lowest balance
    allowed; ``payer``, ``payee`` [m] positions of banks, payments of one payer in its queue order; ``amount`` [m] > 0.
    Plain loops over plain arrays: the same text runs compiled.
    """
    banks, queued = len(balances), len(payer)
    position = balances.copy()
    before = np.full(queued, -1, np.int64)  # the payment of the same payer that stands before
    last = np.full(banks, -1, np.int64)  # the last payment of a bank that is still in
    for k in range(queued):
        before[k] = last[payer[k]]
        last[payer[k]] = k
        position[payer[k]] -= amount[k]
        position[payee[k]] += amount[k]
    settled = np.ones(queued, np.bool_)
    waiting = np.empty(banks + queued, np.int64)  # banks to look at; each drop adds at most one
    for a in range(banks):
        waiting[a] = a
    count = banks
    while count > 0:
        count -= 1
        bank = waiting[count]
        while position[bank] < limits[bank] and last[bank] >= 0:
            k = last[bank]
            last[bank] = before[k]
            settled[k] = False
            position[bank] += amount[k]
            position[payee[k]] -= amount[k]
            waiting[count] = payee[k]
            count += 1
    return settled
