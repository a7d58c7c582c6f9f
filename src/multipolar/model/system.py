"""A prepared economy and a shocked one: the arrays of a solve, and one sweep over all equations.

The state of a solve is one row per country: ln wage hat, ln unit-cost hats, ln spending (levels). ``sweep`` evaluates
every equation of ``equilibrium.py`` once. Markets without spending and sectors without output are masked: their cost
and price hats are 1, their flows 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array
from multipolar.model import equilibrium as eq
from multipolar.model import ventures as jv
from multipolar.model.jacobian import own_country_inverse
from multipolar.model.parameters import Parameters
from multipolar.model.shocks import Shocks
from multipolar.world.identities import Accounts, derive
from multipolar.world.world import World

TINY = 1e-300
DENSE = 0.25  # share of changed cells from which whole arrays are quicker than picking cells


@dataclass(frozen=True, slots=True, eq=False)
class Economy:
    """A world prepared for many solves: sector-first trade arrays, elasticities, own-country blocks. Immutable."""

    world: World
    parameters: Parameters
    accounts: Accounts
    theta: Array
    shape: Array
    trade_share: Array  # [s,n,i]
    net: Array  # [s,n,i] 1/((1+t)(1+x)) at the base
    inverse: NDArray[np.float32]
    used: NDArray[np.bool_]  # [n,s] markets with spending
    wage_bill: Array


def prepare(world: World, parameters: Parameters | None = None, like: Economy | None = None) -> Economy:
    """Prepare a world; ``like`` lends its own-country blocks, which only speed a solve up (the central parameters')."""
    parameters = parameters or Parameters()
    accounts = world.accounts
    theta = parameters.theta(world)
    inverse = like.inverse if like is not None else _inverse(world, theta)
    return Economy(
        world=world,
        parameters=parameters,
        accounts=accounts,
        theta=theta,
        shape=parameters.shape(world),
        trade_share=_sector_first(accounts.trade_share),
        net=_sector_first(1.0 / _gross(world.tariff, world.export_tax)),
        inverse=inverse,
        used=accounts.spending > 0,
        wage_bill=accounts.value_added.sum(axis=1),
    )


def with_parameters(economy: Economy, parameters: Parameters) -> Economy:
    """The same world under other parameters, sharing every array that does not depend on them."""
    world = economy.world
    return replace(economy, parameters=parameters, theta=parameters.theta(world), shape=parameters.shape(world))


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """One shocked economy. ``weights`` = T and ``net_weights`` = T net are [s,n,i]; see ``equilibrium.py``.

    ``taxed`` is the range of sectors that holds every tax: outside it both arrays are one and the same, so
    ``net_weights`` holds that range only. ``landed_weights`` = T/(1+t'), the range too, only under export taxes.
    """

    economy: Economy
    shocks: Shocks
    weights: Array
    taxed: slice
    net_weights: Array
    landed_weights: Array | None
    ln_productivity: Array | float
    transfers: Array | float
    group: Array  # [g,n]
    supplied: NDArray[np.bool_]  # [n,s] used and with a supplier left

    def start(self) -> Array:
        """The base point: all hats 1, spending as it is."""
        spending = self.economy.accounts.spending
        state = np.zeros((spending.shape[0], 1 + 2 * spending.shape[1]))
        state[:, 1 + spending.shape[1] :] = np.log(np.where(self.economy.used, spending, 1.0))
        return state

    def precondition(self, rest: Array) -> Array:
        """Own-country solution of the linearised equations for a residual."""
        step: Array = np.matmul(self.economy.inverse, rest.astype(np.float32)[..., None])[..., 0].astype(np.float64)
        return step

    def rebuilt(self, state: Array) -> Callable[[Array], Array]:
        """A preconditioner from the own-country blocks at a state instead of the base."""
        world, shocks = self.economy.world, self.shocks
        flows = self.flows(state)
        weights = self.weights * (flows.cost_term[:, None, :] * (flows.spending / flows.market)[:, :, None])
        tariff = world.tariff if shocks.tariff is None else shocks.tariff
        levy = world.export_tax if shocks.export_tax is None else shocks.export_tax
        trade = np.ascontiguousarray(weights.transpose(2, 1, 0)) / _gross(tariff, levy)
        accounts = derive(trade, world.input_share, tariff, levy)
        inverse = own_country_inverse(accounts, trade, world.input_share, tariff, self.economy.theta)
        if not np.isfinite(inverse).all():
            return self.precondition
        return replace(self, economy=replace(self.economy, inverse=inverse)).precondition

    def sweep(self, state: Array) -> Array:
        """Every equation once: the state that the given one implies."""
        economy, accounts = self.economy, self.economy.accounts
        used = economy.used
        sectors = used.shape[1]
        ln_wage, ln_cost = state[:, 0], state[:, 1 : 1 + sectors]
        flows = self.flows(state)
        bills = economy.wage_bill * np.exp(ln_wage)
        boost, royalties = self.venture_terms(flows.output)
        deficit = eq.deficit(self.shocks.deficits, bills, economy.wage_bill, accounts.deficit, self.group)
        income = eq.income(bills, flows.revenue, deficit, self.transfers + royalties)
        inputs = economy.world.input_share
        spending = eq.spending(accounts.final_share, income, inputs, flows.output)
        demand = eq.normalised(
            eq.labour_demand(accounts.value_added_share, flows.output), economy.wage_bill, self.group
        )
        new = np.empty_like(state)
        worked = economy.wage_bill > 0
        new[:, 0] = np.where(worked, np.log(demand / np.where(worked, economy.wage_bill, 1.0)), 0.0)
        new[:, 1 : 1 + sectors] = np.where(
            accounts.output > 0,
            eq.ln_unit_cost(
                ln_wage, flows.ln_price, accounts.value_added_share, inputs, self.ln_productivity + boost
            ),
            ln_cost * 0.0,
        )
        # A market may run dry when all who use it close: the floor keeps its logarithm, a negative income does not.
        floored = np.where((spending >= 0) & (spending < TINY), TINY, spending)
        new[:, 1 + sectors :] = np.where(used, np.log(np.where(used, floored, 1.0)), 0.0)
        return new

    def flows(self, state: Array) -> Flows:
        """Prices, sales and tax revenue at given costs and spending."""
        economy, used = self.economy, self.economy.used
        sectors = used.shape[1]
        ln_cost, ln_spending = state[:, 1 : 1 + sectors], state[:, 1 + sectors :]
        cost_term = eq.cost_power(ln_cost, economy.theta).copy()
        market = np.where(used.T, eq.market_sum(self.weights, cost_term), 1.0)
        spending = np.where(used.T, np.exp(ln_spending).T, 0.0)
        per_phi = spending / market
        taxed = self.taxed
        sold = np.empty_like(per_phi)
        for part, array in self._net_parts():
            sold[part] = eq.sales(array, cost_term[part], per_phi[part])
        revenue = (
            spending[taxed] - eq.receipts_of_origins(self.net_weights, cost_term[taxed], per_phi[taxed])
        ).sum(axis=0)
        if self.landed_weights is not None:
            at_border = eq.sales(self.landed_weights, cost_term[taxed], per_phi[taxed])
            levied = at_border - sold[taxed]
            paid_abroad = eq.receipts_of_origins(
                self.landed_weights - self.net_weights, cost_term[taxed], per_phi[taxed]
            )
            revenue = revenue - paid_abroad.sum(axis=0) + levied.sum(axis=0)
        return Flows(eq.ln_price(market, economy.theta), market, cost_term, spending, sold.T.copy(), revenue)

    def _net_parts(self) -> tuple[tuple[slice, Array], ...]:
        before, after = slice(0, self.taxed.start), slice(self.taxed.stop, self.weights.shape[0])
        return (
            (before, self.weights[before]),
            (self.taxed, self.net_weights),
            (after, self.weights[after]),
        )

    def venture_terms(self, output: Array) -> tuple[Array | float, Array | float]:
        """What ventures add to ln productivity [i,s] and to transfers received [n] at given output (ECONOMICS 2)."""
        if not self.shocks.ventures:
            return 0.0, 0.0
        boost = np.zeros_like(output)
        received = np.zeros(output.shape[0])
        shares = venture_shares(self.shocks.ventures, output)
        total: dict[tuple[int, int], float] = {}
        for venture, share in zip(self.shocks.ventures, shares, strict=True):
            cell = (venture.host, venture.sector)
            total[cell] = total.get(cell, 0.0) + share
            royalty = jv.royalty_paid(venture.royalty, share, float(output[cell]))
            received[venture.host] -= royalty
            received[venture.investor] += royalty
        for (host, sector), share in total.items():
            # Beyond one half the solve is refused; on the way there the share is held at that bound.
            boost[host, sector] = -np.log(jv.cost_hat(min(share, jv.SHARE_MAX), float(self.economy.shape[sector])))
        return boost, received


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """``ln_price`` [n,s]; Phi ``market`` [s,n]; ``cost_term`` [s,i]; ``spending`` [s,n]; ``output`` [i,s]; revenue."""

    ln_price: Array
    market: Array
    cost_term: Array
    spending: Array
    output: Array
    revenue: Array


def venture_shares(ventures: tuple[jv.Venture, ...], output: Array) -> tuple[float, ...]:
    """mu of each venture at given sector output."""
    shares = []
    for v in ventures:
        made = float(output[v.host, v.sector])
        shares.append(float(v.share) if v.share is not None else float(v.output or 0.0) / max(made, TINY))
    return tuple(shares)


def shocked(economy: Economy, shocks: Shocks, blocked: Array | None = None) -> System:
    """The system of a shock; ``blocked`` overrides the shock's blocked shares (displaced sales of ventures).

    Powers are taken only in cells where something changes.
    """
    world, theta = economy.world, economy.theta
    blocked = shocks.blocked_share if blocked is None else blocked
    tariff = world.tariff if shocks.tariff is None else shocks.tariff
    export_tax = world.export_tax if shocks.export_tax is None else shocks.export_tax
    base_gross = _gross(world.tariff, world.export_tax)
    taxes_move = shocks.tariff is not None or shocks.export_tax is not None
    gross = _gross(tariff, export_tax) if taxes_move else base_gross
    weights = economy.trade_share
    changed = np.zeros(world.trade.shape, dtype=bool)
    if taxes_move:
        changed |= gross != base_gross
    if shocks.trade_cost_hat is not None:
        changed |= shocks.trade_cost_hat != 1.0
    if blocked is not None:
        changed |= blocked != 0.0
    changed &= world.trade > 0
    if changed.any():
        weights = weights * 1.0
        _strike(weights, changed, shocks.trade_cost_hat, gross, base_gross, blocked, theta)
    taxed = _taxed_range(gross)
    net = economy.net[taxed]
    if taxes_move:
        net = _sector_first(1.0 / gross[:, :, taxed])
    landed = None
    if export_tax is not None and export_tax.any():
        landed = weights[taxed] * _sector_first(1.0 / (1.0 + tariff[:, :, taxed]))
    ln_a = 0.0 if shocks.productivity_hat is None else np.log(shocks.productivity_hat)
    return System(
        economy=economy,
        shocks=shocks,
        weights=weights,
        taxed=taxed,
        net_weights=weights[taxed] * net,
        landed_weights=landed,
        ln_productivity=ln_a,
        transfers=0.0 if shocks.transfers is None else shocks.transfers,
        group=connected_groups(weights),
        supplied=economy.used & (weights > 0).any(axis=2).T,
    )


def _strike(
    weights: Array,
    changed: NDArray[np.bool_],
    cost_hat: Array | None,
    gross: Array,
    base_gross: Array,
    blocked: Array | None,
    theta: Array,
) -> None:
    """Multiply T [s,n,i] by the openness of each changed cell; on whole arrays where most cells change."""
    if changed.mean() > DENSE:
        cost: Array | float = 1.0 if cost_hat is None else cost_hat
        share: Array | float = 0.0 if blocked is None else blocked
        weights *= eq.openness(cost, gross / base_gross, share, theta).transpose(2, 1, 0)
        return
    i, n, s = cells = np.nonzero(changed)
    cost = 1.0 if cost_hat is None else cost_hat[cells]
    share = 0.0 if blocked is None else blocked[cells]
    weights[s, n, i] *= eq.openness(cost, gross[cells] / base_gross[cells], share, theta[s])


def trading_pairs(weights: Array) -> NDArray[np.bool_]:
    """``sells[i,n]``: i sells something to n, from T [s,n,i]; own sales are left out."""
    sells: NDArray[np.bool_] = (weights.max(axis=0) > 0).T
    sells[np.arange(len(sells)), np.arange(len(sells))] = False
    return sells


def connected_groups(weights: Array) -> Array:
    """Membership [g,n] of the groups of countries that trade with each other, in either direction."""
    sells = trading_pairs(weights)
    reach = closure(sells | sells.T)
    first = reach.argmax(axis=1)
    return np.stack([first == k for k in np.unique(first)]).astype(np.float64)


def closure(edges: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Who reaches whom over any number of edges, oneself included."""
    reach = edges | np.eye(len(edges), dtype=bool)
    while True:
        wider = (reach.astype(np.float32) @ reach.astype(np.float32)) > 0
        if (wider == reach).all():
            return reach
        reach = wider


def _inverse(world: World, theta: Array) -> NDArray[np.float32]:
    return own_country_inverse(world.accounts, world.trade, world.input_share, world.tariff, theta)


def _gross(tariff: Array, export_tax: Array | None) -> Array:
    return 1.0 + tariff if export_tax is None else (1.0 + tariff) * (1.0 + export_tax)


def _sector_first(array: Array) -> Array:
    return np.ascontiguousarray(array.transpose(2, 1, 0))


def _taxed_range(gross: Array) -> slice:
    taxed = np.nonzero((gross != 1.0).any(axis=(0, 1)))[0]
    return slice(int(taxed[0]), int(taxed[-1]) + 1) if taxed.size else slice(0, 0)
