"""Draws: a number's quantile depends on the seed, its name and the draw, on nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multipolar as mp
from multipolar.model.parameters import horizon_parameters, parameter_table
from multipolar.study.draws import draw, elasticity_factors, quantiles
from multipolar.world.toy import random_world

NAMES = st.text(min_size=1, max_size=20)


@given(st.integers(0, 2**62), NAMES, st.integers(0, 6), st.integers(0, 9))
def test_every_aligned_block_fills_its_strata_once(seed: int, name: str, power: int, block: int) -> None:
    size = 2**power
    points = quantiles(seed, name, size * (block + 1))[size * block :]
    assert sorted((points * size).astype(int)) == list(range(size))


@given(st.integers(0, 2**62), NAMES, st.integers(1, 200), st.integers(1, 200))
def test_more_draws_do_not_move_the_first(seed: int, name: str, few: int, more: int) -> None:
    few, more = min(few, more), max(few, more)
    np.testing.assert_array_equal(quantiles(seed, name, more)[:few], quantiles(seed, name, few))


def test_points_lie_inside_and_names_are_independent() -> None:
    points = np.array([quantiles(1, f"name{k}", 512) for k in range(40)])
    assert points.min() > 0.0
    assert points.max() < 1.0
    correlation = np.corrcoef(points)[np.triu_indices(40, 1)]
    assert np.abs(correlation).max() < 0.25
    assert abs(correlation.mean()) < 0.01


def test_seed_and_name_matter() -> None:
    assert not np.array_equal(quantiles(1, "a", 8), quantiles(2, "a", 8))
    assert not np.array_equal(quantiles(1, "a", 8), quantiles(1, "b", 8))


def test_elasticity_draws_keep_their_mean_and_spread() -> None:
    """G65: se/mean .3 gives a standard deviation of the log of .293560; the mean is kept."""
    world = random_world(1, 2, 3)
    factor, truncated = elasticity_factors(world, 1.0, 4096, seed=3)
    assert truncated == 0
    assert np.log(factor).std(axis=0) == pytest.approx([0.293560] * 3, abs=0.01)
    assert factor.mean(axis=0) == pytest.approx([1.0] * 3, abs=0.01)
    assert np.corrcoef(np.log(factor).T)[0, 1] == pytest.approx(0.5, abs=0.05)


def test_small_elasticities_are_set_to_the_least_and_counted() -> None:
    world = random_world(1, 2, 3)
    scale = 0.6 / float(world.trade_elasticity.min())
    factor, truncated = elasticity_factors(world, scale, 256, seed=3)
    theta = factor * world.trade_elasticity * scale
    assert truncated > 0
    assert theta.min() == pytest.approx(0.5)
    assert int((theta <= 0.5 * (1 + 1e-12)).sum()) == truncated


SCENARIO = """multipolar: 1
title: Draws
measures:
  - {id: first, type: tariff, who: USA, to: CHN, sectors: goods, source: assumption,
     add: {value: 0.1, range: [0, 0.3]}}
"""
MORE = """  - {id: a_new_one, type: tariff, who: CHN, to: USA, sectors: goods, source: assumption,
     add: {range: [0, 0.3]}}
"""


def test_adding_a_measure_does_not_move_the_draws_of_the_others(embedded: mp.World) -> None:
    one = draw(mp.read_scenario(SCENARIO), embedded, mp.Parameters(theta_scale=0.5), 16, seed=1)
    two = draw(mp.read_scenario(SCENARIO + MORE), embedded, mp.Parameters(theta_scale=0.5), 16, seed=1)
    np.testing.assert_array_equal(one.numbers["first.add"], two.numbers["first.add"])
    np.testing.assert_array_equal(one.theta_factor, two.theta_factor)
    assert set(two.numbers) == {"first.add", "a_new_one.add"}


def test_a_group_moves_together(embedded: mp.World) -> None:
    grouped = (SCENARIO + MORE).replace("source: assumption", "group: g, source: assumption")
    numbers = draw(mp.read_scenario(grouped), embedded, mp.Parameters(theta_scale=0.5), 32, seed=1).numbers
    order = np.argsort(numbers["first.add"])
    assert (np.diff(numbers["a_new_one.add"][order]) >= 0).all()


def test_labour_is_drawn_where_it_plays_a_part(embedded: mp.World) -> None:
    """Each parameter from its range, by its own name; what a labour option does not use is neither drawn nor moved."""
    scenario, count = mp.read_scenario(SCENARIO), 64
    names = {
        "one_wage": set(), "sectors": {"mobility"}, "participation": {"mobility", "psi", "labour_share"},
        "rigid": {"mobility", "labour_share", "wage_floor", "nominal_growth"},
    }  # fmt: skip
    drawn = {}
    for labour, used in names.items():
        central = horizon_parameters(embedded, "short", labour)
        drawn[labour] = draw(scenario, embedded, central, count, seed=1)
        assert set(drawn[labour].labour) == used
        np.testing.assert_array_equal(drawn[labour].theta_factor, drawn["one_wage"].theta_factor)
        for name, values in drawn[labour].labour.items():
            row = parameter_table()[name]
            assert row.low <= values.min() < np.median(values) < values.max() <= row.high
        one = drawn[labour].parameters_of(3, central)
        np.testing.assert_array_equal(one.theta_factor, drawn[labour].theta_factor[3])
        assert (one.theta_scale, one.sigma, one.eps) == (central.theta_scale, central.sigma, central.eps)
        assert (one.mobility == central.mobility) == (labour == "one_wage")
        assert bool(one.psi) == (labour == "participation")
        assert bool(np.any(one.rigidity)) == (labour == "rigid")
    np.testing.assert_array_equal(drawn["rigid"].labour["mobility"], drawn["sectors"].labour["mobility"])
    floor, growth = (drawn["rigid"].labour[name][3] for name in ("wage_floor", "nominal_growth"))
    some = horizon_parameters(embedded, "short", "rigid", flexible_rates=["JPN"])
    found = draw(scenario, embedded, some, count, seed=1).parameters_of(3, some).rigidity
    free = np.asarray(embedded.countries) == "JPN"
    np.testing.assert_allclose(found, np.where(free, 0.0, floor / (1 + growth)), rtol=1e-15)
