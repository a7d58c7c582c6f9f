"""A scenario as read: its measures, branches, cases, and its uncertain numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from multipolar.base.quantity import Quantity
from multipolar.scenario.document import Horizon, ReportForm, Responses
from multipolar.scenario.measures import Cancel, Lift, Measure

if TYPE_CHECKING:
    from multipolar.world.world import World

CATALOG = Path(__file__).parent / "catalog"
CLOSING_TYPES = ("import_ban", "export_control", "financial_sanction", "asset_freeze")


@dataclass(frozen=True, slots=True)
class CaseKey:
    """One case: a branch ("" where the file has none) and a variant ("" as written, else the id of the
    ``alternative_to`` measure that is active, its target absent).

    ``active``: of its measures those with these ids only; None is all of them."""

    branch: str = ""
    variant: str = ""
    active: frozenset[str] | None = None

    @property
    def whole(self) -> CaseKey:
        """The case with all its measures."""
        return self if self.active is None else CaseKey(self.branch, self.variant)

    @property
    def text(self) -> str:
        """The case in a word or two."""
        name = self.branch or "all measures"
        return f"{name}, with {self.variant}" if self.variant else name


@dataclass(frozen=True, slots=True)
class SourceText:
    """One text a scenario was read from. ``names``: each name it extends or stands on, and where in the list of texts
    the text of that name is."""

    name: str
    text: str
    names: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """An alternative future: its own measures come on top of those of ``extends`` and of the file."""

    name: str
    probability: Quantity | None = None
    extends: str | None = None
    measures: tuple[Measure, ...] = ()


@dataclass(frozen=True, eq=False, kw_only=True)
class Scenario:
    """A scenario file, read and checked.

    ``deficits`` is the rule in effect: as given, else ``closed`` where the file, a branch or its baseline holds an
    import ban, export control, financial sanction or asset freeze, else ``fixed``. ``baselines`` are the scenarios
    named in ``baseline``, read. ``blocs`` holds codes of members. ``digest`` is the SHA-256 of the text and of all
    texts it extends or stands on; ``texts`` are these, itself first (``reread`` reads them). ``prefix`` begins the
    names of its uncertain numbers: "" for the file itself, ``NAME/`` for a baseline.
    """

    name: str
    title: Mapping[str, str]
    summary: Mapping[str, str] = field(default_factory=dict)
    horizon: Horizon = field(default_factory=Horizon)
    deficits: str = "fixed"
    baseline: tuple[str, ...] = ()
    baselines: tuple[Scenario, ...] = ()
    measures: tuple[Measure, ...] = ()
    branches: Mapping[str, Branch] = field(default_factory=dict)
    report: ReportForm = field(default_factory=ReportForm)
    responses: Responses | None = None
    firms: tuple[str, ...] = ()
    blocs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    text: str = ""
    digest: str = ""
    texts: tuple[SourceText, ...] = ()
    path: Path | None = None
    where: str = ""
    log: tuple[str, ...] = ()
    prefix: str = ""

    def all_measures(self) -> Iterator[tuple[str, Measure]]:
        """Every measure with its branch ("" = in every branch), in the order of the file."""
        for measure in self.measures:
            yield "", measure
        for branch in self.branches.values():
            for measure in branch.measures:
                yield branch.name, measure

    @property
    def stepped(self) -> bool:
        """Whether its years are computed one by one. A baseline has none of its own: it stands in one world."""
        return bool(self.horizon.years) and not self.prefix

    def lineage(self, branch: str) -> tuple[Branch, ...]:
        """A branch and all it extends, from the first to itself; empty for ""."""
        chain: list[Branch] = []
        name: str | None = branch or None
        while name is not None and len(chain) <= len(self.branches):
            chain.append(self.branches[name])
            name = self.branches[name].extends
        return tuple(reversed(chain))

    def actors(self) -> tuple[str, ...]:
        """Places that measures name one by one, as written, each once; blocs are left out."""
        named = (each.name for _, m in self.all_measures() for places in m.places() for each in places.names)
        return tuple(dict.fromkeys(name for name in named if name not in self.blocs))


def read_scenario(source: str | Path, world: World | None = None) -> Scenario:
    """Read a scenario: a path, the name of a catalog scenario, or YAML text (which holds a line break).

    With a ``world``, names of countries and sectors are checked against it in the same go. Raises ``ScenarioError``
    with all problems at once, each with file, line, column and path.
    """
    from multipolar.scenario.reading import read  # the reader knows this module

    return read(source, world)


def reread(texts: Sequence[SourceText], world: World | None = None) -> Scenario:
    """Read a scenario from its ``texts`` alone, wherever its files are by now; raises as ``read_scenario``."""
    from multipolar.scenario.reading import read_texts

    return read_texts(texts, world)


def catalog() -> tuple[str, ...]:
    """Names of the ready scenarios, as ``read_scenario`` takes them."""
    return tuple(sorted(path.stem for path in CATALOG.glob("*.yaml")))


def default_deficits(scenario: Scenario) -> str:
    """The deficit rule where a file names none (LANGUAGE, Document)."""
    held = [m for _, m in scenario.all_measures()]
    held += [m for base in scenario.baselines for _, m in base.all_measures()]
    return "closed" if any(m.type in CLOSING_TYPES for m in held) else "fixed"


def cases(scenario: Scenario) -> tuple[CaseKey, ...]:
    """All cases: each branch as written, then with each of its alternatives in place of what it replaces."""
    found = []
    for branch in scenario.branches or ("",):
        found.append(CaseKey(branch))
        found += [CaseKey(branch, m.id) for m in in_branch(scenario, branch) if m.alternative_to]
    return tuple(found)


def in_branch(scenario: Scenario, branch: str) -> tuple[Measure, ...]:
    """All measures a branch holds, alternatives included: those of the file, of what it extends, its own."""
    return scenario.measures + tuple(m for each in scenario.lineage(branch) for m in each.measures)


def active(scenario: Scenario, case: CaseKey) -> tuple[Measure, ...]:
    """The measures of a case: alternatives are absent, but for the variant's own, whose target is absent then.

    Raises ``KeyError`` for a branch or variant the scenario does not have.
    """
    if case.active is not None:
        return tuple(m for m in active(scenario, case.whole) if m.id in case.active)
    held = in_branch(scenario, case.branch)
    if not case.variant:
        return tuple(m for m in held if not m.alternative_to)
    replaced = {m.id: m.alternative_to for m in held if m.alternative_to}[case.variant]
    return tuple(m for m in held if m.id == case.variant or (not m.alternative_to and m.id != replaced))


@dataclass(frozen=True, slots=True)
class AssumptionRow:
    """One number of a scenario as the table of assumptions shows it. ``computed``: whether any result depends on it."""

    name: str
    measure: str
    type: str
    value: float
    low: float | None
    high: float | None
    shape: str
    unit: str
    source: str
    line: int | None
    computed: bool


def uncertain(scenario: Scenario) -> Mapping[str, Quantity]:
    """Every uncertain number that a result of some case depends on, by name: ``ID.field``, ``ID.capacity.units``.

    Numbers of baselines come too, as ``BASELINE/ID.field``: they are drawn with the rest.
    """
    computed = {m.id for _, m in scenario.all_measures() if m.not_computed(scenario.stepped) is None}
    found: dict[str, Quantity] = {}
    for base in scenario.baselines:
        found.update(uncertain(base))
        computed |= {m.id for _, m in base.all_measures() if m.not_computed(base.stepped) is None}
    for _, measure in scenario.all_measures():
        if isinstance(measure, Cancel | Lift) and not computed.intersection(measure.targets):
            continue
        for name, quantity in measure.used(scenario.stepped):
            if quantity.uncertain:
                found[f"{scenario.prefix}{measure.id}.{name}"] = quantity
    return found


def group_of(scenario: Scenario, name: str) -> str:
    """The coordinate that draws the uncertain number ``name``: its measure's ``group``, shared, or the name itself.

    Numbers of one coordinate are drawn at the same quantile.
    """
    for each in (scenario, *scenario.baselines):
        for _, measure in each.all_measures():
            if measure.group and name.startswith(f"{each.prefix}{measure.id}."):
                return f"group:{each.prefix}{measure.group}"
    return name


def assumptions(scenario: Scenario) -> tuple[AssumptionRow, ...]:
    """Every number of the file and of its baselines with what stands behind it; no source is said as `assumption`."""
    rows: list[AssumptionRow] = []
    for each in (*scenario.baselines, scenario):
        for _, measure in each.all_measures():
            used = {name for name, _ in measure.used(each.stepped)}
            for name, quantity in measure.quantities():
                source = quantity.source or measure.source or "assumption"
                rows.append(
                    _row(f"{each.prefix}{measure.id}.{name}", measure.id, measure.type, quantity, source, name in used)
                )
    for branch in scenario.branches.values():
        if branch.probability is not None:
            source = branch.probability.source or "assumption"
            rows.append(_row(f"{branch.name}.probability", "", "branch", branch.probability, source, False))
    return tuple(rows)


def _row(name: str, measure: str, kind: str, q: Quantity, source: str, computed: bool) -> AssumptionRow:
    return AssumptionRow(name, measure, kind, q.value, q.low, q.high, q.shape, q.unit, source, q.line, computed)


def as_baseline(scenario: Scenario) -> Scenario:
    """The scenario as the baseline of another: its numbers are named apart."""
    return replace(scenario, prefix=f"{scenario.name}/")
