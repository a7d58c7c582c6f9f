"""Which flows of goods moved an economy's dependence on a bloc between the reference world and a case (ECONOMICS 7)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from multipolar.base.arrays import Array
from multipolar.base.problems import MultipolarError
from multipolar.model import dependence as dep
from multipolar.results.result import Names
from multipolar.results.technology import DependenceFlow
from multipolar.study.indexed import chain_of, high_tech
from multipolar.study.measured import Ruler
from multipolar.study.path import Answer, Walker
from multipolar.world.world import World


def dependence_flows(
    walker: Walker, answers: Sequence[Answer], stick: Ruler, actors: Names, welfare: Array
) -> tuple[DependenceFlow, ...]:
    """For the one of the ``actors`` (of all economies without any) whose real income [case, n] moves most in a plain
    case: the three flows that moved its dependence on each bloc that it is not in, in its use of high technology (all
    of its use where a world has none). Nothing where a case has no chain of inputs that comes to an end.
    """
    before = walker.bench.whole_baseline().economy.world
    plain = [k for k, each in enumerate(answers) if not each.solved.case.variant]
    named = [n for n, code in enumerate(before.countries) if code in actors] or list(range(len(before.countries)))
    n = named[int(np.argmax(np.abs(welfare[np.ix_(plain, named)]).max(axis=0)))]
    found: list[DependenceFlow] = []
    for k in plain:
        solved = answers[k].solved
        for b, bloc in enumerate(stick.blocs):
            if stick.member[b, n] > 0:
                continue
            try:
                after = solved.stands_on.economy.world.after(solved.outcome)
                ends = chain_of(before), chain_of(after)
                change = dep.dependence_change(*ends, stick.member[b], n, _use(before, n), _use(after, n))
            except MultipolarError:
                continue
            whole = change.after - change.before
            found += [
                DependenceFlow(k, before.countries[n], bloc, before.countries[each.origin],
                               before.countries[each.destination], before.sectors[each.sector], each.effect, whole)
                for each in change.largest()
            ]  # fmt: skip
    return tuple(found)


def _use(world: World, country: int) -> Array:
    """Shares [s] of a country's final use of high technology, of all its use where there is none."""
    used: Array = world.final_use[country] * high_tech(world)
    used = used if used.sum() > 0 else world.final_use[country]
    share: Array = used / used.sum()
    return share
