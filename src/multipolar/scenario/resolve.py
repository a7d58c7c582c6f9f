"""A scenario, a world, a case and a draw to the shocks the model takes.

**When measures meet on one flow** (LANGUAGE), in this order:

1. ``cancel`` multiplies the size of its targets in the file by 1 - share, ``lift`` that of its targets in the baseline;
   several of them on one target multiply. The size of a new tax level is its distance from the present one.
2. New levels (``rate``) of tariffs and export taxes are set. Two of them on one flow are an error.
3. Points (``add``) add up, on the new level where there is one, else on the present one: the order of measures in the
   file plays no part.
4. Trade costs multiply. Blocked shares of coverage ``thin`` combine as 1 - (1 - a)(1 - b), lists are nested (the larger
   holds); a list beside a thin share acts on what that lets through. A full ban beats all, whatever its coverage.
   Licences whose rents are earned compound among themselves, and act as taxes.
5. Productivity and research multiply, transfers add, ventures stand side by side. Shared technology adds up; what
   controls of know-how leave multiplies.

All of this touches flows between two different countries only. Measures of baselines are resolved together, on the
world as loaded, by ``resolve_baseline``; measures of the file then act on what that reference world still trades.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multipolar.base.problems import ScenarioError, of_kind
from multipolar.model.shocks import Shocks
from multipolar.scenario.checks import check_for_world
from multipolar.scenario.document import Horizon
from multipolar.scenario.draft import Draft, Step
from multipolar.scenario.measures import Cancel, Lift, Measure
from multipolar.scenario.measures.finance import PaymentRail
from multipolar.scenario.measures.measure import Acting
from multipolar.scenario.measures.technology import Research
from multipolar.scenario.measures.trade import BlockMeasure
from multipolar.scenario.scenario import CaseKey, Scenario, active, cases
from multipolar.scenario.timing import over, share_in_force, whole_by
from multipolar.scenario.values import Labels
from multipolar.world import groups
from multipolar.world.world import World

NO_DRAW: Mapping[str, float] = {}
IN_A_BASELINE = "knowledge of the baseline is the path that everything is measured against"
ALONG_THE_PATH = "it acts along the years of the horizon, and not in one comparison"
RESEARCH_SECTOR = "M"
INDEX_FIELDS = {"co2": "emissions", "gap": "population", "leadership": "knowledge"}  # what an index cannot do without


@dataclass(frozen=True, slots=True)
class NotComputed:
    """A measure, or a part of one, without effect in the numbers, and why."""

    measure: str
    type: str
    line: int | None
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class RailShare:
    """A rail settles a ``share`` of the payments on some corridors: ``pairs`` [i,n], sellers and buyers."""

    measure: str
    rail: str
    pairs: NDArray[np.bool_]
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class Resolution:
    """What a case becomes: the shocks, which line made which cells, what has no effect, and what must be said.

    ``learning``: for each venture, what its host's producers learn from it, as a share of its part of the sector.
    ``rails``: what measures say of settlement; it moves currencies of settlement alone, no cost and no trade.
    """

    shocks: Shocks
    log: tuple[Step, ...] = ()
    not_computed: tuple[NotComputed, ...] = ()
    notes: tuple[str, ...] = ()
    learning: tuple[float, ...] = ()
    rails: tuple[RailShare, ...] = ()


def resolve(
    scenario: Scenario,
    world: World,
    case: CaseKey | None = None,
    draw: Mapping[str, float] = NO_DRAW,
    year: int | None = None,
) -> Resolution:
    """The shocks of one case and one draw, against the reference world that holds the baseline already.

    ``case``: one of ``cases(scenario)``; without it the first, all measures in the first branch as written.
    ``draw`` maps names of ``scenario.uncertain`` to drawn values; what it leaves out stays central. ``year``: what is
    in force at its end, as far as it is phased in, measures of knowledge included; None: one comparison, with all that
    is in force at the end of the horizon fully phased in and without what only years can bring. Raises
    ``ScenarioError`` where a name is not in the world, two ``rate``s meet, or a measure cannot be carried out.
    """
    of_kind("resolve", "scenario", scenario, Scenario)
    of_kind("resolve", "world", world, World)
    check_for_world(scenario, Labels(world.countries, world.sectors, world.name))
    case = cases(scenario)[0] if case is None else case
    draft = Draft(world, draw)
    not_computed = _apply(draft, scenario, active(scenario, case), year, {})
    rails = _rails(draft, scenario, active(scenario, case), year, {})
    draft.settle()
    draft.problems.raise_if_any(ScenarioError)
    notes = (*scenario_notes(scenario, year), *_left_out(scenario, world, active(scenario, case)), *draft.notes)
    return Resolution(
        draft.shocks(scenario.deficits),
        tuple(draft.log),
        (*not_computed, *_keys_not_computed(scenario, world)),
        tuple(dict.fromkeys(notes)),
        tuple(learnt for learnt, _ in draft.learning),
        rails,
    )


def resolve_baseline(
    scenario: Scenario,
    world: World,
    case: CaseKey,
    draw: Mapping[str, float] = NO_DRAW,
    year: int | None = None,
) -> Resolution:
    """The shocks that put the baseline in force on the world as loaded, less what the case lifts (by ``year``).

    The baseline itself is that of the end of the horizon in every year: the path is measured against one world.

    All baselines of the scenario come as one set; the deficit rule is that of the scenario. Without a ``baseline`` the
    shocks change nothing.
    """
    draft = Draft(world, draw)
    lifted = lifts(scenario, case, draw, year)
    not_computed: list[NotComputed] = []
    notes: list[str] = []
    rails: list[RailShare] = []
    for base in scenario.baselines:
        check_for_world(base, Labels(world.countries, world.sectors, world.name))
        measures = active(base, CaseKey())
        not_computed += _apply(draft, base, measures, None, lifted, scenario.horizon)
        rails += _rails(draft, base, measures, None, lifted, scenario.horizon)
        _refuse_rents_of_others(draft, measures)
        notes += _left_out(base, world, measures)
    draft.problems.raise_if_any(ScenarioError)
    return Resolution(
        draft.shocks(scenario.deficits),
        tuple(draft.log),
        tuple(not_computed),
        tuple(dict.fromkeys((*notes, *draft.notes))),
        rails=tuple(rails),
    )


def in_force(scenario: Scenario, case: CaseKey, year: int) -> tuple[float, ...]:
    """The part of every measure of a case that is in force at the end of a year: all that shocks take of the year."""
    return tuple(share_in_force(measure, scenario.horizon, year) for measure in active(scenario, case))


def last_year(scenario: Scenario) -> int | None:
    """The year of the headline where years are computed one by one, else None."""
    return scenario.horizon.years[-1] if scenario.horizon.years else None


def _refuse_rents_of_others(draft: Draft, measures: Iterable[Measure]) -> None:
    """A reference world keeps rents as tariffs or export taxes, so not those of third countries (ECONOMICS 0.8)."""
    for measure in measures:
        if isinstance(measure, BlockMeasure) and not isinstance(measure.earned_by, str):
            draft.problem(measure, "rents", "shares by country cannot stand in a baseline; use importer or exporter.")


def lifts(
    scenario: Scenario, case: CaseKey, draw: Mapping[str, float] = NO_DRAW, year: int | None = None
) -> dict[str, float]:
    """Share of each baseline measure that a case lifts, by its id; several lifts combine as 1 - (1 - a)(1 - b).

    Two cases with equal lifts stand on the same reference world. ``year`` as in ``resolve``.
    """
    left = _left(scenario, active(scenario, case), scenario.horizon, year, draw, Lift)
    return {target: 1.0 - share for target, share in left.items()}


def _left(
    scenario: Scenario,
    measures: Iterable[Measure],
    horizon: Horizon,
    year: int | None,
    draw: Mapping[str, float],
    kind: type[Cancel | Lift],
) -> dict[str, float]:
    """What is left of each target: the product of 1 - share over measures of one kind."""
    left: dict[str, float] = {}
    for measure in measures:
        in_force = share_in_force(measure, horizon, year)
        if isinstance(measure, kind) and in_force > 0:
            share = in_force * draw.get(f"{scenario.prefix}{measure.id}.share", measure.share.value)
            for target in measure.targets:
                left[target] = left.get(target, 1.0) * (1.0 - share)
    return left


def _scale(measure: Measure, in_force: float, left: Mapping[str, float], lifted: Mapping[str, float]) -> float:
    """The part of its size with which a measure acts: as far as it is in force, not cancelled and not lifted."""
    return in_force * left.get(measure.id, 1.0) * (1.0 - lifted.get(measure.id, 0.0))


def _apply(
    draft: Draft,
    scenario: Scenario,
    measures: tuple[Measure, ...],
    year: int | None,
    lifted: Mapping[str, float],
    horizon: Horizon | None = None,
) -> list[NotComputed]:
    """Write every measure of a file into the draft; gives those, and those parts, that have no effect.

    ``horizon`` where it is not that of the file: a baseline follows the scenario that stands on it.
    """
    horizon = horizon or scenario.horizon
    last = horizon.to if year is None else year
    draft.of_file(scenario.blocs, scenario.prefix)
    left = _left(scenario, measures, horizon, year, draft.draw, Cancel)
    not_computed: list[NotComputed] = []
    said: dict[str, list[str]] = {}
    # New levels first, so that points come on top of them wherever they stand in the file.
    for measure in sorted(measures, key=lambda m: getattr(m, "rate", None) is None):
        if isinstance(measure, Cancel | Lift):
            continue
        reason = _why_not(measure, scenario, draft.world, year)
        reasons = (reason,) if reason else measure.parts_not_computed(year is not None)
        not_computed += [NotComputed(measure.id, measure.type, measure.spot.line, why) for why in reasons]
        if reason:
            continue
        in_force = share_in_force(measure, horizon, year)
        if over(measure, last):
            draft.notes.append(f"`{measure.id}` ends on {measure.until} and is not in force at the end of {last}")
        scale = _scale(measure, in_force, left, lifted)
        if scale > 0.0 and isinstance(measure, Acting):
            measure.apply(draft, scale)
            for remark in measure.remarks():
                said.setdefault(remark, []).append(measure.id)
        whole = whole_by(measure)
        if last is not None and not over(measure, last) and measure.phase_in and whole and whole > last + 1:
            how = "computed as fully in force" if year is None else f"at {in_force:.0%} then"
            said.setdefault(f"phased in only after {last}, and {how}", []).append(measure.id)
    draft.notes += [f"{remark}: {', '.join(f'`{each}`' for each in ids)}" for remark, ids in said.items()]
    order = {m.id: k for k, m in enumerate(measures)}
    return sorted(not_computed, key=lambda each: order[each.measure])


def _rails(
    draft: Draft,
    scenario: Scenario,
    measures: tuple[Measure, ...],
    year: int | None,
    lifted: Mapping[str, float],
    horizon: Horizon | None = None,
) -> tuple[RailShare, ...]:
    """What the payment rails of a file settle, as far as they are in force; arguments as in ``_apply``, after it."""
    rails = [measure for measure in measures if isinstance(measure, PaymentRail)]
    if not rails:
        return ()
    horizon = horizon or scenario.horizon
    left = _left(scenario, measures, horizon, year, draft.draw, Cancel)
    found = []
    for measure in rails:
        scale = _scale(measure, share_in_force(measure, horizon, year), left, lifted)
        share = scale * draft.value(measure, "share_of_settlement", measure.share_of_settlement)
        one, other = (np.isin(draft.world.countries, side.codes(draft.blocs, draft.world.countries))
                      for side in measure.between)  # fmt: skip
        pairs = np.outer(one, other) | np.outer(other, one)
        np.fill_diagonal(pairs, False)
        if share > 0.0 and pairs.any():
            found.append(RailShare(measure.id, measure.rail, pairs, share))
    return tuple(found)


def _why_not(measure: Measure, scenario: Scenario, world: World, year: int | None) -> str | None:
    """Why a measure has no effect in this file, on this world, in this kind of comparison."""
    if not measure.needs_years() or measure.not_computed() is not None:
        return measure.not_computed()
    if scenario.prefix:
        return IN_A_BASELINE
    if year is None:
        return ALONG_THE_PATH if scenario.horizon.years else measure.not_computed(years=False)
    if "knowledge" not in world.fields:
        return f"world `{world.name}` has no field `knowledge`"
    if isinstance(measure, Research):
        if "research" not in world.fields:
            return f"world `{world.name}` has no field `research`, what is spent on it: it would come free"
        if RESEARCH_SECTOR not in world.sectors:
            return f"world `{world.name}` has no sector {RESEARCH_SECTOR}, from which research is bought"
    return None


def scenario_notes(scenario: Scenario, year: int | None = None) -> tuple[str, ...]:
    """What must be said of every case of a scenario: what ``extends`` replaced, and its years."""
    return (*scenario.log, *_years(scenario, year))


def _years(scenario: Scenario, year: int | None) -> tuple[str, ...]:
    """How the years of the horizon are computed."""
    horizon = scenario.horizon
    if horizon.to is None:
        dated = [m.id for _, m in scenario.all_measures() if m.until is not None]
        if not dated:
            return ()
        ids = ", ".join(f"`{each}`" for each in dated)
        return (f"the horizon names no years: measures with an end are computed as in force: {ids}",)
    span = f"{horizon.start} to {horizon.to}" if horizon.start is not None else f"until {horizon.to}"
    if year is not None:
        return (
            f"the years {span} are computed one by one, each with what is in force at its end, as far as it is phased "
            f"in; knowledge links them; the numbers are those of {horizon.to}",
        )
    return (
        f"the years {span} are computed as one comparison: the economy with all that is in force at the end of "
        f"{horizon.to}, fully phased in, against the reference world; the years between need a first and a last year",
    )


def _keys_not_computed(scenario: Scenario, world: World) -> list[NotComputed]:
    """Parts of the file beside its measures that no number comes from yet."""
    found = [NotComputed(firm, "firm", None, "results of firms are not modelled yet") for firm in scenario.firms]
    if scenario.responses is not None:
        line = scenario.responses.spot.line
        found.append(NotComputed("responses", "responses", line, "best replies are not computed yet"))
    report, line = scenario.report, scenario.report.spot.line
    if report.threshold:
        found.append(NotComputed(report.threshold, "threshold", line, "thresholds are not computed yet"))
    for index in report.indices or ():
        needed = INDEX_FIELDS.get(index)
        if needed is not None and needed not in world.fields:
            why = f"world `{world.name}` has no field `{needed}`; use another world, or drop it from `report`"
            found.append(NotComputed(index, "index", line, why))
    return found


def _left_out(scenario: Scenario, world: World, measures: Iterable[Measure]) -> list[str]:
    """Members of blocs that the world does not hold, for blocs that a measure names."""
    here = frozenset(world.countries)
    named = {each.name for m in measures for places in m.places() for each in places.names}
    notes = []
    for bloc in sorted(named.intersection(scenario.blocs) - here):
        missing = [code for code in groups.expand([bloc], scenario.blocs, world.countries) if code not in here]
        if missing:
            verb, whose = ("has", "its") if len(missing) == 1 else ("have", "their")
            notes.append(f"{', '.join(missing)} of `{bloc}` {verb} no figures of {whose} own in world `{world.name}`")
    return notes


def explain_flow(
    scenario: Scenario, world: World, origin: str, destination: str, sector: str
) -> tuple[tuple[CaseKey, tuple[Step, ...]], ...]:
    """For each case the steps that made the values of one flow, the baseline's first, with its own values.

    Names may be any a scenario may use. Raises ``UnknownLabelError`` for a name that is no country or sector.
    """
    country = world.axes.country
    trace = (
        groups.position(origin, country), groups.position(destination, country), world.axes.sector.index(sector)
    )  # fmt: skip
    found = []
    year = last_year(scenario)
    for case in cases(scenario):
        draft = Draft(world, NO_DRAW, trace)
        lifted = lifts(scenario, case, year=year)
        for base in scenario.baselines:
            _apply(draft, base, active(base, CaseKey()), None, lifted, scenario.horizon)
        in_force = draft.log
        draft = Draft(world, NO_DRAW, trace)
        _apply(draft, scenario, active(scenario, case), year, {})
        found.append((case, (*in_force, *draft.log)))
    return tuple(found)
