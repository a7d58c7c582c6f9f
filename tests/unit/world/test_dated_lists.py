"""Sanctions in force on a day, and currencies of invoice."""

from __future__ import annotations

import multipolar as mp
from multipolar.world.invoicing import FLOWS, invoicing
from multipolar.world.sanctions import in_force, sanctions


def test_sanctions_in_force_on_a_day() -> None:
    assert {each.sender for each in in_force("2021-12-31")} == {"RUS"}
    bans = [each for each in in_force("2023-12-31") if (each.sender, each.type) == ("EU", "import_ban")]
    banned = {sector for each in bans for sector in each.sectors}
    assert {"B05", "B06", "C19", "C24A"} <= banned
    assert "C31T33" not in banned  # diamonds: from 2024
    assert len(in_force("2027-01-01")) == len(sanctions())


def test_every_sanction_names_sectors_of_the_world_days_and_how_it_was_seen(embedded: mp.World) -> None:
    for each in sanctions():
        assert each.sectors, each
        assert set(each.sectors) <= set(embedded.sectors), each
        assert each.end is None or each.start <= each.end, each
        assert each.how_seen.startswith(("seen", "partly seen", "memory")), each


def test_an_assumed_coverage_has_a_range_and_a_stated_one_none() -> None:
    stated = [each for each in sanctions() if each.coverage is not None]
    assert {each.grade for each in stated} == {"observed", "assumption"}
    for each in stated:
        assert each.coverage is not None
        assert each.low is not None
        assert each.high is not None
        assert 0.0 <= each.low <= each.coverage <= each.high <= 1.0, each
        assert (each.low < each.high) == (each.grade == "assumption"), each


def test_invoicing_is_per_cent_by_country_and_flow() -> None:
    """Argentina's exports of 2019 as the table prints them."""
    table = invoicing()
    row = table["ARG", "export"]
    assert (row.year, row.usd, row.eur, row.home) == (2019, 96.95, 2.77, 0.05)
    for key, each in table.items():
        assert key[1] in FLOWS
        assert 1990 <= each.year <= 2019
        for share in (each.usd, each.eur, each.home, each.other, each.unclassified):
            assert share is None or 0.0 <= share <= 100.0, each
    assert ("CHN", "export") not in table  # missing, not 0
