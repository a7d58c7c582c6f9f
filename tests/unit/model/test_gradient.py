"""Derivatives against central differences, laws that name them, refusals; previews."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import multipolar as mp
from multipolar.model.instruments import composed
from multipolar.numerics.outcomes import Outcomes
from multipolar.world.toy import random_world, symmetric_world

pytest.importorskip("jax", reason="needs the extra `derivatives`")

SEEDS = st.integers(0, 5_000)
CES = {"sigma": 0.5, "eps": 0.2, "sigma_c": 0.9}
NESTS = {
    "Cobb-Douglas": mp.Parameters(),
    "CES": mp.Parameters(**CES),
    "mobility": mp.Parameters(mobility=2.0),
    "mobility and CES": mp.Parameters(mobility=2.0, **CES),
    "participation": mp.Parameters(psi=0.25, labour_share=0.6, **CES),
    "participation and mobility": mp.Parameters(psi=0.5, labour_share=0.55, mobility=1.5),
    "rigid wages": mp.Parameters(
        rigidity=np.array([0.99, 0.97, 0.0, 0.98]), labour_share=0.55, mobility=1.5, **CES
    ),
}
CASES = list(zip(NESTS, ("own", "fixed", "closed", "own", "fixed", "closed", "own"), strict=True))
LEVELS = {
    "tariff": "tariff", "export_tax": "export_tax", "trade_cost_hat": "trade_cost", "blocked_share": "blocked_share",
    "productivity_hat": "productivity",
}  # fmt: skip


def levels(world: mp.World, seed: int) -> dict[str, np.ndarray]:
    """A shock in every instrument."""
    rng = np.random.default_rng(seed + 1)
    shape, own = world.trade.shape, np.arange(len(world.countries))
    found = {
        "tariff": world.tariff + rng.uniform(0.0, 0.2, shape),
        "export_tax": (0.0 if world.export_tax is None else world.export_tax) + rng.uniform(0.0, 0.1, shape),
        "trade_cost_hat": np.where(rng.random(shape) < 0.3, 1.2, 1.0),
        "blocked_share": np.where(rng.random(shape) < 0.5, rng.uniform(0.05, 0.5, shape), 0.0),
        "productivity_hat": rng.uniform(0.9, 1.1, shape[1:]),
        "transfers": np.linspace(-1.0, 1.0, shape[0]) * 0.002 * world.output.sum(),
    }
    for name in ("tariff", "export_tax", "blocked_share"):
        found[name][own, own] = 0.0
    return found


def others(world: mp.World, seed: int) -> dict[str, object]:
    """Product lists and ventures: there, though nothing is differentiated by them."""
    listed = np.zeros_like(world.trade)
    for flow in ((0, 1, 0), (2, 1, 0), (1, 3, 0), (3, 0, 1), (1, 2, 2)):  # the same markets: compiled once
        listed[flow] = 0.1 + 0.5 * np.random.default_rng([seed, *flow]).random()
    ventures = (
        mp.Venture(host=0, sector=1, investor=2, output=0.05 * float(world.output[0, 1]), royalty=0.1),
        mp.Venture(host=1, sector=1, investor=2, share=0.1),
    )
    return {"listed_share": listed, "ventures": ventures}


def central(value: Callable[[np.ndarray], float], at: np.ndarray, cell: tuple[int, ...], step: float) -> float:
    """Central difference, with the term in step^2 removed."""

    def across(h: float) -> float:
        up, down = at.copy(), at.copy()
        up[cell] += h
        down[cell] -= h
        return (value(up) - value(down)) / (2.0 * h)

    return (4.0 * across(step) - across(2.0 * step)) / 3.0


def assert_agrees(found: float, expected: float, least: float) -> None:
    """To 1e-6 relative; derivatives below ``least`` are rounding of the solve, not of the derivative."""
    assert abs(found - expected) <= 1e-6 * max(abs(expected), least), (found, expected)


@pytest.mark.parametrize(("nest", "rule"), CASES)
@settings(max_examples=4)
@given(SEEDS)
def test_central_differences(nest: str, rule: str, seed: int) -> None:
    """Every instrument, on worlds with taxes, gaps and deficits, under lists and ventures."""
    world, rng = random_world(seed, 4, 3, export_taxes=seed % 2 == 0, empty=0.15), np.random.default_rng(seed)
    weights, at, kept = rng.normal(size=4), levels(world, seed), others(world, seed)

    def solved(**changed: np.ndarray) -> mp.Outcome:
        return mp.solve(world, mp.Shocks(deficits=rule, **kept, **{**at, **changed}), NESTS[nest], tolerance=1e-14)

    def value(name: str, array: np.ndarray) -> float:
        return float(weights @ np.log(solved(**{name: array}).welfare_hat))

    found = mp.gradient(solved(), weights=weights, tolerance=1e-11)
    assert found.value == pytest.approx(value("tariff", at["tariff"]), abs=1e-12)
    for name, by in LEVELS.items():
        derivative = getattr(found, by)
        possible = np.argwhere(at[name] > 0.0) if name in ("tariff", "export_tax", "blocked_share") else None
        for _ in range(2):
            cell = tuple(rng.integers(0, length) for length in derivative.shape)
            if possible is not None:
                cell = tuple(possible[rng.integers(0, len(possible))])
            expected = central(lambda array, name=name: value(name, array), at[name], cell, 5e-4)
            assert_agrees(derivative[cell], expected, 1e-4)
    dollars = 1e-4 * world.output.sum()

    def moved(size: np.ndarray) -> float:
        return value("transfers", at["transfers"] + size[0] * np.array([1.0, -1.0, 0.0, 0.0]))

    per_dollar = found.transfers[0] - found.transfers[1]
    expected = central(moved, np.zeros(1), (0,), dollars)
    assert_agrees(per_dollar, expected, 1e-4 / dollars)
    assert found.transfers.sum() == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("parameters", [mp.Parameters(), mp.Parameters(mobility=2.0, **CES)], ids=["plain", "short"])
def test_central_differences_on_the_embedded_world(embedded: mp.World, parameters: mp.Parameters) -> None:
    economy = mp.prepare(embedded, parameters)
    place = embedded.countries.index
    goods = [k for k, sector in enumerate(embedded.sectors) if sector[0] == "C"]
    tariff = embedded.tariff.copy()
    tariff[place("CHN"), place("USA"), goods] += 0.1
    shocks = mp.Shocks(tariff=tariff, productivity_hat=np.ones_like(embedded.output), deficits="own")
    solved = mp.solve_prepared(economy, shocks, tolerance=1e-13)
    found = mp.gradient(solved, country="USA", tolerance=1e-11)

    def value(changed: mp.Shocks) -> float:
        out = mp.solve_prepared(economy, changed, tolerance=1e-13, start=solved.state())
        return float(np.log(out.welfare_hat[place("USA")]))

    cell = (place("CHN"), place("USA"), goods[9])
    expected = central(lambda array: value(replace(shocks, tariff=array)), tariff, cell, 5e-3)
    assert abs(found.tariff[cell] - expected) <= 1e-6 * abs(expected)
    cell = (place("DEU"), goods[12])
    expected = central(lambda array: value(replace(shocks, productivity_hat=array)), np.ones_like(embedded.output),
                       cell, 5e-3)  # fmt: skip
    assert abs(found.productivity[cell] - expected) <= 1e-6 * abs(expected)


@pytest.mark.parametrize(("nest", "rule"), CASES)
@given(SEEDS)
def test_the_composition_is_the_sweep(nest: str, rule: str, seed: int) -> None:
    """Away from a solution too: one source of equations, composed twice."""
    world = random_world(seed, 4, 3, export_taxes=seed % 2 == 0, empty=0.15)
    shocks = mp.Shocks(deficits=rule, **levels(world, seed), **others(world, seed))
    out = mp.solve(world, shocks, NESTS[nest], tolerance=1e-12)
    system = out.unconverged().system
    equations, inputs, constants = composed(system, "a test")
    state = out.state() + 0.1 * np.random.default_rng(seed).normal(size=out.state().shape)
    state[:, 1:4][~system.economy.made] = 0.0
    state[:, 4:][~system.economy.used] = 0.0
    np.testing.assert_allclose(equations(state, inputs, constants)[0], system.sweep(state), rtol=0, atol=1e-12)
    welfare = equations(out.state(), inputs, constants)[1]
    np.testing.assert_allclose(welfare, np.log(out.welfare_hat), rtol=0, atol=1e-12)


@given(SEEDS, st.sampled_from(list(NESTS)[:4]))
def test_hulten(seed: int, nest: str) -> None:
    """A closed economy at its base: dlnW/dlnA is the Domar weight, whatever the nests and wherever workers may go."""
    world = random_world(seed, 1, 4, tariffs=False)
    found = mp.gradient(mp.solve(world, parameters=NESTS[nest]), country="C1", tolerance=1e-12)
    np.testing.assert_allclose(found.productivity[0], world.output[0] / world.income[0], rtol=1e-9)


@given(SEEDS)
def test_hulten_for_the_world(seed: int) -> None:
    """Without taxes, incomes as weights: the world gains output times dlnA, wherever it happens (envelope theorem)."""
    world = random_world(seed, 4, 3, tariffs=False)
    found = mp.gradient(mp.solve(world), of="equivalent_variation", weights=np.ones(4), tolerance=1e-12)
    np.testing.assert_allclose(found.productivity, world.output, rtol=1e-7)
    assert np.abs(found.tariff).max() < 1e-7 * world.trade.max()  # a small tariff moves money, and gains nothing
    imports = world.trade.sum()
    assert found.trade_cost.sum() == pytest.approx(-imports, rel=1e-8)


@given(SEEDS)
def test_lerner(seed: int) -> None:
    """Balanced trade, no other taxes: a uniform import tariff and a uniform export tax are one instrument."""
    world = random_world(seed, 3, 3, tariffs=False, balanced=True)
    found = mp.gradient(mp.solve(world, mp.Shocks(deficits="closed")), weights=[1.0, -0.5, 2.0], tolerance=1e-12)
    for n in range(3):
        assert found.tariff[:, n].sum() == pytest.approx(found.export_tax[n].sum(), rel=1e-6, abs=1e-9)


@given(SEEDS)
def test_a_tariff_costs_less_than_what_melts(seed: int) -> None:
    """At free trade the first order of a tariff is the iceberg's and the revenue that it leaves the importer."""
    world = random_world(seed, 3, 2, tariffs=False)
    found = mp.gradient(mp.solve(world), of="equivalent_variation", weights=np.ones(3), tolerance=1e-12)
    crossing = ~np.eye(3, dtype=bool)
    assert (found.trade_cost[crossing] < 0).all()
    np.testing.assert_allclose(found.trade_cost, -world.trade, rtol=1e-6)


