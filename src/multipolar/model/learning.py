"""Knowledge of one world, calibrated: what a path over years steps forward, and the table printed beside its results.

The equations stand in ``knowledge.py``; the stocks are the world's field ``knowledge``, with its route. Weights belong
to the reference world's own trade shares; the shape is the long-run one at every horizon. Used year by year::

    known = calibrate(world.trade_share, world.knowledge, shape, learning_parameters())
    ell = known.start
    for each year: solve with productivity_hat = known.productivity(ell); ell = known.step(ell, out.trade_share, shocks)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array, first_where, frozen, plain_array, plain_number
from multipolar.base.problems import Collector, InputError, ShocksError, shown
from multipolar.model import knowledge as eq
from multipolar.model.parameters import parameter_table
from multipolar.model.shocks import Shocks

ROUNDING = 1e-16


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """Parameters of the law of motion (ECONOMICS 1.6), their defaults and ranges rows of ``parameters.csv``.

    ``diffusion``: b, the weight of the source's stock in what is learnt from it. ``obsolescence``: delta a year.
    ``productivity_growth``: of the baseline, a year; the stock grows by theta_K times it. ``research_returns``: xi.
    ``research_elasticity``: of output to research in the long run, all countries together; the research share rR of
    each sector follows from it. ``controllable``: part of an idea flow that a control of know-how can reach.
    ``sector_links``: part of what a sector meets that comes from the sectors of its inputs (Goes and Bekkers 2022, in
    hats), 0 unless a run asks for it. Raises ``InputError`` for numbers out of range.
    """

    diffusion: float
    obsolescence: float
    productivity_growth: float
    research_returns: float
    research_elasticity: float
    controllable: float
    sector_links: float = 0.0

    def __post_init__(self) -> None:
        problems = Collector()
        for name, low, high in (
            ("diffusion", 0.0, 0.99),
            ("obsolescence", 0.0, 0.99),
            ("productivity_growth", 1e-6, 1.0),
            ("research_returns", 1e-3, 1.0),
            ("research_elasticity", 0.0, 1.0),
            ("controllable", 0.0, 1.0),
            ("sector_links", 0.0, 1.0),
        ):
            given = getattr(self, name)
            if not plain_number(given, low, high):
                problems.add(f"{shown(given)} is not a number from {low:g} to {high:g}", path=name)
        problems.raise_if_any(InputError)


def learning_parameters(sector_links: float = 0.0) -> Learning:
    """The central values of ``parameters.csv``: the same at every horizon."""
    table = parameter_table()
    return Learning(
        diffusion=table["diffusion"].values["long"],
        obsolescence=table["obsolescence"].values["long"],
        productivity_growth=table["productivity_growth"].values["long"],
        research_returns=table["research_returns"].values["long"],
        research_elasticity=table["research_elasticity"].values["long"],
        controllable=table["controllable"].values["long"],
        sector_links=sector_links,
    )


@dataclass(frozen=True, eq=False)
class Knowledge:
    """The stocks of a reference world and what follows from them. n learner, i source, s sector.

    ``stock`` [n,s], relative within a sector; ``trade_share`` [i,n,s] of the reference world; ``weight`` [i,n,s] of
    each source in the baseline inflow, columns sum to 1; ``total`` [n,s], the composite S; ``shape`` theta_K,
    ``growth`` g, ``research_share`` rR, all [s]; ``links`` [n,k,s] or None.
    """

    stock: Array
    trade_share: Array
    weight: Array
    total: Array
    shape: Array
    growth: Array
    research_share: Array
    learning: Learning
    links: Array | None = None

    @property
    def start(self) -> Array:
        """The stocks of the baseline path against themselves: 1 [n,s]."""
        return np.ones_like(self.stock)

    @cached_property
    def _gain(self) -> Array:
        """``meeting_gain`` [i,n,s], the same in every year."""
        gain: Array = eq.meeting_gain(self.stock, self.total, self.learning.diffusion)
        return gain

    @cached_property
    def _bought(self) -> tuple[Array, tuple[NDArray[np.intp], ...]]:
        """The reference shares, 1 where they are 0, and the cells among those that have a weight."""
        bought = self.trade_share > 0
        return np.where(bought, self.trade_share, 1.0), np.nonzero(~bought & (self.weight > 0))

    def _share_hat(self, trade_share: Array) -> Array:
        """``pi' / pi`` [i,n,s], 1 where nothing was bought; any number where it has no weight."""
        base, alone = self._bought
        hat: Array = trade_share / base
        hat[alone] = 1.0
        return hat

    def productivity(self, ell: Array) -> Array:
        """``A_hat`` [n,s] of stocks ``ell``, for ``Shocks.productivity_hat``."""
        hat: Array = eq.productivity(ell, self.shape)
        return hat

    def step(self, ell: Array, trade_share: Array, shocks: Shocks) -> Array:
        """Stocks of the next year from those of this one, its trade shares and what its shocks say of knowledge.

        Reads ``sharing``, ``sharing_form``, ``diffusion_hat`` and ``research_hat``; without them, at the reference
        shares, 1 stays 1. Raises ``ShocksError`` where a country shares what it has no stock of.
        """
        new: Array = eq.next_stock(ell, self._target(ell, trade_share, shocks), self.growth, self.learning.obsolescence)
        return new

    def long_run(self, trade_share: Array, shocks: Shocks) -> Array:
        """Stocks [n,s] that a constant shock at constant trade shares ends in.

        In logs each round shortens the distance by at least b, so a known number of rounds reaches rounding; it is over
        where nothing moves any more.
        """
        ell = self.start
        b = self.learning.diffusion
        for _ in range(1 if b == 0 else math.ceil(math.log(ROUNDING) / math.log(b)) + 2):
            before, ell = ell, self._target(ell, trade_share, shocks)
            if np.abs(ell - before).max() <= ROUNDING * np.abs(ell).max():
                break
        return ell

    def origins(self, ell: Array, trade_share: Array, shocks: Shocks, member: Array) -> Array:
        """Parts [b,n,s] of the ideas that a learner meets in a sector which come from blocs, ``member`` [b,n] 0 or 1.

        ``a what pi_hat^(1-b) ell_i^b`` and what is shared, summed over the bloc and over all; at ``start``, at the
        reference shares and without shocks that is the bloc's part of ``weight``. Raises as ``step``.
        """
        every = self._ideas(ell, trade_share, shocks)
        return np.stack([self._ideas(ell, trade_share, shocks, inside) / every for inside in member])

    def _ideas(self, ell: Array, trade_share: Array, shocks: Shocks, inside: Array | None = None) -> Array:
        """Ideas met [n,s] against the baseline path; ``inside`` [n]: those of these sources only."""
        b, sharing = self.learning.diffusion, shocks.sharing
        met = 1.0 if shocks.diffusion_hat is None else shocks.diffusion_hat
        weight = self.weight if inside is None else self.weight * inside[:, None, None]
        ideas: Array = eq.inflow(weight, self._share_hat(trade_share), ell, b, met)
        if sharing is not None:
            _refuse_empty(sharing, self.stock)
            form = shocks.sharing_form
            if inside is not None:
                ideas = ideas if form == "additive" else (1.0 - sharing.sum(axis=0)) * ideas
                sharing, form = sharing * inside[:, None, None], "additive"
            ideas = eq.shared(ideas, sharing, self._gain, ell, b, form)
        return ideas if self.links is None else eq.across_sectors(ideas, self.links)

    def _target(self, ell: Array, trade_share: Array, shocks: Shocks) -> Array:
        ideas = self._ideas(ell, trade_share, shocks)
        effort = 1.0 if shocks.research_hat is None else shocks.research_hat
        target: Array = eq.rest_point(ideas, effort, self.research_share, self.learning.research_returns)
        return target


