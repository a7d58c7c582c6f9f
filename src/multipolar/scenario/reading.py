"""From a path, a name or a text to a scenario: found, read, joined by ``extends``, checked; all problems at once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from multipolar.base.documents import parse, read_text
from multipolar.base.forms import Reading, name_problem, read_record
from multipolar.base.problems import Collector, Problem, ScenarioError, few_hints, nearest, shown
from multipolar.scenario import checks
from multipolar.scenario.document import Actors, BranchForm, Document, Horizon, ReportForm
from multipolar.scenario.measures import Measure
from multipolar.scenario.scenario import (
    CATALOG,
    Branch,
    Scenario,
    SourceText,
    as_baseline,
    catalog,
    default_deficits,
)
from multipolar.scenario.values import Labels

if TYPE_CHECKING:
    from multipolar.world.world import World

LONGEST_CHAIN = 20


@dataclass(frozen=True, slots=True)
class Source:
    """A file that is found: its text, what it is called, and the folder its names are looked up in.

    ``known``: sources by name that stand in place of folder and catalog (a scenario read from kept texts). ``named``:
    what it named so far.
    """

    name: str
    text: str
    where: str
    path: Path | None
    known: dict[str, Source] | None = None
    named: dict[str, Source] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What tells two sources apart in a ring of ``extends``."""
        return str(self.path.resolve()) if self.path is not None else self.where


@dataclass(slots=True)
class Joined:
    """A document with all it extends: the last file that gave each key, all texts, and what was replaced."""

    document: Document
    given_by: dict[str, Document]
    texts: list[str]
    log: list[str] = field(default_factory=list)


def read(source: str | Path, world: World | None = None) -> Scenario:
    """See ``scenario.read_scenario``."""
    return _read(find(source), world)


def read_texts(texts: Sequence[SourceText], world: World | None = None) -> Scenario:
    """See ``scenario.reread``."""
    held = [Source(each.name, each.text, f"{shown(each.name)}.yaml", None, {}) for each in texts]
    for k, source in enumerate(held):
        if any(other.name == source.name for other in held[:k]):
            held[k] = replace(source, where=f"{source.where} ({k + 1})")  # two texts of one name are told apart
    for source, text in zip(held, texts, strict=True):
        assert source.known is not None
        source.known.update({name: held[k] for name, k in text.names.items()})
    return _read(held[0], world)


def _read(source: Source, world: World | None) -> Scenario:
    labels = Labels() if world is None else Labels(world.countries, world.sectors, world.name)
    problems = Collector()
    with few_hints():
        scenario = _scenario(source, labels, problems, ())
    problems.raise_if_any(ScenarioError)
    if scenario is None:
        raise ScenarioError("the scenario cannot be read")  # not reached: a missing scenario has left a problem
    return replace(scenario, texts=_texts(source))


def _texts(source: Source) -> tuple[SourceText, ...]:
    """A source and all it rests on, each text once, in the order in which they were met."""
    held = {source.key: source}
    waiting = [source]
    while waiting:
        for each in waiting.pop(0).named.values():
            if each.key not in held:
                held[each.key] = each
                waiting.append(each)
    place = {key: k for k, key in enumerate(held)}
    return tuple(
        SourceText(each.name, each.text, {name: place[other.key] for name, other in each.named.items()})
        for each in held.values()
    )


def find(source: str | Path) -> Source:
    """The text of a path, of a catalog name, or the text itself; raises ``ScenarioError`` where there is none."""
    if isinstance(source, str) and "\n" in source:
        return Source("scenario", source, "scenario", None)
    text = str(source)
    if isinstance(source, Path) or text.endswith((".yaml", ".yml")) or "/" in text or "\\" in text:
        path = Path(source)
        held = read_text(path)
        # A file name is bytes; the name it gives is the same text in any locale, what is not UTF-8 as escapes.
        name = os.fsencode(path.stem).decode("utf-8", "backslashreplace")
        return Source(name, held, shown(text, 400), path)
    found = _named(text, None)
    if found is not None:
        return found
    close = nearest(text, catalog())
    end = f" Did you mean `{close}`?" if close else f" The catalog has {', '.join(catalog())}."
    raise ScenarioError(Problem(f"no scenario `{shown(text)}`.{end} A file is given with its ending: NAME.yaml."))


