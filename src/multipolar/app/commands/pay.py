"""``pay run``, ``clear``, ``resolve``, ``stress``: a day of payments, debts set off, a queue settled at once, cuts.

``main`` registers ``group`` as the sub-commands of ``pay``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from multipolar.base.problems import shown

if TYPE_CHECKING:
    from multipolar.payments.reading import PaymentFile
    from multipolar.payments.simulate import Settlement

ROWS = 12
HEAD = "time,payer,payee,currency,amount,state,settled_at"
Answer = TypeVar("Answer")
group = typer.Typer(
    name="pay", help="Settle payments, clear obligations, resolve a queue.", no_args_is_help=True, rich_markup_mode=None
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
File = Annotated[str, typer.Argument(help="A payment file (YAML), or an example: see `multipolar pay examples`.")]
Table = Annotated[
    Path | None, typer.Option(help="A table, CSV or Parquet, or messages, ISO 20022 XML, in place of the file's own.")
]
Link = Annotated[str, typer.Option(help="Messages with one reference settle together: uetr, end-to-end or none.")]


@group.callback()
def about() -> None:
    """Settle payments, clear obligations, resolve a queue."""


@group.command(short_help="List the ready examples and where they lie.")
def examples(json: Json = False) -> None:
    """List the ready examples and where they lie."""
    from multipolar.app.columns import columns
    from multipolar.base.json_text import json_text
    from multipolar.payments.reading import CATALOG, about_example, examples

    found = [{"name": name, "title": about_example(name)} for name in examples()]
    if json:
        print(json_text(found, 2))
        return
    print(columns((each["name"], each["title"]) for each in found))
    print(f"\nRun one: multipolar pay run NAME. The files: {shown(CATALOG, 200)}")


@group.command(short_help="Settle payments second by second.")
def run(
    file: File,
    payments: Table = None,
    link: Link = "uetr",
    engine: Annotated[str | None, typer.Option(help="plain or compiled; the answer is the same.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write every payment with its settle time to this CSV file.")] = None,
    json: Json = False,
) -> None:
    """Settle the payments of a file second by second, and say what settled, when, and what is left."""
    from multipolar.app.columns import columns, paragraph
    from multipolar.base.json_text import json_text
    from multipolar.payments.simulate import simulate

    if out is not None:
        _writable(out)
    held = _working("reading", lambda: _read(file, payments, link), quiet=json)
    done = _working("settling", lambda: simulate(held.system, held.payments, engine=engine), quiet=json)
    if out is not None:
        _written(done, out)
    if json:
        print(json_text(as_data(held, done), 2))
        return
    print(paragraph(_sentence(held, done)))
    print(f"\n{columns(_by_payer(done))}\n")
    print(columns(_by_account(done)))
    print("\nAmounts are minor units of each currency; delays are of what settled, weighted by value.")
    if out is not None:
        print(f"\nWritten to {shown(out, 200)}: every payment with state and settle time.")


@group.command(short_help="Set obligations off against each other.")
def clear(
    file: Annotated[str, typer.Argument(help="Obligations: a table debtor, creditor, amount; or a payment file.")],
    liquidity: Annotated[Path | None, typer.Option(help="A table name, amount: what each may pay in.")] = None,
    json: Json = False,
) -> None:
    """Set obligations off against each other as far as circles of debt allow, to the last unit."""
    from multipolar.app.columns import columns, paragraph
    from multipolar.base.json_text import json_text
    from multipolar.payments.clearing import clear
    from multipolar.payments.reading import read_liquidity, read_obligations

    rows = read_obligations(file)
    held = None if liquidity is None else read_liquidity(liquidity)
    found = _working("clearing", lambda: clear(rows, liquidity=held), quiet=json)
    total = sum(amount for _, _, amount in rows)
    parts = found.cleared.tolist()
    cells = [(shown(i), shown(j), amount, part) for (i, j, amount), part in zip(rows, parts, strict=True)]
    if json:
        listed = [dict(zip(("debtor", "creditor", "amount", "cleared"), row, strict=True)) for row in cells]
        print(json_text({"total": found.total, "obligations": listed, "net": _net(found.net)}, 2))
        return
    share = f"{_money(found.total)} of {_money(total)} clears ({found.total / max(total, 1):.1%})"
    kept = "no net position changes" if held is None else "it takes this liquidity"
    print(paragraph(f"{share}; no more can be set off, and {kept}."))
    cells.sort(key=lambda row: -row[3])
    print("\n" + columns([("debtor", "creditor", "owed", "cleared", "left"), *map(_debt, cells[:ROWS])]))
    _more(len(cells), "obligations; --json lists all")


@group.command(short_help="Settle what can be settled of a queue at once.")
def resolve(
    file: File,
    payments: Table = None,
    order: Annotated[str, typer.Option(help="fifo keeps each payer's order; free does not.")] = "fifo",
    objective: Annotated[str, typer.Option(help="value or count: what there is to be most of.")] = "value",
    seconds: Annotated[float, typer.Option(help="Limit of the search of --order free.")] = 10.0,
    json: Json = False,
) -> None:
    """Take all payments of a file as queued, and settle at once as many as can be."""
    from multipolar.app.columns import columns, paragraph
    from multipolar.base.json_text import json_text
    from multipolar.payments.gridlock import resolve
    from multipolar.payments.reading import opening, rows_of

    held = _read(file, payments)
    queue = rows_of(held.payments)
    balances = opening(held.system, held.payments)
    found = _working(
        "searching", lambda: resolve(balances, queue, order, objective, seconds), quiet=json or order == "fifo"
    )
    if json:
        names = ("status", "objective", "value", "count", "bound", "split_bound")
        data: dict[str, Any] = {name: getattr(found, name) for name in names}
        print(json_text({**data, "settled": found.settled.tolist(), "balances": _net(found.balances)}, 2))
        return
    total = sum(amount for _, _, amount in queue)
    unit = "" if objective == "value" else " payments"
    proof = "nothing better exists" if found.status == "optimal" else f"at most {_money(found.bound)}{unit} is possible"
    text = f"{found.count} of {len(queue)} payments settle at once, {_money(found.value)} of {_money(total)}: {proof}"
    kept = " in queue order" if order == "fifo" else " in any order"
    split = f"{_money(found.split_bound)}{' in number' if unit else ''}"
    print(paragraph(f"{text}{kept}. Split into parts, payments could settle {split}."))
    cells = [
        (shown(i), shown(j), _money(amount), "settles" if chosen else "stays")
        for (i, j, amount), chosen in zip(queue, found.settled.tolist(), strict=True)
    ]
    print("\n" + columns([("payer", "payee", "amount", ""), *cells[:ROWS]]))
    _more(len(cells), "payments; --json lists all")


@group.command(short_help="Cut one link after the other, rank the losses.")
def stress(
    file: File,
    payments: Table = None,
    link: Link = "uetr",
    cuts: Annotated[str, typer.Option(help="bank, corridor or rail: which cuts are tried.")] = "bank",
    rate: Annotated[
        list[str] | None, typer.Option(help="EUR=1.1: worth of a minor unit, once for each of several currencies.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="How many are shown.")] = ROWS,
    json: Json = False,
) -> None:
    """Cut one bank, corridor or currency after the other, and rank them by what fails with them."""
    from multipolar.app.columns import columns, paragraph
    from multipolar.app.screen import progress
    from multipolar.base.json_text import json_text
    from multipolar.payments.stress import stress

    held = _read(file, payments, link)
    with progress(not json) as report:
        found = stress(held.system, held.payments, cuts, rates=_rates(rate), progress=report)
    ranked = found.ranking()
    names = ("direct", "second", "unsettled", "trapped", "days_to_clear")
    if json:
        rows = [
            {"kind": e.cut.kind, "cut": e.cut.label, "scope": e.cut.scope}
            | {name: getattr(e, name) if isfinite(getattr(e, name)) else None for name in names}
            for e in ranked
        ]
        print(json_text({"unsettled": found.unsettled, "effects": rows}, 2))
        return
    print(paragraph(f"Without a cut {found.unsettled:.1%} of value stays unsettled. With one, the worst first:"))
    head = ("cut", "", "lost with a party cut", "lost in the second round", "unsettled", "trapped", "days to clear")
    cells = [
        (shown(e.cut.label, 40), e.cut.scope, *(f"{x:.1%}" for x in (e.direct, e.second, e.unsettled, e.trapped)),
         f"{e.days_to_clear:.1f}")
        for e in ranked[:top]
    ]  # fmt: skip
    print("\n" + columns([head, *cells]))
    print("\nShares of the value of all payments; trapped: of opening balances; send: it cannot send but receives.")


def as_data(held: PaymentFile, done: Settlement) -> dict[str, Any]:
    """What ``pay run --json`` prints."""
    pairs = [{"institution": who, "currency": money, "balance": held_} for (who, money), held_ in done.balances.items()]
    return {
        "name": held.name,
        "title": held.title,
        "engine": done.engine,
        "journal": done.journal.hash,
        "settled_at": done.settled_at.tolist(),
        "state": done.state.tolist(),
        "balances": pairs,
        "drawn": done.drawn.tolist(),
        "net": _net(done.net),
    }


def _read(file: str, payments: Path | None, link: str = "uetr") -> PaymentFile:
    from multipolar.payments.reading import read_payment_file

    is_path = os.sep in file or file.endswith((".yaml", ".yml"))
    return read_payment_file(Path(file) if is_path else file, payments, link)


def _rates(given: list[str] | None) -> dict[str, float] | None:
    """Worth of a minor unit by currency, from texts CURRENCY=NUMBER."""
    from multipolar.base.problems import InputError

    rates: dict[str, float] = {}
    for text in given or ():
        currency, _, number = text.rpartition("=")
        try:
            rates[currency] = float(number)
        except ValueError:
            currency = ""
        if not currency:
            raise InputError(f"--rate: `{shown(text)}` is no worth of a currency, as in EUR=1.1.")
    return rates or None


def _working(what: str, work: Callable[[], Answer], quiet: bool) -> Answer:
    """The answer of a piece of work, with a bar on the error stream while it lasts."""
    from multipolar.app.screen import progress

    with progress(not quiet) as report, _own_words_only():
        report(what, 0, 1)
        return work()


@contextmanager
def _own_words_only() -> Iterator[None]:
    """Keep what a solver's own library prints out of the answer: HiGHS says a line now and then, though told not to."""
    if os.name != "posix" or sys.stdout is None:
        yield
        return
    import ctypes

    sys.stdout.flush()
    held, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        ctypes.CDLL(None).fflush(None)
        os.dup2(held, 1)
        os.close(held)
        os.close(nowhere)


