"""What all measures share. A type of measure is one class: its fields are its keys, its docstring is its page."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from multipolar.base.forms import Form, entry
from multipolar.base.kinds import Day, Name, Number, Text, Years
from multipolar.base.quantity import Quantity
from multipolar.scenario.values import Places, PlacesKind, Sectors, SectorsKind

if TYPE_CHECKING:
    from multipolar.scenario.draft import Draft

WHO = PlacesKind()
ONE_COUNTRY = PlacesKind(single=True)
SECTORS = SectorsKind()
SHARE = Number("share", 0.0, 1.0, meaning="A share lies between 0 and 1.")
MOST_CHANGE = 1e8  # of costs and of skill, up: beyond it a unit is wrong
WHOLE_SHARE = Quantity(1.0, unit="share")
NEEDS_YEARS = "it needs years: give `horizon` a `from` and a `to`"


class Measure(Form):
    """One measure of a scenario.

    ``type`` is its word in a file. ``mechanism`` says in one sentence how it is computed; None: not computed yet, and
    ``reason`` says why. ``size`` names the fields that ``cancel`` and ``lift`` scale.
    """

    type: ClassVar[str]
    mechanism: ClassVar[str | None]
    reason: ClassVar[str] = ""

    id: str = entry(Name("id"), "The name of the measure: letters, digits, `_` and `-`, once in the file.")
    start: date | None = entry(Day(), "First day in force: a year or YYYY-MM-DD.", key="from", default=None)
    until: date | None = entry(Day(last=True), "Last day in force: a year or YYYY-MM-DD.", default=None)
    phase_in: int | None = entry(Years(), "Years until fully in force, linear from zero: 4y.", default=None)
    source: str | None = entry(Text(), "Where its numbers come from, or `assumption`.", default=None)
    note: str | None = entry(Text(), "Anything a reader should know.", default=None)
    alternative_to: str | None = entry(Name("id"), "The measure it replaces in a variant of its own.", default=None)
    group: str | None = entry(Name("group"), "A name shared by measures whose draws move together.", default=None)

    @classmethod
    def called(cls) -> str:
        """A measure of this type in a sentence: a `tariff`, an `export_tax`."""
        return f"{'an' if cls.type[0] in 'aeiou' else 'a'} `{cls.type}`"

    def needs_years(self) -> bool:
        """Whether it acts through the knowledge of later years, and so has no effect in one comparison."""
        return False

    def not_computed(self, years: bool = True) -> str | None:
        """Why this measure has no effect in the numbers; None where it has one. ``years``: computed year by year."""
        if type(self).mechanism is None:
            return type(self).reason
        return NEEDS_YEARS if self.needs_years() and not years else None

    def parts_not_computed(self, years: bool = True) -> tuple[str, ...]:
        """Parts of a computed measure that have no effect in the numbers, each with the reason."""
        return ()

    def remarks(self) -> tuple[str, ...]:
        """What is computed otherwise than asked."""
        return ()

    def quantities(self) -> Iterator[tuple[str, Quantity]]:
        """Its numbers by the path of their key: ``rate``, ``capacity.units``."""
        yield from _quantities(self, "")

    def used(self, years: bool = True) -> Iterator[tuple[str, Quantity]]:
        """The numbers its effect depends on: all of them where it is computed, unless a type says otherwise."""
        if self.not_computed(years) is None:
            yield from self.quantities()

    def sentence(self) -> str:
        """The measure in one line: its type, and every key with its value."""
        parts = []
        for key, item in self.entries.items():
            value = getattr(self, item.attribute)
            if key not in _COMMON and value is not None and value != item.default:
                parts.append(f"{key} {_said(value)}")
        return f"{self.type}: {'; '.join(parts)}"

    def places(self) -> Iterator[Places]:
        """The countries it names, in every role."""
        for item in self.entries.values():
            value = getattr(self, item.attribute)
            if isinstance(value, Places):
                yield value
            elif isinstance(value, tuple):
                yield from (each for each in value if isinstance(each, Places))

    def sectors_named(self) -> Iterator[Sectors]:
        """The sectors it names."""
        for item in self.entries.values():
            value = getattr(self, item.attribute)
            if isinstance(value, Sectors):
                yield value


class Acting(Measure, ABC):
    """A measure that writes into the shocks: all that are computed but `cancel` and `lift`, which scale others."""

    @abstractmethod
    def apply(self, draft: Draft, scale: float) -> None:
        """Write its effect, its size times ``scale``, into the draft of the shocks."""


_COMMON = frozenset(Measure.entries) - {"from", "until"}


def _said(value: Any) -> str:
    """A value of a measure as a person reads it."""
    if isinstance(value, tuple):
        return ", ".join(_said(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_said(each)}" for key, each in value.items())
    if isinstance(value, Form):
        found = {key: getattr(value, item.attribute) for key, item in value.entries.items()}
        return _said({key: each for key, each in found.items() if each is not None})
    return str(value)


def _quantities(record: Any, before: str) -> Iterator[tuple[str, Quantity]]:
    for key, item in record.entries.items():
        value = getattr(record, item.attribute)
        if isinstance(value, Quantity):
            yield before + key, value
        elif isinstance(value, dict):
            yield from ((f"{before}{key}.{name}", each) for name, each in value.items() if isinstance(each, Quantity))
        elif isinstance(value, Form):
            yield from _quantities(value, f"{before}{key}.")
