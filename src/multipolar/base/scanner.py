"""YAML events of a text already in memory: ruamel's parser with its busiest steps done once instead of many times.

The grammar is ruamel's; what differs is how often it is asked. Its scanner decides anew before every look at a token
whether more must be read, and walks through blanks, comments and plain words character by character through several
calls each. A file at the limits of ``base/documents.py`` would take two seconds that way, and takes less than one.
``tests/unit/base/test_scanner.py`` holds that both give the same events for the same text.

Imported when a file is read, not before: ruamel takes its time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.parser import Parser
from ruamel.yaml.reader import Reader
from ruamel.yaml.scanner import Scanner
from ruamel.yaml.tokens import ScalarToken

_BLANKS = re.compile(r" *(?:#[^\0\n\r\x85]*)?")
_BLANKS_IN_FLOW = re.compile(r"[ \t]*(?:#[^\0\n\r\x85]*)?")
_EMPTY = re.compile(r"(?: *(?:#[^\0\n\r\x85]*)?\n)*+")
_EMPTY_IN_FLOW = re.compile(r"(?:[ \t]*(?:#[^\0\n\r\x85]*)?\n)*+")
_ONE_LINE = re.compile(r"[^\n\r\ufeff]*")
# A plain word ends at a blank or the end; at a colon before one; between brackets also at , [ ] { }.
_WORD = re.compile(r"(?:[^\n\0\r\x85 \t:]|:(?![\n\0\r\x85 \t]))*")
_WORD_IN_FLOW = re.compile(r"(?:[^\n\0\r\x85 \t:,\[\]{}]|:(?![\n\0\r\x85 \t]))*")
_BEFORE_A_COLON = re.compile(r" *(?=:[\n\0\r\x85 \t])")
_BEFORE_A_SIGN = re.compile(r" *(?=[,\[\]{}]|:[\n\0\r\x85 \t])")
_LINE_END = re.compile(r" *\n(?: *\n)*+( *)(?![ \n\r\x85])")
_FETCHED = {
    ",": "fetch_flow_entry",
    "[": "fetch_flow_sequence_start",
    "]": "fetch_flow_sequence_end",
    "{": "fetch_flow_mapping_start",
    "}": "fetch_flow_mapping_end",
    "&": "fetch_anchor",
    "*": "fetch_alias",
    "!": "fetch_tag",
    "'": "fetch_single",
    '"': "fetch_double",
}


def events(text: str) -> Iterator[Any]:
    """The parser events of ``text``; raises what ruamel raises."""
    reader = YAML(typ="safe", pure=True)
    reader.Reader, reader.Scanner, reader.Parser = _Reader, _Scanner, _Parser
    yield from reader.parse(text)


class Mark:
    """A place in the text, and nothing else."""

    __slots__ = ("column", "index", "line")

    def __init__(self, index: int, line: int, column: int) -> None:
        self.index, self.line, self.column = index, line, column


class _Reader(Reader):
    """Steps over a stretch of one line at once; its marks do not hold the text."""

    def get_mark(self) -> Mark:
        return Mark(self.index, self.line, self.column)

    def lines(self, whole: str) -> None:
        """Step over whole lines."""
        self.pointer += len(whole)
        self.index += len(whole)
        self.line += whole.count("\n")
        self.column = 0

    def forward(self, length: int = 1) -> None:
        end = self.pointer + length
        if end + 1 >= len(self.buffer) or not _ONE_LINE.fullmatch(self.buffer, self.pointer, end):
            super().forward(length)
            return
        self.pointer = end
        self.index += length
        self.column += length


class _Scanner(Scanner):
    """Reads ahead once for each token that is taken, and words and blanks in one step each."""

    ready = False  # the next token is known, and so is whether it is a key
    reader: Any = None

    def __init__(self, loader: Any) -> None:
        self.reader = loader.reader
        super().__init__(loader)

    def reset_scanner(self) -> None:
        self.ready = False
        super().reset_scanner()

    def _read_ahead(self) -> None:
        while self.need_more_tokens():
            self.fetch_more_tokens()
        self.ready = True

    def check_token(self, *choices: Any) -> bool:
        if not self.ready:
            self._read_ahead()
        return bool(self.tokens) and (not choices or isinstance(self.tokens[0], choices))

    def peek_token(self) -> Any:
        if not self.ready:
            self._read_ahead()
        return self.tokens[0] if self.tokens else None

    def get_token(self) -> Any:
        if not self.ready:
            self._read_ahead()
        self.ready = False
        if not self.tokens:
            return None
        self.tokens_taken += 1
        return self.tokens.pop(0)

    def need_more_tokens(self) -> bool:
        if self.done:
            return False
        if not self.tokens:
            return True
        if not self.possible_simple_keys:
            return False
        return bool(super().need_more_tokens())

    def fetch_more_tokens(self) -> None:
        """What begins with a letter or digit is a plain word, and most signs mean one thing; the rest is ruamel's."""
        self.scan_to_next_token()
        if self.possible_simple_keys:
            self.stale_possible_simple_keys()
        if not self.flow_context:
            self.unwind_indent(self.reader.column)
        char = self.reader.buffer[self.reader.pointer]
        if char.isalnum():
            self.fetch_plain()
        elif char in _FETCHED:
            getattr(self, _FETCHED[char])()
        else:
            super().fetch_more_tokens()

    def scan_to_next_token(self) -> None:
        reader = self.reader
        if reader.index == 0 and reader.peek() == "\ufeff":
            reader.forward()
        blanks, lines = (_BLANKS_IN_FLOW, _EMPTY_IN_FLOW) if self.flow_level else (_BLANKS, _EMPTY)
        while True:
            empty = lines.match(reader.buffer, reader.pointer).group()  # type: ignore[union-attr]
            if empty:
                reader.lines(empty)
                self.allow_simple_key = self.allow_simple_key or not self.flow_level
            length = blanks.match(reader.buffer, reader.pointer).end() - reader.pointer  # type: ignore[union-attr]
            if length:
                reader.forward(length)
            if not self.scan_line_break():
                return
            if not self.flow_level:
                self.allow_simple_key = True

    def scan_plain(self) -> Any:
        """A plain word that ends on its line; one that goes on below, or holds what is rare, goes ruamel's way."""
        reader, start = self.reader, self.reader.pointer
        words, before = (_WORD_IN_FLOW, _BEFORE_A_SIGN) if self.flow_level else (_WORD, _BEFORE_A_COLON)
        word = words.match(reader.buffer, start)
        assert word is not None
        after = before.match(reader.buffer, word.end()) or self._line_end(word.end())
        odd = word.end() == start or reader.buffer[start] == "#" or "?" in word.group()
        if after is None or odd:
            return super().scan_plain()
        begun = reader.get_mark()
        reader.forward(word.end() - start)
        ended = reader.get_mark()
        reader.forward(after.end() - word.end())
        self.allow_simple_key = "\n" in after.group()
        return ScalarToken(word.group(), True, begun, ended)

    def _line_end(self, at: int) -> re.Match[str] | None:
        """The end of a line in a block, where the next one is indented less than what would go on with the word."""
        found = None if self.flow_level else _LINE_END.match(self.reader.buffer, at)
        if found is None or len(found.group(1)) > self.indent:
            return None
        return None if self.reader.buffer.startswith(("---", "..."), found.end()) else found


class _Parser(Parser):
    """Knows its scanner."""

    scanner: Any = None

    def __init__(self, loader: Any) -> None:
        self.scanner = loader.scanner
        super().__init__(loader)
