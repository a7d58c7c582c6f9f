"""Bachmann et al. (2024), Table 2, column 2: Germany when the EU stops buying from Russia, on WIOD 2011 (G38)."""

from __future__ import annotations

import numpy as np
import pytest

import multipolar as mp
from multipolar.study.published import german_gas
from multipolar.study.published.claims import Validation, claims
from multipolar.world.groups import bloc_members


def test_the_claim_stands_as_the_checks_have_it() -> None:
    claim, *bounds = claims("german-gas")
    assert (claim.country, claim.published, claim.band) == ("DEU", (-0.2, -0.3), (-0.35, -0.05))
    assert [each.published for each in bounds] == [(-1.5, -1.5), (-2.3, -2.3)]


def test_germany_is_inside_the_band(gas: Validation) -> None:
    each = gas.compared[0]
    assert -0.35 <= each.ours <= -0.05
    assert each.inside
    assert each.ours == pytest.approx(-0.1835, abs=5e-4)  # with trade elasticity 4; the first solve of it gave -0.184


def test_bounds_without_a_network_are_those_of_the_checks(gas: Validation) -> None:
    """G12, G13: Table 2, columns 3 and 4; G14: the same with elasticity 1; G15: second order."""
    assert [each.ours for each in gas.compared[1:]] == pytest.approx([-1.5686, -2.3426], abs=1e-3)
    assert all(each.inside for each in gas.compared)
    rows = {row.label: row.values[0] for row in gas.tables[2].rows}
    assert rows["share 0.04, 10% less, elasticity 0.04"] == gas.compared[1].ours
    assert rows["share 0.01, 30% less, elasticity 0.1"] == gas.compared[2].ours
    assert rows["share 0.04, 10% less, elasticity 1"] == pytest.approx(-0.4206, abs=1e-3)
    assert gas.tables[2].rows[-1].values[0] == pytest.approx(-0.72, abs=0.005)
    assert len(rows) == len(gas.tables[2].rows) == 7


def test_the_members_are_the_twenty_seven_of_2011(wiod2011: mp.World) -> None:
    members = bloc_members("EU", german_gas.MEMBERS_IN)
    assert len(members) == 27
    assert set(members) <= set(wiod2011.countries)
    assert "GBR" in members
    assert "HRV" not in members


def test_real_income_is_real_national_expenditure_here(wiod2011: mp.World) -> None:
    """Without tariffs income is final use of all kinds, and what value added and the deficit pay for."""
    final = wiod2011.final_trade.sum(axis=(0, 2))
    assert wiod2011.income == pytest.approx(final, rel=1e-9)
    assert wiod2011.income == pytest.approx(wiod2011.value_added.sum(axis=1) + wiod2011.deficit, rel=1e-9)


def test_every_economy_is_there_once_and_in_order(gas: Validation, wiod2011: mp.World) -> None:
    rows = gas.tables[0].rows
    values = [row.values[0] for row in rows]
    assert sorted(row.label[:3] for row in rows) == sorted(wiod2011.countries)
    assert values == sorted(values)
    assert "RUS" in {row.label[:3] for row in rows[:5]}


def test_what_is_assumed_moves_the_number_the_way_it_must(gas: Validation) -> None:
    """Harder to replace: dearer. Closed for good: dearer than a factor of 2.5. Everything flexible: cheaper."""
    rows = {row.label: row.values for row in gas.tables[1].rows}
    germany = {label: values[0] for label, values in rows.items()}
    assert None not in germany.values()
    by_theta = [germany[f"trade elasticity {theta}"] for theta in (1, 2)] + [germany["as stated"]]
    assert by_theta == sorted(by_theta)
    assert germany["trade elasticity 8"] > germany["as stated"]
    assert germany["full embargo"] < germany["as stated"]
    assert germany["as stated"] < germany["Cobb-Douglas, factors move: the long-run model"] < 0
    assert all(values[1] < 0 for values in rows.values())


def test_the_long_run_row_is_the_plain_solver(gas: Validation, wiod2011: mp.World) -> None:
    """All elasticities 1 and factors that move: ``mp.solve`` without parameters, all users buying alike."""
    cost = np.ones_like(wiod2011.trade)
    cost[wiod2011.countries.index("RUS"), [wiod2011.countries.index(c) for c in bloc_members("EU", 2011)]] = 2.5
    out = mp.solve(german_gas.proportional(wiod2011), mp.Shocks(trade_cost_hat=cost, deficits="own"))
    rows = {row.label: row.values for row in gas.tables[1].rows}
    ours = rows["Cobb-Douglas, factors move: the long-run model"][0]
    assert ours == pytest.approx(100 * np.log(out.welfare_hat[wiod2011.countries.index("DEU")]), abs=1e-9)


def test_what_the_preparation_did_is_told(gas: Validation) -> None:
    told = " ".join(gas.preparation)
    assert "43 cells" in told
    assert "scaled to output and inputs (RAS)" in told
    assert "changes in inventories" in told
    assert "taxes" in told
