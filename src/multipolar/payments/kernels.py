"""The steps of the compiled engine: free functions over record arrays of int64 (numba, extra ``payments``).

Every function takes the arrays that it needs: ``day`` (one record of counters), ``legs``, ``accounts``, ``lines``,
``groups`` with ``members``, ``blocks``, and the heaps ``later`` and ``matures``. Flags are 0 or 1. ``compiled`` has the
loop over seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from multipolar.payments.journal import BACK, DRAW, GIVE, REPAY
from multipolar.payments.ledger import CUT, MUTE, SHUT


def record(*names: str) -> np.dtype[Any]:
    """A record of int64 fields."""
    return np.dtype([(name, np.int64) for name in names])


DAY = record(
    *("now", "phase", "events", "ordered", "extras", "released", "flipped", "cycled", "moving", "due", "number"),
    *("waiting", "changed", "dirty", "grid", "planned", "chosen"),  # what changes
    *("offset", "gridlock", "every", "horizon", "union", "barred"),  # what does not
)
LEG_COLUMNS = ("debit", "credit", "amount", "group", "priority", "follow", "wait")
LEGS = record(
    *LEG_COLUMNS,
    *("after", "before", "queued", "doomed", "settled_at"),
    *("order", "event"),  # lists: the row is a place in the list, not a leg
)
ACCOUNT_COLUMNS = ("balance", "floor", "owner", "money", "overtaking", "cap")
ACCOUNTS = record(
    *ACCOUNT_COLUMNS,
    *("member", "drawing", "paying", "head", "tail", "length", "marked"),
    *("change", "position", "ends", "last", "stacked"),
    *("dirty", "look"),  # lists: the row is a place in the list, not an account
)
LINE_COLUMNS = ("drawer", "own", "free", "source", "holding", "provider", "num", "den", "cap", "maturity")
LINES = record(*LINE_COLUMNS, "out", "held", "owed", "peak", "plan", "plan_drawn", "plan_given")
GROUPS = record("start", "end", "staged")
FLIPS = record("time", "kind", "index", "change")
EXTRAS = record("time", "event", "kind", "what", "debit", "credit", "amount", "place")
HEAP = record("time", "number", "what", "amount")


def jit(function: Callable[..., Any]) -> Any:
    """Compiled at its first call, kept on disk; called by compiled code only, so without a wrapper for Python."""
    options: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return numba.njit(cache=True, error_model="numpy", **options)(function)


@jit
def push(heap: Any, size: int, time: int, number: int, what: int, amount: int) -> None:
    """Add to a heap ordered by time, then number."""
    at = size
    while at > 0:
        up = (at - 1) // 2
        above = heap[up]
        if above.time < time or (above.time == time and above.number < number):
            break
        heap[at] = above
        at = up
    row = heap[at]
    row.time, row.number, row.what, row.amount = time, number, what, amount


@jit
def pop(heap: Any, size: int) -> None:
    """Remove the first of ``size`` rows."""
    last, at = heap[size - 1], 0
    while True:
        down = 2 * at + 1
        if down >= size - 1:
            break
        left, right = heap[down], heap[min(down + 1, size - 2)]
        if right.time < left.time or (right.time == left.time and right.number < left.number):
            down = min(down + 1, size - 2)
        below = heap[down]
        if last.time < below.time or (last.time == below.time and last.number < below.number):
            break
        heap[at] = below
        at = down
    heap[at] = last


@jit
def wake(day: Any, accounts: Any, a: int) -> None:
    """Put an account among those to be tried: a heap of account numbers."""
    if accounts[a].marked:
        return
    accounts[a].marked = 1
    at = day[0].dirty
    day[0].dirty += 1
    while at > 0:
        up = (at - 1) // 2
        if accounts[up].dirty <= a:
            break
        accounts[at].dirty = accounts[up].dirty
        at = up
    accounts[at].dirty = a


@jit
def next_dirty(day: Any, accounts: Any) -> int:
    """Take the lowest account among those to be tried."""
    first, at = accounts[0].dirty, 0
    day[0].dirty -= 1
    size = day[0].dirty
    last = accounts[size].dirty
    while True:
        down = 2 * at + 1
        if down >= size:
            break
        if down + 1 < size and accounts[down + 1].dirty < accounts[down].dirty:
            down += 1
        if last <= accounts[down].dirty:
            break
        accounts[at].dirty = accounts[down].dirty
        at = down
    accounts[at].dirty = last
    accounts[first].marked = 0
    return int(first)


@jit
def stir(day: Any, accounts: Any, lines: Any, a: int) -> None:
    """Wake an account whose queue or balance changed, and the drawers that pay for their draws from it."""
    if accounts[a].head >= 0 or accounts[a].drawing:
        wake(day, accounts, a)
    if accounts[a].paying:
        for k in range(len(lines)):
            if lines[k].own == a and not lines[k].free:
                wake(day, accounts, lines[k].drawer)


@jit
def blocked(day: Any, legs: Any, accounts: Any, blocks: Any, leg: int) -> bool:
    """Whether an outage or closed hours keep a leg from settling now."""
    if not day[0].barred:
        return False
    payer, payee = accounts[legs[leg].debit], accounts[legs[leg].credit]
    barred = blocks[MUTE, payer.owner] + blocks[CUT, payer.owner] + blocks[CUT, payee.owner] + blocks[SHUT, payer.money]
    return bool(barred > 0)


@jit
def enqueue(day: Any, legs: Any, accounts: Any, leg: int) -> None:
    """To the end of its queue, before what has a lower priority."""
    this = legs[leg]
    queue = accounts[this.debit]
    behind, front = -1, queue.tail
    while front >= 0 and legs[front].priority < this.priority:
        behind, front = front, legs[front].before
    this.before, this.after, this.queued = front, behind, 1
    if front >= 0:
        legs[front].after = leg
    else:
        queue.head = leg
    if behind >= 0:
        legs[behind].before = leg
    else:
        queue.tail = leg
    queue.length += 1
    day[0].waiting += 1
    day[0].changed = 1


@jit
def extra(day: Any, accounts: Any, extras: Any, kind: int, what: int, debit: int, credit: int, amount: int) -> None:
    """Move money that is no leg: swap draws and repayments."""
    accounts[debit].balance -= amount
    accounts[credit].balance += amount
    row = extras[day[0].extras]
    row.time, row.event, row.kind, row.what = day[0].now, day[0].events, kind, what
    row.debit, row.credit, row.amount, row.place = debit, credit, amount, day[0].ordered
    day[0].extras += 1


@jit
def move(day: Any, legs: Any, accounts: Any, later: Any, leg: int) -> None:
    """A leg settles: money moves, the journal is written, the next leg is sent off."""
    this, d = legs[leg], day[0]
    accounts[this.debit].balance -= this.amount
    accounts[this.credit].balance += this.amount
    this.settled_at = d.now
    legs[d.ordered].order, legs[d.ordered].event = leg, d.events
    d.ordered += 1
    if this.follow >= 0:
        push(later, d.moving, d.now + this.wait, d.number, this.follow, this.amount)
        d.moving += 1
        d.number += 1


@jit
def draw(day: Any, accounts: Any, lines: Any, matures: Any, extras: Any) -> None:
    """The planned swap draws happen."""
    d = day[0]
    for i in range(d.planned):
        k, drawn, given = lines[i].plan, lines[i].plan_drawn, lines[i].plan_given
        line = lines[k]
        line.out += drawn
        line.held += given
        line.peak = max(line.peak, line.out)
        extra(day, accounts, extras, DRAW, k, line.source, line.drawer, drawn)
        extra(day, accounts, extras, GIVE, k, line.own, line.holding, given)
        if line.maturity >= 0:
            push(matures, d.due, d.now + line.maturity, d.number, k, drawn)
            d.due += 1
            d.number += 1
    d.planned = 0


@jit
def commit(day: Any, legs: Any, accounts: Any, lines: Any, later: Any, matures: Any, extras: Any, which: Any) -> None:
    """One event: the planned draws, then the legs; what may have become able to pay is woken."""
    d = day[0]
    if d.planned:
        draw(day, accounts, lines, matures, extras)
    for leg in which:
        move(day, legs, accounts, later, leg)
        this = legs[leg]
        queue = accounts[this.debit]
        if this.before >= 0:
            legs[this.before].after = this.after
        else:
            queue.head = this.after
        if this.after >= 0:
            legs[this.after].before = this.before
        else:
            queue.tail = this.before
        this.queued = 0
        queue.length -= 1
    d.waiting -= len(which)
    d.changed = 1
    d.events += 1
    if d.union:
        return
    for leg in which:
        stir(day, accounts, lines, legs[leg].debit)
        stir(day, accounts, lines, legs[leg].credit)


@jit
def fund(day: Any, accounts: Any, lines: Any, blocks: Any, a: int) -> bool:
    """Plan draws on the lines of an account that would end short; false where they do not suffice."""
    missing = accounts[a].floor - accounts[a].balance - accounts[a].change
    for k in range(len(lines)):
        line = lines[k]
        if missing <= 0:
            break
        if line.drawer != a or line.owed > 0 or blocks[MUTE, line.provider] > 0 or blocks[CUT, line.provider] > 0:
            continue
        own = accounts[line.own]
        drawn = min(missing, line.cap - line.out)
        if not line.free:
            spare = max(own.balance + own.change - own.floor, 0) + line.held
            if spare < -(-line.cap * line.num // line.den):
                drawn = min(drawn, spare * line.den // line.num - line.out)
        if drawn <= 0:
            continue
        given = -(-(line.out + drawn) * line.num // line.den) - line.held
        plan = lines[day[0].planned]
        plan.plan, plan.plan_drawn, plan.plan_given = k, drawn, given
        day[0].planned += 1
        own.change -= given
        missing -= drawn
    return bool(missing <= 0)


@jit
def covered(day: Any, legs: Any, accounts: Any, lines: Any, blocks: Any, which: Any, drawing: int) -> bool:
    """Whether nobody ends short when the legs settle together, draws included, which are then planned."""
    d, good = day[0], True
    d.planned = 0
    for leg in which:
        accounts[legs[leg].debit].change -= legs[leg].amount
        accounts[legs[leg].credit].change += legs[leg].amount
    for leg in which:
        payer = accounts[legs[leg].debit]
        if payer.floor - payer.balance - payer.change > 0 and not payer.stacked:
            payer.stacked = 1  # what it draws is not counted in its change: once is enough
            if not (drawing and payer.drawing and fund(day, accounts, lines, blocks, legs[leg].debit)):
                good = False
                break
    for leg in which:
        accounts[legs[leg].debit].change = 0
        accounts[legs[leg].credit].change = 0
        accounts[legs[leg].debit].stacked = 0
    for i in range(d.planned):
        accounts[lines[lines[i].plan].own].change = 0
    if not good:
        d.planned = 0
    return good


@jit
def ready(day: Any, legs: Any, accounts: Any, blocks: Any, which: Any) -> bool:
    """Whether every leg of a group is queued, not blocked, and heads its queue where queues may not be passed."""
    for leg in which:
        if not legs[leg].queued or blocked(day, legs, accounts, blocks, leg):
            return False
        if not accounts[legs[leg].debit].overtaking:
            front = legs[leg].before
            while front >= 0:
                if legs[front].group != legs[leg].group:
                    return False
                front = legs[front].before
    return True


@jit
def repay(day: Any, accounts: Any, lines: Any, extras: Any, a: int) -> None:
    """Draws that fell due take every unit above the floor."""
    for k in range(len(lines)):
        line = lines[k]
        paid = min(line.owed, accounts[a].balance - accounts[a].floor)
        if line.drawer != a or paid <= 0:
            continue
        line.owed -= paid
        line.out -= paid
        back = line.held + (-line.out * line.num // line.den)
        line.held -= back
        extra(day, accounts, extras, REPAY, k, a, line.source, paid)
        extra(day, accounts, extras, BACK, k, line.holding, line.own, back)
        day[0].events += 1
        if not line.free:
            stir(day, accounts, lines, line.own)
