"""Attribution: values known by hand, players that act as one, failed sets, workers, resuming, the path."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

import multipolar as mp
from multipolar.base.problems import InputError
from multipolar.results.attribution import WAYS, Attribution
from multipolar.results.rows import DrawRow
from multipolar.scenario.scenario import CaseKey
from multipolar.study.attribution import attribute, players_of
from multipolar.world.toy import random_world, symmetric_world

HEAD = """multipolar: 1
title: A test
deficits: fixed
"""
APART = symmetric_world(3, own_share=1.0)
SMALL = random_world(1)


def made(text: str, world: mp.World = SMALL, **options: object) -> Attribution:
    return attribute(world, mp.read_scenario(HEAD + text, world), horizon="long", **options)


def productivity(name: str, who: str, change: float) -> str:
    return f"  - {{id: {name}, type: productivity, who: {who}, sectors: all, change: {change}, source: assumption}}\n"


def tariff(name: str, who: str, to: str, add: float, more: str = "") -> str:
    what = f"type: tariff, who: {who}, to: {to}, sectors: all, add: {add}"
    return f"  - {{id: {name}, {what}, source: assumption{more}}}\n"


def test_shocks_in_separate_economies_are_their_own() -> None:
    """Three closed economies, W = A in each: every way gives ln A to its own measure and nothing to others."""
    found = made("measures:\n" + productivity("a", "C1", 0.1) + productivity("b", "C2", 0.2), APART)
    expected = np.zeros((2, 4))
    expected[0, 0], expected[1, 1] = np.log(1.1), np.log(1.2)
    for way in WAYS:
        np.testing.assert_allclose(found.of(way, 0)[:, :3], expected[:, :3], atol=1e-9)
        np.testing.assert_allclose(found.remainder(way, 0)[:3], 0.0, atol=1e-9)
    np.testing.assert_allclose(found.total(0), [np.log(1.1), np.log(1.2), 0.0, np.log(3.3 / 3.0)], atol=1e-9)
    world = [(np.log(3.1 / 3) + np.log(3.3 / 3.2)) / 2, (np.log(3.2 / 3) + np.log(3.3 / 3.1)) / 2]
    np.testing.assert_allclose(found.of("shapley", 0)[:, 3], world, atol=1e-9)
    np.testing.assert_allclose(found.of("alone", 0)[:, 3], np.log([3.1 / 3, 3.2 / 3]), atol=1e-9)
    np.testing.assert_allclose(found.of("last", 0)[:, 3], np.log([3.3 / 3.2, 3.3 / 3.1]), atol=1e-9)
    assert found.solves == 2
    assert found.players == (("a",), ("b",))


def test_what_multiplies_adds_up_in_logs() -> None:
    """Two measures on one closed economy: W = 1.1 x 1.2, and each is given its own logarithm."""
    found = made("measures:\n" + productivity("a", "C1", 0.1) + productivity("b", "C1", 0.2), APART)
    for way in WAYS:
        np.testing.assert_allclose(found.of(way, 0)[:, 0], np.log([1.1, 1.2]), atol=1e-9)


THREE = "measures:\n" + tariff("x", "C1", "C2", 0.3) + tariff("y", "C2", "C1", 0.4) + productivity("z", "C3", 0.1)


def test_three_measures_are_the_mean_over_orders_of_single_solves() -> None:
    """Against an enumeration of its own: every subset as a scenario of its own, every order in turn."""
    parts = THREE.splitlines(keepends=True)[1:]
    worth = {}
    for held in itertools.chain.from_iterable(itertools.combinations(range(3), k) for k in range(4)):
        text = HEAD + "measures:" + (" []\n" if not held else "\n" + "".join(parts[k] for k in held))
        result = mp_central(text)
        worth[frozenset(held)] = np.log1p(result / 100.0)
    expected = np.zeros((3, len(SMALL.countries)))
    for order in itertools.permutations(range(3)):
        for place, k in enumerate(order):
            expected[k] += (worth[frozenset(order[: place + 1])] - worth[frozenset(order[:place])]) / 6.0
    found = made(THREE)
    np.testing.assert_allclose(found.of("shapley", 0)[:, :-1], expected, atol=1e-9)
    np.testing.assert_allclose(found.total(0)[:-1], worth[frozenset(range(3))], atol=1e-15)
    np.testing.assert_allclose(found.remainder("shapley", 0), 0.0, atol=1e-15)
    assert np.abs(found.remainder("alone", 0)).max() > 1e-4  # the two tariffs act on one another
    assert found.solves == 6


def mp_central(text: str) -> np.ndarray:
    """Real income of a scenario by the model alone, per cent."""
    from multipolar.model.parameters import horizon_parameters
    from multipolar.study.case import Bench

    economy = mp.prepare(SMALL, horizon_parameters(SMALL, "long"))
    return 100.0 * (Bench(economy, mp.read_scenario(text, SMALL)).solve(CaseKey()).hat("welfare_hat") - 1.0)


TIED = (
    "measures:\n" + tariff("x", "C1", "C2", 0.3) + tariff("y", "C2", "C1", 0.4)
    + tariff("w", "C2", "C1", 0.2, ", alternative_to: y") + tariff("v", "C3", "C1", 0.2)
    + "branches:\n  plain: {measures: []}\n"
    + "  undone: {measures: [{id: end, type: cancel, targets: [x], share: 0.5}]}\n"
)  # fmt: skip


def test_a_cancel_and_its_target_are_one_player_and_an_alternative_stands_in_its_targets_place() -> None:
    found = made(TIED)
    labels = [[found.labels[k] for k in case.players] for case in found.cases]
    assert labels == [["x", "y", "v"], ["x", "w", "v"], ["x + end", "y", "v"], ["x + end", "w", "v"]]
    for case in range(4):
        np.testing.assert_allclose(found.remainder("shapley", case), 0.0, atol=1e-15)
    plain = tariff("x", "C1", "C2", 0.15) + tariff("y", "C2", "C1", 0.4) + tariff("v", "C3", "C1", 0.2)
    half = made("measures:\n" + plain)
    np.testing.assert_allclose(found.of("shapley", 2), half.of("shapley", 0), atol=1e-9)
    # Sets that cases share are solved once: 8 of the first case, 4 more each with `w`, with `x + end`, 2 with both.
    assert found.solves == 8 + 4 + 4 + 2 - 1 - 4


def test_a_measure_fully_cancelled_and_one_that_has_ended_are_idle() -> None:
    text = "horizon: {from: 2025, to: 2027}\nmeasures:\n" + tariff("x", "C1", "C2", 0.3) + tariff("y", "C2", "C1", 0.4)
    text += "  - {id: end, type: cancel, targets: [x], share: 1}\n"
    text += tariff("brief", "C3", "C1", 0.2, ", until: 2026-06-30")
    scenario = mp.read_scenario(HEAD + text, SMALL)
    assert [each.measures for each in players_of(scenario, CaseKey())] == [("x", "end"), ("y",), ("brief",)]
    found = attribute(SMALL, scenario)
    assert found.players == (("y",),)
    assert found.cases[0].idle == ("x", "end", "brief")
    text = text.replace("2026-06-30", "2028-06-30").replace("share: 1}", "share: 0.9}")
    found = attribute(SMALL, mp.read_scenario(HEAD + text, SMALL))
    assert found.players == (("x", "end"), ("y",), ("brief",))
    assert found.cases[0].idle == ()


def test_what_a_lift_does_is_the_lifts_and_the_baseline_is_no_player(tmp_path: Path) -> None:
    base = tmp_path / "held.yaml"
    base.write_text(HEAD + "measures:\n" + tariff("old", "C1", "C2", 0.3) + tariff("kept", "C3", "C2", 0.2), "utf-8")
    path = tmp_path / "s.yaml"
    lifts = "  - {id: l, type: lift, targets: [old], share: 0.5}\n  - {id: m, type: lift, targets: [old], share: 0.2}\n"
    path.write_text(HEAD + "baseline: [held]\nmeasures:\n" + tariff("y", "C2", "C1", 0.4) + lifts, "utf-8")
    scenario = mp.read_scenario(path, SMALL)
    found = attribute(SMALL, scenario)
    assert found.labels == ("y", "l + m")
    assert found.of("alone", 0)[1, 1] > 0.0  # whom the tariff hit gains when part of it goes
    np.testing.assert_allclose(found.remainder("shapley", 0), 0.0, atol=1e-15)
    np.testing.assert_allclose(found.of("alone", 0)[0] + found.of("last", 0)[1], found.total(0), atol=1e-12)


def test_sampled_orders_come_near_the_exact_values_and_add_up() -> None:
    exact, sampled = made(THREE), made(THREE, most_exact=2, pairs=16)
    assert exact.cases[0].orders is None
    assert sampled.cases[0].orders == 32
    error = sampled.of("error", 0)
    assert (error > 0).any()
    assert (np.abs(sampled.of("shapley", 0) - exact.of("shapley", 0)) <= 5.0 * error + 1e-9).all()
    np.testing.assert_array_equal(exact.of("error", 0), 0.0)
    np.testing.assert_allclose(sampled.remainder("shapley", 0), 0.0, atol=1e-12)
    for way in ("alone", "last"):
        np.testing.assert_array_equal(sampled.of(way, 0), exact.of(way, 0))


@pytest.mark.parametrize("kind", ["static", "path"])
def test_same_bits_for_any_number_of_workers_and_after_resuming(kind: str) -> None:
    rows: dict[int, DrawRow] = {}
    said: list[tuple[str, int, int]] = []
    text = "horizon: {from: 2025, to: 2027}\n" + THREE + tariff("u", "C4", "C2", 0.3)
    one = made(text, kind=kind, on_row=rows.__setitem__, progress=lambda *told: said.append(told))
    assert sorted(rows) == list(range(16 - 6))  # none, all, and each alone are known before
    assert [done for what, done, total in said if total == 10] == list(range(11))
    two = made(text, kind=kind, workers=2)
    computed: dict[int, DrawRow] = {}
    kept = {k: rows[k] for k in (0, 3, 4, 8, 9)}
    resumed = made(text, kind=kind, kept=kept, on_row=computed.__setitem__)
    assert sorted(computed) == [1, 2, 5, 6, 7]
    for name, values in one.numbers.items():
        np.testing.assert_array_equal(values, two.numbers[name])
        np.testing.assert_array_equal(values, resumed.numbers[name])


def test_a_set_without_an_answer_is_named_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    from multipolar.base.problems import NoEquilibriumError
    from multipolar.study import attribution

    solve = attribution._Desk.answer

    def failing(desk: attribution._Desk, case: CaseKey) -> object:
        if case.active == {"x", "y"}:
            raise NoEquilibriumError("it has none")
        return solve(desk, case)

    whole = made(THREE)
    monkeypatch.setattr(attribution._Desk, "answer", failing)
    found = made(THREE)
    assert found.solves == whole.solves
    (case,) = found.cases
    assert [(each.measures, each.outcome, each.message) for each in case.failed] == [
        (("x", "y"), "NoEquilibriumError", "it has none")
    ]
    assert case.used == pytest.approx(4 / 6)
    assert np.isnan(found.of("last", 0)[2]).all()
    assert np.isnan(found.remainder("last", 0)).all()
    np.testing.assert_array_equal(found.of("last", 0)[:2], whole.of("last", 0)[:2])
    np.testing.assert_array_equal(found.of("alone", 0), whole.of("alone", 0))
    np.testing.assert_allclose(found.remainder("shapley", 0), 0.0, atol=1e-12)
    assert np.isnan(found.of("error", 0)).all()
    assert whole.cases[0].failed == ()
    assert whole.cases[0].used == 1.0


def test_a_path_needs_years() -> None:
    with pytest.raises(InputError, match="names no years"):
        made(THREE, kind="path")
    with pytest.raises(InputError, match="no `paht`"):
        made(THREE, kind="paht")
    assert made(THREE, kind="static").kind == "static"


def test_along_a_path_the_last_year_is_attributed() -> None:
    """Without knowledge the last year of a path is the comparison itself."""
    years = "horizon: {from: 2025, to: 2027}\n"
    text = years + THREE
    scenario = mp.read_scenario(HEAD + text, SMALL)
    walked, static = attribute(SMALL, scenario, kind="path"), attribute(SMALL, scenario)
    assert (walked.kind, walked.year, static.kind) == ("path", 2027, "static")
    for way in WAYS:
        np.testing.assert_allclose(walked.of(way, 0), static.of(way, 0), atol=1e-8)
        assert np.abs(static.of(way, 0)).max() > 1e-3


def test_without_measures_there_is_nothing_to_attribute() -> None:
    found = made("measures: []\n")
    assert found.players == ()
    assert found.of("shapley", 0).shape == (0, len(SMALL.countries) + 1)
    np.testing.assert_array_equal(found.remainder("shapley", 0), 0.0)


def test_a_measure_without_an_answer_by_itself_is_named_and_the_others_keep_theirs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from multipolar.base.problems import NoEquilibriumError
    from multipolar.study import attribution

    solve = attribution._Desk.answer

    def failing(desk: attribution._Desk, case: CaseKey) -> object:
        if case.active == {"z"}:
            raise NoEquilibriumError("it has none")
        return solve(desk, case)

    whole = made(THREE)
    monkeypatch.setattr(attribution._Desk, "answer", failing)
    found = made(THREE)
    assert [each.measures for each in found.cases[0].failed] == [("z",)]
    assert np.isnan(found.of("alone", 0)[2]).all()
    np.testing.assert_array_equal(found.of("alone", 0)[:2], whole.of("alone", 0)[:2])
    np.testing.assert_allclose(found.of("last", 0), whole.of("last", 0), atol=1e-9)
    np.testing.assert_allclose(found.remainder("shapley", 0), 0.0, atol=1e-12)
