"""Estimated blocks are uncertain: the same world with use tables, the split of C303 and jobs moved within their ranges.

Every identity is kept. Use tables are moved and scaled back (RAS) to the purchases of each product and the input costs
of each sector, so output, trade and value added stay; the split moves sales between air and spacecraft and the rest of
C302T309; jobs keep every sum that is known. Ranges are assumptions of ours: the standard deviation of the log of a cell
by its grade (``SPREAD``), of the log odds of the split by its source (``SPLIT_SPREAD``).

Nothing here draws a number: standard normals are given, of the shapes that ``shapes`` says, so that a draw is a
function of the caller's seed alone. Zeros everywhere give the world back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from multipolar.base.arrays import Array, frozen, plain_array
from multipolar.base.problems import Collector, WorldError, shown
from multipolar.world.evidence import GRADES, graded
from multipolar.world.levels import known_groups
from multipolar.world.world import World

if TYPE_CHECKING:
    from numpy.typing import NDArray

SPREAD = {"observed": 0.0, "scaled": 0.1, "estimated": 0.25, "assumption": 0.5}  # of the log of a cell
SPLIT_SPREAD = {"own value": 0.25, "regional mean": 0.5, "assumption": 1.0}  # of the log odds of C303
SPLIT = ("C303", "C302_304_309")
CLOSE, MOST_SWEEPS = 1e-11, 500


def shapes(world: World) -> dict[str, tuple[int, ...]]:
    """Standard normals that each block takes: ``use`` [n, s, using sectors and final use], ``split`` [n],
    ``employment`` [n, s]; only blocks that the world has."""
    n, s = len(world.countries), len(world.sectors)
    found: dict[str, tuple[int, ...]] = {"use": (n, s, s + 1)}
    if set(SPLIT) <= set(world.sectors):
        found["split"] = (n,)
    if "employment" in world.fields:
        found["employment"] = (n, s)
    return found


def moved(world: World, normals: Mapping[str, object]) -> World:
    """The world with the blocks in ``normals`` moved: split first, then use tables, then jobs.

    Raises ``WorldError`` naming every block that is not there or whose numbers are of another shape, and where use
    tables cannot be balanced.
    """
    problems = Collector()
    known = shapes(world)
    given: dict[str, Array] = {}
    for name, numbers in normals.items():
        if name not in known:
            problems.add(f"no block `{shown(name)}` to move in world `{world.name}`. There is: {', '.join(known)}.")
            continue
        z = plain_array(f"normals[{name}]", numbers, known[name], "see `shapes`", problems)
        if z is not None:
            given[name] = z
    problems.raise_if_any(WorldError)
    trade = _split(world, given["split"]) if "split" in given else world.trade
    if "split" in given or "use" in given:
        z = given.get("use", np.zeros(known["use"]))
        shares = _use(world, trade, z)
        world = World.from_arrays(
            countries=world.countries, sectors=world.sectors, trade=trade, input_share=shares, tariff=world.tariff,
            trade_elasticity=world.trade_elasticity, export_tax=world.export_tax, name=world.name, year=world.year,
            fields=world.fields, provenance=world.provenance, evidence=world.evidence,
        )  # fmt: skip
    if "employment" in given:
        jobs = replace(world.fields["employment"], values=frozen(_jobs(world, given["employment"])))
        world = replace(world, fields={**world.fields, "employment": jobs})
    return world


def ras(start: Array, rows: Array, columns: Array) -> Array:
    """Matrices [n, r, c] scaled by rows and columns in turn to the sums ``rows`` [n, r] and ``columns`` [n, c].

    ``x_rc = u_r start_rc v_c`` (Bacharach 1970): zeros stay zero. Ends with rows exact, columns to 1e-11 of the
    largest. Raises ``WorldError`` where the sums differ in total, or are not reached in 500 sweeps.
    """
    total = np.abs(rows.sum(axis=1) - columns.sum(axis=1))
    if (total > 1e-9 * np.maximum(rows.sum(axis=1), 1e-300)).any():
        raise WorldError.of("rows and columns to be balanced do not have the same total")
    v = np.ones_like(columns)
    with np.errstate(all="ignore"):  # factors of sums that cannot be met grow without bound
        for _ in range(MOST_SWEEPS):
            u = _over(rows, np.matmul(start, v[:, :, None])[:, :, 0])
            reached = np.matmul(u[:, None, :], start)[:, 0, :]
            gap = np.abs(reached * v - columns).max(axis=1)
            if (gap <= CLOSE * columns.max(axis=1)).all():
                scaled: Array = u[:, :, None] * start * v[:, None, :]
                return scaled
            v = _over(columns, reached)
    worst = int(np.argmax(gap / np.maximum(columns.max(axis=1), 1e-300)))
    raise WorldError.of(f"matrix {worst} cannot be balanced: a column stays {gap[worst]:.3g} from its sum")


def _use(world: World, trade: Array, z: Array) -> Array:
    """Input shares [n,k,s] of the moved use tables, purchases and input costs of ``trade`` kept (RAS)."""
    levy = 1.0 if world.export_tax is None else 1.0 + world.export_tax
    spending = (trade * levy * (1.0 + world.tariff)).sum(axis=0)
    output = trade.sum(axis=1)
    cost = output * world.input_share.sum(axis=2)
    use = world.input_share * world.output[:, :, None]  # [n,k,s]
    table = np.concatenate([use.transpose(0, 2, 1), np.maximum(world.final_use, 0.0)[:, :, None]], axis=2)
    spread = _spreads(world, "input_share")
    spread = np.concatenate([spread, spread.max(axis=1, keepdims=True)], axis=1)  # final use: of the least certain
    columns = np.concatenate([cost, (spending.sum(axis=1) - cost.sum(axis=1))[:, None]], axis=1)
    balanced = ras(table * np.exp(spread[:, None, :] * z), spending, columns)
    shares: Array = _over(balanced[:, :, :-1].transpose(0, 2, 1), np.broadcast_to(output[:, :, None], use.shape))
    return shares


def _split(world: World, z: Array) -> Array:
    """Trade with each origin's sales of C302T309 split anew between its two parts; their sum stays."""
    from multipolar.world.sources import column

    held = column("countries", "air_share")
    spread = np.array([SPLIT_SPREAD[held.get(country, "assumption")] for country in world.countries])
    air, other = (world.axes.sector.index(sector) for sector in SPLIT)
    before = world.output[:, [air, other]]
    both = before.sum(axis=1)
    share = _over(before[:, 0], both)
    odds = _over(share, 1.0 - share) * np.exp(spread * z)
    anew = np.where(share >= 1.0, 1.0, odds / (1.0 + odds))
    trade = world.trade.copy()
    for sector, part, old in ((air, anew, share), (other, 1.0 - anew, 1.0 - share)):
        trade[:, :, sector] *= np.where(old > 0, part / np.where(old > 0, old, 1.0), 1.0)[:, None]
    return trade


def _jobs(world: World, z: Array) -> Array:
    """Jobs [n,s] moved inside the groups whose sums are known."""
    jobs = world.fields["employment"].values
    anew = jobs * np.exp(_spreads(world, "employment") * z)
    for n, country in enumerate(world.countries):
        for group in known_groups(world, "employment", country):
            at = world.axes.sector.indices(group)
            total = float(np.nansum(anew[n, at]))
            if total > 0:
                anew[n, at] *= float(np.nansum(jobs[n, at])) / total
    return anew


def _spreads(world: World, block: str) -> Array:
    """Standard deviation [n,s] of the log of the cells of a block; of an estimate where no grade is on record."""
    cells: NDArray[np.int8] | None = graded(world).get(block)
    if cells is None:
        return np.full((len(world.countries), len(world.sectors)), SPREAD["estimated"])
    spreads: Array = np.array([SPREAD[grade] for grade in GRADES])[cells]
    return spreads


def _over(a: Array, b: Array) -> Array:
    result: Array = np.divide(a, b, out=np.zeros(np.broadcast(a, b).shape), where=b > 0)
    return result
