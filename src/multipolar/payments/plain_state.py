"""The state of the plain engine, and the ways in which it changes: queues, movements of money, swap draws.

Money moves only in ``commit`` and ``repay``: the legs of one event together, after every account they touch was found
at or above its floor.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from heapq import heappush
from itertools import pairwise
from typing import Any

from multipolar.payments.journal import BACK, DRAW, GIVE, LEG, REPAY
from multipolar.payments.ledger import CUT, MUTE, SHUT, Ledger

_LEG_COLUMNS = ("debit", "credit", "amount", "group", "priority", "follow", "wait", "staged")
_ACCOUNT_COLUMNS = ("floor", "balance", "owner", "money", "overtaking")


class State:
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

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
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
        apart = bool(self.lines)  # then every leg takes the long way
        self.single = [not apart and g < 0 and f < 0 for g, f in zip(self.group, self.follow, strict=True)]

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

    def blocked(self, leg: int) -> bool:
        if not self.barred:
            return False
        payer, payee = self.owner[self.debit[leg]], self.owner[self.credit[leg]]
        cut, shut = self.blocks[CUT], self.blocks[SHUT]
        return bool(self.blocks[MUTE][payer] or cut[payer] or cut[payee] or shut[self.money[self.debit[leg]]])

    def cut_off(self, institution: int) -> bool:
        return bool(self.blocks[MUTE][institution] or self.blocks[CUT][institution])

    def enqueue(self, leg: int) -> None:
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

    def wake(self, a: int) -> None:
        if not self.marked[a]:
            self.marked[a] = True
            heappush(self.dirty, a)

    def stir(self, a: int) -> None:
        """Wake an account whose queue or balance changed, and the drawers that pay for their draws from it."""
        if self.queue[a] or a in self.drawn_by:
            self.wake(a)
        for drawer in self.paid_from.get(a, ()):
            self.wake(drawer)

    def move(self, kind: int, what: int, debit: int, credit: int, amount: int) -> None:
        self.balance[debit] -= amount
        self.balance[credit] += amount
        self.rows.extend((self.now, self.events, kind, what, debit, credit, amount))

    def draws(self, legs: list[int], drawing: bool) -> list[tuple[int, int, int]] | None:
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
                if line["due"] or self.cut_off(line["provider"]):
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

    def commit(self, legs: list[int], draws: Any) -> None:
        """One event: money moves, the journal is written, what may have become able to pay is woken."""
        for k, drawn, given in draws:
            line = self.lines[k]
            line["out"] += drawn
            line["held"] += given
            line["peak"] = max(line["peak"], line["out"])
            self.move(DRAW, k, line["source"], line["drawer"], drawn)
            self.move(GIVE, k, line["own"], line["holding"], given)
            if line["maturity"] >= 0:
                heappush(self.matures, (self.now + line["maturity"], self.number, k, drawn))
                self.number += 1
        for leg in legs:
            a, b = self.debit[leg], self.credit[leg]
            self.move(LEG, leg, a, b, self.amount[leg])
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
            self.stir(self.debit[leg])
            self.stir(self.credit[leg])

    def repay(self, a: int) -> None:
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
            self.move(REPAY, k, a, line["source"], paid)
            self.move(BACK, k, line["holding"], line["own"], back)
            self.events += 1
            if not line["free"]:
                self.stir(line["own"])
