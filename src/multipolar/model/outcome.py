"""Outcome: what a solve returns. Reading any number of one that is not converged raises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, TypeVar, overload

import numpy as np

from multipolar.base.arrays import Array
from multipolar.base.problems import NotConvergedError
from multipolar.model import equilibrium as eq
from multipolar.model import labour as lab
from multipolar.model.decomposition import Decomposition, first_order
from multipolar.model.system import System, venture_shares
from multipolar.model.weights import gross_rate
from multipolar.numerics.outcomes import Outcomes
from multipolar.numerics.secants import Secants
from multipolar.world.identities import Accounts
from multipolar.world.world import World

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Point:
    """A point of the iteration with everything that follows from it. n country, i origin, s sector; hats new / old.

    Only ``Outcome`` says whether it is an equilibrium.
    """

    system: System = field(repr=False)
    wage_hat: Array
    sector_wage_hat: Array
    employed_share: Array
    labour_supply_hat: Array
    cost_hat: Array
    market_price_hat: Array
    market_spending: Array
    output: Array
    income: Array
    revenue: Array
    transfers: Array
    productivity_hat: Array
    cost_term: Array = field(repr=False)
    market: Array = field(repr=False)
    venture_share: tuple[float, ...] = ()

    @cached_property
    def market_share(self) -> Array:
        """Shares of spending by origin and market [i,n,M]: users of inputs, then final users where they differ."""
        market = np.where(self.market > 0, self.market, 1.0)
        share = self.system.weights * self.cost_term[:, None, :]
        share /= market[:, :, None]
        if self.system.made.lists is not None:
            share += self.system.made.lists.shares(self.cost_term)
        by_origin: Array = np.ascontiguousarray(share.transpose(2, 1, 0))
        return by_origin

    @cached_property
    def trade_share(self) -> Array:
        """``pi'`` [i,n,s], expenditure shares by origin, of all users together."""
        if not self.system.economy.markets.split:
            return self.market_share
        paid = (self.market_share * self.market_spending).transpose(2, 0, 1)
        whole = self.system.economy.markets.summed(paid).transpose(1, 2, 0)
        shares: Array = whole / np.where(self.spending > 0, self.spending, 1.0)
        return shares

    @cached_property
    def final_trade(self) -> Array | None:
        """Sales to final users at basic prices [i,n,s], million USD; None where all users share their suppliers."""
        if not self.system.economy.markets.split:
            return None
        half = self.spending.shape[1]
        paid: Array = self.market_share[:, :, half:] * self.market_spending[:, half:]
        return paid / self._gross

    @property
    def price_hat(self) -> Array:
        """``P_hat`` [n,s], of users of inputs; of all where final users have no suppliers of their own."""
        return self.market_price_hat[:, : self.cost_hat.shape[1]]

    @property
    def final_price_hat(self) -> Array:
        """``P_hat`` [n,s] of final users."""
        return self.market_price_hat[:, -self.cost_hat.shape[1] :]

    @property
    def spending(self) -> Array:
        """``X'`` [n,s], million USD with taxes, of all users."""
        total: Array = self.system.economy.markets.summed(self.market_spending.T).T
        return total

    @property
    def tariff(self) -> Array:
        """New tariff [i,n,s]."""
        shocked = self.system.shocks.tariff
        return self.system.economy.world.tariff if shocked is None else shocked

    @property
    def export_tax(self) -> Array | None:
        """New export tax [i,n,s], None where there is none."""
        shocked = self.system.shocks.export_tax
        return self.system.economy.world.export_tax if shocked is None else shocked

    @cached_property
    def trade(self) -> Array:
        """New sales at basic prices [i,n,s], million USD."""
        basic: Array = self.trade_share * self.spending / self._gross
        return basic

    @property
    def _gross(self) -> Array:
        return gross_rate(self.tariff, self.export_tax)

    @cached_property
    def labour_hat(self) -> Array:
        """``Z_hat`` [n,k], labour of a sector in efficiency units, ``(D_hat/Phi)^(1-i)`` (ECONOMICS 3.1); 1 without
        value added. Who takes part and who has no job stand apart: ``labour_supply_hat``, ``employed_share``."""
        economy, works = self.system.economy, self.system.economy.accounts.value_added > 0
        base = np.where(works, economy.accounts.value_added, 1.0)
        share = np.where(works, base, 0.0) / np.where(economy.wage_bill > 0, economy.wage_bill, 1.0)[:, None]
        share[~works.any(axis=1)] = 1.0
        demand = np.where(works, self.value_added / base, 1.0)
        units: Array = lab.efficiency_supply(demand, share, 1.0 / economy.parameters.mobility)
        return np.where(works, units, 1.0)

    @cached_property
    def value_added_price_hat(self) -> Array:
        """``v`` [n,k], price of value added: the wage, of whose workers part may be without a job (ECONOMICS 3.4)."""
        idle = self.employed_share ** (1.0 - self.system.economy.parameters.labour_share)
        price: Array = self.sector_wage_hat * idle
        return price

    @cached_property
    def value_added(self) -> Array:
        """``beta' Y'`` [n,k], million USD."""
        parameters = self.system.economy.parameters
        with np.errstate(divide="ignore"):  # a wage too small for a number counts as none
            price = np.log(self.value_added_price_hat)
        nests = self.system.nests(price, np.log(self.market_price_hat))
        base = self.system.economy.accounts.value_added_share
        paid: Array = eq.value_added_paid(self.output, base, price, nests.ln_bundle, parameters.sigma)
        return paid

    @cached_property
    def input_share(self) -> Array:
        """``gamma'`` [n,k,s], new input cost shares ``gamma (PM/q)^(1-sigma) (P/PM)^(1-eps)``."""
        shares: Array = self.system.input_share(np.log(self.value_added_price_hat), np.log(self.market_price_hat))
        return shares

    @cached_property
    def consumer_price_hat(self) -> Array:
        """``P_hat`` [n] of final use."""
        return np.exp(self.system.ln_consumer_price(np.log(self.market_price_hat)))

    @cached_property
    def consumption_hat(self) -> Array:
        """What residents buy, ``(I' - F') / (I P_hat)`` [n], F' extra research."""
        base = self.system.economy.accounts.income
        bought: Array = eq.real_income(self.income, self.research_spending, base, self.consumer_price_hat)
        return bought

    @cached_property
    def research_spending(self) -> Array:
        """``F'`` [n], million USD: extra research, which is never free (ECONOMICS 1.5)."""
        paid: Array = np.zeros_like(self.income) + self.system.research(np.log(self.market_price_hat)).sum(axis=1)
        return paid

    @cached_property
    def welfare_hat(self) -> Array:
        """Real income [n]: ``consumption_hat``, less the effort of those who work more (ECONOMICS 3.3)."""
        parameters, economy = self.system.economy.parameters, self.system.economy
        if not parameters.psi:
            return self.consumption_hat
        earned = self.labour_supply_hat ** ((1.0 + parameters.psi) / parameters.psi)  # om^(1+psi), since L = om^psi
        real_wage_hat = earned ** (1.0 / (1.0 + parameters.psi))
        effort = earned - 1.0 - lab.worth_of_real_wage(real_wage_hat, parameters.psi)
        welfare: Array = (
            self.consumption_hat - parameters.labour_share * economy.wage_bill / economy.accounts.income * effort
        )
        return welfare

    @cached_property
    def equivalent_variation(self) -> Array:
        """``I (W_hat - 1)`` [n], million USD of the base."""
        dollars: Array = eq.equivalent_variation(self.system.economy.accounts.income, self.welfare_hat)
        return dollars

    @cached_property
    def real_wage_hat(self) -> Array:
        """``om = Phi L_hat^(l-1) / P_hat`` [n]: of a worker; with a fixed labour force ``w_hat / P_hat``."""
        crowding = self.labour_supply_hat ** (self.system.economy.parameters.labour_share - 1.0)
        return self.wage_hat * crowding / self.consumer_price_hat

    @cached_property
    def gdp(self) -> Array:
        """``VA' + R'`` [n], million USD."""
        composite = self.labour_supply_hat**self.system.economy.parameters.labour_share
        return self.system.economy.wage_bill * self.wage_hat * composite + self.revenue

    @cached_property
    def gni(self) -> Array:
        """GDP plus transfers received [n], million USD."""
        return self.gdp + self.transfers

    @cached_property
    def first_order(self) -> Decomposition:
        """First-order decomposition at base weights; Caliendo and Parro's "welfare" is terms plus volume of trade."""
        return first_order(self.system, self)


