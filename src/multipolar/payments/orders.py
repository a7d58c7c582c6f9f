"""Payments as columns of int64: times, positions of institutions and currencies, amounts, links, priorities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from multipolar.base.problems import Collector, InputError, shown

Ints: TypeAlias = NDArray[np.int64]
MOST_MONEY = 2**62  # minor units of one currency: what a sum of a system may reach
MOST_AMOUNT = 10**18 - 1  # minor units of one amount in a file; sums are checked against ``MOST_MONEY``
LATEST = 2**40  # seconds
LONGEST_NAME = 80


@dataclass(frozen=True, eq=False)
class Payments:
    """Payment orders in time order, m rows; arrays are read-only int64 [m].

    ``time`` second of submission; ``payer``, ``payee`` positions in ``institutions``; ``currency`` position in
    ``currencies``; ``amount`` minor units, at least 1; ``link`` number of the linked group or -1, positions in
    ``links``; ``priority``: the higher is served first in its queue, 0 by default. Made by ``from_rows`` or
    ``from_columns``, which raise ``InputError`` naming rows.
    """

    time: Ints
    payer: Ints
    payee: Ints
    currency: Ints
    amount: Ints
    link: Ints
    priority: Ints
    institutions: tuple[str, ...]
    currencies: tuple[str, ...]
    links: tuple[str, ...] = field(default=(), repr=False)

    def __len__(self) -> int:
        return len(self.time)

    @classmethod
    def from_rows(cls, rows: Iterable[Sequence[Any]]) -> Payments:
        """From tuples (time, payer, payee, currency, amount, link[, priority]), or a data frame with these columns in
        this order; link "" or None for none."""
        given = rows.itertuples(index=False, name=None) if hasattr(rows, "itertuples") else rows
        needed = "time, payer, payee, currency, amount, link[, priority]"
        if isinstance(given, str | Mapping) or not isinstance(given, Iterable):
            raise InputError(f"rows ({needed}) are needed, not {shown(given)}")
        listed = []
        for k, row in enumerate(given):
            if isinstance(row, str | bytes | Mapping) or not isinstance(row, Iterable):
                raise InputError(f"row {k}: values ({needed}) are needed, not {shown(row)}")
            listed.append(tuple(row))
            if not 5 <= len(listed[-1]) <= 7:
                raise InputError(f"row {k} has {len(listed[-1])} values; {needed} are needed")
        full = [row + ("", 0)[len(row) - 5 :] for row in listed]
        columns = [list(column) for column in zip(*full, strict=True)] if full else [[] for _ in range(7)]
        return cls.from_columns(*columns)

    @classmethod
    def from_columns(
        cls,
        time: Any,
        payer: Any,
        payee: Any,
        currency: Any,
        amount: Any,
        link: Any = "",
        priority: Any = 0,
        *,
        institutions: Sequence[str] | None = None,
    ) -> Payments:
        """From columns: lists, arrays or pandas columns; one text or number stands for a whole column.

        ``payer`` and ``payee`` are names, or with ``institutions`` positions in it (the fastest way in).
        """
        problems = Collector()
        times = _numbers("time", time, 0, LATEST, problems)
        m = len(times)
        amounts = _numbers("amount", amount, 1, MOST_MONEY, problems, m)
        ranks = _numbers("priority", priority, -(2**31), 2**31, problems, m)
        if institutions is None:
            (payers, payees), names = _codes([("payer", payer), ("payee", payee)], m, problems)
        else:
            names = _institutions(institutions, problems)
            payers, payees = (
                _numbers(name, given, 0, len(names) - 1, problems, m)
                for name, given in (("payer", payer), ("payee", payee))
            )
        (moneys,), currencies = _codes([("currency", currency)], m, problems)
        link_codes, links = _links(link, m, problems)
        if not problems and m > 1 and (disorder := np.diff(times) < 0).any():
            row = int(np.argmax(disorder)) + 1
            problems.add(f"row {row}: time {times[row]} after {times[row - 1]}; payments must be in time order")
        problems.raise_if_any(InputError)
        _check_total(amounts, moneys, currencies)
        columns = (times, payers, payees, moneys, amounts, link_codes, ranks)
        for column in columns:
            column.flags.writeable = False
        return cls(*columns, names, currencies, links)


def is_name(value: object) -> bool:
    """Whether a value is a name: text of 1 to 80 characters, all of them seen, that neither begins nor ends with a
    space. What looks like another name would be another bank."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and value == value.strip() and value.isprintable()


