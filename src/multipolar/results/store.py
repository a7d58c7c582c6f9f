"""The run directory: whole or absent. Files first, the manifest of their SHA-256 last, then one rename.

``environment.json`` holds what differs between two runs of one input (time, host, process) and is not in the
manifest; every other file has the same bytes each time.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import platform
import shutil
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from multipolar.base.problems import InputError, shown
from multipolar.results import files
from multipolar.results.result import Result

MANIFEST = "manifest.json"
ENVIRONMENT = "environment.json"
FORMAT = "multipolar run 1"
_log = logging.getLogger(__name__)


def refuse_taken(out: Path, force: bool = False) -> None:
    """Raise ``InputError`` where a run cannot be written to ``out``: called before anything is computed.

    A folder that is not empty is refused; ``force`` allows one that holds a finished run.
    """
    if not out.exists() and not out.is_symlink():
        if not _first_existing(out.parent).is_dir():
            raise InputError(f"--out: `{shown(out)}` lies inside something that is no folder")
        return
    if not out.is_dir() or out.is_symlink():
        raise InputError(f"--out: `{shown(out)}` is no folder")
    if not any(out.iterdir()) or (force and is_run(out)):
        return
    hint = "use --force to replace this finished run, or another folder" if is_run(out) else "use another folder"
    raise InputError(f"--out: `{shown(out)}` is not empty; {hint}")


def is_run(folder: Path) -> bool:
    """Whether a folder holds a finished run: its manifest is there and every file agrees with it."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return manifest["format"] == FORMAT and not damaged(folder, manifest["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def damaged(folder: Path, listed: Mapping[str, str]) -> tuple[str, ...]:
    """Files of a run that are missing or differ from the manifest."""
    wrong = []
    for name, digest in listed.items():
        path = folder / name
        if Path(name).name != name or not path.is_file() or _digest(path) != digest:
            wrong.append(name)
    return tuple(wrong)


def write_run(result: Result, out: Path, report: str | None = None, force: bool = False) -> Path:
    """Write a run directory and return it; nothing is there before all of it is.

    Raises ``InputError`` where ``out`` is taken, ``OSError`` as the file system gives it (nothing is left behind then).
    """
    out = out.absolute()
    refuse_taken(out, force)
    out.parent.mkdir(parents=True, exist_ok=True)
    _sweep(out)
    unfinished = out.parent / f".{out.name}.unfinished-{os.getpid()}"
    unfinished.mkdir()
    try:
        _fill(result, unfinished, report)
        if out.exists() and any(out.iterdir()):
            old = out.parent / f".{out.name}.replaced-{os.getpid()}"
            out.rename(old)
            unfinished.rename(out)
            shutil.rmtree(old)
        else:
            unfinished.rename(out)  # replaces an empty folder
        _sync_folder(out.parent)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return out


def _fill(result: Result, folder: Path, report: str | None) -> None:
    texts = {
        "scenario.yaml": result.scenario.text,
        "result.json": files.as_json(result),
        "welfare.csv": files.welfare_csv(result),
    }
    if report is not None:
        texts["report.html"] = report
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode("utf-8"))
    files.write_netcdf(result, folder / "result.nc")
    digests = {path.name: _digest(path) for path in sorted(folder.iterdir())}
    environment = {
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": sys.version.split()[0],
        "system": platform.platform(),
        "process": os.getpid(),
        "command": result.provenance.command,
    }
    (folder / ENVIRONMENT).write_text(json.dumps(environment, indent=1) + "\n", encoding="utf-8")
    for path in sorted(folder.iterdir()):
        _sync(path)
    manifest = {"format": FORMAT, "scenario": result.scenario.name, "files": digests}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    _sync(folder / MANIFEST)
    _sync_folder(folder)


def _sweep(out: Path) -> None:
    """Remove unfinished folders that dead processes left for this run."""
    for folder in out.parent.glob(f".{out.name}.unfinished-*"):
        number = folder.name.rpartition("-")[2]
        if number.isdigit() and not _alive(int(number)):
            _log.info("removing what an earlier run left unfinished: %s", folder.name)
            shutil.rmtree(folder, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _first_existing(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # a folder cannot be opened there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
