"""The report in a real browser: it asks for nothing, its marks stand where the numbers are, and a phone can read it."""

from __future__ import annotations

import http.server
import itertools
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from multipolar.report.figures import world as figures
from multipolar.report.reading import Reading
from multipolar.results.evidence import Evidence
from multipolar.results.result import Result
from multipolar.results.technology import TechnologyRow, VentureRow

pytestmark = pytest.mark.browser

MARKS = "#figure-ranked g.mark-symbol.role-mark path"
SMALLEST_TEXT = 11


def centre(box: dict[str, float]) -> tuple[float, float]:
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def marks_of(page: Any) -> dict[str, tuple[float, float]]:
    """The middle of every mark of the ranked figure, by what it says to a reader who does not see it."""
    return {mark.get_attribute("aria-label"): centre(mark.bounding_box()) for mark in page.locator(MARKS).all()}


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("name", ["result", "undrawn", "hostile"])
def test_no_request_and_no_complaint(
    look: Callable[..., Any], request: pytest.FixtureRequest, name: str, width: int
) -> None:
    seen = look(request.getfixturevalue(name), width)
    assert seen.requests == [seen.address]
    assert seen.complaints == []
    assert seen.page.locator("[data-chart] svg").count() == seen.page.locator("[data-chart]").count() > 0


