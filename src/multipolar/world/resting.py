"""What numbers rest on: evidence grades of the blocks behind them, weighted by value.

A single cell without weight (a sector of nothing, a duty of 0) says little about a country. The grade of a block in a
country, or in the world, is therefore the weakest that holds for at least ``LEAST`` of its value there. Values are:
sales for ``trade``, purchased inputs for ``input_share``, duties collected for ``tariff``, sales for the elasticities,
the amounts themselves for fields that are amounts, and value added for other fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array
from multipolar.world.aggregate import is_extensive
from multipolar.world.evidence import GRADES

if TYPE_CHECKING:
    from multipolar.world.world import World

LEAST = 0.01
NOT_ON_RECORD = -1


def weights(world: World, block: str) -> Array:
    """The value of each cell of a block [country, sector]; cells as in ``world/evidence.py``."""
    if block in ("trade", "trade_elasticity"):
        return world.output
    if block == "input_share":
        bought: Array = world.output * world.input_share.sum(axis=2)
        return bought
    if block == "tariff":
        levied: Array = (world.tariff * world.trade).sum(axis=0)
        return np.abs(levied)
    field = world.fields.get(block)
    if field is None or not is_extensive(field.unit) or field.axes not in (("country",), ("country", "sector")):
        return world.value_added
    amounts = np.nan_to_num(np.abs(field.values), nan=0.0)
    if amounts.ndim == 2:
        return amounts
    return np.repeat(amounts[:, None] / len(world.sectors), len(world.sectors), axis=1)


def shares(cells: NDArray[np.int8], weight: Array) -> dict[str, float]:
    """Part of the weight that each grade holds for; of the cells where there is no weight (a world without duties)."""
    if not weight.any():
        weight = np.ones(cells.shape)
    total = float(weight.sum())
    held = np.bincount(cells.ravel(), weights=weight.ravel(), minlength=len(GRADES)) / total
    return {grade: float(share) for grade, share in zip(GRADES, held, strict=True) if share > 0.0}


def weakest(cells: NDArray[np.int8], weight: Array) -> NDArray[np.int8]:
    """By row: the weakest grade that holds for at least ``LEAST`` of its weight [n]; of all cells where it has none."""
    total = weight.sum(axis=1)
    held = np.stack([(weight * (cells == k)).sum(axis=1) for k in range(len(GRADES))], axis=1)
    enough = held >= LEAST * total[:, None]
    enough[total <= 0.0] = np.stack([(cells == k).any(axis=1) for k in range(len(GRADES))], axis=1)[total <= 0.0]
    found: NDArray[np.int8] = (len(GRADES) - 1 - np.argmax(enough[:, ::-1], axis=1)).astype(np.int8)
    return found


def behind(country: Mapping[str, NDArray[np.int8]], blocks: tuple[str, ...], size: int) -> NDArray[np.int8]:
    """The weakest grade of several blocks by country [n]; -1 where one of them has none on record."""
    if not blocks or any(block not in country for block in blocks):
        return np.full(size, NOT_ON_RECORD, dtype=np.int8)
    found: NDArray[np.int8] = np.max([country[block] for block in blocks], axis=0)
    return found
