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
from multipolar.base.problems import of_kind
from multipolar.model import equilibrium as eq
from multipolar.model import labour as lab
from multipolar.model import ventures as jv
from multipolar.model.jacobian import OwnCountry, OwnCountryWhole, own_country
from multipolar.model.lists import Lists
from multipolar.model.markets import Markets, markets_of
from multipolar.model.parameters import Parameters
from multipolar.model.rents import Rents, rents_of
from multipolar.model.shocks import Shocks
from multipolar.model.weights import Base, Weights, base_of, formed, gross_rate
from multipolar.world.identities import Accounts, derive
from multipolar.world.world import World

TINY = 1e-300
NO_RESEARCH = np.zeros((1, 1))


@dataclass(frozen=True, slots=True, eq=False)
class Economy:
    """A world prepared for many solves: sector-first trade arrays, elasticities, own-country blocks. Immutable."""

    world: World
    parameters: Parameters
    accounts: Accounts
    theta: Array
    shape: Array
    markets: Markets
    base: Base
    blocks: OwnCountry | OwnCountryWhole
    used: NDArray[np.bool_]  # [n,M] markets with spending
    unused: Array  # [M,n] 1 in the others, 0 in these
    made: NDArray[np.bool_]  # [i,s] sectors with output
    wage_bill: Array
    wage_floor: Array | None  # [n,1] or [n,k] ln of the lowest wage, None where all are free

    @property
    def market_theta(self) -> Array:
        """theta by market [M]."""
        return self.markets.by_sector(self.theta)


def prepare(world: World, parameters: Parameters | None = None, like: Economy | None = None) -> Economy:
    """Prepare a world; ``like`` lends its own-country blocks, which only speed a solve up (the central parameters')."""
    of_kind("prepare", "world", world, World)
    if parameters is not None:
        of_kind("prepare", "parameters", parameters, Parameters)
    parameters = parameters or Parameters()
    accounts = world.accounts
    theta = parameters.theta(world)
    markets = markets_of(world)
    blocks = (
        like.blocks
        if like is not None
        else own_country(accounts, markets.trade, world.input_share, markets.tariff, theta, parameters)
    )
    used = markets.spending > 0
    return Economy(
        world=world,
        parameters=parameters,
        accounts=accounts,
        theta=theta,
        shape=parameters.shape(world),
        markets=markets,
        base=base_of(markets),
        blocks=blocks,
        used=used,
        unused=np.ascontiguousarray(~used.T).astype(np.float64),
        made=accounts.output > 0,
        wage_bill=accounts.value_added.sum(axis=1),
        wage_floor=parameters.wage_floor(world),
    )


def with_parameters(economy: Economy, parameters: Parameters) -> Economy:
    """The same world under other parameters, sharing every array that does not depend on them."""
    world = economy.world
    return replace(
        economy, parameters=parameters, theta=parameters.theta(world), shape=parameters.shape(world),
        wage_floor=parameters.wage_floor(world),
    )  # fmt: skip


