"""What is simulated: a system (institutions, accounts, rules) and payments as columns; the order of events, said once.

Order of events. Time is in whole seconds from 0 to ``horizon``. At one second, in this order:

1. outages begin or end, opening hours begin or end;
2. swap draws that fall due are repaid;
3. gridlock resolution, at k * ``gridlock_every`` (k >= 1);
4. payments whose screening and latency end now, in row order, then later legs of payments on their way, in the order
   in which they were sent off;
5. the cycle of a clearing union: what is submitted at its second is part of it.

After each of these every account that may have become able to pay is tried again: the lowest account first (accounts
as given, then those opened for payees in order of appearance), each along its queue. Under strict FIFO without offset
and without swap lines the settle times do not depend on that order; otherwise it is what fixes the outcome.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from multipolar.base.arrays import plain_number
from multipolar.base.problems import Collector, InputError, nearest, shown
from multipolar.payments.orders import LATEST, LONGEST_NAME, MOST_MONEY, Payments, is_name
from multipolar.payments.rails import Rail, find_rail

__all__ = ["MOST_MONEY", "Account", "Hours", "Outage", "Payments", "SwapLine", "System"]

QUEUES = ("fifo", "bypass")
OFFSETS = (None, "bilateral")
GRIDLOCKS = (None, "fifo", "free")
SCOPES = ("send", "exclude")
FIRST_YEAR, LAST_YEAR = 1900, 9000  # of runs with opening hours: calendars and time zones reach no further

Account = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class SwapLine:
    """A line that ``drawer`` may draw from ``provider``: ``currency`` paid out, ``rate`` units of ``against`` given for
    each unit (rounded up), at most ``cap`` outstanding, each draw repaid ``maturity`` seconds later (None: not within
    the run). A draw that falls due takes every unit above the drawer's limit until it is repaid."""

    drawer: str
    provider: str
    currency: str
    against: str
    rate: Fraction
    cap: int
    maturity: int | None = None


