"""Currencies of settlement: by hand, with rails, with what is missing, along the years; what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar as mp
from multipolar.model.indices import currency_concentration
from multipolar.scenario.measures.finance import RAILS
from multipolar.scenario.resolve import RailShare, resolve, resolve_baseline
from multipolar.scenario.scenario import CaseKey
from multipolar.study.settlement import SETTLES_IN, Settlement, settlement
from multipolar.world.invoicing import EURO_AREA, export_mix, invoicing

TWO = ("USA", "JPN")
FLOWS = np.array([[500.0, 100.0], [300.0, 700.0]])  # sales at home are not read
BOTH = ~np.eye(2, dtype=bool)


def rail(name: str, share: float, pairs: np.ndarray = BOTH) -> RailShare:
    return RailShare("r", name, pairs, share)


def told(found: Settlement) -> dict[str, float]:
    return dict(zip(found.currencies, found.share, strict=True))


def test_two_exporters_by_hand() -> None:
    """A quarter of trade is of the United States, 95.67 % in dollars and 1.07 in euros, the rest of Japan: 49.55, 6.70,
    and 37.15 in its own."""
    found = settlement(TWO, FLOWS)
    expected = {"USD": 0.25 * 0.9567 + 0.75 * 0.4955, "EUR": 0.25 * 0.0107 + 0.75 * 0.067, "own of JPN": 0.75 * 0.3715}
    assert told(found) == pytest.approx(expected, abs=1e-12)
    assert found.apart == pytest.approx(1 - sum(expected.values()), abs=1e-12)
    assert (found.coverage, found.missing) == (1.0, ())
    assert found.dollar == pytest.approx(expected["USD"])
    squares = sum(part**2 for part in expected.values())
    assert currency_concentration(found.share, found.apart) == pytest.approx(squares, abs=1e-12)


def test_a_rail_takes_its_share_out_of_every_currency() -> None:
    before = settlement(TWO, FLOWS)
    found = settlement(TWO, FLOWS, [rail("crypto_bridge", 0.2)])
    assert told(found) == pytest.approx({k: 0.8 * v for k, v in told(before).items()} | {
        "token of a crypto bridge": 0.2})  # fmt: skip
    assert found.apart == pytest.approx(0.8 * before.apart)
    one_way = settlement(TWO, FLOWS, [rail("clearing_union", 0.2, np.array([[False, True], [False, False]]))])
    assert told(one_way)["unit of a clearing union"] == pytest.approx(0.25 * 0.2)


def test_local_currency_is_that_of_the_exporter_and_agents_move_nothing() -> None:
    before, found = settlement(TWO, FLOWS), settlement(TWO, FLOWS, [rail("local_currency", 0.4)])
    assert told(found)["own of JPN"] == pytest.approx(0.6 * told(before)["own of JPN"] + 0.4 * 0.75)
    assert found.dollar == pytest.approx(0.6 * before.dollar + 0.4 * 0.25)
    for name in ("correspondent", "payment_agents"):
        assert told(settlement(TWO, FLOWS, [rail(name, 1.0)])) == told(before)


@given(st.integers(0, 2_000), st.floats(0, 0.5), st.sampled_from(RAILS), st.sampled_from(RAILS))
def test_shares_sum_to_one_and_concentration_keeps_its_bounds(seed: int, share: float, one: str, other: str) -> None:
    rng = np.random.default_rng(seed)
    countries = ("USA", "DEU", "JPN", "RUS", "IND")
    flows, pairs = rng.lognormal(0, 2, (5, 5)), rng.random((5, 5)) < 0.6
    np.fill_diagonal(pairs, False)
    found = settlement(countries, flows, [rail(one, share, pairs), rail(other, 0.5, pairs)])
    assert found.share.min() >= 0
    assert found.share.sum() + found.apart == pytest.approx(1.0, abs=1e-12)
    assert 0 < currency_concentration(found.share, found.apart) <= 1


def test_who_has_no_invoices_is_named_and_left_out() -> None:
    three = ("USA", "JPN", "CHN")
    flows = np.zeros((3, 3))
    flows[:2, :2] = FLOWS
    flows[2] = [50.0, 50.0, 900.0]
    found = settlement(three, flows)
    assert found.missing == ("CHN",)
    assert found.coverage == pytest.approx(0.8)
    assert told(found)["USD"] == pytest.approx(settlement(TWO, FLOWS).dollar)
    assert "covers 80% of cross-border trade; left out" in found.said
    assert "exports of CHN;" in found.said
    flows[2, 0] = 500.0
    with pytest.raises(mp.InputError, match="there are invoices for 42% of cross-border trade, less than half"):
        settlement(three, flows)


def test_rails_cannot_settle_more_than_all() -> None:
    with pytest.raises(mp.InputError, match="rails settle 110% of payments from JPN to USA"):
        settlement(TWO, FLOWS, [rail("crypto_bridge", 0.6), rail("local_currency", 0.5)])
    found = settlement(TWO, FLOWS, [rail("crypto_bridge", 0.5), rail("local_currency", 0.5)])
    assert told(found)["EUR"] == 0


def test_every_rail_settles_in_something() -> None:
    assert set(SETTLES_IN) == set(RAILS)


def test_the_table_counts_no_currency_twice() -> None:
    """Where the own currency is the dollar or the euro it has no part of its own; no row passes 100 %."""
    for (code, flow), row in invoicing().items():
        if code == "USA" or code in EURO_AREA:
            assert not row.home, (code, flow)
        parts = [part or 0.0 for part in (row.usd, row.eur, row.home, row.other, row.unclassified)]
        assert sum(parts) < 100.1, (code, flow)
    mix = export_mix(("USA", "DEU", "CIV", "SEN", "CHN"))
    np.testing.assert_allclose((mix.share.sum(axis=1) + mix.apart)[mix.known], 1.0, rtol=1e-12)
    assert [mix.currencies[k] for k in mix.own] == ["USD", "EUR", "XOF", "XOF", "own of CHN"]
    assert mix.known.tolist() == [True, True, True, True, False]


RAIL = """multipolar: 1
title: Rail
actors: {blocs: {BRICS: {members_as_of: 2010}}}
horizon: {from: 2025, to: 2040}
measures:
  - {id: rail, type: payment_rail, rail: crypto_bridge, between: [RUS, BRICS], share_of_settlement: 0.4, from: 2026,
     phase_in: 4y}
