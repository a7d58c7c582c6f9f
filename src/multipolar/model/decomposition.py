"""Where a change of real income comes from: first order, and integrated along the shock (ECONOMICS 0.9, 0.10).

With E exports, M imports at border prices (basic prices times 1+x), all relative to income I::

    dlnW = [ sum_j E_nj (dlnc_n + dln(1+x_nj)) - sum_i M_in (dlnc_i + dln(1+x_in)) ]         terms of trade
         - sum_i M_in dlnkappa_in                                                              trade cost
         + sum_i t M_in (dlnM_in - dlnc_i - dln(1+x_in) - dlnkappa_in)
         + sum_j x E_nj^basic (dlnE_nj^basic - dlnc_n)                                         volume of trade
         + sum_s Y dlnA                                                                        technology
         + sum_s VA l dln e                                                                    factors
         + dD + dT                                                                             transfers
         - sum_s P dF                                                                          research

The sums run over the other countries, for the trade cost over all. A blocked share counts as the trade cost that has
the same effect on shares, ``dlnkappa = -dln(openness)/theta``; product lines that close count by the price they raise.
Factors: the share e of workers who have a job, where wages are rigid. Workers who move between sectors add nothing:
they are where it pays. Nor do those who choose to work more: at the margin their effort is worth what it earns, so
welfare moves by the part ``consumption / welfare`` of all terms, and real GDP alone counts what they make.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array, first_where
from multipolar.base.problems import NotConvergedError
from multipolar.model.lists import ln_price_under
from multipolar.model.system import System


@dataclass(frozen=True, slots=True, eq=False)
class Decomposition:
    """Parts of ``ln W_hat`` [n], log points; ``remainder`` is what the parts leave of ``total`` = ln W_hat.

    ``ln_real_gdp``: production side, ``(technology + factors + labour supplied + volume) / GDP``.
    """

    terms_of_trade: Array
    trade_cost: Array
    volume_of_trade: Array
    technology: Array
    factors: Array
    transfers: Array
    research: Array
    total: Array
    ln_real_gdp: Array

    @property
    def explained(self) -> Array:
        """Sum of the parts."""
        return (
            self.terms_of_trade
            + self.trade_cost
            + self.volume_of_trade
            + self.technology
            + self.factors
            + self.transfers
            + self.research
        )

    @property
    def remainder(self) -> Array:
        """``total`` less the sum of the parts."""
        return self.total - self.explained


class Solved(Protocol):
    """What a decomposition reads of a point."""

    @property
    def system(self) -> System: ...
    @property
    def cost_hat(self) -> Array: ...
    @property
    def final_price_hat(self) -> Array: ...
    @property
    def income(self) -> Array: ...
    @property
    def productivity_hat(self) -> Array: ...
    @property
    def output(self) -> Array: ...
    @property
    def market_spending(self) -> Array: ...
    @property
    def cost_term(self) -> Array: ...
    @property
    def market(self) -> Array: ...
    @property
    def trade(self) -> Array: ...
    @property
    def gdp(self) -> Array: ...
    @property
    def welfare_hat(self) -> Array: ...
    @property
    def consumption_hat(self) -> Array: ...
    @property
    def value_added(self) -> Array: ...
    @property
    def employed_share(self) -> Array: ...
    @property
    def labour_supply_hat(self) -> Array: ...
    @property
    def export_tax(self) -> Array | None: ...
    @property
    def tariff(self) -> Array: ...


@dataclass(frozen=True, slots=True, eq=False)
class ListedMarkets:
    """Markets [K] of which product lines are closed on the way: what every origin would sell, and its listed share."""

    sector: NDArray[np.intp]
    destination: NDArray[np.intp]
    power: Array  # [K,N] T c_hat^-theta with nobody out
    share: Array  # [K,N]


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Levels and log hats at one point of the path. ``per_openness`` [i,n,s] is trade per unit of openness."""

    trade: Array
    per_openness: Array
    openness: Array
    levy: Array | float
    tariff: Array
    ln_cost: Array
    ln_productivity: Array
    output: Array
    income: Array
    gdp: Array
    inflow: Array
    ln_welfare: Array
    consumed: Array  # [n] consumption over welfare, hats
    value_added: Array  # [n,k]
    ln_employed: Array  # [n,k] l ln e
    ln_supply: Array  # [n] l ln L_hat
    bought: Array  # [n,s] extra research at base prices
    paid: Array  # [n,s] and at new prices
    spending: Array  # [n,M]
    listed: ListedMarkets | None


