"""Each refusal of a command that writes or compares: exactly its text; the control beside it goes through.

A case in ``commands/`` is a text: ``$`` the wrong command, ``>`` its control, then what the program says to the first.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from multipolar.app import main as program
from multipolar.world.library import save_world
from multipolar.world.toy import random_world

CASES = Path(__file__).parent / "commands"
NAMES = sorted(path.stem for path in CASES.glob("*.txt"))
RIGHT = "multipolar: 1\ntitle: A test\nmeasures: []\n"
FILES = {
    "right.yaml": RIGHT,
    "wrong.yaml": "multipolar: 1\ntitel: A test\n",
    "sub/parent.yaml": RIGHT,
    "sub/child.yaml": "multipolar: 1\ntitle: A test\nextends: parent\n",
    "other/parent.yaml": RIGHT.replace("A test", "Another test"),
    "same/parent.yaml": RIGHT,
    "kept.npz": "a file of mine",
    "years.yaml": RIGHT + "horizon: {from: 2025, to: 2026}\n",
}


def run(line: str, monkeypatch: pytest.MonkeyPatch) -> object:
    """The exit code of a command line; None and 0 are success."""
    monkeypatch.setattr(sys, "argv", shlex.split(line))
    return program._code()


@pytest.fixture
def folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replication: Callable[[Path], dict[str, np.ndarray]]
) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    arrays = replication(tmp_path / "study.npz")
    np.savez(tmp_path / "less.npz", **{k: v for k, v in arrays.items() if k not in ("deficit", "tariff_2005")})
    np.savez(tmp_path / "off.npz", **arrays | {"expenditure": 2.0 * arrays["expenditure"]})
    save_world(random_world(7), tmp_path / "toy.npz")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(name: str) -> tuple[str, str, str]:
    wrong, right, said = (CASES / f"{name}.txt").read_text(encoding="utf-8").split("\n", 2)
    assert wrong.startswith("$ multipolar ")
    assert right.startswith("> multipolar ")
    return wrong[2:], right[2:], said


@pytest.mark.parametrize("name", NAMES)
def test_a_refusal_gives_its_exact_text_and_leaves_nothing(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong, right, said = read(name)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert run(wrong, monkeypatch) == 2
    told = capsys.readouterr()
    assert told.err == said
    assert told.out == ""
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert run(right, monkeypatch) in (None, 0)


def test_every_refusal_has_a_case() -> None:
    assert len(NAMES) >= 12
