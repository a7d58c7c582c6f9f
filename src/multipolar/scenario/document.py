"""The scenario file as written: every key it may have, level by level (LANGUAGE, Document)."""

from __future__ import annotations

from typing import Any, ClassVar

from multipolar.base.documents import MapNode, Node, Scalar
from multipolar.base.forms import Form, Kind, Reading, entry, hint, join, listed, record_schema, unknown_keys
from multipolar.base.kinds import FIRST_YEAR, LAST_YEAR, Choice, ListOf, MapOf, Name, Number, Record, Text, Whole
from multipolar.base.problems import shown
from multipolar.base.quantity import Quantity
from multipolar.scenario.measures import MeasureKind
from multipolar.scenario.measures.measure import SHARE, WHO, Measure
from multipolar.scenario.values import Places

VERSION = 1
MOST_MEASURES = 2_000
MOST_DRAWS = 1_000_000
MOST_YEARS = 200
MOST_BASELINES = 20
LANGUAGES = ("en", "ar")
SETS = ("short", "medium", "long")
DEFICITS = ("closed", "own", "fixed")
INDICES = ("poles", "polarisation", "dependence", "chokepoint", "leadership", "currency", "gap", "co2")
INSTRUMENTS = ("tariff", "export_tax", "trade_cost", "import_ban", "export_control")
MEASURES = ListOf(MeasureKind(), most=MOST_MEASURES)


class VersionKind(Kind):
    """The version of the language: 1."""

    def read(self, node: Node, path: str, reading: Reading) -> int | None:
        if isinstance(node, Scalar) and node.value == str(VERSION):
            return VERSION
        text = node.value if isinstance(node, Scalar) else "a list or mapping"
        reading.wrong(
            node, path, f"`{shown(text)}` is no version of the language. This program reads version {VERSION}."
        )
        return None

    def schema(self) -> dict[str, Any]:
        return {"const": VERSION}


class LocalText(Kind):
    """A text, or ``{en, ar}``."""

    def read(self, node: Node, path: str, reading: Reading) -> dict[str, str] | None:
        if isinstance(node, Scalar):
            if not node.value.strip():
                reading.wrong(node, path, "is empty.")
                return None
            return {"en": node.value}
        if not isinstance(node, MapNode) or not node.entries:
            reading.wrong(node, path, "must be a text, or texts by language: {en: ..., ar: ...}.")
            return None
        unknown_keys(node, path, reading, LANGUAGES, "a text by language")
        texts = {}
        for language in LANGUAGES:
            found = node.get(language)
            if found is not None:
                text = Text().read(found, join(path, language), reading)
                if text is not None:
                    texts[language] = text
        return texts or None

    def schema(self) -> dict[str, Any]:
        text = {"type": "string"}
        properties = {language: text for language in LANGUAGES}
        return {"anyOf": [text, {"type": "object", "properties": properties, "additionalProperties": False}]}


class Bloc(Form):
    """A group of countries: a dated list of the program, or an own list whose members may be blocs."""

    one_of: ClassVar[tuple[tuple[str, ...], ...]] = (("members_as_of", "list"),)

    members_as_of: int | None = entry(
        Whole(FIRST_YEAR, LAST_YEAR, "year", 2025), "The year whose members count, at its end.", default=None
    )
    members: Places | None = entry(WHO, "Its members: countries and blocs.", key="list", default=None)

    @classmethod
    def check(cls, node: MapNode, path: str, reading: Reading, explained: set[str]) -> None:
        members = node.get("list")
        if isinstance(members, MapNode) or (isinstance(members, Scalar) and members.value == "all"):
            reading.wrong(members, join(path, "list"), "must be a list of countries and blocs.")


class Actors(Form):
    """Who acts: blocs by name, and firms."""

    blocs: dict[str, Bloc] | None = entry(MapOf(Record(Bloc, "a bloc"), "bloc"), "Blocs by name.", default=None)
    firms: tuple[str, ...] | None = entry(ListOf(Name("firm")), "Plain names of firms.", default=None)


class Horizon(Form):
    """The years of the scenario and the set of parameters."""

    start: int | None = entry(Whole(FIRST_YEAR, LAST_YEAR, "year", 2025), "First year.", key="from", default=None)
    to: int | None = entry(Whole(FIRST_YEAR, LAST_YEAR, "year", 2025), "Last year.", default=None)
    parameters: str = entry(Choice(SETS, "horizon"), "short, medium (default) or long.", key="set", default="medium")

    @property
    def years(self) -> tuple[int, ...]:
        """The years that are computed one by one; none where the horizon has no first or no last year."""
        return () if self.start is None or self.to is None else tuple(range(self.start, self.to + 1))

    @classmethod
    def check(cls, node: MapNode, path: str, reading: Reading, explained: set[str]) -> None:
        years = [getattr(node.get(key), "value", "") for key in ("from", "to")]
        if all(year.isascii() and year.isdigit() and len(year) == 4 for year in years):
            first, last = map(int, years)
            if last < first:
                reading.wrong(node.entries["to"][1], join(path, "to"), f"{last} is before {first}, the first year.")
            elif last - first > MOST_YEARS:
                reading.wrong(node.entries["to"][1], join(path, "to"), f"more than {MOST_YEARS} years after {first}.")


