"""Rails: the table of rails, and how a payment becomes legs on each kind.

A rail is a row (several lines, one a parameter) of ``rails.csv``; each is of one of five kinds. A new rail is new
lines there; a new kind is one route function here, never an engine.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from multipolar.base.arrays import plain_number
from multipolar.base.problems import Collector, InputError, nearest, shown

if TYPE_CHECKING:
    from multipolar.payments.system import System

Stage: TypeAlias = list[tuple[int, int]]
Opener: TypeAlias = Callable[[str, str, str], int]

KINDS = ("correspondent", "local_currency", "clearing_union", "multi_cbdc", "stablecoin")
TOKEN_KINDS = ("multi_cbdc", "stablecoin")
LONGEST_WAIT = 2**32  # seconds


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of a rail: central value, range, unit, and its source or the word ``assumption``."""

    value: float
    low: float
    high: float
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Rail:
    """A rail as the engines need it: ``screening_s`` from submission to release, then ``latency_s`` until settlement
    is tried; whole seconds. ``parameters`` holds every line of its row.

    Raises ``InputError`` for a kind that is none, a time below zero or beyond 2^32, a screening time below the low end
    of the range that the table gives for the row of that name, for another name below that of every row of its kind.
    """

    name: str
    kind: str
    screening_s: int
    latency_s: int
    parameters: dict[str, Parameter] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        problems = Collector()
        if self.kind not in KINDS:
            problems.add(f"no kind `{shown(self.kind)}`; one of {', '.join(KINDS)}", path="kind")
        for name in ("screening_s", "latency_s"):
            if not plain_number(getattr(self, name), 0, LONGEST_WAIT, whole=True):
                problems.add("whole seconds from 0 to 2^32 are needed", path=name)
        rows = [name for name, kind in _kinds().items() if kind == self.kind]
        named = self.name if self.name in rows else min(rows, key=_least_screening, default="")
        if not problems and self.screening_s < (least := _least_screening(named)):
            problems.add(f"{self.screening_s} is below the {least:g} s that {named} needs", path="screening_s")
        problems.raise_if_any(InputError)


@cache
def _lines() -> dict[str, dict[str, Parameter]]:
    """``rails.csv`` by rail and parameter."""
    text = files("multipolar.payments").joinpath("rails.csv").read_text(encoding="utf-8")
    table: dict[str, dict[str, Parameter]] = {}
    for row in csv.DictReader(text.splitlines()):
        numbers = (float(row["value"]), float(row["low"]), float(row["high"]))
        table.setdefault(row["rail"], {})[row["parameter"]] = Parameter(*numbers, row["unit"], row["source"])
    return table


@cache
def _kinds() -> dict[str, str]:
    text = files("multipolar.payments").joinpath("rails.csv").read_text(encoding="utf-8")
    return {row["rail"]: row["kind"] for row in csv.DictReader(text.splitlines())}


def _least_screening(name: str) -> float:
    return _lines()[name]["screening_s"].low


@cache
def rail_table() -> dict[str, Rail]:
    """The rails of ``rails.csv`` by name, at their central values."""
    return {
        name: Rail(name, _kinds()[name], int(lines["screening_s"].value), int(lines["latency_s"].value), lines)
        for name, lines in _lines().items()
    }


def find_rail(name: object) -> Rail:
    """The rail of that name; raises ``InputError`` naming the nearest."""
    table = rail_table()
    if isinstance(name, str) and name in table:
        return table[name]
    close = nearest(str(name), table)
    hint = f" Did you mean `{close}`?" if close else ""
    raise InputError(f"no rail `{shown(name)}`; one of {', '.join(table)}.{hint}")


def route(
    system: System, names: tuple[str, str], currency: str, ends: tuple[int, int], open_account: Opener
) -> list[Stage]:
    """A single payment as stages of legs (debit account, credit account), each stage atomic, one after the other.

    ``names`` payer and payee, ``ends`` their accounts. Without correspondents or an issuer it moves whole. Linked
    payments are not routed: they settle in one step, which is what payment-versus-payment is.
    """
    if system.kind == "correspondent":
        return _through_correspondents(system, names, currency, ends, open_account)
    if system.kind in TOKEN_KINDS and currency in system.issuers:
        return _as_token(system.issuers[currency], names, currency, ends, open_account)
    return [[ends]]


def _through_correspondents(
    system: System, names: tuple[str, str], currency: str, ends: tuple[int, int], open_account: Opener
) -> list[Stage]:
    """Payer > its correspondent > the payee's correspondent > payee; money in flight sits on transit accounts."""
    between = (system.correspondents.get((name, currency)) for name in names)
    stops = [open_account(name, currency, "transit") for name in dict.fromkeys(filter(None, between))]
    path = [ends[0], *stops, ends[1]]
    return [[pair] for pair in pairwise(path)]


def _as_token(
    issuer: str, names: tuple[str, str], currency: str, ends: tuple[int, int], open_account: Opener
) -> list[Stage]:
    """On-ramp: money to the issuer's reserve against tokens; the token moves; off-ramp: tokens back against money."""
    token = f"{currency} token"
    reserve, issued = open_account(issuer, currency, "reserve"), open_account("", token, "issuer")
    payer, payee = (open_account(name, token, "token") for name in names)
    return [[(ends[0], reserve), (issued, payer)], [(payer, payee)], [(payee, issued), (reserve, ends[1])]]
