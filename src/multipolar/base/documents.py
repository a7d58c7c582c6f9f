"""YAML text to plain nodes that know their line and column; every limit is checked on parser events, before building.

YAML only says here what is a text, a list and a mapping: what a text means (a number, a country, a date) is decided
by whoever asks for it, so that ``NO`` stays Norway and ``010`` never becomes 8. The closed records read from these
nodes are in ``base/forms.py``.

Refused: anything but a regular file in UTF-8 of at most 256 kB, more than 32 levels, 64 aliases or 20,000 nodes (a
node counts again where an alias repeats it), tags, merge keys, keys that stand twice or are not plain text, a second
document, ``%YAML`` other than 1.2.
"""

from __future__ import annotations

import os
import re
import stat
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from multipolar.base.problems import Collector, InputError, Problem, ScenarioError, shown

MOST_BYTES = 256_000
MOST_LEVELS = 32
MOST_ALIASES = 64
MOST_NODES = 20_000
MOST_PROBLEMS = 1_000  # found by the parser itself; then the rest is not read

# Line separators of Unicode that are no line breaks in YAML 1.2 but are to the scanner: out of its sight, then back.
_SEPARATORS = str.maketrans("\u0085\u2028\u2029", "\ue085\ue028\ue029")
_SEPARATORS_BACK = str.maketrans("\ue085\ue028\ue029", "\u0085\u2028\u2029")
_LINE_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(slots=True)
class Scalar:
    """A text as it stands in the file. ``plain``: written without quotes."""

    value: str
    plain: bool
    line: int
    column: int

    @property
    def empty(self) -> bool:
        """Whether no value was written (nothing, ``~`` or ``null``)."""
        return self.plain and self.value in ("", "~", "null", "Null", "NULL")


@dataclass(slots=True)
class ListNode:
    """A list, in order."""

    line: int
    column: int
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class MapNode:
    """A mapping, in order; keys are scalars and stand once."""

    line: int
    column: int
    entries: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)

    def get(self, key: str) -> Node | None:
        """The value under ``key``, or None."""
        found = self.entries.get(key)
        return found[1] if found else None


Node = Scalar | ListNode | MapNode


def read_text(path: str | Path, what: str = "a scenario") -> str:
    """The text of a regular file in UTF-8 of at most 256 kB; raises ``ScenarioError`` in plain words otherwise."""
    where = shown(path, 400)
    try:
        # O_NONBLOCK: opening a fifo must not wait for a writer that never comes.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no usable file name"
        raise ScenarioError(Problem(f"cannot be read: {reason}.", where)) from None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ScenarioError(Problem(f"is no regular file: {what} is a plain text file.", where))
        with os.fdopen(handle, "rb", closefd=False) as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise ScenarioError(Problem(f"cannot be read: {error.strerror}.", where)) from None
    finally:
        os.close(handle)
    if len(data) > MOST_BYTES:
        raise ScenarioError(Problem(f"is larger than {MOST_BYTES // 1000} kB, the most a file may hold.", where))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ScenarioError(Problem("is not UTF-8 text: save the file as UTF-8.", where, line)) from None


