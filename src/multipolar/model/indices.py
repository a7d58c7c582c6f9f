"""Indices of a multipolar world: one function an index, pure (ECONOMICS 7). Descriptive, never a verdict.

Unit, range and label of each stand in ``variables.csv``; dependence, which follows inputs back to their origin, in
``dependence.py``. A missing number is refused by name: it is not 0. i origin, n country, s sector, b bloc.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array, first_where
from multipolar.base.problems import InputError, shown

POLE_RULES = ("atoms", "normalised")
SUMS = 1e-9


def members(blocs: Sequence[Sequence[int]], countries: int) -> Array:
    """Membership [b,n] of blocs given as positions. Raises ``InputError`` for a country in two blocs."""
    rows = np.zeros((len(blocs), countries))
    for b, bloc in enumerate(blocs):
        rows[b, list(bloc)] = 1.0
    twice = rows.sum(axis=0) > 1
    if twice.any():
        (n,) = first_where(twice)
        first, second = np.flatnonzero(rows[:, n])[:2]
        raise InputError.of(f"country {n} is in blocs {first} and {second}: shares of blocs would count it twice")
    return rows


def bloc_shares(size: Array, member: Array) -> Array:
    """Shares of the world's ``size`` [n]: each bloc, then each country outside them, in order; they sum to 1."""
    _complete("size", size)
    outside = member.sum(axis=0) == 0
    shares: Array = np.concatenate([member @ size, size[outside]]) / size.sum()
    return shares


def groups(member: Array, rest: str = "one") -> NDArray[np.int_]:
    """A group number [n] for each country: its bloc, and beyond them ``one`` group for the rest or ``each`` its own."""
    blocs, outside = member.shape[0], member.sum(axis=0) == 0
    alone = np.cumsum(outside) - 1 if rest == "each" else np.zeros(member.shape[1], dtype=int)
    return np.where(outside, blocs + alone, member.argmax(axis=0) if blocs else 0)


def poles(shares: Array, rule: str = "atoms") -> float:
    """Effective number of poles ``1 / sum_b share_b^2``, from 1 to the number of poles.

    ``atoms``: shares of the whole world, countries outside blocs one each, must sum to 1. ``normalised``: shares of
    declared poles, scaled to sum to 1. (.4,.3,.2,.1): 3.333; (.2,.2,.2) normalised: 3. Raises ``InputError`` for an
    unknown rule, shares below 0, and shares that do not sum to 1 under ``atoms``.
    """
    if rule not in POLE_RULES:
        raise InputError.of(f"no rule of poles `{shown(rule)}`; one of {', '.join(POLE_RULES)}")
    return 1.0 / _concentration("poles", shares if rule == "atoms" else shares / _positive_sum("poles", shares))


def currency_concentration(shares: Array, apart: float = 0.0) -> float:
    """Herfindahl-Hirschman index of settlement by currency, ``sum share^2``, 1/C to 1. (.5,.3,.2): .38.

    ``apart``: the share of currencies that are not told apart, counted as many small ones, which add nothing; as one
    they would add ``apart^2``. (.5,.3) and .2 apart: .34. Raises ``InputError`` where all do not sum to 1.
    """
    concentration = _concentration("currency", np.append(shares, apart))
    return concentration - apart**2


def polarisation(flows: Array, group: NDArray[np.int_]) -> float:
    """``1 - between/E``: how far trade stays inside blocs; 0 is even mixing, 1 no trade between blocs.

    ``between``: share of cross-border trade ``flows`` [i,n] (the diagonal is not read) that joins two groups; E the
    same if exporters sold to importers in proportion to their sizes, own pairs left out. Range 1 - 1/E to 1. Raises
    ``InputError`` where all are in one group or nothing is traded.
    """
    _complete("polarisation", flows)
    cross = ~np.eye(flows.shape[0], dtype=bool)
    apart = cross & (group[:, None] != group[None, :])
    traded = np.where(cross, flows, 0.0)
    even = np.outer(traded.sum(axis=1), traded.sum(axis=0))
    expected = even[apart].sum() / even[cross].sum() if even[cross].sum() > 0 else 0.0
    if expected <= 0:
        raise InputError.of("polarisation: no trade between two groups is possible: one group, or nothing traded")
    return polarisation_of(traded[apart].sum() / traded.sum(), expected)


def polarisation_of(between: float, expected: float) -> float:
    """``1 - between/E`` of two shares. Two equal blocs of many small countries, 30 % between: .4."""
    return float(1.0 - between / expected)