def _writable(out: Path) -> None:
    """Refuse a place for the table before anything is computed: only what this command wrote is written over."""
    from multipolar.base.problems import InputError

    if out.exists() and not out.is_file():
        raise InputError(f"--out: `{shown(out, 200)}` is no file.")
    if not out.parent.is_dir():
        raise InputError(f"--out: no folder `{shown(out.parent, 200)}`.")
    if out.exists():
        with out.open("rb") as stream:
            begin = stream.read(len(HEAD) + 1)
        if begin != f"{HEAD}\n".encode():
            raise InputError(f"--out: `{shown(out, 200)}` is there, and no table of settled payments: another name.")


def _written(done: Settlement, out: Path) -> None:
    """Every payment with its state and settle time as CSV; whole or not at all."""
    import csv
    from io import StringIO

    from multipolar.results.disk import place_file

    payments, names = done.payments, done.payments.institutions
    columns = (payments.time, payments.payer, payments.payee, payments.currency, payments.amount)
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEAD.split(","))
    rows = zip(*(column.tolist() for column in columns), done.state, done.settled_at.tolist(), strict=True)
    for time, i, j, money, amount, state, at in rows:
        writer.writerow((time, names[i], names[j], payments.currencies[money], amount, state, at))
    place_file(out, text.getvalue().encode("utf-8"))


