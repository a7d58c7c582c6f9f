"""Relative stocks of knowledge at the baseline, by one of three stated routes (ECONOMICS 1.3).

``revealed`` by trade (Eaton and Kortum 2002): who sells much at a given cost knows much; ``from_productivity``: value
added per worker, capped, because the cap is the datum wherever the raw gap is larger; ``stated``: an array of one's
own, patents for instance. Stocks are relative within a sector (the largest is 1) and extensive: half a country has half
the stock. A country that makes nothing in a sector has 0 there. i source, n country, s sector.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multipolar.base.arrays import Array, first_where, plain_array, plain_number
from multipolar.base.problems import Collector, InputError, shown

LEADING_SHARE = 0.01  # of a sector's value added: the productivity of a smaller producer is no frontier


@dataclass(frozen=True, slots=True, eq=False)
class Stocks:
    """``values`` [n,s], the ``route`` they came by, and the ``cap`` on the gap to the frontier where there is one."""

    values: Array
    route: str
    cap: float | None = None


def revealed(
    trade_share: Array,
    wage: Array,
    input_share: Array,
    shape: Array,
    controls: Array | None = None,
) -> Stocks:
    """``ln lam = S + theta ln c``: exporter effects S of sector gravity, and unit costs that follow from them.

    ``ln(pi[i,n]/pi[n,n]) = S_i - S_n + x_in beta``, least squares over i != n where both are bought, x a constant and
    ``controls`` [i,n,m] (log distance, for instance). Prices follow: ``Phi_n = exp(S_n)/pi[n,n]``,
    ``P = Phi^(-1/theta)``; costs follow from them and ``wage`` [n], value added per worker. Raises ``InputError`` for
    wages that are not above 0, and for a producer that trade ties to nobody.
    """
    n, sectors = trade_share.shape[1:]
    problems = Collector()
    pay = plain_array("wage", wage, (n,), "country", problems)
    if pay is not None and (pay <= 0).any():
        problems.add(f"not above 0 at {first_where(pay <= 0)}", path="wage")
    problems.raise_if_any(InputError)
    if pay is None:
        raise AssertionError("wages are missing without a problem")  # unreachable: a None noted a problem
    terms = np.ones((n, n, 1)) if controls is None else np.concatenate([np.ones((n, n, 1)), controls], axis=2)
    found = [_gravity(trade_share[:, :, s], terms) for s in range(sectors)]
    effect = np.stack([each[0] for each in found], axis=1)
    price = -np.stack([each[1] for each in found], axis=1) / shape
    ln_stock = effect + shape * _ln_cost(np.log(pay), price, input_share)
    if np.isnan(ln_stock).any():
        country, s = first_where(np.isnan(ln_stock))
        message = f"country {country} makes goods of sector {s} but trade ties it to no other: nothing is revealed"
        raise InputError.of(message)
    return Stocks(np.exp(ln_stock - ln_stock.max(axis=0)), "revealed")


def _ln_cost(ln_wage: Array, ln_price: Array, input_share: Array) -> Array:
    """Unit costs [n,k] against the mean country: halves of own and mean shares, times prices against their mean.

    The multilateral index of Caves, Christensen and Diewert (1982): units of goods and of wages drop out, which they
    do not from ``beta ln w + sum inputshare ln P`` where countries use inputs in different shares.
    """
    inputs = 0.5 * (input_share + input_share.mean(axis=0))
    of_value_added = 1.0 - inputs.sum(axis=2)
    wages, prices = ln_wage - ln_wage.mean(), ln_price - ln_price.mean(axis=0)
    cost: Array = of_value_added * wages[:, None] + np.einsum("nks,ns->nk", inputs, prices)
    return cost


def _gravity(share: Array, terms: Array) -> tuple[Array, Array]:
    """Exporter effects S [i] (-inf: sells nothing, NaN: not revealed) and ``ln Phi`` [n] (0: no market) of a sector."""
    n, own = share.shape[0], np.diagonal(share)
    sold = share > 0
    used = sold & (own > 0)[None, :] & ~np.eye(n, dtype=bool)
    logs = np.log(np.where(sold, share, 1.0))
    ratio = np.where(used, logs - np.diagonal(logs)[None, :], 0.0)
    seen = used.astype(np.float64)
    m = terms.shape[2]
    gram, right = np.zeros((n + m, n + m)), np.zeros(n + m)
    gram[:n, :n] = np.diag(seen.sum(axis=0) + seen.sum(axis=1)) - seen - seen.T
    gram[:n, n:] = np.einsum("in,inm->im", seen, terms) - np.einsum("in,inm->nm", seen, terms)
    gram[n:, :n] = gram[:n, n:].T
    gram[n:, n:] = np.einsum("in,inm,inl->ml", seen, terms, terms)
    right[:n] = ratio.sum(axis=1) - ratio.sum(axis=0)
    right[n:] = np.einsum("in,inm->m", ratio, terms)
    answer = np.linalg.lstsq(gram, right, rcond=1e-12)[0]
    effect, across = answer[:n], terms @ answer[n:]
    others = sold & ~np.eye(n, dtype=bool)
    through = np.where(others, effect[:, None] + across - logs, 0.0).sum(axis=0) / np.maximum(others.sum(axis=0), 1)
    ln_phi = np.where(own > 0, effect - np.diagonal(logs), through)
    tied = used.any(axis=0) | used.any(axis=1)
    makes = sold.any(axis=1)
    effect = np.where(makes, np.where(tied, effect, np.nan), -np.inf)
    return effect, np.where(share.sum(axis=0) > 0, ln_phi, 0.0)


def from_productivity(value_added: Array, employment: Array, shape: Array, cap: float) -> Stocks:
    """``lam = L max((v/v_top)^theta_K, 1/cap)``, v value added per worker, L workers (extensive).

    v_top: the highest v among producers of at least 1 % of the sector; above it the factor is 1. ``cap`` 16 is a gap
    of 2 in productivity at theta_K 4 (sensitivity 4, 16, 50). Raises ``InputError`` for a cap below 1, and naming the
    first cell that has value added but no workers: a missing number is not 0.
    """
    problems = Collector()
    if not plain_number(cap, 1.0, 1e12):
        problems.add(f"{shown(cap)} is not a number of at least 1", path="cap")
    workers = plain_array("employment", employment, value_added.shape, "country, sector", problems)
    if workers is not None and ((workers <= 0) & (value_added > 0)).any():
        where = first_where((workers <= 0) & (value_added > 0))
        problems.add(f"value added but no workers at {where}", path="employment")
    problems.raise_if_any(InputError)
    if workers is None:
        raise AssertionError("employment is missing without a problem")  # unreachable: a None noted a problem
    made = value_added > 0
    each = np.where(made, value_added, 0.0) / np.where(made, workers, 1.0)
    leading = each * (value_added >= LEADING_SHARE * value_added.sum(axis=0))
    top = leading.max(axis=0)
    gap = np.clip(each / np.where(top > 0, top, 1.0), None, 1.0) ** shape
    values = np.where(made, workers * np.maximum(gap, 1.0 / cap), 0.0)
    largest = values.max(axis=0)
    return Stocks(values / np.where(largest > 0, largest, 1.0), "productivity", float(cap))


def stated(values: object, countries: int, sectors: int) -> Stocks:
    """Stocks of one's own [n,s], patents for instance; they must be extensive.

    Raises ``InputError`` for what is no array of numbers, for missing ones (a number that is not there is not 0), for
    negative ones, and for a sector where nobody has any.
    """
    problems = Collector()
    given = plain_array("stock", values, (countries, sectors), "country, sector", problems)
    if given is not None and (given < 0).any():
        problems.add(f"below 0 at {first_where(given < 0)}", path="stock")
    elif given is not None and (given.max(axis=0) <= 0).any():
        problems.add(f"nobody has any in sector {int(np.argmax(given.max(axis=0) <= 0))}", path="stock")
    problems.raise_if_any(InputError)
    if given is None:
        raise AssertionError("a stock is missing without a problem")  # unreachable: a None noted a problem
    return Stocks(given / given.max(axis=0), "stated")