def test_no_weight_no_gradient() -> None:
    found = mp.gradient(mp.solve(random_world(1)), weights=np.zeros(4))
    assert found.value == 0.0
    for name in ("tariff", "export_tax", "trade_cost", "blocked_share", "openness", "productivity", "transfers"):
        assert not getattr(found, name).any()


def test_dollars_are_income_times_logs() -> None:
    out = mp.solve(random_world(2), mp.Shocks(productivity_hat=np.full((4, 3), 1.1)))
    logs = mp.gradient(out, country="C2", tolerance=1e-12)
    dollars = mp.gradient(out, of="equivalent_variation", country="C2", tolerance=1e-12)
    factor = float(out.accounts.income[1] * out.welfare_hat[1])
    np.testing.assert_allclose(dollars.tariff, factor * logs.tariff, rtol=1e-9, atol=1e-12)
    assert dollars.value == pytest.approx(out.equivalent_variation[1], rel=1e-12)
    weighed = mp.gradient(out, weights={"C2": 1.0}, tolerance=1e-12)
    np.testing.assert_array_equal(weighed.productivity, logs.productivity)


def test_an_embargo_has_no_gradient_by_its_cost_and_one_by_its_openness() -> None:
    """Infinity moves nothing; opening a little does, and blocked share 1 is the same embargo, seen from below."""
    world, flow = random_world(3), (0, 1, 2)
    cost, blocked = np.ones_like(world.trade), np.zeros_like(world.trade)
    cost[flow], blocked[flow] = np.inf, 1.0
    by_cost = mp.gradient(mp.solve(world, mp.Shocks(trade_cost_hat=cost)), country="C2", tolerance=1e-12)
    by_share = mp.gradient(mp.solve(world, mp.Shocks(blocked_share=blocked)), country="C2", tolerance=1e-12)
    assert by_cost.trade_cost[flow] == by_cost.blocked_share[flow] == 0.0
    assert by_share.blocked_share[flow] == -by_share.openness[flow] == pytest.approx(-by_cost.openness[flow])

    def opened(share: float) -> float:
        less = blocked.copy()
        less[flow] = 1.0 - share
        return float(np.log(mp.solve(world, mp.Shocks(blocked_share=less), tolerance=1e-14).welfare_hat[1]))

    step = 1e-4
    expected = (-3.0 * opened(0.0) + 4.0 * opened(step) - opened(2.0 * step)) / (2.0 * step)
    assert by_cost.openness[flow] == pytest.approx(expected, rel=1e-6)


