"""Plain text in columns."""

from __future__ import annotations

import pytest

from multipolar.app.columns import cells, columns, paragraph


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


HEADED = [("economy", "one", "two"), ("RUS Russia", "+0.26 (+0.16 to +0.36)", "-0.08 (-0.15 to +0.01)"),
          ("USA", "+0.004", "")]  # fmt: skip


def test_a_headed_table_wider_than_the_terminal_is_a_list_of_named_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "59")  # one less than it needs
    assert columns(HEADED, headed=True).splitlines() == [
        "  RUS Russia",
        "    one  +0.26 (+0.16 to +0.36)",
        "    two  -0.08 (-0.15 to +0.01)",
        "  USA",
        "    one  +0.004",
    ]
    monkeypatch.setenv("COLUMNS", "60")
    assert len(columns(HEADED, headed=True).splitlines()) == 3


def test_in_a_pipe_a_table_keeps_its_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    wide = [("a" * 60, "b", "c"), ("d", "e" * 60, "f")]
    assert len(columns(wide, headed=True).splitlines()) == 2


def test_texts_are_no_wider_than_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for stated, most in (("60", 60), ("200", 100), ("10", 40)):
        monkeypatch.setenv("COLUMNS", stated)
        assert most - 6 < max(map(len, paragraph("word " * 60).splitlines())) <= most


def test_a_bar_keeps_the_spaces_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    rows = [("a" * 70, f"{'':>20}│{'▇' * 13}"), ("b", f"{'▇' * 3:>20}│")]
    first, second = columns(rows).splitlines()
    assert first.index("│") == second.index("│")
