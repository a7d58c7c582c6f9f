"""OECD Inter-Country Input-Output tables, CSV files of the editions of 2023 and 2025 (``YEAR_SML.csv``).

Layout: the first cell is ``V1``; columns ``AUS_A01`` (country, sector), then six kinds of final use a country
(``AUS_HFCE``, NPISH, GGFC, GFCF, INVNT, DPABR or P33), then ``OUT``; rows in the order of the columns, then ``TLS``
(taxes less subsidies on products), ``VA`` and ``OUT``; million US dollars at basic prices. 2023: 77 economies x 45
sectors (A01_02 ... T); 2025: 81 x 50 (A01 ... T), hence 4,053 rows and 4,538 columns with the label. Seen in:
github.com/okrebs/iotr (``R/io_tidy_icio_v2.R``: ``V1``, ``OUT``, labels split at the first ``_``),
github.com/IndEcol/pymrio (``pymrio/tools/ioparser.py``, ``parse_oecd``: rows ``TLS``, ``VA``, ``OUT``, final use),
github.com/cran/exvatools (``R/extract_icio.R``: economies of 2023 in order, six kinds of final use); sectors of 2025
and their economies from the figures of the embedded world. The order of economies is taken from the file: rows and
columns must agree on it. The extended tables, which split China and Mexico, are refused: their small version is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from multipolar.base.problems import Collector, WorldError, shown
from multipolar.world.readers.balancing import world_of
from multipolar.world.readers.delimited import Matrix, Progress, read_matrix
from multipolar.world.readers.files import hashed, only_one, silent, year_in_name
from multipolar.world.readers.labels import TableLabels, table_labels
from multipolar.world.readers.table import Origin, Table, listed, ordered
from multipolar.world.world import World

EDITIONS = {"2023": "icio2023", "2025": "icio2025"}
TAXES, VALUE_ADDED, OUTPUT = "TLS", "VA", "OUT"
SPLIT = re.compile(r"(CN|MX)[1-4]")


def read(
    paths: Sequence[str | Path],
    name: str | None = None,
    *,
    progress: Progress = silent,
    editions: Mapping[str, TableLabels] | None = None,
) -> World:
    """The world of an ICIO file, ``icio2025-YEAR`` unless a name is given.

    ``editions`` are the known ones unless others are given. Raises ``WorldError`` with everything that is wrong with
    the file.
    """
    path = only_one([Path(p) for p in paths], "OECD ICIO", "YEAR_SML.csv")
    known = editions or {edition: table_labels(key) for edition, key in EDITIONS.items()}
    table = _table(path, known, progress)
    progress("balancing", 0, 0)
    return world_of(table, name or f"icio{table.origin.edition}-{table.year}", shown(path, 400))


def _table(path: Path, editions: Mapping[str, TableLabels], progress: Progress) -> Table:
    file = hashed(path)
    matrix = read_matrix(path, ("V1", ""), "OECD ICIO", progress, {TAXES, VALUE_ADDED, OUTPUT})
    matrix = replace(matrix, columns=tuple(re.sub("_P33$", "_DPABR", column) for column in matrix.columns))
    problems = Collector(shown(path, 400))
    pairs = [tuple(column.split("_", 1)) for column in matrix.columns]
    split = sorted({pair[0] for pair in pairs if SPLIT.fullmatch(pair[0])})
    if split:
        problems.add(f"an extended table, which splits China and Mexico ({listed(split)}): take YEAR_SML.csv instead")
        problems.raise_if_any(WorldError)
    kinds = {kind for labels in editions.values() for kind in labels.categories}
    sectors = list(dict.fromkeys(pair[1] for pair in pairs if len(pair) == 2 and pair[1] not in kinds))
    edition = max(editions, key=lambda each: len(set(editions[each].sectors) & set(sectors)))
    labels = editions[edition]
    countries = list(dict.fromkeys(pair[0] for pair in pairs if len(pair) == 2))
    _check_labels(matrix, labels, countries, sectors, edition, problems)
    problems.raise_if_any(WorldError)
    n, values = len(countries) * len(labels.sectors), matrix.values
    output = values[:n, -1].copy()
    _check_totals(matrix, output, problems)
    problems.raise_if_any(WorldError)
    return Table(
        countries=tuple(countries),
        sectors=labels.sectors,
        categories=labels.categories,
        year=year_in_name(path),
        intermediate=np.ascontiguousarray(values[:n, :n]),
        final=values[:n, n:-1].copy(),
        output=output,
        inputs=output - sum(values[matrix.rows.index(label), :n] for label in (TAXES, VALUE_ADDED)),
        origin=_origin(edition),
        files=(file,),
    )


def _check_labels(
    matrix: Matrix,
    labels: TableLabels,
    countries: list[str],
    sectors: list[str],
    edition: str,
    problems: Collector,
) -> None:
    """Economies and sectors of the edition, all of them; columns and rows in one order."""
    known = list(labels.countries)
    found = [country for country in known if country in countries]
    found += [country for country in countries if country not in labels.countries]
    for sentence in (
        *ordered(found, known, f"economies (edition {edition})"),
        *ordered(sectors, labels.sectors, f"sectors (edition {edition})"),
    ):
        problems.add(sentence)
    if problems:
        return
    industries = [f"{country}_{sector}" for country in countries for sector in labels.sectors]
    final = [f"{country}_{category}" for country in countries for category in labels.categories]
    for sentence in (
        *ordered(matrix.columns, [*industries, *final, OUTPUT], "columns"),
        *ordered(matrix.rows, [*industries, *sorted((TAXES, VALUE_ADDED, OUTPUT), key=_place(matrix.rows))], "rows"),
    ):
        problems.add(sentence)


def _place(rows: Sequence[str]) -> Callable[[str], int]:
    """Where a label stands; behind all others where it does not."""
    return lambda label: rows.index(label) if label in rows else len(rows)


def _check_totals(matrix: Matrix, output: np.ndarray, problems: Collector) -> None:
    """Output stands twice in the file: as the last column and as a row."""
    n = len(output)
    below = matrix.values[matrix.rows.index(OUTPUT), :n]
    gap = np.abs(below - output)
    if np.isnan(gap).any() or float(gap.sum()) > 0.01 * max(float(output.sum()), 1e-300):
        worst = int(gap.argmax())
        problems.add(f"column and row `{OUTPUT}` differ, most in {matrix.rows[worst]}: {output[worst]:.6g} and "
                     f"{below[worst]:.6g}; is the file cut, shifted or re-ordered?")  # fmt: skip


def _origin(edition: str) -> Origin:
    return Origin(
        key=f"icio{edition}",
        source=f"OECD Inter-Country Input-Output tables, {edition} edition",
        edition=edition,
        licence="CC BY 4.0",
        citation=f"OECD ({edition}), Inter-Country Input-Output Tables",
        notes=(
            "Final use is the sum of consumption of households, non-profit organisations and government, fixed capital "
            "formation, changes in inventories and direct purchases abroad by residents.",
            "Goods are at basic prices: trade and transport margins are sales of those sectors, re-exports are left "
            "out, so that trade in goods is some three quarters of customs values.",
        ),
    )
