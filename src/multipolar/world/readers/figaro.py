"""Eurostat FIGARO, industry-by-industry inter-country tables, the CSV matrix (``matrix_eu-ic-io_ind-by-ind_...csv``).

Layout: the first cell is ``rowLabels``; columns ``AR_A01`` (region, NACE Rev. 2 industry, 64 of them), then five kinds
of final use a region (``AR_P3_S13``, P3_S14, P3_S15, P51G, P5M); rows in the order of the columns, then six rows of
``W2``: D21X31 (net taxes on products), OP_RES and OP_NRES (purchases abroad and of non-residents), D1, D29X39 and B2A3G
(value added); million EUR at basic prices. No row or column of totals: output is the sum of a row. 46 regions to the
edition of 2025, 50 in that of 2026 (3,206 rows, 3,450 columns); ``FIGW1`` is the rest of the world and stands where
the file has it. Seen in: github.com/cran/exvatools (``R/extract_figaro.R``: file names, regions, industries and final
use in order), and in two public programs that read the file: ``CFIGARO.cpp`` (row by row, with the rows of ``W2``) and
``puremacro/trade/mrio.py`` (``rowLabels``, the 64 codes as spelled in the file, codes of regions).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from multipolar.base.problems import Collector, WorldError, shown
from multipolar.world.readers.balancing import world_of
from multipolar.world.readers.delimited import Matrix, Progress, read_matrix
from multipolar.world.readers.files import hashed, needs_rate, only_one, silent, year_in_name
from multipolar.world.readers.labels import TableLabels, table_labels
from multipolar.world.readers.table import Origin, Table, ordered
from multipolar.world.world import World

PRIMARY = ("W2_D21X31", "W2_OP_RES", "W2_OP_NRES", "W2_D1", "W2_D29X39", "W2_B2A3G")
EDITION = re.compile(r"_([0-9]{2})ed_")


def read(
    paths: Sequence[str | Path],
    name: str | None = None,
    *,
    usd_per_unit: float | None = None,
    progress: Progress = silent,
    labels: TableLabels | None = None,
) -> World:
    """The world of a FIGARO matrix, ``figaro-YEAR`` unless a name is given; ``usd_per_unit`` US dollars for a euro.

    Raises ``WorldError`` with everything that is wrong with the file, or where the rate is missing.
    """
    path = only_one([Path(p) for p in paths], "FIGARO", "the CSV matrix matrix_eu-ic-io_ind-by-ind_EDITION_YEAR.csv")
    rate = needs_rate(usd_per_unit, "FIGARO", "euros")
    table = _table(path, labels or table_labels("figaro"), rate, progress)
    progress("balancing", 0, 0)
    return world_of(table, name or f"figaro-{table.year}", shown(path, 400))


def _table(path: Path, labels: TableLabels, rate: float, progress: Progress) -> Table:
    file = hashed(path)
    matrix = read_matrix(path, ("rowLabels",), "FIGARO", progress)
    problems = Collector(shown(path, 400))
    pairs = [tuple(column.split("_", 1)) for column in matrix.columns]
    codes = list(dict.fromkeys(pair[0] for pair in pairs))
    industries = list(dict.fromkeys(pair[1] for pair in pairs if len(pair) == 2 and pair[1] not in labels.categories))
    unknown = [code for code in codes if code not in labels.countries]
    for code in unknown:
        problems.add(f"no region `{shown(code, 40)}` in FIGARO")
    for sentence in ordered(industries, labels.sectors, "industries"):
        problems.add(sentence)
    problems.raise_if_any(WorldError)
    _check_order(matrix, codes, labels, problems)
    problems.raise_if_any(WorldError)
    n, values = len(codes) * len(labels.sectors), matrix.values
    values *= rate
    output = values[:n].sum(axis=1)
    edition = EDITION.search(path.name)
    return Table(
        countries=tuple(labels.countries[code] for code in codes),
        sectors=labels.sectors,
        categories=labels.categories,
        year=year_in_name(path),
        intermediate=np.ascontiguousarray(values[:n, :n]),
        final=values[:n, n:].copy(),
        output=np.where(np.abs(output) < 0.01, np.maximum(output, 0.0), output),
        inputs=output - values[n:, :n].sum(axis=0),
        origin=_origin(f"20{edition[1]}" if edition else "of unknown year", rate),
        files=(file,),
    )


def _check_order(matrix: Matrix, codes: list[str], labels: TableLabels, problems: Collector) -> None:
    """Columns and rows in one order, region by region."""
    industries = [f"{code}_{sector}" for code in codes for sector in labels.sectors]
    final = [f"{code}_{category}" for code in codes for category in labels.categories]
    for sentence in (
        *ordered(matrix.columns, [*industries, *final], "columns"),
        *ordered(matrix.rows, [*industries, *PRIMARY], "rows"),
    ):
        problems.add(sentence)


def _origin(edition: str, rate: float) -> Origin:
    return Origin(
        key="figaro",
        source="Eurostat FIGARO, industry-by-industry inter-country input-output table",
        edition=edition,
        licence="CC BY 4.0",
        citation="Eurostat, FIGARO: full international and global accounts for research in input-output analysis",
        notes=(
            f"Million euros times {rate:g} US dollars, the rate that was given.",
            "Output is the sum of a row: the source states none.",
            "Final use is the sum of consumption of government, households and non-profit organisations, fixed capital "
            "formation and changes in inventories and valuables.",
        ),
        rate=rate,
    )
