"""Colours that a colour-blind reader can tell apart and everyone can read, on light and on dark."""

from __future__ import annotations

import re

import numpy as np
import pytest

from multipolar.report.figures import theme
from multipolar.report.page import asset

LIGHT, DARK = re.findall(r":root \{(.*?)\}", asset("page.css"), re.DOTALL)

# Linear RGB as a deuteranope and a protanope see it (Vienot, Brettel and Mollon 1999, in the form used for sRGB).
DEUTERANOPE = np.array([[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]])
PROTANOPE = np.array([[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]])
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = TO_XYZ @ np.ones(3)


def palette(block: str) -> dict[str, np.ndarray]:
    """The properties of a block as linear RGB."""
    found = re.findall(r"--([a-z]+): #([0-9a-f]{6})", block)
    return {name: linear(np.array([int(code[k : k + 2], 16) for k in (0, 2, 4)]) / 255) for name, code in found}


def linear(values: np.ndarray) -> np.ndarray:
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    ratio = TO_XYZ @ np.clip(rgb, 0, 1) / WHITE
    root = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def contrast(one: np.ndarray, other: np.ndarray) -> float:
    lights = sorted((float(TO_XYZ[1] @ one), float(TO_XYZ[1] @ other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


@pytest.mark.parametrize("block", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("seen", [np.eye(3), DEUTERANOPE, PROTANOPE], ids=["all", "deuteranope", "protanope"])
def test_gain_and_loss_differ_for_every_reader(block: str, seen: np.ndarray) -> None:
    colours = palette(block)
    assert np.linalg.norm(lab(seen @ colours["gain"]) - lab(seen @ colours["loss"])) >= 20


@pytest.mark.parametrize("block", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_marks_stand_out(block: str) -> None:
    colours = palette(block)
    for ground in ("paper", "panel"):
        assert contrast(colours["ink"], colours[ground]) >= 7
        assert contrast(colours["quiet"], colours[ground]) >= 4.5
    for mark in ("gain", "loss"):
        assert contrast(colours[mark], colours["paper"]) >= 3


def test_charts_and_page_share_their_light_colours() -> None:
    stated = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", LIGHT))
    assert {name: stated[name] for name in theme.PALETTE.values()} == {v: k for k, v in theme.PALETTE.items()}
