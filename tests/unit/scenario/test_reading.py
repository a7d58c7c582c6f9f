"""From a path, a name or a text to a scenario: what it extends, stands on, and is called."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest

import multipolar as mp
from multipolar.scenario.resolve import resolve, scenario_notes
from multipolar.scenario.scenario import (
    CaseKey,
    active,
    assumptions,
    cases,
    catalog,
    group_of,
    uncertain,
)

BASE = """multipolar: 1
title: {en: Below, ar: تحت}
actors: {blocs: {EAST: {list: [RUS, China]}}}
horizon: short
measures:
  - {id: one, type: tariff, who: USA, to: EAST, sectors: goods, add: 0.1}
  - {id: two, type: tariff, who: EAST, to: USA, sectors: goods, add: 0.1}
branches:
  calm: {measures: []}
  hot:
    extends: calm
    measures:
      - {id: three, type: import_ban, who: USA, to: RUS, sectors: C29}
"""
ABOVE = """multipolar: 1
extends: below
measures:
  - {id: two, type: tariff, who: EAST, to: USA, sectors: C29, add: 0.2}
  - {id: four, type: productivity, who: USA, sectors: C29, change: 0.1}
branches:
  hot:
    measures:
      - {id: five, type: productivity, who: RUS, sectors: C29, change: 0.1}