def state_at(point: Solved) -> State:
    """The state of a solved point; raises ``NotConvergedError`` where real income has no logarithm."""
    poor = point.welfare_hat <= 0
    if poor.any():
        country = point.system.economy.world.countries[first_where(poor)[0]]
        raise NotConvergedError(
            f"No decomposition: with the effort of work deducted, the real income of {country} comes out at or below "
            "zero, and has no logarithm."
        )
    openness = full_openness(point.system)
    levy, labour_share = point.export_tax, point.system.economy.parameters.labour_share
    shut = openness <= 0
    return State(
        trade=point.trade,
        per_openness=np.where(shut, _if_open(point, shut), point.trade / np.where(shut, 1.0, openness)),
        openness=openness,
        levy=0.0 if levy is None else levy,
        tariff=point.tariff,
        ln_cost=np.log(point.cost_hat),
        ln_productivity=np.log(point.productivity_hat),
        output=point.output,
        income=point.income,
        gdp=point.gdp,
        inflow=point.income - point.gdp,
        ln_welfare=np.log(point.welfare_hat),
        consumed=point.consumption_hat / point.welfare_hat,
        value_added=point.value_added,
        ln_employed=labour_share * np.log(point.employed_share),
        ln_supply=labour_share * np.log(point.labour_supply_hat),
        bought=_bought(point.system),
        paid=point.system.research(np.log(point.final_price_hat)) + np.zeros_like(point.output),
        spending=point.market_spending,
        listed=_listed_at(point),
    )


def _bought(system: System) -> Array:
    bought = system.shocks.research_purchases
    return np.zeros_like(system.economy.accounts.output) if bought is None else bought


def _listed_at(point: Solved) -> ListedMarkets | None:
    lists, share = point.system.made.lists, point.system.shocks.listed_share
    if lists is None or share is None:
        return None
    rows = lists.open_rows()
    sector, destination = lists.sector[rows], lists.destination[rows]
    share = point.system.economy.markets.of(share)
    return ListedMarkets(
        sector, destination, lists.weights[rows] * point.cost_term[sector], share[:, destination, sector].T
    )


def _not_listed_yet(system: System) -> ListedMarkets | None:
    lists = system.made.lists
    if lists is None:
        return None
    rows = lists.open_rows()
    sector, destination = lists.sector[rows], lists.destination[rows]
    power = system.economy.base.trade_share[sector, destination]
    return ListedMarkets(sector, destination, power, np.zeros_like(power))


def base_state(system: System) -> State:
    """The state before the shock."""
    world, accounts = system.economy.world, system.economy.accounts
    zero = np.zeros_like(accounts.output)
    gdp = system.economy.wage_bill + accounts.revenue
    return State(
        trade=world.trade,
        per_openness=world.trade,
        openness=np.ones_like(world.trade),
        levy=0.0 if world.export_tax is None else world.export_tax,
        tariff=world.tariff,
        ln_cost=zero,
        ln_productivity=zero,
        output=accounts.output,
        income=accounts.income,
        gdp=gdp,
        inflow=accounts.income - gdp,
        ln_welfare=np.zeros_like(accounts.income),
        consumed=np.ones_like(accounts.income),
        value_added=accounts.value_added,
        ln_employed=zero,
        ln_supply=np.zeros_like(accounts.income),
        bought=zero,
        paid=zero,
        spending=system.economy.markets.spending,
        listed=_not_listed_yet(system),
    )


