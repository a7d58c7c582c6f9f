"""Numbers of a Result at central values: changes in per cent against the reference world, case first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from multipolar.base.arrays import Array
from multipolar.base.problems import MultipolarError
from multipolar.model.shocks import Shocks
from multipolar.model.solve import solve_prepared
from multipolar.model.system import Economy
from multipolar.model.ventures import royalties_received
from multipolar.results.result import CaseStatus
from multipolar.scenario.scenario import Scenario
from multipolar.study.case import Solved
from multipolar.study.path import Answer
from multipolar.world.world import World

Progress = Callable[[str, int, int], None]
DRAWN_STEPS = 2
"""Steps in which real GDP is integrated in a draw; at central values they are ``integration.STEPS``."""


def closing_step(economy: Economy, scenario: Scenario, tolerance: float) -> Array | None:
    """Real income of closing all deficits before any measure, per cent; printed apart, never in an effect."""
    if scenario.deficits != "closed":
        return None
    outcome = solve_prepared(economy, Shocks(deficits="closed"), tolerance=tolerance)
    return 100.0 * (outcome.welfare_hat - 1.0)


def central_numbers(world: World, solved: Sequence[Solved]) -> dict[str, Array]:
    """Numbers at central values, case first; changes in per cent against the reference world."""
    income = world.income
    welfare = np.stack([100.0 * (each.hat("welfare_hat") - 1.0) for each in solved])
    return {
        "welfare": welfare,
        "equivalent_variation": welfare / 100.0 * income,
        "real_wage": np.stack([100.0 * (each.hat("real_wage_hat") - 1.0) for each in solved]),
        "exports": np.stack([_crossing(each, 1) for each in solved]),
        "imports": np.stack([_crossing(each, 0) for each in solved]),
        "output": np.stack([_quantity(each) for each in solved]),
        **{name: np.stack(values) for name, values in _by_name(national(each) for each in solved).items()},
        "world_income": welfare @ income / income.sum(),
        "base_income": income.copy(),
    }


def _by_name(rows: Iterable[Mapping[str, Array]]) -> dict[str, list[Array]]:
    found: dict[str, list[Array]] = {}
    for row in rows:
        for name, values in row.items():
            found.setdefault(name, []).append(values)
    return found


def _crossing(each: Solved, axis: int) -> Array:
    """Change of exports (axis 1) or imports (axis 0) in value at basic prices, per cent."""
    total = []
    for trade in (each.outcome.trade, each.reference.economy.world.trade):
        flows = trade.sum(axis=2)
        total.append(flows.sum(axis=axis) - np.diagonal(flows))
    before = np.where(total[1] > 0, total[1], 1.0)
    return np.where(total[1] > 0, 100.0 * (total[0] / before - 1.0), 0.0)


def _quantity(each: Solved) -> Array:
    """Change of output in quantity, per cent [i,s]; 0 where nothing is made."""
    before = each.reference.economy.accounts.output
    hat = each.outcome.output / np.where(before > 0, before, 1.0) / each.hat("cost_hat")
    return np.where(before > 0, 100.0 * (hat - 1.0), 0.0)


def decomposed(solved: Sequence[Solved], report: Progress) -> dict[str, Array]:
    """Real GDP, integrated along the shock, and the first-order terms that published papers print; per cent."""
    rows: dict[str, list[Array]] = {"real_gdp": [], "terms_of_trade": [], "volume_of_trade": []}
    for k, each in enumerate(solved):
        report("real GDP", k, len(solved))
        made = (each.hat("real_gdp_hat") - 1.0, each.sum("terms_of_trade"), each.sum("volume_of_trade"))
        for name, values in zip(rows, made, strict=True):
            rows[name].append(100.0 * values)
    return {name: np.stack(values) for name, values in rows.items()}


def national(each: Solved) -> dict[str, Array]:
    """Real national income, per cent, and royalties received, million USD, of a case [n].

    GNI is GDP with what ventures and transfers bring, royalties in it once; deficits are not in it, as they are in what
    residents spend. The reference world's transfers are part of its deficits.
    """
    outcome, accounts = each.outcome, each.reference.economy.accounts
    before = each.reference.economy.wage_bill + accounts.revenue
    ventures = each.resolution.shocks.ventures
    return {
        "gni": 100.0 * (outcome.gni / before / each.hat("consumer_price_hat") - 1.0),
        "royalty": royalties_received(ventures, outcome.venture_share, outcome.output, len(before)),
    }


def drawn_real_gdp(each: Solved, offset: Array) -> Array:
    """Real GDP [n] of a case in a draw, per cent: integrated in few steps, ``offset`` [n] away, which is what the many
    steps of the same case at central values differ by. NaN where a fraction of the shock has no answer."""
    try:
        moved: Array = 100.0 * np.expm1(each.ln_real_gdp(DRAWN_STEPS) + offset)
    except MultipolarError:
        moved = np.full_like(offset, np.nan)
    return moved


def drawn_numbers(solved: Sequence[Solved | None], offsets: Array) -> dict[str, Array]:
    """What a draw holds of its cases beside real income [case, n]; NaN where a case has no answer."""
    found = {name: np.full_like(offsets, np.nan) for name in ("real_gdp", "gni", "royalty")}
    for k, each in enumerate(solved):
        if each is not None:
            found["real_gdp"][k] = drawn_real_gdp(each, offsets[k])
            for name, values in national(each).items():
                found[name][k] = values
    return found


def real_gdp_offsets(solved: Sequence[Solved], real_gdp: Array) -> Array:
    """``drawn_real_gdp``'s offsets [case, n] from central real GDP in per cent."""
    few = np.stack([each.ln_real_gdp(DRAWN_STEPS) for each in solved])
    offset: Array = np.log1p(real_gdp / 100.0) - few
    return offset


def along_the_years(answers: Sequence[Answer]) -> dict[str, Array]:
    """What a path adds: real income by year, and what knowledge has done to productivity by its end; per cent."""
    walks = [each.walk for each in answers if each.walk is not None]
    if not walks:
        return {}
    return {
        "welfare_path": np.stack([walk.welfare for walk in walks]),
        "productivity": np.stack([100.0 * (walk.productivity[-1] - 1.0) for walk in walks]),
        "productivity_path": np.stack([100.0 * (walk.productivity - 1.0) for walk in walks]),
        "research_spending": np.stack([walk.last.outcome.research_spending for walk in walks]),
    }


def statuses(answers: Sequence[Answer], draw: int | None = None) -> list[CaseStatus]:
    """How the solves of each case ended: sweeps of all its years together, the largest residual of any."""
    return [
        CaseStatus(k, draw, str(each.solved.outcome.status), each.sweeps, each.residual)
        for k, each in enumerate(answers)
    ]
