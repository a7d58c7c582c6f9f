"""Bad shocks and parameters are refused by name, all at once, before any arithmetic; without the mistake they pass."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import multipolar as mp
from multipolar.model.shocks import at_fraction, checked, of_one_year
from multipolar.world.toy import random_world

WORLD = random_world(1, 3, 2)
FLOW, CELL = WORLD.trade.shape, WORLD.output.shape


def flow(value: float, cell: tuple[int, ...] = (0, 1, 0), rest: float = 0.0) -> np.ndarray:
    array = np.full(FLOW, rest)
    array[cell] = value
    return array


WRONG: list[tuple[str, object, object, str]] = [
    ("tariff", flow(-1.0), flow(-0.3), "at or below -100 % from C1 to C2, S1"),
    ("tariff", flow(0.1, (1, 1, 0)), flow(0.1), "a rate of C2 on itself in S1"),
    ("tariff", flow(np.nan), flow(0.1), r"NaN at \(0, 1, 0\)"),
    ("tariff", flow(np.inf), flow(9.0), "infinity"),
    ("tariff", np.zeros((3, 3)), flow(0.1), r"shape \(3, 3\) where \(3, 3, 2\) \[origin, destination, sector\]"),
    ("tariff", flow(0.1).astype(object), flow(0.1), "objects"),
    ("tariff", flow(0.1) > 0, flow(0.1), "true and false"),
    ("tariff", flow(0.1).astype(complex), flow(0.1), "complex"),
    ("tariff", np.ma.masked_less(flow(0.1), 0.05), flow(0.1), "masked"),
    ("tariff", [[1, 2], [3]], flow(0.1), "not an array of numbers"),
    ("export_tax", flow(-2.0), flow(0.2), "at or below -100 %"),
    ("trade_cost_hat", flow(0.0, rest=1.0), flow(np.inf, rest=1.0), "not above 0 at C1 to C2, S1"),
    ("trade_cost_hat", flow(-np.inf, rest=1.0), flow(2.0, rest=1.0), "infinity"),
    ("blocked_share", flow(1.1), flow(1.0), r"outside \[0, 1\] at C1 to C2, S1"),
    ("listed_share", flow(-0.1), flow(0.5), r"outside \[0, 1\] at C1 to C2, S1"),
    ("productivity_hat", np.zeros(CELL), np.full(CELL, 1.1), "not above 0 at C1, S1"),
    ("transfers", [1.0, 0.0, 0.0], [0.1, -0.1, 0.0], "sum to 1 million USD, not to 0"),
]


@pytest.mark.parametrize(("name", "wrong", "right", "message"), WRONG)
def test_bad_array_is_named_before_any_warning(name: str, wrong: object, right: object, message: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(mp.InputError, match=message) as caught:
            mp.solve(WORLD, mp.Shocks(**{name: wrong, "deficits": "closed"}))  # type: ignore[arg-type]
        assert name in str(caught.value)
        out = mp.solve(WORLD, mp.Shocks(**{name: right, "deficits": "closed"}))  # type: ignore[arg-type]
    assert out.status == "converged"


def test_all_problems_at_once() -> None:
    bad = mp.Shocks(tariff=flow(-1.0), blocked_share=flow(2.0), transfers=[1.0, 0.0, 0.0])
    with pytest.raises(mp.ShocksError) as caught:
        mp.solve(WORLD, bad)
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"coverage": "lists"}, "no coverage `lists`.*Did you mean `list`"),
     ({"rents": "importers"}, "no rents `importers`.*Did you mean `importer`"),
     ({"rents": {"USA": 0.6, "CHN": 0.6}}, "the shares sum to 1.2, above 1"),
     ({"rents": {"USA": 1.5, "CHN": -0.5}}, "1.5 of `USA` is no share"),
     ({"rents": {1: 1.0}}, "1 is no code of a country"),
     ({"rents": {"USA": 1.0}, "coverage": "list"}, "coverage `thin` only"),
     ({"coverage": "list", "rents": "importer"}, "coverage `thin` only"),
     ({"deficits": "close"}, "Did you mean `closed`")],
)  # fmt: skip
def test_rules_that_are_not_there_are_refused(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(mp.ShocksError, match=message):
        mp.Shocks(**wrong)  # type: ignore[arg-type]
    if "deficits" not in wrong:
        with pytest.raises(mp.ShocksError, match=message):
            mp.Block(flow(0.5), **wrong)  # type: ignore[arg-type]
    assert mp.Shocks(coverage="list", rents="none", deficits="closed").deficits == "closed"
    assert mp.Shocks(coverage="thin", rents="importer").rents == "importer"
    assert mp.Shocks(rents={"USA": 0.5, "CHN": 0.5}).rents == {"USA": 0.5, "CHN": 0.5}


def test_defaults_are_neutral() -> None:
    shocks = mp.Shocks()
    assert (shocks.deficits, shocks.coverage, shocks.rents) == ("fixed", "thin", "none")
    said = "Shocks(coverage='thin', rents='none', deficits='fixed', ventures=(), blocks=(), sharing_form='additive')"
    assert repr(shocks) == said


@pytest.mark.parametrize(
    ("wrong", "right"),
    [({"theta_scale": 0.0}, {"theta_scale": 0.5}), ({"sigma": 0.0}, {"sigma": 0.05}), ({"eps": -0.2}, {"eps": 0.05}),
     ({"mobility": 0.9}, {"mobility": 1.0}), ({"sigma_c": float("nan")}, {"sigma_c": 0.9}),
     ({"sigma": "1"}, {"sigma": 1})],
)  # fmt: skip
def test_parameters_out_of_reach_are_refused(wrong: dict[str, float], right: dict[str, float]) -> None:
    with pytest.raises(mp.InputError, match=next(iter(wrong))):
        mp.Parameters(**wrong)  # type: ignore[arg-type]
    mp.Parameters(**right)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [({"output": None}, {"output": 1.0}), ({"share": 0.6}, {"share": 0.5}), ({"output": -1.0}, {"output": 0.0}),
     ({"output": 1.0, "royalty": 1.5}, {"output": 1.0, "royalty": 1.0}),
     ({"output": 1.0, "displaced": -0.1}, {"output": 1.0, "displaced": 0.0})],
)  # fmt: skip
def test_ventures_out_of_range_are_refused(wrong: dict[str, float], right: dict[str, float]) -> None:
    with pytest.raises(mp.ShocksError, match="ventures"):
        mp.Venture(host=0, sector=0, investor=1, **wrong)  # type: ignore[arg-type]
    mp.Venture(host=0, sector=0, investor=1, **right)  # type: ignore[arg-type]


def test_fractions_of_a_shock_run_from_nothing_to_all() -> None:
    shocks = mp.Shocks(
        tariff=WORLD.tariff + flow(0.3), trade_cost_hat=flow(np.inf, (1, 0, 0), rest=1.0), blocked_share=flow(0.5),
        productivity_hat=np.full(CELL, 1.2), transfers=np.array([0.1, -0.1, 0.0]), deficits="closed",
    )  # fmt: skip

    def solve(fraction: float) -> mp.Outcome:
        return mp.solve(WORLD, at_fraction(shocks, WORLD, fraction), tolerance=1e-12)

    np.testing.assert_allclose(solve(0.0).welfare_hat, 1.0, rtol=1e-10)
    np.testing.assert_allclose(solve(1.0).welfare_hat, mp.solve(WORLD, shocks, tolerance=1e-12).welfare_hat, rtol=1e-10)
    assert read(solve(0.5)) not in (read(solve(0.0)), read(solve(1.0)))


def read(outcome: mp.Outcome) -> float:
    return float(outcome.welfare_hat[0])




def cell(value: float) -> np.ndarray:
    array = np.ones(CELL)
    array[1, 0] = value
    return array


@pytest.mark.parametrize(
    ("name", "wrong", "right", "message"),
    [
        ("sharing", flow(1.2), flow(0.2), r"outside \[0, 1\] at C1 to C2, S1"),
        ("sharing", flow(0.2, (1, 1, 0)), flow(0.2), "C2 to C2, S1: a country does not share with itself"),
        ("diffusion_hat", flow(-0.1, rest=1.0), flow(0.0, rest=1.0), "below 0 at C1 to C2, S1"),
        ("diffusion_hat", flow(1e4, rest=1.0), flow(2.0, rest=1.0), "above 1000 at C1 to C2, S1"),
        ("research_hat", cell(-0.5), cell(0.0), "below 0 at C2, S1"),
        ("research_hat", np.ones((3, 3)), cell(1.5), r"shape \(3, 3\) where \(3, 2\) \[country, sector\]"),
        ("sharing_form", "catchup", "catch_up", "no form of sharing `catchup`.*Did you mean `catch_up`"),
    ],
)
def test_what_acts_over_years_is_checked(name: str, wrong: object, right: object, message: str) -> None:
    with pytest.raises(mp.ShocksError, match=message) as caught:
        checked(mp.Shocks(**{name: wrong}), WORLD, over_time=True)  # type: ignore[arg-type]
    assert name in str(caught.value)
    found = getattr(checked(mp.Shocks(**{name: right}), WORLD, over_time=True), name)  # type: ignore[arg-type]
    assert np.array_equal(found, right)


@pytest.mark.parametrize(
    ("name", "given"), [("sharing", flow(0.2)), ("diffusion_hat", flow(0.5, rest=1.0)), ("research_hat", cell(1.5))]
)
def test_one_solve_refuses_what_acts_on_later_years(name: str, given: np.ndarray) -> None:
    shocks = mp.Shocks(tariff=flow(0.1), **{name: given})
    with pytest.raises(mp.ShocksError, match=f"{name}: it acts on the knowledge of later years"):
        mp.solve(WORLD, shocks)
    plain = of_one_year(checked(shocks, WORLD, over_time=True))
    expected = mp.solve(WORLD, mp.Shocks(tariff=flow(0.1)))
    np.testing.assert_array_equal(mp.solve(WORLD, plain).welfare_hat, expected.welfare_hat)


def test_a_way_from_closed_deficits_asks_for_none() -> None:
    """Without a shock, half of the way from closed deficits is the closed world itself, and no half of its deficits."""
    closed = mp.solve(WORLD, mp.Shocks(deficits="closed"), tolerance=1e-12)
    shocks = mp.Shocks(deficits="closed", transfers=np.array([1.0, -1.0, 0.0]))
    half = at_fraction(shocks, WORLD, 0.5, from_closed=True)
    np.testing.assert_array_equal(half.transfers, [0.5, -0.5, 0.0])
    none = mp.solve(WORLD, at_fraction(mp.Shocks(deficits="closed"), WORLD, 0.5, from_closed=True), tolerance=1e-12)
    np.testing.assert_allclose(none.welfare_hat, closed.welfare_hat, rtol=1e-10)
    faded = mp.solve(WORLD, at_fraction(mp.Shocks(deficits="closed"), WORLD, 0.5), tolerance=1e-12)
    assert np.abs(faded.welfare_hat / closed.welfare_hat - 1).max() > 1e-3
