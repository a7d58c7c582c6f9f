"""The frontier between liquidity and delay: how little money still settles a day with no more than a given delay.

All opening balances are scaled by one factor, a whole number of thousandths (rounded up to whole minor units), found
by bisection. Under strict FIFO without offset more liquidity never settles anything later (a law), so that the factor
is the least; under other rules it is one at which the delay crosses the target.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from multipolar.base.arrays import plain_number
from multipolar.base.problems import InputError, shown
from multipolar.payments.orders import Payments
from multipolar.payments.simulate import Settlement, simulate
from multipolar.payments.system import System

PARTS = 1000
MOST_PARTS = 1024 * PARTS


@dataclass(frozen=True, slots=True)
class Point:
    """One point: the delay asked for and reached (delay indicator, 0 to 1), the factor on opening balances, and the
    liquidity by currency that it means, minor units. ``factor`` None: not even 1024 times the balances reach it."""

    target: float
    delay: float | None
    factor: float | None
    liquidity: dict[str, int] | None


def frontier(
    system: System, payments: Payments, targets: Iterable[float] = (0.0, 0.1, 0.25, 0.5), engine: str | None = None
) -> list[Point]:
    """A point for each target, in the order given; raises ``InputError`` for a target that is not from 0 to 1."""
    return [least_liquidity(system, payments, target, engine) for target in targets]


def least_liquidity(system: System, payments: Payments, target: float = 0.0, engine: str | None = None) -> Point:
    """The least factor on opening balances with which the delay indicator is at most ``target``."""
    if not plain_number(target, 0.0, 1.0):
        raise InputError(f"target: {shown(target)} is not a number from 0 to 1")

    def delay(parts: int) -> float:
        return delay_indicator(simulate(_scaled(system, parts), payments, engine, check="none"))

    low, high = -1, PARTS
    while delay(high) > target:
        low, high = high, 2 * high
        if high > MOST_PARTS:
            return Point(float(target), None, None, None)
    while high - low > 1:
        middle = (low + high) // 2
        if delay(middle) > target:
            low = middle
        else:
            high = middle
    liquidity: dict[str, int] = {}
    for _, currency, balance in _scaled(system, high).accounts:
        liquidity[currency] = liquidity.get(currency, 0) + balance
    return Point(float(target), delay(high), high / PARTS, liquidity)


def _scaled(system: System, parts: int) -> System:
    rows = [(name, currency, -(-balance * parts // PARTS)) for name, currency, balance in system.accounts]
    return replace(system, accounts=rows)


def delay_indicator(out: Settlement) -> float:
    """The delay indicator over every currency: each payment weighs its amount in the mean of its currency, and each
    currency the same; 0 where nothing waits to be settled."""
    rows = [row["delay_indicator"] for row in out.metrics["currencies"].values()]
    known = [value for value in rows if value is not None]
    return sum(known) / len(known) if known else 0.0
