"""``worlds``, ``world check|build|aggregate|elasticities``: which worlds there are, is one sound, new ones.

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

from multipolar.app.columns import columns, paragraph
from multipolar.app.commands import build
from multipolar.app.commands.run import CustomsBase_, Elasticities_
from multipolar.base.json_text import json_text
from multipolar.base.problems import InputError, WorldError, shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from multipolar.world.world import Report, World

LOW_SHARE = 0.03

group = typer.Typer(name="world", help="Check, build or sum up a world.", no_args_is_help=True, rich_markup_mode=None)


@group.callback()
def about() -> None:
    """Check, build or sum up a world."""


group.command(short_help="Build a world from files of a published table.")(build.build)


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


@group.command(short_help="Recompute every identity, list what is unusual.")
def check(
    name: Annotated[str, typer.Argument(help="A world by name or path.")] = "world2022",
    baseline: Annotated[
        str | None, typer.Option(help="Put a ready baseline in force and compare it with its targets.")
    ] = None,
    elasticities: Elasticities_ = None,
    customs_base: CustomsBase_ = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Recompute every identity of a world and list what is unusual or known to be wrong."""
    from multipolar.world.library import load_world

    if baseline is not None:
        print(_with_baseline(load_world(name, elasticities, customs_base), baseline, json))
        return
    world = load_world(name, elasticities, customs_base)
    report = world.check()
    print(json_text(as_data(world, report), 2) if json else as_text(world, report))


@group.command(short_help="Sum countries to regions, into a world file.")
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


