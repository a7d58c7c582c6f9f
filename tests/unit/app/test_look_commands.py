"""``scenarios``, ``explain`` and ``doctor``."""

from __future__ import annotations

import json

import pytest
import typer

from multipolar.app import doctor as examination
from multipolar.app.commands import look
from multipolar.app.explain import explain, library
from multipolar.base.problems import UnknownLabelError
from multipolar.scenario.scenario import catalog
from multipolar.world.library import load_world
from multipolar.world.world import World


@pytest.fixture(scope="module")
def world() -> World:
    return load_world()


@pytest.mark.parametrize(
    ("asked", "kind", "name"),
    [
        ("RUS", "country", "RUS"),
        ("russia", "country", "RUS"),
        ("Turkey", "country", "TUR"),
        ("روسيا", "country", "RUS"),
        ("C303", "sector", "C303"),
        ("c303", "sector", "C303"),
        ("BRICS", "bloc", "BRICS"),
        ("high_tech", "group of sectors", "high_tech"),
        ("employment", "block of data", "employment"),
        ("2022-08-10 EU import_ban B05", "sanction", "2022-08-10 EU import_ban B05"),
        ("joint_venture", "measure", "joint_venture"),
        ("welfare", "variable", "welfare"),
        ("theta_mean", "parameter", "theta_mean"),
        ("wiod2016", "source", "wiod2016"),
    ],
)
def test_a_name_is_found_in_whatever_kind_it_is(world: World, asked: str, kind: str, name: str) -> None:
    assert [(entry.kind, entry.name) for entry in explain(asked, world)] == [(kind, name)]


def test_a_name_of_two_kinds_tells_both(world: World) -> None:
    assert [entry.kind for entry in explain("tariff", world)] == ["measure", "block of data"]


def test_the_name_of_a_kind_lists_it(world: World) -> None:
    (entry,) = explain("Sectors", world)
    assert entry.title == "49 names"
    assert ("C29", "Motor vehicles, trailers, semi-trailers") in entry.facts


def test_every_kind_has_names_and_every_name_says_what_it_is(world: World) -> None:
    for kind, book in library(world).items():
        assert book, kind
        for entry in book.values():
            assert entry.title, entry
            assert all(label and text for label, text in entry.facts), entry


def test_a_measure_tells_its_keys_and_whether_it_is_computed(world: World) -> None:
    facts = dict(explain("tariff", world)[0].facts)
    assert facts["`who`"] == "The importing countries."
    assert facts["Needs"] == "`add` or `rate`"
    assert "`alternative_to`" in facts["Also"]
    assert not facts["Computed"].startswith("not yet")
    assert dict(explain("payment_rail", world)[0].facts)["Computed"].startswith("not yet: ")


def test_a_bloc_tells_dates_and_who_does_not_stand_apart(world: World) -> None:
    facts = dict(explain("BRICS", world)[0].facts)
    assert "ZAF (since 2010-12-24)" in facts["Members"]
    assert facts["Not apart"] == "ETH, IRN: inside ROW in world `world2022`"
    assert "GBR (1973-01-01 to 2020-01-31)" in dict(explain("EU", world)[0].facts)["Members"]


@pytest.mark.parametrize(("asked", "near"), [("Rusia", "Russia"), ("C304", "C303"), ("sectrs", "sectors")])
def test_an_unknown_name_gets_the_nearest_and_exit_code_2(world: World, asked: str, near: str) -> None:
    with pytest.raises(UnknownLabelError) as caught:
        explain(asked, world)
    assert str(caught.value) == f"no name `{asked}`. Did you mean `{near}`?"
    assert caught.value.exit_code == 2


def test_scenarios_lists_the_catalog_with_titles(capsys: pytest.CaptureFixture[str]) -> None:
    look.scenarios()
    told = capsys.readouterr().out
    assert "  brics-technology-alliance  A Russia-centred technology alliance inside BRICS\n" in told
    look.scenarios(json=True)
    found = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert tuple(found) == catalog()
    assert "sanctioned" in found["brics-technology-alliance"]["branches"]
    assert all(entry["title"] and entry["measures"] for entry in found.values())


def test_explain_prints_text_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    look.explain("DEU")
    assert capsys.readouterr().out.startswith("DEU (country): Germany\n  Value added")
    look.explain("DEU", json=True)
    (found,) = json.loads(capsys.readouterr().out)
    assert found["facts"]["Income group"] == "High income"


def test_explain_without_a_name_tells_the_kinds(capsys: pytest.CaptureFixture[str]) -> None:
    look.explain()
    told = capsys.readouterr().out
    assert "  countries     81, such as AGO" in told
    assert "  elasticities  8, such as U4" in told


def test_doctor_finds_this_installation_sound(capsys: pytest.CaptureFixture[str]) -> None:
    look.doctor()
    told = capsys.readouterr().out
    assert "numpy" in told
    assert "converged in" in told
    assert "WRONG" not in told


def test_doctor_ends_with_1_where_something_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(examination, "examine", lambda: (examination.Finding("numpy", "missing", ok=False),))
    with pytest.raises(typer.Exit) as caught:
        look.doctor(json=True)
    assert caught.value.exit_code == 1
    assert json.loads(capsys.readouterr().out) == [{"what": "numpy", "found": "missing", "ok": False}]


def test_doctor_says_which_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "requires", lambda _: ["numpy>=2", "Nowhere[x]>=1; python_version>'3'"])
    found = {finding.what: finding.ok for finding in examination.examine()}
    assert found["numpy"] is True
    assert found["Nowhere"] is False
