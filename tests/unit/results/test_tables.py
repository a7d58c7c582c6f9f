"""``Result.table``: variables and indices by their own axes, and what is not there is named."""

from __future__ import annotations

import numpy as np
import pytest

import multipolar as mp

TEXT = "multipolar: 1\ntitle: A\nmeasures:\n  - {id: t, type: tariff, who: USA, to: CHN, sectors: goods, add: 10 %}\n"


@pytest.fixture(scope="module")
def result() -> mp.Result:
    world = mp.load_world("world30")
    return mp.evaluate(world, mp.read_scenario(TEXT, world), chokepoint="none")


def test_a_variable_by_country_is_sorted_by_its_median(result: mp.Result) -> None:
    table = result.table("welfare")
    assert list(table.columns) == ["country", "name", "median", "low", "high", "central", "unit"]
    assert len(table) == 30
    assert table["median"].is_monotonic_decreasing
    at = table.set_index("country")["central"]
    assert at["CHN"] == result.central["welfare"][0, result.countries.index("CHN")]


def test_a_variable_by_sector_has_a_row_a_cell(result: mp.Result) -> None:
    table = result.table("output").set_index(["country", "sector"])
    assert len(table) == 30 * 49
    n, s = result.countries.index("USA"), result.world.sectors.index("C26")
    assert table.loc[("USA", "C26"), "central"] == result.central["output"][0, n, s]


def test_a_number_of_the_world_is_one_row(result: mp.Result) -> None:
    table = result.table("world_income")
    assert list(table.columns) == ["median", "low", "high", "central", "unit"]
    assert len(table) == 1


@pytest.mark.parametrize("name", ["jobs", "poles", "dependence", "co2"])
def test_an_index_has_base_value_and_change(result: mp.Result, name: str) -> None:
    table, index = result.table(name), result.indices[name]
    assert {"base", "value", "change", "low", "high", "unit"} <= set(table.columns)
    assert len(table) == index.base.size
    np.testing.assert_allclose(table["value"] - table["base"], table["change"], atol=1e-9)


def test_a_row_of_jobs_is_its_own(result: mp.Result) -> None:
    n, s = result.countries.index("DEU"), result.world.sectors.index("C29")
    row = result.table("jobs").set_index(["country", "sector"]).loc[("DEU", "C29")]
    assert (row["base"], row["value"]) == (result.indices["jobs"].base[n, s], result.indices["jobs"].value[0, n, s])


@pytest.mark.parametrize("name", ["welfar", "job", None, 5])
def test_a_name_that_is_not_there_is_named(result: mp.Result, name: object) -> None:
    with pytest.raises(mp.UnknownLabelError, match="no variable"):
        result.table(name)  # type: ignore[arg-type]


@pytest.mark.parametrize("case", [1, -1, "x", 0.0, None])
def test_a_case_that_is_none_is_named(result: mp.Result, case: object) -> None:
    result.table("welfare", 0)
    with pytest.raises(mp.InputError, match="one of 0 to 0"):
        result.table("welfare", case)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [{"draws": 1.5}, {"draws": "3"}, {"draws": True}, {"workers": 0}, {"workers": 10**9}, {"workers": None},
     {"seed": -1}, {"seed": 1.5}, {"seed": 2**63}, {"tolerance": 0}, {"tolerance": float("nan")}],
    ids=str,
)  # fmt: skip
def test_numbers_of_a_call_that_cannot_be_are_named_before_anything_is_solved(wrong: dict[str, object]) -> None:
    world = mp.load_world("world30")
    with pytest.raises(mp.InputError, match=next(iter(wrong))):
        mp.evaluate(world, mp.read_scenario(TEXT, world), **wrong)  # type: ignore[arg-type]
