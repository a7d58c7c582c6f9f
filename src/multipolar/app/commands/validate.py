"""``validate``: published results computed again, published beside ours.

``main`` registers ``validate`` as a command.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from multipolar.app.columns import columns, paragraph
from multipolar.base.json_text import json_text
from multipolar.base.problems import InputError

if TYPE_CHECKING:
    from multipolar.study.published.claims import Compared, Study, Table, Validation


def validate(
    study: Annotated[str | None, typer.Argument(help="A study by name; without one they are listed.")] = None,
    path: Annotated[Path | None, typer.Option(help="The file that the study is computed from.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Compute a published result again and print it beside ours."""
    from multipolar.study.published import claims
    from multipolar.study.published.validate import validate as computed

    if study is None:
        if path is not None:
            raise InputError(f"--path: say for which study: {', '.join(claims.studies())}.")
        known = list(claims.studies().values())
        print(json_text([_as_entry(each) for each in known], 2) if json else _listed(known))
        return
    found = computed(study, path)
    print(json_text(as_data(found), 2) if json else as_text(found))


def as_data(found: Validation) -> dict[str, Any]:
    """What ``validate STUDY --json`` prints."""
    return {
        "study": _as_entry(found.study),
        "world": found.world,
        "compared": [
            {
                "claim": each.claim.claim,
                "country": each.claim.country,
                "quantity": each.claim.quantity,
                "unit": each.claim.unit,
                "published": list(each.claim.published),
                "ours": each.ours,
                "ratio": each.ratio,
                "band": list(each.claim.band),
                "inside": each.inside,
                "concept": each.claim.concept,
                "conditions": each.claim.conditions,
                "source": each.claim.source,
            }
            for each in found.compared
        ],
        "tables": [
            {
                "title": table.title,
                "head": list(table.head),
                "rows": [{"label": r.label, "values": list(r.values), "no_answer": r.why} for r in table.rows],
            }
            for table in found.tables
        ],
        "conventions": list(found.conventions),
        "preparation": list(found.preparation),
    }


def as_text(found: Validation) -> str:
    """What ``validate STUDY`` prints."""
    inside = sum(each.inside for each in found.compared)
    parts = [
        paragraph(f"{found.study.title}. {found.study.source}."),
        paragraph(f"World {found.world}."),
        "",
        f"Published and ours: {inside} of {len(found.compared)} inside the band",
        columns([("published number", "of", "published", "ours", "band", ""), *map(_line, found.compared)]),
        *(paragraph(text) for text in dict.fromkeys(f"Concept: {c.claim.concept}." for c in found.compared)),
        *(paragraph(text) for text in dict.fromkeys(f"Conditions: {c.claim.conditions}." for c in found.compared)),
    ]
    for table in found.tables:
        parts += ["", f"{table.title}:", _table(table)]
    for title, lines in (("Conventions", found.conventions), ("What the data preparation did", found.preparation)):
        parts += ["", f"{title}:", columns(("-", line) for line in lines)]
    return "\n".join(parts)


def _line(each: Compared) -> tuple[str, ...]:
    claim = each.claim
    return (
        claim.claim,
        claim.country,
        f"{span(claim.published)} {claim.unit}",
        signed(each.ours),
        span(claim.band),
        "inside" if each.inside else "OUTSIDE",
    )


def span(bounds: tuple[float, float]) -> str:
    """``-0.2 to -0.3``; one number where both are the same."""
    first, last = bounds
    return f"{first:g}" if first == last else f"{first:g} to {last:g}"


def _table(table: Table) -> str:
    lines = [table.head]
    for row in table.rows:
        lines.append((row.label, *map(signed, row.values)))
    told = [paragraph(f"{row.label}: {row.why}") for row in table.rows if row.why]
    return "\n".join([columns(lines), *told])


def signed(value: float | None) -> str:
    """Three digits and a sign, none before a zero."""
    if value is None:
        return "no answer"
    return "0.000" if abs(value) < 0.0005 else f"{value:+.3f}"


def _listed(known: list[Study]) -> str:
    lines = []
    for each in known:
        how = f"not computed: it {each.not_computed}" if each.not_computed else f"--path {each.path}: {each.data}"
        lines.append((each.name, f"{each.title}. {each.source}. {how}."))
    return f"{columns(lines)}\n\nCompute one: multipolar validate STUDY --path FILE"


def _as_entry(each: Study) -> dict[str, Any]:
    return {
        "name": each.name,
        "title": each.title,
        "source": each.source,
        "data": each.data,
        "path": each.path,
        "not_computed": each.not_computed or None,
    }
