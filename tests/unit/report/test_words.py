"""The verb, the subject and the sentence, chosen by rule from numbers written down here."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from multipolar.base.language import language, plain
from multipolar.report import words
from multipolar.report.reading import Effect, Reading
from multipolar.results.result import CaseStatus, Result

NAN = float("nan")


def effect(
    value: float,
    low: float = NAN,
    high: float = NAN,
    central: float | None = None,
    share: float = 1.0,
    agreed: bool = True,
) -> Effect:
    drawn = 24 if low == low else 0
    gain = share if value > 0 else 1 - share
    return Effect(value, low, high, value if central is None else central, drawn, gain, 1 - gain, agreed)


@pytest.mark.parametrize(
    ("given", "verb", "said"),
    [
        (effect(0.5, 0.1, 1.2), "would-gain", "would gain 0.50 % (0.10 to 1.20)"),
        (effect(-0.5, -1.2, -0.1), "would-lose", "would lose 0.50 % (-1.20 to -0.10)"),
        (effect(0.5, 0.1, 1.2, agreed=False), "could-gain", "could gain 0.50 % (0.10 to 1.20)"),
        (effect(-0.5, -1.2, -0.1, agreed=False), "could-lose", "could lose 0.50 % (-1.20 to -0.10)"),
        (effect(0.5, 0.01, 1.2, share=0.89), "could-gain", "could gain 0.50 % (0.01 to 1.20)"),
        (effect(0.5, -0.1, 1.2), "either", "could gain or lose (+0.50 %, -0.10 to 1.20)"),
        (
            effect(0.06, -0.1, 0.2, central=-0.07),
            "open",
            "could gain or lose, sign open (median +0.06 %, central value -0.07 %, -0.10 to 0.20)",
        ),
        (effect(0.049, 0.01, 0.09), "hardly", "hardly changes (+0.049 %, 0.010 to 0.090)"),
        (effect(0.004, -0.003, 0.04), "hardly", "hardly changes (+0.004 %, -0.003 to 0.040)"),
        (
            effect(0.03, -0.5, 0.6),
            "hardly-wide",
            "hardly changes at the median and could gain or lose (+0.03 %, -0.50 to 0.60)",
        ),
        (
            effect(0.003, -0.02, 0.02, central=-0.001),
            "hardly-open",
            "hardly changes, sign open (median +0.003 %, central value -0.001 %, -0.020 to 0.020)",
        ),
        (effect(-0.31), "could-lose", "could lose 0.31 % (central value)"),
        (effect(0.02), "hardly", "hardly changes (+0.020 %, central value)"),
        (effect(0.0), "hardly", "hardly changes (0.00 %, central value)"),
        (effect(-12.345, -20.0, -3.0), "would-lose", "would lose 12.3 % (-20.0 to -3.0)"),
        (effect(NAN), "unsolved", "has no solved answer"),
    ],
)
def test_the_verb_follows_from_the_numbers(given: Effect, verb: str, said: str) -> None:
    assert given.verb == verb
    assert plain(words.clause(given, language())) == said


def flat(toy: Callable[..., Result], rows: list[dict[str, float]], **options: object) -> Result:
    """A Result in which every draw is the centre: ranges have no width, and the sentence can be written down."""
    countries = toy(draws=0).countries
    welfare = np.array([[row.get(code, 0.001) for code in countries] for row in rows])
    return toy(welfare=welfare, spread=0.0, variants=("",), **options)


def test_one_clause_a_branch_about_the_economy_that_moves_most(toy: Callable[..., Result]) -> None:
    rows = [{"RUS": 0.02, "CHN": -0.1, "BLR": -9.0}, {"RUS": -0.5, "CHN": -0.1}]
    said = words.headline(flat(toy, rows, branches=("tolerated", "sanctioned_widely")))
    assert said == (
        "Russia hardly changes (+0.020 % of real income, 80 % range 0.020 to 0.020) in “tolerated”; "
        "would lose 0.50 % (-0.50 to -0.50) in “sanctioned widely”, against the world of 2022 (toy). "
        "Of the others named, China has most at stake in dollars: "
        "it would lose 1.84 bn USD a year (80 % range -1.84 to -1.84) in “tolerated”."
    )


def test_without_draws_the_central_value_is_named(toy: Callable[..., Result]) -> None:
    said = words.headline(flat(toy, [{"RUS": -0.5, "USA": 0.2}], branches=(), draws=0))
    assert said == (
        "Russia could lose 0.50 % of real income (central value, no draws), against the world of 2022 (toy). "
        "Of the others named, the United States has most at stake in dollars: "
        "it could gain 3.84 bn USD a year (central value, no draws)."
    )


def test_where_one_economy_is_named_the_second_comes_from_all(toy: Callable[..., Result]) -> None:
    reading = Reading(flat(toy, [{"RUS": -0.5, "DEU": 0.9, "FRA": 0.91}], branches=(), actors=("RUS",)))
    assert reading.result.countries[reading.subject] == "RUS"
    assert reading.result.countries[reading.companion or 0] == "DEU"
    assert "Of all others, Germany has most" in words.headline(reading.result)


def test_where_none_is_named_all_are_candidates(toy: Callable[..., Result]) -> None:
    result = flat(toy, [{"BLR": -3.0, "RUS": 0.1}], branches=(), actors=())
    assert words.headline(result).startswith("Belarus would lose 3.00 %")
    assert words.headline(result).count("Of all others") == 1


def test_a_name_opens_a_sentence_with_a_capital_article(toy: Callable[..., Result]) -> None:
    result = flat(toy, [{"USA": -0.5}], branches=(), actors=("USA", "CHN"))
    assert words.headline(result).startswith("The United States would lose")


def test_five_branches_give_four_clauses_and_a_count(toy: Callable[..., Result]) -> None:
    rows = [{"RUS": -0.1 * size} for size in (5, 1, 2, 3, 4)]
    said = words.headline(flat(toy, rows, branches=("a", "b", "c", "d", "e")))
    first = said.split(", against")[0]
    assert [name for name in "abcde" if f"in “{name}”" in first] == ["a", "c", "d", "e"]
    assert first.endswith("one more branch is in the table")


def test_structural_rows_of_the_other_sign_turn_would_into_could(toy: Callable[..., Result]) -> None:
    result = flat(toy, [{"RUS": -0.5}], branches=())
    assert "Russia would lose" in words.headline(result)
    row = replace(result.structural[0], welfare=-result.structural[0].welfare)
    assert "Russia could lose" in words.headline(replace(result, structural=(row,)))


def test_draws_that_failed_count_nowhere(toy: Callable[..., Result]) -> None:
    whole = toy()
    broken = {name: values.copy() for name, values in whole.draws.items()}
    for values in broken.values():
        values[2, 5] = np.nan
    part = {name: np.delete(values, 5, axis=1) for name, values in whole.draws.items()}
    status = (*whole.status, CaseStatus(2, 5, "not converged", 500, 4e-3))
    assert words.headline(replace(whole, draws=broken, status=status)) == words.headline(replace(whole, draws=part))


def test_world_income_is_the_sum_of_dollars_draw_by_draw(toy: Callable[..., Result]) -> None:
    result = toy(branches=(), variants=("",))
    income = Reading(result).world_income(0)
    sums = result.draws["equivalent_variation"][0].sum(axis=1)
    assert income.value == pytest.approx(np.quantile(sums, 0.5))
    assert (income.low, income.high) == pytest.approx(tuple(np.quantile(sums, [0.1, 0.9])))
    label, number, spread = words.three_numbers(Reading(result), language())[0]
    assert plain(label) == "World income"
    assert plain(number) == f"{income.value / 1000:+.1f} bn USD"
    assert plain(spread) == f"80 % range {income.low / 1000:.1f} to {income.high / 1000:.1f}"


def test_the_grey_line_has_no_date_of_making(result: Result) -> None:
    assert plain(words.run_line(Reading(result), language())) == (
        "Scenario toy-alliance · data of 2022 · world toy · 24 draws · horizon medium, 2025 to 2040 · "
        "multipolar 0.1.0 · inputs 0f0f0f0f"
    )


def test_the_headline_loads_nothing_heavy() -> None:
    heavy = ["altair", "jinja2", "markupsafe", "pandas", "xarray", "fluent.runtime", "babel"]
    code = f"import sys, multipolar.report.words; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert found.strip() == "[]"


def test_rounding_is_told_as_nothing_and_not_as_somebody_who_hardly_changes(toy: Callable[..., Result]) -> None:
    shape = (1, len(toy().countries))
    still = toy(branches=(), variants=("",), welfare=np.full(shape, 1e-14), spread=1e-6)
    said = "Nothing changes: no real income moves by 0.00005 % against the world of 2022 (toy)."
    assert words.headline(still).replace("\N{NO-BREAK SPACE}", " ") == said
    drawn = toy(branches=(), variants=("",), welfare=np.full(shape, 1e-14), spread=1.0)
    moved = toy(branches=(), variants=("",), welfare=np.full(shape, 6e-5), draws=0)
    for result in (drawn, moved):  # a range, or a number, that has a digit to show
        assert "Nothing" not in words.headline(result)
        assert "hardly changes" in words.headline(result)


def test_what_is_not_solved_is_not_told_as_nothing(toy: Callable[..., Result]) -> None:
    welfare = np.full((1, len(toy().countries)), 1e-14)
    welfare[0, 3] = NAN
    assert "Nothing" not in words.headline(toy(branches=(), variants=("",), welfare=welfare, draws=0))
