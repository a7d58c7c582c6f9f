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


def mean_demand(share: Array, demand_hat: Array) -> Array:
    """``Phi = sum_s pi_s Dhat_s`` [n]; pi (.4,.6), D (.8,1.1): .98."""
    return (share * demand_hat).sum(axis=-1)


def sector_wages(wage_hat: Array, demand_hat: Array, share: Array, immobility: float) -> Array:
    """``what_s = w (Dhat_s/Phi)^i`` [n,s]; with w = Phi = .98 and kappa 1.5: .855990, 1.058452."""
    return wage_hat[..., None] * (demand_hat / mean_demand(share, demand_hat)[..., None]) ** immobility


def efficiency_supply(demand_hat: Array, share: Array, immobility: float) -> Array:
    """``Zhat_s = (Dhat_s/Phi)^(1-i)`` [n,s], labour in efficiency units."""
    return (demand_hat / mean_demand(share, demand_hat)[..., None]) ** (1.0 - immobility)


def wage_index(share: Array, wage_hat: Array, mobility: float) -> Array:
    """``Phi = (sum_s pi_s what_s^kappa)^(1/kappa)`` [n]: ex-ante income of a worker."""
    return (share * wage_hat**mobility).sum(axis=-1) ** (1.0 / mobility)


def new_shares(share: Array, wage_hat: Array, mobility: float) -> Array:
    """New shares of value added ``pi (what/Phi)^kappa`` [n,s], summing to 1."""
    return share * (wage_hat / wage_index(share, wage_hat, mobility)[..., None]) ** mobility


def job_shares(heads: Array, wage_hat: Array, mobility: float) -> Array:
    """``h_s what_s^kappa / sum h what^kappa`` [n,s]: where people work, h base shares of heads (ECONOMICS 3.5)."""
    moved = heads * wage_hat**mobility
    return moved / moved.sum(axis=-1)[..., None]


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
