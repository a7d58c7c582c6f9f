"""The nastiest values in every argument of a world, of shocks and of a solve: our own error or an answer, no warning.

Warnings are errors in these tests, so that NumPy cannot speak before the package does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import multipolar as mp
from multipolar.world.toy import random_world

WORLD = random_world(1, 3, 2)
N, S = 3, 2
FLOW = (N, N, S)


class Raises:
    def __array__(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("no")

    def __repr__(self) -> str:
        raise ValueError("no")


class OddSubclass(np.ndarray):
    def __array_ufunc__(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("no")


class OddText(str):
    def __str__(self) -> str:
        return "\x1b[31m"

    def __eq__(self, _: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 1


class OddList(list[Any]):
    def __iter__(self) -> Iterator[Any]:
        raise KeyError("no")


def values(shape: tuple[int, ...]) -> dict[str, Any]:
    """Nearly arrays, arrays that are nearly numbers, numbers that are nearly infinite."""
    one = np.ones(shape)
    numbers = {str(x): np.full(shape, x) for x in (5e-324, 1e-150, 1e6, 1e150, 1e308, -1e308, -1 + 1.2e-16, -1 + 1e-10,
                                                   np.nan, np.inf, -np.inf, -0.0, 10**18)}  # fmt: skip
    return numbers | {
        "zero axes": np.array(1.0), "huge": 10**400, "text": "1.0", "texts": np.full(shape, "1.0").tolist(),
        "ragged": [[1.0], [2.0, 3.0]], "raises": Raises(), "subclass": one.view(OddSubclass), "list": OddList([1]),
        "half": np.full(shape, 65504, dtype="f2") * 1, "mixed": np.where(np.indices(shape).sum(0) % 2, 1e308, -1e308),
        "long": one.astype(np.longdouble) * np.longdouble("1e4000"), "bool": one > 0, "complex": one * 1j,
        "objects": one.astype(object), "huge objects": np.full(shape, 10**400, dtype=object),
        "unsigned": np.full(shape, 2**64 - 1, dtype="u8"), "bytes": b"abc", "nothing": [None], "empty": [],
        "mapping": {}, "set": {1}, "generator": (x for x in range(3)), "masked": np.ma.masked_array(one, mask=one > 0),
        "dates": np.full(shape, np.datetime64("2020-01-01")), "records": np.zeros(shape, dtype=[("a", "f8")]),
        "columns": np.asfortranarray(one), "memory": memoryview(b"abcd"), "broadcast": np.broadcast_to(1.0, shape),
    }  # fmt: skip


def forms(shape: tuple[int, ...]) -> Iterator[Any]:
    """Each value, and with zeros on the own-country diagonal, so that more than that one rule is tried."""
    for value in values(shape).values():
        yield value
        if shape == FLOW and type(value) is np.ndarray and value.shape == FLOW and value.dtype.kind in "fiu":
            apart = value.copy()
            apart[np.arange(N), np.arange(N)] = 0
            yield apart


def own_error_or_answer(ask: Callable[[], Any]) -> bool:
    """Whether it was refused; anything but the package's own errors is raised, a warning too."""
    said = "nothing"
    try:
        found = ask()
    except mp.MultipolarError as error:
        found, said = None, str(error)
    assert said
    assert "\x1b" not in said
    if found is None:
        return True
    if isinstance(found, mp.Outcome) and found.status == "converged":
        assert np.isfinite(found.welfare_hat).all()
    return False


def world(**changes: Any) -> mp.World:
    given = {name: getattr(WORLD, name) for name in
             ("countries", "sectors", "trade", "input_share", "tariff", "trade_elasticity")}  # fmt: skip
    return mp.World.from_arrays(**{**given, **changes})


def solved(economy: mp.World) -> mp.Outcome:
    economy.check()
    return mp.solve(economy, mp.Shocks(deficits="closed"))


def test_the_control_is_solved() -> None:
    assert not own_error_or_answer(lambda: solved(world()))
    assert not own_error_or_answer(lambda: mp.solve(WORLD, mp.Shocks(), mp.Parameters()))


WORLD_SHAPES = {
    "trade": FLOW, "tariff": FLOW, "export_tax": FLOW, "input_share": (N, S, S), "trade_elasticity": (S,),
    "value_added": (N, S),
}  # fmt: skip


@pytest.mark.parametrize("name", WORLD_SHAPES)
def test_arrays_of_a_world(name: str) -> None:
    refused = [own_error_or_answer(lambda v=v: solved(world(**{name: v}))) for v in forms(WORLD_SHAPES[name])]
    assert sum(refused) >= 30