"""


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def test_a_text_a_path_and_a_name_are_read(tmp_path: Path) -> None:
    write(tmp_path, below=BASE)
    by_path = mp.read_scenario(tmp_path / "below.yaml")
    by_text = mp.read_scenario(BASE)
    assert by_path.name == "below"
    assert mp.read_scenario(str(tmp_path / "below.yaml")).digest == by_path.digest == by_text.digest
    assert by_text.title == {"en": "Below", "ar": "تحت"}
    assert mp.read_scenario("in-force-2024").name == "in-force-2024"
    with pytest.raises(mp.ScenarioError, match="Did you mean `in-force-2024`"):
        mp.read_scenario("in-force-2025")
    with pytest.raises(mp.ScenarioError, match="No such file"):
        mp.read_scenario("none.yaml")


def test_extends_joins_measures_by_id_and_the_later_wins(tmp_path: Path) -> None:
    write(tmp_path, below=BASE, above=ABOVE)
    joined = mp.read_scenario(tmp_path / "above.yaml")
    assert [m.id for m in joined.measures] == ["one", "two", "four"]
    assert joined.measures[1].add.value == 0.2  # type: ignore[attr-defined]
    assert [m.id for m in joined.branches["hot"].measures] == ["three", "five"]
    assert joined.branches["hot"].extends == "calm"
    assert joined.title["en"] == "Below"
    assert joined.horizon.parameters == "short"
    assert joined.blocs["EAST"] == ("RUS", "CHN")
    assert joined.log == ("`two` of `below` is replaced by that of `above`, line 4",)
    assert joined.log[0] in scenario_notes(joined)
    assert joined.measures[0].spot.where.endswith("below.yaml")
    assert joined.measures[1].spot.where.endswith("above.yaml")


def test_the_digest_covers_what_is_extended_and_stood_on(tmp_path: Path) -> None:
    write(tmp_path, below=BASE, above=ABOVE, on="multipolar: 1\ntitle: t\nbaseline: [flat]\nmeasures: []\n",
          flat="multipolar: 1\ntitle: t\nmeasures: []\n")  # fmt: skip
    before = [mp.read_scenario(tmp_path / f"{name}.yaml").digest for name in ("above", "on")]
    write(tmp_path, below=BASE.replace("0.1", "0.3"), flat="multipolar: 1\ntitle: other\nmeasures: []\n")
    after = [mp.read_scenario(tmp_path / f"{name}.yaml").digest for name in ("above", "on")]
    assert before[0] != after[0]
    assert before[1] != after[1]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"a": "multipolar: 1\nextends: b\n", "b": "multipolar: 1\nextends: a\n"}, "extends itself"),
        ({"a": "multipolar: 1\nextends: a\n"}, "extends itself"),
        ({"a": "multipolar: 1\ntitle: t\nbaseline: [a]\n"}, "stands on itself"),
        (
            {"a": "multipolar: 1\ntitle: t\nbaseline: [b]\n", "b": "multipolar: 1\ntitle: t\nbaseline: [a]\n"},
            "stands on itself",
        ),
        (
            {
                "a": "multipolar: 1\ntitle: t\nbaseline: [b]\n",
                "b": "multipolar: 1\ntitle: t\nbaseline: [in-force-2024]\n",
            },
            "has a baseline of its own",
        ),
        ({"a": "multipolar: 1\ntitle: t\nbaseline: [b, b]\n", "b": "multipolar: 1\ntitle: t\n"}, "stands twice"),
    ],
)
def test_rings_and_stacks_of_files_are_refused(tmp_path: Path, texts: dict[str, str], message: str) -> None:
    write(tmp_path, **texts)
    with pytest.raises(mp.ScenarioError, match=message):
        mp.read_scenario(tmp_path / "a.yaml")


def test_the_log_does_not_depend_on_where_a_file_is_kept(tmp_path: Path, small: mp.World) -> None:
    logs = []
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        write(tmp_path / name, below=BASE.replace("goods", "C29"))
        logs.append(resolve(mp.read_scenario(tmp_path / name / "below.yaml"), small, CaseKey("hot")).log)
    assert logs[0] == logs[1]
    assert {step.file for step in logs[0]} == {"below.yaml"}


def test_problems_of_all_files_are_found_at_once(tmp_path: Path) -> None:
    write(
        tmp_path, below=BASE.replace("sectors: goods", "sector: goods", 1), above=ABOVE.replace("add: 0.2", "ad: 0.2")
    )
    with pytest.raises(mp.ScenarioError) as raised:
        mp.read_scenario(tmp_path / "above.yaml")
    found = {(Path(problem.where).name, problem.line) for problem in raised.value.problems}
    assert found == {("above.yaml", 4), ("below.yaml", 6)}


def test_a_file_beside_comes_before_the_catalog(tmp_path: Path) -> None:
    own = "multipolar: 1\ntitle: own\nmeasures: [{id: x, type: productivity, who: USA, sectors: all, change: 0.1}]\n"
    write(tmp_path, **{"in-force-2024": own, "a": "multipolar: 1\ntitle: t\nbaseline: [in-force-2024]\n"})
    scenario = mp.read_scenario(tmp_path / "a.yaml")
    assert [m.id for m in scenario.baselines[0].measures] == ["x"]
    of_catalog = mp.read_scenario("multipolar: 1\ntitle: t\nbaseline: [in-force-2024]\n").baselines[0].measures
    assert [m.id for m in of_catalog][:2] == ["in_force_imports", "in_force_exports"]


def test_names_are_checked_when_a_world_comes_at_the_latest(small: mp.World) -> None:
    text = BASE.replace("who: USA", "who: FRA").replace("goods", "[C26, C29]")
    scenario = mp.read_scenario(text)
    with pytest.raises(mp.ScenarioError, match=r"FRA \(France\) is not among the 4 economies of world `small`"):
        resolve(scenario, small, CaseKey("calm"))
    with pytest.raises(mp.ScenarioError, match="FRA"):
        mp.read_scenario(text, small)


def test_without_a_world_labels_are_open_but_misspelt_countries_are_not() -> None:
    text = "multipolar: 1\ntitle: t\nmeasures:\n  - {id: a, type: tariff, who: %s, to: C2, sectors: S1, add: 0.1}\n"
    assert mp.read_scenario(text % "C1").measures
    with pytest.raises(mp.ScenarioError, match=r"Did you mean RUS \(Russia\)"):
        mp.read_scenario(text % "Rusia")


@pytest.mark.parametrize("name", ["RUS", "Russia", "russia", "روسيا", "Russian Federation"])
def test_a_country_has_many_names(small: mp.World, name: str) -> None:
    text = "multipolar: 1\ntitle: t\nmeasures:\n  - {id: a, type: productivity, who: %s, sectors: C29, change: 0.1}\n"
    hat = resolve(mp.read_scenario(text % name, small), small, CaseKey()).shocks.productivity_hat
    assert hat[2, 1] == 1.1
    assert hat.sum() == pytest.approx(16.1)


def test_members_of_a_bloc_that_the_world_lacks_are_named(small: mp.World) -> None:
    text = """multipolar: 1
