"""The one loop for many solves: in this process, or on a pool of worker processes; answers in the order asked.

Every job starts from the same central solution, never from another job's, so the answers have the same bits for any
number of workers on one machine. Workers use one BLAS thread each and ignore Ctrl-C: this process ends them, and they
end themselves where it is gone.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from multipolar.base import memory
from multipolar.base.problems import MultipolarError

Context = TypeVar("Context")
Job = TypeVar("Job")
Row = TypeVar("Row")

BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
FEWEST = 4  # jobs below which a pool costs more than it saves
AHEAD = 4  # jobs a worker has waiting, so that memory does not grow with the number of jobs
PATIENCE = 5.0  # seconds until a worker that was told to end is killed


def run_many(
    run: Callable[[Context, Job], Row], context: Context, jobs: Sequence[Job], workers: int = 1
) -> Generator[Row, None, None]:
    """``run(context, job)`` for every job, in order. ``run`` must be a function of a module; all is pickled once.

    Closing the generator, or an exception in it, ends the workers. Raises ``MultipolarError`` where a worker ends
    without an answer.
    """
    if workers <= 1 or len(jobs) < FEWEST:
        for job in jobs:
            yield run(context, job)
        return
    workers = min(workers, len(jobs))
    begin: Callable[..., object] = partial(_begin, run, context)
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=begin)
    others = multiprocessing.active_children()
    finished = False
    try:
        waiting: deque[Future[Row]] = deque()
        with _as_workers_begin():
            waiting.append(pool.submit(_work, jobs[0]))  # the first job starts every worker
        for job in jobs[1:]:
            if len(waiting) >= AHEAD * workers:
                yield waiting.popleft().result()
            waiting.append(pool.submit(_work, job))
        while waiting:
            yield waiting.popleft().result()
        finished = True
    except (BrokenProcessPool, BrokenPipeError, EOFError):
        raise MultipolarError(
            "A worker process ended without an answer: it was killed, or ran out of memory. Fewer --workers need less."
        ) from None
    finally:
        own = [child for child in multiprocessing.active_children() if child not in others]
        pool.shutdown(wait=finished, cancel_futures=True)
        if not finished:
            _end(own)


@contextmanager
def _as_workers_begin() -> Iterator[None]:
    """While workers start: one BLAS thread each, and Ctrl-C held back, which would interrupt them half made."""
    before = {name: os.environ.get(name) for name in BLAS_THREADS}
    os.environ.update(dict.fromkeys(BLAS_THREADS, "1"))
    holds = hasattr(signal, "pthread_sigmask")
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if holds else set()
    try:
        yield
    finally:
        if holds:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _end(children: Sequence[Any]) -> None:
    for child in children:
        child.terminate()
    for child in children:
        child.join(PATIENCE)
        if child.is_alive():
            child.kill()
            child.join()


_held: dict[str, Any] = {}  # what a worker process keeps from job to job


def _begin(run: Callable[[Any, Any], Any], context: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()
    memory.keep_freed()
    _held.update(run=run, context=context)


def _follow_parent() -> None:
    """End with the process that started this one: a killed parent tells nobody."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(job: Any) -> Any:
    return _held["run"](_held["context"], job)
