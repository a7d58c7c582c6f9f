"""EXIOBASE 3, monetary input-output tables as the archive ``IOT_YEAR_ixi.zip`` (or ``pxp``), or its unpacked folder.

Layout, the one that ``pymrio`` reads and writes: ``file_parameters.json`` beside tab-separated ``Z.txt`` (two header
rows and two columns: region, sector), ``Y.txt`` (region, kind of final use) and ``x.txt`` (output); 49 regions, five of
them rests of continents; 163 industries or 200 products; million EUR at basic prices. Read by ``pymrio`` itself (extra
``readers``); only these three tables are loaded, never a pickle. Seen in: github.com/IndEcol/pymrio
(``pymrio/core/fileio.py``, ``load``; ``pymrio/tools/ioparser.py``, ``parse_exiobase3``: region codes) and in
``puremacro/trade/mrio.py``, a public program that reads the archive (seven kinds of final use in order).
"""

from __future__ import annotations

import json
import shutil
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from multipolar.base.problems import Collector, MultipolarError, WorldError, shown
from multipolar.world.provenance import File
from multipolar.world.readers.balancing import world_of
from multipolar.world.readers.delimited import Progress
from multipolar.world.readers.files import (
    check_archive,
    hashed,
    kind,
    needs_rate,
    only_one,
    refuse_kind,
    silent,
    year_in_name,
)
from multipolar.world.readers.labels import TableLabels, table_labels
from multipolar.world.readers.sheet import SPREADSHEET
from multipolar.world.readers.table import Origin, Table, listed, ordered
from multipolar.world.world import World

if TYPE_CHECKING:
    from pandas import DataFrame

TABLES = ("Z", "Y", "x")
PARAMETERS = "file_parameters.json"
SECTORS = (163, 200)
EXPORTS = "Exports: Total (fob)"
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class _Place:
    """Where ``file_parameters.json`` stands: a folder, or an archive and the folder inside it."""

    path: Path
    inside: str
    names: dict[str, str]


def read(
    paths: Sequence[str | Path],
    name: str | None = None,
    *,
    usd_per_unit: float | None = None,
    progress: Progress = silent,
    labels: TableLabels | None = None,
    sectors: tuple[int, ...] = SECTORS,
) -> World:
    """The world of an EXIOBASE 3 table, ``exiobase3-YEAR`` unless a name is given; ``usd_per_unit`` dollars for a euro.

    ``labels`` and the possible numbers of ``sectors`` are the known ones unless others are given. Raises
    ``WorldError`` with everything that is wrong with the files, or where the rate is missing.
    """
    path = only_one([Path(p) for p in paths], "EXIOBASE 3", "IOT_YEAR_ixi.zip or its folder")
    rate = needs_rate(usd_per_unit, "EXIOBASE 3", "euros")
    place = _place(path)
    files = _hashed(place)
    progress(f"reading {path.name} (some minutes for a whole table)", 0, 0)
    frames = _frames(place)
    table = _table(path, frames, labels or table_labels("exiobase3"), sectors, rate, files)
    progress("balancing", 0, 0)
    return world_of(table, name or f"exiobase3-{table.year}", shown(path, 400))


def _place(path: Path) -> _Place:
    """The folder or archive, with the files it names for the three tables."""
    where = shown(path, 400)
    if path.is_dir():
        found = sorted(path.glob(PARAMETERS)) + sorted(path.glob(f"*/{PARAMETERS}"))
        if not found:
            raise WorldError.of(f"`{where}` holds no {PARAMETERS}: is it the folder of an EXIOBASE 3 archive?")
        return _Place(found[0].parent, "", _names(found[0].read_bytes(), where))
    if kind(path) != SPREADSHEET:
        raise refuse_kind(path, kind(path), "the archive IOT_YEAR_ixi.zip or its folder")
    check_archive(path)
    try:
        with zipfile.ZipFile(path) as archive:
            found_inside = [name for name in archive.namelist() if name.rpartition("/")[2] == PARAMETERS]
            core = min(found_inside, key=lambda name: name.count("/"), default=None)
            if core is None:
                raise WorldError.of(f"`{where}` holds no {PARAMETERS}: is it an archive of EXIOBASE 3?")
            return _Place(path, core.rpartition("/")[0], _names(archive.read(core), where))
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        raise WorldError.of(f"`{where}` is cut or damaged: {shown(error, 120)}") from None


def _names(text: bytes, where: str) -> dict[str, str]:
    """File names of the three tables; text files in the same folder and nothing else."""
    try:
        held = json.loads(text)
        names = {table: str(held["files"][table]["name"]) for table in TABLES}
    except (ValueError, KeyError, TypeError):
        raise WorldError.of(f"`{where}`: {PARAMETERS} does not name the files of {', '.join(TABLES)}") from None
    for name in names.values():
        if not name.endswith(".txt") or "/" in name or "\\" in name:
            raise WorldError.of(f"`{where}`: {PARAMETERS} names `{shown(name)}`, where a text file beside it is needed")
    return names


