"""Each type of measure writes exactly the cells it should: arrays by hand on a small world."""

from __future__ import annotations

from textwrap import indent

import numpy as np
import pytest

import multipolar as mp
from multipolar.model.ventures import Venture
from multipolar.scenario.measures import TYPES
from multipolar.scenario.measures.measure import Acting
from multipolar.scenario.resolve import Resolution, resolve
from multipolar.scenario.scenario import CaseKey, Scenario

CHN, DEU, RUS, USA = range(4)
C26, C29, D, J61 = range(4)


def scenario(*measures: str, more: str = "") -> Scenario:
    """A scenario of measures given as the inside of flow mappings; ids count from a."""
    listed = "\n".join(f"- {{id: {chr(97 + k)}, {measure}}}" for k, measure in enumerate(measures))
    return mp.read_scenario(f"multipolar: 1\ntitle: t\n{more}\nmeasures:\n{indent(listed, '  ')}\n")


def resolved(world: mp.World, *measures: str, more: str = "") -> Resolution:
    return resolve(scenario(*measures, more=more), world, CaseKey())


def changed(before: np.ndarray, after: np.ndarray) -> set[tuple[int, ...]]:
    return {tuple(int(k) for k in cell) for cell in np.argwhere(before != after)}


def test_tariff_points_fall_on_the_flows_into_who(small: mp.World) -> None:
    tariff = resolved(small, "type: tariff, who: USA, to: [CHN, Germany], sectors: C26, add: 10 %").shocks.tariff
    assert changed(small.tariff, tariff) == {(CHN, USA, C26), (DEU, USA, C26)}
    assert tariff[CHN, USA, C26] == small.tariff[CHN, USA, C26] + 0.1


def test_tariff_rate_is_the_new_level(small: mp.World) -> None:
    tariff = resolved(small, "type: tariff, who: USA, to: RUS, sectors: all, rate: 0.25").shocks.tariff
    assert changed(small.tariff, tariff) == {(RUS, USA, s) for s in range(4)}
    assert (tariff[RUS, USA] == 0.25).all()


def test_export_tax_falls_on_the_flows_out_of_who(small: mp.World) -> None:
    tax = resolved(small, "type: export_tax, who: CHN, to: all, sectors: C29, add: 0.2").shocks.export_tax
    assert changed(np.zeros_like(tax), tax) == {(CHN, n, C29) for n in (DEU, RUS, USA)}
    assert set(tax[CHN, :, C29]) == {0.0, 0.2}


def test_trade_cost_one_way(small: mp.World) -> None:
    cost = resolved(small, "type: trade_cost, who: USA, to: RUS, sectors: J61, change: 0.05").shocks.trade_cost_hat
    assert changed(np.ones_like(cost), cost) == {(USA, RUS, J61)}
    assert cost[USA, RUS, J61] == 1.05


def test_trade_cost_between_holds_both_ways_once(small: mp.World) -> None:
    cost = resolved(
        small, "type: trade_cost, between: [[USA, RUS], [RUS, CHN]], sectors: D, change: -0.5"
    ).shocks.trade_cost_hat
    pairs = {(USA, RUS), (RUS, USA), (USA, CHN), (CHN, USA), (RUS, CHN), (CHN, RUS)}
    assert changed(np.ones_like(cost), cost) == {(i, n, D) for i, n in pairs}
    assert {cost[i, n, D] for i, n in pairs} == {0.5}


def test_import_ban_blocks_what_who_buys(small: mp.World) -> None:
    blocked = resolved(small, "type: import_ban, who: [USA, DEU], to: RUS, sectors: D, share: 0.4").shocks.listed_share
    assert changed(np.zeros_like(blocked), blocked) == {(RUS, USA, D), (RUS, DEU, D)}
    assert blocked[RUS, USA, D] == 0.4


def test_a_ban_is_full_where_no_share_is_given(small: mp.World) -> None:
    blocked = resolved(small, "type: import_ban, who: USA, to: RUS, sectors: all").shocks.blocked_share
    assert (blocked[RUS, USA] == 1.0).all()


def test_export_control_blocks_what_who_sells(small: mp.World) -> None:
    blocked = resolved(small, "type: export_control, who: USA, to: CHN, sectors: C26, share: 0.3").shocks.listed_share
    assert changed(np.zeros_like(blocked), blocked) == {(USA, CHN, C26)}
    assert blocked[USA, CHN, C26] == 0.3


def test_productivity(small: mp.World) -> None:
    hat = resolved(small, "type: productivity, who: [RUS, CHN], sectors: C29, change: 2 %").shocks.productivity_hat
    assert changed(np.ones_like(hat), hat) == {(RUS, C29), (CHN, C29)}
    assert hat[RUS, C29] == 1.02


