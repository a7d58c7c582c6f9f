"""Arrays out of a ``.npz`` file that nobody vouches for: all that it declares is checked before anything is allocated.

An archive is refused for a member of another name, two of one name, members that overlap, are encrypted or packed in
another way than deflate, one that unpacks to far more than it holds, and for an array whose header does not fit its
size, is of another kind or order, or has another shape than the labels of the same file say. Only then are arrays read,
never with pickles.
"""

from __future__ import annotations

import math
import os
import re
import stat
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import MOST_BYTES
from multipolar.base.axes import LONGEST_LABEL, MOST_LABELS
from multipolar.base.problems import WorldError, shown

MOST_EXPANSION = 200  # bytes out for a byte in; worlds with many empty flows come to a few dozen
SMALL_BYTES = 1_000_000  # below this no expansion is looked at
LONGEST_HEADER = 4_000
TEXT, NUMBERS, WHOLE, BYTES = "U", "fiu", "iu", "u"
MOST_PROVENANCE = 1_000_000

# member -> kinds of numbers, axes in order: c countries, s sectors, f of its own length
MEMBERS: Mapping[str, tuple[str, str]] = {
    "format": (TEXT, ""),
    "name": (TEXT, ""),
    "unit": (TEXT, ""),
    "year": (WHOLE, ""),
    "countries": (TEXT, "c"),
    "sectors": (TEXT, "s"),
    "trade": (NUMBERS, "ccs"),
    "tariff": (NUMBERS, "ccs"),
    "tariff_bp": (NUMBERS, "ccs"),
    "export_tax": (NUMBERS, "ccs"),
    "input_share": (NUMBERS, "css"),
    "intermediate": (NUMBERS, "css"),
    "trade_elasticity": (NUMBERS, "s"),
    "fields": (TEXT, "ff"),
    "graded": (TEXT, "f"),
    "evidence": (WHOLE, "fcs"),
    "provenance": (BYTES, "f"),
}
_AXES = {"c": "countries", "s": "sectors"}
_FIELD = re.compile(r"field[0-9]{1,2}")  # numbers of the k-th row of ``fields``, on the axes that the row names
MOST_FIELD_AXES = 3

@dataclass(frozen=True, slots=True)
class Header:
    """What a member says it holds."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    column_order: bool
    offset: int


def read_archive(path: Path) -> dict[str, NDArray[Any]]:
    """All arrays of a world file by name. Raises ``WorldError`` naming the file and what is wrong with it."""
    try:
        with warnings.catch_warnings(), _regular(path) as stream, zipfile.ZipFile(stream) as archive:
            warnings.simplefilter("error")  # what NumPy has to repair is not read
            entries = _entries(archive)
            headers = {name: _header(archive, entry) for name, entry in entries.items()}
            for name, entry in entries.items():
                _check_header(name, headers[name], entry)
            _check_shapes(headers)
            return {name: _array(archive, entry, headers[name]) for name, entry in entries.items()}
    except Exception as error:  # hostile bytes reach places of zipfile and NumPy that raise anything
        raise WorldError.of(f"world file `{shown(path, 400)}` cannot be read: {shown(_reason(error), 200)}") from None


@contextmanager
def _regular(path: Path) -> Iterator[IO[bytes]]:
    # O_NONBLOCK: opening a fifo must not wait for a writer that never comes.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError("it is no regular file")
        yield stream


def _entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Members by the name of their array: known, each once, apart from each other, of a size that can be."""
    found: dict[str, zipfile.ZipInfo] = {}
    end = 0
    for entry in sorted(archive.infolist(), key=lambda each: each.header_offset):
        name = entry.filename.removesuffix(".npy")
        if not (name in MEMBERS or _FIELD.fullmatch(name)) or not entry.filename.endswith(".npy"):
            raise ValueError(f"member `{shown(entry.filename)}` is none of a world file")
        if name in found:
            raise ValueError(f"member `{name}` stands twice")
        if entry.flag_bits & 1:
            raise ValueError(f"member `{name}` is encrypted")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f"member `{name}` is packed in a way that is not read here")
        if entry.header_offset < end:
            raise ValueError(f"member `{name}` overlaps another")
        end = entry.header_offset + 30 + len(entry.filename.encode()) + entry.compress_size
        if entry.file_size > SMALL_BYTES + MOST_EXPANSION * entry.compress_size:
            raise ValueError(f"member `{name}` unpacks to more than {MOST_EXPANSION} times its size")
        found[name] = entry
    if sum(entry.file_size for entry in found.values()) > MOST_BYTES:
        raise ValueError(f"it unpacks to more than {MOST_BYTES:,} bytes")
    return found


