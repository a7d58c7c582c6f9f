"""The bars of measures as a browser draws them: where their numbers are, on both sides, without a complaint."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from multipolar.results.result import Result

MADE = runpy.run_path(str(Path(__file__).parents[1] / "unit" / "report" / "test_attributed.py"))


@pytest.fixture(scope="module")
def attributed(undrawn: Result) -> Result:
    """Shares of both signs: 2, -1.5 and 0.5 of the whole."""
    made: Result = MADE["with_attribution"](undrawn)
    held = made.attribution
    assert held is not None
    shares = held.numbers["attribution_total"][:, None] * np.array([2.0, -1.5, 0.5])[None, :, None]
    return replace(made, attribution=replace(held, numbers={**held.numbers, "attribution_shapley": shares}))


def test_bars_go_to_the_side_of_their_sign_and_ask_for_nothing(look: Callable[..., Any], attributed: Result) -> None:
    seen = look(attributed)
    assert seen.complaints == []
    assert [each for each in seen.requests if each != seen.address] == []
    bars = seen.page.locator("#figure-attribution [data-drawn=wide] .mark-rect path").all()
    boxes = [bar.bounding_box() for bar in bars]
    assert len(boxes) == 3
    widths = sorted(box["width"] for box in boxes)
    assert widths[2] / widths[1] == pytest.approx(2.0 / 1.5, rel=0.05)
    assert widths[1] / widths[0] == pytest.approx(3.0, rel=0.05)
    tops = sorted(boxes, key=lambda box: box["y"])
    zero = tops[0]["x"]  # the largest gain is on top and begins at zero
    assert tops[-1]["x"] + tops[-1]["width"] == pytest.approx(zero, abs=1.5)
    fills = {bar.evaluate("node => getComputedStyle(node).fill") for bar in bars}
    assert len(fills) == 2


def test_the_bars_fit_a_phone(visit: Callable[..., Any], attributed: Result) -> None:
    seen = visit(attributed, width=360)
    assert seen.complaints == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert seen.page.locator("#figure-attribution [data-drawn=phone] .mark-rect path").count() == 3
