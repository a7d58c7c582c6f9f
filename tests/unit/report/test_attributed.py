"""The part on measures: bars, tables with their remainder, what has no effect and what has no answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from multipolar.base.language import language, plain
from multipolar.report import attributed, page
from multipolar.report.blocks import Figure, Number, Paragraph, Table
from multipolar.report.parts import parts
from multipolar.report.reading import Reading
from multipolar.results.attribution import AttributedCase, Attribution, FailedSet
from multipolar.results.result import Result

PLAYERS = (("goods",), ("jv", "end"), ("rail",))


def with_attribution(result: Result, failed: bool = False, orders: int | None = None) -> Result:
    """Three players in every case: shares 5/8, 2/8 and 1/8 of the whole; alone each does a tenth more."""
    total = np.log1p(np.pad(result.central["welfare"] / 100, ((0, 0), (0, 1))))
    shares = total[:, None] * np.array([0.625, 0.25, 0.125])[None, :, None]
    numbers = {
        "attribution_total": total,
        "attribution_alone": 1.1 * shares,
        "attribution_last": 0.9 * shares,
        "attribution_shapley": shares,
        "attribution_error": np.full(shares.shape, 0.0 if orders is None else 1e-3),
    }
    lost = (FailedSet(("goods", "rail"), "NotConvergedError", "it did not"),) if failed else ()
    if failed:
        numbers["attribution_last"] = numbers["attribution_last"].copy()
        numbers["attribution_last"][:, 1] = np.nan
    case = AttributedCase((0, 1, 2), ("freeze",), orders, 0.75 if failed else 1.0, 8, lost)
    made = Attribution("static", 2040, PLAYERS, (case,) * len(result.cases), numbers, 6)
    return replace(result, attribution=made)


def part_of(result: Result) -> tuple[list[str], list[Figure], list[Table]]:
    made = next(part for part in parts(Reading(result), language()) if part.key == "attribution")
    said = [plain(block.text) for block in made.blocks if isinstance(block, Paragraph)]
    figures = [block for block in made.blocks if isinstance(block, Figure)]
    return said, figures, [block for block in made.blocks if isinstance(block, Table)]


def cells(table: Table) -> list[list[str]]:
    return [[cell.text if isinstance(cell, Number) else cell for cell in row] for row in table.rows]


def test_a_page_without_attribution_has_no_such_part(result: Result) -> None:
    assert "attribution" not in [part.key for part in parts(Reading(result), language())]
    assert "attribution" in [part.key for part in parts(Reading(with_attribution(result)), language())]


def test_the_bars_are_the_shares_of_the_subject(result: Result) -> None:
    _, (figure,), _ = part_of(with_attribution(result))
    reading = Reading(result)
    whole = np.log1p(result.central["welfare"][reading.case, reading.subject] / 100)
    (rows,) = figure.wide["datasets"].values()
    assert [row["label"] for row in rows] == ["rail", "jv + end", "goods"]  # a loss: the smallest first
    np.testing.assert_allclose([row["value"] for row in rows], 100 * np.expm1(whole * np.array([0.125, 0.25, 0.625])))
    assert [row["up"] for row in rows] == [False, False, False]
    assert rows[2]["number"].replace("\u2212", "-") in plain(figure.title)
    assert "“goods” does most to the real income of Russia" in plain(figure.title)
    assert rows[0]["said"] in plain(figure.alt)
    marks = [layer["mark"]["type"] for layer in figure.wide["layer"]]
    assert marks == ["bar", "rule", "text"]


def test_tables_end_with_remainder_and_whole(result: Result) -> None:
    _, (figure,), (economies, *folded) = part_of(with_attribution(result))
    rows = cells(figure.twin)
    assert [row[0] for row in rows] == ["goods", "jv + end", "rail", "remainder", "all together"]
    numbers = {row[0]: [float(text.replace("\u2212", "-")) for text in row[1:]] for row in rows}
    assert numbers["remainder"][2] == 0.0
    assert numbers["remainder"][0] * numbers["remainder"][1] < 0  # alone a tenth more, added last a tenth less
    assert len(set(numbers["all together"])) == 1
    assert [row[0] for row in cells(economies)] == ["goods", "jv + end", "rail", "all together"]
    assert plain(economies.columns[-1]) == "World"
    assert len(folded) == len(result.cases) - 1
    assert all(table.folded for table in folded)


def test_what_must_be_said_with_it(result: Result) -> None:
    said, _, _ = part_of(with_attribution(result))
    assert any("end of 2040, fully phased in." in text for text in said)
    assert any(text.endswith("no part of them: freeze.") for text in said)
    assert not any("no solved answer" in text or "estimates" in text for text in said)
    said, (figure,), _ = part_of(with_attribution(result, failed=True))
    (lost,) = [text for text in said if "One of 8 sets of measures has no solved answer: goods + rail." in text]
    assert "75 %" in lost
    rows = {row[0]: row for row in cells(figure.twin)}
    assert rows["jv + end"][2] == rows["remainder"][2] == "not solved"
    said, (figure,), _ = part_of(with_attribution(result, orders=256))
    assert any("estimates from 256 orders" in text for text in said)
    assert all(row[3].under.startswith("±") for row in figure.twin.rows[:3] if isinstance(row[3], Number))
    years = replace(with_attribution(result), years=(2025, 2040))
    assert any("--attribution path" in text for text in part_of(years)[0])


def test_hollow_marks_are_not_explained_where_there_are_bars(result: Result) -> None:
    text = page.render(with_attribution(result))
    figure = text[text.index('<figure id="figure-attribution">') :]
    figure = figure[: figure.index("</figure>")]
    assert "hollow" not in figure
    assert "hollow" in text
    assert text == page.render(with_attribution(result))
    chart = re.search(r'<script type="application/json" id="chart-attribution">(.*?)</script>', text)
    assert chart is not None
    assert set(json.loads(chart[1])) == {"wide", "phone"}


def test_a_case_without_measures_says_so_and_draws_nothing(toy: Callable[..., Result]) -> None:
    result = with_attribution(toy(branches=(), variants=("",), draws=0))
    attribution = result.attribution
    assert attribution is not None
    bare = replace(attribution, cases=(AttributedCase((), ("goods",), None, 1.0, 1, ()),))
    made = attributed.part(Reading(result), language(), bare)
    assert all(isinstance(block, Paragraph) for block in made.blocks)
    assert len(attributed.part(Reading(result), language(), attribution).blocks) == len(made.blocks) + 2


@pytest.mark.parametrize("hostile_id", ["</script><b>", "\u202egnp"])
def test_a_hostile_name_is_text(result: Result, hostile_id: str) -> None:
    held = with_attribution(result)
    assert held.attribution is not None
    attacked = replace(held.attribution, players=((hostile_id,), *PLAYERS[1:]))
    text = page.render(replace(held, attribution=attacked))
    assert hostile_id not in text


def test_the_branch_shown_has_more_than_one_measure_where_any_has(result: Result) -> None:
    reading, held = Reading(result), with_attribution(result).attribution
    assert held is not None
    assert reading.attributed_case(held) == reading.case
    single = list(held.cases)
    single[reading.case] = replace(single[reading.case], players=(0,))
    shown = reading.attributed_case(replace(held, cases=tuple(single)))
    assert shown in reading.cases
    assert shown != reading.case
    alike = tuple(replace(case, players=(0,)) for case in held.cases)
    assert reading.attributed_case(replace(held, cases=alike)) == reading.case
