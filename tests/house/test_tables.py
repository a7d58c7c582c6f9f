"""Every row of a table is used, and every table says enough."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from multipolar.base.variables import variables
from multipolar.model.parameters import parameter_table

SOURCE = Path(__file__).resolve().parents[2] / "src" / "multipolar"


def words(*rooms: str) -> set[str]:
    """Every text and name in the code of some rooms."""
    found = set()
    for room in rooms:
        for path in (SOURCE / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
                elif isinstance(node, ast.keyword) and node.arg:
                    found.add(node.arg)
    return found


@pytest.fixture(scope="module")
def used() -> set[str]:
    return words("model", "results", "study", "report", "app")


def test_every_variable_of_the_table_is_used(used: set[str]) -> None:
    assert [name for name in variables() if name not in used] == []


def test_every_variable_says_what_it_is() -> None:
    for variable in variables().values():
        assert variable.label_en, variable
        assert variable.definition, variable
        assert variable.source, variable
        assert set(variable.axes) <= {"case", "year", "country", "sector", "bloc", "player", "place"}, variable
        assert re.search("[\u0621-\u064a]", variable.label_ar), variable
        assert bool(variable.plain_en) == bool(variable.plain_ar), variable


def test_every_parameter_of_the_table_is_used(used: set[str]) -> None:
    assert [name for name in parameter_table() if name not in used] == []


def test_a_row_that_nothing_uses_would_be_found(used: set[str]) -> None:
    assert "a_name_that_nothing_uses" not in used
    assert "theta_mean" in used