def point_at(system: System, state: Array) -> Point:
    """Everything that follows from a state."""
    economy, shocks = system.economy, system.shocks
    sectors = economy.made.shape[1]
    with np.errstate(all="ignore"):
        flows = system.flows(state)
        boost, royalties = system.venture_terms(flows.output)
        ln_consumer = system.ln_consumer_price(flows.ln_price)
        bills = system.bills(state[:, 0], ln_consumer)
        received = np.zeros_like(bills) + system.transfers + royalties + system.rents_received(flows)
        deficit = eq.deficit(shocks.deficits, bills, economy.wage_bill, economy.accounts.deficit, system.group)
        ln_cost, ln_productivity = state[:, 1 : 1 + sectors], system.ln_productivity + boost
        expected = np.exp(system.wages(state[:, 0], flows.output, ln_cost + ln_productivity).ln_expected)
        floor = 0.0 if economy.wage_floor is None else np.exp(economy.wage_floor)
        sector_wage_hat, employed_share = lab.rigid_wages(expected, floor)
        parameters = economy.parameters
        ln_supply = lab.ln_supply(state[:, 0], ln_consumer, parameters.psi, parameters.labour_share)
        return Point(
            system=system,
            wage_hat=np.exp(state[:, 0]),
            sector_wage_hat=np.broadcast_to(sector_wage_hat, ln_cost.shape),
            employed_share=np.broadcast_to(employed_share, ln_cost.shape),
            labour_supply_hat=np.exp(ln_supply),
            cost_hat=np.exp(state[:, 1 : 1 + sectors]),
            market_price_hat=np.exp(flows.ln_price),
            market_spending=np.ascontiguousarray(flows.spending.T),
            output=flows.output,
            income=eq.income(bills, flows.revenue, deficit, received),
            revenue=flows.revenue,
            transfers=received,
            productivity_hat=np.exp(np.zeros_like(flows.output) + ln_productivity),
            cost_term=flows.cost_term,
            market=flows.market,
            venture_share=venture_shares(shocks.ventures, flows.output),
        )


