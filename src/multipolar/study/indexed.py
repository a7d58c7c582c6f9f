"""The indices of a world and of what a solve does to it: arrays of a World in, one value an index out, or why not.

Levels are taken on the reference world and on ``after`` of the outcome, so both are computed by one rule. What a world
does not have is named, never taken for 0. Blocs are rows of 0 and 1 over its countries (``indices.members``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array
from multipolar.base.problems import InputError
from multipolar.model import dependence as dep
from multipolar.model import indices as ix
from multipolar.model.jobs import incomplete, jobs
from multipolar.model.outcome import Outcome
from multipolar.scenario.resolve import RailShare
from multipolar.study.case import Moved
from multipolar.study.settlement import settlement
from multipolar.world.groups import sector_members
from multipolar.world.world import World


@dataclass(slots=True)
class Indexed:
    """``values`` by the name of the index in ``variables.csv``; ``missing``: name -> why it has none, or for whom."""

    values: dict[str, Array] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


def of_world(
    world: World,
    member: Array,
    *,
    rule: str = "atoms",
    rest: str = "one",
    leader: int | None = None,
    rails: Sequence[RailShare] = (),
) -> Indexed:
    """Indices of a world as it stands: poles, polarisation, dependence, leadership, currency.

    ``rule`` of poles; ``rest``: countries beyond the blocs as ``one`` group of polarisation or ``each`` its own;
    ``leader``: the bloc whose technological leadership is asked for; ``rails``: payment rails in force.
    """
    found = Indexed()
    shares = ix.bloc_shares(world.value_added.sum(axis=1), member)
    counted = shares if rule == "atoms" else shares[: member.shape[0]]
    _put(found, "poles", lambda: np.array(ix.poles(counted, rule)))
    group = ix.groups(member, rest)
    _put(found, "polarisation", lambda: np.array(ix.polarisation(world.trade.sum(axis=2), group)))
    content = dep.content(chain_of(world), member)
    chosen = high_tech(world)
    _put(found, "dependence", lambda: dep.dependence(content, world.final_use).share)
    if chosen.any():
        _put(found, "dependence_high_tech", lambda: dep.dependence(content, world.final_use, chosen).share)
    else:
        found.missing["dependence_high_tech"] = "the world has no high-tech sectors"
    _currencies(found, world, rails)
    if leader is None:
        found.missing["leadership"] = found.missing["leadership_share"] = "no bloc is named as the leader"
    elif "knowledge" not in world.fields:
        found.missing["leadership"] = found.missing["leadership_share"] = "the world has no field `knowledge`"
    else:
        inside, stock, shape = member[leader] > 0, world.knowledge, world.trade_elasticity
        _put(found, "leadership", lambda: ix.leadership(stock, shape, inside))
        some = chosen > 0
        args = stock[:, some], world.value_added[:, some], shape[some], inside
        _put(found, "leadership_share", lambda: np.array(ix.leadership_share(*args)))
    return found


def of_outcome(
    world: World,
    outcome: Outcome | Moved | None,
    member: Array,
    *,
    real_gdp_hat: Array | None = None,
    specific: bool = False,
) -> Indexed:
    """What hangs on how production and income moved: income gap, CO2, jobs. ``outcome`` None: the world itself.

    The gap weighs income per head of the world as loaded, in current dollars, times real income hats; countries without
    a population on record are left out and named. ``real_gdp_hat`` [n] for CO2 per unit of it; ``specific``: as in the
    parameters of the solve, heads stay in their sectors.
    """
    found = Indexed()
    if "population" not in world.fields:
        found.missing["gap"] = "the world has no field `population`"
    else:
        _gap(found, world, outcome, member)
    if "emissions" not in world.fields:
        found.missing["co2"] = found.missing["co2_intensity"] = "the world has no field `emissions`"
    else:
        base = world.emissions
        new = base if outcome is None else _emissions(world, outcome)
        found.values["co2"] = new.sum(axis=1)
        if real_gdp_hat is None and outcome is not None:
            found.missing["co2_intensity"] = "real GDP is not computed in this run"
        else:
            moved = np.ones(len(world.countries)) if real_gdp_hat is None else real_gdp_hat
            _put(found, "co2_intensity", lambda: ix.emission_intensity_hat(base, new, moved))
    if "employment" not in world.fields:
        found.missing["jobs"] = "the world has no field `employment`"
    else:
        heads, paid = world.employment, world.value_added
        if outcome is None:
            found.values["jobs"] = np.where(np.isnan(heads).any(axis=1, keepdims=True), np.nan, heads)
        else:
            args = heads, paid, outcome.value_added, outcome.labour_supply_hat, outcome.employed_share
            _put(found, "jobs", lambda: jobs(*args, specific=specific))
        left_out = np.isin(np.arange(len(heads)), incomplete(heads))
        if left_out.any():
            found.missing["jobs"] = _names(world, left_out, "employment is not complete in")
    return found


def chain_of(world: World) -> dep.Chain:
    """Who supplies whom in a world."""
    return dep.chain(world.trade_share, world.tariff, world.export_tax, world.input_share)


def high_tech(world: World) -> Array:
    """1 for the high-tech sectors of a world [s], else 0."""
    chosen: Array = np.isin(world.sectors, sector_members("high_tech", world.sectors)).astype(np.float64)
    return chosen


def drivers(world: World, member: Array, country: int, sectors: Array | None = None) -> tuple[dep.Driver, ...]:
    """The three flows that move a country's dependence on a bloc ``member`` [n] most, in all or some final use."""
    used = world.final_use[country] * (1.0 if sectors is None else sectors)
    return dep.dependence_drivers(chain_of(world), member, country, used / used.sum())


def _currencies(found: Indexed, world: World, rails: Sequence[RailShare]) -> None:
    """Concentration of settlement and the dollar's share in it, with what they cover."""
    try:
        settled = settlement(world.countries, world.trade.sum(axis=2), rails)
    except InputError as error:
        found.missing |= dict.fromkeys(("currency", "dollar_share"), str(error))
        return
    found.values["currency"] = np.array(ix.currency_concentration(settled.share, settled.apart))
    found.values["dollar_share"] = np.array(settled.dollar)
    found.missing["currency"] = settled.said


def _emissions(world: World, outcome: Outcome | Moved) -> Array:
    made = world.output > 0
    hat = np.where(made, outcome.output / np.where(made, world.output, 1.0), 1.0)
    new: Array = ix.production_emissions(world.emissions, hat, outcome.productivity_hat * outcome.cost_hat)
    return new


def _gap(found: Indexed, world: World, outcome: Outcome | Moved | None, member: Array) -> None:
    known = np.isfinite(world.population)
    income = world.income if outcome is None else world.income * outcome.welfare_hat
    group = ix.groups(member)
    people = world.population[known]
    _put(found, "gap", lambda: np.array(ix.theil(income[known], people)))
    if "gap" in found.values:
        between, within = ix.theil_parts(income[known], people, group[known])
        found.values |= {"gap_between": np.array(between), "gap_within": np.array(within)}
    if not known.all():
        found.missing["gap"] = _names(world, ~known, "no population on record, left out:")


def _put(found: Indexed, name: str, value: Callable[[], Array]) -> None:
    """An index, or the reason it has none."""
    try:
        found.values[name] = value()
    except InputError as error:
        found.missing[name] = str(error)


def _names(world: World, chosen: NDArray[np.bool_], before: str) -> str:
    return f"{before} {', '.join(world.countries[int(n)] for n in np.flatnonzero(chosen))}"
