"""T and T net, formed once for a shock: what every sweep reads. Arrays are [s,n,i], see ``equilibrium.py``.

Here s counts markets (``markets.py``): one a sector, or two where final users have their own.

    T   = pi (kappa_hat tau_hat)^-theta (1 - b)          net = 1 / ((1+t')(1+x'))

Powers are taken only in cells where something changes; where most cells change, on whole arrays, which is quicker than
picking them. Outside the range of taxed sectors T and T net are the same array.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array
from multipolar.model import equilibrium as eq
from multipolar.model.lists import Lists, lists_of
from multipolar.model.markets import Markets
from multipolar.model.shocks import Shocks

LARGE = 1e3  # a trade cost from which shares may come to nothing
DENSE = 0.25  # share of changed cells from which whole arrays are quicker


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """The trade arrays of a world before any shock, sector first where a sweep reads them."""

    trade_share: Array  # [s,n,i]
    gross: Array  # [i,n,s] (1+t)(1+x)
    net: Array  # [s,n,i] one over it
    taxed: slice  # range of sectors that holds every tax
    sells: NDArray[np.bool_]  # [i,n] i sells something to n
    group: Array  # [g,n] groups of countries that trade with each other


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """T [s,n,i]; T net of the ``taxed`` sectors; T/(1+t') of them, only under export taxes.

    ``closes``: some flow of the base may be exactly zero. ``sells`` and ``group``: who still trades with whom.
    ``lists``: the markets of which some product lines are closed; T is 0 there, their rows take its place.
    """

    weights: Array
    taxed: slice
    net_weights: Array
    landed_weights: Array | None
    closes: bool
    sells: NDArray[np.bool_]
    group: Array
    lists: Lists | None


def base_of(markets: Markets) -> Base:
    """The arrays of a world before any shock."""
    share = _sector_first(markets.trade_share)
    gross = gross_rate(markets.tariff, markets.export_tax)
    sells = trading_pairs(share)
    taxed = _range((gross != 1.0).any(axis=(0, 1)))
    return Base(share, gross, _sector_first(1.0 / gross), taxed, sells, connected(sells))


def formed(markets: Markets, base: Base, shocks: Shocks, blocked: Array | None, theta: Array) -> Weights:
    """The arrays of a shock; ``blocked`` are the blocked shares in effect (the shock's, or with displaced sales).

    ``theta`` by market.
    """
    tariff = markets.tariff if shocks.tariff is None else markets.of(shocks.tariff)
    levy = markets.export_tax if shocks.export_tax is None else markets.of(shocks.export_tax)
    cost = None if shocks.trade_cost_hat is None else markets.of(shocks.trade_cost_hat)
    blocked = None if blocked is None else markets.of(blocked)
    dearer = _changed(markets, tariff, levy, cost)
    weights, net, taxed = base.trade_share, base.net[base.taxed], base.taxed
    if dearer is not None and dearer.any():
        taxed = _range(_inside(base.taxed, len(theta)) | dearer.any(axis=(0, 1)))
        if np.count_nonzero(dearer) > DENSE * dearer.size:
            gross = gross_rate(tariff, levy)
            price_hat = gross / base.gross if cost is None else cost * (gross / base.gross)
            weights = weights * eq.openness(price_hat, theta).transpose(2, 1, 0)
            net = _sector_first(1.0 / gross[:, :, taxed])
        else:
            # Twice as quick as nonzero of three axes.
            i, n, s = cells = np.unravel_index(np.flatnonzero(dearer), dearer.shape)
            gross = gross_rate(tariff[cells], None if levy is None else levy[cells])
            price_hat = gross / base.gross[cells] if cost is None else cost[cells] * (gross / base.gross[cells])
            weights, net = weights.copy(), base.net[taxed].copy()
            weights[s, n, i] *= eq.openness(price_hat, theta[s])
            net[s - taxed.start, n, i] = 1.0 / gross
    if blocked is not None and blocked.any():
        weights = weights * (1.0 - blocked).transpose(2, 1, 0)
    exports_taxed = levy is not None and bool(levy.any())
    # A large finite cost may underflow to an embargo: who still trades is looked up then too.
    closes = (blocked is not None and bool((blocked >= 1.0).any())) or (cost is not None and bool(cost.max() > LARGE))
    sells = trading_pairs(weights) if closes else base.sells
    lists = None
    if shocks.listed_share is not None:
        gross = gross_rate(tariff, levy)
        landing = 1.0 + tariff if exports_taxed else None
        lists = lists_of(markets, markets.of(shocks.listed_share), weights, gross, landing)
        if lists is not None:
            weights = np.where(lists.touched[:, :, None], 0.0, weights)
    landed = None
    if exports_taxed:
        landed = weights[taxed] * _sector_first(1.0 / (1.0 + tariff[:, :, taxed]))
    group = connected(sells) if closes else base.group
    return Weights(weights, taxed, weights[taxed] * net, landed, closes, sells, group, lists)


def gross_rate(tariff: Array, export_tax: Array | None) -> Array:
    """``(1+t)(1+x)``, what the buyer pays of a dollar that the seller receives."""
    return 1.0 + tariff if export_tax is None else (1.0 + tariff) * (1.0 + export_tax)


def trading_pairs(weights: Array) -> NDArray[np.bool_]:
    """``sells[i,n]``: i sells something to n; own sales are left out."""
    sells: NDArray[np.bool_] = (weights.max(axis=0) > 0).T
    sells[np.arange(len(sells)), np.arange(len(sells))] = False
    return sells


def connected(sells: NDArray[np.bool_]) -> Array:
    """Membership [g,n] of the groups of countries that trade with each other, in either direction."""
    first = closure(sells | sells.T).argmax(axis=1)
    return np.stack([first == k for k in np.unique(first)]).astype(np.float64)


def closure(edges: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Who reaches whom over any number of edges, oneself included."""
    reach = edges | np.eye(len(edges), dtype=bool)
    while True:
        wider = (reach.astype(np.float32) @ reach.astype(np.float32)) > 0
        if (wider == reach).all():
            return reach
        reach = wider


def _changed(
    markets: Markets, tariff: Array, levy: Array | None, cost: Array | None
) -> NDArray[np.bool_] | None:
    """Cells [i,n,s] whose tax or trade cost is not that of the base; None where none can be."""
    found: NDArray[np.bool_] | None = None
    no_levy = 0.0 if markets.export_tax is None else markets.export_tax
    for new, old in ((tariff, markets.tariff), (levy, no_levy), (cost, 1.0)):
        if new is not None and new is not old:
            found = new != old if found is None else found | (new != old)
    return found


def _sector_first(array: Array) -> Array:
    return np.ascontiguousarray(array.transpose(2, 1, 0))


def _inside(part: slice, length: int) -> NDArray[np.bool_]:
    inside = np.zeros(length, dtype=bool)
    inside[part] = True
    return inside


def _range(marked: NDArray[np.bool_]) -> slice:
    at = np.nonzero(marked)[0]
    return slice(int(at[0]), int(at[-1]) + 1) if at.size else slice(0, 0)
