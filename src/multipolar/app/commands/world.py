"""``worlds``, ``world check``, ``world build``, ``world aggregate``: which worlds there are, is one sound, new ones.

``main`` registers ``worlds`` as a command and ``group`` as the sub-commands of ``world``.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from multipolar.app.columns import columns
from multipolar.app.commands import build
from multipolar.base.json_text import json_text
from multipolar.base.problems import InputError, WorldError, shown

if TYPE_CHECKING:
    from multipolar.world.world import Report, World

group = typer.Typer(name="world", help="Check, build or sum up a world.", no_args_is_help=True, rich_markup_mode=None)


@group.callback()
def about() -> None:
    """Check, build or sum up a world."""


group.command()(build.build)


def worlds(
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """List the worlds that --world takes by name."""
    from multipolar.world import library

    found = [_about(name) for name in library.worlds()]
    if json:
        print(json_text(found, 2))
        return
    print(columns((shown(entry["name"]), shown(entry["what"], 400)) for entry in found))
    print(f"\nYour own: NAME.npz in {library.user_folder()}")


@group.command()
def check(
    name: Annotated[str, typer.Argument(help="A world by name or path.")] = "world2022",
    baseline: Annotated[
        str | None, typer.Option(help="Put a ready baseline in force and compare it with its targets.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Recompute every identity of a world and list what is unusual or known to be wrong."""
    from multipolar.world.library import load_world

    if baseline is not None:
        print(_with_baseline(name, baseline, json))
        return
    world = load_world(name)
    report = world.check()
    print(json_text(as_data(world, report), 2) if json else as_text(world, report))


@group.command()
def aggregate(
    name: Annotated[str, typer.Argument(help="A world by name or path.")] = "world2022",
    regions: Annotated[str, typer.Option(help="A region map: blocs6, world30, world81 or MAP.csv.")] = "world30",
    out: Annotated[Path | None, typer.Option(help="The world file to write; default: REGIONS.npz.")] = None,
) -> None:
    """Sum the countries of a world to regions, every identity kept, and write it as a world file."""
    from multipolar.world.library import in_regions, load_world, save_world
    from multipolar.world.regions import region_map

    target = out if out is not None else Path(f"{Path(regions).stem}.npz")
    wrong = None
    if target.suffix != ".npz":
        wrong = "a world file ends in .npz."
    elif os.path.lexists(target):
        wrong = "is there already; name another file with --out."
    elif not target.parent.is_dir():
        wrong = "its folder is not there."
    if wrong is not None:
        raise InputError(f"--out: `{shown(target, 200)}`: {wrong}")
    world = in_regions(load_world(name), region_map(regions))
    world.check()
    save_world(world, target)
    print(f"Written to {shown(target, 200)}: {_size(world)}, every identity holds.")
    print(f"Next:  multipolar run FILE.yaml --world {shown(target, 200)}")


def _with_baseline(name: str, baseline: str, json: bool) -> str:
    """What ``world check --baseline`` prints: each target, what is reached, and the miss."""
    from multipolar.scenario.scenario import read_scenario
    from multipolar.study.baseline import HORIZON, reached, targets
    from multipolar.world.library import load_world

    wanted = targets(baseline)
    world = load_world(name)
    scenario = read_scenario(baseline, world)
    found = reached(world, scenario, wanted)
    if json:
        rows = [{**asdict(each.target), "reached": each.value, "miss": each.miss} for each in found]
        return json_text({"world": world.name, "horizon": HORIZON, "deficits": scenario.deficits, "targets": rows}, 2)
    lines = [
        (
            f"{each.target.bloc} in {each.target.flow} of {each.target.country}, {each.target.sectors}",
            f"target {each.target.target:.4f} ({each.target.low:g} to {each.target.high:g}, {each.target.grade})",
            f"reached {each.value:.4f}",
            f"miss {each.miss:+.6f}",
            f"by `{each.target.measure}`",
        )
        for each in found
    ]
    head = f"`{baseline}` in force on world `{shown(world.name)}`, deficits {scenario.deficits}, horizon {HORIZON}:"
    return f"{head}\n{columns(lines)}"


