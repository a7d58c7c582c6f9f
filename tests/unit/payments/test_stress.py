"""Cuts by hand on a chain, their laws on random networks, the size of the problem they must manage."""

from __future__ import annotations

import math
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar.payments as pay
from multipolar.base.problems import InputError
from multipolar.payments.stress import Cut, Effect, Stress

Rows = list[tuple[int, str, str, str, int, str]]
CHAIN: Rows = [(0, "A", "B", "USD", 100, ""), (10, "B", "C", "USD", 60, ""), (20, "C", "A", "USD", 40, "")]
HALF_DAY = 43_200


def chain(**rules: object) -> tuple[pay.System, pay.Payments]:
    """A has money, B and C pay from what they receive."""
    accounts = [("A", "USD", 100), ("B", "USD", 0), ("C", "USD", 0)]
    return pay.System(accounts=accounts, horizon=HALF_DAY, **rules), pay.Payments.from_rows(CHAIN)


def one(found: Stress) -> Effect:
    (effect,) = found.effects
    return effect


def test_a_bank_that_cannot_send_takes_those_with_it_that_pay_from_what_it_pays() -> None:
    found = pay.stress(*chain(), cuts=[("A", 0, "send")])
    effect = one(found)
    assert (found.unsettled, found.days_to_clear) == (0.0, 0.0)
    assert effect.direct == pytest.approx(140 / 200)  # A to B, and C to A, which is A's too
    assert effect.second == pytest.approx(60 / 200)  # B to C
    assert effect.unsettled == pytest.approx(1.0)
    assert effect.trapped == pytest.approx(0.6)  # A keeps 100 where it would hold 40
    assert effect.days_to_clear == pytest.approx(0.5)  # 200 unsettled, 200 settle in half a day


def test_later_cuts_hit_what_is_left() -> None:
    effect = one(pay.stress(*chain(), cuts=[Cut("bank", "B", "send", start=5)]))
    assert (effect.direct, effect.second) == pytest.approx((60 / 200, 40 / 200))
    assert effect.trapped == pytest.approx(60 / 100)
    assert one(pay.stress(*chain(), cuts=[("B", 11, "send")])).lost == 0


def test_a_corridor_is_cut_one_way_or_both() -> None:
    there = one(pay.stress(*chain(), cuts=[Cut("corridor", ("B", "C"), "send")]))
    assert (there.direct, there.second, there.trapped) == pytest.approx((60 / 200, 40 / 200, 0))
    groups = {"A": "X", "B": "Y", "C": "X"}
    both = one(pay.stress(*chain(), cuts=[Cut("corridor", ("X", "Y"))], groups=groups))
    assert (both.direct, both.second) == pytest.approx((160 / 200, 40 / 200))


def test_all_that_is_linked_falls_with_a_currency() -> None:
    rows = [(0, "A", "B", "USD", 10, "fx"), (0, "B", "A", "CNY", 70, "fx"), (5, "A", "B", "CNY", 70, "")]
    system = pay.System(accounts=[("A", "USD", 10), ("B", "CNY", 70)])
    found = pay.stress(system, pay.Payments.from_rows(rows), cuts=[Cut("rail", "USD")], rates={"USD": 7, "CNY": 1})
    assert one(found).direct == pytest.approx(140 / 210)
    assert one(found).second == pytest.approx(70 / 210)  # A would have paid with the yuan it gets


def test_a_correspondent_is_a_party_of_what_it_carries() -> None:
    accounts = [("A", "USD", 100), ("B", "USD", 0), ("K", "USD", 0)]
    system = pay.System(accounts=accounts, rail="correspondent", correspondents={"A": {"USD": "K"}})
    payments = pay.Payments.from_rows([(0, "A", "B", "USD", 50, "")])
    effect = one(pay.stress(system, payments, cuts=[("K", 0, "exclude")]))
    assert (effect.direct, effect.second) == (1.0, 0.0)


def test_all_cuts_and_their_ranking() -> None:
    found = pay.stress(*chain())
    kinds = [(each.cut.kind, each.cut.label, each.cut.scope) for each in found.effects]
    assert len(kinds) == len(set(kinds)) == 6 + 6 + 1
    ranked = found.ranking("bank", "send")
    assert [each.cut.label for each in ranked] == ["A", "B", "C"]
    assert [each.lost for each in ranked] == sorted((each.lost for each in ranked), reverse=True)
    assert {each.cut.kind for each in pay.stress(*chain(), cuts="corridor").effects} == {"corridor"}


@st.composite
def networks(draw: st.DrawFn) -> tuple[pay.System, pay.Payments]:
    banks = [f"B{k}" for k in range(draw(st.integers(2, 5)))]
    pairs = [(i, j) for i in banks for j in banks if i != j]
    orders = st.tuples(st.integers(0, 100), st.sampled_from(pairs), st.integers(1, 50))
    rows = sorted((t, i, j, "USD", a, "") for t, (i, j), a in draw(st.lists(orders, min_size=1, max_size=25)))
    queue = draw(st.sampled_from(("fifo", "bypass")))
    accounts = [(bank, "USD", draw(st.integers(0, 80))) for bank in banks]
    return pay.System(accounts=accounts, queue=queue, horizon=200), pay.Payments.from_rows(rows)


