"""One number of a world by its address: what it is, of which year, from where, how good, and what was done to it.

An address has dots: ``USA.C26.tariff`` (country, sector, what), ``RUS.population`` (country, what),
``CHN.USA.C26.trade`` (origin, destination, sector, what), ``CHN.USA.distance``, ``RUS.C29.C24A.input_share`` (country,
using sector, supplying sector, what). Countries by any of their names, sectors by code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from multipolar.base.problems import Collector, InputError, nearest, shown
from multipolar.world import groups
from multipolar.world.evidence import GRADES, graded, rule_at
from multipolar.world.levels import LEVELLED, known_groups
from multipolar.world.sources import Grade, source
from multipolar.world.world import World

MOST_PARTNERS = 3
MONEY = "million USD"
FORMS = {
    ("country",): "COUNTRY",
    ("country", "sector"): "COUNTRY.SECTOR",
    ("country", "country"): "COUNTRY.COUNTRY",
    ("country", "country", "sector"): "ORIGIN.DESTINATION.SECTOR",
    ("country", "sector", "sector"): "COUNTRY.USER.SUPPLIER",
}
Axes = tuple[str, ...]
Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A number (None: missing) with its unit, the blocks that it rests on, the foremost first, and how it is made."""

    title: str
    value: float | None
    unit: str
    blocks: tuple[str, ...]
    derived: str = ""
    more: Facts = ()


def number(address: str, world: World) -> tuple[str, Facts]:
    """Title and facts (value, year, unit, source, grade, what was done) of the number at an address.

    Raises ``InputError`` with every part of the address that is not there and the nearest that is.
    """
    *places, what = address.split(".")
    axes, labels = _read(places, what, world)
    at = tuple(world.axes.country.index(x) if axis == "country" else world.axes.sector.index(x)
               for axis, x in zip(axes, labels, strict=True))  # fmt: skip
    told = DERIVED[what, axes](world, *at) if (what, axes) in DERIVED else _field(world, what, at)
    places_of = [label for axis, label in zip(axes, labels, strict=True) if axis == "country"]
    country = places_of[0] if what == "trade" else places_of[-1]
    of_sector = [label for axis, label in zip(axes, labels, strict=True) if axis == "sector"]
    sector = of_sector[0] if of_sector else world.sectors[0]  # of a cost share the user: its grade is that of the user
    return f"{told.title}, {' '.join(labels)}", _facts(world, told, country, sector)


def whats(world: World) -> dict[str, tuple[Axes, ...]]:
    """What an address can ask for, and the places that stand before it."""
    found: dict[str, tuple[Axes, ...]] = {}
    for what, axes in [*DERIVED, *((name, each.axes) for name, each in world.fields.items() if each.axes in FORMS)]:
        found[what] = (*found.get(what, ()), axes)
    return found


def _read(places: list[str], what: str, world: World) -> tuple[Axes, list[str]]:
    problems = Collector()
    known = whats(world)
    if what not in known:
        near = nearest(what, known)
        hint = f" Did you mean `{near}`?" if near else f" There is: {', '.join(known)}."
        raise InputError(f"world `{shown(world.name)}` has no number `{shown(what)}`.{hint}")
    fitting = [axes for axes in known[what] if len(axes) == len(places)]
    if not fitting:
        forms = " or ".join(f"{FORMS[axes]}.{what}" for axes in known[what])
        raise InputError(f"`{shown(what)}` is asked for as {forms}")
    axes, labels = fitting[0], []
    for axis, name in zip(axes, places, strict=True):
        found = _code(axis, name, world)
        here = world.axes.country if axis == "country" else world.axes.sector
        if found not in here:
            near = groups.nearest_place(name, (), here.names) if axis == "country" else here.nearest(name)
            problems.add(f"no {axis} `{shown(name)}`." + (f" Did you mean {_quoted(near)}?" if near else ""))
        labels.append(found)
    problems.raise_if_any(InputError)
    return axes, labels


def _quoted(near: str) -> str:
    code, _, plain = near.partition(" ")
    return f"`{code}` {plain}".rstrip()


def _code(axis: str, name: str, world: World) -> str:
    if axis == "sector" or name in world.countries:
        return name
    return groups.country_code(name) or name


def _facts(world: World, told: Told, country: str, sector: str) -> Facts:
    rules = [rule for block in told.blocks if (rule := rule_at(world, block, country, sector)) is not None]
    cells = graded(world)
    at = world.axes.country.index(country), world.axes.sector.index(sector)
    held = {block: GRADES[cells[block][at]] for block in told.blocks if block in cells}
    grades = [GRADES.index(each) for each in held.values()]
    grade = GRADES[max(grades)] if len(grades) == len(told.blocks) else "not on record"
    year = rules[0].year if rules else str(world.year or "not stated")
    if told.value is None:
        grade = "missing"
    done = [(f"Done to {rule.block}" if len(rules) > 1 else "Done", rule.why) for rule in rules]
    return (
        ("Value", _written(told.value)), ("Unit", told.unit), ("Year", year),
        ("Source", _sources(world, rules, held if held else dict.fromkeys(told.blocks, ""))), ("Grade", grade),
        *((("Derived", told.derived),) if told.derived else ()), *done, *told.more,
    )  # fmt: skip


