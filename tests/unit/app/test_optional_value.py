"""An option that may stand bare: its first value is put in where nothing that follows is one."""

from __future__ import annotations

import pytest

from multipolar.app.optional_value import with_values

KNOWN = {"--way": ("static", "path")}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("s.yaml", "s.yaml"),
        ("s.yaml --way", "s.yaml --way static"),
        ("--way s.yaml", "--way static s.yaml"),
        ("--way path s.yaml", "--way path s.yaml"),
        ("--way=path s.yaml", "--way=path s.yaml"),
        ("--way --quiet s.yaml", "--way static --quiet s.yaml"),
        ("s.yaml --way paht", "s.yaml --way paht"),
        ("s.yaml --way -- path", "s.yaml --way static -- path"),
        ("-- --way", "-- --way"),
    ],
)
def test_bare_or_with_its_value(given: str, expected: str) -> None:
    assert with_values(given.split(), KNOWN) == expected.split()
