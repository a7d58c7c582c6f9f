"""Labour that moves between sectors at a finite elasticity, in closed form (Galle, Rodriguez-Clare and Yi 2023).

Workers draw how good they are in each sector (Frechet, shape kappa > 1, the mobility). With i = 1/kappa in [0,1] and
shares pi of VALUE ADDED (with Frechet draws average earnings are equal across sectors; never heads)::

    Dhat_s = value-added demand per unit of labour supplied      Phi = sum_s pi_s Dhat_s
    what_s = w (Dhat_s / Phi)^i                                   Zhat_s = (Dhat_s / Phi)^(1-i)

i = 0 is one wage per country. No 1/i stands anywhere (ECONOMICS 3.1).
"""

from __future__ import annotations

from typing import Any

Array = Any  # a NumPy or a JAX array

NEWTON_STEPS = 12  # of a piecewise smooth scalar equation with slopes of one sign: 3 to 6 reach rounding


def mean_demand(share: Array, demand_hat: Array) -> Array:
    """``Phi = sum_s pi_s Dhat_s`` [n]; pi (.4,.6), D (.8,1.1): .98."""
    return (share * demand_hat).sum(axis=-1)


def sector_wages(wage_hat: Array, demand_hat: Array, share: Array, immobility: float) -> Array:
    """``what_s = w (Dhat_s/Phi)^i`` [n,s]; with w = Phi = .98 and kappa 1.5: .855990, 1.058452.

    Demand as it is: what a solve must end at. Inside one demand answers the wage, see ``ln_sector_wages``.
    """
    return wage_hat[..., None] * (demand_hat / mean_demand(share, demand_hat)[..., None]) ** immobility


def efficiency_supply(demand_hat: Array, share: Array, immobility: float) -> Array:
    """``Zhat_s = (Dhat_s/Phi)^(1-i)`` [n,s], labour in efficiency units."""
    return (demand_hat / mean_demand(share, demand_hat)[..., None]) ** (1.0 - immobility)


def wage_index(share: Array, wage_hat: Array, mobility: float) -> Array:
    """``Phi = (sum_s pi_s what_s^kappa)^(1/kappa)`` [n]: ex-ante income of a worker."""
    return (share * wage_hat**mobility).sum(axis=-1) ** (1.0 / mobility)


def new_shares(share: Array, wage_hat: Array, mobility: float) -> Array:
    """New shares of value added ``pi (what/Phi)^kappa`` [n,s], summing to 1.

    The same labour market seen from the wages: it is what tests hold a solve to (G25, G26), in which shares follow from
    demand, because this form has no value where workers move freely (kappa infinite).
    """
    return share * (wage_hat / wage_index(share, wage_hat, mobility)[..., None]) ** mobility


def ln_sector_wages(
    ln_wage: Array, ln_output_hat: Array, ln_bundle: Array, share: Array, sigma: float, immobility: float
) -> Array:
    """``ln what_s`` [n,s] when value added itself answers the wage: ``Dhat_s = (Y'/Y)_s (what_s/q_s)^(1-sigma)``.

    Solved for what_s: with s = 1 - sigma, g = 1/(1 - i s), a = g (ln w + i (y - s q)) and
    ``ln Phi = ln sum pi exp(y + s (a - q)) / (1 + s g i)``: ``ln what = a - g i ln Phi``. [derived; tested against
    ``sector_wages`` at its own solution]
    """
    xp = ln_bundle.__array_namespace__()
    s = 1.0 - sigma
    g = 1.0 / (1.0 - immobility * s)
    a = g * (ln_wage[:, None] + immobility * (ln_output_hat - s * ln_bundle))
    ln_phi = xp.log((share * xp.exp(ln_output_hat + s * (a - ln_bundle))).sum(axis=1)) / (1.0 + s * g * immobility)
    return a - g * immobility * ln_phi[:, None]


