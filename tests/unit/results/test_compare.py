"""Two sets of result files compared."""

from __future__ import annotations

import dataclasses

import numpy as np

from multipolar.results import files
from multipolar.results.compare import DIFFERS, EQUAL, IDENTICAL, compare
from multipolar.results.result import Result


def held(result: Result) -> dict[str, bytes]:
    return {"result.json": files.as_json(result).encode(), "result.nc": files.as_netcdf(result)}


def moved(result: Result, by: float) -> Result:
    """The result with draw 4 of country C2 in the second case moved."""
    values = result.draws["welfare"].copy()
    values[1, 4, 1] += by
    return dataclasses.replace(result, draws={**result.draws, "welfare": values})


def test_the_three_answers(result: Result) -> None:
    assert compare(held(result), held(result)).answer == IDENTICAL
    assert compare(held(result), held(moved(result, 1e-12))).answer == EQUAL
    found = compare(held(result), held(moved(result, 1e-3)))
    assert found.answer == DIFFERS
    before = result.draws["welfare"][1, 4, 1]
    (single,) = [each for each in found.differences if each.file == "result.nc"]
    assert single.what == "welfare_draws, case two, draw 4, country C2"
    assert (float(single.before), float(single.after)) == (before, before + 1e-3)
    ranges = [each.what for each in found.differences if each.file == "result.json"]
    assert ranges
    assert all(what.startswith("draws.welfare.") and "case two, country C2" in what for what in ranges)


def test_a_number_that_is_missing_differs_from_one_that_is_there(result: Result) -> None:
    assert compare(held(result), held(moved(result, np.nan))).answer == DIFFERS
    assert compare(held(moved(result, np.nan)), held(result)).answer == DIFFERS


def test_residuals_and_sweeps_are_no_answers_but_outcomes_are(result: Result) -> None:
    status = tuple(dataclasses.replace(each, sweeps=each.sweeps + 1, residual=1e-11) for each in result.status)
    assert compare(held(result), held(dataclasses.replace(result, status=status))).answer == EQUAL
    status = (dataclasses.replace(result.status[0], outcome="stalled"), *result.status[1:])
    found = compare(held(result), held(dataclasses.replace(result, status=status)))
    assert [each.what for each in found.differences] == ["status.0.outcome"]


def test_a_file_that_is_only_in_one_is_said(result: Result) -> None:
    (found,) = compare({**held(result), "report.html": b"x"}, held(result)).differences
    assert (found.file, found.before, found.after) == ("report.html", "there", "not there")
