"""WIOD, the World Input-Output Database: releases of 2013 (1995-2011) and 2016 (2000-2014).

Three layouts, all million US dollars at basic prices, country by country:

- 2013, R data, seen in github.com/bquast/wiod (``data/wiot_2011.RData``, commit 59a28ac2): one list ``wiot_YEAR`` with
  ``year``; ``countries`` (41, the rest ``RoW`` last); ``industries`` (``c1`` to ``c35``, ISIC Rev. 3); ``inter``
  [country x industry, country x industry]; ``final`` [country x industry, country x 5]; ``output``; whole numbers. The
  five kinds of final use stand in the order of the published tables: households, non-profit organisations, government,
  fixed capital, inventories (checked: only the last is negative to any extent).
- 2013, workbook ``wiotYY_row_...xlsx``: see ``sheet.py``.
- 2016, R data ``WIOTYEAR_October16_ROW.RData``: one data frame ``wiot`` with ``IndustryCode``, ``IndustryDescription``,
  ``Country``, ``RNr``, ``Year``, then ``AUS1`` ... ``ROW56`` (44 countries x 56 industries), ``AUS57`` ... ``ROW61``
  (five kinds of final use in the same order) and ``TOT``; 2,464 rows of industries, then eight of ``TOT`` (taxes,
  adjustments, value added, output). Seen in github.com/okrebs/iotr (``R/io_tidy_wiot.R``: names of the columns) and
  github.com/cran/exvatools (``R/extract_wiod.R``: countries and blocks in order).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from multipolar.base.arrays import Array
from multipolar.base.problems import Collector, MultipolarError, WorldError, shown
from multipolar.world.provenance import File
from multipolar.world.readers.balancing import world_of
from multipolar.world.readers.delimited import Progress
from multipolar.world.readers.files import check_packed, hashed, kind, only_one, refuse_kind, silent
from multipolar.world.readers.labels import TableLabels, table_labels
from multipolar.world.readers.sheet import SPREADSHEET, table_of_sheet
from multipolar.world.readers.table import Origin, Table, check, ordered
from multipolar.world.world import World

if TYPE_CHECKING:
    from pandas import DataFrame

R_DATA = ("a gzip file", "a bzip2 file", "an xz file", "an R data file")
ABOUT = ("IndustryCode", "IndustryDescription", "Country", "RNr", "Year")
NOTE = (
    "Final use is the sum of consumption of households, non-profit organisations and government, fixed capital "
    "formation and changes in inventories."
)


def read(
    paths: Sequence[str | Path],
    name: str | None = None,
    *,
    progress: Progress = silent,
    labels: Mapping[str, TableLabels] | None = None,
) -> World:
    """The world of a WIOD table, ``wiod2013-YEAR`` or ``wiod2016-YEAR`` unless a name is given.

    ``labels`` by release ("2013", "2016") are the known ones unless others are given. Raises ``WorldError`` with
    everything that is wrong with the file.
    """
    path = only_one([Path(p) for p in paths], "WIOD", "wiot_YEAR.RData, wiotYY_row_....xlsx or WIOTYEAR_....RData")
    progress(f"reading {path.name}", 0, 0)
    known = labels or {release: table_labels(f"wiod{release}") for release in ("2013", "2016")}
    found = _table(path, known)
    progress("balancing", 0, 0)
    return world_of(found, name or f"{found.origin.key}-{found.year}", shown(path, 400))


def table(paths: Sequence[str | Path]) -> Table:
    """The table of a WIOD file as it is, with the true bilateral blocks: who buys from whom for which use.

    ``intermediate`` [country x sector, country x sector], unbalanced; raises ``WorldError`` like ``read``.
    """
    path = only_one([Path(p) for p in paths], "WIOD", "wiot_YEAR.RData, wiotYY_row_....xlsx or WIOTYEAR_....RData")
    found = _table(path, {release: table_labels(f"wiod{release}") for release in ("2013", "2016")})
    check(found, shown(path, 400))
    return found


def _table(path: Path, labels: Mapping[str, TableLabels]) -> Table:
    file = hashed(path)
    found = kind(path)
    if found == SPREADSHEET:
        both = replace(labels["2013"], countries=labels["2013"].countries | {"ROU": "ROU"})  # some years say ROM
        return table_of_sheet(path, both, _origin("2013"), blank_is_zero=False)
    if found not in R_DATA:
        raise refuse_kind(path, found, "an R data file (.RData) or a workbook (.xlsx)")
    check_packed(path, found)
    objects = _r_objects(path)
    lists = [value for value in objects.values() if isinstance(value, Mapping)]
    frames = [value for value in objects.values() if hasattr(value, "columns")]
    if len(objects) == len(lists) == 1:
        return _table_2013(lists[0], labels["2013"], path, file)
    if len(objects) == len(frames) == 1:
        return _table_2016(frames[0], labels["2016"], path, file)
    names = ", ".join(shown(key, 40) for key in objects) or "nothing"
    raise WorldError.of(f"`{shown(path, 400)}` holds {names}, where one list `wiot_YEAR` (release 2013) or one data "
                        "frame `wiot` (2016) is needed")  # fmt: skip


def _table_2013(held: Mapping[str, Any], labels: TableLabels, path: Path, file: File) -> Table:
    problems = Collector(shown(path, 400))
    countries, sectors = _texts(held, "countries", problems), _texts(held, "industries", problems)
    for sentence in (
        *ordered(countries, list(labels.countries), "countries"),
        *ordered(sectors, labels.sectors, "industries"),
    ):
        problems.add(sentence)
    problems.raise_if_any(WorldError)
    rows = len(countries) * len(sectors)
    shapes = {"inter": (rows, rows), "final": (rows, len(countries) * len(labels.categories)), "output": (rows,)}
    arrays = {key: _numbers(held, key, shape, problems) for key, shape in (shapes | {"year": (1,)}).items()}
    problems.raise_if_any(WorldError)
    return Table(
        countries=tuple(labels.countries.values()),
        sectors=labels.sectors,
        categories=labels.categories,
        year=int(arrays["year"][0]),
        intermediate=arrays["inter"],
        final=arrays["final"],
        output=arrays["output"],
        inputs=arrays["inter"].sum(axis=0),
        origin=_origin("2013", "Figures are whole million US dollars."),
        files=(file,),
    )


def _table_2016(frame: DataFrame, labels: TableLabels, path: Path, file: File) -> Table:
    problems = Collector(shown(path, 400))
    countries, s = list(labels.countries), len(labels.sectors)
    numbers = [str(number) for number in range(1, s + len(labels.categories) + 1)]
    industries = [f"{country}{number}" for country in countries for number in numbers[:s]]
    final = [f"{country}{number}" for country in countries for number in numbers[s:]]
    for sentence in ordered([str(c) for c in frame.columns], [*ABOUT, *industries, *final, "TOT"], "columns"):
        problems.add(sentence)
    problems.raise_if_any(WorldError)
    country = frame["Country"].astype(str)
    rows = frame[country != "TOT"]
    named = [f"{c}{r}" for c, r in zip(country[country != "TOT"], rows["RNr"].astype(int), strict=True)]
    for sentence in ordered(named, industries, "rows"):
        problems.add(sentence)
    years = {int(year) for year in frame["Year"]}
    if len(years) != 1:
        problems.add(f"one year is needed, not {len(years)}")
    problems.raise_if_any(WorldError)
    try:
        values = rows[[*industries, *final, "TOT"]].to_numpy(dtype=np.float64)
    except (TypeError, ValueError):
        raise WorldError.of(f"`{shown(path, 400)}` holds cells that are no number") from None
    n = len(industries)
    return Table(
        countries=tuple(labels.countries.values()),
        sectors=labels.sectors,
        categories=labels.categories,
        year=years.pop(),
        intermediate=np.ascontiguousarray(values[:, :n]),
        final=values[:, n:-1].copy(),
        output=values[:, -1].copy(),
        inputs=values[:, :n].sum(axis=0),
        origin=_origin("2016"),
        files=(file,),
    )


def _origin(release: str, *notes: str) -> Origin:
    return Origin(
        key=f"wiod{release}",
        source=f"World Input-Output Database, {release} release",
        edition=release,
        licence="CC BY 4.0",
        citation="Timmer, Dietzenbacher, Los, Stehrer and de Vries (2015), An illustrated user guide to the World "
        "Input-Output Database, Review of International Economics 23",
        notes=(*notes, "Value added is output less purchased inputs: net taxes on products, purchases abroad and "
               "international transport margins paid on inputs are part of it.", NOTE),
    )  # fmt: skip


def _r_objects(path: Path) -> Mapping[str, Any]:
    """The objects of an R data file by name."""
    try:
        import rdata
    except ImportError:
        raise MultipolarError("`.RData` files need the extra `readers`: pip install 'multipolar[readers]'") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # R classes that only R knows: the list inside is what we want
            objects: Mapping[str, Any] = rdata.read_rda(path)
    except Exception as error:  # cut or foreign bytes reach places of the library that raise anything
        reason = shown(str(error) or type(error).__name__, 120)
        raise WorldError.of(f"`{shown(path, 400)}` is cut or damaged: its R data cannot be read ({reason})") from None
    return objects


def _texts(held: Mapping[str, Any], key: str, problems: Collector) -> list[str]:
    if key not in held:
        problems.add(f"no `{key}` in the R list")
        return []
    return [str(label) for label in np.asarray(held[key]).ravel()]


def _numbers(held: Mapping[str, Any], key: str, shape: tuple[int, ...], problems: Collector) -> Array:
    """A numeric part of the list as float64, R's missing whole number as NaN; empty with a problem where it is none."""
    if key not in held:
        problems.add(f"no `{key}` in the R list")
        return np.zeros(0)
    raw = np.ma.asarray(held[key])
    if raw.dtype.kind not in "if" or raw.shape != shape:
        problems.add(f"`{key}` is {raw.dtype} of shape {raw.shape}, where numbers of shape {shape} are needed")
        return np.zeros(0)
    array: Array = np.ma.filled(raw.astype(np.float64), np.nan)
    if raw.dtype.kind == "i":
        array[array == np.iinfo(np.int32).min] = np.nan
    return array
