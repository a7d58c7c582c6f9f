"""Jobs and CO2 at the level at which they are known."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import multipolar as mp
from multipolar.base.problems import UnknownLabelError, WorldError
from multipolar.world.evidence import GRADES
from multipolar.world.levels import cell_grades, known_groups, known_sum


@pytest.mark.parametrize(("country", "groups"), [("USA", 42), ("CHN", 12), ("RUS", 2), ("ROW", 1)])
def test_groups_part_the_sectors(embedded: mp.World, country: str, groups: int) -> None:
    found = known_groups(embedded, "employment", country)
    assert len(found) == groups
    assert sorted(s for group in found for s in group) == sorted(embedded.sectors)
    assert [len(group) for group in known_groups(embedded, "emissions", country)] == [48, 1]


def test_sums_of_known_groups_are_those_that_were_published(shared: Path, embedded: mp.World) -> None:
    """ETD 2018 by 12 sectors: shares of China in each, the same after scaling to ILO 2022; ILO totals."""
    inputs = shared / "data" / "world2022" / "build" / "inputs" / "etd2018_value_added_lcu_employment_thousand.csv"
    with inputs.open(encoding="utf-8", newline="") as file:
        (row,) = [r for r in csv.DictReader(file) if (r["iso3"], r["VAR"]) == ("CHN", "EMP")]
    from multipolar.world.sources import column

    names = column("sectors", "etd")
    for group in known_groups(embedded, "employment", "CHN"):
        part = known_sum(embedded, "employment", "CHN", group)
        whole = known_sum(embedded, "employment", "CHN")
        assert (part.grade, whole.grade) == ("scaled", "observed")
        assert part.value / whole.value == pytest.approx(float(row[names[group[0]]]) / float(row["Total"]), rel=2e-4)
    with (shared / "data" / "fields" / "countries.csv").open(encoding="utf-8-sig", newline="") as file:
        totals = {r["iso3"]: float(r["employment2022_thousand"]) for r in csv.DictReader(file)}
    for country in embedded.countries:
        assert known_sum(embedded, "employment", country).value == pytest.approx(totals[country], rel=1e-3)


def test_below_the_level_a_number_is_refused_unless_it_is_marked(embedded: mp.World) -> None:
    assert known_sum(embedded, "employment", "RUS", ["A01", "A02", "A03"]).grade == "scaled"
    with pytest.raises(WorldError, match="employment of RUS is known for 2 groups of sectors, not for C29"):
        known_sum(embedded, "employment", "RUS", ["C29"])
    marked = known_sum(embedded, "employment", "RUS", ["C29"], estimated=True)
    assert (marked.grade, marked.known) == ("estimated", False)
    assert marked.value == pytest.approx(float(embedded.employment[embedded.countries.index("RUS"),
                                                                   embedded.sectors.index("C29")]))  # fmt: skip
    with pytest.raises(WorldError, match="employment of ROW is known for its total, not for A01"):
        known_sum(embedded, "employment", "ROW", ["A01"])
    assert known_sum(embedded, "employment", "USA", ["C29"]).known
    assert known_sum(embedded, "emissions", "RUS", ["D"]).value == pytest.approx(810.79, abs=0.01)
    with pytest.raises(WorldError, match="emissions of RUS"):
        known_sum(embedded, "emissions", "RUS", ["C24A"])


@pytest.mark.parametrize("field", ["employment", "emissions"])
def test_grades_of_cells_are_those_of_their_sums(embedded: mp.World, field: str) -> None:
    """A cell known by itself keeps its grade; no other is better than estimated."""
    found = cell_grades(embedded, field)
    for country in embedded.countries:
        n = embedded.axes.country.index(country)
        for s, sector in enumerate(embedded.sectors):
            if np.isnan(embedded.fields[field].values[n, s]):
                continue
            one = known_sum(embedded, field, country, [sector], estimated=True)
            assert (found[n, s] <= GRADES.index("scaled")) == one.known, (country, sector)
            assert one.known or GRADES[found[n, s]] == one.grade == "estimated"


def test_a_total_of_nothing_or_with_a_gap_in_a_world_of_ones_own_is_missing(embedded: mp.World) -> None:
    held = embedded.fields["employment"]
    values = held.values.copy()
    values[1], values[2, 0] = np.nan, np.nan
    assert known_sum(embedded, "employment", "IND").known  # published as a total, though L is missing
    empty = replace(embedded, fields={"employment": replace(held, values=values)})
    with pytest.raises(WorldError, match=f"employment of {embedded.countries[1]} is missing for A01, A02"):
        known_sum(empty, "employment", embedded.countries[1])
    assert known_sum(empty, "employment", embedded.countries[2]).known
    mine = replace(empty, name="mine")
    with pytest.raises(WorldError, match=f"employment of {embedded.countries[2]} is missing for A01"):
        known_sum(mine, "employment", embedded.countries[2])
    assert known_sum(mine, "employment", embedded.countries[3]).known


def test_levels_stay_with_other_elasticities_and_end_with_regions(embedded: mp.World) -> None:
    other = mp.load_world(elasticities="CP")
    assert known_groups(other, "employment", "CHN") == known_groups(embedded, "employment", "CHN")
    regions = mp.load_world("blocs6")
    assert len(known_groups(regions, "employment", "OTH")) == 1


def test_a_missing_figure_is_named(embedded: mp.World) -> None:
    with pytest.raises(WorldError, match="employment of IND is missing for L"):
        known_sum(embedded, "employment", "IND", ["L"])
    assert known_sum(embedded, "employment", "CHN", ["L"]).known
    with pytest.raises(UnknownLabelError, match="no country `XXX`"):
        known_groups(embedded, "employment", "XXX")


@pytest.mark.parametrize(("grade", "known"), [("scaled", True), ("estimated", False)])
def test_a_world_of_ones_own_knows_what_its_grades_say(grade: str, known: bool) -> None:
    jobs = mp.Field(np.ones((1, 2)), ("country", "sector"), "thousand persons", grade, "made_up")
    world = mp.World.from_arrays(
        countries=["A"], sectors=["x", "y"], trade=[[[1.0, 1.0]]], input_share=np.zeros((1, 2, 2)),
        tariff=np.zeros((1, 1, 2)), trade_elasticity=[4.0, 4.0], fields={"employment": jobs},
    )  # fmt: skip
    assert known_sum(world, "employment", "A", ["x"], estimated=True).known is known
    with pytest.raises(WorldError, match="has no `emissions`"):
        known_sum(world, "emissions", "A")
