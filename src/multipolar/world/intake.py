"""Arrays on their way into a World: everything wrong is named at once, before any arithmetic (DESIGN 3)."""

from __future__ import annotations

from typing import TypedDict

import numpy as np

from multipolar.base.arrays import Array, first_where, frozen, plain_array
from multipolar.base.axes import Axes
from multipolar.base.problems import Collector, WorldError
from multipolar.world.identities import derive

NEGATIVE = -1e-12  # of the largest value of its kind: rounding, not a fact
CHECK = 1e-9


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
) -> Arrays:
    """The arrays as read-only float64. Raises ``WorldError`` with every problem."""
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
    problems.raise_if_any(WorldError)
    if sales is None or inputs is None or rates is None or theta is None:
        raise AssertionError("an array is missing without a problem")  # unreachable: each None noted a problem
    _check_accounts(axes, sales, inputs, rates, levies, stated, problems)
    problems.raise_if_any(WorldError)
    if levies is not None and not levies.any():
        levies = None
    return {
        "trade": frozen(sales),
        "input_share": frozen(inputs),
        "tariff": frozen(rates),
        "trade_elasticity": frozen(theta),
        "export_tax": levies,
    }


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


def _check_accounts(
    axes: Axes,
    trade: Array,
    input_share: Array,
    tariff: Array,
    export_tax: Array | None,
    stated: Array | None,
    problems: Collector,
) -> None:
    accounts = derive(trade, input_share, tariff, export_tax)
    for name, array in (("value added", accounts.value_added), ("final use", accounts.final_use)):
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
