"""Residuals of a solved point, recomputed by other code than the one that solves.

They are formed from the outcome's arrays in their natural axes [i,n,s] with plain sums, never from the sector-first
arrays of the iteration; each is relative to its own market, not to the world. What concerns markets is [n,M], one a
sector, or two where final users have their own (``markets.py``).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from multipolar.base.arrays import Array
from multipolar.model import equilibrium as eq
from multipolar.model import labour as lab
from multipolar.model.rents import owners_of, rent_share
from multipolar.model.system import System


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
    economy, shocks = system.economy, system.shocks
    accounts, used, made = economy.accounts, economy.used, economy.accounts.output > 0
    markets = economy.markets
    tariff = markets.tariff if shocks.tariff is None else markets.of(shocks.tariff)
    levy = markets.export_tax if shocks.export_tax is None else markets.of(shocks.export_tax)
    bought_in, sold_out, basic_sold, share_sum = _flow_sums(trade_share, spending, tariff, levy)
    duties = (share_sum * spending - bought_in).sum(axis=1)
    levied = (sold_out - basic_sold).sum(axis=1)
    basic_sold = markets.summed(basic_sold.T).T
    labour_share = economy.parameters.labour_share
    bills = economy.wage_bill * wage_hat * labour_supply_hat**labour_share
    scale = np.where(bills > 0, bills, np.where(income > 0, income, 1.0))  # a country may live on transfers alone

    supplied = np.where(made, output, 1.0)
    goods = np.where(made, np.abs(basic_sold - output) / np.where(supplied > 0, supplied, 1.0), 0.0)
    paid = sector_wage_hat * employed_share ** (1.0 - labour_share)  # price of value added
    input_share, value_added_share, bundle, wanted = _demand(system, paid, price_hat, income, output)
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
        "shares": np.maximum(markets.by_sector(unspent.T).T, shares),
        "labour": np.abs(demand - bills) / scale,
        "sector_wages": _wage_residual(system, wage_hat, sector_wage_hat * employed_share, value_added),
        "participation": _supply_residual(system, wage_hat, labour_supply_hat, price_hat[:, -made.shape[1] :]),
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


def _demand(
    system: System, value_added_price: Array, price_hat: Array, income: Array, output: Array
) -> tuple[Array, Array, Array, Array]:
    """New input shares [n,k,s], value-added shares and bundle costs [n,k], and spending wanted on each market [n,M]."""
    sectors, bought = output.shape[1], system.shocks.research_purchases
    of_inputs, of_final = price_hat[:, :sectors], price_hat[:, -sectors:]
    input_share, value_added_share, final_share, bundle = _new_shares(system, value_added_price, of_inputs, of_final)
    extra = np.zeros_like(output) if bought is None else bought * of_final
    consumed = final_share * (income - extra.sum(axis=1))[:, None] + extra
    used_up = np.einsum("nks,nk->ns", input_share, output)
    split = system.economy.markets.split
    wanted = np.concatenate([used_up, consumed], axis=1) if split else used_up + consumed
    return input_share, value_added_share, bundle, wanted


def _wage_residual(system: System, wage_hat: Array, sector_wage_hat: Array, value_added: Array) -> Array:
    """Workers go where it pays: value added of a sector moves with the power kappa of its wage, ``pi (what/w)^kappa``
    of the country's; relative to the wage, so that immobile workers (kappa 1) and mobile ones compare."""
    base, mobility = system.economy.accounts.value_added, system.economy.parameters.mobility
    works = (base > 0) & (value_added > 0)
    if mobility == float("inf"):
        return np.where(works, np.abs(sector_wage_hat / wage_hat[:, None] - 1.0), 0.0)
    hat = np.where(works, value_added / np.where(works, base, 1.0), 1.0)
    bills = system.economy.wage_bill
    share = np.where(works, base, 0.0) / np.where(bills > 0, bills, 1.0)[:, None]
    share[~works.any(axis=1)] = 1.0  # nobody works there, and nothing is asked
    expected = lab.sector_wages(wage_hat, hat, share, 1.0 / mobility)
    return np.where(works, np.abs(sector_wage_hat / expected - 1.0), 0.0)


def _transfers(system: System, trade_share: Array, spending: Array, output: Array) -> Array:
    """What countries receive [n]: as told, royalties of ventures, and rents of licences by owner."""
    economy = system.economy
    received: Array = np.zeros(len(spending)) + system.transfers + system.venture_terms(output)[1]
    for block in system.shocks.blocks:
        paid = (trade_share * economy.markets.of(rent_share(block, economy.theta))).sum(axis=0)
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
    level = 0.0 if floor is None else np.exp(floor)
    below = np.maximum(level - sector_wage_hat, 0.0)
    gap: Array = np.maximum(below, np.abs((sector_wage_hat - level) * (1.0 - employed_share)))
    return gap


def _new_shares(
    system: System, wage_hat: Array, price_hat: Array, final_price_hat: Array
) -> tuple[Array, Array, Array, Array]:
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
        final = final * final_price_hat ** (1 - sigma_c)
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
    """``|theta ln P_hat + ln sum_i T c_hat^-theta|`` [n,M], from powers instead of exponentials."""
    economy, theta = system.economy, system.economy.market_theta
    power = economy.markets.by_sector(np.ascontiguousarray((cost_hat ** (-economy.theta)).T))
    total = np.einsum("sni,si->sn", system.weights, power).T
    served = economy.used & (total > 0)
    gap = np.abs(theta * np.log(price_hat) + np.log(np.where(served, total, 1.0)))
    residual: Array = np.where(served, gap / theta, 0.0)
    lists = system.made.lists
    if lists is not None:  # market by market: the mean of ln P over lines, from powers of every group
        for s, n in np.argwhere(lists.touched):
            rows = np.nonzero((lists.sector == s) & (lists.destination == n))[0]
            groups = [float(lists.weights[r] @ power[s]) ** (-1.0 / theta[s]) for r in rows]
            price = np.prod([g ** lists.width[r] for g, r in zip(groups, rows, strict=True)])
            residual[n, s] = abs(np.log(price_hat[n, s]) - np.log(price))
    return residual
