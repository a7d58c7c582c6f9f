"""What ``explain COUNTRY`` says of dependence: the index, and flows that do what is said when they are stopped."""

from __future__ import annotations

import re

import numpy as np
import pytest

import multipolar as mp
from multipolar.app.dependence import facts
from multipolar.app.explain import explain
from multipolar.model import dependence as dep
from multipolar.model.indices import members
from multipolar.study.indexed import chain_of, high_tech
from multipolar.study.measured import ready_blocs


def test_three_flows_for_each_bloc_and_use(embedded: mp.World) -> None:
    told = dict(facts(embedded, "RUS"))
    assert list(told) == ["From G7 and EU27, all use", "From G7 and EU27, high technology"]
    member = members([embedded.axes.country.indices(list(ready_blocs(embedded)["G7 and EU27"]))], 81)
    found = dep.content(chain_of(embedded), member)
    rus = embedded.axes.country.index("RUS")
    for text, sectors in zip(told.values(), (None, high_tech(embedded)), strict=True):
        share = dep.dependence(found, embedded.final_use, sectors).share[0, rus]
        assert text.startswith(f"{share:.1%} ")
        flows = re.findall(r"(\w+) to (\w+), (\w+) ([+-][\d.]+)", text)
        assert len(flows) == 3
        sizes = [abs(float(flow[3])) for flow in flows]
        assert sizes == sorted(sizes, reverse=True)


def test_the_first_flow_stopped_moves_the_index_as_said(embedded: mp.World) -> None:
    """Its buyers turn to the other sources in proportion: done by hand on the chain, the change is about that told."""
    text = dict(facts(embedded, "RUS"))["From G7 and EU27, high technology"]
    origin, destination, sector, told = re.search(r"(\w+) to (\w+), (\w+) ([+-][\d.]+)", text).groups()
    i, n = embedded.axes.country.indices([origin, destination])
    s, rus = embedded.axes.sector.index(sector), embedded.axes.country.index("RUS")
    share = embedded.trade_share.copy()
    share[i, n, s] = 0.0
    share[:, n, s] /= share[:, n, s].sum()
    member = members([embedded.axes.country.indices(list(ready_blocs(embedded)["G7 and EU27"]))], 81)
    args = embedded.tariff, embedded.export_tax, embedded.input_share
    before, after = (
        dep.dependence(dep.content(dep.chain(pi, *args), member), embedded.final_use, high_tech(embedded)).share[0, rus]
        for pi in (embedded.trade_share, share)
    )
    assert 100 * (after - before) == pytest.approx(float(told), rel=0.1)
    assert np.sign(after - before) == np.sign(float(told))


def test_a_member_depends_on_other_blocs_only_and_a_bloc_has_no_such_line(embedded: mp.World) -> None:
    assert {label.split(",")[0] for label, _ in facts(embedded, "DEU")} == {"From BRICS"}
    (country,) = explain("Germany", embedded)
    assert any(label.startswith("From BRICS") for label, _ in country.facts)
    (bloc,) = explain("BRICS", embedded)
    assert not any(label.startswith("From") for label, _ in bloc.facts)
