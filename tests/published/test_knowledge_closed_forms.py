"""Knowledge: closed forms by their row (Gxx) of the check numbers; against the shared folder where it is at hand."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

import multipolar as mp
from multipolar.model import knowledge as eq
from multipolar.model.equilibrium import real_income
from multipolar.model.learning import Knowledge, Learning, calibrate, learning_parameters

EXPECTED = {
    "G16": "0.0", "G17": "0.998077", "G18": "0.935168", "G19": "0.995879", "G20": "1.050334", "G21": "5.07525",
    "G22": "2.82843", "G23": "1.54221", "G52": "2.683282 ; .333333,.666667 ; 1.490712", "G53": "1.002867,1.025110",
    "G54": "29.94 ; 20.67", "G55": "-0.502513", "G68": "0",
}  # fmt: skip
TWO = Learning(diffusion=0.5, obsolescence=0.0, productivity_growth=0.01, research_returns=1.0,
               research_elasticity=1.0 / 6.0, controllable=0.3)  # fmt: skip


def numbers(row: str) -> list[float]:
    return [float(x) for x in EXPECTED[row].replace(";", ",").split(",")]


def test_expected_values_are_those_of_the_shared_checks(shared: Path) -> None:
    with (shared / "checks" / "economics.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row["value"] for row in csv.DictReader(file)}
    assert {name: rows[name] for name in EXPECTED} == EXPECTED


def two_countries(gain: float = 1.0) -> Knowledge:
    """Baseline weights (.9,.1) and (.2,.8), g .04, delta 0, rR .5, b .5; ``gain``: G of a meeting with country 2."""
    weight = np.array([[0.9, 0.2], [0.1, 0.8]])[:, :, None]
    shape = np.array([4.0])
    share = eq.research_share(TWO.research_elasticity, shape, TWO.diffusion, 1.0)
    assert share == pytest.approx([0.5], abs=1e-12)
    ones = np.ones((2, 1))
    return Knowledge(stock=ones, trade_share=weight, weight=weight, total=ones / gain, shape=shape,
                     growth=np.array([0.04]), research_share=share, learning=TWO)  # fmt: skip


def flow(value: float, rest: float) -> np.ndarray:
    """An array [i,n,s] that differs for what country 1 learns from country 2 only."""
    array = np.full((2, 2, 1), rest)
    array[1, 0] = value
    return array


def after(known: Knowledge, shocks: mp.Shocks, years: int) -> np.ndarray:
    ell = known.start
    for _ in range(years):
        ell = known.step(ell, known.trade_share, shocks)
    return ell[:, 0]


def test_a_cut_of_know_how() -> None:
    """G17-G19: country 1 no longer meets country 2, after a year and in the long run; each root by hand too."""
    known, cut = two_countries(), mp.Shocks(diffusion_hat=flow(0.0, 1.0))
    assert after(known, cut, 1)[0] == pytest.approx(numbers("G17")[0], abs=1e-6)
    rest = known.long_run(known.trade_share, cut)[:, 0]
    assert rest == pytest.approx([numbers("G18")[0], numbers("G19")[0]], abs=1e-5)
    assert rest[0] == pytest.approx(0.5 + 0.45 * np.sqrt(rest[0]), abs=1e-14)
    assert after(known, cut, 1500) == pytest.approx(rest, abs=1e-12)


def test_sharing_in_the_convex_variant() -> None:
    """G20: tau .1 with G = 4 given."""
    shocks = mp.Shocks(sharing=flow(0.1, 0.0), sharing_form="catch_up")
    assert after(two_countries(4.0), shocks, 10)[0] == pytest.approx(numbers("G20")[0], abs=1e-5)


def test_composite_weights_and_gain() -> None:
    """G52: pi (.8,.2), lam (1,16), b .5; and the learner's own gain is below 1."""
    pi, stock = np.array([[0.8, 0.8], [0.2, 0.2]])[:, :, None], np.array([[1.0], [16.0]])
    flows = eq.idea_flows(pi, stock, 0.5)
    total, *rest = numbers("G52")
    assert eq.composite(flows)[0, 0] == pytest.approx(total, abs=1e-5)
    assert eq.idea_weights(flows)[:, 0, 0] == pytest.approx(rest[:2], abs=1e-5)
    assert eq.meeting_gain(stock, eq.composite(flows), 0.5)[1, 0, 0] == pytest.approx(rest[2], abs=1e-5)


