"""The run directory: whole or unfinished, and never in doubt which.

A run is written beside its place: files first, the manifest of their SHA-256 last, all of it flushed to the disk; then
one rename puts it there. A folder holds a finished run only where the manifest is there and every file agrees with it.
Draws are kept at the place itself as they are finished, next to ``unfinished.json``, so that a run that is broken off
can go on. ``environment.json`` holds what differs between two runs of one input (time, host, process, command) and is
not in the manifest; every other file has the same bytes each time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from multipolar.base.problems import InputError, MultipolarError, shown
from multipolar.results import files
from multipolar.results.disk import Lock, digest_of, place_file, sync_folder, write_file
from multipolar.results.inputs import Inputs, differences, from_data
from multipolar.results.kept import DRAWS, SETS, KeptRows
from multipolar.results.result import Result
from multipolar.results.rows import DrawRow

MANIFEST = "manifest.json"
ENVIRONMENT = "environment.json"
UNFINISHED = "unfinished.json"
INPUTS = "inputs.json"
REPORT = "report.html"
RESULTS = ("result.json", "welfare.csv", "result.nc")
ATTRIBUTION = "attribution.csv"
INDICES = "indices.csv"
JOBS = "jobs.csv"
FORMAT = "multipolar run 1"
ABSENT, EMPTY, COMPLETE, DAMAGED, PARTIAL, OTHER = "absent", "empty", "complete", "damaged", "unfinished", "other"
_OWN = (MANIFEST, ENVIRONMENT, UNFINISHED, INPUTS, REPORT, ATTRIBUTION, INDICES, JOBS, *RESULTS, "scenario.yaml")
_OWN_PATTERN = re.compile(r"(rests-on-.+\.yaml|(draws|sets)-\d+\.part)")
_BLOCK = 8  # draws
_MOST_BLOCKS = 256
_SETS_BLOCK = 64  # sets of measures
_MOST_SETS = 1_000_000
_LONGEST_NAME = 200
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """What a folder holds: its state, the run's inputs where they can be read, files that are damaged or missing."""

    state: str
    inputs: Inputs | None = None
    damaged: tuple[str, ...] = ()
    listed: Mapping[str, str] | None = None


def look(folder: Path) -> Found:
    """What is at a place. ``complete`` means: a manifest that lists what a run needs, and every file agrees with it."""
    if not os.path.lexists(folder):
        return Found(ABSENT)
    if not folder.is_dir() or folder.is_symlink():
        return Found(OTHER)
    if not any(folder.iterdir()):
        return Found(EMPTY)
    manifest = folder / MANIFEST
    inputs = _inputs(folder / INPUTS)
    if os.path.lexists(manifest):
        try:
            listed = _listed(manifest)
        except (OSError, ValueError, RecursionError):
            return Found(DAMAGED, inputs, (MANIFEST,)) if inputs is not None else Found(OTHER)
        wrong = damaged(folder, listed)
        if inputs is None and INPUTS not in wrong:
            wrong = (*wrong, INPUTS)
        return Found(DAMAGED if wrong else COMPLETE, inputs, wrong, listed)
    unfinished = _inputs(folder / UNFINISHED)
    if unfinished is not None:
        return Found(PARTIAL, unfinished)
    return Found(DAMAGED, inputs, (MANIFEST,)) if inputs is not None else Found(OTHER)


def damaged(folder: Path, listed: Mapping[str, str]) -> tuple[str, ...]:
    """Files of a run that are missing or differ from the manifest."""
    wrong = []
    for name, digest in listed.items():
        path = folder / name
        try:
            if path.is_symlink() or not path.is_file() or digest_of(path) != digest:
                wrong.append(name)
        except OSError:
            wrong.append(name)
    return tuple(wrong)


