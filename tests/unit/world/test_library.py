"""Worlds by name and by file."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from multipolar.base.problems import WorldError
from multipolar.world import archive, library
from multipolar.world.library import input_shares, load_world, read_world, save_world, worlds, write_arrays
from multipolar.world.world import Field, World


@pytest.fixture(scope="module")
def embedded() -> World:
    return load_world()


@pytest.fixture
def small() -> World:
    """Two countries, one sector, a tariff of B on A and an export tax of A."""
    return World.from_arrays(
        countries=["A", "B"],
        sectors=["x"],
        trade=[[[6.0], [4.0]], [[3.0], [7.0]]],
        input_share=[[[0.25]], [[0.5]]],
        tariff=[[[0.0], [0.1]], [[0.0], [0.0]]],
        trade_elasticity=[3.0],
        export_tax=[[[0.0], [0.05]], [[0.0], [0.0]]],
        name="small",
        year=2000,
    )


def same(a: World, b: World) -> bool:
    return a.digest == b.digest and (a.name, a.year) == (b.name, b.year)


def test_the_embedded_world_is_2022_with_81_economies_and_49_sectors(embedded: World) -> None:
    assert (embedded.name, embedded.year) == ("world2022", 2022)
    assert (len(embedded.countries), len(embedded.sectors)) == (81, 49)
    assert embedded.countries[0] == "AGO"
    assert embedded.countries[-1] == "ROW"


def test_every_identity_of_the_embedded_world_holds(embedded: World) -> None:
    report = embedded.check()
    assert report.ok
    assert len(report.without_output) == 41
    assert [cell[:2] for cell in report.high_value_added] == [
        ("COD", "L"), ("EGY", "L"), ("IND", "O"), ("KHM", "L"), ("ROW", "L"),
    ]  # fmt: skip


def test_published_totals_of_the_embedded_world(embedded: World) -> None:
    """Figures of the construction's own record: output of C29 in Russia, oil and gas to Germany, the largest tariff."""
    country, sector = embedded.axes.country, embedded.axes.sector
    rus, deu, usa = (country.index(name) for name in ("RUS", "DEU", "USA"))
    assert embedded.output[rus, sector.index("C303")] / 1e3 == pytest.approx(17.2, abs=0.05)
    assert embedded.output[rus, sector.index("C29")] / 1e3 == pytest.approx(54.7, abs=0.05)
    assert embedded.trade[rus, deu, sector.index("B06")] / 1e3 == pytest.approx(12.5, abs=0.05)
    assert embedded.tariff.max() == pytest.approx(1.0)
    assert embedded.tariff[:, usa, sector.index("D") :].max() == 0.0
    assert set(embedded.trade_elasticity) == {4.0}


def test_inputs_carry_the_average_gross_tariff_of_their_market() -> None:
    """By hand: B buys 4 from A at 10 % and 6 at home, so its average gross tariff is 10.4 / 10."""
    trade = np.array([[[6.0], [4.0]], [[0.0], [6.0]]])
    tariff = np.array([[[0.0], [0.1]], [[0.0], [0.0]]])
    shares = input_shares(np.array([[[2.0]], [[3.0]]]), trade, tariff)
    assert shares[:, 0, 0] == pytest.approx([2.0 / 10.0, 3.0 * 1.04 / 6.0], rel=1e-15)


def test_a_sector_without_output_has_no_inputs() -> None:
    trade = np.zeros((1, 1, 2))
    trade[0, 0, 0] = 1.0
    shares = input_shares(np.array([[[0.5, 0.0], [0.0, 0.0]]]), trade, np.zeros((1, 1, 2)))
    assert shares[0, 1].tolist() == [0.0, 0.0]


def test_a_saved_world_comes_back_with_the_same_digest(small: World, tmp_path: Path) -> None:
    save_world(small, tmp_path / "w.npz")
    assert same(load_world(tmp_path / "w.npz"), small)
    assert same(load_world(str(tmp_path / "w.npz")), small)


