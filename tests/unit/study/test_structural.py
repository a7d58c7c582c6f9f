"""The side table: every row is what a user gets who asks for that choice; on a path it walks all years."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import multipolar as mp
from multipolar.results.result import Result

HEAD = "multipolar: 1\ntitle: t\n"
WALL = f"{HEAD}measures: [{{id: w, type: import_ban, who: EUR, to: BRX, sectors: goods, share: 0.5, coverage: thin}}]\n"
FILE = """horizon: {from: 2025, to: 2028}
deficits: closed
measures:
  - {id: s, type: technology_sharing, who: NAM, to: BRX, sectors: [C26, C29], intensity: 0.3}
  - {id: r, type: research, who: EUR, sectors: [C26], change: 0.5}
branches:
  quiet: {measures: []}
  cut: {measures: [{id: c, type: export_control, who: NAM, to: BRX, sectors: [C26], share: 0.5, coverage: thin}]}
"""
BASELINE = "baseline: [wall]\n"


@pytest.fixture(scope="module")
def world() -> mp.World:
    toy = mp.load_world("blocs6")
    research = toy.fields["research"]
    return replace(toy, fields={**toy.fields, "research": replace(research, values=np.nan_to_num(research.values))})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("scenarios")
    (place / "wall.yaml").write_text(WALL)
    return place


def read(folder: Path, text: str) -> mp.Scenario:
    (folder / "asked.yaml").write_text(text)
    return mp.read_scenario(folder / "asked.yaml")


@pytest.fixture(scope="module")
def result(world: mp.World, folder: Path) -> Result:
    return mp.evaluate(world, read(folder, HEAD + BASELINE + FILE))


def rows(result: Result, label: str) -> dict[int, np.ndarray]:
    return {row.case: row.welfare for row in result.structural if row.label.startswith(label)}


CATCH_UP = FILE.replace("intensity: 0.3", "intensity: 0.3, form: catch_up")
LICENSED = FILE.replace("share: 0.5, coverage", "share: 0.5, rents: exporter, coverage")
ASKED = {
    "deficits kept in proportion": (FILE.replace("deficits: closed", "deficits: own"), True, None),
    "without the baseline": (FILE, False, None),
    "shared technology in the form catch_up": (CATCH_UP, True, None),
    "the same cuts by licences": (LICENSED, True, None),
    "trade elasticity 4": (FILE, True, "long"),
}


@pytest.mark.parametrize("label", ASKED)
def test_a_row_is_what_a_user_gets_who_asks_for_it(world: mp.World, folder: Path, result: Result, label: str) -> None:
    text, with_baseline, horizon = ASKED[label]
    asked = mp.evaluate(world, read(folder, HEAD + BASELINE * with_baseline + text), horizon=horizon, full=False)
    found = rows(result, label)
    assert list(found) == ([1] if label.startswith("the same cuts") else [0, 1])
    for case, welfare in found.items():
        np.testing.assert_allclose(welfare, asked.central["welfare"][case], atol=1e-7)
        assert np.abs(welfare - result.central["welfare"][case]).max() > 1e-5


def test_measures_that_end_before_the_last_year_have_their_rows(world: mp.World, folder: Path) -> None:
    """What was learnt, or not, while they were in force stays: other forms of them end elsewhere."""
    ended = FILE.replace("intensity: 0.3", "intensity: 0.3, until: 2026").replace("thin}", "thin, until: 2026}")
    found = mp.evaluate(world, read(folder, HEAD + ended))
    catch_up = ended.replace("intensity: 0.3", "intensity: 0.3, form: catch_up")
    for label, text, case in (
        ("shared technology in the form catch_up", catch_up, 0),
        ("the same cuts by licences", ended.replace("share: 0.5,", "share: 0.5, rents: exporter,"), 1),
    ):
        asked = mp.evaluate(world, read(folder, HEAD + text), full=False).central["welfare"][case]
        np.testing.assert_allclose(rows(found, label)[case], asked, atol=1e-7)
        assert np.abs(asked - found.central["welfare"][case]).max() > 1e-6


def test_without_diffusion_knowledge_stays_where_it_is(world: mp.World, folder: Path, result: Result) -> None:
    """A world without stocks of knowledge has nothing to learn; research is bought for nothing, which is taken out."""
    text = HEAD + BASELINE + FILE.replace("change: 0.5", "change: 0.0")
    bare = replace(world, fields={name: each for name, each in world.fields.items() if name != "knowledge"})
    asked = mp.evaluate(bare, read(folder, text), full=False)
    mine = mp.evaluate(world, read(folder, text))
    for case, welfare in rows(mine, "without diffusion").items():
        np.testing.assert_allclose(welfare, asked.central["welfare"][case], atol=1e-7)
    paid = rows(result, "without diffusion")[0] - rows(mine, "without diffusion")[0]
    assert paid[world.axes.country.index("EUR")] < -1e-4


@pytest.mark.parametrize("label", ["without diffusion", "trade elasticity 4"])
def test_rigid_wages_walk_in_every_row(world: mp.World, folder: Path, label: str) -> None:
    """Floors follow the wages of the year before, so no row is a last year alone."""
    text = HEAD + FILE.replace("change: 0.5", "change: 0.0").replace("EUR, sectors: [C26]", "BRX, sectors: [C26]")
    text = text.replace("intensity: 0.3", "intensity: 0").replace("deficits: closed", "deficits: own")
    cut = "type: export_control, who: NAM, to: BRX, sectors: [C26], share: 0.5, coverage: thin"
    ban = "type: import_ban, who: {all_but: [EAE]}, to: EAE, sectors: all, share: 0.9, coverage: thin, from: 2027"
    text = text.replace(cut, ban)
    found = mp.evaluate(world, read(folder, text), labour="rigid")
    bare = replace(world, fields={name: each for name, each in world.fields.items() if name != "knowledge"})
    still = label == "without diffusion"
    asked = mp.evaluate(bare if still else world, read(folder, text), labour="rigid", full=False,
                        horizon=None if still else "long")  # fmt: skip
    np.testing.assert_allclose(rows(found, label)[1], asked.central["welfare"][1], atol=1e-7)
    assert np.nanmax(asked.central["unemployment"][1]) > 1e-4


def test_rows_are_the_same_for_any_number_of_workers(world: mp.World, folder: Path, result: Result) -> None:
    again = mp.evaluate(world, read(folder, HEAD + BASELINE + FILE), workers=2)
    assert [row.label for row in again.structural] == [row.label for row in result.structural]
    for one, two in zip(result.structural, again.structural, strict=True):
        np.testing.assert_array_equal(one.welfare, two.welfare)


def test_the_page_says_which_rows_walk(world: mp.World, folder: Path, result: Result) -> None:
    assert any("walk all years anew" in note for note in result.notes)
    single = mp.evaluate(world, read(folder, HEAD + BASELINE + FILE.replace("horizon: {from: 2025, to: 2028}\n", "")))
    assert not any("walk" in note for note in single.notes)
    assert not rows(single, "without diffusion")
    assert not rows(single, "shared technology")
    assert rows(single, "trade elasticity 8")


def test_a_choice_without_an_answer_is_a_missing_row(world: mp.World, folder: Path) -> None:
    """Two partners share .6 each: as extra meetings that can be; in the form catch_up it is more than all of them."""
    both = FILE.replace("who: NAM, to: BRX, sectors: [C26, C29], intensity: 0.3",
                        "who: [NAM, EUR], to: BRX, sectors: [C26, C29], intensity: 0.6")  # fmt: skip
    found = mp.evaluate(world, read(folder, HEAD + both))
    assert np.isnan(rows(found, "shared technology in the form catch_up")[0]).all()
    assert np.isfinite(rows(found, "trade elasticity 4")[0]).all()
    other = mp.evaluate(world, read(folder, HEAD + CATCH_UP))
    assert np.isfinite(rows(other, "shared technology in the form additive")[0]).all()
    assert not rows(other, "shared technology in the form catch_up")
