"""World input-output tables in one sheet, as WIOD 2013 and the ADB publish them: labels above and left, totals last.

Above the numbers stand the codes of sectors (``c1`` ... ``c35``) and, a row higher, of countries; left of them the same
in the two columns before the first number. After the sectors come five columns of final use a country, then a column of
totals; after the rows of sectors come rows of taxes, adjustments and value added, then a row of totals (``r69``).
Seen in: github.com/IndEcol/pymrio (``pymrio/tools/ioparser.py``, ``parse_wiod``) for WIOD 2013; for the ADB in
github.com/ksreyes/mrio (``R/check.R``: first number in E8, rows after the sectors, last row and column are output) and
in the tests of the program ``mario`` (``_adb_raw_frame``: titles, labels above and left, ``F1`` ... ``F5``, ``r60`` ...
``r69``).
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array
from multipolar.base.problems import Collector, MultipolarError, WorldError, shown
from multipolar.world.readers.files import check_archive, hashed, kind, refuse_kind, year_in_name
from multipolar.world.readers.labels import TableLabels
from multipolar.world.readers.table import Origin, Table, ordered

SEARCHED = 15  # rows and columns in which the first sector code is looked for
SPREADSHEET = "a zip archive or a spreadsheet"
Cells = NDArray[Any]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the first number stands."""

    row: int
    column: int


def table_of_sheet(path: Path, labels: TableLabels, origin: Origin, blank_is_zero: bool) -> Table:
    """The table in the first sheet of a workbook.

    ``blank_is_zero``: whether cells without anything in them are 0 (said in the notes, with their number). Raises
    ``WorldError`` with what is wrong.
    """
    file = hashed(path)
    found = kind(path)
    if found != SPREADSHEET:
        raise refuse_kind(path, found, "a workbook (.xlsx)")
    check_archive(path)
    cells = _cells(path)
    where = shown(path, 400)
    problems = Collector(where)
    place = _first_number(cells, labels, where)
    codes = [_text(cell) for cell in cells[place.row - 1, place.column :]]
    above = [_text(cell) for cell in cells[place.row - 2, place.column :]]
    left = [_text(cell) for cell in cells[place.row :, place.column - 1]]
    beside = [_text(cell) for cell in cells[place.row :, place.column - 2]]
    countries = _countries(codes, above, labels, problems)
    problems.raise_if_any(WorldError)
    n, kinds = len(countries) * len(labels.sectors), len(labels.categories)
    wanted = [f"{country} {sector}" for country in countries for sector in labels.sectors]
    for sentence in (
        *ordered([f"{a} {b}" for a, b in zip(above[:n], codes[:n], strict=True)], wanted, "columns"),
        *ordered([f"{a} {b}" for a, b in zip(beside[:n], left[:n], strict=True)], wanted, "rows"),
    ):
        problems.add(sentence)
    last = n + len(countries) * kinds
    due = [country for country in countries for _ in range(kinds)]
    if above[n:last] != due:
        problems.add(f"final use: {kinds} columns for each country in order are needed after the sectors")
    if len(codes) <= last or above[last] in countries:
        problems.add("no column of totals after final use: the sheet is cut or has other columns")
    problems.raise_if_any(WorldError)
    numbers, blanks = _numbers(cells, place, n, last + 1, blank_is_zero, problems)
    problems.raise_if_any(WorldError)
    note = f"{blanks:,} cells of the sheet are blank and were read as 0."
    return Table(
        countries=tuple(labels.countries[country] for country in countries),
        sectors=labels.sectors,
        categories=labels.categories,
        year=_year(cells, path),
        intermediate=np.ascontiguousarray(numbers[:, :n]),
        final=numbers[:, n:last].copy(),
        output=numbers[:, last].copy(),
        inputs=numbers[:, :n].sum(axis=0),
        origin=replace(origin, notes=(*origin.notes, note)) if blanks else origin,
        files=(file,),
    )


def _cells(path: Path) -> Cells:
    """All cells of the first sheet."""
    import pandas as pd

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions of the workbook that do not matter here
            frame = pd.read_excel(path, sheet_name=0, header=None, engine="openpyxl", dtype=object, na_filter=False)
    except ImportError:
        raise MultipolarError("`.xlsx` files need the extra `readers`: pip install 'multipolar[readers]'") from None
    except Exception as error:  # cut or foreign archives reach places of the library that raise anything
        reason = shown(str(error) or type(error).__name__, 120)
        raise WorldError.of(f"`{shown(path, 400)}` is cut or no workbook: it cannot be read ({reason})") from None
    cells: Cells = frame.to_numpy(dtype=object)
    return cells


def _first_number(cells: Cells, labels: TableLabels, where: str) -> _Place:
    """The cell under the first sector code above the table."""
    first = labels.sectors[0]
    for row in range(1, min(SEARCHED, len(cells) - 1)):
        for column in range(2, min(SEARCHED, cells.shape[1])):
            if _text(cells[row, column]) == first and _text(cells[row + 1, column - 1]) == first:
                return _Place(row + 1, column)
    raise WorldError.of(f"`{where}` is no table of this source: no sector code `{first}` above and left of the numbers "
                        "in the first sheet")  # fmt: skip


def _countries(codes: list[str], above: list[str], labels: TableLabels, problems: Collector) -> list[str]:
    """Country codes in the order of the columns, each known, with all sectors."""
    sectors = set(labels.sectors)
    pairs = [(country, code) for country, code in zip(above, codes, strict=True) if code in sectors]
    countries = list(dict.fromkeys(country for country, _ in pairs))
    unknown: Mapping[str, None] = dict.fromkeys(c for c in countries if c not in labels.countries)
    for country in unknown:
        problems.add(f"no country `{shown(country, 40)}` in this source")
    if len(pairs) != len(countries) * len(labels.sectors):
        problems.add(f"{len(pairs):,} columns of sectors for {len(countries)} countries, where each has "
                     f"{len(labels.sectors)}")  # fmt: skip
    return countries


def _numbers(
    cells: Cells, place: _Place, rows: int, columns: int, blank_is_zero: bool, problems: Collector
) -> tuple[Array, int]:
    """The block of numbers, and how many blank cells were read as 0."""
    block = cells[place.row : place.row + rows, place.column : place.column + columns]
    numbers = np.full(block.shape, np.nan)
    blanks = 0
    for k, row in enumerate(block):
        for m, cell in enumerate(row):
            if isinstance(cell, int | float) and not isinstance(cell, bool) and cell == cell:
                numbers[k, m] = cell
            elif blank_is_zero and cell == cell and not _text(cell):  # an error of a formula is NaN, and no blank
                numbers[k, m], blanks = 0.0, blanks + 1
            elif len(problems.problems) < 50:
                empty = "empty; missing is not zero" if cell == cell else "the error of a formula"
                what = f"`{shown(cell, 40)}`, which is no number" if _text(cell) else empty
                problems.add(f"the cell is {what}", place.row + k + 1, place.column + m + 1)
    return numbers, blanks


def _year(cells: Cells, path: Path) -> int:
    """The year of the title in the first cell, else of the file name."""
    found = re.findall(r"(?:19|20)[0-9]{2}", _text(cells[0, 0]))
    return int(found[-1]) if found else year_in_name(path)


def _text(cell: object) -> str:
    """A cell as text; nothing for an empty one."""
    return "" if cell is None or cell != cell else str(cell).strip()
