"""``world build``: a world of one's own from a published table; and where a built world came from, as text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from multipolar.app.columns import columns, paragraph
from multipolar.base.json_text import json_text
from multipolar.base.problems import shown

if TYPE_CHECKING:
    from multipolar.world.provenance import Provenance, Step


def build(
    source: Annotated[str, typer.Argument(help="icio, wiod, figaro, exiobase, adb or gtap.")],
    path: Annotated[list[Path], typer.Option("--path", help="A file of the source; again for each further file.")],
    out: Annotated[str, typer.Option("--out", help="The name of the world, for --world.")],
    usd_per_unit: Annotated[
        float | None, typer.Option("--usd-per-unit", help="US dollars for a euro, where the source is in euros.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Build anew and replace a world of this name.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Build a world from files of a published input-output table and keep it under a name."""
    from multipolar.app.screen import progress
    from multipolar.world.readers import building

    with progress(not json) as report:
        built = building.build(source, path, out, usd_per_unit=usd_per_unit, force=force, progress=report)
    world, held = built.world, built.world.provenance
    if held is None:
        raise AssertionError("a built world without provenance")  # unreachable: readers state it, and it is compared
    if json:
        print(json_text({"world": world.name, "file": str(built.path), "reused": built.reused, "year": world.year,
                         "countries": len(world.countries), "sectors": len(world.sectors), "digest": world.digest,
                         "provenance": held.as_data()}, 2))  # fmt: skip
        return
    worth = float(world.value_added.sum()) / 1e6
    state = "stood there already, built from the same files" if built.reused else "built"
    size = f"{world.year or 'no year'}, {len(world.countries)} economies x {len(world.sectors)} sectors"
    print(f"World `{shown(world.name)}` {state}: {size}, value added {worth:.1f} trillion USD.")
    print(as_text(held))
    print(f"\nFile: {built.path}")
    print(f"Next: multipolar world check {world.name}; multipolar run SCENARIO --world {world.name}")


def as_text(held: Provenance) -> str:
    """Source, files, notes and balancing log of a built world."""
    files = ", ".join(f"{shown(file.name)} (SHA-256 {file.sha256[:12]})" for file in held.files)
    lines = [f"From {shown(held.source, 200)}; edition {shown(held.edition)}; terms: {shown(held.licence, 200)}."]
    lines += [f"Cite: {shown(held.citation, 300)}.", f"Files: {files}; {shown(held.made_by)}."]
    lines += [shown(note, 400) for note in held.notes]
    return "\n".join([*(paragraph(line) for line in lines), balancing_log(held)])


def balancing_log(held: Provenance) -> str:
    """What was changed so that the accounts hold: a table, amounts in million US dollars."""
    if not held.steps:
        return "Balancing: nothing had to be changed."
    head = ["block", "cells", "largest, mn USD", "where", "total, mn USD", "of output", "what"]
    return "Balancing, what was changed and by how much:\n" + columns([head, *map(_row, held.steps)])


def _row(step: Step) -> list[str]:
    return [step.block, f"{step.cells:,}", f"{step.largest:,.6g}", shown(step.where, 40), f"{step.total:,.6g}",
            f"{100 * step.share:.2g} %", shown(step.what, 200)]  # fmt: skip
