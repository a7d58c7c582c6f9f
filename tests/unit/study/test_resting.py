"""What a Result rests on: grades of the world, of what measures touch, of indices; nothing where none is on record."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import multipolar as mp
from multipolar.model.shocks import Block, Shocks
from multipolar.model.ventures import Venture
from multipolar.results.evidence import GRADES, Evidence
from multipolar.results.result import Result
from multipolar.study.measured import DRAWN
from multipolar.study.resting import RESTS_ON, evidence_of, index_grade
from multipolar.world.evidence import checked_evidence
from multipolar.world.provenance import evidence
from multipolar.world.toy import random_world

OBSERVED, SCALED, ESTIMATED, ASSUMED = (np.int8(k) for k in range(4))


def world() -> mp.World:
    """Four countries, three sectors; sales of C1 in S1 are assumed, all else of sales observed, of the rest scaled."""
    made = random_world(3)
    sales = np.zeros((4, 3), dtype=np.int8)
    sales[0, 0] = ASSUMED
    rest = np.full((4, 3), SCALED, dtype=np.int8)
    return replace(made, evidence={"trade": sales, "input_share": rest, "tariff": rest})


def flows(*cells: tuple[int, int, int], present: float = 0.0, moved: float = 0.5) -> np.ndarray:
    array = np.full((4, 4, 3), present)
    for cell in cells:
        array[cell] = moved
    return array


def test_without_measures_nothing_is_touched() -> None:
    found = evidence_of(world(), [Shocks(), Shocks(tariff=world().tariff.copy())])
    assert found.touched == {}
    assert GRADES[found.country["trade"][0]] == "assumption"
    assert found.country["trade"][1:].tolist() == [0, 0, 0]


def test_a_tariff_touches_sales_of_the_origin_and_rates_of_the_destination() -> None:
    """Of C1 and C2 to C3 in S1, weighted by sales: those of C1 are assumed."""
    economy = world()
    tariff = economy.tariff.copy()
    tariff[0, 2, 0] += 0.1
    tariff[1, 2, 0] += 0.1
    found = evidence_of(economy, [Shocks(tariff=tariff)]).touched
    first, second = economy.trade[0, 2, 0], economy.trade[1, 2, 0]
    assert found["trade"] == pytest.approx(
        {"observed": second / (first + second), "assumption": first / (first + second)}
    )
    assert found["tariff"] == {"scaled": 1.0}
    assert set(found) == {"trade", "tariff"}


@pytest.mark.parametrize(
    "shocks",
    [
        Shocks(trade_cost_hat=flows((0, 1, 0), present=1.0)),
        Shocks(blocked_share=flows((0, 1, 0))),
        Shocks(listed_share=flows((0, 1, 0))),
        Shocks(export_tax=flows((0, 1, 0))),
        Shocks(blocks=(Block(flows((0, 1, 0))),)),
    ],
)
def test_every_shock_of_a_flow_touches_its_origin(shocks: Shocks) -> None:
    assert evidence_of(world(), [shocks]).touched == {"trade": {"assumption": 1.0}}


def test_production_touches_input_structures_and_know_how_touches_knowledge() -> None:
    economy = world()
    cells = np.full((4, 3), OBSERVED)
    cells[2, 1] = ESTIMATED
    economy = replace(economy, evidence={"input_share": cells})
    hat = np.ones((4, 3))
    hat[2, 1] = 1.1
    assert evidence_of(economy, [Shocks(productivity_hat=hat)]).touched == {"input_share": {"estimated": 1.0}}
    venture = Shocks(ventures=(Venture(investor=0, host=2, sector=1, share=0.1),))
    assert evidence_of(economy, [venture]).touched == {"input_share": {"estimated": 1.0}}
    both = evidence_of(economy, [venture, Shocks(productivity_hat=np.full((4, 3), 1.1))]).touched["input_share"]
    assert both["estimated"] == pytest.approx(economy.output[2, 1] / economy.output.sum())  # a union, not a sum
    sharing = Shocks(sharing=flows((0, 2, 1)))
    assert evidence_of(economy, [sharing]).touched == {}  # no grade of knowledge on record, none invented


def test_a_world_built_from_files_has_grades_without_duties_and_blocks_beside_its_arrays() -> None:
    """Tariffs of 0, an assumption: they weigh nothing, and are an assumption all the same."""
    made = random_world(3, tariffs=False)
    found = evidence_of(replace(made, evidence=checked_evidence(evidence(made.tariff), made.axes)), [Shocks()])
    assert found.shares["tariff"] == {"assumption": 1.0}
    assert found.of("welfare", 0) == ("assumption", ("tariff",))
    assert "final_trade" in found.shares


def test_a_world_without_grades_says_so() -> None:
    found = evidence_of(random_world(1), [Shocks()])
    assert (found.cells, found.shares) == ({}, {})
    assert found.weakest["welfare"].tolist() == [-1] * 4
    assert found.of("welfare", 0) == ("", ())
    assert found.of("no such number", 0) == ("", ())
    assert Evidence().of("welfare", 0) == ("", ())
    assert found.as_data()["weakest"]["welfare"] == [None] * 4  # type: ignore[index]
    assert "jobs" not in found.weakest  # the world has no employment


def test_numbers_of_the_embedded_world(embedded: mp.World) -> None:
    found = evidence_of(embedded, [Shocks()])
    at = embedded.axes.country.index
    assert found.of("welfare", at("DEU")) == ("estimated", ("trade",))
    assert found.of("welfare", at("RUS")) == ("assumption", ("trade", "input_share"))
    assert found.of("polarisation", at("DEU")) == ("estimated", ("trade",))
    jobs, co2 = found.totals["employment"], found.totals["emissions"]
    assert GRADES[jobs.grade[at("RUS")]] == GRADES[co2.grade[at("RUS")]] == "observed"
    assert jobs.values[at("USA")] == pytest.approx(np.nansum(embedded.employment[at("USA")]))
    cells = index_grade(embedded, found, "jobs", embedded.output.shape)
    assert cells is not None
    assert GRADES[cells[at("USA"), embedded.sectors.index("C29")]] == "scaled"
    assert GRADES[cells[at("RUS"), embedded.sectors.index("C29")]] == "estimated"
    by_bloc = index_grade(embedded, found, "dependence", (2, 81))
    assert by_bloc is not None
    assert (by_bloc[0] == by_bloc[1]).all()
    assert GRADES[by_bloc[1, at("RUS")]] == "assumption"
    assert index_grade(embedded, found, "poles", ()) == GRADES.index("estimated")
    assert index_grade(embedded, found, "no such index", ()) is None


def test_a_total_with_a_figure_missing_is_missing(embedded: mp.World) -> None:
    """A world of one's own: what is not there is not 0, and no total is known."""
    field = embedded.fields["employment"]
    values = np.nan_to_num(field.values, nan=1.0)
    values[0, 3] = np.nan
    mine = replace(embedded, name="mine", fields={"employment": replace(field, values=values)}, evidence={})
    total = evidence_of(mine, [Shocks()]).totals["employment"]
    assert (np.isnan(total.values[0]), total.grade[0]) == (True, -1)
    assert np.isfinite(total.values[1:]).all()


def test_every_index_says_which_blocks_it_rests_on() -> None:
    """What draws hold is the list of indices that a Result may have: a new one needs a row here."""
    assert set(DRAWN) <= set(RESTS_ON)


def test_a_result_holds_them(embedded: mp.World) -> None:
    text = ("multipolar: 1\ntitle: A tariff\nmeasures:\n  - {id: t, type: tariff, who: USA, to: RUS, sectors: C26, "
            "add: 10 %, source: assumption}\n")  # fmt: skip
    result: Result = mp.evaluate(embedded, mp.read_scenario(text, embedded))
    assert result.evidence.touched["trade"] == {"observed": pytest.approx(1.0)}
    for name, index in result.indices.items():
        assert index.grade is not None, name
        assert index.grade.shape == index.base.shape, name
    held = result.dataset
    assert held["evidence_cells"].sel(block="tariff", country="USA", sector="K").item() == ASSUMED
    assert held["evidence"].sel(graded="welfare", country="RUS").item() == ASSUMED
