"""What a machine may do to a run: no disk, no room, no terminal, no home. One sentence, or plain work."""

from __future__ import annotations

import json
import os
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from multipolar.results.store import COMPLETE, look

from .conftest import MULTIPOLAR, SCENARIO, SMALL, files_of, fresh, others_in, run

RUN = (*SMALL, "--draws", "20", "--out", "out")
PLAIN = {name: value for name, value in os.environ.items() if name in ("PATH", "PYTHONPATH")}


def sentence(told: str, *parts: str) -> None:
    """One line, which holds these parts."""
    assert len(told.splitlines()) == 1, told
    for part in parts:
        assert part in told


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A file system of 200 kB, where this process may make one."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", folder]
    made = subprocess.run(mount, capture_output=True, check=False)
    if made.returncode != 0:
        pytest.skip("needs the right to mount a file system")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk(tiny: Path, place: Path, whole: Path) -> None:
    (tiny / "ballast").write_bytes(b"x" * 165_000)
    arguments = (*SMALL, "--draws", "20", "--out", str(tiny / "out"))
    sentence(run(place, *arguments, check=1).stderr, "The system refused", "No space left on device")
    assert look(tiny / "out").state != COMPLETE
    (tiny / "ballast").unlink()
    run(place, *arguments, "--resume")
    assert files_of(tiny / "out") == files_of(whole / "draws")
    assert {path.name for path in tiny.iterdir()} == {"out"}


def test_a_disk_that_cannot_be_written_to(tiny: Path, place: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", tiny], check=True)
    done = run(place, *SMALL, "--out", str(tiny / "out"), check=1)
    sentence(done.stderr, "The system refused", "Read-only file system")
    subprocess.run(["mount", "-o", "remount,rw", tiny], check=True)
    run(place, *SMALL, "--draws", "0", "--out", str(tiny / "out"))


def test_a_folder_without_the_right_to_write(place: Path) -> None:
    if os.getuid() == 0:
        pytest.skip("nothing is forbidden to root")
    (place / "closed").mkdir(mode=0o555)
    sentence(run(place, *SMALL, "--out", "closed/out", check=1).stderr, "The system refused", "Permission denied")


def test_a_limit_on_the_size_of_files(place: Path, whole: Path) -> None:
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, 9_000))  # noqa: E731
    done = fresh(place, *RUN, check=1, preexec_fn=limit)
    sentence(done.stderr, "The system refused", "File too large", "20 of 20 draws are kept in `out`")
    assert others_in(place) == {"out"}
    fresh(place, *RUN, "--resume")
    assert files_of(place / "out") == files_of(whole / "draws")


def test_output_to_a_full_device(place: Path, whole: Path) -> None:
    with open("/dev/full", "w") as full:
        sentence(fresh(place, *RUN, check=1, stdout=full).stderr, "No space left on device")
        sentence(fresh(place, "worlds", check=1, stdout=full).stderr, "No space left on device")
        assert fresh(place, "worlds", "--nonsense", check=1, stderr=full).stdout == ""
    assert files_of(place / "out") == files_of(whole / "draws")  # the answer was not said, but the run is whole


@pytest.mark.parametrize("arguments", [RUN, ("explain",), ("worlds",)], ids=["run", "explain", "worlds"])
def test_a_closed_pipe(arguments: tuple[str, ...], place: Path, whole: Path) -> None:
    """``| head -1``, with a reader that is gone before the first word."""
    reading, writing = os.pipe()
    os.close(reading)
    done = fresh(place, *arguments, check=None, stdout=writing)
    os.close(writing)
    assert done.stderr == ""
    assert done.returncode == (0 if arguments == RUN else 141)
    if arguments == RUN:
        assert files_of(place / "out") == files_of(whole / "draws")


def test_streams_that_are_closed(place: Path, whole: Path) -> None:
    for name, line in (("a", ">&-"), ("b", "2>&-"), ("c", "<&- >&- 2>&-")):
        command = f'exec "$@" {line}'
        words = [str(MULTIPOLAR), *SMALL, "--draws", "20", "--out", name]
        shell = ["sh", "-c", command, "sh", *words]
        done = subprocess.run(shell, cwd=place, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert files_of(place / name) == files_of(whole / "draws")


def test_without_a_home(place: Path, whole: Path) -> None:
    fresh(place, *RUN, env=PLAIN)
    assert files_of(place / "out") == files_of(whole / "draws")
    assert "world2022" in fresh(place, "worlds", env=PLAIN).stdout
    missing = {**PLAIN, "HOME": "/nowhere/at/all", "XDG_CACHE_HOME": "/nowhere/at/all"}
    fresh(place, *RUN, "--force", env=missing)
    assert "world2022" in fresh(place, "worlds", env=missing).stdout


def test_a_user_whom_the_system_does_not_know(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", unknown)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert "world2022" in run(place, "worlds").stdout
    run(place, *RUN)
    assert "no world `mine`" in run(place, *RUN[:2], "--world", "mine", check=2).stderr


LANGUAGES = {
    "C": {"LC_ALL": "C"},
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "C, nothing coerced": {
        "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii",
    },
}


@pytest.mark.parametrize(
    ("language", "page"),
    [
        (LANGUAGES["C, nothing coerced"], ("--no-report",)),
        *(pytest.param(each, (), marks=pytest.mark.slow) for each in LANGUAGES.values()),
    ],
    ids=["all of it", *LANGUAGES],
)
def test_a_terminal_that_shows_no_arabic(language: dict[str, str], page: tuple[str, ...], place: Path) -> None:
    """Titles, file names and folders in Arabic; all of it redirected."""
    name = "رسم.yaml"
    (place / name).write_text(SCENARIO.replace("A small tariff", "رسم صغير"), encoding="utf-8")
    arguments = ("run", name, "--world", "w.npz", "--draws", "0", "--workers", "1", "--out", "نتيجة", *page)
    done = fresh(place, *arguments, env={**PLAIN, **language})
    assert "converged in" in done.stdout
    told = json.loads(fresh(place, *arguments, "--force", "--json", env={**PLAIN, **language}).stdout)
    assert told["scenario"]["title"]["en"] == "رسم صغير"
    assert look(place / "نتيجة").state == COMPLETE
    listed = fresh(place, "runs", env={**PLAIN, **language}).stdout
    assert "complete" in listed
    assert fresh(place, "repeat", "نتيجة", env={**PLAIN, **language}).stdout.rstrip().endswith(": identical")


def test_a_file_name_that_is_no_text(place: Path) -> None:
    os.rename(place / "s.yaml", os.fsencode(place) + b"/\xff\xfe.yaml")
    done = fresh(place, "run", os.fsdecode(b"\xff\xfe.yaml"), *SMALL[2:], "--draws", "0", "--out", "out")
    assert done.stderr == ""
    assert look(place / "out").state == COMPLETE