def step(before: State, after: State, theta: Array) -> Decomposition:
    """One step of the path: weights are means of the two ends, changes are their differences."""

    def mean(name: str) -> Array:
        value: Array = 0.5 * (getattr(before, name) + getattr(after, name))
        return value

    ln_cost = after.ln_cost - before.ln_cost
    ln_levy = np.log1p(after.levy) - np.log1p(before.levy)
    levy = 0.5 * (before.levy + after.levy)
    border_before, border_after = before.trade * (1.0 + before.levy), after.trade * (1.0 + after.levy)
    border = 0.5 * (border_before + border_after)
    own = np.arange(len(before.income))
    foreign = border.copy()
    foreign[own, own] = 0.0
    price = ln_cost[:, None, :] + ln_levy
    income = mean("income")
    terms = (foreign * price).sum(axis=(1, 2)) - (foreign * price).sum(axis=(0, 2))
    # Per unit of openness a flow stays finite when it is closed, so the cost of closing it is a finite integral.
    cost_by_flow = -mean("per_openness") * (1.0 + levy) * (after.openness - before.openness) / theta
    volume_m = mean("tariff") * (border_after - border_before - border * price - cost_by_flow)
    volume_x = levy * (after.trade - before.trade - mean("trade") * ln_cost[:, None, :])
    if np.ndim(volume_x):
        volume_x[own, own] = 0.0
    volume = volume_m.sum(axis=(0, 2)) + np.broadcast_to(volume_x, border.shape).sum(axis=(1, 2))
    technology = (mean("output") * (after.ln_productivity - before.ln_productivity)).sum(axis=1)
    value_added = mean("value_added")
    employed = (value_added * (after.ln_employed - before.ln_employed)).sum(axis=1)
    supplied = value_added.sum(axis=1) * (after.ln_supply - before.ln_supply)
    # Prices of research between the two ends: what is paid moves with them, what is bought is lost to other uses.
    growth = after.bought - before.bought
    at_price = _mean_price(before, after)
    part = mean("consumed") / (income - mean("paid").sum(axis=1))
    return Decomposition(
        terms_of_trade=terms * part,
        trade_cost=-(cost_by_flow.sum(axis=(0, 2)) + _cost_of_lists(before, after, theta)) * part,
        volume_of_trade=volume * part,
        technology=technology * part,
        factors=employed * part,
        transfers=(after.inflow - before.inflow) * part,
        research=-(at_price * growth).sum(axis=1) * part,
        total=after.ln_welfare - before.ln_welfare,
        ln_real_gdp=(technology + employed + supplied + volume) / mean("gdp"),
    )


def _mean_price(before: State, after: State) -> Array:
    """Mean price hat [n,s] of what is bought for research in a step; 1 at an end that buys nothing."""
    ends = [np.where(each.bought != 0, each.paid / np.where(each.bought != 0, each.bought, 1.0), 1.0)
            for each in (before, after)]  # fmt: skip
    price: Array = 0.5 * (ends[0] + ends[1])
    return price


def _cost_of_lists(before: State, after: State, theta: Array) -> Array:
    """What closing product lines costs buyers in a step [n]: spending times the rise of the market's price at given
    costs and taxes, the mean of both ends. A line that closes takes its duty with it: that part is in here too."""
    cost = np.zeros_like(before.income)
    old, new = before.listed, after.listed
    if old is None or new is None:
        return cost
    at = theta[new.sector % len(theta)]
    rise = np.zeros(len(at))
    for power in (old.power, new.power):
        rise += 0.5 * (ln_price_under(power, new.share, at) - ln_price_under(power, old.share, at))
    spent = 0.5 * (before.spending + after.spending)[new.destination, new.sector]
    np.add.at(cost, new.destination, spent * rise)
    return cost


def added(steps: list[Decomposition]) -> Decomposition:
    """Steps of a path summed."""
    names = Decomposition.__slots__
    return Decomposition(**{name: np.sum([getattr(s, name) for s in steps], axis=0) for name in names})


