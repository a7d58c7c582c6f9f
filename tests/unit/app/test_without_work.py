"""Rigid wages on the screen, in a run and on its page: who is without work, by year or in one comparison."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import multipolar as mp
from multipolar.app import screen
from multipolar.app.main import app
from multipolar.base.language import language
from multipolar.report import without_work
from multipolar.report.blocks import Number, Paragraph, Table
from multipolar.report.page import render
from multipolar.report.reading import Reading

TEXT = """multipolar: 1
title: A ban
horizon: {from: 2025, to: 2027, set: short}
measures:
  - {id: ban, type: import_ban, who: NAM, to: CHN, sectors: all, share: {value: 0.9, range: [0.8, 0.95]}}
"""
STATIC = TEXT.replace("horizon: {from: 2025, to: 2027, set: short}\n", "horizon: {set: short}\n")
RIGID = ("--world", "blocs6", "--labour", "rigid")


@pytest.fixture(scope="module")
def six() -> mp.World:
    return mp.load_world("blocs6")


@pytest.fixture
def ban(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("ban.yaml").write_text(TEXT)
    return tmp_path / "ban.yaml"


def said(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_a_path_shows_who_is_without_work_in_each_year(ban: Path) -> None:
    data = json.loads(said("path", "ban.yaml", *RIGID, "--json"))
    china = data["countries"].index("CHN")
    idle = [year[china] for year in data["central"]["unemployment_path"][0]]
    assert idle[0] > 0.5 > idle[1]
    assert data["central"]["unemployment"][0][china] == idle[-1]
    assert data["missing"] == {"unemployment": "employment is not complete in OTH, BRX"}
    lines = said("path", "ban.yaml", *RIGID, "--country", "CHN").splitlines()
    start = next(k for k, line in enumerate(lines) if "without work, per cent of heads" in line)
    table = [line.split() for line in lines[start + 1 : start + 5]]
    assert table == [["year", "CHN"], *([str(2025 + t), f"{x:.2f}"] for t, x in enumerate(idle))]
    told = " ".join(" ".join(lines).split())
    assert "Who is without work is not known: employment is not complete in OTH, BRX." in told
    assert "without work" not in said("path", "ban.yaml", "--world", "blocs6", "--labour", "sectors")
    nobody = said("path", "ban.yaml", *RIGID, "--flexible-rates", "CHN")
    assert "all measures, without work: nobody, no wage meets its floor in any year." in nobody


def test_a_run_says_the_worst_year_and_repeats(ban: Path) -> None:
    out = said("run", "ban.yaml", *RIGID, "--draws", "4", "--workers", "1", "--no-report")
    data = json.loads(Path("run-ban/result.json").read_text())
    china = data["countries"].index("CHN")
    held = {name: data["draws"]["unemployment_path"][name][0][0][china] for name in ("median", "low", "high")}
    assert f"{held['median']:.2f} ({held['low']:.2f} to {held['high']:.2f}) in 2025" in out
    assert "without work, % of heads, worst year" in out
    assert "Not known: employment is not complete in OTH, BRX." in out
    assert said("repeat", "run-ban", "--world", "blocs6", "--workers", "1") == "run-ban: identical\n"
    free = said("run", "ban.yaml", *RIGID, "--flexible-rates", "CHN", "--draws", "0", "--no-report")
    assert "No wage meets its floor: nobody is without work." in free
    inputs = [json.loads(Path(f"{name}/inputs.json").read_text()) for name in ("run-ban", "run-ban-2")]
    assert [each.get("flexible_rates") for each in inputs] == [None, "CHN"]


def test_the_page_has_a_table_by_year_or_by_economy_and_says_how_to_repeat_it(six: mp.World) -> None:
    for text, first in ((TEXT, "2025"), (STATIC, "China and Hong Kong")):
        made = mp.read_scenario(text, six)
        result = mp.evaluate(six, made, draws=3, labour="rigid", flexible_rates=["EUR"])
        intro, table = without_work.blocks(Reading(result), language())
        assert isinstance(intro, Paragraph)
        assert isinstance(table, Table)
        name, number = table.rows[0][:2]
        assert name == first
        assert isinstance(number, Number)
        worst = result.median("unemployment_path" if result.years else "unemployment")[0]
        low, high = result.interval("unemployment_path" if result.years else "unemployment")
        at = (0, result.countries.index("CHN")) if result.years else (result.countries.index("CHN"),)
        assert number.text == f"{worst[at]:.2f}"
        assert [f"{each[0][at]:.2f}" for each in (low, high)] == number.under.split(" to ")
        page = render(result)
        assert "Without work, per cent of all heads" in page
        assert "--labour rigid --flexible-rates EUR" in page
        assert "labour=&#39;rigid&#39;, flexible_rates=[&#39;EUR&#39;])" in page


def test_nobody_without_work_is_a_sentence_and_free_wages_are_silent(six: mp.World) -> None:
    mild = mp.read_scenario(STATIC.replace("{value: 0.9, range: [0.8, 0.95]}", "0.01"), six)
    rigid, free = (mp.evaluate(six, mild, labour=labour, full=False) for labour in ("rigid", "sectors"))
    assert [type(each) for each in without_work.blocks(Reading(rigid), language())] == [Paragraph, Paragraph]
    assert without_work.blocks(Reading(free), language()) == []
    assert "nobody is without work" in screen.without_work(rigid)
    assert screen.without_work(free) == ""
    known = replace(rigid, missing={}, central={**rigid.central, "unemployment": np.full((1, 6), 1.0)})
    assert screen.without_work(known).count("1.00") == 6