def test_a_closed_flow_in_a_listed_market() -> None:
    """Reopening one sender of a market in which another's lines are closed."""
    world, flow = random_world(5), (0, 1, 2)
    listed, blocked = np.zeros_like(world.trade), np.zeros_like(world.trade)
    listed[2, 1, 2], listed[3, 1, 2], blocked[flow] = 0.4, 0.7, 1.0
    out = mp.solve(world, mp.Shocks(listed_share=listed, blocked_share=blocked), tolerance=1e-13)
    found = mp.gradient(out, country="C2", tolerance=1e-12)

    def opened(share: float) -> float:
        less = blocked.copy()
        less[flow] = 1.0 - share
        shocks = mp.Shocks(listed_share=listed, blocked_share=less)
        return float(np.log(mp.solve(world, shocks, tolerance=1e-14).welfare_hat[1]))

    step = 1e-4
    expected = (-3.0 * opened(0.0) + 4.0 * opened(step) - opened(2.0 * step)) / (2.0 * step)
    assert found.openness[flow] == pytest.approx(expected, rel=1e-6)


def test_licences_are_taxes_here_too() -> None:
    """The derivative is by the tariff with the wedge in it, as the outcome's own tariff is."""
    world = random_world(6)
    share = np.zeros_like(world.trade)
    share[0, 1] = 0.3
    licensed = mp.solve(world, mp.Shocks(blocked_share=share, rents="importer"))
    taxed = mp.solve(world, mp.Shocks(tariff=licensed.tariff))
    found, same = (mp.gradient(out, country="C2", tolerance=1e-12) for out in (licensed, taxed))
    np.testing.assert_allclose(found.tariff, same.tariff, rtol=1e-8, atol=1e-12)


