"""One number by its address: value, year, unit, source, grade, what was done to it."""

from __future__ import annotations

import json

import numpy as np
import pytest

import multipolar as mp
from multipolar.app.commands import look
from multipolar.app.explain import explain
from multipolar.app.numbers import number, whats
from multipolar.base.problems import InputError


def told(address: str, world: mp.World) -> dict[str, str]:
    return dict(number(address, world)[1])


def test_the_tariff_of_a_country_on_a_sector(embedded: mp.World) -> None:
    (entry,) = explain("USA.C26.tariff", embedded)
    said = dict(entry.facts)
    n, s = embedded.countries.index("USA"), embedded.sectors.index("C26")
    abroad = np.arange(81) != n
    mean = np.average(100 * embedded.tariff[abroad, n, s], weights=embedded.trade[abroad, n, s])
    assert float(said["Value"]) == pytest.approx(mean, rel=1e-5)
    assert (said["Unit"], said["Year"], said["Grade"]) == ("%", "2024", "scaled")
    assert "`us_census`" in said["Source"]
    assert "calculated duties over imports of 2024" in said["Done"]
    assert said["Largest origins"].startswith("CHN 3.08 %")


def test_every_kind_of_number_answers_for_the_embedded_world(embedded: mp.World) -> None:
    places = {"country": "USA", "sector": "C26"}
    for what, forms in whats(embedded).items():
        for axes in forms:
            address = ".".join([*(places[axis] for axis in axes), what])
            said = told(address, embedded)
            assert {"Value", "Unit", "Year", "Source", "Grade"} <= set(said), address
            assert all(said.values()), address
            assert said["Grade"] in ("observed", "scaled", "estimated", "assumption"), address
            assert any(label.startswith("Done") for label in said), address


def test_a_derived_number_has_the_worst_grade_of_what_it_rests_on(embedded: mp.World) -> None:
    said = told("RUS.C29.value_added", embedded)
    assert said["Grade"] == "assumption"
    assert "Done to trade" in said
    assert "donor structures" in said["Done to input_share"]
    assert told("DEU.C29.value_added", embedded)["Grade"] == "scaled"


def test_missing_is_said_to_be_missing_and_an_estimate_at_which_level_it_is_known(embedded: mp.World) -> None:
    assert (told("TWN.population", embedded)["Value"], told("TWN.population", embedded)["Grade"]) == ("missing",) * 2
    assert told("Russia.population", embedded)["Value"] == "144,236,928"
    assert told("RUS.C29.employment", embedded)["Known for"].startswith("all sectors but A01 A02 A03;")
    assert "Known for" not in told("CHN.F.employment", embedded)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("Rusia.C299.output", r"no country `Rusia`. Did you mean `RUS` \(Russia\)\?(.|\n)*no sector `C299`"),
        ("USA.C26.tarif", "has no number `tarif`. Did you mean `tariff`"),
        ("USA.tariff", "asked for as COUNTRY.SECTOR.tariff or ORIGIN.DESTINATION.SECTOR.tariff"),
        ("USA.C26.population", "asked for as COUNTRY.population"),
        ("..", "has no number ``"),
    ],
)
def test_a_wrong_address_is_refused_with_all_that_is_wrong(embedded: mp.World, address: str, said: str) -> None:
    assert number("Russia.C29.output", embedded)[0] == "output, RUS C29"
    with pytest.raises(InputError, match=said):
        explain(address, embedded)


def test_a_world_of_ones_own_says_that_nothing_is_on_record() -> None:
    world = mp.World.from_arrays(
        countries=["A", "B"], sectors=["x"], trade=np.ones((2, 2, 1)), input_share=np.zeros((2, 1, 1)),
        tariff=np.zeros((2, 2, 1)), trade_elasticity=[4.0], name="mine",
    )  # fmt: skip
    said = told("A.x.output", world)
    assert (said["Value"], said["Year"], said["Grade"], said["Source"]) == (
        "2", "not stated", "not on record", "not on record",
    )  # fmt: skip


def test_the_command_prints_it_and_json_holds_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    look.explain("CHN.USA.C26.tariff")
    assert "  Value   3.08" in capsys.readouterr().out
    look.explain("CHN.USA.C26.tariff", json=True)
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["kind"], row["facts"]["Value"], row["facts"]["Grade"]) == ("number", "3.08", "scaled")
