"""Worlds from arrays: what is refused, each beside its control; checks; aggregation keeps every identity."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar as mp
from multipolar.world.toy import random_world, symmetric_world
from multipolar.world.world import Field

BASE = random_world(1, 3, 2)
GOOD: dict[str, object] = {
    "countries": BASE.countries, "sectors": BASE.sectors, "trade": BASE.trade, "input_share": BASE.input_share,
    "tariff": BASE.tariff, "trade_elasticity": BASE.trade_elasticity,
}  # fmt: skip


def with_cell(array: np.ndarray, cell: tuple[int, ...], value: float) -> np.ndarray:
    changed = np.array(array)
    changed[cell] = value
    return changed


WRONG = [
    ("countries", ["C1", "C2"], "shape"),
    ("countries", ["C1", "C1", "C2"], "stands twice"),
    ("countries", ["C1", "", "C2"], "empty name"),
    ("countries", ["C1", 2, "C2"], "not text"),
    ("countries", [], "the list is empty"),
    ("countries", "ABC", "not one text"),
    ("sectors", ["S1", "S1"], "stands twice"),
    ("trade", with_cell(BASE.trade, (0, 1, 0), np.nan), r"trade: NaN at \(0, 1, 0\)"),
    ("trade", with_cell(BASE.trade, (0, 1, 0), np.inf), "trade: infinity"),
    ("trade", with_cell(BASE.trade, (0, 1, 0), -1.0), "trade: negative sales from C1 to C2, S1"),
    ("trade", np.zeros_like(BASE.trade), "a world without trade"),
    ("trade", BASE.trade.astype(object), "objects"),
    ("trade", BASE.trade.astype(str), "text"),
    ("trade", BASE.trade > 0, "true and false"),
    ("trade", BASE.trade.astype(complex), "complex"),
    ("trade", np.ma.masked_less(BASE.trade, 0.5), "masked"),
    ("trade", BASE.trade[:2], "shape"),
    ("input_share", with_cell(BASE.input_share, (0, 1, 0), -0.1), "a negative share at C1, S2 using S1"),
    ("input_share", with_cell(BASE.input_share, (0, 1, 0), 1.5), "value added of C1 S2 comes out negative"),
    ("tariff", with_cell(BASE.tariff, (0, 1, 0), -1.0), "at or below -100 % from C1 to C2, S1"),
    ("tariff", with_cell(BASE.tariff, (1, 1, 0), 0.1), "a rate of C2 on itself in S1"),
    ("tariff", with_cell(BASE.tariff, (0, 1, 0), np.nan), "tariff: NaN"),
    ("trade_elasticity", [4.0, 0.0], "not above 0 in S2"),
    ("trade_elasticity", [4.0, "x"], "text"),
    ("value_added", 1.01 * BASE.value_added, "value_added: C1 S1"),
    ("export_tax", with_cell(BASE.tariff, (1, 1, 0), 0.1), "export_tax: a rate of C2 on itself"),
]


@pytest.mark.parametrize(("name", "wrong", "message"), WRONG)
def test_bad_field_is_named_before_any_warning(name: str, wrong: object, message: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(mp.WorldError, match=message):
            mp.World.from_arrays(**{**GOOD, name: wrong})  # type: ignore[arg-type]
        mp.World.from_arrays(**GOOD).check()  # type: ignore[arg-type]


def test_final_use_that_comes_out_negative_is_refused() -> None:
    shares = np.array(BASE.input_share)
    shares[0] = 0.0
    shares[0, :, 0] = 0.999
    spent = 0.999 * BASE.output[0].sum()
    small = np.array(BASE.trade)
    small[:, 0, 0] *= 0.5 * spent / BASE.spending[0, 0]
    with pytest.raises(mp.WorldError, match="final use of C1 S1 comes out negative"):
        mp.World.from_arrays(**{**GOOD, "trade": small, "input_share": shares})  # type: ignore[arg-type]


def test_all_bad_fields_at_once() -> None:
    bad = {**GOOD, "trade": with_cell(BASE.trade, (0, 1, 0), -1.0), "trade_elasticity": [0.0, 1.0]}
    with pytest.raises(mp.WorldError) as caught:
        mp.World.from_arrays(**bad)  # type: ignore[arg-type]
    assert len(caught.value.problems) == 2


def test_value_added_is_a_check_not_a_second_truth() -> None:
    world = mp.World.from_arrays(**GOOD, value_added=BASE.value_added * (1 + 1e-11))  # type: ignore[arg-type]
    np.testing.assert_array_equal(world.value_added, BASE.value_added)


def test_fields_and_derived_arrays_read_as_attributes() -> None:
    jobs = Field(np.ones((3, 2)), ("country", "sector"), "thousand persons", "estimated", "made up")
    world = mp.World.from_arrays(**GOOD, fields={"employment": jobs})  # type: ignore[arg-type]
    assert world.employment.tolist() == jobs.values.tolist()
    assert not world.employment.flags.writeable
    assert jobs.values.flags.writeable
    np.testing.assert_allclose(world.value_added, world.output * (1 - world.input_share.sum(axis=2)))
    with pytest.raises(AttributeError, match="has no `emissions`"):
        _ = world.emissions
    with pytest.raises(ValueError, match="read-only"):
        world.trade[0, 0, 0] = 1.0
    carried = world.after(mp.solve(world, mp.Shocks(deficits="closed")))
    assert carried.employment is world.employment


def test_the_callers_array_stays_his() -> None:
    trade = np.array(BASE.trade)
    world = mp.World.from_arrays(**{**GOOD, "trade": trade})  # type: ignore[arg-type]
    trade[0, 0, 0] = 99.0
    assert world.trade[0, 0, 0] == BASE.trade[0, 0, 0]


def test_digest_follows_the_arrays() -> None:
    same = mp.World.from_arrays(**GOOD)  # type: ignore[arg-type]
    other = mp.World.from_arrays(**{**GOOD, "tariff": np.array(BASE.tariff) * 1.0001})  # type: ignore[arg-type]
    assert same.digest == BASE.digest != other.digest


def test_unusual_cells_are_listed_not_refused() -> None:
    shares = np.array(BASE.input_share)
    shares[0, 0] = 0.0
    shares[1, 1] = [0.01, 0.0]
    trade = np.array(BASE.trade)
    trade[2, :, 1] = 0.0
    report = mp.World.from_arrays(**{**GOOD, "input_share": shares, "trade": trade}).check()  # type: ignore[arg-type]
    assert report.ok
    assert ("C3", "S2") in report.without_output
    assert report.without_inputs == (("C1", "S1"),)
    assert {(c, s) for c, s, _ in report.high_value_added} == {("C1", "S1"), ("C2", "S2")}


@given(st.integers(0, 5_000), st.booleans())
def test_aggregation_keeps_every_identity(seed: int, taxed: bool) -> None:
    world = random_world(seed, 5, 4, export_taxes=taxed, empty=0.3)
    groups = {"C1": "A", "C2": "A", "C3": "B", "C4": "A", "C5": "C"}
    merged = {"S1": "X", "S2": "Y", "S3": "X", "S4": "Y"}
    small = world.aggregate(countries=groups, sectors=merged)
    assert small.countries == ("A", "B", "C")
    assert small.check().ok
    member = np.array([[name == groups[c] for name in small.countries] for c in world.countries], dtype=float)
    kind = np.array([[name == merged[s] for name in small.sectors] for s in world.sectors], dtype=float)
    np.testing.assert_allclose(small.income, member.T @ world.income, rtol=1e-12)
    np.testing.assert_allclose(small.spending, member.T @ world.spending @ kind, rtol=1e-12)
    np.testing.assert_allclose(small.deficit, member.T @ world.deficit, atol=1e-9 * small.income.max())
    gdp, old = (w.value_added.sum(axis=1) + w.revenue for w in (small, world))
    np.testing.assert_allclose(gdp, member.T @ old, rtol=1e-12)
    assert np.abs(mp.solve(small).welfare_hat - 1).max() < 1e-12


def test_aggregating_nothing_changes_nothing() -> None:
    world = random_world(3, 3, 2, export_taxes=True)
    same = world.aggregate()
    for name in ("trade", "input_share", "tariff", "trade_elasticity", "export_tax"):
        np.testing.assert_allclose(getattr(same, name), getattr(world, name), rtol=1e-12, atol=1e-15)


def test_aggregating_equal_parts_then_solving_is_solving_then_aggregating() -> None:
    """A country split in proportion and put together again answers as before."""
    world = symmetric_world(3, 0.7, 4.0, 0.6)
    pair = world.aggregate(countries={"C1": "one", "C2": "rest", "C3": "rest"})
    blocked = np.zeros((3, 3, 1))
    blocked[1:, 0] = 0.5
    out = mp.solve(world, mp.Shocks(blocked_share=blocked), tolerance=1e-12)
    cut = np.zeros((2, 2, 1))
    cut[1, 0] = 0.5
    merged = mp.solve(pair, mp.Shocks(blocked_share=cut), tolerance=1e-12)
    assert merged.welfare_hat[0] == pytest.approx(out.welfare_hat[0], rel=1e-9)


@pytest.mark.parametrize(
    ("mapping", "message"),
    [({"C1": "A", "C2": "A"}, "country `C3` has no group"),
     ({"C1": "A", "C2": "A", "C3": "A", "C1x": "B"}, "no country `C1x`.*Did you mean `C1`")],
)  # fmt: skip
def test_maps_that_do_not_fit_are_refused(mapping: dict[str, str], message: str) -> None:
    with pytest.raises(mp.WorldError, match=message):
        BASE.aggregate(countries=mapping)
    BASE.aggregate(countries={"C1": "A", "C2": "A", "C3": "B"})
