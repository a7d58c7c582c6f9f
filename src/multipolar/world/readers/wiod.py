"""WIOD, the World Input-Output Database: release 2013 (1995-2011, 40 countries and the rest, 35 sectors) as R data.

Layout of the R data file, seen in github.com/bquast/wiod (``data/wiot_2011.RData``, commit 59a28ac2): one object
``wiot_YEAR``, a list with ``year``; ``countries`` (41, the rest ``RoW`` last); ``industries`` (``c1`` to ``c35``, ISIC
Rev. 3); ``inter``, a matrix [country x industry, country x industry]; ``final`` [country x industry, country x 5]; and
``output`` [country x industry]; whole million US dollars at basic prices, all country by country. The five categories
stand in the order of the published tables: households, non-profit organisations, government, fixed capital,
inventories (checked: only the last is negative to any extent).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from multipolar.base.arrays import Array
from multipolar.base.problems import Collector, MultipolarError, WorldError, shown
from multipolar.world.readers.balancing import world_of
from multipolar.world.readers.files import hashed, kind, only_one, refuse_kind
from multipolar.world.readers.table import Origin, Table, ordered
from multipolar.world.world import World

COUNTRIES_2013 = (
    "AUS", "AUT", "BEL", "BGR", "BRA", "CAN", "CHN", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GBR",
    "GRC", "HUN", "IDN", "IND", "IRL", "ITA", "JPN", "KOR", "LTU", "LUX", "LVA", "MEX", "MLT", "NLD", "POL", "PRT",
    "ROM", "RUS", "SVK", "SVN", "SWE", "TUR", "TWN", "USA", "RoW",
)  # fmt: skip
SECTORS_2013 = tuple(f"c{number}" for number in range(1, 36))
CATEGORIES = ("CONS_h", "CONS_np", "CONS_g", "GFCF", "INVEN")
ISO3 = {"ROM": "ROU", "RoW": "ROW"}
ORIGIN_2013 = Origin(
    key="wiod2013",
    source="World Input-Output Database, 2013 release",
    edition="2013",
    licence="CC BY 4.0",
    citation="Timmer, Dietzenbacher, Los, Stehrer and de Vries (2015), An illustrated user guide to the World "
    "Input-Output Database, Review of International Economics 23",
    notes=(
        "Figures are whole million US dollars. Value added is output less purchased inputs at basic prices: net taxes "
        "on products, purchases abroad and international transport margins paid on inputs are part of it.",
        "Final use is the sum of consumption of households, non-profit organisations and government, fixed capital "
        "formation and changes in inventories.",
    ),
)


def read(paths: Sequence[str | Path], name: str | None = None) -> World:
    """The world of a WIOD table, ``wiod2013-YEAR`` unless a name is given.

    Raises ``WorldError`` with everything that is wrong with the file.
    """
    path = only_one([Path(p) for p in paths], "WIOD", "wiot_YEAR.RData of release 2013")
    table = table_2013(path)
    return world_of(table, name or f"wiod2013-{table.year}", shown(path, 400))


def table_2013(path: Path) -> Table:
    """The table of an R data file of release 2013; raises ``WorldError``."""
    file = hashed(path)
    found = kind(path)
    if found not in ("a gzip file", "a bzip2 file", "an xz file", "an R data file"):
        raise refuse_kind(path, found, "an R data file (.RData)")
    held = _r_object(path)
    where = shown(path, 400)
    problems = Collector(where)
    countries, sectors = _labels(held, "countries", problems), _labels(held, "industries", problems)
    for sentence in (*ordered(countries, COUNTRIES_2013, "countries"), *ordered(sectors, SECTORS_2013, "industries")):
        problems.add(sentence)
    problems.raise_if_any(WorldError)
    rows = len(countries) * len(sectors)
    arrays = {
        key: _numbers(held, key, shape, problems)
        for key, shape in (
            ("inter", (rows, rows)), ("final", (rows, len(countries) * len(CATEGORIES))), ("output", (rows,)),
            ("year", (1,)),
        )
    }  # fmt: skip
    problems.raise_if_any(WorldError)
    return Table(
        countries=tuple(ISO3.get(country, country) for country in countries),
        sectors=tuple(sectors),
        categories=CATEGORIES,
        year=int(arrays["year"][0]),
        intermediate=arrays["inter"],
        final=arrays["final"],
        output=arrays["output"],
        inputs=arrays["inter"].sum(axis=0),
        origin=ORIGIN_2013,
        files=(file,),
    )


def _r_object(path: Path) -> Mapping[str, Any]:
    """The one list in an R data file."""
    try:
        import rdata
    except ImportError:
        raise MultipolarError("`.RData` files need the extra `readers`: pip install 'multipolar[readers]'") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # R classes that only R knows: the list inside is what we want
            objects = rdata.read_rda(path)
    except Exception as error:  # cut or foreign bytes reach places of the library that raise anything
        reason = shown(str(error) or type(error).__name__, 120)
        raise WorldError.of(f"`{shown(path, 400)}` is cut or damaged: its R data cannot be read ({reason})") from None
    lists = {key: value for key, value in objects.items() if isinstance(value, Mapping)}
    if len(lists) != 1:
        names = ", ".join(shown(key, 40) for key in objects) or "nothing"
        raise WorldError.of(f"`{shown(path, 400)}` holds {names}, where one list `wiot_YEAR` is needed")
    (held,) = lists.values()
    return held


def _labels(held: Mapping[str, Any], key: str, problems: Collector) -> list[str]:
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
    array = np.ma.filled(raw.astype(np.float64), np.nan)
    if raw.dtype.kind == "i":
        array[array == np.iinfo(np.int32).min] = np.nan
    return array
