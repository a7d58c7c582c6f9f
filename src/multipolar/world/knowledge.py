"""Knowledge at the baseline: relative stocks lam [country, sector], by one of three routes (ECONOMICS 1.3).

``revealed``
    Exporter effects of gravity by sector plus theta ln c (Eaton and Kortum 2002). Symmetric trade costs are removed
    pair by pair, known taxes at their rates; what is left of the costs is in the figures. A country that does not trade
    a sector both ways reveals nothing there and gets the world's mean stock per value added (assumption).
``workers``
    Employment times value added per worker to the power theta, kept within a gap of ``cap``: with a cap of 16 at
    theta 4 no economy is more than twice as productive as another. In most sectors the cap is the datum.
``patents``
    The stock of US patents. The US office has a home bias: compare years, not levels.

lam is extensive: two countries that were one have half of it each, and nothing else changes. Stocks of a sector sum to
1 over the countries that have one; NaN is missing, and 0 stands where a country has no output of the sector.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from multipolar.base.arrays import Array, frozen
from multipolar.base.problems import WorldError, nearest, shown
from multipolar.world.intake import Field

if TYPE_CHECKING:
    from multipolar.world.world import World

CAP = 16.0
ROUTE = "revealed"  # the one of a world that does not say


def with_knowledge(world: World, route: str = ROUTE, cap: float = CAP) -> World:
    """The world with the field ``knowledge`` by a route; the route (and cap) stands as the field's source.

    Raises ``WorldError`` naming an unknown route, a cap that is not above 1, or the field that the route needs.
    """
    if route not in ROUTES:
        near = nearest(route, ROUTES)
        hint = f" Did you mean `{near}`?" if near else f" There is: {', '.join(ROUTES)}."
        raise WorldError.of(f"no route to knowledge `{shown(route)}`.{hint}")
    if not cap > 1.0:
        raise WorldError.of(f"cap: {shown(cap)} is not above 1; it is the largest gap of two stocks of equal size")
    source = f"workers, cap {cap:g}" if route == "workers" else route
    field = Field(frozen(ROUTES[route](world, cap)), ("country", "sector"), "share of the world", "estimated", source)
    return replace(world, fields={**world.fields, "knowledge": field})


def again(world: World) -> World:
    """The world with ``knowledge`` made anew by the route it came by, as after a change of the world's arrays.

    A stock that was stated stays as it is, and so does a world without one.
    """
    if "knowledge" not in world.fields:
        return world
    route, _, cap = world.fields["knowledge"].source.partition(", cap ")
    return with_knowledge(world, route, float(cap) if cap else CAP) if route in ROUTES else world


def exporter_effects(trade: Array, gross: Array, theta: Array, size: Array) -> Array:
    """``S[n,s] = ln T c^-theta``, up to a constant by sector; NaN where a country cannot be compared.

    ``ln(pi[i,n]/pi[n,n]) = S_i - S_n - theta ln(gross kappa)``, so with symmetric kappa half of the difference of the
    two directions, taxes added back, is ``S_i - S_n`` (Eaton and Kortum 2002; Head and Ries 2001 for the ratio).
    Weighted least squares over all pairs that trade both ways, weights ``size_i size_n``: additive in ``size`` [n], so
    that splitting a country changes no other. ``trade`` [i,n,s] at basic prices, ``gross`` [i,n,s] = (1+t)(1+x).
    """
    own = np.arange(trade.shape[0])
    home = trade[own, own]  # [n,s]
    two_way = (trade > 0) & (trade > 0).transpose(1, 0, 2) & (home > 0)[:, None] & (home > 0)[None]
    with np.errstate(divide="ignore", invalid="ignore"):
        # pi[i,n]/pi[n,n] = trade gross / home; the price then falls with gross^-theta, which is added back.
        ratio = np.where(two_way, np.log(trade * gross / home[None]) + theta * np.log(gross), 0.0)
    difference = 0.5 * (ratio - ratio.transpose(1, 0, 2))
    weight = two_way * (size[:, None] * size[None])[:, :, None]
    weight[own, own] = 0.0
    effects = np.full(home.shape, np.nan)
    for s in range(trade.shape[2]):
        members = _largest_component(weight[:, :, s] > 0, size)
        if len(members) > 1:
            both = np.ix_(members, members)
            w = weight[:, :, s][both]
            laplacian = np.diag(w.sum(axis=1)) - w
            pinned = laplacian + np.outer(size[members], size[members])  # sum of size x S = 0
            effects[members, s] = np.linalg.solve(pinned, (w * difference[:, :, s][both]).sum(axis=1))
    return effects


def unit_costs(
    effects: Array, home_share: Array, wage: Array, input_share: Array, theta: Array, size: Array
) -> Array:
    """``ln c[n,k] = beta ln w + sum_s input_share ln P``, with ``ln P[n,s] = (ln pi[n,n,s] - S[n,s]) / theta``.

    Both from Eaton and Kortum 2002: ``pi[n,n] = T c^-theta P^theta``. Against the mean of the world, weighted by
    ``size`` [n], with halves of own and mean shares (the multilateral index of Caves, Christensen and Diewert 1982):
    units drop out, and inputs in other proportions can be compared. ``wage`` [n]; ``home_share`` pi[n,n,s];
    ``input_share`` [n,k,s]. An input whose price cannot be compared counts at the mean.
    """
    weight = size / size.sum()
    shares = 0.5 * (input_share + np.einsum("nks,n->ks", input_share, weight))
    with np.errstate(divide="ignore"):
        price = (np.log(home_share) - effects) / theta
    known = np.isfinite(price) * size[:, None]
    mean = np.where(known > 0, price * known, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1e-300)
    price = np.where(known > 0, price - mean, 0.0)
    log_wage = np.log(wage) - np.log(wage) @ weight
    costs: Array = (1.0 - shares.sum(axis=2)) * log_wage[:, None] + np.einsum("nks,ns->nk", shares, price)
    return costs


def relative(log_stock: Array, made: np.ndarray) -> Array:
    """Stocks [n,s] from their logs: a sector sums to 1, 0 where nothing is made, NaN where a figure is missing."""
    known = made & np.isfinite(log_stock)
    top = np.max(np.where(known, log_stock, -np.inf), axis=0, initial=-1e300)
    stock = np.where(known, np.exp(np.where(known, log_stock - top, 0.0)), 0.0)
    total = stock.sum(axis=0)
    shares: Array = np.divide(stock, total, out=np.zeros_like(stock), where=total > 0)
    shares[made & ~known] = np.nan
    return shares


def _revealed(world: World, cap: float) -> Array:
    jobs = np.nansum(world.needed("employment", "knowledge by the route `revealed`"), axis=1)
    gross = 1.0 + world.tariff
    if world.export_tax is not None:
        gross = gross * (1.0 + world.export_tax)
    worth = world.value_added.sum(axis=1)
    own = np.arange(len(worth))
    theta = world.trade_elasticity
    effects = exporter_effects(world.trade, gross, theta, worth)
    if (jobs <= 0).any():
        missing = ", ".join(world.countries[n] for n in np.flatnonzero(jobs <= 0))
        raise WorldError.of(f"knowledge by the route `revealed` needs jobs in {missing}")
    costs = unit_costs(effects, world.trade_share[own, own], worth / jobs, world.input_share, theta, worth)
    return _filled(relative(effects + theta * costs, world.output > 0), world.value_added)


def _filled(stock: Array, worth: Array) -> Array:
    """A sector that a country does not trade both ways reveals nothing: the world's mean stock per value added [A]."""
    known = np.isfinite(stock)
    total = np.where(known, stock, 0.0).sum(axis=0)
    mean = total / np.maximum(np.where(known, worth, 0.0).sum(axis=0), 1e-300)
    filled = np.where(known, stock, worth * mean)
    every = filled.sum(axis=0)
    shares: Array = np.divide(filled, every, out=np.zeros_like(filled), where=every > 0)
    return shares


