"""The payment file as written: a system, its rules and its payments, every key it may have."""

from __future__ import annotations

import re
from typing import Any

from multipolar.base.documents import ListNode, MapNode, Node, Scalar
from multipolar.base.forms import Form, Kind, Reading, entry, hint
from multipolar.base.kinds import Choice, ListOf, MapOf, Record, Text, Whole
from multipolar.base.problems import shown
from multipolar.payments.orders import LATEST, LONGEST_NAME, MOST_AMOUNT, is_name

VERSION = 1
MONEY = Whole(0, MOST_AMOUNT, "whole number of minor units", 2500000)
SECOND = Whole(0, LATEST, "second", 3600)
NO_NAME = f"must be a name of 1 to {LONGEST_NAME} characters that are seen, without a space before or after it"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class VersionKind(Kind):
    """The version of the language: 1."""

    def read(self, node: Node, path: str, reading: Reading) -> int | None:
        if isinstance(node, Scalar) and node.value == str(VERSION):
            return VERSION
        text = node.value if isinstance(node, Scalar) else "a list or mapping"
        reading.wrong(node, path, f"`{shown(text)}` is no version. This program reads version {VERSION}.")
        return None

    def schema(self) -> dict[str, Any]:
        return {"const": VERSION}


class Party(Kind):
    """An institution or currency: text of 1 to 80 characters, as it stands in the payments."""

    def read(self, node: Node, path: str, reading: Reading) -> str | None:
        if not isinstance(node, Scalar) or not is_name(node.value):
            reading.wrong(node, path, f"{NO_NAME}.")
            return None
        return node.value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}


class ByParty(MapOf):
    """A mapping from names of institutions or currencies, as they stand in the payments, to one kind."""

    def wrong_name(self, key: str) -> str | None:
        return None if is_name(key) else NO_NAME


class RailKind(Kind):
    """A rail by its name in the table of rails."""

    def read(self, node: Node, path: str, reading: Reading) -> str | None:
        from multipolar.payments.rails import rail_table

        names = tuple(rail_table())
        if isinstance(node, Scalar) and node.value in names:
            return node.value
        text = node.value if isinstance(node, Scalar) else "a list or mapping"
        reading.wrong(node, path, f"no rail `{shown(text)}`. {hint(text, names)}")
        return None

    def schema(self) -> dict[str, Any]:
        from multipolar.payments.rails import rail_table

        return {"enum": list(rail_table())}


class RateKind(Kind):
    """A decimal number above 0 with at most six decimals, kept as text: it must stay exact."""

    def read(self, node: Node, path: str, reading: Reading) -> str | None:
        text = node.value if isinstance(node, Scalar) else "a list or mapping"
        if re.fullmatch(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?", text, re.ASCII) and float(text) > 0:
            return text
        message = f"`{shown(text)}` is no rate. Write a number above 0 with at most six decimals, as in 12.5."
        reading.wrong(node, path, message)
        return None

    def schema(self) -> dict[str, Any]:
        return {"type": "number", "exclusiveMinimum": 0}


class TimesKind(Kind):
    """A second, or a list of seconds."""

    def read(self, node: Node, path: str, reading: Reading) -> tuple[int, ...] | None:
        if isinstance(node, ListNode):
            found: tuple[int, ...] | None = ListOf(SECOND, least=1).read(node, path, reading)
            return found
        value = SECOND.read(node, path, reading)
        return None if value is None else (value,)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [SECOND.schema(), {"type": "array", "items": SECOND.schema(), "minItems": 1}]}


class ClockKind(Kind):
    """A time of day, ``HH:MM``."""

    def read(self, node: Node, path: str, reading: Reading) -> str | None:
        text = node.value if isinstance(node, Scalar) else "a list or mapping"
        if re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00", text, re.ASCII):
            return text
        reading.wrong(node, path, f"`{shown(text)}` is no time of day. Write hours and minutes: 09:30.")
        return None

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$"}


