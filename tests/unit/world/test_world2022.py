"""The embedded world is what its figures say, built again where they are at hand."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from multipolar.base.problems import WorldError
from multipolar.world.library import DATA, load_world, write_arrays
from multipolar.world.readers import world2022

ROOT = Path(__file__).resolve().parents[3]
FIGURES = Path(os.environ.get("MULTIPOLAR_SHARED", ROOT.parent / "shared")) / "data"
needs_figures = pytest.mark.skipif(
    not (FIGURES / "world2022").is_dir(), reason="the folder of source figures (MULTIPOLAR_SHARED) is not here"
)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@needs_figures
def test_building_again_gives_the_same_bytes(tmp_path: Path) -> None:
    write_arrays(world2022.build(FIGURES), tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == (DATA / "world2022.npz").read_bytes()


@needs_figures
def test_axes_are_in_our_order() -> None:
    """The source has trade [s,i,n] and intermediate [n,s,k]: one flow and one use, looked up in both."""
    with np.load(FIGURES / "world2022" / "world2022_49.npz") as file:
        countries, sectors = list(file["countries"]), list(file["sectors"])
        chn, usa = countries.index("CHN"), countries.index("USA")
        c20, c21, c26 = (sectors.index(s) for s in ("C20", "C21", "C26"))
        sold, used = file["trade"][c26, chn, usa], file["intermediate"][usa, c20, c21]
        rate = file["tariff_bp"][c26, chn, usa] / 1e4
    built = world2022.build(FIGURES)
    assert built["trade"][chn, usa, c26] == sold
    assert built["intermediate"][usa, c21, c20] == used
    world = load_world()
    assert world.trade[chn, usa, c26] == sold
    assert world.tariff[chn, usa, c26] == rate


@needs_figures
def test_value_added_and_final_use_follow_the_identities_of_the_source() -> None:
    """Value added net of tariff-inclusive inputs and final use, by the formulas of the construction's own check."""
    with np.load(FIGURES / "world2022" / "world2022_49.npz") as file:
        sales, used, rate = file["trade"].astype(float), file["intermediate"].astype(float), file["tariff_bp"] / 1e4
    output, bought = sales.sum(axis=2), sales.sum(axis=1)
    gross = np.divide((sales * (1 + rate)).sum(axis=1), bought, out=np.ones_like(bought), where=bought > 0)
    value_added = output - np.einsum("nsk,sn->kn", used, gross)
    final = (bought.T - used.sum(axis=2)) * gross.T
    world = load_world()
    scale = np.abs(value_added).max()
    assert np.abs(world.value_added - value_added.T).max() < 1e-12 * scale
    assert np.abs(world.final_share * world.income[:, None] - final).max() < 1e-12 * scale


@needs_figures
def test_labels_follow_the_source() -> None:
    assert [r["iso3"] for r in rows(FIGURES / "world2022" / "countries.csv")] == [
        r["iso3"] for r in rows(DATA / "countries.csv")
    ]
    ours, theirs = rows(DATA / "sectors.csv"), rows(FIGURES / "world2022" / "sectors.csv")
    assert [(r["code"], r["name_en"], r["kind"]) for r in ours] == [(r["sector"], r["name"], r["kind"]) for r in theirs]
    regions = rows(FIGURES / "world2022" / "region_map_30.csv")
    assert [(r["iso3"], r["region"]) for r in rows(DATA / "regions" / "world30.csv")] == [
        (r["iso3"], r["region"]) for r in regions
    ]


def test_a_sector_without_an_elasticity_is_named(tmp_path: Path) -> None:
    (tmp_path / "world2022").mkdir()
    (tmp_path / "fields").mkdir()
    one = np.ones((1, 1, 1), dtype=np.float32)
    np.savez(
        tmp_path / "world2022" / "world2022_49.npz",
        trade=one, intermediate=one * 0, tariff_bp=one.astype(np.uint16), countries=["A"], sectors=["X9"],
    )  # fmt: skip
    (tmp_path / "fields" / "trade_elasticities.csv").write_text("sector,source_key,theta\nX8,U4,4.0\n")
    with pytest.raises(WorldError, match="no value of set U4 for X9"):
        world2022.build(tmp_path)


