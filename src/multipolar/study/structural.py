"""The side table: real income where one choice of the model is made differently; never mixed with draws (8.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from multipolar.base.problems import MultipolarError
from multipolar.model.parameters import mean_elasticity
from multipolar.model.system import with_parameters
from multipolar.results.result import StructuralRow
from multipolar.study.case import Bench, Solved, cuts_trade
from multipolar.study.path import Answer, with_knowledge

THETA_TABLE = (1.0, 2.0, 4.0, 8.0)
OTHER_RULE = {"own": "deficits kept in proportion", "closed": "trade balances closed"}
LICENCES = "the same cuts by licences, rents to the exporters"


def structural_rows(bench: Bench, answers: Sequence[Answer]) -> tuple[StructuralRow, ...]:
    """Real income of every plain case at central values under another deficit rule, without the baseline, with rents
    of what is blocked earned by exporters, and at other mean elasticities. A row without an answer is NaN.

    Where the scenario has years, each row is its last year with the knowledge of the central path: these choices move
    what is traded now, and what is learnt only through it.
    """
    rows = []
    for label, side in _benches(bench, [each.solved for each in answers]):
        for k, each in enumerate(answers):
            case = each.solved.case
            if case.variant or (side.licensed and not cuts_trade(each.solved.resolution.shocks)):
                continue
            try:
                welfare = 100.0 * (_beside(side, each).hat("welfare_hat") - 1.0)
            except MultipolarError:
                welfare = np.full(len(bench.economy.world.countries), np.nan)
            rows.append(StructuralRow(label, k, welfare))
    return tuple(rows)


def _beside(side: Bench, answer: Answer) -> Solved:
    if answer.walk is None:
        return side.solve(answer.solved.case)
    year = answer.walk.years[-1]
    staged = side.staged(answer.solved.case, year)
    return side.answer(staged, with_knowledge(staged, answer.walk.productivity[-1]), None, year)


def _benches(bench: Bench, solved: Sequence[Solved]) -> list[tuple[str, Bench]]:
    scenario, economy = bench.scenario, bench.economy
    other = "own" if scenario.deficits == "closed" else "closed"
    found = [(OTHER_RULE[other], Bench(economy, replace(scenario, deficits=other), tolerance=bench.tolerance))]
    if scenario.baselines:
        without = replace(scenario, baselines=(), baseline=())
        found.append(("without the baseline", Bench(economy, without, tolerance=bench.tolerance)))
    if any(cuts_trade(each.resolution.shocks) for each in solved):
        found.append((LICENCES, replace(bench, licensed=True)))
    mean = mean_elasticity(economy.world)
    for theta in THETA_TABLE:
        if abs(theta - economy.parameters.theta_scale * mean) > 1e-9 * theta:
            scaled = with_parameters(economy, replace(economy.parameters, theta_scale=theta / mean))
            found.append((f"trade elasticity {theta:g}", Bench(scaled, scenario, tolerance=bench.tolerance)))
    return found