def _sentence(held: PaymentFile, done: Settlement) -> str:
    """What happened, in a few sentences."""
    payments, state = done.payments, done.state
    counts = {name: int((state == name).sum()) for name in ("settled", "queued", "rejected")}
    said = [f"{shown(held.title)}: {counts['settled']:,} of {len(payments):,} payments settle"]
    parts = []
    for code, currency in enumerate(payments.currencies):
        mine = payments.currency == code
        total = int(payments.amount[mine].sum())
        settled = int(payments.amount[mine & (done.settled_at >= 0)].sum())
        parts.append(f"{settled / total:.1%} of {_money(total)} {shown(currency)}")
    said.append(f", {', '.join(parts)}" if parts else "")
    left = [f"{counts[name]:,} {word}" for name, word in (("queued", "left at the end"), ("rejected", "rejected"))]
    said.append(f"; {', '.join(left)}.")
    if done.system.rail is not None:
        said.append(f" Rail: {shown(done.system.rail)}, screening included.")
    return "".join(said)


def _by_payer(done: Settlement) -> list[tuple[str, ...]]:
    """Settled payments by payer and currency, the largest first."""
    rows = [(who, row) for who, row in done.metrics["institutions"].items() if row["count"]]
    largest = sorted(rows, key=lambda row: -row[1]["value"])[:ROWS]
    head = ("payer", "", "payments", "settled", "of value", "mean delay")
    cells = [
        (shown(who, 24), shown(money, 12), f"{r['count']:,}", f"{r['settled_count']:,}",
         "-" if r["settled_share"] is None else f"{r['settled_share']:.1%}",
         "-" if r["delay_s"] is None else _duration(r["delay_s"]))
        for (who, money), r in largest
    ]  # fmt: skip
    return [head, *cells, *([(f"and {len(rows) - ROWS} more",)] if len(rows) > ROWS else [])]


