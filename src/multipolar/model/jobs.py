"""Jobs by country and sector, after a solve (ECONOMICS 3.5). One type of worker; sector wages are no incomes."""

from __future__ import annotations

import numpy as np

from multipolar.base.arrays import Array, first_where
from multipolar.base.problems import InputError


def jobs(
    employment: Array,
    value_added: Array,
    new_value_added: Array,
    participation_hat: Array | float = 1.0,
    employed: Array | float = 1.0,
    *,
    specific: bool = False,
) -> Array:
    """``J'_s = J L_hat e_s h_s Dhat_s / sum h Dhat`` [n,s], in the unit of ``employment``.

    h: base shares of heads (``employment`` [n,s] over its sum); ``Dhat = new_value_added / value_added``, demand for
    value added by sector: the same as ``h what^kappa / sum h what^kappa`` at any mobility, and regular where workers
    move freely. ``participation_hat`` L_hat [n]; ``employed`` e [n,s], the share with a job where wages are rigid. The
    total is kept where both are 1. ``specific``: heads stay in their sectors. A sector without employment stays
    without, and a country that misses a number (NaN) has no answer (NaN): see ``incomplete``. Raises ``InputError`` for
    missing value added, for a country without employment, and for workers in a sector that has no value added.
    """
    if not np.isfinite(new_value_added).all():
        where = first_where(~np.isfinite(new_value_added))
        raise InputError.of(f"jobs: value added is missing at {where}; a missing number is not 0")
    total = employment.sum(axis=1)
    if (total <= 0).any():
        raise InputError.of(f"jobs: country {first_where(total <= 0)[0]} has no employment on record")
    idle = (employment > 0) & (value_added <= 0)
    if idle.any():
        raise InputError.of(f"jobs: workers at {first_where(idle)}, but no value added there")
    made = value_added > 0
    demand = np.where(made, new_value_added, 0.0) / np.where(made, value_added, 1.0)
    weight = employment if specific else employment * demand
    share = weight / weight.sum(axis=1, keepdims=True)
    people: Array = (total * participation_hat)[:, None] * share * employed
    return people


def idle_share(
    employment: Array, value_added: Array, new_value_added: Array, employed: Array, *, specific: bool = False
) -> Array:
    """``1 - sum_s e_s h_s Dhat_s / sum h Dhat`` [n]: the share of heads without a job where wages are rigid.

    Arguments and errors are those of ``jobs``; NaN for a country that misses a number. h = VA shares (.4,.6),
    D (.8,1.1), e (.873459, 1): .041319, so that .958681 of all heads work (ECONOMICS 3.4).
    """
    at_work = jobs(employment, value_added, new_value_added, 1.0, employed, specific=specific).sum(axis=1)
    share: Array = 1.0 - at_work / employment.sum(axis=1)
    return share


def incomplete(employment: Array) -> tuple[int, ...]:
    """Countries with a missing number of workers, to be listed beside the result: their jobs are not computed."""
    return tuple(int(n) for n in np.flatnonzero(np.isnan(employment).any(axis=1)))
