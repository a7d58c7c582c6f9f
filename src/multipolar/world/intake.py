"""Arrays on their way into a World: everything wrong is named at once, before any arithmetic (DESIGN 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from multipolar.base.arrays import Array, first_where, frozen, plain_array
from multipolar.base.axes import Axes, label_problem
from multipolar.base.problems import Collector, WorldError, shown
from multipolar.world.identities import Accounts, derive

NEGATIVE = -1e-12  # of the largest value of its kind: rounding, not a fact
CHECK = 1e-9
# All sales of the world, million USD: in 2022 some 2e8. In dollars, not millions, they would come to 2e14.
LEAST_SALES, MOST_SALES = 1e-9, 1e13
MOST_RATE = 1e4  # a tariff of a million per cent
LEAST_ELASTICITY, MOST_ELASTICITY = 1e-3, 1e3
FIRST_YEAR, LAST_YEAR = 1, 9999


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A named array of a world: axes in order (``country``, ``sector``), unit, evidence grade, source key.

    NaN is a number that is missing, never 0. ``grade`` holds for the field as a whole; ``world/evidence.py`` tells it
    by cell where it differs.
    """

    values: Array
    axes: tuple[str, ...]
    unit: str
    grade: str
    source: str


class Arrays(TypedDict):
    """The arrays of a World, checked and read-only."""

    trade: Array
    input_share: Array
    tariff: Array
    trade_elasticity: Array
    export_tax: Array | None


def checked_arrays(
    axes: Axes,
    trade: object,
    input_share: object,
    tariff: object,
    trade_elasticity: object,
    value_added: object,
    export_tax: object,
) -> tuple[Arrays, Accounts]:
    """The arrays as read-only float64, and what follows from them. Raises ``WorldError`` with every problem."""
    n, s = len(axes.country), len(axes.sector)
    problems = Collector()
    flow = "origin, destination, sector"
    sales = plain_array("trade", trade, (n, n, s), flow, problems)
    inputs = plain_array("input_share", input_share, (n, s, s), "country, using sector, supply sector", problems)
    rates = plain_array("tariff", tariff, (n, n, s), flow, problems)
    theta = plain_array("trade_elasticity", trade_elasticity, (s,), "sector", problems)
    levies = None if export_tax is None else plain_array("export_tax", export_tax, (n, n, s), flow, problems)
    stated = None
    if value_added is not None:
        stated = plain_array("value_added", value_added, (n, s), "country, sector", problems)
    _check_signs(axes, sales, inputs, rates, theta, levies, problems)
    _check_sizes(axes, sales, rates, theta, levies, problems)
    problems.raise_if_any(WorldError)
    if sales is None or inputs is None or rates is None or theta is None:
        raise AssertionError("an array is missing without a problem")  # unreachable: each None noted a problem
    with np.errstate(all="ignore"):  # bounded above, but input shares may still be anything
        accounts = _check_accounts(axes, sales, inputs, rates, levies, stated, problems)
    problems.raise_if_any(WorldError)
    if levies is not None and not levies.any():
        levies = None
    arrays: Arrays = {
        "trade": frozen(sales),
        "input_share": frozen(inputs),
        "tariff": frozen(rates),
        "trade_elasticity": frozen(theta),
        "export_tax": levies,
    }
    return arrays, accounts


def checked_name(name: object) -> str:
    """The name of a world as plain text; raises ``WorldError`` where it cannot be shown."""
    problem = label_problem(name)
    if problem:
        raise WorldError.of(f"the name of a world: {problem}")
    return str.__str__(str(name))


def checked_year(year: object) -> int | None:
    """A year or None; raises ``WorldError`` for what is none (a fraction, text, true, a year before 1)."""
    if year is None:
        return None
    if isinstance(year, bool | np.bool_) or not isinstance(year, int | np.integer):
        raise WorldError.of(f"year: {shown(year)} is no year")
    number = int(year)
    if not FIRST_YEAR <= number <= LAST_YEAR:
        raise WorldError.of(f"year: {shown(number, 20)} is outside {FIRST_YEAR} to {LAST_YEAR}")
    return number


def checked_fields(fields: Mapping[str, Field] | None, axes: Axes) -> dict[str, Field]:
    """Named fields with their arrays checked; raises ``WorldError`` naming every field that cannot be."""
    problems = Collector()
    found: dict[str, Field] = {}
    lengths = {"country": len(axes.country), "sector": len(axes.sector)}
    if not isinstance(fields, Mapping | None):
        raise WorldError.of(f"fields: a mapping from names to fields is needed, not {shown(fields)}")
    for name, given in (fields or {}).items():
        path = f"fields[{shown(name, 40)}]"
        problem = label_problem(name)
        if problem or not isinstance(given, Field):
            problems.add(problem or f"a Field is needed, not {shown(type(given).__name__)}", path=path)
        elif not isinstance(given.axes, tuple) or any(axis not in ("country", "sector") for axis in given.axes):
            problems.add(f"axes {shown(given.axes)}: each is country or sector", path=path)
        else:
            shape = tuple(lengths[axis] for axis in given.axes)
            values = plain_array(path, given.values, shape, ", ".join(given.axes), problems, missing=True)
            if values is not None:
                found[name] = Field(values, given.axes, given.unit, given.grade, given.source)
    problems.raise_if_any(WorldError)
    return found