def with_floor_at(economy: Economy, fraction: float) -> Economy:
    """The economy at a fraction of a shock. A floor above the base's wage (a path whose wages have risen) rises with
    the shock, so that the way starts at the base."""
    floor = economy.wage_floor
    if floor is None or not (floor > 0).any():
        return economy
    return replace(economy, wage_floor=np.where(floor > 0, fraction * floor, floor))


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """One shocked economy: its trade arrays, productivity and transfers, and one sweep over all equations."""

    economy: Economy
    shocks: Shocks
    made: Weights
    ln_productivity: Array | float
    transfers: Array | float
    rents: tuple[Rents, ...] = ()

    @property
    def weights(self) -> Array:
        """T [s,n,i]."""
        return self.made.weights

    @property
    def group(self) -> Array:
        """Membership [g,n] of the groups of countries that trade with each other."""
        return self.made.group

    def start(self) -> Array:
        """The base point: all hats 1, spending as it is."""
        economy = self.economy
        sectors = economy.made.shape[1]
        state = np.zeros((len(economy.used), 1 + sectors + economy.used.shape[1]))
        state[:, 1 + sectors :] = np.log(np.where(economy.used, economy.markets.spending, 1.0))
        return state

    def precondition(self, rest: Array) -> Array:
        """Own-country solution of the linearised equations for a residual."""
        return self.economy.blocks.solve(rest)

    def rebuilt(self, state: Array) -> Callable[[Array], Array]:
        """A preconditioner from the own-country blocks at a state instead of the base."""
        economy, shocks, markets = self.economy, self.shocks, self.economy.markets
        flows = self.flows(state)
        paid = self.weights * (flows.cost_term[:, None, :] * (flows.spending / flows.market)[:, :, None])
        if self.made.lists is not None:
            paid += self.made.lists.shares(flows.cost_term) * flows.spending[:, :, None]
        tariff = markets.tariff if shocks.tariff is None else markets.of(shocks.tariff)
        levy = markets.export_tax if shocks.export_tax is None else markets.of(shocks.export_tax)
        trade = np.ascontiguousarray(paid.transpose(2, 1, 0)) / gross_rate(tariff, levy)
        sectors = economy.made.shape[1]
        productivity = self.ln_productivity + self.venture_terms(flows.output)[0]
        wages = self.wages(state[:, 0], flows.output, state[:, 1 : 1 + sectors] + productivity)
        input_share = self.input_share(wages.ln_price, flows.ln_price)
        whole = trade if not markets.split else trade[:, :, :sectors] + trade[:, :, sectors:]
        taxes = tariff[:, :, :sectors], None if levy is None else levy[:, :, :sectors]
        accounts = derive(whole, input_share, *taxes)
        blocks = own_country(accounts, trade, input_share, tariff, economy.theta, economy.parameters)
        return blocks.solve if np.isfinite(blocks.rest_inverse).all() else self.precondition

    def sweep(self, state: Array) -> Array:
        """Every equation once: the state that the given one implies."""
        economy, accounts = self.economy, self.economy.accounts
        sectors = economy.made.shape[1]
        ln_wage = state[:, 0]
        flows = self.flows(state)
        ln_consumer = self.ln_consumer_price(flows.ln_price)
        bills = self.bills(ln_wage, ln_consumer)
        boost, royalties = self.venture_terms(flows.output)
        deficit = eq.deficit(self.shocks.deficits, bills, economy.wage_bill, accounts.deficit, self.group)
        income = eq.income(bills, flows.revenue, deficit, self.transfers + royalties + self.rents_received(flows))
        productivity = self.ln_productivity + boost
        wages = self.wages(ln_wage, flows.output, state[:, 1 : 1 + sectors] + productivity)
        nests = self.nests(wages.ln_price, flows.ln_price)
        spending = self.spending(income, flows, nests, ln_consumer)
        paid = eq.value_added_paid(
            flows.output, accounts.value_added_share, wages.ln_price, nests.ln_bundle, economy.parameters.sigma
        )
        demand = eq.normalised(paid.sum(axis=1), economy.wage_bill, self.group)
        new = np.zeros_like(state)
        np.log(demand / economy.wage_bill, out=new[:, 0], where=economy.wage_bill > 0)
        if economy.parameters.psi:
            labour = economy.parameters.psi, economy.parameters.labour_share
            new[:, 0] = np.where(economy.wage_bill > 0, lab.ln_wage_at(new[:, 0], ln_consumer, *labour), 0.0)
        np.subtract(nests.ln_bundle, productivity, out=new[:, 1 : 1 + sectors], where=economy.made)
        # A market may run dry when all who use it close: this keeps its logarithm, and none of a negative income.
        np.log(spending + TINY, out=new[:, 1 + sectors :], where=economy.used)
        return new

    def bills(self, ln_wage: Array, ln_consumer: Array) -> Array:
        """Value added of countries [n] at given wages: the base's times the wage and the labour supplied."""
        parameters, wage = self.economy.parameters, ln_wage
        if parameters.psi:
            supply = lab.ln_supply(ln_wage, ln_consumer, parameters.psi, parameters.labour_share)
            wage = ln_wage + parameters.labour_share * supply
        paid: Array = self.economy.wage_bill * np.exp(wage)
        return paid

    def wages(self, ln_wage: Array, output: Array, ln_bundle: Array) -> Wages:
        """What sectors pay, [n,k], or [n,1] where one wage rules the country (infinite mobility)."""
        economy, parameters = self.economy, self.economy.parameters
        immobility, floor = 1.0 / parameters.mobility, economy.wage_floor
        expected = ln_wage[:, None]
        if immobility:
            base = np.where(economy.made, economy.accounts.output, 1.0)
            ln_output = np.log(np.where(economy.made, output / base, 1.0) + TINY)
            bills = np.where(economy.wage_bill > 0, economy.wage_bill, 1.0)
            given = (ln_wage, ln_output, ln_bundle, economy.accounts.value_added / bills[:, None])
            if floor is None:
                expected = lab.ln_sector_wages(*given, parameters.sigma, immobility)
            else:
                labour = floor, parameters.labour_share
                expected = lab.ln_expected_wages(*given, parameters.sigma, immobility, *labour)
            expected = np.where(economy.made, expected, ln_wage[:, None])
        if floor is None:
            return Wages(expected, expected)
        return Wages(expected, lab.ln_rigid_price(expected, floor, parameters.labour_share))

    def ln_consumer_price(self, ln_price: Array) -> Array:
        """``ln P_hat`` [n] of final use; ``ln_price`` [n,M] by market, the last S are those of final users."""
        final = self.economy.accounts.final_share
        price: Array = eq.ln_consumer_price(final, ln_price[:, -final.shape[1] :], self.economy.parameters.sigma_c)
        return price

    def nests(self, ln_wage: Array, ln_price: Array) -> Nests:
        """Prices of input bundles and of whole bundles at given wages ([n,1] or [n,k]) and prices by market [n,M]."""
        accounts, parameters = self.economy.accounts, self.economy.parameters
        supplied = ln_price[:, : accounts.output.shape[1]]
        ln_input = eq.ln_input_price(
            supplied, self.economy.world.input_share, accounts.value_added_share, parameters.eps
        )
        ln_bundle = eq.ln_bundle_cost(ln_wage, ln_input, accounts.value_added_share, parameters.sigma)
        return Nests(ln_input, ln_bundle)

    def input_share(self, ln_wage: Array, ln_price: Array) -> Array:
        """``gamma'`` [n,k,s], new input cost shares ``gamma (PM/q)^(1-sigma) (P/PM)^(1-eps)``."""
        base, parameters = self.economy.world.input_share, self.economy.parameters
        if parameters.sigma == parameters.eps == 1.0:
            return base
        nests = self.nests(ln_wage, ln_price)
        user = (1.0 - parameters.sigma) * (nests.ln_input - nests.ln_bundle)
        user = np.exp(user - (1.0 - parameters.eps) * nests.ln_input)
        supplied = ln_price[:, : base.shape[2]]
        moved: Array = base * user[:, :, None] * np.exp((1.0 - parameters.eps) * supplied)[:, None, :]
        return moved

    def spending(self, income: Array, flows: Flows, nests: Nests, ln_consumer: Array) -> Array:
        """Spending on every market [n,M] at given income, prices and output."""
        accounts, parameters = self.economy.accounts, self.economy.parameters
        sectors = accounts.output.shape[1]
        final, of_inputs = accounts.final_share, flows.ln_price[:, :sectors]
        if parameters.sigma_c != 1.0:
            final = eq.new_final_share(final, flows.ln_price[:, -sectors:], ln_consumer, parameters.sigma_c)
        research = self.research(flows.ln_price)
        left = income - research.sum(axis=1)
        users = (
            self.economy.world.input_share, flows.output, of_inputs, nests.ln_input, nests.ln_bundle,
            parameters.sigma, parameters.eps,
        )  # fmt: skip
        if not self.economy.markets.split:
            found: Array = eq.spending(final, left, *users) + research
            return found
        inputs = eq.spending(0.0 * final, left, *users)
        return np.concatenate([inputs, final * left[:, None] + research], axis=1)

    def flows(self, state: Array) -> Flows:
        """Prices, sales and tax revenue at given costs and spending."""
        economy = self.economy
        sectors = economy.made.shape[1]
        ln_cost, ln_spending = state[:, 1 : 1 + sectors], state[:, 1 + sectors :]
        cost_term = economy.markets.by_sector(eq.cost_power(ln_cost, economy.theta).copy())
        # T is 0 in a market without spending: its sum is set to 1, its spending to 0.
        market = eq.market_sum(self.weights, cost_term) + economy.unused
        spending = all_spending = np.exp(ln_spending).T - economy.unused  # the state holds ln 1 there
        lists = self.made.lists
        if lists is not None:  # their rows stand apart
            market = market + lists.touched
            spending = np.where(lists.touched, 0.0, all_spending)
        per_phi = spending / market
        taxed = self.made.taxed
        sold = np.empty_like(per_phi)
        for part, array in self._net_parts():
            sold[part] = eq.sales(array, cost_term[part], per_phi[part])
        revenue = (
            spending[taxed] - eq.receipts_of_origins(self.made.net_weights, cost_term[taxed], per_phi[taxed])
        ).sum(axis=0)
        if self.made.landed_weights is not None:
            at_border = eq.sales(self.made.landed_weights, cost_term[taxed], per_phi[taxed])
            levied = at_border - sold[taxed]
            paid_abroad = eq.receipts_of_origins(
                self.made.landed_weights - self.made.net_weights, cost_term[taxed], per_phi[taxed]
            )
            revenue = revenue - paid_abroad.sum(axis=0) + levied.sum(axis=0)
        if lists is not None:
            sums = lists.sums(cost_term)
            market = market * lists.market(sums, market.shape)
            sold += lists.sales(sums, cost_term, all_spending, lists.net)
            revenue = revenue + self._revenue_of_lists(lists, sums, cost_term, all_spending)
        output = economy.markets.summed(sold).T.copy()
        return Flows(eq.ln_price(market, economy.market_theta), market, cost_term, all_spending, output, revenue)

    def _revenue_of_lists(self, lists: Lists, sums: Array, cost_term: Array, spending: Array) -> Array:
        """Duties, and export taxes where there are any, on the markets that lists touch [n]."""
        spent = np.where(lists.touched, spending, 0.0).sum(axis=0)
        if lists.landed is None:
            duties: Array = spent - lists.paid(sums, cost_term, spending, lists.net)
            return duties
        at_border = lists.sales(sums, cost_term, spending, lists.landed)
        levied = (at_border - lists.sales(sums, cost_term, spending, lists.net)).sum(axis=0)
        both: Array = spent - lists.paid(sums, cost_term, spending, lists.landed) + levied
        return both

    def _net_parts(self) -> tuple[tuple[slice, Array], ...]:
        before, after = slice(0, self.made.taxed.start), slice(self.made.taxed.stop, self.weights.shape[0])
        return (
            (before, self.weights[before]),
            (self.made.taxed, self.made.net_weights),
            (after, self.weights[after]),
        )

    def research(self, ln_price: Array) -> Array:
        """``F'`` [n,s], million USD: extra research bought from each sector, at its new price (ECONOMICS 1.5)."""
        bought = self.shocks.research_purchases
        return NO_RESEARCH if bought is None else bought * np.exp(ln_price[:, -bought.shape[1] :])

    def rents_received(self, flows: Flows) -> Array | float:
        """What countries [n] receive of licences less what their buyers pay of them, million USD (ECONOMICS 0.8)."""
        lists, market = self.made.lists, flows.market
        return sum((r.received(flows.cost_term, flows.spending, market, lists) for r in self.rents), start=0.0)

    def venture_terms(self, output: Array) -> tuple[Array | float, Array | float]:
        """What ventures add to ln productivity [i,s] and to transfers received [n] at given output (ECONOMICS 2)."""
        if not self.shocks.ventures:
            return 0.0, 0.0
        boost = np.zeros_like(output)
        shares = venture_shares(self.shocks.ventures, output)
        total: dict[tuple[int, int], float] = {}
        for venture, share in zip(self.shocks.ventures, shares, strict=True):
            cell = (venture.host, venture.sector)
            total[cell] = total.get(cell, 0.0) + share
        for (host, sector), share in total.items():
            # Beyond one half the solve is refused; on the way there the share is held at that bound.
            boost[host, sector] = -np.log(jv.cost_hat(min(share, jv.SHARE_MAX), float(self.economy.shape[sector])))
        return boost, jv.royalties_received(self.shocks.ventures, shares, output, len(output))


