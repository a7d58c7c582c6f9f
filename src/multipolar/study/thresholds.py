"""Chokepoint: what an economy would lose if a bloc withheld its high-tech goods from it (ECONOMICS 7).

``loss = 100 (1 - W_hat(all that is in force, and the withholding) / W_hat(all that is in force))``, per cent: one solve
for each economy and bloc, in the reference world and in the world of each case's last year. A bloc sells nothing of
these sectors to the one economy and sells to all others as before; nobody answers, and nothing of it is in the
scenario. The whole is withheld, so coverage by lists and by frictions are the same (ECONOMICS 0.7). Losses are convex
in the bloc's share of the market (Hausmann et al. 2024) as long as others abroad still sell; below zero, a gain, they
can be by terms of trade alone. The own bloc is not asked: NaN.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array
from multipolar.base.problems import InputError, MultipolarError, nearest, shown
from multipolar.model.outcome import Outcome
from multipolar.model.shocks import Block, Shocks
from multipolar.model.solve import TOLERANCE, solve_prepared
from multipolar.model.system import Economy
from multipolar.numerics.secants import Secants
from multipolar.results.inputs import CHOKEPOINTS
from multipolar.results.result import Names
from multipolar.scenario.scenario import Scenario
from multipolar.study.case import Start, start_of
from multipolar.study.indexed import high_tech
from multipolar.study.measured import Measured, Ruler
from multipolar.study.path import Answer, Walker, with_knowledge
from multipolar.world import groups
from multipolar.world.world import World

NAME = "chokepoint"
MOST_ASKED, MOST_RANGED = 12, 2
Places = NDArray[np.intp]
Pair = tuple[int, int]  # bloc, economy
Starts = Mapping[Pair, Start | None]


@dataclass(frozen=True, eq=False)
class Chokepoints:
    """Which economies are asked about which ``blocs``: ``pairs``; ``member`` [b, n], ``sectors`` positions withheld.

    ``ranged``: those of which draws are asked too. ``starts`` and ``learnt``: central answers in the reference world,
    from which every other solve of a pair begins. ``said``: who is asked, in words.
    """

    blocs: Names
    member: Array
    sectors: Places
    pairs: tuple[Pair, ...]
    ranged: tuple[Pair, ...]
    said: str
    starts: Starts = field(default_factory=dict)
    learnt: Secants = field(default_factory=Secants)

    def measure(self, walker: Walker, answers: Sequence[Answer | None]) -> Measured:
        """The losses [bloc, country] in the reference world and in the last year of each answer; NaN: not asked, or no
        answer, which ``missing`` then names."""
        if not self.pairs:
            return Measured({}, {}, {NAME: self.said})
        found = self._losses(*_undisturbed(walker), None, walker)
        base, failed = found.losses, dict(found.failed)
        value = np.full((len(answers), *base.shape), np.nan)
        for k, answer in enumerate(answers):
            if answer is not None:
                after = replace(self, starts=found.starts, learnt=found.learnt)
                more = after._losses(*in_force(answer), answer.solved.outcome, walker)
                value[k] = more.losses
                failed |= more.failed
        told = [self.said, *(f"no answer where {pair}: {why}" for pair, why in failed.items())]
        return Measured({NAME: base}, {NAME: value}, {NAME: "; ".join(told)})

    def of_draws(self) -> Chokepoints:
        """What a draw is asked."""
        return replace(self, pairs=self.ranged)

    def begun(self, walker: Walker) -> Chokepoints:
        """The same with the answers in the reference world of this walker as starts."""
        found = self._losses(*_undisturbed(walker), None, walker)
        return replace(self, starts=found.starts, learnt=found.learnt)

    def _losses(self, economy: Economy, shocks: Shocks, before: Outcome | None, walker: Walker) -> _Losses:
        """The pairs in turn; each solve hands on what it has learnt to the next."""
        losses, starts, failed = np.full(self.member.shape, np.nan), dict[Pair, Start | None](), dict[str, str]()
        first, learnt = start_of(before), self.learnt
        for bloc, country in self.pairs:
            start = _together(first, self.starts.get((bloc, country)), economy)
            try:
                outcome = withheld(economy, shocks, self.member[bloc], country, self.sectors,
                                   tolerance=walker.bench.tolerance, start=start, secants=learnt)  # fmt: skip
                losses[bloc, country] = loss(outcome, before)[country]
            except MultipolarError as error:
                failed[f"{shown(self.blocs[bloc], 40)} withholds from {economy.world.countries[country]}"] = str(error)
                continue
            made = start_of(outcome)
            starts[bloc, country] = None if made is None else replace(made, secants=Secants())
            learnt = outcome.secants or learnt
        return _Losses(losses, failed, starts, learnt)


@dataclass(frozen=True, slots=True, eq=False)
class _Losses:
    """Losses [bloc, country] in one world, why a pair has none, and what the solves leave to others."""

    losses: Array
    failed: Mapping[str, str]
    starts: Starts
    learnt: Secants


def withheld(
    economy: Economy,
    shocks: Shocks,
    bloc: Array,
    country: int,
    sectors: Places | Sequence[int],
    *,
    share: float = 1.0,
    tolerance: float = TOLERANCE,
    start: Array | None = None,
    secants: Secants | None = None,
) -> Outcome:
    """The outcome where a bloc [n] (0 or 1), on top of ``shocks``, sells a country nothing of some sectors.

    ``share`` below 1: of their product lines (ECONOMICS 0.7, ``list``). Raises what ``solve`` raises, such as
    ``NoEquilibriumError`` where no supplier is left, ``NotConvergedError``, and ``InputError`` for a country of the
    bloc itself.
    """
    if bloc[country] > 0:
        raise InputError.of(f"{economy.world.countries[country]} is in the bloc: it does not withhold from itself")
    cut = np.zeros_like(economy.world.trade)
    cut[np.ix_(np.flatnonzero(bloc > 0), np.array([country]), np.asarray(sectors))] = share
    shocks = replace(shocks, blocks=(*shocks.blocks, Block(cut, "list")))
    outcome = solve_prepared(economy, shocks, tolerance=tolerance, start=start, secants=secants)
    outcome.raise_for_status()
    return outcome


def loss(outcome: Outcome, before: Outcome | None) -> Array:
    """Loss of real income [n] against ``before`` (None: the reference world), per cent; gains are below 0."""
    hat = outcome.welfare_hat if before is None else outcome.welfare_hat / before.welfare_hat
    lost: Array = 100.0 * (1.0 - hat)
    return lost


def in_force(answer: Answer) -> tuple[Economy, Shocks]:
    """The economy and the shocks that the outcome of an answer is of; on a path those of its last year, with what
    knowledge, and wages where they are rigid, have come to."""
    solved, walk = answer.solved, answer.walk
    economy = solved.outcome.unconverged().system.economy
    return economy, solved.resolution.shocks if walk is None else with_knowledge(solved, walk.productivity[-1])


def chokepoints(scenario: Scenario, walker: Walker, stick: Ruler, welfare: Array, which: str) -> Chokepoints:
    """Who is asked: ``all`` economies, ``none``, or the ``named``; nobody in a world without high technology.

    ``named``: those that measures name one by one; of more than ``MOST_ASKED`` of them, and of all where none is named,
    those whose real income moves most in some case (``welfare`` [case, n]). Draws are asked of the ``MOST_RANGED`` of
    them that move most: to ask all would make a run of draws a fifth longer. Where ``all`` are asked, so are draws.
    """
    world = walker.bench.economy.world
    sectors = np.flatnonzero(high_tech(world))
    nobody = np.array([], dtype=np.intp)
    asked, ranged, said = np.arange(len(world.countries)), np.arange(len(world.countries)), "asked of all economies"
    if not len(sectors):
        asked, ranged, said = nobody, nobody, "the world has no high-tech sectors"
    elif which == "none":
        asked, ranged, said = nobody, nobody, "not asked in this run"
    elif which == "named":
        asked, said = _asked(scenario, world, np.flatnonzero((stick.member == 0).any(axis=0)), welfare)
        ranged = _most_moved(asked, welfare, MOST_RANGED)
        said = f"{said}, with ranges for {_codes(world, ranged)} in branches as written"
    pairs, drawn = (
        tuple((b, int(n)) for b in range(len(stick.blocs)) for n in some if not stick.member[b, n] > 0)
        for some in (asked, ranged)
    )
    return Chokepoints(tuple(stick.blocs), stick.member, sectors, pairs, drawn, said)


def refuse_unknown(which: str) -> None:
    """Raises ``InputError`` for a word that says not of whom chokepoints are asked."""
    if which not in CHOKEPOINTS:
        near = nearest(which, CHOKEPOINTS)
        hint = f" Did you mean `{near}`?" if near else ""
        raise InputError.of(f"chokepoint: no `{shown(which)}`; one of {', '.join(CHOKEPOINTS)}.{hint}")


def _asked(scenario: Scenario, world: World, outside: Places, welfare: Array) -> tuple[Places, str]:
    """Of the economies ``outside`` some bloc those that are asked, and who they are in words."""
    codes = {groups.country_code(name) or name for name in scenario.actors()}
    named = np.array([n for n in outside if world.countries[n] in codes], dtype=np.intp)
    if 0 < len(named) <= MOST_ASKED:
        return named, f"asked of the economies that measures name ({_codes(world, named)})"
    most = _most_moved(named if len(named) else outside, welfare, MOST_ASKED)
    return most, f"asked of the {len(most)} economies whose real income moves most ({_codes(world, most)})"


def _most_moved(among: Places, welfare: Array, count: int) -> Places:
    size = np.abs(np.nan_to_num(welfare[:, among])).max(axis=0)
    most: Places = np.sort(among[np.argsort(-size, kind="stable")[:count]])
    return most


def _codes(world: World, chosen: Places) -> str:
    return ", ".join(world.countries[int(n)] for n in chosen)


def _undisturbed(walker: Walker) -> tuple[Economy, Shocks]:
    """The reference world with no measure of the scenario."""
    return walker.bench.whole_baseline().economy, Shocks(deficits=walker.bench.scenario.deficits)


def _together(first: Start | None, second: Start | None, economy: Economy) -> Array | None:
    """The state at which both changes have happened, as far as they do not meet."""
    known = first.plus(second) if first is not None and second is not None else first or second
    return None if known is None else known.at(economy)
