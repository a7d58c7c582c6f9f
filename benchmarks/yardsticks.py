"""Yardsticks measured in the same run as what they are held against: this machine's speed is not another's."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from multipolar.model.shocks import Shocks, checked
from multipolar.model.system import Economy, System, shocked
from multipolar.numerics import fixed_point

STREAM_BYTES = 256 * 2**20


def best(run: Callable[[], object], rounds: int = 7) -> float:
    """Shortest of several timings, in seconds."""
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return min(times)


def in_turn(
    runs: Sequence[Callable[[], object]], rounds: int, clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """Shortest of several timings of each, in seconds, one after the other round by round: what else the machine does
    meets all of them."""
    found = [float("inf")] * len(runs)
    for _ in range(rounds):
        for k, run in enumerate(runs):
            begin = clock()
            run()
            found[k] = min(found[k], clock() - begin)
    return found


def read_bandwidth() -> float:
    """Bytes a second that one core reads from memory: a dot product over an array larger than any cache."""
    stream = np.ones(STREAM_BYTES // 8)
    return STREAM_BYTES / best(lambda: np.dot(stream, stream), rounds=3)


def sweep_bytes(system: System) -> int:
    """Bytes of the large arrays that one sweep and one preconditioned step read, each as often as it is needed.

    T for the prices; T net for sales (outside the taxed sectors it is T) and, in the taxed sectors, for revenue; the
    input shares for unit costs and for spending; the own-country blocks.
    """
    economy = system.economy
    sales = system.weights.nbytes
    revenue = system.made.net_weights.nbytes * (1 if system.made.landed_weights is None else 3)
    return system.weights.nbytes + sales + revenue + 2 * economy.world.input_share.nbytes + economy.blocks.nbytes


def once_bytes(system: System) -> int:
    """Bytes moved once a solve. The shock is read and compared with the base; T is made of the base shares, T net of T
    and the taxes; the check makes the new shares of T (written, then read for the flows, with the taxes)."""
    whole, part = system.weights.nbytes, system.made.net_weights.nbytes
    return 2 * whole + 2 * whole + 2 * part + 5 * whole


def traffic_limit(economy: Economy, shocks: Shocks, sweeps: int, bandwidth: float) -> float:
    """Seconds that moving the large arrays of a solve takes at this bandwidth: none of this kind can be faster."""
    system = shocked(economy, checked(shocks, economy.world))
    return (once_bytes(system) + sweeps * sweep_bytes(system)) / bandwidth


def plain_anderson(economy: Economy, shocks: Shocks, tolerance: float) -> fixed_point.Solution:
    """The same equations and acceleration without the preconditioner."""
    system = shocked(economy, checked(shocks, economy.world))
    return fixed_point.solve(system.sweep, system.start(), None, fixed_point.Settings(tolerance=tolerance))


def installed() -> dict[str, str]:
    """The environment of a fresh process, in which modules are compiled once, as those of an installed package are."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def fresh(code: str, folder: Path, rounds: int = 5) -> float:
    """Shortest wall time of a fresh interpreter that runs ``code``."""
    command = [sys.executable, "-c", code]
    return best(lambda: subprocess.run(command, cwd=folder, check=True, capture_output=True, env=installed()), rounds)


def fresh_cpu(codes: Sequence[str], folder: Path, rounds: int = 15) -> list[float]:
    """Least processor time, in seconds, of fresh interpreters that run each of ``codes``; in turn, round by round."""
    found = [float("inf")] * len(codes)
    for _ in range(rounds):
        for k, code in enumerate(codes):
            before = _of_children()
            subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, capture_output=True, env=installed())
            found[k] = min(found[k], _of_children() - before)
    return found


def _of_children() -> float:
    """Processor time of all children that have ended, in seconds (``os.times`` counts in hundredths)."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def until_printed(arguments: list[str], marker: str, folder: Path, rounds: int = 5) -> float:
    """Shortest wall time from the start of a fresh ``multipolar`` process until it prints a line with ``marker``."""

    def run() -> float:
        command = [sys.executable, "-u", "-m", "multipolar.app.main", *arguments]
        begin = time.perf_counter()
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True, env=installed()) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if marker in line:
                    elapsed = time.perf_counter() - begin
                    process.stdout.read()
                    if process.wait() == 0:
                        return elapsed
        raise RuntimeError(f"{command} printed no line with `{marker}`")

    return min(run() for _ in range(rounds))
