"""From a path or a catalog name to a system and its payments: found, read, checked; all problems at once."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from multipolar.base.documents import parse, read_text
from multipolar.base.forms import Reading, name_problem, read_record
from multipolar.base.problems import Collector, InputError, Problem, few_hints, nearest, shown
from multipolar.payments.document import PaymentDocument
from multipolar.payments.iso20022 import check_link, read_messages
from multipolar.payments.ledger import make_ledger
from multipolar.payments.orders import Payments
from multipolar.payments.system import System
from multipolar.payments.tables import (
    LIQUIDITY_COLUMNS,
    OBLIGATION_COLUMNS,
    PAYMENT_COLUMNS,
    Table,
    check_rows,
    read_table,
)

CATALOG = Path(__file__).parent / "catalog"
TABLES = (".csv", ".parquet")
MESSAGES = ".xml"


@dataclass(frozen=True, slots=True, eq=False)
class PaymentFile:
    """A payment file as read: what it is called, the system, its payments, and the places of both for messages."""

    name: str
    title: str
    system: System
    payments: Payments


def examples() -> tuple[str, ...]:
    """Names of the ready payment files and tables of obligations."""
    return tuple(sorted(path.stem for path in CATALOG.iterdir() if path.suffix == ".yaml" or _obligations(path)))


def _obligations(path: Path) -> bool:
    return path.suffix == ".csv" and not path.with_suffix(".yaml").exists()


def about_example(name: str) -> str:
    """The title of an example; of a table of obligations, how many rows it has."""
    path = CATALOG / f"{name}.csv"
    if _obligations(path):
        return f"a table of {len(read_obligations(name))} obligations, for `pay clear`"
    return read_payment_file(name).title


def read_payment_file(source: str | Path, payments: str | Path | None = None, link: str = "uetr") -> PaymentFile:
    """The system of a payment file (YAML, a path or a name of the catalog) and its payments.

    ``payments``: a table (CSV, Parquet) or messages of ISO 20022 (XML) in place of what the file names; ``link``: by
    what messages are linked, see ``read_iso20022``. Where the file says no ``start``, second 0 of messages is the
    beginning of their first settlement date, UTC. Raises ``InputError`` (or its ``ScenarioError``, for text that is no
    YAML) with file, line and the nearest name for everything that is wrong.
    """
    check_link(link)
    path = find(source, ".yaml")
    where = path.name if path.parent == CATALOG else shown(path, 400)
    problems = Collector(where)
    with few_hints():
        root = parse(read_text(path), problems)
        document: PaymentDocument | None = read_record(
            PaymentDocument, root, "", Reading(problems, where), "a payment file"
        )
        if document is not None and payments is None and document.payments is None and "payments" not in root.entries:
            message = "missing. A payment file needs it: a table beside it (day.csv), or rows."
            problems.add(message, 1, 1, "payments", rank=1)
    problems.raise_if_any(InputError)
    if document is None:
        raise InputError("the payment file cannot be read")  # not reached: a problem was noted
    system = _system(document, problems)
    beside = document.payments if isinstance(document.payments, str) else None
    if payments is None and beside is None:
        rows = [each for each in document.payments if each is not None]
        cells, lines = [row for _, row in rows], [line for line, _ in rows]
        table = check_rows(cells, lines, PAYMENT_COLUMNS, PAYMENT_COLUMNS, Collector(where))
    else:
        table_path = Path(payments) if payments is not None else path.parent / str(beside)
        if table_path.suffix.lower() == MESSAGES:
            table, start = read_messages(table_path, document.start if "start" in root.entries else None, link)
            system = replace(system, start=start)
        else:
            table = read_table(table_path, PAYMENT_COLUMNS)
    found = _payments(table)
    with few_hints():
        _check_rules(document, table, system, found, problems)
    return PaymentFile(path.stem, document.title or path.stem, system, found)


def read_iso20022(source: str | Path, start: str | None = None, link: str = "uetr") -> Payments:
    """The payments of a file of messages pacs.008 and pacs.009 (XML, ISO 20022), in order of time.

    ``start``: the moment of second 0 (UTC, ``2026-03-02T07:00``), by default the beginning of the first settlement
    date; give the ``System`` the same where it has opening hours. ``link``: ``uetr``, ``end-to-end`` or ``none``: what
    shares this reference settles together or not at all. Needs the extra ``iso20022``. Raises ``InputError`` with the
    line and element of everything that is wrong.
    """
    return _payments(read_messages(Path(source), start, link)[0])


def read_obligations(source: str | Path) -> list[tuple[str, str, int]]:
    """Rows (debtor, creditor, amount) of a table, or of a payment file or messages, whose payments are obligations.

    Payments must be in one currency. Raises ``InputError`` with the line of everything that is wrong.
    """
    path = find(source, ".csv", *([] if str(source).endswith(TABLES) else [".yaml"]))
    if path.suffix == ".yaml":
        return rows_of(read_payment_file(path).payments)
    if path.suffix.lower() == MESSAGES:
        return rows_of(read_iso20022(path))
    table = read_table(path, OBLIGATION_COLUMNS)
    problems = Collector(table.where)
    rows = list(zip(table.columns["debtor"], table.columns["creditor"], table.numbers("amount"), strict=True))
    _other_than_itself(table, "debtor", "creditor", "owes", problems)
    problems.raise_if_any(InputError)
    return rows


def read_liquidity(source: str | Path) -> dict[str, int]:
    """{name: amount} of a table; raises ``InputError`` with the line of everything that is wrong, doubled names too."""
    table = read_table(Path(source), LIQUIDITY_COLUMNS)
    problems = Collector(table.where)
    found: dict[str, int] = {}
    for name, amount, line in zip(table.columns["name"], table.numbers("amount"), table.lines, strict=True):
        if name in found:
            problems.add(f"`{shown(name)}` stands twice.", line, path="name")
        found[name] = amount
    problems.raise_if_any(InputError)
    return found


def opening(system: System, payments: Payments) -> dict[str, int]:
    """Opening balances in the one currency of the payments."""
    money = payments.currencies[0] if payments.currencies else ""
    return {who: amount for who, currency, amount in system.accounts if currency == money}


def rows_of(payments: Payments) -> list[tuple[str, str, int]]:
    """(payer, payee, amount) of payments in one currency; raises ``InputError`` where there are several."""
    if len(payments.currencies) > 1:
        several = ", ".join(map(shown, payments.currencies))
        raise InputError(f"payments in {several}: what is set off against each other is in one currency.")
    names = payments.institutions
    columns = (payments.payer.tolist(), payments.payee.tolist(), payments.amount.tolist())
    return [(names[i], names[j], amount) for i, j, amount in zip(*columns, strict=True)]


def find(source: str | Path, *endings: str) -> Path:
    """The file of a path, or of a name in the catalog; raises ``InputError`` where there is none."""
    text = str(source)
    if isinstance(source, Path) or text.endswith((".yaml", ".yml", MESSAGES, *TABLES)) or "/" in text or os.sep in text:
        return Path(source)
    if name_problem(text) is None:
        for ending in endings:
            if (CATALOG / f"{text}{ending}").is_file():
                return CATALOG / f"{text}{ending}"
    close = nearest(text, examples())
    end = f" Did you mean `{close}`?" if close else f" The catalog has {', '.join(examples())}."
    written = f"A file is given with its ending: NAME{endings[0]}."
    raise InputError(Problem(f"no payment file `{shown(text)}`.{end} {written}"))


def _system(document: PaymentDocument, problems: Collector) -> System:
    """The system of a document; what only the system itself sees is said with the place of the key."""
    by_key = (document.correspondents or {}).items()
    fields: dict[str, Any] = {
        "accounts": [(who, c, amount) for who, held in (document.accounts or {}).items() for c, amount in held.items()],
        "swap_lines": [
            {name: getattr(line, name) for name in type(line).entries} for line in document.swap_lines or ()
        ],
        "outage": [(each.institution, each.at, each.scope, each.until) for each in document.outage or ()],
        "correspondents": {(who, currency): name for who, held in by_key for currency, name in held.items()},
        "hours": {
            currency: (each.opens, each.closes, each.zone, each.closed or ())
            for currency, each in (document.hours or {}).items()
        },
    }
    for name in ("credit", "debit_cap", "issuers"):
        fields[name] = getattr(document, name) or {}
    for name in ("rail", "queue", "offset", "gridlock", "gridlock_every", "horizon", "clear_at", "start", "screening"):
        fields[name] = getattr(document, name)
    fields["listed"] = document.listed or ()
    try:
        return System(**fields)
    except InputError as error:
        for problem in error.problems:
            key = re.match(r"\w*", problem.path)
            problems.add(problem.message, *document.spot.of(key[0] if key else ""), problem.path)
        problems.raise_if_any(InputError)
        raise


def _payments(table: Table) -> Payments:
    """Payments of a checked table; times in order, nobody pays itself."""
    problems = Collector(table.where)
    _other_than_itself(table, "payer", "payee", "pays", problems)
    times, columns = table.numbers("time"), table.columns
    for k in (k for k in range(1, len(times)) if times[k] < times[k - 1]):
        message = f"{times[k]} stands after {times[k - 1]}: payments are in order of time."
        problems.add(message, table.lines[k], path="time")
    problems.raise_if_any(InputError)
    try:
        return Payments.from_columns(
            times,
            list(columns["payer"]),
            list(columns["payee"]),
            list(columns["currency"]),
            table.numbers("amount"),
            list(columns["link"]),
            table.numbers("priority"),
        )
    except InputError as error:
        raise InputError([Problem(each.message, table.where, path=each.path) for each in error.problems]) from None


def _other_than_itself(table: Table, one: str, other: str, verb: str, problems: Collector) -> None:
    for left, right, line in zip(table.columns[one], table.columns[other], table.lines, strict=True):
        if left == right and len(problems.problems) < 1000:
            problems.add(f"`{shown(left)}` {verb} itself.", line, path=other)


def _check_rules(
    document: PaymentDocument, table: Table, system: System, payments: Payments, problems: Collector
) -> None:
    """Refuse payers without an account, and rules about institutions and currencies that do not occur."""
    try:
        make_ledger(system, payments)
    except InputError as error:
        for problem in error.problems:
            row = re.match(r"row ([0-9]+): ", problem.message)
            if row:
                line = table.lines[int(row[1])]
                problems.add(problem.message[row.end() :], line, path=problem.path, where=table.where)
            else:
                line_, column = document.spot.of(problem.path)
                problems.add(problem.message, line_, column, problem.path)
        problems.raise_if_any(InputError)
