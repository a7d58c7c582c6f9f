"""What a Result rests on: the grades of the world's blocks by value, and of the cells that measures act on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from multipolar.base.arrays import Array
from multipolar.base.problems import WorldError
from multipolar.model.shocks import Shocks
from multipolar.results.evidence import GRADES, HEADLINE, Evidence, Grades, Total
from multipolar.world.evidence import REQUIRED, graded
from multipolar.world.levels import LEVELLED, cell_grades, known_sum
from multipolar.world.resting import NOT_ON_RECORD, behind, shares, weakest, weights
from multipolar.world.world import World

ACCOUNTS = ("trade", "input_share", "tariff")
RESTS_ON: Mapping[str, tuple[str, ...]] = {
    HEADLINE: ACCOUNTS,
    "poles": ("trade", "input_share"),
    "polarisation": ("trade",),
    "dependence": ACCOUNTS,
    "dependence_high_tech": ACCOUNTS,
    "chokepoint": ACCOUNTS,
    "idea_share": ("knowledge", *ACCOUNTS),
    "leadership": ("knowledge",),
    "leadership_share": ("knowledge", "trade", "input_share"),
    "currency": ("trade",),  # and the invoices of exporters, which are published
    "dollar_share": ("trade",),
    "gap": ("population", *ACCOUNTS),
    "gap_between": ("population", *ACCOUNTS),
    "gap_within": ("population", *ACCOUNTS),
    "co2": ("emissions", *ACCOUNTS),
    "co2_intensity": ("emissions", *ACCOUNTS),
    "jobs": ("employment", *ACCOUNTS),
}
BY_CORRIDOR = ("currency", "dollar_share")  # the mix of a country's exports stands for each of its corridors
FLOWS = ("tariff", "export_tax", "trade_cost_hat", "blocked_share", "listed_share", "sharing", "diffusion_hat")
NEUTRAL = {"trade_cost_hat": 1.0, "diffusion_hat": 1.0}
KNOW_HOW = ("sharing", "diffusion_hat")


def evidence_of(world: World, shocks: Iterable[Shocks]) -> Evidence:
    """The grades behind the numbers of a world and of the shocks of its cases."""
    cells = graded(world)
    worth = {block: weights(world, block) for block in cells}
    country = {block: weakest(grades, worth[block]) for block, grades in cells.items()}
    size = len(world.countries)
    held = {*REQUIRED, *world.fields}
    asked = {name: blocks for name, blocks in RESTS_ON.items() if held.issuperset(blocks)}
    return Evidence(
        cells=cells,
        shares={block: shares(grades, worth[block]) for block, grades in cells.items()},
        touched=_touched(world, cells, shocks),
        country=country,
        rests_on=asked,
        weakest={name: behind(country, blocks, size) for name, blocks in asked.items()},
        totals={field: total for field in LEVELLED if field in world.fields and (total := _total(world, field))},
    )


def index_grade(world: World, evidence: Evidence, name: str, shape: tuple[int, ...]) -> Grades | None:
    """Grades of an index whose base has this shape: by country where it has countries last, else of the world.

    Jobs are by sector: a sector is known by itself, or it is an estimate. None: the index rests on nothing named.
    """
    if name == "jobs":
        return cell_grades(world, "employment")
    if name in BY_CORRIDOR:
        return np.full(shape, GRADES.index("assumption"), dtype=np.int8)
    held = evidence.weakest.get(name)
    if held is None:
        return None
    if shape and shape[-1] == len(world.countries):
        return np.broadcast_to(held, shape)
    blocks = evidence.rests_on[name]
    if any(block not in evidence.cells for block in blocks):
        return np.full(shape, NOT_ON_RECORD, dtype=np.int8)
    whole = [weakest(evidence.cells[b].reshape(1, -1), weights(world, b).reshape(1, -1))[0] for b in blocks]
    return np.full(shape, max(whole), dtype=np.int8)


def _total(world: World, field: str) -> Total | None:
    """Totals by country where every one is known or missing as such (NaN)."""
    values = np.full(len(world.countries), np.nan)
    grade = np.full(len(world.countries), NOT_ON_RECORD, dtype=np.int8)
    for n, code in enumerate(world.countries):
        try:
            known = known_sum(world, field, code)
        except WorldError:  # a figure is missing: so is the total
            continue
        values[n], grade[n] = known.value, GRADES.index(known.grade)
    return Total(values, world.fields[field].unit, grade) if np.isfinite(values).any() else None


def _touched(world: World, cells: Mapping[str, Grades], shocks: Iterable[Shocks]) -> dict[str, dict[str, float]]:
    """Block -> grade -> part of the value of what any case changes."""
    values: dict[str, Array] = {}
    for each in shocks:
        for block, value in _acted_on(world, each):
            values[block] = np.maximum(values.get(block, 0.0), value)
    return {block: shares(cells[block], value) for block, value in values.items() if block in cells and value.any()}


def _acted_on(world: World, shocks: Shocks) -> Iterator[tuple[str, Array]]:
    """For each block [n,s] the value of the cells that the shocks change: flows by origin, tariffs by destination."""
    for name in FLOWS:
        given: Array | None = getattr(shocks, name)
        if given is None:
            continue
        present: Array | float = NEUTRAL.get(name, 0.0)
        if name in ("tariff", "export_tax"):
            held = getattr(world, name)
            present = 0.0 if held is None else held
        moved = world.trade * (given != present)
        if name in KNOW_HOW:
            yield "knowledge", moved.sum(axis=1)
        else:
            yield "trade", moved.sum(axis=1)
        if name == "tariff":
            yield "tariff", moved.sum(axis=0)
    for block in shocks.blocks:
        yield "trade", (world.trade * (block.share > 0)).sum(axis=1)
    made = np.zeros_like(world.output)
    for hat in (shocks.productivity_hat, shocks.research_hat):
        made += 0.0 if hat is None else world.output * (hat != 1.0)
    for venture in shocks.ventures:
        made[venture.host, venture.sector] = world.output[venture.host, venture.sector]
    yield "input_share", made
