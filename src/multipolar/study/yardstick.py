"""The yardstick of the indices: what an average year from 2018 to 2022 changed anyway (ECONOMICS 7).

The sources have sales only, in five years. What they give: poles (by gross output, where the index itself goes by value
added), polarisation, and dependence with the input and final-use shares and the tariffs of the embedded world of 2022
held in all years, so that only the mix of origins moves. What they do not give: chokepoints, leadership,
currencies, the income gap, CO2. Kept are the arrays from which any blocs can be computed,
``world/data/yardstick.npz``; graded estimated.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array, frozen
from multipolar.base.problems import WorldError
from multipolar.model import dependence as dep
from multipolar.model import indices
from multipolar.world.groups import HIGH_TECH
from multipolar.world.library import DATA, load_world, write_arrays
from multipolar.world.readers.icio_cubes import SERVICES, Cubes, read_cubes
from multipolar.world.world import World

FILE = DATA / "yardstick.npz"
SOURCE, GRADE = "icio_cubes", "estimated"
TRANSPORT = ("C303", "C302_304_309")
TRANSPORT_TOGETHER = "C302T309"
NOT_COMPUTED = {
    "chokepoint": "the tables have no world of each year to solve",
    "leadership": "stocks of knowledge are not observed by year",
    "currency": "settlement by currency is not in the tables",
    "gap": "real income per head is not in the tables",
    "co2": "emissions are not in the tables",
}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Yardstick:
    """Five years: ``output`` [year,n] and ``flows`` [year,i,n] in million USD; ``content`` and ``content_high_tech``
    [year,o,n], share of origin o in the value added that final use of n holds, all use and that of high-tech goods."""

    years: tuple[int, ...]
    countries: tuple[str, ...]
    output: Array
    flows: Array
    content: Array
    content_high_tech: Array


@dataclass(frozen=True, slots=True, eq=False)
class YearlyChange:
    """Average size of a year's change for stated blocs: ``poles``, ``polarisation``; ``dependence`` and
    ``dependence_high_tech`` [b,n], shares of value added. In the units of the indices."""

    poles: float
    polarisation: float
    dependence: Array
    dependence_high_tech: Array


@cache
def yardstick() -> Yardstick:
    """The yardstick of the package."""
    with np.load(FILE, allow_pickle=False) as file:
        arrays = {name: frozen(file[name].astype(np.float64)) for name in _ARRAYS}
        years, countries = tuple(int(y) for y in file["years"]), tuple(str(c) for c in file["countries"])
    return Yardstick(years, countries, **arrays)


_ARRAYS = ("output", "flows", "content", "content_high_tech")


def yearly_change(member: Array, rest: str = "one") -> YearlyChange:
    """What an average year changed for blocs ``member`` [b,n] over the countries of ``yardstick()``.

    ``rest``: how ``indices.groups`` counts countries beyond the blocs in polarisation.
    """
    held = yardstick()
    group = indices.groups(member, rest)
    series: Mapping[str, Array] = {
        "poles": np.array([indices.poles(indices.bloc_shares(size, member)) for size in held.output]),
        "polarisation": np.array([indices.polarisation(flows, group) for flows in held.flows]),
        "dependence": member @ held.content,
        "dependence_high_tech": member @ held.content_high_tech,
    }
    change = {name: indices.average_yearly_change(values) for name, values in series.items()}
    return YearlyChange(float(change["poles"]), float(change["polarisation"]), change["dependence"],
                        change["dependence_high_tech"])  # fmt: skip


def build(cubes: Cubes, world: World) -> dict[str, NDArray[Any]]:
    """The arrays of the file. Raises ``WorldError`` where countries or sectors do not fit the embedded world's."""
    small = world.aggregate(sectors=_coarser(world.sectors))
    if small.countries != cubes.countries or set(small.sectors) != set(cubes.sectors):
        raise WorldError.of("the cubes have other countries or sectors than the embedded world")
    order = [cubes.sectors.index(sector) for sector in small.sectors]
    sales = cubes.sales[..., order]
    high_tech = np.isin(small.sectors, [*HIGH_TECH, TRANSPORT_TOGETHER]).astype(np.float64)
    content = [_content(year, small, high_tech) for year in sales]
    return {
        "years": np.array(cubes.years),
        "countries": np.array(cubes.countries),
        "output": sales.sum(axis=(2, 3)).astype(np.float32),
        "flows": sales.sum(axis=3).astype(np.float32),
        "content": np.stack([each[0] for each in content]).astype(np.float32),
        "content_high_tech": np.stack([each[1] for each in content]).astype(np.float32),
    }


def _coarser(sectors: tuple[str, ...]) -> dict[str, str]:
    """Sectors of the embedded world -> of the cubes: other transport equipment together, services together."""
    return {
        sector: TRANSPORT_TOGETHER if sector in TRANSPORT else sector if sector[0] in "ABC" else SERVICES
        for sector in sectors
    }


def _content(sales: Array, world: World, high_tech: Array) -> tuple[Array, Array]:
    """Dependence [o,n] of all and of high-tech final use at one year's mix of origins; a market without sales that year
    keeps the mix of the world."""
    paid = sales * (1.0 + world.tariff)
    bought = paid.sum(axis=0)
    share = np.where(bought > 0, paid / np.where(bought > 0, bought, 1.0), world.trade_share)
    found = dep.content(dep.chain(share, world.tariff, None, world.input_share), np.eye(len(world.countries)))
    return dep.dependence(found, world.final_use).share, dep.dependence(found, world.final_use, high_tech).share


def main() -> None:
    """``python -m multipolar.study.yardstick DATA_FOLDER``: writes the package's own file."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    write_arrays(build(read_cubes(Path(sys.argv[1]) / "icio_cubes"), load_world()), FILE)
    log.info("%s: %d bytes", FILE.name, FILE.stat().st_size)


if __name__ == "__main__":
    main()
