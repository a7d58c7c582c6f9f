"""What a system and payments refuse, each against the same input without the mistake."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import multipolar.payments as pay
from multipolar.base.problems import InputError

GOOD: dict[str, Any] = {"accounts": [("A", "USD", 100), ("B", "USD", 5)]}
LINE = {"drawer": "A", "provider": "P", "currency": "USD", "against": "RUB", "rate": 12, "cap": 100}
REFUSED = [
    ({"accounts": [("A", "USD", 1), ("A", "USD", 2)]}, "stands twice"),
    ({"accounts": [("A", "USD", -1)]}, "below the limit 0"),
    ({"accounts": [("A", "USD", 1.5)]}, "not a whole number"),
    ({"accounts": [("", "USD", 1)]}, "is not a name"),
    ({"accounts": [("A ", "USD", 1)]}, "without a space before or after it"),
    ({"accounts": [("A\u202e", "USD", 1)]}, "characters that are seen"),
    ({"accounts": [("A", "USD", 2**62 + 1)]}, r"from -2\^62 to 2\^62"),
    ({"accounts": [("A", "USD", 2**62), ("B", "USD", 1)]}, r"in USD total .*, beyond 2\^62"),
    ({"accounts": [("A", "USD", 2**61)], "credit": {"A": 2**61 + 1}}, r"beyond 2\^62"),
    ({"accounts": [("A", "USD")]}, "accounts: not of the form"),
    ({"rail": "correspondant"}, "Did you mean `correspondent`"),
    ({"queue": "lifo"}, "one of fifo, bypass"),
    ({"offset": "trilateral"}, "one of None, bilateral"),
    ({"gridlock": "lifo"}, "one of None, fifo, free"),
    ({"gridlock_every": 0}, "gridlock_every: 0 is not a whole number from 1"),
    ({"horizon": -1}, "horizon: -1"),
    ({"credit": {"A": -5}}, r"credit\[A\]: -5"),
    ({"screening": "off"}, "screening: no `off`; one of required"),
    ({"screening": None}, "screening: no `None`; one of required"),
    ({"listed": "X"}, "a list of names"),
    ({"outage": [["A", 5, "sleep"]]}, "one of send, exclude"),
    ({"outage": [["A", 5, "send", 5]]}, "from 6"),
    ({"clear_at": "ten"}, "clear_at"),
    ({"debit_cap": {"A": 1.5}}, "debit_cap"),
    ({"hours": {"USD": ("09:00", "17:00", "Mars/Olympus")}}, "no time zone"),
    ({"hours": {"USD": ("17:00", "09:00", "UTC")}}, "opens at or after it closes"),
    ({"hours": {"USD": ("09:00", "17:00", "UTC", ["Someday"])}}, "no day `Someday`"),
    ({"start": "2025-01-01T00:00+03:00"}, "UTC without a zone"),
    ({"hours": {"USD": ("09:00", "25:00", "UTC")}}, "hours: not of the form"),
    ({"hours": {"USD": ("09:00", "17:00", "UTC", "Someday")}}, "no day `Someday`"),
    ({"hours": {"USD": ("09:00", "17:00", "UTC")}, "horizon": 2**40}, "horizon: with opening hours a run lies in"),
    ({"hours": {"USD": ("09:00", "17:00", "UTC")}, "start": "9000-12-31T12:00"}, "the years 1900 to 9000"),
    ({"swap_lines": [{**LINE, "rate": 0}]}, "rate 0"),
    ({"swap_lines": [{**LINE, "cap": 2**62}]}, r"cap times rate is beyond 2\^62"),
    ({"swap_lines": [{**LINE, "against": "USD"}]}, "are the same"),
    ({"swap_lines": [{k: v for k, v in LINE.items() if k != "cap"}]}, "missing: cap"),
    ({"swap_lines": [{**LINE, "maturty": 5}]}, "did you mean `maturity`"),
    ({"swap_lines": [{**LINE, "maturity": 0}]}, "maturity: 0"),
]
ACCEPTED: dict[str, Any] = {
    "rail": "correspondent", "queue": "bypass", "offset": "bilateral", "gridlock": "free", "gridlock_every": 60,
    "credit": {"A": 50}, "horizon": 86400, "swap_lines": [{**LINE, "maturity": 5}], "debit_cap": {"A": 20},
    "clear_at": 10, "listed": ["X"], "outage": [["B", 100, "send"], ["A", 5, "exclude", 6]], "screening": "required",
    "hours": {"USD": ("09:00", "17:00", "Europe/Moscow", ["Sat", "Sun"])}, "start": "2025-01-06T00:00",
}  # fmt: skip


def test_every_field_that_is_refused_below_is_accepted_here() -> None:
    system = pay.System(**GOOD, **ACCEPTED)
    assert system.kind == "correspondent"
    assert system.clear_at == (10,)
    assert system.swap_lines[0].maturity == 5
    assert pay.System(accounts=[("A", "USD", 2**62)]).accounts == (("A", "USD", 2**62),)
    assert pay.System(accounts=[("A", "USD", 2**61)], credit={"A": 2**61}).credit == {"A": 2**61}
    assert pay.System(accounts=[("A", "USD", -5)], credit={"A": 5}).accounts[0][2] == -5


@pytest.mark.parametrize(("wrong", "message"), REFUSED, ids=lambda value: str(value)[:40])
def test_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        pay.System(**(GOOD | wrong))


def test_defaults_are_those_of_the_page() -> None:
    system = pay.System(accounts=[("A", "USD", 1)])
    assert (system.rail, system.queue, system.offset, system.gridlock, system.horizon) == (
        None, "fifo", None, None, 86400)  # fmt: skip
    assert system.gridlock_every == 60
    assert not any((system.credit, system.swap_lines, system.debit_cap, system.clear_at, system.listed, system.outage))


def test_all_problems_are_listed_at_once() -> None:
    with pytest.raises(InputError) as raised:
        pay.System(accounts=[("A", "USD", 0.5)], queue="lifo", horizon=-1)
    assert len(raised.value.problems) == 3


ROW = (0, "A", "B", "USD", 80, "")
BAD_ROWS = [
    ([ROW, (0, "A", "B", "USD", 0, "")], "row 1: amount 0 is below one unit"),
    ([ROW, (0, "A", "B", "USD", -3, "")], "row 1: amount -3 is below one unit"),
    ([ROW, (0, "A", "B", "USD", 1.5, "")], "row 1: 1.5 is not a whole number"),
    ([ROW, (0, "A", "B", "USD", True, "")], "row 1: True"),
    ([ROW, (0, "A", "B", "USD", 2**62 + 1, "")], r"row 1: .* to 2\^62"),
    ([(0, "A", "B", "USD", 2**61, "")] * 3, r"payments in USD total .*, beyond 2\^62"),
    ([(5, *ROW[1:]), ROW, ROW], "row 1: time 0 after 5"),
    ([ROW, (-1, "A", "B", "USD", 1, "")], "row 1: -1"),
    ([ROW, (1, "", "B", "USD", 1, "")], "row 1: `` is not a name"),
    ([ROW, (1, "A", None, "USD", 1, "")], "row 1: `None` is not a name"),
    ([ROW, (1, "A", "B", 5, 1, "")], "row 1: `5` is not a name"),
    ([ROW, (1, "A")], "row 1 has 2 values"),
    ([ROW, (1, " A", "B", "USD", 1, "")], "row 1: ` A` is not a name"),
    ([ROW, (1, "A", "B\u200b", "USD", 1, "")], "row 1: .* is not a name"),
    ([ROW, "A pays"], r"row 1: values \(time, .* are needed, not A pays"),
    ([ROW, {"time": 1}], "row 1: values"),
    ([ROW, 5], "row 1: values"),
    (5, r"rows \(time, payer, .* are needed, not 5"),
    ([ROW, (1, "A", "B", "USD", 1, True)], "row 1: `True` is not a link"),
    ([ROW, (1, "A", "B", "USD", 1, " ")], "row 1: ` ` is not a link"),
    ([ROW, (1, "A", "B", "USD", 1, "x" * 81)], "row 1: .* is not a link"),
]


@pytest.mark.parametrize(("rows", "message"), BAD_ROWS, ids=lambda value: str(value)[:40])
def test_bad_rows_are_named(rows: list[tuple[Any, ...]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        pay.Payments.from_rows(rows)
    assert len(pay.Payments.from_rows([ROW, (1, "A", "B", "USD", 1, "")])) == 2


def test_columns_rows_and_pandas_are_the_same_payments() -> None:
    rows = [(0, "A", "B", "USD", 80, ""), (1, "B", "A", "CNY", 7, "x"), (1, "C", "A", "USD", 1, "x")]
    one = pay.Payments.from_rows(rows)
    frame = pd.DataFrame(rows, columns=["time", "payer", "payee", "currency", "amount", "link"])
    for columns in (list(map(list, zip(*rows, strict=True))), [frame[name] for name in frame], [
        frame[name].to_numpy() for name in frame]):  # fmt: skip
        two = pay.Payments.from_columns(*columns)
        for name in ("time", "payer", "payee", "currency", "amount", "link", "priority"):
            assert getattr(one, name).tolist() == getattr(two, name).tolist(), name
        assert (one.institutions, one.currencies, one.links) == (two.institutions, two.currencies, two.links)


def test_one_wrong_value_is_one_problem() -> None:
    for row in ((1.5, *ROW[1:]), ("0", *ROW[1:]), (None, *ROW[1:])):
        with pytest.raises(InputError) as raised:
            pay.Payments.from_rows([row, ROW])
        assert [problem.path for problem in raised.value.problems] == ["time"]
    with pytest.raises(InputError) as raised:
        pay.Payments.from_columns([0, 1], ["A"], ["B", "B"], "USD", 5)
    assert [str(problem) for problem in raised.value.problems] == ["payer: a column of 2 values is needed, not of 1"]


def test_a_missing_link_is_none_however_it_is_written() -> None:
    frame = pd.DataFrame({"link": ["x", None, "x"]})
    for given in (frame.link, ["x", None, "x"], ["x", float("nan"), "x"], pd.array(["x", pd.NA, "x"]), ["x", "", "x"]):
        payments = pay.Payments.from_columns([0, 1, 2], "A", "B", "USD", 5, given)
        assert (payments.link.tolist(), payments.links) == ([0, -1, 0], ("x",))
    assert pay.Payments.from_columns([0], "A", "B", "USD", 5, None).link.tolist() == [-1]


def test_frames_as_rows_and_columns_of_arrow() -> None:
    rows = [(0, "A", "B", "USD", 80, ""), (1, "B", "A", "CNY", 7, "x"), (1, "C", "A", "USD", 1, "x")]
    one, two = pay.Payments.from_rows(rows), pay.Payments.from_rows(pd.DataFrame(rows))
    arrow = pytest.importorskip("pyarrow")
    table = arrow.table({str(k): list(column) for k, column in enumerate(zip(*rows, strict=True))})
    three = pay.Payments.from_columns(*table.columns)
    coded = [table["0"], table["1"].dictionary_encode(), *table.columns[2:]]
    for other in (two, three, pay.Payments.from_columns(*coded)):
        for name in ("time", "payer", "payee", "currency", "amount", "link", "priority"):
            assert getattr(one, name).tolist() == getattr(other, name).tolist(), name
    with pytest.raises(InputError, match="amount: row 0"):
        pay.Payments.from_columns([0], "A", "B", "USD", arrow.array([None], arrow.int64()))


NAMES = [(["A", "A"], "`A` stands twice"), (["A", ""], "`` is not"), ("AB", "a list of names is needed")]


@pytest.mark.parametrize(("names", "said"), NAMES)
def test_names_of_positions_are_names(names: Any, said: str) -> None:
    assert len(pay.Payments.from_columns([0], [0], [1], "USD", 5, institutions=["A", "B"])) == 1
    with pytest.raises(InputError, match=f"institutions: {said}"):
        pay.Payments.from_columns([0], [0], [1], "USD", 5, institutions=names)


def test_columns_of_positions_and_single_values() -> None:
    payments = pay.Payments.from_columns([0, 1], [0, 1], np.array([1, 0]), "USD", 5, institutions=["A", "B"])
    assert payments.amount.tolist() == [5, 5]
    assert payments.amount.dtype == np.int64
    assert not payments.amount.flags.writeable
    assert len(payments) == 2
    with pytest.raises(InputError, match="payee: row 0: 2 is not"):
        pay.Payments.from_columns([0, 1], [0, 1], [2, 0], "USD", 5, institutions=["A", "B"])
    with pytest.raises(InputError, match="amount: a column of 2 values"):
        pay.Payments.from_columns([0, 1], [0, 1], [1, 0], "USD", [5], institutions=["A", "B"])


def simulated(rows: list[tuple[Any, ...]], **system: Any) -> pay.Settlement:
    return pay.simulate(pay.System(**(GOOD | system)), pay.Payments.from_rows(rows))


UNKNOWN = [
    ([(0, "AA", "B", "USD", 1, "")], {}, r"row 0: unknown account: `AA` has none in USD. Did you mean `A`"),
    ([ROW, (1, "A", "B", "CNY", 1, "")], {}, "row 1: unknown account: `A` has none in CNY"),
    ([ROW], {"credit": {"Bx": 1}}, "credit: no institution `Bx`"),
    ([ROW], {"outage": [["Bank", 1, "send"]]}, "outage: no institution `Bank`"),
    ([ROW], {"correspondents": {("Q", "USD"): "K"}, "rail": "correspondent"}, "correspondents: no institution `Q`"),
    ([ROW], {"issuers": {"UDS": "K"}}, "issuers: no currency `UDS`"),
    ([ROW], {"hours": {"UDS": ("09:00", "17:00", "UTC")}}, "hours: no currency `UDS`"),
    ([(0, "C", "B", "USD", 1, "")], {"rail": "clearing_union", "debit_cap": {"A": 1}}, "`C` has none in USD"),
]


@pytest.mark.parametrize(("rows", "system", "message"), UNKNOWN, ids=lambda value: str(value)[:40])
def test_unknown_names_are_refused(rows: list[tuple[Any, ...]], system: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        simulated(rows, **system)


def test_known_names_are_not() -> None:
    known: dict[str, Any] = {
        "credit": {"B": 1},
        "outage": [["B", 1, "send"]],
        "correspondents": {("A", "USD"): "K"},
        "issuers": {"USD": "K"},
        "hours": {"USD": ("00:00", "23:00", "UTC")},
        "rail": "correspondent",
    }
    assert simulated([ROW], **known).state[0] == "settled"
    assert simulated([(0, "A", "B", "USD", 1, "")], rail="clearing_union", debit_cap={"A": 1}).state[0] == "settled"


def test_balances_and_payments_together_stay_within_64_bits() -> None:
    accounts = [("A", "USD", 2**62)]
    payments = pay.Payments.from_rows([(0, "A", "B", "USD", 2**62 - 1, "")])
    assert pay.simulate(pay.System(accounts=accounts), payments).balances[("A", "USD")] == 1
    with pytest.raises(InputError, match="balances and payments"):
        pay.simulate(pay.System(accounts=accounts), pay.Payments.from_rows([(0, "A", "B", "USD", 2**62, "")]))
