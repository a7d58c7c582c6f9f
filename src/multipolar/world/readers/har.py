"""GEMPACK header array files (``.har``): named arrays of texts and single-precision numbers.

A file is a sequence of records, each with its length in bytes before and after it (four bytes, little-endian). An array
is a record of its name (four characters); a record of its kind (``1C`` texts, ``RE`` numbers with sets, ``RL`` without,
``2R``, ``2I`` matrices), storage (``FULL`` or ``SPSE``), title (70 characters), number of axes and lengths; for ``RE``
a record of sets and, for each distinct set with known elements, records of its elements; then the data, first axis
fastest: in full as pairs of records (bounds, numbers), sparse as records of positions and numbers; each record says how
many follow. Layout seen in the sources of HARPY (``harpy/har_file_io.py``, ``HarFileIO``) and of
github.com/mivanic/HARr (``R/read_har.r``); only ``1C``, ``RE`` and ``RL`` are read, others are passed over.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import MOST_BYTES, Array
from multipolar.base.problems import WorldError, shown

LENGTH = struct.Struct("<i")
WIDTH = 12  # characters of an element of a set
KINDS = ("1C", "RE", "RL")
MOST_AXES = 7


@dataclass(frozen=True, slots=True, eq=False)
class HeaderArray:
    """One array: ``values`` with the names of its sets and their elements (empty where a set is unnamed)."""

    name: str
    title: str
    values: Array
    sets: tuple[str, ...]
    elements: tuple[tuple[str, ...], ...]


class _BrokenError(ValueError):
    """The bytes are not what the layout says."""


def read_har(path: Path) -> Mapping[str, HeaderArray]:
    """The numeric arrays of a header array file by name; raises ``WorldError`` naming the array that is broken."""
    name = ""
    found: dict[str, HeaderArray] = {}
    try:
        records = _records(path.read_bytes())
        for name, body in _headers(records):
            array = _array(name, body)
            if array is not None:
                found[name] = array
    except (_BrokenError, struct.error, UnicodeDecodeError, ValueError, IndexError) as error:
        at = f" in `{shown(name, 10)}`" if name else ""
        reason = shown(error, 100) if isinstance(error, _BrokenError) else "its parts do not fit together"
        raise WorldError.of(f"`{shown(path, 400)}` is cut or no header array file{at}: {reason}") from None
    return found


def _records(data: bytes) -> list[bytes]:
    """All records; their lengths stand before and after each."""
    records, at = [], 0
    if data[:1] == b"\xfd":
        raise _BrokenError("it is packed in GEMPACK's own way; save it unpacked (ViewHAR does)")
    while at < len(data):
        if at + 8 > len(data):
            raise _BrokenError("it ends within a record")
        (length,) = LENGTH.unpack_from(data, at)
        if length < 0 or at + 8 + length > len(data):
            raise _BrokenError("it ends within a record")
        if LENGTH.unpack_from(data, at + 4 + length)[0] != length:
            raise _BrokenError("the length of a record differs before and after it")
        records.append(data[at + 4 : at + 4 + length])
        at += 8 + length
    return records


def _headers(records: list[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """Name and records of every array: a name is the one record of four characters that are not blank."""
    starts = [k for k, record in enumerate(records) if len(record) == 4 and record.strip()]
    if not starts or starts[0] != 0:
        raise _BrokenError("it does not start with the name of an array")
    for start, end in zip(starts, [*starts[1:], len(records)], strict=True):
        yield records[start].decode("latin-1").strip().upper(), records[start + 1 : end]


def _array(name: str, body: list[bytes]) -> HeaderArray | None:
    """The array of its records; None for texts and for kinds that are passed over."""
    if not body:
        raise _BrokenError("it ends after a name")
    pad, kind, storage, title, axes = struct.unpack_from("<4s2s4s70si", body[0])
    text = kind.decode("latin-1")
    if pad != b"    " or not 0 <= axes <= MOST_AXES * 2 or len(body[0]) != 84 + 4 * axes:
        raise _BrokenError("the record of its kind is not as it is written")
    if text not in KINDS or text == "1C":
        return None
    shape = struct.unpack_from(f"<{axes}i", body[0], 84)
    if any(length < 0 for length in shape) or 4 * math.prod(shape) > MOST_BYTES:
        raise _BrokenError(f"its lengths {shape} cannot be")
    rest, sets, elements = body[1:], tuple[str, ...](), tuple[tuple[str, ...], ...]()
    if text == "RE":
        sets, elements, rest = _sets(rest, shape)
    shape = shape[: len(sets)] if text == "RE" else shape
    read = _sparse if storage == b"SPSE" else _full
    flat = read(rest, math.prod(shape))
    values = np.ascontiguousarray(flat.reshape(shape, order="F"), dtype=np.float64)
    return HeaderArray(name, title.decode("latin-1").strip(), values, sets, elements)


def _sets(
    body: list[bytes], shape: tuple[int, ...]
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], list[bytes]]:
    """Names of the sets, their elements, and the records after them."""
    _, _, _, count, _, _ = struct.unpack_from("<4siii12si", body[0])
    if not 0 <= count <= MOST_AXES:
        raise _BrokenError(f"{count} sets")
    names = [_text(body[0][32 + WIDTH * k : 32 + WIDTH * (k + 1)]) for k in range(count)]
    states = body[0][32 + WIDTH * count : 32 + (WIDTH + 1) * count].decode("latin-1")
    rest, known = body[1:], dict[str, tuple[str, ...]]()
    for name, state, length in zip(names, states, shape, strict=False):
        if state == "k" and name not in known:
            known[name], rest = _texts(rest, length)
    return tuple(names), tuple(known.get(name, ()) for name in names), rest


def _texts(body: list[bytes], count: int) -> tuple[tuple[str, ...], list[bytes]]:
    """Elements of a set, and the records after them; the last record of a vector says 1."""
    found: list[str] = []
    for k, record in enumerate(body):
        _, follow, total, here = struct.unpack_from("<4siii", record)
        if total != count or here < 0 or len(record) != 16 + WIDTH * here:
            raise _BrokenError("the elements of a set are not as many as it says")
        found += [_text(record[16 + WIDTH * m : 16 + WIDTH * (m + 1)]) for m in range(here)]
        if follow == 1:
            if len(found) != count:
                break
            return tuple(found), body[k + 1 :]
    raise _BrokenError("the elements of a set are cut")


def _full(body: list[bytes], size: int) -> NDArray[np.float32]:
    """Numbers in full: a record of the shape, then pairs of bounds and numbers."""
    flat = np.empty(size, dtype=np.float32)
    at = 0
    for record in body[2::2]:
        numbers = np.frombuffer(record, dtype="<f4", offset=8)
        flat[at : at + len(numbers)] = numbers
        at += len(numbers)
    if at != size:
        raise _BrokenError(f"{at:,} numbers, where {size:,} are needed")
    return flat


def _sparse(body: list[bytes], size: int) -> NDArray[np.float32]:
    """Numbers that are not 0: a record of their count, then records of positions (from 1) and numbers."""
    flat = np.zeros(size, dtype=np.float32)
    (count,) = struct.unpack_from("<i", body[0], 4)
    at = 0
    for record in body[1:]:
        (here,) = struct.unpack_from("<i", record, 12)
        if here < 0 or len(record) != 16 + 8 * here:
            raise _BrokenError("a record of sparse numbers is not as long as it says")
        positions = np.frombuffer(record, dtype="<i4", offset=16, count=here)
        if here and not (positions.min() >= 1 and positions.max() <= size):
            raise _BrokenError("a position outside the array")
        flat[positions - 1] = np.frombuffer(record, dtype="<f4", offset=16 + 4 * here, count=here)
        at += here
    if at != count:
        raise _BrokenError(f"{at:,} numbers, where {count:,} are needed")
    return flat


def _text(raw: bytes) -> str:
    return raw.decode("latin-1").strip()