def fielded(small: World) -> World:
    """The small world with jobs by sector (one missing), distances and a number by country."""
    jobs = Field(np.array([[5.0], [np.nan]]), ("country", "sector"), "thousand persons", "estimated", "made_up")
    far = Field(np.array([[1.0, 9.0], [9.0, 2.0]]), ("country", "country"), "km", "observed", "")
    people = Field(np.array([7.0, 8.0]), ("country",), "persons", "observed", "made_up")
    return replace(small, fields={"employment": jobs, "distance": far, "population": people})


def test_fields_come_back_with_unit_grade_source_and_what_is_missing(small: World, tmp_path: Path) -> None:
    world = fielded(small)
    save_world(world, tmp_path / "w.npz")
    back = load_world(tmp_path / "w.npz")
    assert list(back.fields) == ["employment", "distance", "population"]
    for name, field in world.fields.items():
        again = back.fields[name]
        assert (again.axes, again.unit, again.grade, again.source) == (
            field.axes, field.unit, field.grade, field.source,
        )  # fmt: skip
        np.testing.assert_array_equal(again.values, field.values)
    assert np.isnan(back.employment[1, 0])


def test_stated_grades_come_back_and_stray_ones_are_refused(small: World, tmp_path: Path) -> None:
    cells = np.array([[0], [3]], dtype=np.int8)
    save_world(replace(small, evidence={"trade": cells, "tariff": cells[::-1].copy()}), tmp_path / "w.npz")
    back = load_world(tmp_path / "w.npz").evidence
    assert back is not None
    assert {block: grades.tolist() for block, grades in back.items()} == {"trade": [[0], [3]], "tariff": [[3], [0]]}
    both = {"graded": np.array(["trade"]), "evidence": cells[None]}
    assert read_world(broken(tmp_path, **both)).countries == ("A", "B")
    for changes, said in (
        ({"graded": None}, "do not go together"),
        ({"evidence": None}, "do not go together"),
        ({"evidence": cells[None] + 1}, "positions run from 0 to 3"),
        ({"evidence": np.zeros((1, 1, 1), dtype=np.int8)}, "a grade or whole numbers"),
    ):
        with pytest.raises(WorldError, match=said):
            read_world(broken(tmp_path, **{**both, **changes}))


