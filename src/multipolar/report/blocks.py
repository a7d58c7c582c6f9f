"""What a page is made of: parts, each a few blocks. Texts are sentences of ``base/texts``; cells are bare strings.

The template escapes every cell and puts it into ``<bdi>``; a ``Text`` becomes HTML by ``base.language.markup``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from multipolar.base.language import Text


@dataclass(frozen=True)
class Number:
    """A number in a table, and its range (or what else stands small under it)."""

    text: str
    under: str = ""


@dataclass(frozen=True)
class Named(Number):
    """A name in a table, and what stands small under it."""


Cell = str | Number


@dataclass(frozen=True)
class Table:
    """A table; the first cell of each row heads it. ``numeric`` says which columns are numbers.

    ``folded``: closed until asked for. ``stacked``: on a phone each row becomes a few lines under its head.
    ``titled``: whether the caption is shown; where the heading above says the same it is only read out.
    """

    caption: Text
    columns: tuple[Text, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: tuple[bool, ...]
    folded: bool = False
    stacked: bool = False
    titled: bool = True
    kind: str = field(default="table", init=False)


@dataclass(frozen=True)
class Figure:
    """A figure in its wide and its phone form, with what a reader needs who does not see it.

    ``bars``: its marks are bars from zero, never hollow. ``signed``: its colours tell gain from loss."""

    key: str
    title: Text
    subtitle: Text
    alt: Text
    source: Text
    wide: dict[str, Any]
    phone: dict[str, Any]
    twin: Table
    shapes: tuple[tuple[str, str], ...] = ()
    note: Text | None = None
    drawn: bool = True
    bars: bool = False
    signed: bool = True
    kind: str = field(default="figure", init=False)


@dataclass(frozen=True)
class Paragraph:
    """One sentence or a few."""

    text: Text
    kind: str = field(default="paragraph", init=False)


Statement = tuple[Text, tuple[Text, ...]]


@dataclass(frozen=True)
class Statements:
    """Short statements, each under its own label; of more than ``shown`` lines the rest is folded."""

    rows: tuple[Statement, ...]
    shown: int = 99
    kind: str = field(default="statements", init=False)


@dataclass(frozen=True)
class Plainly:
    """Short texts in the page's language, each with itself in another, ``lang`` and ``direction``; closed until asked
    for. ``rows``: label, texts, label and texts in the other language."""

    title: Text
    rows: tuple[tuple[Text, tuple[Text, ...], Text, tuple[Text, ...]], ...]
    lang: str
    direction: str
    kind: str = field(default="plainly", init=False)


@dataclass(frozen=True)
class Formula:
    """An equation of the model, and what it says."""

    text: Text
    lines: tuple[Markup, ...]
    kind: str = field(default="formula", init=False)


@dataclass(frozen=True)
class Code:
    """Text to copy, as it is; ``title`` stands above it."""

    title: Text
    text: str
    note: Text | None = None
    kind: str = field(default="code", init=False)


Block = Table | Figure | Paragraph | Statements | Plainly | Formula | Code


@dataclass(frozen=True)
class Part:
    """One part of the page under its heading."""

    key: str
    heading: Text
    blocks: tuple[Block, ...]
