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

NEAR_ONE = 1e-6  # elasticities nearer to 1 than this are computed by series


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


def ln_input_price(ln_price: Array, input_share: Array, value_added_share: Array, eps: float) -> Array:
    """``PM_hat[n,k] = [sum_s gamma P_hat^(1-eps)]^(1/(1-eps))`` in logs, gamma shares within k's inputs (DESIGN 4.1).

    ``input_share`` [n,k,s] are shares of all cost, their sum is 1 - beta. 0 where k buys no inputs. Computed as
    ``log1p(sum gamma expm1(.)) / (1-eps)``: plain powers lose all digits as eps nears 1. Nearer than 1e-6: the
    Cobb-Douglas mean plus ``(1-eps)/2`` times the variance, so that the derivative exists there.
    """
    xp = ln_price.__array_namespace__()
    total = 1.0 - value_added_share
    buys = xp.where(total > 0, total, 1.0)
    if abs(1.0 - eps) < NEAR_ONE:
        mean = (input_share @ ln_price[..., None])[..., 0] / buys
        if eps == 1.0:
            return mean
        square = (input_share @ (ln_price**2)[..., None])[..., 0] / buys
        return mean + 0.5 * (1.0 - eps) * (square - mean**2)
    powers = (input_share @ xp.expm1((1.0 - eps) * ln_price)[..., None])[..., 0] / buys
    return xp.log1p(powers) / (1.0 - eps)


def ln_bundle_cost(ln_wage: Array, ln_input_price: Array, value_added_share: Array, sigma: float) -> Array:
    """``q_hat[n,k] = [beta w_hat^(1-sigma) + (1-beta) PM_hat^(1-sigma)]^(1/(1-sigma))`` in logs (DESIGN 4.1).

    The bundle's cost before productivity: ``c_hat = q_hat / A_hat``. Near sigma = 1 by series, as the input price.
    ``ln_wage`` is [n,1], or [n,k] where sectors pay different wages.
    """
    xp = ln_input_price.__array_namespace__()
    if abs(1.0 - sigma) < NEAR_ONE:
        mean = value_added_share * ln_wage + (1.0 - value_added_share) * ln_input_price
        if sigma == 1.0:
            return mean
        spread = value_added_share * (1.0 - value_added_share) * (ln_wage - ln_input_price) ** 2
        return mean + 0.5 * (1.0 - sigma) * spread
    of_wage = value_added_share * xp.expm1((1.0 - sigma) * ln_wage)
    of_inputs = (1.0 - value_added_share) * xp.expm1((1.0 - sigma) * ln_input_price)
    return xp.log1p(of_wage + of_inputs) / (1.0 - sigma)


def value_added_paid(output: Array, value_added_share: Array, ln_wage: Array, ln_bundle: Array, sigma: float) -> Array:
    """``beta' Y'`` [n,k], million USD, ``beta' = beta (w_hat/q_hat)^(1-sigma)``: the wage bill of each sector."""
    xp = output.__array_namespace__()
    paid = value_added_share * output
    return paid if sigma == 1.0 else paid * xp.exp((1.0 - sigma) * (ln_wage - ln_bundle))


def spending(
    final_share: Array,
    income: Array,
    input_share: Array,
    output: Array,
    ln_price: Array,
    ln_input_price: Array,
    ln_bundle: Array,
    sigma: float,
    eps: float,
) -> Array:
    """``X'[n,s] = alpha' I' + sum_k inputshare'[n,k,s] Y'[n,k]``, million USD with taxes.

    ``inputshare' = inputshare (PM/q)^(1-sigma) (P_s/PM)^(1-eps)`` (hats): what depends on k and what on s are two
    factors, so the sum stays one matrix-vector product. ``final_share`` is alpha'.
    """
    xp = output.__array_namespace__()
    by_user = output
    if sigma != 1.0 or eps != 1.0:
        by_user = output * xp.exp((1.0 - sigma) * (ln_input_price - ln_bundle) - (1.0 - eps) * ln_input_price)
    inputs = (xp.matrix_transpose(input_share) @ by_user[..., None])[..., 0]
    if eps != 1.0:
        inputs = inputs * xp.exp((1.0 - eps) * ln_price)
    return final_share * income[:, None] + inputs


def new_final_share(final_share: Array, ln_price: Array, ln_consumer: Array, sigma_c: float) -> Array:
    """``alpha' = alpha (P_s/P)^(1-sigma_c)`` [n,s] (ECONOMICS 0.5)."""
    if sigma_c == 1.0:
        return final_share
    xp = ln_price.__array_namespace__()
    return final_share * xp.exp((1.0 - sigma_c) * (ln_price - ln_consumer[:, None]))


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


def ln_consumer_price(final_share: Array, ln_price: Array, sigma_c: float) -> Array:
    """``P_hat[n] = [sum_s alpha P_hat[n,s]^(1-sigma_c)]^(1/(1-sigma_c))`` in logs (ECONOMICS 0.5), by series near 1."""
    xp = ln_price.__array_namespace__()
    if abs(1.0 - sigma_c) < NEAR_ONE:
        mean = (final_share * ln_price).sum(axis=1)
        if sigma_c == 1.0:
            return mean
        square = (final_share * ln_price**2).sum(axis=1)
        return mean + 0.5 * (1.0 - sigma_c) * (square - mean**2)
    return xp.log1p((final_share * xp.expm1((1.0 - sigma_c) * ln_price)).sum(axis=1)) / (1.0 - sigma_c)


def real_income(new_income: Array, research: Array | float, income: Array, consumer_price_hat: Array) -> Array:
    """``(I' - F') / (I P_hat)``, F' extra research, never free (ECONOMICS 1.5). I = I' = 100, F' 1, P .995: -.5 %."""
    return (new_income - research) / (income * consumer_price_hat)


def equivalent_variation(income: Array, welfare_hat: Array) -> Array:
    """``EV_n = I_n (W_hat_n - 1)`` in base dollars (ECONOMICS 0.4); scalars or [n]."""
    return income * (welfare_hat - 1.0)


def two_input_output(share: float, quantity_hat: float, sigma: float) -> float:
    """``Y_hat = [a E_hat^r + 1-a]^(1/r)``, ``r = (sigma-1)/sigma``: a closed bound on losing an input.

    Bachmann et al. (2024), with a the cost share of the input. a .04, E .9, sigma .04: -1.5686 %.
    """
    if sigma == 1.0:
        return float(quantity_hat**share)
    r = (sigma - 1.0) / sigma
    return float((share * quantity_hat**r + 1.0 - share) ** (1.0 / r))


def second_order_loss(share: float, ln_quantity: float, share_change: float) -> float:
    """``share dlnE + 1/2 dshare dlnE``, log points of output (Bachmann et al. 2024)."""
    return share * ln_quantity + 0.5 * share_change * ln_quantity