title: t
actors: {blocs: {BRICS: {members_as_of: 2025}, MORE: {list: [BRICS, Germany]}}}
measures:
  - {id: a, type: productivity, who: MORE, sectors: C29, change: 0.1}
"""
    scenario = mp.read_scenario(text, small)
    assert {"ETH", "IRN", "RUS", "DEU"} < set(scenario.blocs["MORE"])
    found = resolve(scenario, small, CaseKey())
    assert found.shocks.productivity_hat[:, 1].tolist() == [1.1, 1.1, 1.1, 1.0]
    assert any("ETH" in note and "no figures of their own" in note for note in found.notes)


def test_all_but(small: mp.World) -> None:
    measure = "{id: a, type: productivity, who: {all_but: [USA, EU27]}, sectors: D, change: 1}"
    text = f"multipolar: 1\ntitle: t\nmeasures: [{measure}]\n"
    hat = resolve(mp.read_scenario(text, small), small, CaseKey()).shocks.productivity_hat
    assert hat[:, 2].tolist() == [2.0, 1.0, 2.0, 1.0]


def test_draws_have_names_and_groups_share_a_coordinate() -> None:
    text = """multipolar: 1
title: t
baseline: [in-force-2024]
measures:
  - {id: a, type: tariff, who: USA, to: CHN, sectors: C29, add: {range: [0, 0.1]}, group: g}
  - {id: b, type: tariff, who: CHN, to: USA, sectors: C29, add: {value: 0, range: [0, 0.1]}, group: g}
  - {id: c, type: tariff, who: CHN, to: USA, sectors: C29, add: 0.1}
  - {id: d, type: research, who: CHN, sectors: C29, change: {range: [0, 1]}}
  - {id: e, type: cancel, targets: [d], share: {range: [0, 1]}}
  - {id: f, type: cancel, targets: [c], share: {range: [0, 1]}}
"""
    scenario = mp.read_scenario(text)
    names = [
        "a.add",
        "b.add",
        "f.share",
        "in-force-2024/in_force_exports.share",
        "in-force-2024/in_force_imports.share",
    ]
    ranged = [name for name in sorted(uncertain(scenario)) if name not in names]
    assert sorted(set(uncertain(scenario)) - set(ranged)) == names
    assert [group_of(scenario, name) for name in names] == ["group:g", "group:g", *names[2:]]
    assert {group_of(scenario, name) for name in ranged} == {"group:in-force-2024/coverage"}
    assert all(name.startswith("in-force-2024/") for name in ranged)
    assert uncertain(scenario)["a.add"].shape == "uniform"


def test_every_number_is_in_the_table_of_assumptions() -> None:
    text = """multipolar: 1
title: t
measures:
  - {id: a, type: tariff, who: USA, to: CHN, sectors: C29, add: 0.1}
  - {id: b, type: research, who: CHN, sectors: C29, change: {value: 1, source: WDI}, source: other}
  - {id: c, type: joint_venture, investor: USA, host: CHN, sectors: C29, source: s,
     capacity: {units: 1, consumer_price_usd: 2}}
branches:
  x: {probability: 1.0, measures: []}
