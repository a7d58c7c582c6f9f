"""An answer of ``explain``: one name, what it is in a line, and facts as label and text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One name: its kind, one line that says what it is, and facts as label and text."""

    kind: str
    name: str
    title: str
    facts: Facts = ()


Book = Mapping[str, Entry]


def present(facts: Iterable[tuple[str, str]]) -> Facts:
    """The facts that have something to say."""
    return tuple((label, text) for label, text in facts if text)
