"""What files say of themselves reaches no terminal, spreadsheet or program as anything but text."""

from __future__ import annotations

import csv
import json
import sys
import unicodedata
from pathlib import Path

import pytest

import multipolar as mp
from multipolar.app.main import main
from multipolar.base.json_text import json_text
from multipolar.world.library import save_world
from multipolar.world.toy import random_world

MARKS = "\u001b[31m\u009b2J\u202e\u200b\u2066[bold]x[/bold]<b>{{7*7}}"
RUN = ("run", "s.yaml", "--world", "w.npz", "--draws", "2", "--workers", "1")
COUNTRIES = ["=cmd|'/c calc'!A0", "[bold red]B[/]", "<script>alert(1)</script>"]
SECTORS = ["@SUM(1)", "{{7*7}}"]
SCENARIO = f"""multipolar: 1
title: {json.dumps("=HYPERLINK(1)" + MARKS + "x" * 10_000)}
summary: {json.dumps("</script><img src=x onerror=alert(1)>" + MARKS * 20)}
measures:
- id: m
  type: tariff
  who: "{COUNTRIES[1]}"
  to: "{COUNTRIES[0]}"
  sectors: "{SECTORS[0]}"
  add: {{value: 0.1, range: [0.05, 0.2], source: {json.dumps("-2+3" + MARKS)}}}
  note: {json.dumps(MARKS * 100)}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a world and a scenario whose every text is an attack."""
    monkeypatch.chdir(tmp_path)
    toy = random_world(1, 3, 2)
    world = mp.World.from_arrays(
        countries=COUNTRIES, sectors=SECTORS, trade=toy.trade, input_share=toy.input_share, tariff=toy.tariff,
        trade_elasticity=toy.trade_elasticity, name="=1+1<b>[red]",
    )  # fmt: skip
    save_world(world, tmp_path / "w.npz")
    (tmp_path / "s.yaml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "bad.yaml").write_text(f"multipolar: 1\ntitle: t\n{json.dumps(MARKS)}: 1\n", encoding="utf-8")
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["multipolar", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    captured = capsys.readouterr()
    return int(ended.value.code or 0), captured.out + captured.err


def unseen(text: str) -> set[str]:
    kinds = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    return {f"U+{ord(char):04X}" for char in text if char != "\n" and unicodedata.category(char) in kinds}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("check", "s.yaml", "--world", "w.npz"), 0),
        (("check", "s.yaml", "--world", "w.npz", "--explain", COUNTRIES[1], COUNTRIES[0], SECTORS[0]), 0),
        (("check", "bad.yaml", "--world", "w.npz"), 2),
        (("check", "s.yaml"), 2),
        (("check", f"{MARKS.replace('/', '')}.yaml"), 2),
        (("check", "s.yaml", "--world", f"{MARKS}.npz"), 2),
        (("check", "s.yaml", "--world", MARKS.replace("/", "")), 2),
        (("explain", MARKS), 2),
        (("world", "check", "w.npz"), 0),
        (("world", "check", "w.npz", "--json"), 0),
        ((*RUN, "--no-report", "--out", "o"), 0),
        ((*RUN, "--no-report", "--json", "--out", "p"), 0),
        (("run", "s.yaml", "--horizon", MARKS), 2),
    ],
)
def test_nothing_that_a_command_prints_moves_a_cursor_hides_or_turns_round(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    code: int,
) -> None:
    ended, text = said(capsys, monkeypatch, *arguments)
    assert ended == code, text
    assert text
    assert unseen(text) == set()
    assert len(text.encode()) <= 64_000


def test_an_odd_file_name_is_run_and_shown_safely(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "a\u001b]0;x\u0007\u202e[red]"
    (folder / "s.yaml").rename(folder / f"{name}.yaml")
    ended, text = said(capsys, monkeypatch, "run", f"{name}.yaml", "--world", "w.npz", "--draws", "0", "--no-report")
    assert ended == 0, text
    assert unseen(text) == set()
    assert (folder / f"run-{name}" / "result.json").is_file()


def test_files_of_a_run_hold_hostile_text_as_text(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said(capsys, monkeypatch, *RUN, "--out", "o")
    written = (folder / "o" / "result.json").read_text(encoding="utf-8")
    assert unseen(written) == set()
    assert MARKS in json.loads(written)["scenario"]["title"]["en"]
    held = False
    for path in (folder / "o").glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        cells = [cell for row in csv.reader(text.splitlines()) for cell in row]
        texts = [cell for cell in cells if not cell.replace("e-", "").lstrip("-").replace(".", "").isdigit()]
        held |= any("cmd|" in cell for cell in texts)  # a table of countries alone holds no words of the file
        assert [cell for cell in texts if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\0"))] == []
    assert held
    page = (folder / "o" / "report.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    assert unseen(page) <= {"U+0009"}  # of the library


def test_json_says_the_same_with_escapes() -> None:
    value = {"a": MARKS, "b": ["\u0645\u0631\u062d\u0628\u0627", "\U000e0041", "\x7f", "\n", 1.5, None]}
    text = json_text(value, 1)
    assert json.loads(text) == value
    assert unseen(text) == set()
    assert "\u0645\u0631\u062d\u0628\u0627" in text
    with pytest.raises(ValueError, match="JSON compliant"):
        json_text(float("nan"), 1)
