"""Where a run may be written, and what is left alone there: each refusal beside its control."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from multipolar.results.store import COMPLETE, DAMAGED, PARTIAL, look

from .conftest import SMALL, files_of, fill, fresh, others_in, run, start
from .test_every_write import unfinished
from .test_stopping import until

TWENTY = (*SMALL, "--draws", "20", "--out", "out")


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Bytes and times of all files below a folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in paths}


@pytest.mark.parametrize("page", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["no page", "page"])
def test_two_runs_of_one_input_have_the_same_bytes(page: bool, tmp_path: Path) -> None:
    """In other folders, at other times, under other names of the folder, with another number of workers."""
    one, two = fill(tmp_path / "one"), fill(tmp_path / "two")
    arguments = ("run", "--draws", "8", "--quiet", *(() if page else ("--no-report",)))
    run(one, *arguments, "s.yaml", "--world", "w.npz", "--workers", "1", "--out", "a")
    fresh(two, *arguments, str(one / "s.yaml"), "--world", str(two / "w.npz"), "--workers", "2", "--out", "deep/er/b")
    assert files_of(one / "a") == files_of(two / "deep" / "er" / "b")
    assert ("report.html" in files_of(one / "a")) == page
    held = files_of(two / "deep" / "er" / "b")
    assert [name for name, data in held.items() if str(tmp_path).encode() in data or b"deep/er" in data] == []
    run(one, *arguments, "s.yaml", "--world", "w.npz", "--seed", "2", "--out", "c")
    assert files_of(one / "a") != files_of(one / "c")


@pytest.mark.parametrize("option", [(), ("--force",), ("--resume",)])
def test_a_folder_that_is_somebody_elses_is_refused_and_untouched(option: tuple[str, ...], place: Path) -> None:
    (place / "out" / "deep").mkdir(parents=True)
    (place / "out" / "result.json").write_text("mine")
    (place / "out" / "deep" / "manifest.json").write_text("mine")
    before = snapshot(place)
    done = run(place, *TWENTY, *option, check=2)
    assert done.stderr == "--out: `out` is no folder, or not empty; use another folder (exit 2)\n"
    assert snapshot(place) == before
    shutil.rmtree(place / "out")
    (place / "out").mkdir()  # the control: an empty folder
    run(place, *TWENTY, *option)
    assert look(place / "out").state == COMPLETE


def test_a_file_a_link_and_a_path_through_a_file_are_refused(place: Path, whole: Path) -> None:
    (place / "file").write_text("mine")
    (place / "link").symlink_to(whole / "draws")
    for out in ("file", "link", "file/run"):
        done = run(place, *SMALL, "--draws", "0", "--force", "--out", out, check=2)
        assert "--out: `" in done.stderr
    assert (place / "file").read_text() == "mine"
    assert others_in(place) == {"file", "link"}


def test_a_finished_run_is_replaced_only_with_force(place: Path, whole: Path) -> None:
    shutil.copytree(whole / "other", place / "out")
    (place / "out" / "notes.txt").write_text("mine")
    before = snapshot(place)
    assert "use --force to replace it" in run(place, *TWENTY, check=2).stderr
    assert "there is nothing to resume" in run(place, *TWENTY, "--resume", check=2).stderr
    assert "one of them" in run(place, *TWENTY, "--resume", "--force", check=2).stderr
    assert snapshot(place) == before
    run(place, *TWENTY, "--force")
    assert (place / "out" / "notes.txt").read_text() == "mine"
    (place / "out" / "notes.txt").unlink()
    assert files_of(place / "out") == files_of(whole / "draws")


def test_a_run_that_somebody_changed_is_not_replaced(place: Path, whole: Path) -> None:
    shutil.copytree(whole / "other", place / "out")
    with (place / "out" / "welfare.csv").open("a") as table:
        table.write("my own line\n")
    assert look(place / "out").state == DAMAGED
    before = snapshot(place)
    assert "holds a run that is damaged (welfare.csv)" in run(place, *TWENTY, "--force", check=2).stderr
    assert snapshot(place) == before


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (("--seed", "2"), "seed 2 instead of 1"),
        (("--draws", "21"), "draws 21 instead of 20"),
        (("--horizon", "long"), "horizon long instead of medium"),
        (("--deficits", "closed"), "deficits closed instead of fixed"),
        (("s.yaml", "scenario"), "another text of scenario `s`"),
        (("w.npz", "world"), "world `random2` instead of `random1`"),
        (("version", "version"), "version 0.1.0 instead of 0.0.9"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_run_goes_on_only_with_the_same_inputs(changed: tuple[str, str], said: str, place: Path, whole: Path) -> None:
    unfinished(place, 9)
    kept = {name: (place / name).read_bytes() for name in ("s.yaml", "w.npz", "out/unfinished.json")}
    arguments = [*TWENTY, "--resume"]
    if changed[0] == "s.yaml":
        (place / "s.yaml").write_bytes(kept["s.yaml"] + b"# a word\n")
    elif changed[0] == "w.npz":
        from multipolar.world.library import save_world
        from multipolar.world.toy import random_world

        save_world(random_world(2), place / "w.npz")
    elif changed[0] == "version":
        (place / "out/unfinished.json").write_bytes(kept["out/unfinished.json"].replace(b'"0.1.0"', b'"0.0.9"'))
    else:
        arguments += changed
    before = snapshot(place)
    done = run(place, *arguments, check=2)
    assert done.stderr == f"--resume: the unfinished run in `out` is another one: {said} (exit 2)\n"
    assert snapshot(place) == before
    for name, data in kept.items():
        (place / name).write_bytes(data)
    run(place, *TWENTY, "--resume")  # the control
    assert files_of(place / "out") == files_of(whole / "draws")


def test_an_unfinished_run_is_not_written_over(place: Path) -> None:
    unfinished(place, 9)
    before = snapshot(place)
    for option in ((), ("--force",)):
        assert "use --resume to go on with it" in run(place, *TWENTY, *option, check=2).stderr
    assert "is an unfinished run" in run(place, "repeat", "out", check=2).stderr
    assert snapshot(place) == before


def test_kept_draws_that_are_damaged_are_computed_again(place: Path, whole: Path) -> None:
    unfinished(place, 17)
    block = place / "out" / "draws-0000008.part"
    data = bytearray(block.read_bytes())
    data[len(data) // 2] ^= 1
    block.write_bytes(data)
    done = fresh(place, *TWENTY, "--resume")
    assert "draws-0000008.part is damaged: its draws are computed again" in done.stderr
    assert files_of(place / "out") == files_of(whole / "draws")


def test_kept_draws_are_not_computed_again(place: Path) -> None:
    """The control of all the tests of going on: a kept draw that is another number shows in the result."""
    from multipolar.results.rows import packed, unpacked

    unfinished(place, 16)
    block = place / "out" / "draws-0000000.part"
    rows = unpacked(block.read_bytes())
    rows[3].welfare[:] = 77.5
    block.write_bytes(packed(rows))
    run(place, *TWENTY, "--resume")
    assert "out: differs" in run(place, "repeat", "out", check=1).stdout


def test_two_runs_into_one_place_at_once(place: Path, whole: Path) -> None:
    """One wins, the other says so at once; the first one is not disturbed."""
    first = start(place, *TWENTY)
    until(lambda: (place / ".out.lock").exists() and (place / ".out.lock").read_bytes().endswith(b"\n"))
    os.kill(first.pid, signal.SIGSTOP)
    second = run(place, *TWENTY, check=1)
    assert second.stderr == (
        f"Another run (process {first.pid}) is writing to `out`; this one has changed nothing. (exit 1)\n"
    )
    os.kill(first.pid, signal.SIGCONT)
    first.communicate(timeout=60)
    assert first.returncode == 0
    assert files_of(place / "out") == files_of(whole / "draws")
    assert others_in(place) == {"out"}


def test_three_runs_begun_at_once(place: Path, whole: Path) -> None:
    processes = [start(place, *TWENTY) for _ in range(3)]
    told = [process.communicate(timeout=120)[1] for process in processes]
    codes = sorted(process.returncode for process in processes)
    assert codes[0] == 0
    assert codes.count(0) == 1
    assert all("is writing to `out`" in said or "holds a" in said or not said for said in told), told
    assert files_of(place / "out") == files_of(whole / "draws")
    assert others_in(place) == {"out"}


def test_what_dead_processes_left_is_removed_and_nothing_else(place: Path, whole: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    alive = os.getpid()
    ours = place / f".out.unfinished-{gone.pid}"
    shutil.copytree(whole / "other", ours)
    (ours / "manifest.json").unlink()
    shutil.copytree(ours, place / f".out.unfinished-{alive}")
    shutil.copytree(ours, place / f".outer.unfinished-{gone.pid}")
    somebodys = place / ".out.unfinished-1234567"
    somebodys.mkdir()
    (somebodys / "result.json").write_text("mine")
    (place / ".out.unfinished-x").mkdir()
    mixed = place / ".out.unfinished-2345678"
    shutil.copytree(ours, mixed)
    (mixed / "notes.txt").write_text("mine")
    run(place, *TWENTY)
    assert not ours.exists()
    assert (place / f".out.unfinished-{alive}").is_dir()
    assert (place / f".outer.unfinished-{gone.pid}").is_dir()
    assert (somebodys / "result.json").read_text() == "mine"
    assert (place / ".out.unfinished-x").is_dir()
    assert [path.name for path in mixed.iterdir()] == ["notes.txt"]


def test_a_lock_that_is_none_of_ours_is_left_alone(place: Path) -> None:
    (place / ".out.lock").write_text("somebody else's")
    done = run(place, *TWENTY, check=1)
    assert "is in the way: it is no lock of this program." in done.stderr
    assert (place / ".out.lock").read_text() == "somebody else's"
    assert not (place / "out").exists()


def test_default_folders_and_resume_without_out(place: Path) -> None:
    arguments = (*SMALL, "--draws", "20")
    run(place, *arguments)
    unfinished(place, 9)
    os.rename(place / "out", place / "run-s-2")
    assert run(place, *arguments).returncode == 0
    assert [look(place / f"run-s{end}").state for end in ("", "-2", "-3")] == [COMPLETE, PARTIAL, COMPLETE]
    run(place, *arguments, "--resume")
    assert files_of(place / "run-s-2") == files_of(place / "run-s")
    listed = run(place, "runs").stdout
    assert [line.split() for line in listed.splitlines()[1:]] == [
        [name, "s", "random1", "20", "complete"] for name in ("run-s", "run-s-2", "run-s-3")
    ]
