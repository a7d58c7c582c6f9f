"""The steps of the compiled engine: free functions over tables of int64 (numba, extra ``payments``).

Every function takes the tables that it needs (``layout`` names their columns): ``day`` (one row of counters), ``legs``
(64 bytes each, what a queue touches), ``notes`` (the rest about legs), ``accounts``, ``lines``, ``groups`` with
``members``, ``blocks``, and the heaps ``later`` and ``matures``. ``loops`` has the loop over seconds.
"""

from __future__ import annotations

from typing import Any

from multipolar.payments.journal import BACK, DRAW, GIVE, LEG, REPAY
from multipolar.payments.layout import A, D, K, L, N, X, jit, kept, push
from multipolar.payments.ledger import CUT, MUTE


@jit
def wake(day: Any, accounts: Any, a: int) -> None:
    """Put an account among those to be tried: a heap of account numbers."""
    if accounts[a, A.marked]:
        return
    accounts[a, A.marked] = 1
    at = day[D.dirty]
    day[D.dirty] += 1
    while at > 0:
        up = (at - 1) // 2
        if accounts[up, A.dirty] <= a:
            break
        accounts[at, A.dirty] = accounts[up, A.dirty]
        at = up
    accounts[at, A.dirty] = a


@jit
def next_dirty(day: Any, accounts: Any) -> int:
    """Take the lowest account among those to be tried."""
    first, at = accounts[0, A.dirty], 0
    day[D.dirty] -= 1
    size = day[D.dirty]
    last = accounts[size, A.dirty]
    while True:
        down = 2 * at + 1
        if down >= size:
            break
        if down + 1 < size and accounts[down + 1, A.dirty] < accounts[down, A.dirty]:
            down += 1
        if last <= accounts[down, A.dirty]:
            break
        accounts[at, A.dirty] = accounts[down, A.dirty]
        at = down
    accounts[at, A.dirty] = last
    accounts[first, A.marked] = 0
    return int(first)


@jit
def stir(day: Any, accounts: Any, lines: Any, a: int) -> None:
    """Wake an account whose queue or balance changed, and the drawers that pay for their draws from it."""
    if accounts[a, A.head] >= 0 or accounts[a, A.drawing]:
        wake(day, accounts, a)
    if accounts[a, A.paying]:
        for k in range(len(lines)):
            if lines[k, K.own] == a and not lines[k, K.free]:
                wake(day, accounts, lines[k, K.drawer])


@jit
def blocked(legs: Any, accounts: Any, leg: int) -> bool:
    """Whether an outage or closed hours keep a leg from settling now."""
    return bool(accounts[legs[leg, L.debit], A.mute] or accounts[legs[leg, L.credit], A.cut])


@jit
def expect(legs: Any, accounts: Any, leg: int, sign: int) -> None:
    """Count a queued leg among what is pending, or no longer."""
    accounts[legs[leg, L.debit], A.pending] -= sign * legs[leg, L.amount]
    accounts[legs[leg, L.credit], A.pending] += sign * legs[leg, L.amount]


@jit
def enqueue(day: Any, legs: Any, notes: Any, accounts: Any, leg: int) -> None:
    """To the end of its queue, before what has a lower priority.

    ``doomed`` is a leg that is barred, or stands behind one that is: no resolution in queue order can settle it. The
    last one that is not is ``live``, and only such legs are ``pending``. Where there are groups, ``loops`` marks anew
    at each resolution.
    """
    a = legs[leg, L.debit]
    behind, front = -1, accounts[a, A.tail]
    while day[D.ranked] and front >= 0 and notes[front, N.priority] < notes[leg, N.priority]:
        behind, front = front, legs[front, L.before]
    legs[leg, L.before] = front
    legs[leg, L.after] = behind
    legs[leg, L.queued] = 1
    if front >= 0:
        legs[front, L.after] = leg
    else:
        accounts[a, A.head] = leg
    if behind >= 0:
        legs[behind, L.before] = leg
    else:
        accounts[a, A.tail] = leg
    accounts[a, A.length] += 1
    if day[D.barred] and not day[D.grouped]:
        notes[leg, N.doomed] = blocked(legs, accounts, leg) or (front >= 0 and notes[front, N.doomed])
        if notes[leg, N.doomed]:
            accounts[a, A.live] = front if front < 0 or not notes[front, N.doomed] else accounts[a, A.live]
            while behind >= 0 and not notes[behind, N.doomed]:
                notes[behind, N.doomed] = 1
                expect(legs, accounts, behind, -1)
                behind = legs[behind, L.after]
        elif behind < 0 or notes[behind, N.doomed]:
            accounts[a, A.live] = leg
    if not day[D.barred] or day[D.grouped] or not notes[leg, N.doomed]:
        expect(legs, accounts, leg, 1)
    day[D.waiting] += 1
    day[D.changed] = 1