"""
    rows = {row.name: row for row in assumptions(mp.read_scenario(text))}
    assert (rows["a.add"].source, rows["a.add"].computed, rows["a.add"].line) == ("assumption", True, 4)
    assert (rows["b.change"].source, rows["b.change"].computed) == ("WDI", False)
    assert rows["c.capacity.units"].source == "s"
    assert (rows["c.capacity.factory_price_factor"].low, rows["c.royalty"].high) == (0.65, 0.12)
    assert rows["x.probability"].source == "assumption"


def test_branches_extend_branches_and_variants_replace() -> None:
    other = "{id: other, type: productivity, who: USA, sectors: D, change: 1, alternative_to: one}"
    text = f"{BASE}  alone: {{measures: [{other}]}}\n"
    scenario = mp.read_scenario(text)
    assert cases(scenario) == (CaseKey("calm"), CaseKey("hot"), CaseKey("alone"), CaseKey("alone", "other"))
    assert [m.id for m in active(scenario, CaseKey("hot"))] == ["one", "two", "three"]
    assert [m.id for m in active(scenario, CaseKey("alone"))] == ["one", "two"]
    assert [m.id for m in active(scenario, CaseKey("alone", "other"))] == ["two", "other"]


@pytest.mark.parametrize("name", catalog())
def test_a_catalog_scenario_runs_and_every_number_has_a_source(name: str, embedded: mp.World) -> None:
    scenario = mp.read_scenario(name, embedded)
    assert set(scenario.title) == {"en", "ar"}
    for case in cases(scenario):
        resolve(scenario, embedded, case)
    for _, measure in scenario.all_measures():
        for field, quantity in measure.quantities():
            assert quantity.source or measure.source, f"{measure.id}.{field}"
    for branch in scenario.branches.values():
        assert branch.probability is None or branch.probability.source


def test_the_catalog() -> None:
    assert set(catalog()) >= {
        "brics-technology-alliance", "in-force-2024", "russia-west-decoupling", "universal-tariff-10",
        "us-china-tariff-war",
    }  # fmt: skip


def test_the_founding_file_runs_with_roles_swapped(embedded: mp.World) -> None:
    """Neutrality: a German firm in India, answered by others, is the same question with other names."""
    text = mp.read_scenario("brics-technology-alliance").text
    swap = {"USA": "DEU", "RUS": "IND", "IND": "RUS", "GBR": "USA", "CHN": "BRA", "BRA": "CHN"}
    swapped = ""
    for word in re.split(r"\b([A-Z]{3})\b", text):
        swapped += swap.get(word, word)
    swapped = swapped.replace("DEU, USA, JPN", "USA, GBR, JPN")
    before, after = mp.read_scenario(text, embedded), mp.read_scenario(swapped, embedded)
    assert cases(before) == cases(after)
    index = embedded.axes.country.index
    for case in cases(before):
        one, two = (resolve(each, embedded, case) for each in (before, after))
        assert [(v.output, v.share) for v in one.shocks.ventures] == [(v.output, v.share) for v in two.shocks.ventures]
        assert {(v.host, v.investor) for v in two.shocks.ventures} == {(index("IND"), index("DEU"))}
        assert [each.measure for each in one.not_computed] == [each.measure for each in two.not_computed]
    widely = resolve(after, embedded, CaseKey("sanctioned_widely")).shocks.tariff
    risen = {embedded.countries[n] for _, n, _ in zip(*(widely > embedded.tariff).nonzero(), strict=True)}
    assert risen == {"DEU"}


def test_a_scenario_goes_whole_to_another_process() -> None:
    scenario = mp.read_scenario("brics-technology-alliance")
    again = pickle.loads(pickle.dumps(scenario))
    assert [m.sentence() for _, m in again.all_measures()] == [m.sentence() for _, m in scenario.all_measures()]
    assert dict(uncertain(again)) == dict(uncertain(scenario))


def test_what_is_read_is_frozen() -> None:
    scenario = mp.read_scenario("in-force-2024")
    with pytest.raises(AttributeError, match="frozen"):
        scenario.measures[0].share = None  # type: ignore[attr-defined]