@given(networks())
def test_shares_are_shares_and_the_second_run_loses_no_less_than_it_leaves(
    drawn: tuple[pay.System, pay.Payments],
) -> None:
    found = pay.stress(*drawn)
    for each in found.effects:
        assert min(each.direct, each.second, each.trapped, each.days_to_clear) >= 0
        assert each.lost <= 1 + 1e-12
        assert each.unsettled <= found.unsettled + each.lost + 1e-12
        assert math.isinf(each.days_to_clear) or each.days_to_clear >= each.unsettled * 200 / 86_400 - 1e-12


@given(networks())
def test_with_ample_liquidity_and_overtaking_there_is_no_second_round(drawn: tuple[pay.System, pay.Payments]) -> None:
    """In strict order a payment that waits for an excluded payee holds up what stands behind it."""
    system, payments = drawn
    accounts = [(who, money, 10_000) for who, money, _ in system.accounts]
    rich = pay.System(accounts=accounts, horizon=200, queue="bypass")
    for each in pay.stress(rich, payments).effects:
        assert each.second == 0
        assert each.unsettled == pytest.approx(each.direct)


@pytest.mark.parametrize("seed", range(30))
def test_a_cut_is_the_simulation_with_that_outage(seed: int, engine: str, fuzz: ModuleType) -> None:
    """Days with every mechanism: other outages, hours, routes, swap lines, unions."""
    system, payments = fuzz.make_day(fuzz.Seeded(1000 + seed))
    rates = dict.fromkeys(payments.currencies, 1.0)
    base = pay.simulate(system, payments, engine=engine)
    total, opening = float(payments.amount.sum()) or 1.0, sum(max(b, 0) for _, _, b in system.accounts) or 1.0
    cuts = [(name, at, scope) for name, at, scope in zip("ABAB", (0, 7, 20, 0), ("send", "exclude") * 2, strict=True)]
    for cut, effect in zip(cuts, pay.stress(system, payments, cuts, rates=rates, engine=engine).effects, strict=True):
        out = pay.simulate(replace(system, outage=(*system.outage, cut)), payments, engine=engine, check="every")
        assert effect.unsettled == pytest.approx(payments.amount[out.settled_at < 0].sum() / total)
        lost = payments.amount[(base.settled_at >= 0) & (out.settled_at < 0)].sum() / total
        assert effect.direct + effect.second == pytest.approx(lost)
        kept = sum(max(v - base.balances[key], 0) for key, v in out.balances.items() if key[0] == cut[0])
        assert effect.trapped == pytest.approx(kept / opening)


def test_many_banks_cut_one_after_the_other() -> None:
    rng = np.random.default_rng(1)
    payer = rng.integers(0, 20, 800)
    names = [f"B{k}" for k in range(20)]
    columns = (np.sort(rng.integers(0, 80_000, 800)), payer, (payer + rng.integers(1, 20, 800)) % 20)
    payments = pay.Payments.from_columns(*columns, "USD", rng.integers(1, 1000, 800), institutions=names)
    system = pay.System(accounts=[(name, "USD", 5_000) for name in names])
    steps: list[tuple[str, int, int]] = []
    found = pay.stress(system, payments, [(name, 0, "send") for name in names], progress=lambda *s: steps.append(s))
    assert len(found.effects) == len(steps) == 20
    assert max(each.second for each in found.effects) > 0


WRONG = [
    ({"cuts": "banks"}, "cuts: no kind `banks`. Did you mean `bank`?"),
    ({"cuts": ["Aa"]}, "cuts[0]: no bank `Aa`. Did you mean `A`?"),
    ({"cuts": [("A", 0, "sending")]}, "cuts[0]: no bank with scope `sending`; scopes are send, exclude."),
    ({"cuts": [3]}, "cuts[0]: is no bank"),
    ({"cuts": [Cut("corridor", ("A", "C"))]}, "cuts[0]: no payments on corridor A > C."),
    ({"cuts": [Cut("rail", "EUR")]}, "cuts[0]: no rail `EUR`."),
    ({"cuts": [Cut("bank", "A", start=-1)]}, "cuts[0]: -1 is not a second from 0 to 2^40."),
    ({"groups": {"A": "X", "B": "X"}}, "groups: `C` is in no group."),
    ({"cuts": 5}, "cuts: a list of cuts is needed, not 5."),
    ({"groups": 5}, "groups: a mapping {institution: country} is needed, not 5."),
    ({"rates": 2.0}, "rates: a mapping {currency: value} is needed, not 2.0."),
    ({"system": 5}, "stress takes a System and Payments"),
    ({"rates": {"EUR": 1.0}}, "rates: a value above 0 of a unit of USD is needed."),
]


@pytest.mark.parametrize(("change", "message"), WRONG)
def test_what_is_unknown_is_named_and_the_same_without_it_runs(change: dict, message: str) -> None:
    assert pay.stress(*chain(), cuts=["A"]).effects
    with pytest.raises(InputError) as raised:
        pay.stress(**dict(zip(("system", "payments"), chain(), strict=True)) | change)
    assert message in str(raised.value)


def test_several_currencies_need_rates() -> None:
    system = pay.System(accounts=[("A", "USD", 10), ("A", "CNY", 70)])
    payments = pay.Payments.from_rows([(0, "A", "B", "USD", 10, ""), (0, "A", "B", "CNY", 70, "")])
    assert pay.stress(system, payments, rates={"USD": 7, "CNY": 1}).unsettled == 0
    with pytest.raises(InputError, match=r"rates: needed with several currencies \(USD, CNY\)\."):
        pay.stress(system, payments)
