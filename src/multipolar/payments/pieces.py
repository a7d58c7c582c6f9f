"""Files of messages taken apart: XML as a stream, safely, one piece of a message after the other.

A document type is refused, so that no entity can be defined, grow or reach another file; depth is bounded. Beside the
bytes of the file, memory holds one piece at a time, however many there are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from multipolar.base.problems import InputError, Problem

DEEPEST = 64  # elements within each other; a message has some fifteen
PIECES = ("GrpHdr", "CdtTrfTxInf")


class Splitter:
    """Calls ``begin(namespace, line)`` where a Document begins, and where that returns True ``piece(name, element,
    lines of its elements)`` for each header and transaction in it, and ``end()``. Raises ``InputError`` with the line
    for text that is no XML, has a document type or is nested too deeply."""

    def __init__(
        self,
        where: str,
        begin: Callable[[str, int], bool],
        piece: Callable[[str, Element, dict[Element, int]], None],
        end: Callable[[], None],
    ) -> None:
        self.where, self.begin, self.piece, self.end = where, begin, piece, end
        self.depth = 0
        self.message_depth: int | None = None
        self.piece_depth = 0
        self.builder: TreeBuilder | None = None
        self.lines: dict[Element, int] = {}
        self.parser: Any = expat.ParserCreate(namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._document_type
        self.parser.StartElementHandler = self._open
        self.parser.EndElementHandler = self._close
        self.parser.CharacterDataHandler = self._text

    def read(self, data: bytes) -> None:
        """Take a whole file apart."""
        try:
            self.parser.Parse(data, True)
        except expat.ExpatError as error:
            said = f"is no well-formed XML: {expat.ErrorString(error.code)}."
            raise InputError(Problem(said, self.where, error.lineno, error.offset + 1)) from None
        except (LookupError, ValueError) as error:
            if self.depth:
                raise
            # An encoding that is none, or one that expat cannot use.
            raise InputError(Problem(f"is no well-formed XML: {error}.", self.where, 1)) from None

    def _document_type(self, *_: Any) -> None:
        said = "has a document type (DOCTYPE): messages have none, and entities could grow without end."
        raise InputError(Problem(said, self.where, self.parser.CurrentLineNumber))

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        line = self.parser.CurrentLineNumber
        self.depth += 1
        if self.depth > DEEPEST:
            raise InputError(Problem(f"more than {DEEPEST} elements within each other.", self.where, line))
        space, _, local = name.rpartition("}")
        if self.builder is not None:
            self.lines[self.builder.start(_clark(name), _clarks(attributes))] = line
        elif self.message_depth is None and local == "Document":
            self.message_depth = self.depth if self.begin(space, line) else None
        elif self.message_depth is not None and self.depth == self.message_depth + 2 and local in PIECES:
            self.builder, self.piece_depth = TreeBuilder(), self.depth
            self.lines = {self.builder.start(_clark(name), _clarks(attributes)): line}

    def _text(self, text: str) -> None:
        if self.builder is not None:
            self.builder.data(text)

    def _close(self, name: str) -> None:
        if self.builder is not None:
            self.builder.end(_clark(name))
            if self.depth == self.piece_depth:
                whole, self.builder = self.builder.close(), None
                self.piece(name.rpartition("}")[2], whole, self.lines)
        elif self.depth == self.message_depth:
            self.message_depth = None
            self.end()
        self.depth -= 1


def _clark(name: str) -> str:
    """A name as ElementTree writes it."""
    return f"{{{name}" if "}" in name else name


def _clarks(attributes: dict[str, str]) -> Any:
    return {_clark(name): value for name, value in attributes.items()}
