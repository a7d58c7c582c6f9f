"""A small world, a small scenario, and the program as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from multipolar.results.store import ENVIRONMENT
from multipolar.world.library import save_world
from multipolar.world.toy import random_world

MULTIPOLAR = Path(sys.executable).with_name("multipolar")
SCENARIO = """multipolar: 1
title: {en: A small tariff, ar: رسم صغير}
measures:
  - {id: t, type: tariff, who: C1, to: C2, sectors: all, add: {value: 0.1, range: [0, 0.3]}, source: assumption}
"""
SMALL = ("run", "s.yaml", "--world", "w.npz", "--no-report", "--quiet", "--workers", "1")
Run = Callable[..., subprocess.CompletedProcess[str]]


def run(folder: Path, *arguments: str, check: int | None = 0, **options: object) -> subprocess.CompletedProcess[str]:
    """The program in a folder; ``check`` is the exit code it must have (None: any)."""
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    done = subprocess.run([MULTIPOLAR, *arguments], cwd=folder, text=True, timeout=120, check=False, **options)  # type: ignore[call-overload]
    assert check is None or done.returncode == check, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in (done.stderr or ""), done.stderr
    return done


def start(folder: Path, *arguments: str, **options: object) -> subprocess.Popen[str]:
    """The program, begun and not waited for, in a process group of its own."""
    return subprocess.Popen(
        [MULTIPOLAR, *arguments], cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True, **options,
    )  # type: ignore[call-overload]  # fmt: skip


def files_of(folder: Path) -> dict[str, bytes]:
    """The files of a run, but for the one that is of this run alone."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ENVIRONMENT}


def others_in(folder: Path) -> set[str]:
    """What a folder holds besides the inputs of a small run."""
    return {path.name for path in folder.iterdir()} - {"s.yaml", "w.npz"}


def children_of(group: int) -> list[int]:
    """Processes of a process group that still run."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == group and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def fill(folder: Path) -> Path:
    """Put the small scenario and the small world into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "s.yaml").write_text(SCENARIO, encoding="utf-8")
    save_world(random_world(1), folder / "w.npz")
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with the inputs of a small run."""
    os.chmod(tmp_path, 0o755)
    return fill(tmp_path / "place")


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with finished small runs: ``none`` (no draws), ``draws`` (20), ``other`` (20, another seed)."""
    folder = fill(tmp_path_factory.mktemp("whole"))
    run(folder, *SMALL, "--draws", "0", "--out", "none")
    run(folder, *SMALL, "--draws", "20", "--out", "draws")
    run(folder, *SMALL, "--draws", "20", "--seed", "2", "--out", "other")
    return folder
