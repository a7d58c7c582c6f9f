"""The static equilibrium in exact hat algebra: one function per equation (notation of Caliendo and Parro 2015).

n destination, i origin, s supplying sector, k using sector; a hat is new / old; primes are new levels. The two
trade arrays are stored sector first, ``[s,n,i]``, so that each equation is one batched matrix-vector product:

    T   = pi (kappa_hat tau_hat)^-theta (1 - b)      price-share weights, formed once for a shock
    net = 1 / ((1+t')(1+x'))                         what the seller receives of a dollar spent

This module knows no tolerance and no iteration; it never writes into an array. ``xp`` is the array's own namespace.
Tested: zero shock, price scaling, closed forms of ``checks/economics.csv`` and Caliendo and Parro's NAFTA table.
"""

from __future__ import annotations

from typing import Any

Array = Any  # a NumPy or a JAX array: the equations run on both


def openness(price_hat: Array, theta: Array) -> Array:
    """``o = (kappa_hat tau_hat)^-theta``, 1 where nothing changes, exactly 0 at an infinite trade cost.

    ``price_hat``: the factor kappa_hat tau_hat on the landed price, cell by cell. A blocked share b under coverage
    ``thin`` (each supplier struck out with probability b) multiplies by 1 - b.
    """
    xp = theta.__array_namespace__()
    return xp.exp(-theta * xp.log(price_hat))


def cost_power(ln_cost: Array, theta: Array) -> Array:
    """``c_hat^-theta`` as [s,i] from ``ln c_hat`` [i,s]."""
    xp = ln_cost.__array_namespace__()
    return xp.exp(-theta * ln_cost).T


def market_sum(weights: Array, cost_term: Array) -> Array:
    """``Phi[s,n] = sum_i T[s,n,i] c_hat[i,s]^-theta``, so that ``P_hat = Phi^(-1/theta)``."""
    return (weights @ cost_term[..., None])[..., 0]


def ln_price(market: Array, theta: Array) -> Array:
    """``ln P_hat[n,s] = -ln(Phi)/theta`` from ``Phi`` [s,n]."""
    xp = market.__array_namespace__()
    return -xp.log(market).T / theta


def sales(net_weights: Array, cost_term: Array, spending_per_phi: Array) -> Array:
    """``Y'[i,s] = sum_n pi' X' / ((1+t')(1+x'))`` with ``pi' = T c_hat^-theta / Phi``.

    ``net_weights`` = T net [s,n,i], ``spending_per_phi`` = X'/Phi [s,n]; returns [s,i], million USD at basic prices.
    """
    xp = cost_term.__array_namespace__()
    return cost_term * (xp.matrix_transpose(net_weights) @ spending_per_phi[..., None])[..., 0]


def receipts_of_origins(net_weights: Array, cost_term: Array, spending_per_phi: Array) -> Array:
    """What sellers anywhere receive of n's spending, ``sum_i pi' X' net`` [s,n]; X' less this is tax revenue."""
    return spending_per_phi * (net_weights @ cost_term[..., None])[..., 0]


def ln_unit_cost(ln_wage: Array, ln_price: Array, value_added_share: Array, input_share: Array, ln_a: Array) -> Array:
    """``ln c_hat[n,k] = beta ln w_hat + sum_s gamma ln P_hat - ln A_hat`` (all elasticities 1).

    ``input_share`` [n,k,s] are cost shares, so beta + sum_s gamma = 1.
    """
    inputs = (input_share @ ln_price[..., None])[..., 0]
    return value_added_share * ln_wage[:, None] + inputs - ln_a


def spending(final_share: Array, income: Array, input_share: Array, output: Array) -> Array:
    """``X'[n,s] = alpha I' + sum_k gamma[n,k,s] Y'[n,k]``, million USD with taxes."""
    xp = output.__array_namespace__()
    return final_share * income[:, None] + (xp.matrix_transpose(input_share) @ output[..., None])[..., 0]


def labour_demand(value_added_share: Array, output: Array) -> Array:
    """Wage bill that producers of n pay, ``sum_k beta Y'`` [n], million USD."""
    return (value_added_share * output).sum(axis=1)


def normalised(wage_bill: Array, base_wage_bill: Array, group: Array) -> Array:
    """Wage bills scaled so that each connected group keeps its base total: the numeraire (DESIGN 4.6, 4.8, 4.9).

    ``group`` [g,n] is 1 where country n belongs to group g; with one group the numeraire is world value added.
    """
    scale = (group @ base_wage_bill) / (group @ wage_bill)
    return wage_bill * (scale @ group)


def deficit(rule: str, wage_bill: Array, base_wage_bill: Array, base_deficit: Array, group: Array) -> Array:
    """``D'`` [n] under the three rules (ECONOMICS 0.2), million USD; sums to zero in each group.

    ``closed``: 0. ``fixed``: D as a share of the group's value added, which is the numeraire, hence D itself.
    ``own``: ``raw = d VA'``; surpluses kept, the deficit side scaled by ``S'/sum raw``.
    """
    xp = wage_bill.__array_namespace__()
    if rule == "closed":
        return 0.0 * base_deficit
    if rule == "fixed":
        return base_deficit * (((group @ wage_bill) / (group @ base_wage_bill)) @ group)
    raw = base_deficit / xp.where(base_wage_bill > 0, base_wage_bill, 1.0) * wage_bill
    surplus = -(group @ xp.where(raw < 0, raw, 0.0))
    shortage = group @ xp.where(raw > 0, raw, 0.0)
    scale = surplus / xp.where(shortage > 0, shortage, 1.0)
    return xp.where(raw < 0, raw, raw * (scale @ group))


def income(wage_bill: Array, revenue: Array, deficit: Array, transfers: Array) -> Array:
    """``I' = VA' + R' + D' + T`` [n], million USD (DESIGN 4.4)."""
    return wage_bill + revenue + deficit + transfers


def ln_consumer_price(final_share: Array, ln_price: Array) -> Array:
    """``ln P_hat[n] = sum_s alpha ln P_hat[n,s]`` (sigma_c = 1)."""
    return (final_share * ln_price).sum(axis=1)


def equivalent_variation(income: Array, welfare_hat: Array) -> Array:
    """``EV_n = I_n (W_hat_n - 1)`` in base dollars (ECONOMICS 0.4); scalars or [n]."""
    return income * (welfare_hat - 1.0)
