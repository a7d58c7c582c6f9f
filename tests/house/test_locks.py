"""The locks: complete, hash-pinned, free of hosts; what the check would find."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("run", "all")


@pytest.fixture(scope="module")
def lock() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lock", ROOT / "requirements" / "lock.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["lock"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_locks_hold_what_the_project_asks_for(lock: ModuleType) -> None:
    locks = {name: lock.read(ROOT / "requirements" / f"{name}.lock") for name in NAMES}
    assert lock.faults(locks, lock.wanted()) == []


@pytest.mark.parametrize("name", NAMES)
def test_locks_name_no_host(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


def test_both_locks_hold_the_build_backend(lock: ModuleType) -> None:
    for name in NAMES:
        assert "hatchling" in {pin.name for pin in lock.read(ROOT / "requirements" / f"{name}.lock")}


def test_development_tools_stay_out_of_the_run_lock(lock: ModuleType) -> None:
    assert not {"pytest", "ruff", "mypy"} & {pin.name for pin in lock.read(ROOT / "requirements" / "run.lock")}


def test_what_is_wrong_with_a_lock_is_named(lock: ModuleType) -> None:
    pin = lock.Pin
    locks = {
        "all": (pin("numpy", "2.4.6", "", 3), pin("rich", "15.0.0", "", 2)),
        "run": (pin("numpy", "2.4.5", "", 3), pin("rich", "15.0.0", "", 0)),
    }
    asked = {"all": (Requirement("numpy>=2.5"), Requirement("scipy")), "run": (Requirement("rich>=13"),)}
    assert lock.faults(locks, asked) == [
        "all.lock: numpy 2.4.6 is outside >=2.5",
        "all.lock: scipy is not pinned",
        "run.lock: rich has no hash",
        "run.lock: numpy 2.4.5 is not so in all.lock",
    ]


def test_two_readings_of_a_lock_are_compared_by_name_version_and_marker(lock: ModuleType) -> None:
    old, new = (lock.Pin("numpy", "2.4.6", "", 1),), (lock.Pin("numpy", "2.4.6", 'python_version < "3.12"', 9),)
    assert lock.differences("run", old, old) == []
    assert lock.differences("run", old, new) == [
        "run.lock: numpy 2.4.6  is no longer asked for",
        'run.lock: numpy 2.4.6 python_version < "3.12" is missing',
    ]
