"""Region maps: which countries make which region. Small CSV files, ready ones in ``data/regions``.

A map has the columns ``iso3`` and ``region``; ``region_name`` is a plain name for people and may be left out.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from multipolar.base.axes import label_problem
from multipolar.base.documents import read_text
from multipolar.base.problems import Collector, Problem, ScenarioError, WorldError, nearest, shown

FOLDER = Path(__file__).parent / "data" / "regions"
NEEDED = ("iso3", "region")
COLUMNS = (*NEEDED, "region_name")


@dataclass(frozen=True, slots=True)
class RegionMap:
    """``region`` of each country, and the plain name of each region (its code where the file gives none)."""

    name: str
    region: Mapping[str, str]
    names: Mapping[str, str]


@cache
def region_maps() -> tuple[str, ...]:
    """Names of the ready maps of the embedded world's countries, the coarsest first."""
    lengths = {path.stem: len(set(_read(path, path.name).region.values())) for path in FOLDER.glob("*.csv")}
    return tuple(sorted(lengths, key=lambda name: (lengths[name], name)))


def region_map(source: str | os.PathLike[str]) -> RegionMap:
    """A ready map by name, or the map of a file (what ends in ``.csv`` or holds a path separator).

    Raises ``WorldError`` naming the nearest map, or every line of the file that is wrong.
    """
    if isinstance(source, os.PathLike) or source.endswith(".csv") or "/" in source or os.sep in source:
        return _read(Path(source), shown(source, 400))
    if source in region_maps():
        return _ready(source)
    near = nearest(source, region_maps())
    hint = f" Did you mean `{near}`?" if near else f" There is: {', '.join(region_maps())}."
    raise WorldError.of(f"no region map `{shown(source)}`.{hint} A file is given with its ending: NAME.csv.")


@cache
def _ready(name: str) -> RegionMap:
    return _read(FOLDER / f"{name}.csv", f"{name}.csv")


def _read(path: Path, where: str) -> RegionMap:
    try:
        rows = list(csv.reader(io.StringIO(read_text(path, "a region map"))))
    except ScenarioError as error:
        raise WorldError(error.problems) from None
    except csv.Error as error:
        raise WorldError(Problem(f"is no CSV file: {error}.", where)) from None
    problems = Collector(where)
    header = [cell.strip() for cell in rows[0]] if rows else []
    for name in header:
        if name not in COLUMNS:
            near = nearest(name, COLUMNS)
            hint = f" Did you mean `{near}`?" if near else ""
            problems.add(f"no column `{shown(name)}` in a region map.{hint}", 1)
    for name in COLUMNS:
        if header.count(name) > 1 or (name in NEEDED and name not in header):
            problems.add(f"column `{name}` {'stands twice' if name in header else 'is missing'}.", 1)
    problems.raise_if_any(WorldError)
    region: dict[str, str] = {}
    names: dict[str, str] = {}
    for line, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            problems.add(f"{len(row)} cells, where the first line has {len(header)} columns.", line)
            continue
        cells = {key: cell.strip() for key, cell in zip(header, row, strict=True)}
        _take(cells, line, region, names, problems)
    if not region and not problems:
        problems.add("no country: a line for each is needed, `RUS,EAE`.", 1)
    problems.raise_if_any(WorldError)
    return RegionMap(path.stem, region, names)


def _take(
    cells: Mapping[str, str], line: int, region: dict[str, str], names: dict[str, str], problems: Collector
) -> None:
    """One line of a map."""
    country, code = cells["iso3"], cells["region"]
    for name, label in (("iso3", country), ("region", code)):
        problem = label_problem(label)
        if problem:
            problems.add(f"{name}: {problem}.", line)
            return
    if country in region:
        problems.add(f"`{shown(country)}` stands twice.", line)
        return
    region[country] = code
    plain = cells.get("region_name") or code
    if names.setdefault(code, plain) != plain:
        problems.add(f"region `{shown(code)}` has two names: `{shown(names[code])}` and `{shown(plain)}`.", line)