def _check_signs(
    axes: Axes,
    trade: Array | None,
    input_share: Array | None,
    tariff: Array | None,
    theta: Array | None,
    export_tax: Array | None,
    problems: Collector,
) -> None:
    def flow(position: tuple[int, ...]) -> str:
        i, n, s = position
        return f"{axes.country.names[i]} to {axes.country.names[n]}, {axes.sector.names[s]}"

    if trade is not None:
        if (trade < 0).any():
            problems.add(f"negative sales from {flow(first_where(trade < 0))}", path="trade")
        elif not trade.any():
            problems.add("a world without trade: every flow is 0", path="trade")
    if input_share is not None and (input_share < 0).any():
        n, k, s = first_where(input_share < 0)
        names = axes.sector.names
        where = f"{axes.country.names[n]}, {names[k]} using {names[s]}"
        problems.add(f"a negative share at {where}", path="input_share")
    if theta is not None and (theta <= 0).any():
        at = axes.sector.names[first_where(theta <= 0)[0]]
        problems.add(f"an elasticity that is not above 0 in {at}", path="trade_elasticity")
    for name, rate in (("tariff", tariff), ("export_tax", export_tax)):
        if rate is None:
            continue
        if (rate <= -1).any():
            problems.add(f"a rate at or below -100 % from {flow(first_where(rate <= -1))}", path=name)
        own = rate[np.arange(len(axes.country)), np.arange(len(axes.country))]
        if own.any():
            n, s = first_where(own != 0)
            problems.add(f"a rate of {axes.country.names[n]} on itself in {axes.sector.names[s]}", path=name)


def _check_sizes(
    axes: Axes,
    trade: Array | None,
    tariff: Array | None,
    theta: Array | None,
    export_tax: Array | None,
    problems: Collector,
) -> None:
    """Numbers that no economy has: a wrong unit, or values that sums and powers could not hold."""
    if trade is not None:
        with np.errstate(all="ignore"):
            total = float(trade.sum())
        if not total <= MOST_SALES:
            problems.add(f"all sales come to {total:.2g} million USD: the unit is million USD, not USD", path="trade")
        elif 0 < total < LEAST_SALES:
            problems.add(f"all sales come to {total:.2g} million USD, which is nothing", path="trade")
    for name, rate in (("tariff", tariff), ("export_tax", export_tax)):
        if rate is not None and (rate > MOST_RATE).any():
            i, n, s = first_where(rate > MOST_RATE)
            where = f"{axes.country.names[i]} to {axes.country.names[n]}, {axes.sector.names[s]}"
            problems.add(f"a rate of {rate[i, n, s]:.3g} from {where}: 0.05 is 5 %", path=name)
    if theta is not None:
        outside = (theta > MOST_ELASTICITY) | ((theta > 0) & (theta < LEAST_ELASTICITY))
        if outside.any():
            s = first_where(outside)[0]
            bounds = f"{LEAST_ELASTICITY:g} to {MOST_ELASTICITY:g}"
            message = f"{theta[s]:.3g} in {axes.sector.names[s]} is outside {bounds}"
            problems.add(message, path="trade_elasticity")


def _check_accounts(
    axes: Axes,
    trade: Array,
    input_share: Array,
    tariff: Array,
    export_tax: Array | None,
    stated: Array | None,
    problems: Collector,
) -> Accounts:
    accounts = derive(trade, input_share, tariff, export_tax)
    for name, array in (("value added", accounts.value_added), ("final use", accounts.final_use)):
        if not np.isfinite(array).all():
            problems.add(f"{name} is beyond what a number can hold", path="input_share")
            return accounts
        low = array < NEGATIVE * max(float(np.abs(array).max()), 1e-300)
        if low.any():
            n, s = first_where(low)
            at = f"{axes.country.names[n]} {axes.sector.names[s]}"
            problems.add(f"{name} of {at} comes out negative ({array[n, s]:.6g}); it is derived", path="input_share")
    poor = accounts.income <= 0
    if poor.any():
        n = first_where(poor)[0]
        problems.add(f"{axes.country.names[n]} has no final use: its income is not above 0", path="trade")
    if stated is not None:
        made = accounts.output > 0
        gap = np.where(made, np.abs(stated - accounts.value_added), 0.0)
        wrong = gap > CHECK * np.maximum(np.abs(accounts.value_added), 1e-6 * accounts.output)
        if wrong.any():
            n, s = first_where(wrong)
            problems.add(
                f"{axes.country.names[n]} {axes.sector.names[s]}: {stated[n, s]:.9g} given, but output x (1 - sum of "
                f"input shares) is {accounts.value_added[n, s]:.9g}",
                path="value_added",
            )
    return accounts