@jit
def extra(day: Any, accounts: Any, extras: Any, kind: int, what: int, debit: int, credit: int, amount: int) -> None:
    """Move money that is no leg: swap draws and repayments."""
    accounts[debit, A.balance] -= amount
    accounts[credit, A.balance] += amount
    at = day[D.extras]
    extras[at, X.time] = day[D.now]
    extras[at, X.event] = day[D.events]
    extras[at, X.kind] = kind
    extras[at, X.what] = what
    extras[at, X.debit] = debit
    extras[at, X.credit] = credit
    extras[at, X.amount] = amount
    extras[at, X.place] = day[D.ordered]
    day[D.extras] += 1


@jit
def move(day: Any, legs: Any, notes: Any, accounts: Any, later: Any, leg: int) -> None:
    """A leg settles: money moves, the journal is written, the next leg is sent off."""
    amount, at = legs[leg, L.amount], day[D.ordered]
    accounts[legs[leg, L.debit], A.balance] -= amount
    accounts[legs[leg, L.credit], A.balance] += amount
    legs[leg, L.settled_at] = day[D.now]
    notes[at, N.order] = leg
    notes[at, N.event] = day[D.events]
    day[D.ordered] += 1
    if day[D.routed] and notes[leg, N.follow] >= 0:
        arrival = day[D.now] + notes[leg, N.wait]
        push(later, day[D.moving], arrival, day[D.number], notes[leg, N.follow], amount)
        day[D.moving] += 1
        day[D.number] += 1


@jit
def draw(day: Any, accounts: Any, lines: Any, matures: Any, extras: Any) -> None:
    """The planned swap draws happen."""
    for i in range(day[D.planned]):
        k, drawn, given = lines[i, K.plan], lines[i, K.plan_drawn], lines[i, K.plan_given]
        lines[k, K.out] += drawn
        lines[k, K.held] += given
        lines[k, K.peak] = max(lines[k, K.peak], lines[k, K.out])
        extra(day, accounts, extras, DRAW, k, lines[k, K.source], lines[k, K.drawer], drawn)
        extra(day, accounts, extras, GIVE, k, lines[k, K.own], lines[k, K.holding], given)
        if lines[k, K.maturity] >= 0:
            push(matures, day[D.due], day[D.now] + lines[k, K.maturity], day[D.number], k, drawn)
            day[D.due] += 1
            day[D.number] += 1
    day[D.planned] = 0


@jit
def commit(
    day: Any, legs: Any, notes: Any, accounts: Any, lines: Any, later: Any, matures: Any, extras: Any, which: Any
) -> None:
    """One event: the planned draws, then the legs; what may have become able to pay is woken."""
    if day[D.planned]:
        draw(day, accounts, lines, matures, extras)
    for leg in which:
        move(day, legs, notes, accounts, later, leg)
        a, front, behind = legs[leg, L.debit], legs[leg, L.before], legs[leg, L.after]
        if front >= 0:
            legs[front, L.after] = behind
        else:
            accounts[a, A.head] = behind
        if behind >= 0:
            legs[behind, L.before] = front
        else:
            accounts[a, A.tail] = front
        legs[leg, L.queued] = 0
        accounts[a, A.length] -= 1
        if not day[D.barred] or day[D.grouped] or not notes[leg, N.doomed]:
            expect(legs, accounts, leg, -1)
            if accounts[a, A.live] == leg:
                accounts[a, A.live] = front
    day[D.waiting] -= len(which)
    day[D.changed] = 1
    day[D.events] += 1
    if day[D.union]:
        return
    for leg in which:
        stir(day, accounts, lines, legs[leg, L.debit])
        stir(day, accounts, lines, legs[leg, L.credit])


