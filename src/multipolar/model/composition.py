"""The sweep as a pure function of state and inputs, for derivatives and for many draws at once.

``System.sweep`` composes the equations with NumPy's in-place operations, for speed; here the same functions of
``equilibrium.py`` and ``labour.py`` are composed without writing into an array, so that they run under JAX too. A test
holds the two compositions together. Taxes are everywhere, also where they are 0: arrays keep their shapes from shock to
shock, and nothing is compiled anew.

Markets with product lists enter as further rows of their sector, one a group of lines: ``link[s,q,n]`` is the width of
row q in market n, so that prices and sales of rows are the same batched products as those of markets. Where final users
have suppliers of their own (``markets.py``) there are M = 2S markets, and s counts markets in what is [s,n,i].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from multipolar.model import equilibrium as eq
from multipolar.model import labour as lab
from multipolar.model.ventures import SHARE_MAX

Array = Any  # a NumPy or a JAX array

TINY = 1e-300  # as in the sweep: a market may run dry


class Flows(NamedTuple):
    """T, T net and T/(1+t') of markets [s,n,i], or of rows of lists [s,q,i]."""

    weights: Array
    net: Array
    border: Array


class Inputs(NamedTuple):
    """What a shock moves, and what derivatives are taken by."""

    markets: Flows
    rows: Flows | None
    ln_productivity: Array  # [i,s]
    transfers: Array  # [n] million USD


class Given(NamedTuple):
    """What stays: the base of the world, elasticities by sector, who trades with whom, lists and ventures."""

    input_share: Array  # [n,k,s]
    value_added_share: Array  # [n,k]
    final_share: Array  # [n,s]
    output: Array  # [n,k] of the base, 1 where there is none
    made: Array  # [n,k] sectors with output
    used: Array  # [n,M] markets with spending
    wage_bill: Array  # [n]
    wage_share: Array  # [n,k] shares of value added
    income: Array  # [n] of the base
    deficit: Array  # [n] of the base
    purchases: Array  # [n,s] research at base prices, million USD
    group: Array  # [g,n]
    theta: Array  # [s]
    shape: Array  # [s] theta_K
    floor: Array | None  # [n,k] ln of the lowest wage, -inf where it is free; None where all are
    lists: Lists | None
    ventures: Ventures | None


class Lists(NamedTuple):
    """Groups of product lines, Q rows a sector; rows that a sector does not need have width 0."""

    touched: Array  # [s,n]
    link: Array  # [s,q,n] width of the row in its market
    spare: Array  # [s,q] 1 in rows that stand for nothing


class Ventures(NamedTuple):
    """Joint ventures, V of them: ``mu = share + value/Y'``."""

    cell: Array  # [v,i,s] 1 at host and sector
    share: Array  # [v]
    value: Array  # [v] million USD
    royalty: Array  # [v]
    to: Array  # [v,n] -1 host, +1 investor


@dataclass(frozen=True, slots=True)
class Composition:
    """The equations under one set of scalar elasticities and one deficit rule; compares equal by these."""

    sigma: float
    eps: float
    sigma_c: float
    mobility: float
    psi: float
    labour_share: float
    deficits: str

    def __call__(self, state: Array, inputs: Inputs, given: Given) -> tuple[Array, Array]:
        """Every equation once: the state that the given one implies, and ln real income hats [n] at the given one."""
        xp = state.__array_namespace__()
        s = given.made.shape[1]
        ln_wage, ln_cost = state[:, 0], state[:, 1 : 1 + s]
        spent = xp.where(given.used, xp.exp(state[:, 1 + s :]), 0.0).T
        ln_prices, output, revenue = _flows(ln_cost, spent, inputs, given)
        ln_price, ln_final = ln_prices[:, :s], ln_prices[:, -s:]
        boost, royalties = _ventures(output, given)
        ln_consumer = eq.ln_consumer_price(given.final_share, ln_final, self.sigma_c)
        supply = lab.ln_supply(ln_wage, ln_consumer, self.psi, self.labour_share)
        bills = given.wage_bill * xp.exp(ln_wage + self.labour_share * supply)
        deficit = eq.deficit(self.deficits, bills, given.wage_bill, given.deficit, given.group)
        income = eq.income(bills, revenue, deficit, inputs.transfers + royalties)
        productivity = inputs.ln_productivity + boost
        ln_sector = self._value_added_price(ln_wage, output, ln_cost + productivity, given)
        ln_input = eq.ln_input_price(ln_price, given.input_share, given.value_added_share, self.eps)
        ln_bundle = eq.ln_bundle_cost(ln_sector, ln_input, given.value_added_share, self.sigma)
        research = given.purchases * xp.exp(ln_final)
        left = income - research.sum(axis=1)
        final = eq.new_final_share(given.final_share, ln_final, ln_consumer, self.sigma_c)
        split = given.used.shape[1] > s
        bought = eq.spending(
            0.0 * final if split else final, left, given.input_share, output, ln_price, ln_input, ln_bundle,
            self.sigma, self.eps,
        )  # fmt: skip
        apart = [bought, final * left[:, None] + research]
        spending = xp.concatenate(apart, axis=1) if split else bought + research
        paid = eq.value_added_paid(output, given.value_added_share, ln_sector, ln_bundle, self.sigma)
        demand = eq.normalised(paid.sum(axis=1), given.wage_bill, given.group)
        works = given.wage_bill > 0
        new_wage = _ln_where(works, demand / xp.where(works, given.wage_bill, 1.0))
        new_wage = xp.where(works, lab.ln_wage_at(new_wage, ln_consumer, self.psi, self.labour_share), 0.0)
        new_cost = xp.where(given.made, ln_bundle - productivity, 0.0)
        new_spending = _ln_where(given.used, spending + TINY)
        image = xp.concatenate([new_wage[:, None], new_cost, new_spending], axis=1)
        return image, self._ln_welfare(xp.log(left / given.income) - ln_consumer, supply, given)

    def _ln_welfare(self, ln_consumption: Array, supply: Array, given: Given) -> Array:
        """ln of real income hats [n], the effort of those who work more deducted (ECONOMICS 3.3)."""
        if self.psi == 0.0:
            return ln_consumption
        xp = supply.__array_namespace__()
        real_wage = xp.exp(supply / self.psi)
        effort = real_wage ** (1.0 + self.psi) - 1.0 - lab.worth_of_real_wage(real_wage, self.psi)
        return xp.log(xp.exp(ln_consumption) - self.labour_share * given.wage_bill / given.income * effort)

    def _value_added_price(self, ln_wage: Array, output: Array, ln_bundle: Array, given: Given) -> Array:
        """As ``System.wages``: what sectors pay, [n,1] or [n,k]."""
        floor, expected = given.floor, ln_wage[:, None]
        if self.mobility != float("inf"):
            xp = ln_wage.__array_namespace__()
            ln_output = _ln_where(given.made, output / given.output + TINY)
            known = ln_wage, ln_output, ln_bundle, given.wage_share, self.sigma, 1.0 / self.mobility
            if floor is None:
                wages = lab.ln_sector_wages(*known)
            else:
                wages = lab.ln_expected_wages(*known, floor, self.labour_share)
            expected = xp.where(given.made, wages, expected)
        return expected if floor is None else lab.ln_rigid_price(expected, floor, self.labour_share)


def own_country_step(rest: Array, blocks: tuple[Array, ...]) -> Array:
    """``OwnCountry.solve`` (four arrays) or ``OwnCountryWhole.solve`` (one), without writing into an array."""
    xp = rest.__array_namespace__()
    if len(blocks) == 1:
        return (blocks[0] @ rest.astype(blocks[0].dtype)[..., None])[..., 0].astype(rest.dtype)
    cost_inverse, rest_inverse, cost_of_wage, wage_of_cost = blocks
    s = cost_of_wage.shape[1]
    single = rest.astype(cost_inverse.dtype)
    cost = (cost_inverse @ single[:, 1 : 1 + s, None])[..., 0]
    wage = single[:, :1] - (wage_of_cost * cost).sum(axis=1).astype(single.dtype)[:, None]
    right = xp.concatenate([wage, single[:, 1 + s :]], axis=1)
    found = (rest_inverse @ right[..., None])[..., 0].astype(rest.dtype)
    costs = cost + cost_of_wage * found[:, :1]
    return xp.concatenate([found[:, :1], costs, found[:, 1:]], axis=1)


def _flows(ln_cost: Array, spent: Array, inputs: Inputs, given: Given) -> tuple[Array, Array, Array]:
    """ln prices [n,M], output [i,s] and tax revenue [n] at given costs and spending [s,n]."""
    xp = ln_cost.__array_namespace__()
    cost_term, theta, s = eq.cost_power(ln_cost, given.theta), given.theta, len(given.theta)
    if given.used.shape[1] > s:
        cost_term, theta = xp.concatenate([cost_term, cost_term]), xp.concatenate([theta, theta])
    market = eq.market_sum(inputs.markets.weights, cost_term) + (1.0 - given.used.T)
    lists, left = given.lists, spent
    if lists is not None:  # T is 0 in their markets, their rows take its place
        market, left = market + lists.touched, xp.where(lists.touched, 0.0, spent)
    sold, paid, levied = _sold(inputs.markets, cost_term, left / market)
    if lists is not None and inputs.rows is not None:
        sums = eq.market_sum(inputs.rows.weights, cost_term) + lists.spare
        market = market * xp.exp((xp.matrix_transpose(lists.link) @ xp.log(sums)[..., None])[..., 0])
        per_phi = (lists.link @ spent[..., None])[..., 0] / sums
        of_rows = _sold(inputs.rows, cost_term, per_phi)
        member = xp.where(lists.link > 0, 1.0, 0.0)
        paid = paid + (xp.matrix_transpose(member) @ of_rows[1][..., None])[..., 0]
        sold, levied = sold + of_rows[0], levied + of_rows[2]
    revenue = (spent - paid).sum(axis=0) + levied.sum(axis=0)
    if len(theta) > s:
        sold = sold[:s] + sold[s:]
    return eq.ln_price(market, theta), sold.T, revenue


def _sold(flows: Flows, cost_term: Array, per_phi: Array) -> tuple[Array, Array, Array]:
    """What sellers receive [s,i], what buyers pay at their border [s,n], export taxes levied [s,i]."""
    sold = eq.sales(flows.net, cost_term, per_phi)
    paid = eq.receipts_of_origins(flows.border, cost_term, per_phi)
    return sold, paid, eq.sales(flows.border, cost_term, per_phi) - sold


def _ventures(output: Array, given: Given) -> tuple[Array, Array]:
    """As ``System.venture_terms``: rise of ln productivity [i,s], royalties received [n]."""
    ventures = given.ventures
    if ventures is None:
        return 0.0 * output, 0.0 * given.income
    xp = output.__array_namespace__()
    made = (ventures.cell * output).sum(axis=(1, 2))
    share = ventures.share + ventures.value / xp.where(made > TINY, made, TINY)
    total = (ventures.cell * share[:, None, None]).sum(axis=0)
    boost = -xp.log1p(-xp.where(total < SHARE_MAX, total, SHARE_MAX)) / given.shape
    return boost, (ventures.to * (ventures.royalty * share * made)[:, None]).sum(axis=0)


def _ln_where(there: Array, values: Array) -> Array:
    """ln of the values where they are there, 0 elsewhere, where nothing is to be differentiated either."""
    xp = values.__array_namespace__()
    return xp.where(there, xp.log(xp.where(there, values, 1.0)), 0.0)
