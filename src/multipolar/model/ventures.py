"""Joint ventures as multinational production (ECONOMICS 2): a venture's share of its sector, and what follows.

The host's stock of ideas is its own plus the foreign one that is produced at host cost (Ramondo and Rodriguez-Clare
2013; Arkolakis et al. 2018). mu is the venture's share of the NEW output of the host's sector, so it is found
together with the equilibrium: ``value of the venture = mu Y'(mu)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from multipolar.base.arrays import Array, plain_number
from multipolar.base.problems import NoEquilibriumError, ShocksError, shown

SHARE_MAX = 0.5
SCALES = ("with_host", "fixed")
OUTPUT_MAX = 1e13  # million USD: more than any world has
POSITION_MAX = 10**6


@dataclass(frozen=True, slots=True)
class Venture:
    """A joint venture in one sector of one host.

    Size is ``output`` (million USD a year, dollars of the world as loaded) or ``share`` (of the sector's new output).
    ``royalty``: royalty plus profit per sale that goes to the investor. ``displaced``: share of the venture's output
    that replaces the investor's own sales to the host (0 to 1). ``scales``: whether the venture's stock of ideas moves
    ``with_host`` or stays ``fixed`` where the host's own grows along a path (2.1); only of a ``share``.
    Raises ``ShocksError`` for sizes out of range.
    """

    host: int
    sector: int
    investor: int
    output: float | None = None
    share: float | None = None
    royalty: float = 0.0
    displaced: float = 0.0
    scales: str = "with_host"

    def __post_init__(self) -> None:
        for name in ("host", "sector", "investor"):
            if not plain_number(getattr(self, name), 0, POSITION_MAX, whole=True):
                raise ShocksError.of(f"ventures: {name} {shown(getattr(self, name))} is no position")
        if (self.output is None) == (self.share is None):
            raise ShocksError.of("ventures: give either `output` or `share`")
        if self.output is not None and not plain_number(self.output, 0, OUTPUT_MAX):
            raise ShocksError.of(f"ventures: output {shown(self.output)} is not a number from 0 to {OUTPUT_MAX:g}")
        if self.share is not None and not plain_number(self.share, 0, SHARE_MAX):
            raise ShocksError.of(f"ventures: share {shown(self.share)} is outside [0, {SHARE_MAX}]")
        for name in ("royalty", "displaced"):
            if not plain_number(getattr(self, name), 0, 1):
                raise ShocksError.of(f"ventures: {name} {shown(getattr(self, name))} is outside [0, 1]")

        if self.scales not in SCALES:
            raise ShocksError.of(f"ventures: no scales {shown(self.scales)}; one of {', '.join(SCALES)}")
        if self.scales == "fixed" and self.share is None:
            raise ShocksError.of("ventures: scales fixed goes with `share`; an output is what it is")

    def beside(self, own_stock_hat: float, where: str) -> Venture:
        """The venture beside a host whose own stock has grown: the same, or a smaller part where its own stays.

        Raises ``NoEquilibriumError`` where it comes to more than half of the sector, because the host's has shrunk.
        """
        if self.share is None or self.scales != "fixed":
            return self
        return replace(self, share=share_of(share_with_fixed_stock(self.share, own_stock_hat), 1.0, where))

    def scaled(self, factor: float) -> Venture:
        """The same venture at a fraction of its size."""
        return replace(
            self,
            output=None if self.output is None else factor * self.output,
            share=None if self.share is None else factor * self.share,
        )


def cost_hat(share: float, shape: float) -> float:
    """Fall of the host's unit cost at venture share mu, ``(1 - mu)^(1/theta_K)``, the same at every horizon (2.1).

    mu 0.1, theta_K 4: 0.974004, a fall of 2.5996 %.
    """
    return float((1.0 - share) ** (1.0 / shape))


def weight_hat(share: float, shape: float, theta: float) -> float:
    """Factor on the host's price-share weight T, ``(1 - mu)^(-theta_h/theta_K)`` (2.1)."""
    return float((1.0 - share) ** (-theta / shape))


def share_with_fixed_stock(share: float, own_stock_hat: float) -> float:
    """New share when the venture's stock stays and the host's own grows, ``mu / (mu + (1 - mu) ell)`` (2.1)."""
    return share / (share + (1.0 - share) * own_stock_hat)


def share_of(value: float, output: float, where: str) -> float:
    """``mu = value / Y'``; raises ``NoEquilibriumError`` above one half of the sector."""
    share = value / output if output > 0 else float("inf")
    if share > SHARE_MAX:
        raise NoEquilibriumError(
            f"The venture in {where} would be {share:.0%} of the sector's output; above {SHARE_MAX:.0%} the sector "
            "would be the venture's. State a smaller capacity."
        )
    return share


def royalties_received(
    ventures: Sequence[Venture], shares: Sequence[float], output: Array, countries: int
) -> Array:
    """Royalties and profits of all ventures received less paid [n], million USD; sums to 0. ``output`` [i,s] is Y'."""
    received = np.zeros(countries)
    for venture, share in zip(ventures, shares, strict=True):
        paid = royalty_paid(venture.royalty, share, float(output[venture.host, venture.sector]))
        received[venture.host] -= paid
        received[venture.investor] += paid
    return received


def royalty_paid(royalty: float, share: float, output: float) -> float:
    """``T[host -> investor] = rho mu Y'``, million USD (2.3)."""
    return royalty * share * output
