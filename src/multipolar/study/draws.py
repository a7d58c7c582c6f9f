"""Draws of uncertain numbers: the quantile of a number is a function of (seed, its name, draw), nothing else.

So adding a measure, or comparing two scenarios, does not move the draws of the others. Each name has its own sequence:
the radical inverse in base 2 with values scrambled and order shuffled by nested random permutations (Owen 1995; the
padded shuffled sequences of Burley 2020, Journal of Computer Graphics Techniques 9(4)). Any aligned block of 2^k draws
puts exactly one point into each of 2^k equal strata; different names are independent of each other.
A Sobol sequence over all names at once would tie a name's column to how many names come before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array
from multipolar.base.quantity import Quantity
from multipolar.model.learning import Learning, learning_parameters
from multipolar.model.parameters import Parameters, parameter_table, rows_used
from multipolar.scenario.scenario import Scenario, group_of, uncertain
from multipolar.study.path import MOST_RESEARCH
from multipolar.world.world import World

BITS = 32
LABOUR = ("mobility", "psi", "labour_share", "wage_floor", "nominal_growth")
LEARNING = ("diffusion", "obsolescence", "productivity_growth", "research_returns", "research_elasticity")
_Words = NDArray[np.uint64]


def quantiles(seed: int, name: str, count: int) -> Array:
    """``count`` numbers in (0, 1) for a name: scrambled, shuffled radical inverses."""
    order, value = (_key(seed, name, part) for part in ("order", "value"))
    index = np.arange(count, dtype=np.uint64)
    index = _nested(index, order)
    reversed_bits = np.zeros(count, dtype=np.uint64)
    for bit in range(BITS):
        reversed_bits |= ((index >> np.uint64(bit)) & np.uint64(1)) << np.uint64(BITS - 1 - bit)
    scrambled: Array = (_nested(reversed_bits, value).astype(np.float64) + 0.5) / 2.0**BITS
    return scrambled


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """All draws of one evaluation. ``numbers``: by uncertain number, [draw]; ``theta_factor`` [draw, sector].

    ``truncated``: how many drawn elasticities fell below the least one and were set to it. ``learning``: parameters of
    the law of knowledge, [draw], drawn where a scenario has years; ``labour``: those that the labour option brings into
    the numbers, [draw]; ``capped``: draws whose research elasticity is more
    than any share of research can give in some sector.
    """

    numbers: Mapping[str, Array]
    theta_factor: Array
    truncated: int
    learning: Mapping[str, Array]
    labour: Mapping[str, Array]
    capped: int

    def of(self, draw: int) -> dict[str, float]:
        """The uncertain numbers of one draw, as ``resolve`` takes them."""
        return {name: float(values[draw]) for name, values in self.numbers.items()}

    def parameters_of(self, draw: int, central: Parameters) -> Parameters:
        """The parameters of the model in one draw: trade elasticities, and those of labour; the rest is ``central``."""
        held = {name: float(values[draw]) for name, values in self.labour.items()}
        if "wage_floor" in held:
            floor = held.pop("wage_floor") / (1.0 + held.pop("nominal_growth"))
            free = np.asarray(central.rigidity) == 0.0
            held["rigidity"] = floor if not free.any() else np.where(free, 0.0, floor)  # type: ignore[assignment]
        return replace(central, theta_factor=self.theta_factor[draw], **held)  # type: ignore[arg-type]

    def learning_of(self, draw: int, sector_links: float = 0.0) -> Learning:
        """The law of knowledge of one draw; ``sector_links`` are those of the run."""
        drawn = {name: float(values[draw]) for name, values in self.learning.items()}
        return replace(learning_parameters(sector_links), **drawn)


def draw(scenario: Scenario, world: World, parameters: Parameters, count: int, seed: int) -> Drawn:
    """Draw every uncertain number of a scenario, the trade elasticities, and of the parameters of labour those that
    ``parameters`` use (ECONOMICS 8.1)."""
    numbers = {}
    for name, quantity in uncertain(scenario).items():
        points = quantiles(seed, group_of(scenario, name), count)
        numbers[name] = np.array([quantity.quantile(float(u)) for u in points])
    factor, truncated = elasticity_factors(world, parameters.theta_scale, count, seed)
    learning = _ranged("learning", LEARNING, count, seed) if scenario.stepped else {}
    used = rows_used(parameters)
    labour = _ranged("labour", [name for name in LABOUR if name in used], count, seed)
    capped = 0
    if learning and count:
        asked = learning["research_elasticity"] * (world.trade_elasticity * factor).max(axis=1)
        capped = int((asked > MOST_RESEARCH * learning["research_returns"]).sum())
    return Drawn(numbers, factor, truncated, learning, labour, capped)


def _ranged(of: str, names: Iterable[str], count: int, seed: int) -> dict[str, Array]:
    """Draws of parameters that have a range, each by its own name."""
    found = {}
    for name in names:
        row = parameter_table()[name]
        stated = Quantity(row.values["long"], row.low, row.high, "triangular")
        found[name] = np.array([stated.quantile(float(u)) for u in quantiles(seed, f"{of}.{name}", count)])
    return found


def elasticity_factors(world: World, theta_scale: float, count: int, seed: int) -> tuple[Array, int]:
    """Factors on the trade elasticities [draw, sector] and how many were truncated.

    ``ln theta_s = ln m_s - v^2/2 + v (sqrt(rho) z0 + sqrt(1-rho) z_s)``, ``v^2 = ln(1 + (se/theta)^2)``: the mean m_s
    is kept. What would leave theta_h below the least elasticity of the table is set to it.
    """
    table = parameter_table()
    error, common, least = (
        table[name].values["long"] for name in ("theta_standard_error", "theta_correlation", "theta_least")
    )
    if count == 0:
        return np.ones((0, len(world.sectors))), 0
    from statistics import NormalDist

    normal = np.vectorize(NormalDist().inv_cdf)
    v2 = np.log1p(error**2)
    shared = normal(quantiles(seed, "theta", count))[:, None]
    own = np.stack([normal(quantiles(seed, f"theta.{sector}", count)) for sector in world.sectors], axis=1)
    factor = np.exp(-v2 / 2 + np.sqrt(v2) * (np.sqrt(common) * shared + np.sqrt(1 - common) * own))
    floor = least / (world.trade_elasticity * theta_scale)
    return np.maximum(factor, floor), int((factor < floor).sum())


def _key(seed: int, name: str, part: str) -> np.uint64:
    digest = hashlib.sha256(f"{seed}\x00{name}\x00{part}".encode()).digest()
    return np.uint64(int.from_bytes(digest[:8], "little"))


def _nested(words: _Words, key: np.uint64) -> _Words:
    """Owen's nested permutation of 32-bit words: each bit is flipped, or not, by all bits above it."""
    result = words.copy()
    for bit in range(BITS):
        above = words >> np.uint64(bit + 1)
        flip = _mixed(above ^ key ^ (np.uint64(bit) << np.uint64(58))) >> np.uint64(63)
        result ^= flip << np.uint64(bit)
    return result


def _mixed(words: _Words) -> _Words:
    """The finaliser of SplitMix64 (Steele, Lea and Flood 2014): every bit of the input moves every bit out."""
    mixed = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
