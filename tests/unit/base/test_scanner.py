"""The quicker scanner gives the events of ruamel's own, whatever the text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from multipolar.base.documents import _SEPARATORS
from multipolar.base.scanner import events
from multipolar.scenario.scenario import CATALOG

CASES = Path(__file__).resolve().parents[2] / "messages" / "cases"
FILES = sorted([*CATALOG.glob("*.yaml"), *CASES.glob("*.yaml")])


TOLD = ("value", "anchor", "tag", "style", "version", "tags")


def plain(text: str) -> Any:
    return YAML(typ="safe", pure=True).parse(text)


def told(found: Any) -> list[tuple[object, ...]]:
    """Every event with its values and both its places; an error as its last one."""
    seen: list[tuple[object, ...]] = []
    try:
        for event in found:
            values = [str(getattr(event, name, None)) for name in TOLD]
            marks = [(m.index, m.line, m.column) for m in (event.start_mark, event.end_mark)]
            seen.append((type(event).__name__, *values, *marks))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        seen.append((error.problem, error.context, mark and (mark.index, mark.line, mark.column)))
    except Exception as error:  # the parser itself falls over hostile text, and so must the quicker one
        seen.append((type(error).__name__,))
    return seen


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_files_give_the_same_events(path: Path) -> None:
    text = path.read_bytes().decode("utf-8-sig", "replace").translate(_SEPARATORS)
    assert told(events(text)) == told(plain(text))


SIGNS = [
    *":-[]{}!|>'\"#?,%@`\t\n\n\n   1a", ": ", "- ", "a: b\n", "  a: b\n", "- a\n", "  - b", " #x\n", "&a ", "*a ",
    "<<: ", "---\n", "...\n", "--- ", "\r\n", "\r", "\ufeff", "a:b", "a?b", "a#b", "? ", "%YAML 1.1\n---\n", "é",
    "|\n x\n", "a b",
]  # fmt: skip


@settings(max_examples=400)
@given(st.lists(st.sampled_from(SIGNS), max_size=25))
def test_any_heap_of_signs_gives_the_same_events(parts: list[str]) -> None:
    text = "".join(parts)
    assert told(events(text)) == told(plain(text))


@pytest.mark.slow
@settings(max_examples=20_000)
@given(st.lists(st.sampled_from(SIGNS), max_size=40))
def test_many_heaps_of_signs_give_the_same_events(parts: list[str]) -> None:
    text = "".join(parts)
    assert told(events(text)) == told(plain(text))


