"""What a run prints of its attribution: a table for the subject of the headline, and what must be said with it."""

from __future__ import annotations

from multipolar.app.columns import columns, paragraph
from multipolar.base.problems import shown
from multipolar.report.reading import Reading
from multipolar.results.attribution import WAYS, Attribution, per_cent
from multipolar.results.result import Result

MOST_NAMED = 3


def attribution_text(result: Result, attribution: Attribution) -> str:
    """The table in per cent for the economy of the headline, in one branch."""
    reading = Reading(result)
    case, n = reading.attributed_case(attribution), reading.subject
    found = attribution.cases[case]
    branch = result.cases[case].branch
    head = f"What each measure does to {result.countries[n]}" + (f" in {shown(branch, 24)}" if branch else "") + ", %"
    lines = [[head, "alone", "added last", "Shapley"]]
    values = {way: per_cent(attribution.of(way, case)) for way in WAYS}
    for place, player in enumerate(found.players):
        lines.append([shown(attribution.labels[player], 40), *(_signed(float(values[way][place, n])) for way in WAYS)])
    rest = {way: float(per_cent(attribution.remainder(way, case))[n]) for way in WAYS}
    lines.append(["remainder", *(_signed(rest[way]) for way in WAYS)])
    total = _signed(float(per_cent(attribution.total(case))[n]))
    lines.append(["adds up to", total, total, total])
    return "\n".join([columns(lines, headed=True), *(paragraph(line) for line in _said(result, attribution, case))])


def _said(result: Result, attribution: Attribution, case: int) -> list[str]:
    found = attribution.cases[case]
    how = "along the path, last year" if attribution.kind == "path" else "one comparison, fully phased in"
    lines = [f"Sums are in logs, shown as per cent; {how}; central values; {found.sets:,} sets of measures."]
    if found.orders is not None:
        lines[0] += f" Shapley from {found.orders} sampled orders, errors in attribution.csv."
    if result.years and attribution.kind == "static":
        lines.append(
            "The numbers above are of the last year of a path, these of one comparison without what the years bring: "
            "--attribution path takes every set of measures along the years."
        )
    if found.idle:
        lines.append(f"Without effect, so no part of it: {', '.join(shown(each, 40) for each in found.idle)}.")
    if found.failed:
        names = [" + ".join(each.measures) for each in found.failed[:MOST_NAMED]]
        more = f" and {len(found.failed) - MOST_NAMED} more" if len(found.failed) > MOST_NAMED else ""
        which = shown("; ".join(names), 200)
        lines.append(
            f"{len(found.failed)} of {found.sets:,} sets have no answer ({which}{more}); Shapley is over the "
            f"{found.used:.0%} of orders that meet none of them."
        )
    return lines


def _signed(value: float) -> str:
    if value != value:
        return "no answer"
    return f"{0.0 if abs(value) < 0.0005 else value:+.3f}"
