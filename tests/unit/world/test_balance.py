"""Estimated blocks moved within their ranges: identities kept, known sums kept, zeros give the world back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar as mp
from multipolar.base.problems import WorldError
from multipolar.world.balance import moved, ras, shapes
from multipolar.world.levels import known_groups
from multipolar.world.toy import random_world


def normals(world: mp.World, seed: int, *blocks: str) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    known = shapes(world)
    return {name: rng.standard_normal(known[name]) for name in blocks or known}


def test_ras_by_hand() -> None:
    """Odds are kept, sums are met: [[1,1],[1,1]] to rows 3, 1 and columns 2, 2 is [[1.5,1.5],[.5,.5]]."""
    one = np.ones((1, 2, 2))
    assert ras(one, np.array([[3.0, 1.0]]), np.array([[2.0, 2.0]]))[0].tolist() == [[1.5, 1.5], [0.5, 0.5]]
    start = np.array([[[1.0, 2.0], [3.0, 4.0]]])
    found = ras(start, np.array([[4.0, 6.0]]), np.array([[5.0, 5.0]]))[0]
    assert found[0, 0] * found[1, 1] / (found[0, 1] * found[1, 0]) == pytest.approx(1 * 4 / (2 * 3), rel=1e-9)
    assert found.sum(axis=0) == pytest.approx([5.0, 5.0], rel=1e-10)


def test_sums_that_cannot_be_met_are_refused_and_those_that_can_pass() -> None:
    rows, columns = np.array([[3.0, 1.0]]), np.array([[2.0, 2.0]])
    corner = np.array([[[1.0, 0.0], [0.0, 1.0]]])
    assert ras(corner, columns, columns)[0].tolist() == [[2.0, 0.0], [0.0, 2.0]]
    with pytest.raises(WorldError, match="cannot be balanced"):
        ras(corner, rows, columns)
    with pytest.raises(WorldError, match="do not have the same total"):
        ras(corner, rows, columns + 1.0)


@given(seed=st.integers(0, 5_000))
def test_use_tables_move_and_everything_else_stays(seed: int) -> None:
    world = random_world(seed, 4, 3)
    other = moved(world, normals(world, seed, "use"))
    assert other.check().ok
    assert not np.allclose(other.input_share, world.input_share)
    assert (other.trade == world.trade).all()
    np.testing.assert_allclose(other.value_added, world.value_added, rtol=1e-8, atol=1e-9 * world.value_added.max())
    np.testing.assert_allclose(other.income, world.income, rtol=1e-9)
    assert ((other.input_share > 0) == (world.input_share > 0)).all()


def test_the_embedded_world_moves_within_its_grades_and_keeps_its_identities(embedded: mp.World) -> None:
    other = moved(embedded, normals(embedded, 1))
    assert other.check().ok
    scale = embedded.value_added.sum(axis=1)
    air = [embedded.sectors.index(s) for s in ("C303", "C302_304_309")]
    rest = np.setdiff1d(np.arange(49), air)
    np.testing.assert_allclose(other.output[:, rest], embedded.output[:, rest], rtol=1e-12)
    np.testing.assert_allclose(other.trade[:, :, air].sum(2), embedded.trade[:, :, air].sum(2), rtol=0.5, atol=1.0)
    np.testing.assert_allclose(other.output[:, air].sum(1), embedded.output[:, air].sum(1), rtol=1e-12)
    assert np.abs(other.value_added.sum(axis=1) / scale - 1.0).max() < 0.02
    usa, rus = embedded.countries.index("USA"), embedded.countries.index("RUS")
    assert other.output[rus, air[0]] != embedded.output[rus, air[0]]
    for n, country in ((usa, "USA"), (rus, "RUS")):
        for group in known_groups(embedded, "employment", country):
            at = embedded.axes.sector.indices(group)
            assert other.employment[n, at].sum() == pytest.approx(embedded.employment[n, at].sum(), rel=1e-12)
    assert other.employment[rus, 23] != embedded.employment[rus, 23]


def test_zeros_give_the_world_back(embedded: mp.World) -> None:
    same = moved(embedded, {name: np.zeros(shape) for name, shape in shapes(embedded).items()})
    np.testing.assert_allclose(same.input_share, embedded.input_share, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(same.trade, embedded.trade, rtol=1e-12)
    np.testing.assert_allclose(same.employment, embedded.employment, rtol=1e-12)
    assert moved(embedded, {}) is embedded


def test_the_same_numbers_give_the_same_world() -> None:
    world = random_world(3, 4, 3)
    assert moved(world, normals(world, 9)).digest == moved(world, normals(world, 9)).digest
    assert moved(world, normals(world, 9)).digest != moved(world, normals(world, 8)).digest


def test_what_is_observed_does_not_move() -> None:
    world = random_world(3, 4, 3)
    sure = replace(world, evidence={"input_share": np.zeros((4, 3), dtype=np.int8)})
    np.testing.assert_allclose(moved(sure, normals(sure, 1)).input_share, world.input_share, rtol=1e-9)


def test_blocks_and_shapes_that_do_not_fit_are_all_named() -> None:
    world = random_world(3, 4, 3)
    assert moved(world, {"use": np.zeros((4, 3, 4))}).sectors == world.sectors
    with pytest.raises(WorldError) as caught:
        moved(world, {"use": np.zeros((4, 3)), "split": np.zeros(4)})
    assert "normals[use]: shape (4, 3) where (4, 3, 4)" in str(caught.value)
    assert "no block `split` to move" in str(caught.value)