def test_served_over_http_it_still_asks_for_nothing(visit: Callable[..., Any], result: Result, folder: Path) -> None:
    asked: list[str] = []

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            asked.append(self.path)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        seen = visit(result, served=f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert len(asked) == len(seen.requests) == 1
    assert seen.complaints == []


def test_the_policy_is_enforced(visit: Callable[..., Any], result: Result) -> None:
    seen = visit(result)
    seen.page.evaluate(
        "() => { const more = document.createElement('script'); more.textContent = 'window.ran = true';"
        " document.body.append(more); document.body.setAttribute('style', 'color: red'); }"
    )
    assert seen.page.evaluate("window.ran") is None
    assert any("script-src" in text for text in seen.complaints)
    assert any("style-src" in text for text in seen.complaints)


def test_marks_stand_where_the_numbers_are(look: Callable[..., Any], result: Result) -> None:
    reading = Reading(result)
    case = reading.case
    countries = figures.ranked_countries(reading, case, phone=False)
    names = figures.display_names(reading)
    marks = marks_of(look(result).page)
    assert len(marks) == len(countries)
    found = {
        country: next(place for said, place in marks.items() if re.match(rf"(The )?{names[country]} ", said))
        for country in countries
    }
    first, last = countries[0], countries[-1]
    values = {country: float(reading.welfare[case, country]) for country in countries}
    slope = (found[last][0] - found[first][0]) / (values[last] - values[first])
    assert slope > 50
    for country in countries:
        expected = found[first][0] + slope * (values[country] - values[first])
        assert found[country][0] == pytest.approx(expected, abs=1.0)
    heights = [found[country][1] for country in countries]
    assert heights == sorted(heights)
    steps = {round(below - above) for above, below in itertools.pairwise(heights)}
    assert steps <= {figures.ROW_HEIGHT - 1, figures.ROW_HEIGHT, figures.ROW_HEIGHT + 1}


def test_lines_span_the_ranges(look: Callable[..., Any], result: Result) -> None:
    reading = Reading(result)
    case = reading.case
    countries = figures.ranked_countries(reading, case, phone=False)
    page = look(result).page
    lines = page.locator("#figure-ranked g.mark-rule.role-mark line")
    widths = lines.evaluate_all("lines => lines.map(line => line.getBBox().width)")[-len(countries) :]
    spans = [float(reading.welfare_high[case, n] - reading.welfare_low[case, n]) for n in countries]
    longest = max(range(len(spans)), key=spans.__getitem__)
    scale = widths[longest] / spans[longest]
    assert widths == pytest.approx([scale * span for span in spans], abs=1.5)


def test_hollow_marks_are_those_whose_range_holds_zero(look: Callable[..., Any], result: Result) -> None:
    reading = Reading(result)
    case = reading.case
    countries = figures.ranked_countries(reading, case, phone=False)
    fills = look(result).page.locator(MARKS).evaluate_all("marks => marks.map(mark => getComputedStyle(mark).fill)")
    white = "rgb(255, 255, 255)"
    open_ranges = [bool(reading.welfare_low[case, n] <= 0 <= reading.welfare_high[case, n]) for n in countries]
    assert [fill == white for fill in fills] == open_ranges
    assert any(open_ranges)
    assert len(set(fills)) == 3


def test_no_table_runs_out_of_sight_on_a_desk(visit: Callable[..., Any], result: Result) -> None:
    """With the widest tables there are, in names and numbers as long as those of the founding question."""
    world = replace(result.world, sectors=("J62_63",))
    technology = [
        TechnologyRow("energy_tech", country, "J62_63", 584.51, 0.5, 0.762, 0.2, 3.64, 29.94, 0.2067)
        for country in ("RUS", "ZAF")
    ]
    ventures = (VentureRow(7, "RUS", "C303", "USA", 0.0417, 1200.0, 72.0, -1.06, 1.0215, 0.0375),)
    path = np.repeat(result.central["welfare"][:, None, :], 2, axis=1)
    gni = np.full(result.central["welfare"].shape, -0.0451)
    full = replace(
        result, world=world, years=(2039, 2040), technology=tuple(technology), ventures=ventures,
        central={**result.central, "welfare_path": path, "gni": gni, "royalty": gni * 4000, "research_spending": gni,
                 "productivity": np.full((len(result.cases), len(result.countries), 1), 2.78),
                 "productivity_long_run": np.full((len(result.cases), len(result.countries), 1), 8.05)},
    )  # fmt: skip
    page = visit(full, 1280).page
    page.locator("details").evaluate_all("folds => folds.forEach(fold => { fold.open = true; })")
    wide = "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.textContent.slice(0, 80))"
    assert page.locator("#technology .scroll").count() >= 3
    assert page.locator(".scroll").evaluate_all(wide) == []


@pytest.mark.parametrize("name", ["result", "undrawn", "hostile"])
def test_a_phone_scrolls_one_way_only(visit: Callable[..., Any], request: pytest.FixtureRequest, name: str) -> None:
    page = visit(request.getfixturevalue(name), 360).page
    page.locator("details").evaluate_all("folds => folds.forEach(fold => { fold.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    edges = page.locator("svg").evaluate_all("all => all.map(one => one.getBoundingClientRect().right)")
    assert max(edges) <= 360


@pytest.mark.parametrize("width", [1280, 360])
def test_no_text_is_too_small_to_read(look: Callable[..., Any], result: Result, width: int) -> None:
    sizes = look(result, width).page.evaluate(
        """() => [...document.querySelectorAll('body *')]
            .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()))
            .filter(one => !['SCRIPT', 'STYLE'].includes(one.tagName))
            .map(one => parseFloat(getComputedStyle(one).fontSize) * (one.getCTM?.()?.a ?? 1))"""
    )
    assert len(sizes) > 100
    assert min(sizes) >= SMALLEST_TEXT


def test_a_phone_tells_evidence_under_each_economy_and_heads_in_each_line(
    visit: Callable[..., Any], result: Result
) -> None:
    """The longest evidence there is, in one column with the name; heads that the script gives to stacked rows."""
    size, blocks = len(result.countries), ("trade", "input_share", "tariff")
    weak = dict.fromkeys(blocks, np.full(size, 3, dtype=np.int8))
    evidence = Evidence(
        country=weak, shares={block: {"assumption": 1.0} for block in blocks}, rests_on={"welfare": blocks},
        weakest={"welfare": weak["trade"]},
    )  # fmt: skip
    page = visit(replace(result, evidence=evidence), 360).page
    page.locator("details").evaluate_all("folds => folds.forEach(fold => { fold.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    told = page.locator("#economies th small")
    assert told.count() == size
    assert set(told.all_inner_texts()) == {"assumption: sales, inputs, tariffs"}
    assert told.first.evaluate("one => parseFloat(getComputedStyle(one).fontSize)") >= SMALLEST_TEXT
    assert max(told.evaluate_all("all => all.map(one => one.getBoundingClientRect().right)")) <= 360
    heads = page.locator("#branches table.stacked").first.locator("thead th")
    cells = page.locator("#branches table.stacked").first.locator("tbody tr").first.locator("td")
    assert [cell.get_attribute("data-label") for cell in cells.all()] == heads.all_text_contents()[1:]
    shown = cells.first.evaluate("one => getComputedStyle(one, '::before').content")
    assert shown == f'"{heads.all_text_contents()[1]}"'


def test_a_phone_has_its_own_figure(visit: Callable[..., Any], result: Result) -> None:
    page = visit(result, 360).page
    assert 6 <= page.locator(MARKS).count() <= 8
    page.set_viewport_size({"width": 1280, "height": 800})
    page.locator("[data-chart=ranked][data-drawn=wide]").wait_for()
    assert page.locator(MARKS).count() > 10


def test_a_mark_says_its_number_to_the_pointer(look: Callable[..., Any], result: Result) -> None:
    page = look(result).page
    mark = page.locator(MARKS).last
    mark.hover()
    tip = page.locator(".tip")
    assert tip.inner_text() == mark.get_attribute("aria-label")
    assert "would lose" in tip.inner_text()


def test_colours_follow_the_reader_and_paper(visit: Callable[..., Any], result: Result) -> None:
    dark = visit(result, scheme="dark").page
    background = "getComputedStyle(document.documentElement).backgroundColor"
    label = "getComputedStyle(document.querySelector('#figure-ranked svg text')).fill"
    assert dark.evaluate(background) == "rgb(22, 24, 28)"
    assert dark.evaluate(label) == "rgb(232, 234, 237)"
    dark.emulate_media(media="print")
    assert dark.evaluate(background) == "rgb(255, 255, 255)"
    assert dark.evaluate(label) == "rgb(31, 35, 40)"


def test_on_paper_nothing_stays_folded(visit: Callable[..., Any], result: Result) -> None:
    page = visit(result).page
    folds = page.locator("details").count()
    assert page.locator("details[open]").count() == 0 < folds
    paper = page.pdf(format="A4")
    assert page.locator("details[open]").count() == folds
    assert len(paper) <= 400_000


def test_hostile_text_is_shown_and_does_nothing(look: Callable[..., Any], hostile: Result) -> None:
    page = look(hostile).page
    assert "<script>alert(1)</script>" in page.locator("h1").inner_text()
    assert "\\u202e" in page.locator("h1").inner_text()
    assert "alert(1)" in page.locator("#figure-branches .chart svg").text_content()
    assert page.locator("script").count() == 4


def test_every_chart_has_a_name_and_a_table(visit: Callable[..., Any], result: Result) -> None:
    page = visit(result).page
    for figure in page.locator("figure").all():
        said = figure.locator("[role='graphics-document']").first.get_attribute("aria-label")
        assert said is not None
        assert "Russia" in said
        figure.locator("summary").click()
        assert figure.locator("table").is_visible()
