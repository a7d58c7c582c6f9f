"""Names of countries, dated blocs, and groups of sectors: what people write, to labels of a world.

``data/countries.csv`` (iso3, name_en, name_ar, aliases with | between) and ``data/blocs.csv`` (bloc, iso3, from,
until, source, how_seen) are the tables behind it.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from multipolar.base.axes import Labels
from multipolar.base.problems import InputError, UnknownLabelError, nearest, shown

DATA = Path(__file__).parent / "data"
PREDEFINED = {"EU27": 2020}  # blocs that need no declaration, and the year of their members

HIGH_TECH = ("C21", "C26", "C303", "C302_304_309", "J62_63")
ENERGY = ("B05", "B06", "C19", "D")
VEHICLES = ("C29",)
SECTOR_GROUPS: dict[str, str] = {
    "all": "every sector",
    "goods": "A to C: agriculture, mining, manufacturing",
    "services": "D to RTS: utilities, construction, services",
    "high_tech": "C21, C26, C303, C302_304_309 and J62_63",
    "energy": "B05, B06, C19 and D",
    "vehicles": "C29",
}


@dataclass(frozen=True, slots=True)
class Country:
    """A country of the table: code, plain names in English and Arabic, other names in use."""

    iso3: str
    name_en: str
    name_ar: str
    aliases: tuple[str, ...]
    income_group: str


@dataclass(frozen=True, slots=True)
class Membership:
    """One country in one bloc, from a day until a day (None: still); where that stands, and how it was seen."""

    iso3: str
    start: str
    end: str | None
    source: str
    how_seen: str


@cache
def countries() -> Mapping[str, Country]:
    """All countries of the table, by code."""
    with (DATA / "countries.csv").open(encoding="utf-8", newline="") as rows:
        return {
            row["iso3"]: Country(
                row["iso3"],
                row["name_en"],
                row["name_ar"],
                tuple(filter(None, row["aliases"].split("|"))),
                row["income_group"],
            )
            for row in csv.DictReader(rows)
        }


@cache
def blocs() -> Mapping[str, tuple[Membership, ...]]:
    """The dated list of each bloc the program knows."""
    lists: dict[str, list[Membership]] = {}
    with (DATA / "blocs.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            stated = Membership(row["iso3"], row["from"], row["until"] or None, row["source"], row["how_seen"])
            lists.setdefault(row["bloc"], []).append(stated)
    return {name: tuple(members) for name, members in lists.items()}


def bloc_members(bloc: str, year: int) -> tuple[str, ...]:
    """Members at the end of ``year``: in before 31 December, not out by then. Raises ``KeyError`` for no such list."""
    day = f"{year:04d}-12-31"
    return tuple(m.iso3 for m in blocs()[bloc] if m.start <= day and (m.end is None or m.end >= day))


def first_year(bloc: str) -> int:
    """The first year in which a bloc has members."""
    return min(int(m.start[:4]) for m in blocs()[bloc])


def normal(name: str) -> str:
    """A name as it is compared: case, accents, spaces and the spelling variants of Arabic letters set aside."""
    tatweel = "\u0640"  # stretches a word, no letter
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c) and c != tatweel)
    folded = plain.translate(_ARABIC_VARIANTS).casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return " ".join(folded.replace("-", " ").split())


# Alef with hamza or madda -> alef, teh marbuta -> heh, alef maksura -> yeh: typists use them freely.
_ARABIC_VARIANTS = str.maketrans("\u0623\u0625\u0622\u0629\u0649", "\u0627\u0627\u0627\u0647\u064a")


@cache
def _by_name() -> Mapping[str, str]:
    names: dict[str, str] = {}
    for code, country in countries().items():
        for name in (country.name_en, country.name_ar, *country.aliases):
            names.setdefault(normal(name), code)
    return names


@cache
def _codes() -> frozenset[str]:
    return frozenset(countries()) | {m.iso3 for members in blocs().values() for m in members}


def country_code(name: str) -> str | None:
    """The ISO3 code of a country named by code, plain English or Arabic name, or alias; None where it is none."""
    if name in _codes():
        return name
    return _by_name().get(normal(name))


def nearest_place(name: str, blocs_here: tuple[str, ...], codes: tuple[str, ...]) -> str | None:
    """The country or bloc most like ``name``, as a user would write it: ``RUS (Russia)``."""
    spelled = _spelled(blocs_here, codes)
    close = nearest(name, spelled)
    return spelled[close] if close else None


def position(name: str, countries: Labels) -> int:
    """Position of a country named by code, plain name or alias.

    Raises ``UnknownLabelError`` with the nearest of the names and codes of ``countries``.
    """
    code = country_code(name) or name
    if code in countries.names:
        return countries.index(code)
    raise UnknownLabelError("country", name, nearest_place(name, (), countries.names))


@lru_cache(maxsize=16)
def _spelled(blocs_here: tuple[str, ...], codes: tuple[str, ...]) -> Mapping[str, str]:
    """Every spelling of a place, and how a user would write it."""
    spelled: dict[str, str] = {}
    for code in codes:
        spelled.setdefault(code, code)
        country = countries().get(code)
        if country is not None:
            label = f"{code} ({country.name_en})"
            spelled[code] = label
            for each in (country.name_en, country.name_ar, *country.aliases):
                spelled.setdefault(each, label)
    for bloc in blocs_here:
        spelled[bloc] = f"`{bloc}`"
    return spelled


class BlocCycleError(InputError):
    """A bloc that contains itself through others; ``ring`` names them, the first again at the end."""

    def __init__(self, ring: tuple[str, ...]) -> None:
        super().__init__(f"the bloc contains itself: {shown(' > '.join(ring), 200)}.")
        self.ring = ring


def expand(names: Sequence[str], own: Mapping[str, Sequence[str]], within: Iterable[str] = ()) -> tuple[str, ...]:
    """Codes that names stand for: labels in ``within`` as they are, then blocs in ``own`` (nested), then countries.

    A name that is none of these is kept as written, for the caller to report. Each code once, in order. Raises
    ``BlocCycleError`` naming the ring where a bloc contains itself.
    """
    labels = frozenset(within)
    found: dict[str, None] = {}
    inside: list[str] = []  # the blocs that are open, each within the one before
    waiting = [iter(names)]  # what is left of `names`, then of each open bloc
    done: set[str] = set()
    while waiting:
        name = next(waiting[-1], None)
        if name is None:
            waiting.pop()
            done.update(inside[-1:])
            del inside[-1:]
        elif name in labels:
            found.setdefault(name)
        elif name in inside:
            raise BlocCycleError((*inside[inside.index(name) :], name))
        elif name in own:
            if name not in done:
                inside.append(name)
                waiting.append(iter(own[name]))
        elif name in PREDEFINED:
            found.update(dict.fromkeys(bloc_members(name, PREDEFINED[name])))
        else:
            found.setdefault(country_code(name) or name)
    return tuple(found)


_ISIC = re.compile(r"([A-Z])([0-9]{0,4})([A-Z]?)")


def sector_members(name: str, sectors: Sequence[str]) -> tuple[str, ...]:
    """Sectors of a world that a name stands for; empty where it is none.

    In this order: a code of the world; a group (``goods``); an ISIC section or division with its letter (``C``,
    ``C30``, ``C11``): all sectors inside it, or else the one sector that contains it.
    """
    if name in sectors:
        return (name,)
    if name in SECTOR_GROUPS:
        return _group(name, sectors)
    found = _ISIC.fullmatch(name)
    if found is None or found[3]:
        return ()
    letter, digits = found[1], found[2]
    parts = {code: _divisions(code) for code in sectors}
    inside = tuple(
        code
        for code, (first, held) in parts.items()
        if letter in first and (not digits or (held and all(each.startswith(digits) for each in held)))
    )
    if inside or not digits:
        return inside
    return tuple(
        code
        for code, (first, held) in parts.items()
        if letter in first and (not held or any(digits.startswith(each) for each in held))
    )


def _group(name: str, sectors: Sequence[str]) -> tuple[str, ...]:
    if name == "all":
        return tuple(sectors)
    if name in ("goods", "services"):
        # ISIC letters: A agriculture, B mining, C manufacturing are goods; all later sections are services here.
        isic = [code for code in sectors if re.fullmatch(r"[A-Z](?![a-z]).*", code)]
        return tuple(code for code in isic if (code[0] in "ABC") == (name == "goods"))
    wanted = {"high_tech": HIGH_TECH, "energy": ENERGY, "vehicles": VEHICLES}[name]
    return tuple(code for code in sectors if any(code in sector_members(each, sectors) for each in wanted))


@cache
def _divisions(code: str) -> tuple[str, tuple[str, ...]]:
    """Section letters and ISIC numbers a sector code holds: ``C10T12`` is C and 10, 11, 12; ``RTS`` is R, T, S."""
    if re.fullmatch(r"[A-Z]+", code):
        return code, ()
    found = re.fullmatch(r"([A-Z])([0-9]+(?:_[0-9]+)*)(?:T([0-9]+))?[A-Z]?", code)
    if found is None:
        return "", ()
    numbers = found[2].split("_")
    if found[3]:
        last = numbers[-1]
        numbers += [str(each).zfill(len(last)) for each in range(int(last) + 1, int(found[3]) + 1)]
    return found[1], tuple(numbers)
