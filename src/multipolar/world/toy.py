"""Small made-up worlds: for tests, examples and teaching. Their figures describe no economy."""

from __future__ import annotations

import numpy as np

from multipolar.base.arrays import Array
from multipolar.world.world import World


def symmetric_world(
    countries: int = 2, own_share: float = 0.8, elasticity: float = 4.0, value_added_share: float = 1.0
) -> World:
    """Equal countries with one sector, balanced trade and no taxes; the sector's input is its own good.

    Each spends ``own_share`` at home and the rest equally abroad; output is 1 million USD each.
    """
    trade = np.full((countries, countries, 1), (1.0 - own_share) / max(countries - 1, 1))
    trade[np.arange(countries), np.arange(countries)] = own_share if countries > 1 else 1.0
    return World.from_arrays(
        countries=[f"C{k + 1}" for k in range(countries)],
        sectors=["S1"],
        trade=trade,
        input_share=np.full((countries, 1, 1), 1.0 - value_added_share),
        tariff=np.zeros((countries, countries, 1)),
        trade_elasticity=[elasticity],
        name="symmetric",
    )


def random_world(
    seed: int,
    countries: int = 4,
    sectors: int = 3,
    *,
    tariffs: bool = True,
    export_taxes: bool = False,
    empty: float = 0.0,
    balanced: bool = False,
) -> World:
    """A world of random figures that holds every identity.

    ``empty``: share of cross-border flows that are zero. ``balanced``: pairwise balanced trade before taxes.
    """
    rng = np.random.default_rng(seed)
    n, s = countries, sectors
    trade = rng.lognormal(0.0, 1.0, (n, n, s))
    # Trade between two countries is brought most of the way to balance: lasting deficits are a fraction of income.
    total = trade.sum(axis=2)
    trade *= ((np.minimum(total, total.T) / total) ** (1.0 if balanced else 0.92))[:, :, None]
    own = np.arange(n)
    trade[own, own] *= 4.0
    if empty:
        gone = rng.random((n, n, s)) < empty
        gone[own, own] = False
        trade[gone] = 0.0
    tariff = rng.uniform(0.0, 0.3, (n, n, s)) if tariffs else np.zeros((n, n, s))
    export_tax = rng.uniform(0.0, 0.15, (n, n, s)) if export_taxes else np.zeros((n, n, s))
    tariff[own, own] = export_tax[own, own] = 0.0
    shares = rng.dirichlet(np.ones(s + 1), (n, s))[:, :, :s]
    return World.from_arrays(
        countries=[f"C{k + 1}" for k in range(n)],
        sectors=[f"S{k + 1}" for k in range(s)],
        trade=trade,
        input_share=_affordable(shares, trade, tariff, export_tax),
        tariff=tariff,
        trade_elasticity=rng.uniform(2.0, 8.0, s),
        export_tax=export_tax,
        name=f"random{seed}",
    )


def _affordable(shares: Array, trade: Array, tariff: Array, export_tax: Array) -> Array:
    """Input shares shrunk, country by country, until inputs take at most 70 % of any market."""
    spending = (trade * (1.0 + tariff) * (1.0 + export_tax)).sum(axis=0)
    wanted = np.einsum("nks,nk->ns", shares, trade.sum(axis=1))
    ratio = (wanted / spending).max(axis=1)
    smaller: Array = shares * np.minimum(1.0, 0.7 / ratio)[:, None, None]
    return smaller
