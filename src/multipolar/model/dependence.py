"""Dependence: whose value added, and whose taxes, are in what a country uses (ECONOMICS 7; Leontief net of tariffs).

``A[(i,s),(n,k)] = pi[i,n,s]/((1+t)(1+x)) inputshare[n,k,s]``; value added of bloc B in final use H of n is
``v_B (1-A)^-1 F_H``, F net of taxes; taxes of all rounds stand apart. A dollar of final use is value added of somebody
or a tax, so the two sum to one. Import proportionality: every user of a product in a country has the same mix of
origins, and processing trade is not seen; every figure says "proportional". i origin, n country, s supplied, k using
sector.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multipolar.base.arrays import Array
from multipolar.base.problems import InputError, NotConvergedError

TOLERANCE = 1e-14
ROUNDS = 20_000
WHOLE = 1.0 - 1e-9  # a flow with more of its market than this has no other source to turn to


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """Who supplies whom: of a dollar that n spends on s, ``share`` [s,n,i] goes to goods of i, ``net`` [s,n,i] is what
    their sellers receive and ``tax`` [n,s] the rest; ``input_share`` [n,k,s]; ``value_added_share`` [n,k]."""

    share: Array
    net: Array
    tax: Array
    input_share: Array
    value_added_share: Array


def chain(trade_share: Array, tariff: Array, export_tax: Array | None, input_share: Array) -> Chain:
    """The chain of a world or an outcome from its own arrays."""
    gross = 1.0 + tariff if export_tax is None else (1.0 + tariff) * (1.0 + export_tax)
    received = trade_share / gross
    return Chain(
        share=np.ascontiguousarray(trade_share.transpose(2, 1, 0)),
        net=np.ascontiguousarray(received.transpose(2, 1, 0)),
        tax=trade_share.sum(axis=0) - received.sum(axis=0),
        input_share=input_share,
        value_added_share=1.0 - input_share.sum(axis=2),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """What is in a dollar, inputs of all rounds included: value added by bloc of origin in one of output, ``made``
    [b,n,k], and of spending, ``bought`` [b,n,s]; taxes in each, ``made_tax`` [n,k] and ``bought_tax`` [n,s]."""

    made: Array
    made_tax: Array
    bought: Array
    bought_tax: Array


def content(links: Chain, member: Array) -> Content:
    """Content by bloc of origin, ``member`` [b,n] 0 or 1 (the identity: every country apart).

    ``made = v + inputs bought``, ``bought = net made``, round by round until nothing moves; with blocs that hold every
    country each dollar is theirs or a tax. Raises ``NotConvergedError`` where inputs come from inputs alone.
    """
    blocs = member.shape[0]
    own = np.concatenate([(member[:, :, None] * links.value_added_share), np.zeros((1, *links.tax.shape))])
    tax = np.concatenate([np.zeros((blocs, *links.tax.shape)), links.tax[None]])
    to_market, from_inputs = links.net, links.input_share
    made = own
    for _ in range(ROUNDS):
        bought = (to_market @ made.transpose(2, 1, 0)).transpose(2, 1, 0) + tax
        new = own + (from_inputs @ bought.transpose(1, 2, 0)).transpose(2, 0, 1)
        step = float(np.abs(new - made).max())
        made = new
        if step <= TOLERANCE:
            return Content(made[:blocs], made[blocs], bought[:blocs], bought[blocs])
    raise NotConvergedError(f"dependence: inputs of inputs do not come to an end, {step:.1e} after {ROUNDS} rounds")


@dataclass(frozen=True, slots=True, eq=False)
class Dependence:
    """``share`` [b,n] of bloc b in the value added that n's final use holds; ``tax`` [n], taxes per dollar of that use.

    Blocs that hold every country: ``share`` sums to 1, and ``share (1 - tax)`` with ``tax`` too.
    """

    share: Array
    tax: Array


def dependence(found: Content, final_use: Array, sectors: Array | None = None) -> Dependence:
    """Dependence of every country on every bloc, in all final use [n,s] or in that of ``sectors`` [s] (0 or 1).

    Own shares .8/.8, tariffs 10 %, value added .5, one sector: 70.58 at home, 25.85 abroad, tariffs 3.57 of 100, so
    26.8 % is foreign. Raises ``InputError`` for a country that uses nothing of the sectors.
    """
    used = final_use if sectors is None else final_use * sectors
    total = used.sum(axis=1)
    if (total <= 0).any():
        raise InputError.of(f"dependence: country {int(np.argmax(total <= 0))} has no final use of these sectors")
    tax = (found.bought_tax * used).sum(axis=1) / total
    held = (found.bought * used).sum(axis=2) / total
    return Dependence(held / (1.0 - tax), tax)


def spending_of(links: Chain, country: int, final_share: Array) -> Array:
    """Spending [n,s] of all markets that a dollar of one country's final use calls for, ``final_share`` [s] of it.

    ``w = F + inputs of (1-A)^-1 F``, the forward twin of ``content``. Raises ``NotConvergedError`` as it does.
    """
    first = np.zeros_like(links.tax)
    first[country] = final_share
    spent = first
    for _ in range(ROUNDS):
        output = (links.net.transpose(0, 2, 1) @ spent.T[:, :, None])[:, :, 0].T
        new = first + (output[:, None, :] @ links.input_share)[:, 0, :]
        step = float(np.abs(new - spent).max())
        spent = new
        if step <= TOLERANCE:
            return spent
    raise NotConvergedError(f"dependence: inputs of inputs do not come to an end, {step:.1e} after {ROUNDS} rounds")


@dataclass(frozen=True, slots=True)
class Driver:
    """A flow and its ``effect`` on a country's dependence on a bloc, as a share of value added (.01: one point)."""

    origin: int
    destination: int
    sector: int
    effect: float


