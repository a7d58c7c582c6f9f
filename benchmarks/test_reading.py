"""Reading: the quicker scanner of YAML against the library's own, on the same text."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from ruamel.yaml import YAML

from benchmarks import yardsticks
from multipolar.base.scanner import events

TEXTS = {
    "list": "a: [" + "a," * 4_000 + "]",
    "mappings": "a:\n" + "- {b: c}\n" * 1_500,
    "empty lines": "a: 1\n" + "\n" * 20_000,
}


@pytest.mark.parametrize("text", TEXTS)
def test_events(record: Any, text: str) -> None:
    def told(read: Callable[[str], Iterable[object]]) -> Callable[[], object]:
        return lambda: sum(1 for _ in read(TEXTS[text]))

    ours, theirs = yardsticks.in_turn(
        [told(events), told(YAML(typ="safe", pure=True).parse)], rounds=7, clock=time.process_time
    )
    record(f"YAML events of {text}: time over the library's scanner", ours / theirs, 0.8)