def test_the_embedded_world_stays_below_3_mb() -> None:
    assert (DATA / "world2022.npz").stat().st_size < 3_000_000


def test_country_names_are_unique_whatever_way_they_are_written() -> None:
    """A plain name, an alias or an Arabic name stands for one country only."""
    owners: dict[str, str] = {}
    for row in rows(DATA / "countries.csv"):
        for name in {row["iso3"], row["name_en"], row["name_ar"], *filter(None, row["aliases"].split("|"))}:
            assert name == name.strip() != "", row
            assert owners.setdefault(name.casefold(), row["iso3"]) == row["iso3"], name
    assert owners["america"] == "USA"
    assert owners["روسيا"] == "RUS"


def test_tables_stand_in_the_order_of_the_world() -> None:
    world = load_world()
    assert tuple(r["iso3"] for r in rows(DATA / "countries.csv")) == world.countries
    assert tuple(r["code"] for r in rows(DATA / "sectors.csv")) == world.sectors
    for regions in ("world30", "blocs6"):
        assert tuple(r["iso3"] for r in rows(DATA / "regions" / f"{regions}.csv")) == world.countries
    assert {r["kind"] for r in rows(DATA / "sectors.csv")} == {"goods", "services"}
    assert [r["code"] for r in rows(DATA / "sectors.csv") if r["kind"] == "goods"][-1] == "C31T33"


def test_region_maps_have_as_many_regions_as_their_names_say() -> None:
    assert len({r["region"] for r in rows(DATA / "regions" / "world30.csv")}) == 30
    assert len({r["region"] for r in rows(DATA / "regions" / "blocs6.csv")}) == 6
    for name in ("world30", "blocs6"):
        pairs = {(r["region"], r["region_name"]) for r in rows(DATA / "regions" / f"{name}.csv")}
        assert all(text for _, text in pairs)
        assert len(pairs) == len({region for region, _ in pairs})


def test_a_region_map_makes_a_sound_world() -> None:
    groups = {r["iso3"]: r["region"] for r in rows(DATA / "regions" / "blocs6.csv")}
    assert load_world().aggregate(countries=groups).check().ok


def members(bloc: str, day: str) -> set[str]:
    table = [r for r in rows(DATA / "blocs.csv") if r["bloc"] == bloc]
    return {r["iso3"] for r in table if r["from"] <= day and (not r["until"] or day <= r["until"])}


def test_blocs_on_a_day() -> None:
    assert members("BRICS", "2010-12-31") == {"BRA", "RUS", "IND", "CHN", "ZAF"}
    assert members("BRICS", "2009-12-31") == {"BRA", "RUS", "IND", "CHN"}
    assert members("BRICS", "2025-12-31") == {"BRA", "RUS", "IND", "CHN", "ZAF", "EGY", "ETH", "IRN", "ARE", "IDN"}
    assert len(members("EU27", "2022-12-31")) == 27
    assert members("EU", "2022-12-31") == members("EU27", "2022-12-31")
    assert len(members("EU", "2019-12-31")) == 28
    assert len(members("G7", "2022-12-31")) == 7
    assert members("USMCA", "2022-12-31") == {"USA", "CAN", "MEX"}


def test_every_bloc_row_has_dates_a_source_and_how_it_was_seen() -> None:
    table = rows(DATA / "blocs.csv")
    assert len({(r["bloc"], r["iso3"], r["from"]) for r in table}) == len(table)
    for row in table:
        np.datetime64(row["from"], "D")
        assert not row["until"] or row["from"] <= row["until"]
        assert row["source"]
        assert row["how_seen"] in {"seen", "memory"}
