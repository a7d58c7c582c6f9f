"""The make targets, and the guards around the virtual environment (a stand-in for Python only takes notes)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PYTHON = """#!/bin/sh
echo "$@" >> "{notes}"
case "$*" in
    -V) echo "Python {version}" ;;
    "-m venv --clear "*) mkdir -p "$4/bin"; cp "$0" "$4/bin/python" ;;
    "-m pip "*" --require-hashes "*) test ! -e "{broken}" ;;
esac
"""


class Place:
    """A copy of the install script with its locks, a stand-in Python, and the notes that it takes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes = folder / "notes"
        self.broken = folder / "broken"
        (folder / "requirements").mkdir()
        shutil.copy(ROOT / "requirements" / "install.sh", folder / "requirements")
        for name in ("requirements/run.lock", "requirements/all.lock", "pyproject.toml"):
            (folder / name).write_text(name, encoding="utf-8")
        (folder / "src" / "multipolar").mkdir(parents=True)
        (folder / "src" / "multipolar" / "__init__.py").write_text('__version__ = "1.0"\n', encoding="utf-8")
        self.python("3.11.2")

    def python(self, version: str) -> None:
        path = self.folder / "python"
        path.write_text(PYTHON.format(notes=self.notes, broken=self.broken, version=version), encoding="utf-8")
        path.chmod(0o755)

    def install(self, lock: str, path: str = "/usr/bin:/bin") -> tuple[int, str]:
        """Exit code, and what was done: v (environment made), i (lock installed), p (project installed)."""
        self.notes.write_text("", encoding="utf-8")
        done = subprocess.run(
            ["/bin/sh", "requirements/install.sh", lock],
            cwd=self.folder,
            env={"PATH": path, "PYTHON": str(self.folder / "python"), "VENV": str(self.folder / "venv")},
            capture_output=True,
            check=False,
        )
        letters = {"-m venv": "v", "--require-hashes": "i", "--editable": "p"}
        notes = self.notes.read_text(encoding="utf-8").splitlines()
        return done.returncode, "".join(letter for line in notes for word, letter in letters.items() if word in line)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_the_second_time_nothing_is_done(place: Place) -> None:
    assert place.install("run") == (0, "vip")
    assert place.install("run") == (0, "")


def test_what_tests_need_is_added_and_serves_for_running(place: Place) -> None:
    place.install("run")
    assert place.install("all") == (0, "ip")
    assert place.install("run") == (0, "")


def test_a_broken_off_install_starts_anew(place: Place) -> None:
    place.broken.touch()
    code, done = place.install("run")
    assert (code != 0, done) == (True, "vi")
    place.broken.unlink()
    assert place.install("run") == (0, "vip")


def test_a_broken_off_addition_starts_anew(place: Place) -> None:
    place.install("run")
    place.broken.touch()
    place.install("all")
    place.broken.unlink()
    assert place.install("run") == (0, "vip")


@pytest.mark.parametrize("changed", ["requirements/run.lock", "pyproject.toml", "src/multipolar/__init__.py"])
def test_a_changed_lock_project_or_version_makes_the_environment_anew(place: Place, changed: str) -> None:
    place.install("run")
    (place.folder / changed).write_text('__version__ = "1.1"\n', encoding="utf-8")
    assert place.install("run") == (0, "vip")


def test_another_python_makes_the_environment_anew(place: Place) -> None:
    place.install("run")
    place.python("3.12.1")
    assert place.install("run") == (0, "vip")


def test_pip_takes_over_where_uv_fails(place: Place) -> None:
    uv = place.folder / "bin" / "uv"
    uv.parent.mkdir()
    for code, done in ((1, "vip"), (0, "p")):
        uv.write_text(f"#!/bin/sh\nexit {code}\n", encoding="utf-8")
        uv.chmod(0o755)
        assert place.install("run" if code else "all", path=f"{uv.parent}:/usr/bin:/bin") == (0, done)


def test_an_old_python_is_refused_before_anything_is_made(place: Place) -> None:
    (place.folder / "python").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    assert place.install("run") == (1, "")
    assert not (place.folder / "venv").exists()


def test_help_tells_every_target() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.findall(r"^\.PHONY: (.*)$", text, flags=re.MULTILINE)[0].split())
    told = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True,
        env={name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}},
    ).stdout  # fmt: skip
    lines = dict(re.findall(r"^  make (\S+)\s+(\S.*)$", told, flags=re.MULTILINE))
    assert set(lines) == {target for target in phony if not target.endswith("-environment")}
