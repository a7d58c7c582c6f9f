"""Evidence grades of the blocks of a world, by country and sector.

A grade is one of ``GRADES``: *observed* (a published figure as it is), *scaled* (a published figure brought to another
year or level by a published total), *estimated* (made from other figures by a stated procedure), *assumption*. Cells
hold positions in ``GRADES`` [country, sector]: of the origin for ``trade``, of the user for ``input_share``, of the
destination for ``tariff``; a block without a sector or country axis has the same grade along it.

Grades of the embedded world are rules in ``data/grades.csv``: of the rows of a block that meet a cell the last one
holds. ``countries`` and ``sectors`` of a row are ``all``, codes with spaces between, or ``column=value`` of
``countries.csv`` or ``sectors.csv``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from multipolar.base.axes import Axes, label_problem
from multipolar.base.problems import Collector, WorldError, shown

if TYPE_CHECKING:
    from multipolar.base.arrays import Array
    from multipolar.world.sources import Grade
    from multipolar.world.world import World

GRADES = ("observed", "scaled", "estimated", "assumption")
REQUIRED = ("trade", "input_share", "tariff", "trade_elasticity")
Evidence: TypeAlias = Mapping[str, NDArray[np.int8]]


def graded(world: World) -> Evidence:
    """Grades of every block of a world that has them on record: stated, by rule, or of its fields as a whole."""
    if world.evidence is not None:
        return world.evidence
    from multipolar.world.sources import grades

    shape = (len(world.countries), len(world.sectors))
    found = {
        name: np.full(shape, GRADES.index(each.grade), dtype=np.int8)
        for name, each in world.fields.items()
        if each.grade in GRADES
    }
    for row in grades(world.name):
        if row.block not in (*REQUIRED, *world.fields):
            continue
        cells = found.setdefault(row.block, np.full(shape, -1, dtype=np.int8))
        cells[np.ix_(*_met(row, world))] = GRADES.index(row.grade)
    return {block: _read_only(cells) for block, cells in found.items() if (cells >= 0).all()}


def grade_at(world: World, block: str, country: str, sector: str) -> str:
    """The grade of one cell of a block; empty where none is on record. Raises ``UnknownLabelError`` for the labels."""
    at = world.axes.country.index(country), world.axes.sector.index(sector)
    cells = graded(world).get(block)
    return "" if cells is None else GRADES[cells[at]]


def rule_at(world: World, block: str, country: str, sector: str) -> Grade | None:
    """The row of ``grades.csv`` that holds for one cell, with year, source and what was done; None without one."""
    from multipolar.world.sources import column, grades

    at = world.axes.country.index(country), world.axes.sector.index(sector)
    rows = (row for row in grades(world.name) if row.block == block)
    met = [row for row in rows if all(place in every for place, every in zip(at, _met(row, world), strict=True))]
    # Of a group of countries, or of figures put in their place, the rows do not speak.
    of_country = country in column("countries", "iso3")
    return met[-1] if met and of_country and met[-1].grade == grade_at(world, block, country, sector) else None


def checked_evidence(given: Mapping[str, object] | None, axes: Axes) -> Evidence | None:
    """Grades as stated for a new world: one grade a block, or positions in ``GRADES`` [country, sector].

    Raises ``WorldError`` naming every block whose grades cannot be.
    """
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise WorldError.of(f"evidence: a mapping from blocks to grades is needed, not {shown(given)}")
    problems = Collector()
    found: dict[str, NDArray[np.int8]] = {}
    shape = (len(axes.country), len(axes.sector))
    for block, stated in given.items():
        path = f"evidence[{shown(block, 40)}]"
        problem = label_problem(block)
        if problem:
            problems.add(problem, path=path)
        elif isinstance(stated, str):
            if stated in GRADES:
                found[block] = _read_only(np.full(shape, GRADES.index(stated), dtype=np.int8))
            else:
                problems.add(f"no grade `{shown(stated)}`. There is: {', '.join(GRADES)}.", path=path)
        elif not isinstance(stated, np.ndarray) or stated.dtype.kind not in "iu" or stated.shape != shape:
            problems.add(f"a grade or whole numbers {shape} [country, sector] are needed", path=path)
        elif stated.min() < 0 or stated.max() >= len(GRADES):
            problems.add(f"positions run from 0 to {len(GRADES) - 1}", path=path)
        else:
            found[block] = _read_only(stated.astype(np.int8))
    problems.raise_if_any(WorldError)
    return found


def worst(cells: NDArray[np.int8], country: Array, sector: Array) -> NDArray[np.int8]:
    """Grades [N,S] of groups: of the least certain cell in each; memberships ``country`` [n,N], ``sector`` [s,S]."""
    by_country = np.array([cells[country[:, group] > 0].max(axis=0) for group in range(country.shape[1])])
    by_sector = np.array([by_country[:, sector[:, group] > 0].max(axis=1) for group in range(sector.shape[1])])
    return np.ascontiguousarray(by_sector.T)


def _met(row: Grade, world: World) -> Iterator[list[int]]:
    """Positions of the countries and of the sectors that a row speaks of."""
    from multipolar.world.sources import column

    axes = (("countries", world.countries, row.countries), ("sectors", world.sectors, row.sectors))
    for table, labels, asked in axes:
        name, equals, value = asked.partition("=")
        if asked == "all":
            wanted = set(labels)
        elif equals:
            wanted = {code for code, held in column(table, name).items() if held == value}
        else:
            wanted = set(asked.split())
        yield [place for place, label in enumerate(labels) if label in wanted]


def _read_only(cells: NDArray[np.int8]) -> NDArray[np.int8]:
    cells.flags.writeable = False
    return cells