def test_transfer_is_shared_by_income_and_sums_to_zero(small: mp.World) -> None:
    paid = resolved(small, "type: transfer, who: [USA, DEU], to: RUS, amount: 3 m USD").shocks.transfers
    both = small.income[USA] + small.income[DEU]
    expected = np.zeros(4)
    expected[RUS], expected[USA], expected[DEU] = 3, -3 * small.income[USA] / both, -3 * small.income[DEU] / both
    np.testing.assert_allclose(paid, expected, rtol=1e-14)
    assert abs(paid.sum()) < 1e-14


def test_venture_by_output_units_and_share(small: mp.World) -> None:
    who = "type: joint_venture, investor: USA, host: RUS, sectors: C29"
    found = resolved(
        small,
        f"{who}, royalty: 0.1, capacity: {{output: 1.2 bn USD}}",
        f"{who}, displaced: 0.5, capacity: {{units: 20000, consumer_price_usd: 38000, factory_price_factor: 0.7}}",
        f"{who}, capacity: {{share: 5 %}}",
        f"{who}, capacity: {{units: 1000, consumer_price_usd: 1000}}",
    ).shocks.ventures
    assert found[0] == Venture(RUS, C29, USA, output=1200.0, royalty=0.1)
    assert found[1].output == pytest.approx(532.0, rel=1e-14)
    assert (found[1].royalty, found[1].displaced) == (0.06, 0.5)
    assert found[2] == Venture(RUS, C29, USA, share=0.05, royalty=0.06)
    assert found[3].output == pytest.approx(0.7, rel=1e-14)
    fixed = resolved(small, f"{who}, capacity: {{share: 5 %}}, scales: fixed").shocks.ventures
    assert fixed == (Venture(RUS, C29, USA, share=0.05, royalty=0.06, scales="fixed"),)


def test_venture_output_over_sectors_is_split_by_the_output_of_the_host(small: mp.World) -> None:
    found = resolved(
        small, "type: joint_venture, investor: USA, host: RUS, sectors: [C26, C29], capacity: {output: 100 m USD}"
    )
    one, two = found.shocks.ventures
    assert one.output + two.output == pytest.approx(100.0, rel=1e-14)
    assert one.output / two.output == pytest.approx(small.output[RUS, C26] / small.output[RUS, C29], rel=1e-13)
    assert any("split over sectors" in note for note in found.notes)


NOT_COMPUTED = {
    "payment_rail": "between: [RUS, CHN], rail: crypto_bridge, share_of_settlement: 0.1, screening: required",
    "financial_sanction": "who: USA, to: RUS, access_cut: {goods: 0.1, services: 0.2}, extra_cost_bp: 100",
    "asset_freeze": "who: RUS, firm: maker, share: 1",
    "boycott": "firm: maker, market: USA, share: 0.1",
    "contract_loss": "firm: maker, market: anywhere at all, share: 0.1",
}


@pytest.mark.parametrize("kind", NOT_COMPUTED)
def test_a_type_without_mechanism_is_named_and_changes_nothing(small: mp.World, kind: str) -> None:
    found = resolved(small, f"type: {kind}, {NOT_COMPUTED[kind]}", more="actors: {firms: [maker]}")
    named = found.not_computed[0]
    assert (named.measure, named.type, named.line) == ("a", kind, 5)
    assert named.why == TYPES[kind].reason
    assert not found.log
    shocks = found.shocks
    assert shocks.tariff is shocks.export_tax is shocks.trade_cost_hat is shocks.blocked_share is None
    assert shocks.productivity_hat is shocks.transfers is None
    assert shocks.ventures == ()


def test_every_type_is_tested_here() -> None:
    computed = {name for name, kind in TYPES.items() if kind.mechanism is not None}
    assert set(NOT_COMPUTED) == set(TYPES) - computed
    assert {name for name, kind in TYPES.items() if issubclass(kind, Acting)} == computed - {"cancel", "lift"}
    assert computed == {
        "tariff", "export_tax", "trade_cost", "import_ban", "export_control", "productivity", "transfer",
        "joint_venture", "cancel", "lift", "technology_sharing", "research",
    }  # fmt: skip


