"""Tables of payments and obligations: CSV, and Parquet with its extra; every cell checked, places in messages.

Times are whole seconds, amounts whole minor units; a cell means what is written in it, nothing is guessed. A CSV file
is UTF-8, its first line names the columns in any order.
"""

from __future__ import annotations

import csv
import io
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from multipolar.base.forms import listed
from multipolar.base.problems import Collector, InputError, MultipolarError, Problem, few_hints, nearest, shown
from multipolar.payments.orders import LATEST, LONGEST_NAME, MOST_AMOUNT, is_name

PAYMENT_COLUMNS = ("time", "payer", "payee", "currency", "amount", "link", "priority")
OBLIGATION_COLUMNS = ("debtor", "creditor", "amount")
LIQUIDITY_COLUMNS = ("name", "amount")
OPTIONAL = {"link": "", "priority": "0"}
LIMITS = {"time": (0, LATEST, "2^40"), "amount": (1, MOST_AMOUNT, "10^18 - 1"), "priority": (-(2**31), 2**31, "2^31")}
MOST_BYTES = 1_000_000_000
MOST_NOTED = 1_000  # problems; then the rest is not looked at
_CSV_ERRORS = {"unexpected": "a quote is opened and never closed", "field": "a value of more than 100,000 characters"}
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{2}|[0-9]{1,2}:[0-9]{2}", re.ASCII)
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of text by name, and the line of each row in the file ``where``."""

    where: str
    columns: dict[str, tuple[str, ...]]
    lines: Sequence[int]

    def __len__(self) -> int:
        return len(self.lines)

    def numbers(self, name: str) -> list[int]:
        """A checked column as whole numbers."""
        return list(map(int, self.columns[name]))


def read_table(path: Path, names: tuple[str, ...]) -> Table:
    """The columns ``names`` of a CSV or Parquet file; raises ``InputError`` listing what is wrong with it.

    Refused: anything but a regular file of at most 1 GB in UTF-8, unknown, doubled or missing columns, rows of another
    length, empty names, numbers that are not whole or out of range. ``MultipolarError`` for Parquet without pyarrow.
    """
    where = shown(path, 400)
    rows, lines = _parquet_rows(path, where) if path.suffix == ".parquet" else _csv_rows(path, where)
    problems = Collector(where)
    with few_hints():
        head = _head(rows[0], names, problems)
        problems.raise_if_any(InputError)
        return check_rows(rows[1:], lines[1:], head, names, problems)


def check_rows(
    rows: Sequence[Sequence[str]],
    lines: Sequence[int],
    head: Sequence[str],
    names: tuple[str, ...],
    problems: Collector,
) -> Table:
    """Rows of text as a table; raises ``InputError`` with the line of every cell that is wrong."""
    width = len(head)
    least = width if head is not names else width - len(OPTIONAL.keys() & set(names))
    if any(not least <= len(row) <= width for row in rows):
        count = f"{width}" if least == width else f"{least} to {width}"
        for row, line in zip(rows, lines, strict=True):
            if not least <= len(row) <= width and len(problems.problems) < MOST_NOTED:
                problems.add(f"{len(row)} values, where {count} stand: {', '.join(head)}.", line)
        problems.raise_if_any(InputError)
    defaults = [OPTIONAL.get(name, "") for name in head]
    full = [(*row, *defaults[len(row) :]) for row in rows] if least < width else rows
    by_name = dict(zip(head, zip(*full, strict=True), strict=True)) if full else {name: () for name in head}
    columns = {name: by_name.get(name, (OPTIONAL.get(name, ""),) * len(rows)) for name in names}
    for name in names:
        _check_column(name, columns[name], lines, problems)
    problems.raise_if_any(InputError)
    return Table(problems.where, columns, lines)


def _check_column(name: str, cells: Sequence[str], lines: Sequence[int], problems: Collector) -> None:
    """Note every wrong cell. Most columns hold nothing wrong, and that is found out quickly."""
    if name in LIMITS:
        least, most, written = LIMITS[name]
        right = {cell for cell in set(cells) if _WHOLE.fullmatch(cell) and least <= int(cell) <= most}
    elif name == "link":
        right = {cell for cell in set(cells) if not cell or is_name(cell)}
    else:
        right = {cell for cell in set(cells) if is_name(cell)}
    if right.issuperset(cells):
        return
    for cell, line in zip(cells, lines, strict=True):
        if cell in right:
            continue
        if len(problems.problems) >= MOST_NOTED:
            problems.add("the rest of the file is not looked at.", line, rank=9)
            return
        problems.add(_wrong_number(cell, least, written) if name in LIMITS else _wrong_name(cell), line, path=name)


def _wrong_number(cell: str, least: int, written: str) -> str:
    if not cell.strip():
        return "is empty; a missing number is not 0."
    if re.fullmatch(r"-?[0-9]+\.[0-9]+", cell, re.ASCII):
        return f"`{shown(cell)}` is not whole: amounts are in minor units (cents), times in seconds."
    if re.fullmatch(r"-?[0-9]{1,3}([, _][0-9]{3})+", cell, re.ASCII):
        return f"`{shown(cell)}` has grouped digits: write digits only."
    if _DATE.match(cell):
        return f"`{shown(cell)}` is a date or time of day: write whole seconds from second 0."
    if not _WHOLE.fullmatch(cell):
        return f"`{shown(cell)}` is no whole number: write digits only."
    return f"{shown(cell)} is outside {least} to {written}."


def _wrong_name(cell: str) -> str:
    if not cell.strip():
        return "is empty; a name stands here."
    if cell != cell.strip():
        return f"`{shown(cell)}` begins or ends with a space: is it `{shown(cell.strip())}`?"
    if not cell.isprintable():
        return f"`{shown(cell)}` holds a character that is not seen."
    return f"is longer than {LONGEST_NAME} characters."


def _head(cells: Sequence[str], names: tuple[str, ...], problems: Collector) -> tuple[str, ...]:
    """Names of the columns, checked."""
    if len(cells) == 1:
        for mark, called in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if set(names) & {cell.strip() for cell in cells[0].split(mark)}:
                raise InputError(
                    Problem(f"columns are separated by {called}: save the table with commas.", problems.where, 1)
                )
    missing = [name for name in names if name not in cells and name not in OPTIONAL]
    for cell in dict.fromkeys(cells):
        if cell not in names:
            close = nearest(cell, missing or names)
            hint = f"Did you mean `{close}`?" if close else f"Columns are {listed(names)}."
            problems.add(f"unknown column `{shown(cell)}`. {hint}", 1)
            missing = [name for name in missing if name != close]
        elif list(cells).count(cell) > 1:
            problems.add(f"column `{cell}` stands {list(cells).count(cell)} times.", 1)
    if missing:
        problems.add(f"no column {listed(missing)}; the first line names the columns.", 1, rank=1)
    return tuple(cells)


def _csv_rows(path: Path, where: str) -> tuple[list[list[str]], list[int]]:
    """Cells and line numbers; raises ``InputError`` in plain words for a file that is no CSV text."""
    text = _text(path, where)
    rows: list[list[str]] = []
    lines: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    before = 0
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(before + 1)
            before = reader.line_num
    except csv.Error as error:
        said = _CSV_ERRORS.get(str(error).partition(" ")[0], "a quote stands inside a value")
        raise InputError(Problem(f"not readable as CSV: {said}.", where, before + 1)) from None
    if len(rows) < 2:
        need = "a first line that names the columns, and rows under it"
        raise InputError(Problem(f"has no rows: {need} are needed.", where))
    return rows, lines


def plain_bytes(path: Path, where: str) -> bytes:
    """What a regular file holds; raises ``InputError`` for a folder, a pipe, a file that is too large or not there."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no usable file name"
        raise InputError(Problem(f"cannot be read: {reason}.", where)) from None
    try:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            raise InputError(Problem("is no regular file: a table is a plain file.", where))
        if facts.st_size > MOST_BYTES:
            raise InputError(Problem(f"is larger than {MOST_BYTES // 10**9} GB, the most a table may hold.", where))
        with os.fdopen(handle, "rb", closefd=False) as stream:
            return stream.read()
    finally:
        os.close(handle)


def _text(path: Path, where: str) -> str:
    """The text of a regular file in UTF-8."""
    data = plain_bytes(path, where)
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(0)) + 1
        raise InputError(Problem("holds a zero byte: it is no CSV text.", where, line))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(Problem("is not UTF-8 text: save the file as UTF-8.", where, line)) from None


def _parquet_rows(path: Path, where: str) -> tuple[list[list[str]], list[int]]:
    """Cells as text and row numbers of a Parquet file; line 1 is its schema, as in a CSV file."""
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import read_table as read_parquet
    except ImportError:
        raise MultipolarError(f"{where}: Parquet needs an extra: pip install 'multipolar[parquet]'.") from None
    try:
        found = read_parquet(path)
    except (OSError, ArrowException) as error:
        raise InputError(Problem(f"cannot be read as Parquet: {shown(error)}.", where)) from None
    if found.num_rows == 0:
        raise InputError(Problem("has no rows.", where))
    columns = [["" if cell is None else str(cell) for cell in column.to_pylist()] for column in found.columns]
    rows = [list(found.column_names), *map(list, zip(*columns, strict=True))]
    return rows, list(range(1, len(rows) + 1))
