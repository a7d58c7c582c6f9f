"""Orderings that a published study states in words; its numbers rest on data and sizes that are not ours.

Goes and Bekkers (2022), abstract: where ideas spread with trade, a decoupling of East and West costs more than where
they do not, most of all in regions of lower income, which learn from richer ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

import multipolar as mp
from multipolar.model.learning import learning_parameters
from multipolar.model.parameters import horizon_parameters
from multipolar.model.system import prepare
from multipolar.scenario.scenario import CaseKey
from multipolar.study.case import Bench
from multipolar.study.path import Walker

TARIFF = "{{id: {id}, type: tariff, who: {who}, to: {to}, sectors: all, add: 0.32}}"


@dataclass
class Decoupling:
    """Real income in the last year [n], per cent, ``learning`` by trade and ``without``; who is where."""

    learning: np.ndarray
    without: np.ndarray
    east: np.ndarray
    west: np.ndarray
    income: np.ndarray
    per_head: np.ndarray

    def mean(self, values: np.ndarray, chosen: np.ndarray) -> float:
        return float((values * self.income)[chosen].sum() / self.income[chosen].sum())


@pytest.fixture(scope="module", params=["medium", "long"])
def found(embedded: mp.World, request: pytest.FixtureRequest) -> Decoupling:
    """Tariffs of 32 points both ways between the economies on either side of the votes of the UN, for twenty years."""
    vote = embedded.fields["alignment"].values
    east, west = vote < 0, vote >= 0
    blocs = [f"{name}: {{list: [{', '.join(np.array(embedded.countries)[side])}]}}"
             for name, side in (("EAST", east), ("WEST", west))]  # fmt: skip
    both = [TARIFF.format(id="e", who="EAST", to="WEST"), TARIFF.format(id="w", who="WEST", to="EAST")]
    made = mp.read_scenario(
        f"multipolar: 1\ntitle: t\nactors: {{blocs: {{{', '.join(blocs)}}}}}\ndeficits: closed\n"
        f"horizon: {{from: 2021, to: 2040, set: {request.param}}}\nmeasures: [{', '.join(both)}]\n"
    )
    bench = Bench(prepare(embedded, horizon_parameters(embedded, request.param)), made)
    walker = Walker(bench, learning_parameters())
    learning, without = (each.walk(CaseKey()).welfare[-1] for each in (walker, replace(walker, learns=False)))
    return Decoupling(learning, without, east, west, embedded.income, embedded.income / embedded.population)


def test_decoupling_costs_more_where_ideas_spread_with_trade(found: Decoupling) -> None:
    sides = found.east | found.west
    assert (found.learning[sides] < found.without[sides]).all()
    assert found.mean(found.learning, sides) < 2 * found.mean(found.without, sides) < 0


def test_the_east_loses_more_and_most_of_it_by_what_it_no_longer_learns(found: Decoupling) -> None:
    east, west = (found.mean(found.learning, side) for side in (found.east, found.west))
    assert east < 2 * west < 0
    lost = found.learning - found.without
    assert found.mean(lost, found.east) < 0.5 * east
    assert found.mean(lost, found.west) > 0.5 * west


def test_poorer_economies_lose_most(found: Decoupling) -> None:
    known = np.isfinite(found.per_head) & (found.east | found.west)
    poor = known & (found.per_head < np.median(found.per_head[known]))
    rich = known & ~poor
    for values in (found.learning, found.learning - found.without):
        assert found.mean(values, poor) < 2 * found.mean(values, rich) < 0
        rank = [np.argsort(np.argsort(each[known])) for each in (found.per_head, values)]
        assert np.corrcoef(*rank)[0, 1] > 0.5
