"""Seeded fuzzer of the payment engines: random systems with every mechanism, all laws after every event, both engines.

    python tests/fuzz_payments.py --seed 7 --days 200

Everything comes from the printed seed. A seed that fails goes into ``FAILED``, where the tests run it for good.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import multipolar.payments as pay
from multipolar.payments.rails import rail_table

FAILED: tuple[int, ...] = (46, 183)
BANKS = ("A", "B", "C", "D", "E", "F")
CURRENCIES = ("USD", "CNY", "RUB")


class Choices(Protocol):
    """Where choices come from: a seeded generator, or hypothesis."""

    def integer(self, low: int, high: int) -> int: ...
    def pick(self, among: Sequence[Any]) -> Any: ...


class Seeded:
    """Choices from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def integer(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def pick(self, among: Sequence[Any]) -> Any:
        return self.random.choice(among)


class Drawn:
    """Choices of hypothesis, which can then make a failing day smaller."""

    def __init__(self, draw: Callable[..., Any]) -> None:
        self.draw = draw

    def integer(self, low: int, high: int) -> int:
        from hypothesis import strategies as st

        return int(self.draw(st.integers(low, high)))

    def pick(self, among: Sequence[Any]) -> Any:
        from hypothesis import strategies as st

        return self.draw(st.sampled_from(list(among)))


def maybe(choices: Choices, value: Callable[[], Any], neutral: Any) -> Any:
    """Half of the time the value, else nothing."""
    return value() if choices.integer(0, 1) else neutral


def make_day(choices: Choices, most: int = 40) -> tuple[pay.System, pay.Payments]:
    """A random system with any mix of mechanisms, and payments that it takes."""
    if choices.integer(0, 3) == 0:
        return make_simple_day(choices, most)
    banks = BANKS[: choices.integer(2, len(BANKS))]
    currencies = CURRENCIES[: choices.integer(1, 3)]
    horizon = choices.pick((50, 200))
    credit = {bank: choices.integer(0, 40) for bank in banks if choices.integer(0, 3) == 0}
    rail = choices.pick((None, None, None, *sorted(rail_table())))
    if rail is not None and rail_table()[rail].kind != "clearing_union":
        row = rail_table()[rail]
        least = int(row.parameters["screening_s"].low)
        rail = pay.Rail(row.name, row.kind, least, choices.integer(0, 20))
        horizon += least
    accounts = [
        (bank, currency, choices.integer(0, 60))
        for currency in currencies
        for bank in banks
        if choices.integer(0, 9) or bank == banks[0] or currency == currencies[0]
    ]
    system = pay.System(
        accounts=accounts,
        rail=rail,
        queue=choices.pick(("fifo", "bypass")),
        offset=choices.pick((None, "bilateral")),
        gridlock=choices.pick((None, "fifo", "fifo", "free")),
        gridlock_every=choices.pick((1, 7, 20)),
        credit=credit,
        horizon=horizon,
        swap_lines=maybe(choices, lambda: lines(choices, accounts), ()),
        debit_cap=maybe(choices, lambda: {bank: choices.integer(0, 50) for bank in banks[:2]}, {}),
        clear_at=choices.pick((None, 30, (10, 30, 40))),
        listed=maybe(choices, lambda: [choices.pick((*banks, "X", "K1"))], ()),
        outage=maybe(choices, lambda: outages(choices, banks, horizon), ()),
        **routes(choices, banks, currencies),
        hours=maybe(choices, lambda: {choices.pick(currencies): choices.pick(HOURS)}, {}),
    )
    return system, orders(choices, accounts, banks, most, min(horizon, 60))


def make_simple_day(choices: Choices, most: int) -> tuple[pay.System, pay.Payments]:
    """Strict queues of single payments, as on most days of most systems: gridlock resolution, outages, hours or not."""
    banks = BANKS[: choices.integer(2, len(BANKS))]
    accounts = [(bank, "USD", choices.integer(0, 60)) for bank in banks]
    gridlock, every = choices.pick((None, "fifo", "fifo", "free")), choices.pick((1, 7, 20))
    rows = [
        (choices.integer(0, 60), payer, choices.pick(banks), "USD", choices.integer(1, 50))
        for payer in (choices.pick(banks) for _ in range(choices.integer(0, most)))
    ]
    payments = pay.Payments.from_rows(sorted(rows, key=lambda row: row[0]))
    rules = {
        "outage": maybe(choices, lambda: outages(choices, banks, 100), ()),
        "hours": maybe(choices, lambda: {"USD": choices.pick(HOURS)}, {}),
    }
    return pay.System(accounts=accounts, gridlock=gridlock, gridlock_every=every, horizon=100, **rules), payments


HOURS = (("00:00", "00:01", "UTC"), ("03:01", "03:02", "Europe/Moscow"), ("00:00", "23:59", "UTC"))


def lines(choices: Choices, accounts: list[tuple[str, str, int]]) -> list[dict[str, Any]]:
    """One to three swap lines between currencies."""
    found = []
    for _ in range(choices.integer(1, 3)):
        drawer, currency, _ = choices.pick(accounts)
        line = {
            "drawer": drawer,
            "provider": choices.pick(("CB", *BANKS[:2])),
            "currency": currency,
            "against": choices.pick([c for c in CURRENCIES if c != currency]),
            "rate": choices.pick((1, 12, "0.25", 0.3)),
            "cap": choices.integer(0, 80),
        }
        line |= maybe(choices, lambda: {"maturity": choices.integer(1, 40)}, {})
        banks = {bank for bank, _, _ in accounts} | {"CB"}
        if line["provider"] in banks:
            found.append(line)
    return found


def outages(choices: Choices, banks: Sequence[str], horizon: int) -> list[list[Any]]:
    """One or two outages, some of which end."""
    rows = []
    for _ in range(choices.integer(1, 2)):
        start = choices.integer(0, horizon)
        row = [choices.pick(banks), start, choices.pick(("send", "exclude"))]
        rows.append(row + maybe(choices, lambda start=start: [start + choices.integer(1, 60)], []))
    return rows


def routes(choices: Choices, banks: Sequence[str], currencies: Sequence[str]) -> dict[str, Any]:
    """Correspondents of some banks, issuers of some currencies."""
    correspondents = {
        (bank, currency): choices.pick(("K1", "K2"))
        for bank in banks
        for currency in currencies
        if choices.integer(0, 1)
    }
    issuers = {currency: f"issuer {currency}" for currency in currencies if choices.integer(0, 1)}
    return {"correspondents": correspondents, "issuers": issuers}


def orders(
    choices: Choices, accounts: list[tuple[str, str, int]], banks: Sequence[str], most: int, latest: int
) -> pay.Payments:
    """Payments between the banks, some linked, some of higher priority."""
    linked = choices.pick((0, 0, 3))
    rows = []
    for _ in range(choices.integer(0, most)):
        payer, currency, _ = choices.pick(accounts)
        payee = choices.pick([bank for bank in (*banks, "N") if bank != payer])
        link = str(choices.integer(1, 4)) if linked and choices.integer(0, linked) == 0 else ""
        rank = choices.pick((0, 0, 0, 1))
        rows.append((choices.integer(0, latest), payer, payee, currency, choices.integer(1, 50), link, rank))
    return pay.Payments.from_rows(sorted(rows, key=lambda row: row[0]))


def run(system: pay.System, payments: pay.Payments, engines: Sequence[str]) -> list[pay.Settlement]:
    """The day on every engine, all laws after every event; the engines agree to the last row."""
    outs = [pay.simulate(system, payments, engine=engine, check="every") for engine in engines]
    for out in outs[1:]:
        assert out.settled_at.tolist() == outs[0].settled_at.tolist()
        assert out.journal.rows.tolist() == outs[0].journal.rows.tolist()
        assert out.journal.hash == outs[0].journal.hash
        assert out.balances == outs[0].balances
        assert out.drawn.tolist() == outs[0].drawn.tolist()
        assert out.outstanding.tolist() == outs[0].outstanding.tolist()
        assert dict(out.net) == dict(outs[0].net)
    return outs


def main() -> int:
    """Run so many seeds from the one given; the first that fails is printed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--days", type=int, default=300)
    arguments = parser.parse_args()
    print(f"fuzz-payments: seed {arguments.seed}, {arguments.days} days")
    for seed in range(arguments.seed, arguments.seed + arguments.days):
        try:
            run(*make_day(Seeded(seed)), ("plain", "compiled"))
        except Exception:
            print(f"fails: seed {seed}; add it to FAILED in tests/fuzz_payments.py")
            raise
    print("all laws hold, both engines agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
