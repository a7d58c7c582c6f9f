"""Shocks: everything one solve is told about what changes. Arrays only; no rule is ever None (RECORDS)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array, first_where, plain_array, plain_number
from multipolar.base.problems import Collector, ShocksError, nearest, shown
from multipolar.model.knowledge import FORMS
from multipolar.model.ventures import Venture
from multipolar.world.intake import MOST_RATE, MOST_SALES
from multipolar.world.world import World

# Factors beyond these are no change of costs or skill; one that closes a flow is infinity.
LEAST_HAT = 1e-6
MOST_HAT = {"trade_cost_hat": 1e100, "productivity_hat": 1e9}
MOST_KNOWLEDGE_HAT = 1e3

DEFICIT_RULES = ("fixed", "own", "closed")
COVERAGES = ("thin", "list")
RENTS = ("none", "importer", "exporter")
OVER_TIME = ("sharing", "diffusion_hat", "research_hat")


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Shares of flows blocked in one way: ``share`` [i,n,s] in [0,1], ``coverage`` and ``rents`` as in ``Shocks``.

    Raises ``ShocksError`` for a coverage or rents that are not there, and for rents of lists, which have no wedge.
    """

    share: Array
    coverage: str = "thin"
    rents: str | Mapping[str, float] = "none"

    def __post_init__(self) -> None:
        problems = Collector()
        _check_ways(self.coverage, self.rents, problems)
        problems.raise_if_any(ShocksError)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Shocks:
    """What changes, against the world that is solved; ``Shocks()`` changes nothing. i origin, n destination, s sector.

    ``tariff``, ``export_tax`` [i,n,s]: NEW levels, ad valorem, 0.05 = 5 %. ``trade_cost_hat`` [i,n,s]: iceberg factor,
    infinity = embargo. ``blocked_share`` [i,n,s] in [0,1], 1 = embargo; its ``coverage``: ``thin``, each supplier is
    struck out in part, or ``list``, that share of product lines is closed; its ``rents``: ``none``, or licences whose
    wedge ``(1-b)^(-1/theta) - 1`` is income of the ``importer``, of the ``exporter``, or of named countries by share,
    ``{"ARE": 0.6, "TUR": 0.4}`` (ECONOMICS 0.7, 0.8; thin only); what shares leave of 1 nobody earns.
    ``blocks``: further shares blocked in other ways; thin ones combine as 1-(1-a)(1-b), lists are nested (the larger
    holds). ``productivity_hat`` [i,s]. ``transfers`` [n]: million USD received, at base world value added, sum 0.
    ``deficits``: ``fixed``, ``own`` or ``closed`` (DESIGN 4.7). ``ventures``: joint ventures (ECONOMICS 2).
    ``research_purchases`` [n,s]: research beyond the base's, million USD at base prices, bought from sector s: spending
    that adds nothing to real income (ECONOMICS 1.5). ``listed_share``: product lines closed, what ``blocked_share`` is
    under ``list``. None means unchanged.
    Read by a path over years, where knowledge moves (``learning.py``), and refused by one solve, which has no next
    year: ``sharing`` [i,n,s] in [0,1], extra meetings of n with i as a share of baseline arrivals, in the
    ``sharing_form`` ``additive`` or ``catch_up``; ``diffusion_hat`` [i,n,s], factor on what n meets of i;
    ``research_hat`` [n,s], factor on research. Raises ``ShocksError`` for an unknown rule and for what is not computed.
    """

    tariff: Array | None = None
    export_tax: Array | None = None
    trade_cost_hat: Array | None = None
    blocked_share: Array | None = None
    coverage: str = "thin"
    rents: str | Mapping[str, float] = "none"
    productivity_hat: Array | None = None
    transfers: Array | None = None
    deficits: str = "fixed"
    ventures: tuple[Venture, ...] = ()
    blocks: tuple[Block, ...] = ()
    listed_share: Array | None = None
    sharing: Array | None = None
    sharing_form: str = "additive"
    diffusion_hat: Array | None = None
    research_hat: Array | None = None
    research_purchases: Array | None = None

    def __post_init__(self) -> None:
        problems = Collector()
        _check_ways(self.coverage, self.rents, problems)
        if not _is_one_of(self.deficits, DEFICIT_RULES):
            _unknown("deficit rule", self.deficits, DEFICIT_RULES, "deficits", problems)
        if not _is_one_of(self.sharing_form, FORMS):
            _unknown("form of sharing", self.sharing_form, FORMS, "sharing_form", problems)
        for name, kind in (("ventures", Venture), ("blocks", Block)):
            given = getattr(self, name)
            if not (isinstance(given, tuple | list) and all(isinstance(each, kind) for each in given)):
                problems.add(f"a tuple of {kind.__name__} is needed, not {shown(given)}", path=name)
        problems.raise_if_any(ShocksError)

    def __repr__(self) -> str:
        given = (f.name for f in fields(self) if getattr(self, f.name) is not None)
        parts = (f"{n}=..." if isinstance(getattr(self, n), np.ndarray) else f"{n}={getattr(self, n)!r}" for n in given)
        return f"Shocks({', '.join(parts)})"