def test_numbers_are_read_only_and_not_read_unless_converged() -> None:
    world = random_world(7, 6, 5)
    out = mp.solve(world)
    found = mp.gradient(out, country="C1")
    assert (found.status, found.residual <= 1e-8) == (Outcomes.converged, True)
    with pytest.raises(ValueError, match="read-only"):
        found.tariff[0, 1, 0] = 1.0
    failed = replace(found, status=Outcomes.not_converged)
    for name in ("value", "tariff", "productivity", "openness", "transfers"):
        with pytest.raises(mp.NotConvergedError, match="did not converge"):
            getattr(failed, name)
    unsolved = mp.solve(world, mp.Shocks(productivity_hat=np.full((6, 5), 2.0)), sweeps_max=1)
    assert unsolved.status != "converged"
    with pytest.raises(mp.NotConvergedError):
        mp.gradient(unsolved, country="C1")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"country": "c1"}, "country: no country `c1`. Did you mean `C1`?"),
        ({"country": "C1", "of": "welfar"}, "of: no payoff `welfar`; one of welfare, equivalent_variation. Did you"),
        ({}, "give either `country` or `weights`"),
        ({"country": "C1", "weights": np.ones(4)}, "give either `country` or `weights`"),
        ({"weights": np.ones(3)}, "weights: shape"),
        ({"weights": {"C1": float("nan")}}, "weights.C1: nan is not a number"),
        ({"weights": {"X": 1.0}}, "weights: no country `X`"),
        ({"country": "C1", "tolerance": 0.5}, "tolerance: 0.5 is no number from"),
    ],
)
def test_what_is_asked_wrongly_is_named(asked: dict[str, object], said: str) -> None:
    out = mp.solve(random_world(1))
    assert mp.gradient(out, country="C1").status == "converged"
    with pytest.raises(mp.InputError) as refused:
        mp.gradient(out, **asked)  # type: ignore[arg-type]
    assert said in str(refused.value)


