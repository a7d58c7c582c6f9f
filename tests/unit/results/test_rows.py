"""Blocks of draws: exact, and none where a bit is not as it was written."""

from __future__ import annotations

import numpy as np

from multipolar.results.result import CaseStatus
from multipolar.results.rows import DrawRow, packed, unpacked


def rows() -> dict[int, DrawRow]:
    rng = np.random.default_rng(0)
    failed = CaseStatus(1, 3, "NotConvergedError", 0, float("nan"), "\u0631\u0633\u0645 \ud800")
    status = (CaseStatus(0, 3, "converged", 20, 1e-11), failed)
    held = {
        number: DrawRow(
            rng.normal(size=(2, 4)), rng.normal(size=(2, 4)), status,
            {"welfare_path": rng.normal(size=(2, 3, 4)), "poles": rng.normal(size=2)},
        )
        for number in (3, 5)
    }  # fmt: skip
    held[5].welfare[0] = np.nan
    return held


def test_a_block_reads_back_exactly() -> None:
    before, after = rows(), unpacked(packed(rows()))
    assert list(after) == [3, 5]
    for number, row in before.items():
        assert row.welfare.tobytes() == after[number].welfare.tobytes()
        assert row.equivalent_variation.tobytes() == after[number].equivalent_variation.tobytes()
        assert {name: values.tobytes() for name, values in row.more.items()} == {
            name: values.tobytes() for name, values in after[number].more.items()
        }
        assert repr(row.status) == repr(after[number].status)


def test_a_block_with_any_other_bit_holds_nothing() -> None:
    data = packed(rows())
    for place in range(0, len(data), 97):
        spoilt = bytearray(data)
        spoilt[place] ^= 1
        assert unpacked(bytes(spoilt)) == {}
    assert unpacked(data[:-1]) == unpacked(data[:10]) == unpacked(b"") == {}
