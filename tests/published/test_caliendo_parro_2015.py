"""Caliendo and Parro (2015), Review of Economic Studies 82(1), their table of NAFTA's effects: twelve numbers.

The figures of the replication data are rounded; what is done about it is said in ``study/published/nafta.py``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import multipolar as mp
from multipolar.study.published.nafta import Experiment, read, validate

COUNTRIES = ("MEX", "CAN", "USA")
REAL_WAGES = (1.72, 0.32, 0.11)
TERMS_OF_TRADE = (-0.41, -0.11, 0.04)
VOLUME_OF_TRADE = (1.72, 0.04, 0.04)
WELFARE_FIRST_ORDER = (1.31, -0.06, 0.08)


@pytest.fixture(scope="module")
def nafta(shared: Path) -> Experiment:
    path = shared / "data" / "cp2015" / "cp2015.npz"
    if not path.exists():
        pytest.skip("needs data/cp2015 of the shared folder")
    return read(path)


def test_the_twelve_numbers_of_the_nafta_table(nafta: Experiment) -> None:
    """To the rounding of the table. Their welfare is first order: terms of trade plus volume of trade."""
    world = nafta.world
    out = mp.solve(world, nafta.shocks)
    members = world.axes.country.indices(COUNTRIES)
    assert tuple(np.round(100 * (out.real_wage_hat[members] - 1), 2)) == REAL_WAGES
    assert tuple(np.round(100 * out.terms_of_trade[members], 2)) == TERMS_OF_TRADE
    assert tuple(np.round(100 * out.volume_of_trade[members], 2)) == VOLUME_OF_TRADE
    welfare = 100 * (out.terms_of_trade + out.volume_of_trade)[members]
    assert tuple(np.round(welfare, 2)) == WELFARE_FIRST_ORDER


def test_real_income_of_mexico_is_not_what_the_table_calls_welfare(nafta: Experiment) -> None:
    """Exact real income ``I_hat / P_hat`` of Mexico hardly moves, where first order says 1.31 %."""
    world = nafta.world
    out = mp.solve(world, nafta.shocks)
    assert 100 * (out.welfare_hat[world.axes.country.index("MEX")] - 1) == pytest.approx(0.007, abs=5e-4)


def test_the_study_compares_the_same_numbers(nafta: Experiment, shared: Path) -> None:
    """The command's table: the paper's numbers as in this file, all within its rounding."""
    found = validate(shared / "data" / "cp2015" / "cp2015.npz")
    published = {(c.claim.quantity, c.claim.country): c.claim.published for c in found.compared}
    rows = {"real_wage": REAL_WAGES, "terms_of_trade": TERMS_OF_TRADE, "volume_of_trade": VOLUME_OF_TRADE,
            "welfare_first_order": WELFARE_FIRST_ORDER}  # fmt: skip
    assert published == {
        (name, code): (value, value) for name, row in rows.items() for code, value in zip(COUNTRIES, row, strict=True)
    }
    assert all(each.inside for each in found.compared)
    assert "the lowest is -8.5e-04" in found.preparation[1]
    assert "at most 1.1e-05" in found.preparation[2]
