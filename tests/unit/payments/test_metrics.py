"""Metrics, the frontier and the journal, by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import multipolar.payments as pay
from multipolar.base.problems import InputError
from multipolar.payments.journal import LedgerError, check_ledger

ROWS = [(0, "A", "B", "USD", 80, ""), (5, "A", "C", "USD", 30, ""), (7, "B", "A", "USD", 10, "")]
ROWS += [(10, "A", "B", "USD", 40, "")]


def run(engine: str, rows: list[Any] = ROWS, **system: Any) -> pay.Settlement:
    given = {"accounts": [("A", "USD", 100)], "horizon": 100} | system
    return pay.simulate(pay.System(**given), pay.Payments.from_rows(rows), engine=engine, check="every")


def test_shares_and_delays(engine: str) -> None:
    metrics = run(engine).metrics
    usd = metrics["currencies"]["USD"]
    assert usd["settled_share"] == 120 / 160
    assert usd["settled_share_count"] == 3 / 4
    assert usd["delay_s"] == 30 * 2 / 120
    assert usd["delay_indicator"] == (30 * 2 + 40 * 90) / (80 * 100 + 30 * 95 + 10 * 93 + 40 * 90)
    assert {key: metrics[key] for key in usd} == usd
    assert metrics["rails"]["rtgs"] == usd
    assert metrics["corridors"]["A", "B", "USD"]["settled_share"] == 80 / 120
    assert set(metrics["corridors"]) == {("A", "B", "USD"), ("A", "C", "USD"), ("B", "A", "USD")}


def test_liquidity_of_an_institution(engine: str) -> None:
    a = run(engine, credit={"A": 5}).metrics["institutions"]["A", "USD"]
    assert (a["needed"], a["used"], a["available"]) == (140, 100, 105)
    assert a["turnover"] == 110 / 105
    rich = run(engine, accounts=[("A", "USD", a["needed"])])
    assert rich.settled_at.tolist() == [0, 5, 7, 10]
    assert run(engine, accounts=[("A", "USD", a["needed"] - 1)]).settled_at.tolist() != [0, 5, 7, 10]
    assert rich.metrics["institutions"]["C", "USD"]["turnover"] is None


def test_values_of_two_currencies_are_not_added(engine: str) -> None:
    rows = [*ROWS, (20, "A", "B", "CNY", 5, "")]
    metrics = run(engine, rows, accounts=[("A", "USD", 100), ("A", "CNY", 5)]).metrics
    assert metrics["settled_share"] is None
    assert metrics["settled_share_count"] == 4 / 5
    assert metrics["currencies"]["CNY"]["settled_share"] == 1.0


def test_swap_lines_are_measured_by_their_cap(engine: str) -> None:
    line = {"drawer": "A", "provider": "P", "currency": "USD", "against": "RUB", "rate": 2, "cap": 80}
    metrics = run(engine, swap_lines=[line]).metrics
    assert metrics["swap_lines"] == [{"drawn": 40, "outstanding": 40, "drawn_share": 0.5}]


def test_exposure_is_principal_times_hours_until_the_other_leg(engine: str) -> None:
    rows = [(0, "A", "B", "USD", 100, ""), (3600, "B", "A", "CNY", 700, ""), (3600, "B", "A", "CNY", 1, "")]
    out = run(engine, rows, accounts=[("A", "USD", 100), ("B", "CNY", 700)], horizon=7200)
    assert pay.exposure_hours(out, [(0, 1), (0, 2), (2, 0)]) == [100.0, 200.0, 200.0]
    with pytest.raises(InputError, match="no payment in row 3"):
        pay.exposure_hours(out, [(0, 3)])


def test_the_frontier_is_the_least_liquidity_for_a_delay(engine: str) -> None:
    system, payments = pay.System(accounts=[("A", "USD", 100)], horizon=100), pay.Payments.from_rows(ROWS)
    points = pay.frontier(system, payments, targets=(0.0, 0.3, 1.0), engine=engine)
    assert [point.liquidity for point in points] == [{"USD": 140}, {"USD": 100}, {"USD": 0}]
    assert points[0].delay == 0.0
    assert points[2].factor == 0.0
    assert points[0].factor >= points[1].factor >= points[2].factor
    for point in points[:2]:
        less = [("A", "USD", point.liquidity["USD"] - 1)]
        out = pay.simulate(replace(system, accounts=less), payments, engine=engine)
        assert out.metrics["currencies"]["USD"]["delay_indicator"] > point.target
    with pytest.raises(InputError, match="target"):
        pay.least_liquidity(system, payments, 1.5)
    slow = replace(system, rail="correspondent", horizon=10**5)
    assert pay.least_liquidity(slow, payments, 0.0).factor is None


def test_the_journal_replays_and_its_hash_tells_two_days_apart(engine: str) -> None:
    out, other = run(engine), run(engine, ROWS[:1])
    assert out.journal.replay(out.ledger.balance).tolist() == out.trace.balance.tolist()
    assert out.journal.hash == run(engine).journal.hash
    assert out.journal.hash != other.journal.hash


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        (6, 79, "does not lead to the balances|in part"),
        (5, 0, "does not lead|below its floor"),
        (0, 50, "back in time"),
        (3, 1, "settled twice|in part"),
    ],
)
@pytest.mark.parametrize("every", [True, False])
def test_a_journal_that_was_touched_is_found_out(
    column: int, value: int, message: str, every: bool, engine: str
) -> None:
    out = run(engine)
    check_ledger(out.ledger, out.trace, every)
    rows = out.trace.rows.copy()
    rows[0, column] = value
    with pytest.raises(LedgerError, match=message):
        check_ledger(out.ledger, replace(out.trace, rows=rows), every)


@pytest.mark.parametrize("every", [True, False])
def test_an_overdraft_is_found_out(every: bool, engine: str) -> None:
    out = run(engine)
    floor = np.where([role == "given" for _, _, role in out.ledger.names], 1, out.ledger.floor)
    with pytest.raises(LedgerError, match="below its floor"):
        check_ledger(replace(out.ledger, floor=floor), out.trace, every)
