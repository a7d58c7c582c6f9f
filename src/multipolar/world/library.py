"""Worlds by name: the embedded one, those of the user, and files.

A world file is an uncompressed ``.npz`` that says ``format`` = "multipolar world 1" and holds ``name``, ``year``,
``countries``, ``sectors`` and, with i origin, n destination, s supplying sector, k using sector:

- ``trade`` [i,n,s], million US dollars at basic prices, taxes excluded;
- ``tariff`` [i,n,s], or ``tariff_bp``: the rate in 1/100 of a per cent as a whole number;
- ``input_share`` [n,k,s], taxes included, or ``intermediate`` [n,k,s] in million US dollars, taxes excluded;
- ``trade_elasticity`` [s], and ``export_tax`` [i,n,s] where there is one;
- ``unit``, where it is stated, "million USD";
- ``fields``, where there are any: a row of texts each (name, axes with spaces between, unit, evidence grade, source
  key), and the numbers of row k as ``fieldK``; NaN is missing;
- ``evidence`` [block, country, sector], where grades are stated: positions in ``GRADES``, for the blocks of ``graded``;
- ``provenance``, where the world was built from files: source, files and balancing log as JSON in UTF-8.

Uncompressed, because unpacking would take longer than all the rest; the wheel around it is compressed anyway.
"""

from __future__ import annotations

import os
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array
from multipolar.base.problems import WorldError, nearest, shown
from multipolar.world.archive import read_archive
from multipolar.world.world import Field, World

if TYPE_CHECKING:
    from multipolar.world.regions import RegionMap

EMBEDDED = "world2022"
FORMAT = "multipolar world 1"
DATA = Path(__file__).parent / "data"
UNIT = "million USD"
BASIS_POINT = 1e4


def load_world(
    name: str | os.PathLike[str] | None = None, elasticities: str | None = None, customs_base: bool = False
) -> World:
    """A world by name or path; without either the embedded one (2022, 81 economies x 49 sectors).

    A name is the embedded world, a ready region map (``world30``: the embedded world in these regions) or a file
    ``NAME.npz`` in the user's folder of worlds (``user_folder``); what ends in ``.npz`` or holds a path separator is a
    path. ``elasticities`` names a published set of trade elasticities to use instead of the world's own;
    ``customs_base`` levies tariffs on trade and transport margins too (``world/margins.py``). Raises ``WorldError``
    naming the nearest world or set, or what is wrong with the file.
    """
    world = _named(name)
    if elasticities is not None:
        from multipolar.world.elasticities import with_elasticities

        world = with_elasticities(world, elasticities)
    if customs_base:
        from multipolar.world.margins import with_customs_base

        world = with_customs_base(world)
    return world


def _named(name: str | os.PathLike[str] | None) -> World:
    """The world of that name or path as it is kept."""
    if name is None:
        return read_world(DATA / f"{EMBEDDED}.npz")
    if not isinstance(name, str | os.PathLike):
        raise WorldError.of(f"load_world: {shown(name)} is no name of a world, and no path")
    if isinstance(name, os.PathLike) or name.endswith(".npz") or "/" in name or os.sep in name:
        return read_world(Path(name))
    from multipolar.world.regions import region_map, region_maps

    if name in region_maps():
        return in_regions(read_world(_files()[EMBEDDED]), region_map(name))
    known = _files()
    if name in known:
        return read_world(known[name])
    near = nearest(name, worlds())
    hint = f" Did you mean `{shown(near)}`?" if near else f" There is: {', '.join(map(shown, worlds()))}."
    raise WorldError.of(f"no world `{shown(name)}`.{hint}")


def worlds() -> tuple[str, ...]:
    """Names that ``load_world`` knows: the embedded world, it in regions, then the user's own in order."""
    from multipolar.world.regions import region_maps

    return tuple(dict.fromkeys((EMBEDDED, *region_maps(), *_files())))


