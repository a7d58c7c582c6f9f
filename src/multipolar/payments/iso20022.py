"""Messages of ISO 20022: credit transfers between banks (pacs.008, pacs.009) as a table of payments.

What a piece of a message means says the schema of its version, as classes of pyiso20022 that xsdata fills (extra
``iso20022``). Of a transaction:

    time      settlement date at SttlmTmReq/FrTm, else SttlmTmIndctn/DbtDtTm, else the later of the beginning of the
              settlement date and the creation of the message; without a zone it is UTC; cut to whole seconds
    payer     DbtrAgt (pacs.009 without one: Dbtr) by BIC, else clearing member, else LEI; the XXX of a head office is
              left out. The payee likewise: CdtrAgt, or Cdtr
    amount    IntrBkSttlmAmt, exactly, in minor units of its currency (ISO 4217, ``currencies.csv``)
    link      UETR or EndToEndId, as asked for: what shares it settles together
    priority  SttlmPrty: 2 URGT, 1 HIGH, 0 NORM or none
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_type_hints
from xml.etree.ElementTree import Element

from multipolar.base.problems import Collector, InputError, MultipolarError, shown
from multipolar.payments.pieces import Splitter
from multipolar.payments.tables import MOST_NOTED, PAYMENT_COLUMNS, Table, check_rows, plain_bytes

LINKS = ("uetr", "end-to-end", "none")
VERSIONS = {"pacs.008.001": range(2, 14), "pacs.009.001": range(2, 13)}
PRIORITIES = {None: 0, "NORM": 0, "HIGH": 1, "URGT": 2}
USED = (  # values that are used; xsdata takes an empty one for none
    *("CreDtTm", "NbOfTxs", "CtrlSum", "IntrBkSttlmDt", "FrTm", "DbtDtTm", "SttlmPrty", "EndToEndId", "UETR"),
    *("BICFI", "BIC", "MmbId", "LEI"),
)
NO_REFERENCE = "NOTPROVIDED"  # what the rules of use write where a customer gave no reference
HINT = "messages of ISO 20022 need an extra: pip install 'multipolar[iso20022]'."
_SPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:([a-z]{4}\.[0-9]{3}\.[0-9]{3})\.([0-9]{2})")
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?", re.ASCII)
_AMOUNT = re.compile(r"\+?[0-9]{1,18}(\.[0-9]{0,17})?", re.ASCII)
_MISSING = re.compile(r"(\w+)\.__init__\(\) missing \d+ required keyword-only arguments?: '(\w+)'")


@cache
def minor_digits() -> dict[str, int]:
    """How many decimals a currency has: its minor unit (ISO 4217, January 2026; ANG, BGN, HRK besides)."""
    text = files("multipolar.payments").joinpath("currencies.csv").read_text(encoding="utf-8")
    return {code: int(row["digits"]) for row in csv.DictReader(text.splitlines()) for code in row["codes"].split()}


def read_messages(path: Path, start: str | None = None, link: str = "uetr") -> tuple[Table, str]:
    """The payments of a file of messages in order of time, and the moment of second 0 (UTC).

    ``start`` that moment, by default the beginning of the first settlement date; ``link`` uetr | end-to-end | none. The
    file holds one Document or several, bare or in an envelope. Raises ``InputError`` with line and element of all that
    is wrong: text that is no XML or has a document type, other messages, currencies without a known minor unit,
    amounts of 0 or with too many decimals, totals that do not agree, a payment that stands twice; ``MultipolarError``
    without the extra.
    """
    check_link(link)
    begin = None if start is None else _start(start)
    where = shown(path, 400)
    reader = _Reader(Collector(where), link)
    reader.read(plain_bytes(path, where))
    return reader.table(begin)


def check_link(link: object) -> None:
    """Refuse a kind of reference that is none."""
    if link not in LINKS:
        raise InputError(f"link: no `{shown(link)}`; one of {', '.join(LINKS)}")


def _start(given: object) -> datetime:
    try:
        start = datetime.fromisoformat(str(given))
    except ValueError:
        start = datetime.max.replace(tzinfo=UTC)
    if start.tzinfo is not None:
        raise InputError(f"start: `{shown(given)}` is no moment of UTC without a zone, as in 2026-03-02T07:00")
    return start.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Payment:
    """One transaction: its moment, its line in the file, its cells after ``time``."""

    moment: datetime
    line: int
    cells: tuple[str, ...]


@dataclass(slots=True)
class _Message:
    """One Document as far as it is read: the classes of its version, what its header says, sums so far."""

    line: int
    header_class: type
    transaction_class: type
    module: ModuleType
    header: Any = None
    header_line: int = 0
    count: int = 0
    amounts: list[tuple[Decimal, str]] | None = field(default_factory=list)  # None: one could not be read


class _Reader:
    """What stands in the pieces of a file; each is filled into its class, used, and forgotten."""

    def __init__(self, problems: Collector, link: str) -> None:
        self.problems, self.link, self.fill = problems, link, _filler()
        self.payments: list[_Payment] = []
        self.seen: dict[tuple[str, ...], int] = {}
        self.message: _Message | None = None
        self.found_message = False
        self.lines: dict[str, int] = {}  # of the piece at hand: the first line of each element by name

    def read(self, data: bytes) -> None:
        """All messages of the file."""
        Splitter(self.problems.where, self._begin, self._piece, self._end).read(data)
        if not self.found_message:
            self.problems.add("holds no message of ISO 20022: no element Document.", 1)
        elif not self.payments and not self.problems:
            self.problems.add("holds no transaction.", 1)
        self.problems.raise_if_any(InputError)

    def table(self, start: datetime | None) -> tuple[Table, str]:
        """The payments in order of time; the problems that only show when all are there."""
        rows = sorted(self.payments, key=lambda each: each.moment)
        begin = start or _midnight(rows[0].moment)
        seconds = [(each.moment - begin) // timedelta(seconds=1) for each in rows]
        for each, second in zip(rows, seconds, strict=True):
            if second < 0:
                moment = each.moment.astimezone(UTC)
                said = f"settlement at {moment:%Y-%m-%dT%H:%M:%S} UTC is before second 0, {begin:%Y-%m-%dT%H:%M}."
                self.problems.add(said, each.line, path="CdtTrfTxInf")
        self.problems.raise_if_any(InputError)
        cells = [(str(second), *each.cells) for each, second in zip(rows, seconds, strict=True)]
        table = check_rows(cells, [each.line for each in rows], PAYMENT_COLUMNS, PAYMENT_COLUMNS, self.problems)
        return table, f"{begin:%Y-%m-%dT%H:%M}"

    def _begin(self, space: str, line: int) -> bool:
        self.found_message = True
        self.message = self._message(space, line)
        return self.message is not None

    def _piece(self, name: str, piece: Element, lines: dict[Element, int]) -> None:
        self.lines, known = {"": lines[piece]}, len(self.problems.problems)
        for element, line in lines.items():  # now: what fills a class clears the elements
            local = element.tag.rpartition("}")[2]
            self.lines.setdefault(local, line)
            if local in USED and not (element.text or "").strip():
                self._note("is empty; what is missing is left out.", line, local)
            stray = f"{element.text or '' if len(element) else ''}{element.tail or ''}".strip()
            if stray:
                self._note(f"text where only elements stand: `{shown(stray)}`.", line, local)
        whole, message = len(self.problems.problems) == known, self.message
        if message is not None and name == "GrpHdr":
            message.header_line = lines[piece]
            message.header = self._filled(message, piece, message.header_class, name) if whole else None
        elif message is not None:
            message.count += 1
            self._transaction(message, piece, whole)

    def _end(self) -> None:
        if self.message is not None:
            self._totals(self.message)

    def _message(self, space: str, line: int) -> _Message | None:
        """The classes of a Document by its namespace; None, and a problem, where it is no credit transfer."""
        found = _SPACE.fullmatch(space)
        kind, version = (found[1], int(found[2])) if found else ("", 0)
        if kind not in VERSIONS:
            what = f"{kind}.{version:02}" if kind else f"a Document of `{shown(space)}`"
            self.problems.add(f"{what} is no credit transfer between banks: pacs.008 and pacs.009 are read.", line)
            return None
        if version not in VERSIONS[kind]:
            least, most = VERSIONS[kind][0], VERSIONS[kind][-1]
            said = f"{kind}.{version:02} is not read: versions {least:02} to {most:02} are."
            self.problems.add(said, line)
            return None
        name = f"{kind}.{version:02}".replace(".", "_")
        module = import_module(f"pyiso20022.pacs.{name}.{name}")
        (body,) = get_type_hints(module.Document).values()
        hints = get_type_hints(body)
        return _Message(line, hints["grp_hdr"], get_args(hints["cdt_trf_tx_inf"])[0], module)

    def _filled(self, message: _Message, piece: Element, into: type, path: str) -> Any:
        """A piece as an object of its class; None, and a problem, where it is not of its schema."""
        try:
            return self.fill(piece, into)
        except TypeError as error:  # how a class says that something required is not there
            found = _MISSING.search(str(error))
            said = f"{_element(message.module, found[1], found[2])} is missing." if found else f"{shown(error)}."
        except ValueError as error:
            said = _in_words(str(error))
        self._note(said, self.lines[""], path)
        return None

    def _note(self, message: str, line: int, path: str) -> None:
        if len(self.problems.problems) >= MOST_NOTED:
            self.problems.raise_if_any(InputError)
        self.problems.add(message, line, path=path)

    def _transaction(self, message: _Message, piece: Element, whole: bool) -> None:
        known = len(self.problems.problems)
        amount = self._amount(piece)
        filled = (
            self._filled(message, piece, message.transaction_class, "CdtTrfTxInf")
            if whole and amount is not None
            else None
        )
        if amount is None or filled is None:
            message.amounts = None
            return
        if message.amounts is not None:
            message.amounts.append((amount, filled.intr_bk_sttlm_amt.ccy))
        units = self._units(amount, filled.intr_bk_sttlm_amt.ccy)
        sides = [self._party(filled, names) for names in (("DbtrAgt", "Dbtr"), ("CdtrAgt", "Cdtr"))]
        moment = self._moment(message, filled)
        if len(self.problems.problems) > known or moment is None:
            return
        uetr = getattr(filled.pmt_id, "uetr", None) or ""
        reference = "" if filled.pmt_id.end_to_end_id == NO_REFERENCE else filled.pmt_id.end_to_end_id
        link = {"uetr": uetr, "end-to-end": reference, "none": ""}[self.link]
        priority = PRIORITIES[None if filled.sttlm_prty is None else filled.sttlm_prty.value]
        line = self.lines[""]
        row = (*sides, filled.intr_bk_sttlm_amt.ccy, str(units))
        before = self.seen.setdefault((uetr, *row), line) if uetr else line
        if before != line:
            said = f"the payment of line {before} again (one UETR, parties and amount): money moves once."
            self._note(said, self.lines["UETR"], "CdtTrfTxInf/PmtId/UETR")
        self.payments.append(_Payment(moment, line, (*row, link, str(priority))))

    def _amount(self, piece: Element) -> Decimal | None:
        """The amount as written: ``Decimal`` would take more than the schema does, as 1E5 or NaN."""
        path = "CdtTrfTxInf/IntrBkSttlmAmt"
        found = [one for one in piece if one.tag.endswith("}IntrBkSttlmAmt")]
        if len(found) != 1:
            said = "is missing; a missing amount is not 0." if not found else "stands twice."
            self._note(said, self.lines["IntrBkSttlmAmt" if found else ""], path)
            return None
        text = (found[0].text or "").strip()
        if not _AMOUNT.fullmatch(text) or len(re.sub(r"\D", "", text)) > 18:
            negative = re.fullmatch(r"-[0-9.]+", text)
            said = "is below 0: an amount is above it." if negative else "is no amount of at most 18 digits."
            self._note(f"`{shown(text)}` {said}", self.lines["IntrBkSttlmAmt"], path)
            return None
        return Decimal(text)

    def _units(self, amount: Decimal, currency: str) -> int:
        """Minor units, exactly."""
        digits = minor_digits().get(currency)
        line, path = self.lines["IntrBkSttlmAmt"], "CdtTrfTxInf/IntrBkSttlmAmt"
        if digits is None:
            self._note(f"no minor unit of `{shown(currency)}` is known (ISO 4217).", line, path)
            return 0
        units = amount * 10**digits
        if units == 0:
            self._note("is 0: an amount is above it.", line, path)
        elif units != int(units):
            self._note(f"{amount} has more decimals than the {digits} of {currency}.", line, path)
        return int(units)

    def _party(self, filled: Any, names: Sequence[str]) -> str:
        """An agent by BIC, clearing member or LEI; in pacs.009 the party itself is one."""
        for name in names:
            holder = getattr(filled, {"DbtrAgt": "dbtr_agt", "CdtrAgt": "cdtr_agt"}.get(name, name.lower()), None)
            agent = getattr(holder, "fin_instn_id", None)
            if agent is None:
                continue
            line, path = self.lines.get(name, self.lines[""]), f"CdtTrfTxInf/{name}"
            bic = getattr(agent, "bicfi", None) or getattr(agent, "bic", None)
            if bic:
                if not _BIC.fullmatch(bic):
                    self._note(f"`{shown(bic)}` is no BIC: 8 or 11 letters and digits.", line, path)
                return str(bic).removesuffix("XXX") if len(bic) == 11 else str(bic)
            member = getattr(getattr(agent, "clr_sys_mmb_id", None), "mmb_id", None)
            if found := member or getattr(agent, "lei", None):
                return str(found)
            self._note("has no BIC, clearing member identification or LEI.", line, path)
            return ""
        self._note(f"is missing: no {' and no '.join(names)}.", self.lines[""], f"CdtTrfTxInf/{names[0]}")
        return ""

    def _moment(self, message: _Message, filled: Any) -> datetime | None:
        """When a transaction comes to be settled."""
        header = message.header
        day = filled.intr_bk_sttlm_dt or getattr(header, "intr_bk_sttlm_dt", None)
        if day is None:
            said = "is missing, here and in GrpHdr: nothing says on which day it settles."
            self._note(said, self.lines[""], "CdtTrfTxInf/IntrBkSttlmDt")
            return None
        try:
            request, indicated = filled.sttlm_tm_req, filled.sttlm_tm_indctn
            if request is not None and request.fr_tm is not None:
                return _moment(day, request.fr_tm)
            if indicated is not None and indicated.dbt_dt_tm is not None:
                return _moment(indicated.dbt_dt_tm, indicated.dbt_dt_tm)
            created = [_moment(header.cre_dt_tm, header.cre_dt_tm)] if header is not None else []
            return max([_moment(day, None), *created])
        except (ValueError, OverflowError):
            self._note("settlement outside the years 1 to 9999.", self.lines[""], "CdtTrfTxInf")
            return None

    def _totals(self, message: _Message) -> None:
        """What the header says of the transactions agrees with them."""
        header, line = message.header, message.header_line
        if header is None:
            if not line:
                self._note("is missing.", message.line, "GrpHdr")
            return
        if not re.fullmatch(r"[0-9]{1,15}", header.nb_of_txs) or int(header.nb_of_txs) != message.count:
            said = f"`{shown(header.nb_of_txs)}`, and {message.count} transactions stand in the message."
            self._note(said, line, "GrpHdr/NbOfTxs")
        if message.amounts is None:
            return
        total = sum((amount for amount, _ in message.amounts), Decimal(0))
        if header.ctrl_sum is not None and header.ctrl_sum != total:
            self._note(f"{header.ctrl_sum}, and the amounts add up to {total}.", line, "GrpHdr/CtrlSum")
        stated = header.ttl_intr_bk_sttlm_amt
        if stated is None:
            return
        others = sorted({currency for _, currency in message.amounts} - {stated.ccy})
        if others:
            said = f"is in {shown(stated.ccy)}, and amounts are in {', '.join(map(shown, others))} as well."
            self._note(said, line, "GrpHdr/TtlIntrBkSttlmAmt")
        elif stated.value != total:
            said = f"{stated.value}, and the amounts add up to {total}."
            self._note(said, line, "GrpHdr/TtlIntrBkSttlmAmt")


def _filler() -> Any:
    """Fills a class of a schema from an element; raises ``MultipolarError`` without the extra."""
    try:
        import pyiso20022.pacs  # noqa: F401 (its modules, one a version, are loaded when met)
        from xsdata.formats.dataclass.context import XmlContext
        from xsdata.formats.dataclass.parsers import XmlParser
        from xsdata.formats.dataclass.parsers.config import ParserConfig
        from xsdata.formats.dataclass.parsers.handlers import XmlEventHandler
    except ImportError:
        raise MultipolarError(HINT) from None
    config = ParserConfig(fail_on_converter_warnings=True)
    return XmlParser(context=XmlContext(), config=config, handler=XmlEventHandler).parse


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _moment(day: Any, clock: Any) -> datetime:
    """A date of the library and a time of day (None: its beginning) as a moment; without a zone they are UTC."""
    offset = next((each.offset for each in (clock, day) if each is not None and each.offset is not None), 0)
    begin = datetime(day.year, day.month, day.day, tzinfo=timezone(timedelta(minutes=offset)))
    if clock is None:
        return begin
    return begin + timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)


def _element(module: ModuleType, owner: str, name: str) -> str:
    """The name of an element by the field that holds it."""
    fields: Mapping[str, Any] = getattr(getattr(module, owner, None), "__dataclass_fields__", {})
    metadata = fields[name].metadata if name in fields else {}
    return str(metadata.get("name", f"the value of {owner}"))


def _in_words(said: str) -> str:
    """What xsdata says of a piece that is not of its schema."""
    unknown = re.match(r"Unknown property \w+:(?:\{[^}]*\})?(\S+)", said)
    if unknown:
        return f"no element or attribute `{shown(unknown[1])}` stands here in this version, or not a second time."
    value = re.search(r"`([^`]*)` is not a valid `(\w+)`", said)
    if value:
        return f"`{shown(value[1])}` is none of what the schema allows ({value[2]})."
    return f"is not of its schema: {shown(said)}."
