"""Metrics of a run, by hand."""

from __future__ import annotations

import pytest

import multipolar.payments as pay


def day() -> pay.Settlement:
    """A holds 100 and pays B 80 at once, then 50 that waits until B has paid back 40 at second 60."""
    system = pay.System(accounts=[("A", "USD", 100), ("B", "USD", 0), ("C", "USD", 0)], horizon=100)
    rows = [(0, "A", "B", "USD", 80, ""), (10, "A", "B", "USD", 50, ""), (60, "B", "A", "USD", 40, ""),
            (70, "C", "A", "USD", 5, "")]  # fmt: skip
    return pay.simulate(system, pay.Payments.from_rows(rows))


def test_shares_and_delays() -> None:
    whole = day().metrics
    assert (whole["count"], whole["value"]) == (4, 175)
    assert (whole["settled_count"], whole["settled_value"]) == (3, 170)
    assert whole["settled_share"] == pytest.approx(170 / 175)
    assert whole["delay_s"] == pytest.approx(50 * 50 / 170)
    waited, most = 50 * 50 + 5 * 30, 80 * 100 + 50 * 90 + 40 * 40 + 5 * 30
    assert whole["delay_indicator"] == pytest.approx(waited / most)


def test_by_payer_currency_and_corridor() -> None:
    found = day().metrics
    assert found["institutions"]["C", "USD"]["settled_share"] == 0.0
    assert found["institutions"]["A", "USD"]["turnover"] == pytest.approx(1.3)
    assert found["currencies"]["USD"]["value"] == 175
    assert found["corridors"]["A", "B", "USD"]["value"] == 130


def test_liquidity_that_settles_all_at_once() -> None:
    """A needs 130 before B pays back; with exactly that nothing waits, with one unit less something does."""
    rows = [(0, "A", "B", "USD", 80, ""), (10, "A", "B", "USD", 50, ""), (60, "B", "A", "USD", 40, "")]
    institutions = day().metrics["institutions"]
    assert {name: row["needed"] for (name, _), row in institutions.items()} == {"A": 130, "B": 0, "C": 5}
    for balance, waits in ((130, False), (129, True)):
        system = pay.System(accounts=[("A", "USD", balance), ("B", "USD", 0)], horizon=100)
        run = pay.simulate(system, pay.Payments.from_rows(rows))
        assert (run.metrics["delay_s"] > 0) == waits
