"""``run`` and ``check``: answer a scenario, or say whether its file is right."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from multipolar.app import ending
from multipolar.base.problems import InputError, nearest, shown

if TYPE_CHECKING:
    from multipolar.results.result import Result
    from multipolar.results.store import Place
    from multipolar.scenario.scenario import Scenario
    from multipolar.world.world import World

DRAWS = 24
MOST_WORKERS = 8
MOST_ASKED = 256  # as study.many takes, which is not imported before a command runs

World_ = Annotated[str | None, typer.Option("--world", help="A world by name or path; default: the embedded one.")]
Elasticities_ = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="A published set of trade elasticities (see `multipolar world elasticities`)."),
]
CustomsBase_ = Annotated[
    bool, typer.Option("--customs-base", help="Tariffs fall on trade and transport margins of goods, too.")
]

Labour_ = Annotated[
    str, typer.Option(help="one_wage, sectors, participation, or rigid (at short, or year by year along a path).")
]
FlexibleRates_ = Annotated[
    list[str] | None,
    typer.Option(metavar="COUNTRY", help="Exchange rate moves freely: with labour rigid, wages may fall there."),
]
SectorLinks_ = Annotated[
    float,
    typer.Option(metavar="SHARE", help="Part of a sector's ideas that comes from sectors of its inputs, 0 to 1."),
]


def run(
    scenario: Annotated[str, typer.Argument(help="A file, or a ready scenario (see `multipolar scenarios`).")],
    world: World_ = None,
    horizon: Annotated[str | None, typer.Option(help="short, medium or long; wins over the file.")] = None,
    deficits: Annotated[str | None, typer.Option(help="closed, own or fixed; wins over the file.")] = None,
    labour: Labour_ = "one_wage",
    flexible_rates: FlexibleRates_ = None,
    sector_links: SectorLinks_ = 0.0,
    elasticities: Elasticities_ = None,
    customs_base: CustomsBase_ = False,
    draws: Annotated[int, typer.Option(help="Draws over ranges and elasticities; 0: central values.")] = DRAWS,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 1,
    attribution: Annotated[
        str | None,
        typer.Option(metavar="[static|path]", help="Which measure did what; path: along all years, which takes long."),
    ] = None,
    chokepoint: Annotated[str, typer.Option(help="Of whom that index is asked: named, all or none.")] = "named",
    workers: Annotated[int | None, typer.Option(help="Processes; the numbers do not depend on it.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the run; default: run-SCENARIO.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an unfinished run in --out.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a finished run in --out.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON, nothing else.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the sentence only.")] = False,
    no_report: Annotated[bool, typer.Option("--no-report", help="Write no page and no side tables.")] = False,
) -> None:
    """Answer a scenario: print the sentence and a table, write a folder with numbers and a page.

    A run that is broken off keeps its finished draws; the same command with --resume --out FOLDER goes on.
    """
    named = {"horizon": horizon, "deficits": deficits, "labour": labour, "attribution": attribution,
             "elasticities": elasticities, "chokepoint": chokepoint}  # fmt: skip
    _refuse_options(named, draws, seed, workers, sector_links, both=resume and force)
    from multipolar.app import screen
    from multipolar.results.store import Place
    from multipolar.study.inputs import evaluate_inputs, inputs_of

    economy, document = read_both(scenario, world, elasticities, customs_base)
    folder = out if out is not None else _default_folder(document.name, resume)
    inputs = inputs_of(
        economy, document, draws, seed, horizon=horizon, deficits=deficits, labour=labour,
        flexible_rates=codes(flexible_rates), sector_links=sector_links, full=not no_report,
        attribution=attribution or "none", elasticities=elasticities, chokepoint=chokepoint,
    )  # fmt: skip
    with _held(Place(folder, inputs, resume=resume, force=force)) as place:
        with screen.progress(not (quiet or json)) as report:
            result = evaluate_inputs(
                economy, document, inputs,
                workers=processes(workers), progress=report, kept=place.kept, on_row=place.keep,
                kept_sets=place.kept_sets, on_set=place.keep_set,
            )  # fmt: skip
        unsaid = _said(result, json, quiet)
        page = None
        if inputs.full:
            from multipolar.report.page import render

            page = render(result)
        written = place.finish(result, page, _about(world))
    if unsaid is not None:
        if unsaid.errno != errno.EPIPE:  # a reader who has seen enough is no fault
            raise unsaid
    elif not (json or quiet):
        _where(written, scenario, economy, world)


def check(
    scenario: Annotated[str, typer.Argument(help="A file, or a ready scenario.")],
    world: World_ = None,
    customs_base: CustomsBase_ = False,
    explain: Annotated[
        tuple[str, str, str] | None,
        typer.Option(help="Origin, destination, sector: which lines made the values of this flow."),
    ] = None,
) -> None:
    """Say whether a scenario file is right: all problems at once, or what it holds."""
    economy, document = read_both(scenario, world, customs_base=customs_base)
    from multipolar.app.columns import columns, paragraph
    from multipolar.scenario.resolve import explain_flow, last_year, resolve, resolve_baseline
    from multipolar.scenario.scenario import cases

    keys = cases(document)
    found = [
        how(document, economy, case, year=last_year(document)) for case in keys for how in (resolve_baseline, resolve)
    ]
    if explain is not None:
        for case, steps in explain_flow(document, economy, *explain):
            print(f"{case.branch or 'all measures'}{f', with {case.variant}' if case.variant else ''}:")
            rows = [(f"{s.file}:{s.line}", s.measure, s.what, f"{s.before:g} -> {s.after:g}") for s in steps]
            print(columns(rows, "    ") if rows else "    no line touches this flow")
        if customs_base:
            print(paragraph("Tariffs are those on goods and margins together, told over the price without margins."))
        return
    measures = sum(1 for _ in document.all_measures())
    print(f"{shown(document.name)} is right: {_counted(measures, 'measure')}, {_counted(len(keys), 'case')}.")
    computed = {m.id for _, m in document.all_measures() if m.not_computed(document.stepped) is None}
    computed.update(document.report.indices or ())  # what they lack is said one by one
    left_out = dict.fromkeys((row.measure, row.why) for each in found for row in each.not_computed)
    named = dict.fromkeys(name for name, _ in left_out if name not in computed)
    said = [f"read, but not computed yet: {', '.join(map(shown, named))}"] if named else []
    said += [f"not computed: `{name}`, {why}" for name, why in left_out if name in computed]
    for line in dict.fromkeys([*said, *(note for each in found for note in each.notes)]):
        print(paragraph(f"{line[0].upper()}{shown(line[1:], 2000)}."))


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def read_both(
    scenario: str, world: str | None, elasticities: str | None = None, customs_base: bool = False
) -> tuple[World, Scenario]:
    """World and scenario as the command line names them."""
    from multipolar.scenario.scenario import read_scenario
    from multipolar.world.library import load_world

    economy = load_world(world, elasticities, customs_base)
    return economy, read_scenario(Path(scenario) if _is_path(scenario) else scenario, economy)


def codes(countries: list[str] | None) -> tuple[str, ...]:
    """Codes of countries named by code or name; what is no country stays as it is, for the world to refuse."""
    from multipolar.world.groups import country_code

    return tuple(country_code(name) or name for name in countries or ())


def _is_path(scenario: str) -> bool:
    return os.sep in scenario or scenario.endswith((".yaml", ".yml")) or "\n" in scenario


def _refuse_options(
    named: Mapping[str, str | None], draws: int, seed: int, workers: int | None, sector_links: float, both: bool
) -> None:
    """All options that cannot be, in one message; ``named``: those that are one word of a list."""
    problems = [*linked(sector_links), *unknown_words(named)]
    if not 0 <= draws <= 1_000_000:
        problems.append(f"--draws: {draws} is not between 0 and 1,000,000.")
    if not 0 <= seed < 2**63:
        problems.append(f"--seed: {seed} is no whole number from 0 to {2**63 - 1:,}.")
    if both:
        problems.append("--resume, --force: one of them; a run is gone on with, or replaced.")
    if workers is not None and not 1 <= workers <= MOST_ASKED:
        problems.append(f"--workers: {workers} is not between 1 and {MOST_ASKED}.")
    if problems:
        raise InputError("\n".join(problems))


def unknown_words(named: Mapping[str, str | None]) -> list[str]:
    """What is wrong with options that are one word of a list, by their names; None: not given."""
    from multipolar.model.parameters import HORIZONS, LABOUR
    from multipolar.results.inputs import ATTRIBUTIONS, CHOKEPOINTS
    from multipolar.scenario.document import DEFICITS
    from multipolar.world.elasticities import elasticity_sets

    lists: dict[str, tuple[str, ...]] = {
        "horizon": HORIZONS, "deficits": DEFICITS, "labour": LABOUR, "chokepoint": CHOKEPOINTS,
        "attribution": tuple(each for each in ATTRIBUTIONS if each != "none"),
        "elasticities": tuple(each.name for each in elasticity_sets()),
    }  # fmt: skip
    problems = []
    for name, value in named.items():
        known = lists[name]
        if value is not None and value not in known:
            near = nearest(value, known)
            hint = f" Did you mean `{near}`?" if near else ""
            problems.append(f"--{name}: no `{shown(value)}`; one of {', '.join(known)}.{hint}")
    return problems


def linked(sector_links: float) -> list[str]:
    """What is wrong with sector links."""
    right = 0.0 <= sector_links <= 1.0
    return [] if right else [f"--sector-links: {sector_links:g} is not a share from 0 to 1."]


def processes(workers: int | None) -> int:
    """How many processes to use where a user names none."""
    return workers or min(os.cpu_count() or 1, MOST_WORKERS)


@contextmanager
def _held(place: Place) -> Iterator[Place]:
    """A place, given up whatever happens; an error on the way says what is kept there."""
    try:
        yield place
    except ending.Stopped as stop:
        stop.kept = place.close()
        raise
    except BaseException as error:
        kept = place.close()
        if kept:
            error.add_note(f"{kept[0].upper()}{kept[1:]}.")
        raise
    place.close()


def _about(world: str | None) -> dict[str, str]:
    """What is of this run alone: it stands in ``environment.json`` and in no result."""
    about = {"python": sys.version.split()[0], "command": " ".join(["multipolar", *map(shown, sys.argv[1:])])}
    if world is not None:
        about["world"] = str(Path(world).absolute()) if _is_world_file(world) else world
    return about


def _is_world_file(world: str) -> bool:
    return world.endswith(".npz") or "/" in world or os.sep in world


def _default_folder(name: str, resume: bool) -> Path:
    """``run-NAME``, or the first of ``run-NAME-2``, ``-3`` ... that is free, or is unfinished and to be resumed."""
    from multipolar.results.store import PARTIAL, look

    folder, number = Path(f"run-{name}"), 2
    while os.path.lexists(folder) and not (resume and look(folder).state == PARTIAL):
        folder, number = Path(f"run-{name}-{number}"), number + 1
    return folder


def _said(result: Result, json: bool, quiet: bool) -> OSError | None:
    """Print the answer. A run is written even where nobody takes its words: the error that says so is returned."""
    try:
        _say(result, json, quiet)
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        ending.silence(1)
        return error
    return None


def _say(result: Result, json: bool, quiet: bool) -> None:
    if json:
        from multipolar.results.files import as_json

        print(as_json(result), end="")
        return
    from multipolar.app import screen
    from multipolar.app.columns import paragraph
    from multipolar.base.language import language, plain
    from multipolar.report.reading import Reading
    from multipolar.report.words import headline, not_in_numbers

    print(paragraph(headline(result)))
    missing = not_in_numbers(Reading(result), language())
    if missing is not None:
        print(paragraph(plain(missing)))
    if quiet:
        return
    print(f"\n{screen.table(result)}\n\n{paragraph(screen.caption(result))}\n{screen.status_line(result)}\n")
    idle = screen.without_work(result)
    if idle:
        print(f"{idle}\n")
    if result.structural:
        print(f"{screen.side_table(result)}\n")
    if result.attribution is not None:
        from multipolar.app.attributed import attribution_text

        print(f"{attribution_text(result, result.attribution)}\n")
    print(screen.beside(result))


def _where(folder: Path, scenario: str, economy: World, world: str | None) -> None:
    from multipolar.app.columns import paragraph
    from multipolar.results.store import ATTRIBUTION, INDICES, JOBS, REPORT, RESULTS

    place = os.path.relpath(folder)
    written = [name for name in (REPORT, *RESULTS, INDICES, JOBS, ATTRIBUTION) if (folder / name).exists()]
    listed = ", ".join(written).replace(REPORT, f"{REPORT} (open it in a browser)")
    print(f"\n{paragraph(f'Written to {shown(place, 200)}: {listed}')}")
    known = {"USA", "RUS"} <= set(economy.countries) and "C26" in economy.sectors
    flow = ("USA", "RUS", "C26") if known else (economy.countries[0], economy.countries[-1], economy.sectors[0])
    at = f" --world {shown(world, 200)}" if world is not None else ""
    at += " --customs-base" if economy.customs_base is not None else ""
    print(f"Next:  multipolar check {shown(scenario, 200)}{at} --explain {' '.join(map(shown, flow))}")
    print(f"       multipolar repeat {shown(place, 200)}")
