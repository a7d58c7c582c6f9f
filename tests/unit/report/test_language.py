"""Sentences: the quick way and Fluent's give the same text, and no value can leave its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fluent.runtime import FluentBundle, FluentResource

import multipolar
from multipolar.base.language import FIRST_STRONG, MINUS, NO_BREAK, POP, Language, Text, language, markup, plain, simple
from multipolar.base.problems import InputError

SOURCES = Path(multipolar.__file__).parent
MADE_NAMES = re.compile(
    r"clause-(would|could|hardly|either|open|unsolved)|ranked-title-(both|gain|lose)|method-|deficits-|"
    r"grade-(observed|scaled|estimated|assumption)|block-"
)


@pytest.fixture(scope="module")
def english() -> Language:
    return language("en")


def test_every_message_reads_the_same_by_fluent(english: Language) -> None:
    bundle = FluentBundle(["en"])
    bundle.add_resource(FluentResource(english.source))
    assert len(english.messages) > 100
    for key, body in english.messages.items():
        for count in (0, 1, 2):
            values = {name: count if name == "count" else f"<{name}>" for name in re.findall(r"\$([a-z_]+)", body)}
            expected, errors = bundle.format_pattern(bundle.get_message(key).value, values)
            assert not errors
            assert english.text(key, **values) == expected, key


def test_the_headline_needs_no_fluent_unless_it_counts(english: Language) -> None:
    spoken = [key for key in english.messages if key.startswith(("headline", "clause", "range", "size"))]
    assert [key for key in spoken if not simple(english.messages[key])] == ["clause-more"]


def test_every_message_is_said_somewhere(english: Language) -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in SOURCES.rglob("*") if path.suffix in {".py", ".j2"})
    unused = [key for key in english.messages if f'"{key}"' not in code and not MADE_NAMES.match(key)]
    assert unused == []


def test_a_missing_message_or_value_is_an_error(english: Language) -> None:
    with pytest.raises(LookupError, match="no message `headlin`"):
        english.text("headlin")
    with pytest.raises(LookupError, match="needs a value 'high'"):
        english.text("range", low="1")
    with pytest.raises(LookupError, match="message `draws`"):
        english.text("draws")


def test_an_unknown_language_names_the_nearest() -> None:
    with pytest.raises(InputError, match=r"no language `eng`; there are: .*en.* Did you mean `en`\?"):
        Language("eng")


@pytest.mark.parametrize(
    ("value", "decimals", "signed", "expected"),
    [
        (-0.144, 2, False, f"{MINUS}0.14"),
        (0.144, 2, True, "+0.14"),
        (-0.0004, 2, True, "0.00"),
        (0.0, 1, True, "0.0"),
        (-1234567.8, 1, False, f"{MINUS}1,234,567.8"),
        (99.995, 0, False, "100"),
    ],
)
def test_numbers(english: Language, value: float, decimals: int, signed: bool, expected: str) -> None:
    assert english.number(value, decimals, signed) == expected


def test_plain_text_keeps_the_minus_in_ascii(english: Language) -> None:
    said = english.text("range", low=english.percent(-1.5, 1), high="2")
    assert NO_BREAK in said
    assert MINUS in said
    assert plain(said) == "-1.5 % to 2"


@pytest.mark.parametrize("attack", ["\u202egnp", "a\u2069b", "\u2068a", "\x1b[2J", "zero\u200bwidth", "line\u2028end"])
def test_a_value_stays_in_its_isolate(english: Language, attack: str) -> None:
    said = english.text("range", low=attack, high="2")
    assert said.count(FIRST_STRONG) == said.count(POP) == 2
    assert "\\u" in said
    assert markup(said).count("<bdi>") == 2


def test_markup_escapes_values_and_keeps_isolates_of_sentences(english: Language) -> None:
    inner = english.text("range", low="<b>", high='"&')
    said = english.text("clauses", first=inner, rest="z")
    assert isinstance(inner, Text)
    assert markup(said) == ("<bdi><bdi>&lt;b&gt;</bdi> to <bdi>&quot;&amp;</bdi></bdi>; <bdi>z</bdi>")


def test_texts_hold_no_direction_marks(english: Language) -> None:
    assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", english.source)
