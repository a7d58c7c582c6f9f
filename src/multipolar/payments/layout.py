"""The tables of the compiled engine: names of their columns, how functions are compiled, heaps of rows.

A table is a two-dimensional array of int64 whose columns have names (``L.amount`` is a column of ``legs``). Flags are 0
or 1. ``kernels`` has the steps over these tables, ``loops`` the loop over seconds.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from types import CellType, FunctionType
from typing import Any
from zlib import crc32

import numba

COMPILED = ("layout", "kernels", "simple", "loops", "journal", "ledger")  # modules whose code or constants it holds
SOURCES = crc32(b"".join(Path(__file__).with_name(f"{name}.py").read_bytes() for name in COMPILED))


def columns(*names: str) -> Any:
    """Names of the columns of a table, each the number of its column."""
    return namedtuple("columns", names)(*range(len(names)))


LEG_COLUMNS = ("debit", "credit", "amount", "group")
NOTE_COLUMNS = ("priority", "follow", "wait")
ACCOUNT_COLUMNS = ("balance", "floor", "owner", "money", "overtaking", "cap")
LINE_COLUMNS = ("drawer", "own", "free", "source", "holding", "provider", "num", "den", "cap", "maturity")

D = columns(  # what changes, and in the last line what does not
    *("now", "phase", "events", "ordered", "extras", "released", "flipped", "cycled", "moving", "due", "number"),
    *("waiting", "changed", "dirty", "planned", "chosen"),
    *("offset", "gridlock", "every", "horizon", "union", "barred", "routed", "ranked", "grouped", "simple"),
)
L = columns(*LEG_COLUMNS, "after", "before", "queued", "settled_at")
N = columns(*NOTE_COLUMNS, "doomed", "order", "event")  # order and event: the row is a place in the journal
A = columns(
    *("balance", "floor", "mute", "cut", "head", "tail", "pending", "live"),  # what most payments touch: 64 bytes
    *("owner", "money", "overtaking", "cap", "member", "drawing", "paying", "length", "marked"),
    *("change", "position", "ends", "last", "stacked"),
    *("dirty", "look"),  # lists: the row is a place in the list, not an account
)
K = columns(*LINE_COLUMNS, "out", "held", "owed", "peak", "plan", "plan_drawn", "plan_given")
G = columns("start", "end", "staged")
F = columns("time", "kind", "index", "change")
X = columns("time", "event", "kind", "what", "debit", "credit", "amount", "place")
H = columns("time", "number", "what", "amount")


def jit(function: Callable[..., Any]) -> Any:
    """Compiled at its first call; called by compiled code only, so without a wrapper for Python."""
    return kept(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def kept(function: Callable[..., Any], **options: bool) -> Any:
    """Compiled at its first call and kept on disk, where there is a folder that can be written.

    numba compares the source of the function alone with what it kept, not that of the functions it calls: a closure
    over all sources makes it begin anew where any of them changed.
    """
    compiler: Any = numba.njit
    code = function.__code__.replace(co_freevars=("sources",))
    closed = FunctionType(code, function.__globals__, function.__name__, None, (CellType(SOURCES),))
    closed.__annotations__, closed.__module__ = function.__annotations__, function.__module__
    try:
        return compiler(cache=True, error_model="numpy", **options)(closed)
    except RuntimeError:  # neither beside the module nor in the user's folder: compiled anew in each process
        return compiler(error_model="numpy", **options)(function)


@jit
def put(heap: Any, at: int, time: int, number: int, what: int, amount: int) -> None:
    """Write a row of a heap."""
    heap[at, H.time] = time
    heap[at, H.number] = number
    heap[at, H.what] = what
    heap[at, H.amount] = amount


@jit
def earlier(heap: Any, at: int, time: int, number: int) -> bool:
    """Whether a row of a heap comes before (time, number)."""
    return bool(heap[at, H.time] < time or (heap[at, H.time] == time and heap[at, H.number] < number))


@jit
def push(heap: Any, size: int, time: int, number: int, what: int, amount: int) -> None:
    """Add to a heap ordered by time, then number."""
    at = size
    while at > 0 and not earlier(heap, (at - 1) // 2, time, number):
        up = (at - 1) // 2
        put(heap, at, heap[up, H.time], heap[up, H.number], heap[up, H.what], heap[up, H.amount])
        at = up
    put(heap, at, time, number, what, amount)


@jit
def pop(heap: Any, size: int) -> None:
    """Remove the first of ``size`` rows."""
    last, at = size - 1, 0
    time, number, what, amount = heap[last, H.time], heap[last, H.number], heap[last, H.what], heap[last, H.amount]
    while 2 * at + 1 < last:
        down = 2 * at + 1
        if down + 1 < last and earlier(heap, down + 1, heap[down, H.time], heap[down, H.number]):
            down += 1
        if not earlier(heap, down, time, number):
            break
        put(heap, at, heap[down, H.time], heap[down, H.number], heap[down, H.what], heap[down, H.amount])
        at = down
    put(heap, at, time, number, what, amount)
