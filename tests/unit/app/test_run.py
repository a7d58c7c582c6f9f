"""``run`` and the program around it: exit codes, what goes to which stream, refusals of options."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import multipolar
from multipolar.app import main as program
from multipolar.base.problems import MultipolarError
from multipolar.results import store
from multipolar.results.rows import DrawRow
from multipolar.world.library import save_world
from multipolar.world.toy import random_world

SCENARIO = """multipolar: 1
title: A small tariff
measures:
  - {id: t, type: tariff, who: C1, to: C2, sectors: all, add: {value: 0.1, range: [0, 0.3]}, source: assumption}
"""
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """The program on its arguments, in a folder with a small world and scenario: exit code and both streams."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(program.ending, "heed_signals", lambda: None)
    monkeypatch.setattr(program.ending, "prepare_streams", lambda: None)
    Path("s.yaml").write_text(SCENARIO, encoding="utf-8")
    save_world(random_world(1), "w.npz")

    def called(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["multipolar", *arguments])
        with pytest.raises(SystemExit) as leaving:
            program.main()
        said = capsys.readouterr()
        return int(leaving.value.code or 0), said.out, said.err

    return called


SMALL = ("run", "s.yaml", "--world", "w.npz", "--no-report", "--workers", "1")


def test_a_run_says_its_answer_and_where_it_is(call: Call) -> None:
    code, out, told = call(*SMALL, "--draws", "4")
    assert (code, told) == (0, "")
    assert "converged in" in out
    assert "4 of 4 draws" in out
    assert "Written to run-s: result.json, welfare.csv, result.nc\n" in out
    assert Path("run-s/manifest.json").is_file()
    assert call(*SMALL, "--draws", "4")[0] == 0
    assert Path("run-s-2/manifest.json").is_file()


@pytest.mark.parametrize("horizon", ["short", "long"])
def test_the_comparison_is_called_by_its_horizon(horizon: str, call: Call) -> None:
    said = " ".join(call(*SMALL, "--draws", "0", "--horizon", horizon)[1].split())
    assert f"two states compared at horizon {horizon}, no path between them." in said


def test_rounding_draws_no_bars(call: Call) -> None:
    Path("still.yaml").write_text("multipolar: 1\ntitle: Nothing\nmeasures: []\n", encoding="utf-8")
    code, out, _ = call("run", "still.yaml", "--world", "w.npz", "--no-report", "--draws", "0")
    assert (code, out[:17]) == (0, "Nothing changes: ")
    assert "▇" not in out
    assert "converged in at most 1 sweep," in out
    assert "▇" in call(*SMALL, "--draws", "0")[1]


def test_json_is_json_and_nothing_else(call: Call) -> None:
    code, out, told = call(*SMALL, "--draws", "4", "--json")
    assert (code, told) == (0, "")
    assert json.loads(out) == json.loads(Path("run-s/result.json").read_text(encoding="utf-8"))


def test_quiet_says_the_sentence_only(call: Call) -> None:
    code, out, told = call(*SMALL, "--draws", "4", "--quiet")
    assert (code, told) == (0, "")
    assert "real income" in out
    assert "converged" not in out
    assert "Written" not in out


