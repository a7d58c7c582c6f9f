"""Shocks: everything one solve is told about what changes. Arrays only; no rule is ever None (RECORDS)."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from multipolar.base.arrays import Array, first_where, plain_array
from multipolar.base.problems import Collector, ShocksError, nearest, shown
from multipolar.model.ventures import Venture
from multipolar.world.world import World

DEFICIT_RULES = ("fixed", "own", "closed")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Shocks:
    """What changes, against the world that is solved; ``Shocks()`` changes nothing. i origin, n destination, s sector.

    ``tariff``, ``export_tax`` [i,n,s]: NEW levels, ad valorem, 0.05 = 5 %. ``trade_cost_hat`` [i,n,s]: iceberg factor,
    infinity = embargo. ``blocked_share`` [i,n,s] in [0,1]: share of suppliers struck out (``coverage="thin"``), 1 =
    embargo. ``productivity_hat`` [i,s]. ``transfers`` [n]: million USD received, at base world value added, sum 0.
    ``deficits``: ``fixed``, ``own`` or ``closed`` (DESIGN 4.7). ``ventures``: joint ventures (ECONOMICS 2).
    None means unchanged. Raises ``ShocksError`` for an unknown rule and for what is not computed yet.
    """

    tariff: Array | None = None
    export_tax: Array | None = None
    trade_cost_hat: Array | None = None
    blocked_share: Array | None = None
    coverage: str = "thin"
    rents: str = "none"
    productivity_hat: Array | None = None
    transfers: Array | None = None
    deficits: str = "fixed"
    ventures: tuple[Venture, ...] = ()

    def __post_init__(self) -> None:
        problems = Collector()
        if self.coverage == "list":
            problems.add("`list` is not computed yet; use `thin`", path="coverage")
        elif self.coverage != "thin":
            problems.add(f"no coverage `{shown(self.coverage)}`; `thin` is computed", path="coverage")
        if self.rents != "none":
            problems.add(f"rents `{shown(self.rents)}` are not computed yet; only `none`", path="rents")
        if self.deficits not in DEFICIT_RULES:
            hint = nearest(str(self.deficits), DEFICIT_RULES)
            problems.add(
                f"no deficit rule `{shown(self.deficits)}`; one of fixed, own, closed."
                + (f" Did you mean `{hint}`?" if hint else ""),
                path="deficits",
            )
        problems.raise_if_any(ShocksError)

    def __repr__(self) -> str:
        given = (f.name for f in fields(self) if getattr(self, f.name) is not None)
        parts = (f"{n}=..." if isinstance(getattr(self, n), np.ndarray) else f"{n}={getattr(self, n)!r}" for n in given)
        return f"Shocks({', '.join(parts)})"


def checked(shocks: Shocks, world: World) -> Shocks:
    """The shocks with every array a read-only float64 of the world's shape.

    Raises ``ShocksError`` naming every bad field: shape, kind, NaN, a tariff of a country on itself or at or below
    -100 %, a trade cost or productivity not above 0, a blocked share outside [0,1], transfers that do not sum to 0.
    """
    n, s = len(world.countries), len(world.sectors)
    problems = Collector()
    flow = "origin, destination, sector"
    arrays: dict[str, Array | None] = {}
    for name, shape, axes in (
        ("tariff", (n, n, s), flow),
        ("export_tax", (n, n, s), flow),
        ("trade_cost_hat", (n, n, s), flow),
        ("blocked_share", (n, n, s), flow),
        ("productivity_hat", (n, s), "country, sector"),
        ("transfers", (n,), "country"),
    ):
        given = getattr(shocks, name)
        if given is not None:
            arrays[name] = plain_array(name, given, shape, axes, problems, infinity=name == "trade_cost_hat")
    _check_ranges(world, arrays, problems)
    _check_ventures(world, shocks.ventures, problems)
    problems.raise_if_any(ShocksError)
    return Shocks(coverage=shocks.coverage, rents=shocks.rents, deficits=shocks.deficits,
                  ventures=shocks.ventures, **arrays)


def at_fraction(shocks: Shocks, world: World, fraction: float) -> Shocks:
    """The shock at a fraction of the way from the base: 0 is no shock, 1 the whole of it.

    Taxes, finite trade costs and productivity move in logs; closed flows and blocked shares in openness; transfers,
    the size of ventures, and under ``closed`` the base deficits, in proportion.
    """
    transfers = None if shocks.transfers is None else fraction * shocks.transfers
    if shocks.deficits == "closed":
        transfers = (0.0 if transfers is None else transfers) + (1.0 - fraction) * world.deficit
    cost, blocked = shocks.trade_cost_hat, shocks.blocked_share
    if blocked is not None:
        blocked = fraction * blocked
    if cost is not None:
        shut = np.isinf(cost)
        cost = np.where(shut, 1.0, np.where(shut, 1.0, cost) ** fraction)
        if shut.any():
            closing = np.where(shut, fraction, 0.0)
            blocked = closing if blocked is None else 1.0 - (1.0 - blocked) * (1.0 - closing)
    return replace(
        shocks,
        tariff=_rate_at(world.tariff, shocks.tariff, fraction),
        export_tax=_rate_at(world.export_tax, shocks.export_tax, fraction),
        trade_cost_hat=cost,
        blocked_share=blocked,
        productivity_hat=None if shocks.productivity_hat is None else shocks.productivity_hat**fraction,
        transfers=transfers,
        ventures=tuple(venture.scaled(fraction) for venture in shocks.ventures),
    )


def _rate_at(base: Array | None, new: Array | None, fraction: float) -> Array | None:
    if new is None:
        return None
    start = 0.0 if base is None else np.log1p(base)
    rate: Array = np.expm1(start + fraction * (np.log1p(new) - start))
    return rate


def _check_ranges(world: World, arrays: dict[str, Array | None], problems: Collector) -> None:
    def at(position: tuple[int, ...]) -> str:
        *places, sector = position
        return " to ".join(world.countries[k] for k in places) + f", {world.sectors[sector]}"

    own = np.arange(len(world.countries))
    for name in ("tariff", "export_tax"):
        rate = arrays.get(name)
        if rate is None:
            continue
        if (rate <= -1).any():
            problems.add(f"a rate at or below -100 % from {at(first_where(rate <= -1))}", path=name)
        if rate[own, own].any():
            k, sector = first_where(rate[own, own] != 0)
            problems.add(f"a rate of {world.countries[k]} on itself in {world.sectors[sector]}", path=name)
    for name in ("trade_cost_hat", "productivity_hat"):
        hat = arrays.get(name)
        if hat is not None and (hat <= 0).any():
            problems.add(f"not above 0 at {at(first_where(hat <= 0))}", path=name)
    blocked = arrays.get("blocked_share")
    if blocked is not None and ((blocked < 0) | (blocked > 1)).any():
        problems.add(f"outside [0, 1] at {at(first_where((blocked < 0) | (blocked > 1)))}", path="blocked_share")
    transfers = arrays.get("transfers")
    if transfers is not None and abs(transfers.sum()) > 1e-9 * max(float(np.abs(transfers).sum()), 1e-300):
        problems.add(f"they sum to {transfers.sum():.6g} million USD, not to 0", path="transfers")


def _check_ventures(world: World, ventures: tuple[Venture, ...], problems: Collector) -> None:
    for k, venture in enumerate(ventures):
        path = f"ventures[{k}]"
        n, s = len(world.countries), len(world.sectors)
        if not (0 <= venture.host < n and 0 <= venture.investor < n and 0 <= venture.sector < s):
            problems.add("host, investor or sector is outside the world", path=path)
            continue
        if world.output[venture.host, venture.sector] <= 0:
            where = f"{world.countries[venture.host]} {world.sectors[venture.sector]}"
            problems.add(f"{where} has no output: a venture is a share of it", path=path)