def as_data(world: World, report: Report) -> dict[str, Any]:
    """What ``world check --json`` prints."""
    from multipolar.world.sources import flaws, grades

    return {
        "world": world.name,
        "year": world.year,
        "countries": len(world.countries),
        "sectors": len(world.sectors),
        "digest": world.digest,
        "sound": report.ok,
        "identities": [
            {"name": i.name, "residual": i.residual, "limit": i.limit, "at": _where(world, i.where), "holds": i.holds}
            for i in report.identities
        ],
        "without_output": [list(cell) for cell in report.without_output],
        "without_inputs": [list(cell) for cell in report.without_inputs],
        "value_added_above_095": [list(cell) for cell in report.high_value_added],
        "grades": [{"block": g.block, "part": g.part, "grade": g.grade, "why": g.why} for g in grades(world.name)],
        "known_flaws": list(flaws(world.name)),
        "provenance": None if world.provenance is None else world.provenance.as_data(),
    }


def as_text(world: World, report: Report) -> str:
    """What ``world check`` prints."""
    found = as_data(world, report)
    year = f"{world.year}, " if world.year else ""
    parts = [
        f"World `{shown(world.name)}`: {year}{_size(world)}, digest {world.digest[:12]}.",
        f"All {len(report.identities)} identities hold; the largest residual of each and where it occurs:",
        columns((i["name"], f"{i['residual']:.1e}", i["at"]) for i in found["identities"]),
        _listed("Sectors without output", report.without_output),
        _listed("Sectors without inputs", report.without_inputs),
        _listed("Value added above 0.95 of output", ((c, f"{s} {v:.3f}") for c, s, v in report.high_value_added)),
    ]
    if found["grades"]:
        rows = ((g["grade"], f"{g['block']}, {g['part']}: {g['why']}") for g in found["grades"])
        parts += ["Evidence:", columns(rows)]
    if found["known_flaws"]:
        parts += ["Known flaws:", columns(("-", flaw) for flaw in found["known_flaws"])]
    if world.provenance is not None:
        parts.append(build.as_text(world.provenance))
    return "\n".join(parts)


def _about(name: str) -> dict[str, Any]:
    from multipolar.world.library import EMBEDDED, load_world
    from multipolar.world.sources import original

    try:
        world = load_world(name)
    except WorldError as error:
        return {"name": name, "what": str(error), "readable": False}
    made = "built in" if original(name) == EMBEDDED else "yours"
    if world.provenance is not None:
        made = f"from {shown(world.provenance.source, 100)}"
    worth = float(world.value_added.sum()) / 1e6
    what = f"{world.year or 'no year'}, {_size(world)}, value added {worth:.1f} trillion USD, {made}"
    return {
        "name": name,
        "what": what,
        "readable": True,
        "year": world.year,
        "countries": len(world.countries),
        "sectors": len(world.sectors),
        "digest": world.digest,
        "source": None if world.provenance is None else world.provenance.source,
    }


def _size(world: World) -> str:
    return f"{len(world.countries)} economies x {len(world.sectors)} sectors"


def _where(world: World, where: tuple[int, ...]) -> str:
    return " x ".join(labels[k] for labels, k in zip((world.countries, world.sectors), where, strict=False))


def _listed(title: str, cells: Iterable[tuple[str, str]]) -> str:
    by_country: defaultdict[str, list[str]] = defaultdict(list)
    for country, sector in cells:
        by_country[country].append(sector)
    count = sum(map(len, by_country.values()))
    if not count:
        return f"{title}: none."
    return f"{title}: {count}\n" + columns((country, ", ".join(sectors)) for country, sectors in by_country.items())
