"""A made-up day of payments, of the size of real corridors: for tests, tutorials, and stress where no data are public.

A corridor's value a year over 250 business days and the mean ticket gives its payments a day. Tickets are lognormal
around a stated median (mean = median exp(spread^2/2)), submission times uniform over opening hours, the banks of a
country of unequal size (weights 1, 1/2, 1/3, ...). Everything follows from the seed and the names of a corridor: adding
another corridor changes no payment of the first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from zlib import crc32

import numpy as np

from multipolar.base.arrays import plain_number
from multipolar.base.problems import Collector, InputError, shown
from multipolar.payments.orders import Ints, Payments
from multipolar.payments.system import System

BUSINESS_DAYS = 250
MINOR = 100.0  # minor units of one unit of a currency
MOST_PAYMENTS = 20_000_000
MOST_VALUE = 1e15  # a corridor a year; beyond it the unit is wrong
LIMITS = {
    "banks": (1, 100, True),
    "median_ticket": (1.0, 1e12, False),
    "spread": (0.0, 4.0, False),
    "liquidity": (0.0, 10.0, False),
    "opens": (0.0, 24.0, False),
    "closes": (0.0, 24.0, False),
    "days": (1, 3650, True),
    "seed": (0, 2**63, True),
}

Corridor = tuple[str, str]


def made_up_day(
    corridors: Mapping[Corridor, float],
    *,
    currency: str = "USD",
    banks: int = 4,
    median_ticket: float = 50_000.0,
    spread: float = 1.5,
    liquidity: float = 0.1,
    opens: float = 8.0,
    closes: float = 18.0,
    days: int = 1,
    seed: int = 0,
    **rules: object,
) -> tuple[Payments, System]:
    """Payments of some business days, and the system they run through.

    ``corridors`` {(payer's country, payee's): value a year, in units of ``currency``}; ``banks`` a country, called
    ``RUS1``, ``RUS2`` and so on; ``median_ticket`` and ``spread`` (standard deviation of logs) of the lognormal;
    ``liquidity``: opening balance of a bank as a share of all it pays; ``opens``, ``closes``: hours of submission each
    day; ``rules``: further fields of the ``System``. Amounts are hundredths. A corridor has the expected number of
    payments, rounded, at least one, scaled to its value over the days, to a hundredth a payment. Raises ``InputError``
    listing every argument that is out of range.
    """
    numbers = {"banks": banks, "median_ticket": median_ticket, "spread": spread, "liquidity": liquidity}
    numbers |= {"opens": opens, "closes": closes, "days": days, "seed": seed}
    if "accounts" in rules:
        raise InputError("accounts: the opening balances follow from `liquidity`.")
    _check(corridors, numbers)
    mean = median_ticket * math.exp(spread**2 / 2.0)
    counts = {each: max(1, round(value * days / BUSINESS_DAYS / mean)) for each, value in corridors.items()}
    if sum(counts.values()) > MOST_PAYMENTS:
        raise InputError(f"{sum(counts.values()):,} payments, more than {MOST_PAYMENTS:,}: fewer days, larger tickets.")
    countries = tuple(dict.fromkeys(country for each in corridors for country in each))
    names = tuple(f"{country}{k + 1}" for country in countries for k in range(banks))
    weights = 1.0 / np.arange(1, banks + 1)
    columns: list[list[Ints]] = [[], [], [], []]
    for each, value in corridors.items():
        rng = np.random.default_rng([seed, crc32("\0".join(each).encode())])
        count = counts[each]
        drawn = rng.lognormal(0.0, spread, count)
        seconds = rng.integers(int(3600 * opens), int(3600 * closes), count, endpoint=True)
        scale = MINOR * value * days / BUSINESS_DAYS / drawn.sum()
        columns[0].append(rng.integers(0, days, count) * 86_400 + np.minimum(seconds, 86_399))
        for side, country in enumerate(each):
            own = rng.choice(banks, count, p=weights / weights.sum())
            columns[1 + side].append(banks * countries.index(country) + own)
        columns[3].append(np.maximum(np.rint(drawn * scale), 1).astype(np.int64))
    times, payers, payees, amounts = (np.concatenate(column) for column in columns)
    order = np.argsort(times, kind="stable")
    ordered = (times[order], payers[order], payees[order], currency, amounts[order])
    payments = Payments.from_columns(*ordered, institutions=names)
    paid = np.zeros(len(names), np.int64)
    np.add.at(paid, payers, amounts)
    accounts = [(name, currency, int(total * liquidity)) for name, total in zip(names, paid.tolist(), strict=True)]
    fields = {"horizon": days * 86_400, **rules, "accounts": accounts}
    return payments, System(**fields)  # type: ignore[arg-type]


def _check(corridors: object, numbers: Mapping[str, object]) -> None:
    problems = Collector()
    if not isinstance(corridors, Mapping) or not corridors:
        message = "a mapping {(payer's country, payee's): value a year} with at least one is needed."
        problems.add(message, path="corridors")
        corridors = {}
    for each, value in corridors.items():
        path = f"corridors[{shown(each)}]"
        if not (isinstance(each, tuple) and len(each) == 2 and all(isinstance(c, str) and c.strip() for c in each)):
            problems.add("a corridor is two names of countries.", path=path)
        elif each[0] == each[1]:
            problems.add("a corridor joins two countries.", path=path)
        if not plain_number(value, 1.0, MOST_VALUE):
            problems.add(f"{shown(value)} is not a value a year from 1 to {MOST_VALUE:g}.", path=path)
    for name, (least, most, whole) in LIMITS.items():
        if not plain_number(numbers[name], least, most, whole=whole):
            kind = "whole number" if whole else "number"
            problems.add(f"{shown(numbers[name])} is not a {kind} from {least:g} to {most:g}.", path=name)
    if not problems and numbers["opens"] >= numbers["closes"]:  # type: ignore[operator]
        problems.add("submission ends before it begins.", path="closes")
    problems.raise_if_any(InputError)
