"""What the numbers of a Result rest on: evidence grades of the blocks of data behind them (ECONOMICS 8.5 g)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array
from multipolar.world.evidence import GRADES as GRADES  # the positions that grades here hold
from multipolar.world.resting import LEAST as LEAST
from multipolar.world.resting import NOT_ON_RECORD

Grades = NDArray[np.int8]
Shares = Mapping[str, Mapping[str, float]]
HEADLINE = "welfare"
WEAKEST = f"weakest grade that holds for at least {LEAST:.0%} of the value of a block in a country"


@dataclass(frozen=True, slots=True, eq=False)
class Total:
    """The total of a field by country [n] with its grade: known as such, whatever its sectors are."""

    values: Array
    unit: str
    grade: Grades


@dataclass(frozen=True, eq=False)
class Evidence:
    """Grades as positions in ``GRADES``, of the world as loaded; -1: none on record.

    ``cells`` [n,s] by block; ``shares``: block -> grade -> part of its value; ``touched``: the same over the cells
    that the measures of the scenario act on; ``country`` [n] by block: the weakest grade that holds for at least
    ``LEAST`` of its value there; ``rests_on``: name of a number -> blocks it rests on, beside the elasticities, which
    all do; ``weakest`` [n] by that name; ``totals``: of jobs and CO2.
    """

    cells: Mapping[str, Grades] = field(default_factory=dict)
    shares: Shares = field(default_factory=dict)
    touched: Shares = field(default_factory=dict)
    country: Mapping[str, Grades] = field(default_factory=dict)
    rests_on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    weakest: Mapping[str, Grades] = field(default_factory=dict)
    totals: Mapping[str, Total] = field(default_factory=dict)

    def of(self, name: str, country: int) -> tuple[str, tuple[str, ...]]:
        """The weakest grade behind a number of a country, and the blocks that have it; empty where none is known."""
        held = self.weakest.get(name)
        if held is None or held[country] < 0:
            return "", ()
        weak = tuple(block for block in self.rests_on[name] if self.country[block][country] == held[country])
        return GRADES[held[country]], weak

    def labels(self, axis: str) -> tuple[str, ...]:
        """Labels of the axes that only grades have: ``block``, and ``graded``, the names of numbers."""
        return tuple(self.cells) if axis == "block" else tuple(self.weakest)

    def as_data(self) -> dict[str, object]:
        """As JSON holds it: grades by their names, null where none is on record."""
        return {
            "grades": list(GRADES),
            "least": LEAST,
            "shares": self.shares,
            "touched": self.touched,
            "country": {block: grade_names(held) for block, held in self.country.items()},
            "rests_on": self.rests_on,
            "weakest": {name: grade_names(held) for name, held in self.weakest.items()},
            "totals": {
                name: {"values": total.values, "unit": total.unit, "grade": grade_names(total.grade)}
                for name, total in self.totals.items()
            },
        }


def graded_arrays(evidence: Evidence) -> dict[str, tuple[tuple[str, ...], Grades, dict[str, object]]]:
    """Grades as labelled arrays by name: axes, positions in ``GRADES``, attributes as the CF conventions have flags."""
    flags = {"flag_values": np.arange(NOT_ON_RECORD, len(GRADES), dtype=np.int8),
             "flag_meanings": " ".join(("not_on_record", *GRADES))}  # fmt: skip
    made = (
        ("evidence_cells", ("block", "country", "sector"), evidence.cells, "grade of each cell of a block of data"),
        ("evidence_country", ("block", "country"), evidence.country, WEAKEST),
        ("evidence", ("graded", "country"), evidence.weakest, "weakest grade of the blocks that a number rests on"),
    )
    return {
        name: (axes, np.stack(list(held.values())), {"definition": definition, **flags})
        for name, axes, held, definition in made
        if held
    }


def grade_names(grades: Grades | np.int8 | None) -> Any:
    """Grades by name, nested as they are; None where none is on record."""
    if grades is None:
        return None
    if isinstance(grades, np.ndarray) and grades.ndim:
        return [grade_names(each) for each in grades]
    return GRADES[int(grades)] if grades >= 0 else None
