"""Which measure did what: real income in logs, by measure, so that what measures add can be summed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from multipolar.base.arrays import Array
from multipolar.base.variables import variables

WAYS = ("alone", "last", "shapley")
WORLD = "WORLD"


@dataclass(frozen=True, slots=True)
class FailedSet:
    """A set of measures that has no solved answer, and why."""

    measures: tuple[str, ...]
    outcome: str
    message: str


@dataclass(frozen=True, slots=True)
class AttributedCase:
    """How one case was attributed. ``players``: positions of those that are in it; ``idle``: its measures without
    effect in the numbers; ``orders``: how many were sampled, None where all count; ``used``: the share of orders that
    meet no failed set; ``sets``: how many sets of measures its numbers rest on."""

    players: tuple[int, ...]
    idle: tuple[str, ...]
    orders: int | None
    used: float
    sets: int
    failed: tuple[FailedSet, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """The change of real income by measure, in ln W_hat.

    ``players``: measures that act as one, by their ids. ``numbers``, by name in ``variables.csv``:
    ``attribution_total`` [case, place] and ``attribution_alone``, ``_last``, ``_shapley``, ``_error`` [case, player,
    place]. Places are the countries in their order, then the world. NaN where a player is not in a case, or a number
    is missing. ``kind``: ``static`` or ``path``; ``year`` the last of the horizon.
    """

    kind: str
    year: int | None
    players: tuple[tuple[str, ...], ...]
    cases: tuple[AttributedCase, ...]
    numbers: Mapping[str, Array]
    solves: int

    @property
    def labels(self) -> tuple[str, ...]:
        """Each player in a word or two."""
        return tuple(" + ".join(player) for player in self.players)

    def axes(self, countries: tuple[str, ...]) -> dict[str, list[str]]:
        """Labels of its two axes beside the case."""
        return {"player": list(self.labels), "place": [*countries, WORLD]}

    def of(self, way: str, case: int) -> Array:
        """One way of attributing in one case [player of the case, place], ln."""
        chosen: Array = self.numbers[f"attribution_{way}"][case][list(self.cases[case].players)]
        return chosen

    def total(self, case: int) -> Array:
        """The case with all its measures [place], ln."""
        whole: Array = self.numbers["attribution_total"][case]
        return whole

    def remainder(self, way: str, case: int) -> Array:
        """What the measures of a case do not add up to [place], ln; NaN where a number is missing."""
        left: Array = self.total(case) - self.of(way, case).sum(axis=0)
        return left


def per_cent(ln: Array) -> Array:
    """A change in logs as a change in per cent."""
    change: Array = 100.0 * np.expm1(ln)
    return change


def as_block(attribution: Attribution, countries: tuple[str, ...]) -> dict[str, Any]:
    """The block of ``result.json``."""
    return {
        "kind": attribution.kind,
        "year": attribution.year,
        "players": attribution.players,
        "places": (*countries, WORLD),
        "solves": attribution.solves,
        "units": {name: variables()[name].unit for name in attribution.numbers},
        "numbers": attribution.numbers,
        "remainder": {way: [attribution.remainder(way, k) for k in range(len(attribution.cases))] for way in WAYS},
        "cases": [
            {
                "players": case.players,
                "idle": case.idle,
                "orders": case.orders,
                "orders_used": case.used,
                "sets": case.sets,
                "failed": [
                    {"measures": each.measures, "outcome": each.outcome, "message": each.message}
                    for each in case.failed
                ],
            }
            for case in attribution.cases
        ],
    }
