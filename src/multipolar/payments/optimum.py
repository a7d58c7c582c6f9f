"""Queued payments settled at once without regard to queue order: the most value or count, with a bound that proves it.

Choose x[m] in {0, 1} to maximise  sum weight x  with  sum of what a bank sends - sum of what it receives <= available
for every bank: a multi-dimensional knapsack, NP-hard. HiGHS searches (``scipy.optimize.milp``). What it finds is
checked in whole numbers, repaired where its tolerances let it overdraw, and never below the maximum in queue order.
Two bounds stand above it:

- splittable payments: a linear program on a network. Any prices u[a] >= 0 of liquidity give by duality
  sum u available + sum max(0, weight - amount (u[payer] - u[payee])), computed here in exact arithmetic, whatever the
  solver's accuracy was. For value the best u is whole, so the bound is the exact optimum of splittable payments.
- the bound of the search itself, in floating point, widened by 1e-6 units and 2^-46 of the total at stake before it is
  cut to whole units: above some 7e13 units it proves nothing, and only the first bound can.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from multipolar.payments.gridlock import Flags, fifo_maximum
from multipolar.payments.orders import Ints

WIDENED, WIDENED_UNITS = 2.0**-46, 1e-6
LARGEST_COEFFICIENT_BITS = 30  # larger ones are scaled down before the search


@dataclass(frozen=True, slots=True, eq=False)
class Optimum:
    """``settled`` [m]; ``bound`` no set of payments can exceed, ``split_bound`` no set of parts of payments either;
    both in minor units or payments, whichever is maximised. ``proven``: settled reaches the bound."""

    settled: Flags
    reached: int
    bound: int
    split_bound: int

    @property
    def proven(self) -> bool:
        return self.reached == self.bound


def free_optimum(
    balances: Ints, limits: Ints, payer: Ints, payee: Ints, amount: Ints, objective: str = "value", nodes: int = 500
) -> Flags:
    """The best set found, [m], within ``nodes`` nodes of the search: no clock, so the same input gives the same set.

    Arguments as in ``fifo_maximum``; every balance is at its limit or above it.
    """
    return search(balances, limits, payer, payee, amount, objective, {"node_limit": nodes}).settled


def search(
    balances: Ints, limits: Ints, payer: Ints, payee: Ints, amount: Ints, objective: str, options: dict[str, Any]
) -> Optimum:
    """The best set found under ``options`` of ``scipy.optimize.milp`` (``time_limit``, ``node_limit``), and its bounds.

    The search runs in units of the common divisor of all amounts: less room between whole units, tighter bounds.
    """
    start = fifo_maximum(balances, limits, payer, payee, amount)
    if len(amount) == 0:
        return Optimum(start, 0, 0, 0)
    value = objective == "value"
    split = Network(balances - limits, payer, payee, amount).split_bound(value)
    unit = int(np.gcd.reduce(amount))
    network = Network((balances - limits) // unit, payer, payee, amount // unit)
    weight, back = (network.amount, unit) if value else (np.ones_like(amount), 1)
    bound = min(split // back, network.split_bound(value))
    if _total(weight, start) < bound:
        found, searched = network.milp(weight, options)
        start = max((start, found), key=lambda flags: _total(weight, flags))
        bound = max(min(bound, searched), _total(weight, start))
    return Optimum(start, _total(weight, start) * back, bound * back, split)


def _total(weight: Ints, flags: Flags) -> int:
    return int(weight[flags].sum())


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Banks with what they have ``available`` [a], joined by payments; whole numbers."""

    available: Ints
    payer: Ints
    payee: Ints
    amount: Ints

    @property
    def scale(self) -> float:
        """The power of two, at most 1, that brings the largest amount down to 2^30: exact in floating point."""
        return 2.0 ** -max(0, int(self.amount.max()).bit_length() - LARGEST_COEFFICIENT_BITS)

    def rows(self, scale: float) -> Any:
        """Sparse matrix [a, m]: what each payment takes from each bank."""
        from scipy.sparse import coo_array

        m = len(self.amount)
        values = np.concatenate((self.amount, -self.amount)) * scale
        places = (np.concatenate((self.payer, self.payee)), np.tile(np.arange(m), 2))
        return coo_array((values, places), shape=(len(self.available), m)).tocsr()

    def split_bound(self, value: bool) -> int:
        """Most value (else count) of splittable payments."""
        return self.split(value)[1]

    def split(self, value: bool) -> tuple[Any, int]:
        """Splittable payments: parts in floating point, [m] (None: none found), and the bound that prices prove."""
        from scipy.optimize import linprog

        weight = self.amount if value else np.ones_like(self.amount)
        # In parts of payments every coefficient of the value problem is 1 or -1: its prices are whole.
        units = Network(self.available, self.payer, self.payee, np.ones_like(self.amount))
        limits = np.column_stack((np.zeros(len(weight)), self.amount * self.scale))
        room = self.available * self.scale
        found = linprog(-weight / self.amount, units.rows(1.0), room, bounds=limits, method="highs")
        prices = np.zeros(len(self.available)) if found.x is None else np.maximum(-found.ineqlin.marginals, 0.0)
        parts = None if found.x is None else found.x / self.scale
        if not value:
            return parts, self.dual(weight, [Fraction(float(price)) for price in prices])
        rounded = (np.rint(prices), np.floor(prices), np.ceil(prices))
        return parts, min(self.dual(weight, [int(price) for price in each]) for each in rounded)

    def dual(self, weight: Ints, prices: list[Any]) -> int:
        """``sum u available + sum max(0, weight - amount (u[payer] - u[payee]))``, cut to whole units."""
        total = sum((u * int(room) for u, room in zip(prices, self.available, strict=True) if u), start=Fraction(0))
        for w, i, j, a in zip(*(x.tolist() for x in (weight, self.payer, self.payee, self.amount)), strict=True):
            total += max(0, w - a * (prices[i] - prices[j]))
        return int(total // 1)

    def milp(self, weight: Ints, options: dict[str, Any]) -> tuple[Flags, int]:
        """The best feasible set of the search and the search's own bound, widened."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        scale = self.scale
        scaled = scale if weight is self.amount else 1.0
        limits = LinearConstraint(self.rows(scale), -np.inf, self.available * scale)
        found = milp(
            -weight * scaled,
            integrality=1,
            bounds=Bounds(0, 1),
            constraints=limits,
            options={"mip_rel_gap": 0.0, **options},
        )
        flags = np.zeros(len(weight), np.bool_) if found.x is None else found.x > 0.5
        most = int(weight.sum())
        stated = getattr(found, "mip_dual_bound", None)
        if stated is None or not np.isfinite(stated):
            return self.feasible(flags, weight), most
        widened = -stated / scaled + WIDENED_UNITS + WIDENED * most
        return self.feasible(flags, weight), min(most, int(np.floor(widened)))

    def feasible(self, flags: Flags, weight: Ints) -> Flags:
        """``flags`` made feasible in whole numbers: what overdraws is dropped, then what still fits is added.

        The least payment that covers the gap of a short bank is dropped, or its largest where none does alone.
        """
        chosen = flags.copy()
        room = self.available.copy()
        np.subtract.at(room, self.payer[chosen], self.amount[chosen])
        np.add.at(room, self.payee[chosen], self.amount[chosen])
        while (room < 0).any():
            bank = int(np.argmax(room < 0))
            sent = np.flatnonzero(chosen & (self.payer == bank))
            enough = sent[self.amount[sent] >= -room[bank]]
            k = enough[np.argmin(self.amount[enough])] if len(enough) else sent[np.argmax(self.amount[sent])]
            chosen[k] = False
            room[bank] += self.amount[k]
            room[self.payee[k]] -= self.amount[k]
        for k in np.argsort(-weight, kind="stable")[~chosen[np.argsort(-weight, kind="stable")]]:
            if self.amount[k] <= room[self.payer[k]]:
                chosen[k] = True
                room[self.payer[k]] -= self.amount[k]
                room[self.payee[k]] += self.amount[k]
        return chosen
