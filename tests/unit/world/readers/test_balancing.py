"""From a table to a World: each step of ``balancing`` by hand, and what holds for any table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipolar.base.problems import WorldError
from multipolar.world.provenance import Provenance
from multipolar.world.readers.balancing import world_of
from multipolar.world.readers.table import Origin, Table
from multipolar.world.world import World

ORIGIN = Origin("made_up", "A made-up table", "1", "none", "nobody", ("Figures describe no economy.",))


def table(flows: object, final: object, output: object = None, inputs: object = None, sectors: int = 1) -> Table:
    """A table of countries A, B ... with one kind of final use; balanced unless output or inputs are given."""
    between, use = np.array(flows, dtype=float), np.array(final, dtype=float)
    n = use.shape[1]
    return Table(
        countries=tuple("ABCDEFGH"[:n]),
        sectors=tuple(f"s{k}" for k in range(1, sectors + 1)),
        categories=("use",),
        year=2000,
        intermediate=between,
        final=use,
        output=between.sum(axis=1) + use.sum(axis=1) if output is None else np.array(output, dtype=float),
        inputs=between.sum(axis=0) if inputs is None else np.array(inputs, dtype=float),
        origin=ORIGIN,
        files=(),
    )


def steps(world: World) -> list[tuple[str, str, int, float, str]]:
    held = world.provenance
    assert isinstance(held, Provenance)
    return [(s.block, s.what, s.cells, round(s.total, 6), s.where) for s in held.steps]


def test_a_balanced_table_is_left_alone() -> None:
    world = world_of(table([[1, 2], [3, 4]], [[20, 1], [2, 30]]), "w", "f")
    assert steps(world) == []
    assert world.trade[:, :, 0].tolist() == [[21, 3], [5, 34]]
    assert world.final_trade[:, :, 0].tolist() == [[20, 1], [2, 30]]
    assert world.value_added[:, 0].tolist() == [24 - 4, 39 - 6]


def test_negative_final_use_becomes_nothing_and_output_stays() -> None:
    """A sells B -1 (stocks run down): its sales are scaled to its output of 20, rows and columns are kept."""
    world = world_of(table([[1, 0], [0, 1]], [[20, -1], [0, 30]]), "w", "f")
    first = steps(world)[0]
    assert first[0] == "final"
    assert first[2:] == (1, 1.0, "A s1 to B")
    assert world.final_trade[0, 1, 0] == 0
    assert world.output[:, 0] == pytest.approx([20, 31], rel=1e-10)
    assert world.value_added[:, 0] == pytest.approx([19, 30], rel=1e-10)
    assert {step[0] for step in steps(world)[1:]} == {"final"}  # 1 of inputs is the only entry of its column


def test_negative_intermediate_sales_become_nothing() -> None:
    world = world_of(table([[1, -0.5], [2, 4]], [[200, 1], [2, 300]]), "w", "f")
    assert steps(world)[0] == ("intermediate", "negative sales set to 0", 1, 0.5, "A s1 to B s1")
    assert (world.trade >= 0).all()
    assert world.check().ok


def test_a_sector_that_pays_more_than_it_sells_is_cut_to_99_per_cent() -> None:
    """B buys for 12 and sells for 10: its inputs become 9.9, what it does not buy goes to final use."""
    world = world_of(table([[1, 11], [1, 1]], [[500, 1], [1, 7]]), "w", "f")
    block, what, cells, total, where = steps(world)[0]
    assert (block, cells, total, where) == ("inputs", 1, 2.1, "B s1")
    assert "99 % of output" in what
    assert world.value_added[1, 0] == pytest.approx(0.1, rel=1e-9)
    assert world.output[:, 0] == pytest.approx([513, 10], rel=1e-10)


def test_inputs_without_a_purchase_become_value_added() -> None:
    made = replace(table([[1, 0], [1, 0]], [[500, 1], [1, 70]]), inputs=np.array([2.0, 0.3]))
    world = world_of(made, "w", "f")
    assert steps(world)[0][:4] == ("inputs", "inputs without a purchase on record become value added", 1, 0.3)
    assert world.value_added[1, 0] == pytest.approx(72)


def test_output_without_a_sale_is_sold_at_home() -> None:
    made = replace(table([[1, 1], [0, 0]], [[500, 1], [0, 0]]), output=np.array([503.0, 1.5]))
    world = world_of(made, "w", "f")
    assert steps(world)[0] == ("final", "output without a sale on record sold to final use of the own country", 1, 1.5,
                               "B s1")  # fmt: skip
    assert world.trade[1, 1, 0] == pytest.approx(1.5)


def test_where_scaling_cannot_help_output_follows_sales() -> None:
    """B sells to A alone, A buys from B alone, 1 of inputs and 2 of output: no factors of rows and columns fit."""
    made = table([[0, 0], [1, 0]], [[90_000, 5000], [0, 0]], output=[95_000, 2])
    world = world_of(made, "w", "f")
    last = steps(world)[-1]
    assert last == ("output", "set to sales where scaling cannot bring rows and columns together", 1, 1.0, "B s1")
    assert world.output[1, 0] == pytest.approx(1)
    assert world.check().ok


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"output": [24, 90]}, "sales of the rows and their output differ"),
        ({"inputs": [4, 30]}, "inputs of the columns and what their output leaves for them differ"),
        ({"output": [-24, 39]}, "negative output of A s1"),
        ({"output": [0, 0]}, "no output at all"),
        ({"output": [np.nan, 39]}, "output: no number in 1 of 2 cells, the first for A s1"),
    ],
)
def test_what_cannot_be_a_table_is_refused(change: dict[str, object], message: str) -> None:
    right = table([[1, 2], [3, 4]], [[20, 1], [2, 30]])
    wrong = table([[1, 2], [3, 4]], [[20, 1], [2, 30]], **change)
    with pytest.raises(WorldError, match=message):
        world_of(wrong, "w", "file.csv")
    assert world_of(right, "w", "file.csv").check().ok


def test_shapes_are_checked_before_figures() -> None:
    wrong = replace(table([[1, 2], [3, 4]], [[20, 1], [2, 30]]), final=np.ones((2, 3)))
    with pytest.raises(WorldError, match=r"final use has shape \(2, 3\), where \(2, 2\) is needed"):
        world_of(wrong, "w", "f")


@given(seed=st.integers(0, 10_000), n=st.integers(2, 4), s=st.integers(1, 4))
def test_any_table_with_a_few_flaws_becomes_a_sound_world_of_the_same_output(seed: int, n: int, s: int) -> None:
    """Negative stocks and rounding in a table whose sectors gain: output, value added and all flows of 0 stay."""
    rng = np.random.default_rng(seed)
    size = n * s
    flows = rng.lognormal(0, 1, (size, size)) * (rng.random((size, size)) < 0.8)
    final = rng.lognormal(2, 1, (size, n)) + 1.0
    final[rng.random(final.shape) < 0.15] *= -0.05
    rows = np.arange(size)
    final[rows, rows // s] = np.abs(final[rows, rows // s]) + 2.0 * flows.sum(axis=0) + 1.0
    output, inputs = flows.sum(axis=1) + final.sum(axis=1), flows.sum(axis=0)
    rounded = flows * (1 + 1e-3 * rng.uniform(-1, 1, flows.shape))
    labels = tuple("ABCD"[:n]), tuple("stuv"[:s])
    made = Table(*labels, ("use",), 2000, rounded.copy(), final, output, inputs, ORIGIN, ())
    world = world_of(made, "w", "f")
    assert world.check().ok
    assert np.allclose(world.output.ravel(), output, rtol=1e-9)
    assert np.allclose(world.value_added.ravel(), output - inputs, rtol=1e-7)
    assert (world.final_trade <= world.trade * (1 + 1e-12)).all()
    gone = (flows.reshape(n, s, n, s).sum(axis=3).transpose(0, 2, 1) == 0) & (
        final.reshape(n, s, n).swapaxes(1, 2) <= 0
    )
    assert not world.trade[gone].any()
    held = world.provenance
    assert held is not None
    assert (held.steps[0].block == "final") == bool((final < 0).any())
