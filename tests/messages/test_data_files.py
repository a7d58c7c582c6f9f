"""Each bad data file gives exactly the text in ``data_files/NAME.txt``; the same file without the mistake is read.

A case takes the file of a layout (``tests/unit/world/readers/layouts.py``) and spoils it; the text is what the command
line prints. Files are made in a folder of their own and named without it.
"""

from __future__ import annotations

import gzip
import json
import sys
import zipfile
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from multipolar.base.problems import MultipolarError
from multipolar.world.readers import adb, exiobase, figaro, gtap, icio, wiod

pytest.importorskip("rdata", reason="needs the extra `readers`")
TEXTS = Path(__file__).with_name("data_files")
LAYOUTS = Path(__file__).parents[1] / "unit" / "world" / "readers" / "layouts.py"


def _layouts() -> ModuleType:
    spec = spec_from_file_location("layouts_of_messages", LAYOUTS)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


L = _layouts()
Spoil = Callable[[Path], Path | None]  # changes a file in place, or names another
READ: dict[str, Callable[[Path], object]] = {
    "icio": lambda p: icio.read([p], editions=L.ICIO),
    "figaro": lambda p: figaro.read([p], labels=L.FIGARO, usd_per_unit=1.053),
    "wiod_2013": lambda p: wiod.read([p], labels=L.WIOD),
    "wiod_2016": lambda p: wiod.read([p], labels=L.WIOD),
    "wiod_2013_sheet": lambda p: wiod.read([p], labels=L.WIOD),
    "adb": lambda p: adb.read([p], labels=L.ADB),
    "gtap": lambda p: gtap.read([p]),
    "exiobase": lambda p: exiobase.read([p], labels=L.EXIOBASE, sectors=(3,), usd_per_unit=1.053),
}


def lines(change: Callable[[list[str]], list[str] | None]) -> Spoil:
    """Spoil the lines of a text file."""

    def spoil(path: Path) -> None:
        held = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join(change(held) or held) + "\n", encoding="utf-8")

    return spoil


def raw(data: bytes) -> Spoil:
    """Another file of the same name."""

    def spoil(path: Path) -> None:
        path.write_bytes(data)

    return spoil


def cell(row: int, column: int, text: str) -> Spoil:
    """One cell of a text file, counted from 0 with the labels."""

    def change(held: list[str]) -> None:
        cells = held[row].split(",")
        cells[column] = text
        held[row] = ",".join(cells)

    return lines(change)


def swapped(first: int, second: int) -> Spoil:
    def change(held: list[str]) -> None:
        held[first], held[second] = held[second], held[first]

    return lines(change)


def columns_swapped(first: int, second: int) -> Spoil:
    def change(held: list[str]) -> list[str]:
        rows = [line.split(",") for line in held]
        for row in rows:
            row[first], row[second] = row[second], row[first]
        return [",".join(row) for row in rows]

    return lines(change)


def replaced(old: str, new: str) -> Spoil:
    return lines(lambda held: [line.replace(old, new) for line in held])


def without_column(column: int) -> Spoil:
    return lines(lambda held: [",".join(c for k, c in enumerate(line.split(",")) if k != column) for line in held])


def cut(share: float) -> Spoil:
    def spoil(path: Path) -> None:
        data = path.read_bytes()
        path.write_bytes(data[: int(share * len(data))])

    return spoil


def points_lost(path: Path) -> None:
    """Decimal points lost in some cells, as in a file that is in circulation: 12.345 became 12345."""
    held = path.read_text(encoding="utf-8").splitlines()
    for k in range(1, 10, 2):
        cells = held[k].split(",")
        held[k] = ",".join([cells[0], *[c.replace(".", "")[:7] if m % 3 == 0 else c for m, c in enumerate(cells[1:])]])
    path.write_text("\n".join(held) + "\n", encoding="utf-8")


def shifted(path: Path) -> None:
    """Numbers moved down by a row, labels where they were."""
    held = path.read_text(encoding="utf-8").splitlines()
    labels, numbers = zip(*(line.split(",", 1) for line in held[1:10]), strict=True)
    held[1:10] = [f"{a},{b}" for a, b in zip(labels, (numbers[-1], *numbers[:-1]), strict=True)]
    path.write_text("\n".join(held) + "\n", encoding="utf-8")


def zeros(path: Path) -> None:
    held = path.read_text(encoding="utf-8").splitlines()
    width = held[0].count(",")
    held[1:] = [line.split(",")[0] + ",0" * width for line in held[1:]]
    path.write_text("\n".join(held) + "\n", encoding="utf-8")