def _check_ways(coverage: object, rents: object, problems: Collector) -> None:
    if not _is_one_of(coverage, COVERAGES):
        _unknown("coverage", coverage, COVERAGES, "coverage", problems)
    if isinstance(rents, Mapping):
        _check_owners(rents, problems)
    elif not _is_one_of(rents, RENTS):
        _unknown("rents", rents, RENTS, "rents", problems)
    if isinstance(coverage, str) and coverage == "list" and not (isinstance(rents, str) and rents == "none"):
        problems.add("the wedge of a licence is computed for coverage `thin` only", path="rents")


def _check_owners(rents: Mapping[object, object], problems: Collector) -> None:
    """Shares of rents by country: numbers from 0 to 1 that sum to 1 at most."""
    for code, share in rents.items():
        if not isinstance(code, str):
            problems.add(f"{shown(code)} is no code of a country", path="rents")
        elif not plain_number(share, 0.0, 1.0):
            problems.add(f"{shown(share)} of `{shown(code)}` is no share from 0 to 1", path="rents")
    shares = [float(share) for share in rents.values() if plain_number(share, 0.0, 1.0)]  # type: ignore[arg-type]
    if sum(shares) > 1.0 + 1e-9:
        problems.add(f"the shares sum to {sum(shares):.6g}, above 1", path="rents")


def _is_one_of(given: object, known: tuple[str, ...]) -> bool:
    return isinstance(given, str) and given in known


def _unknown(what: str, given: object, known: tuple[str, ...], path: str, problems: Collector) -> None:
    hint = nearest(given, known) if isinstance(given, str) else None
    asked = f" Did you mean `{hint}`?" if hint else ""
    problems.add(f"no {what} `{shown(given)}`; one of {', '.join(known)}.{asked}", path=path)


def checked(shocks: Shocks, world: World, *, over_time: bool = False) -> Shocks:
    """The shocks in normal form, every array a read-only float64 of the world's shape.

    Blocked shares are gathered by the way they work: ``blocked_share`` thin without rents (full bans of any kind too),
    ``listed_share`` lists, ``blocks`` what is left, licences. Raises ``ShocksError`` naming every bad field: shape,
    kind, NaN, a tariff of a country on itself or at or below -100 %, a trade cost or productivity not above 0, a
    blocked share outside [0,1], transfers that do not sum to 0, and what acts on later years unless ``over_time``.
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
        ("listed_share", (n, n, s), flow),
        ("productivity_hat", (n, s), "country, sector"),
        ("transfers", (n,), "country"),
        ("sharing", (n, n, s), flow),
        ("diffusion_hat", (n, n, s), flow),
        ("research_hat", (n, s), "country, sector"),
        ("research_purchases", (n, s), "country, sector"),
    ):
        given = getattr(shocks, name)
        if given is not None:
            arrays[name] = plain_array(name, given, shape, axes, problems, infinity=name == "trade_cost_hat")
    shares = [plain_array(f"blocks[{k}].share", block.share, (n, n, s), flow, problems)
              for k, block in enumerate(shocks.blocks)]  # fmt: skip
    _check_ranges(world, {**arrays, **{f"blocks[{k}].share": share for k, share in enumerate(shares)}}, problems)
    _check_ventures(world, shocks.ventures, problems)
    for rents in (shocks.rents, *(block.rents for block in shocks.blocks)):
        _check_places(world, rents, problems)
    for name in OVER_TIME if not over_time else ():
        if getattr(shocks, name) is not None:
            problems.add("it acts on the knowledge of later years, which one solve does not have", path=name)
    problems.raise_if_any(ShocksError)
    blocks = [Block(array, block.coverage, block.rents)
              for array, block in zip(shares, shocks.blocks, strict=True) if array is not None]  # fmt: skip
    blocked, listed = arrays.pop("blocked_share", None), arrays.pop("listed_share", None)
    if blocked is not None:
        blocks.insert(0, Block(blocked, shocks.coverage, shocks.rents))
    if listed is not None:
        blocks.append(Block(listed, "list"))
    gathered = _gathered([part for block in blocks for part in _owned_and_lost(block)])
    return Shocks(
        tariff=arrays.get("tariff"),
        export_tax=arrays.get("export_tax"),
        trade_cost_hat=arrays.get("trade_cost_hat"),
        blocked_share=gathered["blocked_share"],
        listed_share=gathered["listed_share"],
        blocks=gathered["blocks"],
        productivity_hat=arrays.get("productivity_hat"),
        transfers=arrays.get("transfers"),
        deficits=shocks.deficits,
        ventures=shocks.ventures,
        sharing=arrays.get("sharing"),
        sharing_form=shocks.sharing_form,
        diffusion_hat=arrays.get("diffusion_hat"),
        research_hat=arrays.get("research_hat"),
        research_purchases=arrays.get("research_purchases"),
    )


def of_one_year(shocks: Shocks) -> Shocks:
    """The shocks without what only a path over years reads."""
    return replace(shocks, sharing=None, diffusion_hat=None, research_hat=None)


Owners = str | tuple[tuple[str, float], ...]


class _Gathered(TypedDict):
    blocked_share: Array | None
    listed_share: Array | None
    blocks: tuple[Block, ...]


def _owned_and_lost(block: Block) -> tuple[Block, ...]:
    """Licences of which owners have a share s only: the wedge f is ``f^s`` of theirs times ``f^(1-s)`` of nobody's."""
    if isinstance(block.rents, str):
        return (block,)
    owned = sum(block.rents.values())
    if owned >= 1.0 - 1e-9:
        return (block,)
    lost = Block(1.0 - (1.0 - block.share) ** (1.0 - owned))
    if not owned > 0:
        return (lost,)
    owners = {code: share / owned for code, share in block.rents.items()}
    return (lost, Block(1.0 - (1.0 - block.share) ** owned, rents=owners))


