"""Indices of worlds and outcomes: values against their own definitions, bounds, and what is named as missing."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

import multipolar as mp
from multipolar.base.variables import variables
from multipolar.model import indices as ix
from multipolar.study import indexed
from multipolar.world.intake import Field
from multipolar.world.toy import random_world

OF_WORLD = {"poles", "polarisation", "dependence", "dependence_high_tech", "leadership", "leadership_share", "currency",
            "dollar_share"}  # fmt: skip
OF_OUTCOME = {"gap", "gap_between", "gap_within", "co2", "co2_intensity", "jobs"}


@pytest.fixture(scope="module")
def member(embedded: mp.World) -> np.ndarray:
    west, brics = ("USA", "DEU", "FRA", "GBR", "ITA", "JPN", "CAN"), ("BRA", "RUS", "IND", "CHN", "ZAF")
    return ix.members([[embedded.countries.index(c) for c in bloc] for bloc in (west, brics)], len(embedded.countries))


@pytest.fixture(scope="module")
def tariffs(embedded: mp.World) -> mp.Outcome:
    tariff = embedded.tariff.copy()
    tariff[embedded.countries.index("CHN"), embedded.countries.index("USA")] += 0.2
    return mp.solve(embedded, mp.Shocks(tariff=tariff, deficits="own"))


def test_every_index_of_the_embedded_world(embedded: mp.World, member: np.ndarray) -> None:
    found = indexed.of_world(embedded, member, leader=0)
    assert set(found.values) == OF_WORLD
    assert set(found.missing) == {"currency"}
    assert "covers 74% of cross-border trade" in found.missing["currency"]
    later = indexed.of_outcome(embedded, None, member)
    assert set(later.values) == OF_OUTCOME
    assert later.missing["gap"].endswith("left out: TWN")
    assert later.missing["jobs"] == "employment is not complete in COL, IND"
    for name, value in {**found.values, **later.values}.items():
        row, low, high = variables()[name], np.nanmin(value), np.nanmax(value)
        assert row.low is None or low >= row.low - 1e-12, name
        assert row.high is None or high <= row.high + 1e-12, name
        assert value.ndim == len(row.axes) - 1, name  # a case has the axes of its row
        assert row.plain_en.endswith("."), name
        assert re.search("[\u0621-\u064a]", row.plain_ar), name
    np.testing.assert_allclose(later.values["co2_intensity"], 1.0)
    assert later.values["gap"] == pytest.approx(later.values["gap_between"] + later.values["gap_within"], rel=1e-12)


def test_without_a_shock_nothing_moves(embedded: mp.World, member: np.ndarray) -> None:
    out = mp.solve(embedded, mp.Shocks(), tolerance=1e-12)
    for before, after in (
        (indexed.of_world(embedded, member, leader=1), indexed.of_world(embedded.after(out), member, leader=1)),
        (indexed.of_outcome(embedded, None, member), indexed.of_outcome(embedded, out, member)),
    ):
        for name, value in after.values.items():
            np.testing.assert_allclose(value, before.values[name], rtol=1e-8, atol=1e-12, err_msg=name)


def test_a_tariff_moves_dependence_jobs_and_emissions(
    embedded: mp.World, member: np.ndarray, tariffs: mp.Outcome
) -> None:
    usa, west, brics = embedded.countries.index("USA"), 0, 1
    before, after = (indexed.of_world(w, member).values for w in (embedded, embedded.after(tariffs)))
    assert after["dependence"][brics, usa] < before["dependence"][brics, usa]
    assert after["dependence_high_tech"][west, usa] > before["dependence_high_tech"][west, usa]
    moved = indexed.of_outcome(embedded, tariffs, member, real_gdp_hat=np.ones(len(embedded.countries)))
    known = np.isfinite(embedded.employment).all(axis=1)
    jobs = moved.values["jobs"]
    np.testing.assert_allclose(jobs[known].sum(axis=1), embedded.employment[known].sum(axis=1), rtol=1e-10)
    quantity = tariffs.output / (tariffs.productivity_hat * tariffs.cost_hat)
    made = embedded.output > 0
    by_hand = np.where(made, embedded.emissions * quantity / np.where(made, embedded.output, 1.0), embedded.emissions)
    np.testing.assert_allclose(moved.values["co2"], by_hand.sum(axis=1), rtol=1e-12)
    assert "real GDP is not computed" in indexed.of_outcome(embedded, tariffs, member).missing["co2_intensity"]


def test_three_flows_move_dependence_most(embedded: mp.World, member: np.ndarray) -> None:
    russia = embedded.countries.index("RUS")
    found = indexed.drivers(embedded, member[0], russia, indexed.high_tech(embedded))
    assert len(found) == 3
    assert abs(found[0].effect) >= abs(found[1].effect) >= abs(found[2].effect) > 0
    assert all(flow.origin != flow.destination for flow in found)


def test_what_a_world_does_not_have_is_named() -> None:
    world = random_world(1)
    member = ix.members([[0], [1]], 4)
    found, later = indexed.of_world(world, member, leader=0), indexed.of_outcome(world, None, member)
    assert set(found.values) == {"poles", "polarisation", "dependence"}
    assert found.missing["leadership"] == "the world has no field `knowledge`"
    assert found.missing["dependence_high_tech"] == "the world has no high-tech sectors"
    assert later.values == {}
    assert later.missing["jobs"] == "the world has no field `employment`"
    assert indexed.of_world(world, ix.members([[0, 1, 2, 3]], 4)).missing["polarisation"].startswith("polarisation: no")
    known = replace(world, fields={"knowledge": Field(
        np.ones((4, 3)), ("country", "sector"), "share", "assumption", "stated")})  # fmt: skip
    assert indexed.of_world(known, member, leader=0).values["leadership"] == pytest.approx(np.ones(3))
