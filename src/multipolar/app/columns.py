"""Plain text in columns: as wide as the terminal where there is one, 100 characters in a pipe."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from textwrap import wrap
from unicodedata import combining, east_asian_width

WIDTH, LEAST_WIDTH = 100, 40
GAP = "  "


def terminal_width() -> int | None:
    """Columns of the terminal that is written to, or those that ``COLUMNS`` states; None in a pipe or a file."""
    known = shutil.get_terminal_size((0, 0)).columns
    return max(known, LEAST_WIDTH) if known else None


def width() -> int:
    """How long a line of text may be: no longer than reads well, nor than the terminal."""
    return min(WIDTH, terminal_width() or WIDTH)


def columns(rows: Iterable[Sequence[str]], indent: str = "  ", *, headed: bool = False) -> str:
    """Rows under each other, every column as wide as its widest cell; the last one is wrapped at the width of a line.

    ``headed``: the first row names the columns; where the table is wider than the terminal each row is written as a
    list instead, its cells under their names. In a pipe a table keeps its columns, however wide.
    """
    table = [list(row) for row in rows]
    if not table:
        return ""
    last = max(len(row) for row in table) - 1
    widths = [max((cells(row[k]) for row in table if k < len(row) - 1), default=0) for k in range(last)]
    margin = indent + " " * sum(width + len(GAP) for width in widths)
    room = terminal_width()
    if headed and room is not None and len(margin) + max(cells(row[-1].rstrip()) for row in table) > room:
        return _listed(table, indent)
    lines = []
    for row in table:
        head = "".join(text + " " * (width - cells(text)) + GAP for text, width in zip(row[:-1], widths, strict=False))
        head += " " * (len(margin) - len(indent) - cells(head))
        room_left = max(width() - len(margin), 30)
        body = [row[-1]]  # one word, a bar for instance, is no text to wrap: it keeps the spaces before it
        if " " in row[-1].strip():
            body = wrap(row[-1], room_left, break_long_words=False, break_on_hyphens=False)
        lines += [(indent + head + body[0]).rstrip(), *(margin + more for more in body[1:])]
    return "\n".join(lines)


def _listed(table: list[list[str]], indent: str) -> str:
    """Every row as a list of its cells, each after the name of its column."""
    (_, *names), *rows = table
    parts = []
    for first, *rest in rows:
        parts.append(f"{indent}{first}")
        named = [pair for pair in zip(names, rest, strict=False) if pair[1].strip()]
        parts += [columns(named, indent + GAP)] if named else []
    return "\n".join(parts)


def paragraph(text: str) -> str:
    """A text wrapped for reading."""
    return "\n".join(wrap(text, width(), break_long_words=False, break_on_hyphens=False))


def cells(text: str) -> int:
    """Columns of a terminal that a text takes."""
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)
