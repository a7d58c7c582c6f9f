"""A small balanced table in the real layout of each source is read back as it was written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from multipolar.world.library import read_world, save_world
from multipolar.world.readers import adb, exiobase, figaro, icio, wiod
from multipolar.world.world import World

RATE = 1.053
pytest.importorskip("rdata", reason="needs the extra `readers`")


def cases(layouts: ModuleType, folder: Path) -> dict[str, Callable[[], tuple[World, object, float, Path]]]:
    """Layout -> the world read from its file, the figures written, US dollars for a unit, the file."""
    few = layouts.figures_of

    def made(path: Path, read: Callable[[Path], World], figures: object, rate: float = 1.0):
        return read(path), figures, rate, path

    def from_exiobase() -> tuple[World, object, float, Path]:
        figures = few(layouts.EXIOBASE, 3)
        figures.final[:, 6::7] = 0.0
        output = figures.flows.sum(1) + figures.final.sum(1)
        whole = layouts.Figures(figures.flows, figures.final, output, figures.inputs)
        options = {"labels": layouts.EXIOBASE, "sectors": (3,), "usd_per_unit": RATE}
        return made(layouts.exiobase(folder), lambda p: exiobase.read([p], **options), whole, RATE)

    return {
        "icio 2023": lambda: made(layouts.icio(folder, "2023"), lambda p: icio.read([p], editions=layouts.ICIO),
                                  few(layouts.ICIO["2023"])),
        "icio 2025": lambda: made(layouts.icio(folder), lambda p: icio.read([p], editions=layouts.ICIO),
                                  few(layouts.ICIO["2025"])),
        "figaro": lambda: made(layouts.figaro(folder),
                               lambda p: figaro.read([p], labels=layouts.FIGARO, usd_per_unit=RATE),
                               few(layouts.FIGARO), RATE),
        "wiod 2013": lambda: made(layouts.wiod_2013(folder), lambda p: wiod.read([p], labels=layouts.WIOD),
                                  few(layouts.WIOD["2013"], whole=True)),
        "wiod 2013 sheet": lambda: made(layouts.wiod_2013_sheet(folder), lambda p: wiod.read([p], labels=layouts.WIOD),
                                        few(layouts.WIOD["2013"], whole=True)),
        "wiod 2016": lambda: made(layouts.wiod_2016(folder), lambda p: wiod.read([p], labels=layouts.WIOD),
                                  few(layouts.WIOD["2016"])),
        "adb": lambda: made(layouts.adb(folder), lambda p: adb.read([p], labels=layouts.ADB), few(layouts.ADB)),
        "exiobase": from_exiobase,
    }  # fmt: skip


NAMES = {
    "icio 2023": ("icio2023-2022", "AUS DEU ROW", "A01_02 B05_06 C20", 2022),
    "icio 2025": ("icio2025-2022", "AUS DEU ROW", "A01 B06 C24A", 2022),
    "figaro": ("figaro-2022", "AUS DEU ROW", "A01 B C10T12", 2022),
    "wiod 2013": ("wiod2013-2011", "AUS ROU ROW", "c1 c2 c3", 2011),
    "wiod 2013 sheet": ("wiod2013-2011", "AUS ROU ROW", "c1 c2 c3", 2011),
    "wiod 2016": ("wiod2016-2014", "AUS DEU ROW", "A01 B C10-C12", 2014),
    "adb": ("adb-2022", "AUS DEU ROW", "c1 c2 c3", 2022),
    "exiobase": ("exiobase3-2022", "AUS DEU WA", None, 2022),
}


@pytest.mark.parametrize("layout", NAMES)
def test_read_back_as_written(layout: str, layouts: ModuleType, tmp_path: Path) -> None:
    world, figures, rate, path = cases(layouts, tmp_path)[layout]()
    name, countries, sectors, year = NAMES[layout]
    assert (world.name, " ".join(world.countries), world.year) == (name, countries, year)
    assert sectors is None or " ".join(world.sectors) == sectors
    n, s = len(world.countries), len(world.sectors)
    final = rate * figures.final.reshape(n, s, n, -1).sum(axis=3).transpose(0, 2, 1)
    flows = rate * figures.flows.reshape(n, s, n, s)
    output = rate * figures.output.reshape(n, s)
    close = {"rtol": 1e-9, "atol": 0}
    assert np.allclose(world.final_trade, final, **close)
    assert np.allclose(world.trade, flows.sum(axis=3).transpose(0, 2, 1) + final, **close)
    assert np.allclose(world.output, output, **close)
    assert np.allclose(world.input_share * world.output[:, :, None], flows.sum(axis=0).transpose(1, 2, 0), **close)
    assert np.allclose(world.value_added, output - rate * figures.inputs.reshape(n, s), rtol=1e-8, atol=0)
    assert not world.tariff.any()
    held = world.provenance
    assert held.steps == ()
    assert held.rate == rate
    if path.is_file():
        assert [file.sha256 for file in held.files] == [hashlib.sha256(path.read_bytes()).hexdigest()]
    assert world.check().ok


def test_the_world_file_keeps_provenance_and_final_trade(layouts: ModuleType, tmp_path: Path) -> None:
    world = icio.read([layouts.icio(tmp_path)], editions=layouts.ICIO)
    save_world(world, tmp_path / "w.npz")
    again = read_world(tmp_path / "w.npz")
    assert again.provenance == world.provenance
    assert np.array_equal(again.final_trade, world.final_trade)
    assert again.digest == world.digest


def test_an_archive_of_exiobase_is_read_like_its_folder(layouts: ModuleType, tmp_path: Path) -> None:
    import zipfile

    folder = layouts.exiobase(tmp_path)
    archive = tmp_path / "IOT_2022_ixi.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in folder.iterdir():
            packed.write(file, f"IOT_2022_ixi/{file.name}")
    options = {"labels": layouts.EXIOBASE, "sectors": (3,), "usd_per_unit": 1.0}
    assert exiobase.read([archive], **options).digest == exiobase.read([folder], **options).digest


def test_rows_below_in_another_order_and_another_name_of_purchases_abroad(layouts: ModuleType, tmp_path: Path) -> None:
    path = layouts.icio(tmp_path)
    wanted = icio.read([path], editions=layouts.ICIO)
    lines = path.read_text(encoding="utf-8").replace("_DPABR", "_P33").splitlines()
    lines[10:13] = [lines[12], lines[10], lines[11]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert icio.read([path], editions=layouts.ICIO).digest == wanted.digest


def test_semicolons_and_a_mark_of_utf_8_are_read(layouts: ModuleType, tmp_path: Path) -> None:
    path = layouts.figaro(tmp_path)
    wanted = figaro.read([path], labels=layouts.FIGARO, usd_per_unit=1.0)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b",", b";").replace(b"\n", b"\r\n"))
    assert figaro.read([path], labels=layouts.FIGARO, usd_per_unit=1.0).digest == wanted.digest


def test_blank_cells_of_the_adb_are_counted(layouts: ModuleType, tmp_path: Path) -> None:
    """Four blank cells where 0 stood before give the same world, and are told."""
    cells = layouts.sheet_cells(layouts.ADB, "Table 2022", ("F1", "F2", "F3", "F4", "F5"))
    for k in range(4):
        column = 4 + 9 + 1 + k  # final use of the first country
        cells[7][-1] -= cells[7][column]
        cells[7][column] = 0.0
    full = adb.read([layouts.workbook(cells, tmp_path / "a2022.xlsx")], labels=layouts.ADB)
    for k in range(4):
        cells[7][4 + 9 + 1 + k] = " "
    blank = adb.read([layouts.workbook(cells, tmp_path / "b2022.xlsx")], labels=layouts.ADB)
    assert np.array_equal(full.trade, blank.trade)
    assert "4 cells of the sheet are blank and were read as 0." in blank.provenance.notes
    assert not any("blank" in note for note in full.provenance.notes)


def test_real_sales_in_the_layout_of_icio(layouts: ModuleType, shared: Path, tmp_path: Path) -> None:
    """Sales of 2022 (OECD ICIO, 28 sectors, ``icio_cubes``) of six economies, half of each sale to every user alike."""
    h5py = pytest.importorskip("h5py")
    with h5py.File(shared / "data" / "icio_cubes" / "ICIO2022.mat") as file:
        cube = np.asarray(file["data/Xjik_3D"])[:27, :6, :6].transpose(2, 1, 0)  # origin, destination, sector; goods
    n, s = 6, 27
    flows = np.repeat(cube.transpose(0, 2, 1)[:, :, :, None] / (2 * s), s, axis=3).reshape(n * s, n * s)
    final = np.zeros((n * s, n, 6))
    final[:, :, 0] = cube.transpose(0, 2, 1).reshape(n * s, n) / 2
    short = np.maximum(1.1 * flows.sum(axis=0) - flows.sum(axis=1) - final.sum(axis=(1, 2)), 0.0)
    final[np.arange(n * s), np.arange(n * s) // s, 3] += short  # no sector pays more than it sells
    whole = layouts.table_labels("icio2025")
    codes = tuple(list(whole.countries)[:n])
    labels = layouts.TableLabels({c: c for c in codes}, whole.sectors[:s], whole.categories)
    figures = layouts.Figures(flows, final.reshape(n * s, n * 6), flows.sum(1) + final.sum((1, 2)), flows.sum(0))
    path = layouts.icio_file(tmp_path, labels, figures)
    world = icio.read([path], editions={"2025": labels})
    assert np.allclose(world.trade - world.final_trade, cube / 2, rtol=1e-9, atol=0)
    at = np.arange(n)
    off = np.ones((n, n), dtype=bool)
    off[at, at] = False
    assert np.allclose(world.trade[off], cube[off], rtol=1e-9, atol=0)
    assert world.provenance.steps == ()