def _refuse_empty(sharing: Array, stock: Array) -> None:
    origin, sector = np.nonzero(stock <= 0)
    wrong = sharing[origin, :, sector] > 0  # [cell, n]
    if wrong.any():
        cell, n = first_where(wrong)
        i, s = origin[cell], sector[cell]
        raise ShocksError.of(f"sharing: country {i} has no stock of knowledge in sector {s} to share with country {n}")


def calibrate(
    trade_share: Array, stock: object, shape: Array, learning: Learning, links: object | None = None
) -> Knowledge:
    """Knowledge of a reference world from its ``trade_share`` [i,n,s] and relative ``stock`` [n,s].

    ``shape`` theta_K [s]. ``links`` [n,k,s]: shares of a sector's ideas that come from each sector, rows sum to 1. A
    stock of 0 is a country that makes nothing there. Raises ``InputError`` with every array that cannot be used, and
    where the research elasticity is more than any research share can give (``research_elasticity theta_K > xi``).
    """
    n, s = trade_share.shape[1:]
    problems = Collector()
    lam = plain_array("stock", stock, (n, s), "country, sector", problems)
    if lam is not None and (lam < 0).any():
        problems.add(f"below 0 at {first_where(lam < 0)}", path="stock")
    rows = None if links is None else plain_array("links", links, (n, s, s), "country, user, sector", problems)
    if rows is not None and ((rows < 0).any() or (np.abs(rows.sum(axis=2) - 1.0) > 1e-12).any()):
        problems.add("shares at or above 0 whose rows sum to 1 are needed", path="links")
    too_much = learning.research_elasticity * shape > learning.research_returns
    if too_much.any():
        worst = float(shape.max())
        problems.add(
            f"{learning.research_elasticity:g} times theta_K {worst:g} is above research_returns "
            f"{learning.research_returns:g}: no research share gives so much",
            path="research_elasticity",
        )
    problems.raise_if_any(InputError)
    if lam is None:
        raise AssertionError("a stock is missing without a problem")  # unreachable: a None noted a problem
    b = learning.diffusion
    flows = eq.idea_flows(trade_share, lam, b)
    return Knowledge(
        stock=lam,
        trade_share=trade_share,
        weight=frozen(eq.idea_weights(flows)),
        total=frozen(eq.composite(flows)),
        shape=shape,
        growth=shape * learning.productivity_growth,
        research_share=eq.research_share(learning.research_elasticity, shape, b, learning.research_returns),
        learning=learning,
        links=rows,
    )