ONE = {"fields": np.array([["jobs", "country", "persons", "observed", ""]]), "field0": np.ones(2)}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"field0": None}, "do not go together: field0"),
        ({"field1": np.ones(2)}, "do not go together: field1"),
        ({"fields": None}, "do not go together: field0"),
        ({"fields": np.array([["jobs", "country", "persons", "observed"]])}, "has 4 texts a row, where 5"),
        ({"fields": np.array([["jobs", "planet", "persons", "observed", ""]])}, "each is country or sector"),
        ({"fields": np.array([["jobs", "sector", "persons", "observed", ""]])}, r"shape \(2,\) where \(1,\)"),
        ({"fields": np.array([*ONE["fields"], *ONE["fields"]]), "field1": np.ones(2)}, "a name stands twice"),
        ({"field0": np.array(["a", "b"])}, "numbers must stand"),
        ({"field0": np.array([1.0, np.inf])}, "infinity"),
        ({"field0": np.ones((2, 1, 1, 1))}, "3 axes are needed"),
    ],
)
def test_fields_of_a_file_that_are_none_are_refused(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    assert read_world(broken(tmp_path, **ONE)).jobs.tolist() == [1.0, 1.0]
    with pytest.raises(WorldError, match=said):
        read_world(broken(tmp_path, **{**ONE, **changes}))


def test_the_bytes_of_a_world_file_depend_on_the_world_alone(small: World, tmp_path: Path) -> None:
    save_world(small, tmp_path / "a.npz")
    save_world(small, tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.npz") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npz", "b.npz"]


def test_worlds_of_the_user_are_known_by_name(small: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "user_folder", lambda: tmp_path)
    save_world(small, tmp_path / "mine.npz")
    assert worlds() == ("world2022", "blocs6", "world30", "world81", "mine")
    assert same(load_world("mine"), small)


def test_the_user_folder_follows_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(library.sys, "platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert library.user_folder() == tmp_path / "multipolar" / "worlds"
    monkeypatch.setattr(library.sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert library.user_folder() == tmp_path / "local" / "multipolar" / "worlds"


def test_an_unknown_world_names_the_nearest() -> None:
    with pytest.raises(WorldError) as caught:
        load_world("wrold2022")
    assert str(caught.value) == "no world `wrold2022`. Did you mean `world2022`?"
    with pytest.raises(WorldError, match="There is: world2022"):
        load_world("zzz")


def broken(tmp_path: Path, **changes: object) -> Path:
    """A small world file with some arrays changed, or left out where None."""
    arrays: dict[str, object] = {
        "format": np.array("multipolar world 1"),
        "countries": np.array(["A", "B"]),
        "sectors": np.array(["x"]),
        "trade": np.array([[[6.0], [4.0]], [[3.0], [7.0]]]),
        "tariff": np.zeros((2, 2, 1)),
        "input_share": np.zeros((2, 1, 1)),
        "trade_elasticity": np.array([3.0]),
    }
    arrays.update(changes)
    path = tmp_path / "w.npz"
    write_arrays({name: array for name, array in arrays.items() if array is not None}, path)  # type: ignore[misc]
    return path


def test_the_file_that_the_next_tests_break_is_sound(tmp_path: Path) -> None:
    assert read_world(broken(tmp_path)).countries == ("A", "B")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": None}, "is no world file"),
        ({"format": np.array("multipolar world 9")}, "is no world file"),
        ({"trade": None}, "has no trade"),
        ({"tariff": None}, "has no tariff or tariff_bp"),
        ({"input_share": None}, "has no input_share or intermediate"),
        ({"trade": np.array(["many"])}, "`trade` holds <U4, where numbers must stand"),
        ({"countries": np.array("A")}, "`countries` has shape \\(\\), where 1 axes"),
        ({"trade": np.ones((2, 2, 2))}, "`trade` has shape"),
        ({"tariff": np.full((2, 2, 1), np.nan)}, "tariff: NaN"),
        ({"input_share": None, "intermediate": np.ones((3, 1, 1))}, "`intermediate` has shape"),
    ],
)
def test_a_broken_world_file_says_what_is_wrong(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    with pytest.raises(WorldError, match=said):
        read_world(broken(tmp_path, **changes))


def test_files_that_are_no_archives_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text.npz").write_text("not a zip file")
    (tmp_path / "empty.npz").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "other.npz", "w") as archive:
        archive.writestr("trade.npy", b"no numpy header")
    for name in ("text.npz", "empty.npz", "other.npz", "missing.npz"):
        with pytest.raises(WorldError, match="cannot be read"):
            load_world(tmp_path / name)
    with pytest.raises(WorldError, match="cannot be read"):
        load_world(tmp_path)


def test_a_damaged_file_is_refused_wherever_the_damage_is(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "whole.npz", trade=np.arange(50.0), countries=["A"])
    whole = (tmp_path / "whole.npz").read_bytes()
    for at in range(0, len(whole), 7):
        (tmp_path / "hurt.npz").write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        with pytest.raises(WorldError):
            load_world(tmp_path / "hurt.npz")


def test_pickled_objects_are_never_unpacked(tmp_path: Path) -> None:
    np.savez(tmp_path / "objects.npz", trade=np.array([print], dtype=object))
    with pytest.raises(WorldError, match="cannot be read"):
        load_world(tmp_path / "objects.npz")


def test_a_file_that_would_unpack_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = broken(tmp_path)
    monkeypatch.setattr(archive, "MOST_BYTES", 100)
    with pytest.raises(WorldError, match="unpacks to more than 100 bytes"):
        read_world(path)


def test_loading_the_embedded_world_imports_only_what_it_needs() -> None:
    """Start-up time counts: what costs milliseconds and is not needed here is not imported beside NumPy."""
    code = (
        "import sys, numpy; before = set(sys.modules); import multipolar as mp; mp.load_world()\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "multipolar.world.archive" in loaded
    assert loaded & {"json", "hashlib", "csv", "ruamel", "ruamel.yaml", "pandas", "scipy"} == set()
