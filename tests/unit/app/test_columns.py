"""Plain text in columns."""

from __future__ import annotations

from multipolar.app.columns import cells, columns


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert columns([("a", "1"), ("long", "2")]) == "  a     1\n  long  2"


def test_the_last_column_is_wrapped_under_itself() -> None:
    lines = columns([("name", "word " * 30)]).splitlines()
    assert len(lines) == 2
    assert all(len(line) <= 100 for line in lines)
    assert lines[1].startswith("        word")


def test_a_short_row_keeps_its_last_cell_in_the_last_column() -> None:
    assert columns([("a", "b", "c"), ("d", "e")]).splitlines()[1] == "  d     e"


def test_nothing_gives_nothing() -> None:
    assert columns([]) == ""


def test_marks_take_no_cell_and_wide_characters_take_two() -> None:
    assert cells("e\u0301") == 1
    assert cells("中国") == 4
