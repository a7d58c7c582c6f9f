"""Each country with itself: the analytic own-country block of the sweep's Jacobian, factored, as a preconditioner.

With everything abroad held fixed, in logs, at the base point (h own share of n's sales, pi own share of spending,
``a_s = theta_s sum_j h_j (1 - pi_nj)`` the fall of sales per unit of cost, ``v`` shares of value added, omega n's share
of world value added, which is the numeraire)::

    dlnP_s = pi_nn dlnc_s                     dlnY_k = h_k dlnX_k - a_k dlnc_k
    dlnw'  = (1 - omega) sum_k v_k dlnY_k     dlnc'_k = beta_k dlnw + sum_s gamma_ks dlnP_s
    dlnX'_s = [alpha_s (VA dlnw + dR) + sum_k gamma_ks Y_k dlnY_k] / X_s
    dR     = sum_s X_s rho_s (dlnX_s + theta_s pi_nn dlnc_s),  rho_s = sum_i pi t/(1+t)

Costs do not depend on spending, so ``(I - J) d = r`` falls into two smaller systems: costs first, as a multiple of the
wage plus what their own residual asks for, then wage and spending together. Two inverses of half the size (single
precision) replace one: what a sweep reads should fit into the cache beside the trade arrays. What costs do to spending
is kept where it follows the wage, and left out where it follows the costs' own residual: that would take one more pass
over the input shares and saves no sweep. The blocks only speed a solve up; no result depends on them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multipolar.model.parameters import Parameters
from multipolar.world.identities import Accounts, Array

Single = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class OwnCountry:
    """The factored blocks of all countries; ``solve`` applies ``(I - J)^-1``. S sectors, [n, ...] throughout."""

    cost_inverse: Single  # [n,k,s] (I - gamma pi_nn)^-1
    rest_inverse: Single  # [n,1+S,1+S] wage and spending, costs substituted
    cost_of_wage: Array  # [n,k] cost_inverse beta
    wage_of_cost: Array  # [n,k] fall of the wage bill per cost

    def solve(self, rest: Array) -> Array:
        """The step that the linearised own-country equations give for a residual [n, 1+2S]: (ln w, ln c, ln X)."""
        sectors = self.cost_of_wage.shape[1]
        single = rest.astype(np.float32)
        cost = np.matmul(self.cost_inverse, single[:, 1 : 1 + sectors, None])[..., 0]
        right = np.concatenate([single[:, :1], single[:, 1 + sectors :]], axis=1)
        right[:, 0] -= (self.wage_of_cost * cost).sum(axis=1)
        found = np.matmul(self.rest_inverse, right[..., None])[..., 0]
        step = np.empty_like(rest)
        step[:, 0] = found[:, 0]
        step[:, 1 : 1 + sectors] = cost + self.cost_of_wage * found[:, :1]
        step[:, 1 + sectors :] = found[:, 1:]
        return step

    @property
    def nbytes(self) -> int:
        """Bytes of the large arrays that ``solve`` reads."""
        return self.cost_inverse.nbytes + self.rest_inverse.nbytes


@dataclass(frozen=True, slots=True, eq=False)
class OwnCountryWhole:
    """The blocks in one piece, where sector wages tie costs to sales and the two halves do not fall apart."""

    inverse: Single  # [n,1+2S,1+2S]

    def solve(self, rest: Array) -> Array:
        """As ``OwnCountry.solve``."""
        step: Array = np.matmul(self.inverse, rest.astype(np.float32)[..., None])[..., 0].astype(np.float64)
        return step

    @property
    def nbytes(self) -> int:
        """Bytes of the large array that ``solve`` reads."""
        return self.inverse.nbytes

    @property
    def rest_inverse(self) -> Single:
        """What must be finite for the blocks to be of use."""
        return self.inverse


def own_country(
    accounts: Accounts, trade: Array, input_share: Array, tariff: Array, theta: Array, parameters: Parameters
) -> OwnCountry | OwnCountryWhole:
    """The blocks at the point that ``accounts`` describe. ``theta`` [s]; ``trade``, ``tariff`` by market [i,n,M]."""
    n, s = accounts.output.shape
    if trade.shape[2] > s:
        return OwnCountryWhole(_inverse(_split_block(accounts, trade, input_share, tariff, theta, parameters)))
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
    final = accounts.final_share / spending

    if parameters.mobility < float("inf"):
        block = _whole_block(accounts, input_share, own_share, home_sales, fall, share, duty * theta, duty, parameters)
        return OwnCountryWhole(_inverse(block))
    cost_inverse = _inverse(input_share * own_share[:, None, :])
    cost_of_wage = np.matmul(cost_inverse.astype(np.float64), accounts.value_added_share[..., None])[..., 0]
    rest = np.zeros((n, 1 + s, 1 + s))
    rest[:, 0, 0] = -(share * fall * cost_of_wage).sum(axis=1)
    rest[:, 0, 1:] = share * home_sales
    revenue = (duty * theta * own_share * cost_of_wage).sum(axis=1)
    lost_inputs = np.matmul((accounts.output * fall * cost_of_wage)[:, None, :], input_share)[:, 0]
    rest[:, 1:, 0] = final * (wage_bill + revenue)[:, None] - lost_inputs / spending
    rest[:, :, 0] += _substitution(accounts, input_share, own_share * cost_of_wage, cost_of_wage, share, parameters)
    supply = input_share * accounts.output[:, :, None] / spending[:, None, :]  # [n,k,s]
    rest[:, 1:, 1:] = final[:, :, None] * duty[:, None, :] + supply.transpose(0, 2, 1) * home_sales[:, None, :]
    return OwnCountry(cost_inverse, _inverse(rest), cost_of_wage, share * fall)


def _whole_block(
    accounts: Accounts,
    input_share: Array,
    own_share: Array,
    home_sales: Array,
    fall: Array,
    share: Array,
    duty_theta: Array,
    duty: Array,
    parameters: Parameters,
) -> Array:
    """The whole own-country block [n,1+2S,1+2S] with sector wages (``labour.ln_sector_wages``, linearised)::

    dlnw_k = dlnw + i/(1 - i (1-sigma)) (dlnD_k - sum_j v_j dlnD_j),   dlnD_k = dlnY_k - (1-sigma) dlnq_k
    """
    n, s = accounts.output.shape
    spending = np.where(accounts.spending > 0, accounts.spending, 1.0)
    bills = accounts.value_added.sum(axis=1)
    sigma, eps, sigma_c = 1 - parameters.sigma, 1 - parameters.eps, 1 - parameters.sigma_c
    cost, spend = slice(1, 1 + s), slice(1 + s, 1 + 2 * s)
    each = np.arange(s)
    sales = np.zeros((n, s, 1 + 2 * s))  # dlnY_k
    sales[:, each, 1 + each] = -fall
    sales[:, each, 1 + s + each] = home_sales
    weight = accounts.value_added / np.where(bills > 0, bills, 1.0)[:, None]
    immobility = 1.0 / parameters.mobility / (1.0 - sigma / parameters.mobility)
    demand = sales.copy()  # dlnD_k at given wages
    demand[:, each, 1 + each] -= sigma
    wages = immobility * (demand - np.matmul(weight[:, None, :], demand))  # dlnw_k - dlnw
    beta = accounts.value_added_share[:, :, None]
    block = np.zeros((n, 1 + 2 * s, 1 + 2 * s))
    block[:, cost] = beta * wages
    block[:, cost, 0] += accounts.value_added_share
    block[:, cost, cost] += input_share * own_share[:, None, :]
    bundle = block[:, cost]
    block[:, 0] = np.matmul(share[:, None, :], sales + sigma * (wages - bundle))[:, 0]
    block[:, 0, 0] += sigma * share.sum(axis=1)
    supply = (input_share * accounts.output[:, :, None] / spending[:, None, :]).transpose(0, 2, 1)  # [n,s,k]
    total = input_share.sum(axis=2)
    inputs = input_share * own_share[:, None, :] / np.where(total > 0, total, 1.0)[:, :, None]  # dlnPM_k of dlnc_s
    final = accounts.final_share / spending
    block[:, spend] = np.matmul(supply, sales - sigma * bundle)
    block[:, spend, 0] += final * bills[:, None]
    block[:, spend, cost] += final[:, :, None] * (duty_theta * own_share)[:, None, :]
    block[:, spend, cost] += (sigma - eps) * np.matmul(supply, inputs)
    block[:, spend, spend] += final[:, :, None] * duty[:, None, :]
    own_price = eps * supply.sum(axis=2) + sigma_c * accounts.final_use / spending
    block[:, 1 + s + each, 1 + each] += own_price * own_share
    consumer = (accounts.final_share * own_share)[:, None, :]
    block[:, spend, cost] -= sigma_c * (accounts.final_use / spending)[:, :, None] * consumer
    return block


def _split_block(
    accounts: Accounts, trade: Array, input_share: Array, tariff: Array, theta: Array, parameters: Parameters
) -> Array:
    """The block [n,1+3S,1+3S] where users of inputs and final users have markets of their own: (w, c, Xm, Xf)::

    dlnY_k = hm_k dlnXm_k + hf_k dlnXf_k - a_k dlnc_k           dlnXf_s = dlnI + (1-sigma_c)(dlnPf_s - dlnP)
    dlnXm_s = sum_k gamma_ks Y_k/Xm_s [dlnY_k + (1-sigma)(dlnPM_k - dlnq_k) + (1-eps)(dlnPm_s - dlnPM_k)]
    I dlnI = VA dlnw + sum over both kinds of markets X rho (dlnX + theta pi_nn dlnc)
    """
    n, s = accounts.output.shape
    own, each = np.arange(n), np.arange(s)
    cost, inputs, final = (slice(1 + k * s, 1 + (k + 1) * s) for k in range(3))
    sigma, eps, sigma_c = 1 - parameters.sigma, 1 - parameters.eps, 1 - parameters.sigma_c
    i = 1.0 / parameters.mobility / (1.0 - sigma / parameters.mobility)
    output = np.where(accounts.output > 0, accounts.output, 1.0)
    paid = trade * (1.0 + tariff)
    spent = np.where((total := paid.sum(axis=0)) > 0, total, 1.0)
    share = paid / spent
    duty = (paid * tariff / (1.0 + tariff)).sum(axis=0)
    own_share, home = share[own, own], trade[own, own]
    fall = np.einsum("ijm,ijm->im", trade, 1.0 - share)
    bills = accounts.value_added.sum(axis=1)
    weight = accounts.value_added / np.where(bills > 0, bills, 1.0)[:, None]

    sales = np.zeros((n, s, 1 + 3 * s))
    sales[:, each, 1 + each] = -theta * (fall[:, :s] + fall[:, s:]) / output
    sales[:, each, 1 + s + each] = home[:, :s] / output
    sales[:, each, 1 + 2 * s + each] = home[:, s:] / output
    demand = sales.copy()
    demand[:, each, 1 + each] -= sigma
    wages = i * (demand - np.matmul(weight[:, None, :], demand))
    block = np.zeros((n, 1 + 3 * s, 1 + 3 * s))
    beta = accounts.value_added_share
    block[:, cost] = beta[:, :, None] * wages
    block[:, cost, 0] += beta
    block[:, cost, cost] += input_share * own_share[:, None, :s]
    bundle = block[:, cost]
    part = weight * (1.0 - bills / bills.sum())[:, None]
    block[:, 0] = np.matmul(part[:, None, :], sales + sigma * (wages - bundle))[:, 0]
    block[:, 0, 0] += sigma * part.sum(axis=1)
    supply = (input_share * accounts.output[:, :, None] / spent[:, None, :s]).transpose(0, 2, 1)
    bought = input_share.sum(axis=2)
    of_inputs = input_share * own_share[:, None, :s] / np.where(bought > 0, bought, 1.0)[:, :, None]
    block[:, inputs] = np.matmul(supply, sales - sigma * bundle)
    block[:, inputs, cost] += (sigma - eps) * np.matmul(supply, of_inputs)
    block[:, 1 + s + each, 1 + each] += eps * supply.sum(axis=2) * own_share[:, :s]
    income = np.zeros((n, 1 + 3 * s))
    income[:, 0] = bills
    income[:, cost] = theta * (duty * own_share).reshape(n, 2, s).sum(axis=1)
    income[:, 1 + s :] = duty
    income /= np.where(accounts.income > 0, accounts.income, 1.0)[:, None]
    block[:, final] = income[:, None, :]
    block[:, final, cost] -= sigma_c * (accounts.final_share * own_share[:, s:])[:, None, :]
    block[:, 1 + 2 * s + each, 1 + each] += sigma_c * own_share[:, s:]
    return block


def _substitution(
    accounts: Accounts, input_share: Array, price: Array, bundle: Array, share: Array, parameters: Parameters
) -> Array:
    """What CES shares add to (ln w', ln X') [n,1+S] per rise of the wage; 0 with all elasticities 1.

    ``price`` [n,s] and ``bundle`` [n,k]: rise of prices and of bundle costs per rise of the wage::

        dlnw'  = (1-sigma) sum_k v_k (1 - dlnq_k)
        dlnX'_s = [sum_k gamma_ks Y_k ((1-sigma)(dlnPM_k - dlnq_k) + (1-eps)(dlnP_s - dlnPM_k))
                   + alpha_s I (1-sigma_c)(dlnP_s - dlnP)] / X_s
    """
    sigma, eps, sigma_c = parameters.sigma, parameters.eps, parameters.sigma_c
    added = np.zeros((price.shape[0], 1 + price.shape[1]))
    if sigma == eps == sigma_c == 1.0:
        return added
    total = input_share.sum(axis=2)
    inputs = np.matmul(input_share, price[..., None])[..., 0] / np.where(total > 0, total, 1.0)
    added[:, 0] = (1 - sigma) * (share * (1.0 - bundle)).sum(axis=1)
    by_user = accounts.output * ((1 - sigma) * (inputs - bundle) - (1 - eps) * inputs)
    moved = np.matmul(by_user[:, None, :], input_share)[:, 0]
    moved += (1 - eps) * price * np.matmul(accounts.output[:, None, :], input_share)[:, 0]
    consumer = (accounts.final_share * price).sum(axis=1, keepdims=True)
    moved += (1 - sigma_c) * accounts.final_use * (price - consumer)
    added[:, 1:] = moved / np.where(accounts.spending > 0, accounts.spending, 1.0)
    return added


def _inverse(block: Array) -> Single:
    """``(I - block)^-1`` of every country, in single precision; the identity where a block has no inverse."""
    matrices = np.eye(block.shape[-1], dtype=np.float32) - block.astype(np.float32)
    try:
        return np.linalg.inv(matrices)
    except np.linalg.LinAlgError:
        return np.stack([_own_inverse(each) for each in matrices])


def _own_inverse(matrix: Single) -> Single:
    """One country's: without an inverse it goes as it is, which is slower and not wrong."""
    try:
        return np.linalg.inv(matrix)
    except np.linalg.LinAlgError:
        return np.eye(len(matrix), dtype=matrix.dtype)