def contents(result: Result, inputs: Inputs, report: str | None) -> dict[str, bytes]:
    """The files of a run that its manifest lists, by name; the same bytes for the same result."""
    texts = dict(inputs.texts_of or {})
    texts |= {INPUTS: inputs.as_json(), "result.json": files.as_json(result), "welfare.csv": files.welfare_csv(result)}
    if result.attribution is not None:
        texts[ATTRIBUTION] = files.attribution_csv(result, result.attribution)
    if result.indices:
        texts[INDICES] = files.indices_csv(result)
    if "jobs" in result.indices:
        texts[JOBS] = files.jobs_csv(result)
    if report is not None:
        texts[REPORT] = report
    # A name that is no Unicode text (a file name may be any bytes) is written as its escape.
    held = {name: text.encode("utf-8", "backslashreplace") for name, text in texts.items()}
    return held | {"result.nc": files.as_netcdf(result)}


class Place:
    """A place for one run, held from before it is computed until it is written or given up.

    ``kept`` and ``kept_sets``: draws, and sets of measures, of an unfinished run there, by number. Made with ``resume``
    it goes on with an unfinished run of the same inputs; with ``force`` it replaces a finished run, which stays until
    then (no draws are kept on the way). Raises ``InputError`` where the place is not free, ``TakenError`` where another
    process is writing to it, ``OSError`` as the system gives it.
    """

    def __init__(self, out: Path, inputs: Inputs, *, resume: bool = False, force: bool = False) -> None:
        self.out, self.inputs = out.absolute(), inputs
        self._called, self._resume, self._force = out, resume, force
        self._begun = self._done = False
        self._draws = KeptRows(DRAWS, max(_BLOCK, -(-inputs.draws // _MOST_BLOCKS)))
        self._sets = KeptRows(SETS, _SETS_BLOCK)
        try:
            self._refuse()
        except InputError:
            self._tidy()
            raise
        self.out.parent.mkdir(parents=True, exist_ok=True)
        self._lock = Lock(self._beside("lock"), str(out))
        try:
            self._recover()
            state = self._refuse().state
            if state == PARTIAL:
                self._draws.read(self.out, inputs.draws)
                self._sets.read(self.out, _MOST_SETS)
            self._begun = state == PARTIAL
            self._keeps = state != COMPLETE  # a run that is to be replaced stays as it is until the new one is whole
        except BaseException:
            self._lock.release()
            raise

    @property
    def kept(self) -> Mapping[int, DrawRow]:
        return self._draws.rows

    @property
    def kept_sets(self) -> Mapping[int, DrawRow]:
        return self._sets.rows

    def keep(self, number: int, row: DrawRow) -> None:
        """Keep a finished draw; every few of them are written, so that they outlive this process."""
        if self._keeps and self._draws.add(number, row):
            self._write_kept()

    def keep_set(self, number: int, row: DrawRow) -> None:
        """Keep a finished set of measures, as ``keep`` does draws."""
        if self._keeps and self._sets.add(number, row):
            self._write_kept()

    def finish(self, result: Result, report: str | None, about: Mapping[str, str]) -> Path:
        """Write the run and put it at its place: whole, or not at all. ``about`` goes to ``environment.json``."""
        made = self._beside(f"unfinished-{os.getpid()}")
        made.mkdir()
        try:
            self._fill(made, result, report, about)
            self._put(made)
        except BaseException:
            _remove(made)
            raise
        return self.out

    def close(self) -> str:
        """Give the place up. Says what is kept there, in half a sentence; "" where nothing is."""
        try:
            if self._draws.fresh or self._sets.fresh:
                self._write_kept()
        except OSError as error:
            _log.warning("the last draws could not be kept: %s", error.strerror)
        finally:
            self._lock.release()
        name = shown(self._called, 200)
        if self._done:
            return f"the run in `{name}` is whole"
        if not self._begun:
            return ""
        sets = f" and {len(self.kept_sets)} sets of measures" if self.kept_sets else ""
        kept = f"{len(self.kept)} of {self.inputs.draws} draws{sets} are kept in `{name}`"
        return f"{kept}, and the same command with --resume --out {name} goes on"

    def _refuse(self) -> Found:
        """What is at the place, where it may be used; ``InputError`` where it may not."""
        found, name = look(self.out), shown(self._called, 200)
        if found.state == ABSENT:
            if not _first_existing(self.out.parent).is_dir():
                raise InputError(f"--out: `{name}` lies inside something that is no folder")
            return found
        if found.state == EMPTY or (found.state == COMPLETE and self._force):
            return found
        if found.state == PARTIAL and (self._resume or self._begun) and found.inputs is not None:
            other = differences(self.inputs, found.inputs)
            if other:
                raise InputError(f"--resume: the unfinished run in `{name}` is another one: {'; '.join(other)}")
            return found
        raise InputError(f"--out: {_why_not(found, name, self._resume)}")

    def _beside(self, what: str) -> Path:
        """A hidden name beside the place, for this run alone."""
        name = self.out.name
        if len(os.fsencode(name)) > _LONGEST_NAME:
            name = hashlib.sha256(os.fsencode(name)).hexdigest()
        return self.out.parent / f".{name}.{what}"

    def _recover(self) -> None:
        """Put right what a killed process left beside the place: this process holds the lock, so that one is dead."""
        for old in self._left("replaced-"):
            state = look(self.out).state
            if state == ABSENT:
                os.rename(old, self.out)  # it was about to be replaced, and was not
            elif state == COMPLETE:
                self._discard(old)
        for folder in self._left("unfinished-"):
            _log.info("removing what an earlier run left unfinished: %s", shown(folder.name))
            _remove(folder)

    def _tidy(self) -> None:
        """Remove what dead processes left, where that can be done; no matter if not."""
        with contextlib.suppress(OSError, MultipolarError):
            lock = Lock(self._beside("lock"), str(self._called))
            try:
                self._recover()
            finally:
                lock.release()

    def _left(self, what: str) -> list[Path]:
        """Folders of dead processes beside the place that hold something of a run, or nothing."""
        prefix = self._beside(what).name
        left = []
        with os.scandir(self.out.parent) as entries:
            for entry in entries:
                number = entry.name.removeprefix(prefix)
                if not entry.name.startswith(prefix) or not number.isdigit() or not entry.is_dir(follow_symlinks=False):
                    continue
                if not _alive(int(number)) and _is_ours(Path(entry.path)):
                    left.append(Path(entry.path))
        return left

    def _write_kept(self) -> None:
        if not self._begun:
            self._begin()
        for rows in (self._draws, self._sets):
            rows.write(self.out)

    def _begin(self) -> None:
        """Put an unfinished run at the place: made beside it, so that it says what it is from the first moment."""
        made = self._beside(f"unfinished-{os.getpid()}")
        made.mkdir()
        try:
            place_file(made / UNFINISHED, self.inputs.as_json().encode("utf-8", "backslashreplace"))
            self._rename(made)
        except BaseException:
            _remove(made)
            raise
        self._begun = True
        sync_folder(self.out.parent)

    def _fill(self, folder: Path, result: Result, report: str | None, about: Mapping[str, str]) -> None:
        held = contents(result, self.inputs, report)
        place_file(folder / INPUTS, held[INPUTS])  # first: it says that this is a run of ours
        for name, data in held.items():
            if name != INPUTS:
                write_file(folder / name, data)
        environment = {
            "written": datetime.now(UTC).isoformat(timespec="seconds"),
            "system": platform.platform(),
            "process": os.getpid(),
            **about,
        }
        write_file(folder / ENVIRONMENT, _json(environment))
        sync_folder(folder)
        listed = {name: hashlib.sha256(held[name]).hexdigest() for name in sorted(held)}
        place_file(folder / MANIFEST, _json({"format": FORMAT, "scenario": result.scenario.name, "files": listed}))

    def _put(self, made: Path) -> None:
        """Rename the finished folder to its place. What stands there, ours by then, makes way and is removed."""
        if self._refuse().state in (ABSENT, EMPTY):
            self._rename(made)
            self._finished()
            sync_folder(self.out.parent)
            return
        old = self._beside(f"replaced-{os.getpid()}")
        os.rename(self.out, old)
        try:
            os.rename(made, self.out)
        except BaseException:
            os.rename(old, self.out)
            raise
        self._finished()
        sync_folder(self.out.parent)
        self._discard(old)

    def _rename(self, made: Path) -> None:
        """Rename a folder to the place, which is free or empty."""
        if os.name == "nt":
            with contextlib.suppress(FileNotFoundError):
                self.out.rmdir()  # elsewhere a rename replaces an empty folder, and no other
        os.rename(made, self.out)

    def _finished(self) -> None:
        """From here on the run is there, whatever else happens."""
        self._draws.fresh, self._sets.fresh, self._begun, self._done = {}, {}, False, True

    def _discard(self, old: Path) -> None:
        """Remove a replaced run; files that are not its own move to the new one."""
        for path in old.iterdir():
            if not _is_own(path.name) and not os.path.lexists(self.out / path.name):
                os.rename(path, self.out / path.name)
        _remove(old)


def _why_not(found: Found, name: str, resume: bool) -> str:
    if found.state == COMPLETE:
        end = "there is nothing to resume; " if resume else ""
        return f"`{name}` holds a finished run; {end}use --force to replace it, or another folder"
    if found.state == PARTIAL:
        return f"`{name}` holds an unfinished run; use --resume to go on with it, or another folder"
    if found.state == DAMAGED:
        return f"`{name}` holds a run that is damaged ({', '.join(map(shown, found.damaged))}); use another folder"
    return f"`{name}` is no folder, or not empty; use another folder"


def _inputs(path: Path) -> Inputs | None:
    try:
        return from_data(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):
        return None


def _listed(manifest: Path) -> dict[str, str]:
    """Files and digests of a manifest; ``ValueError`` where it is none, or lacks a file every run has."""
    data = json.loads(manifest.read_text(encoding="utf-8"))
    listed = data.get("files") if isinstance(data, dict) and data.get("format") == FORMAT else None
    if not isinstance(listed, dict) or not {INPUTS, "scenario.yaml", *RESULTS} <= listed.keys():
        raise ValueError("no manifest of a run")
    for name, digest in listed.items():
        if not _is_own(name) or not isinstance(digest, str):
            raise ValueError("a manifest lists files of its own run only")
    return listed


def _is_own(name: str) -> bool:
    name = name.removesuffix(".tmp")
    return name in _OWN or (_OWN_PATTERN.fullmatch(name) is not None and "/" not in name and os.sep not in name)


def _is_ours(folder: Path) -> bool:
    """Whether a hidden folder says that it is a run of ours, or holds nothing but the beginning of saying so."""
    beginnings = (f"{INPUTS}.tmp", f"{UNFINISHED}.tmp")
    return look(folder).state != OTHER or all(path.name in beginnings for path in folder.iterdir())


def _remove(folder: Path) -> None:
    """Remove the files of a run and their folder; the folder stays where there is anything else in it."""
    with contextlib.suppress(OSError):
        own = [path for path in folder.iterdir() if _is_own(path.name)]
        for path in sorted(own, key=lambda path: path.name in (INPUTS, UNFINISHED)):  # what says whose it is goes last
            path.unlink()
        folder.rmdir()


def _alive(process: int) -> bool:
    """Whether another process of this number lives."""
    if os.name == "nt" or process == os.getpid():  # nt: signal 0 would end it; the lock has answered already
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _first_existing(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _json(data: object) -> bytes:
    return (json.dumps(data, indent=1) + "\n").encode("ascii")
