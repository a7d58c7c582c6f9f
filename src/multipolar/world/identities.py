"""The accounts of a world: what must hold, and everything that is derived (arrays -> arrays).

This is the only place where derived arrays are made. i origin, n destination, s supplying sector, k using sector;
values in million US dollars at basic prices; rates ad valorem.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Accounts:
    """Arrays derived from trade, input shares and taxes.

    ``output`` [i,s] sales at basic prices; ``spending`` [n,s] purchases with taxes; ``trade_share`` [i,n,s] shares of
    ``spending`` by origin; ``value_added`` [n,k]; ``value_added_share`` [n,k] (1 - inputs' cost share);
    ``final_use`` [n,s]; ``final_share`` [n,s]; ``income``, ``revenue``, ``deficit`` [n].
    """

    output: Array
    spending: Array
    trade_share: Array
    value_added: Array
    value_added_share: Array
    final_use: Array
    final_share: Array
    income: Array
    revenue: Array
    deficit: Array


def derive(trade: Array, input_share: Array, tariff: Array, export_tax: Array | None) -> Accounts:
    """All derived arrays of a world (DESIGN 3; ECONOMICS 0.4 and 0.6).

    ``spending = sum_i trade (1+t)(1+x)``, ``output = sum_n trade``, ``value_added = output (1 - sum_s input_share)``,
    ``final_use = spending - sum_k input_share output``, ``income = sum_s final_use``, ``revenue`` = tariffs levied plus
    export taxes levied, ``deficit = income - value_added - revenue`` (sums to zero over the world by construction).
    """
    at_border, export_revenue = trade, np.zeros(trade.shape[0])
    if export_tax is not None:
        at_border = trade * (1.0 + export_tax)
        export_revenue = np.einsum("ins,ins->i", trade, export_tax)
    duties = np.einsum("ins,ins->n", at_border, tariff)
    paid = 1.0 + tariff
    paid *= at_border
    spending = paid.sum(axis=0)
    output = trade.sum(axis=1)
    # In place: arrays of flows cost more to put into memory than to compute.
    trade_share = np.divide(paid, spending, out=paid, where=spending > 0)
    if not (spending > 0).all():
        trade_share[:, ~(spending > 0)] = 0.0
    value_added_share = 1.0 - input_share.sum(axis=2)
    value_added = output * value_added_share
    intermediate = np.matmul(output[:, None, :], input_share)[:, 0, :]
    final_use = spending - intermediate
    income = final_use.sum(axis=1)
    revenue = duties + export_revenue
    return Accounts(
        output=output,
        spending=spending,
        trade_share=trade_share,
        value_added=value_added,
        value_added_share=value_added_share,
        final_use=final_use,
        final_share=np.divide(final_use, income[:, None], out=np.zeros_like(final_use), where=income[:, None] != 0),
        income=income,
        revenue=revenue,
        deficit=income - value_added.sum(axis=1) - revenue,
    )


@dataclass(frozen=True, slots=True)
class Identity:
    """One identity of the accounts with its largest residual, where it occurs, and whether it holds."""

    name: str
    residual: float
    limit: float
    where: tuple[int, ...] = ()

    @property
    def holds(self) -> bool:
        """True when the residual is a number at or below the limit."""
        return bool(self.residual <= self.limit)


def identities(trade: Array, accounts: Accounts, tariff: Array, export_tax: Array | None) -> tuple[Identity, ...]:
    """What must hold in any world, each recomputed here by other formulas than ``derive`` uses.

    Markets: payments of buyers less taxes equal receipts of sellers, relative to that market. Budgets: income equals
    value added, tax revenue and the excess of imports over exports at border prices. Shares sum to one.
    """
    received = 1.0 + tariff
    if export_tax is not None:
        received *= 1.0 + export_tax
    np.divide(accounts.spending, received, out=received)
    received *= accounts.trade_share
    sold = received.sum(axis=1)
    market = np.abs(sold - accounts.output) / np.where(accounts.output > 0, accounts.output, 1.0)
    border = trade if export_tax is None else trade * (1.0 + export_tax)
    imports, exports = border.sum(axis=(0, 2)), border.sum(axis=(1, 2))
    budget = np.abs(accounts.income - accounts.value_added.sum(axis=1) - accounts.revenue - (imports - exports))
    budget = budget / np.where(accounts.income > 0, accounts.income, 1.0)
    used = accounts.spending > 0
    shares = np.where(used, np.abs(accounts.trade_share.sum(axis=0) - 1.0), 0.0)
    final = np.where(accounts.income != 0, np.abs(accounts.final_share.sum(axis=1) - 1.0), 0.0)
    world = abs(float(accounts.deficit.sum())) / max(float(accounts.income.sum()), 1e-300)
    return (
        _largest("every market clears (relative to the market)", market, 1e-12),
        _largest("every budget holds (relative to income)", budget, 1e-12),
        _largest("trade shares sum to one in every used market", shares, 1e-12),
        _largest("final shares sum to one", final, 1e-12),
        Identity("deficits sum to zero over the world (relative to income)", world, 1e-12),
    )


def _largest(name: str, residual: Array, limit: float) -> Identity:
    position = np.unravel_index(int(np.argmax(residual)), residual.shape)
    return Identity(name, float(residual[position]), limit, tuple(int(k) for k in position))