def _header(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Header:
    readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    with archive.open(entry) as member:
        version = np.lib.format.read_magic(member)
        if version not in readers:
            raise ValueError(f"member `{shown(entry.filename)}` is written in an unknown version")
        shape, column_order, dtype = readers[version](member, max_header_size=LONGEST_HEADER)
        return Header(shape, dtype, column_order, member.tell())


def _check_header(name: str, header: Header, entry: zipfile.ZipInfo) -> None:
    kinds, axes = MEMBERS.get(name, (NUMBERS, None))
    if header.dtype.kind not in kinds or header.dtype.hasobject:
        wanted = {TEXT: "text", NUMBERS: "numbers", WHOLE: "a whole number", BYTES: "bytes"}[kinds]
        raise ValueError(f"`{name}` holds {shown(header.dtype)}, where {wanted} must stand")
    if kinds == BYTES and (header.dtype.itemsize > 1 or entry.file_size > MOST_PROVENANCE):
        raise ValueError(f"`{name}` holds more than {MOST_PROVENANCE:,} bytes, or other numbers than bytes")
    if kinds == TEXT and header.dtype.itemsize > 4 * LONGEST_LABEL:
        raise ValueError(f"`{name}` holds texts of more than {LONGEST_LABEL} characters")
    if axes is None:
        axes = "f" * min(len(header.shape), MOST_FIELD_AXES)
    if len(header.shape) != len(axes) or any(length < 0 for length in header.shape):
        raise ValueError(f"`{name}` has shape {shown(header.shape)}, where {len(axes)} axes are needed")
    if kinds == TEXT and axes and header.shape[0] > MOST_LABELS:
        raise ValueError(f"`{name}` holds {header.shape[0]:,} names; at most {MOST_LABELS:,} are read")
    if header.column_order and len(axes) > 1:
        raise ValueError(f"`{name}` is stored column by column; save it in row order (numpy.ascontiguousarray)")
    if header.offset + math.prod(header.shape) * header.dtype.itemsize != entry.file_size:
        raise ValueError(f"`{name}` says shape {shown(header.shape)}, which is not the size it has")


def _check_shapes(headers: Mapping[str, Header]) -> None:
    """Every array against the labels of the same file, before it is read."""
    for name, header in headers.items():
        _, axes = MEMBERS.get(name, (NUMBERS, ""))  # a field is held against its row when it is read
        if len(axes) > 0 and all(_AXES.get(axis) in headers for axis in axes):
            wanted = tuple(headers[_AXES[axis]].shape[0] for axis in axes)
            if header.shape != wanted:
                labels = ", ".join(_AXES[axis] for axis in axes)
                raise ValueError(f"`{name}` has shape {shown(header.shape)}, where {wanted} [{labels}] is needed")


def _array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, header: Header) -> NDArray[Any]:
    """What stands behind a header that was checked: no object, and as many bytes as it says, or it is cut short."""
    size = math.prod(header.shape) * header.dtype.itemsize
    with archive.open(entry) as member:
        member.read(header.offset)
        held = member.read(size)
        if len(held) < size:
            raise ValueError(f"member `{shown(entry.filename)}` holds less than its array")
        if member.read(1):
            raise ValueError(f"member `{shown(entry.filename)}` holds more than its array")
    return np.frombuffer(held, dtype=header.dtype, count=math.prod(header.shape)).reshape(header.shape)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
