"""Version, licence, notices and what the wheel holds."""

from __future__ import annotations

import ast
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


def dependencies() -> set[str]:
    """Top-level modules of what the project asks for, extras included."""
    modules = {"ruamel.yaml": "ruamel", "fluent.runtime": "fluent"}
    project = tomllib.loads(text("pyproject.toml"))["project"]
    asked = project["dependencies"] + [line for extra in project["optional-dependencies"].values() for line in extra]
    names = [re.split(r"[^A-Za-z0-9._-]", line)[0] for line in asked]
    return {modules.get(name, name) for name in names}


def imported() -> set[str]:
    """Top-level modules that the package imports, in functions too, without the standard library and itself."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"multipolar"}


def test_what_is_imported_is_asked_for_and_what_is_asked_for_is_imported() -> None:
    """h5netcdf reads and writes through h5py, pandas reads workbooks through openpyxl."""
    assert imported() | {"h5py", "openpyxl"} == dependencies()
