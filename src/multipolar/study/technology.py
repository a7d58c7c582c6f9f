"""The table beside every result of knowledge: who is learnt from, how far ahead, how fast (ECONOMICS 1.5)."""

from __future__ import annotations

from multipolar.model.learning import Knowledge, calibration_table
from multipolar.results.result import TechnologyRow
from multipolar.scenario.measures.measure import Measure
from multipolar.scenario.measures.technology import JointVenture, TechnologySharing
from multipolar.scenario.measures.trade import ExportControl
from multipolar.scenario.scenario import Scenario
from multipolar.scenario.values import Places
from multipolar.world.world import World


def technology_rows(scenario: Scenario, known: Knowledge | None, world: World) -> tuple[TechnologyRow, ...]:
    """For each measure by which knowledge passes between countries its learners, sectors and sources, all together.

    Stocks are compared per unit of output of the world as loaded. A learner that makes nothing there has no gap (NaN).
    None without years, or without ``known`` stocks: nothing is learnt then.
    """
    found: list[TechnologyRow] = []
    if known is None or not scenario.stepped:
        return ()
    for _, measure in scenario.all_measures():
        sides = _sides(measure)
        if sides is None:
            continue
        meant, partners = ([world.countries.index(c) for c in side.codes(scenario.blocs, world.countries)]
                           for side in sides)  # fmt: skip
        (named,) = measure.sectors_named()
        sectors = [world.sectors.index(code) for code in named.codes(world.sectors)]
        learners = [n for n in meant if set(partners) - {n}]
        for row in calibration_table(known, world.output, learners, partners, sectors):
            found.append(
                TechnologyRow(
                    measure.id, world.countries[row.country], world.sectors[row.sector], row.gap, row.diffusion,
                    row.partner_weight, row.own_weight, row.gain, row.half_life, row.reached,
                )
            )  # fmt: skip
    return tuple(found)


def _sides(measure: Measure) -> tuple[Places, Places] | None:
    """Learners and partners of a measure of knowledge."""
    if isinstance(measure, TechnologySharing):
        return measure.to, measure.who
    if isinstance(measure, ExportControl) and measure.what == "know_how":
        return measure.to, measure.who
    if isinstance(measure, JointVenture) and measure.learns:
        return measure.host, measure.investor
    return None
