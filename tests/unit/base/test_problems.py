"""Problems: collected, ordered, shown safely, bounded."""

from __future__ import annotations

import pickle

import pytest

from multipolar.base.problems import (
    Collector,
    InputError,
    Problem,
    ScenarioError,
    UnknownLabelError,
    nearest,
    shown,
)


def test_problems_are_raised_together_ordered_by_file_and_line() -> None:
    problems = Collector("b.yaml")
    problems.add("third", 9, 1)
    problems.add("second", 2, 5)
    problems.add("second", 2, 5)
    problems.add("fourth", 1, 1, where="a.yaml")
    with pytest.raises(ScenarioError) as raised:
        problems.raise_if_any()
    assert [problem.message for problem in raised.value.problems] == ["second", "third", "fourth"]
    assert raised.value.report().endswith("3 problems; nothing was run. (exit 2)")


def test_nothing_is_raised_where_nothing_is_wrong() -> None:
    Collector().raise_if_any()


def test_places_are_aligned_and_a_lone_message_stands_alone() -> None:
    text = str(InputError([Problem("bad", "f", 1, 2, "a.b"), Problem("worse", "f", 10, 20)]))
    assert text == "f:1:2   a.b: bad\nf:10:20 worse\n2 problems; nothing was run."
    assert InputError.of("no such thing").report() == "no such thing (exit 2)"


def test_at_most_fifty_problems_and_64_kilobytes_are_listed() -> None:
    many = str(InputError(Problem(f"p{k}", "f", k) for k in range(1000)))
    assert many.count("\n") == 50
    assert "1000 problems, 950 more not shown" in many
    long = str(InputError(Problem("x" * 10_000, "f", k) for k in range(40)))
    assert len(long.encode()) <= 64_000
    assert "more not shown" in long


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("\x1b[31mred", "\\u001b[31mred"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u200bb", "a\\u200bb"),
        ("a\u2028b\n", "a\\u2028b\\u000a"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("روسيا", "روسيا"),
    ],
)
def test_a_shown_value_cannot_act(text: str, safe: str) -> None:
    assert shown(text) == safe


def test_a_shown_value_is_cut() -> None:
    assert shown("a" * 81) == "a" * 80 + "…"
    assert shown("a" * 80) == "a" * 80
    assert len(shown("\n" * 80)) == 81


def test_the_nearest_name_is_like_it_or_none() -> None:
    assert nearest("rat", ("add", "rate")) == "rate"
    assert nearest("RATE", ("add", "rate")) == "rate"
    assert nearest("colour", ("add", "rate")) is None


def test_errors_survive_another_process() -> None:
    error = UnknownLabelError("country", "RUX", "RUS")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is UnknownLabelError
    assert str(again) == str(error) == "no country `RUX`. Did you mean `RUS`?"
