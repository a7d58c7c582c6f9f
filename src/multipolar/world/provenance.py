"""Where a world was built from, and what had to be changed so that its accounts hold: kept with the world."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from multipolar.base.arrays import Array
from multipolar.base.problems import WorldError


def evidence(tariff: Array) -> dict[str, str]:
    """What stands behind the blocks of a world built from a published table; tariffs are observed where it has any."""
    return {
        "trade": "observed",
        "input_share": "observed",
        "final_trade": "observed",
        "tariff": "observed" if tariff.any() else "assumption",
        "trade_elasticity": "assumption",
    }


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
    """A world's origin: data set and edition, terms, files, what its blocks stand for, and the balancing log.

    ``rate``: US dollars for a unit of the source, 1 where it is in dollars; ``made_by``: the readers and their version.
    """

    source: str
    edition: str
    licence: str
    citation: str
    rate: float
    made_by: str
    files: tuple[File, ...]
    notes: tuple[str, ...]
    steps: tuple[Step, ...]

    def as_bytes(self) -> bytes:
        """The record as JSON in UTF-8, same bytes for same records."""
        return json.dumps(self.as_data(), ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, held: bytes) -> Provenance:
        """The record of ``as_bytes``; raises ``WorldError`` where it is none."""
        try:
            return cls.from_data(json.loads(held))
        except (ValueError, RecursionError):
            raise WorldError.of("the provenance of a world is not as it is written") from None

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
            source, edition, licence, citation, made_by = (
                str(held[key]) for key in ("source", "edition", "licence", "citation", "made_by")
            )
            notes = tuple(str(note) for note in held["notes"])
            return cls(source, edition, licence, citation, float(held["rate"]), made_by, files, notes, steps)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            raise WorldError.of("the provenance of a world is not as it is written") from None