def parse(text: str, problems: Collector) -> MapNode:
    """The one document of ``text`` as a mapping.

    What can be read past (a tag, a key that stands twice) goes to ``problems``; what cannot (a syntax error, a limit)
    is raised as ``ScenarioError``, together with what was found before.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        _stop(problems, f"is larger than {MOST_BYTES // 1000} kB, the most a file may hold.")
    return _Composer(text.removeprefix("\ufeff"), problems).document()


def _stop(problems: Collector, message: str, line: int | None = None, column: int | None = None) -> NoReturn:
    problems.add(message, line, column)
    problems.raise_if_any(ScenarioError)
    raise InputError(message)  # not reached: the line above raises


@dataclass(slots=True)
class _Open:
    """A collection not yet closed: its node, the key waiting for a value, its anchor, and what it holds so far."""

    node: ListNode | MapNode
    anchor: str | None
    key: Scalar | None = None
    nodes: int = 1
    levels: int = 1
    skip: bool = False  # the waiting key was refused: read its value, keep nothing


class _Composer:
    """Parser events of one text into nodes, without recursion."""

    def __init__(self, text: str, problems: Collector) -> None:
        self.text = text
        self.problems = problems
        self.starts = [0, *(found.end() for found in _LINE_BREAK.finditer(text))]
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int, int]] = {}
        self.nodes = 0
        self.aliases = 0
        self.root: Node | None = None

    def place(self, mark: Any) -> tuple[int, int]:
        """Line and column of a mark, from 1, counted here: the scanner takes other characters for line breaks too."""
        index = min(int(mark.index), len(self.text))
        line = bisect_right(self.starts, index)
        return line, index - self.starts[line - 1] + 1

    def document(self) -> MapNode:
        takers: dict[str, Callable[[Any], None]] = {
            "ScalarEvent": self.scalar,
            "AliasEvent": self.alias,
            "SequenceStartEvent": self.start,
            "MappingStartEvent": self.start,
            "SequenceEndEvent": self.end,
            "MappingEndEvent": self.end,
            "DocumentStartEvent": self.document_start,
        }
        for event in self.events():
            taker = takers.get(type(event).__name__)
            if taker is not None:
                taker(event)
        if self.root is None or (isinstance(self.root, Scalar) and self.root.empty):
            _stop(self.problems, "the file is empty: it begins with `multipolar: 1`.", 1, 1)
        if not isinstance(self.root, MapNode):
            _stop(self.problems, "the file must be a mapping of keys: it begins with `multipolar: 1`.", 1, 1)
        return self.root

    def events(self) -> Iterator[Any]:
        """Parser events; whatever the parser cannot read is said in our words, with its place."""
        from ruamel.yaml.error import MarkedYAMLError
        from ruamel.yaml.reader import ReaderError

        from multipolar.base.scanner import events

        try:
            yield from events(self.text.translate(_SEPARATORS))
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = self.place(mark) if mark is not None else (None, None)
            _stop(self.problems, _syntax(str(error.problem or error.context or "")), line, column)
        except ReaderError as error:
            line = bisect_right(self.starts, error.position)
            column = error.position - self.starts[line - 1] + 1
            point = error.character if isinstance(error.character, int) else ord(str(error.character)[:1] or "\0")
            _stop(self.problems, f"the character U+{point:04X} is not allowed in a file.", line, column)
        except (ValueError, TypeError, LookupError, AttributeError, AssertionError, RecursionError):
            # The parser itself fell over: hostile text reaches such places, and the user needs a sentence, not a trace.
            _stop(self.problems, "cannot be read as YAML.")

    def document_start(self, event: Any) -> None:
        line, column = self.place(event.start_mark)
        if self.root is not None:
            _stop(self.problems, "a second document begins here: a file holds one.", line, column)
        if event.version is not None and tuple(event.version) != (1, 2):
            shown_version = ".".join(str(part) for part in event.version)
            self.problems.add(f"%YAML {shown(shown_version)}: files are YAML 1.2.", line, column)
        if event.tags:
            self.problems.add("%TAG: tags are not used in these files.", line, column)

    def count(self, nodes: int, levels: int, line: int, column: int) -> None:
        """Limits, before anything is built."""
        self.nodes += nodes
        if self.nodes > MOST_NODES:
            _stop(self.problems, f"more than {MOST_NODES:,} values in the file, aliases counted out.", line, column)
        if len(self.open) + levels > MOST_LEVELS:
            _stop(self.problems, f"nested deeper than {MOST_LEVELS} levels.", line, column)
        if len(self.problems.problems) >= MOST_PROBLEMS:
            _stop(self.problems, "the rest of the file is not read.", line, column)

    def tag(self, event: Any, line: int, column: int) -> None:
        # A quoted or plain scalar without a tag has tag None; "!" is a tag as well.
        if event.tag is not None:
            written = str(event.tag).replace("tag:yaml.org,2002:", "!!", 1)
            self.problems.add(f"tag `{shown(written)}`: tags are not used in these files.", line, column)

    def scalar(self, event: Any) -> None:
        line, column = self.place(event.start_mark)
        self.count(1, 0, line, column)
        self.tag(event, line, column)
        node = Scalar(event.value.translate(_SEPARATORS_BACK), event.style is None, line, column)
        if event.anchor is not None:
            self.anchors[event.anchor] = (node, 1, 0)
        self.put(node, 1, 0)

    def alias(self, event: Any) -> None:
        line, column = self.place(event.start_mark)
        self.aliases += 1
        if self.aliases > MOST_ALIASES:
            _stop(self.problems, f"more than {MOST_ALIASES} aliases.", line, column)
        found = self.anchors.get(event.anchor)
        if found is None:
            _stop(self.problems, f"alias `{shown(event.anchor)}` names nothing that stands before it.", line, column)
        node, nodes, levels = found
        self.count(nodes, levels, line, column)
        self.put(node, nodes, levels)

    def start(self, event: Any) -> None:
        line, column = self.place(event.start_mark)
        self.count(1, 1, line, column)
        self.tag(event, line, column)
        if self.open and isinstance(self.open[-1].node, MapNode) and self.open[-1].key is None:
            _stop(self.problems, "a key must be a plain word, not a list or mapping.", line, column)
        kind = ListNode if type(event).__name__ == "SequenceStartEvent" else MapNode
        self.open.append(_Open(kind(line, column), event.anchor))

    def end(self, event: Any) -> None:
        closed = self.open.pop()
        if closed.anchor is not None:
            self.anchors[closed.anchor] = (closed.node, closed.nodes, closed.levels)
        self.put(closed.node, closed.nodes, closed.levels)

    def put(self, node: Node, nodes: int, levels: int) -> None:
        """A finished node into the collection that is open."""
        if not self.open:
            self.root = node
            return
        top = self.open[-1]
        top.nodes += nodes
        top.levels = max(top.levels, levels + 1)
        if isinstance(top.node, ListNode):
            top.node.items.append(node)
        elif top.key is None:
            self.key(top, node)
        else:
            if isinstance(node, Scalar) and node.plain and not node.value:
                node.line, node.column = top.key.line, top.key.column  # the parser puts nothing on the next line
            if not top.skip:
                top.node.entries[top.key.value] = (top.key, node)
            top.key, top.skip = None, False

    def key(self, top: _Open, node: Node) -> None:
        assert isinstance(top.node, MapNode)
        if not isinstance(node, Scalar):
            _stop(self.problems, "a key must be a plain word, not a list or mapping.", node.line, node.column)
        top.key = node
        before = top.node.entries.get(node.value)
        if node.value == "<<" and node.plain:
            self.problems.add("merge keys (`<<`) are not used in these files: use `extends`.", node.line, node.column)
            top.skip = True
        elif before is not None:
            message = f"key `{shown(node.value)}` stands twice; the first is on line {before[0].line}."
            self.problems.add(message, node.line, node.column)
            top.skip = True


def _syntax(problem: str) -> str:
    """The parser's finding as a sentence. It may quote one character of the file, never a value."""
    if "\\t" in problem or "\t" in problem:
        return "not readable as YAML: a tab stands where only spaces may; indent with spaces."
    if "mapping values are not allowed" in problem:
        return "not readable as YAML: a `:` stands where no key may begin; check the indent, or quote the text."
    if "cannot start any token" in problem:
        return "not readable as YAML: a text does not begin with this character; put it in quotes."
    if "undefined alias" in problem:
        return "not readable as YAML: an alias names nothing that stands before it."
    if "expected ':'" in problem:
        return "not readable as YAML: a key without `:`; check the indent of this and the line before."
    if "node content" in problem and any(mark in problem for mark in ("'}'", "']'", "','")):
        return "not readable as YAML: a bracket or comma stands where a value must."
    if "expected <block end>" in problem or "expected the node content" in problem:
        return "not readable as YAML: the indent does not fit the lines before."
    if "',' or" in problem:
        return "not readable as YAML: a `,` or the closing bracket is missing."
    if "end of stream" in problem:
        return "not readable as YAML: a quote or bracket is opened and never closed."
    return f"not readable as YAML: {shown(problem)}."
