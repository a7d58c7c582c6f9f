"""``repeat``: its three answers, and what it says of a run that is damaged, unfinished or of another world."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from multipolar.base.problems import ScenarioError
from multipolar.results.store import MANIFEST

from .conftest import SMALL, fill, fresh, run


@pytest.fixture
def copy(place: Path, whole: Path) -> Path:
    """A finished run of 20 draws that a test may spoil."""
    shutil.copytree(whole / "draws", place / "out")
    return place / "out"


def changed(folder: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    """Change a file of a run and make its manifest agree, as somebody would who wants to be believed."""
    data = change((folder / name).read_bytes())
    (folder / name).write_bytes(data)
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["files"][name] = hashlib.sha256(data).hexdigest()
    (folder / MANIFEST).write_text(json.dumps(manifest))


def shifted(variable: str, by: float) -> Callable[[bytes], bytes]:
    """A change of the first value of a variable in result.json."""

    def change(data: bytes) -> bytes:
        held = json.loads(data)
        held["central"][variable][0][1] += by
        return json.dumps(held, ensure_ascii=False, indent=1).encode()

    return change


def test_identical(place: Path, copy: Path) -> None:
    assert run(place, "repeat", "out").stdout == "out: identical\n"
    assert json.loads(run(place, "repeat", "out", "--json").stdout) == {
        "answer": "identical", "programs": [], "differences": [],
    }  # fmt: skip


@pytest.mark.slow
def test_identical_with_a_page_and_in_a_fresh_process(place: Path) -> None:
    run(place, "run", "s.yaml", "--world", "w.npz", "--draws", "5", "--workers", "1", "--quiet", "--out", "out")
    assert fresh(place, "repeat", "out", "--workers", "2").stdout == "out: identical\n"
    changed(place / "out", "report.html", lambda data: data + b"\n")
    assert run(place, "repeat", "out").stdout == "out: equal to 1e-9\n"


def test_equal_to_a_billionth(place: Path, copy: Path) -> None:
    changed(copy, "result.json", shifted("welfare", 1e-11))
    assert run(place, "repeat", "out").stdout == "out: equal to 1e-9\n"


def test_differs_and_where(place: Path, copy: Path) -> None:
    before = json.loads((copy / "result.json").read_text())["central"]["welfare"][0][1]
    changed(copy, "result.json", shifted("welfare", 1e-3))
    told = run(place, "repeat", "out", check=1).stdout
    assert told.startswith("out: differs\n")
    assert "central.welfare, case all, country C2" in told
    assert f"{before + 1e-3!r} -> {before!r}" in " ".join(told.split())
    (found,) = json.loads(run(place, "repeat", "out", "--json", check=1).stdout)["differences"]
    assert (found["file"], found["what"]) == ("result.json", "central.welfare, case all, country C2")


def test_a_single_draw_that_differs_is_named(place: Path, copy: Path) -> None:
    import h5py

    with h5py.File(copy / "result.nc", "r+") as file:
        before = float(file["welfare_draws"][0, 7, 2])
        file["welfare_draws"][0, 7, 2] = before + 1e-6
    changed(copy, "result.nc", lambda data: data)
    told = run(place, "repeat", "out", check=1).stdout
    assert "welfare_draws, case all measures, draw 7, country C3" in told
    assert f"-> {before!r}" in " ".join(told.split())


def test_numbers_behind_a_link_are_not_read(place: Path, copy: Path) -> None:
    import h5py

    with h5py.File(copy / "result.nc", "r+") as file:
        del file["welfare"]
        file["welfare"] = h5py.ExternalLink("/etc/passwd", "welfare")
    changed(copy, "result.nc", lambda data: data)
    assert "a link, a group or an outside part" in run(place, "repeat", "out", check=2).stderr


@pytest.mark.parametrize("name", ["result.json", "result.nc", "welfare.csv", "scenario.yaml", "inputs.json"])
def test_a_damaged_file_is_named_and_nothing_computed(name: str, place: Path, copy: Path) -> None:
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 4
    (copy / name).write_bytes(data)
    assert run(place, "repeat", "out", check=1).stderr == (
        f"`out` is damaged: {name} is changed; nothing was computed. (exit 1)\n"
    )
    (copy / name).unlink()
    assert f"{name} is missing" in run(place, "repeat", "out", check=1).stderr


def test_a_manifest_that_is_damaged_or_lists_too_little(place: Path, copy: Path) -> None:
    text = (copy / MANIFEST).read_text()
    for wrong in (text[:-20], "[]", json.dumps({"format": "multipolar run 1", "files": {}}), "[" * 100_000):
        (copy / MANIFEST).write_text(wrong)
        assert "manifest.json is changed" in run(place, "repeat", "out", check=1).stderr
        assert "damaged: manifest.json" in run(place, "runs").stdout
    (copy / MANIFEST).unlink()
    assert "manifest.json is missing" in run(place, "repeat", "out", check=1).stderr
    (copy / MANIFEST).write_text(text)
    run(place, "repeat", "out")


def test_what_is_no_run(place: Path) -> None:
    (place / "empty").mkdir()
    for name in ("empty", "nothing", "s.yaml", "."):
        assert "is no run of this program" in run(place, "repeat", name, check=2).stderr


def test_another_world_is_named(place: Path, copy: Path) -> None:
    from multipolar.world.library import save_world
    from multipolar.world.toy import random_world

    (copy / "environment.json").unlink()
    assert "the run stands on world `random1`" in run(place, "repeat", "out", check=2).stderr
    assert run(place, "repeat", "out", "--world", "w.npz").stdout == "out: identical\n"
    save_world(random_world(2), place / "w.npz")
    told = run(place, "repeat", "out", "--world", "w.npz", check=2).stderr
    assert "the run stands on another world: `random1` with digest" in told
    assert "while `random2` has" in told


def test_another_version_is_named(place: Path, copy: Path) -> None:
    changed(copy, "inputs.json", lambda data: data.replace(b'"version": "0.1.0"', b'"version": "0.0.9"'))
    told = run(place, "repeat", "out").stdout
    assert told == "out: identical\nNote: made with version 0.0.9, repeated with 0.1.0.\n"


def test_a_run_holds_every_text_it_rests_on(place: Path) -> None:
    """Files it extends and stands on may change or go; a name may mean two texts."""
    head = "multipolar: 1\ntitle: {title}\n"
    tariff = "measures:\n  - {{id: {0}, type: tariff, who: {1}, to: {2}, sectors: all, add: 0.1, source: assumption}}\n"
    (place / "base.yaml").write_text(head.format(title="Base") + tariff.format("b", "C3", "C1"))
    (place / "scenario.yaml").write_text(head.format(title="Extended") + tariff.format("e", "C4", "C1"))
    top = "multipolar: 1\nextends: scenario\nbaseline: [base]\n"
    (place / "top.yaml").write_text(top + tariff.format("t", "C1", "C2"))
    run(place, "run", "top.yaml", *SMALL[2:], "--draws", "0", "--out", "out")
    held = {path.name for path in (place / "out").iterdir()}
    assert {"scenario.yaml", "rests-on-base.yaml", "rests-on-scenario.yaml"} <= held
    for name in ("base.yaml", "scenario.yaml", "top.yaml"):
        (place / name).unlink()
    assert run(place, "repeat", "out").stdout == "out: identical\n"
    (place / "out" / "rests-on-base.yaml").write_text("multipolar: 1\n")
    assert "rests-on-base.yaml is changed" in run(place, "repeat", "out", check=1).stderr


def test_a_scenario_is_read_from_kept_texts_alone(tmp_path: Path) -> None:
    from multipolar.scenario.scenario import SourceText, read_scenario, reread

    fill(tmp_path)
    scenario = read_scenario("brics-technology-alliance")
    assert [text.name for text in scenario.texts] == ["brics-technology-alliance", "in-force-2024"]
    assert reread(scenario.texts).digest == scenario.digest
    with pytest.raises(ScenarioError, match="no scenario `in-force-2024`"):
        reread([SourceText("brics-technology-alliance", scenario.text, {})])
