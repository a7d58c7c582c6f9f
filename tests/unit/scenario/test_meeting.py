"""When measures meet on one flow (LANGUAGE): what adds, what multiplies, what conflicts, what is undone first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar as mp
from multipolar.model.shocks import Shocks
from multipolar.scenario.resolve import explain_flow, lifts, resolve, resolve_baseline
from multipolar.scenario.scenario import CaseKey, cases

CHN, DEU, RUS, USA = range(4)
C26, C29, D, J61 = range(4)
FLOW = "who: USA, to: RUS, sectors: C29"
SHARES = st.floats(min_value=0.0, max_value=1.0)


def text(*measures: str, head: str = "") -> str:
    lines = "".join(f"  - {{id: m{k}, {measure}}}\n" for k, measure in enumerate(measures))
    return f"multipolar: 1\ntitle: t\n{head}measures:\n{lines}"


def shocks(world: mp.World, *measures: str, head: str = "", case: CaseKey | None = None) -> Shocks:
    return resolve(mp.read_scenario(text(*measures, head=head), world), world, case or CaseKey()).shocks


def test_points_add_up(small: mp.World) -> None:
    tariff = shocks(small, f"type: tariff, {FLOW}, add: 0.1", f"type: tariff, {FLOW}, add: 0.05").tariff
    assert tariff[RUS, USA, C29] == pytest.approx(small.tariff[RUS, USA, C29] + 0.15, rel=1e-15)


@pytest.mark.parametrize("order", [0, 1])
def test_points_come_on_top_of_a_new_rate_in_either_order(small: mp.World, order: int) -> None:
    both = [f"type: tariff, {FLOW}, add: 0.1", f"type: tariff, {FLOW}, rate: 0.25"]
    assert shocks(small, *(both if order else reversed(both))).tariff[RUS, USA, C29] == 0.35


def test_two_rates_conflict_when_read_and_when_resolved(small: mp.World) -> None:
    both = text(f"type: tariff, {FLOW}, rate: 0.1", "type: tariff, who: all, to: RUS, sectors: vehicles, rate: 0.1")
    with pytest.raises(mp.ScenarioError, match="two `rate`s meet"):
        mp.read_scenario(both, small)
    with pytest.raises(mp.ScenarioError, match="two `rate`s meet"):
        resolve(mp.read_scenario(both), small, CaseKey())


def test_rates_on_parted_flows_or_taxes_do_not_conflict(small: mp.World) -> None:
    found = shocks(
        small,
        f"type: tariff, {FLOW}, rate: 0.1",
        "type: tariff, who: USA, to: RUS, sectors: C26, rate: 0.2",
        "type: tariff, who: RUS, to: USA, sectors: C29, rate: 0.3",
        "type: export_tax, who: RUS, to: USA, sectors: C29, rate: 0.4",
    )
    assert (found.tariff[RUS, USA, C29], found.tariff[USA, RUS, C29]) == (0.1, 0.3)
    assert found.export_tax[RUS, USA, C29] == 0.4


def test_rates_of_alternatives_do_not_conflict(small: mp.World) -> None:
    measures = (f"type: tariff, {FLOW}, rate: 0.1", f"type: tariff, {FLOW}, rate: 0.2, alternative_to: m0")
    assert shocks(small, *measures).tariff[RUS, USA, C29] == 0.1
    assert shocks(small, *measures, case=CaseKey("", "m1")).tariff[RUS, USA, C29] == 0.2


def test_a_rate_brought_below_minus_one_is_refused(small: mp.World) -> None:
    with pytest.raises(mp.ScenarioError, match="-1 or below"):
        shocks(small, f"type: tariff, {FLOW}, rate: -0.6", f"type: tariff, {FLOW}, add: -0.5")


@given(SHARES, SHARES)
def test_blocked_shares_combine_as_independent(small: mp.World, a: float, b: float) -> None:
    blocked = shocks(
        small,
        f"type: import_ban, {FLOW}, share: {a:.17f}, coverage: thin",
        f"type: export_control, who: RUS, to: USA, sectors: C29, share: {b:.17f}, coverage: thin",
    ).blocked_share
    assert blocked[RUS, USA, C29] == pytest.approx(1 - (1 - a) * (1 - b), abs=1e-15)
    assert 0.0 <= blocked.min() <= blocked.max() <= 1.0


def test_a_full_ban_beats_all(small: mp.World) -> None:
    found = shocks(
        small,
        f"type: import_ban, {FLOW}, share: 0.3",
        f"type: import_ban, {FLOW}",
        "type: export_control, who: RUS, to: USA, sectors: C29, share: 0.7",
        "type: trade_cost, who: RUS, to: USA, sectors: C29, change: -0.5",
    )
    assert found.blocked_share[RUS, USA, C29] == 1.0


def test_trade_costs_multiply(small: mp.World) -> None:
    costs = shocks(
        small,
        "type: trade_cost, who: RUS, to: USA, sectors: C29, change: 0.1",
        "type: trade_cost, between: [USA, RUS], sectors: C29, change: 0.2",
    ).trade_cost_hat
    assert costs[RUS, USA, C29] == pytest.approx(1.32, rel=1e-15)
    assert costs[USA, RUS, C29] == 1.2


@pytest.mark.parametrize(
    ("measure", "read"),
    [
        (f"type: tariff, {FLOW}, add: 0.2", lambda s, w: s.tariff[RUS, USA, C29] - w.tariff[RUS, USA, C29]),
        (f"type: import_ban, {FLOW}, share: 0.2", lambda s, w: s.listed_share[RUS, USA, C29]),
        (f"type: trade_cost, {FLOW}, change: 0.2", lambda s, w: s.trade_cost_hat[USA, RUS, C29] - 1),
        ("type: productivity, who: RUS, sectors: C29, change: 0.2", lambda s, w: s.productivity_hat[RUS, C29] - 1),
        ("type: transfer, who: USA, to: RUS, amount: 200000", lambda s, w: s.transfers[RUS]),
        (
            "type: joint_venture, investor: USA, host: RUS, sectors: C29, capacity: {share: 0.2}",
            lambda s, w: s.ventures[0].share,
        ),
    ],
)
def test_cancel_acts_on_the_size_before_anything_is_combined(small: mp.World, measure: str, read: object) -> None:
    found = shocks(small, measure, "type: cancel, targets: [m0], share: 0.5", "type: cancel, targets: [m0], share: 0.5")
    assert read(found, small) == pytest.approx(0.05, rel=1e-12)  # type: ignore[operator]


def test_cancel_moves_a_rate_back_towards_the_present_one(small: mp.World) -> None:
    present = small.tariff[RUS, USA, C29]
    tariff = shocks(small, f"type: tariff, {FLOW}, rate: 1", "type: cancel, targets: [m0], share: 0.25").tariff
    assert tariff[RUS, USA, C29] == pytest.approx(0.75 + 0.25 * present, rel=1e-14)


def test_a_measure_cancelled_whole_leaves_no_trace(small: mp.World) -> None:
    assert shocks(small, f"type: tariff, {FLOW}, add: 0.2", "type: cancel, targets: [m0]").tariff is None


def test_a_replaced_target_is_absent_and_its_replacement_not_cancelled(small: mp.World) -> None:
    measures = (
        f"type: tariff, {FLOW}, add: 0.2",
        f"type: trade_cost, {FLOW}, change: 0.1, alternative_to: m0",
        "type: cancel, targets: [m0]",
    )
    assert cases(mp.read_scenario(text(*measures))) == (CaseKey(), CaseKey("", "m1"))
    found = shocks(small, *measures, case=CaseKey("", "m1"))
    assert found.tariff is None
    assert found.trade_cost_hat[USA, RUS, C29] == 1.1


def test_lift_acts_on_the_baseline_of_its_case_alone(embedded: mp.World) -> None:
    scenario = mp.read_scenario(
        "multipolar: 1\ntitle: t\nbaseline: [in-force-2024]\nbranches:\n"
        "  as_is: {measures: []}\n"
        "  eased: {measures: [{id: ease, type: lift, targets: [in_force_imports], share: {value: 0.5, range: [0, 1]}},"
        " {id: more, type: lift, targets: [in_force_imports], share: 0.5}]}\n",
        embedded,
    )
    rus, deu = (embedded.axes.country.index(code) for code in ("RUS", "DEU"))
    as_is = resolve_baseline(scenario, embedded, CaseKey("as_is")).shocks
    eased = resolve_baseline(scenario, embedded, CaseKey("eased")).shocks
    buys, sells = (measure.share.value for measure in mp.read_scenario("in-force-2024").measures[:2])
    # In A01 no dated measure stands beside the two shares.
    assert (as_is.blocked_share[rus, deu, 0], as_is.blocked_share[deu, rus, 0]) == (buys, sells)
    assert eased.blocked_share[rus, deu, 0] == pytest.approx(buys * 0.25, rel=1e-14)
    assert eased.blocked_share[deu, rus, 0] == sells
    assert lifts(scenario, CaseKey("as_is")) == {}
    assert lifts(scenario, CaseKey("eased"), {"ease.share": 0.2}) == {"in_force_imports": pytest.approx(0.6)}
    assert as_is.deficits == scenario.deficits == "closed"


def test_drawn_values_reach_the_cells_under_their_names(small: mp.World) -> None:
    scenario = mp.read_scenario(text(f"type: tariff, {FLOW}, rate: {{value: 0.2, range: [0.1, 0.3]}}"), small)
    drawn = resolve(scenario, small, CaseKey(), {"m0.rate": 0.125}).shocks
    assert drawn.tariff[RUS, USA, C29] == 0.125


def test_resolving_changes_nothing_it_is_given(small: mp.World) -> None:
    before = small.tariff.copy()
    scenario = mp.read_scenario(text(f"type: tariff, {FLOW}, add: 0.5"), small)
    one, two = (resolve(scenario, small, CaseKey()).shocks.tariff for _ in range(2))
    np.testing.assert_array_equal(small.tariff, before)
    np.testing.assert_array_equal(one, two)


def test_explain_flow_gives_the_lines_behind_one_flow(small: mp.World) -> None:
    scenario = mp.read_scenario(
        text(
            f"type: tariff, {FLOW}, add: 0.1",
            "type: tariff, who: USA, to: all, sectors: all, add: 0.1",
            "type: tariff, who: CHN, to: all, sectors: all, add: 0.1",
        ),
        small,
    )
    ((case, steps),) = explain_flow(scenario, small, "Russia", "USA", "C29")
    assert case == CaseKey()
    assert [(step.measure, step.line) for step in steps] == [("m0", 4), ("m1", 5)]
    assert steps[0].before == small.tariff[RUS, USA, C29]
    assert steps[1].after == pytest.approx(small.tariff[RUS, USA, C29] + 0.2)
    with pytest.raises(mp.UnknownLabelError, match="Did you mean `C29`"):
        explain_flow(scenario, small, "RUS", "USA", "C2")


def test_dates_are_held_against_the_end_of_the_horizon(small: mp.World) -> None:
    head = "horizon: {from: 2025, to: 2030}\n"
    over = resolve(mp.read_scenario(text(f"type: tariff, {FLOW}, add: 0.1, until: 2029", head=head)), small, CaseKey())
    assert over.shocks.tariff is None
    assert any("not in force at the end of 2030" in note for note in over.notes)
    last_day = f"type: tariff, {FLOW}, add: 0.1, until: 2030, from: 2027, phase_in: 10y"
    held = resolve(mp.read_scenario(text(last_day, head=head)), small, CaseKey())
    assert held.shocks.tariff[RUS, USA, C29] == pytest.approx(small.tariff[RUS, USA, C29] + 0.1)
    assert any("phased in only after 2030" in note for note in held.notes)
    assert any("2025 to 2030 are computed as one comparison" in note for note in held.notes)


@pytest.mark.parametrize(
    ("measure", "rule"),
    [
        (f"type: tariff, {FLOW}, add: 0.1", "fixed"),
        (f"type: import_ban, {FLOW}", "closed"),
        (f"type: export_control, {FLOW}, what: know_how", "closed"),
        ("type: financial_sanction, who: USA, to: RUS, access_cut: 0.1", "closed"),
        ("type: asset_freeze, who: USA, to: RUS, share: 1", "closed"),
    ],
)
def test_deficits_follow_the_measures_where_no_rule_is_given(small: mp.World, measure: str, rule: str) -> None:
    assert shocks(small, measure).deficits == rule
    assert shocks(small, measure, head="deficits: own\n").deficits == "own"
    in_branch = f"multipolar: 1\ntitle: t\nbranches: {{a: {{measures: [{{id: m, {measure}}}]}}}}\n"
    assert mp.read_scenario(in_branch).deficits == rule


def test_deficits_follow_the_measures_of_the_baseline() -> None:
    assert mp.read_scenario("multipolar: 1\ntitle: t\nbaseline: [in-force-2024]\nmeasures: []\n").deficits == "closed"
