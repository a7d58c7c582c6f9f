"""Queued payments settled at once: the unique maximum in queue order, the optimum without it.

Banks owe each other; what each receives may pay for what it sends. A set of payments can settle together where no bank
ends below its limit:  balance + received - sent >= limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import ge
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import plain_number
from multipolar.base.problems import Collector, InputError, nearest, shown
from multipolar.payments.book import Label, net, payers_without, read_book, read_holdings
from multipolar.payments.orders import Ints

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


def fifo_maximum(balances: Ints, limits: Ints, payer: Ints, payee: Ints, amount: Ints) -> Flags:
    """The largest set of payments that settles at once with every bank's queue order kept, [m]; O(m).

    Start from all; while a bank is short (balance + received - sent < limit), drop its last payment. What is dropped
    can never settle, so the set that is left holds every other set that can, by value and by count (Bech and
    Soramaki 2001, gridlock resolution). ``balances`` and ``limits`` [a] in minor units, ``limits`` the lowest balance
    allowed; ``payer``, ``payee`` [m] positions of banks, payments of one payer in its queue order; ``amount`` [m] > 0.
    """
    settled = np.ones(len(payer), np.bool_)
    position, floor = (balances + net(len(balances), payer, payee, amount)).tolist(), limits.tolist()
    if all(map(ge, position, floor)):
        return settled
    to, size = payee.tolist(), amount.tolist()  # plain lists: four times as fast one by one
    still_in: list[list[int]] = [[] for _ in position]  # payments of each bank, the last one at the end
    for k, bank in enumerate(payer.tolist()):
        still_in[bank].append(k)
    waiting = [bank for bank, held in enumerate(position) if held < floor[bank]]
    while waiting:
        bank = waiting.pop()
        mine, least = still_in[bank], floor[bank]
        while position[bank] < least and mine:
            k = mine.pop()
            settled[k] = False
            position[bank] += size[k]
            position[to[k]] -= size[k]
            waiting.append(to[k])
    return settled
