"""A number as people state it: value, range and shape, unit, source; read strictly, drawn, printed.

What is a number is decided here, not by YAML: ``true``, ``yes``, ``.nan``, ``.inf``, ``1e999``, ``010``, ``0x10``,
``1_000`` and a 5,000-digit integer are not. A unit may follow with or without a space.

Units held: ``share`` (0.1 = 10 %), ``bp``, ``million USD``, ``USD``, ``units``, or none.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

Shape = Literal["fixed", "triangular", "uniform", "normal", "lognormal", "discrete"]
SHAPES: tuple[Shape, ...] = ("triangular", "uniform", "normal", "lognormal", "discrete")
NINETY_FIVE = 1.6448536269514722  # standard normal quantile at 0.95

# How many of the unit held one stated unit is, by unit held. Names are compared in lower case without blanks.
_MONEY = {
    "usd": 1.0,
    "kusd": 1e3,
    "thousandusd": 1e3,
    "musd": 1e6,
    "mnusd": 1e6,
    "millionusd": 1e6,
    "bnusd": 1e9,
    "billionusd": 1e9,
    "tnusd": 1e12,
    "trillionusd": 1e12,
}
UNITS: dict[str, dict[str, float]] = {
    "share": {"": 1.0, "%": 1e-2, "percent": 1e-2, "bp": 1e-4},
    "bp": {"": 1.0, "bp": 1.0, "%": 1e2, "percent": 1e2},
    "million USD": {name: size / 1e6 for name, size in {"": 1.0, **_MONEY}.items()},
    "USD": {"": 1.0, **_MONEY},
    "units": {"": 1.0, "thousand": 1e3, "million": 1e6},
    "": {"": 1.0},
}
UNIT_HINT = {
    "share": "Write 0.1, 10 % or 25 bp",
    "bp": "Write 25 or 25 bp",
    "million USD": "Write dollars: 1.2 bn USD, 300 m USD or 60000",
    "USD": "Write dollars: 38000 or 38000 USD",
    "units": "Write a plain number: 20000",
    "": "Write a plain number: 0.5",
}

_NUMBER = re.compile(r"([+-]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|[+-]?\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
_LONGEST = 40


class NotANumberError(ValueError):
    """A text that is no number of the wanted unit; the message is a sentence for the user, without the text itself."""


def parse(text: str, unit: str = "") -> float:
    """The number ``text`` states, in ``unit``. ``parse("1.2 bn USD", "million USD")`` is 1200.

    Raises ``NotANumberError`` with what is allowed.
    """
    stated = text.strip()
    if len(stated) > _LONGEST:
        raise NotANumberError("is too long for a number")
    found = _NUMBER.match(stated)
    name = "".join(stated[found.end() :].lower().split()) if found else ""
    if found is None or re.search(r"[0-9.,_]", name):
        raise NotANumberError(_no_number(stated, unit))
    size = UNITS[unit].get(name)
    if size is None:
        raise NotANumberError(f"is no number here: unit not known. {UNIT_HINT[unit]}")
    value = float(found[0]) * size
    if not math.isfinite(value):
        raise NotANumberError("is too large for a number")
    return value


def _no_number(stated: str, unit: str) -> str:
    digits = stated.lstrip("+-")
    if re.fullmatch(r"0[0-9]+.*", digits):
        return "is no number: a number does not begin with 0 before other digits"
    if re.fullmatch(r"[0-9]+,[0-9]+.*", digits):
        return "is no number: the decimal sign is a point, and thousands are not grouped"
    if stated[:1] == "\N{MINUS SIGN}":
        return "is no number: write the minus as `-`"
    return f"is no number. {UNIT_HINT[unit]}"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A stated number with its uncertainty.

    ``value`` is the central value; ``central`` is False where none was written and it is the middle of the range.
    ``low`` and ``high`` bound the draws; None where the number is certain. ``line``, ``column``: its place.
    """

    value: float
    low: float | None = None
    high: float | None = None
    shape: Shape = "fixed"
    unit: str = ""
    source: str | None = None
    note: str | None = None
    line: int | None = None
    column: int | None = None
    central: bool = True

    @property
    def uncertain(self) -> bool:
        """Whether draws of it differ."""
        return self.low is not None and self.high is not None and self.low < self.high

    @property
    def assumption(self) -> bool:
        """Whether nothing but an assumption stands behind it: no source, or one that begins with that word."""
        return is_assumption(self.source)

    def quantile(self, u: float) -> float:
        """Inverse distribution function at ``u`` in (0, 1): never falling in ``u``, always within [low, high].

        triangular: mode ``value``, ends ``low`` and ``high``; uniform: between them; normal and lognormal: centre
        ``value``, ``low`` and ``high`` set as far apart as the 5 % and 95 % points, truncated to them; discrete: the
        points low, value, high, equally likely, each counted once.
        """
        if not 0.0 < u < 1.0:
            raise ValueError(f"a quantile is asked at {u}, outside (0, 1)")
        low, high = self.low, self.high
        if low is None or high is None or not low < high:
            return self.value
        if self.shape == "triangular":
            drawn = _triangular(u, low, self.value, high)
        elif self.shape == "normal":
            drawn = _normal(u, low, self.value, high)
        elif self.shape == "lognormal":
            drawn = math.exp(_normal(u, math.log(low), math.log(self.value), math.log(high)))
        elif self.shape == "discrete":
            points = sorted({low, self.value, high})
            drawn = points[min(int(u * len(points)), len(points) - 1)]
        else:
            drawn = low + u * (high - low)
        return min(max(drawn, low), high)

    def __str__(self) -> str:
        if self.low is None or self.high is None:
            return stated(self.value, self.unit)
        return f"{stated(self.value, self.unit)} ({stated(self.low, self.unit)} to {stated(self.high, self.unit)})"


def is_assumption(source: str | None) -> bool:
    """Whether a ``source`` names none: missing, empty, or beginning with the word assumption."""
    return source is None or not source.strip() or source.strip().lower().startswith("assumption")


def stated(value: float, unit: str = "") -> str:
    """A number as a person writes it, in its unit; ``parse`` reads it back to within rounding at 12 digits."""
    if unit == "million USD":
        size, name = next(((size, name) for size, name in ((1e6, "tn"), (1e3, "bn")) if abs(value) >= size), (1.0, "m"))
        return f"{value / size:.12g} {name} USD"
    suffix = {"share": "", "": "", "units": ""}.get(unit, f" {unit}")
    return f"{value:.12g}{suffix}"


def _triangular(u: float, low: float, mode: float, high: float) -> float:
    below = (mode - low) / (high - low)
    if u <= below:
        return low + math.sqrt(u * (high - low) * (mode - low))
    return high - math.sqrt((1.0 - u) * (high - low) * (high - mode))


def _normal(u: float, low: float, centre: float, high: float) -> float:
    from statistics import NormalDist  # only where a normal is drawn

    law = NormalDist(centre, (high - low) / (2.0 * NINETY_FIVE))
    at_low, at_high = law.cdf(low), law.cdf(high)
    return law.inv_cdf(at_low + u * (at_high - at_low))
