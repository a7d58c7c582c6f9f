"""Cuts of a payment network: what fails when a bank, a corridor or the settlement of a currency fails.

The payments are run once as they are and once with each cut; the difference of two runs needs no model. A payment that
settles without the cut and not with it is lost: at first hand where a party of it was cut, in the second round where
neither was. A bank that cannot ``send`` still receives, and what it receives is trapped; one that is ``exclude``d does
neither. A corridor or a currency is cut by taking its payments, and all linked to them, out of the day.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import plain_number
from multipolar.base.problems import Collector, InputError, few_hints, nearest, shown
from multipolar.payments.journal import close
from multipolar.payments.ledger import OWN_ROLES, with_outages
from multipolar.payments.orders import LATEST, Payments
from multipolar.payments.simulate import Settlement, best_engine, run_engine, simulate
from multipolar.payments.system import SCOPES, Outage, System

KINDS = ("bank", "corridor", "rail")
DAY = 86_400
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Cut:
    """One cut: a ``bank`` by name, a ``corridor`` (payer's group, payee's group), a ``rail``: the settlement of one
    currency. ``send``: a bank cannot send, a corridor is closed one way; ``exclude``: both ways. From ``start`` on."""

    kind: str
    name: str | tuple[str, str]
    scope: str = "exclude"
    start: int = 0

    @property
    def label(self) -> str:
        """``RUS1``, ``RUS > CHN``, ``USD``."""
        return self.name if isinstance(self.name, str) else " > ".join(self.name)


@dataclass(frozen=True, slots=True)
class Effect:
    """What one cut does. Shares are of the value of all payments: ``direct`` lost with a party cut, ``second`` lost
    though neither party was; ``unsettled`` all that does not settle. ``trapped``: what the cut institution holds at the
    end beyond what it would hold otherwise, as a share of all opening balances. ``days_to_clear``: unsettled value over
    the value that settles a day without the cut (inf where nothing does)."""

    cut: Cut
    direct: float
    second: float
    unsettled: float
    trapped: float
    days_to_clear: float

    @property
    def lost(self) -> float:
        return self.direct + self.second


@dataclass(frozen=True, slots=True, eq=False)
class Stress:
    """Effects in the order of the cuts; ``unsettled``, ``days_to_clear`` of the day without any cut."""

    effects: tuple[Effect, ...]
    unsettled: float
    days_to_clear: float

    def ranking(self, kind: str | None = None, scope: str | None = None) -> tuple[Effect, ...]:
        """The most critical first: most lost in all, then in the second round, then by name."""
        chosen = (e for e in self.effects if kind in (None, e.cut.kind) and scope in (None, e.cut.scope))
        return tuple(sorted(chosen, key=lambda e: (-e.lost, -e.second, e.cut.label, e.cut.scope)))


def stress(
    system: System,
    payments: Payments,
    cuts: str | Iterable[Any] | None = None,
    *,
    groups: Mapping[str, str] | None = None,
    rates: Mapping[str, float] | None = None,
    engine: str | None = None,
    progress: Progress | None = None,
) -> Stress:
    """Run the payments with each of ``cuts`` and compare with the run without.

    ``cuts``: None, every bank (both scopes), corridor (both scopes) and currency; one word of bank, corridor, rail: all
    of that kind; or a list of names of banks (both scopes), rows (institution, second, scope) as in ``outage``, and
    ``Cut``. ``groups`` {institution: country}: corridors are between these, else between institutions. ``rates``
    {currency: value of a minor unit in a common unit}, needed with several currencies. ``engine`` as in ``simulate``;
    None: the faster one for all runs together. Raises ``InputError`` naming what is unknown.
    """
    if not isinstance(system, System) or not isinstance(payments, Payments):
        raise InputError("stress takes a System and Payments (Payments.from_rows, Payments.from_columns)")
    for name, given, form in (("groups", groups, "{institution: country}"), ("rates", rates, "{currency: value}")):
        if given is not None and not isinstance(given, Mapping):
            raise InputError(f"{name}: a mapping {form} is needed, not {shown(given)}.")
    chosen = _cuts(system, payments, cuts, groups)
    engine = engine or best_engine(len(payments) * (len(chosen) + 1))
    worth = _worth(payments, rates)
    value = payments.amount * worth[payments.currency] if len(payments) else np.zeros(0)
    total = float(value.sum()) or 1.0
    base = simulate(system, payments, engine=engine)
    settled = base.settled_at >= 0
    a_day = float(value[settled].sum()) * DAY / max(system.horizon, 1)
    opening = sum(max(amount, 0) * _rate(rates, currency) for _, currency, amount in system.accounts) or 1.0

    def days(unsettled: float) -> float:
        return unsettled / a_day if a_day else (math.inf if unsettled else 0.0)

    effects = []
    for k, cut in enumerate(chosen):
        if progress is not None:
            progress(f"cut {shown(cut.label, 24)}", k, len(chosen))
        touched = _touched(cut, system, payments, groups)
        done, trapped = _run(cut, touched, system, payments, base, rates, engine)
        lost = settled & ~done
        left = float(value[~done].sum())
        direct, second = (float(value[lost & mine].sum()) / total for mine in (touched, ~touched))
        effects.append(Effect(cut, direct, second, left / total, trapped / opening, days(left)))
    left = float(value[~settled].sum())
    return Stress(tuple(effects), left / total, days(left))


def _run(
    cut: Cut,
    touched: NDArray[np.bool_],
    system: System,
    payments: Payments,
    base: Settlement,
    rates: Mapping[str, float] | None,
    engine: str,
) -> tuple[NDArray[np.bool_], float]:
    """What settles with the cut, [m], and the value trapped at the cut institution."""
    if cut.kind != "bank":
        kept = ~touched
        given = {(who, currency) for who, currency, _ in system.accounts}
        opened = [(*key, 0) for key in base.balances if key not in given]  # payees whose payments may all be gone
        same = replace(system, accounts=(*system.accounts, *opened))
        out = simulate(same, _only(payments, kept), engine=engine, check="none")
        done = np.zeros(len(payments), np.bool_)
        done[kept] = out.settled_at >= 0
        return done, 0.0
    ledger = with_outages(base.ledger, system, [Outage(str(cut.name), cut.start, cut.scope)])
    trace = run_engine(engine, ledger)
    settled_at = close(ledger, trace)  # what is on its way goes back first: balances change
    trapped = sum(
        max(int(trace.balance[a] - base.trace.balance[a]), 0) * _rate(rates, currency)
        for a, (name, currency, role) in enumerate(ledger.names)
        if name == cut.name and role in OWN_ROLES
    )
    return settled_at >= 0, float(trapped)


def _only(payments: Payments, kept: NDArray[np.bool_]) -> Payments:
    """Some rows of the payments; names and codes stay."""
    columns = ("time", "payer", "payee", "currency", "amount", "link", "priority")
    return replace(payments, **{name: getattr(payments, name)[kept] for name in columns})


def _touched(cut: Cut, system: System, payments: Payments, groups: Mapping[str, str] | None) -> NDArray[np.bool_]:
    """Payments that the cut hits at first hand: a party, an intermediary, or the corridor or currency itself."""
    names = payments.institutions
    if cut.kind == "rail":
        found = payments.currency == payments.currencies.index(str(cut.name))
    elif cut.kind == "corridor":
        group = np.array([_group(name, groups) for name in names], object)
        payer, payee = group[payments.payer], group[payments.payee]
        found = (payer == cut.name[0]) & (payee == cut.name[1])
        if cut.scope == "exclude":
            found |= (payer == cut.name[1]) & (payee == cut.name[0])
    else:
        served = {pair for pair, bank in system.correspondents.items() if bank == cut.name}
        hit = np.zeros((len(names), max(len(payments.currencies), 1)), np.bool_)
        for k, name in enumerate(names):
            for c, currency in enumerate(payments.currencies):
                hit[k, c] = name == cut.name or (name, currency) in served or system.issuers.get(currency) == cut.name
        found = hit[payments.payer, payments.currency] | hit[payments.payee, payments.currency]
    linked = np.unique(payments.link[found & (payments.link >= 0)])
    touched: NDArray[np.bool_] = found | np.isin(payments.link, linked)
    return touched


def _group(name: str, groups: Mapping[str, str] | None) -> str:
    return name if groups is None else groups[name]


def _rate(rates: Mapping[str, float] | None, currency: str) -> float:
    return 1.0 if rates is None else float(rates.get(currency, 0.0))


def _worth(payments: Payments, rates: Mapping[str, float] | None) -> NDArray[np.float64]:
    """Value of a minor unit of each currency of the payments; refuses to add currencies without rates."""
    problems = Collector()
    if rates is None and len(payments.currencies) > 1:
        problems.add(f"needed with several currencies ({', '.join(map(shown, payments.currencies))}).", path="rates")
    for currency in payments.currencies:
        if rates is not None and not plain_number(rates.get(currency), 1e-18, 1e18):
            problems.add(f"a value above 0 of a unit of {shown(currency)} is needed.", path="rates")
    problems.raise_if_any(InputError)
    return np.array([_rate(rates, currency) for currency in payments.currencies] or [1.0])


def _cuts(system: System, payments: Payments, given: Any, groups: Mapping[str, str] | None) -> tuple[Cut, ...]:
    """The cuts asked for, checked against what there is."""
    problems = Collector()
    for name in payments.institutions:
        if groups is not None and name not in groups:
            problems.add(f"`{shown(name)}` is in no group.", path="groups")
    problems.raise_if_any(InputError)
    if given is None or isinstance(given, str):
        if given is not None and given not in KINDS:
            close = nearest(given, KINDS)
            raise InputError(f"cuts: no kind `{shown(given)}`.{f' Did you mean `{close}`?' if close else ''}")
        return tuple(cut for kind in KINDS if given in (None, kind) for cut in _all(kind, system, payments, groups))
    if not isinstance(given, Iterable):
        raise InputError(f"cuts: a list of cuts is needed, not {shown(given)}.")
    banks, found = _banks(system, payments), []
    with few_hints():
        for k, each in enumerate(given):
            path = f"cuts[{k}]"
            if isinstance(each, Cut):
                found.append(each)
            elif isinstance(each, str):
                found += [Cut("bank", each, scope) for scope in SCOPES]
            elif isinstance(each, list | tuple) and len(each) == 3 and plain_number(each[1], 0, LATEST, whole=True):
                found.append(Cut("bank", each[0], each[2], int(each[1])))
            else:
                problems.add("is no bank, no row (institution, second, scope) and no Cut.", path=path)
                continue
            _check(found[-1], path, banks, system, payments, groups, problems)
    problems.raise_if_any(InputError)
    return tuple(found)


def _check(
    cut: Cut,
    path: str,
    banks: tuple[str, ...],
    system: System,
    payments: Payments,
    groups: Mapping[str, str] | None,
    problems: Collector,
) -> None:
    there = {"bank": banks, "rail": payments.currencies}
    if not plain_number(cut.start, 0, LATEST, whole=True):
        problems.add(f"{shown(cut.start)} is not a second from 0 to 2^40.", path=path)
    if cut.kind not in KINDS or cut.scope not in SCOPES:
        message = f"no {shown(cut.kind)} with scope `{shown(cut.scope)}`; scopes are {', '.join(SCOPES)}."
        problems.add(message, path=path)
    elif cut.kind == "corridor":
        if not any(cut.name == each.name for each in _all("corridor", system, payments, groups)):
            problems.add(f"no payments on corridor {shown(cut.label)}.", path=path)
    elif cut.name not in there[cut.kind]:
        close = nearest(str(cut.name), there[cut.kind])
        hint = f" Did you mean `{shown(close)}`?" if close else ""
        problems.add(f"no {cut.kind} `{shown(cut.name)}`.{hint}", path=path)


def _banks(system: System, payments: Payments) -> tuple[str, ...]:
    """All institutions: with an account, with payments, on the rail between others."""
    between = (*system.correspondents.values(), *system.issuers.values())
    return tuple(dict.fromkeys((*(who for who, _, _ in system.accounts), *payments.institutions, *between)))


def _all(kind: str, system: System, payments: Payments, groups: Mapping[str, str] | None) -> Iterator[Cut]:
    """Every cut of one kind, in order of appearance."""
    if kind == "rail":
        yield from (Cut("rail", currency) for currency in payments.currencies)
    elif kind == "bank":
        yield from (Cut("bank", name, scope) for name in _banks(system, payments) for scope in SCOPES)
    else:
        pairs = np.unique(np.stack((payments.payer, payments.payee)), axis=1).T.tolist()
        names = payments.institutions
        ends = dict.fromkeys((_group(names[i], groups), _group(names[j], groups)) for i, j in pairs)
        yield from (Cut("corridor", pair, scope) for pair in ends if pair[0] != pair[1] for scope in SCOPES)
