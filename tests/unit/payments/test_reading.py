"""Payment files and tables: the catalog, every key, CSV as programs write it, Parquet, round trips."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar.payments as pay
from multipolar.base.problems import InputError, MultipolarError
from multipolar.payments.reading import (
    CATALOG,
    about_example,
    examples,
    opening,
    read_liquidity,
    read_obligations,
    read_payment_file,
    rows_of,
)
from multipolar.payments.tables import PAYMENT_COLUMNS, read_table

SYSTEM = """multipolar: 1
accounts:
  A: {USD: 100, EUR: 7}
  B: {USD: 0}
"""


def test_every_example_is_read_and_says_what_it_is() -> None:
    assert examples() == ("corridor-day", "queue-order", "three-banks", "trade-debts")
    assert all(about_example(name) for name in examples())
    assert {path.stem for path in CATALOG.iterdir()} == set(examples())


def test_the_example_day_is_the_one_made_up_in_python() -> None:
    corridors = {("RUS", "CHN"): 40e9, ("CHN", "RUS"): 45e9, ("RUS", "IND"): 25e9, ("IND", "RUS"): 6e9}
    rules = {"currency": "CNY", "banks": 3, "median_ticket": 200_000, "spread": 1.2, "liquidity": 0.06, "seed": 2026}
    payments, system = pay.made_up_day(corridors, **rules)
    held = read_payment_file("corridor-day")
    assert held.system.accounts == system.accounts

    def named(each: pay.Payments) -> list[tuple[object, ...]]:
        names = np.array(each.institutions, object)
        columns = (each.time.tolist(), names[each.payer], names[each.payee], each.amount.tolist())
        return list(zip(*columns, strict=True))

    assert named(held.payments) == named(payments)


def test_three_banks_settle_at_the_first_resolution() -> None:
    held = read_payment_file("three-banks")
    assert pay.simulate(held.system, held.payments).settled_at.tolist() == [120, 120, 120]


def test_the_two_orders_of_the_queue_example() -> None:
    held = read_payment_file("queue-order")
    queue, balances = rows_of(held.payments), opening(held.system, held.payments)
    assert (pay.resolve(balances, queue).value, pay.resolve(balances, queue, "free").value) == (47, 62)


def test_every_key_reaches_the_system(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(
        """multipolar: 1
title: Everything
accounts: {A: {USD: 100}, B: {USD: 5, CNY: 0}}
rail: stablecoin
queue: bypass
offset: bilateral
gridlock: free
gridlock_every: 30
credit: {A: 50}
horizon: 7200
swap_lines:
  - {drawer: A, provider: C, currency: CNY, against: USD, rate: 0.14, cap: 9, maturity: 60}
listed: [X]
outage:
  - {institution: B, from: 10, scope: exclude}
correspondents: {A: {USD: K}}
issuers: {USD: I}
hours:
  USD: {opens: "08:00", closes: "17:30", zone: America/New_York, closed: [Sat, Sun]}
start: 2025-03-03T06:00
screening: required
payments:
  - [0, A, B, USD, 3]
""",
        encoding="utf-8",
    )
    found = read_payment_file(tmp_path / "all.yaml")
    system = found.system
    assert (found.title, found.name) == ("Everything", "all")
    assert system.accounts == (("A", "USD", 100), ("B", "USD", 5), ("B", "CNY", 0))
    assert (system.rail, system.queue, system.offset, system.gridlock) == ("stablecoin", "bypass", "bilateral", "free")
    assert (system.gridlock_every, system.credit, system.horizon) == (30, {"A": 50}, 7200)
    assert system.swap_lines == pay.System(
        swap_lines=[
            {"drawer": "A", "provider": "C", "currency": "CNY", "against": "USD", "rate": Fraction(7, 50), "cap": 9,
             "maturity": 60}
        ]
    ).swap_lines  # fmt: skip
    assert [(o.institution, o.start, o.scope, o.end) for o in system.outage] == [("B", 10, "exclude", None)]
    assert (system.correspondents, system.issuers, system.listed) == ({("A", "USD"): "K"}, {"USD": "I"}, ("X",))
    assert system.hours["USD"].closed == ("Sat", "Sun")
    assert system.start == "2025-03-03T06:00"


def test_a_union_needs_no_accounts(tmp_path: Path) -> None:
    rules = "rail: clearing_union\ndebit_cap: {A: 5}\nclear_at: [600, 1200]\n"
    text = f"multipolar: 1\n{rules}payments: [[0, A, B, USD, 3]]\n"
    (tmp_path / "union.yaml").write_text(text, encoding="utf-8")
    found = read_payment_file(tmp_path / "union.yaml")
    assert found.system.clear_at == (600, 1200)
    assert pay.simulate(found.system, found.payments).net["B", "USD"] == 3


FORMS = {
    "columns in another order": "amount,currency,payee,payer,time\n80,USD,B,A,5\n",
    "with a mark at the beginning": "\ufefftime,payer,payee,currency,amount\n5,A,B,USD,80\n",
    "with Windows line ends": "time,payer,payee,currency,amount\r\n5,A,B,USD,80\r\n",
    "quoted": '"time","payer","payee","currency","amount"\n"5","A","B","USD","80"\n',
    "with empty lines": "time,payer,payee,currency,amount\n\n5,A,B,USD,80\n\n",
    "with link and priority": "time,payer,payee,currency,amount,link,priority\n5,A,B,USD,80,,0\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_tables_as_programs_write_them(form: str, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(SYSTEM, encoding="utf-8")
    (tmp_path / "day.csv").write_bytes(FORMS[form].encode())
    found = read_payment_file(tmp_path / "s.yaml", tmp_path / "day.csv").payments
    assert rows_of(found) == [("A", "B", 80)]
    assert found.time.tolist() == [5]


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20)


@given(rows=st.lists(st.tuples(st.integers(0, 2**40), NAMES, NAMES, NAMES, st.integers(1, 10**18 - 1)), min_size=1))
def test_what_is_written_as_csv_is_read_back(rows: list[tuple], tmp_path_factory: pytest.TempPathFactory) -> None:
    import csv

    path = tmp_path_factory.mktemp("csv") / "t.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([PAYMENT_COLUMNS[:5], *rows])
    found = read_table(path, PAYMENT_COLUMNS)
    columns = [*(found.columns[name] for name in ("payer", "payee", "currency")), found.numbers("amount")]
    assert list(zip(found.numbers("time"), *columns, strict=True)) == rows


def test_names_of_banks_are_written_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "names.yaml"
    text = """multipolar: 1