def test_all_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(mp.InputError) as refused:
        mp.gradient(mp.solve(random_world(1)), of="x", country="Y", tolerance=0.0)
    assert len(refused.value.problems) == 3
    with pytest.raises(mp.InputError, match="which is no Outcome"):
        mp.gradient(random_world(1), country="C1")  # type: ignore[arg-type]


def test_exactly_at_its_floor_a_wage_has_the_derivative_of_one_side() -> None:
    """At the base with a floor of 1 every wage stands at the kink: a step one way costs work, the other way none."""
    world = random_world(4, 4, 3)
    free, held = (mp.solve(world, None, mp.Parameters(rigidity=d)) for d in (0.0, 1.0))
    given, found = (mp.gradient(out, country="C1", tolerance=1e-12).productivity[0] for out in (free, held))
    np.testing.assert_allclose(found, given, rtol=1e-8)

    def across(step: float) -> float:
        hat = np.ones((4, 3))
        hat[0] += step
        shocks = mp.Shocks(productivity_hat=hat)
        out = mp.solve(world, shocks, mp.Parameters(rigidity=1.0), tolerance=1e-14)
        return float(np.log(out.welfare_hat[0])) / step

    sides = across(1e-6), across(-1e-6)
    assert abs(sides[0] - sides[1]) > 0.01 * abs(found.sum())


def refused_mechanisms() -> list[tuple[str, mp.Shocks, mp.Parameters]]:
    share = np.zeros((4, 4, 3))
    share[0, 1] = 0.3
    venture = mp.Venture(host=0, sector=1, investor=2, share=0.1, displaced=0.5)
    return [
        ("blocks", mp.Shocks(blocked_share=share, rents={"C3": 1.0}), mp.Parameters()),
        ("ventures[0].displaced", mp.Shocks(ventures=(venture,)), mp.Parameters()),
    ]


@pytest.mark.parametrize("case", refused_mechanisms(), ids=lambda case: case[0])
def test_mechanisms_that_are_not_composed_are_refused_by_name(case: tuple[str, mp.Shocks, mp.Parameters]) -> None:
    name, shocks, parameters = case
    world = random_world(4)
    out = mp.solve(world, shocks, parameters)
    assert out.status == "converged"
    with pytest.raises(mp.InputError) as refused:
        mp.gradient(out, country="C1")
    assert [problem.path for problem in refused.value.problems] == [name]
    without = replace(shocks, ventures=(), rents="none")
    assert mp.gradient(mp.solve(world, without, mp.Parameters()), country="C1").status == "converged"


