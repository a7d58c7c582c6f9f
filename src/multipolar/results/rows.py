"""One finished draw, and blocks of draws as bytes: exact, and told apart from damage by their SHA-256."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from multipolar.base.arrays import Array
from multipolar.results.result import CaseStatus

_DIGEST_BYTES = 64
_MORE = "more."


@dataclass(frozen=True, slots=True, eq=False)
class DrawRow:
    """One draw: [case, country] in per cent and million USD, NaN where it failed; how its solves ended.

    ``more``: other numbers by name, case first: real income by year, changes of indices.
    """

    welfare: Array
    equivalent_variation: Array
    status: tuple[CaseStatus, ...]
    more: Mapping[str, Array] = field(default_factory=dict)


def packed(rows: Mapping[int, DrawRow]) -> bytes:
    """A block of draws by number as bytes: the SHA-256 of what follows, then the arrays."""
    status = json.dumps([[asdict(each) for each in row.status] for row in rows.values()])
    buffer = io.BytesIO()
    first = next(iter(rows.values()))
    arrays: dict[str, Any] = {
        f"{_MORE}{name}": np.stack([row.more[name] for row in rows.values()]) for name in first.more
    }
    np.savez(
        buffer,
        **arrays,
        draw=np.array(list(rows), dtype=np.int64),
        welfare=np.stack([row.welfare for row in rows.values()]),
        equivalent_variation=np.stack([row.equivalent_variation for row in rows.values()]),
        status=np.frombuffer(status.encode("ascii"), dtype=np.uint8),
    )
    payload = buffer.getvalue()
    return hashlib.sha256(payload).hexdigest().encode("ascii") + payload


def unpacked(data: bytes) -> dict[int, DrawRow]:
    """The draws of a block; none where a bit of it is not as it was written."""
    digest, payload = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
    if hashlib.sha256(payload).hexdigest().encode("ascii") != digest:
        return {}
    with np.load(io.BytesIO(payload), allow_pickle=False) as held:
        numbers, welfare, dollars = held["draw"], held["welfare"], held["equivalent_variation"]
        status = json.loads(held["status"].tobytes())
        more = {name.removeprefix(_MORE): held[name] for name in held.files if name.startswith(_MORE)}
    return {
        int(number): DrawRow(
            welfare[k],
            dollars[k],
            tuple(CaseStatus(**each) for each in status[k]),
            {name: values[k] for name, values in more.items()},
        )
        for k, number in enumerate(numbers)
    }
