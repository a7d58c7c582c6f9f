"""Shapley values: their axioms, the check number, sampling against all orders, sets without a value."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipolar.study.shapley import exact, sampled, sampled_orders, sets_of


def game(seed: int, players: int, width: int = 3) -> np.ndarray:
    """A random set function that is 0 for the empty set."""
    values = np.random.default_rng(seed).normal(size=(1 << players, width))
    values[0] = 0.0
    return values


games = st.builds(game, st.integers(0, 2**31), st.integers(1, 6))


def enumerated(values: np.ndarray, players: int) -> np.ndarray:
    """The mean of what each adds, over orders that meet no set without a value, one by one."""
    total, count = np.zeros((players, *values.shape[1:])), 0
    for order in itertools.permutations(range(players)):
        gains = np.zeros_like(total)
        for player, before, after in zip(order, sets_of(order), sets_of(order)[1:], strict=False):
            gains[player] = values[after] - values[before]
        if np.isfinite(gains).all():
            total, count = total + gains, count + 1
    return total / count


def test_the_check_number_of_three_players(shared: Path) -> None:
    """v(A)=10, B=6, C=2, AB=20, AC=14, BC=9, ABC=27."""
    with (shared / "checks" / "economics.csv").open(encoding="utf-8", newline="") as file:
        row = next(row for row in csv.reader(file) if row[0] == "G28")
    expected = [float(each) for each in row[3].split(",")]
    shares = exact(np.array([0.0, 10.0, 6.0, 20.0, 2.0, 14.0, 9.0, 27.0]))
    np.testing.assert_allclose(shares.values, expected, atol=1e-6)
    assert shares.values.sum() == pytest.approx(27.0, abs=1e-12)
    assert shares.used == 1.0
    assert shares.error is None


@given(games)
def test_it_is_the_mean_over_all_orders(values: np.ndarray) -> None:
    players = len(values).bit_length() - 1
    np.testing.assert_allclose(exact(values).values, enumerated(values, players), atol=1e-12)


@given(games)
def test_efficiency(values: np.ndarray) -> None:
    np.testing.assert_allclose(exact(values).values.sum(axis=0), values[-1] - values[0], atol=1e-12)


@given(games, st.integers(0, 2**31))
def test_additivity(values: np.ndarray, seed: int) -> None:
    other = game(seed, len(values).bit_length() - 1)
    both = exact(values + other).values
    np.testing.assert_allclose(both, exact(values).values + exact(other).values, atol=1e-12)


@given(games)
def test_a_player_that_never_adds_gets_nothing(values: np.ndarray) -> None:
    with_null = np.concatenate([values, values])  # the last player adds nothing to any set
    shares = exact(with_null).values
    np.testing.assert_array_equal(shares[-1], 0.0)
    np.testing.assert_allclose(shares[:-1], exact(values).values, atol=1e-12)


@given(st.integers(0, 2**31), st.integers(2, 6), st.data())
def test_symmetry(seed: int, players: int, data: st.DataObject) -> None:
    """Players that may change places in every set get the same; relabelled players keep their values."""
    one, other = data.draw(st.permutations(range(players)))[:2]
    values = game(seed, players)
    sets = np.arange(len(values))
    a, b = (sets >> one) & 1, (sets >> other) & 1
    swapped = sets ^ ((a ^ b) << one) ^ ((a ^ b) << other)
    np.testing.assert_allclose(exact(values[swapped]).values[one], exact(values).values[other], atol=1e-12)
    alike = exact(values + values[swapped]).values
    np.testing.assert_allclose(alike[one], alike[other], atol=1e-12)


@given(games, st.data())
def test_sets_without_a_value_are_in_no_order_that_counts(values: np.ndarray, data: st.DataObject) -> None:
    players = len(values).bit_length() - 1
    inner = range(1, len(values) - 1)
    lost = data.draw(st.sets(st.sampled_from(inner), max_size=3)) if inner else set()
    values[sorted(lost)] = np.nan
    shares = exact(values)
    orders = [sets_of(order) for order in itertools.permutations(range(players))]
    whole = [order for order in orders if not lost & set(order)]
    assert shares.used == pytest.approx(len(whole) / len(orders), abs=1e-12)
    if whole:
        np.testing.assert_allclose(shares.values, enumerated(values, players), atol=1e-12)
        np.testing.assert_allclose(shares.values.sum(axis=0), values[-1] - values[0], atol=1e-12)
    else:
        assert np.isnan(shares.values).all()


@given(st.integers(0, 2**31), st.integers(2, 6), st.integers(0, 100))
def test_sampled_orders_add_up_each(seed: int, players: int, chosen: int) -> None:
    values = game(seed, players)
    names = [f"m{k}" for k in range(players)]
    shares = sampled(dict(enumerate(values)), sampled_orders(chosen, names, 4))
    np.testing.assert_allclose(shares.values.sum(axis=0), values[-1] - values[0], atol=1e-12)
    assert shares.used == 1.0


def test_the_stated_error_covers_the_exact_values() -> None:
    """200 games: of the sampled values a good nine tenths lie within two standard errors, and they are not biased."""
    scores = []
    for seed in range(200):
        values = game(seed, 5, width=1)
        shares = sampled(dict(enumerate(values)), sampled_orders(seed, "abcde", 32))
        assert shares.error is not None
        scores.append((shares.values - exact(values).values) / shares.error)
    score = np.concatenate(scores)
    assert np.mean(np.abs(score) <= 2.0) >= 0.9
    assert abs(score.mean()) <= 4.0 / np.sqrt(score.size)


def test_an_additive_game_is_sampled_without_error() -> None:
    worth = np.array([1.0, -2.0, 0.5])
    values = {s: np.array([sum(worth[i] for i in range(3) if s >> i & 1)]) for s in range(8)}
    shares = sampled(values, sampled_orders(1, "abc", 8))
    np.testing.assert_allclose(shares.values[:, 0], worth, atol=1e-15)
    np.testing.assert_allclose(shares.error, 0.0, atol=1e-15)


def test_a_pair_of_orders_that_meets_a_failure_is_left_out_and_counted() -> None:
    values = dict(enumerate(game(3, 3)))
    orders = sampled_orders(1, "abc", 16)
    pairs = zip(orders[::2], orders[1::2], strict=True)
    hit = sum(bool({1, 6} & {*sets_of(a), *sets_of(b)}) for a, b in pairs)
    values[1] = np.full(3, np.nan)
    values[6] = np.full(3, np.nan)
    shares = sampled(values, orders)
    assert 0 < hit < 16
    assert shares.used == pytest.approx(1 - hit / 16)
    np.testing.assert_allclose(shares.values.sum(axis=0), values[7] - values[0], atol=1e-12)


def test_another_player_moves_no_two_others() -> None:
    few, many = sampled_orders(1, ("a", "b", "c"), 8), sampled_orders(1, ("a", "b", "c", "d"), 8)
    assert few == [tuple(k for k in order if k < 3) for order in many]
    assert len(set(few)) > 2
    assert sampled_orders(2, ("a", "b", "c"), 8) != few


def test_values_of_not_all_sets_are_refused() -> None:
    with pytest.raises(ValueError, match="3 values"):
        exact(np.zeros(3))
    assert exact(np.zeros(4)).values.shape == (2,)
