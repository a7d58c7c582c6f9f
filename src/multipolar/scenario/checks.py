"""What must hold between the parts of a scenario: names name something, dates are in order, chances sum to one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from multipolar.base.forms import hint, join
from multipolar.base.problems import Collector, ScenarioError, nearest, shown
from multipolar.scenario.document import MOST_MEASURES, Actors, BranchForm, Document
from multipolar.scenario.measures import Cancel, Lift, Measure
from multipolar.scenario.measures.technology import JointVenture
from multipolar.scenario.measures.trade import ExportTax, Tariff
from multipolar.scenario.scenario import Scenario, cases, in_branch
from multipolar.scenario.values import Labels, Places, check_places, check_sectors, place_problems
from multipolar.world import groups

SUM_TOLERANCE = 1e-6
MOST_BLOCS = 100
MOST_BRANCHES = 100
MOST_CASES = 1_000


def blocs(actors: Actors | None, labels: Labels, problems: Collector) -> dict[str, tuple[str, ...]]:
    """Members of every declared bloc, as codes; what is wrong with a bloc is noted at its place."""
    if actors is None:
        return {}
    declared = {name: bloc for name, bloc in (actors.blocs or {}).items() if bloc is not None}
    if len(declared) > MOST_BLOCS:
        spot = actors.spot
        many = f"{len(declared):,} blocs; at most {MOST_BLOCS} are declared."
        problems.add(many, *spot.of("blocs"), join(spot.path, "blocs"), spot.where)
        return {}
    members: dict[str, tuple[str, ...]] = {}
    for name, bloc in declared.items():
        spot = bloc.spot
        if bloc.members_as_of is not None:
            message = _dated_problem(name, bloc.members_as_of)
            if message:
                problems.add(message, *spot.of("members_as_of"), spot.path, spot.where)
            members[name] = () if message else groups.bloc_members(name, bloc.members_as_of)
        elif bloc.members is not None:
            members[name] = tuple(each.name for each in bloc.members.names)
        else:
            members[name] = ()
        taken = name in groups.PREDEFINED or name in (labels.countries or ()) or groups.country_code(name) is not None
        if taken:
            problems.add(f"`{shown(name)}` is taken: a country or bloc has this name already.", spot.line, spot.column,
                         spot.path, spot.where)  # fmt: skip
    for bloc in declared.values():
        if bloc.members is not None and not bloc.members.everyone:
            for each, message in place_problems(bloc.members, members, labels):
                if groups.country_code(each.name) is None:  # countries that the world leaves out may be members
                    problems.add(message, each.line, each.column, each.path, each.where)
    flat: dict[str, tuple[str, ...]] = {}
    for name in members:
        try:
            flat[name] = groups.expand([name], members, labels.countries or ())
        except groups.BlocCycleError as error:
            flat[name] = ()
            if name == min(error.ring):  # each ring once
                spot = declared[name].spot
                problems.add(str(error), spot.line, spot.column, spot.path, spot.where)
    return flat


def _dated_problem(name: str, year: int) -> str | None:
    known = groups.blocs()
    if name not in known:
        return f"no dated list `{shown(name)}`. {hint(name, tuple(known))} Own blocs are written {{list: [...]}}."
    if not groups.bloc_members(name, year):
        return f"{name} has no members at the end of {year}; its list begins in {groups.first_year(name)}."
    return None


def check(
    scenario: Scenario,
    branches: Mapping[str, BranchForm],
    given_by: Mapping[str, Document],
    labels: Labels,
    problems: Collector,
) -> None:
    """All checks between parts. Values that could not be read are None here, and left out."""
    if len(scenario.branches) > MOST_BRANCHES:
        giver = given_by["branches"].spot
        message = f"{len(scenario.branches):,} branches; at most {MOST_BRANCHES} stand in a file."
        problems.add(message, *giver.of("branches"), "branches", giver.where)
        return
    cut = _check_extends(branches, problems)
    held = {name: replace(each, extends=None) if name in cut else each for name, each in scenario.branches.items()}
    scenario = replace(scenario, branches=held)
    _check_ids(scenario, problems)
    _check_links(scenario, problems)
    _check_firms(scenario, problems)
    _check_dates(scenario, problems)
    _check_probabilities(given_by, branches, problems)
    check_names(scenario, labels, problems)
    check_rates(scenario, labels, problems)


def _check_extends(branches: Mapping[str, BranchForm], problems: Collector) -> set[str]:
    """Branches whose ``extends`` cannot be followed, each noted."""
    cut = set()
    ring = _ring(branches)
    for name, branch in branches.items():
        if branch.extends is None:
            continue
        at = (*branch.spot.of("extends"), join(branch.spot.path, "extends"), branch.spot.where)
        if branch.extends not in branches:
            problems.add(f"no branch `{shown(branch.extends)}`. {hint(branch.extends, tuple(branches))}", *at)
            cut.add(name)
        elif name in ring:
            if name == ring[0]:
                problems.add(f"the branch extends itself: {shown(' > '.join((*ring, ring[0])), 200)}.", *at)
            cut.add(name)
    return cut


def _ring(branches: Mapping[str, BranchForm]) -> tuple[str, ...]:
    """The first ring of branches that extend each other."""
    for start in branches:
        chain: list[str] = []
        name: str | None = start
        while name is not None and name in branches and name not in chain:
            chain.append(name)
            name = branches[name].extends
        if name in chain:
            return tuple(chain[chain.index(name) :])
    return ()


def at_key(measure: Measure, key: str) -> tuple[int | None, int | None, str, str]:
    """Line, column, path and file of a value of a measure, as ``Collector.add`` takes them."""
    return (*measure.spot.of(key), join(measure.spot.path, key), measure.spot.where)


def _check_ids(scenario: Scenario, problems: Collector) -> None:
    seen: dict[str, Measure] = {}
    count = 0
    for _, measure in scenario.all_measures():
        count += 1
        if not measure.id:
            continue
        if measure.id in seen:
            first = seen[measure.id]
            where = "" if first.spot.where == measure.spot.where else f" of {first.spot.where}"
            message = f"`{measure.id}` stands twice; the first is on line {first.spot.line}{where}."
            problems.add(message, *at_key(measure, "id"))
        else:
            seen[measure.id] = measure
    if count > MOST_MEASURES:
        problems.add(
            f"{count:,} measures; at most {MOST_MEASURES:,} stand in a file.", 1, 1, "measures", scenario.where
        )
    several = len(cases(scenario))
    if several > MOST_CASES:
        message = f"{several:,} cases of branches and alternatives; at most {MOST_CASES:,} are computed."
        problems.add(message, 1, 1, "measures", scenario.where)


def _check_links(scenario: Scenario, problems: Collector) -> None:
    """``alternative_to``, ``cancel`` and ``lift`` name measures they can act on."""
    by_id = {m.id: m for _, m in scenario.all_measures() if m.id}
    together = _together(scenario)
    in_force = {m.id: m for base in scenario.baselines for m in base.measures}
    for _, measure in scenario.all_measures():
        if measure.alternative_to is not None:
            message = _target_problem(measure, measure.alternative_to, by_id, together)
            if message is None and by_id[measure.alternative_to].alternative_to is not None:
                message = f"`{measure.alternative_to}` is an alternative itself."
            if message:
                problems.add(message, *at_key(measure, "alternative_to"))
        if isinstance(measure, Cancel):
            for target in measure.targets or ():
                message = _target_problem(measure, target, by_id, together)
                if message:
                    problems.add(message, *at_key(measure, "targets"))
        elif isinstance(measure, Lift):
            for target in measure.targets or ():
                message = _lift_problem(target, in_force, scenario)
                if message:
                    problems.add(message, *at_key(measure, "targets"))


def _together(scenario: Scenario) -> list[frozenset[str]]:
    """Ids in force together, one set a branch."""
    return [frozenset(m.id for m in in_branch(scenario, name) if m.id) for name in scenario.branches or ("",)]


def _target_problem(
    measure: Measure, target: str, by_id: Mapping[str, Measure], together: Iterable[frozenset[str]]
) -> str | None:
    if target not in by_id:
        close = nearest(target, (name for name in by_id if name != measure.id))
        return f"no measure `{shown(target)}` in this file.{f' Did you mean `{close}`?' if close else ''}"
    if target == measure.id:
        return "the measure names itself."
    if isinstance(by_id[target], Cancel | Lift):
        return f"`{target}` is a `{by_id[target].type}`, which has no size of its own."
    if measure.id and not any({measure.id, target} <= ids for ids in together):
        return f"`{target}` and `{measure.id}` stand in branches that are never in force together."
    return None


def _lift_problem(target: str, in_force: Mapping[str, Measure], scenario: Scenario) -> str | None:
    if target in in_force:
        if isinstance(in_force[target], Cancel | Lift):
            return f"`{target}` is a `{in_force[target].type}`, which has no size of its own."
        return None
    if not scenario.baseline:
        return "there is no `baseline`: nothing is in force that could be lifted."
    close = nearest(target, in_force)
    end = f" Did you mean `{close}`?" if close else f" It holds {', '.join(f'`{name}`' for name in in_force)}."
    return f"no measure `{shown(target)}` in the baseline.{end}"


def _check_firms(scenario: Scenario, problems: Collector) -> None:
    if any(problem.path.startswith("actors.firms") for problem in problems.problems):
        return  # which firms are declared could not be read
    for _, measure in scenario.all_measures():
        firm = getattr(measure, "firm", None)
        if firm is not None and firm not in scenario.firms:
            end = hint(firm, scenario.firms) if scenario.firms else "None is declared: write `firms: [NAME]` there."
            problems.add(f"`{shown(firm)}` is no firm of `actors`. {end}", *at_key(measure, "firm"))


def _check_dates(scenario: Scenario, problems: Collector) -> None:
    first, last = scenario.horizon.start, scenario.horizon.to
    if first is not None and last is not None and last < first:
        last = None  # noted already; dates cannot be held against it
    for _, measure in scenario.all_measures():
        start, until = measure.start, measure.until
        if start is not None and until is not None and until < start:
            problems.add(f"{until} is before {start}, the first day in force.", *at_key(measure, "until"))
        if start is not None and last is not None and start > date(last, 12, 31):
            problems.add(f"{start} is after {last}, the last year of the horizon.", *at_key(measure, "from"))


def _check_probabilities(
    given_by: Mapping[str, Document], branches: Mapping[str, BranchForm], problems: Collector
) -> None:
    points = [each.probability for each in branches.values()]
    unread = "branches" in given_by and None in (given_by["branches"].branches or {}).values()
    if not points or unread or any(each is None or not each.central for each in points):
        return
    total = sum(each.value for each in points if each is not None)
    if abs(total - 1.0) > SUM_TOLERANCE and "branches" in given_by:
        spot = given_by["branches"].spot
        message = f"the probabilities sum to {total:.6g}, not to 1. Change one, or leave one out."
        problems.add(message, *spot.of("branches"), "branches", spot.where)


def check_names(scenario: Scenario, labels: Labels, problems: Collector) -> None:
    """Every country and sector that a measure names is one of the world, as far as a world is given."""
    for _, measure in scenario.all_measures():
        for places in measure.places():
            check_places(places, scenario.blocs, labels, problems)
        for sectors in measure.sectors_named():
            check_sectors(sectors, labels, problems)
        if isinstance(measure, JointVenture):
            _check_venture(measure, scenario, labels, problems)
    for players in (*(scenario.responses.players or () if scenario.responses else ()), scenario.report.pinned):
        if players is not None:
            check_places(players, scenario.blocs, labels, problems)


def _check_venture(measure: JointVenture, scenario: Scenario, labels: Labels, problems: Collector) -> None:
    """One investor and one host, not the same."""
    found = {}
    for key in ("investor", "host"):
        places: Places | None = getattr(measure, key)
        if places is not None:
            codes = groups.expand([each.name for each in places.names], scenario.blocs, labels.countries or ())
            found[key] = codes
            if len(codes) != 1:
                problems.add(f"`{places}` is a bloc of {len(codes)}; one country stands here.", *at_key(measure, key))
    if len(found) == 2 and found["investor"] == found["host"] and len(found["host"]) == 1:
        problems.add("the host is the investor's own country.", *at_key(measure, "host"))


@dataclass(frozen=True, slots=True)
class _Rated:
    """A measure that sets the level of a tax, and the flows it sets it on."""

    measure: Tariff | ExportTax
    who: frozenset[str]
    to: frozenset[str]
    of: frozenset[str]

    def meets(self, other: _Rated) -> bool:
        """Whether a flow between two different countries is in both."""
        who, to = self.who & other.who, self.to & other.to
        return bool(who and to and self.of & other.of) and len(who | to) > 1


def check_rates(scenario: Scenario, labels: Labels, problems: Collector) -> None:
    """Two new levels of one tax on one flow contradict each other: noted at the later measure."""
    if labels.countries is None or labels.sectors is None:
        return
    together = _together(scenario)
    before: list[_Rated] = []
    for _, measure in scenario.all_measures():
        if not isinstance(measure, Tariff | ExportTax) or measure.rate is None or not _whole(measure):
            continue
        who, to = (frozenset(each.codes(scenario.blocs, labels.countries)) for each in (measure.who, measure.to))
        rated = _Rated(measure, who, to, frozenset(measure.sectors.codes(labels.sectors)))
        for other in before:
            if rated.meets(other) and _both_active(measure, other.measure, together):
                message = (
                    f"two `rate`s meet on one flow: `{other.measure.id}` (line {other.measure.spot.line}) sets it "
                    "already. Write `add` in one of them, or part their countries or sectors."
                )
                problems.add(message, *at_key(measure, "rate"))
                break
        before.append(rated)


def _whole(measure: Tariff | ExportTax) -> bool:
    return None not in (measure.who, measure.to, measure.sectors)


def _both_active(one: Measure, other: Measure, together: Iterable[frozenset[str]]) -> bool:
    """Whether some case holds both: of the same type, in one branch, and neither replaces the other."""
    if one.type != other.type or (one.alternative_to and other.alternative_to):
        return False
    if other.id == one.alternative_to or one.id == other.alternative_to:
        return False
    return any({one.id, other.id} <= ids for ids in together)


def check_for_world(scenario: Scenario, labels: Labels) -> None:
    """Raise ``ScenarioError`` where a scenario, read without a world or for another one, does not fit this one."""
    problems = Collector()
    for name, members in scenario.blocs.items():
        for member in members:
            if groups.country_code(member) is None and member not in (labels.countries or ()):
                message = f"`{shown(member)}` is no country, bloc or firm of world `{shown(labels.world)}`."
                problems.add(message, path=f"actors.blocs.{name}", where=scenario.where)
    check_names(scenario, labels, problems)
    check_rates(scenario, labels, problems)
    problems.raise_if_any(ScenarioError)
