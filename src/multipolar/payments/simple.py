"""Simple days, compiled in one loop: strict queues, single legs, no offset, draws or priorities; outages and hours too.

Most days of most systems are simple, and millions of payments a second go through them. The same as ``loops`` would do.
"""

from __future__ import annotations

from typing import Any

from multipolar.payments.kernels import enqueue, next_dirty, wake
from multipolar.payments.layout import A, D, L, N, jit


@jit
def drain(day: Any, legs: Any, notes: Any, accounts: Any) -> None:
    """Settle the heads of queues of a simple day, lowest account first, as ``cascade`` does for every day."""
    while day[D.dirty] > 0:
        a = next_dirty(day, accounts)
        leg, low, bars = accounts[a, A.head], accounts[a, A.floor], day[D.barred]
        while leg >= 0:
            amount, b, behind = legs[leg, L.amount], legs[leg, L.credit], legs[leg, L.after]
            if accounts[a, A.balance] - (amount if a != b else 0) < low:
                break
            if bars and (accounts[a, A.mute] or accounts[b, A.cut]):
                break
            accounts[a, A.balance] -= amount
            accounts[b, A.balance] += amount
            accounts[a, A.pending] += amount
            accounts[b, A.pending] -= amount
            legs[leg, L.settled_at] = day[D.now]
            legs[leg, L.queued] = 0
            notes[day[D.ordered], N.order] = leg
            notes[day[D.ordered], N.event] = day[D.events]
            day[D.ordered] += 1
            day[D.events] += 1
            day[D.waiting] -= 1
            accounts[a, A.head] = behind
            if bars and accounts[a, A.live] == leg:
                accounts[a, A.live] = -1
            accounts[a, A.length] -= 1
            if behind >= 0:
                legs[behind, L.before] = -1
            else:
                accounts[a, A.tail] = -1
            leg = behind
            if b != a and accounts[b, A.head] >= 0:
                wake(day, accounts, b)


@jit
def run_simple(day: Any, legs: Any, notes: Any, accounts: Any, releases: Any, until: int) -> None:
    """Releases of a simple day before ``until``, which is no later than the next change of outages and hours.

    The same as ``release`` and ``cascade`` would do, in one loop: what is short, barred or finds a queue waits at its
    end, where it cannot settle now.
    """
    at, bars = day[D.released], day[D.barred]
    while at < len(releases) and releases[at, 0] < until:
        day[D.now] = releases[at, 0]
        leg = releases[at, 1]
        at += 1
        a, b, amount = legs[leg, L.debit], legs[leg, L.credit], legs[leg, L.amount]
        day[D.changed] = 1
        paid = amount if a != b else 0
        barred = bars and (accounts[a, A.mute] or accounts[b, A.cut])
        if barred or accounts[a, A.head] >= 0 or accounts[a, A.balance] - paid < accounts[a, A.floor]:
            enqueue(day, legs, notes, accounts, leg)
            continue
        accounts[a, A.balance] -= amount
        accounts[b, A.balance] += amount
        legs[leg, L.settled_at] = day[D.now]
        notes[day[D.ordered], N.order] = leg
        notes[day[D.ordered], N.event] = day[D.events]
        day[D.ordered] += 1
        day[D.events] += 1
        if accounts[b, A.head] >= 0:
            wake(day, accounts, b)
            drain(day, legs, notes, accounts)
    day[D.released] = at
