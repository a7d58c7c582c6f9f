"""Results as files: a missing number is null or empty, text is text, and NetCDF reads back."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
import xarray as xr

from multipolar.results import files
from multipolar.results.result import Result


def test_json_has_null_for_what_is_no_number(result: Result) -> None:
    text = files.as_json(result)
    assert "NaN" not in text
    assert "Infinity" not in text
    held = json.loads(text)
    failed = [each for each in held["status"] if each["outcome"] == "NotConvergedError"]
    assert [each["residual"] for each in failed] == [None]
    assert held["failed_draws"] == 1
    assert held["central"]["welfare"] == result.central["welfare"].tolist()
    low, _ = result.interval("welfare")
    assert held["draws"]["welfare"]["low"] == low.tolist()
    assert held["scenario"]["title"]["ar"] == "اختبار"
    assert "text" not in held["scenario"]
    assert "command" not in held["provenance"]


def test_the_table_has_numbers_as_numbers_and_text_as_text(result: Result) -> None:
    rows = list(csv.DictReader(io.StringIO(files.welfare_csv(result))))
    assert len(rows) == len(result.cases) * len(result.countries)
    for row, (k, n) in zip(rows, np.ndindex(result.central["welfare"].shape), strict=True):
        assert float(row["real_income_central_pct"]) == result.central["welfare"][k, n]
        assert row["branch"] == result.cases[k].branch
    assert {row["name"] for row in rows} >= {"'=HYPERLINK(\"http://x\")", "'-1+1"}
    assert any(row["real_income_central_pct"].startswith("-") for row in rows)  # a number keeps its sign


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\0"])
def test_text_that_a_spreadsheet_would_run_is_neutralised(first: str) -> None:
    text = files.csv_text((f"{first}head",), [(f"{first}1+1",), (f"a{first}b",), (f" {first}x",)])
    held = list(csv.reader(io.StringIO(text, newline="")))
    assert held == [[f"'{first}head"], [f"'{first}1+1"], [f"a{first}b"], [f" {first}x"]]


def test_numbers_are_not_text_and_missing_ones_are_empty() -> None:
    values = (-1.5, -2, np.float64(-0.25), float("nan"), float("inf"), None, 1e-300)
    assert files.csv_text(("a",), [values]) == "a\n-1.5,-2,-0.25,,,,1e-300\n"


def test_netcdf_reads_back(result: Result) -> None:
    data = files.as_netcdf(result)
    assert data == files.as_netcdf(result)
    held = xr.load_dataset(io.BytesIO(data), engine="h5netcdf")
    for name, values in result.central.items():
        np.testing.assert_array_equal(held[name].values, values)
        assert held[name].attrs["unit"]
    np.testing.assert_array_equal(held["welfare_draws"].values, result.draws["welfare"])
    np.testing.assert_array_equal(held["closing"].values, result.closing)
    assert [label.decode() for label in held["country"].values] == list(result.countries)
    assert held.attrs["scenario"] == "scenario"
