"""The tables of published numbers, and a number beside ours.

``studies.csv``: study, title, source, data it is computed from, the file a user brings, why it is not computed (empty
where it is). ``STUDY.csv``: claim, country (empty: the world), quantity (ours by name), unit, ``published_from`` and
``published_to`` (equal for a point), ``low`` and ``high`` (the fair band), concept, conditions, source.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from multipolar.base.problems import InputError, nearest, shown


@dataclass(frozen=True, slots=True)
class Study:
    """A published study: what it needs (``data``; ``path``: the file to bring), and why it is not computed, if so."""

    name: str
    title: str
    source: str
    data: str
    path: str
    not_computed: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One published number: whose, of which of our quantities, in which unit, and the band that is a fair match."""

    claim: str
    country: str
    quantity: str
    unit: str
    published: tuple[float, float]
    band: tuple[float, float]
    concept: str
    conditions: str
    source: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A claim and our number for it, in the claim's unit."""

    claim: Claim
    ours: float

    @property
    def inside(self) -> bool:
        """Whether our number lies in the fair band, its ends included."""
        low, high = self.claim.band
        return low <= self.ours <= high

    @property
    def ratio(self) -> float | None:
        """Ours over the middle of what is published; None where that is 0."""
        middle = sum(self.claim.published) / 2.0
        return self.ours / middle if middle else None


@dataclass(frozen=True, slots=True)
class Table:
    """Further numbers of a study: one row a label, one value a column."""

    title: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a ``Table``; a value that is None has no answer, and ``why`` says why."""

    label: str
    values: tuple[float | None, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Validation:
    """A study computed again: claims beside ours, further tables, conventions chosen, what the data preparation did."""

    study: Study
    world: str
    compared: tuple[Compared, ...]
    tables: tuple[Table, ...]
    conventions: tuple[str, ...]
    preparation: tuple[str, ...]


@cache
def studies() -> dict[str, Study]:
    """All studies of the table by name, those that are not computed too."""
    return {
        row["study"]: Study(row["study"], row["title"], row["source"], row["data"], row["path"], row["not_computed"])
        for row in _rows("studies")
    }


@cache
def claims(study: str) -> tuple[Claim, ...]:
    """The published numbers of a study."""
    return tuple(
        Claim(
            row["claim"],
            row["country"],
            row["quantity"],
            row["unit"],
            (float(row["published_from"]), float(row["published_to"])),
            (float(row["low"]), float(row["high"])),
            row["concept"],
            row["conditions"],
            row["source"],
        )
        for row in _rows(study)
    )


def study(name: str) -> Study:
    """A study by name. Raises ``InputError`` naming the nearest for a name that is none."""
    if name in studies():
        return studies()[name]
    near = nearest(name, studies())
    hint = f"Did you mean `{near}`?" if near else f"There is: {', '.join(studies())}."
    raise InputError(f"no study `{shown(name)}`. {hint}")


def compared(study: str, ours: dict[tuple[str, str], float]) -> tuple[Compared, ...]:
    """Every claim of a study beside ours, by (quantity, country). Raises ``KeyError`` where one of ours is missing."""
    return tuple(Compared(claim, ours[claim.quantity, claim.country]) for claim in claims(study))


def _rows(name: str) -> list[dict[str, str]]:
    text = files("multipolar.study.published").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
