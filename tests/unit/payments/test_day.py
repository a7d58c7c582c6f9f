"""Made-up days: their size is the one stated, the seed fixes everything, wrong arguments are refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

import multipolar.payments as pay
from multipolar.base.problems import InputError

CORRIDORS = {("RUS", "CHN"): 120e9, ("CHN", "RUS"): 110e9, ("RUS", "IND"): 60e9}


def test_the_value_of_every_corridor_is_a_250th_of_its_year() -> None:
    payments, _ = pay.made_up_day(CORRIDORS, seed=1)
    country = np.array([name[:3] for name in payments.institutions])
    for (payer, payee), value in CORRIDORS.items():
        rows = (country[payments.payer] == payer) & (country[payments.payee] == payee)
        count = round(value / 250 / (50_000 * math.exp(1.5**2 / 2)))
        assert rows.sum() == count
        assert abs(int(payments.amount[rows].sum()) / 100 - value / 250) <= 0.005 * count
    assert len(payments) == sum(round(v / 250 / (50_000 * math.exp(1.125))) for v in CORRIDORS.values())


def test_tickets_are_lognormal_around_the_median_and_times_within_hours() -> None:
    payments, _ = pay.made_up_day({("A", "B"): 500e9}, median_ticket=20_000, spread=1.0, opens=9, closes=17, days=2)
    logs = np.log(payments.amount / 100)
    assert float(np.median(logs)) == pytest.approx(math.log(20_000), abs=0.05)
    assert float(logs.std()) == pytest.approx(1.0, abs=0.02)
    assert set((payments.time // 86_400).tolist()) == {0, 1}
    assert 9 * 3600 <= int((payments.time % 86_400).min()) < int((payments.time % 86_400).max()) <= 17 * 3600


def test_large_banks_pay_more() -> None:
    payments, _ = pay.made_up_day({("A", "B"): 500e9}, banks=3)
    share = np.bincount(payments.payer, minlength=6)[:3] / len(payments)
    assert share == pytest.approx(np.array([6, 3, 2]) / 11, abs=0.02)


def test_the_seed_fixes_the_day_and_a_new_corridor_leaves_the_others_alone() -> None:
    first, _ = pay.made_up_day(CORRIDORS, seed=4)
    again, _ = pay.made_up_day(CORRIDORS, seed=4)
    other, _ = pay.made_up_day(CORRIDORS, seed=5)
    assert all((getattr(first, c) == getattr(again, c)).all() for c in ("time", "payer", "payee", "amount"))
    assert not np.array_equal(first.amount, other.amount)
    more, _ = pay.made_up_day({**CORRIDORS, ("IND", "RUS"): 5e9}, seed=4)
    rows = {tuple(row) for row in zip(more.time.tolist(), more.payer.tolist(), more.amount.tolist(), strict=True)}
    assert {tuple(r) for r in zip(first.time.tolist(), first.payer.tolist(), first.amount.tolist(), strict=True)} < rows


def test_a_day_runs_and_conserves_money() -> None:
    payments, system = pay.made_up_day({("A", "B"): 20e9, ("B", "A"): 18e9}, liquidity=0.05, queue="bypass")
    assert system.queue == "bypass"
    out = pay.simulate(system, payments)
    assert sum(out.balances.values()) == sum(balance for _, _, balance in system.accounts)
    assert 0.5 < (out.settled_at >= 0).mean() <= 1.0
    rich_payments, rich = pay.made_up_day({("A", "B"): 20e9, ("B", "A"): 18e9}, liquidity=1.0)
    assert (pay.simulate(rich, rich_payments).settled_at == rich_payments.time).all()


WRONG = [
    ({"corridors": {}}, "corridors: a mapping"),
    ({"corridors": {("A", "A"): 1e9}}, "a corridor joins two countries."),
    ({"corridors": {"AB": 1e9}}, "a corridor is two names of countries."),
    ({"corridors": {("A", "B"): -1}}, "-1 is not a value a year from 1 to 1e+15."),
    ({"banks": 0}, "banks: 0 is not a whole number from 1 to 100."),
    ({"spread": math.nan}, "spread: nan is not a number from 0 to 4."),
    ({"opens": 18.0, "closes": 8.0}, "closes: submission ends before it begins."),
    ({"seed": 1.5}, "seed: 1.5 is not a whole number"),
    ({"median_ticket": 1.0, "spread": 0.0}, "40,000,000 payments, more than 20,000,000"),
    ({"queue": "fifi"}, "queue: no `fifi`"),
    ({"accounts": []}, "accounts: the opening balances follow from `liquidity`."),
]


@pytest.mark.parametrize(("change", "message"), WRONG)
def test_what_is_wrong_is_named_and_the_same_without_it_passes(change: dict, message: str) -> None:
    right = {"corridors": {("A", "B"): 10e9}}
    assert len(pay.made_up_day(**right)[0])
    with pytest.raises(InputError) as raised:
        pay.made_up_day(**{**right, **change})
    assert message in str(raised.value)