def dollars(path: Path) -> None:
    """Every number in US dollars instead of millions of them, and as large as the world."""
    held = path.read_text(encoding="utf-8").splitlines()
    held[1:] = [
        ",".join([c if not k or not c else repr(float(c) * 1e10) for k, c in enumerate(line.split(","))])
        for line in held[1:]
    ]
    path.write_text("\n".join(held) + "\n", encoding="utf-8")


def renamed(name: str) -> Spoil:
    return lambda path: path.rename(path.with_name(name))


def gone(path: Path) -> None:
    path.unlink()


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def latin(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"V1", "Länder".encode("latin-1"), 1))


def utf16(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-16")


def decimal_commas(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace(",", ";").replace(".", ",")
    path.write_text(text, encoding="utf-8")


def packed(path: Path) -> None:
    data = path.read_bytes()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(path.name, data)


def gzipped(path: Path) -> None:
    path.write_bytes(gzip.compress(path.read_bytes()))


def r_list(**changed: object) -> Spoil:
    return lambda path: L.wiod_2013(path.parent, **changed)


def r_frame(change: Callable[[object], object]) -> Spoil:
    return lambda path: L.wiod_2016(path.parent, change(L.wiod_2016_frame()))


def with_missing(held: object, value: object) -> object:
    copy = held.copy()
    copy[0, 0] = value
    return copy


def beyond_output() -> dict[str, object]:
    """Final use of a country moved to the inputs of one sector: rows still add up."""
    held = L.wiod_2013_list()
    inter, final = held["inter"].copy(), held["final"].copy()
    inter[:, 0] += final[:, :5].sum(axis=1, dtype=np.int32)
    final[:, :5] = 0
    return {"inter": inter, "final": final}


def sheet(row: int, column: int, value: object, codes: tuple[str, ...] = ("F1", "F2", "F3", "F4", "F5")) -> Spoil:
    """One cell of a workbook of the ADB."""

    def spoil(path: Path) -> None:
        cells = L.sheet_cells(L.ADB, "Multiregional Input-Output Table 2022", codes)
        cells[row][column] = value
        L.workbook(cells, path)

    return spoil


def without_totals(path: Path) -> None:
    """The last column, output, is not there."""
    cells = L.sheet_cells(L.ADB, "Multiregional Input-Output Table 2022", ("F1", "F2", "F3", "F4", "F5"))
    L.workbook([row[:-1] for row in cells], path)


def wiod_sheet(row: int, column: int, value: object) -> Spoil:
    def spoil(path: Path) -> None:
        cells = L.sheet_cells(L.WIOD["2013"], "Table for 2011", ("c37", "c38", "c39", "c41", "c42"), whole=True)
        cells[row][column] = value
        L.workbook(cells, path)

    return spoil


def in_exiobase(name: str, change: Callable[[str], str | None]) -> Spoil:
    """Spoil a file of the folder, or take it away where nothing comes back."""

    def spoil(path: Path) -> None:
        text = change((path / name).read_text(encoding="utf-8"))
        if text is None:
            (path / name).unlink()
        else:
            (path / name).write_text(text, encoding="utf-8")

    return spoil


def pickled(text: str) -> str:
    held = json.loads(text)
    held["files"]["Z"]["name"] = "Z.pkl"
    return json.dumps(held)


def in_gtap(change: Callable[[dict[str, object]], object]) -> Spoil:
    """A database whose arrays were changed."""

    def spoil(path: Path) -> None:
        held = L.gtap_arrays()
        change(held)
        L.gtap(path.parent, held)

    return spoil


def regions_reordered(path: Path) -> None:
    """``VXSB`` with its regions in another order than the other arrays."""
    good, held = path.read_bytes(), L.gtap_arrays()
    sets = L.GTAP_SETS | {"REG": L.GTAP_SETS["REG"][::-1]}
    one = L.har_array("VXSB", held["VXSB"], gtap.SETS["VXSB"], L.GTAP_SETS)
    path.write_bytes(good.replace(one, L.har_array("VXSB", held["VXSB"], gtap.SETS["VXSB"], sets)))


def flipped(at: int) -> Spoil:
    def spoil(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[at] ^= 1
        path.write_bytes(data)

    return spoil


f2013 = L.wiod_2013_list()
CASES: dict[str, tuple[str, Spoil]] = {
    "icio_missing": ("icio", gone),
    "icio_folder": ("icio", folder),
    "icio_empty": ("icio", raw(b"")),
    "icio_html": ("icio", raw(b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>\n")),
    "icio_zip": ("icio", packed),
    "icio_gzip": ("icio", gzipped),
    "icio_pdf": ("icio", raw(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")),
    "icio_xml": ("icio", raw(b'<?xml version="1.0"?><data/>')),
    "icio_json": ("icio", raw(b'{"error": "not found"}')),
    "icio_old_excel": ("icio", raw(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100))),
    "icio_git_lfs": ("icio", raw(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")),
    "icio_matlab": ("icio", raw(b"MATLAB 7.3 MAT-file, Platform: GLNXA64" + bytes(500))),
    "icio_binary": ("icio", raw(b"V1,AUS_A01\nAUS_A01,\0\0\0\n")),
    "icio_utf16": ("icio", utf16),
    "icio_latin1": ("icio", latin),
    "icio_other_table": ("icio", cell(0, 0, "TIME")),
    "icio_only_header": ("icio", lines(lambda held: held[:1])),
    "icio_cut_in_a_row": ("icio", cut(0.5)),
    "icio_cut_after_a_row": ("icio", lines(lambda held: held[:7])),
    "icio_without_taxes": ("icio", lines(lambda held: [*held[:10], *held[11:]])),
    "icio_row_too_long": ("icio", lines(lambda held: [*held[:3], held[3] + ",1", *held[4:]])),
    "icio_more_rows_than_columns": ("icio", lines(lambda held: [*held, *[held[1]] * 60])),
    "icio_text_in_a_cell": ("icio", cell(2, 3, "n.a.")),
    "icio_empty_cell": ("icio", cell(2, 3, "")),
    "icio_nan": ("icio", cell(2, 3, "nan")),
    "icio_infinite": ("icio", cell(2, 3, "inf")),
    "icio_underscore": ("icio", cell(2, 3, "1_000")),
    "icio_decimal_commas": ("icio", decimal_commas),
    "icio_empty_value_added": ("icio", cell(11, 2, "")),
    "icio_column_twice": ("icio", cell(0, 2, "AUS_A01")),
    "icio_row_twice": ("icio", lines(lambda held: [*held[:3], held[2], *held[4:]])),
    "icio_economy_missing": ("icio", replaced("DEU", "AUS2")),
    "icio_economy_unknown": ("icio", replaced("DEU", "GER")),
    "icio_old_sectors": ("icio", replaced("A01", "D01T02")),
    "icio_sector_missing": ("icio", lines(lambda held: [line for line in held if "_C24A" not in line.split(",")[0]])),
    "icio_rows_reordered": ("icio", swapped(1, 2)),
    "icio_columns_reordered": ("icio", columns_swapped(1, 2)),
    "icio_economies_mixed": ("icio", columns_swapped(1, 4)),
    "icio_extended": ("icio", replaced("DEU", "CN1")),
    "icio_final_use_missing": ("icio", without_column(11)),
    "icio_no_output_column": ("icio", without_column(28)),
    "icio_output_differs": ("icio", cell(12, 1, "1")),
    "icio_points_lost": ("icio", points_lost),
    "icio_rows_shifted": ("icio", shifted),
    "icio_all_zero": ("icio", zeros),
    "icio_in_dollars": ("icio", dollars),
    "icio_no_year": ("icio", renamed("SML.csv")),
    "figaro_html": ("figaro", raw(b"\n  <html lang='en'>")),
    "figaro_unknown_region": ("figaro", replaced("DE_", "XX_")),
    "figaro_industry_missing": ("figaro", replaced("_C10T12", "_C10")),
    "figaro_rows_of_w2_missing": ("figaro", lines(lambda held: held[:-1])),
    "figaro_rows_reordered": ("figaro", swapped(2, 5)),
    "figaro_value_added_scaled": ("figaro", lines(lambda held: [*held[:-1], "W2_B2A3G" + ",1" * 24])),
    "wiod_2013_cut": ("wiod_2013", cut(0.6)),
    "wiod_2013_not_r": ("wiod_2013", raw(gzip.compress(b"no R data"))),
    "wiod_2013_csv": ("wiod_2013", raw(b"year,country\n2011,AUS\n")),
    "wiod_2013_part_missing": ("wiod_2013", r_list(output=None)),
    "wiod_2013_wrong_shape": ("wiod_2013", r_list(final=f2013["final"][:, :-1])),
    "wiod_2013_text": ("wiod_2013", r_list(output=f2013["output"].astype(str))),
    "wiod_2013_countries_reordered": ("wiod_2013", r_list(countries=f2013["countries"][::-1])),
    "wiod_2013_industry_unknown": ("wiod_2013", r_list(industries=np.array(["c1", "c2", "c36"]))),
    "wiod_2013_missing_number": ("wiod_2013", r_list(inter=with_missing(f2013["inter"], -(2**31)))),
    "wiod_2013_rows_shifted": ("wiod_2013", r_list(inter=f2013["inter"][[1, 2, 3, 4, 5, 6, 7, 8, 0]])),
    "wiod_2013_inputs_beyond_output": ("wiod_2013", r_list(**beyond_output())),
    "wiod_2016_column_missing": ("wiod_2016", r_frame(lambda frame: frame.drop(columns="AUS4"))),
    "wiod_2016_rows_reordered": ("wiod_2016", r_frame(lambda frame: frame.iloc[[1, 0, *range(2, len(frame))]])),
    "wiod_2016_two_years": ("wiod_2016", r_frame(lambda frame: frame.assign(Year=[2013.0, *frame["Year"][1:]]))),
    "wiod_2013_sheet_cut": ("wiod_2013_sheet", cut(0.7)),
    "wiod_2013_sheet_text": ("wiod_2013_sheet", wiod_sheet(8, 6, "..")),
    "wiod_2013_sheet_blank": ("wiod_2013_sheet", wiod_sheet(8, 6, None)),
    "adb_csv": ("adb", raw(b"c1,c2\n1,2\n")),
    "adb_no_codes": ("adb", sheet(6, 4, "AtB")),
    "adb_unknown_country": ("adb", sheet(5, 5, "GDR")),
    "adb_row_label_differs": ("adb", sheet(8, 3, "c3")),
    "adb_no_totals": ("adb", without_totals),
    "adb_formula_error": ("adb", sheet(9, 7, "#REF!")),
    "gtap_csv": ("gtap", raw(b"REG,COMM\nusa,agr\n")),
    "gtap_cut": ("gtap", cut(0.4)),
    "gtap_length_differs": ("gtap", flipped(8)),
    "gtap_packed": ("gtap", raw(b"\xfd" + bytes(50))),
    "gtap_array_missing": ("gtap", in_gtap(lambda held: held.pop("VTWR"))),
    "gtap_negative": ("gtap", in_gtap(lambda held: held["VXSB"].__setitem__((0, 0, 1), -1.0))),
    "gtap_not_a_number": ("gtap", in_gtap(lambda held: held["VDPB"].__setitem__((0, 0), np.nan))),
    "gtap_two_products": ("gtap", in_gtap(lambda held: held["MAKB"].__setitem__((0, 1, 0), 900.0))),
    "gtap_sales_differ": ("gtap", in_gtap(lambda held: held["VDPB"].__imul__(1.5))),
    "gtap_regions_reordered": ("gtap", regions_reordered),
    "exiobase_no_parameters": ("exiobase", in_exiobase("file_parameters.json", lambda text: None)),
    "exiobase_no_final_use": ("exiobase", in_exiobase("Y.txt", lambda text: None)),
    "exiobase_names_a_pickle": ("exiobase", in_exiobase("file_parameters.json", pickled)),
    "exiobase_cut": ("exiobase", in_exiobase("Z.txt", lambda text: text[: len(text) // 2])),
    "exiobase_unknown_region": ("exiobase", in_exiobase("Z.txt", lambda text: text.replace("DE\t", "DD\t"))),
    "exiobase_x_reordered": ("exiobase", in_exiobase("x.txt", lambda t: "\n".join(
        [t.splitlines()[k] for k in (0, 2, 1, *range(3, 10))]) + "\n")),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_bad_data_file_gives_its_exact_text(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    layout, spoil = CASES[name]
    path = getattr(L, layout)(Path())
    other = spoil(path)
    with pytest.raises(MultipolarError) as raised:
        READ[layout](other if isinstance(other, Path) else path)
    assert raised.value.exit_code == 2
    assert raised.value.report() + "\n" == (TEXTS / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("layout", READ)
def test_the_same_file_without_the_mistake_is_read(
    layout: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert READ[layout](getattr(L, layout)(Path())).check().ok


def test_every_case_has_its_text_and_no_text_is_left_over() -> None:
    assert {path.stem for path in TEXTS.iterdir()} == set(CASES)


def test_there_are_at_least_forty_kinds() -> None:
    assert len(CASES) >= 40
