"""Writes ``docs/validation.md``: published numbers beside ours, from the files the studies need.

    python docs/validation.py --german-gas wiot_2011.RData --nafta cp2015.npz

The page is made from ``study/published``: its tables of claims and what ``multipolar validate`` computes.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

from multipolar.app.commands.validate import signed, span
from multipolar.study.published.claims import Claim, Compared, Table, Validation, claims, studies
from multipolar.study.published.validate import validate

PAGE = Path(__file__).with_name("validation.md")
HEAD = """# Validation: published results and ours

Made by `docs/validation.py` from the tables in `src/multipolar/study/published`; not edited by hand. Each number is
compared in the concept of its source and under its conditions; the band says what counts as a fair match. What lies
outside is shown as it is, what is not computed is named. `ratio` is ours over what is published (the middle of a
range).

    multipolar validate                                        what can be computed, and from which file
    multipolar validate german-gas --path wiot_2011.RData      one study, its table, its conventions
    multipolar validate nafta --path cp2015.npz --json         the same for programs
"""
LAYOUT = """The file for `nafta` is an `.npz` of plain arrays without pickles; i origin, n destination, s supplying
sector, k using sector: `countries`, `sectors` (text); `trade_share` [i,n,s], shares of n's spending with tariffs;
`tariff_1993`, `tariff_2005` [i,n,s], 0.05 = 5 %; `expenditure`, `final_share`, `value_added_share` [n,s];
`input_share_of_materials` [n,k,s], summing to 1 over s; `trade_elasticity` [s]; `value_added`, `deficit` [n]. The
figures are those of the paper's replication data; its files are not part of this project.
"""


def page(found: Mapping[str, Validation]) -> str:
    """The page in Markdown, from the studies computed, by name; the others stand as not computed."""
    return "\n".join([HEAD, *_overview(found), *(line for name in studies() for line in _section(name, found))]) + "\n"


def _overview(found: Mapping[str, Validation]) -> Iterator[str]:
    computed = [each for name in studies() if name in found for each in found[name].compared]
    inside = sum(each.inside for each in computed)
    yield f"{len(computed)} numbers computed, {inside} inside their band, {len(computed) - inside} outside.\n"
    yield "| number | of | published | ours | ratio | band | |\n|---|---|---|---|---|---|---|"
    for name in studies():
        if name in found:
            yield from map(_compared, found[name].compared)
        else:
            yield from map(_claimed, claims(name))
    yield ""


def _compared(each: Compared) -> str:
    claim = each.claim
    ratio = "" if each.ratio is None else f"{each.ratio:.2f}"
    verdict = "inside" if each.inside else "**outside**"
    return _row(claim.claim, claim.country, _published(claim), signed(each.ours), ratio, span(claim.band), verdict)


def _claimed(claim: Claim) -> str:
    return _row(claim.claim, claim.country, _published(claim), "", "", span(claim.band), "not computed")


def _section(name: str, found: Mapping[str, Validation]) -> Iterator[str]:
    each = studies()[name]
    yield f"## `{name}`: {each.title}\n\n{each.source}. Computed from: {each.data}.\n"
    if each.not_computed:
        yield f"Not computed: it {each.not_computed}.\n"
    for label in ("concept", "conditions"):
        texts = dict.fromkeys(getattr(claim, label) for claim in claims(name))
        yield f"{label.capitalize()}: {'; '.join(texts)}.\n"
    if name not in found:
        return
    held = found[name]
    yield f"World: {held.world}.\n"
    for table in held.tables:
        yield from _table(table)
    yield from ("### Conventions\n", *(f"- {text}" for text in held.conventions), "")
    yield from ("### What the data preparation did\n", *(f"- {text}" for text in held.preparation), "")
    if name == "nafta":
        yield LAYOUT


def _table(table: Table) -> Iterator[str]:
    yield f"### {table.title}\n"
    yield _row(*table.head)
    yield _row(*("---" for _ in table.head))
    for row in table.rows:
        yield _row(row.label, *map(signed, row.values))
    yield from (f"\n{row.label}: {row.why}" for row in table.rows if row.why)
    yield ""


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _published(claim: Claim) -> str:
    return f"{span(claim.published)} {claim.unit}"


def main() -> None:
    """Compute every study whose file is given, and write the page."""
    reader = argparse.ArgumentParser(description="Write docs/validation.md.")
    computable = [name for name, each in studies().items() if not each.not_computed]
    for name in computable:
        reader.add_argument(f"--{name}", type=Path, required=True, dest=name)
    given = vars(reader.parse_args())
    PAGE.write_text(page({name: validate(name, given[name]) for name in computable}), encoding="utf-8")


if __name__ == "__main__":
    main()
