"""Every exception of the package, and how problems with an input are collected and said.

    MultipolarError                 exit 1   anything the package itself raises
      InputError                    exit 2   a bad input: nothing was run, nothing was written
        ScenarioError                        a scenario file or what it names
        WorldError                           a world: arrays, labels, a world file
        ShocksError                          shocks given in Python
        UnknownLabelError                    a country or sector that is not there
      NoEquilibriumError            exit 3   the economy asked for has no equilibrium; market and reason named
      NotConvergedError             exit 3   the solver stopped short; its last point is not an answer

A reader collects all problems of a file in a ``Collector`` and raises once. A message never quotes a file beyond the
value at fault, and every value is passed through ``shown`` first.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import ClassVar, Self

SHOWN_PROBLEMS = 50
SHOWN_BYTES = 64_000
SHOWN_VALUE = 80


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an input: what, where, and what would be right.

    ``where`` is a file as the user knows it, ``path`` the way to the value inside it (``measures[0].rate``). ``rank``
    orders problems at one place: the cause (0) before what follows from it.
    """

    message: str
    where: str = ""
    line: int | None = None
    column: int | None = None
    path: str = ""
    rank: int = 0

    @property
    def place(self) -> str:
        """``file:line:column`` as far as it is known."""
        parts = [self.where] if self.where else []
        if self.line is not None:
            parts.append(str(self.line))
            if self.column is not None:
                parts.append(str(self.column))
        return ":".join(parts)

    @property
    def text(self) -> str:
        """The path and the message, without the place."""
        return f"{self.path}: {self.message}" if self.path else self.message

    def __str__(self) -> str:
        return f"{self.place} {self.text}" if self.place else self.text


class MultipolarError(Exception):
    """Root of all errors of the package. ``exit_code`` is what the command line ends with."""

    exit_code: ClassVar[int] = 1

    def report(self) -> str:
        """The message as the command line prints it, exit code included."""
        return f"{self} (exit {self.exit_code})"


class InputError(MultipolarError):
    """A bad input. ``problems`` holds all of them; the text lists at most 50, then a count."""

    exit_code: ClassVar[int] = 2

    def __init__(self, problems: Iterable[Problem] | Problem | str) -> None:
        if isinstance(problems, str):
            problems = Problem(problems)
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(_listing(self.problems))

    @classmethod
    def of(cls, message: str) -> Self:
        """An error with one problem that has no place in a file."""
        error = cls.__new__(cls)
        InputError.__init__(error, Problem(message))
        return error

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuilt, (type(self), self.problems)


class ScenarioError(InputError):
    """A scenario file, or a file it names, cannot be used."""


class WorldError(InputError):
    """A world cannot be used: labels, arrays, or the file they came from."""


class ShocksError(InputError):
    """Shocks given in Python cannot be used."""


class UnknownLabelError(InputError):
    """A label that is not there; the nearest one is named."""

    def __init__(self, kind: str, name: object, nearest: str | None = None) -> None:
        hint = f" Did you mean `{shown(nearest)}`?" if nearest else ""
        super().__init__(Problem(f"no {kind} `{shown(name)}`.{hint}"))


class NoEquilibriumError(MultipolarError):
    """The economy asked for has no equilibrium; the message names market and reason."""

    exit_code: ClassVar[int] = 3


class NotConvergedError(MultipolarError):
    """The solver stopped above its tolerance: there is no answer to read."""

    exit_code: ClassVar[int] = 3


class Collector:
    """Problems of one reading, gathered so that a user sees all of them at once."""

    def __init__(self, where: str = "") -> None:
        self.where = where
        self.problems: list[Problem] = []

    def add(
        self,
        message: str,
        line: int | None = None,
        column: int | None = None,
        path: str = "",
        where: str | None = None,
        rank: int = 0,
    ) -> None:
        """Note one problem; ``where`` defaults to the file being read."""
        self.problems.append(Problem(message, self.where if where is None else where, line, column, path, rank))

    def __bool__(self) -> bool:
        return bool(self.problems)

    def raise_if_any(self, error: type[InputError] = ScenarioError) -> None:
        """Raise all problems as one ``error``, ordered by file (as first met) and line."""
        if self.problems:
            files = list(dict.fromkeys(problem.where for problem in self.problems))
            unique = dict.fromkeys(self.problems)
            raise error(sorted(unique, key=lambda p: (files.index(p.where), p.line or 0, p.column or 0, p.rank)))