def in_regions(world: World, regions: RegionMap) -> World:
    """The world with its countries summed to the regions of a map, called after the map; see ``World.aggregate``."""
    return world.aggregate(countries=regions.region, name=regions.name)


def user_folder() -> Path:
    """Where worlds of the user are looked for: ``multipolar/worlds`` in the user's data folder of this system."""
    if sys.platform == "win32":
        home = Path(os.environ.get("LOCALAPPDATA") or _home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        home = _home() / "Library" / "Application Support"
    else:
        home = Path(os.environ.get("XDG_DATA_HOME") or _home() / ".local" / "share")
    return home / "multipolar" / "worlds"


def _home() -> Path:
    """The user's home; a folder that is not there where the system knows none."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(os.sep, "nonexistent")


def read_world(path: Path) -> World:
    """The world of a world file, every identity checked.

    Raises ``WorldError`` naming the file and what is wrong with it.
    """
    held = read_archive(path)
    if str(held.get("format", "")) != FORMAT:
        raise WorldError.of(f"`{shown(path)}` is no world file: it does not say `{FORMAT}`")
    if "unit" in held and str(held["unit"]) != UNIT:
        raise WorldError.of(f"world file `{shown(path)}` is in `{shown(held['unit'])}`, where `{UNIT}` is needed")
    missing = [name for name in ("countries", "sectors", "trade", "trade_elasticity") if name not in held]
    missing += [f"{a} or {b}" for a, b in (("tariff", "tariff_bp"), ("input_share", "intermediate"))
                if a not in held and b not in held]  # fmt: skip
    if missing:
        raise WorldError.of(f"world file `{shown(path)}` has no {', no '.join(missing)}")
    try:
        world = world_of(held, path.stem)
        world.check()
    except WorldError as error:
        raise WorldError(replace(each, where=shown(path, 400)) for each in error.problems) from None
    return world


def save_world(world: World, path: str | os.PathLike[str]) -> None:
    """Write a world with its fields to a file that ``load_world`` reads, same bytes for same worlds.

    Raises ``WorldError`` for a world on the customs base, which no file keeps: it is asked for with each run.
    """
    if world.customs_base is not None:
        raise WorldError.of(f"world `{world.name}` is on the customs base: save it without, and ask for the base later")
    arrays: dict[str, NDArray[Any]] = {
        "format": np.array(FORMAT),
        "name": np.array(world.name),
        "unit": np.array(UNIT),
        "countries": np.array(world.countries),
        "sectors": np.array(world.sectors),
        "trade": world.trade,
        "tariff": world.tariff,
        "input_share": world.input_share,
        "trade_elasticity": world.trade_elasticity,
    }
    if world.year is not None:
        arrays["year"] = np.array(world.year)
    if world.export_tax is not None:
        arrays["export_tax"] = world.export_tax
    if world.provenance is not None:
        arrays["provenance"] = np.frombuffer(world.provenance.as_bytes(), dtype=np.uint8)
    if world.evidence:
        arrays["graded"] = np.array(list(world.evidence))
        arrays["evidence"] = np.array(list(world.evidence.values()), dtype=np.int8)
    write_arrays(arrays | field_arrays(world.fields), Path(path))


def field_arrays(fields: Mapping[str, Field]) -> dict[str, NDArray[Any]]:
    """Fields as members of a world file."""
    if not fields:
        return {}
    rows = [[name, " ".join(each.axes), each.unit, each.grade, each.source] for name, each in fields.items()]
    return {"fields": np.array(rows)} | {f"field{k}": each.values for k, each in enumerate(fields.values())}


def _evidence(held: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]] | None:
    """The stated grades of a world file by block; what they hold is checked by ``from_arrays``."""
    if "graded" not in held and "evidence" not in held:
        return None
    if len(held.get("graded", ())) != len(held.get("evidence", ())):
        raise WorldError.of("`graded` and `evidence` do not go together: each names the blocks of the other")
    return dict(zip((str(block) for block in held["graded"]), held["evidence"], strict=True))


def _fields(held: Mapping[str, NDArray[Any]]) -> dict[str, Field]:
    """The fields of a world file; what they hold is checked by ``from_arrays``."""
    rows = held["fields"] if "fields" in held else np.empty((0, 5), dtype=str)
    if rows.shape[1] != 5:
        raise WorldError.of(f"`fields` has {rows.shape[1]} texts a row, where 5 are needed")
    names = [str(row[0]) for row in rows]
    numbered = {f"field{k}" for k in range(len(names))}
    stray = sorted({name for name in held if name.startswith("field") and name != "fields"} ^ numbered)
    if stray or len(set(names)) < len(names):
        raise WorldError.of(f"`fields` and its numbers do not go together: {', '.join(stray) or 'a name stands twice'}")
    return {
        name: Field(held[f"field{k}"], tuple(str(row[1]).split()), str(row[2]), str(row[3]), str(row[4]))
        for k, (name, row) in enumerate(zip(names, rows, strict=True))
    }


def write_arrays(arrays: Mapping[str, NDArray[Any]], path: Path) -> None:
    """Write arrays as an uncompressed ``.npz`` whose bytes depend on the arrays alone (no time, no system)."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            with archive.open(entry, "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asarray(array, order="C"), version=(1, 0), allow_pickle=False)
    unfinished.replace(path)