def _named(name: str, folder: Path | None) -> Source | None:
    """A scenario by its plain name: in the folder of the file that names it, else in the catalog."""
    if name_problem(name) is not None:
        return None
    for place in (folder, CATALOG):
        path = None if place is None else place / f"{name}.yaml"
        if path is not None and os.path.lexists(path):
            return Source(name, read_text(path), _called(path), path)
    return None


def _called(path: Path) -> str:
    """A file as messages call it: those of the catalog by name, others by their path."""
    return path.name if path.parent == CATALOG else shown(path, 400)


def _scenario(source: Source, labels: Labels, problems: Collector, stack: tuple[str, ...]) -> Scenario | None:
    """A scenario from its source, its baselines read with it; None where it cannot be built at all."""
    joined = _document(source, problems, ())
    if joined is None:
        return None
    document = joined.document
    bases = _baselines(source, joined, labels, problems, (*stack, source.key))
    given: dict[str, BranchForm] = {name: each for name, each in (document.branches or {}).items() if each is not None}
    texts = [*joined.texts, *(base.digest for base in bases)]
    scenario = Scenario(
        name=source.name,
        title=document.title or {},
        summary=document.summary or {},
        horizon=document.horizon or Horizon(),
        baseline=document.baseline or (),
        baselines=tuple(as_baseline(base) for base in bases),
        measures=document.measures or (),
        branches={
            name: Branch(name, each.probability, each.extends, each.measures or ()) for name, each in given.items()
        },
        report=document.report or ReportForm(),
        responses=document.responses,
        firms=(document.actors.firms or ()) if document.actors else (),
        blocs=checks.blocs(document.actors, labels, problems),
        text=source.text,
        digest=hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest(),
        path=source.path,
        where=source.where,
        log=tuple(joined.log),
    )
    scenario = replace(scenario, deficits=document.deficits or default_deficits(scenario))
    checks.check(scenario, given, joined.given_by, labels, problems)
    return scenario


def _baselines(
    source: Source, joined: Joined, labels: Labels, problems: Collector, stack: tuple[str, ...]
) -> list[Scenario]:
    """The scenarios in force already. A baseline is one set of measures: it has no baseline and no branches itself."""
    found: list[Scenario] = []
    giver = joined.given_by.get("baseline", joined.document)
    line, column = giver.spot.of("baseline")

    def wrong(k: int, message: str) -> None:
        problems.add(message, line, column, f"baseline[{k}]", giver.spot.where)

    for k, name in enumerate(joined.document.baseline or ()):
        named = _named_or_problem(name, source, problems, (line, column), f"baseline[{k}]", giver.spot.where)
        if named is None:
            continue
        if named.key in stack:
            wrong(k, f"`{shown(name)}` stands on itself.")
            continue
        if any(base.name == name for base in found):
            wrong(k, f"`{shown(name)}` stands twice.")
            continue
        base = _scenario(named, labels, problems, stack)
        if base is None:
            continue
        if base.baseline or base.branches:
            what = "a baseline of its own" if base.baseline else "branches"
            wrong(k, f"`{shown(name)}` has {what}; a baseline is one set of measures.")
        found.append(base)
    return found


