"""Version, licence, notices and what the wheel holds."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

import multipolar
from multipolar.world.sources import sources

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "multipolar"


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def test_the_version_stands_in_one_place_and_everything_tells_it() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", multipolar.__version__)
    assert version("multipolar") == multipolar.__version__
    assert "version" in tomllib.loads(text("pyproject.toml"))["project"]["dynamic"]
    (first, *_) = re.findall(r"^## (\S+)", text("CHANGELOG.md"), flags=re.MULTILINE)
    assert first == multipolar.__version__


def test_the_licence_is_apache_2() -> None:
    assert "Apache License" in text("LICENSE")
    assert "END OF TERMS AND CONDITIONS" in text("LICENSE")
    assert tomllib.loads(text("pyproject.toml"))["project"]["license"] == "Apache-2.0"


def test_the_notice_names_every_source_with_its_terms() -> None:
    notice = " ".join(text("NOTICE").split())
    for source in sources():
        entry = re.search(rf"- {re.escape(source.key)}: (.*?)(?= - \w+: |$)", notice)
        assert entry, source.key
        assert source.title in entry[1], source.key
        assert source.provider in entry[1], source.key
        assert f"Terms: {source.licence}" in entry[1], source.key
        assert source.licence_note in entry[1], source.key


def test_the_wheel_holds_every_file_of_the_package(wheel: zipfile.ZipFile) -> None:
    there = {name.removeprefix("multipolar/") for name in wheel.namelist()}
    ours = {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*") if path.is_file()}
    ours = {name for name in ours if "__pycache__" not in name}
    assert ours - there == set()
    assert {"py.typed", "world/data/world2022.npz", "world/data/regions/blocs6.csv"} <= there


def test_the_wheel_carries_licence_and_notice(wheel: zipfile.ZipFile) -> None:
    names = [name.rpartition("/")[2] for name in wheel.namelist() if ".dist-info/licenses/" in name]
    assert {"LICENSE", "NOTICE"} <= set(names)


def test_the_embedded_world_takes_less_than_3_mb_of_the_wheel(wheel: zipfile.ZipFile) -> None:
    assert wheel.getinfo("multipolar/world/data/world2022.npz").compress_size < 3_000_000
    assert wheel.getinfo("multipolar/world/data/world2022.npz").file_size < 3_000_000


def test_every_core_dependency_is_imported_somewhere() -> None:
    """A dependency that nothing imports is installed for nothing."""
    modules = {"ruamel.yaml": "ruamel", "Babel": "babel", "fluent.runtime": "fluent", "h5py": "h5netcdf"}
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    imported = set(re.findall(r"^\s*(?:from|import) ([a-z0-9_]+)", code, flags=re.MULTILINE))
    imported |= set(re.findall(r"import_module\(\"([a-z0-9_]+)", code))
    dependencies = tomllib.loads(text("pyproject.toml"))["project"]["dependencies"]
    asked = [re.split(r"[^A-Za-z0-9._-]", line)[0] for line in dependencies]
    assert [name for name in asked if modules.get(name, name) not in imported] == []
