"""The one loop for many solves: in this process, or on worker processes; answers in the order asked.

Every job starts from the same central solution, never from another job's, so the answers have the same bits for any
number of workers on one machine. Workers use one BLAS thread each and ignore Ctrl-C: this process ends them, and they
end themselves where it is gone.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence, Sized
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from multiprocessing.connection import Connection, wait
from typing import Any, ParamSpec, TypeAlias, TypeVar

from multipolar.base import memory
from multipolar.base.problems import MultipolarError

Context = TypeVar("Context")
Job = TypeVar("Job")
Row = TypeVar("Row")
Given = ParamSpec("Given")

BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
FEWEST = 4  # jobs below which workers cost more than they save
AHEAD = 4  # jobs a worker may be ahead of the answer waited for, so that memory does not grow with their number
PATIENCE = 5.0  # seconds until a worker that was told to end is killed


def run_many(
    run: Callable[[Context, Job], Row], context: Context, jobs: Sequence[Job], workers: Workers = 1
) -> Generator[Row, None, None]:
    """``run(context, job)`` for every job, in order. ``run`` must be a function of a module; all is pickled once.

    Closing the generator, or an exception in it, ends the workers. Raises ``MultipolarError`` where a worker ends
    without an answer.
    """
    number = workers if isinstance(workers, int) else workers.number
    if number <= 1 or len(jobs) < FEWEST:
        for job in jobs:
            yield run(context, job)
    elif isinstance(workers, Crew):
        yield from workers.answers(run, context, jobs)
    else:
        with Crew(min(number, len(jobs))) as crew:
            yield from crew.answers(run, context, jobs)


@dataclass(eq=False)
class _Member:
    """A worker process, the line to it, and how many jobs it has."""

    process: Any
    line: Connection
    jobs: int = 0


class Crew:
    """Worker processes for one ``run_many`` after another; leaving the ``with`` ends them. They begin when they are
    first needed, or by ``begin`` while this process still prepares."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._members: list[_Member] = []

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *error: object) -> None:
        self.end()

    def begin(self, module: str | None = None) -> None:
        """Start the processes; they import ``module``, which the first jobs will need."""
        if self._members:
            return
        kind = multiprocessing.get_context("spawn")
        with _as_workers_begin():
            for _ in range(self.number):
                line, theirs = kind.Pipe()
                process = kind.Process(target=_serve, args=(theirs, module), daemon=True)
                process.start()
                theirs.close()  # so that a worker that ends is seen at once
                self._members.append(_Member(process, line))

    def answers(
        self, run: Callable[[Context, Job], Row], context: Context, jobs: Sequence[Job]
    ) -> Generator[Row, None, None]:
        """As ``run_many``, on these workers."""
        finished = False
        try:
            self.begin()
            task = pickle.dumps((None, (run, context)), protocol=pickle.HIGHEST_PROTOCOL)
            for member in self._members:
                member.line.send_bytes(task)
            yield from self._in_order(jobs)
            finished = True
        except (BrokenPipeError, ConnectionResetError, EOFError):
            raise MultipolarError(
                "A worker process ended without an answer: it was killed, or ran out of memory. Fewer --workers need "
                "less."
            ) from None
        finally:
            if not finished:
                self.end()

    def _in_order(self, jobs: Sequence[Any]) -> Iterator[Any]:
        done: dict[int, Any] = {}
        sent = 0
        for number in range(len(jobs)):
            while number not in done:
                sent = self._hand_out(jobs, sent, number)
                for member in self._with_news():
                    which, worked, answer = pickle.loads(member.line.recv_bytes())
                    member.jobs -= 1
                    if not worked:
                        raise answer
                    done[which] = answer
            sent = self._hand_out(jobs, sent, number)
            yield done.pop(number)

    def _hand_out(self, jobs: Sequence[Any], sent: int, waited_for: int) -> int:
        """Send jobs to workers that have none, then one more to each, except the last ones: whoever is free first takes
        those. Gives how many are sent."""
        for most in (1, 2):
            for member in self._members:
                near = sent < len(jobs) and sent - waited_for < AHEAD * self.number
                if near and member.jobs < most and (most == 1 or len(jobs) - sent > self.number):
                    member.line.send_bytes(pickle.dumps((sent, jobs[sent]), protocol=pickle.HIGHEST_PROTOCOL))
                    member.jobs += 1
                    sent += 1
        return sent

    def _with_news(self) -> list[_Member]:
        ready = wait([member.line for member in self._members])
        return [member for member in self._members if member.line in ready]

    def end(self) -> None:
        """End the processes, whatever they do."""
        members, self._members = self._members, []
        for member in members:
            member.line.close()
            member.process.terminate()
        for member in members:
            member.process.join(PATIENCE)
            if member.process.is_alive():
                member.process.kill()
                member.process.join()


MOST_WORKERS = 256
Workers: TypeAlias = int | Crew


def crewed(question: Callable[Given, Row]) -> Callable[Given, Row]:
    """``question(..., workers=n)`` with a crew in place of the number, ended when the answer is there.

    Where it has ``draws`` to make, and not all of them ``kept``, the crew begins while the question is being prepared.
    """

    @wraps(question)
    def asked(*args: Given.args, **kwargs: Given.kwargs) -> Row:
        given: dict[str, Any] = {**dict(zip(("world", "scenario", "draws"), args, strict=False)), **kwargs}
        workers = given.get("workers", 1)
        if not isinstance(workers, int) or not 1 < workers <= MOST_WORKERS:
            return question(*args, **kwargs)  # what is no number of workers is refused there
        with Crew(workers) as crew:
            draws, kept = given.get("draws", 0), given.get("kept", ())
            if isinstance(draws, int) and isinstance(kept, Sized) and draws - len(kept) >= FEWEST:
                crew.begin(question.__module__)
            kwargs["workers"] = crew
            return question(*args, **kwargs)

    return asked


@contextmanager
def _as_workers_begin() -> Iterator[None]:
    """While workers start: one BLAS thread each, and Ctrl-C held back, which would interrupt them half made."""
    before: Mapping[str, str | None] = {name: os.environ.get(name) for name in BLAS_THREADS}
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


def _serve(line: Connection, module: str | None) -> None:
    """What a worker does: a task, (None, (run, context)), then jobs, (number, job), until its parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()
    memory.keep_freed()
    if module is not None:
        import_module(module)
    run: Callable[[Any, Any], Any] | None = None
    context: Any = None
    with suppress(EOFError, OSError):  # nobody waits for an answer any more
        while True:
            number, given = pickle.loads(line.recv_bytes())
            if number is None or run is None:
                run, context = given
            else:
                line.send_bytes(_answer(number, run, context, given))


def _answer(number: int, run: Callable[[Any, Any], Any], context: Any, job: Any) -> bytes:
    try:
        return pickle.dumps((number, True, run(context, job)), protocol=pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # whatever it is, it is raised where the answer is waited for
        return pickle.dumps((number, False, error), protocol=pickle.HIGHEST_PROTOCOL)


def _follow_parent() -> None:
    """End with the process that started this one: a killed parent tells nobody."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