def first_order(system: System, point: Solved) -> Decomposition:
    """The identity at base weights, with relative changes (hat - 1) in place of logs, as Caliendo and Parro print it.

    Their NAFTA table (Mexico -0.41 and 1.72 %) comes out of relative changes; logs would give -0.42 and 0.95 %. Under
    an embargo the trade cost is infinite (-inf): a first-order figure does not exist there, the integral does.
    """
    base, after = base_state(system), state_at(point)
    theta, own = system.economy.theta, np.arange(len(base.income))
    traded = base.trade > 0
    shut = traded & (after.openness <= 0)
    border = base.trade * (1.0 + base.levy)
    foreign = border.copy()
    foreign[own, own] = 0.0
    levy_hat = (1.0 + after.levy) / (1.0 + base.levy)
    cost_change = np.expm1(after.ln_cost)[:, None, :]
    price = cost_change + (levy_hat - 1.0)
    terms = (foreign * price).sum(axis=(1, 2)) - (foreign * price).sum(axis=(0, 2))
    kappa = np.where(traded & ~shut, np.where(after.openness > 0, after.openness, 1.0) ** (-1.0 / theta) - 1.0, 0.0)
    trade_hat = np.where(traded, after.trade / np.where(traded, base.trade, 1.0), 1.0)
    quantity_m = np.where(shut, -1.0, trade_hat * levy_hat - 1.0 - price - kappa)
    quantity_x = np.where(shut, -1.0, trade_hat - 1.0 - cost_change)
    quantity_x[own, own] = 0.0
    volume = (base.tariff * border * quantity_m).sum(axis=(0, 2))
    volume = volume + (base.levy * base.trade * quantity_x).sum(axis=(1, 2))
    lines = _cost_of_lists(base, replace(after, listed=_listed_at_base_costs(base, after)), theta)
    melted = lines + np.where(shut.any(axis=(0, 2)), np.inf, (border * kappa).sum(axis=(0, 2)))
    technology = (base.output * np.expm1(after.ln_productivity)).sum(axis=1)
    employed = (base.value_added * np.expm1(after.ln_employed)).sum(axis=1)
    supplied = base.value_added.sum(axis=1) * np.expm1(after.ln_supply)
    return Decomposition(
        terms_of_trade=terms / base.income,
        trade_cost=-melted / base.income,
        volume_of_trade=volume / base.income,
        technology=technology / base.income,
        factors=employed / base.income,
        transfers=(after.inflow - base.inflow) / base.income,
        research=-after.bought.sum(axis=1) / base.income,
        total=after.ln_welfare,
        ln_real_gdp=(technology + employed + supplied + volume) / base.gdp,
    )


def _listed_at_base_costs(base: State, after: State) -> ListedMarkets | None:
    """The lists of the shock at the costs of the base: what first order sees of them."""
    if base.listed is None or after.listed is None:
        return None
    return replace(after.listed, power=base.listed.power)


def full_openness(system: System) -> Array:
    """``(1-b) kappa_hat^-theta`` [i,n,s] of the shock, taxes and lists apart."""
    shocks, theta = system.shocks, system.economy.theta
    openness = np.ones_like(system.economy.world.trade)
    if shocks.trade_cost_hat is not None:
        openness = openness * shocks.trade_cost_hat ** (-theta)
    if shocks.blocked_share is not None:
        openness = openness * (1.0 - shocks.blocked_share)
    return openness


def _if_open(point: Solved, shut: NDArray[np.bool_]) -> Array:
    """What closed flows would be per unit of openness: base shares at the point's costs, prices and taxes [i,n,s]."""
    world, theta = point.system.economy.world, point.system.economy.theta
    base_gross = (1.0 + world.tariff) * (1.0 + (0.0 if world.export_tax is None else world.export_tax))
    gross = (1.0 + point.tariff) * (1.0 + (0.0 if point.export_tax is None else point.export_tax))
    markets = point.system.economy.markets
    theta, flows = markets.by_sector(theta), np.zeros_like(markets.trade)
    gross, base_gross = markets.of(gross), markets.of(base_gross)
    i, n, s = np.nonzero(markets.of(shut) & (markets.trade > 0))
    dearer = (gross[i, n, s] / base_gross[i, n, s]) ** -theta[s]
    share = markets.trade_share[i, n, s] * dearer * point.cost_term[s, i] / point.market[s, n]
    flows[i, n, s] = share * point.market_spending[n, s] / gross[i, n, s]
    whole: Array = markets.summed(flows.transpose(2, 0, 1)).transpose(1, 2, 0)
    return whole