@dataclass(frozen=True, slots=True)
class Outage:
    """From ``start`` until before ``end`` (None: for good) an institution cannot ``send``, or is ``exclude``d: then it
    cannot receive either, and what is to be paid to it waits at its place in the queue."""

    institution: str
    start: int
    scope: str
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours of the settlement of one currency, local time ``HH:MM`` (24:00: the end of the day) in ``zone``;
    closed on ``closed`` days."""

    opens: str
    closes: str
    zone: str
    closed: tuple[str, ...] = ()


@dataclass(frozen=True)
class System:
    """Accounts and rules of one payment system. Amounts are int minor units, times whole seconds.

    After construction every field holds a checked, closed value:

    ``accounts`` tuple of (institution, currency, balance); ``rail`` a name of the rail table, a ``Rail`` or None (plain
    RTGS), and ``rail_row`` the ``Rail`` or None; ``queue`` fifo | bypass; ``offset`` None | bilateral; ``gridlock``
    None | fifo | free, every ``gridlock_every`` s; ``credit`` {institution: overdraft, in each of its currencies};
    ``horizon`` last second; ``swap_lines`` tuple of ``SwapLine``; ``debit_cap`` {institution: most a member of a
    clearing union may owe at a cycle}; ``clear_at`` tuple of cycle times (empty: the horizon); ``listed`` names that
    screening rejects; ``outage`` tuple of ``Outage``; ``correspondents`` {(institution, currency): correspondent};
    ``issuers`` {currency: issuer of its token}; ``hours`` {currency: Hours} with second 0 at ``start`` (UTC);
    ``screening`` is ``required``. ``debit_cap`` and ``clear_at`` are of a clearing union: no other rail uses them.

    Raises ``InputError`` with every problem at once.
    """

    accounts: Sequence[Account] = ()
    rail: str | Rail | None = None
    queue: str = "fifo"
    offset: str | None = None
    gridlock: str | None = None
    gridlock_every: int = 60
    credit: Mapping[str, int] = field(default_factory=dict)
    horizon: int = 86400
    swap_lines: Sequence[Any] = ()
    debit_cap: Mapping[str, int] = field(default_factory=dict)
    clear_at: Any = None
    listed: Sequence[str] = ()
    outage: Sequence[Any] = ()
    correspondents: Mapping[Any, str] = field(default_factory=dict)
    issuers: Mapping[str, str] = field(default_factory=dict)
    hours: Mapping[str, Any] = field(default_factory=dict)
    start: str = "2025-01-06T00:00"
    screening: str = "required"

    def __post_init__(self) -> None:
        problems = Collector()
        for name, check in _CHECKS.items():
            try:
                object.__setattr__(self, name, check(getattr(self, name), problems))
            except (TypeError, ValueError, KeyError, AttributeError, IndexError) as error:
                problems.add(f"not of the form that is needed ({shown(error)})", path=name)
        if not problems:
            _check_together(self, problems)
        problems.raise_if_any(InputError)

    @property
    def rail_row(self) -> Rail | None:
        """The rail as a record, None for a plain RTGS."""
        return self.rail if self.rail is None or isinstance(self.rail, Rail) else find_rail(self.rail)

    @property
    def kind(self) -> str | None:
        """The kind of the rail, None for a plain RTGS."""
        return self.rail_row.kind if self.rail_row else None

    def open_spans(self, currency: str) -> list[tuple[int, int]] | None:
        """Opening times of a currency as (first second, first second after), from 0 to the horizon; None: always."""
        if currency not in self.hours:
            return None
        hours = self.hours[currency]
        zone, utc = ZoneInfo(hours.zone), ZoneInfo("UTC")
        begin = datetime.fromisoformat(self.start).replace(tzinfo=utc)
        day = begin.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None) - timedelta(1)
        spans = []
        for _ in range(self.horizon // 86400 + 3):
            if day.strftime("%a") not in hours.closed:
                ends = [(day + _clock(text)).replace(tzinfo=zone) for text in (hours.opens, hours.closes)]
                first, after = (int((end.astimezone(utc) - begin).total_seconds()) for end in ends)
                if after > 0 and first <= self.horizon:
                    spans.append((max(first, 0), after))
            day += timedelta(1)
        return spans


def _clock(text: str) -> timedelta:
    """A time of day as what has passed of the day; 24:00 is its end."""
    if text == "24:00":
        return timedelta(1)
    time = datetime.strptime(text, "%H:%M")
    return timedelta(hours=time.hour, minutes=time.minute)


def _name(value: object, problems: Collector, path: str) -> str:
    """A name as plain text, or a problem."""
    if is_name(value):
        return str.__str__(value)
    said = f"text of 1 to {LONGEST_NAME} characters that are seen, without a space before or after it"
    problems.add(f"`{shown(value)}` is not a name ({said})", path=path)
    return ""


def _whole(value: object, least: int, most: int, problems: Collector, path: str) -> int:
    """A whole number from ``least`` to ``most``, or a problem."""
    if plain_number(value, least, most, whole=True):
        return int(value)  # type: ignore[call-overload, no-any-return]
    upper = {MOST_MONEY: "2^62", LATEST: "2^40"}.get(most, f"{most}")
    lower = "-2^62" if least == -MOST_MONEY else f"{least}"
    problems.add(f"{shown(value)} is not a whole number from {lower} to {upper}", path=path)
    return max(least, 0)


def _accounts(given: Iterable[Any], problems: Collector) -> tuple[Account, ...]:
    rows: dict[tuple[str, str], int] = {}
    for k, row in enumerate(given):
        path = f"accounts[{k}]"
        institution, currency, balance = row
        key = (_name(institution, problems, path), _name(currency, problems, path))
        if key in rows:
            problems.add(f"the account of {shown(key[0])} in {shown(key[1])} stands twice", path=path)
        rows[key] = _whole(balance, -MOST_MONEY, MOST_MONEY, problems, path)
    return tuple((institution, currency, balance) for (institution, currency), balance in rows.items())


def _rail(given: object, problems: Collector) -> str | Rail | None:
    if given is None or isinstance(given, Rail):
        return given
    try:
        return find_rail(given).name
    except InputError as error:
        problems.add(error.problems[0].message, path="rail")
        return None


def _one_of(name: str, allowed: tuple[Any, ...]) -> Any:
    def check(given: object, problems: Collector) -> Any:
        if given not in allowed:
            words = ", ".join(str(value) for value in allowed)
            problems.add(f"no `{shown(given)}`; one of {words}", path=name)
        return given

    return check


def _number(name: str, least: int) -> Any:
    return lambda given, problems: _whole(given, least, LATEST, problems, name)


def _amounts(name: str) -> Any:
    def check(given: Mapping[str, int], problems: Collector) -> dict[str, int]:
        return {
            _name(key, problems, name): _whole(value, 0, MOST_MONEY, problems, f"{name}[{shown(key)}]")
            for key, value in given.items()
        }

    return check


def _swap_lines(given: Iterable[Any], problems: Collector) -> tuple[SwapLine, ...]:
    lines = []
    for k, row in enumerate(given):
        path = f"swap_lines[{k}]"
        if isinstance(row, SwapLine):
            row = {name: getattr(row, name) for name in SwapLine.__slots__}
        needed = ("drawer", "provider", "currency", "against", "rate", "cap")
        if missing := [name for name in needed if name not in row]:
            problems.add(f"missing: {', '.join(missing)}", path=path)
            continue
        for name in sorted(set(row) - {*needed, "maturity"}):
            close = nearest(name, [*needed, "maturity"])
            problems.add(f"no key `{shown(name)}`{f'; did you mean `{close}`?' if close else ''}", path=path)
        drawer, provider, currency, against = (_name(row[n], problems, path) for n in needed[:4])
        if currency == against:
            problems.add("`currency` and `against` are the same", path=path)
        try:
            rate = Fraction(str(row["rate"]))
        except (ValueError, ZeroDivisionError):
            rate = Fraction(0)
        if rate <= 0 or rate.denominator > 10**6:
            problems.add(f"rate {shown(row['rate'])} is not a number above 0 with at most 6 decimals", path=path)
        cap = _whole(row["cap"], 0, MOST_MONEY, problems, path)
        if cap * max(rate.numerator, rate.denominator) > MOST_MONEY:
            problems.add("cap times rate is beyond 2^62", path=path)
        maturity = row.get("maturity")
        if maturity is not None:
            maturity = _whole(maturity, 1, LATEST, problems, f"{path}.maturity")
        lines.append(SwapLine(drawer, provider, currency, against, rate, cap, maturity))
    return tuple(lines)


def _clear_at(given: Any, problems: Collector) -> tuple[int, ...]:
    if given is None:
        return ()
    times = [given] if not isinstance(given, Iterable) else list(given)
    return tuple(sorted({_whole(time, 0, LATEST, problems, "clear_at") for time in times}))


def _listed(given: Iterable[str], problems: Collector) -> tuple[str, ...]:
    if isinstance(given, str):
        problems.add("a list of names is needed, not one text", path="listed")
        return ()
    return tuple(dict.fromkeys(_name(name, problems, "listed") for name in given))


def _outages(given: Iterable[Any], problems: Collector) -> tuple[Outage, ...]:
    found = []
    for k, row in enumerate(given):
        path = f"outage[{k}]"
        if isinstance(row, Outage):
            row = (row.institution, row.start, row.scope, row.end)
        institution, start, scope, *end = row
        if scope not in SCOPES:
            problems.add(f"no `{shown(scope)}`; one of {', '.join(SCOPES)}", path=path)
        first = _whole(start, 0, LATEST, problems, path)
        last = None if not end or end[0] is None else _whole(end[0], first + 1, LATEST, problems, path)
        found.append(Outage(_name(institution, problems, path), first, scope, last))
    return tuple(found)


def _correspondents(given: Mapping[Any, Any], problems: Collector) -> dict[tuple[str, str], str]:
    """{(institution, currency): name}, also given as {institution: {currency: name}}."""
    table = {}
    for key, value in given.items():
        pairs = {(key, c): n for c, n in value.items()} if isinstance(value, Mapping) else {tuple(key): value}
        for (institution, currency), name in pairs.items():
            table[(institution, currency)] = _name(name, problems, "correspondents")
    return table


def _issuers(given: Mapping[str, str], problems: Collector) -> dict[str, str]:
    return {_name(key, problems, "issuers"): _name(value, problems, "issuers") for key, value in given.items()}


def _hours(given: Mapping[str, Any], problems: Collector) -> dict[str, Hours]:
    table = {}
    for currency, row in given.items():
        path = f"hours[{shown(currency)}]"
        if not isinstance(row, Hours):
            opens, closes, zone, *closed = row
            days = closed[0] if closed and closed[0] is not None else ()
            row = Hours(opens, closes, zone, (days,) if isinstance(days, str) else tuple(days))
        try:
            ZoneInfo(row.zone)
        except (OSError, ValueError, KeyError):
            problems.add(f"no time zone `{shown(row.zone)}`", path=path)
        if _clock(row.opens) >= _clock(row.closes):
            problems.add("opens at or after it closes", path=path)
        for day in row.closed:
            if day not in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"):
                problems.add(f"no day `{shown(day)}`; Mon to Sun", path=path)
        table[currency] = row
    return table


def _start(given: str, problems: Collector) -> str:
    if datetime.fromisoformat(given).tzinfo is not None:
        problems.add("a time of UTC without a zone is needed", path="start")
    return given


_CHECKS = {
    "accounts": _accounts,
    "rail": _rail,
    "queue": _one_of("queue", QUEUES),
    "offset": _one_of("offset", OFFSETS),
    "gridlock": _one_of("gridlock", GRIDLOCKS),
    "gridlock_every": _number("gridlock_every", 1),
    "credit": _amounts("credit"),
    "horizon": _number("horizon", 0),
    "swap_lines": _swap_lines,
    "debit_cap": _amounts("debit_cap"),
    "clear_at": _clear_at,
    "listed": _listed,
    "outage": _outages,
    "correspondents": _correspondents,
    "issuers": _issuers,
    "hours": _hours,
    "start": _start,
    "screening": _one_of("screening", ("required",)),
}


def _check_together(system: System, problems: Collector) -> None:
    """What holds between fields: balances not below their limit, no total beyond 2^62, hours within the calendar."""
    if system.hours:
        try:
            end = datetime.fromisoformat(system.start) + timedelta(seconds=system.horizon)
            dated = datetime.fromisoformat(system.start).year >= FIRST_YEAR and end.year <= LAST_YEAR
        except OverflowError:
            dated = False
        if not dated:
            problems.add(f"with opening hours a run lies in the years {FIRST_YEAR} to {LAST_YEAR}", path="horizon")
    totals: dict[str, int] = {}
    for k, (institution, currency, balance) in enumerate(system.accounts):
        limit = system.credit.get(institution, 0)
        if balance < -limit:
            problems.add(f"{balance} is below the limit {-limit} of {shown(institution)}", path=f"accounts[{k}]")
        totals[currency] = totals.get(currency, 0) + abs(balance) + limit
    for line in system.swap_lines:
        totals[line.currency] = totals.get(line.currency, 0) + line.cap
    for currency, total in totals.items():
        if total > MOST_MONEY:
            problems.add(f"balances, credit and swap lines in {shown(currency)} total {total}, beyond 2^62")
