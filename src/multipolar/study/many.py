"""The one loop for many solves: in this process, or on a pool of worker processes; answers in the order asked.

Every job starts from the same central solution, never from another job's, so the answers have the same bits for any
number of workers on one machine. Workers use one BLAS thread each and ignore Ctrl-C: this process ends them.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any, TypeVar

Context = TypeVar("Context")
Job = TypeVar("Job")
Row = TypeVar("Row")

BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
FEWEST = 4  # jobs below which a pool costs more than it saves


def run_many(
    run: Callable[[Context, Job], Row], context: Context, jobs: Sequence[Job], workers: int = 1
) -> Iterator[Row]:
    """``run(context, job)`` for every job, in order. ``run`` must be a function of a module; all is pickled once.

    Leaving the loop early, or an interrupt, ends the workers.
    """
    if workers <= 1 or len(jobs) < FEWEST:
        for job in jobs:
            yield run(context, job)
        return
    before = {name: os.environ.get(name) for name in BLAS_THREADS}
    os.environ.update(dict.fromkeys(BLAS_THREADS, "1"))
    begin: Callable[..., object] = partial(_begin, run, context)
    pool = ProcessPoolExecutor(min(workers, len(jobs)), multiprocessing.get_context("spawn"), initializer=begin)
    finished = False
    try:
        work: Callable[[Job], Row] = _work
        yield from pool.map(work, jobs)
        finished = True
    finally:
        children = multiprocessing.active_children()
        pool.shutdown(wait=finished, cancel_futures=True)
        if not finished:
            for child in children:
                child.terminate()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


_held: dict[str, Any] = {}  # what a worker process keeps from job to job


def _begin(run: Callable[[Any, Any], Any], context: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _held.update(run=run, context=context)


def _work(job: Any) -> Any:
    return _held["run"](_held["context"], job)
