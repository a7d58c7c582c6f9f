"""Region maps: the ready ones, those of a file, and what is refused, each beside its control."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from multipolar.base.problems import WorldError
from multipolar.study.cards import country_names, world_card
from multipolar.world.library import in_regions, load_world, worlds
from multipolar.world.regions import region_map, region_maps
from multipolar.world.sources import flaws, grades
from multipolar.world.world import World


@pytest.fixture(scope="module")
def world() -> World:
    return load_world()


def test_ready_maps_stand_in_order_of_size_and_are_worlds() -> None:
    assert region_maps() == ("blocs6", "world30", "world81")
    assert worlds()[:4] == ("world2022", "blocs6", "world30", "world81")


@pytest.mark.parametrize(("name", "count"), [("blocs6", 6), ("world30", 30), ("world81", 81)])
def test_a_ready_map_is_a_world_whose_identities_hold(world: World, name: str, count: int) -> None:
    small = load_world(name)
    assert (small.name, small.year, len(small.countries)) == (name, 2022, count)
    assert small.check().ok
    np.testing.assert_allclose(small.income.sum(), world.income.sum(), rtol=1e-13)
    russia = region_map(name).region["RUS"]
    members = [code for code, region in region_map(name).region.items() if region == russia]
    rows = world.axes.country.indices(members)
    np.testing.assert_allclose(small.income[small.axes.country.index(russia)], world.income[rows].sum(), rtol=1e-12)


def test_world81_is_the_embedded_world_to_the_last_bit(world: World) -> None:
    assert load_world("world81").digest == world.digest


def test_a_world_in_regions_keeps_sources_flaws_and_the_names_of_its_regions(world: World) -> None:
    small = load_world("blocs6")
    assert flaws(small.name) == flaws(world.name) != ()
    assert grades(small.name) == grades(world.name) != ()
    assert world_card(small).sources == world_card(world).sources != ()
    assert country_names(small)["EAE"] == "Russia and the Eurasian Economic Union"
    assert country_names(world)["RUS"] == "Russia"


def test_a_map_of_a_file_makes_a_world(tmp_path: Path, world: World) -> None:
    path = tmp_path / "two.csv"
    rows = [f"{code},{'A' if code == 'RUS' else 'B'}" for code in world.countries]
    path.write_text("\ufeffiso3,region\n" + "\n".join(rows) + "\n\n", encoding="utf-8")
    small = in_regions(world, region_map(path))
    assert (small.name, set(small.countries)) == ("two", {"A", "B"})
    assert small.check().ok


GOOD = "iso3,region,region_name\nA,x,Ex\nB,y,Why\nC,x,Ex\n"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("region_name", "region_nam", r"map.csv:1 no column `region_nam` in a region map. Did you mean `region_name`"),
        ("iso3", "region", "map.csv:1 column `iso3` is missing"),
        ("region_name", "region", "map.csv:1 column `region` stands twice"),
        ("B,y,Why", "A,y,Why", "map.csv:3 `A` stands twice"),
        ("B,y,Why", "B,y", "map.csv:3 2 cells, where the first line has 3 columns"),
        ("B,y,Why", "B,,Why", "map.csv:3 region: an empty name"),
        ("B,y,Why", "B,x,Why", "map.csv:3 region `x` has two names: `Ex` and `Why`"),
        ("B,y,Why", "B,y\u202e,Why", r"map.csv:3 region: .*U\+202E"),
        ("A,x,Ex\nB,y,Why\nC,x,Ex\n", "", "map.csv:1 no country"),
        (GOOD, "", "map.csv:1 column `iso3` is missing"),
    ],
)
def test_a_wrong_map_is_refused_line_by_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert old in GOOD
    Path("map.csv").write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(WorldError, match=message):
        region_map("map.csv")
    Path("map.csv").write_text(GOOD, encoding="utf-8")
    assert region_map("map.csv").region == {"A": "x", "B": "y", "C": "x"}


def test_all_wrong_lines_come_at_once(tmp_path: Path) -> None:
    (tmp_path / "map.csv").write_text("iso3,region\nA,x\nA,y\nB\n")
    with pytest.raises(WorldError) as raised:
        region_map(tmp_path / "map.csv")
    assert [problem.line for problem in raised.value.problems] == [3, 4]


@pytest.mark.parametrize(
    ("name", "message"),
    [("wrld30", "Did you mean `world30`"), ("x", "There is: blocs6, world30, world81"), ("./no.csv", "cannot be read"),
     ("./", "is no regular file: a region map is a plain text file")],
)  # fmt: skip
def test_a_map_that_is_not_there_is_named(name: str, message: str) -> None:
    with pytest.raises(WorldError, match=message):
        region_map(name)


def test_a_map_that_does_not_fit_the_world_names_the_countries(tmp_path: Path, world: World) -> None:
    (tmp_path / "map.csv").write_text("iso3,region\nRUSS,x\n")
    with pytest.raises(WorldError, match=r"(?s)no country `RUSS`. Did you mean `RUS`.*country `AGO` has no group"):
        in_regions(world, region_map(tmp_path / "map.csv"))