class MomentKind(Kind):
    """A moment of UTC, ``YYYY-MM-DDTHH:MM``."""

    def read(self, node: Node, path: str, reading: Reading) -> str | None:
        from datetime import datetime

        text = node.value if isinstance(node, Scalar) else "a list or mapping"
        if re.fullmatch(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}", text, re.ASCII):
            try:
                datetime.fromisoformat(text)
                return text
            except ValueError:
                pass
        reading.wrong(node, path, f"`{shown(text)}` is no moment. Write date and time of UTC: 2025-01-06T00:00.")
        return None

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^[12]\d{3}-\d\d-\d\dT\d\d:\d\d$"}


class SwapForm(Form):
    """A swap line: what may be drawn from whom, against what."""

    drawer: str = entry(Party(), "Who draws.")
    provider: str = entry(Party(), "Who pays out.")
    currency: str = entry(Party(), "The currency paid out.")
    against: str = entry(Party(), "The currency given for it.")
    rate: str = entry(RateKind(), "Units of `against` given for each unit drawn.")
    cap: int = entry(MONEY, "The most that may be outstanding, minor units.")
    maturity: int | None = entry(SECOND, "Seconds after which a draw is repaid.", default=None)


class OutageForm(Form):
    """An institution that cannot send for a time, or is excluded."""

    institution: str = entry(Party(), "Who is hit.")
    at: int = entry(SECOND, "The second from which.", key="from")
    until: int | None = entry(SECOND, "The second from which no longer; for good where left out.", default=None)
    scope: str = entry(Choice(("send", "exclude"), "scope"), "send: it still receives; exclude: it does neither.")

    @classmethod
    def check(cls, node: MapNode, path: str, reading: Reading, explained: set[str]) -> None:
        first, last = node.get("from"), node.get("until")
        if not isinstance(first, Scalar) or not isinstance(last, Scalar):
            return
        seconds = [each.value for each in (first, last) if re.fullmatch(r"[0-9]{1,13}", each.value, re.ASCII)]
        if len(seconds) == 2 and int(seconds[1]) <= int(seconds[0]):
            reading.wrong(last, f"{path}.until", f"{last.value} is not after `from` ({first.value}).")


class HoursForm(Form):
    """Opening hours of one currency."""

    opens: str = entry(ClockKind(), "First minute.")
    closes: str = entry(ClockKind(), "Minute at which it is closed.")
    zone: str = entry(Text(), "Time zone, as in Europe/Moscow.")
    closed: tuple[str, ...] | None = entry(ListOf(Choice(DAYS, "day"), most=6), "Days without business.", default=None)

    @classmethod
    def check(cls, node: MapNode, path: str, reading: Reading, explained: set[str]) -> None:
        from zoneinfo import ZoneInfo

        zone = node.get("zone")
        if isinstance(zone, Scalar):
            try:
                ZoneInfo(zone.value)
            except (OSError, ValueError, KeyError):
                message = f"no time zone `{shown(zone.value)}`. Write region and city: Europe/Moscow."
                reading.wrong(zone, f"{path}.zone", message)


class PaymentsKind(Kind):
    """The name of a table beside the file, or rows of [time, payer, payee, currency, amount, link, priority]."""

    def read(self, node: Node, path: str, reading: Reading) -> Any:
        if isinstance(node, Scalar):
            name = node.value
            if name.endswith((".csv", ".parquet", ".xml")) and re.fullmatch(r"[^./\\\x00][^/\\\x00]*", name):
                return name
            reading.wrong(node, path, f"`{shown(name)}` is no table beside this file: NAME.csv, .parquet, .xml.")
            return None
        if not isinstance(node, ListNode):
            reading.wrong(node, path, "is the name of a table (day.csv), or a list of rows.")
            return None
        return [self.row(item, f"{path}[{k}]", reading) for k, item in enumerate(node.items)]

    def row(self, node: Node, path: str, reading: Reading) -> tuple[int, tuple[str, ...]] | None:
        """The line and the cells of a row; what they mean is read as in a table."""
        if not isinstance(node, ListNode) or not all(isinstance(item, Scalar) for item in node.items):
            reading.wrong(node, path, "is no row [time, payer, payee, currency, amount, link, priority].")
            return None
        return node.line, tuple(item.value for item in node.items if isinstance(item, Scalar))

    def schema(self) -> dict[str, Any]:
        table = {"type": "string", "pattern": r"\.(csv|parquet|xml)$"}
        return {"anyOf": [table, {"type": "array", "items": {"type": "array"}}]}


