"""Countries and sectors summed (arrays -> arrays), every identity kept.

What buyers pay is kept flow by flow, so spending, final use, income and GDP of a group are the sums of its members'.
Border taxes between members of one group cannot stay taxes (a country levies none on itself): they become part of the
price at which the group sells to itself, hence of its value added. Taxes between groups are those that keep revenue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array
from multipolar.base.axes import Labels
from multipolar.base.problems import Collector, WorldError


class Aggregated(TypedDict):
    """Arrays of the aggregated world, as ``World.from_arrays`` takes them."""

    trade: Array
    input_share: Array
    tariff: Array
    export_tax: Array | None
    trade_elasticity: Array


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """New labels and ``member`` [old, new], 1 where the old label belongs to the new one."""

    names: tuple[str, ...]
    member: Array


def grouping(labels: Labels, mapping: Mapping[str, str] | None) -> Grouping:
    """The grouping that a map old -> new makes of ``labels``; None keeps them as they are.

    New labels stand in the order in which they are first met. Raises ``WorldError`` with every label that is unknown
    or has no group.
    """
    if mapping is None:
        return Grouping(labels.names, np.eye(len(labels)))
    problems = Collector()
    for name in mapping:
        if name not in labels:
            hint = labels.nearest(str(name))
            problems.add(f"no {labels.kind} `{name}`." + (f" Did you mean `{hint}`?" if hint else ""), path="aggregate")
    for name in labels:
        if name not in mapping:
            problems.add(f"{labels.kind} `{name}` has no group", path="aggregate")
    problems.raise_if_any(WorldError)
    names = tuple(dict.fromkeys(mapping[name] for name in labels))
    position = {name: k for k, name in enumerate(names)}
    member = np.zeros((len(labels), len(names)))
    for old, name in enumerate(labels):
        member[old, position[mapping[name]]] = 1.0
    return Grouping(names, member)


def aggregate(
    trade: Array,
    input_share: Array,
    tariff: Array,
    export_tax: Array | None,
    trade_elasticity: Array,
    country: Array,
    sector: Array,
) -> Aggregated:
    """The required arrays summed by ``country`` [n,G] and ``sector`` [s,S] memberships of 0 and 1.

    Where every group has one member the arrays stay as they are, to the last bit.
    """
    if country.shape[0] == country.shape[1] and sector.shape[0] == sector.shape[1]:
        return {"trade": trade, "input_share": input_share, "tariff": tariff, "export_tax": export_tax,
                "trade_elasticity": trade_elasticity}  # fmt: skip
    levy = np.zeros_like(trade) if export_tax is None else export_tax
    sums = [_summed_flows(values, country, sector) for values in
            (trade, trade * (1.0 + levy), trade * (1.0 + levy) * (1.0 + tariff))]
    basic, border, paid = sums
    own = np.arange(country.shape[1])
    basic[own, own] = paid[own, own]
    border[own, own] = paid[own, own]
    size = country.sum(axis=0)
    cells = size[:, None, None] * size[None, :, None] * sector.sum(axis=0)
    mean_tariff = _summed_flows(tariff, country, sector) / cells
    mean_levy = _summed_flows(levy, country, sector) / cells
    new_tariff = np.where(border > 0, paid / np.where(border > 0, border, 1.0) - 1.0, mean_tariff)
    new_levy = np.where(basic > 0, border / np.where(basic > 0, basic, 1.0) - 1.0, mean_levy)
    new_tariff[own, own] = new_levy[own, own] = 0.0

    output = trade.sum(axis=1)
    bought = np.einsum("nks,nk,nG,kK,sS->GKS", input_share, output, country, sector, sector, optimize=True)
    new_output = basic.sum(axis=1)[:, :, None]
    new_input = np.divide(bought, new_output, out=np.zeros_like(bought), where=new_output > 0)
    crossing = trade.sum(axis=(0, 1)) - np.einsum("nns->s", trade)
    weight = sector * crossing[:, None]
    weight = np.where(weight.sum(axis=0) > 0, weight, sector)
    return {
        "trade": basic,
        "input_share": new_input,
        "tariff": new_tariff,
        "export_tax": None if export_tax is None else new_levy,
        "trade_elasticity": (trade_elasticity @ weight) / weight.sum(axis=0),
    }


def field(values: Array, axes: tuple[str, ...], unit: str, weight: Array, country: Array, sector: Array) -> Array:
    """A named field by group: amounts are added up; rates, shares and indices are means weighted by value added.

    ``weight`` [n,s] is value added; over an axis the field does not have it is summed. A group without value added
    takes the plain mean. A group with a member whose figure is missing (NaN) has none: missing is not zero.
    """
    members = [country if axis == "country" else sector for axis in axes]
    missing = np.isnan(values)
    known = np.where(missing, 0.0, values)
    if is_extensive(unit):
        found = _summed(known, members)
    else:
        worth = np.maximum(weight, 0.0)
        if len(set(axes)) < len(axes):  # pairs of countries: each pair by the value added of both
            shares = reduce(np.multiply.outer, (worth.sum(axis=1 if axis == "country" else 0) for axis in axes))
        else:
            shares = worth.sum(axis=tuple(k for k, axis in enumerate(("country", "sector")) if axis not in axes))
        if axes == ("sector", "country"):
            shares = shares.T
        total = _summed(shares, members)
        ones = np.ones_like(shares)
        shares = np.where(_spread(total, members) > 0, shares, ones)
        found = _summed(known * (shares / _spread(_summed(shares, members), members)), members)
    if missing.any():
        found = np.where(_summed(missing.astype(np.float64), members) > 0, np.nan, found)
    return found


def is_extensive(unit: str) -> bool:
    """Whether amounts in this unit can be added up: people, money, tonnes; not rates, shares, indices."""
    return unit in {"persons", "thousand persons", "million USD", "Mt CO2", "patents"}


def _summed(values: Array, members: list[Array]) -> Array:
    """Each axis summed by its membership."""
    for position, member in enumerate(members):
        values = np.moveaxis(np.tensordot(values, member, axes=(position, 0)), -1, position)
    return values


def _spread(values: Array, members: list[Array]) -> Array:
    """The value of its group for each member."""
    return _summed(values, [member.T for member in members])


def _summed_flows(values: NDArray[np.float64], country: Array, sector: Array) -> Array:
    result: Array = np.einsum("ins,iI,nN,sS->INS", values, country, country, sector, optimize=True)
    return result