def test_a_preview_stands_beside_the_solve_and_its_error_shrinks_with_the_square() -> None:
    world = random_world(8)
    at = mp.gradient(mp.solve(world, mp.Shocks(deficits="own"), tolerance=1e-12), country="C1", tolerance=1e-12)

    def of(size: float) -> mp.Preview:
        tariff, cost, blocked = world.tariff.copy(), np.ones_like(world.trade), np.zeros_like(world.trade)
        tariff[1, 0] += size
        cost[2, 0], blocked[3, 0] = 1.0 + size, size
        skill = np.full(world.output.shape, 1.0 + 0.3 * size)
        money = size * 0.01 * world.output.sum() * np.array([1.0, -1.0, 0.0, 0.0])
        shocks = mp.Shocks(tariff=tariff, trade_cost_hat=cost, blocked_share=blocked, productivity_hat=skill,
                           transfers=money, deficits="own")  # fmt: skip
        return mp.preview(at, shocks, tolerance=1e-12)

    small, large = of(0.01), of(0.1)
    assert small.error == small.predicted - small.solved
    assert abs(small.error) < 0.02 * abs(large.error)
    assert abs(small.error) < 0.05 * abs(small.solved)
    assert large.sentence.startswith("C1, real income (100 ln): ")
    first, whole = (f"{100 * each:+,.4g}" for each in (large.predicted, large.solved))
    assert f"{first} log points to first order, {whole} solved" in large.sentence


def test_a_preview_of_an_embargo_counts_its_openness() -> None:
    world = symmetric_world(3)
    at = mp.gradient(mp.solve(world), country="C1", of="equivalent_variation", tolerance=1e-12)
    cost = np.ones_like(world.trade)
    cost[1, 0] = np.inf
    blocked = np.where(np.isinf(cost), 1.0, 0.0)
    by_cost, by_share = (mp.preview(at, shocks) for shocks in
                         (mp.Shocks(trade_cost_hat=cost), mp.Shocks(blocked_share=blocked)))  # fmt: skip
    assert by_cost.predicted == pytest.approx(by_share.predicted, rel=1e-12)
    assert by_cost.solved == pytest.approx(by_share.solved, rel=1e-9)
    assert by_cost.predicted == pytest.approx(-at.openness[1, 0, 0], rel=1e-12)
    assert by_cost.solved < by_cost.predicted < 0  # the last of a supplier is worth most
    assert "million USD" in by_cost.sentence


def test_a_preview_from_one_shock_to_another() -> None:
    world = random_world(9)
    here, there = (mp.Shocks(productivity_hat=np.full(world.output.shape, level)) for level in (1.2, 1.21))
    base, near = (mp.gradient(mp.solve(world, shocks), country="C3", tolerance=1e-12) for shocks in (mp.Shocks(), here))
    seen = mp.preview(near, there)
    assert seen.predicted == pytest.approx(seen.solved, rel=1e-3)
    assert abs(seen.error) < 0.02 * abs(mp.preview(base, there).error)
    nothing = mp.preview(mp.gradient(mp.solve(world, here), country="C3"), here)
    assert nothing.predicted == 0.0
    assert abs(nothing.solved) < 1e-9


def test_what_a_preview_cannot_reach_is_named() -> None:
    world = random_world(10)
    at = mp.gradient(mp.solve(world), country="C1")
    listed = np.zeros_like(world.trade)
    listed[0, 1] = 0.5
    venture = mp.Venture(host=0, sector=1, investor=2, share=0.1)
    assert mp.preview(at, mp.Shocks()).solved == pytest.approx(0.0, abs=1e-9)
    for shocks, path in (
        (mp.Shocks(deficits="own"), "deficits"),
        (mp.Shocks(ventures=(venture,)), "ventures"),
        (mp.Shocks(listed_share=listed), "listed_share"),
    ):
        with pytest.raises(mp.InputError) as refused:
            mp.preview(at, shocks)
        assert [problem.path for problem in refused.value.problems] == [path]
