"""Multilateral clearing: as much of a list of obligations as can be set off, to the last minor unit.

What is cleared goes round in circles, so that nobody's net position changes:

    maximise  sum cleared   with  0 <= cleared[k] <= amount[k]  and, for every name,
    sum of what it owes and clears - sum of what it is owed and clears  <=  liquidity[name]  (0 where none is given)

With no liquidity the last line holds with equality: what clears is a circulation, and the most of it a minimum-cost
flow at cost -1 a unit. Whole amounts give a whole optimum. Obligations of one pair are one arc; what clears of it is
taken from them in the order given. Which of several equal optima comes out is the solver's choice, the same each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from multipolar.base.problems import Collector, InputError, MultipolarError, few_hints, nearest, shown
from multipolar.payments.book import Book, Label, net, read_book, read_holdings
from multipolar.payments.optimum import Network
from multipolar.payments.orders import Ints

Flags: TypeAlias = NDArray[np.bool_]
MANY = 20_000  # pairs: from here on what lies on no circle of debts is left out before the search
HINT = "HiGHS cannot clear this exactly; OR-Tools can: pip install 'multipolar[payments]'."


@dataclass(frozen=True, slots=True, eq=False)
class Clearing:
    """What was set off.

    ``cleared`` [m] minor units of each obligation, in the order given; ``net`` {name: what it is owed less what it owes
    of the rest}, unchanged by clearing where no liquidity was given; ``paid`` {name: liquidity paid in, less what came
    out}, empty without liquidity; ``total`` the sum of ``cleared``, proven the most there is.
    """

    cleared: Ints
    net: Mapping[Label, int]
    paid: Mapping[Label, int]
    total: int


def clear(obligations: Iterable[Sequence[Any]], liquidity: Mapping[Any, int] | None = None) -> Clearing:
    """Clear obligations, rows (debtor, creditor, amount), as far as circles of debt allow.

    ``liquidity`` {name: minor units} that a name may pay in: its cleared debts may exceed its cleared claims by so
    much, and what it receives it may pass on. It opens chains that are no circles: with liquidity at every debtor all
    is cleared. Uses OR-Tools where it is installed (extra ``payments``), HiGHS otherwise, with the same total. Raises
    ``InputError`` listing all rows that are wrong, and ``MultipolarError`` where HiGHS alone is not exact enough.
    """
    book = read_book(obligations, "obligations")
    held = {} if liquidity is None else read_holdings(liquidity, "liquidity")
    if held:
        _known(held, book)
    room = np.array([held.get(name, 0) for name in book.names], np.int64)
    pairs, pair = np.unique(book.payer * len(book.names) + book.payee, return_inverse=True)
    most = np.zeros(len(pairs), np.int64)
    np.add.at(most, pair, book.amount)
    arcs = Book(book.names, *np.divmod(pairs, max(len(book.names), 1)), most)
    cleared = _shared_out(_cleared(arcs, room), pair, book.amount)
    after = net(len(book.names), book.payer, book.payee, book.amount - cleared)
    paid = net(len(book.names), book.payee, book.payer, cleared)
    cleared.flags.writeable = False
    return Clearing(
        cleared=cleared,
        net=dict(zip(book.names, after.tolist(), strict=True)),
        paid={} if liquidity is None else dict(zip(book.names, paid.tolist(), strict=True)),
        total=int(cleared.sum()),
    )


def _known(held: Mapping[Label, int], book: Book) -> None:
    """Refuse liquidity of names that owe and are owed nothing."""
    problems = Collector()
    with few_hints():
        for name in held:
            if name not in book.names:
                close = nearest(str(name), map(str, book.names))
                hint = f" Did you mean `{shown(close)}`?" if close else ""
                problems.add(f"`{shown(name)}` is in no obligation.{hint}", path="liquidity")
    problems.raise_if_any(InputError)


def _shared_out(total: Ints, pair: Ints, amount: Ints) -> Ints:
    """What clears of each obligation, [m]: the total of its pair, taken in the order given."""
    order = np.argsort(pair, kind="stable")
    running = np.cumsum(amount[order]) - amount[order]
    first = np.searchsorted(pair[order], np.arange(len(total)))
    before = running - running[first][pair[order]]
    cleared = np.empty_like(amount)
    cleared[order] = np.clip(total[pair[order]] - before, 0, amount[order])
    return cleared


def _cleared(arcs: Book, room: Ints) -> Ints:
    """The most that clears of each pair's debt, [pairs]."""
    if len(arcs.amount) >= MANY and not room.any():
        inside = _on_circles(arcs)
        cleared = np.zeros_like(arcs.amount)
        cleared[inside] = _solved(Book(arcs.names, *(x[inside] for x in (arcs.payer, arcs.payee, arcs.amount))), room)
        return cleared
    return _solved(arcs, room)


def _on_circles(arcs: Book) -> Flags:
    """Which debts lie on a circle of debts, [pairs]: their two names are in one strongly connected component."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(arcs.names)
    owes = coo_array((np.ones(len(arcs.amount), np.int8), (arcs.payer, arcs.payee)), shape=(count, count))
    _, component = connected_components(owes, directed=True, connection="strong")
    on: Flags = component[arcs.payer] == component[arcs.payee]
    return on


def _solved(arcs: Book, room: Ints) -> Ints:
    """The same by the solver that is there."""
    if len(arcs.amount) == 0:
        return arcs.amount
    try:
        from ortools.graph.python.min_cost_flow import SimpleMinCostFlow
    except ImportError:
        return _cleared_by_highs(arcs, room)
    return _cleared_by_ortools(arcs, room, SimpleMinCostFlow())


def _cleared_by_highs(arcs: Book, room: Ints) -> Ints:
    """The linear program, rounded; checked in whole numbers against its own prices."""
    parts, bound = Network(room, arcs.payer, arcs.payee, arcs.amount).split(value=True)
    if parts is None:
        raise MultipolarError(HINT)
    cleared: Ints = np.clip(np.rint(parts).astype(np.int64), 0, arcs.amount)
    paid = net(len(arcs.names), arcs.payee, arcs.payer, cleared)
    if (paid > room).any() or int(cleared.sum()) != bound:
        raise MultipolarError(HINT)
    return cleared


def _cleared_by_ortools(arcs: Book, room: Ints, solver: Any) -> Ints:
    """A circulation at cost -1 a unit. Liquidity is one more node, at cost 0: it pays each name up to its room, and
    takes what a name receives and does not pass on."""
    count = len(arcs.names)
    payer, payee, most = arcs.payer, arcs.payee, arcs.amount
    cost = np.full(len(most), -1, np.int64)
    if room.any():
        holders, everyone = np.flatnonzero(room), np.arange(count)
        gained = np.zeros(count, np.int64)
        np.add.at(gained, payee, most)
        payer = np.concatenate((payer, np.full(len(holders), count), everyone))
        payee = np.concatenate((payee, holders, np.full(count, count)))
        most = np.concatenate((most, room[holders], gained))
        cost = np.concatenate((cost, np.zeros(len(holders) + count, np.int64)))
    places = solver.add_arcs_with_capacity_and_unit_cost(payer.astype(np.int32), payee.astype(np.int32), most, cost)
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise MultipolarError(f"clearing did not end with an optimum: the solver said {status.name}.")
    cleared: Ints = np.asarray(solver.flows(places), np.int64)[: len(arcs.amount)]
    return cleared