def test_labels_name_year_and_fields_of_a_world() -> None:
    labels: list[Any] = [
        [b"A", b"B", b"C"], ["\ud800", "B", "C"], [1, 2, 3], None, "ABC", OddList(["A"]), [float("nan")] * 3,
        ["A" * 10**6, "B", "C"], [str(k) for k in range(10**5)], [Raises(), "B", "C"], [["A"], ["B"], ["C"]],
        ["A", "A", "B"], ["A\u202e", "B", "C"], ["A\0", "B", "C"], ["A", "\t", "B"], [OddText("A"), "A", "B"],
    ]  # fmt: skip
    for given in labels:
        assert own_error_or_answer(lambda given=given: world(countries=given)), repr(given)[:60]
        assert own_error_or_answer(lambda given=given: world(sectors=given)), repr(given)[:60]
    assert world(countries=[np.str_("A"), OddText("B"), "C"]).countries == ("A", "B", "C")
    for name in (1, None, "\x1b", b"a", "a" * 10**6, "", Raises()):
        assert own_error_or_answer(lambda name=name: world(name=name))
    for year in (2022.0, "2022", True, 10**6000, 0, -5, float("nan"), np.array(2022), np.datetime64("2022"), Raises()):
        assert own_error_or_answer(lambda year=year: world(year=year))
    assert world(year=np.int64(2022)).year == 2022
    fields: list[Any] = [
        1, {"x": 1}, {1: 2}, [("a", 1)], {"x": mp.Field([1], ("country",), "", "", "")},  # type: ignore[arg-type]
        {"x": mp.Field(None, None, None, None, None)}, {"x": mp.Field(np.ones(N), (["country"],), "", "", "")},  # type: ignore[arg-type]
    ]  # fmt: skip
    for given in fields:
        assert own_error_or_answer(lambda given=given: world(fields=given))


SHOCK_SHAPES = {
    "tariff": FLOW, "export_tax": FLOW, "trade_cost_hat": FLOW, "blocked_share": FLOW, "listed_share": FLOW,
    "productivity_hat": (N, S), "transfers": (N,),
}  # fmt: skip


@pytest.mark.parametrize("name", SHOCK_SHAPES)
def test_arrays_of_shocks(name: str) -> None:
    for rule in ("closed", "fixed", "own"):
        refused = [
            own_error_or_answer(lambda v=v, rule=rule: mp.solve(WORLD, mp.Shocks(**{name: v, "deficits": rule})))
            for v in forms(SHOCK_SHAPES[name])
        ]
        assert sum(refused) >= 30


ODD = [
    None, 1, ["x"], Raises(), float("nan"), np.array([1.0, 2.0]), b"closed", "x" * 10**6, "\x1b[31m", {"a": 1}, ("a",),
    {1}, (x for x in range(2)), 10**6000,
]  # fmt: skip


@pytest.mark.parametrize("name", ["deficits", "coverage", "rents", "blocks", "ventures"])
def test_rules_blocks_and_ventures_of_shocks(name: str) -> None:
    for given in ODD:
        assert own_error_or_answer(lambda given=given: mp.solve(WORLD, mp.Shocks(**{name: given})))


NUMBERS = [
    float("nan"), float("inf"), "1", -1, 10**400, np.ones(3), Raises(), 1e308, 1j, b"1", [1], np.array(1.0), -1e-300,
]  # fmt: skip


def test_numbers_of_ventures_and_of_a_solve() -> None:
    for given in NUMBERS:
        for name in ("output", "royalty", "displaced", "host", "sector", "investor"):
            place = {"host": 0, "sector": 0, "investor": 1, "output": 1.0, name: given}
            assert own_error_or_answer(lambda place=place: mp.Venture(**place))
        assert own_error_or_answer(lambda given=given: mp.Venture(0, 0, 1, share=given))
        assert own_error_or_answer(lambda given=given: mp.solve(WORLD, tolerance=given))
        assert own_error_or_answer(lambda given=given: mp.solve(WORLD, sweeps_max=given))
        for name in ("theta_scale", "sigma", "eps", "sigma_c", "theta_factor"):
            parameters = {name: given}
            assert own_error_or_answer(lambda p=parameters: mp.solve(WORLD, None, mp.Parameters(**p)))
    for position in (3, 7, 1.5, True, np.float64(1)):
        assert own_error_or_answer(
            lambda k=position: mp.solve(WORLD, mp.Shocks(ventures=(mp.Venture(k, 0, 1, output=1.0),)))
        )


def test_starts_and_things_of_another_kind() -> None:
    state = mp.solve(WORLD).state()
    assert not own_error_or_answer(lambda: mp.solve(WORLD, start=state))
    assert not own_error_or_answer(lambda: mp.solve(WORLD, start=state.tolist()))  # type: ignore[arg-type]
    refused = [own_error_or_answer(lambda v=v: mp.solve(WORLD, start=v)) for v in values(state.shape).values()]
    assert sum(refused) >= 30
    assert own_error_or_answer(lambda: mp.solve(WORLD, start=state[:-1]))
    for odd in (1, {"a": 1}, "a", [1], Raises()):
        for arguments in ((odd,), (WORLD, odd), (WORLD, None, odd)):
            assert own_error_or_answer(lambda given=arguments: mp.solve(*given))


@pytest.mark.parametrize("given", [None, 5, "world2022", Raises()], ids=["none", "number", "name", "raises"])
def test_every_door_names_what_it_was_given_instead(given: Any) -> None:
    economy = mp.prepare(WORLD)
    doors: list[Callable[[], object]] = [
        lambda: mp.solve(given),
        lambda: mp.prepare(given),
        lambda: mp.solve_prepared(given),
        lambda: mp.solve_prepared(economy, given) if given is not None else mp.solve_prepared(given),
        lambda: mp.gradient(given),
        lambda: mp.preview(given, mp.Shocks()),
        lambda: mp.evaluate(given, mp.read_scenario("universal-tariff-10")),
        lambda: mp.evaluate(WORLD, given),
        lambda: WORLD.after(given),
        lambda: mp.combine(mp.Shocks(), given),
        lambda: mp.load_world(5 if given in (None, "world2022") else given),  # type: ignore[arg-type]
    ]
    for door in doors:
        with pytest.raises(mp.InputError):
            door()
