"""A small world, a small scenario, and the program as a process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest

from multipolar.app.main import main
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


def run(folder: Path, *arguments: str, check: int | None = 0) -> subprocess.CompletedProcess[str]:
    """The program in a folder, as a process forked from this one; ``check`` is its exit code (None: any)."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as told:
        child = os.fork()
        if child == 0:
            _become(folder, arguments, out.fileno(), told.fileno())
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        for file in (out, told):
            file.seek(0)
        done = subprocess.CompletedProcess(arguments, code, out.read().decode(), told.read().decode())
    return _held(done, check)


def _become(folder: Path, arguments: Sequence[str], out: int, told: int) -> NoReturn:
    """Go on as the program, which ends this process."""
    code = 99
    try:
        os.chdir(folder)
        os.dup2(out, 1)
        os.dup2(told, 2)
        sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))
        sys.argv = ["multipolar", *arguments]
        try:
            main()
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def fresh(folder: Path, *arguments: str, check: int | None = 0, **options: Any) -> subprocess.CompletedProcess[str]:
    """The program as it is started from a shell."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    command = [MULTIPOLAR, *arguments]
    return _held(subprocess.run(command, cwd=folder, text=True, timeout=120, check=False, **options), check)


def _held(done: subprocess.CompletedProcess[str], check: int | None) -> subprocess.CompletedProcess[str]:
    assert "Traceback" not in (done.stderr or ""), done.stderr
    assert check is None or done.returncode == check, (done.returncode, done.stdout, done.stderr)
    return done


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """The program, begun and not waited for, in a process group of its own, heeding Ctrl-C."""
    return subprocess.Popen(
        [MULTIPOLAR, *arguments], cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


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
