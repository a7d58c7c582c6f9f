"""A Result read: medians, ranges, tables, datasets; a failed draw is left out of them and counted."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from multipolar.base.problems import UnknownLabelError
from multipolar.base.variables import variables
from multipolar.results.result import Result


def test_median_and_range_leave_out_what_failed(result: Result) -> None:
    held = np.delete(result.draws["welfare"], 2, axis=1)
    np.testing.assert_array_equal(result.median("welfare"), np.median(held, axis=1))
    low, high = result.interval("welfare")
    np.testing.assert_allclose(low, np.quantile(held, 0.1, axis=1))
    np.testing.assert_allclose(high, np.quantile(held, 0.9, axis=1))
    assert result.failed_draws == 1


def test_without_draws_the_median_is_the_central_value(result: Result) -> None:
    bare = dataclasses.replace(result, draws={name: values[:, :0] for name, values in result.draws.items()})
    np.testing.assert_array_equal(bare.median("welfare"), result.central["welfare"])
    assert np.isnan(bare.interval("welfare")).all()
    lost = dataclasses.replace(result, draws={"welfare": np.full_like(result.draws["welfare"], np.nan)})
    np.testing.assert_array_equal(lost.median("welfare"), result.central["welfare"])
    assert np.isnan(lost.interval("welfare")).all()


def test_table(result: Result) -> None:
    frame = result.table("welfare", case=1)
    assert list(frame.columns) == ["country", "name", "median", "low", "high", "central", "unit"]
    assert frame["median"].is_monotonic_decreasing
    assert set(frame["unit"]) == {variables()["welfare"].unit}
    for _, row in frame.iterrows():
        n = result.countries.index(row["country"])
        assert row["central"] == result.central["welfare"][1, n]
        assert row["low"] <= row["median"] <= row["high"]
    with pytest.raises(UnknownLabelError, match="Did you mean `welfare`"):
        result.table("welfar")


def test_dataset_has_every_number_with_its_unit_and_axes(result: Result) -> None:
    data = result.dataset
    for name, values in result.central.items():
        np.testing.assert_array_equal(data[name].values, values)
        assert data[name].dims == variables()[name].axes
        assert data[name].attrs["unit"] == variables()[name].unit
        assert data[name].attrs["definition"]
    assert data["welfare_draws"].dims == ("case", "draw", "country")
    np.testing.assert_array_equal(data["welfare_draws"].values, result.draws["welfare"])
    assert list(data["country"].values) == list(result.countries)
    assert data["closing"].sel(country="C1").item() == result.closing[0]  # type: ignore[index]
