"""The part of the page that says which measure does what: bars for one economy, tables, and what limits them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from multipolar.base.language import Language, Text, plain
from multipolar.base.problems import shown
from multipolar.report import background, captions
from multipolar.report import words as say
from multipolar.report.blocks import Block, Cell, Figure, Number, Paragraph, Part, Table
from multipolar.report.figures import measures as figures
from multipolar.report.figures.world import display_names
from multipolar.report.reading import Reading
from multipolar.report.words import listed
from multipolar.results.attribution import WAYS, Attribution, per_cent

MOST_ECONOMIES = 5
MOST_NAMED = 5
LONGEST_LABEL = 120


def part(reading: Reading, words: Language, attribution: Attribution) -> Part:
    """Bars and table for one branch and the economy of the headline; shares by economy; the other branches, folded."""
    case = reading.attributed_case(attribution)
    blocks: list[Block] = [Paragraph(text) for text in _said(reading, words, attribution, case)]
    if attribution.cases[case].players:
        blocks.append(_figure(reading, words, attribution, case))
        blocks.append(_by_economy(reading, words, attribution, case))
    for other in (*reading.cases, *reading.variants):
        if other != case and attribution.cases[other].players:
            blocks.append(_ways(reading, words, attribution, other, folded=True))
    return Part("attribution", words.text("attribution"), tuple(blocks))


def _said(reading: Reading, words: Language, attribution: Attribution, case: int) -> list[Text]:
    """How it was computed, and for the case shown what has no effect and what has no answer."""
    found, result = attribution.cases[case], reading.result
    to = say.year(reading, words) if attribution.year is None else str(attribution.year)
    beside = "attribution-beside-path" if result.years else "attribution-static"
    how = "attribution-path" if attribution.kind == "path" else beside
    said = [words.text("attribution-intro"), words.text(how, to=to)]
    if found.orders is not None:
        said.append(words.text("attribution-sampled", orders=str(found.orders), count=str(len(found.players))))
    if found.idle:
        said.append(words.text("attribution-idle", list=listed(list(found.idle))))
    if found.failed:
        named = [" + ".join(each.measures) for each in found.failed[:MOST_NAMED]]
        values = {"all": str(found.sets), "used": words.percent(100.0 * found.used, 0), "list": listed(named)}
        said.append(words.text("attribution-failed", count=len(found.failed), **values))
    return said


def _figure(reading: Reading, words: Language, attribution: Attribution, case: int) -> Figure:
    who = say.inside(reading, words, reading.subject)
    rows = _rows(reading, words, attribution, case)
    total = float(per_cent(attribution.total(case))[reading.subject])
    solved = [row for row in rows if row["number"] != words.text("no-number")]
    if solved:
        most = max(solved, key=lambda row: abs(row["value"]))
        title = words.text("attribution-title", measure=most["label"], who=who, size=most["number"])
    else:
        title = words.text("attribution-title-unsolved")
    branch = reading.label(case).branch
    title = words.text("ranked-title-in", title=title, branch=say.branch_name(branch)) if branch else title
    subtitle = words.text("attribution-subtitle", who=who, total=words.percent(total, _places([total]), signed=True))
    facts = Text(" ".join(row["fact"] for row in solved))
    alt = words.text("attribution-alt", count=str(len(rows)), facts=facts)
    texts = (say.capital(title), subtitle, alt)
    data = [{key: value for key, value in row.items() if key != "fact"} for row in solved]
    wide, phone = (figures.bars(data, words, texts, phone=phone) for phone in (False, True))
    known = background.known_sources(reading.result.world.sources)
    return Figure(
        key="attribution",
        title=texts[0],
        subtitle=subtitle,
        alt=alt,
        source=captions.source_line(reading, words, [entry.title for entry in known[:1]]),
        wide=wide.to_dict(),
        phone=phone.to_dict(),
        twin=_ways(reading, words, attribution, case),
        bars=True,
    )


def _rows(reading: Reading, words: Language, attribution: Attribution, case: int) -> list[dict[str, Any]]:
    """One row a measure, from the largest gain to the largest loss."""
    values = per_cent(attribution.of("shapley", case))[:, reading.subject]
    labels = _labels(attribution, case)
    decimals = _places(list(values))
    rows = []
    for rank, k in enumerate(sorted(range(len(values)), key=lambda k: (not np.isfinite(values[k]), -values[k], k))):
        number = _number(words, float(values[k]), decimals)
        fact = words.text("attribution-fact", measure=labels[k], size=number)
        rows.append(
            {
                "label": labels[k],
                "rank": rank,
                "value": float(values[k]),
                "up": bool(values[k] > 0),
                "number": number,
                "said": plain(fact),
                "fact": fact,
            }
        )
    return rows


def _ways(reading: Reading, words: Language, attribution: Attribution, case: int, folded: bool = False) -> Table:
    """Measures down; alone, added last and Shapley across; what is left over, and the whole."""
    n = reading.subject
    columns = [per_cent(attribution.of(way, case))[:, n] for way in WAYS]
    error = attribution.of("error", case)[:, n]
    left = [float(per_cent(attribution.remainder(way, case))[n]) for way in WAYS]
    total = float(per_cent(attribution.total(case))[n])
    decimals = _places([*np.concatenate(columns), total])
    rows: list[tuple[Cell, ...]] = []
    for k, label in enumerate(_labels(attribution, case)):
        cells = [Number(_number(words, float(column[k]), decimals)) for column in columns]
        if error[k] > 0:
            size = words.number(100.0 * float(error[k]), decimals)
            cells[-1] = Number(cells[-1].text, background.bare(words.text("attribution-error", size=size)))
        rows.append((label, *cells))
    rows.append((str(words.text("attribution-rest")), *(Number(_number(words, each, decimals)) for each in left)))
    whole = Number(_number(words, total, decimals))
    rows.append((str(words.text("attribution-total")), whole, whole, whole))
    held = reading.label(case)
    caption = words.text("attribution-caption", who=say.inside(reading, words, n))
    named = " / ".join(filter(None, (say.branch_name(held.branch), held.variant)))
    caption = words.text("economies-caption", branch=named, title=caption) if named else caption
    heads = tuple(words.text(key) for key in ("col-measure", "col-alone", "col-last", "col-shapley"))
    return Table(caption, heads, tuple(rows), (False, True, True, True), folded=folded, stacked=True)


def _by_economy(reading: Reading, words: Language, attribution: Attribution, case: int) -> Table:
    """Shares of the measures across the economies of the headline, those named, and the world."""
    wanted = [reading.subject, reading.companion, *reading.named]
    countries = list(dict.fromkeys(country for country in wanted if country is not None))[:MOST_ECONOMIES]
    places = [*countries, len(reading.result.countries)]
    shares, total = per_cent(attribution.of("shapley", case)), per_cent(attribution.total(case))
    decimals = {n: _places([*shares[:, n], total[n]]) for n in places}
    rows: list[tuple[Cell, ...]] = [
        (label, *(Number(_number(words, float(shares[k, n]), decimals[n])) for n in places))
        for k, label in enumerate(_labels(attribution, case))
    ]
    whole = tuple(Number(_number(words, float(total[n]), decimals[n])) for n in places)
    rows.append((str(words.text("attribution-total")), *whole))
    names = display_names(reading)
    heads = (
        words.text("col-measure"),
        *(words.text("without-article", name=names[n]) for n in countries),
        words.text("attribution-world"),
    )
    numeric = (False, *(True for _ in places))
    return Table(words.text("attribution-economies"), heads, tuple(rows), numeric, stacked=True)


def _labels(attribution: Attribution, case: int) -> list[str]:
    return [shown(attribution.labels[player], LONGEST_LABEL) for player in attribution.cases[case].players]


def _places(values: Sequence[float]) -> int:
    return say.decimals_of([float(value) for value in values if np.isfinite(value)])


def _number(words: Language, value: float, decimals: int) -> str:
    return words.number(value, decimals, signed=True) if np.isfinite(value) else str(words.text("no-number"))