def ln_supply(ln_wage: Array, ln_consumer: Array, psi: float, labour_share: float) -> Array:
    """``ln L_hat = psi/(1 + psi (1-l)) ln(Phi/P)`` [n]: workers who take part, on the real wage (ECONOMICS 3.3).

    Value added is labour and capital, so that the composite grows by ``L_hat^l`` and the wage of a worker is
    ``om = Phi L_hat^(l-1) / P``, with ``L_hat = om^psi``.
    """
    return psi / (1.0 + psi * (1.0 - labour_share)) * (ln_wage - ln_consumer)


def ln_wage_at(ln_demand: Array, ln_consumer: Array, psi: float, labour_share: float) -> Array:
    """``ln w`` [n] at which demand ``w L_hat^l`` is met by the supply of ``ln_supply``: linear in logs."""
    answer = labour_share * psi / (1.0 + psi * (1.0 - labour_share))
    return (ln_demand + answer * ln_consumer) / (1.0 + answer)


def worth_of_real_wage(real_wage_hat: Array, psi: float) -> Array:
    """``(om^(1+psi) - 1)/(1+psi)``: what a higher real wage is worth, as a share of the wage bill, effort deducted.

    What workers consume more is ``om^(1+psi) - 1``. om 1.05, psi .25: 5.03 and 6.29 % (ECONOMICS 3.3).
    """
    return (real_wage_hat ** (1.0 + psi) - 1.0) / (1.0 + psi)


def rigid_wages(expected: Array, floor: Array) -> tuple[Array, Array]:
    """``what = max(d, omega)`` and ``e = min(1, omega/d)`` from what workers expect (ECONOMICS 3.4).

    omega .855990 at d .98: wage .98, employed .873459. Workers choose sectors on omega = what e. d 0: no floor.
    """
    xp = expected.__array_namespace__()
    wage = xp.maximum(expected, floor)
    return wage, expected / wage


def ln_rigid_price(ln_expected: Array, ln_floor: Array, labour_share: float) -> Array:
    """``ln v = (1-l) ln omega + l ln max(d, omega)`` [n,k]: price of value added where only wages are rigid.

    Its derivative has two sides at the kink omega = d; exactly there it is the one of free wages, no mean of both.
    """
    xp = ln_expected.__array_namespace__()
    return (1.0 - labour_share) * ln_expected + labour_share * xp.where(ln_expected < ln_floor, ln_floor, ln_expected)


def ln_expected_wages(
    ln_wage: Array,
    ln_output_hat: Array,
    ln_bundle: Array,
    share: Array,
    sigma: float,
    immobility: float,
    ln_floor: Array,
    labour_share: float,
) -> Array:
    """``ln omega_s`` [n,s] under a floor [n,1] or [n,s]: ``ln_sector_wages``, value added answering the rigid price.

    ``ln omega = ln w + i (y + s (ln v - q) - x)``, x = ln Phi = ln sum pi exp(y + s (ln v - q)), s = 1 - sigma. At
    given x each side of the kink is linear; x is one monotone scalar equation a country, by Newton steps.
    """
    xp = ln_bundle.__array_namespace__()
    s, floor = 1.0 - sigma, ln_floor
    free, bound = 1.0 - immobility * s, 1.0 - immobility * s * (1.0 - labour_share)
    held = xp.where(xp.isfinite(floor), floor, 0.0)

    def at(x: Array) -> tuple[Array, Array]:
        given = ln_wage[:, None] + immobility * (ln_output_hat - s * ln_bundle - x[:, None])
        loose = given / free
        binds = loose < floor
        expected = xp.where(binds, (given + immobility * s * labour_share * held) / bound, loose)
        return expected, xp.where(binds, (1.0 - labour_share) / bound, 1.0 / free) * -immobility

    x = xp.log((share * xp.exp(ln_output_hat)).sum(axis=1))
    for _ in range(NEWTON_STEPS if s and immobility else 1):
        expected, slope = at(x)
        price = ln_rigid_price(expected, floor, labour_share)
        demand = share * xp.exp(ln_output_hat + s * (price - ln_bundle))
        total = demand.sum(axis=1)
        rise = s * (demand * slope).sum(axis=1) / total
        x = x - (x - xp.log(total)) / (1.0 - rise)
    return at(x)[0]
