"""Arrays as people give them, checked before any arithmetic: plain real numbers of the stated shape, or a problem."""

from __future__ import annotations

import math
import sys
import warnings
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from multipolar.base.problems import Collector, shown

Array: TypeAlias = NDArray[np.float64]
MOST_BYTES = 4_000_000_000  # of one world or one array: what is larger is no world but a mistake or an attack


def plain_array(
    name: str,
    given: object,
    shape: tuple[int, ...],
    axes: str,
    problems: Collector,
    *,
    infinity: bool = False,
    missing: bool = False,
) -> Array | None:
    """``given`` as a read-only float64 array of ``shape`` in C order, or None with the problem noted.

    Refused: masked, object, text, boolean, complex arrays; another shape; NaN unless ``missing``; infinity unless
    ``infinity`` (then only +infinity). The original is never changed, and never kept where the caller could still
    write into it.
    """
    # numpy.ma is slow to import; where it is not loaded nothing can be masked.
    if "numpy.ma" in sys.modules and np.ma.isMaskedArray(given):
        problems.add("a masked array; missing numbers must be filled or left out by you", path=name)
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an object's own conversion may warn; what comes of it is checked below
            # The base class: a subclass may answer comparisons and sums as it likes.
            array = np.asarray(given).view(np.ndarray)
    except Exception:  # ragged lists and whatever an object's own conversion raises
        problems.add("not an array of numbers", path=name)
        return None
    if array.dtype.kind not in "fiu":
        problems.add(f"numbers are needed, not {_kind(array.dtype)}", path=name)
        return None
    if array.shape != shape:
        problems.add(f"shape {shown(array.shape)} where {shape} [{axes}] is needed", path=name)
        return None
    with np.errstate(all="ignore"):
        real = np.asarray(np.add(array, 0.0, dtype=np.float64, order="C"))  # a copy, and -0.0 becomes 0.0
        finite = math.isfinite(float(real.sum()))  # one pass: whatever is not finite makes the sum so
    if finite:
        return frozen(real)
    if not missing and np.isnan(real).any():
        problems.add(f"NaN at {_first(np.isnan(real))} [{axes}]; a missing number is not a number", path=name)
        return None
    wrong = np.isneginf(real) if infinity else np.isinf(real)
    if wrong.any():
        problems.add(f"infinity at {_first(wrong)} [{axes}]", path=name)
        return None
    return frozen(real)


def plain_number(given: object, low: float, high: float, *, whole: bool = False) -> bool:
    """Whether ``given`` is one real number from ``low`` to ``high``: not text, not true or false, not an array."""
    if isinstance(given, bool | np.bool_) or not isinstance(given, int | float | np.integer | np.floating):
        return False
    if whole and not isinstance(given, int | np.integer):
        return False
    return bool(low <= given <= high)


def frozen(array: Array) -> Array:
    """The array, made read-only."""
    array.flags.writeable = False
    return array


def first_where(condition: NDArray[np.bool_]) -> tuple[int, ...]:
    """Position of the first True."""
    return tuple(int(k) for k in np.unravel_index(int(np.argmax(condition)), condition.shape))


def _first(condition: NDArray[np.bool_]) -> str:
    return str(first_where(condition))


def _kind(dtype: np.dtype[np.generic]) -> str:
    kinds = {"b": "true and false", "O": "objects", "U": "text", "S": "text", "c": "complex numbers", "M": "dates"}
    return kinds.get(dtype.kind, str(dtype))
