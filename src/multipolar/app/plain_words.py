"""A variable in a language: its label, what it means in plain words, its scale. ``explain NAME --lang ar``."""

from __future__ import annotations

from multipolar.base.language import LEFT_TO_RIGHT, POP, Language, Text, language, unmarked
from multipolar.base.problems import UnknownLabelError, nearest
from multipolar.base.variables import Variable, variables
from multipolar.report import plainly

VARIABLES = "variables"


def in_language(name: str | None, code: str) -> tuple[tuple[str, ...], ...]:
    """The lines of an answer, each label and text, marks of direction in them; ``variables``: all by name and label.

    Raises ``InputError`` for a language without texts, ``UnknownLabelError`` for what is no variable: others have
    English texts only.
    """
    words, table = language(code, whole=False), variables()
    if name is None or name.casefold() == VARIABLES:
        return tuple((each, plainly.label(words, each)) for each in table)
    asked = name.casefold()
    for row in table.values():
        if asked in (row.name, row.label_en.casefold(), row.label_ar):
            return ((row.name, plainly.label(words, row.name)), *_facts(words, row))
    raise UnknownLabelError("variable", name, nearest(name, table))


def as_lines(rows: tuple[tuple[str, ...], ...], code: str) -> str:
    """The answer for a terminal, every line in the direction of the language."""
    words = language(code, whole=False)
    return "\n".join(words.line(f"{label}: {text}") for label, text in rows)


def as_rows(rows: tuple[tuple[str, ...], ...]) -> list[dict[str, str]]:
    """The answer for a program, without marks of direction."""
    return [{"label": unmarked(label), "text": unmarked(text)} for label, text in rows]


def _facts(words: Language, row: Variable) -> list[tuple[str, str]]:
    plain = plainly.meaning(words, row.name)
    facts: list[tuple[str, str]] = [(words.text("explain-plainly"), plain)] if plain else []
    if row.unit in plainly.UNITS:
        facts.append((words.text("explain-scale"), plainly.scale(words, row.name)))
    for label, text in ((words.text("explain-symbol"), row.symbol), (words.text("explain-source"), row.source)):
        facts.append((label, text if words.direction == "ltr" else Text(f"{LEFT_TO_RIGHT}{text}{POP}")))
    return facts
