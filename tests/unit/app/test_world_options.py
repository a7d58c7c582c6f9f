"""``--elasticities`` and ``--customs-base`` of ``run`` and ``path``: recorded, repeated to the byte, said."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import multipolar as mp
from multipolar.app import main as program
from multipolar.world.library import save_world
from multipolar.world.margins import margin_rate

Call = Callable[..., str]
RUN = ("run", "universal-tariff-10", "--draws", "0", "--workers", "1")


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """The program on its arguments in a folder of its own: what it prints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(program.ending, "heed_signals", lambda: None)
    monkeypatch.setattr(program.ending, "prepare_streams", lambda: None)

    def called(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["multipolar", *arguments])
        with pytest.raises(SystemExit) as leaving:
            program.main()
        said = capsys.readouterr()
        assert (leaving.value.code or 0, said.err) == (0, "")
        return said.out

    return called


def held(folder: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(folder) / name).read_text(encoding="utf-8"))
    return found


def test_a_set_by_name_is_recorded_repeated_and_printed(call: Call) -> None:
    said = " ".join(call(*RUN, "--out", "set", "--elasticities", "BSY").split())
    assert "against the world of 2022 (world2022, trade elasticities BSY); deficits" in said
    inputs = held("set", "inputs.json")
    assert inputs["elasticities"] == "BSY"
    assert inputs["world_digest"] == mp.load_world(elasticities="BSY").digest != mp.load_world().digest
    assert call("repeat", "set") == "set: identical\n"
    page = (Path("set") / "report.html").read_text(encoding="utf-8")
    assert "Bagwell, Staiger and Yurukoglu (2021), Multilateral trade bargaining" in page
    assert "--elasticities BSY" in page
    assert "elasticities=&#39;BSY&#39;" in page
    assert "--customs-base" not in page


def test_the_customs_base_is_recorded_repeated_and_printed(call: Call) -> None:
    said = " ".join(call(*RUN, "--out", "wide", "--customs-base").split())
    assert "Tariffs fall on goods with their trade and transport margins (customs base): 21.2 trillion USD" in said
    assert "multipolar check universal-tariff-10 --customs-base --explain" in said
    inputs = held("wide", "inputs.json")
    assert inputs["customs_base"] is True
    assert inputs["world_digest"] == mp.load_world(customs_base=True).digest
    assert call("repeat", "wide") == "wide: identical\n"
    page = (Path("wide") / "report.html").read_text(encoding="utf-8")
    assert "--customs-base" in page
    assert "customs_base=True" in page


def test_without_the_options_nothing_is_recorded_and_the_bytes_are_those_of_the_world_as_it_is(call: Call) -> None:
    assert "(world2022);" in " ".join(call(*RUN, "--no-report", "--out", "plain").split())
    assert not {"elasticities", "customs_base"} & set(held("plain", "inputs.json"))
    call(*RUN, "--no-report", "--out", "named", "--elasticities", "U4")  # the set the embedded world has
    for name in ("result.json", "result.nc", "welfare.csv"):
        assert (Path("plain") / name).read_bytes() == (Path("named") / name).read_bytes()
    assert held("named", "inputs.json")["elasticities"] == "U4"


def test_an_output_that_needs_a_missing_field_names_it(call: Call) -> None:
    """A world with people and without emissions: jobs have numbers, CO2 is said to have none, and by which field."""
    embedded = mp.load_world()
    kept = {name: field for name, field in embedded.fields.items() if name not in ("emissions", "population")}
    save_world(replace(embedded, name="bare", fields=kept), Path("bare.npz"))
    said = " ".join(call(*RUN, "--world", "bare.npz", "--out", "bare").split())
    assert "NO NUMBER for income gap: the world has no field `population`." in said
    assert "NO NUMBER for CO2 of production, CO2 per unit of real GDP: the world has no field `emissions`." in said
    assert "`employment`" not in said
    assert {"jobs", "co2"} & set(held("bare", "result.json")["indices"]) == {"jobs"}
    assert "NO NUMBER" not in call(*RUN, "--no-report", "--out", "whole")


def test_going_on_with_other_options_is_refused_in_words(call: Call) -> None:
    from multipolar.results.inputs import differences, from_data

    call(*RUN, "--no-report", "--out", "plain")
    plain = held("plain", "inputs.json")
    asked, kept = from_data(plain | {"elasticities": "CP", "customs_base": True}), from_data(plain)
    assert differences(asked, kept) == (
        "trade elasticities: set `CP` instead of those of the world", "tariffs on the customs base",
    )  # fmt: skip
    assert differences(kept, asked)[1] == "tariffs on basic prices, not on the customs base"
    assert from_data(asked.as_data() | {"texts": plain["texts"]}).customs_base is True
    with pytest.raises(ValueError, match="`customs_base`"):
        from_data(plain | {"customs_base": "yes"})


def test_check_tells_the_rate_that_a_line_comes_to_on_the_base(call: Call) -> None:
    """10 points on goods and margins of Canada, which come to m of its goods: 10 (1 + m) points over their price."""
    Path("s.yaml").write_text(
        "multipolar: 1\ntitle: A tariff\nmeasures:\n"
        "  - {id: t, type: tariff, who: USA, to: CAN, sectors: goods, rate: 10 %, source: assumption}\n",
        encoding="utf-8",
    )
    flow = ("--explain", "CAN", "USA", "C26")
    assert "-> 0.1\n" in call("check", "s.yaml", *flow)
    said = call("check", "s.yaml", "--customs-base", *flow)
    world = mp.load_world()
    m = margin_rate(world)[world.axes.country.index("CAN"), world.axes.country.index("USA")]
    assert float(said.split("-> ")[1].split()[0]) == pytest.approx(0.1 * (1 + m), rel=1e-4)
    assert "over the price without margins" in said
    assert m > 0.05


def test_a_path_takes_them_too(call: Call) -> None:
    Path("s.yaml").write_text(
        "multipolar: 1\ntitle: A tariff\nhorizon: {from: 2025, to: 2026}\nmeasures:\n"
        "  - {id: t, type: tariff, who: USA, to: CHN, sectors: goods, add: 20 %, source: assumption}\n",
        encoding="utf-8",
    )  # fmt: skip
    asked = ((), ("--elasticities", "BSY"), ("--customs-base",))
    found = [json.loads(call("path", "s.yaml", "--json", *each)) for each in asked]
    china = found[0]["countries"].index("CHN")
    plain, other, wide = (each["central"]["welfare_path"][0][-1][china] for each in found)
    assert wide < plain < 0.0  # the tariff bites more
    assert other != plain