branches:
  whole: {measures: []}
  half: {measures: [{id: stop, type: cancel, targets: [rail], share: 0.5}]}
"""


def test_a_rail_is_phased_in_drawn_and_cancelled(embedded: mp.World) -> None:
    scenario = mp.read_scenario(RAIL)
    for year, branch, share in ((2025, "whole", None), (2026, "whole", 0.1), (2040, "whole", 0.4), (2040, "half", 0.2)):
        rails = resolve(scenario, embedded, CaseKey(branch), year=year).rails
        assert [each.share for each in rails] == ([] if share is None else pytest.approx([share]))
    (drawn,) = resolve(scenario, embedded, CaseKey("whole"), {"rail.share_of_settlement": 0.8}).rails
    assert drawn.share == 0.8
    i, n, other = embedded.axes.country.indices(["RUS", "CHN", "USA"])
    assert drawn.pairs[i, n]
    assert drawn.pairs[n, i]
    assert not drawn.pairs[i, i]
    assert not drawn.pairs[i, other]
    assert resolve_baseline(scenario, embedded, CaseKey("whole")).rails == ()


def test_a_run_moves_settlement_and_no_income(embedded: mp.World) -> None:
    text = RAIL.replace("horizon: {from: 2025, to: 2040}\n", "").replace("0.4", "{value: 0.4, range: [0.2, 0.6]}")
    result = mp.evaluate(embedded, mp.read_scenario(text), draws=3)
    currency, dollar = result.indices["currency"], result.indices["dollar_share"]
    assert np.abs(result.central["welfare"]).max() < 1e-8
    assert dollar.change[0] < dollar.change[1] < 0  # half of the rail moves half as much
    assert dollar.change[1] == pytest.approx(dollar.change[0] / 2, rel=1e-6)
    low, _, high = currency.interval()
    assert low[0] < high[0] < 0
    assert currency.usual is None
    assert "covers 74% of cross-border trade" in result.missing["currency"]
    assert {row.measure for row in result.not_computed} == {"rail"}
    assert next(row for row in result.assumptions if row.name == "rail.share_of_settlement").computed
