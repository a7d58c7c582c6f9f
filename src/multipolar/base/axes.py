"""Ordered label sets: labels are equal in the same order, or we stop.

This module owns the seam between what people write (codes) and what is computed (positions). Arrays inside the
program carry no labels; an ``Axes`` stands beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from multipolar.base.problems import UnknownLabelError, WorldError, invisible, nearest, shown

LONGEST_LABEL = 80
MOST_LABELS = 2_000


@dataclass(frozen=True, slots=True)
class Labels:
    """An ordered set of names of one kind (``country``, ``sector``).

    Raises ``WorldError`` when a name is empty, not text, stands twice, is longer than 80 characters or holds one that
    shows nothing, and when there are more than 2,000.
    """

    kind: str
    names: tuple[str, ...]
    _position: dict[str, int] = field(init=False, repr=False, compare=False)

    def __init__(self, kind: str, names: Sequence[str]) -> None:
        checked = check_names(kind, names)
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "names", checked)
        object.__setattr__(self, "_position", {name: k for k, name in enumerate(checked)})

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self._position

    def index(self, name: str) -> int:
        """Position of ``name``; raises ``UnknownLabelError`` naming the nearest label."""
        try:
            return self._position[name]
        except (KeyError, TypeError):
            raise UnknownLabelError(self.kind, name, self.nearest(str(name))) from None

    def indices(self, names: Iterable[str]) -> NDArray[np.intp]:
        """Positions of several names, in the order given."""
        return np.array([self.index(name) for name in names], dtype=np.intp)

    def nearest(self, name: str) -> str | None:
        """The label most like ``name``, if any is like it."""
        return nearest(name, self.names)


@dataclass(frozen=True, slots=True)
class Axes:
    """The labels beside the arrays of one world."""

    country: Labels
    sector: Labels


def check_names(kind: str, names: Sequence[str]) -> tuple[str, ...]:
    """Names as a tuple of plain text; raises ``WorldError`` naming the first that is empty, not text, or repeated."""
    if isinstance(names, str):
        raise WorldError.of(f"{kind} labels: a list of names is needed, not one text")
    try:
        listed = list(names)
    except Exception:  # not iterable, or whatever an iterator of the caller's raises
        raise WorldError.of(f"{kind} labels: a list of names is needed") from None
    if not listed:
        raise WorldError.of(f"{kind} labels: the list is empty")
    if len(listed) > MOST_LABELS:
        raise WorldError.of(f"{kind} labels: {len(listed):,} names; at most {MOST_LABELS:,} are taken")
    seen: dict[str, None] = {}
    for name in listed:
        problem = label_problem(name)
        if problem:
            raise WorldError.of(f"{kind} labels: {problem}")
        plain = str.__str__(name)
        if plain in seen:
            raise WorldError.of(f"{kind} labels: {shown(plain)} stands twice")
        seen[plain] = None
    return tuple(seen)


def label_problem(name: object) -> str | None:
    """Why ``name`` cannot be shown as a name of a country, a sector or a world; None where it can."""
    if not isinstance(name, str):
        return f"{shown(_told(name))} is not text"
    plain = str.__str__(name)  # whatever a subclass says of itself
    if not plain.strip():
        return "an empty name"
    if len(plain) > LONGEST_LABEL:
        return f"{shown(plain, 40)} is longer than {LONGEST_LABEL} characters"
    for char in plain:
        if invisible(char):
            return f"{shown(plain)} holds U+{ord(char):04X}, which shows nothing or turns text round"
    return None


def _told(value: object) -> str:
    try:
        return repr(value)
    except Exception:
        return f"a {type(value).__name__}"