@jit
def fund(day: Any, accounts: Any, lines: Any, blocks: Any, a: int) -> bool:
    """Plan draws on the lines of an account that would end short; false where they do not suffice."""
    missing = accounts[a, A.floor] - accounts[a, A.balance] - accounts[a, A.change]
    for k in range(len(lines)):
        if missing <= 0:
            break
        provider, own, plan = lines[k, K.provider], lines[k, K.own], day[D.planned]
        if lines[k, K.drawer] != a or lines[k, K.owed] > 0 or blocks[MUTE, provider] + blocks[CUT, provider] > 0:
            continue
        num, den, out, held = lines[k, K.num], lines[k, K.den], lines[k, K.out], lines[k, K.held]
        drawn = min(missing, lines[k, K.cap] - out)
        if not lines[k, K.free]:
            spare = max(accounts[own, A.balance] + accounts[own, A.change] - accounts[own, A.floor], 0) + held
            if spare < -(-lines[k, K.cap] * num // den):  # else the cap binds first, and the product could overflow
                drawn = min(drawn, spare * den // num - out)
        if drawn <= 0:
            continue
        given = -(-(out + drawn) * num // den) - held
        lines[plan, K.plan] = k
        lines[plan, K.plan_drawn] = drawn
        lines[plan, K.plan_given] = given
        day[D.planned] += 1
        accounts[own, A.change] -= given
        missing -= drawn
    return bool(missing <= 0)


@jit
def covered(day: Any, legs: Any, accounts: Any, lines: Any, blocks: Any, which: Any, drawing: int) -> bool:
    """Whether nobody ends short when the legs settle together, draws included, which are then planned."""
    good = True
    day[D.planned] = 0
    for leg in which:
        accounts[legs[leg, L.debit], A.change] -= legs[leg, L.amount]
        accounts[legs[leg, L.credit], A.change] += legs[leg, L.amount]
    for leg in which:
        a = legs[leg, L.debit]
        if accounts[a, A.floor] - accounts[a, A.balance] - accounts[a, A.change] > 0 and not accounts[a, A.stacked]:
            accounts[a, A.stacked] = 1  # what it draws is not counted in its change: once is enough
            if not (drawing and accounts[a, A.drawing] and fund(day, accounts, lines, blocks, a)):
                good = False
                break
    for leg in which:
        accounts[legs[leg, L.debit], A.change] = 0
        accounts[legs[leg, L.credit], A.change] = 0
        accounts[legs[leg, L.debit], A.stacked] = 0
    for i in range(day[D.planned]):
        accounts[lines[lines[i, K.plan], K.own], A.change] = 0
    if not good:
        day[D.planned] = 0
    return good


@jit
def ready(legs: Any, accounts: Any, which: Any) -> bool:
    """Whether every leg of a group is queued, not blocked, and heads its queue where queues may not be passed."""
    for leg in which:
        if not legs[leg, L.queued] or blocked(legs, accounts, leg):
            return False
        if not accounts[legs[leg, L.debit], A.overtaking]:
            front = legs[leg, L.before]
            while front >= 0:
                if legs[front, L.group] != legs[leg, L.group]:
                    return False
                front = legs[front, L.before]
    return True


@jit
def repay(day: Any, accounts: Any, lines: Any, extras: Any, a: int) -> None:
    """Draws that fell due take every unit above the floor."""
    for k in range(len(lines)):
        paid = min(lines[k, K.owed], accounts[a, A.balance] - accounts[a, A.floor])
        if lines[k, K.drawer] != a or paid <= 0:
            continue
        lines[k, K.owed] -= paid
        lines[k, K.out] -= paid
        back = lines[k, K.held] + (-lines[k, K.out] * lines[k, K.num] // lines[k, K.den])
        lines[k, K.held] -= back
        extra(day, accounts, extras, REPAY, k, a, lines[k, K.source], paid)
        extra(day, accounts, extras, BACK, k, lines[k, K.holding], lines[k, K.own], back)
        day[D.events] += 1
        if not lines[k, K.free]:
            stir(day, accounts, lines, lines[k, K.own])


@kept
def write_journal(day: Any, legs: Any, notes: Any, extras: Any, rows: Any) -> None:
    """The rows of the journal, columns as there: legs as they settled, draws and repayments before their places."""
    drawn, row = 0, 0
    for at in range(day[D.ordered] + 1):
        while drawn < day[D.extras] and extras[drawn, X.place] == at:
            rows[row] = extras[drawn, : X.place]
            drawn, row = drawn + 1, row + 1
        if at < day[D.ordered]:
            leg = notes[at, N.order]
            rows[row, X.time] = legs[leg, L.settled_at]
            rows[row, X.event] = notes[at, N.event]
            rows[row, X.kind] = LEG
            rows[row, X.what] = leg
            rows[row, X.debit] = legs[leg, L.debit]
            rows[row, X.credit] = legs[leg, L.credit]
            rows[row, X.amount] = legs[leg, L.amount]
            row += 1
