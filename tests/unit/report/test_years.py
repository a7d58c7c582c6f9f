"""The parts on years and indices: every number of the Result where it should stand, and the picture of the path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from multipolar.base.language import language, plain
from multipolar.report.blocks import Figure, Number, Statements, Table
from multipolar.report.figures.years import by_year, year_countries, years
from multipolar.report.page import render
from multipolar.report.parts import parts
from multipolar.report.reading import Reading
from multipolar.results.result import Index, Result
from multipolar.results.technology import DependenceFlow, TechnologyRow, VentureRow

YEARS = (2025, 2026, 2027)


@pytest.fixture
def path(toy: Callable[..., Result]) -> Result:
    """Made-up years: real income grows by a third of the last year's each year."""
    given = toy()
    scale = np.array([1 / 3, 2 / 3, 1.0])
    cases, _, countries = given.draws["welfare"].shape
    ones = np.ones((cases, countries))
    rng = np.random.default_rng(1)
    indices = {
        "poles": Index(np.array(3.05), 3.05 + 0.01 * np.arange(cases), rng.normal(size=(cases, 24)), np.array(0.02)),
        "dependence": Index(np.full((2, countries), 0.2), np.full((cases, 2, countries), 0.21)),
        "co2": Index(ones[0] * 100, ones * 101), "co2_intensity": Index(ones[0], ones * 1.01),
        "jobs": Index(np.ones((countries, 2)) * 50, np.ones((cases, countries, 2)) * [51, 49],
                      grade=np.full((countries, 2), 2, dtype=np.int8)),
    }  # fmt: skip
    return replace(
        given,
        central={**given.central, "welfare_path": given.central["welfare"][:, None, :] * scale[:, None]},
        draws={**given.draws, "welfare_path": given.draws["welfare"][:, :, None, :] * scale[:, None]},
        years=YEARS,
        blocs=given.scenario.blocs,
        indices=indices,
        missing={"currency": "shares of settlement are not given"},
        technology=(TechnologyRow("knowhow", "RUS", "C", 4.0, 0.5, 0.4, 0.5, 1.5, 29.94, 0.2067),),
    )


def part(result: Result, key: str) -> tuple[object, ...]:
    (found,) = (each for each in parts(Reading(result), language()) if each.key == key)
    return found.blocks


def test_years_and_indices_stand_only_where_they_are(path: Result, toy: Callable[..., Result]) -> None:
    keys = [each.key for each in parts(Reading(path), language())]
    assert keys.index("years") + 2 == keys.index("technology") + 1 == keys.index("indices")
    assert not {"years", "technology", "indices"} & {each.key for each in parts(Reading(toy()), language())}


def tables(result: Result) -> list[Table]:
    return [block for block in part(result, "technology") if isinstance(block, Table)]


def texts(table: Table, row: int) -> list[str]:
    return [cell.text if isinstance(cell, Number) else cell for cell in table.rows[row]]


def test_the_picture_holds_the_medians_of_every_year(path: Result) -> None:
    reading = Reading(path)
    chart = years(path).to_dict()
    rows = [row for data in chart.get("datasets", {"": chart["data"].get("values")}).values() for row in data]
    countries = year_countries(reading, phone=False)
    assert len(rows) == len(YEARS) * len(countries)
    first = next(row for row in rows if row["order"] == 0 and row["year"] == 2026)
    drawn = path.draws["welfare_path"][reading.case, :, 1, countries[0]]
    assert first["value"] == pytest.approx(np.quantile(drawn, 0.5))
    assert [first["low"], first["high"]] == pytest.approx(list(np.quantile(drawn, [0.1, 0.9])))
    assert by_year(reading, reading.case, countries[0])[-1].value == reading.effect(reading.case, countries[0]).value


def test_the_twin_has_a_row_a_year(path: Result) -> None:
    figure = next(block for block in part(path, "years") if isinstance(block, Figure))
    assert [row[0] for row in figure.twin.rows] == ["2025", "2026", "2027"]


def test_what_learning_rests_on_is_a_table(path: Result) -> None:
    table = tables(path)[0]
    assert texts(table, 0) == ["knowhow", "Russia", "C", "4.00", "0.50", "40.0\u00a0%", "1.50", "30", "21\u00a0%"]


def test_productivity_stands_beside_what_it_rests_on(path: Result) -> None:
    cases, russia = len(path.cases), path.countries.index("RUS")
    skill = np.zeros((cases, len(path.countries), len(path.world.sectors)))
    skill[Reading(path).case, russia, path.world.sectors.index("C")] = 0.25
    held = {**path.central, "productivity": skill, "productivity_long_run": 4 * skill}
    table = tables(replace(path, central=held))[0]
    assert texts(table, 0)[-2:] == ["+0.25\u00a0%", "+1.00\u00a0%"]
    assert "2027" in plain(table.columns[-2])
    own = replace(path.scenario.measures[0], id="knowhow", branch="sanctioned")
    elsewhere = next(k for k, case in enumerate(path.cases) if case.branch == "sanctioned" and not case.variant)
    assert elsewhere != Reading(path).case
    skill[elsewhere, russia, path.world.sectors.index("C")] = -0.5
    cards = tuple(card for card in path.scenario.measures if card.id != "knowhow")
    of_branch = replace(path, central=held, scenario=replace(path.scenario, measures=(*cards, own)))
    assert texts(tables(of_branch)[0], 0)[-2] == "\N{MINUS SIGN}0.50\u00a0%"


