"""Laws of the payment engines: on every random day, with every mechanism, after every event."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar.payments as pay
from multipolar.payments.journal import DRAW, LEG, REPAY

DATA = st.data()
PLAIN: dict[str, Any] = {"queue": "fifo", "offset": None, "gridlock": None, "swap_lines": (), "rail": None}


def day(fuzz: ModuleType, data: Any) -> tuple[pay.System, pay.Payments]:
    return fuzz.make_day(fuzz.Drawn(data.draw))


def run(system: pay.System, payments: pay.Payments, engine: str) -> pay.Settlement:
    return pay.simulate(system, payments, engine=engine, check="every")


def rows(payments: pay.Payments, **changed: Any) -> pay.Payments:
    """The same payments with other columns."""
    return replace(payments, **changed)


@given(data=DATA)
def test_engines_agree_and_every_event_keeps_the_ledger(data: Any, fuzz: ModuleType) -> None:
    pytest.importorskip("numba")
    fuzz.run(*day(fuzz, data), ("plain", "compiled"))


@pytest.mark.parametrize("seed", range(40))
def test_seeded_days(seed: int, fuzz: ModuleType) -> None:
    pytest.importorskip("numba")
    fuzz.run(*fuzz.make_day(fuzz.Seeded(seed)), ("plain", "compiled"))


def test_seeds_that_failed_once(fuzz: ModuleType) -> None:
    pytest.importorskip("numba")
    assert {46, 183} <= set(fuzz.FAILED)
    for seed in fuzz.FAILED:
        fuzz.run(*fuzz.make_day(fuzz.Seeded(seed)), ("plain", "compiled"))


@given(data=DATA)
def test_money_of_the_accounts_changes_by_draws_alone(data: Any, engine: str, fuzz: ModuleType) -> None:
    system, payments = day(fuzz, data)
    out = run(system, payments, engine)
    journal, ours = out.journal, {a for a, (_, _, role) in enumerate(out.ledger.names) if role in ("given", "opened")}
    expected = {currency: 0 for currency in out.ledger.moneys}
    for name, currency, balance in system.accounts:
        expected[currency] += balance
        assert (name, currency) in out.balances
    for kind, debit, credit, amount in journal.rows[:, [2, 4, 5, 6]].tolist():
        if kind != LEG and kind != 5:
            expected[out.ledger.moneys[out.ledger.money[debit]]] += amount * ((credit in ours) - (debit in ours))
    members = {(n, c): v for (n, c), v in _by_account(out).items() if (n, c) not in out.balances}
    for currency, total in expected.items():
        held = sum(balance for (_, money), balance in out.balances.items() if money == currency)
        assert held + sum(v for (_, money), v in members.items() if money == currency) == total


def _by_account(out: pay.Settlement) -> dict[tuple[str, str], int]:
    pairs = zip(out.ledger.names, out.trace.balance.tolist(), strict=True)
    return {(name, currency): balance for (name, currency, role), balance in pairs if role == "member"}


@given(data=DATA)
def test_groups_settle_together_or_not_at_all(data: Any, engine: str, fuzz: ModuleType) -> None:
    system, payments = day(fuzz, data)
    out = run(system, payments, engine)
    for link in range(len(payments.links)):
        assert len(set(out.settled_at[payments.link == link].tolist())) == 1
        assert len(set(out.state[payments.link == link].tolist())) == 1


@given(data=DATA)
def test_nothing_settles_before_screening_and_latency_or_after_the_end(
    data: Any, engine: str, fuzz: ModuleType
) -> None:
    system, payments = day(fuzz, data)
    out = run(system, payments, engine)
    rail = system.rail_row
    least = rail.screening_s + rail.latency_s if rail else 0
    settled = out.settled_at >= 0
    assert (out.settled_at[settled] >= payments.time[settled] + least).all()
    assert (out.settled_at <= system.horizon).all()


@given(data=DATA)
def test_draws_stay_within_the_cap_and_are_repaid_at_maturity(data: Any, engine: str, fuzz: ModuleType) -> None:
    system, payments = day(fuzz, data)
    out = run(system, payments, engine)
    caps = np.array([line.cap for line in system.swap_lines], np.int64)
    assert (out.drawn <= caps).all()
    assert (out.outstanding <= out.drawn).all()
    journal, ledger = out.journal, out.ledger
    for k, line in enumerate(system.swap_lines):
        drawn = journal.rows[(journal.kind == DRAW) & (journal.what == k)]
        repaid = journal.amount[(journal.kind == REPAY) & (journal.what == k)].sum()
        assert drawn[:, 6].sum() - repaid == out.outstanding[k]
        due = 0
        if line.maturity is not None:
            due = drawn[drawn[:, 0] + line.maturity <= system.horizon, 6].sum() - repaid
        drawer = ledger.line_drawer[k]
        assert due <= 0 or out.trace.balance[drawer] == ledger.floor[drawer]  # all it had went into it
        holding = ledger.line_holding[k]
        if list(ledger.line_holding).count(holding) == 1:  # the price of what is outstanding, rounded up
            assert out.trace.balance[holding] == -(-out.outstanding[k] * line.rate.numerator // line.rate.denominator)


@given(data=DATA)
def test_what_is_rejected_moves_nothing(data: Any, engine: str, fuzz: ModuleType) -> None:
    system, payments = day(fuzz, data)
    system = replace(system, listed=("A", "K1"))
    out = run(system, payments, engine)
    rejected = out.state == "rejected"
    assert (out.settled_at[rejected] == -1).all()
    assert not rejected[out.ledger.payment].any()
    listed = {payments.institutions.index("A")} if "A" in payments.institutions else set()
    assert rejected[[k for k in range(len(payments)) if {payments.payer[k], payments.payee[k]} & listed]].all()


@given(data=DATA)
def test_names_do_not_matter(data: Any, engine: str, fuzz: ModuleType) -> None:
    system, payments = day(fuzz, data)

    def new(name: str) -> str:
        return f"bank {ord(name[0]) * 7} {name}"

    renamed = replace(
        system,
        accounts=[(new(n), c, b) for n, c, b in system.accounts],
        credit={new(n): v for n, v in system.credit.items()},
        debit_cap={new(n): v for n, v in system.debit_cap.items()},
        listed=[new(n) for n in system.listed],
        outage=[(new(o.institution), o.start, o.scope, o.end) for o in system.outage],
        correspondents={(new(n), c): new(k) for (n, c), k in system.correspondents.items()},
        issuers={c: new(k) for c, k in system.issuers.items()},
        swap_lines=[replace(line, drawer=new(line.drawer), provider=new(line.provider)) for line in system.swap_lines],
    )
    one = run(system, payments, engine)
    two = run(renamed, rows(payments, institutions=tuple(map(new, payments.institutions))), engine)
    assert one.journal.rows.tolist() == two.journal.rows.tolist()


@given(data=DATA, unit=st.sampled_from([2, 100, 10**6]))
def test_the_unit_does_not_matter(data: Any, unit: int, engine: str, fuzz: ModuleType) -> None:
    """Prices of swap draws are rounded to whole units, so lines are left out."""
    system, payments = day(fuzz, data)
    system = replace(system, swap_lines=())
    scaled = replace(
        system,
        accounts=[(n, c, b * unit) for n, c, b in system.accounts],
        credit={n: v * unit for n, v in system.credit.items()},
        debit_cap={n: v * unit for n, v in system.debit_cap.items()},
    )
    if system.gridlock == "free":  # which of several best sets is found may depend on the unit
        system, scaled = replace(system, gridlock="fifo"), replace(scaled, gridlock="fifo")
    one = run(system, payments, engine)
    two = run(scaled, rows(payments, amount=payments.amount * unit), engine)
    assert one.settled_at.tolist() == two.settled_at.tolist()


@given(data=DATA)
def test_ample_liquidity_settles_all_at_once(data: Any, engine: str, fuzz: ModuleType) -> None:
    system, payments = day(fuzz, data)
    payments = rows(payments, link=np.full(len(payments), -1), links=())
    system = replace(system, rail=None, outage=(), hours={}, listed=(), accounts=[])
    pairs = zip(payments.payer, payments.currency, strict=True)
    rich = {(payments.institutions[p], payments.currencies[c]) for p, c in pairs}
    system = replace(system, credit={}, debit_cap={}, swap_lines=(), correspondents={}, issuers={})
    system = replace(system, accounts=[(name, currency, 10**6) for name, currency in sorted(rich)])
    assert run(system, payments, engine).settled_at.tolist() == payments.time.tolist()


@given(data=DATA, more=st.integers(1, 50))
def test_more_liquidity_is_never_later_under_fifo(data: Any, more: int, engine: str, fuzz: ModuleType) -> None:
    """Without priorities: with more money a payment of lower priority may leave before one of higher is there."""
    system, payments = day(fuzz, data)
    payments = rows(payments, priority=np.zeros(len(payments), np.int64))
    system = replace(system, **PLAIN)
    richer = replace(system, accounts=[(n, c, b + more * (k % 2)) for k, (n, c, b) in enumerate(system.accounts)])
    less, plenty = (np.where(o.settled_at < 0, 10**6, o.settled_at) for o in (
        run(system, payments, engine), run(richer, payments, engine)))  # fmt: skip
    assert (plenty <= less).all()


@given(data=DATA)
def test_the_order_of_accounts_does_not_matter_under_fifo(data: Any, engine: str, fuzz: ModuleType) -> None:
    system, payments = day(fuzz, data)
    system = replace(system, **PLAIN)
    turned = replace(system, accounts=system.accounts[::-1])
    assert run(system, payments, engine).settled_at.tolist() == run(turned, payments, engine).settled_at.tolist()


@given(data=DATA)
def test_fifo_keeps_the_order_of_every_queue(data: Any, engine: str, fuzz: ModuleType) -> None:
    system, payments = day(fuzz, data)
    system = replace(system, queue="fifo", gridlock="fifo", correspondents={}, issuers={})
    payments = rows(payments, priority=np.zeros(len(payments), np.int64))
    out = run(system, payments, engine)
    when = np.where(out.settled_at < 0, 10**6, out.settled_at)
    passed = out.state != "rejected"
    for payer, currency in {(int(p), int(c)) for p, c in zip(payments.payer, payments.currency, strict=True)}:
        mine = passed & (payments.payer == payer) & (payments.currency == currency)
        assert (np.diff(when[mine]) >= 0).all()


@given(data=DATA)
def test_gridlock_resolution_settles_no_less_than_none_in_one_queue(data: Any, engine: str, fuzz: ModuleType) -> None:
    """At one resolution, on the same queue: what settles without it settles with it."""
    system, payments = day(fuzz, data)
    system = replace(system, **PLAIN, outage=(), hours={}, horizon=200)
    payments = rows(payments, time=np.zeros(len(payments), np.int64))
    without = run(system, payments, engine)
    with_it = run(replace(system, gridlock="fifo", gridlock_every=200), payments, engine)
    assert (with_it.settled_at[without.settled_at >= 0] == 0).all()
    again = run(replace(system, gridlock="fifo", gridlock_every=7), payments, engine)
    assert ((again.settled_at >= 0) == (with_it.settled_at >= 0)).all()  # the maximum: nothing is left for a second one