def _owners(rents: str | Mapping[str, float]) -> Owners:
    """Who earns rents, as a key: the same owners in another order are the same."""
    return rents if isinstance(rents, str) else tuple(sorted((code, float(share)) for code, share in rents.items()))


def _gathered(blocks: list[Block]) -> _Gathered:
    """Blocked shares by the way they work; what is closed whole is closed, whatever the way."""
    whole: NDArray[np.bool_] | None = None
    kinds: dict[tuple[str, Owners], Array] = {}
    for block in blocks:
        full = block.share >= 1.0
        key = (block.coverage, _owners(block.rents))
        if key != ("thin", "none") and full.any():
            whole = full if whole is None else whole | full
        share = np.where(full, 0.0, block.share)
        if key == ("thin", "none"):
            share = block.share
        before = kinds.get(key)
        if before is not None:
            share = np.maximum(before, share) if block.coverage == "list" else before + share * (1.0 - before)
        kinds[key] = share
    thin = kinds.get(("thin", "none"))
    if whole is not None:
        thin = whole.astype(np.float64) if thin is None else np.where(whole, 1.0, thin)
    licences = tuple(
        Block(kinds[key], key[0], key[1] if isinstance(key[1], str) else dict(key[1]))
        for key in sorted(kinds, key=str)
        if key[1] != "none" and kinds[key].any()
    )
    listed = kinds.get(("list", "none"))
    return {"blocked_share": thin, "listed_share": listed if listed is not None and listed.any() else None,
            "blocks": licences}  # fmt: skip


def with_licences_as_taxes(shocks: Shocks, world: World, theta: Array) -> Shocks:
    """Licences as the taxes that make the same cut: rate ``(1-b)^(-1/theta) - 1``, levied by whom the rents belong to.

    Rents of named countries are levied by the importer; their blocks stay, since the proceeds go on (``rents.py``).
    ``shocks`` in normal form. Symmetric world of two countries, own share .8, theta 4, b .5: a wedge of 18.92 %, kept
    at home -0.847 % of real income instead of -2.600 (G43).
    """
    tariff, levy = shocks.tariff, shocks.export_tax
    for block in shocks.blocks:
        factor = (1.0 - block.share) ** (-1.0 / theta)
        if block.rents != "exporter":
            tariff = (1.0 + (world.tariff if tariff is None else tariff)) * factor - 1.0
        else:
            base = np.zeros_like(world.tariff) if world.export_tax is None else world.export_tax
            levy = (1.0 + (base if levy is None else levy)) * factor - 1.0
    passed_on = tuple(block for block in shocks.blocks if not isinstance(block.rents, str))
    return replace(shocks, tariff=tariff, export_tax=levy, blocks=passed_on)


