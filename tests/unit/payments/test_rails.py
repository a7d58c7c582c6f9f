"""Rails: the table, screening and latency, and how each kind routes a payment."""

from __future__ import annotations

from typing import Any

import pytest

import multipolar.payments as pay
from multipolar.base.problems import InputError
from multipolar.payments.rails import KINDS

ROWS = [(0, "A", "B", "USD", 80, "")]
ACCOUNTS = [("A", "USD", 100)]


def run(engine: str, rows: list[Any], **system: Any) -> pay.Settlement:
    return pay.simulate(pay.System(**system), pay.Payments.from_rows(rows), engine=engine, check="every")


def test_every_kind_has_a_rail_of_its_name_and_every_number_a_range_and_a_source() -> None:
    table = pay.rail_table()
    assert set(KINDS) <= set(table)
    assert {name: table[name].kind for name in ("crypto_bridge", "payment_agents")} == {
        "crypto_bridge": "stablecoin",
        "payment_agents": "correspondent",
    }
    for rail in table.values():
        assert {"screening_s", "latency_s"} <= set(rail.parameters)
        for parameter in rail.parameters.values():
            assert parameter.low <= parameter.value <= parameter.high
            assert parameter.source
            assert parameter.unit


def test_screening_stays_above_what_the_table_gives() -> None:
    assert pay.Rail("correspondent", "correspondent", 60, 0).screening_s == 60
    with pytest.raises(InputError, match="59 is below the 60 s that correspondent needs"):
        pay.Rail("correspondent", "correspondent", 59, 0)
    assert pay.Rail("of my own", "correspondent", 60, 0).screening_s == 60  # the least of its kind
    with pytest.raises(InputError, match="59 is below the 60 s that correspondent needs"):
        pay.Rail("of my own", "correspondent", 59, 0)
    with pytest.raises(InputError, match="0 is below the 1 s that multi_cbdc needs"):
        pay.Rail("bridge", "multi_cbdc", 0, 0)
    with pytest.raises(InputError, match="no kind `wire`"):
        pay.Rail("wire", "wire", 0, 0)
    with pytest.raises(InputError, match="latency_s: whole seconds"):
        pay.Rail("correspondent", "correspondent", 60, 0.5)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(pay.rail_table()))
def test_a_payment_moves_whole_after_the_times_of_its_rail(name: str, engine: str) -> None:
    rail = pay.rail_table()[name]
    least = rail.screening_s + rail.latency_s
    out = run(engine, ROWS, accounts=ACCOUNTS, rail=name, horizon=least + 5)
    expected = least + 5 if rail.kind == "clearing_union" else least  # a union settles at its cycle
    assert out.settled_at.tolist() == [expected]
    assert out.balances == {("A", "USD"): 20, ("B", "USD"): 80}
    assert run(engine, ROWS, accounts=ACCOUNTS, rail=name, horizon=max(least - 1, 0)).settled_at[0] in (-1, 0)


SHORT = pay.Rail("correspondent", "correspondent", 60, 10)
BANKS = {("A", "USD"): "K1", ("B", "USD"): "K2"}


def test_correspondents_stand_between_and_money_in_flight_sits_on_transit_accounts(engine: str) -> None:
    out = run(engine, ROWS, accounts=ACCOUNTS, rail=SHORT, correspondents=BANKS)
    legs = [
        (time, out.ledger.names[debit], out.ledger.names[credit], amount)
        for time, _, _, _, debit, credit, amount in out.journal.rows.tolist()
    ]
    assert legs == [
        (60, ("A", "USD", "given"), ("K1", "USD", "transit"), 80),
        (65, ("K1", "USD", "transit"), ("K2", "USD", "transit"), 80),
        (70, ("K2", "USD", "transit"), ("B", "USD", "opened"), 80),
    ]
    assert out.settled_at.tolist() == [70]
    assert out.balances == {("A", "USD"): 20, ("B", "USD"): 80}
    same = run(engine, ROWS, accounts=ACCOUNTS, rail=SHORT, correspondents=dict.fromkeys(BANKS, "K1"))
    assert (len(same.journal), same.settled_at.tolist()) == (2, [70])
    nested = run(engine, ROWS, accounts=ACCOUNTS, rail=SHORT, correspondents={"A": {"USD": "K1"}})
    assert (len(nested.journal), nested.settled_at.tolist()) == (2, [70])


def test_what_is_in_flight_at_the_horizon_goes_back(engine: str) -> None:
    out = run(engine, ROWS, accounts=ACCOUNTS, rail=SHORT, correspondents=BANKS, horizon=69)
    assert out.settled_at.tolist() == [-1]
    assert out.state.tolist() == ["queued"]
    assert out.balances == {("A", "USD"): 100, ("B", "USD"): 0}
    assert len(out.journal) == 4
    stuck = run(engine, ROWS, accounts=ACCOUNTS, rail=SHORT, correspondents=BANKS, outage=[["K2", 61, "send"]])
    assert stuck.balances == {("A", "USD"): 100, ("B", "USD"): 0}


def test_a_listed_correspondent_or_issuer_rejects(engine: str) -> None:
    system: dict[str, Any] = {"accounts": ACCOUNTS, "rail": SHORT, "correspondents": BANKS}
    assert run(engine, ROWS, **system, listed=["K2"]).state.tolist() == ["rejected"]
    assert run(engine, ROWS, **system, listed=["K3"]).state.tolist() == ["settled"]
    token = {"accounts": ACCOUNTS, "rail": "stablecoin", "issuers": {"USD": "T"}}
    assert run(engine, ROWS, **token, listed=["T"]).state.tolist() == ["rejected"]
    assert run(engine, ROWS, accounts=ACCOUNTS, rail="stablecoin", listed=["T"]).state.tolist() == ["settled"]


@pytest.mark.parametrize("rail", ["stablecoin", "multi_cbdc", "crypto_bridge"])
def test_a_token_is_bought_moves_and_is_sold(rail: str, engine: str) -> None:
    out = run(engine, ROWS, accounts=ACCOUNTS, rail=rail, issuers={"USD": "T"})
    row = pay.rail_table()[rail]
    assert out.settled_at.tolist() == [row.screening_s + row.latency_s]
    assert out.balances == {("A", "USD"): 20, ("B", "USD"): 80}
    assert len(out.journal) == 5
    assert out.journal.event.tolist() == [0, 0, 1, 2, 2]
    held = dict(zip(out.ledger.names, out.trace.balance.tolist(), strict=True))
    assert held["T", "USD", "reserve"] == held["A", "USD token", "token"] == held["", "USD token", "issuer"] == 0


def test_linked_payments_are_payment_versus_payment_on_every_rail(engine: str) -> None:
    rows = [(0, "A", "B", "USD", 80, "fx"), (3, "B", "A", "CNY", 500, "fx")]
    accounts = [("A", "USD", 100), ("B", "CNY", 500)]
    for name, rail in pay.rail_table().items():
        system: dict[str, Any] = {"accounts": accounts, "rail": name, "horizon": 10**6}
        if rail.kind == "correspondent":
            system["correspondents"] = BANKS
        elif rail.kind in ("stablecoin", "multi_cbdc"):
            system["issuers"] = {"USD": "T", "CNY": "T"}
        out = run(engine, rows, **system)
        assert len(set(out.settled_at.tolist())) == 1, name
        assert out.state.tolist() == ["settled"] * 2, name
        assert pay.exposure_hours(out, [(0, 1)]) == [0.0]
