"""The loop over seconds of the compiled engine, and the resolution of queues; resumable between events.

``advance`` runs until it needs ``compiled.run``: a resolution without queue order (``FREE``), more room for swap draws
(``GROW``), or the end (``DONE``). The order of events is that of ``system``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np

from multipolar.payments.kernels import (
    blocked,
    commit,
    covered,
    enqueue,
    jit,
    move,
    next_dirty,
    pop,
    ready,
    repay,
    stir,
    wake,
)
from multipolar.payments.orders import Ints

NEVER = 2**62
DONE, FREE, GROW = range(3)
BY_ORDER, BY_CHOICE = 1, 2
PICK, FLIPS, RESOLUTION, RELEASES, ARRIVALS, CYCLES = range(6)  # phases of a second


class Tables(NamedTuple):
    """The arrays of one run; records as in ``kernels``."""

    day: Any
    legs: Any
    accounts: Any
    lines: Any
    groups: Any
    members: Ints
    chosen: Ints
    blocks: Ints
    flips: Any
    releases: Ints
    cycles: Ints
    later: Any
    matures: Any
    extras: Any


@jit
def opposite(t: Tables, leg: int) -> bool:
    """Whether two queues head each other: their legs, then in ``chosen``, may settle against each other."""
    legs, this = t.legs, t.legs[leg]
    other = t.accounts[this.credit].head
    if t.accounts[this.debit].head != leg or other < 0 or other == leg:
        return False
    if legs[other].credit != this.debit or legs[other].group >= 0:
        return False
    t.chosen[1] = other
    return not blocked(t.day, legs, t.accounts, t.blocks, other)


@jit
def attempt(t: Tables, leg: int) -> bool:
    """Settle a leg alone, with its group, with the head of the queue opposite, or by a swap draw."""
    day, legs, accounts, lines, blocks = t.day, t.legs, t.accounts, t.lines, t.blocks
    this, d = legs[leg], day[0]
    payer = accounts[this.debit]
    which, drawing, good = t.chosen[:1], payer.drawing, False
    which[0] = leg
    d.planned = 0
    if this.group >= 0:
        which = t.members[t.groups[this.group].start : t.groups[this.group].end]
        if not ready(day, legs, accounts, blocks, which):
            return False
        drawing = drawing * 0 + 1
    elif blocked(day, legs, accounts, blocks, leg):
        return False
    else:
        good = payer.balance - (0 if this.debit == this.credit else this.amount) >= payer.floor
        if not good and d.offset and opposite(t, leg):
            good = covered(day, legs, accounts, lines, blocks, t.chosen[:2], drawing * 0)
            which = t.chosen[:2] if good else which
    if not good and (this.group >= 0 or drawing):
        good = covered(day, legs, accounts, lines, blocks, which, drawing)
    if good:
        commit(day, legs, accounts, lines, t.later, t.matures, t.extras, which)
    return good


@jit
def room(t: Tables, tries: int) -> bool:
    """Whether the arrays of draws hold what so many tries can write."""
    most = 2 * len(t.lines) * (tries + 1)
    d = t.day[0]
    return bool(most == 0 or (d.extras + most <= len(t.extras) and d.due + most <= len(t.matures)))


@jit
def cascade(t: Tables) -> bool:
    """Try every account that may have become able to pay, lowest first; false where draws need more room."""
    legs, accounts = t.legs, t.accounts
    while t.day[0].dirty > 0:
        if not room(t, accounts[accounts[0].dirty].length + 1):
            return False
        a = next_dirty(t.day, accounts)
        if accounts[a].drawing:
            repay(t.day, accounts, t.lines, t.extras, a)
        if accounts[a].overtaking:
            count, leg = 0, accounts[a].head
            waiting = np.empty(accounts[a].length, np.int64)
            while leg >= 0:
                waiting[count] = leg
                count += 1
                leg = legs[leg].after
        else:
            waiting = np.full(accounts[a].length, -1, np.int64)
        for leg in waiting:  # a queue that may be passed is tried leg by leg, another as long as its head settles
            if leg < 0:
                if accounts[a].head < 0 or not attempt(t, accounts[a].head):  # a group may have emptied it
                    break
            elif legs[leg].queued:
                attempt(t, leg)
    return True


@jit
def release(t: Tables, leg: int) -> None:
    """A leg, or a stage of legs, enters its queue and is tried; straight through where nothing stands before it."""
    day, legs, accounts, this = t.day, t.legs, t.accounts, t.legs[leg]
    payer, d = accounts[this.debit], day[0]
    straight = this.group < 0 and not d.union and payer.head < 0 and payer.balance - this.amount >= payer.floor
    if straight and not blocked(day, legs, accounts, t.blocks, leg):
        move(day, legs, accounts, t.later, leg)
        d.changed = 1
        d.events += 1
        stir(day, accounts, t.lines, this.debit)
        stir(day, accounts, t.lines, this.credit)
        return
    staged = this.group >= 0 and t.groups[this.group].staged
    first, end = (t.groups[this.group].start, t.groups[this.group].end) if staged else (0, 1)
    for i in range(first, end):
        enqueue(day, legs, accounts, t.members[i] if staged else leg)
    if d.union:
        return
    if payer.overtaking:
        attempt(t, leg)  # what stood before it was tried when it last could have become able to settle
    elif payer.head == leg or this.group >= 0:
        wake(day, accounts, this.debit)


@jit
def doom(t: Tables, leg: int) -> None:
    """A leg that cannot be part of a resolution: its queue is dropped down to it."""
    if not t.legs[leg].doomed:
        t.legs[leg].doomed = 1
        payer = t.accounts[t.legs[leg].debit]
        payer.ends += 1
        if not payer.stacked:
            payer.stacked = 1
            t.accounts[t.day[0].chosen].look = t.legs[leg].debit
            t.day[0].chosen += 1


@jit
def load(t: Tables) -> None:
    """Positions [a] if all that is queued settled; what cannot settle now is doomed."""
    legs, accounts, d = t.legs, t.accounts, t.day[0]
    d.chosen = 0  # while a resolution runs: how many accounts are to be looked at
    for a in range(len(accounts)):
        this = accounts[a]
        this.last, leg = this.tail, this.head
        while leg >= 0:
            this.position -= legs[leg].amount
            accounts[legs[leg].credit].position += legs[leg].amount
            bad = blocked(t.day, legs, accounts, t.blocks, leg)
            if legs[leg].group >= 0:
                for one in t.members[t.groups[legs[leg].group].start : t.groups[legs[leg].group].end]:
                    bad = bad or not legs[one].queued
            if bad:
                doom(t, leg)
            leg = legs[leg].after


@jit
def resolve(t: Tables, cycle: int) -> None:
    """The largest set of queued legs that settles at once with every queue's order kept (Bech and Soramaki 2001).

    Start from all; the last leg of a short account, or one that cannot settle now, is dropped with all that stand
    behind it, and with its group. What is dropped belongs to no set that can settle. Fills ``chosen``. At a ``cycle``
    of a clearing union members owe their cap at most, without one what they hold.
    """
    legs, accounts, d = t.legs, t.accounts, t.day[0]
    load(t)
    for a in range(len(accounts)):
        this = accounts[a]
        floor = this.floor
        if cycle and this.cap >= 0:
            floor = (0 if this.member else this.balance) - this.cap
        this.position += this.balance - floor
        if not this.stacked and this.position < 0 and this.last >= 0:
            this.stacked = 1
            accounts[d.chosen].look = a
            d.chosen += 1
    while d.chosen > 0:
        d.chosen -= 1
        a = accounts[d.chosen].look
        this = accounts[a]
        this.stacked = 0
        while this.last >= 0 and (this.position < 0 or this.ends > 0):
            leg = this.last
            this.last = legs[leg].before
            if not legs[leg].doomed:
                legs[leg].doomed = 1
                this.ends += 1
            this.ends -= 1
            payee = accounts[legs[leg].credit]
            this.position += legs[leg].amount
            payee.position -= legs[leg].amount
            if not payee.stacked and payee.position < 0 and payee.last >= 0:
                payee.stacked = 1
                accounts[d.chosen].look = legs[leg].credit
                d.chosen += 1
            if legs[leg].group >= 0:
                for one in t.members[t.groups[legs[leg].group].start : t.groups[legs[leg].group].end]:
                    if legs[one].queued:
                        doom(t, one)
    gather(t)


@jit
def gather(t: Tables) -> None:
    """The legs that were not dropped, by account and queue, into ``chosen``; the marks of a resolution cleared."""
    count = 0
    for a in range(len(t.accounts)):
        this = t.accounts[a]
        this.position, this.ends = 0, 0
        leg = this.head
        while leg >= 0:
            if not t.legs[leg].doomed:
                t.chosen[count] = leg
                count += 1
            t.legs[leg].doomed = 0
            leg = t.legs[leg].after
    t.day[0].chosen = count


@jit
def settle_chosen(t: Tables) -> None:
    """One event of what a resolution chose."""
    d = t.day[0]
    d.planned = 0
    commit(t.day, t.legs, t.accounts, t.lines, t.later, t.matures, t.extras, t.chosen[: d.chosen])
    d.chosen = 0


@jit
def candidates(t: Tables) -> None:
    """Queued single legs that are not blocked, by account and queue, into ``chosen``, for the driver to choose from."""
    count = 0
    for a in range(len(t.accounts)):
        leg = t.accounts[a].head
        while leg >= 0:
            if t.legs[leg].group < 0 and not blocked(t.day, t.legs, t.accounts, t.blocks, leg):
                t.chosen[count] = leg
                count += 1
            leg = t.legs[leg].after
    t.day[0].chosen = count


@jit
def pick(t: Tables) -> int:
    """The next second at which something happens."""
    d, ahead = t.day[0], NEVER
    if d.released < len(t.releases):
        ahead = min(ahead, t.releases[d.released, 0])
    if d.flipped < len(t.flips):
        ahead = min(ahead, t.flips[d.flipped].time)
    if d.moving > 0:
        ahead = min(ahead, t.later[0].time)
    if d.due > 0:
        ahead = min(ahead, t.matures[0].time)
    if d.cycled < len(t.cycles):
        ahead = min(ahead, t.cycles[d.cycled])
    d.grid = NEVER
    if d.gridlock and d.waiting and d.changed:
        d.grid = (d.now // d.every + 1) * d.every
        ahead = min(ahead, d.grid)
    return int(ahead)


@jit
def flip(t: Tables) -> None:
    """Outages and hours that change now, then draws that fall due."""
    d, begun = t.day[0], False
    while d.flipped < len(t.flips) and t.flips[d.flipped].time == d.now:
        row = t.flips[d.flipped]
        t.blocks[row.kind, row.index] += row.change
        begun = begun or row.change < 0
        d.flipped += 1
    if begun:
        d.changed = 1
        for a in range(len(t.accounts)):
            if t.accounts[a].head >= 0:
                wake(t.day, t.accounts, a)
    while d.due > 0 and t.matures[0].time == d.now:
        line = t.lines[t.matures[0].what]
        line.owed += t.matures[0].amount
        pop(t.matures, d.due)
        d.due -= 1
        wake(t.day, t.accounts, line.drawer)


@numba.njit(cache=True, error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def advance(t: Tables) -> int:
    """Run on from where the day stands: DONE, or what is needed before it can be called again."""
    d, releases = t.day[0], t.releases
    while True:
        if d.chosen > 0:
            settle_chosen(t)
        if (d.dirty > 0 and not cascade(t)) or not room(t, 2):
            return GROW
        if d.phase == PICK:
            d.now = pick(t)
            if d.now > d.horizon:
                return DONE
            d.phase = FLIPS
        elif d.phase == FLIPS:
            flip(t)
            d.phase = RESOLUTION
        elif d.phase == RESOLUTION:
            d.phase = RELEASES
            if d.now == d.grid:
                d.changed = 0
                if d.gridlock == BY_CHOICE:
                    candidates(t)
                    return FREE
                resolve(t, 0)
        elif d.phase == RELEASES or d.phase == ARRIVALS:
            if d.phase == RELEASES and d.released < len(releases) and releases[d.released, 0] == d.now:
                leg = releases[d.released, 1]
                d.released += 1
            elif d.moving > 0 and t.later[0].time == d.now:
                d.phase, leg = ARRIVALS, t.later[0].what
                pop(t.later, d.moving)
                d.moving -= 1
            else:
                d.phase = CYCLES
                continue
            release(t, leg)
        else:
            d.phase = PICK
            if d.cycled < len(t.cycles) and t.cycles[d.cycled] == d.now:
                d.cycled += 1
                resolve(t, 1)