def dependence_drivers(
    links: Chain, member: Array, country: int, final_share: Array, count: int = 3
) -> tuple[Driver, ...]:
    """The ``count`` cross-border flows that move a country's dependence on a bloc most, the largest first.

    ``effect``: its change if the flow stopped and its buyers turned to the market's other sources in proportion, prices
    unchanged, first order in the flow: ``w pi_i (zbar - z_i) / (1 - pi_i) / (1 - tax)`` with w what the country's use
    calls for in that market, z the bloc's value added less dependence times all value added in a dollar from i, zbar
    the market's mean. ``member`` [n] of the bloc, ``final_share`` [s] of the country. A flow that is its whole market
    has nowhere to turn to and is left out.
    """
    found, depends, kept = _of_country(links, member, country, final_share)
    spent = spending_of(links, country, final_share)
    surplus = found.made[0] - depends * found.made.sum(axis=0)
    share = links.share
    worth = surplus.T[:, None, :] * links.net / np.where(share > 0, share, 1.0)
    mean = (share * worth).sum(axis=2, keepdims=True)
    alone = share >= WHOLE
    moved = share * (mean - worth) / np.where(alone, 1.0, 1.0 - share)
    effect = np.where(alone, 0.0, moved) * spent.T[:, :, None] / kept
    return _largest(effect, count)


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """Change of a country's dependence on a bloc, taken apart exactly: ``flows`` [s,n,i] by flow, ``inputs``, ``final``
    and ``value_added`` by what shifted in production, in the country's final use and in value added shares."""

    before: float
    after: float
    flows: Array
    inputs: float
    final: float
    value_added: float

    def largest(self, count: int = 3) -> tuple[Driver, ...]:
        """The cross-border flows that moved it most."""
        return _largest(self.flows, count)


def dependence_change(
    before: Chain, after: Chain, member: Array, country: int, old_final: Array, new_final: Array
) -> Change:
    """The change between two worlds by flow: base content times change of flow times new spending (ECONOMICS 7).

    From ``L1 - L0 = L0 (A1 - A0) L1``: the parts add up to the whole change, without a remainder.
    """
    found, depends, _ = _of_country(before, member, country, old_final)
    _, new, kept = _of_country(after, member, country, new_final)
    spent = spending_of(after, country, new_final)
    output = (after.net.transpose(0, 2, 1) @ spent.T[:, :, None])[:, :, 0].T
    surplus, bought = (array[0] - depends * array.sum(axis=0) for array in (found.made, found.bought))
    flows = (after.net - before.net) * surplus.T[:, None, :] * spent.T[:, :, None] / kept
    shift = (after.input_share - before.input_share) * output[:, :, None] * bought[:, None, :]
    extra = (after.value_added_share - before.value_added_share) * (member[:, None] - depends) * output
    final = (new_final - old_final) * bought[country]
    return Change(depends, new, flows, *(float(part.sum()) / kept for part in (shift, final, extra)))


def _of_country(links: Chain, member: Array, country: int, final_share: Array) -> tuple[Content, float, float]:
    """Content by bloc and rest, a country's dependence on the bloc, and the part of its use that is value added."""
    found = content(links, np.stack([member, 1.0 - member]))
    tax = float(found.bought_tax[country] @ final_share)
    return found, float(found.bought[0, country] @ final_share) / (1.0 - tax), 1.0 - tax


def _largest(effect: Array, count: int) -> tuple[Driver, ...]:
    own = np.arange(effect.shape[1])
    size = np.abs(effect)
    size[:, own, own] = 0.0
    order = np.argsort(size, axis=None, kind="stable")[::-1][:count]
    places = [np.unravel_index(int(k), effect.shape) for k in order]
    return tuple(Driver(int(i), int(n), int(s), float(effect[s, n, i])) for s, n, i in places if size[s, n, i] > 0)
