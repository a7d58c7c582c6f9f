"""Building a world of one's own: kept under a name, built once, refused where the name or the files do not fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from multipolar.base.problems import UnknownLabelError, WorldError
from multipolar.world import library
from multipolar.world.library import load_world, save_world, worlds
from multipolar.world.readers import building, figaro, icio
from multipolar.world.readers.building import Built, build
from multipolar.world.toy import symmetric_world


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layouts: ModuleType) -> Callable[..., Built]:
    """``build`` into an empty folder of worlds, with the small editions of ``layouts``; counts its readings."""
    folder = tmp_path / "worlds"
    monkeypatch.setattr(library, "user_folder", lambda: folder)
    whole = icio.read, figaro.read
    monkeypatch.setattr(icio, "read", lambda *a, **k: counted(whole[0], *a, editions=layouts.ICIO, **k))
    monkeypatch.setattr(figaro, "read", lambda *a, **k: counted(whole[1], *a, labels=layouts.FIGARO, **k))
    run.readings = 0
    return run


def counted(read: Callable[..., object], *given: object, **options: object) -> object:
    run.readings += 1
    return read(*given, **options)


def run(*given: object, **options: object) -> Built:
    return build(*given, **options)


def test_a_built_world_is_found_by_name(own: Callable[..., Built], layouts: ModuleType, tmp_path: Path) -> None:
    built = own("icio", [layouts.icio(tmp_path)], "mine")
    assert not built.reused
    assert built.path == tmp_path / "worlds" / "mine.npz"
    assert "mine" in worlds()
    again = load_world("mine")
    assert again.digest == built.world.digest
    assert again.provenance == built.world.provenance
    assert again.name == "mine"


def test_the_same_files_are_not_read_again(own: Callable[..., Built], layouts: ModuleType, tmp_path: Path) -> None:
    path = layouts.icio(tmp_path)
    first = own("icio", [path], "mine")
    copy = path.rename(path.with_name("moved_2022.csv"))
    second = own("icio", [copy], "mine")
    assert (second.reused, run.readings) == (True, 1)
    assert second.world.digest == first.world.digest
    forced = own("icio", [copy], "mine", force=True)
    assert (forced.reused, run.readings) == (False, 2)
    assert forced.world.digest == first.world.digest


def test_building_twice_gives_the_same_bytes(own: Callable[..., Built], layouts: ModuleType, tmp_path: Path) -> None:
    path = layouts.icio(tmp_path)
    first = own("icio", [path], "mine").path.read_bytes()
    assert own("icio", [path], "mine", force=True).path.read_bytes() == first


def test_a_name_that_is_taken_by_other_files_is_refused(
    own: Callable[..., Built], layouts: ModuleType, tmp_path: Path
) -> None:
    path = layouts.icio(tmp_path)
    own("icio", [path], "mine")
    path.write_text(path.read_text(encoding="utf-8").replace("\n", "\r\n"), encoding="utf-8")
    with pytest.raises(WorldError, match=r"built from other files \(2022_SML.csv\); --force replaces it"):
        own("icio", [path], "mine")
    assert not own("icio", [path], "mine", force=True).reused


def test_another_rate_or_version_is_another_world(
    own: Callable[..., Built], layouts: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = layouts.figaro(tmp_path)
    built = own("figaro", [path], "eu", usd_per_unit=1.05)
    assert own("figaro", [path], "eu", usd_per_unit=1.05).reused
    with pytest.raises(WorldError, match="a world `eu` already, made otherwise"):
        own("figaro", [path], "eu", usd_per_unit=1.06)
    held = built.world.provenance
    assert held is not None
    save_world(replace(built.world, provenance=replace(held, made_by="multipolar 0.0.1")), built.path)
    with pytest.raises(WorldError, match=r"made by multipolar 0\.0\.1; --force"):
        own("figaro", [path], "eu", usd_per_unit=1.05)


def test_a_world_of_another_making_is_not_replaced(
    own: Callable[..., Built], layouts: ModuleType, tmp_path: Path
) -> None:
    folder = tmp_path / "worlds"
    folder.mkdir()
    save_world(symmetric_world(), folder / "toy.npz")
    (folder / "broken.npz").write_text("no")
    path = layouts.icio(tmp_path)
    with pytest.raises(WorldError, match="a world `toy` already, made otherwise; --force replaces it"):
        own("icio", [path], "toy")
    with pytest.raises(WorldError, match="a file for `broken` already, and it is no sound world"):
        own("icio", [path], "broken")
    assert own("icio", [path], "broken", force=True).world.check().ok


def test_a_bad_file_leaves_nothing_behind(own: Callable[..., Built], layouts: ModuleType, tmp_path: Path) -> None:
    path = layouts.icio(tmp_path)
    good = path.read_text(encoding="utf-8")
    path.write_text(good[: len(good) // 2], encoding="utf-8")
    with pytest.raises(WorldError, match="the file is cut"):
        own("icio", [path], "mine")
    assert not (tmp_path / "worlds").exists()
    path.write_text(good, encoding="utf-8")
    assert own("icio", [path], "mine").path.exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "an empty name"),
        ("a/b", "holds more than letters, digits"),
        ("../up", "holds more than letters, digits"),
        (".hidden", "holds more than letters, digits"),
        ("a" * 61, "longer than 60 characters"),
        ("mine.npz", "the name without `.npz` is needed"),
        ("world2022", "comes with the program"),
        ("world30", "comes with the program"),
    ],
)
def test_names_that_cannot_be_are_refused(
    name: str, message: str, own: Callable[..., Built], layouts: ModuleType, tmp_path: Path
) -> None:
    with pytest.raises(WorldError, match=message):
        own("icio", [layouts.icio(tmp_path)], name)
    assert run.readings == 0


def test_what_is_asked_must_fit_the_source(own: Callable[..., Built], layouts: ModuleType, tmp_path: Path) -> None:
    path = layouts.icio(tmp_path)
    with pytest.raises(UnknownLabelError, match=r"no source `icoi`\. Did you mean `icio`"):
        own("icoi", [path], "mine")
    with pytest.raises(WorldError, match="no file is given: icio reads OECD ICIO"):
        own("icio", [], "mine")
    with pytest.raises(WorldError, match="icio is in US dollars: leave out --usd-per-unit"):
        own("icio", [path], "mine", usd_per_unit=1.1)
    with pytest.raises(WorldError, match=r"read from one file .* 2 are given"):
        own("icio", [path, path], "mine")
    with pytest.raises(WorldError, match="FIGARO is in euros"):
        own("figaro", [layouts.figaro(tmp_path)], "mine")
    with pytest.raises(WorldError, match="-1 is no exchange rate"):
        own("figaro", [tmp_path / "matrix_2022.csv"], "mine", usd_per_unit=-1.0)


def test_progress_is_told_row_by_row(own: Callable[..., Built], layouts: ModuleType, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    own("icio", [layouts.icio(tmp_path)], "mine", progress=lambda *step: told.append(step))
    assert told[0] == ("reading 2022_SML.csv", 1, 28)
    assert told[-1][0] == "balancing"
    assert [done for _, done, _ in told[:12]] == list(range(1, 13))


def test_every_reader_that_is_offered_is_there() -> None:
    for reader in building.READERS.values():
        assert (Path(building.__file__).parent / f"{reader.module}.py").is_file()
