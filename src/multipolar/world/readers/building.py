"""A user's own world: built from files by a reader, kept under a name, built once.

A built world is a world file in the user's folder (``library.user_folder``) that holds where it came from. Building it
again from the same files (SHA-256), with the same exchange rate and version of the readers, reads it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from multipolar.base.axes import label_problem
from multipolar.base.problems import UnknownLabelError, WorldError, nearest, shown
from multipolar.world import library
from multipolar.world.provenance import File
from multipolar.world.readers.balancing import MADE_BY
from multipolar.world.readers.delimited import Progress
from multipolar.world.readers.files import hashed, silent
from multipolar.world.regions import region_maps
from multipolar.world.world import World

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Reader:
    """A source that can be read: the module with ``read``, what it reads, and whether it needs an exchange rate."""

    module: str
    what: str
    needs_rate: bool = False


READERS = {
    "icio": Reader("icio", "OECD ICIO, editions of 2023 and 2025: YEAR_SML.csv"),
    "wiod": Reader("wiod", "WIOD, releases of 2013 (.RData, .xlsx) and 2016 (.RData)"),
    "figaro": Reader("figaro", "Eurostat FIGARO, industry by industry: matrix_eu-ic-io_ind-by-ind_...csv", True),
    "exiobase": Reader("exiobase", "EXIOBASE 3: IOT_YEAR_ixi.zip, IOT_YEAR_pxp.zip, or the folder", True),
    "adb": Reader("adb", "ADB MRIO, current prices: ADB-MRIO-YEAR.xlsx"),
    "gtap": Reader("gtap", "GTAP, form of version 7 of its model: basedata.har"),
}


@dataclass(frozen=True, slots=True)
class Built:
    """A world that was built, the file it is in, and whether it stood there already."""

    world: World
    path: Path
    reused: bool


def build(
    source: str,
    paths: Sequence[str | Path],
    name: str,
    *,
    usd_per_unit: float | None = None,
    force: bool = False,
    progress: Progress = silent,
) -> Built:
    """The world of a source's files, kept as ``NAME.npz`` in the user's folder of worlds.

    ``force`` builds anew and replaces a world of that name. Raises ``UnknownLabelError`` for a source that is not
    there, ``WorldError`` for a name that is taken or cannot be one and for what is wrong with the files.
    """
    if source not in READERS:
        raise UnknownLabelError("source", source, nearest(source, READERS))
    reader = READERS[source]
    target = library.user_folder() / f"{_checked(name)}.npz"
    if not paths:
        raise WorldError.of(f"no file is given: {source} reads {reader.what}")
    if usd_per_unit is not None and not reader.needs_rate:
        raise WorldError.of(f"{source} is in US dollars: leave out --usd-per-unit")
    if target.exists() and not force:
        return Built(_same(target, name, paths, usd_per_unit), target, True)
    options = {"usd_per_unit": usd_per_unit} if reader.needs_rate else {}
    read = import_module(f"multipolar.world.readers.{reader.module}").read
    world: World = read(paths, name, progress=progress, **options)
    world.check()
    target.parent.mkdir(parents=True, exist_ok=True)
    library.save_world(world, target)
    return Built(world, target, False)


def _checked(name: str) -> str:
    """A name that a file can have everywhere and that no other world has."""
    problem = label_problem(name)
    if not problem and (not name.replace("-", "").replace("_", "").replace(".", "").isalnum() or name.startswith(".")):
        problem = f"`{shown(name)}` holds more than letters, digits, `-`, `_` and `.`"
    if not problem and len(name) > LONGEST_NAME:
        problem = f"`{shown(name)}` is longer than {LONGEST_NAME} characters"
    if not problem and name.endswith(".npz"):
        problem = f"`{shown(name)}`: the name without `.npz` is needed"
    if not problem and (name == library.EMBEDDED or name in region_maps()):
        problem = f"`{name}` is a world that comes with the program"
    if problem:
        raise WorldError.of(f"the name of the world: {problem}")
    return name


def _same(target: Path, name: str, paths: Sequence[str | Path], usd_per_unit: float | None) -> World:
    """The world that stands there, where it was built from these files; raises ``WorldError`` where it was not."""
    try:
        world = library.read_world(target)
    except WorldError as error:
        raise WorldError.of(f"there is a file for `{name}` already, and it is no sound world ({error}); --force "
                            "replaces it") from None  # fmt: skip
    held = world.provenance
    if held is None or held.made_by != MADE_BY or held.rate != (1.0 if usd_per_unit is None else usd_per_unit):
        made = "otherwise" if held is None or held.made_by == MADE_BY else f"by {shown(held.made_by)}"
        raise WorldError.of(f"there is a world `{name}` already, made {made}; --force replaces it")
    files = {file.sha256 for path in paths for file in _hashes(Path(path), {file.name for file in held.files})}
    if files != {file.sha256 for file in held.files}:
        names = ", ".join(shown(file.name, 60) for file in held.files)
        raise WorldError.of(f"there is a world `{name}` already, built from other files ({names}); --force replaces it")
    return world


def _hashes(path: Path, names: set[str]) -> list[File]:
    """A file, or those files of a folder (and of folders in it) that have these names."""
    if not path.is_dir():
        return [hashed(path)]
    return [hashed(each) for name in sorted(names) for each in (*path.glob(name), *path.glob(f"*/{name}"))]