def _numbers(name: str, given: Any, least: int, most: int, problems: Collector, length: int | None = None) -> Ints:
    """A column of whole numbers from ``least`` to ``most``, copied; the first row that is not is named."""
    if isinstance(given, list | tuple) and not {type(value) for value in given} <= {int}:
        given = _whole_or_object(given)
    try:
        array = np.asarray(given)
    except (ValueError, TypeError, OverflowError):
        array = np.empty(0, object)
    empty = np.zeros((array.shape or (0,))[0] if length is None else length, np.int64)
    if array.size == 0 and length in (None, 0):
        return empty
    if array.ndim == 0 and length is not None and array.dtype.kind in "iu":
        array = np.broadcast_to(array, length)
    if array.ndim != 1 or (length is not None and len(array) != length):
        problems.add(f"a column of {length} values is needed, not of shape {array.shape}", path=name)
        return empty
    if array.dtype.kind not in "iu":
        values = array.tolist()
        for row, value in enumerate(values):
            if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
                problems.add(f"row {row}: {_said(name, value, least, most)}", path=name)
                return empty
        array = np.array(values, np.int64)
    wrong = (array < least) | (array > most)
    if wrong.any():
        row = int(np.argmax(wrong))
        problems.add(f"row {row}: {_said(name, array[row], least, most)}", path=name)
        return empty
    return np.array(array, np.int64)


def _whole_or_object(given: Sequence[Any]) -> Any:
    """Values as an array of objects, so that none is turned into another's type; NumPy's whole numbers as int."""
    array = np.empty(len(given), object)
    for row, value in enumerate(given):
        array[row] = int(value) if isinstance(value, np.integer) else value
    return array


def _said(name: str, value: object, least: int, most: int) -> str:
    if name == "amount" and isinstance(value, int | np.integer) and value < 1:
        return f"amount {value} is below one unit"
    upper = {MOST_MONEY: "2^62", LATEST: "2^40"}.get(most, str(most))
    return f"{shown(value)} is not a whole number from {least} to {upper}"


def _texts(name: str, given: Any, length: int, problems: Collector) -> list[Any]:
    if isinstance(given, str):
        return [given] * length
    try:
        values = next((getattr(given, f)() for f in ("to_pylist", "tolist") if hasattr(given, f)), None) or list(given)
    except TypeError:
        values = [given]  # no column at all: of the wrong length, or no name
    if len(values) != length:
        problems.add(f"a column of {length} values is needed, not of {len(values)}", path=name)
        return ["-"] * length  # one problem is enough: a name that is none brings no second one
    return values


def _codes(columns: list[tuple[str, Any]], m: int, problems: Collector) -> tuple[list[Ints], tuple[str, ...]]:
    """Columns of names as positions in one tuple of names, in order of first appearance by column."""
    if all(isinstance(given, str) for _, given in columns):
        names = tuple(dict.fromkeys(given for _, given in columns)) if m else ()
        return [np.full(m, names.index(given) if m else 0, np.int64) for _, given in columns], names
    texts = [_texts(name, given, m, problems) for name, given in columns]
    found: dict[Any, int] = {}
    for column in texts:
        try:
            found |= dict.fromkeys(column, 0)
        except TypeError:
            problems.add("names are needed", path=columns[0][0])
            return [np.zeros(m, np.int64) for _ in columns], ()
    for k, value in enumerate(found):
        if not is_name(value):
            row = next(column.index(value) for column in texts if value in column)
            problems.add(f"row {row}: `{shown(value)}` is not a name", path=columns[0][0])
            break
        found[value] = k
    arrays = [np.fromiter(map(found.__getitem__, column), np.int64, m) for column in texts]
    return arrays, tuple(str(name) for name in found)


def _institutions(given: Sequence[str], problems: Collector) -> tuple[str, ...]:
    """The names that positions stand for."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise InputError(f"institutions: a list of names is needed, not {shown(given)}")
    names = tuple(given)
    wrong = [name for name in names if not is_name(name)]
    if wrong:
        problems.add(f"`{shown(wrong[0])}` is not a name", path="institutions")
    elif len(set(names)) < len(names):
        twice = next(name for k, name in enumerate(names) if name in names[:k])
        problems.add(f"`{shown(twice)}` stands twice", path="institutions")
    return names


def _missing(value: object) -> bool:
    """Whether a value is how pandas writes a missing one: NaN or NA."""
    return (isinstance(value, float) and value != value) or type(value).__name__ == "NAType"


def _links(given: Any, m: int, problems: Collector) -> tuple[Ints, tuple[str, ...]]:
    """Positions of links, -1 for none: an empty text, None, or what pandas writes for a missing value."""
    if given is None or (isinstance(given, str) and not given):
        return np.full(m, -1, np.int64), ()
    found: dict[str, int] = {}
    codes = []
    for row, value in enumerate(_texts("link", given, m, problems)):
        if value is None or (isinstance(value, str) and not value) or _missing(value):
            codes.append(-1)
            continue
        name = str(value) if isinstance(value, str | int | np.integer) and not isinstance(value, bool) else ""
        if not is_name(name):
            problems.add(f"row {row}: `{shown(value)}` is not a link", path="link")
            break
        codes.append(found.setdefault(name, len(found)))
    return np.array(codes, np.int64), tuple(found)


def _check_total(amounts: Ints, moneys: Ints, currencies: tuple[str, ...]) -> None:
    """Refuse payments of one currency that add to more than 2^62: sums over them must be exact."""
    if len(amounts) == 0 or int(amounts.max()) * len(amounts) <= MOST_MONEY:
        return
    for code, currency in enumerate(currencies):
        total = sum(amounts[moneys == code].tolist())
        if total > MOST_MONEY:
            raise InputError(f"payments in {shown(currency)} total {total}, beyond 2^62")
