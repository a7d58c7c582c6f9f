"""A system that differs from another in production alone: the same bits, with its trade arrays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import multipolar as mp
from multipolar.model.solve import solve_system, system_of, with_production
from multipolar.study.case import Bench
from multipolar.world.toy import random_world

WORLD = random_world(8, 5, 3)


def shocks() -> mp.Shocks:
    tariff = WORLD.tariff + 0.1
    tariff[np.arange(5), np.arange(5)] = 0.0
    venture = mp.Venture(host=1, sector=1, investor=0, share=0.1, royalty=0.05)
    return mp.Shocks(tariff=tariff, ventures=(venture,), productivity_hat=np.full((5, 3), 1.1))


def test_trade_arrays_serve_again_and_numbers_are_the_same_bits() -> None:
    economy = mp.prepare(WORLD)
    first = system_of(economy, shocks())
    moved = replace(
        shocks(),
        productivity_hat=np.linspace(0.9, 1.2, 15).reshape(5, 3),
        research_purchases=np.full((5, 3), 2.0),
        ventures=(mp.Venture(host=2, sector=0, investor=0, share=0.2, royalty=0.05, displaced=0.5),),
    )
    again, anew = with_production(first, moved), system_of(economy, moved)
    assert again.made is first.made
    one, other = solve_system(again), solve_system(anew)
    for name in ("welfare_hat", "trade", "price_hat", "output", "research_spending"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    before = solve_system(first)
    assert (before.welfare_hat != one.welfare_hat).all()
    bare = with_production(first, replace(shocks(), productivity_hat=None))
    np.testing.assert_array_equal(
        solve_system(bare).welfare_hat, mp.solve(WORLD, replace(shocks(), productivity_hat=None)).welfare_hat
    )


def test_what_moves_is_checked_again() -> None:
    system = system_of(mp.prepare(WORLD), shocks())
    with pytest.raises(mp.ShocksError, match="productivity_hat: not above 0"):
        with_production(system, replace(shocks(), productivity_hat=np.zeros((5, 3))))
    away = (mp.Venture(host=7, sector=0, investor=0, share=0.2, royalty=0.05),)
    with pytest.raises(mp.ShocksError, match="host, investor or sector is outside the world"):
        with_production(system, replace(shocks(), ventures=away))
    assert with_production(system, replace(shocks(), productivity_hat=np.ones((5, 3)))).made is system.made


def test_a_bench_forms_trade_arrays_where_they_have_moved() -> None:
    scenario = mp.read_scenario(
        "multipolar: 1\ntitle: t\ndeficits: fixed\nmeasures:\n"
        "  - {id: t, type: tariff, who: C1, to: C2, sectors: all, add: 0.1, source: assumption}\n",
        WORLD,
    )
    bench, given = Bench(mp.prepare(WORLD), scenario), shocks()
    first = bench._system(bench.economy, given)
    assert bench._system(bench.economy, replace(given, productivity_hat=None)).made is first.made
    other = bench._system(bench.economy, replace(given, tariff=given.tariff.copy()))  # equal, but another array
    assert other.made is not first.made
    assert bench._system(mp.prepare(WORLD), given).made is not other.made  # another economy
