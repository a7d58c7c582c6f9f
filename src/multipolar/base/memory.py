"""Freed memory stays with the process. Arrays of a world are made and freed with every solve, and the GNU C library
hands blocks of their size back to the system each time: getting them again costs more (a page fault every 4 KiB) than
computing what they hold. Elsewhere nothing is changed."""

from __future__ import annotations

import sys

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3  # malloc.h
MAPPED = 32 * 2**20  # bytes from which a block is still mapped by itself: the most that the library takes
KEPT = 256 * 2**20  # bytes that may lie free at the top of the heap
AHEAD = 16 * 2**20  # bytes that the heap grows by


def keep_freed() -> bool:
    """Keep what is freed, in this process from now on; False where the system's allocator is another one.

    For processes that are ours: the program and its workers, never the interpreter of somebody who imports us.
    """
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    wanted = ((M_MMAP_THRESHOLD, MAPPED), (M_TRIM_THRESHOLD, KEPT), (M_TOP_PAD, AHEAD))
    return all([mallopt(option, value) == 1 for option, value in wanted])
