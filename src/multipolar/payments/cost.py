"""What it costs to pay through one rail on one corridor, in basis points of value, by component.

Each component is split into what uses up resources, what is somebody's income above cost (rent), and what only moves
from one pocket to another. The inputs, their units, neutral values, ranges and sources are the table ``costs.csv``. The
formulas are those of the plan of this program; q is the probability that a payment comes back.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TypeAlias

from multipolar.base.arrays import plain_number
from multipolar.base.problems import Collector, InputError, nearest, shown
from multipolar.base.quantity import Quantity

HOURS = 8760.0  # of a year
BP = 1e4
COMPONENTS = ("fee", "fx", "liquidity", "delay", "compliance", "principal", "volatility")
Given: TypeAlias = float | Quantity | Sequence[float | Quantity]
Numbers: TypeAlias = dict[str, float]


@dataclass(frozen=True, slots=True)
class Input:
    """One row of ``costs.csv``: default with range (None: must be given where it counts), limits, direction, source.

    ``raises``: 1 where more of it raises the cost, -1 where it lowers it, 0 where it only splits it.
    """

    name: str
    component: str
    default: Quantity | None
    least: float
    most: float
    raises: int
    meaning: str


@dataclass(frozen=True, slots=True)
class Component:
    """One component: ``bp`` with its range ``low`` to ``high``, and its parts: ``rent``, ``transfer``, the rest
    ``resource``. ``sources`` are those of its inputs that are not neutral."""

    name: str
    bp: float
    low: float
    high: float
    rent: float
    transfer: float
    sources: tuple[str, ...]

    @property
    def resource(self) -> float:
        return self.bp - self.rent - self.transfer


@dataclass(frozen=True, slots=True)
class CorridorCost:
    """The cost of a corridor, bp of value: ``components`` in a fixed order, and their sums."""

    components: tuple[Component, ...]

    @property
    def bp(self) -> dict[str, float]:
        """Basis points by component."""
        return {each.name: each.bp for each in self.components}

    @property
    def total(self) -> float:
        return sum(each.bp for each in self.components)

    @property
    def low(self) -> float:
        """Where every input stands at the end of its range that lowers cost."""
        return sum(each.low for each in self.components)

    @property
    def high(self) -> float:
        return sum(each.high for each in self.components)

    @property
    def resource(self) -> float:
        return sum(each.resource for each in self.components)

    @property
    def rent(self) -> float:
        return sum(each.rent for each in self.components)

    @property
    def transfer(self) -> float:
        return sum(each.transfer for each in self.components)


def corridor_cost(**given: Given) -> CorridorCost:
    """The cost of one rail on one corridor, bp of value (PAYMENTS, cost of one rail).

    Every input is a keyword named as in ``costs.csv``: a number, or a ``Quantity`` with a range and source; inputs left
    out are neutral. ``ticket`` is needed with a fee or screening cost per payment, ``value`` with prefunded money, both
    in one currency. The range of a component lets all its inputs move together. Raises ``InputError`` listing every
    unknown name (with the nearest), every number out of its limits, and what is missing.
    """
    inputs = cost_inputs()
    problems = Collector()
    known: dict[str, tuple[Quantity, ...]] = {}
    for name, value in given.items():
        if name not in inputs:
            close = nearest(name, inputs)
            problems.add(f"unknown input.{f' Did you mean `{close}`?' if close else ''}", path=shown(name))
        elif value is not None:
            known[name] = _quantities(inputs[name], value, problems)
    for name, each in inputs.items():
        if name not in known and each.default is not None:
            known[name] = (each.default,)
    for name, reasons in (("ticket", ("fixed_fee", "screening_cost")), ("value", ("prefunded",))):
        reason = next((r for r in reasons if any(q.value for q in known.get(r, ()))), None)
        if name not in known and name not in given and reason:
            problems.add(f"needed with `{reason}`: {inputs[name].meaning}.", path=name)
    problems.raise_if_any(InputError)
    return CorridorCost(tuple(_component(name, known) for name in COMPONENTS))


def blocked_share(shares: Sequence[float], cuts: Sequence[float], reroutes: Sequence[float]) -> float:
    """Share of a corridor's value that can no longer be paid: ``b = sum_r s_r cut_r (1 - reroute_r)``.

    By rail r: ``shares`` of value on rails that the sender of a sanction controls, ``cuts`` the part of it cut off,
    ``reroutes`` the part of that which moves to rails that both countries permit. Raises ``InputError`` for lists of
    different length, numbers outside 0 to 1, shares above 1 in all.
    """
    problems = Collector()
    for name, given in (("shares", shares), ("cuts", cuts), ("reroutes", reroutes)):
        if len(given) != len(shares):
            problems.add(f"{len(given)} numbers for {len(shares)} rails", path=name)
        for k, value in enumerate(given):
            if not plain_number(value, 0.0, 1.0):
                problems.add(f"{shown(value)} is not a number from 0 to 1", path=f"{name}[{k}]")
    if not problems and sum(shares) > 1.0 + 1e-12:
        problems.add(f"they add up to {sum(shares):.6g}, more than all value", path="shares")
    problems.raise_if_any(InputError)
    return math.fsum(s * cut * (1.0 - moved) for s, cut, moved in zip(shares, cuts, reroutes, strict=True))


@cache
def cost_inputs() -> dict[str, Input]:
    """The rows of ``costs.csv`` by name."""
    text = files("multipolar.payments").joinpath("costs.csv").read_text(encoding="utf-8")
    found = {}
    for row in csv.DictReader(text.splitlines()):
        default = None
        if row["value"]:
            value, low, high = (float(row[key]) for key in ("value", "low", "high"))
            default = Quantity(value, low, high, unit=row["unit"], source=row["source"])
        limits = (float(row["least"]), float(row["most"]), int(row["raises"]))
        found[row["name"]] = Input(row["name"], row["component"], default, *limits, row["meaning"])
    return found


def _quantities(each: Input, given: Given, problems: Collector) -> tuple[Quantity, ...]:
    """What was given as quantities, each within the limits of the input; several only for spreads."""
    several = each.name == "half_spreads" and isinstance(given, list | tuple)
    values = tuple(given) if several else (given,)  # type: ignore[arg-type]
    found = []
    for k, value in enumerate(values):
        path = f"{each.name}[{k}]" if several else each.name
        quantity = value if isinstance(value, Quantity) else None
        for number in (value,) if quantity is None else (quantity.value, *_ends(quantity)):
            if not plain_number(number, each.least, each.most):
                limits = f"from {each.least:g} to {each.most:g}"
                problems.add(f"{shown(number)} is not a number {limits}. It is the {each.meaning}.", path=path)
                break
        else:
            found.append(quantity or Quantity(float(value)))  # type: ignore[arg-type]
    return tuple(found)


def _ends(quantity: Quantity) -> tuple[float, float]:
    low = quantity.value if quantity.low is None else quantity.low
    return low, quantity.value if quantity.high is None else quantity.high


def _component(name: str, known: dict[str, tuple[Quantity, ...]]) -> Component:
    """One component at the central values, at the cheapest and the dearest ends of its inputs."""
    inputs = cost_inputs()
    cheap, dear = {}, {}
    for each, quantities in known.items():
        ends = [_ends(quantity) for quantity in quantities]
        order = -1 if inputs[each].raises < 0 else 1
        cheap[each] = sum(pair[::order][0] for pair in ends)
        dear[each] = sum(pair[::order][1] for pair in ends)
    central = {each: sum(quantity.value for quantity in quantities) for each, quantities in known.items()}
    bp = FORMULAS[name](central)
    rent = bp * central[f"rent_{name}"]
    transfer = (bp - rent) * (1.0 - central["administrative_share"]) if name == "principal" else 0.0
    used = [each for each in known if inputs[each].component == name and central[each]] if bp else []
    sources = dict.fromkeys(quantity.source or "given" for each in used for quantity in known[each])
    return Component(name, bp, FORMULAS[name](cheap), FORMULAS[name](dear), rent, transfer, tuple(sources))


def _fee(x: Numbers) -> float:
    """``1e4 fixed/ticket + ad valorem``, for each of 1/(1-q) tries."""
    return (_per_payment(x["fixed_fee"], x) + x["ad_valorem"]) / (1.0 - x["return_rate"])


def _fx(x: Numbers) -> float:
    """Sum of half-spreads over the conversions on the way, on the part of the flow that is not netted."""
    return x["half_spreads"] * x["net_share"]


def _liquidity(x: Numbers) -> float:
    """``1e4 (funding - remuneration) prefunded hours / (8760 value)``; not below 0."""
    if not x["prefunded"]:
        return 0.0
    rate = max(x["funding_rate"] - x["remuneration_rate"], 0.0)
    return BP * rate * x["prefunded"] * x["hours"] / (HOURS * x["value"])


def _delay(x: Numbers) -> float:
    """``1e4 rate hours / 8760``, for each of 1/(1-q) tries."""
    return BP * x["delay_rate"] * x["delay_h"] / HOURS / (1.0 - x["return_rate"])


def _compliance(x: Numbers) -> float:
    """``1e4 screening/ticket + q cost of return``."""
    return _per_payment(x["screening_cost"], x) + x["return_rate"] * x["cost_of_return"]


def _principal(x: Numbers) -> float:
    """``1e4 PD LGD exposure / 8760``."""
    return BP * x["default_rate"] * x["loss_given_default"] * x["exposure_h"] / HOURS


def _volatility(x: Numbers) -> float:
    """Cost of hedging the bridge asset, ``1e4 k vol sqrt(h/8760)``; the standard deviation itself is no cost."""
    return BP * x["hedge_factor"] * x["volatility"] * math.sqrt(x["bridge_h"] / HOURS)


def _per_payment(amount: float, x: Numbers) -> float:
    return BP * amount / x["ticket"] if amount else 0.0


FORMULAS: dict[str, Callable[[Numbers], float]] = {
    "fee": _fee,
    "fx": _fx,
    "liquidity": _liquidity,
    "delay": _delay,
    "compliance": _compliance,
    "principal": _principal,
    "volatility": _volatility,
}
