"""Writes the two locks, or says whether they are current: `lock.py` and `lock.py --check`.

`run.lock` holds what the program needs, `all.lock` every extra and the development group as well.
Both are universal (one file for every system and Python from 3.11 on) and hash-pinned. `all.lock` is made first and
holds `run.lock` to its versions, so that either can be installed over the other. `--check` first looks without a
network: every requirement of pyproject.toml is pinned, within its bounds, in the right lock; every pin has a hash; a
pin of run.lock stands in all.lock with the same version and marker. Where uv is present it then compiles again, with
the locks as they are for preferences, and compares names, versions and markers.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"all": "dev", "run": "build"}  # lock -> dependency group compiled beside the project's own dependencies


@dataclass(frozen=True)
class Pin:
    """One line `name==version ; marker` of a lock."""

    name: str
    version: str
    marker: str
    hashes: int


def read(path: Path) -> tuple[Pin, ...]:
    """All pins of a lock file, in its order."""
    pins = []
    for block in re.split(r"\n(?=[A-Za-z0-9])", path.read_text(encoding="utf-8")):
        head = block.split("\\")[0].strip()
        if not head or head.startswith("#"):
            continue
        requirement = Requirement(head)
        (specifier,) = requirement.specifier
        marker = str(requirement.marker) if requirement.marker else ""
        hashes = len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", block))
        pins.append(Pin(canonicalize_name(requirement.name), specifier.version, marker, hashes))
    return tuple(pins)


def wanted(project: Path = ROOT / "pyproject.toml") -> dict[str, tuple[Requirement, ...]]:
    """What pyproject.toml asks of each lock."""
    document = tomllib.loads(project.read_text(encoding="utf-8"))
    groups = document["dependency-groups"]

    def group(name: str) -> list[str]:
        found: list[str] = []
        for entry in groups[name]:
            found += group(entry["include-group"]) if isinstance(entry, dict) else [entry]
        return found

    core = document["project"]["dependencies"] + document["build-system"]["requires"]
    extras = [text for texts in document["project"].get("optional-dependencies", {}).values() for text in texts]
    asked = {lock: core + group(name) + (extras if lock == "all" else []) for lock, name in LOCKS.items()}
    return {lock: tuple(Requirement(text) for text in texts) for lock, texts in asked.items()}


def faults(locks: dict[str, tuple[Pin, ...]], asked: dict[str, tuple[Requirement, ...]]) -> list[str]:
    """What is wrong with the locks, as far as the files alone can say."""
    found = []
    for lock, pins in locks.items():
        for requirement in asked[lock]:
            mine = [pin for pin in pins if pin.name == canonicalize_name(requirement.name)]
            if not mine:
                found.append(f"{lock}.lock: {requirement.name} is not pinned")
            found += [
                f"{lock}.lock: {pin.name} {pin.version} is outside {requirement.specifier}"
                for pin in mine
                if not requirement.specifier.contains(pin.version, prereleases=True)
            ]
        found += [f"{lock}.lock: {pin.name} has no hash" for pin in pins if not pin.hashes]
    rest = {(pin.name, pin.version, pin.marker) for pin in locks["all"]}
    found += [
        f"run.lock: {pin.name} {pin.version} is not so in all.lock"
        for pin in locks["run"]
        if (pin.name, pin.version, pin.marker) not in rest
    ]
    return found


def differences(lock: str, old: tuple[Pin, ...], new: tuple[Pin, ...]) -> list[str]:
    """Names, versions and markers that stand in one of two readings of a lock only."""
    before, after = ({(pin.name, pin.version, pin.marker) for pin in pins} for pins in (old, new))
    found = [f"{lock}.lock: {' '.join(row)} is no longer asked for" for row in sorted(before - after)]
    return found + [f"{lock}.lock: {' '.join(row)} is missing" for row in sorted(after - before)]


def compile_into(folder: Path) -> str:
    """Compiles both locks into `folder`, preferring what stands there; returns what uv says when it fails, else ""."""
    for lock, group in LOCKS.items():
        command = ["uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--python-version", "3.11"]
        command += ["--no-emit-index-url", "--no-header", "--no-annotate", "--group", group, "pyproject.toml"]
        command += ["--output-file", str(folder / f"{lock}.lock")]
        if lock == "all":
            command += ["--all-extras"]
        else:
            command += ["--constraints", str(folder / "all.lock")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            return done.stderr.strip() or "uv failed"
    return ""


def check() -> int:
    """0 when the locks are current, 1 when not."""
    folder = ROOT / "requirements"
    locks = {lock: read(folder / f"{lock}.lock") for lock in LOCKS}
    found = faults(locks, wanted())
    if not found and shutil.which("uv"):
        with tempfile.TemporaryDirectory() as name:
            for lock in LOCKS:
                shutil.copy(folder / f"{lock}.lock", name)
            failed = compile_into(Path(name))
            if failed:
                print(f"locks: compared without a network only ({failed.splitlines()[-1]})")
            else:
                for lock, pins in locks.items():
                    found += differences(lock, pins, read(Path(name, f"{lock}.lock")))
    print("\n".join(found) if found else "locks: current")
    return 1 if found else 0


def main() -> int:
    """Runs the command line: without `--check` both files are written."""
    if sys.argv[1:] == ["--check"]:
        return check()
    failed = compile_into(ROOT / "requirements")
    if failed:
        print(failed, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
