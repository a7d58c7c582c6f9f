"""Many jobs on worker processes: the answers of one process, in order; whatever fails, no process is left."""

from __future__ import annotations

import math
import multiprocessing
import operator
import os
from typing import Any

import pytest

from multipolar.base.problems import MultipolarError
from multipolar.study.many import AHEAD, FEWEST, Crew, Workers, crewed, run_many

JOBS = [9000, 1, 7000, 2, 3, 8000, 4, 5, 6, 6000, 7, 8]  # some take long: answers come out of order


def left() -> list[Any]:
    return multiprocessing.active_children()


def test_answers_are_those_of_one_process_in_order() -> None:
    alone = list(run_many(operator.call, math.factorial, JOBS))
    assert alone == [math.factorial(job) for job in JOBS]
    assert list(run_many(operator.call, math.factorial, JOBS, 2)) == alone
    assert left() == []


def test_one_crew_does_one_task_after_another() -> None:
    with Crew(2) as crew:
        crew.begin("fractions")
        processes = left()
        assert len(processes) == 2
        assert list(run_many(operator.add, 10, list(range(30)), crew)) == list(range(10, 40))
        assert list(run_many(operator.mul, 3, list(range(5)), crew)) == [0, 3, 6, 9, 12]
        assert list(run_many(operator.mul, 3, list(range(FEWEST - 1)), crew)) == [0, 3, 6]  # here: too few
        assert set(left()) == set(processes)
    assert left() == []


def test_workers_do_not_run_far_ahead() -> None:
    """What nobody has taken yet is not computed without bound."""
    with Crew(2) as crew:
        answers = run_many(operator.add, 0, list(range(1000)), crew)
        assert next(answers) == 0
        assert sum(member.jobs for member in crew._members) <= 2 * AHEAD
        answers.close()
        assert left() == []  # jobs in hand end with the generator


def test_an_error_in_a_job_is_raised_here_in_its_turn() -> None:
    divisors = [1, 2, 4, 0, 5, 8]
    found = []
    with pytest.raises(ZeroDivisionError):
        found.extend(run_many(operator.truediv, 8.0, divisors, 2))
    assert left() == []
    with pytest.raises(ZeroDivisionError):
        found.extend(run_many(operator.truediv, 8.0, divisors))
    divisors.remove(0)
    assert list(run_many(operator.truediv, 8.0, divisors, 2)) == [8.0, 4.0, 2.0, 1.6, 1.0]


def test_a_worker_that_ends_is_one_sentence() -> None:
    with pytest.raises(MultipolarError, match="A worker process ended without an answer"):
        list(run_many(operator.call, os._exit, [3] * 6, 2))
    assert left() == []
    assert list(run_many(operator.call, abs, [-3] * 6, 2)) == [3] * 6


@crewed
def question(world: str, scenario: str, draws: int = 0, *, workers: Workers = 1, kept: tuple[int, ...] = ()) -> int:
    """How many processes wait while the question is being prepared."""
    assert isinstance(workers, Crew) == (workers != 1)
    return len(left())


def test_a_crew_begins_with_the_question_where_it_has_draws_to_make() -> None:
    assert question("w", "s", FEWEST, workers=2) == 2
    assert question("w", "s", draws=FEWEST, workers=2) == 2
    assert question("w", "s", FEWEST, workers=1) == 0
    assert question("w", "s", FEWEST - 1, workers=2) == 0
    assert question("w", "s", FEWEST, workers=2, kept=(1,)) == 0
    assert left() == []
