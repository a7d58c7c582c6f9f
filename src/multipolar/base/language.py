"""Sentences by language. ``texts/<code>.ftl`` is the only home of every sentence; this module reads and fills them.

Most messages are a line of text with ``{ $name }`` in it. Those are filled here, because the command line prints one of
them in a fresh process and importing Fluent costs a tenth of what importing pandas costs. A message with anything more
(a plural, a selector, a reference) goes to ``fluent.runtime``, loaded then. A test holds both ways to the same text.

Every value is put between U+2068 and U+2069 (first-strong isolate), as Fluent does, so that a name cannot reorder the
sentence around it. In a right-to-left language every number comes from ``number`` or ``percent``, between U+2066 and
U+2069: without, its sign and its per cent sign change sides. ``plain`` makes a sentence a line for a terminal, ``line``
one in its own direction, ``markup`` safe HTML.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from multipolar.base.problems import InputError, nearest, shown

if TYPE_CHECKING:
    from fluent.runtime import FluentBundle

FIRST_STRONG, POP = "\u2068", "\u2069"
LEFT_TO_RIGHT, RIGHT_TO_LEFT_ISOLATE = "\u2066", "\u2067"
MINUS, NO_BREAK = "\u2212", "\u00a0"
LONGEST_VALUE = 400
RIGHT_TO_LEFT = frozenset({"ar"})

_TEXTS = Path(__file__).parent / "texts"
_ENTRY = re.compile(r"^([a-z][a-z0-9-]*) *=[ \t]*(.*(?:\n(?:[ \t].*|(?=\n[ \t])))*)", re.MULTILINE)
_PLACEABLE = re.compile(r"\{ *\$([a-z][a-z0-9_]*) *\}")


class Text(str):
    """A sentence made here: its isolates are ours and stay when it becomes a part of another sentence."""

    __slots__ = ()


class Language:
    """The sentences of one language.

    Errors: ``InputError`` for a language without texts; ``LookupError`` for a message or a value that is not there.
    """

    def __init__(self, code: str) -> None:
        known = sorted(path.stem for path in _TEXTS.glob("*.ftl"))
        if code not in known:
            near = nearest(code, known)
            hint = f" Did you mean `{near}`?" if near else ""
            raise InputError.of(f"no language `{shown(code)}`; there are: {', '.join(known)}.{hint}")
        self.code = code
        self.direction = "rtl" if code in RIGHT_TO_LEFT else "ltr"
        self.source = (_TEXTS / f"{code}.ftl").read_text(encoding="utf-8")
        self.messages = {key: body.strip() for key, body in _ENTRY.findall(self.source)}

    def text(self, key: str, **values: str | int) -> Text:
        """The sentence ``key`` with its values; a whole number given as ``int`` chooses the plural form."""
        try:
            body = self.messages[key]
        except KeyError:
            raise LookupError(f"no message `{key}` in {self.code}.ftl") from None
        safe = {name: value if isinstance(value, int) else _unbroken(value) for name, value in values.items()}
        if not simple(body):
            return self._by_fluent(key, safe)
        try:
            if alone := _PLACEABLE.fullmatch(body):  # nothing around it to reorder; Fluent does the same
                return Text(safe[alone[1]])
            return Text(_PLACEABLE.sub(lambda match: f"{FIRST_STRONG}{safe[match[1]]}{POP}", body))
        except KeyError as missing:
            raise LookupError(f"message `{key}` needs a value {missing}") from None

    def _by_fluent(self, key: str, values: dict[str, str | int]) -> Text:
        bundle = self._bundle
        pattern = bundle.get_message(key).value
        if pattern is None:
            raise LookupError(f"message `{key}` has no text")
        filled, errors = bundle.format_pattern(pattern, dict(values))
        if errors:
            raise LookupError(f"message `{key}`: {errors[0]}")
        return Text(filled)

    @functools.cached_property
    def _bundle(self) -> FluentBundle:
        from fluent.runtime import FluentBundle, FluentResource  # only a plural or a selector needs it

        bundle = FluentBundle([self.code])
        bundle.add_resource(FluentResource(self.source))
        return bundle

    @property
    def whole(self) -> bool:
        """Whether every sentence there is in English has one here."""
        return Language("en").messages.keys() <= self.messages.keys()

    def number(self, value: float, decimals: int = 2, signed: bool = False) -> str:
        """A number as people read it: U+2212 for minus, commas between thousands, no sign on what rounds to zero."""
        return self._held(_digits(value, decimals, signed))

    def percent(self, value: float, decimals: int = 2, signed: bool = False) -> str:
        """A number with its per cent sign, the two kept on one line."""
        between = "" if self.direction == "rtl" else NO_BREAK
        return self._held(f"{_digits(value, decimals, signed)}{between}%")

    def _held(self, number: str) -> str:
        return number if self.direction == "ltr" else Text(f"{LEFT_TO_RIGHT}{number}{POP}")

    def line(self, text: str) -> str:
        """A sentence for a terminal in the direction of its language, whatever stands around it."""
        return plain(text) if self.direction == "ltr" else f"{RIGHT_TO_LEFT_ISOLATE}{text}{POP}"

    def joined(self, clauses: Sequence[Text]) -> Text:
        """Clauses as one sentence, with the language's separator between them."""
        return functools.reduce(lambda first, rest: self.text("clauses", first=first, rest=rest), clauses)


@functools.cache
def language(code: str = "en", whole: bool = True) -> Language:
    """The language of that code, read once a process. Raises ``InputError`` where it lacks sentences that English has;
    with ``whole`` False some will do."""
    found = Language(code)
    if whole and code != "en" and not found.whole:
        raise InputError.of(f"language `{code}` has the sentences about indices only so far; pages are in `en`")
    return found


def simple(body: str) -> bool:
    """Whether a message is one line of text and values, so that filling it needs no Fluent."""
    return "\n" not in body and "{" not in _PLACEABLE.sub("", body)


def plain(text: str) -> str:
    """A sentence for a terminal: no isolates in a left-to-right line, ASCII minus and space (a lost minus is a lie)."""
    for mark in (FIRST_STRONG, POP):
        text = text.replace(mark, "")
    return text.replace(MINUS, "-").replace(NO_BREAK, " ")


def markup(text: str) -> str:
    """A sentence as HTML: everything escaped, every value in ``<bdi>``."""
    escaped = html.escape(text).replace(FIRST_STRONG, "<bdi>").replace(LEFT_TO_RIGHT, '<bdi dir="ltr">')
    return escaped.replace(POP, "</bdi>")


def unmarked(text: str) -> str:
    """A sentence without marks of direction, for files and programs."""
    for mark in (FIRST_STRONG, LEFT_TO_RIGHT, RIGHT_TO_LEFT_ISOLATE, POP):
        text = text.replace(mark, "")
    return text


def _digits(value: float, decimals: int, signed: bool) -> str:
    digits = f"{abs(value):,.{decimals}f}"
    if not any("1" <= char <= "9" for char in digits):
        return digits
    return (MINUS if value < 0 else "+" if signed else "") + digits


def _unbroken(value: str) -> str:
    """A value that cannot leave its place in the sentence: no control, no bidi mark, no end without end."""
    return value if isinstance(value, Text) else shown(value, LONGEST_VALUE)
