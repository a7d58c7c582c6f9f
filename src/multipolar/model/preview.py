"""What a gradient says of another shock before it is solved, and how far off that is: both side by side.

First order along the path that a shock is followed on: taxes, finite trade costs and productivity in logs, closed flows
and blocked shares in openness, transfers in dollars. The error grows with the square of the step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multipolar.base.arrays import Array
from multipolar.base.problems import Collector, InputError, of_kind
from multipolar.model import equilibrium as eq
from multipolar.model.gradient import Gradient, payoff
from multipolar.model.instruments import composed
from multipolar.model.shocks import Shocks, checked, with_licences_as_taxes
from multipolar.model.solve import solve_prepared
from multipolar.model.system import System, shocked


@dataclass(frozen=True, slots=True)
class Preview:
    """Change of a payoff from where its gradient was taken: ``predicted`` to first order, ``solved``.

    In log points (``of`` welfare) or million USD (equivalent_variation), as the gradient's value.
    """

    of: str
    whose: str
    predicted: float
    solved: float

    @property
    def error(self) -> float:
        """What the preview says less what the solve says."""
        return self.predicted - self.solved

    @property
    def sentence(self) -> str:
        """Both numbers and the error, in words."""
        scale, unit = (100.0, "log points") if self.of == "welfare" else (1.0, "million USD")
        first, whole, off = (f"{scale * each:+,.4g}" for each in (self.predicted, self.solved, self.error))
        what = "real income (100 ln)" if self.of == "welfare" else "equivalent variation"
        share = f", {abs(self.error / self.solved):.1%} of the change" if self.solved else ""
        return f"{self.whose}, {what}: {first} {unit} to first order, {whole} solved; off by {off}{share}."


def preview(gradient: Gradient, shocks: Shocks, *, tolerance: float = 1e-10) -> Preview:
    """The change that ``gradient`` predicts for ``shocks``, beside the change when they are solved.

    ``shocks`` are against the same world, as they would be given to ``solve``. Deficit rule, ventures and product lists
    must be those of the gradient's outcome. Raises ``InputError`` where they are not, ``NotConvergedError`` where
    gradient or solve did not converge, and what ``solve`` raises.
    """
    of_kind("preview", "gradient", gradient, Gradient)
    gradient.raise_for_status()
    before = gradient.outcome.unconverged().system
    economy = before.economy
    after = shocked(economy, with_licences_as_taxes(checked(shocks, economy.world), economy.world, economy.theta))
    composed(after, "a preview")  # refuses what derivatives do not cover
    _refuse_others(before, after)
    predicted = _predicted(gradient, before, after)
    outcome = solve_prepared(economy, shocks, tolerance=tolerance)
    solved = payoff(outcome, gradient.of, gradient.weights) - gradient.value
    return Preview(gradient.of, _whose(gradient), predicted, solved)


def _predicted(gradient: Gradient, before: System, after: System) -> float:
    world, theta = before.economy.world, before.economy.theta
    change = 0.0
    for name in ("tariff", "export_tax"):
        old, new = (_levels(system, name) for system in (before, after))
        change += float((getattr(gradient, name) * (1.0 + old) * (np.log1p(new) - np.log1p(old))).sum())
    old_cost, new_cost = (_factor(system.shocks.trade_cost_hat, world.trade.shape) for system in (before, after))
    old_cut, new_cut = (_levels(system, "blocked_share") for system in (before, after))
    closes = np.isinf(old_cost) | np.isinf(new_cost)
    old_open = eq.openness(old_cost, theta) * (1.0 - old_cut)
    new_open = eq.openness(new_cost, theta) * (1.0 - new_cut)
    ratio = np.log(np.where(closes, 1.0, new_cost) / np.where(closes, 1.0, old_cost))
    finite = gradient.trade_cost * np.where(closes, 0.0, old_cost) * ratio
    finite += gradient.blocked_share * (new_cut - old_cut)
    change += float(np.where(closes, gradient.openness * (new_open - old_open), finite).sum())
    old_skill, new_skill = (_factor(system.shocks.productivity_hat, world.output.shape) for system in (before, after))
    change += float((gradient.productivity * old_skill * np.log(new_skill / old_skill)).sum())
    return change + float((gradient.transfers * (after.transfers - before.transfers)).sum())


def _levels(system: System, name: str) -> Array:
    """New rates, or blocked or listed shares, of a system [i,n,s]."""
    given, world = getattr(system.shocks, name), system.economy.world
    if given is None:
        given = getattr(world, name, None)
    levels: Array = np.zeros_like(world.tariff) if given is None else given
    return levels


def _purchases(system: System) -> Array:
    bought = system.shocks.research_purchases
    return np.zeros_like(system.economy.world.output) if bought is None else bought


def _factor(given: Array | None, shape: tuple[int, ...]) -> Array:
    return np.ones(shape) if given is None else given


def _refuse_others(before: System, after: System) -> None:
    problems = Collector()
    old, new = before.shocks, after.shocks
    if old.deficits != new.deficits:
        problems.add(
            f"`{new.deficits}`, but the derivatives were taken under `{old.deficits}`; take them at an outcome under "
            f"`{new.deficits}`", path="deficits",
        )  # fmt: skip
    if old.ventures != new.ventures:
        problems.add("other ventures than those of the outcome: a preview does not reach them", path="ventures")
    if not np.array_equal(_purchases(before), _purchases(after)):
        problems.add("research is not that of the outcome: a preview does not reach it", path="research_purchases")
    if not np.array_equal(_levels(before, "listed_share"), _levels(after, "listed_share")):
        problems.add("product lists are not those of the outcome: a preview does not reach them", path="listed_share")
    problems.raise_if_any(InputError)


def _whose(gradient: Gradient) -> str:
    countries = gradient.outcome.world.countries
    members = np.nonzero(gradient.weights)[0]
    return countries[members[0]] if len(members) == 1 and gradient.weights[members[0]] == 1.0 else "The payoff"
