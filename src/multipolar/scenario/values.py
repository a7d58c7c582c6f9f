"""Places and sectors as a scenario writes them: names that keep their place in the file until a world resolves them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from multipolar.base.documents import ListNode, MapNode, Node, Scalar
from multipolar.base.forms import Kind, Reading, join, listed, odd_character, unknown_keys
from multipolar.base.problems import Collector, nearest, shown
from multipolar.world import groups

_BARE_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*")
_CODE = re.compile(r"[A-Z0-9_]{1,12}")


@dataclass(frozen=True, slots=True)
class Named:
    """One name of a place or sector, and where it stands."""

    name: str
    line: int
    column: int
    path: str
    where: str


@dataclass(frozen=True, slots=True)
class Places:
    """Countries: the names given, or everyone (``all``) but the names given (``all_but``)."""

    names: tuple[Named, ...]
    everyone: bool = False

    def __str__(self) -> str:
        given = ", ".join(shown(each.name) for each in self.names)
        if not self.everyone:
            return given
        return f"all but {given}" if given else "all"

    def codes(self, blocs: Mapping[str, Sequence[str]], countries: Sequence[str]) -> tuple[str, ...]:
        """Countries of a world they stand for, each once. Members of blocs that the world lacks are left out."""
        here = frozenset(countries)
        found = groups.expand([each.name for each in self.names], blocs, countries)
        if self.everyone:
            return tuple(code for code in countries if code not in found)
        return tuple(code for code in found if code in here)


@dataclass(frozen=True, slots=True)
class Sectors:
    """Sectors by code, group or ISIC code."""

    names: tuple[Named, ...]

    def __str__(self) -> str:
        return ", ".join(shown(each.name) for each in self.names)

    def codes(self, sectors: Sequence[str]) -> tuple[str, ...]:
        """Sectors of a world they stand for, each once, in the order of the world."""
        found = {code for each in self.names for code in groups.sector_members(each.name, sectors)}
        return tuple(code for code in sectors if code in found)


@dataclass(eq=False)
class PlacesKind(Kind):
    """A country, a bloc, a flat list of these, ``all`` or ``{all_but: [...]}``; one country where ``single``."""

    single: bool = False

    def read(self, node: Node, path: str, reading: Reading) -> Places | None:
        if isinstance(node, MapNode) and not self.single:
            unknown = unknown_keys(node, path, reading, ("all_but",), "a place")
            inner = node.get("all_but")
            if inner is None and not unknown:
                reading.wrong(node, path, "needs `all_but: [...]`, or is a country, a bloc or a list of them.")
            names = None if inner is None else _names(inner, join(path, "all_but"), reading, "place")
            return None if names is None else Places(names, everyone=True)
        names = _names(node, path, reading, "place")
        if names is None:
            return None
        if self.single and len(names) != 1:
            reading.wrong(node, path, f"{len(names)} places; one country stands here.")
            return None
        if any(each.name == "all" for each in names):
            if self.single or len(names) > 1:
                reading.wrong(node, path, "`all` stands alone, and not where one country is meant.")
                return None
            return Places((), everyone=True)
        return Places(names)

    def schema(self) -> dict[str, Any]:
        one: dict[str, Any] = {"type": "string"}
        if self.single:
            return one
        several = {"type": "array", "items": one, "minItems": 1}
        but = {"type": "object", "properties": {"all_but": several}, "additionalProperties": False}
        return {"anyOf": [one, several, but]}


class SectorsKind(Kind):
    """A sector of the world, a group, an ISIC code with its letter, or a flat list of these."""

    def read(self, node: Node, path: str, reading: Reading) -> Sectors | None:
        names = _names(node, path, reading, "sector")
        return None if names is None else Sectors(names)

    def schema(self) -> dict[str, Any]:
        one: dict[str, Any] = {"type": "string"}
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


def _names(node: Node, path: str, reading: Reading, what: str) -> tuple[Named, ...] | None:
    """The names of a scalar or flat list; None where one of them cannot be a name."""
    if isinstance(node, ListNode):
        items = [(item, f"{path}[{k}]") for k, item in enumerate(node.items)]
        if not items:
            reading.wrong(node, path, f"an empty list; at least one {what} stands here.")
            return None
    else:
        items = [(node, path)]
    names = []
    for item, at in items:
        message = _no_name(item, what)
        if message:
            reading.wrong(item, at, message)
        elif isinstance(item, Scalar):
            names.append(Named(item.value, item.line, item.column, at, reading.where))
    return tuple(names) if len(names) == len(items) else None


def _no_name(node: Node, what: str) -> str | None:
    if not isinstance(node, Scalar):
        return f"must be a {what} or a flat list of them."
    text = node.value
    if node.empty or not text.strip():
        return f"has no value: a {what} stands here."
    odd = odd_character(text, arabic=what == "place")
    if odd:
        letters = "Latin or Arabic" if what == "place" else "Latin"
        return f"`{shown(text)}` holds {odd}; names are written in plain {letters} letters."
    if _BARE_NUMBER.fullmatch(text):
        letter = " Write an ISIC code with its letter: C29." if what == "sector" else ""
        return f"`{shown(text)}` is a bare number and no {what}.{letter}"
    return None


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels names are checked against: those of a world, or None where no world is given yet."""

    countries: tuple[str, ...] | None = None
    sectors: tuple[str, ...] | None = None
    world: str = ""


