"""``repeat`` and ``runs``: make a run again and compare, or say what runs there are."""

from __future__ import annotations

import hashlib
import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from multipolar.app.columns import columns, paragraph
from multipolar.app.commands.run import World_, processes
from multipolar.base.problems import InputError, MultipolarError, shown

if TYPE_CHECKING:
    from multipolar.results.compare import Comparison
    from multipolar.results.inputs import Inputs
    from multipolar.results.store import Found
    from multipolar.world.world import World

SHOWN_DIFFERENCES = 10


def repeat(
    run: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    world: World_ = None,
    workers: Annotated[int | None, typer.Option(help="Processes; the numbers do not depend on it.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON, nothing else.")] = False,
) -> None:
    """Make a run again from what its folder keeps and compare: identical, equal to 1e-9, or differs and where.

    Exit code 0: identical, or equal to 1e-9. 1: the numbers differ, or a file of the run is missing or damaged (then
    nothing is computed). 2: no finished run, or its world is not here.
    """
    from multipolar.app import screen
    from multipolar.results.compare import DIFFERS, compare
    from multipolar.results.inputs import programs
    from multipolar.results.store import ATTRIBUTION, INDICES, JOBS, REPORT, RESULTS, contents, look
    from multipolar.study.inputs import evaluate_inputs, kept_scenario

    found = look(run)
    inputs, held = _whole(run, found)
    economy = _world_of(run, inputs, world)
    texts = {each.file: held[each.file].decode("utf-8", "replace") for each in inputs.texts if each.file in held}
    if len(texts) != len(inputs.texts):
        raise MultipolarError(f"`{shown(run, 200)}` is damaged: a text its scenario rests on is not in its manifest.")
    scenario = kept_scenario(inputs, texts, economy)
    if scenario.digest != inputs.scenario_digest:
        raise MultipolarError(f"`{shown(run, 200)}` is damaged: its scenario is not the text its inputs name.")
    with screen.progress(not json) as report:
        result = evaluate_inputs(economy, scenario, inputs, workers=processes(workers), progress=report)
    page = None
    if REPORT in held:
        from multipolar.report.page import render

        page = render(result)
    after = contents(result, inputs, page)
    names = (*RESULTS, INDICES, JOBS, ATTRIBUTION, REPORT)
    try:
        compared = compare(*({name: each[name] for name in names if name in each} for each in (held, after)))
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        odd = f"`{shown(run, 200)}`: its results are not as this program writes them ({shown(error)})"
        raise InputError(odd) from None
    _tell(run, inputs, compared, programs(), json)
    if compared.answer == DIFFERS:
        raise typer.Exit(1)


def runs(
    folder: Annotated[Path, typer.Argument(help="Where to look.")] = Path(),
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """List the runs in a folder: name, scenario, world, draws, and whether each is complete, unfinished or damaged."""
    from multipolar.results.store import COMPLETE, DAMAGED, PARTIAL, look

    if not folder.is_dir():
        raise InputError(f"`{shown(folder, 200)}` is no folder")
    rows: list[dict[str, Any]] = []
    for place in (folder, *sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] != ".")):
        try:
            found = look(place)
        except OSError:
            continue
        if found.state in (COMPLETE, PARTIAL, DAMAGED):
            rows.append({"name": place.name or str(place), **_row(found)})
    if json:
        print(json_text.dumps(rows, ensure_ascii=False, indent=2))
    elif not rows:
        print(f"No runs in {shown(folder, 200)}. Make one: multipolar run SCENARIO")
    else:
        head = ("run", "scenario", "world", "draws", "state")
        print(columns([head, *(_cells(row) for row in rows)], headed=True))


def _whole(run: Path, found: Found) -> tuple[Inputs, dict[str, bytes]]:
    """The inputs of a finished run and its files, every byte of which its manifest vouches for."""
    from multipolar.results.store import DAMAGED, PARTIAL

    name = shown(run, 200)
    if found.state == PARTIAL:
        raise InputError(f"`{name}` is an unfinished run; `multipolar run` with --resume --out {name} goes on with it")
    if found.state == DAMAGED:
        said = [f"{shown(each)} is {'changed' if (run / each).exists() else 'missing'}" for each in found.damaged]
        raise MultipolarError(f"`{name}` is damaged: {', '.join(said)}; nothing was computed.")
    if found.inputs is None or found.listed is None:
        raise InputError(f"`{name}` is no run of this program; `multipolar runs FOLDER` lists runs")
    held = {each: (run / each).read_bytes() for each in found.listed}
    changed = [each for each, data in held.items() if hashlib.sha256(data).hexdigest() != found.listed[each]]
    if changed:
        raise MultipolarError(f"`{name}` is being changed by somebody: {', '.join(map(shown, changed))}.")
    return found.inputs, held


def _world_of(run: Path, inputs: Inputs, asked: str | None) -> World:
    """The world a run stands on, by its digest: as asked, as the run found it, or by its name."""
    from multipolar.world.library import load_world

    name = asked if asked is not None else _noted_world(run) or inputs.world
    try:
        economy = load_world(name, inputs.elasticities or None, inputs.customs_base)
    except InputError as error:
        raise InputError(f"the run stands on world `{shown(inputs.world)}`, given with --world: {error}") from None
    if economy.digest != inputs.world_digest:
        raise InputError(
            f"the run stands on another world: `{shown(inputs.world)}` with digest {inputs.world_digest[:12]}, "
            f"while `{shown(economy.name)}` has {economy.digest[:12]}; give the run's own with --world"
        )
    return economy


def _noted_world(run: Path) -> str | None:
    """Where the run found its world. No more than a hint: the digest decides."""
    from multipolar.results.store import ENVIRONMENT

    try:
        noted = json_text.loads((run / ENVIRONMENT).read_text(encoding="utf-8")).get("world")
    except (OSError, ValueError, AttributeError, RecursionError):
        return None
    return noted if isinstance(noted, str) else None


def _tell(run: Path, inputs: Inputs, compared: Comparison, here: dict[str, str], json: bool) -> None:
    import multipolar

    now = {"version": multipolar.__version__, **here}
    others = [f"made with {name} {shown(getattr(inputs, name))}, repeated with {value}"
              for name, value in now.items() if getattr(inputs, name) != value]  # fmt: skip
    if json:
        rows = [{"file": d.file, "what": d.what, "run": d.before, "repeated": d.after} for d in compared.differences]
        print(json_text.dumps({"answer": compared.answer, "programs": others, "differences": rows}, indent=2))
        return
    print(f"{shown(run, 200)}: {compared.answer}")
    for other in others:
        print(paragraph(f"Note: {other}."))
    listed = compared.differences[:SHOWN_DIFFERENCES]
    if listed:
        rows_shown = [(d.file, shown(d.what, 100), f"{shown(d.before)} -> {shown(d.after)}") for d in listed]
        print(columns([("file", "what", "run -> repeated"), *rows_shown]))
    if len(compared.differences) > len(listed):
        print(f"  and {len(compared.differences) - len(listed)} more")


def _row(found: Found) -> dict[str, Any]:
    made = found.inputs
    return {
        "scenario": made.scenario if made else None,
        "world": made.world if made else None,
        "draws": made.draws if made else None,
        "state": found.state,
        "damaged": list(found.damaged),
    }


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    state = row["state"] + (f": {', '.join(map(shown, row['damaged']))}" if row["damaged"] else "")
    told = [shown("unknown" if row[key] is None else row[key], 40) for key in ("scenario", "world", "draws")]
    return (shown(row["name"], 40), *told, state)