def _by_account(done: Settlement) -> list[tuple[str, ...]]:
    """Balances at the beginning and the end, in minor units."""
    begin = {(who, money): amount for who, money, amount in done.system.accounts}
    pairs = list(done.balances.items())
    pairs.sort(key=lambda pair: -abs(pair[1] - begin.get(pair[0], 0)))
    cells = [
        (shown(who, 24), shown(money, 12), _money(begin.get((who, money), 0)), _money(end))
        for (who, money), end in pairs[:ROWS]
    ]
    more = [(f"and {len(pairs) - ROWS} more",)] if len(pairs) > ROWS else []
    return [("account", "", "at the beginning", "at the end"), *cells, *more]


def _debt(row: tuple[str, str, int, int]) -> tuple[str, ...]:
    debtor, creditor, amount, cleared = row
    return debtor, creditor, _money(amount), _money(cleared), _money(amount - cleared)


def _more(count: int, what: str) -> None:
    if count > ROWS:
        print(f"  and {count - ROWS:,} more {what}")


def _net(positions: Mapping[Any, int]) -> list[dict[str, Any]]:
    return [{"name": _label(name), "amount": amount} for name, amount in positions.items()]


def _label(name: object) -> str:
    return " ".join(map(str, name)) if isinstance(name, tuple) else str(name)


def _money(amount: int) -> str:
    return f"{amount:,}"


def _duration(seconds: float) -> str:
    """``45 s``, ``12 min``, ``3.5 h``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
