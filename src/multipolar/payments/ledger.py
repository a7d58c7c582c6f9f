"""System and payments as the engines take them: plain columns of int64, names beside them.

An account is institution x currency x role. Roles: ``given`` and ``opened`` (payees' accounts, at 0) are the system's;
``issuer`` carries the liability, so that a currency sums to zero; ``member`` is a union member's position without an
account; ``transit``, ``reserve``, ``token`` and ``swap`` belong to the rail.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multipolar.base.problems import Collector, InputError, nearest, shown
from multipolar.payments.orders import MOST_MONEY, Ints, Payments
from multipolar.payments.rails import TOKEN_KINDS, Stage, route
from multipolar.payments.system import Outage, System

OWN_ROLES = ("given", "opened")
RAIL_ROLES = ("transit", "reserve", "token", "swap")
MUTE, CUT, SHUT = 0, 1, 2  # what a flip changes: an institution that cannot send, one excluded, a closed currency


@dataclass(frozen=True, eq=False, kw_only=True)
class Ledger:
    """One run as columns. Accounts [a], legs [l], releases [n], flips [f], swap lines [k], groups [g].

    ``floor`` lowest balance allowed; ``overtaking`` whose queue may be passed; ``cap`` debit cap of a union member or
    -1. A leg moves ``amount`` from ``debit`` to ``credit``; legs of one ``group`` settle together, and those of a
    ``staged`` group are released together; ``follow`` is the leg released ``wait`` seconds after this one settles, or
    -1; ``payment`` its payment. ``release_time`` and ``release_leg``: first legs in the order in which screening lets
    them go. ``first``, ``last``: a payment's legs [m], -1 where rejected.
    """

    names: tuple[tuple[str, str, str], ...]
    institutions: tuple[str, ...]
    moneys: tuple[str, ...]
    balance: Ints
    floor: Ints
    owner: Ints
    money: Ints
    overtaking: NDArray[np.bool_]
    cap: Ints
    debit: Ints
    credit: Ints
    amount: Ints
    group: Ints
    priority: Ints
    payment: Ints
    follow: Ints
    wait: Ints
    group_start: Ints
    group_legs: Ints
    staged: NDArray[np.bool_]
    release_time: Ints
    release_leg: Ints
    first: Ints
    last: Ints
    flip_time: Ints
    flip_kind: Ints
    flip_index: Ints
    flip_change: Ints
    line_drawer: Ints
    line_own: Ints
    line_free: NDArray[np.bool_]
    line_source: Ints
    line_holding: Ints
    line_provider: Ints
    line_num: Ints
    line_den: Ints
    line_cap: Ints
    line_maturity: Ints
    offset: bool
    gridlock: str | None
    every: int
    horizon: int
    union: bool
    cycles: Ints


@dataclass
class _Accounts:
    """Accounts as they are opened, in order; the first ones are those given."""

    system: System
    institutions: dict[str, int]
    moneys: dict[str, int]
    index: dict[tuple[str, str, str], int] = field(default_factory=dict)
    balance: list[int] = field(default_factory=list)
    floor: list[int] = field(default_factory=list)

    def get(self, institution: str, currency: str, role: str, balance: int = 0) -> int:
        """Position of an account, opened where it is not there."""
        key = (institution, currency, role)
        if key not in self.index:
            self.index[key] = len(self.index)
            self.institutions.setdefault(institution, len(self.institutions))
            self.moneys.setdefault(currency, len(self.moneys))
            self.balance.append(balance)
            credit = self.system.credit.get(institution, 0) if role in OWN_ROLES else 0
            self.floor.append(-MOST_MONEY if role == "issuer" else -credit)
        return self.index[key]

    def own(self, institution: str, currency: str) -> int | None:
        """Position of an institution's own account, if it has one."""
        for role in (*OWN_ROLES, "member"):
            if (institution, currency, role) in self.index:
                return self.index[(institution, currency, role)]
        return None