def test_sharing_in_the_additive_form() -> None:
    """G53: tau .1, G 1.490712, after 1 and 10 years."""
    known, shocks = two_countries(1.490712), mp.Shocks(sharing=flow(0.1, 0.0))
    found = [after(known, shocks, years)[0] for years in (1, 10)]
    assert found == pytest.approx(numbers("G53"), abs=1e-5)


def test_half_life_and_share_reached() -> None:
    """G54 at b .5, rR .19, g .04, delta 0; the table's own elasticity .08 at theta_K 4 gives rR .190476."""
    pace = eq.speed(0.5, np.array([0.19]), np.array([0.04]), 0.0)
    assert pace == pytest.approx([0.0229], abs=5e-5)
    half, reached = numbers("G54")
    assert eq.half_life(pace) == pytest.approx([half], abs=0.01)
    assert 100 * eq.share_reached(pace, 10.0) == pytest.approx([reached], abs=0.01)
    known = calibrate(np.full((2, 2, 1), 0.5), np.ones((2, 1)), np.array([4.0]), learning_parameters())
    assert known.research_share == pytest.approx([0.19], abs=5e-4)
    assert known.growth == pytest.approx([0.04], abs=1e-15)
    back = eq.elasticity_alone(known.research_share, known.shape, 0.5, 1.0, np.array([1.0]))
    assert back == pytest.approx([0.08], rel=1e-12)


def test_research_is_never_free() -> None:
    """G55: income 100 unchanged, research of 1 more, consumer prices .995."""
    found = real_income(np.array([100.0]), 1.0, np.array([100.0]), np.array([0.995]))
    assert 100 * (found - 1) == pytest.approx(numbers("G55"), abs=1e-5)


def levels(countries: int, b: float, growth_of_arrivals: float, years: int) -> np.ndarray:
    """Stocks in levels by the law of motion itself, identical countries that trade freely; every year [t]."""
    share = np.full((countries, countries, 1), 1.0 / countries)
    stock, arrivals, path = np.ones((countries, 1)), 0.01, []
    for _ in range(years):
        stock = stock + arrivals * eq.composite(eq.idea_flows(share, stock, b))
        arrivals *= 1.0 + growth_of_arrivals
        path.append(stock[0, 0])
    return np.array(path)


def test_balanced_growth_in_levels() -> None:
    """G21-G23: growth of the stock, two countries against autarky, and what that is worth in real income."""
    b, theta = 0.6, 4.0
    alone, two = levels(1, b, 0.02, 3000), levels(2, b, 0.02, 3000)
    assert 100 * (alone[-1] / alone[-2] - 1) == pytest.approx(numbers("G21")[0], abs=1e-4)
    assert two[-1] / alone[-1] == pytest.approx(numbers("G22")[0], abs=1e-4)
    real_income = (two[-1] / alone[-1] / 0.5) ** (1 / theta)  # (lam / pi_nn)^(1/theta)
    assert real_income == pytest.approx(numbers("G23")[0], abs=1e-4)


@pytest.mark.parametrize("linked", [False, True])
def test_without_a_shock_every_stock_stays_where_it_is(linked: bool, embedded: mp.World) -> None:
    """G16, G68: fifty years on the embedded world, without and with links between sectors."""
    rng = np.random.default_rng(5)
    n, s = embedded.output.shape
    links = rng.dirichlet(np.ones(s), (n, s)) if linked else None
    stock = rng.lognormal(0, 2, (n, s))
    known = calibrate(embedded.trade_share, stock, embedded.trade_elasticity, learning_parameters(), links)
    ell = known.start
    for _ in range(50):
        ell = known.step(ell, embedded.trade_share, mp.Shocks())
    assert np.abs(ell - 1).max() <= 1e-14
