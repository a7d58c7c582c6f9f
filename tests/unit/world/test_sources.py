"""Sources, grades and flaws."""

from __future__ import annotations

import re

import pytest

from multipolar.base.problems import UnknownLabelError
from multipolar.world.evidence import GRADES
from multipolar.world.sources import flaws, grades, reasons, source, sources


def test_every_source_says_what_it_is_and_on_which_terms() -> None:
    assert len({entry.key for entry in sources()}) == len(sources())
    for entry in sources():
        assert entry.title, entry
        assert entry.provider, entry
        assert entry.licence, entry
        assert entry.citation, entry
        assert entry.grade in GRADES, entry
        assert re.fullmatch(r"[0-9a-f]{64}|", entry.sha256), entry


def test_a_licence_that_is_not_stated_is_said_to_be_so() -> None:
    assert source("teti_gtd").licence == "not stated, confirm"


def test_an_unknown_source_names_the_nearest() -> None:
    with pytest.raises(UnknownLabelError, match="Did you mean `wiod2016`"):
        source("wiod2014")


def test_every_required_block_of_the_embedded_world_is_graded() -> None:
    found = grades("world2022")
    assert {"trade", "input_share", "tariff", "trade_elasticity"} <= {grade.block for grade in found}
    assert {grade.grade for grade in found} <= set(GRADES)
    assert all(grade.why and grade.year for grade in found)
    keys = {entry.key for entry in sources()}
    assert {key for grade in found for key in grade.source.split()} <= keys


def test_flaws_belong_to_their_world() -> None:
    assert any("70 %" in text for text in flaws("world2022"))
    assert flaws("small") == ()
    assert grades("small") == ()


def test_reasons_are_the_grades_with_what_is_alike_told_once() -> None:
    """Every row is in exactly one reason, and no reason stands twice."""
    rows, told = grades("world2022"), reasons("world2022")
    alike = [(each.block, each.grade, each.year, each.source, each.why) for each in told]
    assert len(set(alike)) == len(alike) < len(rows)
    assert {(each.block, each.grade, each.year, each.source, each.why) for each in rows} == set(alike)
    for row in rows:
        (whole,) = [each for each in told if (each.block, each.grade, each.why) == (row.block, row.grade, row.why)]
        assert row.part.split()[-1] in whole.part
    parts = [each.part for each in told]
    assert "repaired columns of RUS IND TUR" in parts
    assert "service sectors that are empty in the source, CHN IND TUR BRA SWE MEX" in parts
    assert "goods" in parts
    assert reasons("a world of mine") == ()
