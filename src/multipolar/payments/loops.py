"""The loop over seconds of the compiled engine, and the resolution of queues; resumable between events.

``advance`` runs until it needs ``compiled.run``: a resolution without queue order (``FREE``), more room for swap draws
(``GROW``), or the end (``DONE``). The order of events is that of ``system``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from multipolar.payments.kernels import (
    blocked,
    commit,
    covered,
    enqueue,
    expect,
    move,
    next_dirty,
    ready,
    repay,
    stir,
    wake,
)
from multipolar.payments.layout import A, D, F, G, H, K, L, N, jit, kept, pop
from multipolar.payments.ledger import CUT, MUTE, SHUT
from multipolar.payments.orders import Ints
from multipolar.payments.simple import run_simple

NEVER = 2**62
DONE, FREE, GROW = range(3)
BY_ORDER, BY_CHOICE = 1, 2
PICK, FLIPS, RESOLUTION, RELEASES, ARRIVALS, CYCLES = range(6)  # phases of a second


class Tables(NamedTuple):
    """The arrays of one run; tables as in ``kernels``."""

    day: Any
    legs: Any
    notes: Any
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
    legs = t.legs
    other = t.accounts[legs[leg, L.credit], A.head]
    if t.accounts[legs[leg, L.debit], A.head] != leg or other < 0 or other == leg:
        return False
    if legs[other, L.credit] != legs[leg, L.debit] or legs[other, L.group] >= 0:
        return False
    t.chosen[1] = other
    return not blocked(legs, t.accounts, other)


@jit
def attempt(t: Tables, leg: int) -> bool:
    """Settle a leg alone, with its group, with the head of the queue opposite, or by a swap draw."""
    day, legs, accounts, lines, blocks = t.day, t.legs, t.accounts, t.lines, t.blocks
    a, group = legs[leg, L.debit], legs[leg, L.group]
    which, drawing, good = t.chosen[:1], accounts[a, A.drawing], False
    which[0] = leg
    day[D.planned] = 0
    if group >= 0:
        which = t.members[t.groups[group, G.start] : t.groups[group, G.end]]
        if not ready(legs, accounts, which):
            return False
        drawing = drawing * 0 + 1  # a literal would be of another type to numba
    elif blocked(legs, accounts, leg):
        return False
    else:
        paid = 0 if a == legs[leg, L.credit] else legs[leg, L.amount]
        good = accounts[a, A.balance] - paid >= accounts[a, A.floor]
        if not good and day[D.offset] and opposite(t, leg):
            good = covered(day, legs, accounts, lines, blocks, t.chosen[:2], drawing * 0)
            which = t.chosen[:2] if good else which
    if not good and (group >= 0 or drawing):
        good = covered(day, legs, accounts, lines, blocks, which, drawing)
    if good:
        commit(day, legs, t.notes, accounts, lines, t.later, t.matures, t.extras, which)
    return good


@jit
def room(t: Tables, tries: int) -> bool:
    """Whether the arrays of draws hold what so many tries can write."""
    most = 2 * len(t.lines) * (tries + 1)
    return bool(most == 0 or (t.day[D.extras] + most <= len(t.extras) and t.day[D.due] + most <= len(t.matures)))


@jit
def cascade(t: Tables) -> bool:
    """Try every account that may have become able to pay, lowest first; false where draws need more room."""
    legs, accounts = t.legs, t.accounts
    while t.day[D.dirty] > 0:
        if not room(t, accounts[accounts[0, A.dirty], A.length] + 1):
            return False
        a = next_dirty(t.day, accounts)
        if accounts[a, A.drawing]:
            repay(t.day, accounts, t.lines, t.extras, a)
        count, at, leg = 0, 0, accounts[a, A.head]
        waiting = np.empty(accounts[a, A.length] * accounts[a, A.overtaking], np.int64)
        while count < len(waiting):
            waiting[count] = leg
            count += 1
            leg = legs[leg, L.after]
        while True:  # a queue that may be passed is tried leg by leg, another as long as its head settles
            if accounts[a, A.overtaking] and at < count:
                leg, at = waiting[at], at + 1
            elif accounts[a, A.overtaking] or accounts[a, A.head] < 0:
                break
            else:
                leg = accounts[a, A.head]
            if legs[leg, L.queued] and not attempt(t, leg) and not accounts[a, A.overtaking]:
                break
    return True


@jit
def release(t: Tables, leg: int) -> None:
    """A leg, or a stage of legs, enters its queue and is tried; straight through where nothing stands before it."""
    day, legs, accounts = t.day, t.legs, t.accounts
    a, group = legs[leg, L.debit], legs[leg, L.group]
    straight = group < 0 and not day[D.union] and accounts[a, A.head] < 0
    straight = straight and accounts[a, A.balance] - legs[leg, L.amount] >= accounts[a, A.floor]
    if straight and not blocked(legs, accounts, leg):
        move(day, legs, t.notes, accounts, t.later, leg)
        day[D.changed] = 1
        day[D.events] += 1
        stir(day, accounts, t.lines, a)
        stir(day, accounts, t.lines, legs[leg, L.credit])
        return
    staged = group >= 0 and t.groups[group, G.staged] > 0
    first, end = (t.groups[group, G.start], t.groups[group, G.end]) if staged else (0, 1)
    for i in range(first, end):
        enqueue(day, legs, t.notes, accounts, t.members[i] if staged else leg)
    if day[D.union]:
        return
    if accounts[a, A.overtaking]:
        attempt(t, leg)  # what stood before it was tried when it last could have become able to settle
    elif accounts[a, A.head] == leg or group >= 0:
        wake(day, accounts, a)


@jit
def look(t: Tables, a: int) -> None:
    """Put an account on the list of those to be looked at; ``chosen`` counts them while a resolution runs."""
    if not t.accounts[a, A.stacked]:
        t.accounts[a, A.stacked] = 1
        t.accounts[t.day[D.chosen], A.look] = a
        t.day[D.chosen] += 1


@jit
def doom(t: Tables, leg: int) -> None:
    """A queued leg that cannot be part of a resolution: its queue is dropped down to it."""
    if t.legs[leg, L.queued] and not t.notes[leg, N.doomed]:
        t.notes[leg, N.doomed] = 1
        t.accounts[t.legs[leg, L.debit], A.ends] += 1
        look(t, t.legs[leg, L.debit])


@jit
def bars(t: Tables) -> None:
    """Where there are groups, doom what cannot settle now: blocked legs, legs of groups that are not whole."""
    legs, accounts = t.legs, t.accounts
    for a in range(len(accounts)):
        leg = accounts[a, A.head]
        while leg >= 0:
            t.notes[leg, N.doomed] = 0
            bad = blocked(legs, accounts, leg)
            group = legs[leg, L.group]
            if group >= 0:
                for one in t.members[t.groups[group, G.start] : t.groups[group, G.end]]:
                    bad = bad or not legs[one, L.queued]
            if bad:
                doom(t, leg)
            leg = legs[leg, L.after]


@jit
def resolve(t: Tables, cycle: int) -> None:
    """The largest set of queued legs that settles at once with every queue's order kept (Bech and Soramaki 2001).

    Start from all; the last leg of a short account, or one that cannot settle now, is dropped with all that stand
    behind it, and with its group. What is dropped belongs to no set that can settle. Fills ``chosen``. At a ``cycle``
    of a clearing union members owe their cap at most, without one what they hold.
    """
    day, legs, accounts = t.day, t.legs, t.accounts
    marking, some_doomed = day[D.grouped], day[D.barred] and not day[D.grouped]
    day[D.chosen] = 0
    if marking:
        bars(t)
    for a in range(len(accounts)):
        floor = accounts[a, A.floor]
        if cycle and accounts[a, A.cap] >= 0:
            floor = (0 if accounts[a, A.member] else accounts[a, A.balance]) - accounts[a, A.cap]
        accounts[a, A.position] = accounts[a, A.pending] + accounts[a, A.balance] - floor
        accounts[a, A.last] = accounts[a, A.live] if some_doomed else accounts[a, A.tail]
        if accounts[a, A.position] < 0:
            look(t, a)
    while day[D.chosen] > 0:
        day[D.chosen] -= 1
        a = accounts[day[D.chosen], A.look]
        accounts[a, A.stacked] = 0
        while accounts[a, A.last] >= 0 and (accounts[a, A.position] < 0 or accounts[a, A.ends] > 0):
            leg = accounts[a, A.last]
            b, amount, group = legs[leg, L.credit], legs[leg, L.amount], legs[leg, L.group]
            if marking:
                accounts[a, A.ends] -= t.notes[leg, N.doomed]
                t.notes[leg, N.doomed] = 1
                if group >= 0:
                    for one in t.members[t.groups[group, G.start] : t.groups[group, G.end]]:
                        doom(t, one)
            accounts[a, A.last] = legs[leg, L.before]
            accounts[a, A.position] += amount
            accounts[b, A.position] -= amount
            if accounts[b, A.position] < 0 and not accounts[b, A.stacked]:
                accounts[b, A.stacked] = 1
                accounts[day[D.chosen], A.look] = b
                day[D.chosen] += 1
    gather(t)


@jit
def gather(t: Tables) -> None:
    """The legs that were not dropped, by account and queue, into ``chosen``."""
    count = 0
    for a in range(len(t.accounts)):
        t.accounts[a, A.ends] = 0
        leg = t.accounts[a, A.head] if t.accounts[a, A.last] >= 0 else -1
        while leg >= 0:
            t.chosen[count] = leg
            count += 1
            leg = t.legs[leg, L.after] if leg != t.accounts[a, A.last] else -1
    t.day[D.chosen] = count


@jit
def settle_chosen(t: Tables) -> None:
    """One event of what a resolution chose."""
    t.day[D.planned] = 0
    commit(t.day, t.legs, t.notes, t.accounts, t.lines, t.later, t.matures, t.extras, t.chosen[: t.day[D.chosen]])
    t.day[D.chosen] = 0


@jit
def candidates(t: Tables) -> None:
    """Queued single legs that are not blocked, by account and queue, into ``chosen``, for the driver to choose from;
    groups settle in queue order, before it."""
    if t.day[D.grouped]:
        resolve(t, 0)
        if (t.legs[t.chosen[: t.day[D.chosen]], L.group] >= 0).any():
            settle_chosen(t)
    count = 0
    for a in range(len(t.accounts)):
        leg = t.accounts[a, A.head]
        while leg >= 0:
            if t.legs[leg, L.group] < 0 and not blocked(t.legs, t.accounts, leg):
                t.chosen[count] = leg
                count += 1
            leg = t.legs[leg, L.after]
    t.day[D.chosen] = count


@jit
def pick(t: Tables) -> int:
    """The next second at which something happens."""
    ahead = NEVER
    if t.day[D.released] < len(t.releases):
        ahead = min(ahead, t.releases[t.day[D.released], 0])
    if t.day[D.flipped] < len(t.flips):
        ahead = min(ahead, t.flips[t.day[D.flipped], F.time])
    if t.day[D.moving] > 0:
        ahead = min(ahead, t.later[0, H.time])
    if t.day[D.due] > 0:
        ahead = min(ahead, t.matures[0, H.time])
    if t.day[D.cycled] < len(t.cycles):
        ahead = min(ahead, t.cycles[t.day[D.cycled]])
    if t.day[D.gridlock] and t.day[D.waiting] and t.day[D.changed]:
        ahead = min(ahead, (t.day[D.now] // t.day[D.every] + 1) * t.day[D.every])
    return int(ahead)


@jit
def bar(t: Tables) -> None:
    """Mark the accounts that can neither pay (``mute``) nor be paid (``cut``) now, and what is doomed in queues."""
    accounts, blocks = t.accounts, t.blocks
    for a in range(len(accounts)):
        owner = accounts[a, A.owner]
        accounts[a, A.cut] = blocks[CUT, owner] > 0
        accounts[a, A.mute] = blocks[MUTE, owner] + blocks[CUT, owner] + blocks[SHUT, accounts[a, A.money]] > 0
        accounts[a, A.pending] = accounts[a, A.pending] if t.day[D.grouped] else 0
    if t.day[D.grouped]:
        return
    for a in range(len(accounts)):
        accounts[a, A.live] = -1
        leg, doomed = accounts[a, A.head], False
        while leg >= 0:
            doomed = doomed or blocked(t.legs, accounts, leg)
            t.notes[leg, N.doomed] = doomed
            if not doomed:
                accounts[a, A.live] = leg
                expect(t.legs, accounts, leg, 1)
            leg = t.legs[leg, L.after]


@jit
def flip(t: Tables) -> None:
    """Outages and hours that change now, then draws that fall due."""
    begun, flipped = False, False
    while t.day[D.flipped] < len(t.flips) and t.flips[t.day[D.flipped], F.time] == t.day[D.now]:
        at = t.day[D.flipped]
        t.blocks[t.flips[at, F.kind], t.flips[at, F.index]] += t.flips[at, F.change]
        begun = begun or t.flips[at, F.change] < 0
        t.day[D.flipped] += 1
        flipped = True
    if flipped:
        bar(t)
    if begun:
        t.day[D.changed] = 1
        for a in range(len(t.accounts)):
            if t.accounts[a, A.head] >= 0:
                wake(t.day, t.accounts, a)
    while t.day[D.due] > 0 and t.matures[0, H.time] == t.day[D.now]:
        k = t.matures[0, H.what]
        t.lines[k, K.owed] += t.matures[0, H.amount]
        pop(t.matures, t.day[D.due])
        t.day[D.due] -= 1
        wake(t.day, t.accounts, t.lines[k, K.drawer])


@kept
def advance(t: Tables) -> int:
    """Run on from where the day stands: DONE, or what is needed before it can be called again."""
    day, releases = t.day, t.releases
    while True:
        if day[D.chosen] > 0:
            settle_chosen(t)
        if (day[D.dirty] > 0 and not cascade(t)) or not room(t, 2):
            return GROW
        if day[D.phase] == PICK:
            day[D.now] = pick(t)
            if day[D.now] > day[D.horizon]:
                return DONE
            day[D.phase] = FLIPS
        elif day[D.phase] == FLIPS:
            flip(t)
            day[D.phase] = RESOLUTION
        elif day[D.phase] == RESOLUTION:
            day[D.phase] = RELEASES
            if day[D.gridlock] and day[D.now] and day[D.now] % day[D.every] == 0 and day[D.waiting] and day[D.changed]:
                day[D.changed] = 0
                if day[D.gridlock] == BY_CHOICE:
                    candidates(t)
                    return FREE
                resolve(t, 0)
        elif day[D.phase] == RELEASES and day[D.simple]:
            until = (day[D.now] // day[D.every] + 1) * day[D.every] if day[D.gridlock] else NEVER
            if day[D.flipped] < len(t.flips):
                until = min(until, t.flips[day[D.flipped], F.time])
            run_simple(day, t.legs, t.notes, t.accounts, releases, min(until, day[D.horizon] + 1))
            day[D.phase] = PICK
        elif day[D.phase] == RELEASES or day[D.phase] == ARRIVALS:
            at = day[D.released]
            if day[D.phase] == RELEASES and at < len(releases) and releases[at, 0] == day[D.now]:
                leg = releases[at, 1]
                day[D.released] += 1
            elif day[D.moving] > 0 and t.later[0, H.time] == day[D.now]:
                day[D.phase] = ARRIVALS
                leg = t.later[0, H.what]
                pop(t.later, day[D.moving])
                day[D.moving] -= 1
            else:
                day[D.phase] = CYCLES
                continue
            release(t, leg)
        else:
            day[D.phase] = PICK
            if day[D.cycled] < len(t.cycles) and t.cycles[day[D.cycled]] == day[D.now]:
                day[D.cycled] += 1
                resolve(t, 1)