@dataclass(frozen=True, slots=True, eq=False)
class Wages:
    """``ln_expected``: what a worker of a sector can expect; ``ln_price``: of value added, above it under a floor."""

    ln_expected: Array
    ln_price: Array


@dataclass(frozen=True, slots=True, eq=False)
class Nests:
    """``ln_input`` [n,k] ln PM_hat; ``ln_bundle`` [n,k] ln q_hat = ln (A_hat c_hat)."""

    ln_input: Array
    ln_bundle: Array


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """``ln_price`` [n,M]; Phi ``market`` [M,n]; ``cost_term`` [M,i]; ``spending`` [M,n]; ``output`` [i,s]; revenue."""

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
    """The system of a shock; ``blocked`` overrides the shock's blocked shares (displaced sales of ventures)."""
    in_effect = shocks.blocked_share if blocked is None else blocked
    made = formed(economy.markets, economy.base, shocks, in_effect, economy.market_theta)
    return System(
        economy=economy,
        shocks=shocks,
        made=made,
        ln_productivity=0.0 if shocks.productivity_hat is None else np.log(shocks.productivity_hat),
        transfers=0.0 if shocks.transfers is None else shocks.transfers,
        rents=rents_of(shocks.blocks, economy.world, economy.markets, made, economy.theta),
    )
