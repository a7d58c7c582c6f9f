"""The reader of YAML: limits hold before anything is built, places are exact, nothing hangs."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipolar.base.documents import MOST_BYTES, MapNode, Scalar, parse, read_text
from multipolar.base.problems import Collector, InputError, ScenarioError

NINE = ",".join(["*{0}"] * 9)
LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{here}: &{here} [{NINE.format(before)}]\n" for before, here in zip("abcde", "bcdef", strict=True)
)
BOMBS = {
    "aliases of aliases": LAUGHS,
    "many aliases": "a: &a x\nb: [" + "*a," * 100 + "]",
    "an alias of itself": "a: &a [*a]",
    "deep flow": "[" * 100_000,
    "deep blocks": "- " * 100_000,
    "deep keys": "? " * 100_000,
    "deep through aliases": "a: &a " + "[" * 20 + "]" * 20 + "\nb: " + "[" * 20 + "*a" + "]" * 20,
    "open braces": "{" * 50_000 + "}" * 50_000,
    "too large": "a: " + "x" * 300_000,
    "many documents": "---\n" * 60_000,
    "many directives": "%TAG ! tag:x\n" * 10_000 + "---\na: 1",
    "a huge version": "%YAML " + "9" * 5000 + ".1\n---\na: 1",
    "colons": ": " * 100_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_a_second(name: str) -> None:
    begun = time.perf_counter()
    with pytest.raises(ScenarioError):
        parse(BOMBS[name], Collector("bomb.yaml"))
    # The promise is one second; slow machines get five.
    assert time.perf_counter() - begun < 5.0


def test_the_limit_of_nodes_holds() -> None:
    with pytest.raises(ScenarioError, match="more than 20,000 values"):
        parse("a: [" + "a," * 20_001 + "]", Collector())
    assert len(parse("a: [" + "a," * 19_000 + "]", Collector()).get("a").items) == 19_000  # type: ignore[union-attr]


@pytest.mark.parametrize(("levels", "refused"), [(32, False), (33, True)])
def test_the_limit_of_levels_holds(levels: int, refused: bool) -> None:
    text = "a: " + "[" * (levels - 1) + "]" * (levels - 1)
    if refused:
        with pytest.raises(ScenarioError, match="deeper than 32"):
            parse(text, Collector())
    else:
        parse(text, Collector())


def test_64_aliases_are_allowed() -> None:
    parse("a: &a x\nb: [" + "*a," * 64 + "]", Collector())
    with pytest.raises(ScenarioError, match="more than 64 aliases"):
        parse("a: &a x\nb: [" + "*a," * 65 + "]", Collector())


def test_places_are_lines_and_columns_of_the_file() -> None:
    root = parse("a: 1\r\nb:\r\n  c:   deep\r\n# \u2028 \u2029 \u0085\r\nd: 'e\u2028f'\r\n", Collector())
    inner = root.get("b")
    assert isinstance(inner, MapNode)
    deep = inner.get("c")
    assert isinstance(deep, Scalar)
    assert (deep.line, deep.column, deep.value) == (3, 8, "deep")
    last = root.get("d")
    assert isinstance(last, Scalar)
    assert (last.line, last.column, last.value) == (5, 4, "e\u2028f")


def test_texts_stay_texts() -> None:
    root = parse("a: NO\nb: 010\nc: 1e3\nd: 2026-01-01\ne: yes\nf: 0x1F\ng: 12:30\n", Collector())
    values = [value.value for _, value in root.entries.values()]  # type: ignore[union-attr]
    assert values == ["NO", "010", "1e3", "2026-01-01", "yes", "0x1F", "12:30"]


def test_all_that_can_be_read_past_is_found_at_once() -> None:
    problems = Collector()
    parse("%YAML 1.1\n---\na: !!str x\na: y\nb: {<<: {c: 1}}\n", problems)
    assert len(problems.problems) == 4


def assert_read_or_refused(text: str) -> None:
    problems = Collector("any.yaml")
    with suppress(InputError):
        parse(text, problems)
        return
    assert problems.problems
    assert all(problem.where == "any.yaml" for problem in problems.problems)


SIGNS = [*":-[]{}!|>'\"#?,%@`\t\n 1a", "&a", "*a", "<<", "---", "...", "\u2028"]


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_in_our_words(text: str) -> None:
    assert_read_or_refused(text)


@given(st.lists(st.sampled_from(SIGNS), max_size=40))
def test_any_heap_of_yaml_signs_is_read_or_refused_in_our_words(parts: list[str]) -> None:
    assert_read_or_refused("".join(parts))


def test_only_regular_utf8_files_of_the_right_size_are_read(tmp_path: Path) -> None:
    folder, pipe, loop, large, latin = (tmp_path / name for name in ("folder", "pipe", "loop", "large", "latin"))
    folder.mkdir()
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    large.write_bytes(b"x" * (MOST_BYTES + 1))
    latin.write_bytes("a: 1\nb: é".encode("latin-1"))
    for path, why in [
        (folder, "no regular file"),
        (pipe, "no regular file"),
        (Path("/dev/zero"), "no regular file"),
        (loop, "cannot be read"),
        (large, "larger than 256 kB"),
        (latin, "not UTF-8"),
        (tmp_path / "none", "No such file"),
        (Path("a\0b"), "no usable file name"),
    ]:
        with pytest.raises(ScenarioError, match=why):
            read_text(path)
    large.write_bytes(b"\xef\xbb\xbf" + b"x" * 100)
    assert read_text(large) == "x" * 100
