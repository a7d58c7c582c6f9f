"""Builds the embedded world (2022, 81 economies x 49 sectors) from the figures of its construction.

``world2022_49.npz`` has ``trade`` [s,i,n] and ``intermediate`` [n,s,k] in million US dollars at basic prices (float32)
and ``tariff_bp`` [s,i,n] in 1/100 of a per cent; ``fields/trade_elasticities.csv`` has the set ``U4``. Values are kept
as they are; only axes are put in the order of the package: ``trade`` [i,n,s], ``intermediate`` [n,k,s],
``tariff_bp`` [i,n,s]. Everything derived is derived in float64 when the world is loaded, but for ``knowledge``, which
is carried forward where trade changes and hence kept. Tables beside the world are built by ``tables2022.py``.
"""

from __future__ import annotations

import csv
import logging
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multipolar.base.problems import WorldError
from multipolar.world.knowledge import with_knowledge
from multipolar.world.library import DATA, EMBEDDED, FORMAT, field_arrays, world_of, write_arrays
from multipolar.world.readers.fields2022 import read_fields
from multipolar.world.readers.tables2022 import tables

YEAR = 2022
ELASTICITIES = "U4"
SPLIT = {"C303": "C302T309", "C302_304_309": "C302T309"}  # sector of the world -> sector of the elasticity table

log = logging.getLogger(__name__)


def build(data: Path) -> dict[str, NDArray[Any]]:
    """The arrays of the world file from the folder that holds ``world2022`` and ``fields``.

    Raises ``WorldError`` where a sector has no elasticity, ``OSError`` where a file is missing.
    """
    with np.load(data / "world2022" / "world2022_49.npz", allow_pickle=False) as file:
        trade, intermediate, tariff = file["trade"], file["intermediate"], file["tariff_bp"]
        countries, sectors = file["countries"], file["sectors"]
    theta = _elasticities(data / "fields" / "trade_elasticities.csv")
    missing = [str(sector) for sector in sectors if SPLIT.get(str(sector), str(sector)) not in theta]
    if missing:
        raise WorldError.of(f"trade_elasticities.csv has no value of set {ELASTICITIES} for {', '.join(missing)}")
    held = {
        "format": np.array(FORMAT),
        "name": np.array(EMBEDDED),
        "year": np.array(YEAR),
        "countries": countries,
        "sectors": sectors,
        "trade": np.ascontiguousarray(trade.transpose(1, 2, 0)),
        "intermediate": np.ascontiguousarray(intermediate.transpose(0, 2, 1)),
        "tariff_bp": np.ascontiguousarray(tariff.transpose(1, 2, 0)),
        "trade_elasticity": np.array([theta[SPLIT.get(str(sector), str(sector))] for sector in sectors]),
    }
    fields = read_fields(data, [str(code) for code in countries], [str(code) for code in sectors])
    world = with_knowledge(replace(world_of(held, EMBEDDED), fields=fields))
    fields["knowledge"] = replace(world.fields["knowledge"], values=world.knowledge.astype(np.float32))
    return held | field_arrays(fields)


def _elasticities(path: Path) -> dict[str, float]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["sector"]: float(row["theta"]) for row in csv.DictReader(file) if row["source_key"] == ELASTICITIES}


def main() -> None:
    """``python -m multipolar.world.readers.world2022 DATA_FOLDER``: writes the package's own files."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    target = DATA / f"{EMBEDDED}.npz"
    write_arrays(build(Path(sys.argv[1])), target)
    log.info("%s: %d bytes", target.name, target.stat().st_size)
    for name, text in tables(Path(sys.argv[1])).items():
        (DATA / name).write_text(text, encoding="utf-8")
        log.info("%s: %d lines", name, text.count("\n"))


if __name__ == "__main__":
    main()
