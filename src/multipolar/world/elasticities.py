"""Published trade elasticities by sector, several sets selectable by name (theta of DESIGN 3).

``data/elasticities.csv`` has a column a set on the 49 sectors of the embedded world, ``data/elasticity_sets.csv`` says
what each set is. Sets differ by a factor of three and more in a sector: which one is used is a choice, not a fact.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from multipolar.base.arrays import frozen
from multipolar.base.problems import WorldError, nearest, shown
from multipolar.world.evidence import GRADES, graded
from multipolar.world.knowledge import again

if TYPE_CHECKING:
    from multipolar.world.world import World

DATA = Path(__file__).parent / "data"
DEFAULT = "U4"
STANDARD_ERROR = 0.3  # of the mean: an assumption, for no set states its own by sector
BLOCK = "trade_elasticity"


@dataclass(frozen=True, slots=True)
class ElasticitySet:
    """A published set: its name, what it is, where it stands, how it was seen, and what to know before using it."""

    name: str
    title: str
    citation: str
    how_seen: str
    note: str


@cache
def elasticity_sets() -> tuple[ElasticitySet, ...]:
    """All sets, the embedded default first."""
    with (DATA / "elasticity_sets.csv").open(encoding="utf-8", newline="") as file:
        return tuple(ElasticitySet(**row) for row in csv.DictReader(file))


@cache
def elasticities(name: str) -> dict[str, float]:
    """theta by sector of a set. Raises ``WorldError`` naming the nearest set."""
    names = [each.name for each in elasticity_sets()]
    if name not in names:
        near = nearest(name, names)
        hint = f" Did you mean `{near}`?" if near else f" There is: {', '.join(names)}."
        raise WorldError.of(f"no set of trade elasticities `{shown(name)}`.{hint}")
    with (DATA / "elasticities.csv").open(encoding="utf-8", newline="") as file:
        return {row["sector"]: float(row[name]) for row in csv.DictReader(file)}


def set_of(world: World) -> ElasticitySet | None:
    """The published set whose values a world has in every sector; None where it has others."""
    for each in elasticity_sets():
        theta = elasticities(each.name)
        held = zip(world.sectors, world.trade_elasticity, strict=True)
        if all(theta.get(sector) == value for sector, value in held):
            return each
    return None


def with_elasticities(world: World, name: str) -> World:
    """The world with the trade elasticities of a set; stocks of knowledge that rest on them are made anew.

    Raises ``WorldError`` naming the nearest set, or every sector of the world that the sets do not have (they are on
    the sectors of the embedded world).
    """
    theta = elasticities(name)
    missing = [shown(sector) for sector in world.sectors if sector not in theta]
    if missing:
        raise WorldError.of(f"the set `{name}` has no trade elasticity for {', '.join(missing)}")
    values = frozen(np.array([theta[sector] for sector in world.sectors]))
    if np.array_equal(values, world.trade_elasticity):
        return world
    # Services have no estimates of their own in any set; goods are published figures brought to other sectors.
    kind = [GRADES.index("scaled" if sector[:1] in "ABC" and name != DEFAULT else "assumption")
            for sector in world.sectors]  # fmt: skip
    cells = np.broadcast_to(np.array(kind, dtype=np.int8), (len(world.countries), len(kind)))
    return again(replace(world, trade_elasticity=values, evidence={**graded(world), BLOCK: cells}))
