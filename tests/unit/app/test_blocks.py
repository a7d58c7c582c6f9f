"""Books on data: blocks of a world with what they rest on, dated measures, currencies of invoice."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

import multipolar as mp
from multipolar.app.blocks import block_facts, blocks, dated_measures, invoiced
from multipolar.app.commands import look
from multipolar.app.explain import explain
from multipolar.world.evidence import graded
from multipolar.world.sanctions import sanctions
from multipolar.world.toy import random_world


def test_every_block_says_how_good_it_is_where_from_and_how_to_ask_for_one_number(embedded: mp.World) -> None:
    names = [entry.name for entry in blocks(embedded)]
    assert set(names) == set(graded(embedded))
    for name in names:
        facts = dict(block_facts(embedded, name))
        assert f".{name}" in facts["One number"], name
        assert "%" in facts["Evidence, by value"], name
        assert "`" in facts["Source"], name
        assert {"observed", "scaled", "estimated", "assumption"} & set(facts), name


def test_what_is_missing_is_told(embedded: mp.World) -> None:
    def missing(name: str) -> str:
        return dict(block_facts(embedded, name))["Missing"]

    assert missing("employment") == "2 of 3969 figures"
    assert missing("alignment") == "3 of 81 figures: HKG TWN ROW as a whole"
    assert missing("distance") == "161 of 6561 figures: ROW as a whole"
    assert missing("emissions") == "none"
    assert "Missing" not in dict(block_facts(embedded, "trade"))


def test_a_world_of_ones_own_says_what_it_has_on_record() -> None:
    world = random_world(1)
    assert [entry.name for entry in blocks(world)] == ["trade", "input_share", "tariff", "trade_elasticity"]
    facts = dict(block_facts(world, "trade"))
    assert facts["Evidence, by value"] == "not on record"
    assert "Source" not in facts
    stated = replace(world, evidence={"trade": np.ones((4, 3), dtype=np.int8)})
    assert dict(block_facts(stated, "trade"))["Evidence, by value"] == "scaled 100%"
    assert dict(block_facts(stated, "tariff"))["Evidence, by value"] == "not on record"


def test_a_cost_share_has_an_address_and_the_grade_of_its_user(embedded: mp.World) -> None:
    (entry,) = explain("RUS.C29.C24A.input_share", embedded)
    said = dict(entry.facts)
    at = embedded.countries.index("RUS"), embedded.sectors.index("C29"), embedded.sectors.index("C24A")
    assert float(said["Value"]) == pytest.approx(embedded.input_share[at], rel=1e-5)
    assert said["Grade"] == "assumption"  # a repaired column of Russia; that of C24A is not
    assert dict(explain("RUS.C24A.C29.input_share", embedded)[0].facts)["Grade"] == "scaled"


def test_each_dated_measure_is_told_once_with_what_it_covers(embedded: mp.World) -> None:
    found = {entry.name: dict(entry.facts) for entry in dated_measures(embedded)}
    assert len(found) == len(sanctions())
    assert found["2022-02-26 EU export_ban C26"]["Covers"] == "80% (60% to 100%) of the sector's trade"
    assert found["2022-08-10 EU import_ban B05"]["Covers"] == "100% of the sector's trade"
    assert found["2022-12-05 EU import_ban B06"]["Covers"] == "no figure"
    assert all({"Sectors", "Grade", "Seen"} <= set(facts) for facts in found.values())


def test_a_set_of_elasticities_and_a_bloc_tell_where_they_stand(embedded: mp.World) -> None:
    (entry,) = explain("BSY", embedded)
    facts = dict(entry.facts)
    assert facts["Values"] == "4 to 9.56, median 4.165, over 49 sectors"
    assert "Econometrica 89" in facts["Cite"]
    assert facts["Use"].endswith("--elasticities BSY")
    source = dict(explain("G7", embedded)[0].facts)["Source"]
    assert source.startswith("founding summit, Rambouillet (memory: DEU FRA GBR ITA JPN USA); ")


def test_a_country_tells_the_currencies_of_its_invoices(embedded: mp.World) -> None:
    facts = dict(explain("RUS", embedded)[0].facts)
    assert facts["Invoiced exports"].startswith("US dollar 62 %, euro 20.6 %, own 15 %, other 2.4 % (2019;")
    assert invoiced("CHN") == ()  # none is published: missing, not 0
    assert "; assumption)" in facts["From G7 and EU27, all use"]


def test_explain_takes_a_world(capsys: pytest.CaptureFixture[str]) -> None:
    look.explain("trade", "blocs6", json=True)
    said = json.loads(capsys.readouterr().out)
    assert said[0]["facts"]["Evidence, by value"] == "observed 36%, estimated 61%, assumption 3%"