def _named_or_problem(
    name: str, source: Source, problems: Collector, at: tuple[int | None, int | None], path: str, where: str
) -> Source | None:
    """A scenario another one names, or a problem at the place of the name."""
    folder = None if source.path is None else source.path.parent
    try:
        found = _named(name, folder) if source.known is None else source.known.get(name)
    except ScenarioError as error:
        problems.problems.extend(error.problems)
        return None
    if found is None:
        here = [] if folder is None else [each.stem for each in sorted(folder.glob("*.yaml"))[:1000]]
        close = nearest(name, [*here, *catalog()])
        end = f" Did you mean `{shown(close)}`?" if close else ""
        problems.add(f"no scenario `{shown(name)}` in this folder or the catalog.{end}", *at, path, where)
        return None
    source.named[name] = found
    return found


def _document(source: Source, problems: Collector, stack: tuple[str, ...]) -> Joined | None:
    """The document of a source, joined with all it extends."""
    own = Collector(source.where)
    try:
        root = parse(source.text, own)
        document: Document | None = read_record(Document, root, "", Reading(own, source.where), "a scenario")
    except ScenarioError as error:
        problems.problems.extend(error.problems)
        return None
    problems.problems.extend(own.problems)
    if document is None:
        return None
    given = {key: document for key in root.entries}
    joined = Joined(document, given, [source.text])
    if document.extends is None:
        return joined
    at = document.spot.of("extends")
    parent = _named_or_problem(document.extends, source, problems, at, "extends", source.where)
    if parent is None:
        return joined
    if parent.key in (*stack, source.key) or len(stack) > LONGEST_CHAIN:
        problems.add(f"`{shown(document.extends)}` extends itself, by way of others.", *at, "extends", source.where)
        return joined
    below = _document(parent, problems, (*stack, source.key))
    return joined if below is None else _join(below, joined, parent.name, source.name)


def _join(below: Joined, above: Joined, below_name: str, name: str) -> Joined:
    """``above`` on top of ``below``: its keys win; measures are joined by id, branches and blocs by name."""
    log = [*below.log]
    old, new = below.document, above.document
    values = {
        item.attribute: getattr(new if key in above.given_by else old, item.attribute)
        for key, item in Document.entries.items()
    }
    values["measures"] = _join_measures(old.measures, new.measures, log, below_name, name)
    values["actors"] = _join_actors(old.actors, new.actors)
    values["branches"] = _join_branches(old.branches, new.branches, log, below_name, name)
    return Joined(
        Document(**values, spot=new.spot), {**below.given_by, **above.given_by}, [*above.texts, *below.texts], log
    )


def _join_measures(
    old: tuple[Measure, ...] | None, new: tuple[Measure, ...] | None, log: list[str], below: str, name: str
) -> tuple[Measure, ...]:
    """Lists joined by id: a later measure stands in the place of the one it replaces."""
    # A measure whose id could not be read has none; it is kept under its place, for the other checks.
    joined: dict[object, Measure] = {m.id or id(m): m for m in old or ()}
    added = []
    for measure in new or ():
        if measure.id in joined and joined[measure.id].spot.where != measure.spot.where:
            log.append(f"`{measure.id}` of `{below}` is replaced by that of `{name}`, line {measure.spot.line}")
            joined[measure.id] = measure
        else:
            added.append(measure)
    return (*joined.values(), *added)


def _join_actors(old: Actors | None, new: Actors | None) -> Actors | None:
    if old is None or new is None:
        return new or old
    firms = tuple(dict.fromkeys((*(old.firms or ()), *(new.firms or ()))))
    return Actors(blocs={**(old.blocs or {}), **(new.blocs or {})}, firms=firms, spot=new.spot)


def _join_branches(
    old: Mapping[str, BranchForm] | None, new: Mapping[str, BranchForm] | None, log: list[str], below: str, name: str
) -> dict[str, BranchForm]:
    joined = dict(old or {})
    for key, branch in (new or {}).items():
        before = joined.get(key)
        if before is None or branch is None:
            joined[key] = branch
            continue
        joined[key] = BranchForm(
            probability=branch.probability or before.probability,
            extends=branch.extends or before.extends,
            measures=_join_measures(before.measures, branch.measures, log, below, name),
            spot=branch.spot,
        )
    return joined
