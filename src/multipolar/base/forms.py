"""Closed records read from YAML nodes: a class whose attributes say which keys a mapping may have.

An attribute is declared by ``entry(kind, doc)``. The kind reads and checks one value and knows its JSON Schema; the doc
is its documentation everywhere. Unknown keys are problems with the nearest valid key; a missing key that a misspelt one
explains is not reported again; one reading finds all problems. These few lines stand where pydantic might: importing
pydantic and building its models costs as much time as importing NumPy, and every message is our own in any case.
"""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from multipolar.base.documents import MapNode, Node, Scalar
from multipolar.base.problems import Collector, invisible, nearest, shown

PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_LONGEST_NAME = 80


@dataclass(slots=True)
class Reading:
    """One file being read: where problems go, and how the file is called in them."""

    problems: Collector
    where: str

    def wrong(self, node: Node, path: str, message: str, rank: int = 0) -> None:
        """Note a problem at a node."""
        self.problems.add(message, node.line, node.column, path, self.where, rank)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a record stands: file, line, column, path, and the place of each of its values."""

    where: str = ""
    line: int | None = None
    column: int | None = None
    path: str = ""
    values: dict[str, tuple[int, int]] = field(default_factory=dict)

    def of(self, key: str) -> tuple[int | None, int | None]:
        """Line and column of the value under ``key``; of the record where it has none."""
        return self.values.get(key, (self.line, self.column))


class Kind(ABC):
    """What may stand under a key."""

    @abstractmethod
    def read(self, node: Node, path: str, reading: Reading) -> Any:
        """The value of one node, or None where ``reading`` is told what is wrong."""

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """JSON Schema of what is accepted, for editors."""


class Entry:
    """One key of a form: the attribute that holds it, its kind, its documentation, its default."""

    __slots__ = ("attribute", "default", "doc", "key", "kind")

    def __init__(self, kind: Kind, doc: str, key: str, default: Any) -> None:
        self.kind, self.doc, self.key, self.default = kind, doc, key, default
        self.attribute = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.attribute, self.key = name, self.key or name

    @property
    def required(self) -> bool:
        return self.default is REQUIRED


REQUIRED = object()


def entry(kind: Kind, doc: str, *, key: str = "", default: Any = REQUIRED) -> Any:
    """A key of a form; required where it has no ``default``. ``key``: where it is no Python name."""
    return Entry(kind, doc, key, default)


class Form:
    """A closed record whose attributes are declared by ``entry``. Frozen; two are equal only where they are one.

    Not a dataclass, because making three dozen of those costs as much start-up time as all the rest of a reader.
    """

    entries: ClassVar[dict[str, Entry]] = {}
    one_of: ClassVar[tuple[tuple[str, ...], ...]] = ()  # of each group exactly one key is given
    spot: Spot = Spot()

    def __init_subclass__(cls) -> None:
        own = {item.key: item for item in vars(cls).values() if isinstance(item, Entry)}
        cls.entries = {**cls.entries, **own}

    def __init__(self, **values: Any) -> None:
        for item in self.entries.values():
            value = values.pop(item.attribute, item.default)
            if value is REQUIRED:
                raise TypeError(f"{type(self).__name__} needs `{item.attribute}`")
            object.__setattr__(self, item.attribute, value)
        object.__setattr__(self, "spot", values.pop("spot", Spot()))
        if values:
            raise TypeError(f"{type(self).__name__} has no {listed(values)}")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a {type(self).__name__} is frozen")

    def __repr__(self) -> str:
        said = ", ".join(f"{item.attribute}={getattr(self, item.attribute)!r}" for item in self.entries.values())
        return f"{type(self).__name__}({said})"

    @classmethod
    def check(cls, node: MapNode, path: str, reading: Reading, explained: set[str]) -> None:
        """Note what is wrong between keys; ``explained`` are missing keys that a misspelt one was meant to be."""


def form(record: type[Form]) -> dict[str, Entry]:
    """The keys of a form, in order."""
    return record.entries


def read_record(record: type[Form], node: Node, path: str, reading: Reading, called: str = "it") -> Any:
    """A record from a mapping. Values that are wrong are noted and left None, so that the rest is checked as well."""
    keys = record.entries
    if not isinstance(node, MapNode):
        reading.wrong(node, path, f"{called} is a mapping with the keys {listed(keys)}.")
        return None
    meant = unknown_keys(node, path, reading, keys, called)
    explained = set(meant)
    values: dict[str, Any] = {}
    for key, item in keys.items():
        written, found = key, node.get(key)
        if found is None and not isinstance(node.get(meant.get(key, "")), Scalar):
            # A block under a misspelt key is read all the same: its own mistakes show, what refers to it finds it.
            written, found = shown(meant.get(key, key), 40), node.get(meant.get(key, ""))
        if found is None:
            if item.required and key not in explained:
                reading.wrong(
                    node, join(path, key), f"missing. {_capital(called)} needs it: {_lower(item.doc)}", rank=1
                )
            values[item.attribute] = None if item.required else item.default
        elif isinstance(found, Scalar) and found.empty:
            reading.wrong(found, join(path, written), f"has no value. {item.doc}")
            values[item.attribute] = None
        else:
            noted = len(reading.problems.problems)
            value = values[item.attribute] = item.kind.read(found, join(path, written), reading)
            if value is None and len(reading.problems.problems) == noted:
                reading.wrong(
                    found, join(path, written), f"cannot be read. {item.doc}"
                )  # nothing is dropped in silence
    spots = {key: (value.line, value.column) for key, (_, value) in node.entries.items()}
    values["spot"] = Spot(reading.where, node.line, node.column, path, spots)
    for group in record.one_of:
        given = [key for key in group if key in node.entries]
        if not given and not explained.intersection(group):
            reading.wrong(node, path, f"{called} needs {listed(group, 'or')}.", rank=1)
        elif len(given) > 1:
            second = node.entries[given[1]][0]
            only = "not both" if len(group) == 2 else "only one of them"
            reading.wrong(second, join(path, given[1]), f"{called} takes {listed(group, 'or')}, {only}.")
    record.check(node, path, reading, explained)
    return record(**values)


def unknown_keys(node: MapNode, path: str, reading: Reading, keys: Iterable[str], called: str) -> dict[str, str]:
    """Note every key that is not among ``keys``; gives the valid keys meant, each with the misspelt one in the file."""
    known = tuple(keys)
    meant: dict[str, str] = {}
    for key, (key_node, value) in node.entries.items():
        if key in known:
            continue
        close = nearest(key, (name for name in known if name not in node.entries))
        if close:
            meant.setdefault(close, key)
        value_shown = f" ({shown(value.value)})" if isinstance(value, Scalar) and value.value else ""
        odd = odd_character(key)
        hint = f" Did you mean `{close}`?" if close else f" {_capital(called)} takes {listed(known)}."
        reading.wrong(
            key_node, join(path, shown(key, 40)), f"unknown key{value_shown}{f' with {odd}' if odd else ''}.{hint}"
        )
    return meant


def join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def listed(names: Iterable[str], word: str = "and") -> str:
    """``a``, ``b`` and ``c``, each in backquotes."""
    quoted = [f"`{shown(name)}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {word} {quoted[-1]}"


def hint(name: str, options: Sequence[str]) -> str:
    """The nearest option, or all of them, as the end of a sentence."""
    if len(options) == 1:
        return f"It is {listed(options)}."
    close = nearest(name, options)
    return f"Did you mean `{shown(close)}`?" if close else f"It is one of {listed(options, 'or')}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def odd_character(text: str, arabic: bool = False) -> str | None:
    """The first character that a name may not hold, by code point and name: invisible, turned round, or of another
    alphabet than Latin (or Arabic, where ``arabic``), which may look like a letter it is not."""
    for char in text:
        point = ord(char)
        if point < 0x7F and not invisible(char):
            continue
        latin = 0xC0 <= point <= 0x24F and char.isalpha()
        if latin or char == "\N{RIGHT SINGLE QUOTATION MARK}" or (arabic and 0x620 <= point <= 0x66F):
            continue
        return f"U+{point:04X} {unicodedata.name(char, 'a character without a name')}"
    return None


def name_problem(text: str) -> str | None:
    """Why ``text`` is no plain name, or None where it is one."""
    odd = odd_character(text)
    if odd:
        return f"holds {odd}; a name has the letters A to Z, digits, `_` and `-`"
    if len(text) > _LONGEST_NAME:
        return f"is longer than {_LONGEST_NAME} characters"
    if not PLAIN_NAME.fullmatch(text):
        return "is no plain name: letters A to Z, digits, `_` and `-`, no path"
    return None


def record_schema(record: type[Form]) -> dict[str, Any]:
    """JSON Schema of a record class: closed, every key with its documentation."""
    keys = record.entries
    return {
        "type": "object",
        "description": (record.__doc__ or "").strip(),
        "properties": {key: {"description": item.doc, **item.kind.schema()} for key, item in keys.items()},
        "required": [key for key, item in keys.items() if item.required],
        "additionalProperties": False,
    }
