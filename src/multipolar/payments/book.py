"""Who owes whom how much: rows (payer, payee, amount) as columns, checked before any arithmetic.

A queue of payments and a list of obligations are the same thing here. Names are texts or whole numbers and match
exactly; amounts are whole minor units above 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import eq, itemgetter
from typing import Any, TypeAlias

import numpy as np

from multipolar.base.problems import Collector, InputError, few_hints, nearest, shown
from multipolar.payments.orders import MOST_MONEY, Ints

Label: TypeAlias = str | int


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """Payments or obligations, [m]: ``payer``, ``payee`` positions in ``names``, ``amount`` minor units."""

    names: tuple[Label, ...]
    payer: Ints
    payee: Ints
    amount: Ints

    @property
    def net(self) -> Ints:
        """What each name receives less what it pays, [a]; sums to 0."""
        return net(len(self.names), self.payer, self.payee, self.amount)


def net(names: int, payer: Ints, payee: Ints, amount: Ints) -> Ints:
    """Received less paid by name, [a], in whole numbers."""
    total = np.zeros(names, np.int64)
    np.add.at(total, payee, amount)
    np.subtract.at(total, payer, amount)
    return total


def read_book(rows: Iterable[Sequence[Any]], what: str, first: Iterable[Label] = ()) -> Book:
    """Columns of rows (payer, payee, amount); ``first`` are names that stand first, in their order.

    ``what`` says in messages what a row is. Raises ``InputError`` listing every row that is no such triple, has an
    amount that is no whole number above 0, a name that is neither a text nor a whole number, or pays itself; and a
    total beyond 2^62.
    """
    if isinstance(rows, str | Mapping) or not isinstance(rows, Iterable):
        raise InputError(f"{what}: rows (payer, payee, amount) are needed, not {shown(rows)}.")
    given: list[Any] = list(rows.itertuples(index=False, name=None) if hasattr(rows, "itertuples") else rows)
    names = {name: k for k, name in enumerate(first)}
    if not given:
        return Book(tuple(names), *(np.zeros(0, np.int64) for _ in range(3)))
    if not _right(given):
        problems = Collector()
        for k, row in enumerate(given):
            message = _wrong(row)
            if message:
                problems.add(message, path=f"{what}[{k}]")
        problems.raise_if_any(InputError)
    payers, payees, amounts = (list(map(itemgetter(k), given)) for k in range(3))
    if sum(map(int, amounts)) > MOST_MONEY:
        raise InputError("the amounts add up to more than 2^62 minor units: state them in a larger unit.")
    for name in dict.fromkeys(payers) | dict.fromkeys(payees):
        names.setdefault(name, len(names))
    payer, payee = (np.fromiter(map(names.__getitem__, side), np.int64, len(given)) for side in (payers, payees))
    return Book(tuple(names), payer, payee, np.array(amounts, np.int64))


def read_holdings(holdings: Mapping[Any, int], what: str) -> dict[Label, int]:
    """Amounts by name, each a whole number of at least 0; raises ``InputError`` listing all that are not."""
    problems = Collector()
    if not isinstance(holdings, Mapping):
        raise InputError(f"{what}: a mapping from name to minor units is needed, as in {{'A': 100}}.")
    for name, amount in holdings.items():
        if not _whole(amount) or not 0 <= amount <= MOST_MONEY:
            path = f"{what}[{shown(name)}]"
            problems.add(f"{shown(amount)} is no whole number of minor units, 0 or more.", path=path)
    problems.raise_if_any(InputError)
    if sum(map(int, holdings.values())) > MOST_MONEY:
        raise InputError(f"{what}: they add up to more than 2^62 minor units: state them in a larger unit.")
    return {name: int(amount) for name, amount in holdings.items()}


def payers_without(book: Book, holdings: Mapping[Any, int], what: str) -> None:
    """Refuse payers that have no account and are nobody's payee: a misspelt name is not a bank without money."""
    problems = Collector()
    opened = set(book.payee.tolist())
    with few_hints():
        for code in dict.fromkeys(book.payer.tolist()):
            name = book.names[code]
            if name not in holdings and code not in opened:
                close = nearest(str(name), map(str, holdings))
                hint = f" Did you mean `{shown(close)}`?" if close else ""
                problems.add(f"`{shown(name)}` pays but has no balance.{hint}", path=what)
    problems.raise_if_any(InputError)


def _right(rows: list[Any]) -> bool:
    """Whether all rows are right for certain, quickly: three values of the commonest types."""
    if not set(map(type, rows)) <= {tuple, list} or set(map(len, rows)) != {3}:
        return False
    payers, payees, amounts = (list(map(itemgetter(k), rows)) for k in range(3))
    if {*map(type, payers), *map(type, payees)} != {str} or set(map(type, amounts)) != {int}:
        return False
    named = "" not in payers and "" not in payees and not any(map(eq, payers, payees))
    return named and min(amounts) > 0 and max(amounts) <= MOST_MONEY


def _wrong(row: Any) -> str | None:
    """What is wrong with one row, or None."""
    if isinstance(row, str) or not isinstance(row, Sequence) or len(row) != 3:
        return "is no row (payer, payee, amount)."
    payer, payee, amount = row
    for name in (payer, payee):
        if not isinstance(name, str | int) or isinstance(name, bool) or name == "":
            return f"`{shown(name)}` is no name: a text or a whole number stands here."
    if payer == payee:
        return f"`{shown(payer)}` pays itself."
    if not _whole(amount) or not 0 < amount <= MOST_MONEY:
        return f"{shown(amount)} is no whole number of minor units above 0."
    return None


def _whole(amount: Any) -> bool:
    return isinstance(amount, int | np.integer) and not isinstance(amount, bool)
