"""The text of a new scenario: it is read, says what it should, and runs."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

import multipolar as mp
from multipolar.scenario import new
from multipolar.scenario.resolve import resolve
from multipolar.scenario.scenario import CaseKey, catalog
from multipolar.world import us_tariffs


def test_an_empty_scenario_is_right_and_changes_nothing(embedded: mp.World) -> None:
    scenario = mp.read_scenario(new.empty("my_first-idea"), embedded)
    assert scenario.title == {"en": "my first idea"}
    assert scenario.measures == ()
    assert np.abs(mp.evaluate(embedded, scenario, full=False).central["welfare"]).max() < 1e-9


def test_every_commented_key_of_the_template_is_right(embedded: mp.World) -> None:
    """Uncommented, the template is a scenario: what it shows can be used."""
    lines = new.empty("x").replace("measures: []\n", "", 1).splitlines()
    text = "\n".join(line.removeprefix("# ") if ": " in line or line.endswith(":") else "" for line in lines[1:])
    text = "\n".join(line for line in text.splitlines() if not line.startswith(("Every", "Measures", "short", "What",
                                                                                "Alternative")))  # fmt: skip
    scenario = mp.read_scenario(text + "\n", embedded)
    assert [m.id for m in scenario.measures] == ["a_tariff"]
    assert set(scenario.branches) == {"calm", "answer"}
    assert scenario.baseline == ("in-force-2024",)


@pytest.mark.parametrize("name", catalog())
def test_like_a_ready_one_is_that_one(name: str, tmp_path: Path) -> None:
    text = new.like(name, tmp_path)
    first, rest = text.split("\n", 1)
    assert first == new.FIRST_LINE
    assert rest == mp.read_scenario(name).text
    assert new.like(name, tmp_path).count("yaml-language-server") == 1
    assert len(mp.read_scenario(text).measures) == len(mp.read_scenario(name).measures)


def test_like_a_new_one_has_the_line_for_editors_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(new.empty("a"), encoding="utf-8")
    assert new.like(tmp_path / "a.yaml", tmp_path) == new.empty("a")


@given(st.dates(us_tariffs.first_day(), us_tariffs.LAST))
@settings(max_examples=6)
def test_tariffs_of_any_day_are_a_right_scenario(day: date) -> None:
    text = new.us_tariffs_on(day)
    scenario = mp.read_scenario(text)
    assert len(scenario.measures) == len(us_tariffs.in_force(day))
    assert all(m.source and m.start and m.start <= day for m in scenario.measures)
    assert len(text.encode()) < 200_000
    assert ("As announced by 2026-07-23." in text) == (day > us_tariffs.KNOWN)
    assert all(len(line) <= 120 for line in text.splitlines() if line.startswith("#"))


def test_tariffs_of_a_day_come_on_those_of_the_world_and_of_the_united_states_alone(embedded: mp.World) -> None:
    scenario = mp.read_scenario(new.us_tariffs_on(date(2026, 7, 1)), embedded)
    raised = resolve(scenario, embedded, CaseKey()).shocks.tariff
    assert raised is not None
    added = raised - embedded.tariff
    usa = embedded.axes.country.index("USA")
    others = np.delete(np.arange(len(embedded.countries)), usa)
    assert not added[:, others].any()
    untouched = embedded.axes.country.indices(us_tariffs.without_rates(embedded.countries))
    assert not added[untouched, usa].any()
    canada = {s: e.points for e in us_tariffs.in_force(date(2026, 7, 1)) if e.partner == "CAN" for s in e.sectors}
    for sector, points in canada.items():
        cell = added[embedded.axes.country.index("CAN"), usa, embedded.axes.sector.index(sector)]
        assert cell == pytest.approx(points / 100.0, abs=6e-5)
    touched = np.flatnonzero(added[:, usa].any(axis=1))
    assert len(touched) == len(embedded.countries) - 1 - len(untouched)


def test_tariffs_of_a_day_run(embedded: mp.World) -> None:
    """The United States gains on its terms of trade and its trade falls; nobody's answer fails."""
    scenario = mp.read_scenario(new.us_tariffs_on(date(2025, 8, 7)), embedded)
    result = mp.evaluate(embedded, scenario, full=False)
    usa = embedded.axes.country.index("USA")
    assert result.central["imports"][0, usa] < -5.0
    assert [status.outcome for status in result.status] == ["converged"]


def test_the_schema_is_one_and_takes_a_new_file() -> None:
    found = json.loads(new.schema())
    jsonschema.Draft202012Validator.check_schema(found)
    validator = jsonschema.Draft202012Validator(found)
    validator.validate(YAML(typ="safe", pure=True).load(new.empty("x")))
    wrong = YAML(typ="safe", pure=True).load(new.empty("x").replace("measures: []", "measure: []", 1))
    assert list(validator.iter_errors(wrong))
    assert new.SCHEMA in new.FIRST_LINE