class _Number(Generic[T]):
    """A number of an outcome, readable only where the outcome is converged."""

    def __set_name__(self, owner: type[Outcome], name: str) -> None:
        self.name = name
        self.__doc__ = getattr(Point, name).__doc__ if hasattr(Point, name) else name

    @overload
    def __get__(self, outcome: None, owner: type[Outcome]) -> _Number[T]: ...
    @overload
    def __get__(self, outcome: Outcome, owner: type[Outcome]) -> T: ...
    def __get__(self, outcome: Outcome | None, owner: type[Outcome]) -> _Number[T] | T:
        if outcome is None:
            return self
        outcome.raise_for_status()
        value: T = getattr(outcome._point, self.name)
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
        return value


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a solve returns: status, recomputed residuals, and numbers that raise unless ``status`` is ``converged``.

    Axes: ``wage_hat``, ``welfare_hat``, ``real_wage_hat``, ``income``, ``revenue``, ``gdp``, ``gni``,
    ``equivalent_variation``, ``consumption_hat``, ``labour_supply_hat`` [n]; ``sector_wage_hat``, ``labour_hat``,
    ``employed_share``, ``value_added`` [n,k] (with finite mobility ``wage_hat`` is the index over sectors of what
    workers can expect); ``cost_hat``, ``output`` [i,s]; ``price_hat``, ``spending`` [n,s]; ``trade_share``, ``trade``
    [i,n,s]. Money in million USD at base world value added. ``terms_of_trade`` and ``volume_of_trade`` are the first
    order terms that Caliendo and Parro print; ``decomposition`` integrates them along the shock: ``real_gdp_hat``.
    ``secants``: what the solve has learnt of its equations, for solves of their like; None where none were given.
    """

    status: Outcomes
    message: str
    residuals: Mapping[str, float]
    sweeps: int
    _point: Point = field(repr=False)
    _path: Callable[..., Decomposition] = field(repr=False)
    secants: Secants | None = field(default=None, repr=False)

    wage_hat = _Number[Array]()
    sector_wage_hat = _Number[Array]()
    value_added_price_hat = _Number[Array]()
    employed_share = _Number[Array]()
    labour_supply_hat = _Number[Array]()
    labour_hat = _Number[Array]()
    value_added = _Number[Array]()
    consumption_hat = _Number[Array]()
    research_spending = _Number[Array]()
    cost_hat = _Number[Array]()
    price_hat = _Number[Array]()
    final_price_hat = _Number[Array]()
    market_spending = _Number[Array]()
    final_trade = _Number["Array | None"]()
    consumer_price_hat = _Number[Array]()
    trade_share = _Number[Array]()
    trade = _Number[Array]()
    input_share = _Number[Array]()
    spending = _Number[Array]()
    output = _Number[Array]()
    income = _Number[Array]()
    revenue = _Number[Array]()
    transfers = _Number[Array]()
    productivity_hat = _Number[Array]()
    tariff = _Number[Array]()
    export_tax = _Number["Array | None"]()
    welfare_hat = _Number[Array]()
    equivalent_variation = _Number[Array]()
    real_wage_hat = _Number[Array]()
    gdp = _Number[Array]()
    gni = _Number[Array]()
    venture_share = _Number["tuple[float, ...]"]()
    first_order = _Number[Decomposition]()

    @property
    def world(self) -> World:
        """The world that was solved."""
        return self._point.system.economy.world

    @property
    def accounts(self) -> Accounts:
        """The base accounts of the world that was solved."""
        return self._point.system.economy.accounts

    @property
    def rents_of_others(self) -> bool:
        """Whether rents of licences go to named countries: no reference world can keep them."""
        return bool(self._point.system.rents)

    @property
    def terms_of_trade(self) -> Array:
        """First-order terms of trade [n], log points of income: ``(sum E dlnc_n - sum M dlnc_i) / I``."""
        return self.first_order.terms_of_trade

    @property
    def volume_of_trade(self) -> Array:
        """First-order volume of trade [n], log points of income: ``sum t M (dlnM - dlnc_i - dlnkappa) / I``."""
        return self.first_order.volume_of_trade

    @cached_property
    def decomposition(self) -> Decomposition:
        """The decomposition of ``ln welfare_hat`` integrated along the shock (several solves, on first reading)."""
        self.raise_for_status()
        return self._path()

    def decomposed_in(self, steps: int) -> Decomposition:
        """``decomposition`` in another number of steps: its error falls with their square, its time is theirs."""
        self.raise_for_status()
        return self._path(steps)

    @property
    def real_gdp_hat(self) -> Array:
        """Real GDP [n], production side, terms of trade excluded (ECONOMICS 0.10), from ``decomposition``."""
        return np.exp(self.decomposition.ln_real_gdp)

    def raise_for_status(self) -> None:
        """Raise ``NotConvergedError`` unless the status is ``converged``."""
        if self.status is not Outcomes.converged:
            raise NotConvergedError(self.message)

    def unconverged(self) -> Point:
        """The last point, whatever the status: not an answer, for diagnosis only."""
        return self._point

    def state(self) -> Array:
        """The point as a starting state for another solve of the same world."""
        self.raise_for_status()
        point = self._point
        used = point.market_spending > 0
        return np.concatenate(
            [
                np.log(point.wage_hat)[:, None],
                np.log(point.cost_hat),
                np.where(used, np.log(np.where(used, point.market_spending, 1.0)), 0.0),
            ],
            axis=1,
        )
