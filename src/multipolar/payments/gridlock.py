"""Queued payments settled at once: the unique maximum in queue order.

Banks owe each other; what each receives may pay for what it sends. A set of payments can settle together where no bank
ends below its limit:  balance + received - sent >= limit.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Int: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]


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
