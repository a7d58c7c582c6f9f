"""What stands beside every result of knowledge and ventures: who is learnt from, how far ahead and how fast, where that
would end (ECONOMICS 1.5), and what each venture comes to (ECONOMICS 2)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from multipolar.base.arrays import Array
from multipolar.model import ventures as jv
from multipolar.model.learning import Knowledge, calibration_table
from multipolar.results.technology import TechnologyRow, VentureRow
from multipolar.scenario.measures.measure import Measure
from multipolar.scenario.measures.technology import JointVenture, Research, TechnologySharing
from multipolar.scenario.measures.trade import ExportControl
from multipolar.scenario.scenario import Scenario
from multipolar.scenario.values import Places
from multipolar.study.path import Answer, Walker, learnt
from multipolar.world.world import World


def technology_rows(scenario: Scenario, known: Knowledge | None, world: World) -> tuple[TechnologyRow, ...]:
    """For each measure of knowledge its learners, sectors and sources, all together; research has no sources.

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
        alone = isinstance(measure, Research)
        learners = [n for n in meant if alone or set(partners) - {n}]
        for row in calibration_table(known, world.output, learners, partners, sectors):
            found.append(
                TechnologyRow(
                    measure.id, world.countries[row.country], world.sectors[row.sector], row.gap, row.diffusion,
                    row.partner_weight, row.own_weight, row.gain, row.half_life, row.reached,
                    row.research_alone if alone else math.nan, alone,
                )
            )  # fmt: skip
    return tuple(found)


def long_run(walker: Walker, answers: Sequence[Answer]) -> dict[str, Array]:
    """Where productivity from knowledge would end if the last year's measures and trade stayed, per cent [case, n, s];
    nothing without years or without stocks of knowledge."""
    known = walker.known if walker.bench.scenario.stepped else None
    if known is None:
        return {}
    ends = [known.long_run(each.solved.outcome.trade_share, learnt(each.solved)) for each in answers]
    return {"productivity_long_run": np.stack([100.0 * (known.productivity(ell) - 1.0) for ell in ends])}


def venture_rows(answers: Sequence[Answer], world: World) -> tuple[VentureRow, ...]:
    """What every joint venture of every case comes to in its last year."""
    found = []
    for k, answer in enumerate(answers):
        outcome, economy = answer.solved.outcome, answer.solved.stands_on.economy
        for venture, share in zip(answer.solved.resolution.shocks.ventures, outcome.venture_share, strict=True):
            cell = venture.host, venture.sector
            shape, theta = float(economy.shape[venture.sector]), float(economy.theta[venture.sector])
            made = float(outcome.output[cell])
            own = math.nan if answer.walk is None else float(answer.walk.ell[cell])
            still = share if venture.scales == "fixed" else jv.share_with_fixed_stock(share, own)
            found.append(
                VentureRow(
                    k, world.countries[venture.host], world.sectors[venture.sector], world.countries[venture.investor],
                    share, share * made, jv.royalty_paid(venture.royalty, share, made),
                    100.0 * (jv.cost_hat(share, shape) - 1.0), jv.weight_hat(share, shape, theta), still,
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
    if isinstance(measure, Research):
        return measure.who, Places(())
    return None
