"""``multipolar path``: a table by year, or why there is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from multipolar.app.main import app
from multipolar.base.problems import UnknownLabelError

TEXT = """multipolar: 1
title: A short path
horizon: {from: 2025, to: 2027}
measures:
  - {id: s, type: technology_sharing, who: USA, to: [RUS], sectors: [C303], intensity: 0.1, source: assumption}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    path = tmp_path / "short.yaml"
    path.write_text(TEXT)
    return str(path)


def test_a_row_a_year_and_what_knowledge_rests_on(scenario: str) -> None:
    done = CliRunner().invoke(app, ["path", scenario, "--country", "Russia"], catch_exceptions=False)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[1].split() == ["year", "RUS"]
    assert [line.split()[0] for line in lines[2:5]] == ["2025", "2026", "2027"]
    assert float(lines[2].split()[1]) == 0.0
    assert "half-life" in done.stdout
    assert "30" in next(line for line in lines if line.split()[:3] == ["s", "RUS", "C303"])


def test_research_has_an_elasticity_and_no_partner(tmp_path: Path) -> None:
    path = tmp_path / "research.yaml"
    path.write_text(f"{TEXT}  - {{id: r, type: research, who: RUS, sectors: [C26], change: 0.1, source: assumption}}\n")
    done = CliRunner().invoke(app, ["path", str(path)], catch_exceptions=False)
    lines = [line.split() for line in done.stdout.splitlines()]
    (own,) = [line for line in lines if line[:3] == ["r", "RUS", "C26"]]
    (shared,) = [line for line in lines if line[:3] == ["s", "RUS", "C303"]]
    assert own[3] == own[5] == shared[6] == "-"
    assert 0.04 < float(own[6]) < 0.08
    assert "nan" not in done.stdout


def test_json_holds_the_same_numbers(scenario: str) -> None:
    done = CliRunner().invoke(app, ["path", scenario, "--json"], catch_exceptions=False)
    data = json.loads(done.stdout)
    assert data["years"] == [2025, 2026, 2027]
    rus = data["countries"].index("RUS")
    path = [row[rus] for row in data["central"]["welfare_path"][0]]
    assert path == sorted(path)
    assert path[-1] == data["central"]["welfare"][0][rus] > 0


def test_a_scenario_without_years_is_refused_with_every_other_mistake(scenario: str, tmp_path: Path) -> None:
    without = tmp_path / "without.yaml"
    without.write_text(TEXT.replace("horizon: {from: 2025, to: 2027}\n", ""))
    done = CliRunner().invoke(app, ["path", str(without), "--horizon", "lon"])
    assert "give `horizon` a `from` and a `to`" in str(done.exception)
    assert "Did you mean `long`?" in str(done.exception)
    assert done.exception.exit_code == 2
    assert CliRunner().invoke(app, ["path", scenario, "--horizon", "long"]).exit_code == 0


def test_a_country_is_asked_for_by_any_of_its_names_once(scenario: str) -> None:
    done = CliRunner().invoke(
        app, ["path", scenario, "--country", "RUS", "--country", "Russia"], catch_exceptions=False
    )
    assert done.stdout.splitlines()[1].split() == ["year", "RUS"]
    with pytest.raises(UnknownLabelError, match=r"no country `Rusia`. Did you mean `RUS \(Russia\)`"):
        CliRunner().invoke(app, ["path", scenario, "--country", "Rusia"], catch_exceptions=False)
