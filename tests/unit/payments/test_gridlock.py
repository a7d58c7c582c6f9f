"""Queues settled at once: the cases of Project Ubin, every small queue by trial of all subsets, the laws."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar.payments as pay
from multipolar.base.problems import InputError
from multipolar.payments.optimum import Network, free_optimum, search

Rows = list[tuple[str, str, int]]


@pytest.fixture(scope="module")
def cases(shared: Path) -> list[dict]:
    path = shared / "data" / "payment_cases" / "ubin_lsm_cases.json"
    return json.loads(path.read_text(encoding="utf-8"))


def names(case: dict) -> tuple[dict[str, int], Rows]:
    held = {f"bank {k}": balance for k, balance in enumerate(case["balances"])}
    return held, [(f"bank {i}", f"bank {j}", amount) for i, j, amount in case["payments"]]


def test_every_case_of_project_ubin(cases: list[dict]) -> None:
    assert len(cases) == 23
    for case in cases:
        held, queue = names(case)
        fifo = pay.resolve(held, queue)
        assert (fifo.count, fifo.value, fifo.status) == (case["gr_count"], case["gr_value"], "optimal"), case["id"]
        free = pay.resolve(held, queue, order="free")
        assert (free.count, free.value, free.status) == (case["milp_count"], case["milp_value"], "optimal"), case["id"]
        assert free.split_bound == fifo.split_bound == case["lp_value"], case["id"]
        assert pay.resolve(held, queue, order="free", objective="count").count >= case["milp_count"]


def test_without_netting_the_cases_settle_what_they_say(cases: list[dict]) -> None:
    for case in cases:
        held, queue = names(case)
        system = pay.System(accounts=[(bank, "SGD", balance) for bank, balance in held.items()])
        out = pay.simulate(system, pay.Payments.from_rows([(0, i, j, "SGD", amount, "") for i, j, amount in queue]))
        settled = [amount for (_, _, amount), at in zip(queue, out.settled_at, strict=True) if at >= 0]
        assert sum(settled) == case["fifo"], case["id"]


def subsets(held: dict[str, int], queue: Rows) -> Iterator[tuple[bool, ...]]:
    """Every set of payments that settles at once."""
    for chosen in itertools.product((False, True), repeat=len(queue)):
        after = dict(held)
        for settles, (payer, payee, amount) in zip(chosen, queue, strict=True):
            after[payer] -= amount * settles
            after[payee] += amount * settles
        if min(after.values(), default=0) >= 0:
            yield chosen


def in_order(chosen: tuple[bool, ...], queue: Rows) -> bool:
    """Whether nothing settles behind a payment of the same payer that does not."""
    stopped: set[str] = set()
    for settles, (payer, _, _) in zip(chosen, queue, strict=True):
        if settles and payer in stopped:
            return False
        if not settles:
            stopped.add(payer)
    return True


@st.composite
def queues(draw: st.DrawFn, most: int = 8, largest: int = 10**9) -> tuple[dict[str, int], Rows]:
    count = draw(st.integers(2, 5))
    top = draw(st.sampled_from([t for t in (5, 40, 10**9) if t <= largest]))
    banks = [f"B{k}" for k in range(count)]
    held = {bank: draw(st.just(0) | st.integers(0, top)) for bank in banks}
    pairs = [(i, j) for i in banks for j in banks if i != j]
    amounts = st.integers(1, top)
    return held, draw(st.lists(st.builds(lambda p, a: (*p, a), st.sampled_from(pairs), amounts), max_size=most))


@given(queues())
def test_against_all_subsets(drawn: tuple[dict[str, int], Rows]) -> None:
    held, queue = drawn
    amounts = [amount for _, _, amount in queue]
    feasible = list(subsets(held, queue))
    ordered = [chosen for chosen in feasible if in_order(chosen, queue)]
    fifo = pay.resolve(held, queue)
    assert tuple(fifo.settled.tolist()) in ordered
    assert fifo.count == max(map(sum, ordered))
    # The union of two ordered sets is one again: the maximum holds every other.
    assert all(not (set(np.flatnonzero(c)) - set(np.flatnonzero(fifo.settled))) for c in ordered)
    for objective, weights in (("value", amounts), ("count", [1] * len(queue))):
        best = max(sum(itertools.compress(weights, chosen)) for chosen in feasible)
        free = pay.resolve(held, queue, "free", objective)
        assert tuple(free.settled.tolist()) in feasible
        assert sum(itertools.compress(weights, free.settled)) == free.bound == best <= free.split_bound
        assert free.status == "optimal"


@given(queues(most=25))
def test_value_of_fifo_is_at_most_free_is_at_most_the_bounds(drawn: tuple[dict[str, int], Rows]) -> None:
    held, queue = drawn
    fifo, free = pay.resolve(held, queue), pay.resolve(held, queue, order="free", seconds=1.0)
    assert fifo.value <= free.value <= free.bound <= free.split_bound
    assert min(free.balances.values()) >= 0
    assert sum(free.balances.values()) == sum(held.values())
    assert (free.status == "optimal") == (free.value == free.bound)


@given(queues(most=12, largest=40), st.integers(2, 1000))
def test_the_unit_of_money_changes_nothing(drawn: tuple[dict[str, int], Rows], unit: int) -> None:
    held, queue = drawn
    larger = {bank: amount * unit for bank, amount in held.items()}
    rows = [(i, j, amount * unit) for i, j, amount in queue]
    assert (pay.resolve(held, queue).settled == pay.resolve(larger, rows).settled).all()
    assert pay.resolve(held, queue, "free").value * unit == pay.resolve(larger, rows, "free").value


@given(queues(most=12, largest=40), st.integers(0, 40))
def test_more_liquidity_settles_no_less(drawn: tuple[dict[str, int], Rows], more: int) -> None:
    held, queue = drawn
    richer = {bank: amount + more for bank, amount in held.items()}
    for order in ("fifo", "free"):
        assert pay.resolve(held, queue, order).value <= pay.resolve(richer, queue, order).value


def columns(seed: int, banks: int, queued: int) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    payer = rng.integers(0, banks, queued)
    amount = np.maximum(1, rng.lognormal(np.log(1e6), 1.5, queued)).astype(np.int64)
    payee = (payer + rng.integers(1, banks, queued)) % banks
    balances = (rng.random(banks) * amount.mean()).astype(np.int64)
    return balances, np.zeros(banks, np.int64), payer, payee, amount


@pytest.mark.slow
@pytest.mark.parametrize("seed", [6, 7, 8])
def test_two_hundred_queued_are_proven(seed: int) -> None:
    balances, _, payer, payee, amount = columns(seed, 20, 200)
    held = {f"B{k}": int(balance) for k, balance in enumerate(balances)}
    queue = [(f"B{i}", f"B{j}", int(a)) for i, j, a in zip(payer, payee, amount, strict=True)]
    found = pay.resolve(held, queue, order="free", seconds=60.0)
    assert found.status == "optimal"
    assert pay.resolve(held, queue).value < found.value < found.split_bound


def test_fifty_queued_are_proven() -> None:
    found = search(*columns(6, 10, 50), "value", {"time_limit": 60.0})
    assert found.proven


def test_out_of_time_it_is_the_best_found_and_never_called_optimal() -> None:
    found = search(*columns(5, 20, 200), "value", {"time_limit": 0.05})
    assert not found.proven
    assert found.reached < found.bound <= found.split_bound


def test_within_nodes_the_same_input_gives_the_same_set() -> None:
    first, second = (free_optimum(*columns(8, 20, 60), nodes=5) for _ in range(2))
    assert (first == second).all()


def test_amounts_too_large_for_floating_point_are_never_called_optimal_without_proof() -> None:
    held = {"A": 2**60 - 1, "B": 0, "C": 0}
    queue = [("A", "B", 2**59 + 1), ("A", "C", 2**59), ("B", "C", 3)]
    found = pay.resolve(held, queue, order="free")
    best = max(sum(a for (_, _, a), s in zip(queue, chosen, strict=True) if s) for chosen in subsets(held, queue))
    assert found.value <= best <= found.bound
    assert (found.status == "optimal") == (found.value == found.bound)


@given(queues(most=20))
def test_any_choice_is_made_feasible(drawn: tuple[dict[str, int], Rows]) -> None:
    """What a search in floating point chose may overdraw; what is kept of it never does."""
    held, queue = drawn
    if not queue:
        return
    code = {bank: k for k, bank in enumerate(held)}
    payer, payee, amount = (np.array(c) for c in zip(*((code[i], code[j], a) for i, j, a in queue), strict=True))
    network = Network(np.array(list(held.values()), np.int64), payer, payee, amount)
    chosen = network.feasible(np.ones(len(queue), np.bool_), amount)
    assert tuple(chosen.tolist()) in set(subsets(held, queue)) if len(queue) <= 10 else True
    after = network.available.copy()
    np.subtract.at(after, payer[chosen], amount[chosen])
    np.add.at(after, payee[chosen], amount[chosen])
    assert after.min() >= 0
    assert not (~chosen & (amount <= after[payer])).any()


GOOD: tuple[dict[str, int], Rows] = ({"A": 5, "B": 0}, [("A", "B", 3)])
WRONG = [
    ({}, [("A", "B")], "queue[0]: is no row (payer, payee, amount)."),
    ({}, [("A", "A", 3)], "queue[0]: `A` pays itself."),
    ({}, [("A", "B", 0)], "queue[0]: 0 is no whole number of minor units above 0."),
    ({}, [("A", "B", 2.5)], "queue[0]: 2.5 is no whole number of minor units above 0."),
    ({}, [("A", "B", True)], "queue[0]: True is no whole number of minor units above 0."),
    ({}, [("", "B", 1)], "queue[0]: `` is no name: a text or a whole number stands here."),
    ({}, [("Aa", "B", 3)], "queue: `Aa` pays but has no balance. Did you mean `A`?"),
    ({"A": -1}, None, "balances[A]: -1 is no whole number of minor units, 0 or more."),
    ({"A": 2**62, "B": 1}, None, "balances: they add up to more than 2^62 minor units: state them in a larger unit."),
]


@pytest.mark.parametrize(("held", "queue", "message"), WRONG)
def test_wrong_input_is_refused_and_the_same_without_the_mistake_is_not(
    held: dict[str, int], queue: Rows | None, message: str
) -> None:
    assert pay.resolve(*GOOD).value == 3
    with pytest.raises(InputError) as raised:
        pay.resolve({**GOOD[0], **held}, GOOD[1] if queue is None else queue)
    assert message in str(raised.value)


def test_rows_may_be_a_frame_and_are_refused_where_they_are_none() -> None:
    import pandas as pd

    assert pay.resolve(GOOD[0], pd.DataFrame(GOOD[1])).value == pay.resolve(*GOOD).value == 3
    assert pay.clear(pd.DataFrame([("A", "B", 3), ("B", "A", 2)])).total == 4
    for wrong in (None, 5, "A", {"A": 1}):
        with pytest.raises(InputError, match="queue: rows"):
            pay.resolve(GOOD[0], wrong)
        with pytest.raises(InputError, match="obligations: rows"):
            pay.clear(wrong)


def test_wrong_choices_are_named_together() -> None:
    with pytest.raises(InputError) as raised:
        pay.resolve(*GOOD, order="fre", objective="worth", seconds=-1)
    assert [p.message for p in raised.value.problems] == [
        "no order `fre`. Did you mean `free`?",
        "no objective `worth`. It is one of value, count.",
        "-1 is not a number of seconds, 0 or more",
    ]


def test_a_payee_without_a_balance_starts_at_nothing_and_an_empty_queue_settles_nothing() -> None:
    assert pay.resolve({"A": 5}, [("A", "B", 3)]).balances == {"A": 2, "B": 3}
    for order in ("fifo", "free"):
        nothing = pay.resolve({"A": 5}, [], order)
        assert (nothing.value, nothing.bound, nothing.status) == (0, 0, "optimal")
