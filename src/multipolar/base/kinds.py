"""Kinds of value a key may hold: text, name, choice, whole number, number with a range, day, list, mapping, record."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from multipolar.base.documents import ListNode, MapNode, Node, Scalar
from multipolar.base.forms import (
    PLAIN_NAME,
    Form,
    Kind,
    Reading,
    hint,
    join,
    listed,
    name_problem,
    read_record,
    record_schema,
    unknown_keys,
)
from multipolar.base.problems import shown
from multipolar.base.quantity import SHAPES, UNITS, NotANumberError, Quantity, Shape, parse


class Text(Kind):
    """Any text."""

    def read(self, node: Node, path: str, reading: Reading) -> str | None:
        if not isinstance(node, Scalar):
            reading.wrong(node, path, "must be a text.")
            return None
        return node.value

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}


@dataclass(eq=False)
class Name(Kind):
    """A plain name: letters, digits, ``_`` and ``-``; never a path."""

    what: str = "name"

    def read(self, node: Node, path: str, reading: Reading) -> str | None:
        if not isinstance(node, Scalar):
            reading.wrong(node, path, f"must be one {self.what}.")
            return None
        problem = name_problem(node.value)
        if problem:
            reading.wrong(node, path, f"`{shown(node.value)}` {problem}.")
            return None
        return node.value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{PLAIN_NAME.pattern}$"}


@dataclass(eq=False)
class Choice(Kind):
    """One word of a closed list."""

    options: tuple[str, ...]
    what: str

    def read(self, node: Node, path: str, reading: Reading) -> str | None:
        if isinstance(node, Scalar) and node.value in self.options:
            return node.value
        if isinstance(node, Scalar):
            reading.wrong(node, path, f"no {self.what} `{shown(node.value)}`. {hint(node.value, self.options)}")
        else:
            reading.wrong(node, path, f"must be one word. It is one of {listed(self.options, 'or')}.")
        return None

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.options)}


@dataclass(eq=False)
class Whole(Kind):
    """A whole number in [low, high]; ``example`` is one, for messages."""

    low: int
    high: int
    what: str
    example: int

    def read(self, node: Node, path: str, reading: Reading) -> int | None:
        text = node.value if isinstance(node, Scalar) else "a list or mapping"
        if not re.fullmatch(r"0|[1-9][0-9]{0,17}", text, re.ASCII):
            reading.wrong(node, path, f"`{shown(text)}` is no {self.what}. Write digits only, as in {self.example}.")
            return None
        value = int(text)
        if not self.low <= value <= self.high:
            reading.wrong(node, path, f"{value} is outside {self.low} to {self.high}.")
            return None
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(eq=False)
class ListOf(Kind):
    """A list of one kind. ``most`` bounds its length."""

    kind: Kind
    least: int = 0
    most: int = 20_000
    what: str = "list"

    def read(self, node: Node, path: str, reading: Reading) -> tuple[Any, ...] | None:
        if not isinstance(node, ListNode):
            reading.wrong(node, path, f"must be a list: write `[{_sample(node)}]`.")
            return None
        if not self.least <= len(node.items) <= self.most:
            bound = f"at least {self.least} must" if len(node.items) < self.least else f"at most {self.most:,} may"
            if self.least == self.most:
                bound = f"exactly {self.least} must"
            reading.wrong(node, path, f"{len(node.items):,} values, where {bound} stand.")
            return None
        values = [self.kind.read(item, f"{path}[{k}]", reading) for k, item in enumerate(node.items)]
        return tuple(value for value in values if value is not None)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.kind.schema(), "minItems": self.least, "maxItems": self.most}


def _sample(node: Node) -> str:
    return shown(node.value, 30) if isinstance(node, Scalar) else "..."


@dataclass(eq=False)
class MapOf(Kind):
    """A mapping from plain names to one kind."""

    kind: Kind
    what: str = "name"

    def read(self, node: Node, path: str, reading: Reading) -> dict[str, Any] | None:
        if not isinstance(node, MapNode):
            reading.wrong(node, path, f"must be a mapping from {self.what} to its keys.")
            return None
        found: dict[str, Any] = {}
        for key, (key_node, value) in node.entries.items():
            problem = self.wrong_name(key)
            if problem:
                reading.wrong(key_node, path, f"`{shown(key)}` {problem}.")
            found[key] = self.kind.read(value, join(path, shown(key, 40)), reading)
        return found

    def wrong_name(self, key: str) -> str | None:
        """Why a key is no name here."""
        return name_problem(key)

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": self.kind.schema()}


@dataclass(eq=False)
class Record(Kind):
    """A closed record of a class."""

    record: type[Form]
    called: str = "it"

    def read(self, node: Node, path: str, reading: Reading) -> Any:
        return read_record(self.record, node, path, reading, self.called)

    def schema(self) -> dict[str, Any]:
        return record_schema(self.record)


@dataclass(eq=False)
class Number(Kind):
    """A number or ``{value, range, shape, source, note}``, in one unit and between limits.

    ``meaning`` is the sentence that says what its limits mean. A limit holds for value and range alike.
    """

    unit: str = ""
    low: float | None = None
    high: float | None = None
    above: bool = False  # the low limit itself is not allowed
    meaning: str = ""

    def read(self, node: Node, path: str, reading: Reading) -> Quantity | None:
        if isinstance(node, Scalar):
            value = self.one(node, path, reading)
            return None if value is None else Quantity(value, unit=self.unit, line=node.line, column=node.column)
        if not isinstance(node, MapNode):
            reading.wrong(node, path, "must be a number; a range is written {value: 0.1, range: [0.05, 0.2]}.")
            return None
        unknown = unknown_keys(node, path, reading, _NUMBER_KEYS, "a number")
        shape: Shape | None = None
        stated_shape = node.get("shape")
        if stated_shape is not None:
            shape = Choice(SHAPES, "shape").read(stated_shape, join(path, "shape"), reading)  # type: ignore[assignment]
        texts = {}
        for key in ("source", "note"):
            found = node.get(key)
            texts[key] = None if found is None else Text().read(found, join(path, key), reading)
        value_node, range_node = node.get("value"), node.get("range")
        value = None if value_node is None else self.one(value_node, join(path, "value"), reading)
        limits = None if range_node is None else self.range(range_node, join(path, "range"), reading)
        if value_node is None and range_node is None and not unknown:
            reading.wrong(node, path, "needs `value`, `range` or both.", rank=1)
        if stated_shape is not None and range_node is None and not unknown:
            reading.wrong(stated_shape, join(path, "shape"), "a shape needs a `range: [low, high]`.")
        if (value_node is not None and value is None) or (range_node is not None and limits is None):
            return None
        return self.whole(value, limits, shape, texts, node, path, reading)

    def whole(
        self,
        value: float | None,
        limits: tuple[float, float] | None,
        shape: Shape | None,
        texts: dict[str, str | None],
        node: MapNode,
        path: str,
        reading: Reading,
    ) -> Quantity | None:
        """The parts put together: the value within its range, the shape fitting both."""
        rest = (self.unit, texts["source"], texts["note"], node.line, node.column)
        if limits is None:
            return None if value is None else Quantity(value, None, None, "fixed", *rest)
        low, high = limits
        if value is None:
            central, drawn_as = low + (high - low) / 2.0, shape or "uniform"
        else:
            central, drawn_as = value, shape or "triangular"
        if not low <= central <= high:
            reading.wrong(node, path, f"the value {central:g} lies outside its range {low:g} to {high:g}.")
            return None
        if drawn_as == "lognormal" and low <= 0:
            reading.wrong(node, path, f"a lognormal shape needs a range above 0; it begins at {low:g}.")
            return None
        return Quantity(central, low, high, drawn_as, *rest, central=value is not None)

    def range(self, node: Node, path: str, reading: Reading) -> tuple[float, float] | None:
        if not isinstance(node, ListNode) or len(node.items) != 2:
            reading.wrong(node, path, "a range is two numbers: [low, high].")
            return None
        low, high = (self.one(item, f"{path}[{k}]", reading) for k, item in enumerate(node.items))
        if low is None or high is None:
            return None
        if low > high:
            reading.wrong(node, path, f"low {low:g} is above high {high:g}.")
            return None
        return low, high

    def one(self, node: Node, path: str, reading: Reading) -> float | None:
        """One plain number within the limits."""
        if not isinstance(node, Scalar):
            reading.wrong(node, path, "must be one number.")
            return None
        if node.empty:
            reading.wrong(node, path, "has no value: a number stands here.")
            return None
        try:
            value = parse(node.value, self.unit)
        except NotANumberError as error:
            reading.wrong(node, path, f"`{shown(node.value)}` {error}.")
            return None
        outside = self.outside(value)
        if outside:
            reading.wrong(node, path, f"{shown(node.value)} {outside}.{f' {self.meaning}' if self.meaning else ''}")
            return None
        return value

    def outside(self, value: float) -> str | None:
        """Which limit a value breaks, if any."""
        if self.low is not None and self.above and value <= self.low:
            return f"is not above {self.low:g}"
        if self.low is not None and value < self.low:
            return f"is below {self.low:g}"
        if self.high is not None and value > self.high:
            return f"is above {self.high:g}{f' {self.unit}' if self.unit == 'million USD' else ''}"
        return None

    def schema(self) -> dict[str, Any]:
        number: dict[str, Any] = {"type": "number"}
        if self.low is not None:
            number["exclusiveMinimum" if self.above else "minimum"] = self.low
        if self.high is not None:
            number["maximum"] = self.high / parse("1", self.unit)  # a bare number is in dollars, where money is asked
        plain: dict[str, Any] = number
        if len(UNITS[self.unit]) > 1:
            plain = {"anyOf": [number, {"type": "string"}]}
        parts: dict[str, Any] = {
            "value": plain,
            "range": {"type": "array", "items": plain, "minItems": 2, "maxItems": 2},
            "shape": {"enum": list(SHAPES)},
            "source": {"type": "string"},
            "note": {"type": "string"},
        }
        return {"anyOf": [plain, {"type": "object", "properties": parts, "additionalProperties": False}]}


_NUMBER_KEYS = ("value", "range", "shape", "source", "note")
FIRST_YEAR, LAST_YEAR = 1900, 2300


@dataclass(eq=False)
class Day(Kind):
    """A year or ``YYYY-MM-DD``. A year means its first day, or its last where ``last``."""

    last: bool = False

    def read(self, node: Node, path: str, reading: Reading) -> date | None:
        text = node.value if isinstance(node, Scalar) else "a list or mapping"
        found = re.fullmatch(r"([12][0-9]{3})(?:-([0-9]{2})-([0-9]{2}))?", text, re.ASCII)
        if found and FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
            try:
                if found[2] is None:
                    return date(int(found[1]), 12, 31) if self.last else date(int(found[1]), 1, 1)
                return date(int(found[1]), int(found[2]), int(found[3]))
            except ValueError:
                reading.wrong(node, path, f"`{shown(text)}` is no day of the calendar.")
                return None
        reading.wrong(node, path, f"`{shown(text)}` is no date. Write a year (2026) or a day (2026-03-01).")
        return None

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"^[12]\d{3}-\d{2}-\d{2}$"}]}


class Years(Kind):
    """A span of whole years: ``4y``."""

    def read(self, node: Node, path: str, reading: Reading) -> int | None:
        text = node.value if isinstance(node, Scalar) else "a list or mapping"
        if not re.fullmatch(r"(0|[1-9][0-9]{0,2})y", text, re.ASCII) or int(text[:-1]) > 200:
            reading.wrong(node, path, f"`{shown(text)}` is no span of years. Write whole years, at most 200, as in 4y.")
            return None
        return int(text[:-1])

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^\d{1,3}y$"}
