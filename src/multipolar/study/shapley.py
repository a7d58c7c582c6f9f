"""Shapley values of a set function: exact over all sets, or from sampled orders with a standard error.

A set of players is a number whose bit ``i`` says whether player ``i`` is in it. The Shapley value of a player is what
it adds to those before it, on average over all orders of all players (Shapley 1953):
``phi_i = sum over S without i of |S|! (n - |S| - 1)! / n! (v(S + i) - v(S))``. It adds up: ``sum_i phi_i = v(all) -
v(none)``. A set without a value (NaN) is in no order that counts: the average is then over the orders that meet none,
each of which adds up by itself, and says how many there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array
from multipolar.study.draws import quantiles

MOST_EXACT = 12
"""Players up to which all sets are valued: 4,096."""

Order = tuple[int, ...]
Masks = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Values of the players [player, ...]; ``error`` is None where all orders count. ``used``: share of the orders (of
    those sampled, or of all) that meet no set without a value; at 0 every value is NaN."""

    values: Array
    error: Array | None
    used: float


def exact(values: Array) -> Shares:
    """Shapley values from the values of all sets [set, ...]; a row with a NaN is a set without a value.

    Raises ``ValueError`` where the number of sets is no power of two.
    """
    n = len(values).bit_length() - 1
    if len(values) != 1 << n:
        raise ValueError(f"{len(values)} values are not those of all sets of some players")
    flat = np.asarray(values, dtype=np.float64).reshape(len(values), -1)
    known: NDArray[np.bool_] = np.asarray(np.isfinite(flat).all(axis=1))
    flat = np.where(known[:, None], flat, 0.0)
    sets = np.arange(len(flat), dtype=np.int64)
    before = _ways(sets, known, n)
    after = _ways(sets, known[::-1], n)[::-1]  # the ways from a set to all are those from none to its complement
    orders = before[-1]
    shares = np.full((n, flat.shape[1]), np.nan)
    if orders > 0:
        for i in range(n):
            without = sets[(sets >> i) & 1 == 0]
            joined = without | (1 << i)
            shares[i] = (before[without] * after[joined] / orders) @ (flat[joined] - flat[without])
    every = float(np.prod(np.arange(1.0, n + 1.0)))
    return Shares(shares.reshape(n, *values.shape[1:]), None, float(orders) / every)


def _ways(sets: Masks, known: NDArray[np.bool_], n: int) -> Array:
    """In how many orders one can come from no player to each set, through sets with a value only."""
    size = sum((sets >> i) & 1 for i in range(n)) + 0 * sets
    ways = np.zeros(len(sets))
    ways[0] = 1.0 if known[0] else 0.0
    for level in range(1, n + 1):
        for i in range(n):
            here = sets[(size == level) & ((sets >> i) & 1 == 1) & known]
            ways[here] += ways[here ^ (1 << i)]
    return ways


def sampled_orders(seed: int, names: Sequence[str], pairs: int) -> list[Order]:
    """``pairs`` orders, each followed by its reverse (antithetic).

    The place of a player in an order is a function of (seed, its name, order): another player more moves no two others.
    """
    places = np.stack([quantiles(seed, f"order.{name}", pairs) for name in names], axis=1)
    found: list[Order] = []
    for row in np.argsort(places, axis=1, kind="stable"):
        order = tuple(int(k) for k in row)
        found += [order, order[::-1]]
    return found


def sets_of(order: Order) -> list[int]:
    """The sets an order passes, from none to all."""
    found = [0]
    for player in order:
        found.append(found[-1] | (1 << player))
    return found


def sampled(values: Mapping[int, Array], orders: Sequence[Order]) -> Shares:
    """Estimates from ``sampled_orders``, given the value of every set they pass.

    The error is the standard deviation of the means of pairs over the root of their number, NaN for fewer than two. A
    pair that meets a set without a value is left out whole.
    """
    n, shape = len(orders[0]), np.shape(values[0])
    means = []
    for first, second in zip(orders[::2], orders[1::2], strict=True):
        mean = (_gains(values, first) + _gains(values, second)) / 2.0
        if np.isfinite(mean).all():
            means.append(mean)
    pairs = len(orders) // 2
    if not means:
        nothing = np.full((n, *shape), np.nan)
        return Shares(nothing, nothing.copy(), 0.0)
    held = np.stack(means)
    spread = held.std(axis=0, ddof=1) if len(held) > 1 else np.full(held.shape[1:], np.nan)
    return Shares(held.mean(axis=0), spread / np.sqrt(len(held)), len(held) / pairs)


def _gains(values: Mapping[int, Array], order: Order) -> Array:
    """What each player adds in one order [player, ...]."""
    passed = [values[each] for each in sets_of(order)]
    gains: Array = np.empty((len(order), *np.shape(passed[0])))
    for place, player in enumerate(order):
        gains[player] = passed[place + 1] - passed[place]
    return gains
