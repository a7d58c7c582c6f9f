"""What a settlement is measured by: shares, delays, liquidity, exposure (PAYMENTS, metrics).

With a amount, settle s, submit t and close T (the horizon), over payments that screening let pass:

    settled share = sum of a settled / sum a            delay = sum a (s - t) / sum a, of what settled, seconds
    delay indicator = sum a (s - t) / sum a (T - t), with s = T where unsettled: 0 at once, 1 never

Liquidity of an account: ``needed`` is the least opening balance with which everything settles at submission, the
deepest sum of what was paid less what was received; ``used`` how far below its opening balance it went.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from multipolar.base.problems import InputError, shown
from multipolar.payments.journal import running_balances
from multipolar.payments.ledger import OWN_ROLES
from multipolar.payments.orders import Ints

if TYPE_CHECKING:
    from multipolar.payments.simulate import Settlement

HOUR = 3600.0


def measure(out: Settlement) -> dict[str, Any]:
    """Metrics in all, then ``currencies`` by currency, ``corridors`` by (payer, payee, currency), ``institutions`` by
    (institution, currency), ``rails`` by name, ``swap_lines`` in their order.

    Each row: ``count``, ``settled_count``, ``rejected_count``, ``settled_share_count``, ``return_rate`` (rejected part
    of the count), and per currency also ``value``, ``settled_value``, ``settled_share``, ``delay_s``,
    ``delay_indicator``. In all and by rail, values stand only where there is one currency: minor units of two do not
    add. What nothing can be said about is None, never 0.
    """
    payments, width = out.payments, max(len(out.payments.currencies), 1)
    names, moneys = payments.institutions, payments.currencies
    size = len(names)
    corridor = (payments.payer * size + payments.payee) * width + payments.currency
    corridors = {
        (names[code // width // size], names[code // width % size], moneys[code % width]): row
        for code, row in _rows(out, corridor)
    }
    payers = dict(_rows(out, payments.payer * width + payments.currency))
    total = next((row for _, row in _rows(out, np.zeros(len(payments), np.int64))), _row([0] * 8))
    if len(moneys) > 1:
        total |= dict.fromkeys(("value", "settled_value", "settled_share", "delay_s", "delay_indicator"))
    rail = out.system.rail_row
    lines = zip(out.system.swap_lines, out.drawn.tolist(), out.outstanding.tolist(), strict=True)
    return total | {
        "currencies": {moneys[code]: row for code, row in _rows(out, payments.currency)},
        "corridors": corridors,
        "institutions": _institutions(out, payers, width),
        "rails": {rail.name if rail else "rtgs": total.copy()},
        "swap_lines": [
            {"drawn": drawn, "outstanding": left, "drawn_share": drawn / line.cap if line.cap else None}
            for line, drawn, left in lines
        ],
    }


def _rows(out: Settlement, code: Ints) -> Iterable[tuple[int, dict[str, Any]]]:
    """One row for each code that occurs, in ascending order."""
    payments, horizon = out.payments, out.system.horizon
    found, at = np.unique(code, return_inverse=True)
    settled, rejected = out.settled_at >= 0, out.ledger.last < 0
    amount = payments.amount.astype(np.float64)
    end = np.where(settled, out.settled_at, np.maximum(horizon, payments.time))
    waited = np.where(rejected, 0.0, amount * (end - payments.time))
    longest = np.where(rejected, 0.0, amount * (np.maximum(horizon, payments.time) - payments.time))
    sums = np.zeros((len(found), 5), np.int64)
    for column, flag in enumerate((np.ones(len(code)), settled, rejected)):
        np.add.at(sums[:, column], at, flag.astype(np.int64))
    np.add.at(sums[:, 3], at, np.where(rejected, 0, payments.amount))
    np.add.at(sums[:, 4], at, np.where(settled, payments.amount, 0))
    weights = [np.bincount(at, w, len(found)) for w in (np.where(settled, waited, 0.0), waited, longest)]
    for k, value in enumerate(found.tolist()):
        yield value, _row([*sums[k, :5].tolist(), *(float(w[k]) for w in weights)])


def _row(sums: list[Any]) -> dict[str, Any]:
    count, settled, rejected, value, settled_value, waited, every, longest = sums
    return {
        "count": int(count),
        "settled_count": int(settled),
        "rejected_count": int(rejected),
        "settled_share_count": settled / (count - rejected) if count > rejected else None,
        "return_rate": rejected / count if count else None,
        "value": int(value),
        "settled_value": int(settled_value),
        "settled_share": settled_value / value if value else None,
        "delay_s": waited / settled_value if settled_value else None,
        "delay_indicator": every / longest if longest else None,
    }


def _institutions(out: Settlement, payers: dict[int, dict[str, Any]], width: int) -> dict[tuple[str, str], Any]:
    """By account of the system: what its holder paid, and liquidity ``needed``, ``used``, ``available`` at the opening
    with credit, ``turnover`` (settled value paid over what is available)."""
    needed, used = _needed(out), _used(out)
    at = {name: k for k, name in enumerate(out.payments.institutions)}
    moneys = {name: k for k, name in enumerate(out.payments.currencies)}
    found = {}
    for k, (name, currency, role) in enumerate(out.ledger.names):
        if role not in OWN_ROLES:
            continue
        code = at.get(name, -1) * width + moneys.get(currency, 0)
        row = payers.get(code) if name in at and currency in moneys else None
        available = int(out.ledger.balance[k] - out.ledger.floor[k])
        row = row or _row([0] * 8)
        turnover = row["settled_value"] / available if available else None
        found[(name, currency)] = row | {
            "needed": int(needed[k]),
            "used": int(used[k]),
            "available": available,
            "turnover": turnover,
        }
    return found


def _needed(out: Settlement) -> Ints:
    """The least opening balance of each account with which everything settles at submission, in the order given."""
    ledger, payments = out.ledger, out.payments
    passed = np.flatnonzero(ledger.first >= 0)
    sides = np.stack([ledger.debit[ledger.first[passed]], ledger.credit[ledger.last[passed]]], axis=1).ravel()
    change = np.stack([-payments.amount[passed], payments.amount[passed]], axis=1).ravel()
    order = np.argsort(sides, kind="stable")
    account, total = sides[order], np.cumsum(change[order])
    lowest = np.zeros(len(ledger.names), np.int64)
    starts = np.flatnonzero(np.diff(account, prepend=-1))
    if len(starts):
        before = np.concatenate([[0], total[starts[1:] - 1]])
        np.minimum.at(lowest, account, total - np.repeat(before, np.diff(np.append(starts, len(account)))))
    return -lowest


def _used(out: Settlement) -> Ints:
    """How far each account went below its opening balance."""
    account, balance, _ = running_balances(out.ledger, out.journal)
    lowest = out.ledger.balance.copy()
    np.minimum.at(lowest, account, balance)
    used: Ints = out.ledger.balance - lowest
    return used


def exposure_hours(out: Settlement, trades: Iterable[tuple[int, int]]) -> list[float]:
    """Principal at risk of each trade (row of one leg, row of the other): amount of the leg that settled first times
    the hours until the other settled, or until the horizon where it did not; its own minor units x hours.

    Zero where both settle in one second: payment-versus-payment, and where neither settles. Raises ``InputError`` for
    a row that is not there.
    """
    found = []
    for trade in trades:
        for row in trade:
            if not 0 <= row < len(out.payments):
                raise InputError(f"no payment in row {shown(row)}; {len(out.payments)} are there")
        legs = sorted((int(out.settled_at[row]), row) for row in trade if out.settled_at[row] >= 0)
        if not legs:
            found.append(0.0)
            continue
        end = legs[1][0] if len(legs) == 2 else out.system.horizon
        found.append(int(out.payments.amount[legs[0][1]]) * (end - legs[0][0]) / HOUR)
    return found
