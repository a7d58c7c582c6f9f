"""Clearing: by hand, against the minimum-cost flow of networkx, by its laws, with and without OR-Tools."""

from __future__ import annotations

import sys

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar.payments as pay
from multipolar.base.problems import InputError, MultipolarError
from multipolar.payments import clearing

Rows = list[tuple[str, str, int]]


@pytest.fixture(params=["ortools", "highs"])
def solver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """With OR-Tools, and as if it were not there."""
    if request.param == "highs":
        monkeypatch.setitem(sys.modules, "ortools.graph.python.min_cost_flow", None)
    else:
        pytest.importorskip("ortools", reason="needs the extra `payments`")
    return request.param


def test_a_circle_clears_by_its_smallest_debt(solver: str) -> None:
    found = pay.clear([("A", "B", 50), ("B", "C", 30), ("C", "A", 40), ("A", "D", 9)])
    assert found.cleared.tolist() == [30, 30, 30, 0]
    assert found.net == {"A": -19, "B": 20, "C": -10, "D": 9}
    assert found.total == 90
    assert found.paid == {}


def test_liquidity_opens_a_chain_and_is_passed_on(solver: str) -> None:
    chain = [("A", "B", 50), ("B", "C", 50)]
    assert pay.clear(chain).total == 0
    found = pay.clear(chain, liquidity={"A": 20})
    assert found.cleared.tolist() == [20, 20]
    assert found.paid == {"A": 20, "B": 0, "C": -20}
    assert found.net == {"A": -30, "B": 0, "C": 30}
    assert pay.clear(chain, liquidity={"A": 50}).cleared.tolist() == [50, 50]


def test_of_one_pair_the_first_obligation_clears_first(solver: str) -> None:
    found = pay.clear([("A", "B", 5), ("B", "A", 12), ("A", "B", 5), ("A", "B", 5)])
    assert found.cleared.tolist() == [5, 12, 5, 2]


@st.composite
def obligations(draw: st.DrawFn) -> Rows:
    count = draw(st.integers(2, 8))
    firms = [f"F{k}" for k in range(count)]
    top = draw(st.sampled_from((5, 1000, 10**12)))
    pairs = st.sampled_from([(i, j) for i in firms for j in firms if i != j])
    return draw(st.lists(st.builds(lambda p, a: (*p, a), pairs, st.integers(1, top)), max_size=25))


def most(rows: Rows, liquidity: dict[str, int]) -> int:
    """The largest total by networkx: a circulation with a node for liquidity."""
    graph = nx.DiGraph()
    for debtor, creditor, amount in rows:
        before = graph.get_edge_data(debtor, creditor, {"capacity": 0})["capacity"]
        graph.add_edge(debtor, creditor, capacity=before + amount, weight=-1)
    for name in list(graph):
        graph.add_edge("", name, capacity=liquidity.get(name, 0), weight=0)
        graph.add_edge(name, "", capacity=sum(amount for _, _, amount in rows), weight=0)
    return -nx.capacity_scaling(graph)[0] if rows else 0


def netted(rows: Rows, amounts: list[int]) -> dict[str, int]:
    found = {name: 0 for row in rows for name in row[:2]}
    for (debtor, creditor, _), amount in zip(rows, amounts, strict=True):
        found[debtor] -= amount
        found[creditor] += amount
    return found


@given(obligations())
def test_the_laws_of_clearing(rows: Rows) -> None:
    found = pay.clear(rows)
    amounts = [amount for _, _, amount in rows]
    cleared = found.cleared.tolist()
    assert all(0 <= c <= amount for c, amount in zip(cleared, amounts, strict=True))
    rest = [amount - c for amount, c in zip(amounts, cleared, strict=True)]
    assert netted(rows, amounts) == netted(rows, rest) == dict(found.net)
    left = nx.DiGraph((debtor, creditor) for (debtor, creditor, _), r in zip(rows, rest, strict=True) if r)
    assert nx.is_directed_acyclic_graph(left)
    assert found.total == sum(cleared) == most(rows, {})
    assert pay.clear([(i, j, r) for (i, j, _), r in zip(rows, rest, strict=True) if r]).total == 0


@given(obligations(), st.data())
def test_with_liquidity_nobody_pays_in_more_and_the_total_is_the_most(rows: Rows, data: st.DataObject) -> None:
    firms = sorted({name for row in rows for name in row[:2]})
    held = {name: data.draw(st.integers(0, 10**6)) for name in firms if data.draw(st.booleans())}
    found = pay.clear(rows, liquidity=held)
    assert all(paid <= held.get(name, 0) for name, paid in found.paid.items())
    assert sum(found.paid.values()) == 0
    assert found.total == most(rows, held) >= pay.clear(rows).total


def test_without_the_extra_the_total_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    debtor = rng.integers(0, 40, 300)
    creditor = (debtor + rng.integers(1, 40, 300)) % 40
    rows = [(f"F{i}", f"F{j}", int(a)) for i, j, a in zip(debtor, creditor, rng.integers(1, 10**6, 300), strict=True)]
    total = most(rows, {})
    assert pay.clear(rows).total == total
    monkeypatch.setitem(sys.modules, "ortools.graph.python.min_cost_flow", None)
    assert pay.clear(rows).total == total


def test_what_highs_cannot_prove_is_refused_with_the_way_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("A", "B", 4), ("B", "A", 3)]
    monkeypatch.setitem(sys.modules, "ortools.graph.python.min_cost_flow", None)
    assert pay.clear(rows).total == 6
    monkeypatch.setattr(clearing.Network, "split", lambda self, value: (np.array([2.0, 2.0]), 6))
    with pytest.raises(MultipolarError, match=r"pip install 'multipolar\[payments\]'"):
        pay.clear(rows)


@given(obligations())
def test_what_lies_on_no_circle_can_be_left_out_before(rows: Rows) -> None:
    whole = pay.clear(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clearing, "MANY", 0)
        found = pay.clear(rows)
    assert found.total == whole.total == int(found.cleared.sum())
    assert dict(found.net) == dict(whole.net)


def test_nothing_clears_of_nothing() -> None:
    found = pay.clear([])
    assert (found.total, found.net, found.cleared.tolist()) == (0, {}, [])


def test_unknown_names_with_liquidity_and_wrong_rows_are_refused() -> None:
    rows = [("A", "B", 4), ("B", "A", 3)]
    assert pay.clear(rows, liquidity={"A": 1}).total == 7
    with pytest.raises(InputError, match=r"liquidity: `Aa` is in no obligation\. Did you mean `A`\?"):
        pay.clear(rows, liquidity={"Aa": 1})
    with pytest.raises(InputError) as raised:
        pay.clear([("A", "B", -4), ("B", "A", 3), ("C", "C", 1)])
    assert [p.path for p in raised.value.problems] == ["obligations[0]", "obligations[2]"]
