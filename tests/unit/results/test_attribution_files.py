"""An attribution in the files of a run: the same numbers in JSON, CSV, NetCDF and the dataset, missing as missing."""

from __future__ import annotations

import csv
import dataclasses
import io
import json

import numpy as np
import pytest

from multipolar.results import files
from multipolar.results.attribution import WAYS, AttributedCase, Attribution, FailedSet
from multipolar.results.result import Result


@pytest.fixture(scope="module")
def attributed(result: Result) -> Result:
    """Two players, the second in the second case only, where one set failed."""
    places = len(result.countries) + 1
    numbers = {f"attribution_{way}": np.full((2, 2, places), np.nan) for way in (*WAYS, "error")}
    random = np.random.default_rng(1)
    for way in WAYS:
        numbers[f"attribution_{way}"][0, 0] = random.normal(0, 0.01, places)
        numbers[f"attribution_{way}"][1] = random.normal(0, 0.01, (2, places))
    numbers["attribution_last"][1, 1] = np.nan
    numbers["attribution_error"][:, 0] = 0.0
    numbers["attribution_total"] = np.nansum(numbers["attribution_shapley"], axis=1)
    failed = FailedSet(("t",), "NotConvergedError", "it did not")
    found = (AttributedCase((0,), (), None, 1.0, 2, ()), AttributedCase((0, 1), ("x",), None, 0.5, 4, (failed,)))
    return dataclasses.replace(
        result, attribution=Attribution("static", 2030, (("t", "end"), ("a",)), found, numbers, 3)
    )


def test_json_holds_it_with_units_remainders_and_failures(attributed: Result) -> None:
    block = json.loads(files.as_json(attributed))["attribution"]
    assert block["players"] == [["t", "end"], ["a"]]
    assert block["places"] == [*attributed.countries, "WORLD"]
    assert set(block["units"].values()) == {"ln"}
    assert np.abs(np.array(block["remainder"]["shapley"])).max() < 1e-15
    assert block["remainder"]["last"][1] == [None] * (len(attributed.countries) + 1)
    assert block["cases"][1]["failed"] == [
        {"measures": ["t"], "outcome": "NotConvergedError", "message": "it did not"}
    ]
    assert block["cases"][1]["orders_used"] == 0.5
    plain = json.loads(files.as_json(dataclasses.replace(attributed, attribution=None)))
    assert "attribution" not in plain


def test_csv_has_every_measure_the_remainder_and_the_total(attributed: Result) -> None:
    held = attributed.attribution
    assert held is not None
    text = files.attribution_csv(attributed, held)
    assert text == files.attribution_csv(attributed, held)
    rows = list(csv.DictReader(io.StringIO(text)))
    places = len(attributed.countries) + 1
    assert len(rows) == (1 + 2) * places + (2 + 2) * places
    last = rows[-1]
    assert (last["measures"], last["country"], last["kind"], last["year"]) == ("total", "WORLD", "static", "2030")
    by = {(row["branch"], row["measures"], row["country"]): row for row in rows}
    assert by["two", "a", "C1"]["last_ln"] == by["two", "remainder", "C1"]["last_pct"] == ""
    row = by["two", "a", "C1"]
    assert float(row["shapley_pct"]) == pytest.approx(100 * np.expm1(float(row["shapley_ln"])), rel=1e-15)
    for branch, names in (("one", ["t + end"]), ("two", ["t + end", "a"])):
        parts = [float(by[branch, name, "C2"]["shapley_ln"]) for name in [*names, "remainder"]]
        assert sum(parts) == pytest.approx(float(by[branch, "total", "C2"]["shapley_ln"]), abs=1e-15)


def test_netcdf_and_dataset_hold_the_same_arrays(attributed: Result) -> None:
    import h5netcdf

    held = attributed.attribution
    assert held is not None
    data = files.as_netcdf(attributed)
    assert data == files.as_netcdf(attributed)
    with h5netcdf.File(io.BytesIO(data), "r") as file:
        for name, values in held.numbers.items():
            np.testing.assert_array_equal(file[name][()], values)
            assert file[name].attrs["unit"] == "ln"
        assert file["attribution_alone"].dimensions == ("case", "player", "place")
        assert [label.decode() for label in file["player"][()]] == ["t + end", "a"]
    dataset = attributed.dataset
    chosen = dataset["attribution_shapley"].sel(player="a", place="WORLD").values
    np.testing.assert_array_equal(chosen, held.numbers["attribution_shapley"][:, 1, -1])


def test_without_any_measure_nothing_is_written_of_it(attributed: Result) -> None:
    places = len(attributed.countries) + 1
    numbers = {f"attribution_{way}": np.zeros((2, 0, places)) for way in (*WAYS, "error")}
    numbers["attribution_total"] = np.zeros((2, places))
    empty = Attribution("static", None, (), (AttributedCase((), (), None, 1.0, 1, ()),) * 2, numbers, 0)
    bare = dataclasses.replace(attributed, attribution=empty)
    assert files.as_netcdf(bare) == files.as_netcdf(dataclasses.replace(attributed, attribution=None))
    rows = list(csv.DictReader(io.StringIO(files.attribution_csv(bare, empty))))
    assert {row["measures"] for row in rows} == {"remainder", "total"}
