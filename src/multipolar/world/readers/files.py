"""Files from outside as the readers take them: regular, of the kind they should be, hashed."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from multipolar.base.problems import WorldError, shown
from multipolar.world.provenance import File

BLOCK = 1 << 20
MOST_BYTES, MOST_EXPANSION, SMALL_BYTES = 4_000_000_000, 200, 1_000_000
YEAR = re.compile(r"(?<![0-9])(?:19[5-9]|20[0-9])[0-9](?![0-9])")
KINDS = (  # first bytes -> what a person would call it
    (b"PK\x03\x04", "a zip archive or a spreadsheet"),
    (b"\x1f\x8b", "a gzip file"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ\x00", "an xz file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "an image"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file (.xls, .doc)"),
    (b"\x89HDF", "an HDF5 file"),
    (b"MATLAB", "a MATLAB file"),
    (b"RDX", "an R data file"),
    (b"PAR1", "a Parquet file"),
    (b"version https://git-lfs", "a pointer of Git LFS, not the file itself"),
)


def hashed(path: Path) -> File:
    """Name, size and SHA-256 of a regular file; raises ``WorldError`` for what is none or cannot be read."""
    shows = shown(path, 400)
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise WorldError.of(f"`{shows}` is no regular file")
            digest, size = hashlib.sha256(), 0
            while block := stream.read(BLOCK):
                digest.update(block)
                size += len(block)
    except OSError as error:
        raise WorldError.of(f"`{shows}` cannot be read: {error.strerror or error}") from None
    if not size:
        raise WorldError.of(f"`{shows}` is empty")
    return File(path.name, size, digest.hexdigest())


def kind(path: Path) -> str:
    """What the first bytes say: ``text``, ``an HTML page``, or one of the kinds above."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    for start, name in KINDS:
        if head.startswith(start):
            return name
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or (len(head) > 4 and head[1::2].count(0) > len(head) // 4):
        return "text in UTF-16"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head")):
        return "an HTML page"
    if text.startswith(b"<?xml"):
        return "an XML document"
    if text.startswith((b"{", b"[")):
        return "a JSON document"
    if b"\0" in head:
        return "a binary file"
    return "text"


def only_one(paths: Sequence[Path], source: str, what: str) -> Path:
    """The one file a source consists of; raises ``WorldError`` where none or several are given."""
    if len(paths) != 1:
        raise WorldError.of(f"{source} is read from one file ({what}); {len(paths)} are given")
    return Path(paths[0])


def refuse_kind(path: Path, found: str, wanted: str) -> WorldError:
    """The refusal of a file that is another kind of thing, with what to do."""
    advice = {
        "an HTML page": ": the download gave a web page (a login or an error), download the file again",
        "text in UTF-16": ": save it as UTF-8",
        "a zip archive or a spreadsheet": ": unpack it, or save the sheet as text",
        "a gzip file": ": unpack it first",
        "a bzip2 file": ": unpack it first",
        "an xz file": ": unpack it first",
        "a 7-Zip archive": ": unpack it first",
        "a RAR archive": ": unpack it first",
        "a pointer of Git LFS, not the file itself": ": fetch it with `git lfs pull`",
    }
    return WorldError.of(f"`{shown(path, 400)}` is {found}, where {wanted} is needed{advice.get(found, '')}")


def check_archive(path: Path) -> None:
    """Refuse a zip archive (or workbook) that is broken or unpacks to more than any table; raises ``WorldError``."""
    where = shown(path, 400)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError) as error:
        raise WorldError.of(f"`{where}` is cut or damaged: {shown(error, 120)}") from None
    for entry in entries:
        if entry.file_size > SMALL_BYTES + MOST_EXPANSION * entry.compress_size:
            more = f"unpacks to more than {MOST_EXPANSION} times its size"
            raise WorldError.of(f"`{where}`: {shown(entry.filename)} {more}")
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise WorldError.of(f"`{where}` unpacks to more than {MOST_BYTES:,} bytes")


def check_packed(path: Path, found: str) -> None:
    """Refuse a packed file that unpacks to more than any table, or is cut; raises ``WorldError``."""
    openers: Mapping[str, Any] = {
        "a gzip file": gzip.open,
        "a bzip2 file": bz2.open,
        "an xz file": lzma.open,
    }
    if found not in openers:
        return
    size, most = 0, SMALL_BYTES + MOST_EXPANSION * path.stat().st_size
    try:
        with openers[found](path, "rb") as stream:
            while block := stream.read(BLOCK):
                size += len(block)
                if size > min(most, MOST_BYTES):
                    raise WorldError.of(f"`{shown(path, 400)}` unpacks to more than {MOST_EXPANSION} times its size")
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise WorldError.of(f"`{shown(path, 400)}` is cut or damaged: {shown(error, 120)}") from None


def year_in_name(path: Path) -> int:
    """The year a file's name ends on: the last number from 1950 to 2099 in it; raises ``WorldError`` without one.

    Sources name their files by edition and year, the year last (``ICIO2023_2018.csv``, ``2022_SML.csv``).
    """
    found = YEAR.findall(path.stem)
    if not found:
        raise WorldError.of(f"`{shown(path, 400)}`: the year is read from the name of a file, and there is none in "
                            "this one; call it as its source does (2022_SML.csv)")  # fmt: skip
    return int(found[-1])


def silent(text: str, done: int, total: int) -> None:
    """Progress that nobody looks at."""


def needs_rate(usd_per_unit: float | None, source: str, unit: str) -> float:
    """The exchange rate of a source that is not in US dollars; raises ``WorldError`` where it is missing or none."""
    if usd_per_unit is None:
        raise WorldError.of(f"{source} is in {unit}: say how many US dollars one was worth in that year "
                            "(--usd-per-unit; central banks publish annual averages)")  # fmt: skip
    if not 1e-6 < usd_per_unit < 1e6:
        raise WorldError.of(f"--usd-per-unit {usd_per_unit:g} is no exchange rate")
    return usd_per_unit
