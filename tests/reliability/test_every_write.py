"""Every write of a run fails once, or is the last thing its process does: never a false "complete", and it goes on."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import multipolar as mp
from multipolar.results.store import PARTIAL, Place, look
from multipolar.study.inputs import evaluate_inputs, inputs_of

from .conftest import SMALL, fill

REHEARSAL = Path(__file__).with_name("rehearsal.py")
SETUPS = ("no draws", "draws", "resumed", "replacing")


class _EnoughError(Exception):
    pass


def unfinished(folder: Path, after: int) -> None:
    """Leave a run of 20 draws in ``folder/out`` that was broken off after some draws."""
    world = mp.load_world(folder / "w.npz")
    scenario = mp.read_scenario(folder / "s.yaml", world)
    place = Place(folder / "out", inputs := inputs_of(world, scenario, 20, 1, full=False))

    def keep(number: int, row: object) -> None:
        if number == after:
            raise _EnoughError
        place.keep(number, row)  # type: ignore[arg-type]

    with pytest.raises(_EnoughError):
        evaluate_inputs(world, scenario, inputs, on_row=keep)
    assert f"{after} of 20 draws are kept" in place.close()
    assert look(folder / "out").state == PARTIAL


def rehearsed(kind: str, setup: str, whole: Path, tmp_path: Path, stride: int) -> list[dict[str, object]]:
    """What became of the run for every N."""
    before, work = fill(tmp_path / "before"), tmp_path / "work"
    work.mkdir()
    command = [*SMALL, "--draws", "0" if setup == "no draws" else "20", "--out", "out"]
    again = [*command, "--resume"]
    if setup == "resumed":
        unfinished(before, 9)
        command = again
    if setup == "replacing":
        shutil.copytree(whole / "other", before / "out")
        command = again = [*command, "--force"]
    plan = {
        "kind": kind, "work": str(work), "before": str(before), "command": command, "again": again,
        "old": str(whole / "other") if setup == "replacing" else None,
        "new": str(whole / ("none" if setup == "no draws" else "draws")), "stride": stride,
    }  # fmt: skip
    done = subprocess.run([sys.executable, REHEARSAL, json.dumps(plan)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def hold(rows: list[dict[str, object]], kind: str, stride: int) -> None:
    """The promises, for every N."""
    for row in rows:
        assert row["state"] != "complete" or row["whole"] in ("old", "new"), row
        assert row["code"] != 0 or row["whole"] == "new", row
        assert row["code"] in ((0, 1) if kind == "fail" else (0, -9)), row
        assert "Traceback" not in f"{row['told']}{row['again_told']}", row
        assert len(str(row["told"]).splitlines()) <= 2, row
        assert row["again"] == 0 or (row["again"] == 2 and row["state"] == "complete"), row
        assert row["again_whole"], row
        assert row["left"] == ["out"], row
    assert rows[-1]["step"] is None
    assert rows[-1]["code"] == 0
    assert len(rows) > 30 / stride


@pytest.mark.parametrize(("kind", "setup"), [("fail", "draws"), ("kill", "resumed")])
def test_some_writes(kind: str, setup: str, whole: Path, tmp_path: Path) -> None:
    hold(rehearsed(kind, setup, whole, tmp_path, stride=11), kind, stride=11)


@pytest.mark.slow
@pytest.mark.parametrize("setup", SETUPS)
@pytest.mark.parametrize("kind", ["fail", "kill"])
def test_every_write(kind: str, setup: str, whole: Path, tmp_path: Path) -> None:
    hold(rehearsed(kind, setup, whole, tmp_path, stride=1), kind, stride=1)
