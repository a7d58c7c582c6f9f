"""A Result as files: JSON, CSV and NetCDF, the same bytes for the same numbers. The one writer of CSV is here."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from multipolar.base.json_text import json_text
from multipolar.base.variables import variables
from multipolar.results.attribution import WAYS, WORLD, Attribution, as_block, per_cent
from multipolar.results.evidence import HEADLINE, grade_names, graded_arrays
from multipolar.results.result import LEVEL, Index, Result

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")
LABELS_MAX = 200


def as_data(result: Result) -> dict[str, Any]:
    """Everything but single draws and sectors by year, as JSON holds it: a missing number is null, never 0."""
    drawn = {}
    for name in result.draws:
        low, high = result.interval(name)
        drawn[name] = {"median": result.median(name), "low": low, "high": high, "level": LEVEL}
    data: dict[str, Any] = _plain(
        {
            "multipolar": result.provenance.version,
            "scenario": {k: v for k, v in asdict(result.scenario).items() if k != "text"},
            "world": {k: v for k, v in asdict(result.world).items() if k not in ("countries", "sectors")},
            "cases": [{"branch": case.branch, "variant": case.variant} for case in result.cases],
            "countries": result.countries,
            "sectors": result.world.sectors,
            "units": {name: variables()[name].unit for name in result.central},
            "central": {name: values for name, values in result.central.items() if not _large(name)},
            "draws": drawn,
            "failed_draws": result.failed_draws,
            "elasticities_truncated": result.theta_truncated,
            "closing": result.closing,
            "structural": [asdict(row) for row in result.structural],
            "status": [asdict(row) for row in result.status],
            "assumptions": [asdict(row) for row in result.assumptions],
            "not_computed": [asdict(row) for row in result.not_computed],
            "notes": result.notes,
            "years": result.years,
            "blocs": result.blocs,
            "indices": {name: _index(name, index) for name, index in result.indices.items()},
            "missing": result.missing,
            "technology": [asdict(row) for row in result.technology],
            "ventures": [asdict(row) for row in result.ventures],
            "dependence_flows": [asdict(row) for row in result.dependence_flows],
            "evidence": result.evidence.as_data(),
            "provenance": asdict(result.provenance),
        }
    )
    if result.attribution is not None:
        data["attribution"] = _plain(as_block(result.attribution, result.countries))
    return data


def _large(name: str) -> bool:
    """Whether a variable has sectors in every year: it stands in ``result.nc`` only."""
    return {"year", "sector"} <= set(variables()[name].axes)


def _index(name: str, index: Index) -> dict[str, Any]:
    low, middle, high = index.interval()
    held: dict[str, Any] = {"unit": variables()[name].unit, "axes": variables()[name].axes, "base": index.base,
                            "value": index.value, "usual": index.usual,
                            "evidence": grade_names(index.grade)}  # fmt: skip
    if index.drawn is not None and index.drawn.shape[1]:
        held["change"] = {"median": middle, "low": low, "high": high, "level": LEVEL}
    return held


def indices_csv(result: Result) -> str:
    """Every index that is not by sector: base, value, change with its range, and the change in average years."""
    header = ("branch", "variant", "index", "bloc", "country", "unit", "base", "value", "change", "low_80pct",
              "high_80pct", "usual_yearly_change", "change_in_usual_years", "evidence", "world", "year")  # fmt: skip
    rows: list[tuple[object, ...]] = []
    for name, index in result.indices.items():
        axes = variables()[name].axes
        if "sector" in axes:
            continue
        labels = {"bloc": list(result.blocs), "country": list(result.countries)}
        low, _, high = index.interval()
        for k, case in enumerate(result.cases):
            for at in np.ndindex(index.base.shape):
                place = {axis: labels[axis][n] for axis, n in zip(axes[1:], at, strict=True)}
                usual = float("nan") if index.usual is None else float(index.usual[at])
                change, held = float(index.change[k][at]), index.grade
                rows.append(
                    (case.branch, case.variant, name, place.get("bloc", ""), place.get("country", ""),
                     variables()[name].unit, float(index.base[at]), float(index.value[k][at]), change,
                     float(low[k][at]), float(high[k][at]), usual, change / usual if usual > 0 else float("nan"),
                     None if held is None else grade_names(held[at]), result.world.name, result.world.year)
                )  # fmt: skip
    return csv_text(header, rows)


def jobs_csv(result: Result) -> str:
    """People at work by country and sector, thousand: base, value, change with its range, and the grade behind it."""
    index = result.indices["jobs"]
    header = ("branch", "variant", "country", "sector", "base", "value", "change", "low_80pct", "high_80pct",
              "evidence", "world", "year")  # fmt: skip
    low, _, high = index.interval()
    rows: list[tuple[object, ...]] = []
    for k, case in enumerate(result.cases):
        for at in np.ndindex(index.base.shape):
            numbers = [float(each[at]) for each in (index.base, index.value[k], index.change[k], low[k], high[k])]
            rows.append(
                (case.branch, case.variant, result.countries[at[0]], result.world.sectors[at[1]], *numbers,
                 None if index.grade is None else grade_names(index.grade[at]), result.world.name, result.world.year)
            )  # fmt: skip
    return csv_text(header, rows)


def as_json(result: Result) -> str:
    """``as_data`` as text."""
    return json_text(as_data(result), 1) + "\n"


def welfare_csv(result: Result) -> str:
    """Real income of every case and country: central value, median, range, unit, world and year."""
    low, high = result.interval("welfare")
    median, central = result.median("welfare"), result.central["welfare"]
    dollars = result.central["equivalent_variation"]
    header = (
        "branch", "variant", "country", "name", "real_income_central_pct", "real_income_median_pct",
        f"low_{LEVEL:.0%}".replace("%", "pct"), f"high_{LEVEL:.0%}".replace("%", "pct"),
        "equivalent_variation_central_musd", "evidence", "evidence_weakest_in", "world", "year", "draws",
    )  # fmt: skip
    graded = [result.evidence.of(HEADLINE, n) for n in range(len(result.countries))]
    rows = (
        (case.branch, case.variant, code, result.names.get(code, code), central[k, n], median[k, n], low[k, n],
         high[k, n], dollars[k, n], graded[n][0], " ".join(graded[n][1]), result.world.name,
         result.world.year, result.provenance.draws)
        for k, case in enumerate(result.cases)
        for n, code in enumerate(result.countries)
    )  # fmt: skip
    return csv_text(header, rows)


def attribution_csv(result: Result, attribution: Attribution) -> str:
    """What each measure did in every case and place: in logs, which add up, with the remainder, and in per cent."""
    numbers_of = [f"{way}_{unit}" for way in WAYS for unit in ("ln", "pct")]
    header = ("branch", "variant", "measures", "country", "name", *numbers_of, "shapley_error_ln", "kind", "year")
    places = [*((code, result.names.get(code, code)) for code in result.countries), (WORLD, "world")]
    rows: list[tuple[object, ...]] = []
    for k, (label, case) in enumerate(zip(result.cases, attribution.cases, strict=True)):
        values = {way: attribution.of(way, k) for way in WAYS}
        lines = [
            (attribution.labels[player], {way: values[way][j] for way in WAYS}, attribution.of("error", k)[j])
            for j, player in enumerate(case.players)
        ]
        none = np.full(len(places), np.nan)
        lines.append(("remainder", {way: attribution.remainder(way, k) for way in WAYS}, none))
        lines.append(("total", dict.fromkeys(WAYS, attribution.total(k)), none))
        for text, ln, error in lines:
            for n, (code, name) in enumerate(places):
                numbers = [float(each[n]) for way in WAYS for each in (ln[way], per_cent(ln[way]))]
                rows.append((label.branch, label.variant, text, code, name, *numbers, float(error[n]),
                             attribution.kind, attribution.year))  # fmt: skip
    return csv_text(header, rows)


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV. Text that a spreadsheet would run as a formula gets an apostrophe; missing numbers are empty."""
    lines = (",".join(_quoted(_cell(value)) for value in row) for row in (header, *rows))
    return "".join(f"{line}\n" for line in lines)


