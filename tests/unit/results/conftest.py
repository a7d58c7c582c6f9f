"""A small Result: two branches, a draw that failed, hostile names."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import multipolar as mp
from multipolar.results.result import CaseStatus, Result
from multipolar.world.toy import random_world

TEXT = """multipolar: 1
title: {en: A test, ar: اختبار}
deficits: closed
measures:
  - {id: t, type: tariff, who: C1, to: C2, sectors: all, add: {value: 0.1, range: [0, 0.3]}, source: assumption}
branches:
  one: {measures: []}
  two:
    measures:
      - {id: a, type: tariff, who: C2, to: C1, sectors: all, add: 0.1, source: assumption}
"""


@pytest.fixture(scope="session")
def result() -> Result:
    """An evaluation with five draws, the third of which is made to have failed."""
    world = random_world(1)
    found = mp.evaluate(world, mp.read_scenario(TEXT, world), draws=5)
    draws = {name: values.copy() for name, values in found.draws.items()}
    for values in draws.values():
        values[:, 2] = np.nan
    failed = CaseStatus(1, 2, "NotConvergedError", 0, float("nan"), "it did not")
    status = tuple(failed if (each.case, each.draw) == (1, 2) else each for each in found.status)
    names = {**found.names, "C2": '=HYPERLINK("http://x")', "C3": "-1+1"}
    return dataclasses.replace(found, draws=draws, status=status, names=names)
