"""The customs gap: goods are sold at basic prices, tariffs are levied at the border on what goods cost there.

In the embedded world trade and transport margins are services of G and H, which carry no tariff, so a tariff bites on
basic prices alone. ``with_customs_base`` is an option, off by default: it levies the same rates, those of the world and
those that measures bring, on basic prices and the margins between the two countries, by ``t (1+m)`` on basic prices. m
is that of the world as loaded. What is left of the gap then is re-exports.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from multipolar.base.arrays import Array, frozen
from multipolar.base.problems import WorldError
from multipolar.world.evidence import GRADES, Evidence, graded
from multipolar.world.groups import sector_members

if TYPE_CHECKING:
    from multipolar.world.world import World

MARGIN_SECTORS = ("G", "H49", "H50", "H51", "H52")
MOST_MARGIN = 1.0  # of the value of goods: above it sales of G and H are services in their own right
AT_CUSTOMS = {"world2022": 24.9e6}  # world imports of goods, million USD, as customs report them


@dataclass(frozen=True, slots=True)
class Gap:
    """Goods that cross borders at basic prices, margins that cross with them, and at customs where known; mn USD."""

    goods: float
    margins: float
    at_customs: float | None


def customs_gap(world: World) -> Gap:
    """The gap of a world in one line of figures."""
    goods, margins = _crossing(world)
    kept = np.minimum(margins, MOST_MARGIN * goods)
    return Gap(float(goods.sum()), float(kept.sum()), AT_CUSTOMS.get(world.name))


def margin_rate(world: World) -> Array:
    """m [i,n]: trade and transport services from i to n over goods from i to n, at most 1; 0 without goods.

    The same for all goods of a pair (assumption): nothing says which goods the services travel with.
    """
    goods, margins = _crossing(world)
    rate: Array = np.divide(margins, goods, out=np.zeros_like(goods), where=goods > 0)
    return np.minimum(rate, MOST_MARGIN)


def customs_base(world: World) -> Array:
    """What tariffs are levied on [i,n,s] as a multiple of basic prices: 1 + m for goods, 1 for services."""
    goods = np.array([sector in sector_members("goods", world.sectors) for sector in world.sectors])
    base: Array = np.where(goods, 1.0 + margin_rate(world)[:, :, None], 1.0)
    return base


def with_customs_base(world: World) -> World:
    """The world with its tariffs on the customs base; sales and purchases before tariffs stay, value added follows.

    Inputs carry the new average gross tariff of their market; tariffs of goods are graded *estimated* at best, for
    margins are. The world remembers the base, so that tariffs of a scenario fall on it too; one that is on it already
    comes back as it is. Raises ``WorldError`` where the world has no goods or no trade and transport services of its
    own, and what ``World.check`` raises.
    """
    if world.customs_base is not None:
        return world
    if not set(MARGIN_SECTORS) & set(world.sectors) or not sector_members("goods", world.sectors):
        raise WorldError.of(f"world `{world.name}` has no goods beside {', '.join(MARGIN_SECTORS)}: no customs base")
    base = customs_base(world)
    tariff = world.tariff * base
    levy = 1.0 if world.export_tax is None else 1.0 + world.export_tax
    before = (world.trade * levy * (1.0 + world.tariff)).sum(axis=0)
    after = (world.trade * levy * (1.0 + tariff)).sum(axis=0)
    dearer = np.divide(after, before, out=np.ones_like(after), where=before > 0)
    changed = replace(world, tariff=frozen(tariff), input_share=frozen(world.input_share * dearer[:, None, :]),
                      customs_base=frozen(base), evidence=_graded(world, base))  # fmt: skip
    changed.check()
    return changed


def _graded(world: World, base: Array) -> Evidence | None:
    """Grades with those of tariffs on margins lowered to *estimated*; None where the world has none on record."""
    known = graded(world)
    if "tariff" not in known:
        return world.evidence
    levied = (base > 1.0).any(axis=0)
    cells = np.where(levied, np.maximum(known["tariff"], GRADES.index("estimated")), known["tariff"]).astype(np.int8)
    cells.flags.writeable = False
    return {**known, "tariff": cells}


def _crossing(world: World) -> tuple[Array, Array]:
    """Goods and margin services [i,n] that cross a border, million USD."""
    abroad = ~np.eye(len(world.countries), dtype=bool)
    goods, margins = (
        (world.trade[:, :, [world.axes.sector.index(s) for s in members]].sum(axis=2) * abroad)
        for members in (
            sector_members("goods", world.sectors),
            [s for s in MARGIN_SECTORS if s in world.sectors],
        )
    )
    return goods, margins
