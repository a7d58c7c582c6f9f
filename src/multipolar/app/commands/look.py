"""``scenarios``, ``explain`` and ``doctor``: what is there, what a name means, whether all is well.

``main`` registers the three functions as commands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from multipolar.app.columns import columns
from multipolar.app.commands.run import World_
from multipolar.base.json_text import json_text
from multipolar.base.problems import shown

if TYPE_CHECKING:
    from multipolar.app.entry import Entry

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def scenarios(json: Json = False) -> None:
    """List the ready scenarios that `multipolar run NAME` takes."""
    from multipolar.scenario.scenario import catalog, read_scenario

    found = []
    for name in catalog():
        scenario = read_scenario(name)
        count = len(tuple(scenario.all_measures()))
        branches = list(scenario.branches)
        found.append({"name": name, "title": scenario.title["en"], "measures": count, "branches": branches})
    if json:
        print(json_text(found, 2))
    else:
        print(columns((str(entry["name"]), str(entry["title"])) for entry in found))
        print("\nRun one: multipolar run NAME. A file of your own: multipolar run FILE.yaml")


def explain(
    name: Annotated[str | None, typer.Argument(help="A country, bloc, sector, group, measure, variable ...")] = None,
    world: World_ = None,
    lang: Annotated[str | None, typer.Option(help="ar or en: a variable in plain words in that language.")] = None,
    json: Json = False,
) -> None:
    """Say what a name means, or where a number comes from (`multipolar explain USA.C26.tariff`)."""
    if lang is not None:
        from multipolar.app import plain_words

        told = plain_words.in_language(name, lang)
        print(json_text(plain_words.as_rows(told), 2) if json else plain_words.as_lines(told, lang))
        return
    from multipolar.app import explain as books
    from multipolar.world.library import load_world

    economy = load_world(world)
    if name is None:
        print("Kinds of names; `multipolar explain KIND` lists one:")
        print(columns(books.kinds(economy)))
        return
    found = books.explain(name, economy)
    if json:
        rows = [{"kind": e.kind, "name": e.name, "title": e.title, "facts": dict(e.facts)} for e in found]
        print(json_text(rows, 2))
    else:
        print("\n\n".join(_told(entry) for entry in found))


def doctor(json: Json = False) -> None:
    """Check this installation: versions, folders, fonts, one small solve."""
    from multipolar.app.doctor import examine

    findings = examine()
    if json:
        rows = [{"what": f.what, "found": f.found, "ok": f.ok} for f in findings]
        print(json_text(rows, 2))
    else:
        print(columns((f.what, "ok" if f.ok else "WRONG", shown(f.found, 200)) for f in findings))
    if not all(f.ok for f in findings):
        raise typer.Exit(1)


def _told(entry: Entry) -> str:
    return f"{entry.name} ({entry.kind}): {entry.title}\n{columns(entry.facts)}".rstrip()
