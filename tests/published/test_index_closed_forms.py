"""Indices and jobs: hand examples by their row (Gxx) of the check numbers."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

import multipolar as mp
from multipolar.model import dependence as dep
from multipolar.model import indices as ix
from multipolar.model import jobs as jb
from multipolar.model import labour as lab
from multipolar.world import groups

WEST_WITHOUT_EU = ("USA", "GBR", "JPN", "CAN", "AUS", "CHE", "NOR", "NZL", "ISL", "UKR")
EXPECTED = {
    "G30": "3.333333", "G31": "0.4", "G32": "0.130812", "G33": "0.38", "G48": "0.98,1.058452 ; 0.873459,1 ; 0.958681",
    "G49": "1.061539 ; .574688,.425312", "G50": "1,1 ; 1.037736,0.849057", "G59": "3", "G60": "0", "G61": "2.302585",
    "G62": "70.582707,25.845865,3.571429",
}  # fmt: skip


def numbers(row: str) -> list[float]:
    return [float(x) for x in EXPECTED[row].replace(";", ",").split(",")]


def test_expected_values_are_those_of_the_shared_checks(shared: Path) -> None:
    with (shared / "checks" / "economics.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row["value"] for row in csv.DictReader(file)}
    assert {name: rows[name] for name in EXPECTED} == EXPECTED


def test_poles() -> None:
    """G30; G59: three of .2 with .4 outside are three poles, never more."""
    assert ix.poles(np.array([0.4, 0.3, 0.2, 0.1])) == pytest.approx(numbers("G30")[0], abs=1e-6)
    assert ix.poles(np.array([0.2, 0.2, 0.2]), "normalised") == pytest.approx(numbers("G59")[0], abs=1e-9)


def two_blocs(each: int, between: float) -> np.ndarray:
    """Equal countries in two equal blocs, a share ``between`` of cross-border trade crossing over."""
    group = np.repeat([0, 1], each)
    apart = group[:, None] != group[None, :]
    own = np.eye(2 * each, dtype=bool)
    flows = np.where(apart, between / apart.sum(), (1 - between) / (~apart & ~own).sum())
    flows[own] = 7.0  # domestic sales are not read
    return flows


def test_polarisation() -> None:
    """G31 in the limit of many small countries, reached as they become more; G60: single-country blocs."""
    assert ix.polarisation_of(0.3, 0.5) == pytest.approx(numbers("G31")[0], abs=1e-9)
    for each in (5, 50):
        found = ix.polarisation(two_blocs(each, 0.3), np.repeat([0, 1], each))
        assert found == pytest.approx(1 - 0.3 / (each / (2 * each - 1)), abs=1e-12)
    assert found == pytest.approx(numbers("G31")[0], abs=0.007)
    flows = np.array([[9.0, 3.0, 1.0], [2.0, 8.0, 4.0], [5.0, 6.0, 7.0]])
    assert ix.polarisation(flows, np.array([0, 1, 2])) == pytest.approx(numbers("G60")[0], abs=1e-12)


def test_income_gap() -> None:
    """G32: two equal groups, 1 to 3; G61: all income with a tenth of the people, the largest value there is."""
    assert ix.theil(np.array([1.0, 3.0]), np.array([1.0, 1.0])) == pytest.approx(numbers("G32")[0], abs=1e-6)
    found = ix.theil(np.array([0.0, 1.0]), np.array([0.9, 0.1]))
    assert found == pytest.approx(numbers("G61")[0], abs=1e-6)
    assert found == pytest.approx(-np.log(0.1), abs=1e-12)


def test_currencies() -> None:
    """G33; the last of the three not told apart: as many small currencies it adds nothing."""
    assert ix.currency_concentration(np.array([0.5, 0.3, 0.2])) == pytest.approx(numbers("G33")[0], abs=1e-9)
    assert ix.currency_concentration(np.array([0.5, 0.3]), apart=0.2) == pytest.approx(0.34, abs=1e-12)


def test_leadership() -> None:
    """16 against 8 at theta_K 4: 1.19."""
    found = ix.leadership(np.array([[16.0], [8.0]]), np.array([4.0]), np.array([True, False]))
    assert found == pytest.approx([2**0.25], abs=1e-12)
    assert found == pytest.approx([1.19], abs=0.005)


def test_dependence() -> None:
    """G62: own shares .8/.8, tariffs of 10 % both ways, value added .5, one sector; 26.8 % of it is foreign."""
    share = np.array([[0.8, 0.2], [0.2, 0.8]])[:, :, None]
    tariff = np.array([[0.0, 0.1], [0.1, 0.0]])[:, :, None]
    links = dep.chain(share, tariff, None, np.full((2, 1, 1), 0.5))
    found = dep.dependence(dep.content(links, np.eye(2)), np.array([[100.0], [100.0]]))
    home, abroad, taxes = numbers("G62")
    assert 100 * found.tax == pytest.approx([taxes, taxes], abs=1e-5)
    held = 100 * found.share * (1 - found.tax)
    assert held[:, 0] == pytest.approx([home, abroad], abs=1e-5)
    assert 100 * found.share[1, 0] == pytest.approx(26.8, abs=0.05)


def test_jobs_follow_wages_not_value_added() -> None:
    """G49: VA shares (.8,.2), heads (.5,.5), wages (1.1,.9), mobility 1.5: value added moves by ``what^kappa``."""
    wages, value_added = np.array([[1.1, 0.9]]), np.array([[0.8, 0.2]])
    phi, *expected = numbers("G49")
    assert lab.wage_index(value_added, wages, 1.5) == pytest.approx([phi], abs=1e-5)
    new = value_added * wages**1.5
    found = jb.jobs(np.array([[0.5, 0.5]]), value_added, new)
    assert found[0] == pytest.approx(expected, abs=1e-5)
    moved = 0.5 * wages**1.5
    np.testing.assert_allclose(found, moved / moved.sum(), rtol=1e-14)


def test_heads_move_at_mobility_one_unless_they_are_specific() -> None:
    """G50: VA shares (.8,.2) as heads, wages (1.1,.9)."""
    share, wages = np.array([[0.8, 0.2]]), np.array([[1.1, 0.9]])
    expected = numbers("G50")
    assert lab.efficiency_supply(wages, share, 1.0)[0] == pytest.approx(expected[:2], abs=1e-12)
    found = jb.jobs(share, share, share * wages)
    assert (found / share)[0] == pytest.approx(expected[2:], abs=1e-5)
    np.testing.assert_array_equal(jb.jobs(share, share, share * wages, specific=True), share)


def test_jobs_under_a_floor() -> None:
    """The employed heads of G48: D (.8,1.1), heads and VA shares (.4,.6), a .873459 of the first sector has work."""
    share, demand = np.array([[0.4, 0.6]]), np.array([[0.8, 1.1]])
    employed = np.array([numbers("G48")[2:4]])
    found = jb.jobs(share, share, share * demand, employed=employed)
    assert found.sum() == pytest.approx(numbers("G48")[4], abs=1e-5)
    idle = jb.idle_share(1000.0 * share, share, share * demand, employed)
    assert idle == pytest.approx([1 - numbers("G48")[4]], abs=1e-5)
    assert jb.idle_share(share, share, share * demand, np.ones((1, 2))) == pytest.approx([0.0], abs=1e-15)
    assert np.isnan(jb.idle_share(np.array([[0.4, np.nan]]), share, share * demand, employed)).all()


def test_the_world_of_2022(embedded: mp.World) -> None:
    """ECONOMICS 7, derived there by a prototype: shares of value added, poles with others as atoms and as one, and
    polarisation. There "West" is G7 and EU for shares and poles, the 37 countries of WEST for polarisation: with G7 and
    EU it is .092. To a unit of the last digit."""
    g7_eu = dict.fromkeys((*groups.bloc_members("G7", 2022), *groups.bloc_members("EU27", 2022)))
    west = dict.fromkeys((*WEST_WITHOUT_EU, *groups.bloc_members("EU27", 2022)))
    place = embedded.axes.country.indices
    brics, countries = place(["BRA", "RUS", "IND", "CHN", "ZAF"]), len(embedded.countries)
    member = ix.members([place(list(g7_eu)), brics], countries)
    shares = ix.bloc_shares(embedded.value_added.sum(axis=1), member)
    assert [*shares[:2], shares[2:].sum()] == pytest.approx([0.506, 0.260, 0.234], abs=1e-3)
    assert ix.poles(shares) == pytest.approx(3.05, abs=1e-2)
    assert ix.poles(np.append(shares[:2], shares[2:].sum())) == pytest.approx(2.64, abs=1e-2)
    flows = embedded.trade.sum(axis=2)
    assert ix.polarisation(flows, ix.groups(ix.members([place(list(west)), brics], countries))) == pytest.approx(
        0.113, abs=1e-3
    )
    assert ix.polarisation(flows, ix.groups(member)) == pytest.approx(0.092, abs=1e-3)
