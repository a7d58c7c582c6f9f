"""Asian Development Bank, Multiregional Input-Output tables (``ADB-MRIO-YEAR...xlsx``), current prices.

Layout: see ``sheet.py``; 63 or 73 economies (62 or 72 and the rest of the world) with the bank's own codes, 35 sectors
``c1`` ... ``c35``, final use ``F1`` ... ``F5`` (households, non-profit organisations, government, fixed capital,
inventories), million US dollars. Economies of the file that are not in ``labels.csv`` are refused by name. Codes seen
in github.com/ksreyes/mrio (``data/dict_countries.rda``, commit 67c13107). Some cells of these sheets are blank; they
are read as 0, as other readers do (github.com/cran/exvatools, ``R/extract_mrio.R``), and counted in the notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from multipolar.base.problems import shown
from multipolar.world.readers.balancing import world_of
from multipolar.world.readers.delimited import Progress
from multipolar.world.readers.files import only_one, silent
from multipolar.world.readers.labels import TableLabels, table_labels
from multipolar.world.readers.sheet import table_of_sheet
from multipolar.world.readers.table import Origin
from multipolar.world.world import World

ORIGIN = Origin(
    key="adb",
    source="Asian Development Bank, Multiregional Input-Output tables",
    edition="as named by the file",
    licence="terms of use of the ADB, to be confirmed",
    citation="Asian Development Bank, Multiregional Input-Output Database",
    notes=(
        "Final use is the sum of consumption of households, non-profit organisations and government, fixed capital "
        "formation and changes in inventories.",
    ),
)


def read(
    paths: Sequence[str | Path],
    name: str | None = None,
    *,
    progress: Progress = silent,
    labels: TableLabels | None = None,
) -> World:
    """The world of an ADB table, ``adb-YEAR`` unless a name is given; raises ``WorldError`` with what is wrong."""
    path = only_one([Path(p) for p in paths], "ADB MRIO", "ADB-MRIO-YEAR.xlsx")
    progress(f"reading {path.name} (a minute or two for a whole table)", 0, 0)
    table = table_of_sheet(path, labels or table_labels("adb"), ORIGIN, blank_is_zero=True)
    progress("balancing", 0, 0)
    return world_of(table, name or f"adb-{table.year}", shown(path, 400))
