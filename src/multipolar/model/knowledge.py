"""Knowledge over time, one function per equation: ideas are met in purchases and research (ECONOMICS 1).

Buera and Oberfield (2020), learning from sellers: the stock lam grows with research and with what buyers meet, the
composite ``S_n = sum_i w pi[i,n]^(1-b) lam_i^b``, 0 <= b < 1. Everything is computed in hats against the baseline
path, ``ell = lam / lam_base``, which is therefore exact whatever its level; no common unit of the stocks of different
sectors is needed, and none exists. n learner and buyer, i source and seller, s sector.
"""

from __future__ import annotations

import math
from typing import Any

Array = Any  # a NumPy or a JAX array

FORMS = ("additive", "catch_up")


def idea_flows(trade_share: Array, stock: Array, b: float, meeting: float | Array = 1.0) -> Array:
    """``w[i,n,s] pi[i,n,s]^(1-b) lam[i,s]^b``: what each source adds to the composite of each learner (1.1)."""
    return meeting * trade_share ** (1.0 - b) * (stock**b)[:, None, :]


def composite(flows: Array) -> Array:
    """``S[n,s] = sum_i w pi^(1-b) lam^b``. pi (.8,.2), lam (1,16), b .5: 2.683282."""
    return flows.sum(axis=0)


def idea_weights(flows: Array) -> Array:
    """``a[i,n,s] = flows / S_n``, columns sum to 1 (1.2); whoever meets no ideas keeps its own. Example: 1/3, 2/3."""
    xp = flows.__array_namespace__()
    total = composite(flows)
    alone = xp.eye(flows.shape[0])[:, :, None]
    return xp.where(total > 0, flows / xp.where(total > 0, total, 1.0), alone)


def meeting_gain(stock: Array, total: Array, b: float) -> Array:
    """``G[i,n,s] = lam[i,s]^b / S[n,s]``: a meeting with i in units of n's inflow today (1.5); 0 where S is 0.

    Not ``(lam_i/lam_n)^b``, which it equals in autarky only. Source 2 of the example above: 1.490712.
    """
    xp = stock.__array_namespace__()
    return xp.where(total > 0, (stock**b)[:, None, :] / xp.where(total > 0, total, 1.0), 0.0)


def inflow(weight: Array, pi_hat: Array, ell: Array, b: float, meeting_hat: float | Array = 1.0) -> Array:
    """``D[n,s] = sum_i a what pi_hat^(1-b) ell_i^b``, ideas met against the baseline path (1.2)."""
    xp = weight.__array_namespace__()
    if isinstance(meeting_hat, float):
        return meeting_hat * xp.einsum("ins,ins,is->ns", weight, pi_hat ** (1.0 - b), ell**b)
    return xp.einsum("ins,ins,is->ns", weight * meeting_hat, pi_hat ** (1.0 - b), ell**b)


def shared(ideas: Array, sharing: Array, gain: Array, ell: Array, b: float, form: str = "additive") -> Array:
    """``D + sum_i tau G ell_i^b``: tau[i,n,s] extra meetings as a share of baseline arrivals (1.5).

    Works where baseline trade is zero, and grows with tau at once. ``catch_up`` is the labelled variant
    ``(1 - sum_i tau) D + sum_i tau G ell_i^b``: it crowds out other ideas, and lowers them where G is below 1.
    """
    xp = sharing.__array_namespace__()
    extra = xp.einsum("ins,ins,is->ns", sharing, gain, ell**b)
    return ideas + extra if form == "additive" else (1.0 - sharing.sum(axis=0)) * ideas + extra


def across_sectors(ideas: Array, links: Array) -> Array:
    """``D[n,k] = sum_s g[n,k,s] D[n,s]``, rows of g sum to 1: ideas of inputs spread to their users, in hats (1.2)."""
    return (links @ ideas[..., None])[..., 0]


def rest_point(ideas: Array, research_hat: float | Array, research_share: Array, xi: float) -> Array:
    """``rR Rhat^xi + (1-rR) D`` [n,s]: what the stock moves towards, and equals in the long run (1.2)."""
    return research_share * research_hat**xi + (1.0 - research_share) * ideas


def next_stock(ell: Array, target: Array, growth: Array, delta: float) -> Array:
    """``ell' = [(1-delta) ell + (g+delta) target] / (1+g)`` [n,s], ``target`` as ``rest_point`` (1.2)."""
    return ((1.0 - delta) * ell + (growth + delta) * target) / (1.0 + growth)


def productivity(ell: Array, shape: Array) -> Array:
    """``A_hat = ell^(1/theta_K)`` [n,s] with the long-run shape theta_K [s] at every horizon (1.4)."""
    return ell ** (1.0 / shape)


def speed(b: float, research_share: Array, growth: Array, delta: float) -> Array:
    """``(g+delta)(1 - b(1-rR)) / (1+g)``: the part of the gap to the long run closed in a year, all together (1.6)."""
    return (growth + delta) * (1.0 - b * (1.0 - research_share)) / (1.0 + growth)


def half_life(yearly: Array) -> Array:
    """Years until half of the gap is closed, ``ln(1/2)/ln(1-speed)``. Speed 2.288 % a year: 29.94."""
    xp = yearly.__array_namespace__()
    return -math.log(2.0) / xp.log1p(-yearly)


def share_reached(yearly: Array, years: float) -> Array:
    """Share of the long run reached, ``1 - (1-speed)^years``. After ten years at 2.288 %: 20.67 %."""
    return 1.0 - (1.0 - yearly) ** years


def research_share(elasticity: float | Array, shape: Array, b: float, xi: float) -> Array:
    """rR [s] at which output's long-run elasticity to research, all countries together, is the one given (1.6).

    ``rR xi / (theta_K (1 - b(1-rR))) = e``, hence ``rR = e theta_K (1-b) / (xi - e theta_K b)``; e .08, theta 4, b .5,
    xi 1: .190476. Above 1 where ``e theta_K > xi``: no research share gives so much.
    """
    pull = elasticity * shape
    return pull * (1.0 - b) / (xi - pull * b)


def elasticity_alone(research_share: Array, shape: Array, b: float, xi: float, own_weight: Array) -> Array:
    """``rR xi / (theta_K (1 - b(1-rR) a_nn))``: the same where one country acts alone, smaller (1.6)."""
    return research_share * xi / (shape * (1.0 - b * (1.0 - research_share) * own_weight))


def meeting_left(share: Array, controllable: float) -> Array:
    """``what = 1 - c x``: a control of know-how takes share x of the controllable part c; publications stay (1.5)."""
    return 1.0 - controllable * share
