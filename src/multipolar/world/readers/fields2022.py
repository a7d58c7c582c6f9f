"""Fields of the embedded world from the figures of its construction: jobs, research, patents, CO2, people, distance.

Files of ``fields`` have a row an economy in the order of the world; an empty cell is missing, never 0. Patents keep
C302T309, which is split by the value-added share of air and spacecraft, as the source does for jobs, CO2 and research.
Distances are ``distw`` of CEPII's ``dist_cepii.rda``, whose codes of Romania and DR Congo are old ones.
"""

from __future__ import annotations

import csv
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multipolar.base.problems import MultipolarError, WorldError
from multipolar.world.intake import Field

CELLS = ("country", "sector")
OLD_CODES = {"ROU": "ROM", "COD": "ZAR"}  # of ISO, kept by CEPII
OF_COUNTRIES = {  # field -> column of countries.csv, unit, source
    "population": ("population2022", "persons", "wdi_population"),
    "gdp": ("gdp2022_musd", "million USD", "wdi_gdp"),
    "research_share": ("rd_pct_gdp", "per cent of GDP", "wdi_research"),
    "alignment": ("unga_ideal_point_2022", "ideal point", "unga_ideal_points"),
    "alignment_2025": ("unga_ideal_point_2025", "ideal point", "unga_ideal_points"),
}


def read_fields(data: Path, countries: Sequence[str], sectors: Sequence[str]) -> dict[str, Field]:
    """Every field by name, float32, from the folder that holds ``fields`` and ``cepii_geodist``.

    Raises ``WorldError`` where a file does not have the economies of the world in their order, ``OSError`` where one
    is missing, ``MultipolarError`` where the extra that reads R files is.
    """
    folder = data / "fields"
    rows = {name: _rows(folder / f"{name}.csv", countries) for name in (
        "employment_thousand", "research_musd_estimated", "co2_mt_edgar2018_allocated", "patent_stock_uspto2020",
        "air_spacecraft_share_of_C302T309", "countries",
    )}  # fmt: skip
    patents = _patents(rows["patent_stock_uspto2020"], rows["air_spacecraft_share_of_C302T309"])
    carbon = rows["co2_mt_edgar2018_allocated"]
    found = {
        "employment": Field(_cells(rows["employment_thousand"], sectors), CELLS, "thousand persons", "estimated",
                            "ilo_workforce"),
        "research": Field(_cells(rows["research_musd_estimated"], sectors), CELLS, "million USD", "estimated",
                          "wdi_research"),
        "patents": Field(_cells(patents, sectors), CELLS, "patents", "estimated", "uspto_ncses"),
        "emissions": Field(_cells(carbon, sectors), CELLS, "Mt CO2", "estimated", "edgar_v5"),
        "household_emissions": Field(_cells(carbon, ("HOUSEHOLDS",))[:, 0], ("country",), "Mt CO2", "estimated",
                                     "edgar_v5"),
    }  # fmt: skip
    for name, (column, unit, source) in OF_COUNTRIES.items():
        found[name] = Field(_cells(rows["countries"], (column,))[:, 0], ("country",), unit, "observed", source)
    found["distance"] = Field(_distances(data / "cepii_geodist" / "dist_cepii.rda", countries),
                              ("country", "country"), "km", "observed", "cepii_geodist")  # fmt: skip
    return found


def _rows(path: Path, countries: Sequence[str]) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if [row["iso3"] for row in rows] != list(countries):
        raise WorldError.of(f"{path.name} does not have the economies of the world in their order")
    return rows


def _cells(rows: Sequence[Mapping[str, str]], columns: Sequence[str]) -> NDArray[Any]:
    """Numbers [row, column] as float32; an empty cell and a column that is not there are NaN."""
    return np.array([[float(row.get(name) or "nan") for name in columns] for row in rows], dtype=np.float32)


def _patents(stocks: Sequence[Mapping[str, str]], shares: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    split = []
    for row, share in zip(stocks, shares, strict=True):
        cells = dict(row)
        if whole := cells.pop("C302T309"):
            part = float(share["share_303"])
            cells |= {"C303": str(float(whole) * part), "C302_304_309": str(float(whole) * (1.0 - part))}
        split.append(cells)
    return split


def _distances(path: Path, countries: Sequence[str]) -> NDArray[Any]:
    try:
        import rdata
    except ImportError:
        raise MultipolarError("reading R files needs an extra: pip install 'multipolar[readers]'") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # classes of R that a table does not need
        table = rdata.read_rda(path)["dist_cepii"]
    place = {OLD_CODES.get(code, code): n for n, code in enumerate(countries)}
    distance = np.full((len(countries), len(countries)), np.nan, dtype=np.float32)
    for origin, destination, far in zip(table["iso_o"], table["iso_d"], table["distw"], strict=True):
        if origin in place and destination in place:
            distance[place[origin], place[destination]] = float(far)
    return distance