def make_ledger(system: System, payments: Payments) -> Ledger:
    """The columns of one run; raises ``InputError`` naming every unknown account and institution."""
    _check_names(system, payments)
    accounts = _Accounts(
        system,
        {name: k for k, name in enumerate(payments.institutions)},
        {name: k for k, name in enumerate(payments.currencies)},
    )
    for institution, currency, balance in system.accounts:
        accounts.get(institution, currency, "given", balance)
    payer, payee = _sides(accounts, payments)
    lines = _lines(accounts, system)
    flips = _flips(system, system.outage, accounts.institutions, accounts.moneys)
    legs = _legs(accounts, payments, payer, payee)
    held = dict.fromkeys(accounts.moneys, 0)
    for (_, currency, _), balance in zip(accounts.index, accounts.balance, strict=True):
        held[currency] += balance
    for currency, total in held.items():
        accounts.balance[accounts.get("", currency, "issuer")] = -total
    names = tuple(accounts.index)
    union = system.kind == "clearing_union"
    caps = [system.debit_cap.get(name, -1) if union else -1 for name, _, role in names]
    _check_totals(accounts, caps, payments)
    rail_only = np.array([role in RAIL_ROLES for _, _, role in names], np.bool_)
    return Ledger(
        names=names,
        institutions=tuple(accounts.institutions),
        moneys=tuple(accounts.moneys),
        balance=np.array(accounts.balance, np.int64),
        floor=np.array(accounts.floor, np.int64),
        owner=np.array([accounts.institutions[name] for name, _, _ in names], np.int64),
        money=np.array([accounts.moneys[currency] for _, currency, _ in names], np.int64),
        overtaking=rail_only | (system.queue == "bypass"),
        cap=np.array(caps, np.int64),
        **legs,
        **flips,
        **lines,
        offset=system.offset == "bilateral",
        gridlock=None if union else system.gridlock,
        every=system.gridlock_every,
        horizon=system.horizon,
        union=union,
        cycles=np.array([t for t in system.clear_at or (system.horizon,) if union and t <= system.horizon], np.int64),
    )


def _check_names(system: System, payments: Payments) -> None:
    """Refuse rules about institutions and currencies that do not occur."""
    parties = {name for name, _, _ in system.accounts} | set(payments.institutions) | set(system.debit_cap)
    parties |= {name for line in system.swap_lines for name in (line.drawer, line.provider)}
    ruled = parties | set(system.correspondents.values()) | set(system.issuers.values())
    currencies = {currency for _, currency, _ in system.accounts} | set(payments.currencies)
    currencies |= {name for line in system.swap_lines for name in (line.currency, line.against)}
    problems = Collector()

    def known(path: str, kind: str, names: Iterable[str], there: set[str]) -> None:
        for name in names:
            if name not in there:
                close = nearest(name, sorted(there))
                hint = f" Did you mean `{shown(close)}`?" if close else ""
                problems.add(f"no {kind} `{shown(name)}` in accounts or payments.{hint}", path=path)

    known("credit", "institution", system.credit, parties)
    known("outage", "institution", [outage.institution for outage in system.outage], ruled)
    known("correspondents", "institution", [name for name, _ in system.correspondents], parties)
    known("correspondents", "currency", [currency for _, currency in system.correspondents], currencies)
    known("issuers", "currency", system.issuers, currencies)
    known("hours", "currency", system.hours, currencies)
    problems.raise_if_any(InputError)


def _check_totals(accounts: _Accounts, caps: list[int], payments: Payments) -> None:
    """Refuse what could leave 64 bits: money, limits and caps beyond 2^62, or with the payments beyond 2^63 - 1."""
    totals = dict.fromkeys(accounts.moneys, 0)
    rows = zip(accounts.index, accounts.balance, accounts.floor, caps, strict=True)
    for (_, currency, role), balance, floor, cap in rows:
        if role != "issuer":
            totals[currency] += abs(balance) - floor + max(cap, 0)
    for line in accounts.system.swap_lines:
        totals[line.currency] += line.cap
    most = int(payments.amount.max(initial=0)) * len(payments)
    for code, (currency, total) in enumerate(totals.items()):
        if total > MOST_MONEY:
            raise InputError(f"balances, limits and caps in {shown(currency)} total {total}, beyond 2^62")
        if total + most > 2 * MOST_MONEY - 1:
            paid = sum(payments.amount[payments.currency == code].tolist())
            if total + paid > 2 * MOST_MONEY - 1:
                raise InputError(f"balances and payments in {shown(currency)} total {total + paid}, beyond 2^63 - 1")


