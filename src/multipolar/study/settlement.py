"""Currencies that settle cross-border trade, with payment rails in force (ECONOMICS 7; PAYMENTS, Bridge to trade 1).

The mix of a corridor is that of its exporter's invoices for all exports, in the latest year there is: by country, not
by corridor, an assumption on each. Sales at home are left out; so are exporters without a row in the table, who
are named, with the share of trade that is covered. A rail takes its stated share of the payments on its corridors
out of that mix in proportion and settles it in the rail's currency. That is an input of the scenario and needs no
simulation; what a rail saves, costs or makes possible is not computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from multipolar.base.arrays import Array, first_where
from multipolar.base.problems import InputError
from multipolar.scenario.resolve import RailShare
from multipolar.world.invoicing import export_mix

AS_BEFORE, OWN = "as before", "own currency of the exporter"
SETTLES_IN = {
    "correspondent": AS_BEFORE,
    "payment_agents": AS_BEFORE,
    "local_currency": OWN,
    "multi_cbdc": OWN,
    "clearing_union": "unit of a clearing union",
    "crypto_bridge": "token of a crypto bridge",
}
"""Currency in which each rail settles: an assumption. A token that stands for dollars is a currency of its own here."""
LEAST_COVERAGE, NAMED = 0.5, 8
DOLLAR = "USD"


@dataclass(frozen=True, slots=True, eq=False)
class Settlement:
    """Shares of settlement: ``share`` [currency], and ``apart``, currencies the sources do not tell apart; sum 1.

    ``coverage``: share of cross-border trade whose exporter is ``known``; ``missing``: the others, largest first.
    """

    currencies: tuple[str, ...]
    share: Array
    apart: float
    coverage: float
    missing: tuple[str, ...]

    @property
    def dollar(self) -> float:
        """The share of the US dollar."""
        return float(self.share[self.currencies.index(DOLLAR)])

    @property
    def said(self) -> str:
        """What the shares cover and what they take for granted, in words."""
        more = len(self.missing) - NAMED
        named = ", ".join(self.missing[:NAMED]) + (f" and {more} more" if more > 0 else "")
        without = f"; left out, since the table has no invoices of them: exports of {named}" if named else ""
        return (
            f"covers {self.coverage:.0%} of cross-border trade{without}; on each corridor the mix of all exports of "
            f"the seller in the latest year published (assumption); {self.apart:.0%} in currencies not told apart "
            f"count as many small ones, as one they would add {self.apart**2:.3f}"
        )


def settlement(countries: Sequence[str], flows: Array, rails: Sequence[RailShare] = ()) -> Settlement:
    """Currencies that settle cross-border ``flows`` [i,n] of all sectors; the diagonal is not read.

    ``c_i = (1 - sum_r s_r) mix_i + sum_r s_r e_r`` on each corridor, weighted by its trade. Raises ``InputError`` where
    rails are to settle more than all of a corridor, and where less than half of trade is covered.
    """
    mix = export_mix(countries)
    traded = np.where(np.eye(len(countries), dtype=bool), 0.0, flows)
    total = traded.sum()
    seen = np.where(mix.known[:, None], traded, 0.0)
    coverage = float(seen.sum() / total) if total > 0 else 0.0
    outside = np.where(mix.known, 0.0, traded.sum(axis=1))
    missing = tuple(countries[int(n)] for n in np.argsort(-outside, kind="stable") if outside[n] > 0)
    if coverage < LEAST_COVERAGE:
        raise InputError.of(f"there are invoices for {coverage:.0%} of cross-border trade, less than half")
    moving = [rail for rail in rails if SETTLES_IN[rail.rail] != AS_BEFORE]
    taken = sum((rail.share * rail.pairs for rail in moving), np.zeros_like(seen))
    if (taken > 1.0 + 1e-12).any():
        i, n = first_where(taken > 1.0 + 1e-12)
        raise InputError.of(f"rails settle {taken[i, n]:.0%} of payments from {countries[n]} to {countries[i]}")
    kept = ((1.0 - taken) * seen).sum(axis=1)
    names = tuple(dict.fromkeys((*mix.currencies, *(SETTLES_IN[r.rail] for r in moving if SETTLES_IN[r.rail] != OWN))))
    share = np.zeros(len(names))
    share[: len(mix.currencies)] = kept @ mix.share
    for rail in moving:
        moved = rail.share * (rail.pairs * seen).sum(axis=1)
        if SETTLES_IN[rail.rail] == OWN:
            np.add.at(share, mix.own, moved)
        else:
            share[names.index(SETTLES_IN[rail.rail])] += moved.sum()
    return Settlement(names, share / seen.sum(), float(kept @ mix.apart / seen.sum()), coverage, missing)