accounts: {"Deutsche Bank": {EUR: 5}, "Société Générale": {EUR: 0}, "Банк России": {EUR: 7}, "中国银行": {EUR: 0}}
credit: {"Deutsche Bank": 5}
payments: [[0, "Deutsche Bank", "Société Générale", EUR, 9], [1, "Банк России", "中国银行", EUR, 7]]
"""
    path.write_text(text, encoding="utf-8")
    held = read_payment_file(path)
    out = pay.simulate(held.system, held.payments)
    assert out.balances["中国银行", "EUR"] == 7
    assert out.balances["Deutsche Bank", "EUR"] == -4


def test_parquet_is_read_with_its_extra(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="needs the extra `parquet`")
    from pyarrow.parquet import write_table

    columns = {"time": [5, 9], "payer": ["A", "A"], "payee": ["B", "B"], "currency": ["USD"] * 2, "amount": [80, 10]}
    write_table(pyarrow.table(columns), tmp_path / "day.parquet")
    (tmp_path / "s.yaml").write_text(SYSTEM + "payments: day.parquet\n", encoding="utf-8")
    assert rows_of(read_payment_file(tmp_path / "s.yaml").payments) == [("A", "B", 80), ("A", "B", 10)]
    write_table(pyarrow.table({**columns, "amount": [80, None]}), tmp_path / "day.parquet")
    with pytest.raises(InputError, match=r"day\.parquet:3 amount: is empty; a missing number is not 0\."):
        read_payment_file(tmp_path / "s.yaml")
    (tmp_path / "day.parquet").write_bytes(b"no parquet")
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        read_payment_file(tmp_path / "s.yaml")


def test_parquet_without_its_extra_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "day.parquet").write_bytes(b"")
    with pytest.raises(MultipolarError, match=r"pip install 'multipolar\[parquet\]'"):
        read_table(tmp_path / "day.parquet", PAYMENT_COLUMNS)


def test_obligations_and_liquidity_have_their_own_columns(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text("debtor,creditor,amount\nA,B,5\nB,A,3\n", encoding="utf-8")
    (tmp_path / "l.csv").write_text("name,amount\nA,2\n", encoding="utf-8")
    rows = read_obligations(tmp_path / "o.csv")
    assert rows == [("A", "B", 5), ("B", "A", 3)]
    assert read_liquidity(tmp_path / "l.csv") == {"A": 2}
    assert read_obligations("three-banks") == [("A", "B", 5000), ("B", "C", 6000), ("C", "A", 4000)]
    (tmp_path / "l.csv").write_text("name,amount\nA,2\nA,3\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"l\.csv:3 name: `A` stands twice\."):
        read_liquidity(tmp_path / "l.csv")
    (tmp_path / "o.csv").write_text("debtor,creditor,amount\nA,A,5\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"o\.csv:2 creditor: `A` owes itself\."):
        read_obligations(tmp_path / "o.csv")


def test_unknown_examples_and_several_currencies_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no payment file `three-bank`\. Did you mean `three-banks`\?"):
        read_payment_file("three-bank")
    rows = "payments:\n  - [0, A, B, USD, 3]\n  - [0, A, B, EUR, 3]\n"
    (tmp_path / "two.yaml").write_text(SYSTEM + rows, encoding="utf-8")
    with pytest.raises(InputError, match=r"payments in USD, EUR: .* in one currency\."):
        read_obligations(tmp_path / "two.yaml")


def test_no_more_than_a_thousand_problems_are_noted(tmp_path: Path) -> None:
    wrong = "".join(f"{k},A,B,USD,x{k}\n" for k in range(5000))
    (tmp_path / "t.csv").write_text("time,payer,payee,currency,amount\n" + wrong, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read_table(tmp_path / "t.csv", PAYMENT_COLUMNS)
    assert len(raised.value.problems) == 1001
    assert "951 more not shown" in str(raised.value)
