"""Each wrong input in ``cases/`` gives exactly the text beside it; the same file without the mistake is read.

``NAME.yaml`` is wrong, ``NAME.txt`` is what the command line prints, ``NAME.ok.yaml`` is the control.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import multipolar as mp

CASES = Path(__file__).parent / "cases"
NAMES = sorted(path.stem for path in CASES.glob("*.txt"))


@pytest.fixture(scope="module")
def world() -> mp.World:
    return mp.load_world()


@pytest.mark.parametrize("name", NAMES)
def test_wrong_input_gives_its_exact_text(name: str, world: mp.World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES)
    with pytest.raises(mp.ScenarioError) as raised:
        mp.read_scenario(f"{name}.yaml", world)
    assert raised.value.report() + "\n" == Path(f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_same_file_without_the_mistake_is_read(name: str, world: mp.World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES)
    assert mp.read_scenario(f"{name}.ok.yaml", world).title


def test_every_case_is_whole() -> None:
    files = {path.name for path in CASES.iterdir()}
    assert files == {f"{name}{ending}" for name in NAMES for ending in (".yaml", ".txt", ".ok.yaml")}


def test_there_are_at_least_150_cases() -> None:
    assert len(NAMES) >= 150
