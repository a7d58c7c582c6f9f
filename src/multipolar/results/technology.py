"""Rows of the tables on technology: what learning rests on, ventures, the flows behind a change of dependence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TechnologyRow:
    """What a measure of knowledge rests on for a learner in a sector, its partners taken together.

    ``gap``: their stock per output over the learner's; ``diffusion`` b; ``partner_weight`` and ``own_weight``: parts of
    the ideas it meets; ``gain``: the largest G of a partner; ``half_life`` in years; ``reached``: share of the long run
    after ten years; ``research_alone``: elasticity of its productivity to its own research in the long run. A measure
    of research (``researches``) has no partners: gap NaN, weight and gain 0.
    """

    measure: str
    country: str
    sector: str
    gap: float
    diffusion: float
    partner_weight: float
    own_weight: float
    gain: float
    half_life: float
    reached: float
    research_alone: float = float("nan")
    researches: bool = False


@dataclass(frozen=True, slots=True)
class VentureRow:
    """What a joint venture comes to in a case, in the last year of a path (ECONOMICS 2).

    ``share`` mu of the sector's new output; ``output`` mu Y' and ``royalty`` rho mu Y' in million USD at unchanged
    world value added; ``cost``: change of the sector's unit cost that its technology brings by itself, per cent;
    ``weight``: factor on what the sector's price counts with buyers; ``still_share``: mu where only the host's own
    stock grew, and not the venture's with it (NaN without years); the same as ``share`` where that is how it scales.
    """

    case: int
    host: str
    sector: str
    investor: str
    share: float
    output: float
    royalty: float
    cost: float
    weight: float
    still_share: float


@dataclass(frozen=True, slots=True)
class DependenceFlow:
    """A flow of goods and its ``effect`` on the dependence of ``country`` on ``bloc`` in its use of high technology,
    against the reference world, as a share of value added (.01: one point); ``whole``: the change in all."""

    case: int
    country: str
    bloc: str
    origin: str
    destination: str
    sector: str
    effect: float
    whole: float
