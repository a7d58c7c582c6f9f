"""A small world with real names: four countries, four sectors, made-up figures."""

from __future__ import annotations

import pytest

import multipolar as mp
from multipolar.world.toy import random_world

COUNTRIES = ("CHN", "DEU", "RUS", "USA")
SECTORS = ("C26", "C29", "D", "J61")


@pytest.fixture(scope="session")
def small() -> mp.World:
    toy = random_world(7, countries=4, sectors=4)
    return mp.World.from_arrays(
        countries=COUNTRIES,
        sectors=SECTORS,
        trade=toy.trade,
        input_share=toy.input_share,
        tariff=toy.tariff,
        trade_elasticity=toy.trade_elasticity,
        name="small",
    )
