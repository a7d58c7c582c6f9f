"""``worlds`` and ``world check``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from multipolar.app.commands import world as commands
from multipolar.base.problems import InputError, WorldError
from multipolar.world import library
from multipolar.world.world import World


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of worlds of the user with one sound and one broken world."""
    monkeypatch.setattr(library, "user_folder", lambda: tmp_path)
    world = World.from_arrays(
        countries=["A"], sectors=["x", "y"], trade=[[[1.0, 0.0]]], input_share=[[[0.0, 0.0], [0.0, 0.0]]],
        tariff=[[[0.0, 0.0]]], trade_elasticity=[4.0, 4.0], name="mine",
    )  # fmt: skip
    library.save_world(world, tmp_path / "mine.npz")
    (tmp_path / "broken.npz").write_text("no")
    return tmp_path


def test_worlds_lists_the_embedded_and_the_users_own(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commands.worlds()
    told = capsys.readouterr().out
    assert "  world2022  2022, 81 economies x 49 sectors, value added 95.2 trillion USD, built in" in told
    assert "  mine       no year, 1 economies x 2 sectors" in told
    assert "  broken     world file" in told
    assert str(folder) in told


def test_worlds_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commands.worlds(json=True)
    found = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert (found["world2022"]["countries"], found["world2022"]["sectors"]) == (81, 49)
    assert found["broken"]["readable"] is False
    assert sorted(found) == ["blocs6", "broken", "mine", "world2022", "world30", "world81"]


def test_world_check_tells_identities_unusual_cells_evidence_and_flaws(capsys: pytest.CaptureFixture[str]) -> None:
    commands.check()
    told = capsys.readouterr().out
    assert "World `world2022`: 2022, 81 economies x 49 sectors" in told
    assert "every market clears" in told
    assert "Sectors without output: 41" in told
    assert "  SAU  B05" in told
    assert "Sectors without inputs: none." in told
    assert "  COD  L 0.967" in told
    assert "input_share, repaired columns of RUS" in told
    words = " ".join(told.split())
    assert "about 70 % of its customs base" in words
    assert "goods that cross borders come to 17.5 trillion USD at basic prices" in words
    assert "tariff scaled 56.4%, estimated 0.7%, assumption 42.9%" in words
    assert "MLT C19 0.022" in words
    assert "population 1," in words


def test_world_check_says_which_set_and_which_base(capsys: pytest.CaptureFixture[str]) -> None:
    commands.check()
    told = " ".join(capsys.readouterr().out.split())
    assert "Trade elasticities: set U4, Simonovska and Waugh (2014)" in told
    assert "(customs base)" not in told
    commands.check(elasticities="BSY", customs_base=True)
    told = " ".join(capsys.readouterr().out.split())
    assert "Trade elasticities: set BSY, Bagwell, Staiger and Yurukoglu (2021)" in told
    assert "Tariffs fall on goods with their margins (customs base)." in told
    assert "tariff estimated 57.1%, assumption 42.9%" in told
    commands.check(customs_base=True, json=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["customs_base"], found["elasticities"]["set"]) == (True, "U4")


def test_world_check_of_a_world_without_records(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commands.check("mine")
    told = capsys.readouterr().out
    assert "World `mine`: 1 economies x 2 sectors" in told
    assert "Sectors without output: 1\n  A  y" in told
    assert "Sectors without inputs: 1\n  A  x" in told
    assert "Value added above 0.95 of output: 1\n  A  x 1.000" in told
    assert "Evidence" not in told
    assert "Known flaws" not in told


def test_world_check_as_json_holds_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    commands.check(json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["sound"] is True
    assert all(identity["residual"] <= identity["limit"] for identity in found["identities"])
    assert len(found["without_output"]) == 41
    assert len(found["known_flaws"]) == 11


def test_world_elasticities_lists_every_set(capsys: pytest.CaptureFixture[str]) -> None:
    commands.elasticities()
    told = " ".join(capsys.readouterr().out.split())
    assert "U4 4 / 4 / 4 Simonovska and Waugh (2014)" in told
    assert "CP 1.115 / 4 / 64.85 Caliendo and Parro (2015)" in told
    commands.elasticities(json=True)
    found = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in found] == ["U4", "BSY", "CP", "FGO", "GYY", "IS", "LL", "Shap"]


def test_world_check_of_an_unknown_world_names_the_nearest() -> None:
    with pytest.raises(WorldError, match="Did you mean `world2022`"):
        commands.check("world2021")


def test_world_aggregate_writes_a_sound_world(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    commands.aggregate(regions="blocs6")
    told = capsys.readouterr().out
    assert "Written to blocs6.npz: 6 economies x 49 sectors, every identity holds." in told
    assert "multipolar run FILE.yaml --world blocs6.npz" in told
    kept, ready = library.load_world(Path("blocs6.npz")), library.load_world("blocs6")
    assert kept.countries == ready.countries
    assert abs(kept.income.sum() / ready.income.sum() - 1.0) < 1e-12


@pytest.mark.parametrize(
    ("regions", "out", "message"),
    [
        ("blocs5", "new.npz", "no region map `blocs5`. Did you mean `blocs6`"),
        ("blocs6", "new.csv", "--out: `new.csv`: a world file ends in .npz"),
        ("blocs6", "old.npz", "--out: `old.npz`: is there already"),
        ("blocs6", "no/new.npz", "--out: `no/new.npz`: its folder is not there"),
    ],
)
def test_world_aggregate_refuses_before_it_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, regions: str, out: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("old.npz").write_text("mine")
    with pytest.raises(InputError, match=message):
        commands.aggregate(regions=regions, out=Path(out))
    assert [path.name for path in tmp_path.iterdir()] == ["old.npz"]
    assert Path("old.npz").read_text() == "mine"
    commands.aggregate(regions="blocs6", out=Path("new.npz"))
