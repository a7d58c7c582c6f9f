"""Rehearse faults: the N-th write of a run fails, or the process is killed there, for N = 1, 2, ...

A program of its own: it loads the package once and forks for every N, so that each run is a real process and yet
starts at once. Called with one JSON argument (see ``Rehearsal``), it prints one JSON line for each N.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[_name] = "1"

from multipolar.app.main import main  # noqa: E402
from multipolar.results import store  # noqa: E402

STEPS = ("mkdir", "open", "write", "ftruncate", "fsync", "replace", "rename", "unlink", "rmdir")


@dataclass(frozen=True)
class Rehearsal:
    """``kind``: fail or kill. ``command``: the run. ``again``: the run that goes on where nothing whole is there.

    ``before``: a folder whose contents every run starts from. ``old``, ``new``: what may stand at ``out``, whole.
    """

    kind: str
    work: str
    before: str
    command: list[str]
    again: list[str]
    old: str | None
    new: str
    stride: int = 1


def faulty(number: int, kind: str) -> Callable[[], str | None]:
    """Make the N-th step of this process fail, or be its last. The function returned says which step that was."""
    count, hit = 0, None

    def wrap(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **named: Any) -> Any:
            nonlocal count, hit
            if name == "open" and not arguments[1] & os.O_CREAT:
                return real(*arguments, **named)
            count += 1
            if count != number:
                return real(*arguments, **named)
            hit = name
            if name == "write" and len(arguments[1]) > 1:
                real(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])  # half of it is on the disk
            if kind == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        return step

    for name in STEPS:
        setattr(os, name, wrap(name, getattr(os, name)))
    return lambda: hit


def run_here(folder: Path, command: list[str]) -> int:
    """Run a command in this process."""
    os.chdir(folder)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    sys.argv = ["multipolar", *command]
    try:
        main()
    except SystemExit as leaving:
        return int(leaving.code or 0)
    return 99


def forked(folder: Path, command: list[str], fault: tuple[int, str] | None = None) -> tuple[int, str, str | None]:
    """Run a command in a process of its own: exit code (minus the signal), error stream, the step that failed."""
    told = folder.parent / f"{folder.name}.told"
    child = os.fork()
    if child == 0:
        hit: Callable[[], str | None] = lambda: None  # noqa: E731
        code = 99
        try:
            error = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(error, 2)
            write = os.write
            if fault is not None:
                hit = faulty(*fault)
            code = run_here(folder, command)
            write(error, f"\nSTEP {hit() or ''}\n".encode())
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    text, _, step = told.read_text(errors="replace").partition("\nSTEP ")
    return code, text.strip(), step.strip() or ("killed" if code == -signal.SIGKILL else None)


def same(one: Path, other: Path | None) -> bool:
    """Whether two runs have the same files with the same bytes, but for what is of each run alone."""
    if other is None or not one.is_dir():
        return False
    names = [sorted(path.name for path in each.iterdir() if path.name != store.ENVIRONMENT) for each in (one, other)]
    return names[0] == names[1] and all((one / n).read_bytes() == (other / n).read_bytes() for n in names[0])


def rehearse(plan: Rehearsal, report: TextIO) -> None:
    """One line for each N, until a run comes to its end without having reached its N-th step."""
    old = None if plan.old is None else Path(plan.old)
    warm = Path(plan.work) / "warm"
    shutil.copytree(plan.before, warm)
    run_here(warm, plan.command)  # once in this process: everything is loaded, every fork starts at once
    number = 1
    while True:
        folder = Path(plan.work) / f"{plan.kind}-{number}"
        shutil.copytree(plan.before, folder)
        code, told, step = forked(folder, plan.command, (number, plan.kind))
        out = folder / "out"
        state = store.look(out).state
        row: dict[str, Any] = {"n": number, "step": step, "code": code, "told": told, "state": state}
        row["whole"] = "new" if same(out, Path(plan.new)) else "old" if same(out, old) else None
        row["again"], row["again_told"], _ = forked(folder, plan.again)
        row["again_whole"] = same(out, Path(plan.new))
        row["left"] = sorted({path.name for path in folder.iterdir()} - {"s.yaml", "w.npz"})
        print(json.dumps(row), file=report, flush=True)
        shutil.rmtree(folder)
        if step is None:
            return
        number += plan.stride


if __name__ == "__main__":
    with os.fdopen(os.dup(1), "w") as told:  # the runs themselves print to nowhere
        rehearse(Rehearsal(**json.loads(sys.argv[1])), told)
