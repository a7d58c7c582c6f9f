"""``explain NAME --lang ar``: label, meaning, scale; the marks of direction of a terminal; refusals."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

import multipolar as mp
from multipolar.app.main import app
from multipolar.app.plain_words import as_rows, in_language
from multipolar.base.variables import variables

RUN = CliRunner()


def test_an_index_in_arabic_is_a_line_each_from_right_to_left() -> None:
    out = RUN.invoke(app, ["explain", "poles", "--lang", "ar"])
    assert out.exit_code == 0, out.output
    lines = out.output.splitlines()
    assert all(line[0] == "\u2067" and line[-1] == "\u2069" for line in lines)
    assert variables()["poles"].label_ar in lines[0]
    assert variables()["poles"].plain_ar in lines[1]
    assert "\u20661\u2069" in lines[2]  # the least value, isolated


def test_json_has_no_marks_of_direction() -> None:
    out = RUN.invoke(app, ["explain", "chokepoint", "--lang", "ar", "--json"])
    assert not set(out.output) & set("\u2066\u2067\u2068\u2069")
    rows = json.loads(out.output)
    assert rows[0] == {"label": "chokepoint", "text": variables()["chokepoint"].label_ar}
    assert rows == as_rows(in_language("chokepoint", "ar"))


def test_variables_are_listed_and_english_says_the_same() -> None:
    listed = dict(in_language("variables", "ar"))
    assert set(listed) == set(variables())
    (head, plain, *_rest) = in_language("poles", "en")
    assert head == ("poles", "effective number of poles")
    assert plain == ("In plain words", variables()["poles"].plain_en)
    assert in_language(variables()["poles"].label_ar, "ar") == in_language("poles", "ar")


@pytest.mark.parametrize(
    ("name", "lang", "message"),
    [("pols", "ar", "poles"), ("tariff", "ar", "variable"), ("poles", "fr", "no language `fr`")],
)
def test_what_has_no_text_is_refused(name: str, lang: str, message: str) -> None:
    with pytest.raises(mp.InputError, match=message):
        in_language(name, lang)
    assert in_language("poles", "ar")


def test_explain_says_it_in_plain_words_too() -> None:
    out = RUN.invoke(app, ["explain", "polarisation"])
    assert "In plain words" in out.output
    assert "at most 1" in out.output
