"""The compiled engine (numba, extra ``payments``): a ledger as records, ``loops.advance`` over them, the journal back.

Gives the answer of ``plain`` to the last row of the journal; a law, on every day ever tried.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from multipolar.payments import kernels as k
from multipolar.payments.journal import LEG, Chooser, Trace
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
        settled_at=tables.legs["settled_at"][: len(ledger.debit)].copy(),
        rows=journal_rows(ledger, tables),
        balance=tables.accounts["balance"].copy(),
        peak=tables.lines["peak"].copy(),
        outstanding=tables.lines["out"].copy(),
    )


def begin(ledger: Ledger) -> Tables:
    """The records at second 0."""
    legs = np.zeros(len(ledger.debit), k.LEGS)
    for name in k.LEG_COLUMNS:
        legs[name] = getattr(ledger, name)
    legs["settled_at"] = -1
    accounts = np.zeros(len(ledger.names), k.ACCOUNTS)
    for name in k.ACCOUNT_COLUMNS:
        accounts[name] = getattr(ledger, name)
    accounts["head"] = accounts["tail"] = -1
    accounts["member"] = [role == "member" for _, _, role in ledger.names]
    accounts["drawing"][ledger.line_drawer] = 1
    accounts["paying"][ledger.line_own[~ledger.line_free]] = 1
    lines = np.zeros(len(ledger.line_drawer), k.LINES)
    for name in k.LINE_COLUMNS:
        lines[name] = getattr(ledger, f"line_{name}")
    flips = np.zeros(len(ledger.flip_time), k.FLIPS)
    for name in ("time", "kind", "index", "change"):
        flips[name] = getattr(ledger, f"flip_{name}")
    groups = np.zeros(len(ledger.staged), k.GROUPS)
    groups["start"], groups["end"], groups["staged"] = ledger.group_start[:-1], ledger.group_start[1:], ledger.staged
    draws = 16 * len(lines) + 64 if len(lines) else 0
    return Tables(
        day=_day(ledger),
        legs=legs,
        accounts=accounts,
        lines=lines,
        groups=groups,
        members=ledger.group_legs,
        chosen=np.zeros(len(legs) + 2, np.int64),
        blocks=np.zeros((3, max(len(ledger.institutions), len(ledger.moneys))), np.int64),
        flips=flips,
        releases=np.column_stack([ledger.release_time, ledger.release_leg]),
        cycles=ledger.cycles,
        later=np.zeros(len(legs) if (ledger.follow >= 0).any() else 0, k.HEAP),
        matures=np.zeros(draws, k.HEAP),
        extras=np.zeros(draws, k.EXTRAS),
    )


def _day(ledger: Ledger) -> Any:
    day = np.zeros(1, k.DAY)
    day["offset"], day["union"], day["barred"] = ledger.offset, ledger.union, len(ledger.flip_time) > 0
    day["gridlock"] = {None: 0, "fifo": BY_ORDER, "free": BY_CHOICE}[ledger.gridlock]
    day["every"], day["horizon"] = ledger.every, ledger.horizon
    return day


def grown(tables: Tables) -> Tables:
    """The records with twice the room for swap draws, and room for what one account may draw in a row."""
    more = len(tables.extras) + len(tables.lines) * (2 * int(tables.accounts["length"].max(initial=0)) + 8)
    extras, matures = (
        np.concatenate([array, np.zeros(more, array.dtype)]) for array in (tables.extras, tables.matures)
    )
    return tables._replace(extras=extras, matures=matures)


def choose_freely(ledger: Ledger, tables: Tables, choose: Chooser) -> None:
    """Choose among the candidates that ``loops`` left in ``chosen``, one currency after the other."""
    day, accounts = tables.day[0], tables.accounts
    legs = tables.chosen[: day["chosen"]].copy()
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
        found += at[choose(accounts["balance"][seen], ledger.floor[seen], *sides)].tolist()
    tables.chosen[: len(found)] = found
    day["chosen"] = len(found)


def journal_rows(ledger: Ledger, tables: Tables) -> Ints:
    """The rows of the journal [r, 7]: legs in the order in which they settled, draws and repayments between them."""
    settled, others = int(tables.day[0]["ordered"]), tables.extras[: tables.day[0]["extras"]]
    legs, events = tables.legs["order"][:settled], tables.legs["event"][:settled]
    rows = np.empty((settled + len(others), 7), np.int64)
    places = others["place"] + np.arange(len(others))
    is_leg = np.ones(len(rows), np.bool_)
    is_leg[places] = False
    at = is_leg if len(others) else slice(None)
    kinds = np.full(settled, LEG)
    columns = (tables.legs["settled_at"][legs], events, kinds, legs, ledger.debit[legs], ledger.credit[legs])
    for column, values in enumerate((*columns, ledger.amount[legs])):
        rows[at, column] = values
    for column, name in enumerate(("time", "event", "kind", "what", "debit", "credit", "amount")):
        rows[places, column] = others[name]
    return rows
