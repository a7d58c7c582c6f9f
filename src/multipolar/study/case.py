"""One case of a scenario in one draw: the reference world it is measured against, and its solve.

The reference world is that of closed deficits (where the rule is ``closed``) with the baseline in force: one joint
solve, which by the composition law equals closing first and putting the measures in force then (G41). A case that lifts
measures of the baseline is solved on the world without them, and its hats are brought back to the reference world of
all: what lifting does is part of its effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

import numpy as np

from multipolar.base.arrays import Array
from multipolar.base.problems import NoEquilibriumError
from multipolar.model.markets import markets_of
from multipolar.model.outcome import Outcome
from multipolar.model.shocks import Block, Shocks
from multipolar.model.solve import PRODUCTION, solve_system, system_of, with_production
from multipolar.model.system import Economy, System, prepare, with_parameters
from multipolar.numerics.secants import Secants
from multipolar.scenario.resolve import Resolution, in_force, last_year, lifts, resolve, resolve_baseline
from multipolar.scenario.scenario import CaseKey, Scenario

NO_DRAW: Mapping[str, float] = {}


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """A world that effects are measured against: prepared, with the outcome that made it (None: as loaded)."""

    economy: Economy
    outcome: Outcome | None


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """Central hats as a starting point for other draws of the same case (never another draw's), with what the central
    solve has learnt, and where it was in the ``years`` of its path."""

    hats: Array
    ln_spending_hat: Array
    secants: Secants = field(default_factory=Secants)
    years: tuple[Start, ...] = ()

    def plus(self, other: Start, times: float = 1.0) -> Start:
        """This one and ``times`` the other together: in logs hats nearly add up. What it has learnt stays."""
        return replace(
            self,
            hats=self.hats + times * other.hats,
            ln_spending_hat=self.ln_spending_hat + times * other.ln_spending_hat,
            years=tuple(own.plus(its, times) for own, its in zip(self.years, other.years, strict=True)),
        )

    def at(self, economy: Economy) -> Array:
        """The state at these hats in another economy."""
        spending = economy.markets.spending
        level = np.where(spending > 0, np.log(np.where(spending > 0, spending, 1.0)) + self.ln_spending_hat, 0.0)
        return np.concatenate([self.hats, level], axis=1)


def start_of(outcome: Outcome | None) -> Start | None:
    """The start that an outcome gives to other draws."""
    return None if outcome is None else start_from(outcome, markets_of(outcome.world).spending)


def start_from(outcome: Outcome, base: Array) -> Start:
    """The start that an outcome gives, from its world's spending by market [n,M]."""
    spending = outcome.market_spending
    both = (spending > 0) & (base > 0)
    hat = np.where(both, np.log(np.where(both, spending, 1.0) / np.where(both, base, 1.0)), 0.0)
    hats = np.concatenate([np.log(outcome.wage_hat)[:, None], np.log(outcome.cost_hat)], axis=1)
    return Start(hats, hat, outcome.secants or Secants())


@dataclass(frozen=True, slots=True, eq=False)
class Staged:
    """One case resolved: ``reference``, what effects are measured against, and ``stands_on``, what it is solved on."""

    case: CaseKey
    resolution: Resolution
    baseline: Resolution
    reference: Reference
    stands_on: Reference


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """A case against the reference world: hats, and levels in million USD at the same world value added.

    ``employed_share``: 1 in the reference world, whose wages are free to fall.
    """

    welfare_hat: Array
    cost_hat: Array
    productivity_hat: Array
    labour_supply_hat: Array
    employed_share: Array
    output: Array
    value_added: Array


@dataclass(frozen=True, eq=False)
class Solved(Staged):
    """One case solved: ``outcome`` on the world ``stands_on`` (the reference world, less what the case lifts)."""

    outcome: Outcome

    def hat(self, name: str) -> Array:
        """A hat of the case against the reference world: ``welfare_hat``, ``cost_hat`` ..."""
        own: Array = getattr(self.outcome, name)
        lifted, base = self.stands_on.outcome, self.reference.outcome
        if self.stands_on is self.reference or lifted is None or base is None:
            return own
        moved: Array = own * (getattr(lifted, name) / getattr(base, name))
        return moved

    def sum(self, name: str) -> Array:
        """The same for what adds up along solves instead of multiplying: first-order terms."""
        own: Array = getattr(self.outcome, name)
        lifted, base = self.stands_on.outcome, self.reference.outcome
        if self.stands_on is self.reference or lifted is None or base is None:
            return own
        moved: Array = own + (getattr(lifted, name) - getattr(base, name))
        return moved

    @property
    def moved(self) -> Moved:
        """What the case makes of the reference world, whatever it lifts: by the composition law hats multiply, and
        levels need nothing, because every solve keeps world value added."""
        outcome = self.outcome
        return Moved(
            self.hat("welfare_hat"), self.hat("cost_hat"), self.hat("productivity_hat"), self.hat("labour_supply_hat"),
            outcome.employed_share, outcome.output, outcome.value_added,
        )  # fmt: skip

    def ln_real_gdp(self, steps: int) -> Array:
        """ln real GDP [n] against the reference world, integrated in ``steps`` instead of the usual number."""
        own = self.outcome.decomposed_in(steps).ln_real_gdp
        lifted, base = self.stands_on.outcome, self.reference.outcome
        if self.stands_on is self.reference or lifted is None or base is None:
            return own
        return own + (lifted.decomposed_in(steps).ln_real_gdp - base.decomposed_in(steps).ln_real_gdp)


@dataclass(eq=False)
class Bench:
    """Where the cases of one draw are solved: the world as loaded, and the reference worlds made so far.

    ``licensed``: every cut that is not whole is made by licences whose rents the exporters earn (a structural row).
    """

    economy: Economy
    scenario: Scenario
    draw: Mapping[str, float] = field(default_factory=dict)
    starts: Mapping[object, Start | None] = field(default_factory=dict)
    tolerance: float = 1e-10
    licensed: bool = False
    references: dict[tuple[tuple[str, float], ...], tuple[Reference, Resolution]] = field(default_factory=dict)
    # The year staged last, with what was in force in it.
    _before: tuple[object, Staged] | None = field(default=None, init=False, repr=False)
    # The system solved last and the shocks it was made of.
    _made: tuple[Shocks, System] | None = field(default=None, init=False, repr=False)

    def reference(self, case: CaseKey, year: int | None = None) -> tuple[Reference, Resolution]:
        """The world a case stands on: the baseline less what it lifts; cases that lift the same share it."""
        key = lift_key(self.scenario, case, self.draw, year)
        if key not in self.references:
            resolution = resolve_baseline(self.scenario, self.economy.world, case, self.draw, year)
            self.references[key] = (self._reference(resolution.shocks, case, year), resolution)
        return self.references[key]

    def whole_baseline(self) -> Reference:
        """The reference world of every effect: the baseline with nothing lifted."""
        key: tuple[tuple[str, float], ...] = ()
        if key not in self.references:
            bare = replace(self.scenario, measures=(), branches={})
            resolution = resolve_baseline(bare, self.economy.world, CaseKey(), self.draw)
            self.references[key] = (self._reference(resolution.shocks, None), resolution)
        return self.references[key][0]

    def baseline(self) -> Resolution:
        """What puts the whole baseline in force."""
        self.whole_baseline()
        return self.references[()][1]

    def _reference(self, shocks: Shocks, case: CaseKey | None, year: int | None = None) -> Reference:
        if shocks.deficits != "closed" and not self.scenario.baselines:
            return Reference(self.economy, None)
        lifted = () if case is None else central_lift_key(self.scenario, case, year)
        start = self.starts.get(("reference", lifted))
        known = None if start is None else start.secants
        outcome = _named(self, "the reference world", system_of(_flexible(self.economy), shocks), start, known)
        outcome.raise_for_status()
        world = self.economy.world.after(outcome)
        return Reference(prepare(world, self.economy.parameters, like=self.economy), outcome)

    def staged(self, case: CaseKey, year: int | None = None) -> Staged:
        """A case resolved on the world it stands on; ``year`` as in ``resolve``.

        A year in which the same is in force as in the one asked before is that one again, except the last, whose notes
        stand in the result.
        """
        key = None if year in (None, last_year(self.scenario)) else (case, in_force(self.scenario, case, year))
        if key is not None and self._before is not None and self._before[0] == key:
            return self._before[1]
        staged = self._staged(case, year)
        self._before = (key, staged)
        return staged

    def _staged(self, case: CaseKey, year: int | None) -> Staged:
        stands_on, baseline = self.reference(case, year)
        lifts_some = lift_key(self.scenario, case, self.draw, year)
        resolution = resolve(self.scenario, stands_on.economy.world, case, self.draw, year)
        return Staged(case, resolution, baseline, self.whole_baseline() if lifts_some else stands_on, stands_on)

    def solve(self, case: CaseKey, start: Start | None = None) -> Solved:
        """Resolve and solve one case, from its own start unless another is given. Raises what the model raises, the
        case named."""
        staged = self.staged(case)
        return self.answer(staged, staged.resolution.shocks, self.starts.get(case) if start is None else start)

    def answer(
        self,
        staged: Staged,
        shocks: Shocks,
        start: Start | Array | None,
        year: int | None = None,
        wages_before: Array | None = None,
        secants: Secants | None = None,
    ) -> Solved:
        """The solve of a staged case under the shocks of one date. ``wages_before`` [n, k]: those of the year before,
        hats against the reference world, which rigid wages start from; None: the reference world's own. Without
        ``secants`` those of its start, or of the world it stands on."""
        name = f"branch `{staged.case.branch}`" if staged.case.branch else "the scenario"
        name = name if year is None else f"{name} in {year}"
        shocks = by_licences(shocks) if self.licensed else shocks
        made = staged.stands_on.outcome
        if secants is None and isinstance(start, Start) and start.secants.size:
            secants = start.secants
        known = secants or (made.secants if made else None)
        outcome = _named(self, name, self._system(with_floors(staged, wages_before), shocks), start, known)
        outcome.raise_for_status()
        return Solved(staged.case, staged.resolution, staged.baseline, staged.reference, staged.stands_on, outcome)

    def _system(self, economy: Economy, shocks: Shocks) -> System:
        """The system of a year; where only production has moved since the one before, made from that one.

        Arrays that are the same objects are taken to be the same: those of a resolution are never written into.
        """
        if self._made is not None and self._made[1].economy is economy and _only_production(self._made[0], shocks):
            system = with_production(self._made[1], shocks)
        else:
            system = system_of(economy, shocks)
        self._made = (shocks, system)
        return system


def _only_production(one: Shocks, other: Shocks) -> bool:
    """Whether the shocks are the same, object by object, but for ``PRODUCTION``."""
    held = (each.name for each in fields(Shocks) if each.name not in PRODUCTION)
    return all(getattr(one, name) is getattr(other, name) for name in held)


def by_licences(shocks: Shocks) -> Shocks:
    """The same cuts made by licences, the rents with the exporters; what is closed whole stays closed."""
    whole, blocks = None, []
    for share in (shocks.blocked_share, shocks.listed_share, *(block.share for block in shocks.blocks)):
        if share is not None:
            blocks.append(Block(np.where(share >= 1.0, 0.0, share), "thin", "exporter"))
            closed = np.where(share >= 1.0, 1.0, 0.0)
            whole = closed if whole is None else np.maximum(whole, closed)
    return replace(shocks, blocked_share=whole, listed_share=None, coverage="thin", rents="none", blocks=tuple(blocks))


def cuts_trade(shocks: Shocks) -> bool:
    """Whether the shocks block a share of any flow."""
    return shocks.blocked_share is not None or shocks.listed_share is not None or bool(shocks.blocks)


def lift_key(
    scenario: Scenario, case: CaseKey, draw: Mapping[str, float], year: int | None = None
) -> tuple[tuple[str, float], ...]:
    """What a case lifts of the baseline: cases with equal keys stand on the same reference world."""
    return tuple(sorted(lifts(scenario, case, draw, year).items()))


def central_lift_key(scenario: Scenario, case: CaseKey, year: int | None = None) -> tuple[tuple[str, float], ...]:
    """The same at central values: names a reference world across draws."""
    return lift_key(scenario, case, NO_DRAW, year)


def with_floors(staged: Staged, wages_before: Array | None) -> Economy:
    """The economy a case is solved on, where wages are rigid with the floors of its year (ECONOMICS 3.4).

    A floor is d times the wage of the year before. Both years are told against the reference world, whose baseline path
    has every hat at 1; a case that lifts measures of the baseline is solved on another world, whose wages differ from
    the reference's by what the two solves that made them say.
    """
    economy = staged.stands_on.economy
    if economy.wage_floor is None:
        return economy
    moved = np.zeros((1, 1)) if wages_before is None else np.log(wages_before)
    lifted, base = staged.stands_on.outcome, staged.reference.outcome
    if staged.stands_on is not staged.reference and lifted is not None and base is not None:
        moved = moved + np.log(base.sector_wage_hat / lifted.sector_wage_hat)
    return replace(economy, wage_floor=economy.wage_floor + moved) if moved.any() else economy


def _flexible(economy: Economy) -> Economy:
    """With wages free to fall: deficits are closed and measures are in force for long in a reference world."""
    if economy.wage_floor is None:
        return economy
    return with_parameters(economy, replace(economy.parameters, rigidity=0.0))


def _named(
    bench: Bench,
    name: str,
    system: System,
    start: Start | Array | None,
    secants: Secants | None,
) -> Outcome:
    try:
        first = start.at(system.economy) if isinstance(start, Start) else start
        return solve_system(system, tolerance=bench.tolerance, start=first, secants=secants or Secants())
    except NoEquilibriumError as error:
        raise NoEquilibriumError(f"{name}: {error}") from None
