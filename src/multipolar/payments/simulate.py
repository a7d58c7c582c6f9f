"""Simulate: a system and payments in, what happened out. Picks the engine, checks the laws, names the columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from multipolar.base.problems import InputError, MultipolarError, shown
from multipolar.payments.journal import Journal, Trace, check_ledger, close
from multipolar.payments.ledger import OWN_ROLES, Ledger, make_ledger
from multipolar.payments.optimum import free_optimum
from multipolar.payments.orders import Ints, Payments
from multipolar.payments.system import System

if TYPE_CHECKING:
    import pandas as pd

ENGINES = ("plain", "compiled")
CHECKS = ("every", "end", "none")
SMALL = 20_000  # payments: below, the plain engine is done before the compiled one is loaded
STATES = ("queued", "settled", "rejected")


class Positions(dict[Any, int]):
    """Net positions of a clearing union: by member where it clears one currency, else by (member, currency).

    With one currency ``positions[member, currency]`` is found as well.
    """

    def __init__(self, by_account: dict[tuple[str, str], int]) -> None:
        self.currencies = {currency for _, currency in by_account}
        one = len(self.currencies) == 1
        super().__init__({member if one else (member, currency): v for (member, currency), v in by_account.items()})

    def __missing__(self, key: Any) -> int:
        if isinstance(key, tuple) and len(key) == 2 and {key[1]} == self.currencies and key[0] in self:
            return self[key[0]]
        raise KeyError(key)


@dataclass(frozen=True, eq=False)
class Settlement:
    """What ``simulate`` returns; arrays have one value a payment, in the order given.

    ``settled_at`` int64 [m] second, -1 for what never settled; ``state`` [m] settled | queued | rejected; ``balances``
    {(institution, currency): minor units} of accounts given and opened; ``drawn`` int64 [k] most that was outstanding
    on each swap line, ``outstanding`` at the end; ``net`` positions of a clearing union, else empty; ``journal``;
    ``metrics`` as ``metrics.measure`` says; ``engine`` plain | compiled. ``table()`` is a pandas DataFrame.
    """

    system: System
    payments: Payments
    engine: str
    settled_at: Ints
    ledger: Ledger = field(repr=False)
    trace: Trace = field(repr=False)

    @cached_property
    def state(self) -> NDArray[np.str_]:
        """settled, queued (unsettled at the end) or rejected, [m]."""
        code = np.where(self.ledger.last < 0, 2, (self.settled_at >= 0).astype(np.int64))
        return np.array(STATES)[code]

    @cached_property
    def balances(self) -> dict[tuple[str, str], int]:
        """Balances at the end by (institution, currency): accounts given, then those opened for payees."""
        pairs = zip(self.ledger.names, self.trace.balance.tolist(), strict=True)
        return {(name, currency): balance for (name, currency, role), balance in pairs if role in OWN_ROLES}

    @property
    def drawn(self) -> Ints:
        """The most that was outstanding on each swap line, [k]."""
        return self.trace.peak

    @property
    def outstanding(self) -> Ints:
        """What is outstanding on each swap line at the end, [k]."""
        return self.trace.outstanding

    @cached_property
    def net(self) -> Positions:
        """Received less paid of each member of a clearing union; empty on other rails."""
        change = (self.trace.balance - self.ledger.balance).tolist()
        pairs = zip(self.ledger.names, change, strict=True) if self.ledger.union else ()
        return Positions({(n, c): v for (n, c, role), v in pairs if role in (*OWN_ROLES, "member")})

    @cached_property
    def journal(self) -> Journal:
        """Every movement of money, in order."""
        return Journal(self.trace.rows, self.ledger.names)

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """Shares, delays, liquidity, exposure: in all and by institution, corridor, currency."""
        from multipolar.payments.metrics import measure

        return measure(self)

    def table(self) -> pd.DataFrame:
        """The payments with state and settle time, one row each."""
        import pandas as pd

        payments = self.payments
        names = np.array(payments.institutions, object)
        links = np.array([*payments.links, ""], object)
        return pd.DataFrame(
            {
                "time": payments.time,
                "payer": names[payments.payer],
                "payee": names[payments.payee],
                "currency": np.array(payments.currencies, object)[payments.currency],
                "amount": payments.amount,
                "link": links[payments.link],
                "priority": payments.priority,
                "state": self.state,
                "settled_at": self.settled_at,
            }
        )


def best_engine(payments: int) -> str:
    """The engine that is done first with so many payments, loading included."""
    return "plain" if payments < SMALL or find_spec("numba") is None else "compiled"


def run_engine(engine: str, ledger: Ledger) -> Trace:
    """What an engine makes of a ledger."""
    trace: Trace = import_module(f"multipolar.payments.{engine}").run(ledger, free_optimum)
    return trace


def simulate(system: System, payments: Payments, engine: str | None = None, check: str = "end") -> Settlement:
    """Run the payments through the system, from second 0 to its horizon (DESIGN 6; order of events in ``system``).

    ``engine`` ``plain`` or ``compiled`` (needs the extra ``payments``); None: plain below 20,000 payments or without
    numba. Both give the same answer to the last row of the journal. ``check``: the laws of the ledger after ``every``
    event, at the ``end`` by one replay, or ``none``. Raises ``InputError`` for unknown accounts, institutions, engine;
    ``LedgerError`` should a law not hold.
    """
    for path, value, allowed in (("check", check, CHECKS), ("engine", engine, (None, *ENGINES))):
        if value not in allowed:
            raise InputError(f"{path}: no `{shown(value)}`; one of {', '.join(str(word) for word in allowed)}")
    if not isinstance(system, System) or not isinstance(payments, Payments):
        raise InputError("simulate takes a System and Payments (Payments.from_rows, Payments.from_columns)")
    if engine == "compiled" and find_spec("numba") is None:
        raise MultipolarError("the compiled engine needs numba: pip install 'multipolar[payments]'")
    engine = engine or best_engine(len(payments))
    ledger = make_ledger(system, payments)
    trace = run_engine(engine, ledger)
    settled_at = close(ledger, trace)
    if check != "none":
        check_ledger(ledger, trace, every=check == "every")
    settled_at.flags.writeable = False
    return Settlement(system, payments, engine, settled_at, ledger, trace)
