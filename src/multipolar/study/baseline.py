"""Baselines and the figures they are set to: what a baseline reaches, what it misses, and the shares that reach it.

``baselines.csv`` names, for each ready baseline, shares of trade that the world with its measures in force is to have,
and which measure's blocked share is free to reach each of them. The reference world is that of the file's own deficit
rule at horizon ``medium``.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from multipolar.base.problems import NotConvergedError, UnknownLabelError, nearest
from multipolar.model.parameters import horizon_parameters
from multipolar.model.solve import solve_prepared
from multipolar.model.system import Economy, prepare
from multipolar.scenario.resolve import resolve
from multipolar.scenario.scenario import CaseKey, Scenario
from multipolar.world import groups
from multipolar.world.world import World

HORIZON = "medium"
CLOSE = 1e-6
MOST_ROUNDS = 60
NO_SHARES: Mapping[str, float] = {}


@dataclass(frozen=True, slots=True)
class Target:
    """The share a bloc is to have in a country's ``exports`` or ``imports`` of some sectors, at basic prices.

    ``measure``: the one whose blocked share reaches it. ``low`` and ``high``: how far the target itself is uncertain.
    """

    baseline: str
    measure: str
    country: str
    flow: str
    bloc: str
    sectors: str
    target: float
    low: float
    high: float
    grade: str
    source: str


@dataclass(frozen=True, slots=True)
class Reached:
    """A target, what the baseline reaches, and the miss."""

    target: Target
    value: float

    @property
    def miss(self) -> float:
        return self.value - self.target.target


def baselines() -> tuple[str, ...]:
    """Names of the baselines that have targets."""
    return tuple(dict.fromkeys(target.baseline for target in _table()))


def targets(name: str) -> tuple[Target, ...]:
    """The targets of a baseline; raises ``UnknownLabelError`` naming the nearest."""
    if name not in baselines():
        raise UnknownLabelError("baseline with targets", name, nearest(name, baselines()) or baselines()[0])
    return tuple(target for target in _table() if target.baseline == name)


def reached(world: World, scenario: Scenario, wanted: tuple[Target, ...]) -> tuple[Reached, ...]:
    """What a baseline reaches of its targets on a world.

    Raises ``ScenarioError`` where its measures do not fit the world, ``UnknownLabelError`` where a target does not,
    ``NoEquilibriumError`` or ``NotConvergedError`` where the world with them in force has no answer.
    """
    return _reached(prepare(world, horizon_parameters(world, HORIZON)), scenario, wanted, NO_SHARES)


def calibrated(world: World, scenario: Scenario, wanted: Mapping[Target, float]) -> dict[str, float]:
    """The blocked share of each target's measure with which the world reaches ``wanted``, all at once.

    Under ``thin`` what is let through, ``1 - b``, multiplies the odds of the bloc at given prices, so each round
    multiplies it by ``odds(wanted) / odds(reached)``; a share cannot fall below 0. Raises ``NotConvergedError`` where
    the targets are not met to 1e-6, for instance because trade would have to grow.
    """
    economy = prepare(world, horizon_parameters(world, HORIZON))
    passed = {target.measure: 0.5 for target in wanted}
    for _ in range(MOST_ROUNDS):
        shares = {measure: 1.0 - share for measure, share in passed.items()}
        found = _reached(economy, scenario, tuple(wanted), shares)
        if all(abs(each.value - wanted[each.target]) <= CLOSE for each in found):
            return shares
        for each in found:
            step = _odds(wanted[each.target]) / _odds(each.value)
            passed[each.target.measure] = min(1.0, passed[each.target.measure] * step)
    missed = ", ".join(f"{e.target.bloc} in {e.target.flow} of {e.target.country}: {e.value:.4f}" for e in found)
    raise NotConvergedError(f"baseline `{scenario.name}`: its targets are not reached ({missed})")


def _reached(
    economy: Economy, scenario: Scenario, wanted: tuple[Target, ...], shares: Mapping[str, float]
) -> tuple[Reached, ...]:
    world = economy.world
    draw = {f"{scenario.prefix}{measure}.share": share for measure, share in shares.items()}
    outcome = solve_prepared(economy, resolve(scenario, world, CaseKey(), draw).shocks)
    outcome.raise_for_status()
    trade = outcome.trade
    found = []
    for target in wanted:
        own = world.axes.country.index(target.country)
        sectors = world.axes.sector.indices(groups.sector_members(target.sectors, world.sectors))
        flows = trade[own] if target.flow == "exports" else trade[:, own]
        partners = np.delete(flows[:, sectors].sum(axis=1), own)
        codes = [code for code in world.countries if code != target.country]
        members = groups.expand([target.bloc], scenario.blocs, world.countries)
        inside = np.isin(codes, members)
        found.append(Reached(target, float(partners[inside].sum() / partners.sum())))
    return tuple(found)


def _odds(share: float) -> float:
    return share / (1.0 - share)


@cache
def _table() -> tuple[Target, ...]:
    text = files("multipolar.study").joinpath("baselines.csv").read_text(encoding="utf-8")
    return tuple(
        Target(
            baseline=row["baseline"],
            measure=row["measure"],
            country=row["country"],
            flow=row["flow"],
            bloc=row["bloc"],
            sectors=row["sectors"],
            target=float(row["target"]),
            low=float(row["low"]),
            high=float(row["high"]),
            grade=row["grade"],
            source=row["source"],
        )
        for row in csv.DictReader(text.splitlines())
    )
