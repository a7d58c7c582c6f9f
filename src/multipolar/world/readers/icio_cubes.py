"""Sales by origin, destination and 28 sectors, 2018 to 2022: the OECD ICIO as cubes without inputs (``ICIO2018.mat``).

Each file is HDF5 with ``data/Xjik_3D`` [sector, destination, origin], million USD at current prices, domestic sales on
the diagonal; ``data/countries`` and ``data/sectors`` are references to text. The last sector is all services together.
The tariffs in the files are simple averages with absurd values and are not read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from multipolar.base.arrays import Array
from multipolar.base.problems import WorldError

YEARS = (2018, 2019, 2020, 2021, 2022)
SERVICES = "Services (aggregate)"


@dataclass(frozen=True, slots=True, eq=False)
class Cubes:
    """``sales`` [year, i, n, s] in million USD, with the labels of all axes."""

    years: tuple[int, ...]
    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    sales: Array


def read_cubes(folder: Path) -> Cubes:
    """The five years of a folder.

    Raises ``WorldError`` for a file of another year or other labels than its neighbours, and for sales that are
    negative or no numbers; ``OSError`` where a file is missing.
    """
    import h5py

    found, labels = [], None
    for year in YEARS:
        path = folder / f"ICIO{year}.mat"
        with h5py.File(path, "r") as file:
            held = file["data"]
            names = tuple(
                tuple("".join(map(chr, file[place][()].ravel())) for place in held[axis][()].ravel())
                for axis in ("countries", "sectors")
            )
            sales = np.asarray(held["Xjik_3D"][()], dtype=np.float64)
            stated = int(held["year"][()].item())
        labels = labels or names
        if stated != year or names != labels:
            raise WorldError.of(f"{path.name} has the year {stated} or other labels than the files beside it")
        if not (np.isfinite(sales).all() and (sales >= 0).all()):
            raise WorldError.of(f"{path.name} has sales that are negative or no numbers")
        found.append(sales.transpose(2, 1, 0))
    if labels is None:
        raise AssertionError("no year was read")  # unreachable: YEARS is not empty
    return Cubes(YEARS, labels[0], labels[1], np.stack(found))
