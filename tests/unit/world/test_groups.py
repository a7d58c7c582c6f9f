"""Names of places, dated blocs, groups of sectors."""

from __future__ import annotations

import pytest

import multipolar as mp
from multipolar.world import groups


@pytest.mark.parametrize(
    ("year", "members"),
    [
        (2009, {"BRA", "RUS", "IND", "CHN"}),
        (2010, {"BRA", "RUS", "IND", "CHN", "ZAF"}),
        (2023, {"BRA", "RUS", "IND", "CHN", "ZAF"}),
        (2024, {"BRA", "RUS", "IND", "CHN", "ZAF", "EGY", "ETH", "IRN", "ARE"}),
        (2025, {"BRA", "RUS", "IND", "CHN", "ZAF", "EGY", "ETH", "IRN", "ARE", "IDN"}),
    ],
)
def test_brics_by_year(year: int, members: set[str]) -> None:
    assert set(groups.bloc_members("BRICS", year)) == members


def test_eu27_is_predefined_without_the_united_kingdom() -> None:
    members = groups.expand(["EU27"], {})
    assert len(members) == 27
    assert "GBR" not in members
    assert "HRV" in members


def test_labels_of_the_world_come_before_blocs_and_names() -> None:
    assert groups.expand(["A", "RUS"], {"A": ["USA"]}, within=("A", "RUS")) == ("A", "RUS")
    assert groups.expand(["A", "Russia", "A"], {"A": ["USA", "B"], "B": ["RUS"]}) == ("USA", "RUS")
    assert groups.expand(["Narnia"], {}) == ("Narnia",)


def test_a_ring_of_blocs_is_refused() -> None:
    with pytest.raises(groups.BlocCycleError, match="A > B > A"):
        groups.expand(["A"], {"A": ["B"], "B": ["USA", "A"]})


@pytest.mark.parametrize(
    ("name", "code"),
    [("Côte d'Ivoire", "CIV"), ("cote d\u2019ivoire", "CIV"), ("الإمارات", "ARE"), ("الامارات", "ARE"), ("IRN", "IRN"),
     ("UK", "GBR"), ("Atlantis", None), ("rus", None)],
)  # fmt: skip
def test_country_names(name: str, code: str | None) -> None:
    assert groups.country_code(name) == code


def test_every_country_is_found_by_each_of_its_names() -> None:
    for code, country in groups.countries().items():
        for name in (code, country.name_en, country.name_ar, *country.aliases):
            assert groups.country_code(name) == code, name


@pytest.mark.parametrize(
    ("name", "sectors"),
    [
        ("C29", ("C29",)),
        ("C30", ("C301", "C303", "C302_304_309")),
        ("C24", ("C24A", "C24B")),
        ("C11", ("C10T12",)),
        ("J63", ("J62_63",)),
        ("D35", ("D",)),
        ("C3030", ("C303",)),
        ("B", ("B05", "B06", "B07", "B08", "B09")),
        ("R", ("RTS",)),
        ("vehicles", ("C29",)),
        ("energy", ("B05", "B06", "C19", "D")),
        ("high_tech", ("C21", "C26", "C303", "C302_304_309", "J62_63")),
        ("C99", ()),
        ("29", ()),
        ("goods ", ()),
    ],
)
def test_sectors_by_code_group_and_isic(embedded: mp.World, name: str, sectors: tuple[str, ...]) -> None:
    assert groups.sector_members(name, embedded.sectors) == sectors


def test_goods_and_services_part_the_sectors(embedded: mp.World) -> None:
    goods, services = (groups.sector_members(name, embedded.sectors) for name in ("goods", "services"))
    assert (goods[0], goods[-1], services[0], services[-1]) == ("A01", "C31T33", "D", "RTS")
    assert goods + services == embedded.sectors
