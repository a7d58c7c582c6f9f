"""Files that are whole or absent: written, flushed to the disk, then named; and a lock that ends with its process.

All of it goes through ``os``, one call a step, so that tests can make each of them fail.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import logging
import os
import sys
from pathlib import Path

from multipolar.base.problems import MultipolarError, shown

_LOCK_TEXT = b"multipolar run lock, process "
_NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP)
_log = logging.getLogger(__name__)


def write_file(path: Path, data: bytes) -> None:
    """Write a new file and flush it to the disk; nothing of it is left where that fails."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags, 0o666)
    try:
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(handle, rest) :]
            os.fsync(handle)
        finally:
            os.close(handle)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(path)
        raise _named(error, path) from None


def place_file(path: Path, data: bytes) -> None:
    """Write a file under another name and rename it: at every moment it is whole or not there."""
    unnamed = path.with_name(f"{path.name}.tmp")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(unnamed)
    write_file(unnamed, data)
    try:
        os.replace(unnamed, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(unnamed)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Flush the names in a folder to the disk."""
    if os.name == "nt":  # a folder cannot be opened there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class TakenError(MultipolarError):
    """Another process is writing to the same place."""


class Lock:
    """A file that one process at a time holds. The system frees it when the process ends, however it ends."""

    def __init__(self, path: Path, what: str) -> None:
        """Take the lock, or raise ``TakenError`` at once, which names ``what`` is taken."""
        self.path = path
        while True:
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
            try:
                self._take(what)
                if self._is_at_its_place():
                    break
            except BaseException:
                os.close(self._handle)
                raise
            os.close(self._handle)  # its last holder removed it in between: there is a new one, or none
        try:
            os.ftruncate(self._handle, 0)
            os.write(self._handle, b"%s%d\n" % (_LOCK_TEXT, os.getpid()))
        except BaseException as error:
            self.release()
            raise _named(error, path) from None

    def release(self) -> None:
        """Remove the file, then free it: whoever waits for it sees that it is no longer there."""
        with contextlib.suppress(OSError):
            os.unlink(self.path)
        with contextlib.suppress(OSError):
            os.close(self._handle)

    def _take(self, what: str) -> None:
        held = os.pread(self._handle, 200, 0) if hasattr(os, "pread") else b""
        if not held.startswith(_LOCK_TEXT[: len(held)]):  # a killed process may have written half of it
            raise MultipolarError(f"`{shown(self.path, 200)}` is in the way: it is no lock of this program.")
        try:
            _lock_now(self._handle)
        except OSError as error:
            if error.errno in _NO_LOCKS:
                _log.warning("this file system knows no locks: let no other run write to %s", shown(what, 200))
                return
            if error.errno not in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
                raise
            number = held.removeprefix(_LOCK_TEXT).decode("ascii", "replace").strip()
            by = f" (process {shown(number)})" if number else ""
            told = f"Another run{by} is writing to `{shown(what, 200)}`; this one has changed nothing."
            raise TakenError(told) from None

    def _is_at_its_place(self) -> bool:
        try:
            return os.path.samestat(os.stat(self.path), os.fstat(self._handle))
        except FileNotFoundError:
            return False


def _lock_now(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _named(error: BaseException, path: Path) -> BaseException:
    """The error with the file it is about: writing and flushing do not say."""
    if isinstance(error, OSError) and error.filename is None and error.errno is not None:
        return type(error)(error.errno, error.strerror, str(path))
    return error