@group.command(short_help="List the published sets of elasticities.")
def elasticities(
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """List the published sets of trade elasticities that a world can take by name."""
    from multipolar.world.elasticities import elasticities as values
    from multipolar.world.elasticities import elasticity_sets

    found = []
    for each in elasticity_sets():
        theta = sorted(values(each.name).values())
        found.append({**asdict(each), "lowest": theta[0], "median": theta[len(theta) // 2], "highest": theta[-1]})
    if json:
        print(json_text(found, 2))
        return
    rows = ((e["name"], f"{e['lowest']:g} / {e['median']:g} / {e['highest']:g}", f"{e['citation']}; {e['note']}")
            for e in found)  # fmt: skip
    print("Lowest, median and highest sector of each set:")
    print(columns(rows))
    print("\nmultipolar run FILE.yaml --elasticities NAME; in Python: multipolar.load_world(elasticities=NAME)")


def _with_baseline(world: World, baseline: str, json: bool) -> str:
    """What ``world check --baseline`` prints: each target, what is reached, and the miss."""
    from multipolar.scenario.scenario import read_scenario
    from multipolar.study.baseline import HORIZON, reached, targets

    wanted = targets(baseline)
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
    import numpy as np

    from multipolar.world.elasticities import set_of
    from multipolar.world.evidence import graded
    from multipolar.world.margins import customs_gap
    from multipolar.world.sources import flaws, reasons

    chosen = set_of(world)
    return {
        "world": world.name,
        "year": world.year,
        "countries": len(world.countries),
        "sectors": len(world.sectors),
        "digest": world.digest,
        "elasticities": None if chosen is None else {"set": chosen.name, "source": chosen.citation},
        "customs_base": world.customs_base is not None,
        "sound": report.ok,
        "identities": [
            {"name": i.name, "residual": i.residual, "limit": i.limit, "at": _where(world, i.where), "holds": i.holds}
            for i in report.identities
        ],
        "without_output": [list(cell) for cell in report.without_output],
        "without_inputs": [list(cell) for cell in report.without_inputs],
        "value_added_above_095": [list(cell) for cell in report.high_value_added],
        "value_added_below_003": [list(cell) for cell in _low_shares(world)],
        "missing": {name: count for name, each in world.fields.items() if (count := int(np.isnan(each.values).sum()))},
        "evidence": {block: _counts(cells) for block, cells in graded(world).items()},
        "grades": [{"block": g.block, "part": g.part, "grade": g.grade, "why": g.why} for g in reasons(world.name)],
        "customs_gap": asdict(customs_gap(world)),
        "known_flaws": list(flaws(world.name)),
        "provenance": None if world.provenance is None else world.provenance.as_data(),
    }


def as_text(world: World, report: Report) -> str:
    """What ``world check`` prints."""
    found = as_data(world, report)
    year = f"{world.year}, " if world.year else ""
    parts = [
        f"World `{shown(world.name)}`: {year}{_size(world)}, digest {world.digest[:12]}.",
        *map(paragraph, _chosen(found)),
        f"All {len(report.identities)} identities hold; the largest residual of each and where it occurs:",
        columns((i["name"], f"{i['residual']:.1e}", i["at"]) for i in found["identities"]),
        _listed("Sectors without output", report.without_output),
        _listed("Sectors without inputs", report.without_inputs),
        _listed("Value added above 0.95 of output", ((c, f"{s} {v:.3f}") for c, s, v in report.high_value_added)),
    ]
    parts.append(_listed("Value added below 0.03 of output", ((c, f"{s} {v:.3f}") for c, s, v in _low_shares(world))))
    if found["missing"]:
        gaps = ", ".join(f"{name} {count}" for name, count in found["missing"].items())
        parts.append(paragraph(f"Figures that are missing, by field: {gaps}"))
    if found["evidence"]:
        blocks = ((block, ", ".join(f"{grade} {share:.1%}" for grade, share in shares.items()))
                  for block, shares in found["evidence"].items())  # fmt: skip
        parts += ["Evidence, share of country x sector cells by grade:", columns(blocks)]
    if found["grades"]:
        rows = ((g["grade"], f"{g['block']}, {g['part']}: {g['why']}") for g in found["grades"])
        parts += ["What the grades rest on (one cell: multipolar explain USA.C26.tariff):", columns(rows)]
    parts += map(paragraph, _gap(found["customs_gap"]))
    if found["known_flaws"]:
        parts += ["Known flaws:", columns(("-", flaw) for flaw in found["known_flaws"])]
    if world.provenance is not None:
        parts.append(build.as_text(world.provenance))
    return "\n".join(parts)


def _chosen(found: dict[str, Any]) -> list[str]:
    """Which set of trade elasticities a world has, where it is a published one, and what its tariffs fall on."""
    held = found["elasticities"]
    lines = [f"Trade elasticities: set {held['set']}, {held['source']}."] if held else []
    return [*lines, *(["Tariffs fall on goods with their margins (customs base)."] if found["customs_base"] else [])]


def _low_shares(world: World) -> list[tuple[str, str, float]]:
    """Cells with output whose value added is below 3 % of it."""
    share = world.value_added_share
    return [
        (country, sector, float(share[n, s]))
        for n, country in enumerate(world.countries)
        for s, sector in enumerate(world.sectors)
        if world.output[n, s] > 0 and share[n, s] < LOW_SHARE
    ]


def _counts(cells: NDArray[np.int8]) -> dict[str, float]:
    from multipolar.world.evidence import GRADES

    return {grade: share for k, grade in enumerate(GRADES) if (share := float((cells == k).mean()))}


def _gap(gap: dict[str, Any]) -> list[str]:
    """The customs gap in words; nothing for a world whose trade at customs is not known."""
    if gap["at_customs"] is None:
        return []
    goods, margins, customs = (gap[key] / 1e6 for key in ("goods", "margins", "at_customs"))
    return [
        f"Customs gap: goods that cross borders come to {goods:.1f} trillion USD at basic prices, with trade and "
        f"transport margins to {goods + margins:.1f}, at customs to {customs:.1f}: a tariff bites on "
        f"{goods / customs:.0%} of what customs report, on {(goods + margins) / customs:.0%} with `run --customs-base`."
    ]


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
