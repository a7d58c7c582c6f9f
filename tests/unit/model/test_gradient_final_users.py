"""Derivatives and batches where final users have suppliers of their own (``markets.py``), research is bought too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import multipolar as mp
from multipolar.model.instruments import composed
from multipolar.world.toy import random_world
from multipolar.world.world import Field

pytest.importorskip("jax", reason="needs the extra `derivatives`")

NESTS = {"plain": mp.Parameters(), "labour": mp.Parameters(mobility=2.0, sigma=0.5, eps=0.2, sigma_c=0.9)}


def split_world(seed: int) -> mp.World:
    """A random world in which final users buy from other origins than users of inputs do."""
    world, rng = random_world(seed, 4, 3, export_taxes=True), np.random.default_rng(seed)
    assert world.export_tax is not None
    gross = (1.0 + world.tariff) * (1.0 + world.export_tax)
    paid = world.trade * gross
    final = paid * (world.final_use / paid.sum(axis=0))
    moved = rng.normal(size=paid.shape) * np.minimum(final, paid - final) * 0.15
    final = final + moved - moved.sum(axis=0) * final / final.sum(axis=0)
    axes = ("country", "country", "sector")
    return replace(world, fields={"final_trade": Field(final / gross, axes, "million USD", "assumption", "made up")})


def shock(world: mp.World) -> mp.Shocks:
    blocked, listed = np.zeros_like(world.trade), np.zeros_like(world.trade)
    blocked[0, 1], blocked[2, 1, 1], blocked[3, 2, 0] = 0.3, 1.0, 0.2
    listed[0, 3], listed[1, 3], listed[3, 1, 1] = 0.4, 0.6, 0.5
    tariff = world.tariff + 0.1 * (1.0 - np.eye(4))[:, :, None]
    return mp.Shocks(tariff=tariff, blocked_share=blocked, listed_share=listed, deficits="own",
                     research_purchases=0.01 * world.output)  # fmt: skip


@pytest.fixture(scope="module", params=NESTS)
def solved(request: pytest.FixtureRequest) -> mp.Outcome:
    world = split_world(len(request.param))
    return mp.solve(world, shock(world), NESTS[request.param], tolerance=1e-13)


def test_the_composition_is_the_sweep(solved: mp.Outcome) -> None:
    system = solved.unconverged().system
    equations, inputs, given = composed(system, "a test")
    state = solved.state() + 0.1 * np.random.default_rng(0).normal(size=solved.state().shape)
    assert state.shape == (4, 1 + 3 + 6)
    np.testing.assert_allclose(equations(state, inputs, given)[0], system.sweep(state), rtol=0, atol=1e-12)
    np.testing.assert_allclose(
        equations(solved.state(), inputs, given)[1], np.log(solved.welfare_hat), rtol=0, atol=1e-12
    )


@pytest.mark.parametrize(
    ("name", "cell"),
    [("tariff", (0, 1, 2)), ("tariff", (0, 3, 1)), ("blocked_share", (3, 2, 0)), ("blocked_share", (0, 1, 0))],
)
def test_central_differences(solved: mp.Outcome, name: str, cell: tuple[int, int, int]) -> None:
    """A tax or a cut of a flow is that of both markets."""
    world, parameters, given = solved.world, solved.unconverged().system.economy.parameters, shock(solved.world)

    def across(step: float) -> float:
        ends = []
        for sign in (1.0, -1.0):
            moved = getattr(given, name).copy()
            moved[cell] += sign * step
            out = mp.solve(world, replace(given, **{name: moved}), parameters, tolerance=1e-14)
            ends.append(np.log(out.welfare_hat[1]))
        return float(ends[0] - ends[1]) / (2.0 * step)

    expected = (4.0 * across(5e-4) - across(1e-3)) / 3.0
    found = float(getattr(mp.gradient(solved, country="C2", tolerance=1e-11), name)[cell])
    assert found == pytest.approx(expected, rel=1e-6)


def test_opening_a_closed_flow(solved: mp.Outcome) -> None:
    """In markets of which product lines are closed to another."""
    world, parameters, given = solved.world, solved.unconverged().system.economy.parameters, shock(solved.world)

    def opened(share: float) -> float:
        assert given.blocked_share is not None
        less = given.blocked_share.copy()
        less[2, 1, 1] = 1.0 - share
        out = mp.solve(world, replace(given, blocked_share=less), parameters, tolerance=1e-14)
        return float(np.log(out.welfare_hat[1]))

    step = 1e-4
    expected = (-3.0 * opened(0.0) + 4.0 * opened(step) - opened(2.0 * step)) / (2.0 * step)
    assert mp.gradient(solved, country="C2", tolerance=1e-11).openness[2, 1, 1] == pytest.approx(expected, rel=1e-6)


def test_a_batch(solved: mp.Outcome) -> None:
    world, given = solved.world, shock(solved.world)
    economy = mp.prepare(world, solved.unconverged().system.economy.parameters)
    (found,) = mp.solve_batch(economy, [given], tolerance=1e-12)
    assert isinstance(found, mp.Outcome)
    assert found.sweeps == 1
    np.testing.assert_allclose(found.welfare_hat, solved.welfare_hat, rtol=1e-9)


def test_other_research_is_out_of_a_previews_reach(solved: mp.Outcome) -> None:
    at = mp.gradient(solved, country="C2")
    assert abs(mp.preview(at, shock(solved.world)).solved) < 1e-8
    with pytest.raises(mp.InputError, match="research_purchases: research is not that of the outcome"):
        mp.preview(at, replace(shock(solved.world), research_purchases=None))