def input_links(input_share: Array, own: float) -> Array:
    """Links [n,k,s] of ideas between sectors: ``own`` from the sector itself, the rest by its input cost shares.

    A sector without inputs learns from itself only. Goes and Bekkers (2022) spread ideas along inputs; here in hats.
    """
    total = input_share.sum(axis=2, keepdims=True)
    shares = np.divide(input_share, total, out=np.zeros_like(input_share), where=total > 0)
    itself = np.eye(input_share.shape[1])
    rows: Array = np.where(total > 0, own * itself + (1.0 - own) * shares, itself)
    return rows


@dataclass(frozen=True, slots=True)
class CalibrationRow:
    """One line of the table: what the story of knowledge rests on for a learner in a sector.

    ``gap``: stock per unit of size of the partners over the learner's; ``diffusion`` b; ``partner_weight``: the
    partners' part of the ideas it meets; ``own_weight``; ``gain``: largest G of a partner; ``half_life`` in years;
    ``reached``: share of the long run after ten years; ``research_alone``: long-run elasticity of its productivity to
    its own research, where it alone does more. NaN where the learner makes nothing there.
    """

    country: int
    sector: int
    gap: float
    diffusion: float
    partner_weight: float
    own_weight: float
    gain: float
    half_life: float
    reached: float
    research_alone: float


def calibration_table(
    known: Knowledge, size: Array, learners: list[int], partners: list[int], sectors: list[int], years: float = 10.0
) -> tuple[CalibrationRow, ...]:
    """The rows for ``learners`` x ``sectors``, partners taken together (ECONOMICS 1.5: printed with every result).

    ``size`` [n,s] in which stocks are compared: output, or employment where they come from productivity.
    """
    b = known.learning.diffusion
    pace = eq.speed(b, known.research_share, known.growth, known.learning.obsolescence)
    half, reached = eq.half_life(pace), eq.share_reached(pace, years)
    gain = eq.meeting_gain(known.stock, known.total, b)
    itself = np.arange(len(size))
    alone = eq.elasticity_alone(
        known.research_share, known.shape, b, known.learning.research_returns, known.weight[itself, itself]
    )
    rows = []
    for n in learners:
        others = [i for i in partners if i != n]
        for s in sectors:
            theirs = known.stock[others, s].sum() * size[n, s]
            own = known.stock[n, s] * size[others, s].sum()
            rows.append(
                CalibrationRow(
                    country=n,
                    sector=s,
                    gap=float(theirs / own) if own > 0 else math.nan,
                    diffusion=b,
                    partner_weight=float(known.weight[others, n, s].sum()),
                    own_weight=float(known.weight[n, n, s]),
                    gain=float(gain[others, n, s].max(initial=0.0)),
                    half_life=float(half[s]),
                    reached=float(reached[s]),
                    research_alone=float(alone[n, s]) if known.stock[n, s] > 0 else math.nan,
                )
            )
    return tuple(rows)
