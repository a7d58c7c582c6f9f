"""Books on data: blocks of a world (tables, rates, fields), sets of elasticities, dated measures on and by Russia."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from multipolar.app.entry import Entry, Facts, present
from multipolar.app.numbers import FORMS, whats
from multipolar.base.problems import shown
from multipolar.world.elasticities import elasticities, elasticity_sets
from multipolar.world.evidence import REQUIRED, graded
from multipolar.world.invoicing import FLOWS, invoicing
from multipolar.world.resting import shares, weights
from multipolar.world.sanctions import sanctions
from multipolar.world.sources import reasons, source
from multipolar.world.world import World

BLOCK = "block of data"
REQUIRED_TITLES = {
    "trade": "sales of a sector from an origin to a destination, taxes excluded, million USD at basic prices",
    "input_share": "cost share of an input in a sector, taxes included",
    "tariff": "applied ad valorem rates by origin, destination and sector",
    "trade_elasticity": "trade elasticity of a sector",
}
MOST_NAMED = 12


def blocks(world: World) -> Iterator[Entry]:
    """Every block of a world; what each rests on is told by ``block_facts`` for one at a time."""
    for name, title in REQUIRED_TITLES.items():
        yield Entry(BLOCK, name, title)
    for name, field in world.fields.items():
        by = f" by {', '.join(field.axes)}" if field.axes else ""
        yield Entry(BLOCK, name, f"{shown(name.replace('_', ' '))}{by}, {shown(field.unit)}")


def block_facts(world: World, name: str) -> Facts:
    """How a number of it is asked for, grades by value, sources, what is missing, what was done and to which part."""
    asked = [f"{FORMS[axes]}.{name}" for axes in whats(world).get(name, ())]
    facts = [("One number", f"multipolar explain {' or '.join(asked)}" if asked else "")]
    cells = graded(world).get(name)
    held = {} if cells is None else shares(cells, weights(world, name))
    grade = ", ".join(f"{each} {share:.0%}" for each, share in held.items() if share >= 0.005)
    facts.append(("Evidence, by value", grade or "not on record"))
    rules = [rule for rule in reasons(world.name) if rule.block == name]
    keys = dict.fromkeys(key for rule in rules for key in rule.source.split())
    told = [f"{source(key).title} (`{key}`)" for key in keys]
    if not told and name in world.fields:
        told = [shown(world.fields[name].source, 200)]
    if not told and world.provenance is not None and set(held) == {"assumption"}:
        told = ["none: an assumption of this world"]
    elif not told and world.provenance is not None:
        told = [shown(f"{world.provenance.source}, {world.provenance.edition}", 200)]
    facts += [("Source", "; ".join(told)), ("Missing", _missing(world, name))]
    facts += [(row.grade, f"{row.part} ({row.year}): {row.why}") for row in rules]
    return present(facts)


def sets_of_elasticities(world: World) -> Iterator[Entry]:
    """Published sets of trade elasticities that a run can take by name."""
    for each in elasticity_sets():
        theta = sorted(elasticities(each.name).values())
        spread = f"{theta[0]:g} to {theta[-1]:g}, median {theta[len(theta) // 2]:g}, over {len(theta)} sectors"
        facts = [("Values", spread), ("Cite", each.citation), ("Seen", each.how_seen), ("Note", each.note)]
        facts.append(("Use", f"multipolar run SCENARIO --elasticities {each.name}"))
        yield Entry("set of elasticities", each.name, f"trade elasticities: {each.title}", present(facts))


def dated_measures(world: World) -> Iterator[Entry]:
    """Measures on Russia and by Russia, each by day, sender, type and sectors."""
    for each in sanctions():
        name = f"{each.start} {each.sender} {each.type} {' '.join(each.sectors[:2])}"
        name += f" and {len(each.sectors) - 2} more" if len(each.sectors) > 2 else ""
        span = "" if each.low == each.high else f" ({each.low:.0%} to {each.high:.0%})"
        covers = "no figure" if each.coverage is None else f"{each.coverage:.0%}{span} of the sector's trade"
        facts = [("Sectors", " ".join(each.sectors)), ("Until", each.end or ""), ("Covers", covers)]
        facts += [("Grade", each.grade), ("Seen", each.how_seen)]
        yield Entry("sanction", name, each.what or f"{each.type} on {' '.join(each.sectors)}", present(facts))


def invoiced(code: str) -> Facts:
    """Currencies of invoice of a country's exports and imports; nothing where no figure is published."""
    facts = []
    for flow in FLOWS:
        row = invoicing().get((code, flow))
        if row is None:
            continue
        parts = (("US dollar", row.usd), ("euro", row.eur), ("own", row.home), ("other", row.other))
        said = ", ".join(f"{name} {value:g} %" for name, value in parts if value is not None)
        facts.append((f"Invoiced {flow}s", f"{said} ({row.year}; own and dollar or euro may overlap; `boz_invoicing`)"))
    return present(facts)


def _missing(world: World, name: str) -> str:
    if name in REQUIRED:
        return ""
    field = world.fields[name]
    gone = np.isnan(field.values)
    if not gone.any():
        return "none"
    if field.axes[0] != "country":
        return f"{int(gone.sum())} of {gone.size} figures"
    whole = gone if gone.ndim == 1 else gone.all(axis=1)
    codes = [world.countries[n] for n in np.flatnonzero(whole)]
    named = f": {' '.join(codes)} as a whole" if 0 < len(codes) <= MOST_NAMED else ""
    return f"{int(gone.sum())} of {gone.size} figures{named}"
