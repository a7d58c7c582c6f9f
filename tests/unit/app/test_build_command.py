"""``world build``, and what ``worlds`` and ``world check`` tell of a built world."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from multipolar.app.commands import build as command
from multipolar.app.commands import world as commands
from multipolar.world import library
from multipolar.world.provenance import File, Provenance, Step

pytest.importorskip("rdata", reason="needs the extra `readers`")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(library, "user_folder", lambda: tmp_path / "worlds")
    return tmp_path / "worlds"


def test_wiod_2011_is_built_listed_and_checked(
    shared: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shared / "data" / "wiod2011" / "wiot_2011.RData"
    command.build("wiod", [path], "wiod2011")
    told = " ".join(capsys.readouterr().out.split())
    assert "World `wiod2011` built: 2011, 41 economies x 35 sectors, value added 69.3 trillion USD." in told
    assert "Tariffs are 0 because the source has none, not because there were none." in told
    assert "final 43 7,495 JPN c2 to JPN 11,248 0.0079 %" in told
    assert "Next: multipolar world check wiod2011" in told
    command.build("wiod", [path], "wiod2011", json=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["reused"], found["countries"], found["sectors"]) == (True, 41, 35)
    assert found["provenance"]["steps"][0]["cells"] == 43
    commands.worlds()
    told = " ".join(capsys.readouterr().out.split())
    assert "wiod2011 2011, 41 economies x 35 sectors, value added 69.3 trillion USD, from World Input-Output" in told
    commands.check("wiod2011")
    told = " ".join(capsys.readouterr().out.split())
    assert "Balancing, what was changed and by how much:" in told
    assert "wiot_2011.RData (SHA-256" in told
    commands.check("wiod2011", json=True)
    assert json.loads(capsys.readouterr().out)["provenance"]["edition"] == "2013"


def test_a_world_of_other_making_tells_no_origin(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commands.check(json=True)
    assert json.loads(capsys.readouterr().out)["provenance"] is None


def test_hostile_texts_of_a_provenance_are_made_harmless() -> None:
    step = Step("final", "what\x1b[2J", 1, 1.0, "A\u202eB", 1.0, 0.1)
    held = Provenance("S\x1b[1m", "e", "l", "c", 1.0, "m", (File("f\x07", 1, "0" * 64),), ("n\u200b",), (step,))
    told = command.as_text(held)
    assert not {"\x1b", "\x07", "\u202e", "\u200b"} & set(told)
    assert "\\u001b" in told


def test_a_table_in_balance_says_so() -> None:
    held = Provenance("s", "e", "l", "c", 1.0, "m", (), (), ())
    assert command.balancing_log(held) == "Balancing: nothing had to be changed."
