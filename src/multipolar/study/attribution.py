"""Which measure did what: each alone, each removed from the rest, and Shapley, in ln W, of every case.

A player is a measure, or several that act as one: ``cancel`` and its targets, measures that ``lift`` the same of the
baseline, an ``alternative_to`` in the place of its target. Measures of the baseline are no players: what a ``lift``
does is the lift's. ``v(S)`` is the change of ln real income against the reference world with the players of S in force
and no others; 0 for none. Up to twelve players all sets are solved; above that orders are sampled (ECONOMICS 8.4).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace

import numpy as np

from multipolar.base.arrays import Array
from multipolar.base.problems import InputError, MultipolarError
from multipolar.model.solve import TOLERANCE
from multipolar.model.system import prepare
from multipolar.numerics.secants import Secants
from multipolar.results.attribution import AttributedCase, Attribution, FailedSet
from multipolar.results.result import CaseStatus
from multipolar.results.rows import DrawRow
from multipolar.scenario.draft import Step
from multipolar.scenario.measures import Cancel, Lift
from multipolar.scenario.scenario import CaseKey, Scenario, active, cases
from multipolar.study.case import Bench, Solved, Start
from multipolar.study.central import Progress
from multipolar.study.evaluate import NOTHING_KEPT, OnRow, learning_for, overridden, parameters_of
from multipolar.study.many import run_many
from multipolar.study.path import Answer, Walker
from multipolar.study.shapley import MOST_EXACT, Order, Shares, exact, sampled, sampled_orders, sets_of
from multipolar.world.world import World

SOLVES = {"static": "solves", "path": "walks along all years"}
PAIRS = 128
"""Pairs of orders that are sampled above ``MOST_EXACT`` players."""

Ids = frozenset[str]


@dataclass(frozen=True, slots=True)
class Player:
    """Measures that act as one. ``seat``: the name by which orders are sampled, that of the target of an alternative:
    the orders of a case and of its variant are the same, and so are the sets they share."""

    measures: tuple[str, ...]
    seat: str


@dataclass(frozen=True, slots=True, eq=False)
class _Game:
    """The players of one case and the sets whose values are needed, as numbers; ``orders`` where they are sampled."""

    case: CaseKey
    players: tuple[Player, ...]
    idle: tuple[str, ...]
    orders: tuple[Order, ...]
    sets: tuple[int, ...]

    @property
    def single(self) -> tuple[int, ...]:
        """The sets of one player."""
        return tuple(1 << k for k in range(len(self.players)))

    @property
    def everyone(self) -> Ids:
        """The measures of all players."""
        return self.ids((1 << len(self.players)) - 1)

    def ids(self, chosen: int) -> Ids:
        """The measures of a set."""
        return frozenset(m for k, player in enumerate(self.players) if chosen >> k & 1 for m in player.measures)


@dataclass(frozen=True, eq=False)
class _Desk:
    """What every solve needs; pickled once for each worker. ``alone``: where each player by itself came to; ``learnt``:
    what each case as a whole has."""

    walker: Walker
    kind: str
    alone: Mapping[Ids, Start] = field(default_factory=dict)
    learnt: Mapping[CaseKey, Secants] = field(default_factory=dict)

    def answer(self, case: CaseKey) -> Answer:
        """One set of measures. In logs hats nearly add up: it starts where those of its players do."""
        return self.walker.answer(case, start=self._start(case), by_year=self.kind == "path")

    def _start(self, case: CaseKey) -> Start | None:
        held = [start for player, start in self.alone.items() if player <= (case.active or frozenset())]
        if not held:
            return None
        together = held[0]
        for each in held[1:]:
            together = together.plus(each)
        return replace(together, secants=self.learnt.get(replace(case, active=None), together.secants))

    @property
    def income(self) -> Array:
        income: Array = self.walker.bench.economy.world.income
        return income


def attribute(
    world: World,
    scenario: Scenario,
    *,
    kind: str = "static",
    seed: int = 1,
    horizon: str | None = None,
    deficits: str | None = None,
    labour: str = "one_wage",
    flexible_rates: Collection[str] = (),
    sector_links: float = 0.0,
    workers: int = 1,
    progress: Progress | None = None,
    tolerance: float = TOLERANCE,
    kept: Mapping[int, DrawRow] = NOTHING_KEPT,
    on_row: OnRow | None = None,
    most_exact: int = MOST_EXACT,
    pairs: int = PAIRS,
) -> Attribution:
    """Attribute the change of real income of every case to its measures, at central values.

    ``kind`` ``static``: the comparison with all that is in force at the end of the horizon; ``path``: every set along
    all years, the last year attributed. Other arguments as in ``evaluate``; ``on_row`` and ``kept`` go by the number of
    the set. ``most_exact`` and ``pairs`` say up to how many players all sets are solved and how many pairs of orders
    are sampled above. A set without an answer is named in its case. Raises as ``evaluate``, and ``InputError`` for
    ``path`` without years.
    """
    scenario = overridden(scenario, horizon, deficits)
    if kind not in SOLVES:
        raise InputError(f"attribution: no `{kind}`; one of {', '.join(SOLVES)}")
    if kind == "path" and not scenario.stepped:
        raise InputError("attribution `path`: the scenario names no years; `horizon` needs `from` and `to`")
    report = progress or (lambda text, done, total: None)
    economy = prepare(world, parameters_of(world, scenario, labour, flexible_rates, by_year=kind == "path"))
    desk = _Desk(Walker(Bench(economy, scenario, tolerance=tolerance), learning_for(scenario, sector_links)), kind)
    keys = cases(scenario)
    answers: list[Answer] = []
    for k, case in enumerate(keys):
        report("attribution: cases as a whole", k, len(keys))
        answers.append(desk.answer(case))
    games = [_game(desk, each.solved, seed, most_exact, pairs) for each in answers]
    values = {game.everyone: _row(each, world.income) for game, each in zip(games, answers, strict=True)}
    begin = time.perf_counter()
    rows, alone = _alone(desk, games, values, report)
    seconds = (time.perf_counter() - begin) / max(1, len(alone))
    values |= rows
    jobs = _jobs(games, values)
    # Reference worlds are solved anew in each process, from nothing as here, so that they have the same bits.
    bench = replace(desk.walker.bench, references={})
    learnt = {each.solved.case: each.solved.outcome.secants or Secants() for each in answers}
    worker = _Desk(Walker(bench, desk.walker.learning), kind, alone, learnt)
    left = len(jobs) - len(kept)
    about = f"attribution: {len(jobs):,} {SOLVES[kind]}, about {_duration(seconds * left / max(1, workers))}"
    report(about, 0, len(jobs))
    values |= _solved(worker, jobs, kept, workers, on_row, lambda done: report(about, done, len(jobs)))
    worth = {ids: (row, _ln(row, world.income)) for ids, row in values.items()}
    return _attribution(kind, scenario, games, worth, len(rows) + len(jobs))


def players_of(scenario: Scenario, case: CaseKey) -> tuple[Player, ...]:
    """The players of a case in the order of the file; whether they have any effect plays no part."""
    held = active(scenario, case)
    groups: list[tuple[list[str], set[str]]] = []
    for measure in held:
        touched = {measure.id}
        if isinstance(measure, Cancel):
            touched.update(measure.targets)
        elif isinstance(measure, Lift):
            touched.update(f"baseline/{target}" for target in measure.targets)
        joined = [group for group in groups if group[1] & touched]
        groups = [group for group in groups if not group[1] & touched]
        names = [name for group in joined for name in group[0]]
        groups.append(([*names, measure.id], touched.union(*(group[1] for group in joined))))
    place = {m.id: k for k, m in enumerate(held)}
    replaced = {m.id: m.alternative_to for m in held if m.alternative_to}
    ordered = sorted((sorted(names, key=place.__getitem__) for names, _ in groups), key=lambda names: place[names[0]])
    return tuple(Player(tuple(names), "+".join(replaced.get(n) or n for n in names)) for names in ordered)


def _game(desk: _Desk, solved: Solved, seed: int, most_exact: int, pairs: int) -> _Game:
    """Players with an effect are those of which a line of the file changed something, or that lift something."""
    scenario, case = desk.walker.bench.scenario, solved.case
    moved = {step.measure for each in _resolved(desk, solved) for step in each}
    moved |= {m.id for m in active(scenario, case) if isinstance(m, Lift)}
    everyone = players_of(scenario, case)
    players = tuple(each for each in everyone if moved.intersection(each.measures))
    idle = tuple(m for each in everyone if each not in players for m in each.measures)
    n = len(players)
    if n <= most_exact:
        return _Game(case, players, idle, (), tuple(range(1 << n)))
    orders = tuple(sampled_orders(seed, [each.seat for each in players], pairs))
    every = (1 << n) - 1
    ends = [*(1 << k for k in range(n)), *(every ^ (1 << k) for k in range(n))]
    return _Game(case, players, idle, orders, tuple(sorted({*ends, *(s for each in orders for s in sets_of(each))})))


def _resolved(desk: _Desk, solved: Solved) -> Iterator[tuple[Step, ...]]:
    bench = desk.walker.bench
    if desk.kind == "static":
        yield solved.resolution.log
        return
    for year in bench.scenario.horizon.years:
        yield bench.staged(solved.case, year).resolution.log


def _jobs(games: list[_Game], known: Mapping[Ids, object]) -> dict[Ids, CaseKey]:
    """Every set that is still to be solved, once, under the first case that asks for it."""
    jobs: dict[Ids, CaseKey] = {}
    for game in games:
        for chosen in game.sets:
            ids = game.ids(chosen)
            if ids and ids not in known and ids not in jobs:
                jobs[ids] = replace(game.case, active=ids)
    return jobs


def _alone(
    desk: _Desk, games: list[_Game], known: Mapping[Ids, object], report: Progress
) -> tuple[dict[Ids, DrawRow], dict[Ids, Start]]:
    """Each player by itself, from nothing: its row, and where it came to."""
    rows: dict[Ids, DrawRow] = {}
    starts: dict[Ids, Start] = {}
    single = _jobs([replace(game, sets=game.single) for game in games], {})
    for k, (ids, case) in enumerate(single.items()):
        report("attribution: each measure alone", k, len(single))
        try:
            answer = desk.answer(case)
        except MultipolarError as error:
            rows[ids] = _unsolved(error, len(desk.income))
            continue
        if answer.start is not None:
            starts[ids] = answer.start
        if ids not in known:
            rows[ids] = _row(answer, desk.income)
    return rows, starts


def _solved(
    desk: _Desk,
    jobs: Mapping[Ids, CaseKey],
    kept: Mapping[int, DrawRow],
    workers: int,
    on_row: OnRow | None,
    report: Callable[[int], None],
) -> dict[Ids, DrawRow]:
    ids, keys = list(jobs), list(jobs.values())
    rows = {number: kept[number] for number in range(len(ids)) if number in kept}
    missing = [number for number in range(len(ids)) if number not in rows]
    with closing(run_many(_one_set, desk, [keys[number] for number in missing], workers)) as found:
        for number, row in zip(missing, found, strict=True):
            rows[number] = row
            if on_row is not None:
                on_row(number, row)
            report(len(rows))
    return {ids[number]: row for number, row in sorted(rows.items())}


def _one_set(desk: _Desk, case: CaseKey) -> DrawRow:
    """One set of measures; NaN where it has no answer, with the reason."""
    try:
        return _row(desk.answer(case), desk.income)
    except MultipolarError as error:
        return _unsolved(error, len(desk.income))


def _unsolved(error: MultipolarError, countries: int) -> DrawRow:
    missing = np.full((1, countries), np.nan)
    status = CaseStatus(None, None, type(error).__name__, 0, float("nan"), str(error))
    return DrawRow(missing, missing.copy(), (status,))


def _row(answer: Answer, income: Array) -> DrawRow:
    welfare = 100.0 * (answer.solved.hat("welfare_hat") - 1.0)[None]
    status = CaseStatus(None, None, str(answer.solved.outcome.status), answer.sweeps, answer.residual)
    return DrawRow(welfare, welfare / 100.0 * income, (status,))


def _ln(row: DrawRow, income: Array) -> Array:
    """ln W_hat by country, then of the world, whose real income is the mean weighted by income."""
    change = row.welfare[0] / 100.0
    whole: Array = np.log1p(np.append(change, change @ income / income.sum()))
    return whole


def _attribution(
    kind: str, scenario: Scenario, games: list[_Game], values: Mapping[Ids, tuple[DrawRow, Array]], solves: int
) -> Attribution:
    players = tuple(dict.fromkeys(player.measures for game in games for player in game.players))
    places = len(next(iter(values.values()))[1])
    shape = (len(games), len(players), places)
    numbers = {f"attribution_{name}": np.full(shape, np.nan) for name in ("alone", "last", "shapley", "error")}
    total, said = np.zeros((len(games), places)), []
    for k, game in enumerate(games):
        at = [players.index(player.measures) for player in game.players]
        every, none = (1 << len(at)) - 1, np.zeros(places)
        worth = {s: values[game.ids(s)][1] if s else none for s in game.sets}
        shares = _shares(game, worth)
        total[k] = worth[every]
        for place, bit in zip(at, range(len(at)), strict=True):
            numbers["attribution_alone"][k, place] = worth[1 << bit]
            numbers["attribution_last"][k, place] = worth[every] - worth[every ^ (1 << bit)]
            numbers["attribution_shapley"][k, place] = shares.values[bit]
            if shares.error is not None:
                numbers["attribution_error"][k, place] = shares.error[bit]
            elif shares.used == 1.0:
                numbers["attribution_error"][k, place] = 0.0
        orders = len(game.orders) if game.orders else None
        failed = _failed(game, values)
        said.append(AttributedCase(tuple(at), game.idle, orders, shares.used, len(game.sets), failed))
    whole = {"attribution_total": total, **numbers}
    return Attribution(kind, scenario.horizon.to, players, tuple(said), whole, solves)


def _shares(game: _Game, worth: Mapping[int, Array]) -> Shares:
    if game.orders:
        return sampled(worth, game.orders)
    return exact(np.stack([worth[s] for s in game.sets]))


def _failed(game: _Game, values: Mapping[Ids, tuple[DrawRow, Array]]) -> tuple[FailedSet, ...]:
    found = []
    for chosen in game.sets[1:]:
        (status,) = values[game.ids(chosen)][0].status
        if status.outcome != "converged":
            ids = tuple(m for k, player in enumerate(game.players) if chosen >> k & 1 for m in player.measures)
            found.append(FailedSet(ids, status.outcome, status.message))
    return tuple(found)


def _duration(seconds: float) -> str:
    """Seconds in words: a time that nobody waits for to the second."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
