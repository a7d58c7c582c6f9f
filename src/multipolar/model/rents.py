"""Rents of licences that belong to named countries: a wedge paid where goods land, and where its proceeds go.

A share b of a flow cut by licences stands at the wedge f = (1-b)^(-1/theta) (ECONOMICS 0.8), which buyers pay on top of
duties; of what they spend on the flow, ``1 - 1/f`` is the rent::

    rent_n = sum_{i,s} pi'[i,n,s] X'[n,s] (1 - 1/f[i,n,s])       received_j = share_j sum_n rent_n - rent_j

Inside the solve the wedge is part of the importer's tariff; this module moves its proceeds on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multipolar.base.arrays import Array
from multipolar.model import equilibrium as eq
from multipolar.model.lists import Lists
from multipolar.model.markets import Markets
from multipolar.model.shocks import Block
from multipolar.model.weights import Weights
from multipolar.world.world import World


@dataclass(frozen=True, slots=True, eq=False)
class Rents:
    """Licences of one set of owners: ``weights`` T (1 - 1/f) [s,n,i], ``rows`` of it in listed markets, ``owners``
    [n], shares that sum to 1."""

    weights: Array
    rows: Array | None
    owners: Array

    def received(self, cost_term: Array, spending: Array, market: Array, lists: Lists | None) -> Array:
        """What countries [n] receive less what their buyers pay, million USD; ``spending`` and ``market`` [s,n]."""
        untouched = spending if lists is None else np.where(lists.touched, 0.0, spending)
        paid = eq.receipts_of_origins(self.weights, cost_term, untouched / market).sum(axis=0)
        if lists is not None and self.rows is not None:
            paid = paid + lists.paid(lists.sums(cost_term), cost_term, spending, self.rows)
        net: Array = self.owners * paid.sum() - paid
        return net


def rents_of(
    blocks: tuple[Block, ...], world: World, markets: Markets, made: Weights, theta: Array
) -> tuple[Rents, ...]:
    """The licences among the blocks whose rents belong to named countries, on the trade arrays of the shock."""
    return tuple(_rents(block, world, markets, made, theta) for block in blocks if not isinstance(block.rents, str))


def rent_share(block: Block, theta: Array) -> Array:
    """``1 - 1/f = 1 - (1-b)^(1/theta)`` [i,n,s], of what buyers spend on a flow."""
    share: Array = 1.0 - (1.0 - block.share) ** (1.0 / theta)
    return share


def owners_of(block: Block, world: World) -> Array:
    """Share of the rents that each country of the world owns [n]."""
    owners = np.zeros(len(world.countries))
    if not isinstance(block.rents, str):
        for code, share in block.rents.items():
            owners[world.countries.index(code)] = share
    return owners


def _rents(block: Block, world: World, markets: Markets, made: Weights, theta: Array) -> Rents:
    part = np.ascontiguousarray(markets.of(rent_share(block, theta)).transpose(2, 1, 0))
    rows = None
    if made.lists is not None:
        rows = made.lists.weights * part[made.lists.sector, made.lists.destination]
    return Rents(made.weights * part, rows, owners_of(block, world))
