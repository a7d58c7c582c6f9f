"""Plain text in columns: the same on a terminal and in a pipe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap
from unicodedata import combining, east_asian_width

WIDTH = 100
GAP = "  "


def columns(rows: Iterable[Sequence[str]], indent: str = "  ") -> str:
    """Rows under each other, every column as wide as its widest cell; the last one is wrapped at 100 characters."""
    table = [list(row) for row in rows]
    if not table:
        return ""
    last = max(len(row) for row in table) - 1
    widths = [max((cells(row[k]) for row in table if k < len(row) - 1), default=0) for k in range(last)]
    margin = indent + " " * sum(width + len(GAP) for width in widths)
    lines = []
    for row in table:
        head = "".join(text + " " * (width - cells(text)) + GAP for text, width in zip(row[:-1], widths, strict=False))
        head += " " * (len(margin) - len(indent) - cells(head))
        body = wrap(row[-1], max(WIDTH - len(margin), 30), break_long_words=False, break_on_hyphens=False) or [""]
        lines += [(indent + head + body[0]).rstrip(), *(margin + more for more in body[1:])]
    return "\n".join(lines)


def paragraph(text: str) -> str:
    """A text wrapped for reading."""
    return "\n".join(wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False))


def cells(text: str) -> int:
    """Columns of a terminal that a text takes."""
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)
