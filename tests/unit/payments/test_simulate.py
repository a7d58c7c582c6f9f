"""Every convention that fixes an outcome, by hand, on each engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import multipolar.payments as pay
from multipolar.base.problems import InputError

Row = tuple[Any, ...]


def run(engine: str, rows: list[Row], **system: Any) -> pay.Settlement:
    payments = pay.Payments.from_rows(rows)
    return pay.simulate(pay.System(**system), payments, engine=engine, check="every")


def times(out: pay.Settlement) -> list[int]:
    return [int(t) for t in out.settled_at]


def test_the_example_of_the_page(engine: str) -> None:
    out = run(engine, [(0, "A", "B", "USD", 80, "")], accounts=[("A", "USD", 100)])
    assert times(out) == [0]
    assert list(out.state) == ["settled"]
    assert out.balances == {("A", "USD"): 20, ("B", "USD"): 80}
    assert out.settled_at.dtype == np.int64
    assert out.engine == engine
    assert list(out.drawn) == []
    assert out.net == {}
    assert len(out.journal) == 1
    assert len(out.journal.hash) == 64


def test_table_has_a_row_for_each_payment(engine: str) -> None:
    out = run(engine, [(0, "A", "B", "USD", 80, "x"), (1, "A", "B", "USD", 80, "")], accounts=[("A", "USD", 100)])
    table = out.table()
    assert table["state"].tolist() == ["settled", "queued"]
    assert table["link"].tolist() == ["x", ""]
    assert table[["payer", "payee", "currency"]].iloc[0].tolist() == ["A", "B", "USD"]
    assert table["settled_at"].tolist() == [0, -1]


def test_a_payment_never_settles_in_part_and_what_stays_is_queued(engine: str) -> None:
    out = run(engine, [(0, "A", "B", "USD", 101, "")], accounts=[("A", "USD", 100)])
    assert (times(out), list(out.state), out.balances[("A", "USD")]) == ([-1], ["queued"], 100)


def test_time_order_then_row_order(engine: str) -> None:
    rows = [(5, "A", "B", "USD", 60, ""), (5, "A", "C", "USD", 50, ""), (5, "A", "D", "USD", 40, "")]
    assert times(run(engine, rows, accounts=[("A", "USD", 100)], queue="bypass")) == [5, -1, 5]


def test_fifo_only_the_head_settles_bypass_lets_later_ones_overtake(engine: str) -> None:
    rows = [(0, "A", "B", "USD", 120, ""), (1, "A", "B", "USD", 50, ""), (9, "C", "A", "USD", 30, "")]
    accounts = [("A", "USD", 100), ("C", "USD", 30)]
    assert times(run(engine, rows, accounts=accounts)) == [9, -1, 9]
    assert times(run(engine, rows, accounts=accounts, queue="bypass")) == [-1, 1, 9]


def test_a_credit_settles_what_waits_at_its_second(engine: str) -> None:
    rows = [(0, "A", "B", "USD", 10, ""), (1, "B", "C", "USD", 10, ""), (2, "C", "A", "USD", 10, "")]
    rows += [(7, "D", "A", "USD", 10, "")]
    out = run(engine, rows, accounts=[("A", "USD", 0), ("D", "USD", 10)])
    assert times(out) == [7, 7, 7, 7]
    assert out.balances == {("A", "USD"): 10, ("D", "USD"): 0, ("B", "USD"): 0, ("C", "USD"): 0}


def test_bilateral_offset_is_of_heads_within_limits(engine: str) -> None:
    rows = [(0, "A", "B", "USD", 50, ""), (3, "B", "A", "USD", 45, "")]
    accounts = [("A", "USD", 5), ("B", "USD", 0)]
    assert times(run(engine, rows, accounts=accounts)) == [-1, -1]
    out = run(engine, rows, accounts=accounts, offset="bilateral")
    assert times(out) == [3, 3]
    assert out.balances == {("A", "USD"): 0, ("B", "USD"): 5}
    short = run(engine, rows, accounts=[("A", "USD", 4), ("B", "USD", 0)], offset="bilateral")
    assert times(short) == [-1, -1]
    behind = [(0, "B", "C", "USD", 99, ""), *rows]
    assert times(run(engine, behind, accounts=accounts, offset="bilateral")) == [-1, -1, -1]


CYCLE = [(0, "A", "B", "USD", 10, ""), (0, "B", "C", "USD", 10, ""), (1, "C", "A", "USD", 10, "")]
EMPTY = [("A", "USD", 0), ("B", "USD", 0), ("C", "USD", 0)]


def test_gridlock_runs_at_multiples_bears_that_time_and_runs_up_to_the_horizon(engine: str) -> None:
    assert times(run(engine, CYCLE, accounts=EMPTY)) == [-1, -1, -1]
    assert times(run(engine, CYCLE, accounts=EMPTY, gridlock="fifo")) == [60, 60, 60]
    assert times(run(engine, CYCLE, accounts=EMPTY, gridlock="free", gridlock_every=7)) == [7, 7, 7]
    assert times(run(engine, CYCLE, accounts=EMPTY, gridlock="fifo", gridlock_every=10, horizon=10)) == [10, 10, 10]
    assert times(run(engine, CYCLE, accounts=EMPTY, gridlock="fifo", gridlock_every=10, horizon=9)) == [-1, -1, -1]


def test_gridlock_never_runs_at_zero_and_runs_before_payments_of_its_second(engine: str) -> None:
    now = [(0, *row[1:]) for row in CYCLE]
    assert times(run(engine, now, accounts=EMPTY, gridlock="fifo", gridlock_every=5)) == [5, 5, 5]
    late = [*CYCLE[:2], (5, "C", "A", "USD", 10, "")]
    assert times(run(engine, late, accounts=EMPTY, gridlock="fifo", gridlock_every=5)) == [10, 10, 10]


def test_a_resolution_at_the_second_in_which_an_outage_ends_runs_after_it(engine: str) -> None:
    """Nothing has changed since the resolution before, until then."""
    rules: dict[str, Any] = {"accounts": EMPTY, "gridlock": "fifo", "gridlock_every": 10, "horizon": 99}
    assert times(run(engine, CYCLE, **rules, outage=[["A", 0, "send", 40]])) == [40, 40, 40]
    assert times(run(engine, CYCLE, **rules, outage=[["A", 0, "send", 41]])) == [50, 50, 50]
    opening = {"USD": ("00:01", "00:02", "UTC")}
    assert times(run(engine, CYCLE, **rules, hours=opening)) == [60, 60, 60]


def test_gridlock_fifo_keeps_queue_order_free_does_not(engine: str) -> None:
    rows = [(0, "A", "B", "USD", 500, ""), *CYCLE]
    assert times(run(engine, rows, accounts=EMPTY, gridlock="fifo")) == [-1, -1, -1, -1]
    assert times(run(engine, rows, accounts=EMPTY, gridlock="free")) == [-1, 60, 60, 60]


def test_linked_payments_settle_together_or_not_at_all(engine: str) -> None:
    rows = [(0, "A", "B", "USD", 100, "fx"), (4, "B", "A", "CNY", 700, "fx")]
    out = run(engine, rows, accounts=[("A", "USD", 100), ("B", "CNY", 700)])
    assert times(out) == [4, 4]
    out = run(engine, rows, accounts=[("A", "USD", 100), ("B", "CNY", 699)])
    assert times(out) == [-1, -1]
    assert out.balances[("A", "USD")] == 100


def test_a_group_of_many_legs_may_net_and_needs_every_leg_at_the_head(engine: str) -> None:
    ring = [(0, "A", "B", "USD", 10, "g"), (0, "B", "C", "USD", 10, "g"), (0, "C", "A", "USD", 10, "g")]
    assert times(run(engine, ring, accounts=EMPTY)) == [0, 0, 0]
    behind = [(0, "A", "B", "USD", 1, ""), *ring]
    assert times(run(engine, behind, accounts=EMPTY)) == [-1, -1, -1, -1]
    assert times(run(engine, behind, accounts=EMPTY, queue="bypass")) == [-1, 0, 0, 0]
    two = [(0, "A", "B", "USD", 10, "g"), (0, "A", "C", "USD", 5, "g")]
    assert times(run(engine, two, accounts=[("A", "USD", 15)])) == [0, 0]
    assert times(run(engine, two, accounts=[("A", "USD", 14)])) == [-1, -1]


def test_gridlock_takes_groups_whole(engine: str) -> None:
    rows = [(0, "A", "B", "USD", 10, "g"), (0, "B", "A", "CNY", 7, "g"), (0, "B", "A", "USD", 10, "")]
    accounts = [("A", "USD", 0), ("B", "USD", 0), ("B", "CNY", 7)]
    assert times(run(engine, rows, accounts=accounts, gridlock="fifo")) == [60, 60, 60]
    free = [*rows, (0, "B", "C", "CNY", 9, ""), (0, "C", "B", "CNY", 8, ""), (0, "C", "B", "CNY", 9, "")]
    assert times(run(engine, free, accounts=[*accounts, ("C", "CNY", 0)], gridlock="free")) == [60, 60, 60, 60, -1, 60]
    accounts[2] = ("B", "CNY", 6)
    assert times(run(engine, rows, accounts=accounts, gridlock="fifo")) == [-1, -1, -1]


def test_priorities_go_first_in_their_queue(engine: str) -> None:
    rows = [(0, "A", "B", "USD", 90, "", 0), (1, "A", "B", "USD", 80, "", 0), (2, "A", "B", "USD", 80, "", 5)]
    out = run(engine, [*rows, (3, "C", "A", "USD", 70, "")], accounts=[("A", "USD", 90), ("C", "USD", 70)])
    assert times(out) == [0, -1, -1, 3]
    out = run(engine, [*rows, (3, "C", "A", "USD", 80, "")], accounts=[("A", "USD", 90), ("C", "USD", 80)])
    assert times(out) == [0, -1, 3, 3]


def test_credit_is_an_overdraft_limit(engine: str) -> None:
    rows = [(0, "A", "B", "USD", 150, "")]
    out = run(engine, rows, accounts=[("A", "USD", 100)], credit={"A": 50})
    assert out.balances[("A", "USD")] == -50
    assert times(run(engine, rows, accounts=[("A", "USD", 100)], credit={"A": 49})) == [-1]


LINE = {"drawer": "R", "provider": "CBC", "currency": "CNY", "against": "RUB", "rate": 12, "cap": 100}


def test_a_swap_line_draws_only_what_is_missing_at_its_rate_within_its_cap(engine: str) -> None:
    accounts = [("R", "CNY", 20), ("R", "RUB", 5000)]
    out = run(engine, [(0, "R", "X", "CNY", 80, "")], accounts=accounts, swap_lines=[LINE])
    assert (times(out), list(out.drawn)) == ([0], [60])
    assert out.balances == {("R", "CNY"): 0, ("R", "RUB"): 5000 - 720, ("X", "CNY"): 80}
    enough = run(engine, [(0, "R", "X", "CNY", 20, "")], accounts=accounts, swap_lines=[LINE])
    assert list(enough.drawn) == [0]
    rows = [(0, "R", "X", "CNY", 80, ""), (1, "R", "X", "CNY", 41, ""), (2, "R", "X", "CNY", 40, "")]
    out = run(engine, rows, accounts=accounts, swap_lines=[LINE], queue="bypass")
    assert (times(out), list(out.drawn)) == ([0, -1, 2], [100])


def test_a_draw_needs_own_currency_within_the_limit_or_an_issuer(engine: str) -> None:
    rows = [(0, "R", "X", "CNY", 80, "")]
    poor = run(engine, rows, accounts=[("R", "CNY", 0), ("R", "RUB", 959)], swap_lines=[LINE])
    assert (times(poor), list(poor.drawn)) == ([-1], [0])
    assert times(run(engine, rows, accounts=[("R", "CNY", 0), ("R", "RUB", 960)], swap_lines=[LINE])) == [0]
    assert times(run(engine, rows, accounts=[("R", "CNY", 0)], swap_lines=[LINE])) == [0]
    later = [*rows, (3, "S", "R", "RUB", 1, "")]
    accounts = [("R", "CNY", 0), ("R", "RUB", 959), ("S", "RUB", 1)]
    assert times(run(engine, later, accounts=accounts, swap_lines=[LINE])) == [3, 3]


def test_who_may_draw_has_an_account_in_what_it_draws(engine: str) -> None:
    line = {"drawer": "R", "provider": "P", "currency": "CNY", "against": "RUB", "rate": 12, "cap": 100}
    rows: list[Row] = [(0, "R", "X", "CNY", 80, "")]
    out = run(engine, rows, accounts=[("R", "RUB", 1000)], swap_lines=[line])
    assert (times(out), out.balances[("R", "RUB")], out.balances[("X", "CNY")]) == ([0], 40, 80)
    with pytest.raises(InputError, match="`R` has none in CNY"):
        run(engine, rows, accounts=[("R", "RUB", 1000)])


def test_the_price_of_a_draw_is_rounded_up_and_given_back_whole(engine: str) -> None:
    line = {**LINE, "rate": "0.3", "maturity": 10}
    rows = [(0, "R", "X", "CNY", 11, ""), (5, "X", "R", "CNY", 11, "")]
    out = run(engine, rows, accounts=[("R", "CNY", 0), ("R", "RUB", 9)], swap_lines=[line], horizon=9)
    assert out.balances[("R", "RUB")] == 9 - 4
    out = run(engine, rows, accounts=[("R", "CNY", 0), ("R", "RUB", 9)], swap_lines=[line], horizon=10)
    assert out.balances == {("R", "CNY"): 0, ("R", "RUB"): 9, ("X", "CNY"): 0}
    assert (list(out.drawn), list(out.outstanding)) == ([11], [0])


def test_what_falls_due_is_repaid_before_anything_is_paid(engine: str) -> None:
    line = {**LINE, "maturity": 10}
    rows = [(0, "R", "X", "CNY", 80, ""), (12, "R", "Y", "CNY", 30, ""), (15, "X", "R", "CNY", 80, "")]
    out = run(engine, rows, accounts=[("R", "CNY", 0)], swap_lines=[line])
    assert list(out.outstanding) == [30]  # 80 repaid out of what came in; then 30 drawn for the payment that waited
    assert times(out) == [0, 15, 15]


def test_listed_names_are_rejected_at_submission_on_every_rail_with_their_group(engine: str) -> None:
    rows = [(0, "X", "B", "USD", 5, ""), (0, "A", "X", "USD", 5, ""), (0, "A", "B", "USD", 5, "g")]
    rows += [(0, "X", "A", "USD", 5, "g"), (0, "A", "B", "USD", 5, "")]
    for rail in (None, *pay.rail_table()):
        accounts = [("A", "USD", 100), ("X", "USD", 100)]
        out = run(engine, rows, accounts=accounts, listed=["X"], rail=rail, horizon=10**6)
        assert list(out.state) == ["rejected"] * 4 + ["settled"], rail
        assert out.balances == {("A", "USD"): 95, ("X", "USD"): 100, ("B", "USD"): 5}
        assert out.settled_at[0] == -1
        assert out.metrics["return_rate"] == 0.8


def test_a_send_outage_still_receives_exclusion_does_not(engine: str) -> None:
    rows = [(0, "B", "A", "USD", 1, ""), (100, "B", "A", "USD", 1, ""), (101, "A", "B", "USD", 1, "")]
    accounts = [("A", "USD", 10), ("B", "USD", 10)]
    assert times(run(engine, rows, accounts=accounts, outage=[["B", 100, "send"]])) == [0, -1, 101]
    assert times(run(engine, rows, accounts=accounts, outage=[["B", 100, "exclude"]])) == [0, -1, -1]
    assert times(run(engine, rows, accounts=accounts, outage=[["B", 100, "exclude", 150]])) == [0, 150, 150]


def test_opening_hours_have_a_time_zone(engine: str) -> None:
    rows = [(0, "A", "B", "USD", 1, ""), (50_000, "A", "B", "USD", 1, ""), (80_000, "A", "B", "USD", 1, "")]
    hours = {"USD": ("09:00", "17:00", "America/New_York")}  # UTC-5 in January: 14:00 to 22:00
    out = run(engine, rows, accounts=[("A", "USD", 9)], hours=hours, start="2025-01-06T00:00")
    assert times(out) == [50_400, 50_400, -1]
    summer = run(engine, rows, accounts=[("A", "USD", 9)], hours=hours, start="2025-07-07T00:00")
    assert times(summer) == [46_800, 50_000, -1]
    days = run(engine, rows, accounts=[("A", "USD", 9)], hours=hours, horizon=2 * 86_400)
    assert times(days) == [50_400, 50_400, 50_400 + 86_400]
    closed = {"USD": ("09:00", "17:00", "America/New_York", ["Mon"])}
    assert times(run(engine, rows, accounts=[("A", "USD", 9)], hours=closed, horizon=2 * 86_400))[0] == 136_800


def test_opening_hours_follow_the_clock_when_it_changes_and_may_last_until_midnight(engine: str) -> None:
    """Friday 28 to Monday 31 March 2025: Berlin goes from UTC+1 to UTC+2 on the Sunday."""
    hour, day = 3600, 86_400
    moments = (16 * hour - 1, 16 * hour, 3 * day + 15 * hour - 1, 3 * day + 15 * hour)
    rows = [(moment, "A", "B", "USD", 1, "") for moment in moments]
    hours = {"USD": ("09:00", "17:00", "Europe/Berlin", ["Sat", "Sun"])}
    rules: dict[str, Any] = {"accounts": [("A", "USD", 9)], "start": "2025-03-28T00:00", "horizon": 6 * day}
    opens = 3 * day + 7 * hour
    assert times(run(engine, rows, **rules, hours=hours)) == [moments[0], opens, moments[2], 4 * day + 7 * hour]
    whole = {"USD": ("00:00", "24:00", "UTC", ["Sat", "Sun"])}
    late = [(moment, "A", "B", "USD", 1, "") for moment in (day - 1, day, 4 * day - 1, 4 * day)]
    assert times(run(engine, late, **rules, hours=whole)) == [day - 1, 3 * day, 4 * day - 1, 4 * day]


def test_balances_carry_over_days(engine: str) -> None:
    rows = [(86_400 * k, "A", "B", "USD", 40, "") for k in range(3)]
    out = run(engine, rows, accounts=[("A", "USD", 100)], horizon=3 * 86_400)
    assert times(out) == [0, 86_400, -1]


def union(engine: str, rows: list[Row], **system: Any) -> pay.Settlement:
    return run(engine, rows, rail="clearing_union", **system)


def test_a_clearing_union_drops_the_last_payments_of_members_beyond_their_cap(engine: str) -> None:
    rows = [(0, "A", "B", "USD", 15, ""), (1, "A", "B", "USD", 30, ""), (2, "B", "A", "USD", 10, "")]
    out = union(engine, rows, debit_cap={"A": 20, "B": 20}, clear_at=10)
    assert times(out) == [10, -1, 10]
    assert list(out.state) == ["settled", "queued", "settled"]
    assert out.net == {"A": -5, "B": 5}
    assert out.net["A", "USD"] == -5
    assert out.balances == {}


def test_dropping_goes_on_until_all_members_are_within_their_cap(engine: str) -> None:
    rows = [(0, "A", "B", "USD", 30, ""), (0, "B", "C", "USD", 25, ""), (0, "C", "A", "USD", 1, "")]
    out = union(engine, rows, debit_cap={"A": 20, "B": 10, "C": 10}, clear_at=10)
    assert times(out) == [-1, -1, 10]
    assert sum(out.net.values()) == 0


def test_a_union_without_cap_or_time_owes_its_balance_at_the_horizon(engine: str) -> None:
    rows = [(0, "A", "B", "USD", 60, ""), (5, "A", "B", "USD", 50, ""), (9, "B", "A", "USD", 5, "")]
    out = union(engine, rows, accounts=[("A", "USD", 60), ("B", "USD", 0)], horizon=9)
    assert times(out) == [9, -1, 9]
    assert out.balances == {("A", "USD"): 5, ("B", "USD"): 55}
    assert out.net == {"A": -55, "B": 55}


def test_what_a_cycle_drops_waits_for_the_next(engine: str) -> None:
    rows = [(0, "A", "B", "USD", 30, ""), (15, "B", "A", "USD", 20, "")]
    out = union(engine, rows, debit_cap={"A": 20, "B": 0}, clear_at=[10, 20])
    assert times(out) == [20, 20]


CASES = Path("data/payment_cases/ubin_lsm_cases.json")


def test_all_cases_of_project_ubin(engine: str, shared: Path) -> None:
    cases = json.loads((shared / CASES).read_text())
    assert len(cases) == 23
    for case in cases:
        accounts = [(str(k), "SGD", balance) for k, balance in enumerate(case["balances"])]
        payments = pay.Payments.from_rows([(0, str(a), str(b), "SGD", x, "") for a, b, x in case["payments"]])
        alone = pay.simulate(pay.System(accounts=accounts), payments, engine=engine, check="every")
        assert payments.amount[alone.settled_at >= 0].sum() == case["fifo"], case["id"]
        system = pay.System(accounts=accounts, gridlock="fifo", horizon=60)
        out = pay.simulate(system, payments, engine=engine, check="every")
        settled = out.settled_at >= 0
        assert (settled.sum(), payments.amount[settled].sum()) == (case["gr_count"], case["gr_value"]), case["id"]


def test_ends_of_an_empty_day(engine: str) -> None:
    out = run(engine, [], accounts=[("A", "USD", 1)])
    assert (times(out), out.balances, len(out.journal)) == ([], {("A", "USD"): 1}, 0)
    assert out.metrics["settled_share"] is None


def test_engine_and_check_are_named(engine: str) -> None:
    system, payments = pay.System(accounts=[("A", "USD", 1)]), pay.Payments.from_rows([(0, "A", "B", "USD", 1, "")])
    assert pay.simulate(system, payments, engine=engine, check="none").engine == engine
    with pytest.raises(InputError, match="engine: no `numbr`"):
        pay.simulate(system, payments, engine="numbr")
    with pytest.raises(InputError, match="check: no `never`"):
        pay.simulate(system, payments, check="never")
    with pytest.raises(InputError, match="simulate takes"):
        pay.simulate(system, [(0, "A", "B", "USD", 1, "")])  # type: ignore[arg-type]
