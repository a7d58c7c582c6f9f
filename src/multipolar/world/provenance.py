"""Where a world was built from, and what had to be changed so that its accounts hold: kept with the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from multipolar.base.problems import WorldError


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was read: its name without folder, size in bytes, SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Step:
    """One change made to a table: which block, what was done, and how much it moved, in million USD.

    ``cells`` counts the cells changed, ``largest`` is the largest change of one cell and ``where`` that cell,
    ``total`` the sum of absolute changes, ``share`` that sum over gross output of the world.
    """

    block: str
    what: str
    cells: int
    largest: float
    where: str
    total: float
    share: float


@dataclass(frozen=True, slots=True)
class Provenance:
    """A world's origin: data set and edition, terms, files, what its blocks stand for, and the balancing log."""

    source: str
    edition: str
    licence: str
    citation: str
    files: tuple[File, ...]
    notes: tuple[str, ...]
    steps: tuple[Step, ...]

    def as_data(self) -> dict[str, Any]:
        """Plain lists, texts and numbers, for JSON."""
        return asdict(self)

    @classmethod
    def from_data(cls, held: object) -> Provenance:
        """The record of ``as_data``; raises ``WorldError`` where it is none."""
        try:
            if not isinstance(held, Mapping):
                raise TypeError("no mapping")
            files = tuple(File(str(f["name"]), int(f["size"]), str(f["sha256"])) for f in held["files"])
            steps = tuple(
                Step(str(s["block"]), str(s["what"]), int(s["cells"]), float(s["largest"]), str(s["where"]),
                     float(s["total"]), float(s["share"]))
                for s in held["steps"]
            )  # fmt: skip
            return cls(str(held["source"]), str(held["edition"]), str(held["licence"]), str(held["citation"]), files,
                       tuple(str(note) for note in held["notes"]), steps)  # fmt: skip
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            raise WorldError.of("the provenance of a world is not as it is written") from None
