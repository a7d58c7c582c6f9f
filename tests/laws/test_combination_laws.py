"""Two shocks at once: the laws of ``combine``, and that a solve of both together is a solve of what it gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import multipolar as mp
from multipolar.world.toy import random_world

WORLD = random_world(3, 3, 2)
FLOW, CELL = (3, 3, 2), (3, 2)
OFF = ~np.eye(3, dtype=bool)[:, :, None]
ARRAYS = ("trade_cost_hat", "blocked_share", "listed_share", "productivity_hat", "transfers")


def some(seed: int, without: tuple[str, ...] = ()) -> mp.Shocks:
    """A shock with a random part of its arrays given."""
    rng = np.random.default_rng(seed)
    drawn: dict[str, Any] = {
        "trade_cost_hat": np.where(OFF, rng.uniform(0.8, 1.6, FLOW), 1.0),
        "blocked_share": np.where(OFF, rng.uniform(0.0, 0.9, FLOW), 0.0),
        "listed_share": np.where(OFF, rng.choice([0.0, 0.2, 0.5], FLOW), 0.0),
        "productivity_hat": rng.uniform(0.8, 1.2, CELL),
        "transfers": (lambda t: t - t.mean())(rng.normal(0.0, 0.01, 3)),
    }
    kept = {name: array for name, array in drawn.items() if name not in without and rng.random() < 0.7}
    return mp.Shocks(**kept, deficits="closed")


def same(one: mp.Shocks, other: mp.Shocks) -> bool:
    for name in ARRAYS:
        a, b = getattr(one, name), getattr(other, name)
        if (a is None) != (b is None) or (a is not None and not np.allclose(a, b, rtol=1e-12, atol=1e-14)):
            return False
    return (one.deficits, len(one.ventures), len(one.blocks)) == (
        other.deficits,
        len(other.ventures),
        len(other.blocks),
    )


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_it_is_commutative_and_associative_with_a_neutral_element(i: int, j: int, k: int) -> None:
    a, b, c = some(i), some(j), some(k)
    assert same(mp.combine(a, mp.Shocks()), a)
    assert same(mp.combine(mp.Shocks(), a), a)
    assert same(mp.combine(a, b), mp.combine(b, a))
    assert same(mp.combine(mp.combine(a, b), c), mp.combine(a, mp.combine(b, c)))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_one_after_the_other_is_both_at_once(i: int, j: int) -> None:
    """Composition (ECONOMICS 0.1); lists are left out, which are nested only where they are solved together."""
    a, b = some(i, ("listed_share", "transfers")), some(j, ("listed_share", "transfers"))
    both = mp.solve(WORLD, mp.combine(a, b), tolerance=1e-12)
    first = mp.solve(WORLD, a, tolerance=1e-12)
    second = mp.solve(WORLD.after(first), b, tolerance=1e-12)
    np.testing.assert_allclose(first.welfare_hat * second.welfare_hat, both.welfare_hat, rtol=1e-9)


def test_thin_shares_leave_the_product_and_lists_the_larger() -> None:
    one, other = np.full(FLOW, 0.5), np.full(FLOW, 0.4)
    assert mp.combine(mp.Shocks(blocked_share=one), mp.Shocks(blocked_share=other)).blocked_share == pytest.approx(0.7)
    listed = [mp.Shocks(blocked_share=each, coverage="list") for each in (one, other)]
    assert mp.combine(*listed).blocked_share == pytest.approx(0.5)
    assert mp.combine(*listed).coverage == "list"


def test_shares_blocked_in_different_ways_stand_side_by_side() -> None:
    cut = np.where(OFF, 0.3, 0.0) * np.ones(FLOW)
    thin, earned = mp.Shocks(blocked_share=cut), mp.Shocks(blocked_share=cut, rents="exporter")
    both = mp.solve(WORLD, mp.combine(thin, earned))
    apart = mp.solve(WORLD, mp.Shocks(blocks=(mp.Block(cut), mp.Block(cut, rents="exporter"))))
    np.testing.assert_allclose(both.welfare_hat, apart.welfare_hat, rtol=1e-10)
    np.testing.assert_allclose(mp.solve(WORLD, mp.combine(earned, thin)).welfare_hat, both.welfare_hat, rtol=1e-9)


@pytest.mark.parametrize(
    ("name", "one", "other", "fine"),
    [
        ("tariff", lambda: WORLD.tariff + 0.1 * OFF, lambda: WORLD.tariff + 0.2 * OFF, lambda: None),
        ("export_tax", lambda: 0.1 * OFF * np.ones(FLOW), lambda: 0.2 * OFF * np.ones(FLOW), lambda: None),
        ("deficits", lambda: "own", lambda: "closed", lambda: "own"),
        ("trade_cost_hat", lambda: np.ones(FLOW), lambda: np.ones(CELL), lambda: np.ones(FLOW)),
    ],
)
def test_what_contradicts_is_refused_by_name(
    name: str, one: Callable[[], Any], other: Callable[[], Any], fine: Callable[[], Any]
) -> None:
    with pytest.raises(mp.ShocksError, match=name):
        mp.combine(mp.Shocks(**{name: one()}), mp.Shocks(**{name: other()}))
    mp.combine(mp.Shocks(**{name: one()}), mp.Shocks(**{name: fine()}))


def test_forms_of_sharing_and_things_of_another_kind_are_refused() -> None:
    tau = np.full(FLOW, 0.1)
    additive, other = mp.Shocks(sharing=tau), mp.Shocks(sharing=tau, sharing_form="catch_up")
    with pytest.raises(mp.ShocksError, match="sharing_form"):
        mp.combine(additive, other)
    assert mp.combine(additive, additive).sharing == pytest.approx(0.2)
    assert mp.combine(mp.Shocks(), other).sharing_form == "catch_up"
    with pytest.raises(mp.ShocksError, match="Shocks are needed"):
        mp.combine(additive, None)
