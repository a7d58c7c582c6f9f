"""What all tests share: where the shared folder is, and the settings of hypothesis."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "multipolar", max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("multipolar")

REPOSITORY = Path(__file__).resolve().parents[1]


def shared_folder() -> Path:
    """The folder with data and check numbers that stands beside the repository, where there is one."""
    return Path(os.environ.get("MULTIPOLAR_SHARED", REPOSITORY.parent / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = shared_folder()
    if not (folder / "checks").is_dir():
        pytest.skip(f"needs the shared folder (MULTIPOLAR_SHARED or {folder.name}/ beside the repository)")
    return folder


@pytest.fixture(scope="session")
def replication() -> Callable[[Path], dict[str, np.ndarray]]:
    """Writes a small made-up file of the layout of the NAFTA study's data, and gives back its arrays."""

    def write(path: Path) -> dict[str, np.ndarray]:
        from multipolar.world.toy import random_world

        world = random_world(7, countries=4, sectors=2)
        materials = 1.0 - world.accounts.value_added_share
        arrays = {
            "countries": np.array(["MEX", "CAN", "USA", "ROW"]),
            "sectors": np.array(world.sectors),
            "trade_share": world.trade_share,
            "tariff_1993": world.tariff,
            "tariff_2005": 0.5 * world.tariff,
            "expenditure": world.spending,
            "final_share": world.final_share,
            "value_added_share": world.accounts.value_added_share,
            "input_share_of_materials": world.input_share / materials[:, :, None],
            "trade_elasticity": world.trade_elasticity,
            "value_added": world.value_added.sum(axis=1),
            "deficit": world.deficit,
        }
        np.savez(path, **arrays)
        return arrays

    return write


@pytest.fixture(scope="session")
def embedded():
    """The embedded world, loaded once."""
    import multipolar as mp

    return mp.load_world()


@pytest.fixture(scope="session", params=["plain", "compiled"])
def engine(request: pytest.FixtureRequest) -> str:
    """Each payment engine in turn: what holds on one holds on both."""
    if request.param == "compiled":
        pytest.importorskip("numba")
    return str(request.param)


@pytest.fixture(scope="session")
def fuzz() -> ModuleType:
    """The fuzzer of the payment engines, whose random days the laws use as well."""
    spec = importlib.util.spec_from_file_location("fuzz_payments", REPOSITORY / "tests" / "fuzz_payments.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
