"""Results as files: a missing number is null or empty, text is text, and NetCDF reads back."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from multipolar.results import files
from multipolar.results.evidence import Evidence, Total
from multipolar.results.result import Index, Result


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


def test_jobs_have_a_table_by_country_and_sector(result: Result) -> None:
    size, sectors, cases = len(result.countries), len(result.world.sectors), len(result.cases)
    base = np.arange(1.0, 1.0 + size * sectors).reshape(size, sectors)
    base[0] = np.nan
    value = base + np.arange(cases)[:, None, None]
    drawn = (value - base)[:, None] + np.linspace(-1, 1, 11)[None, :, None, None]
    grade = np.arange(size * sectors, dtype=np.int8).reshape(size, sectors) % 4
    made = replace(result, indices={"jobs": Index(base, value, drawn, grade=grade)})
    rows = list(csv.DictReader(io.StringIO(files.jobs_csv(made))))
    assert len(rows) == cases * size * sectors
    assert (rows[0]["base"], rows[0]["change"], rows[0]["low_80pct"]) == ("", "", "")
    row = rows[-1]
    assert (row["country"], row["sector"]) == (result.countries[-1], result.world.sectors[-1])
    assert float(row["base"]) == base[-1, -1]
    assert float(row["change"]) == cases - 1
    assert [float(row[name]) for name in ("low_80pct", "high_80pct")] == pytest.approx([cases - 1.8, cases - 0.2])
    assert row["evidence"] == ("observed", "scaled", "estimated", "assumption")[grade[-1, -1]]
    assert len(list(csv.DictReader(io.StringIO(files.indices_csv(made))))) == 0


def test_grades_stand_in_every_file(result: Result) -> None:
    """Names in JSON and CSV, positions with flags in NetCDF; null, empty and -1 where none is on record."""
    size, sectors = len(result.countries), len(result.world.sectors)
    weak = np.full(size, 2, dtype=np.int8)
    weak[0] = -1
    cells = np.arange(size * sectors, dtype=np.int8).reshape(size, sectors) % 4
    evidence = Evidence(
        cells={"trade": cells},
        shares={"trade": {"observed": 0.25, "estimated": 0.75}},
        country={"trade": weak},
        rests_on={"welfare": ("trade",)},
        weakest={"welfare": weak},
        totals={"employment": Total(np.where(weak < 0, np.nan, 7.0), "thousand persons", weak)},
    )
    index = Index(np.array(2.0), np.full(len(result.cases), 2.5), grade=np.array(3, dtype=np.int8))
    made = replace(result, evidence=evidence, indices={"poles": index})
    held = json.loads(files.as_json(made))
    assert held["evidence"]["weakest"]["welfare"] == [None] + ["estimated"] * (size - 1)
    assert held["evidence"]["totals"]["employment"]["values"][0] is None
    assert held["indices"]["poles"]["evidence"] == "assumption"
    rows = list(csv.DictReader(io.StringIO(files.welfare_csv(made))))
    assert [(row["evidence"], row["evidence_weakest_in"]) for row in rows[:2]] == [("", ""), ("estimated", "trade")]
    assert next(csv.DictReader(io.StringIO(files.indices_csv(made))))["evidence"] == "assumption"
    back = xr.load_dataset(io.BytesIO(files.as_netcdf(made)), engine="h5netcdf")
    np.testing.assert_array_equal(back["evidence_cells"].sel(block=b"trade").values, cells)
    np.testing.assert_array_equal(back["evidence"].values, weak[None])
    assert back["evidence"].dtype == np.int8
    assert back["evidence"].attrs["flag_meanings"] == "not_on_record observed scaled estimated assumption"
    assert back["evidence"].attrs["flag_values"].tolist() == [-1, 0, 1, 2, 3]
    np.testing.assert_array_equal(made.dataset["evidence_country"].values, weak[None])
    bare = xr.load_dataset(io.BytesIO(files.as_netcdf(result)), engine="h5netcdf")
    assert (bare["evidence"].values == -1).all()  # its world states none
    assert "evidence_cells" not in bare
