"""All derivatives of one payoff of a solved shock, in one call (ECONOMICS 5.2), and what a first-order preview says.

    F(x, p) = 0 solved        dV/dp = V_p - y' F_p,   F_x' y = V_x'

One transposed solve with the transposed own-country blocks, however many instruments there are. Derivatives are by the
new levels: ``tariff`` and ``export_tax`` by the rate, ``trade_cost`` by the factor kappa_hat, ``blocked_share`` by b
(coverage thin), ``productivity`` by A_hat, ``transfers`` by a million USD. Needs JAX (extra ``derivatives``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from multipolar.base.arrays import Array, frozen, plain_array, plain_number
from multipolar.base.problems import Collector, InputError, NotConvergedError, nearest, shown
from multipolar.model import equilibrium as eq
from multipolar.model.composition import Flows, Inputs
from multipolar.model.instruments import composed, seats
from multipolar.model.jacobian import OwnCountry, OwnCountryWhole
from multipolar.model.lists import Lists
from multipolar.model.outcome import Outcome
from multipolar.model.system import System
from multipolar.model.weights import gross_rate
from multipolar.numerics.adjoint import Settings, adjoint
from multipolar.numerics.outcomes import Outcomes

TOLERANCE = 1e-9
TOLERANCE_MIN, TOLERANCE_MAX = 1e-13, 1e-4
ROUNDING = 1e-12  # widths of lines are summed
GAP_MOST = 1e-6  # of the state from its own image: beyond it nothing was solved
MEASURES = ("welfare", "equivalent_variation")


@dataclass(frozen=True, eq=False)
class Gradient:
    """Derivatives of ``value``; reading a number raises unless ``status`` is ``converged``.

    ``value``: the payoff at the outcome, ``sum weights ln W_hat`` (log points) or ``sum weights EV`` (million USD).
    ``residual``: of the transposed system, relative, recomputed; ``steps``: products with it. [i,n,s] origin,
    destination, sector; [i,s]; [n].
    """

    of: str
    weights: Array
    outcome: Outcome = field(repr=False)
    status: Outcomes
    residual: float
    steps: int
    _value: float = field(repr=False)
    _by: Mapping[str, Array] = field(repr=False)

    @property
    def value(self) -> float:
        """The payoff at the outcome."""
        self.raise_for_status()
        return self._value

    @property
    def tariff(self) -> Array:
        """[i,n,s] by the new tariff, licences included; 0 of a country on itself, where none can stand."""
        return self._read("tariff")

    @property
    def export_tax(self) -> Array:
        """[i,n,s] by the new export tax, licences included; 0 of a country on itself."""
        return self._read("export_tax")

    @property
    def trade_cost(self) -> Array:
        """[i,n,s] by the factor kappa_hat; 0 at an embargo (infinity), where a little less changes nothing."""
        return self._read("trade_cost")

    @property
    def blocked_share(self) -> Array:
        """[i,n,s] by the blocked share b, coverage thin: each supplier struck out with probability b."""
        return self._read("blocked_share")

    @property
    def openness(self) -> Array:
        """[i,n,s] by ``kappa^-theta (1-b)``: also where a flow is closed, what a little of it would be worth."""
        return self._read("openness")

    @property
    def productivity(self) -> Array:
        """[i,s] by A_hat; 0 where nothing is made."""
        return self._read("productivity")

    @property
    def transfers(self) -> Array:
        """[n] per million USD received and paid by all countries alike, since transfers sum to 0."""
        return self._read("transfers")

    def raise_for_status(self) -> None:
        """Raise ``NotConvergedError`` unless the status is ``converged``."""
        if self.status is not Outcomes.converged:
            raise NotConvergedError(
                f"The derivatives did not converge: residual {self.residual:.1e} of the transposed system after "
                f"{self.steps} steps. Ask for a larger tolerance, or differentiate nearer to the base."
            )

    def _read(self, name: str) -> Array:
        self.raise_for_status()
        return self._by[name]


def gradient(
    outcome: Outcome,
    *,
    of: str = "welfare",
    country: str | None = None,
    weights: Mapping[str, float] | Array | None = None,
    tolerance: float = TOLERANCE,
) -> Gradient:
    """Derivatives of one payoff by every tariff, export tax, trade cost, blocked share, productivity and transfer.

    ``of``: ``welfare``, ln real income hats, or ``equivalent_variation``, million USD. ``country`` has weight 1, or
    ``weights`` by country (a mapping, or [n]) say what the payoff is a sum of. ``tolerance``: of the transposed system,
    relative. Where a rigid wage stands exactly at its floor the derivative has two sides, and what is given is one of
    them. Raises ``InputError`` for what is not known, and for mechanisms that derivatives
    do not cover; ``NotConvergedError`` where the outcome itself is not converged.
    """
    weight = _weights(outcome, of, country, weights, tolerance)
    outcome.raise_for_status()
    system = outcome.unconverged().system
    equations, inputs, given = composed(system, "a derivative")
    marginal = weight
    if of == "equivalent_variation":  # I (W - 1), so that dEV = I W dlnW
        marginal = weight * given.income * outcome.welfare_hat
    blocks = system.economy.blocks
    found = adjoint(
        equations, outcome.state(), inputs, given, marginal, lambda rest: _transposed(blocks, rest),
        Settings(tolerance=tolerance),
    )  # fmt: skip
    status = found.outcome
    if status is Outcomes.converged and not found.gap <= GAP_MOST:
        status = Outcomes.residual
    by = MappingProxyType({name: frozen(each) for name, each in _by_level(found.gradient, inputs, system).items()})
    return Gradient(of, frozen(weight), outcome, status, found.residual, found.steps, payoff(outcome, of, weight), by)


def payoff(outcome: Outcome, of: str, weights: Array) -> float:
    """``sum weights ln W_hat`` (``of`` welfare) or ``sum weights EV`` (equivalent_variation, million USD)."""
    return float(weights @ (np.log(outcome.welfare_hat) if of == "welfare" else outcome.equivalent_variation))


def _by_level(found: Inputs, inputs: Inputs, system: System) -> dict[str, Array]:
    """From T, T net and T/(1+t), by which the equations are differentiated, to the levels that people state.

    ``T = T1 o`` with openness ``o = kappa^-theta (1-b)``. In logs T falls with ln(1+t) and ln(1+x) by theta, net by one
    with either, 1/(1+t) by one with ln(1+t).
    """
    shocks, economy = system.shocks, system.economy
    world, theta, own = economy.world, economy.theta, np.arange(len(economy.wage_bill))
    cost, blocked = shocks.trade_cost_hat, shocks.blocked_share
    rate = world.tariff if shocks.tariff is None else shocks.tariff
    levy = world.export_tax if shocks.export_tax is None else shocks.export_tax
    of_weight, of_net, of_border = (_natural(each, len(theta)) for each in _per_log(found, inputs, system))
    by_cost = of_weight * -theta
    by_levy = by_cost - of_net
    by_rate = (by_levy - of_border) / (1.0 + rate)
    if levy is not None:
        by_levy /= 1.0 + levy
    by_rate[own, own] = by_levy[own, own] = 0.0
    passing: Array = np.ones_like(rate) if cost is None else eq.openness(cost, theta)
    openness = passing if blocked is None else passing * (1.0 - blocked)
    by_openness = _by_openness(of_weight, openness, found, system)
    productivity = found.ln_productivity.copy()
    if shocks.productivity_hat is not None:
        productivity /= shocks.productivity_hat
    return {
        "tariff": by_rate,
        "export_tax": by_levy,
        "trade_cost": by_cost if cost is None else by_cost / cost,
        "blocked_share": -by_openness * passing,
        "openness": by_openness,
        "productivity": productivity,
        "transfers": found.transfers - found.transfers.mean(),
    }


def _natural(array: Array, sectors: int) -> Array:
    """[s,n,i] as [i,n,s]; both markets of a sector together, where final users have their own: they share the flow's
    taxes and openness."""
    whole = array if len(array) == sectors else array[:sectors] + array[sectors:]
    return np.ascontiguousarray(whole.transpose(2, 1, 0))


def _per_log(found: Inputs, inputs: Inputs, system: System) -> tuple[Array, Array, Array]:
    """Payoff per log of T at given taxes, of net alone, of 1/(1+t) alone, [s,n,i]; rows of lists in their markets."""
    of_net = found.markets.net * inputs.markets.net
    of_border = found.markets.border * inputs.markets.border
    of_weight = found.markets.weights * inputs.markets.weights
    of_weight += of_net
    of_weight += of_border
    lists = system.made.lists
    if lists is not None and found.rows is not None and inputs.rows is not None:
        at, market = (lists.sector, seats(lists)[0]), (lists.sector, lists.destination)
        net = found.rows.net[at] * inputs.rows.net[at]
        border = found.rows.border[at] * inputs.rows.border[at]
        np.add.at(of_net, market, net)
        np.add.at(of_border, market, border)
        np.add.at(of_weight, market, found.rows.weights[at] * inputs.rows.weights[at] + net + border)
    return of_weight, of_net, of_border


def _by_openness(of_weight: Array, openness: Array, found: Inputs, system: System) -> Array:
    """Payoff per unit of openness [i,n,s], per log over openness; where a flow is closed, what would come through."""
    closed = openness == 0
    by_openness: Array = of_weight / np.where(closed, 1.0, openness)
    if not closed.any():
        return by_openness
    economy, shocks = system.economy, system.shocks
    world, lists, theta = economy.world, system.made.lists, economy.theta
    rate = world.tariff if shocks.tariff is None else shocks.tariff
    gross = gross_rate(rate, world.export_tax if shocks.export_tax is None else shocks.export_tax)
    of_rows = np.zeros(0)
    if lists is not None and found.rows is not None:
        at, flow = (lists.sector, seats(lists)[0]), (slice(None), lists.destination, lists.sector % len(theta))
        rows = _at_taxes(Flows(*(each[at] for each in found.rows)), gross[flow].T, rate[flow].T)
        of_rows = np.zeros((*lists.touched.shape, len(openness)))
        np.add.at(of_rows, (lists.sector, lists.destination), rows * _still_in(lists, shocks.listed_share, len(theta)))
    i, n, s = cells = np.nonzero(closed)
    # What a price of 1 and whole openness would let through: the base share at the new taxes.
    taxed = eq.openness(gross[cells] / gross_rate(world.tariff, world.export_tax)[cells], theta[s])
    by_openness[cells] = 0.0
    for market in range(0, len(economy.base.trade_share), len(theta)):
        place = (market + s, n, i)
        worth = _at_taxes(Flows(*(each[place] for each in found.markets)), gross[cells], rate[cells])
        if lists is not None:
            worth = np.where(lists.touched[place[:2]], of_rows[place], worth)
        by_openness[cells] += worth * economy.base.trade_share[place] * taxed
    return by_openness


def _at_taxes(found: Flows, gross: Array, rate: Array) -> Array:
    """Payoff per unit of T that is taxed at these rates."""
    worth: Array = found.weights + found.net / gross + found.border / (1.0 + rate)
    return worth


def _still_in(lists: Lists, listed_share: Array | None, sectors: int) -> Array:
    """1 where a sender still sells the lines of a row [R,N]: its listed share ends below the row."""
    upper, high = np.zeros(len(lists.width)), np.zeros(lists.touched.shape)
    for row, market in enumerate(zip(lists.sector, lists.destination, strict=True)):
        high[market] += lists.width[row]
        upper[row] = high[market]
    assert listed_share is not None  # it made the lists
    listed = listed_share[:, lists.destination, lists.sector % sectors].T
    inside: Array = np.where(listed < upper[:, None] - ROUNDING, 1.0, 0.0)
    return inside


def _transposed(blocks: OwnCountry | OwnCountryWhole, rest: Array) -> Array:
    """``blocks.solve`` transposed: the same inverses, read the other way."""
    single = rest.astype(np.float32)
    if isinstance(blocks, OwnCountryWhole):
        whole: Array = np.matmul(single[:, None, :], blocks.inverse)[:, 0].astype(np.float64)
        return whole
    s = blocks.cost_of_wage.shape[1]
    right = np.concatenate([single[:, :1], single[:, 1 + s :]], axis=1)
    right[:, 0] += (blocks.cost_of_wage * rest[:, 1 : 1 + s]).sum(axis=1)
    found = np.matmul(right[:, None, :], blocks.rest_inverse)[:, 0]
    costs = single[:, 1 : 1 + s] - (blocks.wage_of_cost * found[:, :1]).astype(np.float32)
    step = np.empty_like(rest)
    step[:, 0], step[:, 1 + s :] = found[:, 0], found[:, 1:]
    step[:, 1 : 1 + s] = np.matmul(costs[:, None, :], blocks.cost_inverse)[:, 0]
    return step


def _weights(
    outcome: object, of: object, country: object, weights: object, tolerance: object
) -> Array:
    """Weights [n], everything asked for checked; all problems at once."""
    if not isinstance(outcome, Outcome):
        raise InputError(f"gradient: outcome is {shown(outcome)}, which is no Outcome")
    problems, countries = Collector(), outcome.world.countries
    if not (isinstance(of, str) and of in MEASURES):
        hint = nearest(of, MEASURES) if isinstance(of, str) else None
        asked = f" Did you mean `{hint}`?" if hint else ""
        problems.add(f"no payoff `{shown(of)}`; one of {', '.join(MEASURES)}.{asked}", path="of")
    if not plain_number(tolerance, TOLERANCE_MIN, TOLERANCE_MAX):
        bounds = f"{TOLERANCE_MIN:g} to {TOLERANCE_MAX:g}"
        problems.add(f"{shown(tolerance)} is no number from {bounds}", path="tolerance")
    found = np.zeros(len(countries))
    if (country is None) == (weights is None):
        problems.add("give either `country` or `weights`", path="country")
    elif weights is None:
        found = _named({country: 1.0}, countries, "country", problems)
    elif isinstance(weights, Mapping):
        found = _named(weights, countries, "weights", problems)
    else:
        array = plain_array("weights", weights, (len(countries),), "country", problems)
        found = found if array is None else array
    problems.raise_if_any(InputError)
    return found


def _named(weights: Mapping[object, object], countries: tuple[str, ...], path: str, problems: Collector) -> Array:
    found = np.zeros(len(countries))
    for name, weight in weights.items():
        if not (isinstance(name, str) and name in countries):
            hint = nearest(name, countries) if isinstance(name, str) else None
            asked = f" Did you mean `{hint}`?" if hint else ""
            problems.add(f"no country `{shown(name)}`.{asked}", path=path)
        elif not plain_number(weight, -1e12, 1e12):
            problems.add(f"{shown(weight)} is not a number", path=f"{path}.{name}")
        else:
            found[countries.index(name)] = float(weight)  # type: ignore[arg-type]
    return found
