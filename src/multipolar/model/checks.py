"""Refused before a solve, recomputed after it: by other code than the one that solves.

Residuals are formed from the outcome's arrays in their natural axes [i,n,s] with plain sums, never from the
sector-first arrays of the iteration; each is relative to its own market, not to the world.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array, first_where
from multipolar.base.problems import NoEquilibriumError
from multipolar.model import equilibrium as eq
from multipolar.model.rents import owners_of, rent_share
from multipolar.model.system import System
from multipolar.model.weights import closure

BALANCE = 1e-9  # of own value added: a deficit or transfer below it is rounding
CAPACITY = 3.0  # remaining markets, at their base size, times this bound what exports can ever earn
LISTED = 6


def refuse(system: System) -> None:
    """Raise ``NoEquilibriumError`` where no prices can support the shock (DESIGN 4.7, 4.8).

    A used market without a supplier; a country or group that must keep a deficit or receive a transfer but is cut
    off; one that could only sell or only buy though its trade must balance; a surplus its open markets cannot carry.
    """
    _refuse_empty_markets(system)
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
    places = [f"{world.countries[n]} x {world.sectors[s]}" for n, s in np.argwhere(empty)]
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
    place = f"{world.countries[lists.destination[row]]} x {world.sectors[lists.sector[row]]}"
    raise NoEquilibriumError(
        f"No equilibrium: no supplier is left for {lists.width[row]:.0%} of the product lines of {place}. The lists of "
        "all origins together close them; leave one origin open, or use coverage `thin`."
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
            raise NoEquilibriumError(
                f"No equilibrium: {_names(world.countries, members)} can still {can} the rest of the world but no "
                f"longer {cannot} it, and its trade must balance (deficit rule `{system.shocks.deficits}`). Close both "
                "directions, or leave both open."
            )


def _refuse_uncarried_surplus(system: System, balance: Array) -> None:
    world, accounts = system.economy.world, system.economy.accounts
    if not (balance < 0).any() or not system.made.closes:
        return
    open_markets = system.weights > 0  # [s,n,i]
    if system.made.lists is not None:
        open_markets |= system.made.lists.touched[:, :, None]
    size = accounts.spending.T.copy()
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


def supplied(system: System) -> NDArray[np.bool_]:
    """Markets [n,s] that are used and have a supplier left."""
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


def recomputed(
    system: System,
    wage_hat: Array,
    sector_wage_hat: Array,
    employed_share: Array,
    labour_supply_hat: Array,
    cost_hat: Array,
    price_hat: Array,
    trade_share: Array,
    spending: Array,
    output: Array,
    income: Array,
    revenue: Array,
    transfers: Array,
    productivity_hat: Array,
) -> tuple[Mapping[str, float], Mapping[str, tuple[int, ...]]]:
    """Largest residual of each equation and where it occurs.

    goods (relative to the market), spending (to the market), prices, costs, shares, labour, sector wages, trade balance
    and budget (to own value added), numeraire (to a group's value added); participation and unemployment (to the wage).
    """
    economy, world, shocks = system.economy, system.economy.world, system.shocks
    accounts, used, made = economy.accounts, economy.used, economy.accounts.output > 0
    tariff = world.tariff if shocks.tariff is None else shocks.tariff
    levy = world.export_tax if shocks.export_tax is None else shocks.export_tax
    bought_in, sold_out, basic_sold, share_sum = _flow_sums(trade_share, spending, tariff, levy)
    duties = (share_sum * spending - bought_in).sum(axis=1)
    levied = (sold_out - basic_sold).sum(axis=1)
    labour_share = economy.parameters.labour_share
    bills = economy.wage_bill * wage_hat * labour_supply_hat**labour_share
    scale = np.where(bills > 0, bills, np.where(income > 0, income, 1.0))  # a country may live on transfers alone

    supplied = np.where(made, output, 1.0)
    goods = np.where(made, np.abs(basic_sold - output) / np.where(supplied > 0, supplied, 1.0), 0.0)
    paid = sector_wage_hat * employed_share ** (1.0 - labour_share)  # price of value added
    input_share, value_added_share, final_share, bundle = _new_shares(system, paid, price_hat)
    extra = np.zeros_like(spending) if shocks.research_purchases is None else shocks.research_purchases * price_hat
    wanted = final_share * (income - extra.sum(axis=1))[:, None] + np.einsum("nks,nk->ns", input_share, output) + extra
    bought = np.where(used & (spending > 0), np.abs(wanted - spending) / np.where(spending > 0, spending, 1.0), 0.0)
    costs = np.where(made, np.abs(np.log(bundle / (productivity_hat * cost_hat))), 0.0)
    shares = np.where(used, np.abs(share_sum - 1.0), 0.0)
    value_added = value_added_share * output
    unspent = np.where(made, np.abs(1.0 - input_share.sum(axis=2) - value_added_share), 0.0)
    demand = value_added.sum(axis=1)
    inflow = bought_in.sum(axis=1) - sold_out.sum(axis=1)  # at border prices
    group_total = system.group @ economy.wage_bill
    ruled = eq.deficit(shocks.deficits, bills, economy.wage_bill, accounts.deficit, system.group)
    found = {
        "goods": goods,
        "spending": bought,
        "prices": _price_residual(system, cost_hat, price_hat),
        "costs": costs,
        "shares": np.maximum(shares, unspent),
        "labour": np.abs(demand - bills) / scale,
        "sector_wages": _wage_residual(system, wage_hat, sector_wage_hat * employed_share, value_added),
        "participation": _supply_residual(system, wage_hat, labour_supply_hat, price_hat),
        "unemployment": _floor_residual(system, sector_wage_hat, employed_share),
        "trade_balance": np.abs(inflow - ruled - transfers) / scale,
        "transfers": np.abs(_transfers(system, trade_share, spending, output) - transfers) / scale,
        "budget": np.abs(income - bills - duties - levied - ruled - transfers) / scale,
        "numeraire": np.abs(system.group @ bills - group_total) / group_total,
    }
    largest = {name: float(values.max()) for name, values in found.items()}
    where = {
        name: tuple(int(k) for k in np.unravel_index(int(np.argmax(values)), values.shape))
        for name, values in found.items()
    }
    return largest, where


def _wage_residual(system: System, wage_hat: Array, sector_wage_hat: Array, value_added: Array) -> Array:
    """Workers go where it pays: value added of a sector moves with the power kappa of its wage, ``pi (what/w)^kappa``
    of the country's; relative to the wage, so that immobile workers (kappa 1) and mobile ones compare."""
    base, mobility = system.economy.accounts.value_added, system.economy.parameters.mobility
    works = (base > 0) & (value_added > 0)
    if mobility == float("inf"):
        return np.where(works, np.abs(sector_wage_hat / wage_hat[:, None] - 1.0), 0.0)
    hat = np.where(works, value_added / np.where(works, base, 1.0), 1.0)
    mean = value_added.sum(axis=1) / np.where(system.economy.wage_bill > 0, system.economy.wage_bill, 1.0)
    expected = wage_hat[:, None] * (hat / np.where(mean > 0, mean, 1.0)[:, None]) ** (1.0 / mobility)
    return np.where(works, np.abs(sector_wage_hat / expected - 1.0), 0.0)


def _transfers(system: System, trade_share: Array, spending: Array, output: Array) -> Array:
    """What countries receive [n]: as told, royalties of ventures, and rents of licences by owner."""
    economy = system.economy
    received: Array = np.zeros(len(spending)) + system.transfers + system.venture_terms(output)[1]
    for block in system.shocks.blocks:
        paid = (trade_share * rent_share(block, economy.theta)).sum(axis=0)
        paid = (paid * spending).sum(axis=1)
        received = received + owners_of(block, economy.world) * paid.sum() - paid
    return received


def _supply_residual(system: System, wage_hat: Array, labour_supply_hat: Array, price_hat: Array) -> Array:
    """``|L - om^psi|`` [n] with om the real wage of a worker."""
    parameters, final = system.economy.parameters, system.economy.accounts.final_share
    if not parameters.psi:
        return np.abs(labour_supply_hat - 1.0)
    consumer = np.exp(_ln_mean(final, np.log(price_hat), parameters.sigma_c))
    worker = wage_hat * labour_supply_hat ** (parameters.labour_share - 1.0) / consumer
    gap: Array = np.where(system.economy.wage_bill > 0, np.abs(labour_supply_hat - worker**parameters.psi), 0.0)
    return gap


def _floor_residual(system: System, sector_wage_hat: Array, employed_share: Array) -> Array:
    """No wage below its floor, none idle above it [n,k]: ``max(d - what, 0)`` and ``(what - d)(1 - e)``."""
    floor = system.economy.wage_floor
    level = 0.0 if floor is None else np.exp(floor)[:, None]
    below = np.maximum(level - sector_wage_hat, 0.0)
    gap: Array = np.maximum(below, np.abs((sector_wage_hat - level) * (1.0 - employed_share)))
    return gap


def _new_shares(system: System, wage_hat: Array, price_hat: Array) -> tuple[Array, Array, Array, Array]:
    """New input shares [n,k,s], value-added shares [n,k], final shares [n,s] and the bundle cost hat [n,k]."""
    economy, accounts = system.economy, system.economy.accounts
    sigma, eps, sigma_c = (getattr(economy.parameters, name) for name in ("sigma", "eps", "sigma_c"))
    base = economy.world.input_share
    total = base.sum(axis=2)
    buys = np.where(total > 0, total, 1.0)
    ln_price, ln_wage = np.log(price_hat), np.log(wage_hat)
    if eps == 1.0:
        ln_inputs = np.einsum("nks,ns->nk", base, ln_price) / buys
    else:
        ln_inputs = _ln_mean(base / buys[:, :, None], np.broadcast_to(ln_price[:, None, :], base.shape), eps)
    pair = np.stack([np.broadcast_to(ln_wage, ln_inputs.shape), ln_inputs], axis=2)
    ln_bundle = _ln_mean(np.stack([1.0 - total, total], axis=2), pair, sigma)
    moved = base
    if not sigma == eps == 1.0:
        moved = base * np.exp((1 - sigma) * (ln_inputs - ln_bundle))[:, :, None]
        moved = moved * np.exp((1 - eps) * (ln_price[:, None, :] - ln_inputs[:, :, None]))
    final = accounts.final_share
    if sigma_c != 1.0:
        final = final * price_hat ** (1 - sigma_c)
        final = final / final.sum(axis=1, keepdims=True)
    value_added = (1.0 - total) * np.exp((1 - sigma) * (ln_wage - ln_bundle))
    return moved, value_added, final, np.exp(ln_bundle)


def _ln_mean(share: Array, ln_price: Array, elasticity: float) -> Array:
    """Log of the CES mean over the last axis; 0 where no share is there.

    Of powers of levels, away from 1; near it by ``expm1``, since powers lose their digits there.
    """
    e = 1.0 - elasticity
    if e == 0.0:
        mean: Array = (share * ln_price).sum(axis=-1)
    elif abs(e) < 0.05:
        mean = np.log1p((share * np.expm1(e * ln_price)).sum(axis=-1)) / e
    else:
        there = share.sum(axis=-1) > 0
        mean = np.log(np.where(there, (share * np.exp(ln_price) ** e).sum(axis=-1), 1.0)) / e
    return mean


def _flow_sums(
    trade_share: Array, spending: Array, tariff: Array, levy: Array | None
) -> tuple[Array, Array, Array, Array]:
    """Border value of flows by destination [n,s] and by origin [i,s], basic value by origin, sum of shares [n,s].

    Origin by origin: whole arrays of flows cost more to put into memory than to compute.
    """
    bought_in, share_sum = np.zeros_like(spending), np.zeros_like(spending)
    sold_out, basic_sold = np.empty_like(spending), np.empty_like(spending)
    for i, share in enumerate(trade_share):
        landed = share * spending
        landed /= 1.0 + tariff[i]
        bought_in += landed
        share_sum += share
        landed.sum(axis=0, out=sold_out[i])
        basic_sold[i] = sold_out[i] if levy is None else (landed / (1.0 + levy[i])).sum(axis=0)
    return bought_in, sold_out, basic_sold, share_sum


def _price_residual(system: System, cost_hat: Array, price_hat: Array) -> Array:
    """``|theta ln P_hat + ln sum_i T c_hat^-theta|`` [n,s], from powers instead of exponentials."""
    economy = system.economy
    power = np.ascontiguousarray((cost_hat ** (-economy.theta)).T)
    total = np.einsum("sni,si->sn", system.weights, power).T
    served = economy.used & (total > 0)
    gap = np.abs(economy.theta * np.log(price_hat) + np.log(np.where(served, total, 1.0)))
    residual: Array = np.where(served, gap / economy.theta, 0.0)
    lists = system.made.lists
    if lists is not None:  # market by market: the mean of ln P over lines, from powers of every group
        for s, n in np.argwhere(lists.touched):
            rows = np.nonzero((lists.sector == s) & (lists.destination == n))[0]
            groups = [float(lists.weights[r] @ power[s]) ** (-1.0 / economy.theta[s]) for r in rows]
            price = np.prod([g ** lists.width[r] for g, r in zip(groups, rows, strict=True)])
            residual[n, s] = abs(np.log(price_hat[n, s]) - np.log(price))
    return residual
