"""GTAP: a made-up balanced database in the form of version 7, read back with taxes, margins and the accounts."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from multipolar.base.problems import WorldError
from multipolar.world.readers import gtap
from multipolar.world.readers.har import read_har
from multipolar.world.world import World

SINGLE = 2e-6  # the file holds single precision


@pytest.fixture(scope="module")
def world(layouts: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> World:
    return gtap.read([layouts.gtap(tmp_path_factory.mktemp("gtap"))])


@pytest.fixture(scope="module")
def held(layouts: ModuleType) -> dict[str, np.ndarray]:
    return layouts.gtap_arrays()


def test_arrays_of_the_container_are_read_as_written(layouts: ModuleType, tmp_path: Path) -> None:
    found = read_har(layouts.gtap(tmp_path))
    for name, values in layouts.gtap_arrays().items():
        assert np.allclose(found[name].values, values, rtol=1e-7, atol=0), name
        assert found[name].sets == gtap.SETS[name]
        assert found[name].elements == tuple(layouts.GTAP_SETS[each] for each in gtap.SETS[name])
    assert "H1" not in found  # texts


def test_labels_year_and_soundness(world: World) -> None:
    assert world.countries == ("USA", "DEU", "RestofWorld")
    assert world.sectors == ("agr", "mfg", "otp")
    assert world.year == 2017
    assert world.check().ok


def test_one_flow_by_hand(world: World, held: dict[str, np.ndarray]) -> None:
    """Manufactures from the United States to Germany: sales, export tax and tariff as the file has them."""
    sales, fob, cif, paid = (held[name][1, 0, 1] for name in ("VXSB", "VFOB", "VCIF", "VMSB"))
    assert world.trade[0, 1, 1] == pytest.approx(sales, rel=SINGLE)
    assert world.export_tax is not None
    assert world.export_tax[0, 1, 1] == pytest.approx(fob / sales - 1, abs=SINGLE)
    assert world.tariff[0, 1, 1] == pytest.approx((paid - cif) / fob, abs=SINGLE)


def test_output_is_what_activities_make(world: World, held: dict[str, np.ndarray]) -> None:
    """In the aggregate region also border taxes on its trade with itself, which its buyers pay."""
    made = np.einsum("ccr->rc", held["MAKB"])
    inside = (held["VFOB"] - held["VXSB"] + held["VMSB"] - held["VCIF"])[:, 2, 2]
    made[2] += inside
    assert np.allclose(world.output, made, rtol=SINGLE)
    (step,) = world.provenance.steps
    assert step.block == "trade"
    assert step.total == pytest.approx(np.abs(inside).sum(), rel=1e-4)


def test_inputs_and_final_use_are_the_file_s_in_all(world: World, held: dict[str, np.ndarray]) -> None:
    paid = (world.input_share * world.output[:, :, None]).sum(axis=2)
    assert np.allclose(paid, (held["VDFB"] + held["VMFB"]).sum(axis=0).T, rtol=1e-5)
    final = sum(held[f"V{kind}{use}B"] for kind in "DM" for use in "PGI")
    assert np.allclose(world.income, final.sum(axis=0), rtol=1e-5)


def test_revenue_is_what_is_paid_at_the_border(world: World, held: dict[str, np.ndarray]) -> None:
    duties, levied = held["VMSB"] - held["VCIF"], held["VFOB"] - held["VXSB"]
    for taxes in (duties, levied):
        taxes[:, 2, 2] = 0.0
    assert np.allclose(world.revenue, duties.sum(axis=(0, 1)) + levied.sum(axis=(0, 2)), rtol=1e-4)


def test_margins_are_sold_to_those_who_pay_them(world: World, held: dict[str, np.ndarray]) -> None:
    """Transport (the last commodity): what a region sells abroad beyond VXSB is its share of the margins abroad."""
    share = held["VST"][0] / held["VST"][0].sum()
    paid = held["VTWR"][0].sum(axis=(0, 1))
    beyond = world.trade[0, 1, 2] - held["VXSB"][2, 0, 1]
    assert beyond == pytest.approx(share[0] * paid[1], rel=1e-4)


def test_final_sales_add_up_to_final_use(world: World) -> None:
    paid = world.final_trade * (1 + world.tariff) * (1 + world.export_tax)
    assert np.allclose(paid.sum(axis=0), world.final_use, rtol=1e-4)
    assert (world.final_trade <= world.trade).all()


def test_small_flaws_are_cut_and_told(layouts: ModuleType, tmp_path: Path) -> None:
    """Imported inputs of manufactures one in a thousand above what is imported, with no other use: cut, and told."""
    held = layouts.gtap_arrays()
    for kind in "DM":
        for use in "PGI":
            held["MAKB"][1, 1, 0] -= held[f"V{kind}{use}B"][1, 0] if kind == "D" else 0.0
            held[f"V{kind}{use}B"][1, 0] = 0.0
    imports = held["VMSB"][1, :, 0].sum()
    held["VMFB"][1, :, 0] = 1.001 * imports / 3
    made = gtap.read([layouts.gtap(tmp_path, held)])
    step = next(step for step in made.provenance.steps if step.what == "inputs cut to what is sold in a market")
    assert step.where == "USA mfg"
    assert step.total == pytest.approx(0.001 * imports * (1 - held["VTWR"][0, 1, :, 0].sum() / imports), rel=1e-2)
    assert made.check().ok


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda held: held.pop("VTWR"), "not there: VTWR"),
        (lambda held: held["VXSB"].__setitem__((0, 0, 1), -1.0), "VXSB: negative numbers"),
        (lambda held: held["VDPB"].__setitem__((0, 0), np.nan), "VDPB: negative numbers, or cells that are none"),
        (lambda held: held["MAKB"].__setitem__((0, 1, 0), 900.0), "activities make more than one commodity"),
        (lambda held: held["VDPB"].__imul__(1.5), "sales and what is made differ by"),
        (lambda held: held["VMPB"].__imul__(3.0), "imports and their use differ by"),
        (lambda held: held["VCIF"].__imul__(1.5), "trade at fob with margins and at cif differ by"),
        (lambda held: [values.fill(0.0) for values in held.values()], "nothing is made: every figure is 0"),
    ],
)
def test_what_cannot_be_a_database_is_refused(
    change: object, message: str, layouts: ModuleType, tmp_path: Path
) -> None:
    held = layouts.gtap_arrays()
    assert gtap.read([layouts.gtap(tmp_path)]).check().ok
    change(held)
    with pytest.raises(WorldError, match=message):
        gtap.read([layouts.gtap(tmp_path, held)])