def of_kind(by: str, name: str, given: object, kind: type) -> None:
    """Raise ``InputError`` where ``given``, the argument ``name`` of ``by``, is of another kind."""
    if not isinstance(given, kind):
        raise InputError(f"{by}: {name} is {shown(given)}, which is no {kind.__name__}")


MOST_COMPARISONS = 20_000
_comparisons_left: ContextVar[list[int] | None] = ContextVar("comparisons_left", default=None)


@contextmanager
def few_hints() -> Iterator[None]:
    """While one input is read: a bound on what ``nearest`` compares in all.

    Finding the nearest name for each of 2,000 wrong ones would take minutes, and no more than 50 are shown.
    """
    token = _comparisons_left.set([MOST_COMPARISONS])
    try:
        yield
    finally:
        _comparisons_left.reset(token)


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like ``name`` in spelling, upper and lower case alike; None where none is like it.

    None as well where ``few_hints`` bounds the comparisons and they are used up.
    """
    from difflib import get_close_matches  # only when something is wrong

    left = _comparisons_left.get()
    if left is not None and left[0] <= 0:
        return None
    by_folded: dict[str, str] = {}
    for candidate in candidates:
        by_folded.setdefault(candidate.casefold(), candidate)
    if left is not None:
        left[0] -= len(by_folded)
    close = get_close_matches(name[:SHOWN_VALUE].casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def shown(text: object, limit: int = SHOWN_VALUE) -> str:
    """A value from outside, safe to print: nothing in it can move a cursor, hide, or reverse the text around it.

    Control characters, line separators, bidirectional controls, zero-width and private characters become ``\\uXXXX``;
    what is longer than ``limit`` characters is cut and ends in an ellipsis.
    """
    try:
        plain = str.__str__(str(text))
    except Exception:  # an integer of 5,000 digits, or an object that cannot say what it is
        plain = f"a {type(text).__name__}"
    cut = len(plain) > limit
    escaped = "".join(_escaped(char) for char in plain[:limit])
    if len(escaped) > limit:
        escaped, cut = escaped[:limit], True
    return escaped + "…" if cut else escaped


def invisible(char: str) -> bool:
    """Whether a character shows nothing, or changes how its neighbours are shown."""
    return unicodedata.category(char) in _UNSEEN


_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})


def _escaped(char: str) -> str:
    if not invisible(char):
        return char
    point = ord(char)
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"


def _listing(problems: tuple[Problem, ...]) -> str:
    """All problems, places aligned, at most 50 and at most 64 kB, with a count where they have places."""
    placed = [problem.place for problem in problems[:SHOWN_PROBLEMS]]
    width = min(max(map(len, placed), default=0), 60)
    lines = [
        f"{place:<{width}} {problem.text}" if width else problem.text
        for place, problem in zip(placed, problems, strict=False)
    ]
    size, kept = 0, 0
    for line in lines:
        size += len(line.encode("utf-8", "replace")) + 1
        if size > SHOWN_BYTES - 200:
            break
        kept += 1
    listed = lines[:kept]
    if width or len(problems) > 1:
        noun = "problem" if len(problems) == 1 else "problems"
        more = f", {len(problems) - kept} more not shown" if kept < len(problems) else ""
        listed.append(f"{len(problems)} {noun}{more}; nothing was run.")
    return "\n".join(listed)


def _rebuilt(kind: type[InputError], problems: tuple[Problem, ...]) -> InputError:
    """An error as it was, in another process."""
    error = kind.__new__(kind)
    InputError.__init__(error, problems)
    return error
