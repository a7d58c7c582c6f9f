"""Grades by value: by hand, as laws, and of the embedded world."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar as mp
from multipolar.world.evidence import GRADES, graded
from multipolar.world.resting import LEAST, behind, shares, weakest, weights

CELLS = np.array([[0, 1, 3], [2, 2, 0], [3, 0, 0]], dtype=np.int8)
WORTH = np.array([[60.0, 39.5, 0.5], [1.0, 0.0, 3.0], [0.0, 0.0, 0.0]])


def test_shares_and_the_weakest_grade_by_hand() -> None:
    """Of 104: 63 observed, 39.5 scaled, 1 estimated, 0.5 assumed; that half per cent of the first row is little."""
    found = shares(CELLS, WORTH)
    assert found == pytest.approx(
        {"observed": 63 / 104, "scaled": 39.5 / 104, "estimated": 1 / 104, "assumption": 0.5 / 104}
    )
    assert weakest(CELLS, WORTH).tolist() == [1, 2, 3]  # of a row without weight: of all its cells
    assert shares(CELLS[2:], WORTH[2:]) == pytest.approx({"observed": 2 / 3, "assumption": 1 / 3})
    just = np.array([[99.0, 1.0]])
    assert weakest(np.array([[0, 3]], dtype=np.int8), just).tolist() == [3]
    assert weakest(np.array([[0, 3]], dtype=np.int8), just * [[1.0, 0.99]]).tolist() == [0]


def test_several_blocks_have_the_weakest_and_a_block_without_grades_is_not_on_record() -> None:
    held = {"trade": np.array([0, 2], dtype=np.int8), "tariff": np.array([1, 0], dtype=np.int8)}
    assert behind(held, ("trade", "tariff"), 2).tolist() == [1, 2]
    assert behind(held, ("trade",), 2).tolist() == [0, 2]
    assert behind(held, ("trade", "population"), 2).tolist() == [-1, -1]
    assert behind(held, (), 2).tolist() == [-1, -1]


grids = st.integers(1, 6).flatmap(
    lambda size: st.tuples(
        st.lists(st.integers(0, 3), min_size=size, max_size=size),
        st.lists(st.floats(0.0, 1e6), min_size=size, max_size=size),
    )
)


@given(grids)
def test_the_weakest_grade_holds_for_its_part_and_all_weaker_ones_do_not(
    grid: tuple[list[int], list[float]],
) -> None:
    cells, worth = np.array([grid[0]], dtype=np.int8), np.array([grid[1]])
    found, held = int(weakest(cells, worth)[0]), shares(cells, worth)
    if not worth.any():
        assert found == cells.max()
        assert sum(held.values()) == pytest.approx(1.0)
        return
    assert sum(held.values()) == pytest.approx(1.0)
    assert held.get(GRADES[found], 0.0) >= LEAST * (1 - 1e-9)
    assert all(held.get(GRADES[k], 0.0) < LEAST * (1 + 1e-9) for k in range(found + 1, 4))
    assert weakest(cells, 7.0 * worth)[0] == found  # the unit does not matter


def test_weights_of_the_embedded_world(embedded: mp.World) -> None:
    assert weights(embedded, "trade").sum() == pytest.approx(embedded.output.sum())
    assert weights(embedded, "input_share") == pytest.approx(embedded.output - embedded.value_added)
    assert weights(embedded, "tariff").sum() == pytest.approx(embedded.revenue.sum())
    assert (weights(embedded, "emissions") == embedded.emissions).all()
    assert weights(embedded, "gdp").sum(axis=1) == pytest.approx(embedded.gdp)
    assert (weights(embedded, "knowledge") == embedded.value_added).all()
    assert (weights(embedded, "distance") == embedded.value_added).all()
    assert (weights(embedded, "a block without an array here") == embedded.value_added).all()


def test_economies_of_the_embedded_world(embedded: mp.World) -> None:
    """What its provenance says: services everywhere are split by estimate, some Russian ones are assumed."""
    cells = graded(embedded)
    at = {code: n for n, code in enumerate(embedded.countries)}
    sales, inputs = (weakest(cells[block], weights(embedded, block)) for block in ("trade", "input_share"))
    assert {GRADES[k] for k in sales} == {"estimated", "assumption"}
    assert (GRADES[sales[at["RUS"]]], GRADES[inputs[at["RUS"]]]) == ("assumption", "assumption")
    assert (GRADES[sales[at["DEU"]]], GRADES[inputs[at["DEU"]]]) == ("estimated", "scaled")
    assert shares(cells["tariff"], weights(embedded, "tariff"))["scaled"] == pytest.approx(0.9, abs=0.01)