def input_shares(intermediate: Array, trade: Array, tariff: Array) -> Array:
    """Tariff-inclusive cost shares [n,k,s] from purchases without tariffs.

    Purchases of s in n carry that market's average gross tariff, the same for every user:
    ``input_share[n,k,s] = intermediate[n,k,s] x (sum_i trade (1+t) / sum_i trade)[n,s] / output[n,k]``; 0 where a
    sector has no output. Values in million US dollars.
    """
    with_tariff = 1.0 + tariff
    with_tariff *= trade
    bought, paid = trade.sum(axis=0, dtype=np.float64), with_tariff.sum(axis=0)
    gross = np.divide(paid, bought, out=np.ones_like(bought), where=bought > 0)
    output = trade.sum(axis=1, dtype=np.float64)
    per_output = np.divide(1.0, output, out=np.zeros_like(output), where=output > 0)
    shares: Array = intermediate * gross[:, None, :]
    shares *= per_output[:, :, None]
    return shares


def _files() -> dict[str, Path]:
    found = {EMBEDDED: DATA / f"{EMBEDDED}.npz"}
    try:
        own = sorted(user_folder().glob("*.npz"))
    except OSError:
        own = []
    for path in own:
        found.setdefault(path.stem, path)
    return found


def world_of(held: Mapping[str, NDArray[Any]], name: str) -> World:
    """A world from the arrays of a file, whose shapes fit its labels; what they hold is checked by ``from_arrays``.

    ``name`` is that of a world that has none. Raises ``WorldError`` with everything that is wrong.
    """
    with np.errstate(all="ignore"):  # what is no number, or too large for one, is found there
        tariff = held["tariff"] if "tariff" in held else held["tariff_bp"] / BASIS_POINT
        if "input_share" in held:
            input_share = held["input_share"]
        else:
            input_share = input_shares(held["intermediate"], held["trade"], tariff)
    countries, sectors = ([str(label) for label in held[axis]] for axis in ("countries", "sectors"))
    stated: Mapping[str, object] | None = _evidence(held)
    provenance = None
    if "provenance" in held:
        from multipolar.world.provenance import Provenance, evidence

        provenance = Provenance.from_bytes(held["provenance"].tobytes())
        stated = evidence(tariff) if stated is None else stated
    return World.from_arrays(
        countries=countries,
        sectors=sectors,
        trade=held["trade"],
        input_share=input_share,
        tariff=tariff,
        trade_elasticity=held["trade_elasticity"],
        export_tax=held.get("export_tax"),
        name=str(held.get("name", name)),
        year=int(held["year"]) if "year" in held else None,
        fields=_fields(held),
        provenance=provenance,
        evidence=stated,
    )
