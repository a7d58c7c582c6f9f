"""Figures of economies: ranked by effect, and branch beside branch.

Names of economies, blocs and branches come from files. They stand in the data of a chart only: order is a numeric
field, colour and shape are chosen by our own fields, so no name reaches an expression or a field name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import altair as alt

from multipolar.base.language import Language, language, plain
from multipolar.base.problems import shown
from multipolar.report import captions
from multipolar.report import words as say
from multipolar.report.figures import theme
from multipolar.report.reading import Reading

if TYPE_CHECKING:
    from multipolar.results.result import Result

EACH_END = 10
EACH_END_PHONE = 3
ROW_HEIGHT = 22
PANELS_IN_A_ROW = 4
PHONE_LABELS, WIDE_LABELS = 124, 150
PHONE_WIDTH, WIDE_WIDTH = 316, 716
PANEL_GAP = 16
CHARACTER = 7.2
NUMBERS = 52


def ranked(result: Result, lang: str = "en", case: int | None = None, phone: bool = False) -> alt.LayerChart:
    """Dots with 80 % ranges: both ends of the order, and the economies the scenario names.

    ``case`` is the branch (default: the one in which the subject of the headline moves most). On a phone three of each
    end and the two economies of the headline.
    """
    reading, words = Reading(result), language(lang)
    case = reading.case if case is None else case
    countries = ranked_countries(reading, case, phone)
    data = alt.InlineData(values=rows(reading, words, (case,), countries))
    labels = _numbers()
    layers = cast(alt.LayerChart, alt.layer(*_dots(words, phone), labels, data=data))
    chart = layers.properties(
        width="container",
        height=ROW_HEIGHT * len(countries),
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        title=alt.TitleParams(
            plain(captions.ranked_title(reading, words, case)),
            subtitle=plain(captions.ranked_subtitle(reading, words)),
        ),
        description=plain(captions.ranked_alt(reading, words, case, countries)),
    )
    return theme.configured(chart)


def branches(result: Result, lang: str = "en", phone: bool = False) -> alt.FacetChart:
    """One panel a branch with the same economies and one scale; on a phone the panels stand one under another."""
    reading, words = Reading(result), language(lang)
    countries = branch_countries(reading, phone)
    panels = len(reading.cases)
    columns = 1 if phone else min(panels, PANELS_IN_A_ROW)
    width = _panel_width(reading, countries, columns, phone)
    layer = alt.layer(*_dots(words, phone, panels=True)).properties(width=width, height=ROW_HEIGHT * len(countries))
    header = alt.Header(labelLimit=width + PANEL_GAP // 2, title=None)
    chart: alt.FacetChart = layer.facet(
        facet=alt.Facet("branch:N", sort=alt.EncodingSortField("order", op="min"), header=header),
        columns=columns,
        spacing=PANEL_GAP,
        data=alt.InlineData(values=rows(reading, words, reading.cases, countries)),
    ).properties(
        title=alt.TitleParams(
            plain(captions.branches_title(reading, words)),
            subtitle=plain(captions.ranked_subtitle(reading, words, "branches-subtitle")),
        ),
        description=plain(captions.branches_alt(reading, words)),
    )
    return theme.configured(chart)


def _panel_width(reading: Reading, countries: Sequence[int], columns: int, phone: bool) -> int:
    """Room for a panel, in pixels: the page's width less the labels, which are as wide as the longest name."""
    names = display_names(reading)
    longest = CHARACTER * max(len(names[country]) for country in countries)
    labels = min(longest, PHONE_LABELS if phone else WIDE_LABELS) + 12
    room = (PHONE_WIDTH if phone else WIDE_WIDTH) - labels - PANEL_GAP * (columns - 1)
    return int(room // columns)


def ranked_countries(reading: Reading, case: int, phone: bool) -> list[int]:
    """The economies of the ranked figure, largest gain first."""
    if not phone:
        return reading.shortlist(case, EACH_END)
    order = reading.order(case)
    kept = {*order[:EACH_END_PHONE], *order[-EACH_END_PHONE:], reading.subject}
    return [country for country in order if country in kept]


def branch_countries(reading: Reading, phone: bool) -> list[int]:
    """The economies of the branch figure, in the order of the leading branch."""
    case = reading.case
    order = reading.order(case)
    most = 6 if phone else 12
    sizes = sorted(order, key=lambda country: -abs(reading.welfare[case, country]))
    wanted = [reading.subject, reading.companion, *(c for c in reading.named if len(reading.named) <= most), *sizes]
    kept = set(list(dict.fromkeys(country for country in wanted if country is not None))[:most])
    return [country for country in order if country in kept]


def blocs_of(reading: Reading, country: int) -> int:
    """The first of the scenario's blocs that holds the economy, by place; the number of shown blocs where none does."""
    code = reading.result.countries[country]
    blocs = shown_blocs(reading)
    return next((place for place, bloc in enumerate(blocs) if code in reading.result.scenario.blocs[bloc]), len(blocs))


def shown_blocs(reading: Reading) -> list[str]:
    """The blocs that have a shape of their own."""
    return list(reading.result.scenario.blocs)[: len(theme.SHAPES) - 1]


def shape_of(reading: Reading, country: int) -> str:
    """The mark of an economy: by its bloc where the scenario has blocs, else one for all."""
    place, blocs = blocs_of(reading, country), shown_blocs(reading)
    return theme.SHAPES[place] if place < len(blocs) or not blocs else theme.SHAPES[-1]


def rows(reading: Reading, words: Language, cases: Sequence[int], countries: Sequence[int]) -> list[dict[str, Any]]:
    """The data of the figures: one row a case and an economy, numbers as they are, texts as they are read out."""
    names = display_names(reading)
    decimals = say.column_decimals([reading.effect(case, country) for case in cases for country in countries])
    table = []
    for order, case in enumerate(cases):
        for rank, country in enumerate(countries):
            effect = reading.effect(case, country)
            if not effect.solved:
                continue
            table.append(
                {
                    "economy": names[country],
                    "rank": rank,
                    "branch": say.branch_name(reading.label(case).branch),
                    "order": order,
                    "value": effect.value,
                    "low": effect.range_or_value[0],
                    "high": effect.range_or_value[1],
                    "up": effect.value > 0,
                    "open": not effect.drawn or not effect.clear,
                    "shape": shape_of(reading, country),
                    "number": words.number(effect.value, decimals, signed=True),
                    "said": plain(captions.fact(reading, words, country, (case,))),
                }
            )
    return table


def display_names(reading: Reading) -> list[str]:
    """A name for every economy, its code added where two would read alike."""
    result = reading.result
    names = [shown(result.names.get(code, code)) for code in result.countries]
    return [
        f"{name} ({code})" if names.count(name) > 1 else name
        for name, code in zip(names, result.countries, strict=True)
    ]


def _dots(words: Language, phone: bool, panels: bool = False) -> list[alt.Chart]:
    """Zero line, range, mark."""
    y = alt.Y(
        "economy:N",
        sort=alt.EncodingSortField("rank", op="min"),
        title=None,
        axis=alt.Axis(
            labelLimit=PHONE_LABELS if phone else WIDE_LABELS, ticks=False, domain=False, grid=False, labelPadding=8
        ),
    )
    title = None if panels else plain(words.text("axis-income"))
    x_axis = alt.Axis(title=title, tickCount=3 if panels or phone else 6, grid=True, labelFlush=False)
    x = alt.X("value:Q", axis=x_axis, scale=alt.Scale(zero=True, nice=True))
    colour = alt.condition("datum.up", alt.value(theme.GAIN), alt.value(theme.LOSS))
    fill = (
        alt.when("datum.open")
        .then(alt.value(theme.PAPER))
        .when("datum.up")
        .then(alt.value(theme.GAIN))
        .otherwise(alt.value(theme.LOSS))
    )
    zero = alt.Chart().mark_rule(color=theme.QUIET, aria=False).encode(x=alt.datum(0))
    spread = (
        alt.Chart()
        .mark_rule(strokeWidth=2, aria=False)
        .encode(y=y, x=alt.X("low:Q", axis=x_axis), x2="high:Q", color=colour)
    )
    marks = (
        alt.Chart()
        .mark_point(size=theme.MARK_SIZE, strokeWidth=2, opacity=1)
        .encode(
            y=y,
            x=x,
            shape=alt.Shape("shape:N", scale=None, legend=None),
            stroke=colour,
            fill=fill,
            description=alt.Description("said:N"),
            tooltip=alt.Tooltip("said:N"),
        )
    )
    return [zero, spread, marks]


def _numbers() -> alt.Chart:
    """The numbers in a column right of the plot."""
    column: alt.Chart = (
        alt.Chart()
        .mark_text(align="right", dx=NUMBERS, fontSize=theme.SMALLEST, color=theme.INK, aria=False)
        .encode(
            y=alt.Y("economy:N", sort=alt.EncodingSortField("rank", op="min"), title=None),
            x=alt.value("width"),
            text="number:N",
        )
    )
    return column