def test_research_ventures_and_national_income_have_tables(path: Result) -> None:
    row = TechnologyRow("rnd", "RUS", "C", np.nan, 0.5, 0.0, 0.6, 0.0, 29.94, 0.2067, 0.061, researches=True)
    assert row.researches
    assert not path.technology[0].researches
    venture = VentureRow(0, "RUS", "C", "USA", 0.0294, 1600.0, 96.0, -0.7, 1.0149, 0.0281)
    gni = np.full((len(path.cases), len(path.countries)), -0.5)
    drawn = gni[:, None] + np.linspace(-0.1, 0.1, 24)[:, None]
    full = replace(path, technology=(*path.technology, row), ventures=(venture,),
                   central={**path.central, "gni": gni, "royalty": gni * 200},
                   draws={**path.draws, "gni": drawn})  # fmt: skip
    shared, research, ventures, incomes = tables(full)
    assert len(shared.rows) == len(research.rows) == 1
    assert texts(research, 0) == ["rnd", "Russia", "C", "60.0\u00a0%", "0.061", "30", "21\u00a0%"]
    minus = "\N{MINUS SIGN}"
    assert texts(ventures, 0) == ["tolerated", "Russia", "C", "United States", "2.94\u00a0%", "1,600", "96.0",
                                  f"{minus}0.70\u00a0%", "1.0149", "2.81\u00a0%"]  # fmt: skip
    at = [plain(head) for head in incomes.columns]
    assert at[1:] == ["real GDP, %", "real national income, %", "real income, %", "royalties received, million USD"]
    (russia,) = [row for row in incomes.rows if row[0] == "Russia"]
    assert russia[2].text == f"{minus}0.500"
    assert russia[2].under == f"{minus}0.580 to {minus}0.420"
    assert russia[4].text == f"{minus}100.0"
    assert "Russia" in render(full)


def test_indices_show_base_value_change_and_average_years(path: Result) -> None:
    table = next(block for block in part(path, "indices") if isinstance(block, Table))
    label, base, value, change, usual, evidence = table.rows[0]
    case = Reading(path).case
    assert (label, base.text) == ("effective number of poles (number)", "3.050")
    middle = np.quantile(path.indices["poles"].drawn[case], 0.5)
    assert float(change.text.replace("\N{MINUS SIGN}", "-")) == pytest.approx(middle, rel=0.1)
    assert float(usual.text.replace("\N{MINUS SIGN}", "-")) == pytest.approx(middle / 0.02, rel=0.1)
    assert change.under
    assert value.text == f"{3.05 + 0.01 * case:.3f}"
    assert table.rows[-1][4].text == "no yardstick"
    assert str(evidence) == "not on record"  # the toy states no grade


def test_jobs_carry_their_grade_and_emissions_their_scope(path: Result) -> None:
    blocks = part(path, "indices")
    jobs, co2 = [block for block in blocks if isinstance(block, Table)][1:]
    assert {row[4] for row in jobs.rows} == {"estimated"}
    assert {row[3].text for row in jobs.rows} == {"+1.00", "\N{MINUS SIGN}1.00"}
    assert {row[2].text for row in co2.rows} == {"+1.0"}
    assert {row[3].text for row in co2.rows} == {"+1.000\u00a0%"}
    page = render(path)
    assert "Households and the use of goods" in page
    assert '<dd lang="ar" dir="rtl"><p><b>' in page
    assert '<bdi dir="ltr">3.05' in page
    missing = next(block for block in blocks if isinstance(block, Statements))
    assert "shares of settlement are not given" in str(missing.rows)


def test_jobs_and_emissions_per_gdp_have_ranges(path: Result) -> None:
    cases, countries = len(path.cases), len(path.countries)
    spread = np.linspace(-0.5, 0.5, 24)
    held = dict(path.indices)
    jobs = np.ones((cases, countries, 2)) * [1.0, -1.0]
    held["jobs"] = replace(held["jobs"], drawn=jobs[:, None] + spread[None, :, None, None])
    held["co2_intensity"] = replace(
        held["co2_intensity"], drawn=np.full((cases, 24, countries), 0.01) + 0.001 * spread[None, :, None]
    )
    blocks = [block for block in part(replace(path, indices=held), "indices") if isinstance(block, Table)]
    jobs_table, co2 = blocks[1:]
    minus = "\N{MINUS SIGN}"
    assert {row[3].under for row in jobs_table.rows} == {"0.60 to 1.40", f"{minus}1.40 to {minus}0.60"}
    assert {row[3].under for row in co2.rows} == {"0.960 to 1.040"}


def test_flows_that_moved_dependence_have_a_table(path: Result) -> None:
    case = Reading(path).case
    row = DependenceFlow(case, "RUS", "WEST", "DEU", "RUS", "C", -0.0123, -0.02)
    other = replace(row, case=(case + 1) % len(path.cases), origin="USA")
    blocks = part(replace(path, dependence_flows=(row, other)), "indices")
    held = [block for block in blocks if isinstance(block, Table)]
    assert texts(held[1], 0) == ["Russia", "WEST", "Germany", "Russia", "C", "\N{MINUS SIGN}1.2", "\N{MINUS SIGN}2.0"]
    assert len(held[1].rows) == 1


def test_the_page_is_the_same_twice_and_says_what_year_it_is_of(path: Result) -> None:
    page = render(path)
    assert page == render(path)
    assert "the last year of a path" in page
    assert "No path between them" not in page
