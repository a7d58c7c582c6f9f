"""The small world that tests of the path and of technology share."""

from __future__ import annotations

import numpy as np
import pytest

import multipolar as mp
from multipolar.world.intake import Field
from multipolar.world.toy import random_world


@pytest.fixture(scope="session")
def knowing() -> mp.World:
    """Four countries and sectors with stocks of knowledge and research."""
    toy = random_world(7, countries=4, sectors=4)
    axes = ("country", "sector")
    stock = np.random.default_rng(3).uniform(0.1, 1.0, (4, 4))
    return mp.World.from_arrays(
        countries=("CHN", "DEU", "RUS", "USA"), sectors=("C26", "C29", "D", "M"), trade=toy.trade,
        input_share=toy.input_share, tariff=toy.tariff, trade_elasticity=toy.trade_elasticity, name="small",
        fields={
            "knowledge": Field(stock, axes, "share of the world", "assumption", "made up"),
            "research": Field(0.02 * toy.value_added, axes, "million USD", "assumption", "made up"),
        },
    )  # fmt: skip
