"""A figure of measures: what each did, as bars to both sides of zero.

Ids of measures come from files. They stand in the data of the chart only, as names of economies do in ``world``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import altair as alt

from multipolar.base.language import Language, plain
from multipolar.report.figures import theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from multipolar.base.language import Text

ROW_HEIGHT = 24
BAR_HEIGHT = 14
NUMBERS = 56
PHONE_LABELS, WIDE_LABELS = 124, 220


def bars(
    rows: Sequence[dict[str, Any]], words: Language, texts: tuple[Text, Text, Text], phone: bool = False
) -> alt.LayerChart:
    """Bars from zero, with their numbers in a column on the right.

    ``rows``: ``label``, ``rank``, ``value``, ``up``, ``number`` and ``said`` of each; ``texts``: title, subtitle and
    what the figure shows, in words.
    """
    title, subtitle, alternative = texts
    y = alt.Y(
        "label:N",
        sort=alt.EncodingSortField("rank", op="min"),
        title=None,
        axis=alt.Axis(
            labelLimit=PHONE_LABELS if phone else WIDE_LABELS, ticks=False, domain=False, grid=False, labelPadding=8
        ),
    )
    x_axis = alt.Axis(title=plain(words.text("axis-income")), tickCount=3 if phone else 6, grid=True, labelFlush=False)
    bar = (
        alt.Chart()
        .mark_bar(height=BAR_HEIGHT)
        .encode(
            y=y,
            x=alt.X("value:Q", axis=x_axis, scale=alt.Scale(zero=True, nice=True)),
            color=alt.condition("datum.up", alt.value(theme.GAIN), alt.value(theme.LOSS)),
            description=alt.Description("said:N"),
            tooltip=alt.Tooltip("said:N"),
        )
    )
    zero = alt.Chart().mark_rule(color=theme.QUIET, aria=False).encode(x=alt.datum(0))
    numbers = (
        alt.Chart()
        .mark_text(align="right", dx=NUMBERS, fontSize=theme.SMALLEST, color=theme.INK, aria=False)
        .encode(y=y, x=alt.value("width"), text="number:N")
    )
    layers = cast(alt.LayerChart, alt.layer(bar, zero, numbers, data=alt.InlineData(values=list(rows))))
    chart = layers.properties(
        width="container",
        height=ROW_HEIGHT * max(1, len(rows)),
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        title=alt.TitleParams(plain(title), subtitle=plain(subtitle)),
        description=plain(alternative),
    )
    return theme.configured(chart)
