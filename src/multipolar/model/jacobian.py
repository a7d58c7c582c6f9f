"""Each country with itself: the analytic own-country block of the sweep's Jacobian, factored, as a preconditioner.

With everything abroad held fixed, in logs, at the base point (h own share of n's sales, pi own share of spending,
``a_s = theta_s sum_j h_j (1 - pi_nj)`` the fall of sales per unit of cost, ``v`` shares of value added, omega n's share
of world value added, which is the numeraire)::

    dlnP_s = pi_nn dlnc_s                     dlnY_k = h_k dlnX_k - a_k dlnc_k
    dlnw'  = (1 - omega) sum_k v_k dlnY_k     dlnc'_k = beta_k dlnw + sum_s gamma_ks dlnP_s
    dlnX'_s = [alpha_s (VA dlnw + dR) + sum_k gamma_ks Y_k dlnY_k] / X_s
    dR     = sum_s X_s rho_s (dlnX_s + theta_s pi_nn dlnc_s),  rho_s = sum_i pi t/(1+t)

Costs do not depend on spending, so ``(I - J) d = r`` falls into two smaller systems: costs first, as a multiple of the
wage, then wage and spending together. Two inverses of half the size (single precision) replace one: what a sweep reads
must fit into the cache beside the trade arrays. It only speeds a solve up; no result depends on it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from multipolar.world.identities import Accounts, Array

Single = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class OwnCountry:
    """The factored blocks of all countries; ``solve`` applies ``(I - J)^-1``. S sectors, [n, ...] throughout."""

    cost_inverse: Single  # [n,k,s] (I - gamma pi_nn)^-1
    rest_inverse: Single  # [n,1+S,1+S] wage and spending, costs substituted
    cost_of_wage: Array  # [n,k] cost_inverse beta
    wage_of_cost: Array  # [n,k] fall of the wage bill per cost
    duty_of_cost: Array  # [n,s] rise of tax revenue per cost
    sales_of_cost: Array  # [n,k] fall of output per cost, in value
    final: Array  # [n,s] alpha / X
    per_spending: Array  # [n,s] 1 / X
    input_share: Array  # [n,k,s]

    def solve(self, rest: Array) -> Array:
        """The step that the linearised own-country equations give for a residual [n, 1+2S]: (ln w, ln c, ln X)."""
        sectors = self.final.shape[1]
        cost = np.matmul(self.cost_inverse, rest[:, 1 : 1 + sectors].astype(np.float32)[..., None])[..., 0]
        right = np.empty((len(rest), 1 + sectors), dtype=np.float32)
        right[:, 0] = rest[:, 0] - (self.wage_of_cost * cost).sum(axis=1)
        right[:, 1:] = rest[:, 1 + sectors :] + self.spending_of(cost)
        found = np.matmul(self.rest_inverse, right[..., None])[..., 0]
        step = np.empty_like(rest)
        step[:, 0] = found[:, 0]
        step[:, 1 : 1 + sectors] = cost + self.cost_of_wage * found[:, :1]
        step[:, 1 + sectors :] = found[:, 1:]
        return step

    def spending_of(self, cost: NDArray[np.floating]) -> Array:
        """``dlnX`` that a change of costs brings through revenue and through lost sales."""
        revenue = (self.duty_of_cost * cost).sum(axis=1)
        inputs = np.matmul((self.sales_of_cost * cost)[:, None, :], self.input_share)[:, 0]
        spent: Array = self.final * revenue[:, None] - inputs * self.per_spending
        return spent

    @property
    def nbytes(self) -> int:
        """Bytes that ``solve`` reads, input shares included."""
        return self.cost_inverse.nbytes + self.rest_inverse.nbytes + self.input_share.nbytes


def own_country(accounts: Accounts, trade: Array, input_share: Array, tariff: Array, theta: Array) -> OwnCountry:
    """The blocks at the point that ``accounts`` describe. ``theta`` [s] trade elasticities; other axes as in World."""
    n, s = accounts.output.shape
    own = np.arange(n)
    output = np.where(accounts.output > 0, accounts.output, 1.0)
    spending = np.where(accounts.spending > 0, accounts.spending, 1.0)
    own_share = accounts.trade_share[own, own]
    home_sales = trade[own, own] / output
    fall = theta * (1.0 - np.einsum("ijs,ijs->is", trade, accounts.trade_share) / output)
    wage_bill = accounts.value_added.sum(axis=1)
    safe_bill = np.where(wage_bill > 0, wage_bill, 1.0)
    share = accounts.value_added / safe_bill[:, None] * (1.0 - wage_bill / wage_bill.sum())[:, None]
    duty = accounts.spending * np.einsum("ins,ins->ns", accounts.trade_share, tariff / (1.0 + tariff))

    cost_inverse = _inverse(input_share * own_share[:, None, :])
    cost_of_wage = np.matmul(cost_inverse.astype(np.float64), accounts.value_added_share[..., None])[..., 0]
    blocks = OwnCountry(
        cost_inverse=cost_inverse,
        rest_inverse=_NOT_YET,
        cost_of_wage=cost_of_wage,
        wage_of_cost=share * fall,
        duty_of_cost=duty * theta * own_share,
        sales_of_cost=accounts.output * fall,
        final=accounts.final_share / spending,
        per_spending=1.0 / spending,
        input_share=input_share,
    )
    rest = np.zeros((n, 1 + s, 1 + s))
    rest[:, 0, 0] = -(blocks.wage_of_cost * cost_of_wage).sum(axis=1)
    rest[:, 0, 1:] = share * home_sales
    rest[:, 1:, 0] = blocks.final * wage_bill[:, None] + blocks.spending_of(cost_of_wage)
    supply = input_share * accounts.output[:, :, None] / spending[:, None, :]  # [n,k,s]
    rest[:, 1:, 1:] = blocks.final[:, :, None] * duty[:, None, :] + supply.transpose(0, 2, 1) * home_sales[:, None, :]
    return replace(blocks, rest_inverse=_inverse(rest))


_NOT_YET: Single = np.empty((0, 0, 0), dtype=np.float32)


def _inverse(block: Array) -> Single:
    """``(I - block)^-1`` of every country, in single precision."""
    return np.linalg.inv(np.eye(block.shape[-1], dtype=np.float32) - block.astype(np.float32))
