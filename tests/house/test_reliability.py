"""Every promise of docs/reliability.md names tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reliability.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def rows(text: str) -> list[str]:
    """Rows of the tables, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [line for line in lines if not line.startswith(("| promise", "|---"))]


def missing(text: str) -> list[str]:
    """What a page names that is not there, and promises that name no test."""
    found = []
    for row in rows(text):
        named = NAMED.findall(row)
        if not named or row.count("::") != len(named):
            found.append(row)
        found += [f"{path}::{name}" for path, name in named if name not in defined(ROOT / path)]
    return found


def defined(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_promise_names_a_test_that_exists() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(rows(text)) >= 30
    assert missing(text) == []


@pytest.mark.parametrize(
    "row",
    [
        "| a promise | kept | `tests/house/test_reliability.py::test_that_is_not_there` |",
        "| a promise | kept | `tests/none.py::test_x` |",
        "| a promise | kept | |",
    ],
)
def test_a_promise_without_its_test_is_seen(row: str) -> None:
    assert missing(f"| promise | how | test |\n|---|---|---|\n{row}\n") != []