def _sides(accounts: _Accounts, payments: Payments) -> tuple[Ints, Ints]:
    """Accounts of payers and payees [m]; payees and drawers without one get theirs here, other payers are refused."""
    system = accounts.system
    width = max(len(payments.currencies), 1)
    table = np.full(len(payments.institutions) * width, -1, np.int64)
    drawn = {(line.drawer, line.currency) for line in system.swap_lines}  # who may draw has an account

    def enter(pairs: Iterable[int], opening: bool) -> None:
        for pair in pairs:
            name, currency = payments.institutions[pair // width], payments.currencies[pair % width]
            at = accounts.own(name, currency)
            position = name in system.debit_cap or (opening and not system.accounts)
            if at is None and position and system.kind == "clearing_union":
                at = accounts.get(name, currency, "member")
            elif at is None and (opening or (name, currency) in drawn):
                at = accounts.get(name, currency, "opened")
            table[pair] = -1 if at is None else at

    paying, receiving = payments.payer * width + payments.currency, payments.payee * width + payments.currency
    enter(_in_order(receiving), opening=True)
    payers = _in_order(paying)
    enter([pair for pair in payers if table[pair] < 0], opening=False)
    problems = Collector()
    for pair in payers:
        if table[pair] < 0:
            name, currency = payments.institutions[pair // width], payments.currencies[pair % width]
            close = nearest(name, [owner for owner, money, _ in accounts.index if money == currency])
            hint = f" Did you mean `{shown(close)}`?" if close and close != name else ""
            message = f"unknown account: `{shown(name)}` has none in {shown(currency)}.{hint}"
            problems.add(f"row {int(np.argmax(paying == pair))}: {message}", path="payer")
    problems.raise_if_any(InputError)
    return table[paying], table[receiving]


def _in_order(pairs: Ints) -> list[int]:
    """The different values, in order of first appearance."""
    first = np.full(int(pairs.max(initial=-1)) + 1, -1, np.int64)
    first[pairs[::-1]] = np.arange(len(pairs))[::-1]  # of equal positions the last one written stays: the first row
    values = np.flatnonzero(first >= 0)
    return [int(value) for value in values[np.argsort(first[values])]]


def _rejected(system: System, payments: Payments) -> NDArray[np.bool_]:
    """Payments that screening rejects: a listed party or intermediary, or a hit on another leg of the same link."""
    if not system.listed or not len(payments):
        return np.zeros(len(payments), np.bool_)
    listed = set(system.listed)
    hit = np.zeros((len(payments.institutions), len(payments.currencies)), np.bool_)
    for k, name in enumerate(payments.institutions):
        for c, currency in enumerate(payments.currencies):
            between = {
                system.correspondents.get((name, currency)) if system.kind == "correspondent" else None,
                system.issuers.get(currency) if system.kind in TOKEN_KINDS else None,
            }
            hit[k, c] = name in listed or bool(between & listed)
    found = hit[payments.payer, payments.currency] | hit[payments.payee, payments.currency]
    groups = np.unique(payments.link[found & (payments.link >= 0)])
    rejected: NDArray[np.bool_] = found | np.isin(payments.link, groups)
    return rejected


def _legs(accounts: _Accounts, payments: Payments, payer: Ints, payee: Ints) -> dict[str, Any]:
    """Legs, groups and releases of what screening lets pass."""
    system = accounts.system
    rail = system.rail_row
    screening, latency = (rail.screening_s, rail.latency_s) if rail else (0, 0)
    passed = np.flatnonzero(~_rejected(system, payments))
    link = payments.link[passed]
    if len(link) and link.max() >= 0:
        sizes = np.bincount(link[link >= 0])
        link = np.where((link >= 0) & (sizes[link] > 1), link, -1)  # a link of one is none
    by_bank = system.kind == "correspondent" and bool(system.correspondents)
    by_token = system.kind in TOKEN_KINDS and bool(system.issuers)
    if not (by_bank or by_token):
        m, plain = len(passed), (payer[passed], payee[passed], payments.amount[passed])
        follow, wait, first = np.full(m, -1, np.int64), np.zeros(m, np.int64), np.arange(m)
        columns = (*plain, link, payments.priority[passed], passed, follow, wait)
        release = payments.time[passed] + screening + latency
        return _columns(columns, np.zeros(0, np.bool_), release, (first, first), passed, len(payments))
    rows: list[list[int]] = []
    firsts, lasts, release_times = [], [], []
    links = groups = int(link.max(initial=-1)) + 1
    for group, i in zip(link.tolist(), passed.tolist(), strict=True):
        names = payments.institutions[payments.payer[i]], payments.institutions[payments.payee[i]]
        stages: list[Stage] = [[(int(payer[i]), int(payee[i]))]]
        if group < 0:
            stages = route(system, names, payments.currencies[payments.currency[i]], stages[0][0], accounts.get)
        waits = _split(latency, len(stages))
        firsts.append(len(rows))
        release_times.append(int(payments.time[i]) + screening + waits[0])
        before: list[int] | None = None
        for stage, pause in zip(stages, [*waits[1:], 0], strict=True):
            if len(stage) > 1:
                group, groups = groups, groups + 1
            elif len(stages) > 1:
                group = -1
            if before is not None:
                before[6] = len(rows)
            common = [int(payments.amount[i]), group, int(payments.priority[i]), i, -1, pause]
            rows += [[debit, credit, *common] for debit, credit in stage]
            before = rows[-len(stage)]
        lasts.append(len(rows) - 1)
    table = np.array(rows, np.int64).reshape(-1, 8).T
    ends = np.array(firsts, np.int64), np.array(lasts, np.int64)
    return _columns(tuple(table), np.arange(groups) >= links, np.array(release_times), ends, passed, len(payments))


def _split(latency: int, stages: int) -> list[int]:
    """Seconds before each stage: one stage waits the whole latency; of several the first starts at once."""
    if stages == 1:
        return [latency]
    part = latency // (stages - 1)
    return [0, *[part] * (stages - 2), latency - part * (stages - 2)]


def _columns(
    columns: tuple[Ints, ...],
    staged: NDArray[np.bool_],
    release: Ints,
    ends: tuple[Ints, Ints],
    passed: Ints,
    payments: int,
) -> dict[str, Any]:
    """Columns of legs under their names, members of groups one after the other, first and last legs by payment."""
    names = ("debit", "credit", "amount", "group", "priority", "payment", "follow", "wait")
    table = dict(zip(names, (np.ascontiguousarray(column, np.int64) for column in columns), strict=True))
    group = table["group"]
    members = np.flatnonzero(group >= 0)
    groups = max(int(group.max(initial=-1)) + 1, len(staged))
    start = np.zeros(groups + 1, np.int64)
    np.cumsum(np.bincount(group[members], minlength=groups), out=start[1:])
    flags = np.zeros(groups, np.bool_)
    flags[: len(staged)] = staged
    first, last = (np.full(payments, -1, np.int64) for _ in range(2))
    first[passed], last[passed] = ends
    order = np.argsort(release, kind="stable") if (np.diff(release) < 0).any() else slice(None)
    return table | {
        "group_start": start,
        "group_legs": members[np.argsort(group[members], kind="stable")].astype(np.int64),
        "staged": flags,
        "release_time": np.ascontiguousarray(release[order], np.int64),
        "release_leg": np.ascontiguousarray(ends[0][order], np.int64),
        "first": first,
        "last": last,
    }


def with_outages(ledger: Ledger, system: System, outages: Iterable[Outage]) -> Ledger:
    """The ledger of a system as ``make_ledger`` makes it with these outages beside its own."""
    institutions, moneys = ({name: k for k, name in enumerate(names)} for names in (ledger.institutions, ledger.moneys))
    flips = _flips(system, (*system.outage, *outages), institutions, moneys)
    return replace(ledger, institutions=tuple(institutions), **flips)


def _flips(
    system: System, outages: Iterable[Outage], institutions: dict[str, int], moneys: dict[str, int]
) -> dict[str, Any]:
    """Changes of who can pay: outages and opening hours, in time order; closed currencies begin closed at 0."""
    rows = []
    for outage in outages:
        kind = MUTE if outage.scope == "send" else CUT
        institution = institutions.setdefault(outage.institution, len(institutions))
        rows.append((outage.start, kind, institution, 1))
        if outage.end is not None:
            rows.append((outage.end, kind, institution, -1))
    for currency in system.hours:
        money = moneys[currency]
        rows.append((0, SHUT, money, 1))
        for opens, after in system.open_spans(currency) or ():
            rows += [(opens, SHUT, money, -1), (after, SHUT, money, 1)]
    rows.sort(key=lambda row: row[0])
    table = np.array([row for row in rows if row[0] <= system.horizon], np.int64).reshape(-1, 4).T.copy()
    return dict(zip(("flip_time", "flip_kind", "flip_index", "flip_change"), table, strict=True))


def _lines(accounts: _Accounts, system: System) -> dict[str, Any]:
    """Swap lines. Own currency comes from the drawer's account, or without one from its issue (``line_free``)."""
    listed, rows = set(system.listed), []
    for line in system.swap_lines:
        drawer = accounts.own(line.drawer, line.currency)
        drawer = accounts.get(line.drawer, line.currency, "opened") if drawer is None else drawer
        own = accounts.own(line.drawer, line.against)
        source = accounts.get("", line.currency, "issuer")
        issued = accounts.get("", line.against, "issuer")
        holding = accounts.get(line.provider, line.against, "swap")
        usable = 0 if system.kind == "clearing_union" or {line.drawer, line.provider} & listed else line.cap
        maturity = -1 if line.maturity is None else line.maturity
        sides = (drawer, issued if own is None else own, int(own is None), source, holding)
        provider, rate = accounts.institutions[line.provider], (line.rate.numerator, line.rate.denominator)
        rows.append((*sides, provider, *rate, usable, maturity))
    names = ("drawer", "own", "free", "source", "holding", "provider", "num", "den", "cap", "maturity")
    table = np.array(rows, np.int64).reshape(-1, len(names)).T.copy()
    found: dict[str, Any] = {f"line_{name}": column for name, column in zip(names, table, strict=True)}
    found["line_free"] = found["line_free"].astype(np.bool_)
    return found