def test_all_options_that_cannot_be_are_refused_at_once(call: Call) -> None:
    wrong = ("--horizon", "longs", "--deficits", "clsed", "--draws", "-1", "--seed", "-1", "--workers", "0")
    code, out, told = call(*SMALL[:-2], *wrong, "--resume", "--force")
    assert (code, out) == (2, "")
    assert "--horizon: no `longs`; one of short, medium, long. Did you mean `long`?" in told
    assert "--deficits: no `clsed`; one of closed, own, fixed. Did you mean `closed`?" in told
    assert "--draws: -1 is not between 0 and 1,000,000." in told
    assert "--seed: -1 is no whole number from 0 to 9,223,372,036,854,775,807." in told
    assert "--workers: 0 is not between 1 and 256." in told
    assert "--resume, --force: one of them" in told
    assert told.endswith("(exit 2)\n")
    assert sorted(path.name for path in Path().iterdir()) == ["s.yaml", "w.npz"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "no-such-scenario"), ("run", "missing.yaml"), ("run", "s.yaml", "--world", "missing.npz"),
        ("run", "s.yaml", "--nonsense"), ("run",), ("nonsense",), ("run", "s.yaml", "--draws", "many"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_bad_input_is_exit_2_and_writes_nothing(arguments: tuple[str, ...], call: Call) -> None:
    code, out, told = call(*arguments)
    assert (code, out) == (2, "")
    assert told
    assert "Traceback" not in told
    assert sorted(path.name for path in Path().iterdir()) == ["s.yaml", "w.npz"]


def test_no_equilibrium_is_exit_3_and_writes_nothing(call: Call) -> None:
    Path("s.yaml").write_text(
        SCENARIO.replace("sectors: all, add: {value: 0.1, range: [0, 0.3]}", "sectors: all, add: 0.1")
        + "  - {id: b, type: import_ban, who: C1, to: all, sectors: all, source: assumption}\n"
        + "  - {id: c, type: import_ban, who: {all_but: [C1]}, to: C1, sectors: all, source: assumption}\n"
        + "deficits: fixed\n",
        encoding="utf-8",
    )
    code, out, told = call(*SMALL, "--draws", "0")
    assert (code, out) == (3, ""), told
    assert told.endswith("(exit 3)\n")
    assert sorted(path.name for path in Path().iterdir()) == ["s.yaml", "w.npz"]


def test_version_and_greeting(call: Call) -> None:
    assert call("--version") == (0, f"multipolar {multipolar.__version__}\n", "")
    code, out, _ = call()
    assert code == 0
    assert len(out.splitlines()) == 6


def test_repeat_and_runs_help_says_exit_codes(call: Call) -> None:
    code, out, _ = call("repeat", "--help")
    assert code == 0
    assert "Exit code 0: identical, or equal to 1e-9." in " ".join(out.split())
    assert call("runs")[1].startswith("No runs in .")
    assert call("runs", "nowhere")[0] == 2
    call(*SMALL, "--draws", "0")
    (row,) = json.loads(call("runs", "--json")[1])
    assert (row["name"], row["scenario"], row["world"], row["draws"], row["state"]) == (
        "run-s", "s", "random1", 0, "complete",
    )  # fmt: skip


TWO = SCENARIO + "  - {id: u, type: tariff, who: C2, to: C1, sectors: all, add: 0.2, source: assumption}\n"


@pytest.mark.parametrize("asked", [("--attribution",), ("--attribution", "static"), ("--attribution=static",)], ids=str)
def test_attribution_is_asked_for_with_or_without_its_value(asked: tuple[str, ...], call: Call) -> None:
    Path("s.yaml").write_text(TWO, encoding="utf-8")
    code, out, told = call(*SMALL, "--draws", "0", *asked)
    assert (code, told) == (0, "")
    block = json.loads(Path("run-s/result.json").read_text(encoding="utf-8"))["attribution"]
    assert (block["kind"], block["players"], block["solves"]) == ("static", [["t"], ["u"]], 2)
    total, (shapley,) = block["numbers"]["attribution_total"][0], block["numbers"]["attribution_shapley"]
    assert [sum(column) for column in zip(*shapley, strict=True)] == pytest.approx(total, abs=1e-14)
    assert "What each measure does" in out
    assert "adds up to" in out


def test_attribution_stands_before_the_scenario_too(call: Call) -> None:
    Path("s.yaml").write_text(TWO, encoding="utf-8")
    assert call("run", "--attribution", *SMALL[1:], "--draws", "0")[0] == 0
    assert Path("run-s/attribution.csv").is_file()
    assert call(*SMALL, "--draws", "0")[0] == 0
    assert not Path("run-s-2/attribution.csv").exists()
    assert "attribution" not in json.loads(Path("run-s-2/result.json").read_text(encoding="utf-8"))


def test_a_slip_in_the_kind_of_attribution_is_refused_by_name(call: Call) -> None:
    code, out, told = call(*SMALL, "--attribution", "paht")
    assert (code, out) == (2, "")
    assert "--attribution: no `paht`; one of static, path. Did you mean `path`?" in told
    code, out, told = call(*SMALL, "--draws", "0", "--attribution", "path")
    assert (code, out) == (2, "")
    assert "names no years" in told
    assert sorted(path.name for path in Path().iterdir()) == ["s.yaml", "w.npz"]
    years = TWO.replace("measures:", "horizon: {from: 2025, to: 2026}\nmeasures:")
    Path("s.yaml").write_text(years, encoding="utf-8")
    assert call(*SMALL, "--draws", "0", "--attribution", "path")[0] == 0


def test_an_attributed_run_repeats_byte_for_byte(call: Call) -> None:
    Path("s.yaml").write_text(TWO, encoding="utf-8")
    assert call(*SMALL, "--draws", "2", "--attribution")[0] == 0
    code, out, _ = call("repeat", "run-s", "--world", "w.npz", "--workers", "1")
    assert (code, out) == (0, "run-s: identical\n")


def test_an_attribution_that_is_broken_off_goes_on(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    third = "  - {id: v, type: tariff, who: C3, to: C1, sectors: all, add: 0.2, source: assumption}\n"
    Path("s.yaml").write_text(TWO + third, encoding="utf-8")
    monkeypatch.setattr(store, "_SETS_BLOCK", 1)
    keep, kept = store.Place.keep_set, list[int]()

    def breaking(place: store.Place, number: int, row: DrawRow) -> None:
        keep(place, number, row)
        kept.append(number)
        if len(kept) == 1:
            raise MultipolarError("the power is gone")

    monkeypatch.setattr(store.Place, "keep_set", breaking)
    code, _, told = call(*SMALL, "--draws", "0", "--attribution")
    assert code == 1
    assert "0 of 0 draws and 1 sets of measures are kept in `run-s`" in told
    code, _, told = call(*SMALL, "--draws", "0", "--resume", "--out", "run-s")
    assert code == 2
    assert "attribution none instead of static" in told
    assert call(*SMALL, "--draws", "0", "--attribution", "--resume", "--out", "run-s")[0] == 0
    assert kept == [0, 1, 2]
    assert call(*SMALL, "--draws", "0", "--attribution", "--out", "other")[0] == 0
    for name in (*store.RESULTS, store.ATTRIBUTION):
        assert Path("run-s", name).read_bytes() == Path("other", name).read_bytes()
