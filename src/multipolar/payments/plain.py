"""The engine as PAYMENTS tells it, in plain Python: the oracle, and the default for small days.

One loop over seconds, in the order of events that ``system`` states; ``plain_state`` has the queues and the money.
"""

from __future__ import annotations

from heapq import heappop

import numpy as np

from multipolar.payments.journal import LEG, Chooser, Trace
from multipolar.payments.ledger import Ledger
from multipolar.payments.plain_state import State


def run(ledger: Ledger, choose: Chooser) -> Trace:
    """Run one day. ``choose`` is the gridlock resolution without queue order: (balances, floors, payer, payee, amount)
    -> which settle. Raises nothing: a ledger is checked before."""
    day = _Day(ledger, choose)
    while (now := day.next_second()) <= ledger.horizon:
        day.second(now)
    return day.trace()


class _Day(State):
    """The loop over seconds, and how legs are tried."""

    def __init__(self, ledger: Ledger, choose: Chooser) -> None:
        super().__init__(ledger)
        self.choose = choose

    def next_second(self) -> int:
        """The next second at which something happens."""
        ahead = self.next_other()
        return min(ahead, self.releases[-1][0]) if self.releases else ahead

    def next_other(self) -> int:
        """The next second at which something happens other than a release."""
        ahead = [heap[0][0] for heap in (self.later, self.matures) if heap]
        ahead += [queue[-1] for queue in (self.cycles,) if queue]
        ahead += [queue[-1][0] for queue in (self.flips,) if queue]
        ahead += [self.ledger.horizon + 1]
        if self.ledger.gridlock and self.waiting and self.changed:
            ahead += [(self.now // self.ledger.every + 1) * self.ledger.every]
        return min(ahead)

    def second(self, now: int) -> None:
        """Everything of one second, in the order of events."""
        self.now = now
        self._flip()
        while self.matures and self.matures[0][0] == now:
            _, _, k, due = heappop(self.matures)
            self.lines[k]["due"] += due
            self.wake(self.lines[k]["drawer"])
        self._cascade()
        if self.ledger.gridlock and now and now % self.ledger.every == 0 and self.waiting and self.changed:
            self.changed = False
            in_order = self._fifo(self.floor) if self.ledger.gridlock == "fifo" or self.members else []
            if self.ledger.gridlock == "fifo" or any(self.group[leg] >= 0 for leg in in_order):
                self._settle_at_once(in_order)
            if self.ledger.gridlock == "free":
                self._settle_at_once(self._free())
            self._cascade()
        while self.releases and self.releases[-1][0] == now:
            self._release(self.releases.pop()[1])
        while self.later and self.later[0][0] == now:
            self._release(heappop(self.later)[2])
        if self.cycles and self.cycles[-1] == now:
            self.cycles.pop()
            self._cycle()
        self._straight()

    def _straight(self) -> None:
        """Releases before anything else happens that settle at once and change nothing for others: the same as
        ``_release``, without its steps. Stops at the first that is not of that kind."""
        releases, balance, floor, queue, settled_at = (
            self.releases, self.balance, self.floor, self.queue, self.settled_at)  # fmt: skip
        if self.ledger.union or not releases:
            return
        debit, credit, amounts, single, ahead = self.debit, self.credit, self.amount, self.single, self.next_other()
        if self.ledger.gridlock and self.waiting:  # what settles here makes the next resolution worth its run
            ahead = min(ahead, (self.now // self.ledger.every + 1) * self.ledger.every)
        while releases and releases[-1][0] < ahead:
            now, leg = releases[-1]
            a, b, amount = debit[leg], credit[leg], amounts[leg]
            if not single[leg] or queue[a] or queue[b] or balance[a] - amount < floor[a]:
                return
            if self.barred and self.blocked(leg):
                return
            releases.pop()
            balance[a] -= amount
            balance[b] += amount
            settled_at[leg] = self.now = now
            self.rows.extend((now, self.events, LEG, leg, a, b, amount))
            self.events += 1
            self.changed = True

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
                    self.wake(a)

    def _release(self, leg: int) -> None:
        """A leg, or a stage of legs, enters its queue and is tried."""
        group = self.group[leg]
        legs = self.members[group] if group >= 0 and self.staged[group] else [leg]
        for one in legs:
            self.enqueue(one)
        if self.ledger.union:
            return
        a = self.debit[leg]
        if self.overtaking[a]:
            self._try(leg)  # what stood before it was tried when it last could have become able to settle
        elif next(iter(self.queue[a])) == leg or group >= 0:
            self.wake(a)
        self._cascade()

    def _cascade(self) -> None:
        """Try every account that may have become able to pay, lowest first, until none is left."""
        while self.dirty:
            a = heappop(self.dirty)
            self.marked[a] = False
            self.repay(a)
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
        if self.blocked(leg):
            return False
        a, b = self.debit[leg], self.credit[leg]
        if self.balance[a] - self.amount[leg] >= self.floor[a] or (a == b and self.balance[a] >= self.floor[a]):
            self.commit([leg], ())
            return True
        if self.ledger.offset and next(iter(self.queue[a])) == leg and self.queue[b]:
            other = next(iter(self.queue[b]))
            if self.credit[other] == a and self.group[other] < 0 and not self.blocked(other) and other != leg:
                draws = self.draws([leg, other], drawing=False)
                if draws is not None:
                    self.commit([leg, other], draws)
                    return True
        draws = self.draws([leg], drawing=True) if a in self.drawn_by else None
        if draws is None:
            return False
        self.commit([leg], draws)
        return True

    def _together(self, group: int) -> bool:
        """Settle a group when every leg heads its queue (where queues may not be passed) and nobody ends short."""
        legs = self.members[group]
        for leg in legs:
            queue = self.queue[self.debit[leg]]
            if leg not in queue or self.blocked(leg):
                return False
            if not self.overtaking[self.debit[leg]]:
                for before in queue:
                    if before == leg:
                        break
                    if self.group[before] != group:
                        return False
        draws = self.draws(legs, drawing=True)
        if draws is None:
            return False
        self.commit(legs, draws)
        return True

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
                if incomplete or self.blocked(leg):
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
        """What ``choose`` finds among queued single legs that are not blocked, one currency after the other. Groups
        settle in queue order, before it."""
        found: list[int] = []
        for money in range(len(self.ledger.moneys)):
            ours = [a for a, queue in enumerate(self.queue) if self.money[a] == money and queue]
            legs = [leg for a in ours for leg in self.queue[a] if self.group[leg] < 0 and not self.blocked(leg)]
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
            self.commit(legs, ())

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
