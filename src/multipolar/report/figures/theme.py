"""How every figure looks: two colours told apart by colour-blind readers, sizes a phone can show, no global state.

A page replaces the colours below by its own custom properties, so that one picture serves light, dark and paper.
"""

from __future__ import annotations

from typing import Any, TypeVar

import altair as alt

GAIN = "#6b3fa0"
LOSS = "#c2570c"
INK = "#1f2328"
QUIET = "#59636e"
GRID = "#d8dee4"
PAPER = "#ffffff"
PALETTE = {GAIN: "gain", LOSS: "loss", INK: "ink", QUIET: "quiet", GRID: "grid", PAPER: "paper"}

Chart = TypeVar("Chart", alt.LayerChart, alt.FacetChart)

SHAPES = ("circle", "square", "diamond", "triangle-up")
"""One for each of the first blocs of a scenario; the last one is for economies outside them."""

FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif"
SMALLEST = 12
MARK_SIZE = 64


def configured(chart: Chart) -> Chart:
    """The chart with the house's fonts, axes and background."""
    axis: dict[str, Any] = {
        "labelColor": INK,
        "titleColor": QUIET,
        "gridColor": GRID,
        "domainColor": GRID,
        "tickColor": GRID,
        "labelFont": FONT,
        "titleFont": FONT,
        "labelFontSize": SMALLEST,
        "titleFontSize": SMALLEST,
        "titleFontWeight": "normal",
    }
    dressed: Chart = (
        chart.configure(background="transparent", font=FONT, padding={"left": 0, "right": 4, "top": 4, "bottom": 4})
        .configure_axis(**axis)
        .configure_view(stroke=None)
        .configure_header(
            labelColor=INK, labelFont=FONT, labelFontSize=SMALLEST, labelFontWeight="normal", labelAnchor="start"
        )
        .configure_title(color=INK, font=FONT, anchor="start", subtitleColor=QUIET, subtitleFont=FONT)
    )
    return dressed
