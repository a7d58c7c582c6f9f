"""Evidence grades by cell: rules of the embedded world, grades stated for another, and what aggregation leaves."""

from __future__ import annotations

import csv
from typing import Any

import numpy as np
import pytest

import multipolar as mp
from multipolar.base.problems import UnknownLabelError, WorldError
from multipolar.world.evidence import GRADES, grade_at, graded, rule_at
from multipolar.world.sources import column, grades

SMALL: dict[str, Any] = {
    "countries": ["A", "B"], "sectors": ["x", "y"], "trade": np.ones((2, 2, 2)), "input_share": np.zeros((2, 2, 2)),
    "tariff": np.zeros((2, 2, 2)), "trade_elasticity": [4.0, 4.0],
}  # fmt: skip


def test_every_cell_of_every_block_of_the_embedded_world_is_graded(embedded: mp.World) -> None:
    found = graded(embedded)
    assert {"trade", "input_share", "tariff", "trade_elasticity", *embedded.fields} <= set(found)
    for block, cells in found.items():
        assert cells.shape == (81, 49), block
        assert cells.min() >= 0, block
        assert cells.max() < len(GRADES), block


@pytest.mark.parametrize(
    ("block", "country", "sector", "grade"),
    [
        ("trade", "USA", "C26", "observed"),
        ("trade", "USA", "J61", "estimated"),
        ("trade", "RUS", "J62_63", "assumption"),
        ("trade", "DEU", "C303", "estimated"),
        ("trade", "TUR", "C303", "assumption"),
        ("input_share", "DEU", "C29", "scaled"),
        ("input_share", "RUS", "C29", "assumption"),
        ("input_share", "RUS", "C28", "scaled"),
        ("input_share", "SAU", "C20", "estimated"),
        ("tariff", "USA", "C26", "scaled"),
        ("tariff", "ROW", "C26", "estimated"),
        ("tariff", "USA", "K", "assumption"),
        ("trade_elasticity", "USA", "C26", "assumption"),
        ("employment", "USA", "C26", "scaled"),
        ("employment", "USA", "C303", "estimated"),
        ("employment", "CHN", "F", "scaled"),
        ("employment", "CHN", "C26", "estimated"),
        ("employment", "RUS", "F", "estimated"),
        ("emissions", "RUS", "D", "observed"),
        ("emissions", "RUS", "C29", "estimated"),
        ("gdp", "TWN", "C29", "scaled"),
    ],
)
def test_grades_follow_what_is_known_of_the_sources(
    embedded: mp.World, block: str, country: str, sector: str, grade: str
) -> None:
    assert grade_at(embedded, block, country, sector) == grade
    rule = rule_at(embedded, block, country, sector)
    assert rule is not None
    assert rule.grade == grade


def test_rules_name_columns_values_and_codes_that_are_there(embedded: mp.World) -> None:
    labels = {"countries": set(embedded.countries), "sectors": set(embedded.sectors)}
    for row in grades("world2022"):
        for table, asked in (("countries", row.countries), ("sectors", row.sectors)):
            name, equals, value = asked.partition("=")
            if equals:
                assert value in column(table, name).values(), row
            elif asked != "all":
                assert set(asked.split()) <= labels[table], row


def test_repaired_columns_and_carved_sectors_are_those_of_the_construction(shared: Any, embedded: mp.World) -> None:
    """Rows of the record of the construction whose inputs were replaced, and where almost nothing stood before."""
    with (shared / "data" / "world2022" / "input_repairs.csv").open(encoding="utf-8", newline="") as file:
        repaired = {(r["iso3"], r["sector"]) for r in csv.DictReader(file)}
    marked = {
        (country, sector)
        for country in embedded.countries
        for sector in embedded.sectors
        if grade_at(embedded, "input_share", country, sector) == "assumption"
    }
    assert marked
    assert marked <= repaired


def test_grades_can_be_stated_for_a_world_and_are_refused_where_they_are_none() -> None:
    cells = np.array([[0, 1], [2, 3]])
    world = mp.World.from_arrays(**SMALL, evidence={"trade": "observed", "tariff": cells})
    assert grade_at(world, "trade", "B", "y") == "observed"
    assert [grade_at(world, "tariff", c, s) for c in "AB" for s in "xy"] == list(GRADES)
    assert grade_at(world, "input_share", "A", "x") == ""
    wrong: dict[str, Any] = {"trade": "sure", "tariff": cells + 1, "input_share": cells[:1], "": "observed"}
    with pytest.raises(WorldError) as caught:
        mp.World.from_arrays(**SMALL, evidence=wrong)
    for said in ("no grade `sure`. There is: observed", "run from 0 to 3", "(2, 2) [country", "an empty name"):
        assert said in str(caught.value)


def test_a_world_without_records_has_no_grades_and_unknown_labels_stop() -> None:
    world = mp.World.from_arrays(**SMALL)
    assert graded(world) == {}
    assert rule_at(world, "trade", "A", "x") is None
    with pytest.raises(UnknownLabelError, match="no country `C`"):
        grade_at(world, "trade", "C", "x")


def test_a_group_has_the_grade_of_its_least_certain_cell() -> None:
    cells = np.array([[0, 1], [2, 0]])
    world = mp.World.from_arrays(**SMALL, evidence={"trade": cells})
    assert graded(world.aggregate(countries={"A": "G", "B": "G"}))["trade"].tolist() == [[2, 1]]
    assert graded(world.aggregate(sectors={"x": "g", "y": "g"}))["trade"].tolist() == [[1], [2]]
    assert graded(world.aggregate())["trade"].tolist() == cells.tolist()


def test_the_embedded_world_in_regions_keeps_grades_of_its_cells() -> None:
    world = mp.load_world("blocs6")
    assert set(graded(world)) == set(graded(mp.load_world()))
    assert rule_at(world, "trade", world.countries[0], "C26") is None


def test_a_field_that_is_missing_is_named_with_what_needs_it() -> None:
    jobs = mp.Field(np.ones((2, 2)), ("country", "sector"), "thousand persons", "estimated", "made_up")
    assert mp.World.from_arrays(**SMALL, fields={"employment": jobs}).needed("employment", "the table of jobs").all()
    with pytest.raises(WorldError, match="has no `employment`: the table of jobs needs it"):
        mp.World.from_arrays(**SMALL).needed("employment", "the table of jobs")


def test_fields_are_part_of_the_digest() -> None:
    def digest(value: float) -> str:
        field = mp.Field(np.array([value, 1.0]), ("country",), "persons", "observed", "made_up")
        return mp.World.from_arrays(**SMALL, fields={"population": field}).digest

    assert digest(1.0) == digest(1.0) != digest(2.0)
    assert digest(1.0) != mp.World.from_arrays(**SMALL).digest


