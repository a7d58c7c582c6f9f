"""The yardstick of the indices: what its file holds, rebuilt where the figures are at hand, and its reader."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

import multipolar as mp
from multipolar.model import dependence as dep
from multipolar.model import indices as ix
from multipolar.study import yardstick as yd
from multipolar.world.readers.icio_cubes import YEARS, Cubes, read_cubes
from multipolar.world.sources import source


def blocs(*names: str) -> np.ndarray:
    countries = yd.yardstick().countries
    return ix.members([[countries.index(code) for code in name.split()] for name in names], len(countries))


def test_building_again_gives_the_same_arrays(shared: Path, embedded: mp.World) -> None:
    built = yd.build(read_cubes(shared / "data" / "icio_cubes"), embedded)
    held = yd.yardstick()
    assert tuple(built["years"]) == held.years == YEARS
    assert tuple(built["countries"]) == held.countries
    for name in ("output", "flows", "content", "content_high_tech"):
        np.testing.assert_allclose(built[name], getattr(held, name), rtol=2e-6, atol=1e-12)


def test_its_last_year_is_that_of_the_embedded_world(embedded: mp.World) -> None:
    """Sales but for cells under 1,000 USD, which the world sets to 0; dependence on 28 sectors beside that on 49."""
    held = yd.yardstick()
    assert held.countries == embedded.countries
    np.testing.assert_allclose(held.output[-1], embedded.output.sum(axis=1), rtol=1e-3)
    np.testing.assert_allclose(held.flows[-1].sum(), embedded.trade.sum(), rtol=1e-6)
    member = blocs("USA DEU FRA GBR ITA JPN CAN", "CHN")
    links = dep.chain(embedded.trade_share, embedded.tariff, None, embedded.input_share)
    own = dep.dependence(dep.content(links, member), embedded.final_use).share
    assert np.abs(member @ held.content[-1] - own).mean() < 0.005


def test_every_dollar_of_value_added_has_an_origin() -> None:
    held = yd.yardstick()
    for content in (held.content, held.content_high_tech):
        np.testing.assert_allclose(content.sum(axis=1), 1.0, rtol=1e-5)


def test_yearly_changes_by_hand() -> None:
    member = blocs("USA DEU FRA GBR ITA JPN CAN", "BRA RUS IND CHN ZAF")
    held, found = yd.yardstick(), yd.yearly_change(member)
    shares = held.output / held.output.sum(axis=1, keepdims=True)
    inside = shares @ member.T
    poles = 1 / ((inside**2).sum(axis=1) + ((shares * (member.sum(axis=0) == 0)) ** 2).sum(axis=1))
    assert found.poles == pytest.approx(np.abs(np.diff(poles)).mean(), rel=1e-10)
    assert 0.001 < found.poles < 0.2
    assert 0.0005 < found.polarisation < 0.05
    russia = held.countries.index("RUS")
    west = held.content[:, member[0] > 0, russia].sum(axis=1)
    assert found.dependence[0, russia] == pytest.approx(np.abs(np.diff(west)).mean(), rel=1e-10)
    assert found.dependence_high_tech.shape == (2, len(held.countries))


def test_what_it_says_of_itself() -> None:
    assert source(yd.SOURCE).licence == "CC BY 4.0"
    assert yd.GRADE == "estimated"
    assert set(yd.NOT_COMPUTED) == {"chokepoint", "leadership", "currency", "gap", "co2"}


def cubes(folder: Path, sales: np.ndarray, year: int = 2020, labels: str = "AB") -> None:
    """Five small files in the layout of the real ones; ``year`` is what the file of 2020 says."""
    for each in YEARS:
        with h5py.File(folder / f"ICIO{each}.mat", "w") as file:
            data = file.create_group("data")
            names = {"countries": ("AAA", "BBB"), "sectors": labels if each == 2020 else "AB"}
            for axis, texts in names.items():
                places = []
                for k, text in enumerate(texts):
                    held = file.create_dataset(f"text/{axis}{k}", data=np.array([[ord(c)] for c in text], dtype="u2"))
                    places.append(held.ref)
                data.create_dataset(axis, data=np.array([places], dtype=h5py.ref_dtype), dtype=h5py.ref_dtype)
            data.create_dataset("Xjik_3D", data=sales)
            data.create_dataset("year", data=[[float(year if each == 2020 else each)]])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"year": 2011}, r"ICIO2020\.mat has the year 2011"), ({"labels": "AC"}, "or other labels than the files beside"),
     ({"sales": -np.ones((2, 2, 2))}, r"ICIO2018\.mat has sales that are negative")],
)  # fmt: skip
def test_files_that_do_not_fit_are_refused(tmp_path: Path, wrong: dict[str, object], message: str) -> None:
    sales = np.arange(8.0).reshape(2, 2, 2)  # [sector, destination, origin]
    cubes(tmp_path, **{"sales": sales, **wrong})  # type: ignore[arg-type]
    with pytest.raises(mp.WorldError, match=message):
        read_cubes(tmp_path)
    cubes(tmp_path, sales)
    read = read_cubes(tmp_path)
    assert (read.countries, read.sectors, read.years) == (("AAA", "BBB"), ("A", "B"), YEARS)
    assert read.sales[0, 1, 0, 1] == sales[1, 0, 1]


def test_cubes_of_other_countries_are_refused(embedded: mp.World) -> None:
    other = Cubes(YEARS, ("AAA",), ("A",), np.ones((5, 1, 1, 1)))
    with pytest.raises(mp.WorldError, match="other countries or sectors than the embedded world"):
        yd.build(other, embedded)
