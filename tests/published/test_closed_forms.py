"""Closed forms and published examples, by their row (Gxx) of the check numbers; searched over ``solve`` where a
tariff is optimal. Where the shared folder exists, the expected values are compared with it too."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar

import multipolar as mp
from multipolar.model import equilibrium as eq
from multipolar.model import ventures as jv
from multipolar.world.toy import random_world, symmetric_world

EXPECTED = {
    "G01": "25.9544", "G02": "1.7916", "G03": "-0.4692", "G04": "25.062", "G05": "26.5231", "G06": "-1.1321",
    "G07": "13.4348", "G08": "-0.6632", "G09": "-5.4258", "G10": "-10.5573", "G11": "2.85931", "G24": "-2.5996",
    "G40": "-6,3.6,2.4", "G42": "-2.599625", "G43": "-0.846777", "G45": "-7.2", "G56": "1.054093", "G57": "0.084746",
    "G67": "-2.750753,-2.599625",
}  # fmt: skip


def value(row: str) -> float:
    return float(EXPECTED[row])


def test_expected_values_are_those_of_the_shared_checks(shared: Path) -> None:
    with (shared / "checks" / "economics.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row["value"] for row in csv.DictReader(file)}
    assert {name: rows[name] for name in EXPECTED} == EXPECTED


def two_countries(size: float, theta: float, tau: float) -> mp.World:
    """H of size 1 and F of ``size``: labour only, equal technology, iceberg tau both ways, free trade in balance."""

    def shares(wage: float) -> np.ndarray:
        cost = np.array([[1.0, tau], [tau * wage, wage]]) ** -theta  # [origin, destination]
        return cost / cost.sum(axis=0)

    def excess(wage: float) -> float:
        income = np.array([1.0, wage * size])
        return float(shares(wage)[0] @ income - income[0])

    wage = float(brentq(excess, 1e-3, 1e3, xtol=1e-15))
    income = np.array([1.0, wage * size])
    return mp.World.from_arrays(
        countries=["H", "F"], sectors=["S"], trade=(shares(wage) * income)[:, :, None],
        input_share=np.zeros((2, 1, 1)), tariff=np.zeros((2, 2, 1)), trade_elasticity=[theta],
    )  # fmt: skip


def after_tariffs(world: mp.World, home: float, foreign: float) -> mp.Outcome:
    tariff = np.zeros((2, 2, 1))
    tariff[1, 0], tariff[0, 1] = home, foreign
    return mp.solve(world, mp.Shocks(tariff=tariff, deficits="closed"), tolerance=1e-12)


def best_tariff(welfare: Callable[[float], float]) -> float:
    return float(minimize_scalar(lambda t: -welfare(t), bounds=(0.0, 1.0), method="bounded", options={"xatol": 1e-7}).x)


def test_optimal_tariff_against_a_passive_partner() -> None:
    """G01-G03: ``t = 1/(theta pi_FF)`` at the optimum (Gros 1987; Lashkaripour 2021 with two countries)."""
    world = two_countries(10, 4, 1.5)
    tariff = best_tariff(lambda t: after_tariffs(world, t, 0).welfare_hat[0])
    out = after_tariffs(world, tariff, 0)
    assert 100 * tariff == pytest.approx(value("G01"), abs=0.01)
    assert 100 * (out.welfare_hat[0] - 1) == pytest.approx(value("G02"), abs=0.001)
    assert 100 * (out.welfare_hat[1] - 1) == pytest.approx(value("G03"), abs=0.001)
    assert tariff == pytest.approx(1 / (4 * out.trade_share[1, 1, 0]), abs=1e-4)


def test_optimal_tariff_of_a_small_economy() -> None:
    world = two_countries(1000, 4, 1.5)
    tariff = best_tariff(lambda t: after_tariffs(world, t, 0).welfare_hat[0])
    assert 100 * tariff == pytest.approx(value("G04"), abs=0.01)


@pytest.mark.parametrize(("theta", "tau", "rate", "loss"), [(4, 1.5, "G05", "G06"), (8, 1.2, "G07", "G08")])
def test_nash_tariffs_of_equal_countries(theta: float, tau: float, rate: str, loss: str) -> None:
    world, other = two_countries(1, theta, tau), 0.0
    for _ in range(30):
        previous, other = other, best_tariff(lambda t, other=other: after_tariffs(world, t, other).welfare_hat[0])
        if abs(other - previous) < 1e-7:
            break
    assert 100 * other == pytest.approx(value(rate), abs=0.01)
    welfare = after_tariffs(world, other, other).welfare_hat
    assert 100 * (welfare[0] - 1) == pytest.approx(value(loss), abs=0.001)
    assert welfare[1] == pytest.approx(welfare[0], abs=1e-9)


@pytest.mark.parametrize(("value_added_share", "row"), [(1.0, "G09"), (0.5, "G10")])
def test_autarky(value_added_share: float, row: str) -> None:
    """``W_hat = pi_nn^(1/(beta theta))`` on closing (Arkolakis, Costinot and Rodriguez-Clare 2012)."""
    world = symmetric_world(2, 0.8, 4.0, value_added_share)
    cost = np.ones((2, 2, 1))
    cost[0, 1] = cost[1, 0] = np.inf
    out = mp.solve(world, mp.Shocks(trade_cost_hat=cost))
    assert 100 * (out.welfare_hat - 1) == pytest.approx([value(row)] * 2, abs=1e-4)


def test_hulten() -> None:
    """G11: a closed Cobb-Douglas economy, a sector of Domar weight .3, productivity +10 %."""
    world = mp.World.from_arrays(
        countries=["H"], sectors=["a", "b"], trade=[[[0.3, 1.2]]],
        input_share=[[[0.0, 0.5], [0.05, 0.95 - 0.85 / 1.2]]], tariff=np.zeros((1, 1, 2)), trade_elasticity=[4.0, 4.0],
    )  # fmt: skip
    assert world.output[0, 0] / world.income[0] == pytest.approx(0.3, abs=1e-12)
    out = mp.solve(world, mp.Shocks(productivity_hat=[[1.1, 1.0]]))
    assert 100 * np.log(out.welfare_hat[0]) == pytest.approx(value("G11"), abs=1e-5)
    assert np.log(out.welfare_hat[0]) == pytest.approx(0.3 * np.log(1.1), rel=1e-9)


def test_thin_cut_both_ways() -> None:
    """G42: half of the suppliers struck out both ways; ``(0.8 + 0.2 (1-b))^(1/theta) - 1``."""
    blocked = np.zeros((2, 2, 1))
    blocked[0, 1] = blocked[1, 0] = 0.5
    out = mp.solve(symmetric_world(2, 0.8, 4.0), mp.Shocks(blocked_share=blocked))
    assert 100 * (out.welfare_hat - 1) == pytest.approx([value("G42")] * 2, abs=1e-5)


def test_cut_by_licences_whose_rents_stay_at_home() -> None:
    """G43: the same cut as G42, but the wedge of 18.92 % is income of the importing country."""
    blocked = np.zeros((2, 2, 1))
    blocked[0, 1] = blocked[1, 0] = 0.5
    world = symmetric_world(2, 0.8, 4.0)
    out = mp.solve(world, mp.Shocks(blocked_share=blocked, rents="importer"))
    assert 100 * (out.welfare_hat - 1) == pytest.approx([value("G43")] * 2, abs=1e-5)
    assert 100 * out.tariff[0, 1, 0] == pytest.approx(18.9207, abs=1e-4)
    exporter = mp.solve(world, mp.Shocks(blocked_share=blocked, rents="exporter"))
    np.testing.assert_allclose(exporter.welfare_hat, out.welfare_hat, rtol=1e-9)


def test_list_ban_against_thinning() -> None:
    """G67: half of the product lines closed costs ``(1-pi)^(b/theta) - 1``, thinning ``(1-b pi)^(1/theta) - 1``."""
    blocked = np.zeros((2, 2, 1))
    blocked[0, 1] = blocked[1, 0] = 0.5
    world = symmetric_world(2, 0.8, 4.0)
    for coverage, expected in zip(("list", "thin"), EXPECTED["G67"].split(","), strict=True):
        out = mp.solve(world, mp.Shocks(blocked_share=blocked, coverage=coverage))
        assert 100 * (out.welfare_hat - 1) == pytest.approx([float(expected)] * 2, abs=1e-5)


def test_own_deficits() -> None:
    """G40: surpluses kept as a share of own value added, the deficit side scaled."""
    base_bill = np.array([100.0, 100.0, 100.0])
    base_deficit = np.array([-0.1, 0.1, 0.1]) * base_bill
    new = eq.deficit("own", np.array([60.0, 30.0, 20.0]), base_bill, base_deficit, np.ones((1, 3)))
    assert new == pytest.approx([float(x) for x in EXPECTED["G40"].split(",")], abs=1e-9)


def test_equivalent_variation() -> None:
    """G45, and the outcome's own dollars."""
    assert eq.equivalent_variation(2000.0, 0.9964) == pytest.approx(value("G45"), abs=1e-9)
    world = random_world(2)
    out = mp.solve(world, mp.Shocks(tariff=np.where(world.tariff > 0, world.tariff + 0.1, 0.0)))
    np.testing.assert_allclose(out.equivalent_variation, world.income * (out.welfare_hat - 1), rtol=1e-12)


def test_joint_venture_cost_and_weight() -> None:
    """G24, G56, G57, and the same cost fall inside a solve."""
    assert 100 * (jv.cost_hat(0.1, 4.0) - 1) == pytest.approx(value("G24"), abs=1e-4)
    assert jv.weight_hat(0.1, 4.0, 2.0) == pytest.approx(value("G56"), abs=1e-5)
    assert jv.share_with_fixed_stock(0.1, 1.2) == pytest.approx(value("G57"), abs=1e-6)
    world = symmetric_world(1, 1.0, 4.0)
    venture = mp.Venture(host=0, sector=0, investor=0, share=0.1)
    for scale in (1.0, 0.5):
        out = mp.solve(world, mp.Shocks(ventures=(venture,)), mp.Parameters(theta_scale=scale))
        assert 100 * (out.cost_hat[0, 0] / out.wage_hat[0] - 1) == pytest.approx(value("G24"), abs=1e-4)
