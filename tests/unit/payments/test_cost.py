"""Corridor cost: the worked examples of the plan, each component by hand, ranges, parts, refusals."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar.payments as pay
from multipolar.base.problems import InputError
from multipolar.base.quantity import Quantity, is_assumption
from multipolar.payments.cost import COMPONENTS, FORMULAS, blocked_share, cost_inputs


def check_row(shared: Path, name: str) -> dict[str, str]:
    with (shared / "checks" / "economics.csv").open(encoding="utf-8") as stream:
        return next(row for row in csv.DictReader(stream) if row["id"] == name)


EXAMPLES = {
    "liquidity": {"prefunded": 10e6, "value": 1e9, "funding_rate": 0.01},
    "delay": {"delay_h": 35 * 24, "delay_rate": 0.1},
    "principal": {"default_rate": 0.01, "exposure_h": 4},
    "fee": {"fixed_fee": 30, "ticket": 50_000},
}


def test_the_worked_examples(shared: Path) -> None:
    row = check_row(shared, "G63")
    for (name, given_inputs), stated in zip(EXAMPLES.items(), row["value"].split(";"), strict=True):
        found = pay.corridor_cost(**given_inputs)
        assert found.bp[name] == pytest.approx(float(stated), abs=float(row["tolerance"])), name
        assert found.total == pytest.approx(found.bp[name], abs=0), name


def test_the_blocked_share_of_the_plan(shared: Path) -> None:
    row = check_row(shared, "G64")
    assert blocked_share([0.6], [0.2], [0.5]) == pytest.approx(float(row["value"]), abs=float(row["tolerance"]))


def test_by_hand() -> None:
    found = pay.corridor_cost(
        ticket=10_000, fixed_fee=20, ad_valorem=5, return_rate=0.5, half_spreads=[3, 7], net_share=0.4,
        delay_h=87.6, delay_rate=0.1, screening_cost=4, cost_of_return=10, volatility=0.6, bridge_h=1,
    )  # fmt: skip
    assert found.bp == pytest.approx(
        {
            "fee": 2 * (20 + 5),  # a payment takes two tries
            "fx": 4,
            "liquidity": 0,
            "delay": 2 * 10,
            "compliance": 4 + 5,
            "principal": 0,
            "volatility": 1e4 * 0.1 * 0.6 / math.sqrt(8760),
        }
    )
    assert found.rent == pytest.approx(25 + 0.6 * 4 + 10 + found.bp["volatility"] / 2)
    assert found.total == pytest.approx(found.resource + found.rent + found.transfer)


def test_hedging_costs_a_part_of_the_standard_deviation_and_has_the_range_of_the_plan() -> None:
    hour = pay.corridor_cost(volatility=0.6, bridge_h=1).components[-1]
    assert (round(hour.bp), round(hour.low), round(hour.high)) == (6, 3, 26)
    assert round(1e4 * 0.6 / math.sqrt(8760)) == 64


def test_of_the_expected_loss_only_the_administrative_part_is_a_resource() -> None:
    found = pay.corridor_cost(default_rate=0.01, exposure_h=4, administrative_share=0.25)
    assert found.resource == pytest.approx(found.total / 4)
    assert found.transfer == pytest.approx(found.total * 3 / 4)


def test_money_that_earns_more_than_it_costs_lowers_no_cost() -> None:
    inputs = {"prefunded": 10e6, "value": 1e9, "funding_rate": 0.01}
    assert pay.corridor_cost(**inputs, remuneration_rate=0.004).total == pytest.approx(0.6)
    assert pay.corridor_cost(**inputs, remuneration_rate=0.02).total == 0.0


def test_ranges_and_sources_come_with_the_numbers() -> None:
    fee = Quantity(30, 25, 35, source="McKinsey 2016, p. 21")
    ticket = Quantity(50_000, 20_000, 100_000, source="assumption")
    found = pay.corridor_cost(fixed_fee=fee, ticket=ticket).components[0]
    assert (found.low, found.bp, found.high) == pytest.approx((2.5, 6.0, 17.5))
    assert set(found.sources) == {fee.source, "assumption"}


NUMBERS = {
    name: st.floats(max(each.least, 0.01), min(each.most, 50.0)) for name, each in cost_inputs().items()
}  # no component is 0, so that every direction shows


@given(st.fixed_dictionaries(NUMBERS), st.sampled_from(sorted(NUMBERS)), st.floats(1.01, 1.5))
def test_every_input_moves_cost_the_way_the_table_says(numbers: dict[str, float], name: str, factor: float) -> None:
    each = cost_inputs()[name]
    more = {**numbers, name: min(numbers[name] * factor, each.most)}
    before, after = pay.corridor_cost(**numbers).total, pay.corridor_cost(**more).total
    assert (after - before) * each.raises >= -1e-9 * before
    if each.raises == 0:
        assert after == before


@given(st.fixed_dictionaries(NUMBERS))
def test_parts_add_up_and_none_is_negative(numbers: dict[str, float]) -> None:
    found = pay.corridor_cost(**numbers)
    for each in found.components:
        assert min(each.rent, each.transfer) >= 0
        assert each.resource >= -1e-9 * each.bp
        assert each.low == each.bp == each.high  # no range was given
    assert found.resource + found.rent + found.transfer == pytest.approx(found.total)


def test_every_row_of_the_table_says_what_it_is() -> None:
    rents = {f"rent_{name}" for name in COMPONENTS}
    assert rents <= set(cost_inputs())
    assert set(FORMULAS) == set(COMPONENTS) == {each.component for each in cost_inputs().values()}
    for name, each in cost_inputs().items():
        assert each.meaning
        if each.default is not None:
            assert each.default.source
            assert each.default.low <= each.default.value <= each.default.high
        if name in rents and each.default is not None:
            assert is_assumption(each.default.source)


WRONG = [
    ({"fixed_fe": 30}, "fixed_fe: unknown input. Did you mean `fixed_fee`?"),
    ({"ticket": None}, "ticket: needed with `fixed_fee`"),
    ({"ticket": 0.0}, "ticket: 0.0 is not a number from 1e-09 to 1e+18."),
    ({"fixed_fee": "30"}, "fixed_fee: 30 is not a number"),
    ({"return_rate": 1.0}, "return_rate: 1.0 is not a number from 0 to 0.999."),
    ({"half_spreads": [3, -1]}, "half_spreads[1]: -1 is not a number"),
    ({"ad_valorem": float("nan")}, "ad_valorem: nan is not a number"),
    ({"prefunded": 1e6}, "value: needed with `prefunded`"),
    ({"delay_rate": Quantity(0.1, -1.0, 0.2)}, "delay_rate: -1.0 is not a number"),
]


@pytest.mark.parametrize(("change", "message"), WRONG)
def test_what_is_wrong_is_named_and_the_same_without_it_passes(change: dict, message: str) -> None:
    right = {"ticket": 50_000, "fixed_fee": 30}
    assert pay.corridor_cost(**right).total == pytest.approx(6)
    with pytest.raises(InputError) as raised:
        pay.corridor_cost(**{name: value for name, value in {**right, **change}.items() if value is not None})
    assert message in str(raised.value)


def test_wrong_blocked_shares_are_refused() -> None:
    assert blocked_share([0.6, 0.4], [1, 0.5], [0, 1]) == pytest.approx(0.6)
    with pytest.raises(InputError) as raised:
        blocked_share([0.6, 1.4], [1], [0, 1])
    assert len(raised.value.problems) == 2
    with pytest.raises(InputError, match="more than all value"):
        blocked_share([0.6, 0.6], [1, 1], [0, 0])