def test_parts_without_mechanism_are_named_too(small: mp.World) -> None:
    found = resolved(
        small,
        "type: export_control, what: know_how, who: USA, to: RUS, sectors: C29, share: 0.5, controllable_share: 0.3",
        "type: import_ban, who: USA, to: RUS, sectors: C29, share: 0.5, rents: exporter",
        "type: joint_venture, investor: USA, host: RUS, sectors: C29, capacity: {share: 0.1}, learning: 0.1",
        "type: joint_venture, investor: USA, host: RUS, sectors: C26, capacity: {share: 0.1}, scales: fixed",
    )
    assert [(each.measure, each.why.split(":")[0]) for each in found.not_computed] == [
        ("a", "it needs years"),
        ("b", "`rents`"),
        ("c", "`learning`"),
        ("d", "`scales`"),
    ]
    assert {step.measure for step in found.log} == {"b", "c", "d"}


def test_firms_responses_and_thresholds_are_named_as_not_computed(small: mp.World) -> None:
    more = """actors: {firms: [maker]}
responses: {players: [USA, RUS], instruments: [tariff], solve: nash}
report: {indices: [poles, chokepoint], threshold: break_even_risk}"""
    found = resolved(small, "type: productivity, who: RUS, sectors: all, change: 0", more=more)
    assert [(each.measure, each.type) for each in found.not_computed] == [
        ("maker", "firm"),
        ("responses", "responses"),
        ("break_even_risk", "threshold"),
    ]


def test_coverage_and_rents_choose_the_array(small: mp.World) -> None:
    ban = "type: import_ban, who: USA, to: RUS, sectors: C29, share: 0.5"
    cell = (*small.axes.country.indices(["RUS", "USA"]), small.axes.sector.index("C29"))
    listed, thin = resolved(small, ban).shocks, resolved(small, f"{ban}, coverage: thin").shocks
    assert listed.listed_share[cell] == thin.blocked_share[cell] == 0.5
    assert listed.blocked_share is thin.listed_share is None
    for rents in ("importer", "exporter"):
        licensed = resolved(small, f"{ban}, coverage: thin, rents: {rents}")
        (block,) = licensed.shocks.blocks
        assert (block.coverage, block.rents, block.share[cell]) == ("thin", rents, 0.5)
        assert licensed.not_computed == ()
    whole = resolved(small, ban.replace("0.5", "1")).shocks
    assert whole.blocked_share[cell] == 1.0
    assert whole.listed_share is None


def test_rents_of_named_countries_are_blocks_of_their_owners(small: mp.World) -> None:
    ban = "type: import_ban, who: USA, to: RUS, sectors: C29, share: 0.5, coverage: thin"
    (block,) = resolved(small, f"{ban}, rents: {{China: 0.6, USA: 0.4}}").shocks.blocks
    assert block.rents == pytest.approx({"CHN": 0.6, "USA": 0.4})
    pair = "actors: {blocs: {PAIR: {list: [CHN, USA]}}}"
    (block,) = resolved(small, f"{ban}, rents: {{PAIR: 0.5}}", more=pair).shocks.blocks
    income = small.income[small.axes.country.indices(["CHN", "USA"])]
    assert [block.rents["CHN"], block.rents["USA"]] == pytest.approx(list(0.5 * income / income.sum()))


def test_rents_without_a_wedge_are_named(small: mp.World) -> None:
    ban = "type: import_ban, who: USA, to: RUS, sectors: C29, share: 0.5"
    for rents in ("importer", "{CHN: 1}"):
        found = resolved(small, f"{ban}, rents: {rents}")
        assert [(each.measure, "`rents`" in each.why) for each in found.not_computed] == [("a", True)]
        assert found.shocks.blocks == ()


def test_own_sales_are_left_out_and_logged(small: mp.World) -> None:
    found = resolved(small, "type: tariff, who: all, to: all, sectors: C29, add: 0.1")
    own = np.arange(4)
    assert not found.shocks.tariff[own, own].any()
    assert ("own sales left out", 4) in {(step.what, step.cells) for step in found.log}


def test_a_flow_without_trade_is_a_note(small: mp.World) -> None:
    trade = small.trade.copy()
    trade[RUS, USA, C29] = 0.0
    world = mp.World.from_arrays(
        countries=small.countries, sectors=small.sectors, trade=trade, input_share=small.input_share * 0.5,
        tariff=small.tariff, trade_elasticity=small.trade_elasticity, name="gap",
    )  # fmt: skip
    found = resolved(world, "type: tariff, who: USA, to: RUS, sectors: C29, add: 0.1")
    assert any("no trade on any flow" in note for note in found.notes)


def test_the_log_says_which_line_made_what(small: mp.World) -> None:
    (step,) = resolved(small, "type: tariff, who: USA, to: CHN, sectors: C26, add: 0.1").log
    assert (step.file, step.line, step.measure, step.what, step.cells) == ("scenario", 5, "a", "tariff", 1)
    assert step.after - step.before == pytest.approx(0.1)