def _workers(world: World, cap: float) -> Array:
    jobs = world.needed("employment", "knowledge by the route `workers`")
    worth = world.value_added
    known = np.isfinite(jobs) & (jobs > 0) & (worth > 0)
    mean = np.where(known, worth, 0.0).sum(axis=0) / np.maximum(np.where(known, jobs, 0.0).sum(axis=0), 1e-300)
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = world.trade_elasticity * np.log(worth / jobs / mean)
        stock = np.log(jobs) + np.clip(gap, -0.5 * np.log(cap), 0.5 * np.log(cap))
    return relative(np.where(known, stock, np.nan), world.output > 0)


def _patents(world: World, cap: float) -> Array:
    stock = world.needed("patents", "knowledge by the route `patents`")
    with np.errstate(divide="ignore"):
        return relative(np.where(stock > 0, np.log(stock), np.nan), world.output > 0)


ROUTES: Mapping[str, Callable[[World, float], Array]] = {
    "revealed": _revealed, "workers": _workers, "patents": _patents,
}  # fmt: skip


def _largest_component(linked: np.ndarray, size: Array) -> np.ndarray:
    """Members of the connected group of largest ``size``: only inside one can countries be compared."""
    left = set(range(len(size)))
    best: set[int] = set()
    while left:
        group, waiting = set(), [min(left)]
        while waiting:
            n = waiting.pop()
            if n not in group:
                group.add(n)
                waiting += np.flatnonzero(linked[n]).tolist()
        left -= group
        if size[list(group)].sum() > (size[list(best)].sum() if best else -1.0):
            best = group
    return np.array(sorted(best), dtype=np.intp)
