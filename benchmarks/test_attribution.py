"""Attribution of six measures over as many single solves from nothing; sets that branches share are solved once."""

from __future__ import annotations

from typing import Any

import multipolar as mp
from benchmarks import yardsticks
from multipolar.model.parameters import horizon_parameters
from multipolar.scenario.scenario import CaseKey
from multipolar.study.attribution import attribute
from multipolar.study.case import Bench

MEASURES = (("CHN", "USA"), ("USA", "CHN"), ("IND", "USA"), ("USA", "IND"), ("BRA", "CHN"), ("CHN", "BRA"))
SOLVES_MOST = 0.95
"""Time of an attribution over its number of solves times one solve from nothing, resolving of measures included."""
SHARED_MOST = 2 / 3
"""Solves of two branches, the second with one measure more, over the sets of both: 128 of 192."""
MORE = """branches:
  plain: {measures: []}
  more: {measures: [{id: x, type: tariff, who: IND, to: CHN, sectors: goods, add: 0.1, source: assumption}]}
"""


def scenario(branches: str = "") -> Any:
    lines = [
        f"  - {{id: m{k}, type: tariff, who: {who}, to: {to}, sectors: goods, add: 0.1, source: assumption}}"
        for k, (who, to) in enumerate(MEASURES)
    ]
    return mp.read_scenario("multipolar: 1\ntitle: Six tariffs\nmeasures:\n" + "\n".join(lines) + "\n" + branches)


def test_attribution(benchmark: Any, record: Any) -> None:
    world = mp.load_world()
    asked = scenario()
    bench = Bench(mp.prepare(world, horizon_parameters(world, "medium")), asked)
    bench.reference(CaseKey())
    single = yardsticks.best(lambda: bench.solve(CaseKey()))
    found = benchmark.pedantic(lambda: attribute(world, asked), rounds=1)
    seconds = benchmark.stats.stats.min
    sets = found.cases[0].sets - 1
    assert found.solves == sets - 1 == 62
    record("attribution of 6 measures: time over 63 single solves from nothing", seconds / (sets * single), SOLVES_MOST)


def test_branches_share_sets(benchmark: Any, record: Any) -> None:
    """A branch with one measure more solves the sets with it only."""
    world = mp.load_world()
    found = benchmark.pedantic(lambda: attribute(world, scenario(MORE)), rounds=1)
    alone = sum(2 ** len(case.players) for case in found.cases)
    record("attribution of two branches that share 6 measures: solves over sets", found.solves / alone, SHARED_MOST)
