"""Markets: where buyers of one kind meet all sellers of one product. i origin, n destination, s sector.

Usually a country has one market a sector, M = S. A world that knows which flows go to final users (field
``final_trade`` [i,n,s], a part of ``trade``) has two: first the S markets of users of inputs, then the S of final
users, each with its own shares of origins, so M = 2S. Taxes, trade costs and blocked shares of a flow hold for both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array
from multipolar.base.problems import WorldError
from multipolar.world.world import World

Scalar = TypeVar("Scalar", bound=np.generic)

FINAL_TRADE = "final_trade"
AGREEMENT = 1e-9  # of a market: final trade with taxes and final use are one number


@dataclass(frozen=True, slots=True, eq=False)
class Markets:
    """``trade``, ``trade_share``, ``tariff``, ``export_tax`` [i,n,M], ``spending`` [n,M]; the world's own arrays where
    M = S."""

    trade: Array
    trade_share: Array
    tariff: Array
    export_tax: Array | None
    spending: Array
    split: bool

    def of(self, flows: NDArray[Scalar]) -> NDArray[Scalar]:
        """An array of flows [i,n,s] by market [i,n,M]."""
        return np.concatenate([flows, flows], axis=2) if self.split else flows

    def by_sector(self, rows: NDArray[Scalar]) -> NDArray[Scalar]:
        """A vector [s], or rows [s,...], by market [M,...]."""
        return np.concatenate([rows, rows]) if self.split else rows

    def summed(self, rows: NDArray[Scalar]) -> NDArray[Scalar]:
        """Rows of markets [M,...] summed by sector [s,...]."""
        if not self.split:
            return rows
        half = len(rows) // 2
        total: NDArray[Scalar] = np.add(rows[:half], rows[half:])
        return total


def markets_of(world: World) -> Markets:
    """The markets of a world. Raises ``WorldError`` where ``final_trade`` does not fit its trade and final use."""
    if FINAL_TRADE not in world.fields:
        return Markets(world.trade, world.trade_share, world.tariff, world.export_tax, world.spending, False)
    final = world.fields[FINAL_TRADE].values
    gross = 1.0 + world.tariff if world.export_tax is None else (1.0 + world.tariff) * (1.0 + world.export_tax)
    _refuse_misfit(world, final, (final * gross).sum(axis=0))
    trade = np.concatenate([np.maximum(world.trade - final, 0.0), final], axis=2)
    paid = trade * np.concatenate([gross, gross], axis=2)
    spending = paid.sum(axis=0)
    both = np.concatenate
    return Markets(
        trade=trade,
        trade_share=np.divide(paid, spending, out=np.zeros_like(paid), where=spending > 0),
        tariff=both([world.tariff, world.tariff], axis=2),
        export_tax=None if world.export_tax is None else both([world.export_tax, world.export_tax], axis=2),
        spending=spending,
        split=True,
    )


def _refuse_misfit(world: World, final: Array, paid: Array) -> None:
    limit = AGREEMENT * np.maximum(world.spending, 1e-300)
    beyond = (final < 0) | (final > world.trade + limit / len(world.countries))
    for wrong, what in (
        (np.abs(paid - world.final_use) > limit, "with taxes is not final use"),
        (beyond.any(axis=0), "is not between 0 and trade"),
    ):
        if wrong.any():
            n, s = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
            place = f"{world.countries[n]} x {world.sectors[s]}"
            raise WorldError.of(f"world `{world.name}`: final_trade {what} in {place}")
