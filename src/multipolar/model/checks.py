"""Refused before a solve or after it, because no prices can support the shock; countries and sectors are named."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array, first_where
from multipolar.base.problems import NoEquilibriumError
from multipolar.model import equilibrium as eq
from multipolar.model.system import System
from multipolar.model.weights import closure

BALANCE = 1e-9  # of own value added: a deficit or transfer below it is rounding
CAPACITY = 3.0  # remaining markets, at their base size, times this bound what exports can ever earn
EARNS_LEAST = 1e-6  # value added over output: below it, double precision cannot tell a trade balance relative to it
EARNS_STILL = 1e-3  # of its share in output at the base: who has always lived on so little does not fall to it
LISTED = 6


def refuse(system: System) -> None:
    """Raise ``NoEquilibriumError`` where no prices can support the shock (DESIGN 4.7, 4.8).

    A used market without a supplier; a country or group that must keep a deficit or receive a transfer but is cut
    off; one that could only sell or only buy though its trade must balance; a surplus its open markets cannot carry.
    """
    _refuse_empty_markets(system)
    _refuse_large_transfers(system)
    balance = _net_inflow(system)
    _refuse_cut_off(system, balance)
    _refuse_one_way(system, balance)
    _refuse_uncarried_surplus(system, balance)


def _refuse_empty_markets(system: System) -> None:
    world = system.economy.world
    if not system.made.closes:
        _refuse_empty_lines(system)
        return
    empty = system.economy.used & ~supplied(system)
    if not empty.any():
        _refuse_empty_lines(system)
        return
    by_sector = system.economy.markets.summed(empty.T).T  # both kinds of users together
    places = [f"{world.countries[n]} x {world.sectors[s]}" for n, s in np.argwhere(by_sector)]
    more = f" and {len(places) - LISTED} more" if len(places) > LISTED else ""
    raise NoEquilibriumError(
        f"No equilibrium: no supplier is left in {', '.join(places[:LISTED])}{more}. The embargo closes every origin "
        "of a market that is used; allow one origin, or a blocked share below 1."
    )


def _refuse_empty_lines(system: System) -> None:
    """A group of product lines that every origin has closed: its price would be infinite."""
    lists, world = system.made.lists, system.economy.world
    if lists is None or lists.weights.any(axis=1).all():
        return
    row = int(np.argmin(lists.weights.any(axis=1)))
    place = f"{world.countries[lists.destination[row]]} x {world.sectors[lists.sector[row] % len(world.sectors)]}"
    raise NoEquilibriumError(
        f"No equilibrium: no supplier is left for {lists.width[row]:.0%} of the product lines of {place}. The lists of "
        "all origins together close them; leave one origin open, or use coverage `thin`."
    )


def _refuse_large_transfers(system: System) -> None:
    """Nobody pays more than the world earns: transfers are in dollars of its base value added."""
    world, whole = system.economy.world, float(system.economy.wage_bill.sum())
    paid = -np.broadcast_to(system.transfers, (len(world.countries),))
    n = int(np.argmax(paid))
    if paid[n] >= whole:
        raise NoEquilibriumError(
            f"No equilibrium: {world.countries[n]} would pay {_money(float(paid[n]))} a year, and all countries "
            f"together earn {_money(whole)}. State a smaller transfer."
        )


def _net_inflow(system: System) -> Array:
    """What each country must receive from abroad beyond its exports: deficit at base wages plus transfers [n]."""
    accounts, bills = system.economy.accounts, system.economy.wage_bill
    rule = system.shocks.deficits
    if rule == "closed":
        deficit = np.zeros_like(bills)
    elif rule == "fixed":
        deficit = accounts.deficit
    else:
        deficit = eq.deficit("own", bills, bills, accounts.deficit, np.ones((1, len(bills))))
    inflow = deficit + system.transfers
    royalties = system.venture_terms(accounts.output)[1]
    limit = BALANCE * np.maximum(bills, 1e-300)
    total: Array = np.where(np.abs(inflow + royalties) > limit, inflow + royalties, 0.0)
    return total


def _refuse_cut_off(system: System, balance: Array) -> None:
    world = system.economy.world
    if len(system.group) == 1:
        return
    for members in system.group.astype(bool):
        bills = system.economy.wage_bill[members].sum()
        one_sided = (balance[members] >= 0).all() or (balance[members] <= 0).all()
        keeps = one_sided and bool(balance[members].any())
        unbalanced = abs(balance[members].sum()) > BALANCE * bills
        if keeps or (unbalanced and (system.shocks.deficits == "fixed" or np.any(system.transfers))):
            what = "a deficit" if balance[members].sum() > 0 else "a surplus"
            raise NoEquilibriumError(
                f"No equilibrium: {_names(world.countries, members)} would be cut off from all trade with the others "
                f"but must keep {what} of {_money(abs(balance[members].sum()))} (deficit rule "
                f"`{system.shocks.deficits}`). Use `closed`, or leave some trade open."
            )


def _refuse_one_way(system: System, balance: Array) -> None:
    """Balanced trade needs to sell and to buy: a strongly connected part with only one of the two has none."""
    world = system.economy.world
    sells = system.made.sells
    reach = closure(sells)
    both = reach & reach.T
    if both.all():
        return
    for n in np.unique(both.argmax(axis=1)):
        members = both[n]
        sells_out, buys_in = sells[members][:, ~members].any(), sells[~members][:, members].any()
        net = balance[members].sum()
        if (sells_out and not buys_in and net >= 0) or (buys_in and not sells_out and net <= 0):
            can, cannot = ("sell to", "buy from") if sells_out else ("buy from", "sell to")
            if 2 * members.sum() > len(members):  # the others are the few: said of them, the other way round
                members, can, cannot = ~members, cannot, can
            raise NoEquilibriumError(
                f"No equilibrium: {_names(world.countries, members)} can still {can} the rest of the world but no "
                f"longer {cannot} it, and trade must balance (deficit rule `{system.shocks.deficits}`). Close both "
                "directions, or leave both open."
            )


def _refuse_uncarried_surplus(system: System, balance: Array) -> None:
    world = system.economy.world
    if not (balance < 0).any() or not system.made.closes:
        return
    open_markets = system.weights > 0  # [s,n,i]
    if system.made.lists is not None:
        open_markets |= system.made.lists.touched[:, :, None]
    size = system.economy.markets.spending.T.copy()
    reachable = np.einsum("sni,sn->i", open_markets, size)
    at_home = np.einsum("snn,sn->n", open_markets, size)
    short = -balance > CAPACITY * (reachable - at_home)
    if short.any():
        n = first_where(short)[0]
        raise NoEquilibriumError(
            f"No equilibrium: {world.countries[n]} must keep a surplus of {_money(-balance[n])} (deficit rule "
            f"`{system.shocks.deficits}`), but the markets still open to it are too small to carry it. Use `closed` "
            "or `own`, or leave more trade open."
        )


def refuse_without_income(
    income: Array, wage_hat: Array, system: System, least: float = 0.0, fraction: float = 1.0
) -> None:
    """Raise ``NoEquilibriumError`` for a country whose spending is at or below ``least`` of what it earns.

    Equations can hold at an income below zero; an economy cannot. ``fraction`` says how far along the shock.
    """
    bills = system.economy.wage_bill * wage_hat
    ratio = np.where(bills > 0, income / np.where(bills > 0, bills, 1.0), np.where(income > 0, 1.0, 0.0))
    n = int(np.argmin(ratio))
    if ratio[n] > least:
        return
    after = f"at {fraction:.0%} of the shock " if fraction < 1.0 else ""
    must_pay = bool(_net_inflow(system)[n] < 0)
    reason = (
        f"it must keep a surplus or pay transfers (deficit rule `{system.shocks.deficits}`) that its remaining trade "
        "cannot carry. Use `closed`, or a milder shock."
        if must_pay
        else "its taxes on trade are subsidies that cost more than it earns. Use a milder shock."
    )
    raise NoEquilibriumError(
        f"No equilibrium: {after}{system.economy.world.countries[n]} would have {max(float(ratio[n]), 0.0):.0%} of "
        f"what it earns left to spend, because {reason}"
    )


def refuse_without_earnings(value_added: Array, output: Array, system: System) -> None:
    """Raise ``NoEquilibriumError`` for a country whose value added [n] all but vanishes against its output [n].

    Where work can hardly take the place of inputs (sigma well below 1) and the inputs of a poor country cost all that
    its products fetch, its wage has no floor above zero: the equations meet only in a wage of some millionth of a
    millionth. No balance can be checked relative to such a value added, and nobody works for it.
    """
    base, sold = system.economy.wage_bill, system.economy.accounts.output.sum(axis=1)
    works = (base > 0) & (output > 0)
    share = np.where(works, value_added / np.where(works, output, 1.0), 1.0)
    least = np.minimum(EARNS_LEAST, EARNS_STILL * base / np.where(sold > 0, sold, 1.0))
    n = int(np.argmin(share - least))
    if share[n] >= least[n]:
        return
    raise NoEquilibriumError(
        f"No equilibrium in which {system.economy.world.countries[n]} earns anything: its inputs cost all that its "
        f"products fetch, and what is left for wages and profits falls to {value_added[n] / base[n]:.0e} of what it "
        f"was. Work hardly takes the place of inputs at an elasticity of {system.economy.parameters.sigma:g}. Use a "
        "longer horizon, or a milder shock."
    )


def supplied(system: System) -> NDArray[np.bool_]:
    """Markets [n,M] that are used and have a supplier left."""
    served = system.weights.max(axis=2) > 0
    if system.made.lists is not None:
        served = served | system.made.lists.touched
    left: NDArray[np.bool_] = system.economy.used & served.T
    return left


def _money(amount: float) -> str:
    return f"{amount:,.0f} million USD" if amount >= 10 else f"{amount:.3g} million USD"


def _names(countries: tuple[str, ...], members: NDArray[np.bool_]) -> str:
    named = [countries[k] for k in np.nonzero(members)[0]]
    return ", ".join(named[:LISTED]) + (f" and {len(named) - LISTED} more" if len(named) > LISTED else "")