class PaymentDocument(Form):
    """One payment system with its payments."""

    multipolar: int = entry(VersionKind(), "The version of the language: `multipolar: 1` is the first line.")
    title: str | None = entry(Text(), "What it is called.", default=None)
    accounts: dict[str, dict[str, int]] | None = entry(
        ByParty(ByParty(MONEY, "currency"), "institution"),
        "Opening balances in minor units: {A: {USD: 100}}.",
        default=None,
    )
    rail: str | None = entry(RailKind(), "A rail of the table; a plain RTGS without.", default=None)
    queue: str = entry(Choice(("fifo", "bypass"), "queue"), "fifo or bypass.", default="fifo")
    offset: str | None = entry(Choice(("bilateral",), "offset"), "bilateral: heads settle together.", default=None)
    gridlock: str | None = entry(Choice(("fifo", "free"), "gridlock rule"), "fifo or free.", default=None)
    gridlock_every: int = entry(
        Whole(1, LATEST, "number of seconds", 60), "Seconds between gridlock resolutions.", default=60
    )
    credit: dict[str, int] | None = entry(
        ByParty(MONEY, "institution"), "Overdraft limits in minor units, by institution.", default=None
    )
    horizon: int = entry(SECOND, "The last second.", default=86_400)
    swap_lines: tuple[SwapForm, ...] | None = entry(
        ListOf(Record(SwapForm, "a swap line"), most=1000), "Swap lines.", default=None
    )
    debit_cap: dict[str, int] | None = entry(
        ByParty(MONEY, "institution"), "Clearing union: the most a member may owe at a cycle.", default=None
    )
    clear_at: tuple[int, ...] | None = entry(TimesKind(), "Clearing union: seconds of its cycles.", default=None)
    listed: tuple[str, ...] | None = entry(ListOf(Party()), "Names that screening rejects.", default=None)
    outage: tuple[OutageForm, ...] | None = entry(
        ListOf(Record(OutageForm, "an outage"), most=1000), "Who fails, and when.", default=None
    )
    correspondents: dict[str, dict[str, str]] | None = entry(
        ByParty(ByParty(Party(), "currency"), "institution"),
        "Correspondents, by institution and currency.",
        default=None,
    )
    issuers: dict[str, str] | None = entry(
        ByParty(Party(), "currency"), "Issuers of tokens, by currency.", default=None
    )
    hours: dict[str, HoursForm] | None = entry(
        ByParty(Record(HoursForm, "opening hours"), "currency"), "Opening hours, by currency.", default=None
    )
    start: str = entry(MomentKind(), "Second 0, in UTC; counts with opening hours.", default="2025-01-06T00:00")
    screening: str = entry(Choice(("required",), "screening"), "required: it cannot be off.", default="required")
    payments: Any = entry(PaymentsKind(), "A table beside this file (day.csv), or rows.", default=None)

    @classmethod
    def check(cls, node: MapNode, path: str, reading: Reading, explained: set[str]) -> None:
        first = next(iter(node.entries), None)
        if "multipolar" in node.entries and first != "multipolar":
            version = node.entries["multipolar"][0]
            reading.wrong(version, "multipolar", "stands first: `multipolar: 1` is the first line of a payment file.")
        rail = node.get("rail")
        union = isinstance(rail, Scalar) and rail.value == "clearing_union"
        for name in ("debit_cap", "clear_at"):
            if name in node.entries and not union:
                reading.wrong(node.entries[name][0], name, "is of a clearing union only: write `rail: clearing_union`.")
        if "accounts" not in node.entries and not union and "accounts" not in explained:
            reading.wrong(node, "accounts", "missing. Opening balances in minor units: {A: {USD: 100}}.", rank=1)
