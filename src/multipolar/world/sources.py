"""Where the figures come from: sources, evidence behind blocks and sectors, known flaws; read from ``world/data``."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from functools import cache

from multipolar.base.problems import UnknownLabelError, nearest
from multipolar.world.library import DATA, EMBEDDED
from multipolar.world.regions import region_maps


@dataclass(frozen=True, slots=True)
class Source:
    """One data set: what it is, its terms, how to cite it, and the SHA-256 of the file its figures were taken from."""

    key: str
    title: str
    provider: str
    vintage: str
    licence: str
    licence_note: str
    citation: str
    sha256: str
    address: str
    grade: str


@dataclass(frozen=True, slots=True)
class Grade:
    """How good a part of a block of a world is: observed, scaled, estimated or assumption, and what was done.

    ``countries`` and ``sectors`` say which cells it speaks of (``world/evidence.py``), ``year`` of which year its
    figures are, ``source`` which sources they are from (keys with spaces between).
    """

    world: str
    block: str
    part: str
    countries: str
    sectors: str
    grade: str
    year: str
    source: str
    why: str


@dataclass(frozen=True, slots=True)
class Sector:
    """A sector of the embedded world: ISIC Rev. 4 divisions, names, goods or services, the evidence behind it."""

    code: str
    isic: str
    name_en: str
    name_ar: str
    kind: str
    evidence: str
    etd: str
    wiod: str


@cache
def sectors() -> dict[str, Sector]:
    """All sectors of the table, by code."""
    return {row["code"]: Sector(**row) for row in _rows("sectors.csv")}


@cache
def sources() -> tuple[Source, ...]:
    """All sources, in the order of ``sources.csv``."""
    return tuple(Source(**row) for row in _rows("sources.csv"))


def source(key: str) -> Source:
    """The source of that key; raises ``UnknownLabelError`` naming the nearest."""
    by_key = {entry.key: entry for entry in sources()}
    if key not in by_key:
        raise UnknownLabelError("source", key, nearest(key, by_key))
    return by_key[key]


@cache
def grades(world: str) -> tuple[Grade, ...]:
    """Evidence grades of the blocks of a world, by its name; empty for a world that has none on record."""
    return tuple(Grade(**row) for row in _rows("grades.csv") if row["world"] == original(world))


@cache
def reasons(world: str) -> tuple[Grade, ...]:
    """The rows of ``grades`` with those that give one reason for one grade of a block told as one, for readers."""
    alike: dict[tuple[str, ...], list[Grade]] = {}
    for row in grades(world):
        alike.setdefault((row.block, row.grade, row.year, row.source, row.why), []).append(row)
    return tuple(replace(rows[0], part=_joined([row.part for row in rows])) for rows in alike.values())


def _joined(parts: list[str]) -> str:
    """Parts in one text; of those that differ in their last word what they share is told once."""
    heads = {part.rpartition(" ")[0] for part in parts}
    if len(parts) > 1 and len(heads) == 1 and (head := heads.pop()):
        return f"{head} {' '.join(part.rpartition(' ')[2] for part in parts)}"
    return "; ".join(parts)


@cache
def flaws(world: str) -> tuple[str, ...]:
    """What is known to be wrong in a world, in plain words, by its name."""
    return tuple(row["text"] for row in _rows("flaws.csv") if row["world"] == original(world))


@cache
def column(table: str, name: str) -> dict[str, str]:
    """A column of ``countries.csv`` or ``sectors.csv`` by code; raises ``KeyError`` where there is none of the name."""
    code = {"countries": "iso3", "sectors": "code"}[table]
    return {row[code]: row[name] for row in _rows(f"{table}.csv")}


def original(world: str) -> str:
    """The world whose figures these are: the embedded one where a ready region map sums it, else itself."""
    return EMBEDDED if world in region_maps() else world


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
