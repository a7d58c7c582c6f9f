"""The founding scenario: each of its 18 sentences has an output that exists, or a measure named as not computed.

Sentences and outputs follow FOUNDING_SCENARIO, section 3. An output is a variable of the Result, an index, a block of
it; what it cannot say yet is the id under which the Result names it as not computed.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import multipolar as mp
from multipolar.results.result import Result
from multipolar.scenario.document import Horizon

# sentence -> (outputs, named as not computed)
SENTENCES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "1": (("scenario.summary",), ("ev_maker", "launch_company")),
    "2": (("draws.welfare", "assumptions"), ("rail",)),
    "3": (("index.poles", "index.leadership", "index.leadership_share", "central.welfare"), ()),
    "4": (("index.dependence", "index.leadership_share", "central.output"), ()),
    "5": (("index.poles", "index.polarisation", "index.currency"), ("rail",)),
    "6": (("central.productivity", "central.productivity_path", "technology"), ()),
    "7": (("central.research_spending", "index.idea_share", "technology.partner_weight", "ventures.output",
           "ventures.royalty", "central.royalty", "draws.royalty", "central.gni", "central.real_gdp"), ()),
    "8": (("scenario.measures", "cases.variants"), ()),
    "9": (("central.output", "central.exports", "index.jobs"), ()),
    "10": (("cases.variants", "central.output", "index.jobs", "index.co2"), ()),
    "11": (("central.output", "index.dollar_share"), ("rail",)),
    "12": (("central.welfare", "blocs"), ()),
    "13": (("index.leadership", "index.leadership_share", "index.chokepoint"), ("responses",)),
    "14": (("central.welfare", "structural"), ("responses", "break_even_risk", "finance")),
    "15": ((), ("firm_us", "boycott_us", "boycott_oth", "freeze", "consumer")),
    "16": (("central.world_income", "central.welfare", "central.exports", "central.imports"), ()),
    "17": (("central.productivity_path", "central.welfare_path", "index.jobs", "central.exports"), ()),
    "18": (("index.dependence_high_tech", "index.gap", "index.gap_between", "index.gap_within", "index.co2",
            "index.co2_intensity"), ("more_rail",)),
}  # fmt: skip


@pytest.fixture(scope="module")
def founding() -> mp.Scenario:
    """The founding scenario on three of its years: which outputs exist does not depend on how many."""
    scenario = mp.read_scenario("brics-technology-alliance")
    assert scenario.horizon.years == tuple(range(2025, 2041))
    return replace(scenario, horizon=Horizon(start=2025, to=2028, parameters=scenario.horizon.parameters))


@pytest.fixture(scope="module")
def result(embedded: mp.World, founding: mp.Scenario) -> Result:
    return mp.evaluate(embedded, founding, draws=1)


def exists(result: Result, output: str) -> bool:
    room, _, name = output.partition(".")
    if room == "central":
        return bool(np.isfinite(result.central[name]).all())
    if room == "draws":
        return bool(np.isfinite(result.draws[name]).all())
    if room == "index":
        index = result.indices[name]
        return bool(np.isfinite(index.value).any()) and index.value.shape[1:] == index.base.shape
    if room in ("ventures", "technology") and name:
        rows = getattr(result, room)
        return any(getattr(row, name) > 0 for row in rows)
    if output == "cases.variants":
        return any(case.variant == "ev_tech" for case in result.cases)
    found = result.scenario if room == "scenario" else result
    return bool(getattr(found, name or room))


@pytest.mark.parametrize("sentence", SENTENCES)
def test_each_sentence_has_its_output_or_is_named(result: Result, sentence: str) -> None:
    outputs, named = SENTENCES[sentence]
    assert [output for output in outputs if not exists(result, output)] == []
    assert set(named) <= {row.measure for row in result.not_computed}
    assert outputs or named


def test_there_are_eighteen_sentences_and_an_output_that_is_not_there_is_found(result: Result) -> None:
    assert len(SENTENCES) == 18
    with pytest.raises(KeyError):
        exists(result, "index.break_even_risk")


def test_all_but_payments_responses_and_firms_is_computed(founding: mp.Scenario, result: Result) -> None:
    kinds = {row.type for row in result.not_computed}
    assert kinds == {
        "payment_rail", "financial_sanction", "asset_freeze", "boycott", "contract_loss", "firm", "responses",
        "threshold",
    }  # fmt: skip
    types = {card.type for card in result.scenario.measures if card.computed}
    assert {"technology_sharing", "research", "joint_venture", "export_control"} <= types
    assert all(card.computed for card in result.scenario.measures if card.type in types)


def test_the_rail_moves_currencies_of_settlement_and_nothing_else(result: Result) -> None:
    """Named as not computed, with what it does move; a second rail among BRICS moves more."""
    cases = {(case.branch, case.variant): k for k, case in enumerate(result.cases)}
    tolerated, answered = cases["tolerated", ""], cases["sanctioned_answered", ""]
    change = result.indices["dollar_share"].change
    assert change[answered] < change[tolerated] < 0
    assert "moves the currencies of settlement" in next(row.why for row in result.not_computed if row.measure == "rail")
    assert "left out, since the table has no invoices of them: exports of CHN" in result.missing["currency"]


def test_knowledge_moves_as_the_measures_ask(embedded: mp.World, result: Result) -> None:
    """Shared rockets raise Russian C303; the know-how cut of the sanctions lowers what it learns in C26."""
    cases = {(case.branch, case.variant): k for k, case in enumerate(result.cases)}
    skill = result.central["productivity"]
    rus, c303, c26, c29 = embedded.axes.country.index("RUS"), *embedded.axes.sector.indices(["C303", "C26", "C29"])
    tolerated, sanctioned = cases["tolerated", ""], cases["sanctioned", ""]
    assert skill[tolerated, rus, c303] > 0.1
    assert skill[sanctioned, rus, c26] < 0 < skill[tolerated, rus, c26]
    assert skill[cases["tolerated", "ev_tech"], rus, c29] > skill[tolerated, rus, c29]


def test_the_first_year_holds_only_what_is_in_force(embedded: mp.World, result: Result) -> None:
    """The space venture begins in 2026; research costs from the first year, before it bears fruit."""
    rus = embedded.axes.country.index("RUS")
    tolerated = result.central["welfare_path"][0, :, rus]
    assert tolerated[0] < 0 < tolerated[-1]
    assert (np.diff(tolerated) > 0).all()
