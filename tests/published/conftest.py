"""The German gas study on the real table, computed once for all tests that look at it."""

from __future__ import annotations

from pathlib import Path

import pytest

from multipolar.study.published import german_gas
from multipolar.study.published.claims import Validation
from multipolar.world.world import World


@pytest.fixture(scope="session")
def wiod2011(shared: Path) -> World:
    pytest.importorskip("rdata", reason="needs the extra `readers`")
    from multipolar.world.readers import wiod

    path = shared / "data" / "wiod2011" / "wiot_2011.RData"
    if not path.exists():
        pytest.skip("needs data/wiod2011 of the shared folder")
    return wiod.read([path])


@pytest.fixture(scope="session")
def gas(wiod2011: World) -> Validation:
    return german_gas.on_world(wiod2011)
