"""Rows of an unfinished run that outlive its process: a few at a time, each block a file of its own."""

from __future__ import annotations

import logging
from pathlib import Path

from multipolar.base.problems import shown
from multipolar.results.disk import place_file
from multipolar.results.rows import DrawRow, packed, unpacked

DRAWS, SETS = "draws", "sets"
_log = logging.getLogger(__name__)


class KeptRows:
    """Rows of one kind (draws, or sets of measures) by number; ``block`` of them are written together."""

    def __init__(self, kind: str, block: int) -> None:
        self.kind, self.block = kind, block
        self.rows = dict[int, DrawRow]()
        self.fresh = dict[int, DrawRow]()

    def add(self, number: int, row: DrawRow) -> bool:
        """Take a finished row; whether there are enough of them to be written."""
        self.fresh[number] = row
        return len(self.fresh) >= self.block

    def write(self, folder: Path) -> None:
        """Write what has come since the last time."""
        if self.fresh:
            place_file(folder / f"{self.kind}-{min(self.fresh):07d}.part", packed(self.fresh))
            self.rows.update(self.fresh)
            self.fresh = {}

    def read(self, folder: Path, most: int) -> None:
        """Take what a folder keeps, numbers below ``most``; a block that is damaged is left out, and said."""
        for path in sorted(folder.glob(f"{self.kind}-*.part")):
            found = unpacked(path.read_bytes())
            if not found:
                _log.warning("%s is damaged: its %s are computed again", shown(path.name), self.kind)
            self.rows.update({number: row for number, row in found.items() if 0 <= number < most})
