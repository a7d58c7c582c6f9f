"""Coverage ``list``: a share b of the product lines of a market is closed to a sender, the rest is untouched.

Lines are Cobb-Douglas inside a sector, so a market splits into groups of lines with their own competition::

    P_hat = prod_m P_hat_m^(w_m)          pi' = sum_m w_m pi'_m          P_hat_m = Phi_m^(-1/theta)

Several senders on one market close nested lists: lines are cut at the sorted b's, and a sender is out of every group
below its own b (ECONOMICS 0.7). Only markets that a list touches are computed this way, one row a group; the others
keep their one sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array
from multipolar.model.markets import Markets


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """Groups of product lines, one row each; R rows, N origins, s counts markets. ``width`` w of a market's rows sum to
    1."""

    sector: NDArray[np.intp]  # [R]
    destination: NDArray[np.intp]  # [R]
    width: Array  # [R]
    weights: Array  # [R,N] T, 0 where the sender is out
    net: Array  # [R,N] T net
    landed: Array | None  # [R,N] T/(1+t'), only under export taxes
    touched: NDArray[np.bool_]  # [s,n]

    def sums(self, cost_term: Array) -> Array:
        """``Phi`` [R] of every group, from ``c_hat^-theta`` [s,i]."""
        total: Array = (self.weights * cost_term[self.sector]).sum(axis=1)
        return total

    def market(self, sums: Array, shape: tuple[int, int]) -> Array:
        """``prod_m Phi_m^(w_m)`` [s,n] in the markets touched, 1 elsewhere: the sum that gives the price."""
        ln_market = np.zeros(shape)
        np.add.at(ln_market, (self.sector, self.destination), self.width * np.log(sums))
        return np.exp(ln_market)

    def sales(self, sums: Array, cost_term: Array, spending: Array, of: Array) -> Array:
        """What origins receive [s,i] when ``of`` is T net (at the border of the buyer when T landed)."""
        per_phi = self.width * spending[self.sector, self.destination] / sums
        sold = np.zeros_like(cost_term)
        np.add.at(sold, self.sector, of * cost_term[self.sector] * per_phi[:, None])
        return sold

    def paid(self, sums: Array, cost_term: Array, spending: Array, of: Array) -> Array:
        """What destinations [n] pay of it."""
        per_phi = self.width * spending[self.sector, self.destination] / sums
        total = np.zeros(spending.shape[1])
        np.add.at(total, self.destination, (of * cost_term[self.sector]).sum(axis=1) * per_phi)
        return total

    def shares(self, cost_term: Array) -> Array:
        """``pi'`` [s,n,i] of the markets touched, 0 elsewhere."""
        share = np.zeros((*self.touched.shape, cost_term.shape[1]))
        rows = self.weights * cost_term[self.sector] * (self.width / self.sums(cost_term))[:, None]
        np.add.at(share, (self.sector, self.destination), rows)
        return share


    def open_rows(self) -> NDArray[np.intp]:
        """The last group of every market touched, in which nobody is out: its T is the market's whole."""
        key = self.destination * self.touched.shape[0] + self.sector
        return np.append(np.nonzero(np.diff(key))[0], len(key) - 1)


def ln_price_under(power: Array, share: Array, theta: Array) -> Array:
    """``ln P_hat`` [K] of markets whose senders close shares of product lines: ``-sum_m w_m ln Phi_m / theta``.

    ``power`` = T c_hat^-theta [K,N] with nobody out, ``share`` [K,N] listed shares, ``theta`` [K].
    """
    prices = np.empty(len(power))
    for k, (each, closed) in enumerate(zip(power, share, strict=True)):
        cuts = np.unique(np.concatenate([[0.0, 1.0], closed[closed > 0]]))
        logs = [np.log(each[closed < high].sum()) for high in cuts[1:]]
        prices[k] = -(np.diff(cuts) @ logs) / theta[k]
    return prices


def lists_of(
    markets: Markets, listed: Array, weights: Array, gross: Array, landing: Array | None
) -> Lists | None:
    """The groups of lines that listed shares [i,n,s] make of T [s,n,i]; None where no traded flow is listed.

    ``gross`` [i,n,s] (1+t')(1+x'); ``landing`` [i,n,s] 1+t' under export taxes, else None.
    """
    touched = ((listed > 0) & (markets.trade > 0)).any(axis=0)
    if not touched.any():
        return None
    sectors, destinations, widths, closed = [], [], [], []
    for n, s in np.argwhere(touched):
        share = listed[:, n, s]
        cuts = np.unique(np.concatenate([[0.0, 1.0], share[share > 0]]))
        for low, high in pairwise(cuts):
            sectors.append(s)
            destinations.append(n)
            widths.append(high - low)
            closed.append(share >= high)
    sector, destination = np.array(sectors), np.array(destinations)
    rows = np.where(np.array(closed), 0.0, weights[sector, destination])
    taxes = gross[:, destination, sector].T
    return Lists(
        sector=sector,
        destination=destination,
        width=np.array(widths),
        weights=rows,
        net=rows / taxes,
        landed=None if landing is None else rows / landing[:, destination, sector].T,
        touched=np.ascontiguousarray(touched.T),
    )
