"""A multi-regional input-output table as a file gives it, and the checks every reader shares.

Rows are origin x supply sector, columns destination x using sector (``intermediate``) and destination x category
(``final``), both country by country. Values in million US dollars at basic prices, whatever the unit of the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from multipolar.base.arrays import Array
from multipolar.base.problems import Collector, WorldError, shown
from multipolar.world.provenance import File

MOST_IMBALANCE = 0.01  # of gross output: published tables are off by far less, a shifted or cut one by far more
NAMED = 5  # cells named in a message


@dataclass(frozen=True, slots=True)
class Origin:
    """What a reader knows of its source: titles and terms for the provenance, and notes on what the table holds.

    ``rate``: US dollars for a unit of the source.
    """

    key: str
    source: str
    edition: str
    licence: str
    citation: str
    notes: tuple[str, ...]
    rate: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table as read: N countries, S sectors, C categories of final use.

    ``intermediate`` [N S, N S]; ``final`` [N S, N C]; ``output`` [N S]; ``inputs`` [N S]: what each sector pays for
    intermediate goods at basic prices, hence value added (with net taxes on its inputs) is ``output - inputs``.
    """

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    categories: tuple[str, ...]
    year: int | None
    intermediate: Array
    final: Array
    output: Array
    inputs: Array
    origin: Origin
    files: tuple[File, ...]

    def cell(self, row: int) -> str:
        """``DEU c4``: country and sector of a row."""
        country, sector = divmod(int(row), len(self.sectors))
        return f"{self.countries[country]} {self.sectors[sector]}"

    def column(self, column: int) -> str:
        """``FRA CONS_h``: country and category of a final column."""
        country, category = divmod(int(column), len(self.categories))
        return f"{self.countries[country]} {self.categories[category]}"


def check(table: Table, where: str) -> None:
    """Refuse a table that cannot be what its file is said to hold.

    Shapes must fit labels; every number must be one; output must not be negative; rows and columns must add up to
    output, and inputs stay below it, within 1 % of gross output of the world (a table with shifted rows or a missing
    part is off by far more).
    Raises ``WorldError`` with every problem and the file.
    """
    rows, columns = len(table.countries) * len(table.sectors), len(table.countries) * len(table.categories)
    problems = Collector(where)
    shapes = (
        ("intermediate use", table.intermediate, (rows, rows)),
        ("final use", table.final, (rows, columns)),
        ("output", table.output, (rows,)),
        ("inputs", table.inputs, (rows,)),
    )
    for name, array, wanted in shapes:
        if array.shape != wanted:
            problems.add(f"{name} has shape {array.shape}, where {wanted} is needed", path="table")
    problems.raise_if_any(WorldError)
    for name, array, _ in shapes:
        if not np.isfinite(array).all():
            bad = np.argwhere(~np.isfinite(array))
            problems.add(f"no number in {len(bad):,} of {array.size:,} cells, the first for {table.cell(bad[0][0])}; "
                         "missing is not zero", path=name)  # fmt: skip
    problems.raise_if_any(WorldError)
    if (table.output < 0).any():
        cells = _named(table, np.flatnonzero(table.output < 0))
        problems.add(f"negative output of {cells}", path="output")
    if not table.output.any():
        problems.add("no output at all: every figure is 0", path="output")
    problems.raise_if_any(WorldError)
    _check_sums(table, problems)
    problems.raise_if_any(WorldError)


def ordered(found: Sequence[str], wanted: Sequence[str], what: str) -> Iterator[str]:
    """What is wrong with labels that should be ``wanted`` in this order: missing, unknown, repeated, re-ordered."""
    seen, known = set(found), set(wanted)
    missing, unknown = [w for w in wanted if w not in seen], list(dict.fromkeys(f for f in found if f not in known))
    if missing:
        yield f"{what}: {len(missing):,} of {len(wanted):,} missing: {listed(missing)}"
    if unknown:
        yield f"{what}: {len(unknown):,} unknown here: {listed(unknown)}"
    if len(seen) < len(found):
        twice = [name for name, count in Counter(found).items() if count > 1]
        yield f"{what}: more than once: {listed(twice)}"
    elif not missing and not unknown:
        for position, (got, due) in enumerate(zip(found, wanted, strict=True), 1):
            if got != due:
                yield f"{what}: out of order: `{shown(got)}` stands at place {position}, where `{due}` is due"
                return


def listed(names: Sequence[str]) -> str:
    """Up to five names, and how many more."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(shown(name, 40) for name in names[:NAMED]) + more


def _check_sums(table: Table, problems: Collector) -> None:
    world = float(table.output.sum())
    beyond = np.maximum(table.inputs - table.output, 0.0) + np.maximum(-table.inputs, 0.0)
    sold = table.intermediate.sum(axis=1) + table.final.sum(axis=1)
    bought = table.intermediate.sum(axis=0)
    for gap, path, sentence in (
        (sold - table.output, "rows", "sales of the rows and their output differ"),
        (bought - table.inputs, "columns", "inputs of the columns and what their output leaves for them differ"),
        (beyond, "columns", "inputs of the columns exceed their output, or are below 0,"),
    ):
        off = float(np.abs(gap).sum()) / world
        if off > MOST_IMBALANCE:
            worst = [int(row) for row in np.argsort(-np.abs(gap))[:NAMED] if gap[row]]
            problems.add(
                f"{sentence} by {100 * off:.3g} % of gross output (at most {100 * MOST_IMBALANCE:g} % is taken), "
                f"most in {_named(table, worst)}; is the file cut, shifted or re-ordered?",
                path=path,
            )


def _named(table: Table, rows: Sequence[int] | np.ndarray) -> str:
    return listed([table.cell(row) for row in rows])
