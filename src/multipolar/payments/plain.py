"""The engine as PAYMENTS tells it, in plain Python: the oracle, and the default for small days.

One loop over seconds, in the order of events that ``system`` states. Money moves only in ``_commit``: the legs of one
event together, after every account they touch was found at or above its floor.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from heapq import heappop, heappush
from itertools import pairwise
from typing import Any

import numpy as np

from multipolar.payments.journal import BACK, DRAW, GIVE, LEG, REPAY, Chooser, Trace
from multipolar.payments.ledger import CUT, MUTE, SHUT, Ledger

NEVER = 2**62
_LEG_COLUMNS = ("debit", "credit", "amount", "group", "priority", "follow", "wait", "staged")
_ACCOUNT_COLUMNS = ("floor", "balance", "owner", "money", "overtaking")


def run(ledger: Ledger, choose: Chooser) -> Trace:
    """Run one day. ``choose`` is the gridlock resolution without queue order: (balances, floors, payer, payee, amount)
    -> which settle. Raises nothing: a ledger is checked before."""
    day = _Day(ledger, choose)
    while (now := day.next_second()) <= ledger.horizon:
        day.second(now)
    return day.trace()


class _Day:
    """The state of one day; lists of plain ints, positions as in ``Ledger``."""

    debit: list[int]
    credit: list[int]
    amount: list[int]
    group: list[int]
    priority: list[int]
    follow: list[int]
    wait: list[int]
    staged: list[bool]
    floor: list[int]
    balance: list[int]
    owner: list[int]
    money: list[int]
    overtaking: list[bool]

    def __init__(self, ledger: Ledger, choose: Chooser) -> None:
        self.ledger, self.choose = ledger, choose
        for name in _LEG_COLUMNS + _ACCOUNT_COLUMNS:
            setattr(self, name, getattr(ledger, name).tolist())
        starts, members = ledger.group_start.tolist(), ledger.group_legs.tolist()
        self.members = [members[i:j] for i, j in pairwise(starts)]
        self.queue: list[OrderedDict[int, None]] = [OrderedDict() for _ in ledger.names]
        self.settled_at = [-1] * len(self.debit)
        self.rows, self.events, self.now = array("q"), 0, 0
        self.dirty: list[int] = []
        self.marked = [False] * len(ledger.names)
        self.releases = list(zip(ledger.release_time.tolist(), ledger.release_leg.tolist(), strict=True))[::-1]
        self.flips = list(
            zip(*(getattr(ledger, f"flip_{n}").tolist() for n in ("time", "kind", "index", "change")), strict=True)
        )[::-1]
        self.cycles = ledger.cycles.tolist()[::-1] if ledger.union else []
        self.later: list[tuple[int, int, int]] = []  # legs on their way: time, number, leg
        self.matures: list[tuple[int, int, int, int]] = []  # time, number, line, amount
        self.number = 0
        self.waiting, self.changed, self.barred = 0, False, bool(self.flips)
        self.blocks = ([0] * len(ledger.institutions), [0] * len(ledger.institutions), [0] * len(ledger.moneys))
        self._begin_lines(ledger)

    def _begin_lines(self, ledger: Ledger) -> None:
        names = ("drawer", "own", "free", "source", "holding", "provider", "num", "den", "cap", "maturity")
        self.lines: list[dict[str, Any]] = [
            dict(zip(names, row, strict=True), out=0, held=0, due=0, peak=0)
            for row in zip(*(getattr(ledger, f"line_{n}").tolist() for n in names), strict=True)
        ]
        self.drawn_by: dict[int, list[int]] = {}
        self.paid_from: dict[int, list[int]] = {}
        for k, line in enumerate(self.lines):
            self.drawn_by.setdefault(line["drawer"], []).append(k)
            if not line["free"]:
                self.paid_from.setdefault(line["own"], []).append(line["drawer"])

    def next_second(self) -> int:
        """The next second at which something happens."""
        ahead = [queue[-1][0] for queue in (self.releases, self.flips) if queue]
        ahead += [heap[0][0] for heap in (self.later, self.matures) if heap]
        if self.cycles:
            ahead.append(self.cycles[-1])
        self.grid = NEVER
        if self.ledger.gridlock and self.waiting and self.changed:
            self.grid = (self.now // self.ledger.every + 1) * self.ledger.every
            ahead.append(self.grid)
        return min(ahead, default=NEVER)

    def second(self, now: int) -> None:
        """Everything of one second, in the order of events."""
        self.now = now
        self._flip()
        while self.matures and self.matures[0][0] == now:
            _, _, k, due = heappop(self.matures)
            self.lines[k]["due"] += due
            self._wake(self.lines[k]["drawer"])
        self._cascade()
        if now == self.grid:
            self.changed = False
            self._settle_at_once(self._free() if self.ledger.gridlock == "free" else self._fifo(self.floor))
            self._cascade()
        while self.releases and self.releases[-1][0] == now:
            self._release(self.releases.pop()[1])
        while self.later and self.later[0][0] == now:
            self._release(heappop(self.later)[2])
        if self.cycles and self.cycles[-1] == now:
            self.cycles.pop()
            self._cycle()

    def _flip(self) -> None:
        begun = False
        while self.flips and self.flips[-1][0] == self.now:
            _, kind, index, change = self.flips.pop()
            self.blocks[kind][index] += change
            begun = begun or change < 0
        if begun:
            self.changed = True
            for a, queue in enumerate(self.queue):
                if queue:
                    self._wake(a)

    def _blocked(self, leg: int) -> bool:
        if not self.barred:
            return False
        payer, payee = self.owner[self.debit[leg]], self.owner[self.credit[leg]]
        cut, shut = self.blocks[CUT], self.blocks[SHUT]
        return bool(self.blocks[MUTE][payer] or cut[payer] or cut[payee] or shut[self.money[self.debit[leg]]])

    def _release(self, leg: int) -> None:
        """A leg, or a stage of legs, enters its queue and is tried."""
        group = self.group[leg]
        legs = self.members[group] if group >= 0 and self.staged[group] else [leg]
        for one in legs:
            self._enqueue(one)
        if self.ledger.union:
            return
        a = self.debit[leg]
        if self.overtaking[a]:
            self._try(leg)  # what stood before it was tried when it last could have become able to settle
        elif next(iter(self.queue[a])) == leg or group >= 0:
            self._wake(a)
        self._cascade()

    def _enqueue(self, leg: int) -> None:
        """To the end of its queue, before what has a lower priority."""
        queue, rank = self.queue[self.debit[leg]], self.priority[leg]
        lower = []
        for one in reversed(queue):
            if self.priority[one] >= rank:
                break
            lower.append(one)
        queue[leg] = None
        for one in reversed(lower):
            queue.move_to_end(one)
        self.waiting += 1
        self.changed = True

    def _wake(self, a: int) -> None:
        if not self.marked[a]:
            self.marked[a] = True
            heappush(self.dirty, a)

    def _cascade(self) -> None:
        """Try every account that may have become able to pay, lowest first, until none is left."""
        while self.dirty:
            a = heappop(self.dirty)
            self.marked[a] = False
            self._repay(a)
            queue = self.queue[a]
            if self.overtaking[a]:
                for leg in list(queue):
                    if leg in queue:
                        self._try(leg)
            else:
                while queue and self._try(next(iter(queue))):
                    pass

    def _try(self, leg: int) -> bool:
        """Settle a leg alone, with its group, with the head of the queue opposite, or by a swap draw."""
        group = self.group[leg]
        if group >= 0:
            return self._together(group)
        if self._blocked(leg):
            return False
        a, b = self.debit[leg], self.credit[leg]
        if self.balance[a] - self.amount[leg] >= self.floor[a] or (a == b and self.balance[a] >= self.floor[a]):
            self._commit([leg], ())
            return True
        if self.ledger.offset and next(iter(self.queue[a])) == leg and self.queue[b]:
            other = next(iter(self.queue[b]))
            if self.credit[other] == a and self.group[other] < 0 and not self._blocked(other) and other != leg:
                draws = self._draws([leg, other], drawing=False)
                if draws is not None:
                    self._commit([leg, other], draws)
                    return True
        draws = self._draws([leg], drawing=True) if a in self.drawn_by else None
        if draws is None:
            return False
        self._commit([leg], draws)
        return True

    def _together(self, group: int) -> bool:
        """Settle a group when every leg heads its queue (where queues may not be passed) and nobody ends short."""
        legs = self.members[group]
        for leg in legs:
            queue = self.queue[self.debit[leg]]
            if leg not in queue or self._blocked(leg):
                return False
            if not self.overtaking[self.debit[leg]]:
                for before in queue:
                    if before == leg:
                        break
                    if self.group[before] != group:
                        return False
        draws = self._draws(legs, drawing=True)
        if draws is None:
            return False
        self._commit(legs, draws)
        return True

    def _draws(self, legs: list[int], drawing: bool) -> list[tuple[int, int, int]] | None:
        """What swap lines must give so that nobody ends short: (line, drawn, given); None where somebody would."""
        change: dict[int, int] = {}
        for leg in legs:
            a, b = self.debit[leg], self.credit[leg]
            change[a] = change.get(a, 0) - self.amount[leg]
            change[b] = change.get(b, 0) + self.amount[leg]
        found: list[tuple[int, int, int]] = []
        for a in dict.fromkeys(self.debit[leg] for leg in legs):
            missing = self.floor[a] - self.balance[a] - change[a]
            for k in self.drawn_by.get(a, ()) if drawing else ():
                if missing <= 0:
                    break
                line, own = self.lines[k], self.lines[k]["own"]
                if line["due"] or self._cut_off(line["provider"]):
                    continue
                drawn = min(missing, line["cap"] - line["out"])
                if not line["free"]:
                    spare = max(self.balance[own] + change.get(own, 0) - self.floor[own], 0)
                    drawn = min(drawn, (line["held"] + spare) * line["den"] // line["num"] - line["out"])
                if drawn <= 0:
                    continue
                given = -(-(line["out"] + drawn) * line["num"] // line["den"]) - line["held"]
                found.append((k, drawn, given))
                change[own] = change.get(own, 0) - given
                missing -= drawn
            if missing > 0:
                return None
        return found

    def _cut_off(self, institution: int) -> bool:
        return bool(self.blocks[MUTE][institution] or self.blocks[CUT][institution])

    def _commit(self, legs: list[int], draws: Any) -> None:
        """One event: money moves, the journal is written, what may have become able to pay is woken."""
        for k, drawn, given in draws:
            line = self.lines[k]
            line["out"] += drawn
            line["held"] += given
            line["peak"] = max(line["peak"], line["out"])
            self._move(DRAW, k, line["source"], line["drawer"], drawn)
            self._move(GIVE, k, line["own"], line["holding"], given)
            if line["maturity"] >= 0:
                heappush(self.matures, (self.now + line["maturity"], self.number, k, drawn))
                self.number += 1
        for leg in legs:
            a, b = self.debit[leg], self.credit[leg]
            self._move(LEG, leg, a, b, self.amount[leg])
            del self.queue[a][leg]
            self.settled_at[leg] = self.now
            if self.follow[leg] >= 0:
                heappush(self.later, (self.now + self.wait[leg], self.number, self.follow[leg]))
                self.number += 1
        self.waiting -= len(legs)
        self.changed = True
        self.events += 1
        if self.ledger.union:
            return
        for leg in legs:
            self._stir(self.debit[leg])
            self._stir(self.credit[leg])

    def _stir(self, a: int) -> None:
        """Wake an account whose queue or balance changed, and the drawers that pay for their draws from it."""
        if self.queue[a] or a in self.drawn_by:
            self._wake(a)
        for drawer in self.paid_from.get(a, ()):
            self._wake(drawer)

    def _move(self, kind: int, what: int, debit: int, credit: int, amount: int) -> None:
        self.balance[debit] -= amount
        self.balance[credit] += amount
        self.rows.extend((self.now, self.events, kind, what, debit, credit, amount))

    def _repay(self, a: int) -> None:
        """Draws that fell due take every unit above the floor."""
        for k in self.drawn_by.get(a, ()):
            line = self.lines[k]
            paid = min(line["due"], self.balance[a] - self.floor[a])
            if paid <= 0:
                continue
            line["due"] -= paid
            line["out"] -= paid
            back = line["held"] + (-line["out"] * line["num"] // line["den"])
            line["held"] -= back
            self._move(REPAY, k, a, line["source"], paid)
            self._move(BACK, k, line["holding"], line["own"], back)
            self.events += 1
            if not line["free"]:
                self._stir(line["own"])

    def _fifo(self, floor: list[int]) -> list[int]:
        """The largest set of queued legs that settles at once with every queue's order kept (Bech and Soramaki 2001).

        Start from all; the last leg of a short account, or one that cannot settle now, is dropped with all that stand
        behind it, and with its group. What is dropped belongs to no set that can settle.
        """
        position = [balance - low for balance, low in zip(self.balance, floor, strict=True)]
        left = [list(queue) for queue in self.queue]
        doomed: set[int] = set()
        look = []
        for a, legs in enumerate(left):
            for leg in legs:
                position[a] -= self.amount[leg]
                position[self.credit[leg]] += self.amount[leg]
                group = self.group[leg]
                incomplete = group >= 0 and any(one not in self.queue[self.debit[one]] for one in self.members[group])
                if incomplete or self._blocked(leg):
                    doomed.add(leg)
            look.append(a)
        ends = [sum(leg in doomed for leg in legs) for legs in left]
        while look:
            a = look.pop()
            while left[a] and (position[a] < 0 or ends[a]):
                leg = left[a].pop()
                ends[a] -= leg in doomed
                doomed.add(leg)
                position[a] += self.amount[leg]
                position[self.credit[leg]] -= self.amount[leg]
                look.append(self.credit[leg])
                for one in self.members[self.group[leg]] if self.group[leg] >= 0 else ():
                    if one not in doomed and one in self.queue[self.debit[one]]:
                        doomed.add(one)
                        ends[self.debit[one]] += 1
                        look.append(self.debit[one])
        return [leg for legs in left for leg in legs]

    def _free(self) -> list[int]:
        """What ``choose`` finds among queued single legs that are not blocked, one currency after the other."""
        found: list[int] = []
        for money in range(len(self.ledger.moneys)):
            ours = [a for a, queue in enumerate(self.queue) if self.money[a] == money and queue]
            legs = [leg for a in ours for leg in self.queue[a] if self.group[leg] < 0 and not self._blocked(leg)]
            if not legs:
                continue
            seen = dict.fromkeys([self.debit[leg] for leg in legs] + [self.credit[leg] for leg in legs])
            at = {a: k for k, a in enumerate(seen)}
            columns = (
                [self.balance[a] for a in at],
                [self.floor[a] for a in at],
                [at[self.debit[leg]] for leg in legs],
                [at[self.credit[leg]] for leg in legs],
                [self.amount[leg] for leg in legs],
            )
            chosen = self.choose(*(np.array(column, np.int64) for column in columns))
            found += [leg for leg, yes in zip(legs, chosen.tolist(), strict=True) if yes]
        return found

    def _settle_at_once(self, legs: list[int]) -> None:
        if legs:
            self._commit(legs, ())

    def _cycle(self) -> None:
        """A cycle of the clearing union: members owe their cap at most, without one what they hold."""
        floor = list(self.floor)
        for a, cap in enumerate(self.ledger.cap.tolist()):
            if cap >= 0:
                floor[a] = (0 if self.ledger.names[a][2] == "member" else self.balance[a]) - cap
        self._settle_at_once(self._fifo(floor))

    def trace(self) -> Trace:
        """What happened, as columns."""
        return Trace(
            settled_at=np.array(self.settled_at, np.int64),
            rows=np.frombuffer(self.rows, np.int64).reshape(-1, 7).copy(),
            balance=np.array(self.balance, np.int64),
            peak=np.array([line["peak"] for line in self.lines], np.int64),
            outstanding=np.array([line["out"] for line in self.lines], np.int64),
        )