def place_problems(places: Places, blocs: Mapping[str, Sequence[str]], labels: Labels) -> Iterator[tuple[Named, str]]:
    """What is wrong with the names of places, each with its place in the file."""
    for each in places.names:
        message = _place_problem(each.name, blocs, labels)
        if message:
            yield each, message


def _place_problem(name: str, blocs: Mapping[str, Sequence[str]], labels: Labels) -> str | None:
    if name in (labels.countries or ()) or name in blocs or name in groups.PREDEFINED:
        return None
    known = next((bloc for bloc in groups.blocs() if bloc.casefold() == name.casefold()), None)
    if known is not None and known not in blocs and groups.country_code(name) is None:
        example = f"{known}: {{members_as_of: {max(groups.first_year(known), 2024)}}}"
        return f"the bloc `{known}` is not declared. Write it under `actors`, `blocs`, for instance as `{example}`."
    code = groups.country_code(name)
    if labels.countries is None:
        if code is not None or _CODE.fullmatch(name):
            return None  # a world may know this code
        close = groups.nearest_place(name, (*blocs, *groups.PREDEFINED), tuple(groups.countries()))
        return f"`{shown(name)}` is no country or bloc. Did you mean {close}?" if close else None
    if code in labels.countries:
        return None
    if code is not None:
        full = f" ({groups.countries()[code].name_en})" if code in groups.countries() else ""
        return f"{code}{full} is not among the {len(labels.countries)} economies of world `{shown(labels.world)}`."
    close = groups.nearest_place(name, (*blocs, *groups.PREDEFINED), labels.countries)
    end = f" Did you mean {close}?" if close else ""
    return f"`{shown(name)}` is no country, bloc or firm of world `{shown(labels.world)}`.{end}"


def sector_problems(sectors: Sectors, labels: Labels) -> Iterator[tuple[Named, str]]:
    """What is wrong with the names of sectors, each with its place in the file; nothing is known without a world."""
    if labels.sectors is None:
        return
    for each in sectors.names:
        if not groups.sector_members(each.name, labels.sectors):
            close = nearest(each.name, (*labels.sectors, *groups.SECTOR_GROUPS))
            end = f"Did you mean `{close}`?" if close else f"Groups are {listed(groups.SECTOR_GROUPS)}."
            yield each, f"`{shown(each.name)}` is no sector of world `{shown(labels.world)}`. {end}"


def check_places(places: Places, blocs: Mapping[str, Sequence[str]], labels: Labels, problems: Collector) -> None:
    """Note every problem with names of places."""
    for each, message in place_problems(places, blocs, labels):
        problems.add(message, each.line, each.column, each.path, each.where)


def check_sectors(sectors: Sectors, labels: Labels, problems: Collector) -> None:
    """Note every problem with names of sectors."""
    for each, message in sector_problems(sectors, labels):
        problems.add(message, each.line, each.column, each.path, each.where)