class HorizonKind(Kind):
    """``{from, to, set}``, or one of short, medium, long."""

    def read(self, node: Node, path: str, reading: Reading) -> Horizon | None:
        if isinstance(node, Scalar):
            if node.value in SETS:
                return Horizon(parameters=node.value)
            reading.wrong(node, path, f"no horizon `{shown(node.value)}`. {hint(node.value, SETS)}")
            return None
        found: Horizon | None = Record(Horizon, "a horizon").read(node, path, reading)
        return found

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"enum": list(SETS)}, record_schema(Horizon)]}


class BranchForm(Form):
    """One alternative future, on top of the measures of the file."""

    probability: Quantity | None = entry(SHARE, "How likely it is held to be: a belief, not a result.", default=None)
    extends: str | None = entry(Name("branch"), "Another branch of this file that it builds on.", default=None)
    measures: tuple[Measure, ...] | None = entry(MEASURES, "Its measures.", default=())


class Responses(Form):
    """Who answers with what; used by ``respond``."""

    players: tuple[Places, ...] = entry(ListOf(WHO, 1), "Countries or blocs that answer.")
    instruments: tuple[str, ...] = entry(ListOf(Choice(INSTRUMENTS, "instrument"), 1), "What they answer with.")
    solve: str = entry(Choice(("nash", "best_reply"), "solution"), "nash (default) or best_reply.", default="nash")
    payoff_weights: Quantity | None = entry(
        Number("", 0.0, meaning="It is own dollars accepted per dollar of loss of the target."),
        "Own dollars accepted per dollar of loss of the target.",
        default=None,
    )


class ReportForm(Form):
    """What the report shows."""

    indices: tuple[str, ...] | None = entry(ListOf(Choice(INDICES, "index")), f"Of {listed(INDICES)}.", default=())
    threshold: str | None = entry(
        Choice(("break_even_risk",), "threshold"),
        "break_even_risk: the risk at which the host is indifferent.",
        default=None,
    )
    draws: int | None = entry(
        Whole(0, MOST_DRAWS, "number of draws", 256), "A wish; the command line decides.", default=None
    )
    pinned: Places | None = entry(WHO, "Countries always shown.", default=None)
    languages: tuple[str, ...] | None = entry(ListOf(Choice(LANGUAGES, "language"), 1), "en, ar.", default=None)


class Document(Form):
    """One scenario file."""

    multipolar: int = entry(VersionKind(), "The version of the language: `multipolar: 1` is the first line.")
    title: dict[str, str] | None = entry(LocalText(), "What the scenario is called.", default=None)
    summary: dict[str, str] | None = entry(LocalText(), "What it asks, in some sentences.", default=None)
    extends: str | None = entry(
        Name("scenario"), "A scenario it starts from, in the same folder or the catalog.", default=None
    )
    baseline: tuple[str, ...] | None = entry(
        ListOf(Name("scenario"), most=MOST_BASELINES), "Scenarios in force already.", default=None
    )
    actors: Actors | None = entry(Record(Actors, "`actors`"), "Blocs and firms.", default=None)
    horizon: Horizon | None = entry(HorizonKind(), "Years and set of parameters.", default=None)
    deficits: str | None = entry(Choice(DEFICITS, "deficit rule"), "closed, own or fixed.", default=None)
    measures: tuple[Measure, ...] | None = entry(MEASURES, "What is done in every branch.", default=None)
    branches: dict[str, BranchForm] | None = entry(
        MapOf(Record(BranchForm, "a branch"), "branch"), "Alternative futures.", default=None
    )
    responses: Responses | None = entry(Record(Responses, "`responses`"), "Who answers, with what.", default=None)
    report: ReportForm | None = entry(Record(ReportForm, "`report`"), "What is shown.", default=None)

    @classmethod
    def check(cls, node: MapNode, path: str, reading: Reading, explained: set[str]) -> None:
        first = next(iter(node.entries), None)
        if "multipolar" in node.entries and first != "multipolar":
            key = node.entries["multipolar"][0]
            reading.wrong(key, "multipolar", "stands first: `multipolar: 1` is the first line of a scenario.")
        if "title" not in node.entries and "extends" not in node.entries and "title" not in explained:
            reading.wrong(node, "title", "missing. What the scenario is called.", rank=1)
