"""Each country with itself: the analytic own-country block of the sweep's Jacobian, inverted, as a preconditioner.

With everything abroad held fixed, in logs, at the base point (h own share of n's sales, pi own share of spending,
``a_s = theta_s sum_j h_j (1 - pi_nj)`` the fall of sales per unit of cost, ``v`` shares of value added)::

    dlnP_s = pi_nn dlnc_s                     dlnY_k = h_k dlnX_k - a_k dlnc_k
    dlnw'  = (1 - omega) sum_k v_k dlnY_k     dlnc'_k = beta_k dlnw + sum_s gamma_ks dlnP_s
    dlnX'_s = [alpha_s (VA dlnw + dR) + sum_k gamma_ks Y_k dlnY_k] / X_s
    dR     = sum_s X_s rho_s (dlnX_s + theta_s pi_nn dlnc_s),  rho_s = sum_i pi t/(1+t)

It only speeds a solve up; no result depends on it. omega is n's share of world value added (the numeraire).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from multipolar.world.identities import Accounts, Array


def own_country_inverse(
    accounts: Accounts, trade: Array, input_share: Array, tariff: Array, theta: Array
) -> NDArray[np.float32]:
    """``(I - J_n)^-1`` for every country, [n, 1+2S, 1+2S] in the order (ln w, ln c, ln X), single precision."""
    n, s = accounts.output.shape
    own = np.arange(n)
    output = np.where(accounts.output > 0, accounts.output, 1.0)
    spending = np.where(accounts.spending > 0, accounts.spending, 1.0)
    own_share = accounts.trade_share[own, own]
    home_sales = trade[own, own] / output
    fall = theta * np.einsum("ijs,ijs->is", trade, 1.0 - accounts.trade_share) / output
    wage_bill = accounts.value_added.sum(axis=1)
    safe_bill = np.where(wage_bill > 0, wage_bill, 1.0)
    share = accounts.value_added / safe_bill[:, None] * (1.0 - wage_bill / wage_bill.sum())[:, None]
    duty = np.einsum("ins,ins->ns", accounts.trade_share, tariff / (1.0 + tariff))

    final = accounts.final_share / spending
    supply = input_share * accounts.output[:, :, None] / spending[:, None, :]  # [n,k,s]
    block = np.zeros((n, 1 + 2 * s, 1 + 2 * s))
    cost, spend = slice(1, 1 + s), slice(1 + s, 1 + 2 * s)
    block[:, 0, cost] = -share * fall
    block[:, 0, spend] = share * home_sales
    block[:, cost, 0] = accounts.value_added_share
    block[:, cost, cost] = input_share * own_share[:, None, :]
    block[:, spend, 0] = final * wage_bill[:, None]
    to_supplier = supply.transpose(0, 2, 1)
    revenue = accounts.spending * duty
    diverted = (revenue * theta * own_share)[:, None, :]
    block[:, spend, cost] = final[:, :, None] * diverted - to_supplier * fall[:, None, :]
    block[:, spend, spend] = final[:, :, None] * revenue[:, None, :] + to_supplier * home_sales[:, None, :]
    identity = np.eye(1 + 2 * s, dtype=np.float32)
    return np.linalg.inv(identity - block.astype(np.float32))