def as_netcdf(result: Result) -> bytes:
    """All numbers, single draws included, as NetCDF-4 with unit, definition and source of every variable.

    Made in memory: on a disk that is full the library would leave half a file, and no error that says so.
    """
    import h5netcdf

    table = variables()
    axes = {"case": len(result.cases), "draw": result.provenance.draws, "country": len(result.countries),
            "sector": len(result.world.sectors), "year": len(result.years), "bloc": len(result.blocs)}  # fmt: skip
    labels = {"case": [case.text for case in result.cases], "country": list(result.countries),
              "sector": list(result.world.sectors)}  # fmt: skip
    labels |= {"bloc": list(result.blocs)} if result.blocs else {}
    labels |= {"year": [str(year) for year in result.years]} if result.years else {}
    found = result.attribution
    more = {} if found is None or not found.players else found.axes(result.countries)
    grades = graded_arrays(result.evidence)
    labels |= more | {own[0]: list(result.evidence.labels(own[0])) for own, _, _ in grades.values()}
    axes |= {own[0]: len(values) for own, values, _ in grades.values()}
    axes |= {name: len(names) for name, names in more.items()}
    buffer = io.BytesIO()
    with h5netcdf.File(buffer, "w") as file:
        file.dimensions = {name: size for name, size in axes.items() if size}
        for name, names in labels.items():
            encoded = np.array([label.encode()[:LABELS_MAX] for label in names], dtype=f"S{_longest(names)}")
            file.create_variable(name, (name,), encoded.dtype, data=encoded)
        for name, values in result.central.items():
            _put(file, name, table[name].axes, np.asarray(values), name)
        for name, values in result.draws.items():
            if values.shape[1]:
                _put(file, f"{name}_draws", ("case", "draw", *table[name].axes[1:]), values, name)
        for name, index in result.indices.items():
            own = table[name].axes[1:]
            _put(file, name, table[name].axes, index.value, name)
            _put(file, f"{name}_base", own, index.base, name)
            if index.drawn is not None and index.drawn.shape[1]:
                _put(file, f"{name}_change_draws", ("case", "draw", *own), index.drawn, name)
            if index.usual is not None:
                _put(file, f"{name}_usual", own, index.usual, name)
        if found is not None and more:
            for name, values in found.numbers.items():
                _put(file, name, table[name].axes, values, name)
        for name, (own, held, about) in grades.items():
            file.create_variable(name, own, "i1", data=held).attrs.update(about)
        if result.closing is not None:
            closing = file.create_variable("closing", ("country",), "f8", data=result.closing)
            closing.attrs["unit"] = "%"
            closing.attrs["definition"] = "real income of closing all deficits, before any measure"
        file.attrs["world"] = f"{result.world.name} {result.world.year}"
        file.attrs["scenario"] = result.scenario.name
        file.attrs["multipolar"] = result.provenance.version
    return buffer.getvalue()


def _put(file: Any, name: str, axes: Sequence[str], values: np.ndarray, row: str) -> None:
    variable = file.create_variable(name, tuple(axes), values.dtype, data=values)
    about = variables()[row]
    for key, text in (("unit", about.unit), ("long_name", about.label_en), ("definition", about.definition),
                      ("source", about.source)):  # fmt: skip
        variable.attrs[key] = text


def _longest(names: Sequence[str]) -> int:
    return max(1, min(LABELS_MAX, max(len(name.encode()) for name in names)))


def _quoted(text: str) -> str:
    """In quotes where it must be. A lone carriage return counts: for a spreadsheet it begins a new row."""
    if any(char in text for char in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, float):
        return repr(float(value))
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) and not isinstance(value, int) else text


def _plain(value: Any) -> Any:
    """Arrays as lists, records as mappings, what is not a finite number as null."""
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