def _hashed(place: _Place) -> tuple[File, ...]:
    if place.path.is_dir():
        return tuple(hashed(place.path / name) for name in place.names.values())
    return (hashed(place.path),)


@contextmanager
def _folder(place: _Place) -> Iterator[Path]:
    """The folder of the three tables; those of an archive are unpacked for the time of reading, and nothing else."""
    if place.path.is_dir():
        yield place.path
        return
    with TemporaryDirectory() as unpacked, zipfile.ZipFile(place.path) as archive:
        for name in (PARAMETERS, *place.names.values()):
            with archive.open(f"{place.inside}/{name}".lstrip("/")) as member, Path(unpacked, name).open("wb") as file:
                shutil.copyfileobj(member, file)
        yield Path(unpacked)


def _frames(place: _Place) -> dict[str, DataFrame]:
    """The three tables as ``pymrio`` reads them."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pymrio
    except ImportError:
        raise MultipolarError("EXIOBASE needs the extra `readers`: pip install 'multipolar[readers]'") from None
    try:
        with warnings.catch_warnings(), _folder(place) as folder:
            warnings.simplefilter("ignore")
            system: Any = pymrio.load(folder, subset=list(TABLES))
        frames = {table: getattr(system, table) for table in TABLES}
    except Exception as error:  # cut or foreign files reach places of the library that raise anything
        reason = shown(str(error) or type(error).__name__, 120)
        raise WorldError.of(f"`{shown(place.path, 400)}` is cut or damaged: {reason}") from None
    return frames


def _table(
    path: Path,
    frames: dict[str, DataFrame],
    labels: TableLabels,
    sectors: tuple[int, ...],
    rate: float,
    files: tuple[File, ...],
) -> Table:
    problems = Collector(shown(path, 400))
    flows, use_of, made = (frames[table] for table in TABLES)
    pairs = [(str(region), str(sector)) for region, sector in flows.index.tolist()]
    rows = [f"{region} {sector}" for region, sector in pairs]
    regions = list(dict.fromkeys(region for region, _ in pairs))
    names = list(dict.fromkeys(sector for _, sector in pairs))
    for sentence in ordered(regions, list(labels.countries), "regions"):
        problems.add(sentence)
    if len(names) not in sectors:
        problems.add(f"{len(names)} sectors, where {' or '.join(map(str, sectors))} are needed: {listed(names)}")
    for sentence in ordered(rows, [f"{region} {name}" for region in regions for name in names], "rows of Z"):
        problems.add(sentence)
    problems.raise_if_any(WorldError)
    final = [f"{region} {kind_of_use}" for region in regions for kind_of_use in labels.categories]
    for found, wanted, what in (
        (_joined(flows.columns.tolist()), rows, "columns of Z"),
        (_joined(use_of.index.tolist()), rows, "rows of Y"),
        (_joined(use_of.columns.tolist()), final, "columns of Y"),
        (_joined(made.index.tolist()), rows, "rows of x"),
    ):
        for sentence in ordered(found, wanted, what):
            problems.add(sentence)
    problems.raise_if_any(WorldError)
    try:
        arrays = (frame.to_numpy(dtype=np.float64) * rate for frame in (flows, use_of, made.iloc[:, 0]))
        intermediate, use, output = arrays
    except (TypeError, ValueError):
        raise WorldError.of(f"`{shown(path, 400)}` holds cells that are no number") from None
    exports = use.reshape(len(rows), len(regions), -1)[:, :, list(labels.categories).index(EXPORTS)]
    if np.abs(exports).sum() > 0:
        raise WorldError.of(f"`{shown(path, 400)}`: `{EXPORTS}` holds sales without a destination")
    return Table(
        countries=tuple(labels.countries.values()),
        sectors=tuple(f"{number:03d} {name}"[:LONGEST_NAME].rstrip() for number, name in enumerate(names, 1)),
        categories=labels.categories,
        year=year_in_name(path),
        intermediate=intermediate,
        final=use,
        output=output,
        inputs=intermediate.sum(axis=0),
        origin=_origin(rate),
        files=files,
    )


def _joined(labels: Sequence[Any]) -> list[str]:
    """``REGION NAME`` of each label of two parts; a label of another form as it is."""
    return [" ".join(map(str, label)) if isinstance(label, tuple) else str(label) for label in labels]


def _origin(rate: float) -> Origin:
    return Origin(
        key="exiobase3",
        source="EXIOBASE 3",
        edition="as named by the file",
        licence="CC BY-SA 4.0, to be confirmed for the version",
        citation="Stadler et al. (2018), EXIOBASE 3, Journal of Industrial Ecology 22",
        notes=(
            f"Million euros times {rate:g} US dollars, the rate that was given.",
            "Sectors are numbered in the order of the source; names longer than 80 characters are cut.",
            "Final use is the sum of consumption of households, non-profit organisations and government, fixed capital "
            "formation and changes in inventories and valuables.",
        ),
        rate=rate,
    )