def at_fraction(shocks: Shocks, world: World, fraction: float, *, from_closed: bool = False) -> Shocks:
    """The shock at a fraction of the way from the base: 0 is no shock, 1 the whole of it.

    Taxes, finite trade costs and productivity move in logs; closed flows and blocked shares in openness; transfers,
    the size of ventures, and under ``closed`` the base deficits, in proportion (``from_closed``: gone from the start).
    """
    transfers = None if shocks.transfers is None else fraction * shocks.transfers
    if shocks.deficits == "closed" and not from_closed:
        transfers = (0.0 if transfers is None else transfers) + (1.0 - fraction) * world.deficit
    cost, blocked = shocks.trade_cost_hat, shocks.blocked_share
    if blocked is not None:
        blocked = fraction * blocked
    listed = None if shocks.listed_share is None else fraction * shocks.listed_share
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
        listed_share=listed,
        productivity_hat=None if shocks.productivity_hat is None else shocks.productivity_hat**fraction,
        transfers=transfers,
        research_purchases=None if shocks.research_purchases is None else fraction * shocks.research_purchases,
        ventures=tuple(venture.scaled(fraction) for venture in shocks.ventures),
        blocks=tuple(Block(1.0 - (1.0 - block.share) ** fraction, rents=block.rents) for block in shocks.blocks),
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
        if (rate > MOST_RATE).any():
            where = at(first_where(rate > MOST_RATE))
            problems.add(f"a rate above {MOST_RATE:,.0%} from {where}; 0.05 is 5 %", path=name)
        if rate[own, own].any():
            k, sector = first_where(rate[own, own] != 0)
            problems.add(f"a rate of {world.countries[k]} on itself in {world.sectors[sector]}", path=name)
    for name in ("trade_cost_hat", "productivity_hat"):
        hat = arrays.get(name)
        if hat is not None and (hat <= 0).any():
            problems.add(f"not above 0 at {at(first_where(hat <= 0))}", path=name)
        elif hat is not None and (small := hat < LEAST_HAT).any():
            problems.add(f"below {LEAST_HAT:g} at {at(first_where(small))}", path=name)
        elif hat is not None and (large := (hat > MOST_HAT[name]) & np.isfinite(hat)).any():
            problems.add(f"above {MOST_HAT[name]:g} at {at(first_where(large))}", path=name)
    _check_knowledge(arrays, own, at, problems)
    for name, share in arrays.items():
        if (name.endswith("share") or name == "sharing") and share is not None and ((share < 0) | (share > 1)).any():
            problems.add(f"outside [0, 1] at {at(first_where((share < 0) | (share > 1)))}", path=name)
    transfers = arrays.get("transfers")
    if transfers is not None and (np.abs(transfers) > MOST_SALES).any():
        n = first_where(np.abs(transfers) > MOST_SALES)[0]
        message = f"{transfers[n]:.3g} million USD to {world.countries[n]}, more than any world has"
        problems.add(message, path="transfers")
    elif transfers is not None and abs(transfers.sum()) > 1e-9 * max(float(np.abs(transfers).sum()), 1e-300):
        problems.add(f"they sum to {transfers.sum():.6g} million USD, not to 0", path="transfers")


def _check_knowledge(
    arrays: dict[str, Array | None], own: NDArray[np.int_], at: Callable[[tuple[int, ...]], str], problems: Collector
) -> None:
    for name in ("diffusion_hat", "research_hat"):
        hat = arrays.get(name)
        if hat is not None and (hat < 0).any():
            problems.add(f"below 0 at {at(first_where(hat < 0))}", path=name)
        elif hat is not None and (hat > MOST_KNOWLEDGE_HAT).any():
            problems.add(f"above {MOST_KNOWLEDGE_HAT:g} at {at(first_where(hat > MOST_KNOWLEDGE_HAT))}", path=name)
    sharing = arrays.get("sharing")
    if sharing is not None and sharing[own, own].any():
        k, sector = first_where(sharing[own, own] != 0)
        problems.add(f"at {at((int(k), int(k), int(sector)))}: a country does not share with itself", path="sharing")


def _check_places(world: World, rents: str | Mapping[str, float], problems: Collector) -> None:
    for code in () if isinstance(rents, str) else rents:
        if code not in world.countries:
            hint = nearest(code, world.countries)
            asked = f" Did you mean `{hint}`?" if hint else ""
            problems.add(f"no country `{shown(code)}` in this world.{asked}", path="rents")


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
