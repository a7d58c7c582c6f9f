"""How well a system settled: shares, delays, liquidity; in all, by payer, by currency and by corridor.

With a the amounts, s the second of submission, e that of settling and T the end of the run, per group of payments::

    delay indicator = sum a (min(e, T) - s) / sum a (T - s)      unsettled payments wait until T

``immediate_liquidity`` of an account is the least balance at which everything settles at once, the largest excess of
what was paid over what was received so far, in the order of submission.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from multipolar.payments.orders import Ints, Payments

if TYPE_CHECKING:
    from multipolar.payments.simulate import Settlement


def measure(run: Settlement) -> dict[str, Any]:
    """``all``, ``by_institution``, ``by_currency``, ``by_corridor`` ("payer > payee"): each a dict of numbers.

    ``count``, ``value`` (minor units), ``settled_count``, ``settled_value``, ``settled_share`` (of value; 1 of
    nothing), ``rejected_count``, ``return_rate``, ``delay_s`` (mean of what settled, by value), ``delay_indicator``;
    ``immediate_liquidity`` by (institution, currency), and ``turnover``: settled value over the balances at the start.
    """
    payments, names = run.payments, run.payments.institutions
    corridor = payments.payer * len(names) + payments.payee
    found, position = np.unique(corridor, return_inverse=True)
    labels = [f"{names[k // len(names)]} > {names[k % len(names)]}" for k in found.tolist()]
    whole = _of(run, np.ones(len(payments), dtype=bool))
    start = sum(balance for _, _, balance in run.system.accounts)
    return {
        "all": whole,
        "by_institution": _by(run, payments.payer, names),
        "by_currency": _by(run, payments.currency, payments.currencies),
        "by_corridor": _by(run, position, labels),
        "immediate_liquidity": immediate_liquidity(payments),
        "turnover": whole["settled_value"] / start if start else 0.0,
    }


def immediate_liquidity(payments: Payments) -> dict[tuple[str, str], int]:
    """Least balance by (institution, currency) at which every payment settles at once, minor units."""
    m, width = len(payments), len(payments.currencies)
    account = np.concatenate([payments.payer * width + payments.currency, payments.payee * width + payments.currency])
    amount = np.concatenate([payments.amount, -payments.amount])
    order = np.lexsort((np.concatenate([np.arange(m), np.arange(m)]), account))
    account, amount = account[order], amount[order]
    begins = np.flatnonzero(np.diff(account, prepend=-1))
    need = {}
    for first, last in zip(begins.tolist(), [*begins[1:].tolist(), 2 * m], strict=True):
        key = int(account[first])
        most = int(np.cumsum(amount[first:last]).max(initial=0))
        need[payments.institutions[key // width], payments.currencies[key % width]] = most
    return need


def _by(run: Settlement, codes: Ints, labels: Any) -> dict[str, dict[str, float]]:
    groups = ((label, codes == k) for k, label in enumerate(labels))
    return {label: _of(run, mine) for label, mine in groups if mine.any()}


def _of(run: Settlement, mine: Any) -> dict[str, float]:
    payments, end = run.payments, run.system.horizon
    amount, time = payments.amount[mine].astype(np.float64), payments.time[mine]
    settled, rejected = run.settled_at[mine] >= 0, run.state[mine] == "rejected"
    done = np.where(settled, np.minimum(run.settled_at[mine], end), end)
    waited, most = amount * (done - time), amount * (end - time)
    value, paid = amount.sum(), amount[settled].sum()
    count = int(mine.sum())
    return {
        "count": count,
        "value": int(payments.amount[mine].sum()),
        "settled_count": int(settled.sum()),
        "settled_value": int(payments.amount[mine][settled].sum()),
        "settled_share": float(paid / value) if value else 1.0,
        "rejected_count": int(rejected.sum()),
        "return_rate": float(rejected.sum() / count) if count else 0.0,
        "delay_s": float(waited[settled].sum() / paid) if paid else 0.0,
        "delay_indicator": float(waited.sum() / most.sum()) if most.sum() else 0.0,
    }
