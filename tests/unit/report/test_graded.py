"""Grades in words: beside the headline, under economies, in the tables; a world without any says so."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import multipolar as mp
from multipolar.app import screen
from multipolar.base.language import language, plain
from multipolar.report import graded, page
from multipolar.report.blocks import Named, Number, Statements, Table
from multipolar.report.parts import parts
from multipolar.report.reading import Reading
from multipolar.results.evidence import Evidence, Total
from multipolar.results.result import Index, Result
from multipolar.world.evidence import GRADES
from multipolar.world.evidence import graded as blocks_of

WORDS = language()
BLOCKS = ("trade", "input_share", "tariff")


def graded_result(made: Result) -> Result:
    """Sales of the first economy are assumed, its tariffs too; those of the second are estimated; else scaled."""
    size = len(made.countries)
    country = {block: np.full(size, 1, dtype=np.int8) for block in BLOCKS}
    country["trade"][:2] = 3, 2
    country["tariff"][0] = 3
    weakest = np.max(list(country.values()), axis=0)
    jobs = np.full((size, 2), [1000.0, 500.0])
    cells = np.full((size, 2), 2, dtype=np.int8)
    cells[0, 0] = 1
    cases = len(made.cases)
    moved = np.stack([jobs + np.array([[3.0, -2.0]])] * cases)
    co2 = np.full(size, 50.0)
    evidence = Evidence(
        shares={
            "trade": {"scaled": 0.5996, "estimated": 0.4, "assumption": 0.0004},
            "trade_elasticity": {"assumption": 1.0},
            "gdp": {"observed": 1.0},
        },
        touched={"trade": {"assumption": 0.25, "observed": 0.75}, "knowledge": {"estimated": 1.0}},
        country=country,
        rests_on={"welfare": BLOCKS},
        weakest={"welfare": weakest},
        totals={"employment": Total(np.full(size, 1500.0), "thousand persons", np.zeros(size, dtype=np.int8)),
                "emissions": Total(co2, "Mt CO2", np.zeros(size, dtype=np.int8))},
    )  # fmt: skip
    indices = {
        "poles": Index(np.array(3.0), np.full(cases, 3.1), grade=np.int8(2) * np.ones((), dtype=np.int8)),
        "jobs": Index(jobs, moved, grade=cells),
        "co2": Index(co2, np.stack([co2 + 1.0] * cases), grade=np.full(size, 2, dtype=np.int8)),
    }
    return replace(made, evidence=evidence, indices=indices)


@pytest.fixture(scope="module")
def held(toy: Callable[..., Result]) -> Result:
    return graded_result(toy())


def tables(result: Result, key: str) -> list[Table]:
    (part,) = [each for each in parts(Reading(result), WORDS) if each.key == key]
    return [block for block in part.blocks if isinstance(block, Table)]


def test_the_headline_names_estimated_data_by_value_and_what_measures_touch(held: Result) -> None:
    (beside,) = [each for each in parts(Reading(held), WORDS) if each.key == "beside"]
    (rows,) = [block.rows for block in beside.blocks if isinstance(block, Statements)]
    said = dict((plain(label), [plain(text) for text in texts]) for label, texts in rows)["Evidence"]
    assert said[0] == (
        "Estimated data touched. By value these numbers rest on sales (60 % scaled; 40 % estimated), "
        "trade elasticities (100 % assumption)."
    )
    assert said[1] == (
        "What the measures act on: sales (75 % observed; 25 % assumption), knowledge (100 % estimated)."
    )
    for grade in ("Observed:", "Scaled:", "Estimated:", "Assumption:"):
        assert grade in said[2]


def test_under_an_economy_stands_its_weakest_grade_and_where(held: Result) -> None:
    reading = Reading(held)
    assert plain(graded.of_economy(reading, WORDS, 0)) == "assumption: sales, tariffs"
    assert plain(graded.of_economy(reading, WORDS, 1)) == "estimated: sales"
    assert plain(graded.of_economy(reading, WORDS, 2)) == "scaled: sales, inputs, tariffs"
    leading = [table for table in tables(held, "economies") if any(isinstance(row[0], Named) for row in table.rows)]
    assert len(leading) == 1  # the same in every branch, so it stands in the one that leads
    cells = {row[0].text: row[0].under for row in leading[0].rows if isinstance(row[0], Named)}
    assert len(cells) == len(held.countries)
    assert plain(cells["Russia"]) == "assumption: sales, tariffs"
    assert len(leading[0].columns) == 4


def test_indices_jobs_and_emissions_have_a_column_of_evidence(held: Result) -> None:
    indices, jobs, co2 = tables(held, "indices")
    for table in (indices, jobs, co2):
        assert "vidence" in plain(table.columns[-1])
        assert all(len(row) == len(table.columns) == len(table.numeric) for row in table.rows)
    assert str(indices.rows[0][-1]) == "estimated"
    first = [row for row in jobs.rows if row[0] == "Russia"]
    assert [(str(row[1]), str(row[-1])) for row in first[:3]] == [
        ("all sectors", "observed"), ("A", "scaled"), ("C", "estimated")
    ]  # fmt: skip
    total = first[0]
    assert isinstance(total[2], Number)
    assert isinstance(total[3], Number)
    assert (total[2].text, total[3].text) == ("1,500", "+1.00")  # 3 more, 2 less
    cell = co2.rows[0][1]
    assert isinstance(cell, Number)
    assert (cell.text, str(cell.under), str(co2.rows[0][-1])) == ("50.0", "observed", "estimated")


def test_a_total_that_is_not_known_is_not_shown(held: Result) -> None:
    total = held.evidence.totals["employment"]
    without = replace(total, values=np.full_like(total.values, np.nan))
    changed = replace(held, evidence=replace(held.evidence, totals={"employment": without}))
    _, jobs, co2 = tables(changed, "indices")
    assert all(row[1] != "all sectors" for row in jobs.rows)
    cell = co2.rows[0][1]
    assert isinstance(cell, Number)
    assert str(cell.under) == "not on record"


def test_a_world_without_grades_says_so_and_invents_none(result: Result) -> None:
    said = [plain(text) for text in graded.statement(Reading(result), WORDS)[1]]
    assert said == ["The world states no grade for any block of its data: how good they are is not on record."]
    assert plain(graded.of_economy(Reading(result), WORDS, 0)) == "not on record"
    assert screen.evidence(result) == said[0]
    text = page.render(result)
    assert "not on record" in text
    assert "estimated:" not in text


def test_a_grade_is_a_word_and_no_colour(held: Result) -> None:
    text = page.render(held)
    assert re.search(r"<th scope=\"row\"><bdi>Russia</bdi><small><bdi>assumption: sales, tariffs</bdi></small>", text)
    assert not re.search(r"\.(observed|scaled|estimated|assumption)\b", page.asset("page.css"))


def test_every_grade_has_a_word_and_every_word_for_a_block_has_its_block(embedded: mp.World) -> None:
    assert [str(graded.grade_word(WORDS, k)) for k in range(len(GRADES))] == list(GRADES)
    assert str(graded.grade_word(WORDS, None)) == str(graded.grade_word(WORDS, -1)) == "not on record"
    named = {key.removeprefix("block-").replace("-", "_") for key in WORDS.messages if key.startswith("block-")}
    assert named <= set(blocks_of(embedded))
    assert set(BLOCKS) <= named


def test_a_field_of_ones_own_goes_by_its_name_and_cannot_break_out() -> None:
    assert plain(graded.block_name(WORDS, "my_field")) == "my field"
    assert "\u202e" not in graded.block_name(WORDS, "x\u202ey")
    assert len(graded.block_name(WORDS, "x" * 500)) < 60


def test_the_table_of_a_terminal_has_a_column_of_evidence(held: Result) -> None:
    lines = screen.table(held).splitlines()
    assert lines[0].split()[-1] == "evidence"
    (russia,) = [line for line in lines if "Russia" in line]
    assert russia.split()[-1] == "assumption"
    said = screen.evidence(held)
    assert said.startswith("Evidence: the weakest grade that holds for 1% or more")
    assert "What the measures act on: sales (75 % observed; 25 % assumption)" in said
