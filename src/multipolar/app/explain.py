"""What a name stands for: countries, blocs, sectors, groups of sectors, data, measures, variables, parameters, sources.

Each kind is a book, name -> what to say; a name is looked up in all of them, upper and lower case alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from multipolar.app.blocks import BLOCK, block_facts, blocks, dated_measures, invoiced, sets_of_elasticities
from multipolar.app.entry import Book, Entry, present
from multipolar.app.numbers import number
from multipolar.base import forms
from multipolar.base.problems import UnknownLabelError, nearest
from multipolar.world import groups
from multipolar.world.sources import sectors, sources
from multipolar.world.world import World

BILLION = 1e3  # of million USD


def explain(name: str, world: World) -> tuple[Entry, ...]:
    """Every entry of that name, or, for the name of a kind (``sectors``), one entry that lists the kind.

    A name with dots is the address of a number (``USA.C26.tariff``; ``numbers.py``). Raises ``UnknownLabelError``
    naming the nearest, ``InputError`` with all that is wrong with an address.
    """
    if "." in name:
        title, said = number(name, world)
        return (Entry("number", name, title, said),)
    books = library(world)
    if name.casefold() in books:
        return (_contents(name.casefold(), books[name.casefold()]),)
    asked = groups.normal(name)
    found = tuple(
        entry for kind, book in books.items() for key, entry in book.items() if asked in _spellings(kind, key)
    )
    if not found:
        every = {spelling for kind, book in books.items() for key in book for spelling in _written(kind, key)}
        raise UnknownLabelError("name", name, nearest(name, [*every, *books]))
    return tuple(_whole(entry, world) for entry in found)


def _whole(entry: Entry, world: World) -> Entry:
    """An entry with what takes a moment to find, and so is told for one at a time: a country, a block of data."""
    if entry.kind == BLOCK:
        return replace(entry, facts=block_facts(world, entry.name))
    if entry.kind != "country":
        return entry
    from multipolar.app.dependence import facts

    return replace(entry, facts=(*entry.facts, *invoiced(entry.name), *facts(world, entry.name)))


def kinds(world: World) -> tuple[tuple[str, str], ...]:
    """Names of all kinds and how many entries each has."""
    return tuple((kind, f"{len(book)}, such as {next(iter(book))}") for kind, book in library(world).items() if book)


def library(world: World) -> dict[str, Book]:
    """All books, by the plural of their kind."""
    makers: dict[str, Callable[[World], Iterator[Entry]]] = {
        "countries": _countries,
        "blocs": _blocs,
        "sectors": _sectors,
        "groups": _groups,
        "measures": _measures,
        "variables": _variables,
        "parameters": _parameters,
        "blocks": blocks,
        "elasticities": sets_of_elasticities,
        "sanctions": dated_measures,
        "sources": _sources,
    }
    return {kind: {entry.name: entry for entry in maker(world)} for kind, maker in makers.items()}


def _contents(kind: str, book: Book) -> Entry:
    return Entry("kind", kind, f"{len(book)} names", tuple((entry.name, entry.title) for entry in book.values()))


def _spellings(kind: str, key: str) -> set[str]:
    return {groups.normal(spelling) for spelling in _written(kind, key)}


def _written(kind: str, key: str) -> tuple[str, ...]:
    country = groups.countries().get(key) if kind == "countries" else None
    return (key, country.name_en, country.name_ar, *country.aliases) if country else (key,)


def _countries(world: World) -> Iterator[Entry]:
    worth = dict(zip(world.countries, world.value_added.sum(axis=1), strict=True))
    memberships: dict[str, list[str]] = {}
    for bloc, members in groups.blocs().items():
        for member in members:
            memberships.setdefault(member.iso3, []).append(f"{bloc} {_span(member)}")
    for code in world.countries:
        country = groups.countries().get(code)
        facts = [("Value added", f"{worth[code] / BILLION:,.0f} billion USD ({world.year or 'year not stated'})")]
        if country is not None:
            facts += [("Arabic", country.name_ar), ("Also", ", ".join(country.aliases))]
            facts += [("Income group", country.income_group), ("Blocs", ", ".join(memberships.get(code, ())))]
        yield Entry("country", code, country.name_en if country else code, present(facts))


def _blocs(world: World) -> Iterator[Entry]:
    for bloc, members in groups.blocs().items():
        listed = ", ".join(f"{member.iso3} {_span(member)}" for member in members)
        outside = ", ".join(dict.fromkeys(m.iso3 for m in members if m.iso3 not in world.countries))
        stated: dict[tuple[str, str], list[str]] = {}
        for member in members:
            stated.setdefault((member.source, member.how_seen), []).append(member.iso3)
        origin = "; ".join(f"{source} ({seen}: {' '.join(codes)})" for (source, seen), codes in stated.items())
        facts = [("Members", listed), ("Source", origin)]
        facts += [("Not apart", f"{outside}: inside ROW in world `{world.name}`" if outside else "")]
        yield Entry("bloc", bloc, f"dated list of {len({m.iso3 for m in members})} countries", present(facts))


def _sectors(world: World) -> Iterator[Entry]:
    table = sectors()
    output = dict(zip(world.sectors, world.output.sum(axis=0), strict=True))
    theta = dict(zip(world.sectors, world.trade_elasticity, strict=True))
    for code in world.sectors:
        row = table.get(code)
        inside = [name for name in groups.SECTOR_GROUPS if code in groups.sector_members(name, world.sectors)]
        facts = [("World output", f"{output[code] / BILLION:,.0f} billion USD"), ("Groups", ", ".join(inside))]
        facts += [("Trade elasticity", f"{theta[code]:g}")]
        if row is not None:
            facts += [("ISIC Rev. 4", row.isic), ("Arabic", row.name_ar), ("Evidence", row.evidence)]
        yield Entry("sector", code, row.name_en if row else code, present(facts))


def _groups(world: World) -> Iterator[Entry]:
    for name, text in groups.SECTOR_GROUPS.items():
        members = ", ".join(groups.sector_members(name, world.sectors))
        yield Entry("group of sectors", name, text, present([("Sectors", members)]))


def _measures(world: World) -> Iterator[Entry]:
    from multipolar.scenario.measures import TYPES
    from multipolar.scenario.measures.measure import Measure

    shared = _keys(Measure)
    for name, kind in TYPES.items():
        facts = [("Computed", kind.mechanism or f"not yet: {kind.reason}")]
        own = {key: item for key, item in _keys(kind).items() if key not in shared}
        facts += [(f"`{key}`", item.doc if item.required else f"{item.doc} (optional)") for key, item in own.items()]
        facts += [("Needs", " or ".join(f"`{key}`" for key in keys)) for keys in getattr(kind, "one_of", ())]
        facts += [("Also", ", ".join(f"`{key}`" for key in shared))]
        yield Entry("measure", name, (kind.__doc__ or "").partition("\n")[0], present(facts))


def _keys(record: type) -> dict[str, forms.Entry]:
    return forms.form(record)


def _variables(world: World) -> Iterator[Entry]:
    from multipolar.base.variables import variables

    for variable in variables().values():
        facts = [("In plain words", variable.plain_en), ("Symbol", variable.symbol), ("Unit", variable.unit)]
        facts += [("Values", _bounds(variable.low, variable.high)), ("By", ", ".join(variable.axes))]
        yield Entry(
            "variable",
            variable.name,
            f"{variable.label_en}: {variable.definition}",
            present([*facts, ("Source", variable.source)]),
        )


def _bounds(low: float | None, high: float | None) -> str:
    if low is None:
        return "" if high is None else f"at most {high:g}"
    return f"{low:g} or more" if high is None else f"{low:g} to {high:g}"


def _parameters(world: World) -> Iterator[Entry]:
    from multipolar.model.parameters import parameter_table

    for row in parameter_table().values():
        values = ", ".join(f"{horizon} {value:g}" for horizon, value in row.values.items())
        facts = [("Value", f"{values} ({row.unit})"), ("Range", f"{row.low:g} to {row.high:g}, {row.shape}")]
        yield Entry("parameter", row.name, row.meaning, present([*facts, ("Source", row.source)]))


def _sources(world: World) -> Iterator[Entry]:
    for source in sources():
        licence = f"{source.licence} ({source.licence_note})" if source.licence_note else source.licence
        facts = [("Provider", source.provider), ("Vintage", source.vintage), ("Licence", licence)]
        facts += [("Cite", source.citation), ("Address", source.address), ("SHA-256", source.sha256)]
        yield Entry("source", source.key, source.title, present([*facts, ("Grade", source.grade)]))


def _span(member: groups.Membership) -> str:
    return f"({member.start} to {member.end})" if member.end else f"(since {member.start})"
