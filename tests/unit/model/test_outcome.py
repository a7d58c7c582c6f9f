"""Outcomes: no number without a converged status and recomputed residuals."""

from __future__ import annotations

import numpy as np
import pytest

import multipolar as mp
from multipolar.model.outcome import Outcome, _Number
from multipolar.model.solve import solve_prepared
from multipolar.world.toy import random_world

NUMBERS = [name for name, value in vars(Outcome).items() if isinstance(value, _Number)]
DERIVED = ["terms_of_trade", "volume_of_trade", "decomposition", "real_gdp_hat"]


def shock(world: mp.World) -> mp.Shocks:
    return mp.Shocks(tariff=np.where(world.tariff > 0, world.tariff + 0.2, 0.0))


@pytest.mark.parametrize("name", NUMBERS + DERIVED)
def test_reading_a_number_of_an_unconverged_outcome_raises(name: str) -> None:
    world = random_world(1, 4, 3)
    broken = mp.solve(world, shock(world), sweeps_max=3)
    assert broken.status == "not_converged"
    with pytest.raises(mp.NotConvergedError, match="iteration limit"):
        getattr(broken, name)
    getattr(mp.solve(world, shock(world)), name)


def test_the_last_point_has_another_name() -> None:
    world = random_world(1, 4, 3)
    broken = mp.solve(world, shock(world), sweeps_max=3)
    last = broken.unconverged()
    assert not isinstance(last, Outcome)
    assert np.isfinite(last.welfare_hat).all()
    with pytest.raises(mp.NotConvergedError):
        world.after(broken)
    with pytest.raises(mp.NotConvergedError, match="Largest residual"):
        broken.raise_for_status()


def test_residuals_are_recomputed_and_small() -> None:
    world = random_world(1, 4, 3, export_taxes=True)
    out = mp.solve(world, shock(world))
    assert set(out.residuals) == {
        "goods", "spending", "prices", "costs", "shares", "labour", "sector_wages", "trade_balance", "budget",
        "numeraire", "participation", "unemployment", "transfers",
    }  # fmt: skip
    assert max(out.residuals.values()) < 1e-8


@pytest.mark.parametrize(
    ("field", "equation"),
    [("wage_hat", "labour"), ("sector_wage_hat", "sector_wages"),
         ("employed_share", "unemployment"), ("labour_supply_hat", "participation"),
     ("cost_hat", "costs"), ("price_hat", "prices"), ("spending", "spending"),
     ("output", "goods"), ("income", "budget"), ("revenue", None)],
)  # fmt: skip
def test_a_wrong_number_shows_in_its_residual(field: str, equation: str | None) -> None:
    """The check is other code than the solve: an error of one per cent in any array is seen in its equation."""
    from multipolar.model import residuals as recomputing

    world = random_world(1, 4, 3)
    point = mp.solve(world, shock(world)).unconverged()
    names = ("wage_hat", "sector_wage_hat", "cost_hat", "price_hat", "trade_share", "spending", "output", "income",
             "revenue", "transfers", "productivity_hat", "employed_share", "labour_supply_hat")  # fmt: skip
    arrays = {name: np.array(getattr(point, name)) for name in names}
    arrays[field] = arrays[field].copy()
    arrays[field].flat[0] *= 1.01
    residuals, where = recomputing.recomputed(point.system, **arrays)
    if equation is None:
        assert max(residuals.values()) < 1e-8  # revenue is recomputed from trade, never read
    else:
        assert residuals[equation] > 1e-4
        assert where[equation][0] == 0


def test_a_country_that_makes_nothing_is_solved() -> None:
    """It lives on its deficit alone: its wage is 1 by rule, its welfare follows the prices of what it buys."""
    base = random_world(1, 3, 2)
    trade = np.array(base.trade)
    trade[0] = 0.0
    world = mp.World.from_arrays(
        countries=base.countries, sectors=base.sectors, trade=trade, input_share=0.3 * base.input_share,
        tariff=base.tariff, trade_elasticity=base.trade_elasticity,
    )  # fmt: skip
    assert world.check().ok
    out = mp.solve(world, mp.Shocks(productivity_hat=np.full((3, 2), 1.1)))
    assert out.wage_hat[0] == 1.0
    assert out.welfare_hat[0] > 1.0
    assert max(out.residuals.values()) < 1e-8


def test_numbers_are_read_only() -> None:
    out = mp.solve(random_world(1))
    with pytest.raises(ValueError, match="read-only"):
        out.wage_hat[0] = 2.0


def test_solve_changes_no_argument_and_repeats_itself() -> None:
    world = random_world(4, 4, 3)
    given = np.where(world.tariff > 0, world.tariff + 0.2, 0.0)
    kept = given.copy()
    one, two = mp.solve(world, mp.Shocks(tariff=given)), mp.solve(world, mp.Shocks(tariff=given))
    np.testing.assert_array_equal(given, kept)
    np.testing.assert_array_equal(one.welfare_hat, two.welfare_hat)
    np.testing.assert_array_equal(one.trade_share, two.trade_share)


def test_prepared_and_plain_solve_agree() -> None:
    world = random_world(4, 4, 3)
    one, two = mp.solve(world, shock(world)), solve_prepared(mp.prepare(world), shock(world))
    np.testing.assert_array_equal(one.welfare_hat, two.welfare_hat)


def test_horizon_scales_the_elasticity() -> None:
    """A trade elasticity twice as large is the same as elasticities doubled in the world."""
    from dataclasses import replace

    world = random_world(4, 4, 3)
    other = replace(world, trade_elasticity=2.0 * world.trade_elasticity)
    one = mp.solve(world, shock(world), mp.Parameters(theta_scale=2.0))
    np.testing.assert_allclose(one.welfare_hat, mp.solve(other, shock(other)).welfare_hat, rtol=1e-12)


def test_after_belongs_to_its_world() -> None:
    one, two = random_world(1), random_world(2)
    with pytest.raises(mp.WorldError, match="another world"):
        one.after(mp.solve(two))
    assert one.after(mp.solve(one)).digest


def test_a_real_income_without_a_logarithm_is_not_decomposed() -> None:
    """Where many work much more and the fruits go abroad, consumption less effort can come out below zero."""
    world = random_world(1, 3, 2)
    out = mp.solve(world, mp.Shocks(productivity_hat=np.full((3, 2), 1.1)), mp.Parameters(psi=0.25, labour_share=0.55))
    assert np.isfinite(out.first_order.terms_of_trade).all()
    below = mp.solve(
        world, mp.Shocks(productivity_hat=np.full((3, 2), 1.1)), mp.Parameters(psi=0.25, labour_share=0.55)
    )
    below.unconverged().__dict__["welfare_hat"] = np.array([1.0, -0.2, 1.0])
    with pytest.raises(mp.NotConvergedError, match="real income of C2 comes out at or below zero"):
        _ = below.terms_of_trade
