"""Numbers as people state them: read strictly, drawn within their range, printed so that they can be read back."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipolar.base.quantity import SHAPES, NotANumberError, Quantity, is_assumption, parse, stated

POINTS = st.floats(min_value=1e-3, max_value=1e6, allow_nan=False)
LEVELS = st.floats(min_value=1e-6, max_value=1.0 - 1e-6)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("0.1", "share", 0.1),
        ("10 %", "share", 0.1),
        ("10%", "share", 0.1),
        ("25 bp", "share", 0.0025),
        ("-5e-2", "share", -0.05),
        (".5", "", 0.5),
        ("25", "bp", 25.0),
        ("1 %", "bp", 100.0),
        ("1.2 bn USD", "million USD", 1200.0),
        ("1.2bn USD", "million USD", 1200.0),
        ("300 m USD", "million USD", 300.0),
        ("60000", "million USD", 0.06),
        ("38000", "USD", 38000.0),
        ("20000", "units", 20000.0),
    ],
)
def test_a_number_with_its_unit_is_read(text: str, unit: str, value: float) -> None:
    assert parse(text, unit) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    "text",
    ["true", "yes", ".nan", ".inf", "-.inf", "nan", "inf", "1e999", "9" * 5000, "010", "0x10", "0o7", "1_000", "1,000",
     "0,5", "", " ", "\u0661", "1 2", "1e", "--1", "1 apples", "%", "1 USD"],
)  # fmt: skip
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(NotANumberError):
        parse(text, "share")


@given(st.floats(min_value=-1e12, max_value=1e12), st.sampled_from(["share", "bp", "million USD", "USD", "units", ""]))
def test_a_printed_number_reads_back(value: float, unit: str) -> None:
    assert parse(stated(value, unit), unit) == pytest.approx(value, rel=1e-11, abs=1e-300)


@given(POINTS, POINTS, POINTS, st.sampled_from(SHAPES), LEVELS, LEVELS)
def test_quantiles_never_fall_and_stay_within_the_range(
    a: float, b: float, c: float, shape: str, u: float, v: float
) -> None:
    low, value, high = sorted((a, b, c))
    quantity = Quantity(value, low, high, shape)  # type: ignore[arg-type]
    first, second = sorted((u, v))
    assert low <= quantity.quantile(first) <= quantity.quantile(second) <= high


@pytest.mark.parametrize(
    ("shape", "u", "drawn"),
    [
        # Triangular on [0, 4] with mode 1: F(1) = 1/4, F(x) = x^2/4 below, 1 - (4-x)^2/12 above.
        ("triangular", 0.25, 1.0),
        ("triangular", 0.0625, 0.5),
        ("triangular", 0.25 + 0.75 * (1 - 4 / 9), 2.0),
        ("uniform", 0.25, 1.0),
        ("discrete", 0.1, 0.0),
        ("discrete", 0.5, 1.0),
        ("discrete", 0.9, 4.0),
    ],
)
def test_quantiles_by_hand(shape: str, u: float, drawn: float) -> None:
    assert Quantity(1.0, 0.0, 4.0, shape).quantile(u) == pytest.approx(drawn, rel=1e-12)  # type: ignore[arg-type]


def test_normal_is_symmetric_and_lognormal_is_normal_in_logs() -> None:
    assert Quantity(0.0, -2.0, 2.0, "normal").quantile(0.5) == pytest.approx(0.0, abs=1e-12)
    normal = Quantity(0.0, -1.0, 1.0, "normal")
    lognormal = Quantity(1.0, math.exp(-1.0), math.exp(1.0), "lognormal")
    assert math.log(lognormal.quantile(0.3)) == pytest.approx(normal.quantile(0.3), rel=1e-9)


def test_a_certain_number_is_its_value_at_every_level() -> None:
    assert Quantity(0.3).quantile(0.01) == 0.3
    assert not Quantity(0.3, 0.3, 0.3, "triangular").uncertain
    with pytest.raises(ValueError, match="outside"):
        Quantity(0.3).quantile(1.0)


@pytest.mark.parametrize(
    ("source", "assumed"),
    [(None, True), ("", True), ("assumption", True), ("Assumption: a third", True), ("WDI 2018", False)],
)
def test_no_source_is_an_assumption(source: str | None, assumed: bool) -> None:
    assert is_assumption(source) is assumed
    assert Quantity(1.0, source=source).assumption is assumed
