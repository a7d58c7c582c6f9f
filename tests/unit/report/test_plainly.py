"""Indices in plain words, in English and Arabic: every one has both, numbers keep their side, plurals agree."""

from __future__ import annotations

import re

import pytest

from multipolar.base.language import FIRST_STRONG, LEFT_TO_RIGHT, MINUS, POP, Language, language, markup, unmarked
from multipolar.base.problems import InputError
from multipolar.base.variables import variables
from multipolar.report import plainly
from multipolar.report.plainly import Numbers

ARABIC = "[\u0621-\u064a]"
INDICES = [name for name, row in variables().items() if row.plain_en]
TOLD = Numbers(0.4032, 0.3979, -0.0053, -0.0079, 0.0032, -12.0, 4)


@pytest.fixture(scope="module", params=["en", "ar"])
def words(request: pytest.FixtureRequest) -> Language:
    return language(request.param, whole=False)


def loose(text: str) -> str:
    """What stands in no isolate: values and numbers are taken out from the inside."""
    inner = re.compile(f"[{FIRST_STRONG}{LEFT_TO_RIGHT}][^{FIRST_STRONG}{LEFT_TO_RIGHT}{POP}]*{POP}")
    while inner.search(text):
        text = inner.sub("", text)
    return text


def test_the_indices_of_the_page_are_those_of_the_table() -> None:
    from multipolar.report import measured

    shown = {*measured.OF_THE_WORLD, *measured.OF_COUNTRIES, *measured.OF_SUBJECT, *measured.BY_SECTOR}
    assert set(INDICES) - shown == {"gni", "royalty"}  # no indices: they stand with the ventures
    assert shown < set(INDICES)
    assert {"chokepoint", "currency", "poles"} <= shown


@pytest.mark.parametrize("name", INDICES)
def test_every_index_has_both_sentences(words: Language, name: str) -> None:
    meaning = plainly.meaning(words, name)
    assert meaning.endswith(".")
    assert bool(re.search(ARABIC, meaning)) == (words.code == "ar")
    assert bool(re.search(ARABIC, plainly.label(words, name))) == (words.code == "ar")
    said = plainly.texts(words, name, TOLD)
    assert len(said) == 3
    assert meaning in said[0]
    for number in ("0.4032", "0.3979", f"{MINUS}0.0053", f"{MINUS}0.0079", "0.0032"):
        assert number in said[0]
    assert plainly.texts(words, name) == (meaning, plainly.scale(words, name))


@pytest.mark.parametrize("name", INDICES)
def test_no_number_stands_loose_in_arabic(name: str) -> None:
    """A sign or a per cent sign beside a bare number would change sides; years are words, they may."""
    arabic = language("ar", whole=False)
    for text in plainly.texts(arabic, name, TOLD):
        assert text.count(POP) == text.count(FIRST_STRONG) + text.count(LEFT_TO_RIGHT)
        left = loose(text).replace("2018", "").replace("2022", "")
        assert not re.search("[0-9%+\u2212]", left), left
    assert '<bdi dir="ltr">' in markup(plainly.sentence(arabic, name, TOLD))


def test_a_loose_number_would_be_found() -> None:
    assert loose(f"a {FIRST_STRONG}{LEFT_TO_RIGHT}5%{POP}{POP} b") == "a  b"
    assert re.search("[0-9]", loose(f"a {FIRST_STRONG}b{POP} 5"))


@pytest.mark.parametrize(
    ("years", "form"),
    [
        (0, "لا يعادل ذلك شيئا"), (1, "سنة متوسطة واحدة"), (2, "سنتان متوسطتان"), (3, "3 سنوات متوسطة"),
        (10, "10 سنوات متوسطة"), (11, "11 سنةً متوسطةً"), (99, "99 سنةً متوسطةً"), (100, "100 سنة متوسطة"),
        (101, "101 سنة متوسطة"), (103, "103 سنوات متوسطة"), (111, "111 سنةً متوسطةً"), (1000, "1000 سنة متوسطة"),
    ],
)  # fmt: skip
def test_arabic_plurals(years: int, form: str) -> None:
    said = language("ar", whole=False).text("index-usual", count=years, number=str(years))
    assert form in unmarked(said)


@pytest.mark.parametrize(
    ("years", "arabic", "english"),
    [
        (3.0, "3.0 سنة متوسطة", "3.0 average years"), (1.0, "1.0 سنة متوسطة", "1.0 average years"),
        (0.034, "0.034 سنة متوسطة", "0.034 average years"), (-12.0, "12 سنةً متوسطةً", "12 average years"),
        (10.2, "10 سنوات متوسطة", "10 average years"),
    ],
)  # fmt: skip
def test_a_number_with_decimals_takes_the_general_form(years: float, arabic: str, english: str) -> None:
    told = Numbers(1.0, 1.0, 0.1, 0.0, 0.2, years, 2)
    for code, form in (("ar", arabic), ("en", english)):
        assert form in unmarked(plainly.in_years(language(code, whole=False), told))
    assert plainly.in_years(language(), Numbers(1.0, 1.0, 0.1, 0.0, 0.2, float("nan"), 2)) is None


def test_without_draws_no_range_is_claimed(words: Language) -> None:
    told = Numbers(0.4, 0.5, 0.1, float("nan"), float("nan"), float("nan"), 2)
    said = unmarked(plainly.sentence(words, "poles", told))
    assert ("no range is known" in said) or ("ولا يُعرف له نطاق" in said)
    assert "80" not in said


def test_scales_are_those_of_the_table() -> None:
    english = language()
    assert unmarked(plainly.scale(english, "dependence")) == "Unit: share, from 0 to 1."
    assert unmarked(plainly.scale(english, "poles")) == "Unit: number, 1 or more."
    assert unmarked(plainly.scale(english, "chokepoint")) == "Unit: per cent, 100 at most."
    assert unmarked(plainly.scale(language("ar", whole=False), "poles")) == "الوحدة: عدد، بحد أدنى 1."


def test_arabic_texts_are_those_of_the_english_ones_that_they_translate() -> None:
    """The same values, no mark of direction, no kashida, no attached preposition before a value but the conjunction."""
    arabic, english = language("ar", whole=False), language()
    assert arabic.messages.keys() < english.messages.keys()
    for key, body in arabic.messages.items():
        wanted = set(re.findall(r"\$([a-z]+)", english.messages[key]))
        assert set(re.findall(r"\$([a-z]+)", body)) == wanted, key
        assert not re.search("[بكلف]{ ", body), key
    assert not re.search("[\u0640\u200e\u200f\u202a-\u202e\u2066-\u2069]", arabic.source)


def test_pages_wait_for_the_other_sentences() -> None:
    with pytest.raises(InputError, match="`ar` has the sentences about indices only so far"):
        language("ar")
    assert language("ar", whole=False).direction == "rtl"
    assert language("en").whole