def _written(value: float | None) -> str:
    if value is None:
        return "missing"
    return f"{value:,.0f}" if abs(value) >= 1e6 else f"{value:,.6g}"


def _sources(world: World, rules: Iterable[Grade], blocks: Mapping[str, str]) -> str:
    """Where blocks are from, each with its grade: an assumption of a world built from files is from none of them."""
    keys = dict.fromkeys(key for rule in rules for key in rule.source.split())
    if keys:
        found = [source(key) for key in keys]
        return "; ".join(f"{each.title} ({each.provider}, {each.vintage}; `{each.key}`)" for each in found)
    stated = [world.fields[block].source for block in blocks if block in world.fields]
    if world.provenance is not None:
        observed = any(grade != "assumption" for block, grade in blocks.items() if block not in world.fields)
        stated += [f"{world.provenance.source}, {world.provenance.edition}"] if observed else []
        stated = stated or ["none: an assumption of this world"]
    return "; ".join(filter(None, stated)) or "not on record"


def _field(world: World, what: str, at: tuple[int, ...]) -> Told:
    field = world.fields[what]
    value = float(field.values[at])
    more: list[tuple[str, str]] = []
    if what in LEVELLED:
        country = world.countries[at[0]]
        (group,) = [g for g in known_groups(world, what, country) if world.sectors[at[1]] in g]
        if len(group) > 1:
            others = [sector for sector in world.sectors if sector not in group]
            rest = "all sectors" + (f" but {' '.join(others)}" if others else "")
            whole = " + ".join(group) if len(group) <= len(others) else rest
            more.append(("Known for", f"{whole}; this cell is part of it"))
    if what == "knowledge":
        more.append(("Route", field.source))
    return Told(what.replace("_", " "), None if np.isnan(value) else value, field.unit, (what,), more=tuple(more))


def _mean_tariff(world: World, n: int, s: int) -> Told:
    bought = world.trade[:, n, s] * (np.arange(len(world.countries)) != n)
    rates = 100.0 * world.tariff[:, n, s]
    total = float(bought.sum())
    value = float(bought @ rates) / total if total > 0 else None
    most = sorted(range(len(bought)), key=lambda i: -bought[i])[:MOST_PARTNERS]
    partners = ", ".join(f"{world.countries[i]} {rates[i]:.4g} %" for i in most if bought[i] > 0)
    derived = "mean over foreign origins, weighted by sales at basic prices"
    return Told("tariff", value, "%", ("tariff",), derived, (("Largest origins", partners or "none"),))


_Cell = Callable[..., Told]


def _sum(title: str, array: Callable[[World, int, int], float], blocks: tuple[str, ...], derived: str) -> _Cell:
    return lambda world, n, s: Told(title, array(world, n, s), MONEY, blocks, derived)


_TABLE = ("trade", "input_share")
DERIVED: Mapping[tuple[str, Axes], _Cell] = {
    ("tariff", ("country", "sector")): _mean_tariff,
    ("tariff", ("country", "country", "sector")): lambda w, i, n, s: Told(
        "tariff", 100.0 * float(w.tariff[i, n, s]), "%", ("tariff",)
    ),
    ("trade", ("country", "country", "sector")): lambda w, i, n, s: Told(
        "sales, taxes excluded", float(w.trade[i, n, s]), MONEY, ("trade",)
    ),
    ("output", ("country", "sector")): _sum(
        "output", lambda w, n, s: float(w.output[n, s]), ("trade",), "sales to every destination"
    ),
    ("exports", ("country", "sector")): _sum(
        "exports", lambda w, n, s: float(w.output[n, s] - w.trade[n, n, s]), ("trade",), "sales abroad"
    ),
    ("imports", ("country", "sector")): _sum(
        "imports", lambda w, n, s: float(w.trade[:, n, s].sum() - w.trade[n, n, s]), ("trade",),
        "purchases from abroad at basic prices, tariffs excluded",
    ),
    ("value_added", ("country", "sector")): _sum(
        "value added", lambda w, n, s: float(w.value_added[n, s]), _TABLE, "output x (1 - cost share of inputs)"
    ),
    ("value_added", ("country",)): lambda w, n: Told(
        "value added", float(w.value_added[n].sum()), MONEY, _TABLE, "sum over sectors of output x (1 - inputs)"
    ),
    ("income", ("country",)): lambda w, n: Told(
        "income", float(w.income[n]), MONEY, (*_TABLE, "tariff"), "spending on final use, tariffs included"
    ),
    ("revenue", ("country",)): lambda w, n: Told(
        "tax revenue at the border", float(w.revenue[n]), MONEY, ("tariff", "trade"), "tariffs and export taxes levied"
    ),
    ("deficit", ("country",)): lambda w, n: Told(
        "deficit", float(w.deficit[n]), MONEY, (*_TABLE, "tariff"), "income less value added and border taxes"
    ),
    ("input_share", ("country", "sector", "sector")): lambda w, n, k, s: Told(
        "cost share of an input", float(w.input_share[n, k, s]), "share of the cost of the user", ("input_share",),
        "purchases with the average tariff of their market, over output",
    ),
    ("trade_elasticity", ("country", "sector")): lambda w, n, s: Told(
        "trade elasticity", float(w.trade_elasticity[s]), "1", ("trade_elasticity",)
    ),
}  # fmt: skip