def leadership(stock: Array, shape: Array, leader: NDArray[np.bool_]) -> Array:
    """``(max lam of leader / max lam of others)^(1/theta_K)`` [s]: a productivity ratio. 16 against 8 at 4: 1.189.

    ``leader`` [n]: the country or bloc. Raises ``InputError`` where nobody else knows anything of a sector.
    """
    _complete("leadership", stock)
    others = stock[~leader].max(axis=0, initial=0.0)
    if (others <= 0).any():
        raise InputError.of(f"leadership: no other country has a stock in sector {first_where(others <= 0)[0]}")
    ratio: Array = (stock[leader].max(axis=0, initial=0.0) / others) ** (1.0 / shape)
    return ratio


def leadership_share(stock: Array, value_added: Array, shape: Array, leader: NDArray[np.bool_]) -> float:
    """The leader's share, 0 to 1, of the value added [n,s] given, weighted by ``(lam/max lam)^(1/theta_K)``.

    Raises ``InputError`` for missing numbers and where there is no value added to share.
    """
    _complete("leadership", stock, value_added)
    if value_added.sum() <= 0 or (stock.max(axis=0) <= 0).any():
        raise InputError.of("leadership: no value added to share, or a sector in which nobody has a stock")
    weighted = (stock / stock.max(axis=0)) ** (1.0 / shape) * value_added
    return float(weighted[leader].sum() / weighted.sum())


def theil(income: Array, population: Array) -> float:
    """Theil T of income per head between units, ``sum y ln(y/p)``, y and p shares of income and people.

    From 0 to -ln(smallest p). Two equal groups, incomes 1 and 3: .1308; (.9,.1), all income in the second: 2.3026.
    Raises ``InputError`` for missing numbers, negative incomes, and units without people.
    """
    _complete("income gap", income, population)
    if (income < 0).any() or (population <= 0).any():
        raise InputError.of("income gap: incomes at or above 0 and people in every unit are needed")
    y, p = income / income.sum(), population / population.sum()
    return float(np.where(y > 0, y * np.log(np.where(y > 0, y, 1.0) / p), 0.0).sum())


def theil_parts(income: Array, population: Array, group: NDArray[np.int_]) -> tuple[float, float]:
    """Theil T between groups and within them (income-weighted); the two add up to ``theil``."""
    every = np.unique(group)
    sums = np.array([[x[group == g].sum() for g in every] for x in (income, population)])
    between = theil(sums[0], sums[1])
    within = sum(
        part / sums[0].sum() * theil(income[group == g], population[group == g])
        for g, part in zip(every, sums[0], strict=True)
        if part > 0
    )
    return between, float(within)


def production_emissions(emissions: Array, output_hat: Array, bundle_cost_hat: Array) -> Array:
    """CO2 of production ``e0 Y_hat / q_hat`` [n,s], Mt: emissions follow quantities, not values inflated by prices.

    ``bundle_cost_hat`` q is unit cost before productivity, ``A_hat c_hat``. Households and the use of goods are not in
    it, most of an electric car's effect included. Raises ``InputError`` for missing numbers.
    """
    _complete("CO2", emissions, output_hat, bundle_cost_hat)
    new: Array = emissions * output_hat / bundle_cost_hat
    return new


def emission_intensity_hat(emissions: Array, new_emissions: Array, real_gdp_hat: Array) -> Array:
    """Emissions per unit of real GDP [n], new over old. Raises ``InputError`` where a country has none on record."""
    _complete("CO2", emissions, new_emissions, real_gdp_hat)
    base = emissions.sum(axis=1)
    if (base <= 0).any():
        raise InputError.of(f"CO2: country {first_where(base <= 0)[0]} has no emissions on record")
    hat: Array = new_emissions.sum(axis=1) / base / real_gdp_hat
    return hat


def average_yearly_change(values: Array) -> Array:
    """Mean size of the change from one year to the next, ``mean |x_t - x_(t-1)|``, along the first axis.

    The yardstick of every index: a change is shown in units of what an average year brought anyway.
    """
    _complete("yearly change", values)
    change: Array = np.abs(np.diff(values, axis=0)).mean(axis=0)
    return change


def _concentration(name: str, shares: Array) -> float:
    total = _positive_sum(name, shares)
    if abs(total - 1.0) > SUMS:
        raise InputError.of(f"{name}: shares sum to {total:.6g}, not to 1")
    return float((shares**2).sum())


def _positive_sum(name: str, shares: Array) -> float:
    _complete(name, shares)
    if (shares < 0).any() or shares.sum() <= 0:
        raise InputError.of(f"{name}: shares at or above 0, not all of them 0, are needed")
    return float(shares.sum())


def _complete(name: str, *arrays: Array) -> None:
    for array in arrays:
        if not np.isfinite(array).all():
            where = first_where(~np.isfinite(array))
            raise InputError.of(f"{name}: a number is missing at {where}; a missing number is not 0")
