"""The program keeps the memory it frees: arrays of a world's size come without page faults from the second on."""

from __future__ import annotations

import subprocess
import sys

import pytest

COUNT = """
import resource, sys
import numpy as np
if sys.argv[1] == "keep":
    from multipolar.base.memory import keep_freed
    print(keep_freed())
else:
    print("as it is")

def work():
    held = [np.ones((81, 81, 49)) for _ in range(4)]  # as many as a solve holds

work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    work()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="allocators of other systems are left alone")
def test_freed_memory_is_not_asked_for_again() -> None:
    faults = {}
    for how in ("keep", "leave"):
        ran = subprocess.run([sys.executable, "-c", COUNT, how], capture_output=True, text=True, check=True)
        said, number = ran.stdout.split("\n")[:2]
        if said == "False":
            pytest.skip("the allocator of this system has no such options")
        faults[how] = int(number)
    assert faults["leave"] > 10 * 600  # a page is 4 KiB: an array has 628, and four of them are given back each time
    assert faults["keep"] < 200
