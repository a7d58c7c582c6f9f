"""Small made-up tables in the real layout of each source, and their figures.

Figures are balanced, without a negative flow or sector that loses: reading them back must change nothing.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from multipolar.base.arrays import Array
from multipolar.world.readers.labels import TableLabels, table_labels

TAX = 0.02  # net taxes on products, of inputs


@dataclass(frozen=True)
class Figures:
    """Flows [N S, N S] and [N S, N C], output and inputs [N S]; N countries, S sectors, C kinds of final use."""

    flows: Array
    final: Array
    output: Array
    inputs: Array

    @property
    def taxes(self) -> Array:
        return TAX * self.inputs

    @property
    def value_added(self) -> Array:
        return self.output - self.inputs - self.taxes


def figures(n: int, s: int, c: int, seed: int = 1, whole: bool = False) -> Figures:
    """A balanced table; ``whole`` numbers where the source has no others."""
    rng = np.random.default_rng(seed)
    flows, final = rng.lognormal(3, 1, (n * s, n * s)), rng.lognormal(5, 1, (n * s, n * c))
    if whole:
        flows, final = np.ceil(flows), np.ceil(final)
    # A good part of every sector's sales is final, so that value added is left.
    short = 1.5 * flows.sum(axis=0) - flows.sum(axis=1) - final.sum(axis=1)
    rows = np.arange(n * s)
    final[rows, rows // s * c] += np.ceil(np.maximum(short, 0.0))
    return Figures(flows, final, flows.sum(axis=1) + final.sum(axis=1), flows.sum(axis=0))


def few(table: str, countries: tuple[str, ...], sectors: tuple[str, ...] = ()) -> TableLabels:
    """Labels of a source, cut to a few of its countries and sectors."""
    whole = table_labels(table)
    kept = tuple(sector for sector in whole.sectors if sector in sectors) if sectors else whole.sectors
    return TableLabels({code: whole.countries[code] for code in countries}, kept, whole.categories)


ICIO = {
    "2023": few("icio2023", ("AUS", "DEU", "ROW"), ("A01_02", "B05_06", "C20")),
    "2025": few("icio2025", ("AUS", "DEU", "ROW"), ("A01", "B06", "C24A")),
}
WIOD = {
    "2013": few("wiod2013", ("AUS", "ROM", "RoW"), ("c1", "c2", "c3")),
    "2016": few("wiod2016", ("AUS", "DEU", "ROW"), ("A01", "B", "C10-C12")),
}
FIGARO = few("figaro", ("AU", "DE", "FIGW1"), ("A01", "B", "C10T12"))
EXIOBASE = few("exiobase3", ("AU", "DE", "WA"))
ADB = few("adb", ("AUS", "GER", "ROW"), ("c1", "c2", "c3"))
EXIOBASE_SECTORS = ("Cultivation of paddy rice", "Cattle farming", "Re-processing of " + "very long names " * 6)


def figures_of(labels: TableLabels, sectors: int | None = None, whole: bool = False) -> Figures:
    return figures(len(labels.countries), sectors or len(labels.sectors), len(labels.categories), whole=whole)


def _pairs(labels: TableLabels, kinds: tuple[str, ...]) -> list[str]:
    return [f"{country}_{kind}" for country in labels.countries for kind in kinds]


def _text(rows: list[list[Any]], path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return path


def icio(folder: Path, edition: str = "2025") -> Path:
    """``2022_SML.csv``; cells of the rows below that mean nothing are left empty."""
    return icio_file(folder, ICIO[edition], figures_of(ICIO[edition]))


def icio_file(folder: Path, labels: TableLabels, f: Figures) -> Path:
    names = _pairs(labels, labels.sectors)
    use = _pairs(labels, labels.categories)
    rows: list[list[Any]] = [["V1", *names, *use, "OUT"]]
    for k, name in enumerate(names):
        rows.append([name, *map(repr, map(float, [*f.flows[k], *f.final[k], f.output[k]]))])
    for name, values in (("TLS", f.taxes), ("VA", f.value_added), ("OUT", f.output)):
        rows.append([name, *map(repr, map(float, values)), *[""] * (len(use) + 1)])
    return _text(rows, folder / "2022_SML.csv")


def figaro(folder: Path) -> Path:
    """``matrix_eu-ic-io_ind-by-ind_26ed_2022.csv``."""
    labels, f = FIGARO, figures_of(FIGARO)
    names, use = _pairs(labels, labels.sectors), _pairs(labels, labels.categories)
    rows: list[list[Any]] = [["rowLabels", *names, *use]]
    for k, name in enumerate(names):
        rows.append([name, *map(repr, map(float, [*f.flows[k], *f.final[k]]))])
    nothing = np.zeros_like(f.output)
    parts = (f.taxes, nothing, nothing, 0.6 * f.value_added, 0.1 * f.value_added, 0.3 * f.value_added)
    for name, values in zip(("D21X31", "OP_RES", "OP_NRES", "D1", "D29X39", "B2A3G"), parts, strict=True):
        rows.append([f"W2_{name}", *map(repr, map(float, values)), *["0"] * len(use)])
    return _text(rows, folder / "matrix_eu-ic-io_ind-by-ind_26ed_2022.csv")


def wiod_2013_list(**changed: Any) -> dict[str, Any]:
    """What ``wiot_2011`` holds."""
    labels, f = WIOD["2013"], figures_of(WIOD["2013"], whole=True)
    held = {
        "year": np.array([2011], dtype=np.int32),
        "countries": np.array(list(labels.countries)),
        "industries": np.array(labels.sectors),
        "final": f.final.astype(np.int32),
        "output": f.output.astype(np.int32),
        "inter": f.flows.astype(np.int32),
    }
    return {key: value for key, value in (held | changed).items() if value is not None}


def wiod_2013(folder: Path, **changed: Any) -> Path:
    """``wiot_2011.RData``."""
    import rdata

    path = folder / "wiot_2011.RData"
    rdata.write_rda(path, {"wiot_2011": wiod_2013_list(**changed)})
    return path


def wiod_2016_frame() -> Any:
    """The data frame ``wiot``."""
    import pandas as pd

    labels, f = WIOD["2016"], figures_of(WIOD["2016"])
    n, s, c = len(labels.countries), len(labels.sectors), len(labels.categories)
    numbers = [str(k) for k in range(1, s + c + 1)]
    columns = [f"{i}{k}" for i in labels.countries for k in numbers[:s]]
    columns += [f"{i}{k}" for i in labels.countries for k in numbers[s:]]
    below = np.zeros((2, n * (s + c) + 1))
    below[0, : n * s], below[1, : n * s] = f.value_added + f.taxes, f.output
    values = np.vstack([np.column_stack([f.flows, f.final, f.output]), below])
    about = {
        "IndustryCode": [*labels.sectors * n, "VA", "GO"],
        "IndustryDescription": [*labels.sectors * n, "Value added", "Output"],
        "Country": [*[i for i in labels.countries for _ in range(s)], "TOT", "TOT"],
        "RNr": [*[float(k) for _ in range(n) for k in range(1, s + 1)], 70.0, 73.0],
        "Year": np.full(n * s + 2, 2014.0),
    }
    frame = pd.DataFrame(about).astype(dict.fromkeys(list(about)[:3], pd.StringDtype("python")))
    return pd.concat([frame, pd.DataFrame(values, columns=[*columns, "TOT"])], axis=1)


def wiod_2016(folder: Path, frame: Any = None) -> Path:
    """``WIOT2014_October16_ROW.RData``."""
    import rdata

    path = folder / "WIOT2014_October16_ROW.RData"
    rdata.write_rda(path, {"wiot": wiod_2016_frame() if frame is None else frame})
    return path


def sheet_cells(labels: TableLabels, title: str, codes: tuple[str, ...], whole: bool = False) -> list[list[Any]]:
    """The cells of a workbook of WIOD 2013 or the ADB; ``codes`` of final use."""
    f = figures_of(labels, whole=whole)
    names = [f"Name of {sector}" for sector in labels.sectors]
    of = [country for country in labels.countries for _ in labels.sectors]
    used_in = [country for country in labels.countries for _ in codes]
    sectors, n = [*labels.sectors] * len(labels.countries), len(labels.countries)
    width = 4 + len(of) + len(used_in) + 1
    rows: list[list[Any]] = [[title], ["current prices"], ["(industry-by-industry)"], ["(millions of US$)"]]
    rows += [
        [*[None] * 4, *names * n, *[f"Use {code}" for code in codes] * n, "Total"],
        [*[None] * 4, *of, *used_in, "TOT"],
        [*[None] * 4, *sectors, *codes * n, None],
    ]
    for k, (country, sector) in enumerate(zip(of, sectors, strict=True)):
        rows.append([None, f"Name of {sector}", country, sector, *f.flows[k], *f.final[k], f.output[k]])
    for code, name, values in (("r64", "Value added", f.output - f.inputs), ("r69", "Total", f.output)):
        rows.append([None, name, "TOT", code, *values, *[0.0] * (len(used_in) + 1)])
    return [[*row, *[None] * (width - len(row))] for row in rows]


def workbook(cells: list[list[Any]], path: Path) -> Path:
    import pandas as pd

    pd.DataFrame(cells).to_excel(path, header=False, index=False, engine="openpyxl")
    return path


def adb(folder: Path) -> Path:
    """``ADB-MRIO-2022.xlsx``."""
    cells = sheet_cells(ADB, "Multiregional Input-Output Table 2022", ("F1", "F2", "F3", "F4", "F5"))
    return workbook(cells, folder / "ADB-MRIO-2022.xlsx")


def wiod_2013_sheet(folder: Path) -> Path:
    """``wiot11_row_sep12.xlsx``."""
    use = ("c37", "c38", "c39", "c41", "c42")
    cells = sheet_cells(WIOD["2013"], "World Input-Output Table for 2011", use, whole=True)
    return workbook(cells, folder / "wiot11_row_sep12.xlsx")


GTAP_SETS = {
    "COMM": ("agr", "mfg", "otp"),
    "ACTS": ("agr", "mfg", "otp"),
    "MARG": ("otp",),
    "REG": ("usa", "deu", "RestofWorld"),
}


def gtap_arrays(seed: int = 3) -> dict[str, Array]:
    """A balanced database of three regions, the last an aggregate that trades with itself."""
    rng = np.random.default_rng(seed)
    held: dict[str, Array] = {}
    held["VXSB"] = rng.lognormal(3, 1, (3, 3, 3))
    held["VXSB"][:, [0, 1], [0, 1]] = 0.0
    held["VFOB"] = held["VXSB"] * (1 + rng.uniform(-0.02, 0.05, (3, 3, 3)))
    held["VTWR"] = 0.05 * held["VFOB"][None] * rng.uniform(0.5, 1.5, (1, 3, 3, 3))
    held["VTWR"][:, 2] = 0.0
    held["VCIF"] = held["VFOB"] + held["VTWR"].sum(axis=0)
    held["VMSB"] = held["VCIF"] * (1 + rng.uniform(0.0, 0.2, (3, 3, 3)))
    held["VST"] = held["VTWR"].sum(axis=(1, 2, 3))[:, None] * rng.dirichlet(np.ones(3), 1)
    parts = rng.dirichlet(np.ones(6), (3, 3)) * held["VMSB"].sum(axis=1)[:, :, None]
    held["VMFB"] = parts[:, :, :3].transpose(0, 2, 1)
    for k, use in enumerate("PGI"):
        held[f"VM{use}B"] = parts[:, :, 3 + k]
    held["VDFB"] = rng.lognormal(4, 0.5, (3, 3, 3))
    inputs = (held["VDFB"] + held["VMFB"]).sum(axis=0)
    for use, share in zip("PGI", (0.6, 0.2, 0.2), strict=True):
        held[f"VD{use}B"] = share * (inputs + rng.lognormal(5, 0.5, (3, 3)))
    made = held["VDFB"].sum(axis=1) + sum(held[f"VD{use}B"] for use in "PGI") + held["VXSB"].sum(axis=2)
    made[2] += held["VST"][0]
    held["MAKB"] = np.zeros((3, 3, 3))
    held["MAKB"][range(3), range(3)] = made
    return held


def _record(*parts: bytes) -> bytes:
    body = b"".join(parts)
    return len(body).to_bytes(4, "little") + body + len(body).to_bytes(4, "little")


def _whole(*numbers: int) -> bytes:
    return np.array(numbers, dtype="<i4").tobytes()


def har_array(name: str, values: Array, sets: tuple[str, ...], elements: dict[str, tuple[str, ...]],
              sparse: bool = False) -> bytes:  # fmt: skip
    """One array of numbers with sets, as records; data in parts of at most five numbers."""
    pad, shape = b"    ", (*values.shape, *[1] * (7 - values.ndim))
    flat = values.astype("<f4").flatten(order="F")
    found = [_record(name.ljust(4).encode()), _record(pad, b"RE", b"SPSE" if sparse else b"FULL",
                                                      f"Title of {name}".ljust(70).encode(), _whole(7, *shape))]
    distinct = list(dict.fromkeys(sets))
    names = "".join(each.ljust(12) for each in sets).encode()
    found.append(_record(pad, _whole(len(distinct), 1, len(sets)), name.ljust(12).encode(), _whole(1), names,
                         b"k" * len(sets), _whole(*[0] * len(sets)), _whole(0)))
    for each in distinct:
        labels = elements[each]
        texts = "".join(label.ljust(12) for label in labels).encode()
        found.append(_record(pad, _whole(1, len(labels), len(labels)), texts))
    if sparse:
        at = np.flatnonzero(flat)
        found.append(_record(pad, _whole(len(at), 4, 4), b" " * 80))
        cuts = [at[k : k + 5] for k in range(0, len(at), 5)]
        for k, cut in enumerate(cuts):
            numbers = (_whole(*(cut + 1)), flat[cut].tobytes())
            found.append(_record(pad, _whole(len(cuts) - k, len(at), len(cut)), *numbers))
    else:
        cuts = [flat[k : k + 5] for k in range(0, len(flat), 5)]
        found.append(_record(pad, _whole(2 * len(cuts) + 1, 7, *shape)))
        for k, cut in enumerate(cuts):
            found.append(_record(pad, _whole(2 * (len(cuts) - k), *[1] * 14)))
            found.append(_record(pad, _whole(2 * (len(cuts) - k) - 1), cut.tobytes()))
    return b"".join(found)


def gtap(folder: Path, arrays: dict[str, Array] | None = None, sets: dict[str, tuple[str, ...]] | None = None) -> Path:
    """``basedata_2017.har``, every other array sparse, an array of texts before them."""
    from multipolar.world.readers.gtap import SETS

    labels = "".join(label.ljust(12) for label in GTAP_SETS["REG"][:2]).encode()
    body = _record(b"H1  ") + _record(b"    ", b"1C", b"FULL", b"Regions".ljust(70), _whole(2, 2, 12))
    body += _record(b"    ", _whole(1, 2, 2), labels)
    for k, (name, values) in enumerate((arrays or gtap_arrays()).items()):
        body += har_array(name, values, SETS[name], sets or GTAP_SETS, sparse=k % 2 == 1)
    path = folder / "basedata_2017.har"
    path.write_bytes(body)
    return path


def exiobase(folder: Path) -> Path:
    """The folder ``IOT_2022_ixi``."""
    labels, f = EXIOBASE, figures_of(EXIOBASE, len(EXIOBASE_SECTORS))
    f.final[:, 6::7] = 0.0  # exports without a destination
    output = f.flows.sum(axis=1) + f.final.sum(axis=1)
    place = folder / "IOT_2022_ixi"
    place.mkdir()
    rows = [(region, sector) for region in labels.countries for sector in EXIOBASE_SECTORS]
    use = [(region, kind) for region in labels.countries for kind in labels.categories]
    named = {"Z": (f.flows, rows, "sector"), "Y": (f.final, use, "category")}
    for name, (values, columns, second) in named.items():
        lines = [["region", "", *[c[0] for c in columns]], [second, "", *[c[1] for c in columns]], ["region", "sector"]]
        lines[2] += [""] * len(columns)
        lines += [[*row, *map(repr, map(float, values[k]))] for k, row in enumerate(rows)]
        (place / f"{name}.txt").write_text("\n".join("\t".join(line) for line in lines) + "\n", encoding="utf-8")
    lines = [["region", "sector", "indout"], *[[*row, repr(float(output[k]))] for k, row in enumerate(rows)]]
    (place / "x.txt").write_text("\n".join("\t".join(line) for line in lines) + "\n", encoding="utf-8")
    parameters = {
        "systemtype": "IOSystem",
        "files": {
            "Z": {"name": "Z.txt", "nr_index_col": "2", "nr_header": "2"},
            "Y": {"name": "Y.txt", "nr_index_col": "2", "nr_header": "2"},
            "x": {"name": "x.txt", "nr_index_col": "2", "nr_header": "1"},
        },
    }
    (place / "file_parameters.json").write_text(json.dumps(parameters), encoding="utf-8")
    return place
