"""The labour options of a run: who moves, who takes part, whose wage may fall."""

from __future__ import annotations

import numpy as np
import pytest

import multipolar as mp
from multipolar.study.inputs import evaluate_inputs, inputs_of


@pytest.fixture(scope="module")
def six() -> mp.World:
    return mp.load_world("blocs6")


TEXT = """multipolar: 1
title: A ban
measures:
  - {id: ban, type: import_ban, who: NAM, to: CHN, sectors: all, share: 0.9}
"""


def test_options_change_the_answer_and_stand_in_its_assumptions(six: mp.World) -> None:
    scenario = mp.read_scenario(TEXT, six)
    results = {
        labour: mp.evaluate(six, scenario, horizon="short", labour=labour, full=False)
        for labour in ("one_wage", "sectors", "participation", "rigid")
    }
    welfare = [result.central["welfare"][0] for result in results.values()]
    for k, one in enumerate(welfare):
        for other in welfare[k + 1 :]:
            assert np.abs(one - other).max() > 1e-6
    rows = {labour: {row.name for row in result.assumptions} for labour, result in results.items()}
    assert "mobility" not in rows["one_wage"]
    assert "mobility" in rows["sectors"]
    assert {"psi", "labour_share"} <= rows["participation"]
    assert {"wage_floor", "nominal_growth"} <= rows["rigid"]


def test_rigid_wages_hold_for_a_year_only(six: mp.World) -> None:
    scenario = mp.read_scenario(TEXT, six)
    mp.evaluate(six, scenario, horizon="short", labour="rigid", full=False)
    with pytest.raises(mp.InputError, match="holds for a year"):
        mp.evaluate(six, scenario, horizon="long", labour="rigid", full=False)


def test_the_option_is_kept_with_the_inputs(six: mp.World) -> None:
    scenario = mp.read_scenario(TEXT, six)
    inputs = inputs_of(six, scenario, 0, 1, horizon="short", labour="sectors", full=False)
    again = evaluate_inputs(six, scenario, inputs)
    asked = mp.evaluate(six, scenario, horizon="short", labour="sectors", full=False)
    np.testing.assert_array_equal(again.central["welfare"], asked.central["welfare"])
