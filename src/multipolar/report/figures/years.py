"""Figure of a path: real income by year, a panel an economy; one colour, line and band do the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np

from multipolar.base.language import Language, language, plain
from multipolar.report import words as say
from multipolar.report.figures import theme
from multipolar.report.figures.world import PANEL_GAP, PHONE_WIDTH, WIDE_WIDTH, display_names
from multipolar.report.reading import LEVEL, Effect, Reading

if TYPE_CHECKING:
    from multipolar.results.result import Result

MOST_PANELS, MOST_PANELS_PHONE = 6, 3
PANELS_IN_A_ROW = 3
PANEL_HEIGHT = 130
AXIS_WIDTH = 84


def years(result: Result, lang: str = "en", case: int | None = None, phone: bool = False) -> alt.FacetChart:
    """Lines by year with 80 % ranges for the economies of ``year_countries``; all panels have one scale of years."""
    reading, words = Reading(result), language(lang)
    case = reading.case if case is None else case
    countries = year_countries(reading, phone)
    columns = 1 if phone else min(len(countries), PANELS_IN_A_ROW)
    width = ((PHONE_WIDTH if phone else WIDE_WIDTH) - PANEL_GAP * (columns - 1)) // columns - AXIS_WIDTH
    layer = alt.layer(*_lines(result.years, words)).properties(width=width, height=PANEL_HEIGHT)
    chart: alt.FacetChart = (
        layer.facet(
            facet=alt.Facet("economy:N", sort=alt.EncodingSortField("order", op="min"), header=alt.Header(title=None)),
            columns=columns,
            spacing=PANEL_GAP,
            data=alt.InlineData(values=rows(reading, words, case, countries)),
        )
        .resolve_scale(y="independent")
        .properties(description=plain(words.text("years-subtitle", **subtitle(reading, words))))
    )
    return theme.configured(chart)


def subtitle(reading: Reading, words: Language) -> dict[str, str]:
    """The values of the subtitle."""
    return {
        "year": say.year(reading, words),
        "mark": words.text("mark-median" if reading.drawn else "mark-central"),
        "lines": words.text("lines-range" if reading.drawn else "lines-none"),
    }


def year_countries(reading: Reading, phone: bool) -> list[int]:
    """The subject, its companion, and the others named as far as there is room."""
    named = reading.named if len(reading.named) < len(reading.result.countries) else ()
    wanted = [each for each in (reading.subject, reading.companion, *named) if each is not None]
    return list(dict.fromkeys(wanted))[: MOST_PANELS_PHONE if phone else MOST_PANELS]


def by_year(reading: Reading, case: int, country: int) -> list[Effect]:
    """Real income of one economy in every year: median and range of the draws, or the central value."""
    central = reading.result.central["welfare_path"][case, :, country]
    drawn = reading.result.draws.get("welfare_path")
    made = []
    for year, value in enumerate(central):
        held = np.zeros(0) if drawn is None else drawn[case][reading.kept, year, country]
        if not len(held):
            made.append(Effect(float(value), np.nan, np.nan, float(value), 0, 0.0, 0.0, True))
            continue
        low, middle, high = (float(each) for each in np.quantile(held, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2]))
        signs = float((held > 0).mean()), float((held < 0).mean())
        made.append(Effect(middle, low, high, float(value), len(held), *signs, True))
    return made


def rows(reading: Reading, words: Language, case: int, countries: Sequence[int]) -> list[dict[str, Any]]:
    """The data: one row an economy and a year."""
    names = display_names(reading)
    table = []
    for order, country in enumerate(countries):
        effects = by_year(reading, case, country)
        decimals = say.column_decimals(effects)
        for year, effect in zip(reading.result.years, effects, strict=True):
            size = words.percent(effect.value, decimals, signed=True)
            table.append(
                {
                    "economy": names[country],
                    "order": order,
                    "year": year,
                    "value": effect.value,
                    "low": effect.range_or_value[0],
                    "high": effect.range_or_value[1],
                    "said": plain(words.text("years-fact", who=names[country], year=str(year), size=size)),
                }
            )
    return table


def _lines(years: Sequence[int], words: Language) -> list[alt.Chart]:
    """Range, zero, line, marks."""
    shown = sorted({years[0], years[len(years) // 2], years[-1]})
    x = alt.X("year:Q", title=None, scale=alt.Scale(domain=[years[0], years[-1]], nice=False),
              axis=alt.Axis(values=shown, format="d", grid=False))  # fmt: skip
    y_axis = alt.Axis(title=plain(words.text("axis-years")), tickCount=4, format=".2~g")
    y = alt.Y("value:Q", axis=y_axis)
    spread = alt.Chart().mark_area(color=theme.GRID, aria=False).encode(x=x, y=alt.Y("low:Q", axis=y_axis), y2="high:Q")
    zero = alt.Chart().mark_rule(color=theme.QUIET, aria=False).encode(y=alt.datum(0))
    line = alt.Chart().mark_line(color=theme.INK, aria=False).encode(x=x, y=y)
    marks = (
        alt.Chart()
        .mark_point(color=theme.INK, filled=True, size=theme.MARK_SIZE // 3, opacity=1)
        .encode(x=x, y=y, description=alt.Description("said:N"), tooltip=alt.Tooltip("said:N"))
    )
    return [spread, zero, line, marks]
