"""Indices of every case against those of the reference world: values, changes, and what an average year changes anyway.

Levels are taken on the world after the case, by one rule for both (``indexed.py``). What has no number is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from multipolar.base.arrays import Array
from multipolar.base.problems import WorldError
from multipolar.base.variables import variables
from multipolar.model import indices as ix
from multipolar.model.shocks import Shocks
from multipolar.results.evidence import Evidence
from multipolar.results.result import Index, Names
from multipolar.scenario.measures.measure import NEEDS_YEARS
from multipolar.scenario.resolve import RailShare
from multipolar.scenario.scenario import Scenario
from multipolar.study.case import Solved
from multipolar.study.indexed import Indexed, high_tech, of_outcome, of_world
from multipolar.study.path import Answer, Walker, learnt
from multipolar.study.resting import index_grade
from multipolar.study.yardstick import NOT_COMPUTED, yardstick, yearly_change
from multipolar.world import groups
from multipolar.world.world import World

DRAWN = (
    "poles", "polarisation", "dependence", "dependence_high_tech", "leadership_share", "gap", "gap_between",
    "gap_within", "co2", "co2_intensity", "jobs", "chokepoint", "idea_share",
    "currency", "dollar_share",
)  # fmt: skip
USUAL = ("poles", "polarisation", "dependence", "dependence_high_tech")
WEST, YARDSTICK = "G7 and EU27", "average yearly change"


@dataclass(frozen=True, eq=False)
class Measured:
    """Indices by name: ``base`` [...] of the reference world, ``value`` [case, ...], NaN where a case has none.

    ``missing``: name -> why.
    """

    base: Mapping[str, Array]
    value: Mapping[str, Array]
    missing: Mapping[str, str]

    def changes(self) -> dict[str, Array]:
        """The changes that draws keep, [case, ...], the same names in every draw."""
        return {name: self.value[name] - self.base[name] for name in DRAWN if name in self.value}

    def joined(self, other: Measured) -> Measured:
        """These and others."""
        return Measured({**self.base, **other.base}, {**self.value, **other.value}, {**self.missing, **other.missing})


@dataclass(frozen=True, eq=False)
class Ruler:
    """What indices are taken of: ``blocs``, their ``member`` rows [b, n], the place of the ``leader`` among them.

    ``usual``: an average year's change by index; ``missing``: by name.
    """

    blocs: Mapping[str, Names]
    member: Array
    leader: int | None
    usual: Mapping[str, Array] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)

    def measure(
        self, walker: Walker, answers: Sequence[Answer | None], real_gdp: Array | None = None
    ) -> Measured:
        """Indices of the answers of one draw (None: it has none, NaN) and of their reference world.

        ``real_gdp`` [case, n] in per cent, for CO2 per unit of it.
        """
        base = self._of(walker, None, None)
        missing = {**self.missing, **base.missing}
        value = {name: np.full((len(answers), *held.shape), np.nan) for name, held in base.values.items()}
        for k, answer in enumerate(answers):
            if answer is None:
                continue
            found = self._of(walker, answer, None if real_gdp is None else 1.0 + real_gdp[k] / 100.0)
            missing |= found.missing
            for name in value:
                if name in found.values:
                    value[name][k] = found.values[name]
        return Measured(base.values, value, missing)

    def _of(self, walker: Walker, answer: Answer | None, real_gdp_hat: Array | None) -> Indexed:
        solved = None if answer is None else answer.solved
        reference = walker.bench.whole_baseline().economy.world
        ell = 1.0 if answer is None or answer.walk is None else answer.walk.ell
        try:
            after = reference if solved is None else solved.stands_on.economy.world.after(solved.outcome)
            known, rails = _with_stocks(after, walker, ell), _rails(walker, solved)
            found = of_world(known, self.member, leader=self.leader, rails=rails)
        except WorldError as error:
            found = Indexed(missing=dict.fromkeys(("poles", "polarisation", "dependence", "currency"), str(error)))
        specific = walker.bench.economy.parameters.specific
        moved = None if solved is None else solved.moved
        more = of_outcome(reference, moved, self.member, real_gdp_hat=real_gdp_hat, specific=specific)
        ideas = _ideas(walker, answer, self.member)
        return Indexed(found.values | more.values | ideas.values, found.missing | more.missing | ideas.missing)


def _ideas(walker: Walker, answer: Answer | None, member: Array) -> Indexed:
    """Parts of the ideas that high-tech producers (all, where there are none) meet by bloc of origin, sectors weighted
    by their value added in the reference world; NaN for a country without any."""
    if not walker.bench.scenario.stepped:
        return Indexed(missing={"idea_share": NEEDS_YEARS})
    known, reference = walker.known, walker.bench.whole_baseline().economy.world
    if known is None:
        return Indexed(missing={"idea_share": "the world has no field `knowledge`"})
    ell, share, shocks = known.start, known.trade_share, Shocks()
    if answer is not None and answer.walk is not None:
        ell, share, shocks = answer.walk.ell, answer.solved.outcome.trade_share, learnt(answer.solved)
    chosen = high_tech(reference)
    made = reference.value_added * (chosen if chosen.any() else 1.0)
    total = made.sum(axis=1)
    part = (known.origins(ell, share, shocks, member) * made).sum(axis=2)
    return Indexed({"idea_share": np.where(total > 0, part / np.where(total > 0, total, 1.0), np.nan)})


def _rails(walker: Walker, solved: Solved | None) -> tuple[RailShare, ...]:
    """Payment rails in force in a case, those of the baseline with them; None: in the reference world."""
    return walker.bench.baseline().rails if solved is None else (*solved.baseline.rails, *solved.resolution.rails)


def ruler(scenario: Scenario, world: World) -> Ruler:
    """The blocs of a scenario, in its order, as far as they have members in the world and share none; without any, the
    BRICS of the world's year and the G7 with the EU. The leader has most high-tech value added, weighted by knowledge.
    """
    missing: dict[str, str] = {}
    blocs: dict[str, Names] = {}
    taken: set[str] = set()
    declared = dict(scenario.blocs) or ready_blocs(world)
    for name, members in declared.items():
        here = tuple(code for code in members if code in world.countries)
        if taken.intersection(here):
            missing[name] = "indices of blocs leave it out: some of its members are in an earlier bloc"
        elif here:
            blocs[name] = here
            taken.update(here)
    rows = ix.members([[world.axes.country.index(code) for code in here] for here in blocs.values()],
                      len(world.countries))  # fmt: skip
    usual: dict[str, Array] = {}
    missing[YARDSTICK] = "the tables of 2018 to 2022 have other economies than this world"
    if world.countries == yardstick().countries and blocs:
        change = yearly_change(rows)
        usual = {name: np.asarray(getattr(change, name)) for name in USUAL}
        missing[YARDSTICK] = "; ".join(f"{variables()[name].label_en}: {why}" for name, why in NOT_COMPUTED.items())
    return Ruler(blocs, rows, _leader(world, rows), usual, missing)


def index_blocks(
    measured: Measured, drawn: Mapping[str, Array], stick: Ruler, world: World, evidence: Evidence
) -> dict[str, Index]:
    """The indices of a Result, graded; ``drawn``: changes [case, draw, ...] by name."""
    return {
        name: Index(
            base=measured.base[name],
            value=value,
            drawn=drawn.get(name) if name in DRAWN else None,
            usual=stick.usual.get(name),
            grade=index_grade(world, evidence, name, measured.base[name].shape),
        )
        for name, value in measured.value.items()
        if np.isfinite(value).any()
    }


def ready_blocs(world: World) -> dict[str, Names]:
    """The blocs of a scenario that declares none: the BRICS of the world's year, and the G7 with the EU."""
    year = max(world.year or 2022, groups.first_year("BRICS"))
    west = dict.fromkeys((*groups.bloc_members("G7", year), *groups.bloc_members("EU27", year)))
    return {"BRICS": groups.bloc_members("BRICS", year), WEST: tuple(west)}


def _leader(world: World, member: Array) -> int | None:
    some = high_tech(world) > 0
    if "knowledge" not in world.fields or not some.any() or not len(member):
        return None
    stock, worth, shape = world.knowledge[:, some], world.value_added[:, some], world.trade_elasticity[some]
    if not np.isfinite(stock).all() or (stock.max(axis=0) <= 0).any():
        return None
    return int(np.argmax([ix.leadership_share(stock, worth, shape, row > 0) for row in member]))


def _with_stocks(world: World, walker: Walker, ell: Array | float) -> World:
    """The world with the stocks and the long-run shape of this draw, moved by ``ell``."""
    known = walker.known
    if known is None:
        return world
    stock = replace(world.fields["knowledge"], values=known.stock * ell)
    shape = walker.bench.economy.shape
    return replace(world, fields={**world.fields, "knowledge": stock}, trade_elasticity=shape)
