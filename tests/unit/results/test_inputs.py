"""Inputs of a run: written, read, compared."""

from __future__ import annotations

import dataclasses
import json

import pytest

from multipolar.results.inputs import Inputs, KeptText, differences, from_data, text_files

INPUTS = Inputs(
    version="1", python="3", numpy="2", scenario="s", scenario_digest="aa", world="w", world_digest="bb",
    horizon="medium", deficits="fixed", labour="one_wage", seed=1, draws=2, tolerance=1e-10,
    full=True,
    texts=(KeptText("scenario.yaml", "s", {"b": 1}), KeptText("rests-on-b.yaml", "b", {})),
)  # fmt: skip


def test_what_is_written_is_read() -> None:
    assert from_data(json.loads(INPUTS.as_json())) == INPUTS


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"}, {"seed": "1"}, {"seed": True}, {"seed": -1}, {"draws": 2_000_000}, {"full": 1},
        {"attribution": "paht"}, {"sector_links": 1}, {"sector_links": 1.5}, {"sector_links": "0.4"},
        {"world": None}, {"texts": []}, {"texts": "x"}, {"texts": [1]},
        {"texts": [{"file": "scenario.yaml", "name": "s", "names": {"b": 1}}]},
        {"texts": [{"file": "../scenario.yaml", "name": "s", "names": {}}]},
        {"texts": [{"file": "scenario.yaml", "name": "s", "names": {"b": True}}]},
    ],
    ids=str,
)  # fmt: skip
def test_anything_else_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"^it"):
        from_data({**INPUTS.as_data(), **change})


def test_differences_in_words() -> None:
    assert differences(INPUTS, INPUTS) == ()
    other = dataclasses.replace(INPUTS, seed=3, full=False, world="v", world_digest="cc", scenario_digest="dd")
    assert differences(other, INPUTS) == (
        "another text of scenario `s`", "world `v` instead of `w`", "seed 3 instead of 1",
        "without page and side tables (--no-report)",
    )  # fmt: skip


def test_countries_with_free_wages_are_kept_and_compared() -> None:
    free = dataclasses.replace(INPUTS, labour="rigid", flexible_rates="GBR JPN")
    assert from_data(json.loads(free.as_json())) == free
    assert "flexible_rates" not in INPUTS.as_data()
    rigid = dataclasses.replace(free, flexible_rates="")
    assert differences(free, rigid) == ("wages free in GBR JPN instead of no country",)
    assert differences(rigid, free) == ("wages free in no country instead of GBR JPN",)


def test_sector_links_are_kept_and_compared() -> None:
    linked = dataclasses.replace(INPUTS, sector_links=0.4)
    assert from_data(json.loads(linked.as_json())) == linked
    assert "sector_links" not in INPUTS.as_data()
    assert differences(linked, INPUTS) == ("sector links 0.4 instead of 0",)


def test_every_text_gets_a_file_of_its_own() -> None:
    assert text_files(["a", "b", "B", "b", "scenario"]) == [
        "scenario.yaml", "rests-on-b.yaml", "rests-on-B-2.yaml", "rests-on-b-3.yaml", "rests-on-scenario.yaml",
    ]  # fmt: skip
