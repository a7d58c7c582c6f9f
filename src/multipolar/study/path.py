"""One case year by year: an equilibrium a year, linked by knowledge (ECONOMICS 1).

Year t is solved with the stocks of knowledge that the years before have made; its trade shares, and what its measures
say of knowledge, make the stocks of t + 1. The baseline path is exact by construction: everything is a hat against it,
so without measures every year is the reference world. A year starts from the solutions of the two before it.

Where wages are rigid (ECONOMICS 3.4) the floors of t + 1 are ``d`` times the wages paid in t, sector by sector, hats
against the reference world; before the first year those are 1. So a floor that binds loosens by 1 - d a year, and one
below a wage that has risen rises with it. d is below 1 where nominal growth is not negative: no floor binds without a
measure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from multipolar.base.arrays import Array
from multipolar.model.knowledge import research_share
from multipolar.model.learning import Knowledge, Learning, calibrate, input_links
from multipolar.model.shocks import Shocks, of_one_year
from multipolar.numerics.secants import Secants
from multipolar.scenario.resolve import RESEARCH_SECTOR
from multipolar.scenario.scenario import CaseKey
from multipolar.study.case import Bench, Solved, Staged, Start, start_from, start_of
from multipolar.study.unemployed import unemployment
from multipolar.world.knowledge import again

OnYear = Callable[[int | None], None]  # the year that is done; None: the one comparison
NOTHING = Secants()
MOST_RESEARCH = 0.95  # of new knowledge that may come from research


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """One case along its years: ``welfare`` [year, n] in per cent, ``productivity`` hats [year, n, s] from knowledge.

    ``ell`` [n, s]: stocks of the last year against the baseline path; ``last``: its solve. ``sweeps``: of all years
    together, ``residual``: the largest of any. ``unemployment`` [year, n] in per cent of heads, where wages are rigid.
    ``along``: where each year came to.
    """

    years: tuple[int, ...]
    welfare: Array
    productivity: Array
    ell: Array
    last: Solved
    sweeps: int
    residual: float
    unemployment: Array | None = None
    along: tuple[Start, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """One case answered: by the last year of its walk, or by one solve where the scenario has no years."""

    solved: Solved
    walk: Walk | None
    sweeps: int
    residual: float

    @property
    def start(self) -> Start | None:
        """The start that it gives to draws of its case."""
        last = start_of(self.solved.outcome)
        return last if last is None or self.walk is None else replace(last, years=self.walk.along)


@dataclass(eq=False)
class Walker:
    """Walks the cases of one draw on one ``bench``, with the ``learning`` of that draw. Without ``learns`` knowledge
    stays on the baseline path (a structural row)."""

    bench: Bench
    learning: Learning
    learns: bool = True

    @cached_property
    def known(self) -> Knowledge | None:
        """Knowledge of the reference world; None in a world without stocks, where productivity stays as it is.

        Stocks are those of the world as loaded. In a draw of trade elasticities they are made anew by their route, and
        the research share too; that stays at ``MOST_RESEARCH`` where a drawn elasticity of research asks for more.
        """
        economy, drawn = self.bench.economy, self.learning
        world = economy.world
        if "knowledge" not in world.fields or not self.learns:
            return None
        if economy.parameters.theta_factor is not None:
            world = again(replace(world, trade_elasticity=economy.shape))
        asked = MOST_RESEARCH * drawn.research_returns / economy.shape
        elasticity = np.minimum(drawn.research_elasticity, asked)
        held = replace(drawn, research_elasticity=float(elasticity.min()))
        reference = self.bench.whole_baseline().economy.world
        links = input_links(reference.input_share, 1.0 - drawn.sector_links) if drawn.sector_links else None
        known = calibrate(reference.trade_share, world.knowledge, economy.shape, held, links)
        share = research_share(elasticity, economy.shape, drawn.diffusion, drawn.research_returns)
        return replace(known, research_share=share, learning=drawn)

    def answer(
        self,
        case: CaseKey,
        on_year: OnYear | None = None,
        start: Start | None = None,
        by_year: bool | None = None,
    ) -> Answer:
        """The case along its years where the scenario has years (``by_year`` says otherwise), else in one solve.

        ``start``, by default that of the bench. Raises as ``walk``.
        """
        if self.bench.scenario.stepped if by_year is None else by_year:
            walk = self.walk(case, on_year, start)
            return Answer(walk.last, walk, walk.sweeps, walk.residual)
        solved = self.bench.solve(case, start)
        if on_year is not None:
            on_year(None)
        return Answer(solved, None, solved.outcome.sweeps, max(solved.outcome.residuals.values()))

    def notes(self, capped: int) -> tuple[str, ...]:
        """What must be said of the years. ``capped``: draws in which research would have made nearly all ideas."""
        if not self.bench.scenario.stepped:
            return ()
        said = []
        if self.known is None:
            name = self.bench.economy.world.name
            said.append(f"world `{name}` has no field `knowledge`: productivity stays as it is in every year")
        elif self.learning.sector_links:
            said.append(
                f"sector links: {self.learning.sector_links:.3g} of the ideas that a sector meets come from the sectors"
                " of its inputs, by their shares in cost (Goes and Bekkers 2022, in hats)"
            )
        if capped:
            said.append(f"in {capped} of the draws research is held at {MOST_RESEARCH:.0%} of new knowledge")
        return tuple(said)

    def walk(self, case: CaseKey, on_year: OnYear | None = None, start: Start | None = None) -> Walk:
        """Every year of the horizon in turn. Raises what the model raises, the case and the year named.

        ``start``, by default that of the bench: its years are followed, and its secants are gone on with.
        """
        years, bench = self.bench.scenario.horizon.years, self.bench
        rigid, idle = bench.economy.wage_floor is not None, []
        known = self.known
        ell = np.ones_like(bench.economy.world.output)
        welfare, productivity = [], []
        sweeps, residual = 0, 0.0
        before: list[Solved] = []
        along: list[Start] = []
        start = bench.starts.get(case) if start is None else start
        guide, secants = ((), None) if start is None else (start.years, start.secants)
        for year in years:
            staged = bench.staged(case, year)
            skill = np.ones_like(ell) if known is None else known.productivity(ell)
            wages = before[-1].hat("sector_wage_hat") if rigid and before else None
            ahead = _start(along, before, staged, guide)
            solved = bench.answer(staged, with_knowledge(staged, skill), ahead, year, wages, secants)
            reached = start_from(solved.outcome, staged.stands_on.economy.markets.spending)
            along.append(replace(reached, secants=NOTHING))
            secants = reached.secants
            welfare.append(100.0 * (solved.hat("welfare_hat") - 1.0))
            productivity.append(skill)
            if rigid:
                idle.append(unemployment(solved))
            sweeps += solved.outcome.sweeps
            residual = max(residual, *solved.outcome.residuals.values())
            if known is not None and year != years[-1]:
                ell = known.step(ell, solved.outcome.trade_share, learnt(solved))
            before = [*before[-1:], solved]
            if on_year is not None:
                on_year(year)
        return Walk(
            years, np.stack(welfare), np.stack(productivity), ell, before[-1], sweeps, residual,
            np.stack(idle) if rigid else None, tuple(along),
        )  # fmt: skip


def with_knowledge(staged: Staged, skill: Array) -> Shocks:
    """The shocks of one year: ``skill``, productivity from knowledge, on top of what measures give, ventures beside the
    host's own stock that it stands for, and the research that measures add or take, million USD at base prices, bought
    from sector M (ECONOMICS 1.5)."""
    shocks, world = staged.resolution.shocks, staged.stands_on.economy.world
    purchases = None
    if shocks.research_hat is not None:
        extra = shocks.research_hat != 1.0
        spent = np.where(extra, (shocks.research_hat - 1.0) * np.where(extra, world.research, 0.0), 0.0)
        purchases = np.zeros_like(spent)
        purchases[:, world.axes.sector.index(RESEARCH_SECTOR)] = spent.sum(axis=1)
    made = skill if shocks.productivity_hat is None else shocks.productivity_hat * skill
    moved = made if (made != 1.0).any() else None
    shape, ventures = staged.stands_on.economy.shape, []
    for each in shocks.ventures:
        own = float(skill[each.host, each.sector] ** shape[each.sector])
        ventures.append(each.beside(own, f"{world.countries[each.host]} x {world.sectors[each.sector]}"))
    return replace(
        of_one_year(shocks), productivity_hat=moved, research_purchases=purchases, ventures=tuple(ventures)
    )


def _start(along: list[Start], before: list[Solved], staged: Staged, guide: tuple[Start, ...]) -> Start | None:
    """Where the line through the last two years leads, or the year before, as far as they stand on the same world.

    With a ``guide`` that is told of the distances from its years, and starts from its first.
    """
    year = len(along)
    held = [year - len(before) + j for j, each in enumerate(before) if each.stands_on is staged.stands_on]
    if not held:
        return guide[year] if guide else None
    off = [along[k].plus(guide[k], -1.0) if guide else along[k] for k in held]
    ahead = off[-1] if len(off) == 1 else off[1].plus(off[1].plus(off[0], -1.0))
    return ahead.plus(guide[year]) if guide else ahead


def learnt(solved: Solved) -> Shocks:
    """What the year's measures say of knowledge, with what hosts learn from ventures: a part kappa of their share mu of
    the sector, ``tau = kappa mu`` (ECONOMICS 2.5)."""
    shocks, learning = solved.resolution.shocks, solved.resolution.learning
    if not any(learning):
        return shocks
    sharing = np.zeros_like(solved.outcome.trade_share) if shocks.sharing is None else shocks.sharing.copy()
    for kappa, venture, mu in zip(learning, shocks.ventures, solved.outcome.venture_share, strict=True):
        sharing[venture.investor, venture.host, venture.sector] += kappa * mu
    return replace(shocks, sharing=sharing)
