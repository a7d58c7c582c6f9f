"""The journal of a day: every movement of money, its replay, its hash, and the laws of the ledger checked on it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from multipolar.base.problems import MultipolarError
from multipolar.payments.ledger import Ledger
from multipolar.payments.orders import Ints

LEG, DRAW, GIVE, REPAY, BACK, RETURN = range(6)  # kinds of a movement
KINDS = ("leg", "swap draw", "swap price", "swap repaid", "swap price back", "returned")
TIME, EVENT, KIND, WHAT, DEBIT, CREDIT, AMOUNT = range(7)  # columns of a journal
Chooser: TypeAlias = Callable[[Ints, Ints, Ints, Ints, Ints], NDArray[np.bool_]]


@dataclass(eq=False)
class Trace:
    """What an engine returns: when each leg settled (or -1), the journal's rows [r, 7], balances at the end, and by
    swap line the most and the last that was outstanding."""

    settled_at: Ints
    rows: Ints
    balance: Ints
    peak: Ints
    outstanding: Ints


class LedgerError(MultipolarError):
    """A law of the ledger does not hold: a defect of an engine, never of an input."""


@dataclass(frozen=True, eq=False)
class Journal:
    """Movements in order, int64 columns [r]: ``time`` s, ``event`` (movements of one event happen together), ``kind``
    (position in ``KINDS``), ``what`` (leg or swap line), ``debit`` and ``credit`` (positions in ``accounts``),
    ``amount`` minor units."""

    rows: Ints
    accounts: tuple[tuple[str, str, str], ...]

    def __len__(self) -> int:
        return len(self.rows)

    time = property(lambda self: self.rows[:, TIME])
    event = property(lambda self: self.rows[:, EVENT])
    kind = property(lambda self: self.rows[:, KIND])
    what = property(lambda self: self.rows[:, WHAT])
    debit = property(lambda self: self.rows[:, DEBIT])
    credit = property(lambda self: self.rows[:, CREDIT])
    amount = property(lambda self: self.rows[:, AMOUNT])

    @property
    def hash(self) -> str:
        """SHA-256 of accounts and rows (int64, little-endian): the same input gives the same hash on every engine."""
        digest = hashlib.sha256(repr(self.accounts).encode())
        digest.update(np.ascontiguousarray(self.rows, "<i8").data)
        return digest.hexdigest()

    def replay(self, opening: Ints) -> Ints:
        """Balances [a] after every movement, from those at the opening."""
        balance = opening.copy()
        np.subtract.at(balance, self.debit, self.amount)
        np.add.at(balance, self.credit, self.amount)
        return balance


def close(ledger: Ledger, trace: Trace) -> Ints:
    """Settle times of payments [m]; what is on its way at the horizon goes back to its payer, leg by leg.

    Appends the movements back to the trace, so that no rail account holds money of a payment that did not arrive.
    """
    ended = np.where(ledger.last >= 0, trace.settled_at[ledger.last] if len(trace.settled_at) else -1, -1)
    begun = np.where(ledger.first >= 0, trace.settled_at[ledger.first] if len(trace.settled_at) else -1, -1)
    under_way = np.zeros(len(ledger.first) + 1, np.bool_)
    under_way[:-1] = (begun >= 0) & (ended < 0)
    back = np.flatnonzero(under_way[ledger.payment] & (trace.settled_at >= 0))[::-1]
    if len(back):
        event = int(trace.rows[-1, EVENT]) + 1
        rows = np.empty((len(back), 7), np.int64)
        rows[:, TIME], rows[:, EVENT], rows[:, KIND], rows[:, WHAT] = ledger.horizon, event, RETURN, back
        rows[:, DEBIT], rows[:, CREDIT], rows[:, AMOUNT] = ledger.credit[back], ledger.debit[back], ledger.amount[back]
        np.subtract.at(trace.balance, rows[:, DEBIT], rows[:, AMOUNT])
        np.add.at(trace.balance, rows[:, CREDIT], rows[:, AMOUNT])
        trace.rows = np.concatenate([trace.rows, rows])
    return ended


def check_ledger(ledger: Ledger, trace: Trace, every: bool) -> None:
    """Replay the journal and check the laws; raises ``LedgerError`` naming what fails and when.

    Sums per currency are zero, the journal leads to the balances, no leg settles twice or in part, time does not run
    back, nobody ends an event below its floor (a union member: below its cap). ``every`` walks event by event with
    plain integers; else one pass of arrays does.
    """
    journal = Journal(trace.rows, ledger.names)
    opening = ledger.balance
    if every:
        _walk(ledger, journal)
    if (journal.replay(opening) != trace.balance).any():
        raise LedgerError("the journal does not lead to the balances")
    for code, currency in enumerate(ledger.moneys):
        if sum(trace.balance[ledger.money == code].tolist()) != 0:
            raise LedgerError(f"{currency} does not sum to zero")
    if (np.diff(journal.time) < 0).any() or (np.diff(journal.event) < 0).any():
        raise LedgerError("the journal runs back in time")
    legs = journal.what[journal.kind == LEG]
    if len(legs) and np.bincount(legs).max() > 1:
        raise LedgerError("a leg settled twice")
    if (ledger.amount[legs] != journal.amount[journal.kind == LEG]).any():
        raise LedgerError("a leg settled in part")
    if not ledger.union:
        _check_floors(ledger, journal)


def _check_floors(ledger: Ledger, journal: Journal) -> None:
    """Nobody below its floor at the end of an event."""
    _, account, balance = _movements(ledger, journal)
    if (balance >= ledger.floor[account]).all():  # not even within an event: no need to find where events end
        return
    account, balance, event = running_balances(ledger, journal)
    below = balance < ledger.floor[account]
    if below.any():
        at = int(np.argmax(below))
        raise LedgerError(f"{ledger.names[account[at]]} is below its floor after event {event[at]}")


def running_balances(ledger: Ledger, journal: Journal) -> tuple[Ints, Ints, Ints]:
    """Account, its balance and the event, once for each event that touches it: by account, in order of time."""
    order, account, balance = _movements(ledger, journal)
    event = journal.event[order >> 1]
    last = np.ones(len(account), np.bool_)
    last[:-1] = (account[1:] != account[:-1]) | (event[1:] != event[:-1])
    return account[last], balance[last], event[last]


def _movements(ledger: Ledger, journal: Journal) -> tuple[Ints, Ints, Ints]:
    """Both sides of every row by account, in order of time: place (twice the row, one more for the credit), account
    and its balance after it."""
    sides, change = np.empty((2, 2 * len(journal.rows)), np.int64)
    sides[0::2], sides[1::2] = journal.debit, journal.credit
    change[1::2] = journal.amount
    np.negative(journal.amount, out=change[0::2])
    order = np.argsort(sides.astype(np.uint16) if len(ledger.names) < 2**16 else sides, kind="stable")
    account, total = sides[order], np.cumsum(change[order])
    touched = np.bincount(account, minlength=len(ledger.names))
    before = np.concatenate([[0], total])[np.cumsum(touched) - touched]  # of all accounts that come earlier
    return order, account, total + (ledger.balance - before)[account]


def _walk(ledger: Ledger, journal: Journal) -> None:
    """Event by event: sums and floors, in plain integers."""
    balance, floor = ledger.balance.tolist(), ledger.floor.tolist()
    sums = [0] * len(ledger.moneys)
    rows = journal.rows.tolist()
    for k, (_, event, _, _, debit, credit, amount) in enumerate(rows):
        balance[debit] -= amount
        balance[credit] += amount
        sums[ledger.money[debit]] -= amount
        sums[ledger.money[credit]] += amount
        if k + 1 == len(rows) or rows[k + 1][EVENT] != event:
            if any(sums):
                raise LedgerError(f"a currency does not sum to zero after event {event}")
            begin = k
            while begin >= 0 and rows[begin][EVENT] == event:
                for a in rows[begin][DEBIT : CREDIT + 1]:
                    if not ledger.union and balance[a] < floor[a]:
                        raise LedgerError(f"{ledger.names[a]} is below its floor after event {event}")
                begin -= 1
