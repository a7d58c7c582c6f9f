"""The baseline of 2024 meets the figures it is set to (its own comment names them)."""

from __future__ import annotations

import numpy as np
import pytest

import multipolar as mp
from multipolar.model.parameters import horizon_scale
from multipolar.scenario.resolve import resolve
from multipolar.scenario.scenario import CaseKey
from multipolar.world.groups import sector_members


def test_the_west_has_17_per_cent_of_russian_goods_exports_and_33_of_imports(embedded: mp.World) -> None:
    scenario = mp.read_scenario("in-force-2024", embedded)
    medium = mp.Parameters(theta_scale=horizon_scale(embedded, "medium"))
    outcome = mp.solve(embedded, resolve(scenario, embedded, CaseKey()).shocks, medium)
    trade = embedded.after(outcome).trade
    west = embedded.axes.country.indices(code for code in scenario.blocs["WEST"] if code in embedded.countries)
    goods = embedded.axes.sector.indices(sector_members("goods", embedded.sectors))
    russia = embedded.axes.country.index("RUS")
    abroad = np.delete(np.arange(len(embedded.countries)), russia)
    exports, imports = trade[russia][:, goods].sum(axis=1), trade[:, russia][:, goods].sum(axis=1)
    assert exports[west].sum() / exports[abroad].sum() == pytest.approx(0.17, abs=5e-4)
    assert imports[west].sum() / imports[abroad].sum() == pytest.approx(0.33, abs=5e-4)
