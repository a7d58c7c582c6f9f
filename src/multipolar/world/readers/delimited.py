"""Text files that hold one matrix: a row of column labels, then rows of a label and numbers. Read line by line.

Memory is the matrix itself: a row is parsed and put in its place. Everything that is not a matrix of numbers is refused
with its line: a web page, an archive, another encoding, rows of another length, cells that are no number.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from multipolar.base.arrays import Array
from multipolar.base.problems import Collector, WorldError, shown
from multipolar.world.readers.files import kind, refuse_kind
from multipolar.world.readers.table import listed

Progress: TypeAlias = Callable[[str, int, int], None]  # what is being done, how much is done, of how much
SEPARATORS = ",;\t"
MOST_COLUMNS = 20_000
LONGEST_LINE = 10_000_000
EXTRA_ROWS = 16  # rows of taxes, value added and totals that a table may have beside its columns
MOST_PROBLEMS = 50
COMMA = "a decimal point is needed, not a comma"


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """A matrix of numbers with the labels of its rows and columns."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: Array


def read_matrix(
    path: Path, corner: Sequence[str], source: str, progress: Progress, blank_rows: Container[str] = ()
) -> Matrix:
    """The matrix of a text file whose first cell is one of ``corner``.

    Cells of ``blank_rows`` may be empty and are NaN then. Comma, semicolon or tabulator between cells, a point before
    decimals, UTF-8 with or without a mark. Raises ``WorldError`` with every cell that is no number (50 at most) and its
    line.
    """
    found = kind(path)
    if found != "text":
        raise refuse_kind(path, found, f"the text file (.csv) of {source}")
    problems = Collector(shown(path, 400))
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            header = stream.readline(LONGEST_LINE)
            columns, separator = _header(header, corner, source, problems)
            problems.raise_if_any(WorldError)
            values = np.empty((len(columns) + EXTRA_ROWS, len(columns)))
            rows: list[str] = []
            for line in iter(lambda: stream.readline(LONGEST_LINE), ""):
                if len(line) == LONGEST_LINE:
                    problems.add(f"a line of more than {LONGEST_LINE:,} characters", len(rows) + 2)
                    break
                if not line.strip():
                    continue
                if len(rows) == len(values):
                    problems.add(f"more rows than a table of {len(columns):,} columns can have", len(rows) + 2)
                if len(problems.problems) >= MOST_PROBLEMS or len(rows) == len(values) or _commas(problems):
                    break
                label, numbers = _row(line, separator, columns, len(rows) + 2, blank_rows, problems)
                if numbers is not None:
                    values[len(rows)] = numbers
                rows.append(label)
                progress(f"reading {path.name}", len(rows), len(columns))
    except UnicodeDecodeError as error:
        raise WorldError.of(f"`{shown(path, 400)}` is not UTF-8 ({error.reason} at byte {error.start:,} of what was "
                            "being read): it was saved in another encoding") from None  # fmt: skip
    if not rows:
        problems.add("only a header: there is no row of numbers, the file is cut", 1)
    problems.raise_if_any(WorldError)
    return Matrix(tuple(rows), columns, values[: len(rows)])


def _header(
    line: str, corner: Sequence[str], source: str, problems: Collector
) -> tuple[tuple[str, ...], str]:
    """Column labels and the separator."""
    counts = {separator: line.count(separator) for separator in SEPARATORS}
    separator = max(counts, key=lambda each: counts[each])
    cells = [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]
    columns = tuple(cells[1:])
    if not columns or cells[0] not in corner:
        wanted = " or ".join(f"`{name}`" if name else "an empty cell" for name in corner)
        problems.add(f"not a table of {source}: the first cell is `{shown(cells[0] if cells else '')}`, where {wanted} "
                     "stands", 1)  # fmt: skip
    elif len(columns) > MOST_COLUMNS:
        problems.add(f"{len(columns):,} columns; at most {MOST_COLUMNS:,} are read", 1)
    elif len(set(columns)) < len(columns):
        seen: set[str] = set()
        twice = [name for name in columns if name in seen or seen.add(name)]  # type: ignore[func-returns-value]
        problems.add(f"columns stand more than once: {listed(twice)}", 1)
    return columns, separator


def _row(
    line: str, separator: str, columns: tuple[str, ...], number: int, blank_rows: Container[str], problems: Collector
) -> tuple[str, Array | None]:
    """The label and the numbers of a line; None with a problem noted where they are not what they should be."""
    cells = next(csv.reader([line], delimiter=separator)) if '"' in line else line.rstrip("\r\n").split(separator)
    label, cells = cells[0].strip(), cells[1:]
    if len(cells) != len(columns):
        less = not line.endswith("\n") and len(cells) < len(columns)
        cut = "; it is the last line: the file is cut" if less else ""
        counted = f"has {len(cells):,} numbers, where {len(columns):,} are needed"
        problems.add(f"row `{shown(label, 40)}` {counted}{cut}", number)
        return label, None
    if label in blank_rows:
        cells = [cell if cell.strip() else "nan" for cell in cells]
    try:
        numbers = np.array(cells, dtype=np.float64)
    except ValueError:
        numbers = None
    if numbers is None or "_" in line[len(label) + 1 :] or not np.isfinite(numbers).all():
        _bad_cells(label, cells, columns, number, problems, label in blank_rows)
    return label, numbers


def _bad_cells(
    label: str, cells: list[str], columns: tuple[str, ...], number: int, problems: Collector, may_be_empty: bool
) -> None:
    """Note the first cell of a row that is no number, and how many there are."""
    bad = [k for k, cell in enumerate(cells) if not _is_number(cell) and not (may_be_empty and cell == "nan")]
    if not bad:
        return
    cell = cells[bad[0]]
    if not cell.strip():
        what = "is empty; missing is not zero"
    elif cell.count(",") == 1 and _is_number(cell.replace(",", ".")):
        what = f"is `{shown(cell, 40)}`: {COMMA}"
    else:
        what = f"is `{shown(cell, 40)}`, which is no number"
    more = f" (and {len(bad) - 1:,} more in this row)" if len(bad) > 1 else ""
    problems.add(f"{shown(label, 40)} to {shown(columns[bad[0]], 40)} {what}{more}", number)


def _commas(problems: Collector) -> bool:
    """Whether a comma before decimals was found: the whole file has them, and one message is enough."""
    return bool(problems) and COMMA in problems.problems[-1].message


def _is_number(cell: str) -> bool:
    try:
        return "_" not in cell and bool(np.isfinite(float(cell)))
    except ValueError:
        return False
