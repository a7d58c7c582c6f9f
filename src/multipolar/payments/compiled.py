"""The compiled engine (numba, extra ``payments``): a ledger as tables, ``loops.advance`` over them, the journal back.

Gives the answer of ``plain`` to the last row of the journal; a law, on every day ever tried.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from multipolar.payments.journal import Chooser, Trace
from multipolar.payments.kernels import write_journal
from multipolar.payments.layout import (
    ACCOUNT_COLUMNS,
    LEG_COLUMNS,
    LINE_COLUMNS,
    NOTE_COLUMNS,
    A,
    D,
    F,
    H,
    K,
    L,
    N,
    X,
)
from multipolar.payments.ledger import Ledger
from multipolar.payments.loops import BY_CHOICE, BY_ORDER, DONE, GROW, Tables, advance
from multipolar.payments.orders import Ints


def run(ledger: Ledger, choose: Chooser) -> Trace:
    """Run one ledger. ``choose`` is the gridlock resolution without queue order: (balances, floors, payer, payee,
    amount) -> which settle. Raises nothing: a ledger is checked before."""
    tables = begin(ledger)
    while (need := advance(tables)) != DONE:
        if need == GROW:
            tables = grown(tables)
        else:
            choose_freely(ledger, tables, choose)
    return Trace(
        settled_at=tables.legs[:, L.settled_at].copy(),
        rows=journal_rows(tables),
        balance=tables.accounts[:, A.balance].copy(),
        peak=tables.lines[:, K.peak].copy(),
        outstanding=tables.lines[:, K.out].copy(),
    )


def begin(ledger: Ledger) -> Tables:
    """The tables at second 0."""
    legs = np.empty((len(ledger.debit), len(L)), np.int64)
    _fill(legs, L, ledger, LEG_COLUMNS)
    legs[:, L.queued], legs[:, L.settled_at] = 0, -1
    notes = np.zeros((len(legs), len(N)), np.int64)
    routed, ranked = bool((ledger.follow >= 0).any()), bool((ledger.priority != 0).any())
    _fill(notes, N, ledger, NOTE_COLUMNS if routed or ranked else ())
    accounts = np.zeros((len(ledger.names), len(A)), np.int64)
    _fill(accounts, A, ledger, ACCOUNT_COLUMNS)
    accounts[:, A.head] = accounts[:, A.tail] = accounts[:, A.live] = -1
    accounts[:, A.member] = [role == "member" for _, _, role in ledger.names]
    accounts[ledger.line_drawer, A.drawing] = 1
    accounts[ledger.line_own[~ledger.line_free], A.paying] = 1
    lines = np.zeros((len(ledger.line_drawer), len(K)), np.int64)
    _fill(lines, K, ledger, LINE_COLUMNS, "line_")
    flips = np.zeros((len(ledger.flip_time), len(F)), np.int64)
    _fill(flips, F, ledger, F._fields, "flip_")
    draws = 16 * len(lines) + 64 if len(lines) else 0
    return Tables(
        day=_day(ledger, routed, ranked),
        legs=legs,
        notes=notes,
        accounts=accounts,
        lines=lines,
        groups=np.column_stack([ledger.group_start[:-1], ledger.group_start[1:], ledger.staged]).astype(np.int64),
        members=ledger.group_legs,
        chosen=np.zeros(len(legs) + 2, np.int64),
        blocks=np.zeros((3, max(len(ledger.institutions), len(ledger.moneys))), np.int64),
        flips=flips,
        releases=np.column_stack([ledger.release_time, ledger.release_leg]),
        cycles=ledger.cycles,
        later=np.zeros((len(legs) if routed else 0, len(H)), np.int64),
        matures=np.zeros((draws, len(H)), np.int64),
        extras=np.zeros((draws, len(X)), np.int64),
    )


def _fill(table: Ints, columns: Any, ledger: Ledger, names: Iterable[str], prefix: str = "") -> None:
    for name in names:
        table[:, getattr(columns, name)] = getattr(ledger, prefix + name)


def _day(ledger: Ledger, routed: bool, ranked: bool) -> Ints:
    day = np.zeros(len(D), np.int64)
    day[D.routed], day[D.ranked], day[D.grouped] = routed, ranked, len(ledger.staged) > 0
    day[D.offset], day[D.union], day[D.barred] = ledger.offset, ledger.union, len(ledger.flip_time) > 0
    day[D.gridlock] = {None: 0, "fifo": BY_ORDER, "free": BY_CHOICE}[ledger.gridlock]
    fancy = ledger.offset or ledger.union or routed or ranked or len(ledger.line_drawer)
    day[D.simple] = not (fancy or len(ledger.staged) or ledger.overtaking.any())
    day[D.every], day[D.horizon] = ledger.every, ledger.horizon
    return day


def grown(tables: Tables) -> Tables:
    """The tables with twice the room for swap draws, and room for what one account may draw in a row."""
    more = len(tables.extras) + len(tables.lines) * (2 * int(tables.accounts[:, A.length].max(initial=0)) + 8)
    extras, matures = (
        np.concatenate([table, np.zeros((more, table.shape[1]), np.int64)]) for table in (tables.extras, tables.matures)
    )
    return tables._replace(extras=extras, matures=matures)


def choose_freely(ledger: Ledger, tables: Tables, choose: Chooser) -> None:
    """Choose among the candidates that ``loops`` left in ``chosen``, one currency after the other."""
    day, accounts = tables.day, tables.accounts
    legs = tables.chosen[: day[D.chosen]].copy()
    found: list[int] = []
    for money in range(len(ledger.moneys)):
        at = legs[ledger.money[ledger.debit[legs]] == money]
        if not len(at):
            continue
        both = np.concatenate([ledger.debit[at], ledger.credit[at]])
        seen = np.array(list(dict.fromkeys(both.tolist())), np.int64)
        place = np.zeros(len(accounts), np.int64)
        place[seen] = np.arange(len(seen))
        sides = (place[ledger.debit[at]], place[ledger.credit[at]], ledger.amount[at])
        found += at[choose(accounts[seen, A.balance], ledger.floor[seen], *sides)].tolist()
    tables.chosen[: len(found)] = found
    day[D.chosen] = len(found)


def journal_rows(tables: Tables) -> Ints:
    """The rows of the journal [r, 7]: legs in the order in which they settled, draws and repayments between them."""
    rows = np.empty((int(tables.day[D.ordered] + tables.day[D.extras]), 7), np.int64)
    write_journal(tables.day, tables.legs, tables.notes, tables.extras, rows)
    return rows
