"""Sizes that no solve takes are refused at their line; what has no effect is said; ``check`` says all of it."""

from __future__ import annotations

import sys

import pytest

import multipolar as mp
from multipolar.app import main as program
from multipolar.scenario.resolve import resolve
from multipolar.scenario.scenario import CaseKey

HEAD = "multipolar: 1\ntitle: A test\nhorizon: long\nmeasures:\n"


def made(world: mp.World, *lines: str, more: str = "") -> object:
    text = HEAD + "".join(f"  - {{{line}}}\n" for line in lines) + more
    return resolve(mp.read_scenario(text, world), world, CaseKey())


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("change: 9e4", "change: 9e7", "measures[1].change: brings productivity below 1e-06 or above 1e+09 times"),
        ("change: -0.99", "change: -0.999999999", "measures[1].change: brings productivity below 1e-06"),
    ],
)
def test_measures_together_stay_within_what_one_solve_takes(
    embedded: mp.World, right: str, wrong: str, says: str
) -> None:
    first = "id: a, type: productivity, who: USA, sectors: goods, change: 99"
    second = "id: b, type: productivity, who: USA, sectors: goods, {}"
    made(embedded, first, second.format(right))
    with pytest.raises(mp.ScenarioError, match=r"scenario:6:\d+") as raised:
        made(embedded, first, second.format(wrong))
    assert says in str(raised.value)


def test_points_together_stay_within_what_one_solve_takes(embedded: mp.World) -> None:
    first = "id: a, type: tariff, who: USA, to: CHN, sectors: goods, add: 9000"
    second = "id: b, type: tariff, who: USA, to: CHN, sectors: goods, add: {}"
    made(embedded, first, second.format(900))
    with pytest.raises(mp.ScenarioError, match="brings a rate above 10000"):
        made(embedded, first, second.format(9000))


def test_trade_costs_together_stay_within_what_one_solve_takes(embedded: mp.World) -> None:
    cost = "id: {}, type: trade_cost, who: USA, to: CHN, sectors: goods, change: {}"
    made(embedded, cost.format("a", -0.999), cost.format("b", -0.99))
    with pytest.raises(mp.ScenarioError, match="brings trade cost below 1e-06"):
        made(embedded, cost.format("a", -0.999), cost.format("b", -0.9999))


def test_units_at_a_price_are_not_more_than_any_world_makes(embedded: mp.World) -> None:
    plant = "id: a, type: joint_venture, investor: USA, host: RUS, sectors: C29, capacity: {{units: {}, "
    plant += "consumer_price_usd: 38000}}"
    made(embedded, plant.format(60000))
    with pytest.raises(mp.ScenarioError, match="more than any world has"):
        made(embedded, plant.format(1e20))


@pytest.mark.parametrize(
    ("to", "says"), [("CHN", None), ("USA", "who pays and who receives are the same"), ("AWAY", "one of its sides")]
)
def test_a_transfer_without_effect_is_said(embedded: mp.World, to: str, says: str | None) -> None:
    away = "actors: {blocs: {AWAY: {list: [ETH, CUB]}}}\n"  # countries the embedded world does not hold
    resolution = made(embedded, f"id: a, type: transfer, who: USA, to: {to}, amount: 1 bn USD", more=away)
    transfers = resolution.shocks.transfers  # type: ignore[attr-defined]
    assert transfers is None or abs(transfers.sum()) < 1e-9
    assert any(says in note for note in resolution.notes) if says else not resolution.notes[1:]  # type: ignore[attr-defined]


def test_a_bloc_read_without_a_world_is_checked_against_it_later(embedded: mp.World) -> None:
    text = HEAD + "  - {id: a, type: tariff, who: W, to: CHN, sectors: goods, add: 1 %}\n"
    text += "actors: {blocs: {W: {list: [USA, EU27]}}}\n"
    resolve(mp.read_scenario(text), embedded, CaseKey())
    with pytest.raises(mp.ScenarioError, match=r"actors.blocs.W: `EU28` is no country"):
        resolve(mp.read_scenario(text.replace("EU27", "EU28")), embedded, CaseKey())


def test_check_says_what_has_no_effect_and_which_part_is_not_computed(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)  # type: ignore[arg-type]
    lines = ["id: ban, type: import_ban, who: USA, to: RUS, sectors: C19, share: 0.5, rents: exporter",
             "id: own, type: tariff, who: USA, to: USA, sectors: goods, add: 1 %"]  # fmt: skip
    with open("said.yaml", "w", encoding="utf-8") as file:
        file.write(HEAD + "".join(f"  - {{{line}}}\n" for line in lines))
    monkeypatch.setattr(sys, "argv", ["multipolar", "check", "said.yaml"])
    assert program._code() in (0, None)
    said = " ".join(capsys.readouterr().out.split())
    assert said.startswith("said is right: 2 measures, 1 case.")
    assert "Not computed: `ban`, `rents`: the wedge of a licence is computed for coverage `thin` only" in said
    assert "`own`: no flow between two different countries of this world is meant." in said
    assert "Read, but not computed" not in said


def test_resolve_is_a_public_name_and_takes_the_first_case_unless_told(embedded: mp.World) -> None:
    text = HEAD + "  - {id: a, type: tariff, who: USA, to: CHN, sectors: goods, add: 10 %}\n"
    text += "branches:\n  calm: {measures: []}\n"
    text += "  answered: {measures: [{id: b, type: tariff, who: CHN, to: USA, sectors: goods, add: 10 %}]}\n"
    scenario = mp.read_scenario(text, embedded)
    first, second = mp.cases(scenario)
    assert isinstance(first, mp.CaseKey)
    calm, answered = mp.resolve(scenario, embedded), mp.resolve(scenario, embedded, second)
    assert (calm.shocks.tariff == mp.resolve(scenario, embedded, first).shocks.tariff).all()
    moved = answered.shocks.tariff - calm.shocks.tariff
    usa, chn = embedded.countries.index("USA"), embedded.countries.index("CHN")
    assert moved[usa, chn, 0] == pytest.approx(0.1)
    assert moved.sum() == pytest.approx(moved[usa, chn].sum())
    whole = mp.evaluate(embedded, scenario, full=False)
    assert mp.solve(embedded, calm.shocks).welfare_hat * 100 - 100 == pytest.approx(  # the horizon is `long`
        whole.central["welfare"][0], abs=1e-6
    )
    for given in (None, "us-china-tariff-war"):
        with pytest.raises(mp.InputError, match="resolve: scenario is"):
            mp.resolve(given, embedded)  # type: ignore[arg-type]


def test_an_index_that_the_world_has_no_field_for_is_named(embedded: mp.World) -> None:
    text = HEAD + "  - {id: a, type: tariff, who: USA, to: CHN, sectors: goods, add: 10 %}\n"
    text += "report: {indices: [co2, gap, leadership, poles]}\n"
    bare = mp.World.from_arrays(
        countries=embedded.countries, sectors=embedded.sectors, trade=embedded.trade, name="bare",
        input_share=embedded.input_share, tariff=embedded.tariff, trade_elasticity=embedded.trade_elasticity,
    )  # fmt: skip
    assert mp.resolve(mp.read_scenario(text), embedded).not_computed == ()
    left_out = {row.measure: row.why for row in mp.resolve(mp.read_scenario(text), bare).not_computed}
    assert {name: why.partition(";")[0] for name, why in left_out.items()} == {
        "co2": "world `bare` has no field `emissions`",
        "gap": "world `bare` has no field `population`",
        "leadership": "world `bare` has no field `knowledge`",
    }
