"""``validate``: what is listed, what is printed, what is refused, and what the readers of studies take."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from multipolar.app.commands import validate as command
from multipolar.base.problems import MultipolarError, NotConvergedError, WorldError
from multipolar.study.published import german_gas, nafta
from multipolar.study.published.claims import Claim, Compared, Row, Table, Validation, claims, studies, study
from multipolar.world.groups import bloc_members
from multipolar.world.toy import random_world
from multipolar.world.world import World

Write = Callable[[Path], dict[str, np.ndarray]]
CLAIM = Claim("a number", "DEU", "q", "%", (-0.2, -0.3), (-0.35, -0.05), "a concept", "some conditions", "a source")


def of(ours: float, claim: Claim = CLAIM) -> Validation:
    table = Table("A table", ("variant", "DEU"), (Row("one", (0.5,)), Row("two", (None,), "No equilibrium: why"),
                                                  Row("three", (-1e-9,))))  # fmt: skip
    return Validation(study("german-gas"), "w: 2 x 2", (Compared(claim, ours),), (table,), ("so chosen",), ("so done",))


def test_the_list_says_what_each_study_needs_or_why_it_is_not_computed(capsys: pytest.CaptureFixture[str]) -> None:
    command.validate()
    told = " ".join(capsys.readouterr().out.split())
    assert "--path wiot_2011.RData: World Input-Output Database" in told
    assert "--path cp2015.npz" in told
    assert "not computed: it needs tariffs that are best replies" in told
    command.validate(json=True)
    listed = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert list(listed) == list(studies())
    assert listed["nafta"]["not_computed"] is None
    assert listed["nash-tariffs"]["not_computed"]


def test_every_study_has_numbers_with_a_band_that_holds_what_is_published() -> None:
    for name in studies():
        assert claims(name), name
        for each in claims(name):
            assert each.band[0] <= min(each.published) <= max(each.published) <= each.band[1], each.claim
            assert all((each.claim, each.quantity, each.unit, each.concept, each.conditions, each.source)), each


def test_a_number_is_inside_up_to_the_ends_of_its_band() -> None:
    assert [Compared(CLAIM, x).inside for x in (-0.351, -0.35, -0.2, -0.05, -0.049)] == [False, True, True, True, False]
    assert not Compared(CLAIM, float("nan")).inside


def test_the_ratio_is_to_the_middle_and_there_is_none_to_zero() -> None:
    assert Compared(CLAIM, -0.125).ratio == pytest.approx(0.5)
    assert Compared(replace(CLAIM, published=(0.0, 0.0)), 1.0).ratio is None


def test_a_miss_is_shown_as_one_and_a_row_without_an_answer_says_why() -> None:
    told = command.as_text(of(-0.4))
    assert "0 of 1 inside the band" in told
    assert "-0.2 to -0.3 %  -0.400  -0.35 to -0.05  OUTSIDE" in told
    assert "two      no answer" in told
    assert "two: No equilibrium: why" in told
    assert "three    0.000" in told
    inside = command.as_text(of(-0.3))
    assert "1 of 1 inside the band" in inside
    assert "OUTSIDE" not in inside


def test_json_holds_the_same() -> None:
    told = command.as_data(of(-0.4))
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["compared"][0]["inside"] is False
    assert told["compared"][0]["band"] == [-0.35, -0.05]
    assert told["tables"][0]["rows"][1] == {"label": "two", "values": [None], "no_answer": "No equilibrium: why"}


def test_nafta_s_file_gives_the_world_it_was_made_of(tmp_path: Path, replication: Write) -> None:
    """Written from a world and read: trade, inputs and tariffs are those of the world again."""
    arrays = replication(tmp_path / "a.npz")
    held = nafta.read(tmp_path / "a.npz")
    world = random_world(7, countries=4, sectors=2)
    np.testing.assert_allclose(held.world.trade, world.trade, rtol=1e-9)
    np.testing.assert_allclose(held.world.input_share, world.input_share, rtol=1e-9)
    assert held.shocks.tariff is not None
    np.testing.assert_allclose(held.shocks.tariff[:3, :3], arrays["tariff_2005"][:3, :3])
    np.testing.assert_array_equal(held.shocks.tariff[3], arrays["tariff_1993"][3])
    np.testing.assert_array_equal(held.shocks.tariff[:, 3], arrays["tariff_1993"][:, 3])


@pytest.mark.parametrize(
    ("name", "spoil", "said"),
    [
        ("countries", lambda a: np.array(["MEX", "CAN", "US", "ROW"]), "no country `USA`"),
        ("countries", lambda a: np.array(["MEX", "MEX", "USA", "ROW"]), "stands twice"),
        ("countries", lambda a: np.arange(4), "a row of texts is needed"),
        ("countries", lambda a: np.array(["MEX", "CAN", "USA", None], dtype=object), "cannot be read"),
        ("deficit", lambda a: a[:3], "shape"),
        ("deficit", lambda a: a + np.nan, "NaN"),
        ("trade_share", lambda a: 0.9 * a, "shares of origins miss a sum of 1 by 0.1"),
        ("input_share_of_materials", lambda a: a - 0.6, "shares are negative"),
        ("value_added", lambda a: 2 * a, "spending recomputed"),
    ],
)
def test_nafta_s_file_is_refused_where_it_is_wrong(
    name: str, spoil: Callable[[np.ndarray], np.ndarray], said: str, tmp_path: Path, replication: Write
) -> None:
    arrays = replication(tmp_path / "right.npz")
    np.savez(tmp_path / "wrong.npz", **arrays | {name: spoil(arrays[name])})
    with pytest.raises(WorldError, match=said):
        nafta.read(tmp_path / "wrong.npz")
    nafta.read(tmp_path / "right.npz")


def test_without_the_reader_of_r_data_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "wiot_2011.RData"
    path.write_bytes(gzip.compress(b"RDX3\nX\n"))
    monkeypatch.setitem(sys.modules, "rdata", None)
    with pytest.raises(MultipolarError, match=r"pip install 'multipolar\[readers\]'"):
        command.validate("german-gas", path)


def test_a_table_of_another_release_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from multipolar.world.provenance import Provenance
    from multipolar.world.readers import wiod

    def given(edition: str) -> None:
        origin = Provenance("WIOD", edition, "", "", 1.0, "", (), (), ())
        monkeypatch.setattr(wiod, "read", lambda paths: replace(europe(), provenance=origin))

    given("2016")
    with pytest.raises(WorldError, match="a table of release 2013 is needed"):
        german_gas.validate(tmp_path / "wiot_2014.RData")
    given("2013")
    assert german_gas.validate(tmp_path / "wiot_2011.RData").compared


def europe(*outside: str) -> World:
    """A made-up world with the countries and sectors that the study names, and others ``outside``."""
    codes = ["RUS", *bloc_members("EU", german_gas.MEMBERS_IN), *outside]
    world = random_world(3, countries=len(codes), sectors=2, tariffs=False, balanced=True)
    return World.from_arrays(
        countries=codes, sectors=["c2", "c8"], trade=world.trade, input_share=0.5 * world.input_share,
        tariff=world.tariff, trade_elasticity=np.full(2, 4.0), name="europe",
    )  # fmt: skip


def test_a_variant_without_an_answer_is_a_row_and_the_others_stand() -> None:
    """Where nobody but the EU buys from Russia, a full embargo leaves it buying without selling."""
    found = german_gas.on_world(europe())
    rows = {row.label: row for row in found.tables[1].rows}
    assert rows["full embargo"].values == (None, None, None)
    assert "RUS can still buy from the rest of the world but no longer sell to it" in rows["full embargo"].why
    assert rows["as stated"].values[0] is not None
    assert found.tables[0].rows[0].values[1] is None
    with_others = german_gas.on_world(europe("USA"))
    whole = {row.label: row for row in with_others.tables[1].rows}
    assert whole["full embargo"].values[0] is not None
    assert with_others.tables[0].rows[0].values[1] is not None


def test_a_study_without_its_own_number_is_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*arguments: object) -> None:
        raise NotConvergedError("Not converged: a test")

    monkeypatch.setattr(german_gas, "solve", fails)
    with pytest.raises(NotConvergedError, match="the study has no answer on `europe`: Not converged: a test"):
        german_gas.on_world(europe())
