"""Stopping a run: by Ctrl-C, termination, kill -9, a worker's death. It goes on, and ends in the same bytes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from multipolar.results.store import COMPLETE, PARTIAL, look

from .conftest import MULTIPOLAR, SMALL, children_of, files_of, fill, others_in, run, start

DRAWS = 150
LONG = (*SMALL, "--draws", str(DRAWS), "--out", "out")
TWO = (*LONG, "--workers", "2")


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of the long run, uninterrupted, with one worker."""
    folder = fill(tmp_path_factory.mktemp("long"))
    run(folder, *LONG)
    return files_of(folder / "out")


def until(condition: object, seconds: float = 60.0) -> None:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def begun(folder: Path) -> bool:
    return any((folder / "out").glob("draws-*.part"))


def gone(group: int) -> None:
    """No process of the group is left, after a moment."""
    until(lambda: children_of(group) == [], 20)


@pytest.mark.parametrize(
    ("arguments", "number", "code", "word"),
    [
        pytest.param(TWO, signal.SIGINT, 130, "Interrupted", id="Ctrl-C, two workers"),
        pytest.param(LONG, signal.SIGTERM, 143, "Terminated", id="terminated, one process"),
        pytest.param(LONG, signal.SIGINT, 130, "Interrupted", id="Ctrl-C, one process", marks=pytest.mark.slow),
        pytest.param(TWO, signal.SIGTERM, 143, "Terminated", id="terminated, two workers", marks=pytest.mark.slow),
    ],
)
def test_a_signal_ends_in_one_sentence_and_the_run_goes_on(
    arguments: tuple[str, ...], number: int, code: int, word: str, place: Path, long: dict[str, bytes]
) -> None:
    process = start(place, *arguments)
    until(lambda: begun(place))
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does: workers get it too
    else:
        process.send_signal(number)
    out, told = process.communicate(timeout=60)
    assert (process.returncode, out) == (code, ""), told
    assert len(told.splitlines()) == 1
    assert told.startswith(f"{word}; ")
    assert f"of {DRAWS} draws are kept in `out`" in told
    gone(process.pid)
    assert look(place / "out").state == PARTIAL
    assert others_in(place) == {"out"}
    run(place, *arguments, "--resume")
    assert files_of(place / "out") == long


def test_a_signal_before_any_draw_leaves_nothing(place: Path) -> None:
    process = start(place, *SMALL, "--draws", "100000", "--out", "out")  # in blocks of 391 draws
    until(lambda: (place / ".out.lock").exists())
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert told == "Interrupted; nothing was written.\n"
    assert others_in(place) == set()


def test_a_signal_that_is_ignored_stays_ignored(place: Path, whole: Path) -> None:
    """As under nohup, or behind `&` in a script."""
    words = [str(MULTIPOLAR), *SMALL, "--draws", "20", "--out", "out"]
    ignoring = ["sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh", *words]
    process = subprocess.Popen(ignoring, cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    until(lambda: (place / ".out.lock").exists())
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert files_of(place / "out") == files_of(whole / "draws")


def test_a_worker_that_is_killed_is_one_sentence(place: Path, long: dict[str, bytes]) -> None:
    process = start(place, *TWO)
    until(lambda: begun(place))
    workers = [pid for pid in children_of(process.pid) if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    os.kill(workers[0], signal.SIGKILL)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1, told
    assert told.startswith("A worker process ended without an answer: it was killed, or ran out of memory.")
    assert "draws are kept in `out`" in told
    assert len(told.splitlines()) == 1
    gone(process.pid)
    run(place, *TWO, "--resume")
    assert files_of(place / "out") == long


def killed_and_resumed(place: Path, wait: float, arguments: tuple[str, ...], long: dict[str, bytes]) -> str:
    """Kill a run after a while; the state it left. It must go on to the same bytes."""
    process = start(place, *arguments)
    time.sleep(wait)
    process.kill()
    process.communicate(timeout=60)
    state = look(place / "out").state
    if state == COMPLETE:
        assert files_of(place / "out") == long
    gone(process.pid)
    again = run(place, *arguments, "--resume", check=None)
    assert again.returncode == 0 or (again.returncode == 2 and state == COMPLETE), again.stderr
    assert files_of(place / "out") == long
    assert others_in(place) == {"out"}
    return state


@pytest.mark.parametrize("seed", [1])
def test_kill_at_a_random_moment(seed: int, place: Path, long: dict[str, bytes]) -> None:
    killed_and_resumed(place, random.Random(seed).uniform(0.5, 3.0), (LONG, TWO)[seed % 2], long)


@pytest.mark.slow
def test_kill_at_many_random_moments(tmp_path: Path, long: dict[str, bytes]) -> None:
    moments = random.Random(7)
    states = []
    for k in range(20):
        place = fill(tmp_path / str(k))
        states.append(killed_and_resumed(place, moments.uniform(0.3, 6.0), (LONG, TWO)[k % 2], long))
    assert PARTIAL in states


def test_kill_again_and_again_still_ends(place: Path, long: dict[str, bytes]) -> None:
    """Every attempt is killed after its first new block; the draws add up."""
    kept = 0
    for _ in range(2):
        process = start(place, *LONG, "--resume")
        until(lambda before=kept: len(list((place / "out").glob("draws-*.part"))) > before)
        process.kill()
        process.communicate(timeout=60)
        kept = len(list((place / "out").glob("draws-*.part")))
    assert kept >= 2
    run(place, *LONG, "--resume")
    assert files_of(place / "out") == long
