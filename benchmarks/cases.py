"""What is measured: economies and shocks, apart from how they are timed."""

from __future__ import annotations

import numpy as np

import multipolar as mp
from multipolar.world.groups import expand
from multipolar.world.toy import random_world

WEST = ("USA", "GBR", "JPN", "CAN", "AUS", "CHE", "NOR", "NZL", "ISL", "UKR", "EU27")
SIZES = (20, 40, 81, 162)
SECTORS = 49


def tariff_10(world: mp.World) -> mp.Shocks:
    """The first country (the USA where it is there) puts ten points on all goods from everybody."""
    importer = world.countries.index("USA") if "USA" in world.countries else 0
    goods = [k for k, sector in enumerate(world.sectors) if sector[0] in "ABCS"]
    tariff = world.tariff.copy()
    tariff[:, importer, goods] += 0.1
    tariff[importer, importer] = 0.0
    return mp.Shocks(tariff=tariff)


def bloc_embargo(world: mp.World) -> mp.Shocks:
    """No trade between the West and Russia, deficits closed."""
    members = [code for code in expand(WEST, {}) if code in world.countries]
    west, rus = world.axes.country.indices(members), world.axes.country.indices(["RUS"])
    blocked = np.zeros_like(world.trade)
    blocked[np.ix_(west, rus)] = blocked[np.ix_(rus, west)] = 1.0
    return mp.Shocks(blocked_share=blocked, deficits="closed")


SHOCKS = {"tariff_10": tariff_10, "bloc_embargo": bloc_embargo}


def sized(countries: int) -> mp.World:
    """A random world of a given size."""
    return random_world(7, countries, SECTORS)
