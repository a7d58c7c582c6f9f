"""``path``: a scenario year by year, at central values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from multipolar.app.columns import columns, paragraph
from multipolar.app.commands.run import (
    CustomsBase_,
    Elasticities_,
    FlexibleRates_,
    Labour_,
    SectorLinks_,
    World_,
    codes,
    linked,
    read_both,
    unknown_words,
)
from multipolar.base.problems import InputError, shown

if TYPE_CHECKING:
    from multipolar.base.arrays import Array
    from multipolar.results.result import Result
    from multipolar.world.world import World

MOST_COLUMNS = 6


def path(
    scenario: Annotated[str, typer.Argument(help="A file, or a ready scenario (see `multipolar scenarios`).")],
    world: World_ = None,
    horizon: Annotated[str | None, typer.Option(help="short, medium or long; wins over the file.")] = None,
    deficits: Annotated[str | None, typer.Option(help="closed, own or fixed; wins over the file.")] = None,
    labour: Labour_ = "one_wage",
    flexible_rates: FlexibleRates_ = None,
    sector_links: SectorLinks_ = 0.0,
    elasticities: Elasticities_ = None,
    customs_base: CustomsBase_ = False,
    country: Annotated[list[str] | None, typer.Option(help="Countries to show; default: those that move.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON, nothing else.")] = False,
) -> None:
    """Print real income, and who is without work where wages are rigid, in every year of a scenario, at central values.

    `run` keeps the same numbers, with ranges.
    """
    from multipolar.app import screen
    from multipolar.study.evaluate import evaluate

    economy, document = read_both(scenario, world, elasticities, customs_base)
    _refuse(document.horizon.years, horizon, deficits, labour, sector_links)
    wanted = list(dict.fromkeys(_position(economy, name) for name in country or ()))
    with screen.progress(not json) as report:
        result = evaluate(
            economy, document, horizon=horizon, deficits=deficits, labour=labour, flexible_rates=codes(flexible_rates),
            sector_links=sector_links, full=False, progress=report,
        )  # fmt: skip
    if json:
        from multipolar.results.files import as_json

        print(as_json(result), end="")
        return
    print(_text(result, wanted))


def _refuse(
    years: tuple[int, ...], horizon: str | None, deficits: str | None, labour: str, sector_links: float
) -> None:
    problems = linked(sector_links)
    if not years:
        problems.append("The scenario has no years: give `horizon` a `from` and a `to`: {from: 2025, to: 2040}.")
    problems += unknown_words({"horizon": horizon, "deficits": deficits, "labour": labour})
    if problems:
        raise InputError("\n".join(problems))


def _position(world: World, name: str) -> int:
    from multipolar.world.groups import position

    return position(name, world.axes.country)


def _text(result: Result, wanted: list[int]) -> str:
    from multipolar.app import screen

    values, idle = result.central["welfare_path"], result.central.get("unemployment_path")
    blocks = []
    for k, case in enumerate(result.cases):
        chosen = wanted or screen.chosen(result, values[k, -1][None])[:MOST_COLUMNS]
        blocks.append(f"{shown(case.text, 80)}:\n{_by_year(result, values[k], chosen, screen.value)}")
        if idle is not None:
            blocks.append(f"{shown(case.text, 80)}, without work{_without_work(result, idle[k], wanted)}")
    said = [
        f"Real income in per cent of the same year of the baseline path, {screen.reference(result)}; central values.",
        *(f"{note[0].upper()}{note[1:]}." for note in (shown(each, 300) for each in result.notes)),
        screen.evidence(result),
    ]
    if "unemployment" in result.missing:
        said.append(f"Who is without work is not known: {shown(result.missing['unemployment'], 300)}.")
    said += screen.not_computed(result)
    return "\n\n".join([*blocks, *_speed(result), "\n".join(paragraph(line) for line in said)])


def _without_work(result: Result, idle: Array, wanted: list[int]) -> str:
    """Of the countries wanted, else of those with most people without work in any year; ``idle`` [year, n]."""
    from multipolar.app import screen
    from multipolar.report.reading import most_idle

    chosen = wanted or most_idle(idle)[:MOST_COLUMNS]
    if not chosen:
        return ": nobody, no wage meets its floor in any year."
    return f", per cent of heads:\n{_by_year(result, idle, chosen, screen.share)}"


def _by_year(result: Result, values: Array, chosen: list[int], written: Callable[[float], str]) -> str:
    """Years down, economies across, under them the evidence of each; ``values`` [year, n]."""
    from multipolar.results.evidence import HEADLINE

    rows = [["year", *(result.countries[n] for n in chosen)]]
    rows += [[str(year), *(written(float(values[t, n])) for n in chosen)] for t, year in enumerate(result.years)]
    rows.append(["evidence", *(result.evidence.of(HEADLINE, n)[0] or "not on record" for n in chosen)])
    return columns(rows, headed=True)


def _speed(result: Result) -> list[str]:
    """How slow knowledge is, and what it rests on, for every learner of a measure (ECONOMICS 1.5).

    A measure of research has no partners: for it the elasticity of the learner's productivity to its own research.
    """
    if not result.technology:
        return []
    rows = [["measure", "learner", "sector", "gap", "b", "partner's ideas", "own research", "half-life, years",
             "in ten years"]]  # fmt: skip
    rows += [
        [shown(each.measure, 24), each.country, each.sector,
         *(["-", f"{each.diffusion:g}", "-", f"{each.research_alone:.3f}"] if each.researches else
           [f"{each.gap:.2g}", f"{each.diffusion:g}", f"{each.partner_weight:.1%}", "-"]),
         f"{each.half_life:.0f}", f"{each.reached:.0%}"]
        for each in result.technology
    ]  # fmt: skip
    return ["What is learnt rests on:\n" + columns(rows, headed=True)]
