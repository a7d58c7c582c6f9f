"""What is printed beside every headline: on what it is conditional, against what, how sure, and what it leaves out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from multipolar.base.language import Language, Text
from multipolar.base.problems import shown
from multipolar.report import graded
from multipolar.report import words as say
from multipolar.report.blocks import Part, Statement, Statements
from multipolar.report.reading import Reading
from multipolar.report.words import listed

LONGEST_NOTE = 400
LINES = 4


def part(reading: Reading, words: Language) -> Part:
    """The part of the page, statement by statement; a statement without anything to say is left out."""
    makers: tuple[Callable[[Reading, Language], Statement | None], ...] = (
        _conditional,
        _not_computed,
        _static,
        _reference,
        _elasticities,
        _tariffs,
        _signs,
        _structural,
        _solves,
        _notes,
        _assumptions,
        _rents,
        graded.statement,
        _data,
        _outside,
    )
    made = [statement for maker in makers if (statement := maker(reading, words)) is not None]
    return Part("beside", words.text("beside"), (Statements(tuple(made), shown=LINES),))


def _conditional(reading: Reading, words: Language) -> Statement:
    texts = [words.text("beside-conditional-text")]
    stated = []
    for branch, (value, low, high) in reading.result.scenario.probability.items():
        values = {"branch": say.branch_name(branch), "value": words.percent(100 * value, 0)}
        if low < high:
            values |= {"low": words.number(100 * low, 0), "high": words.number(100 * high, 0)}
        stated.append(words.text("stated-probability" if low < high else "stated-probability-fixed", **values))
    if stated:
        texts.append(words.text("beside-probabilities", list=listed(stated)))
    return words.text("beside-conditional"), tuple(texts)


def _static(reading: Reading, words: Language) -> Statement:
    scenario = reading.result.scenario
    if reading.result.years:
        return words.text("beside-path"), (words.text("beside-path-text", to=str(reading.result.years[-1])),)
    year = str(scenario.to_year) if scenario.to_year is not None else say.year(reading, words)
    return words.text("beside-static"), (words.text("beside-static-text", to=year),)


def _reference(reading: Reading, words: Language) -> Statement:
    result = reading.result
    rule = result.scenario.deficits
    known = f"deficits-{rule}" in words.messages
    said = words.text(f"deficits-{rule}") if known else words.text("deficits-other", rule=rule)
    values = {"year": say.year(reading, words), "world": result.world.name, "rule": said}
    if result.scenario.baseline:
        first = words.text("beside-reference-baseline", baseline=listed(list(result.scenario.baseline)), **values)
    else:
        first = words.text("beside-reference-text", **values)
    closing = result.closing
    if closing is None or not np.isfinite(closing).any():
        return words.text("beside-reference"), (first,)
    low, high = int(np.nanargmin(closing)), int(np.nanargmax(closing))
    second = words.text(
        "beside-closing",
        low=words.percent(float(closing[low]), 1, signed=True),
        lowest=say.inside(reading, words, low),
        high=words.percent(float(closing[high]), 1, signed=True),
        highest=say.inside(reading, words, high),
        who=say.inside(reading, words, reading.subject),
        own=words.percent(float(closing[reading.subject]), 1, signed=True),
    )
    return words.text("beside-reference"), (first, second)


def _elasticities(reading: Reading, words: Language) -> Statement | None:
    """Which published set the trade elasticities are, with its source."""
    name, source = reading.result.world.elasticities
    if not name:
        return None
    said = words.text("beside-set-text", name=name, source=Text(shown(source, LONGEST_NOTE)))
    return words.text("beside-set"), (said,)


def _tariffs(reading: Reading, words: Language) -> Statement | None:
    """Said only where tariffs fall on more than the world's own prices: by default notes say what they fall on."""
    if not reading.result.world.customs_base:
        return None
    return words.text("beside-customs"), (words.text("beside-customs-text"),)


def _signs(reading: Reading, words: Language) -> Statement | None:
    said = []
    for case in reading.cases:
        effect = reading.effect(case, reading.subject)
        if not effect.drawn:
            continue
        shares = {"gain": words.percent(100 * effect.gain, 0), "lose": words.percent(100 * effect.loss, 0)}
        branch = reading.label(case).branch
        said.append(
            words.text("beside-sign-branch", branch=say.branch_name(branch), **shares)
            if branch
            else words.text("beside-sign", **shares)
        )
    if not said:
        return None
    who = say.capital(say.inside(reading, words, reading.subject))
    return words.text("beside-signs"), (words.text("beside-signs-text", who=who, list=words.joined(said)),)


def _structural(reading: Reading, words: Language) -> Statement | None:
    rows = [row for row in reading.result.structural if row.case == reading.case]
    if not rows:
        return None
    subject, branch = reading.subject, reading.label(reading.case).branch
    stated = [f"{words.percent(float(row.welfare[subject]), signed=True)} ({row.label})" for row in rows]
    values = {"who": say.inside(reading, words, subject), "list": listed(stated)}
    text = (
        words.text("beside-elasticity-branch", branch=say.branch_name(branch), **values)
        if branch
        else words.text("beside-elasticity-text", **values)
    )
    return words.text("beside-elasticity"), (text,)


def _solves(reading: Reading, words: Language) -> Statement:
    failed, total = reading.result.failed_draws, reading.result.provenance.draws
    if not total:
        text = words.text("beside-failed-undrawn")
    elif failed:
        text = words.text("beside-failed-some", failed=str(failed), all=str(total))
    else:
        text = words.text("beside-failed-none", all=str(total))
    return words.text("beside-failed"), (text,)


def _not_computed(reading: Reading, words: Language) -> Statement | None:
    measures = say.uncomputed(reading)
    known = {card.id for card in reading.result.scenario.measures}
    others = list(dict.fromkeys(row.measure for row in reading.result.not_computed if row.measure not in measures))
    texts = []
    if measures:
        values = {"all": str(len(known)), "list": listed(measures)}
        texts.append(words.text("beside-not-computed-text", count=len(measures), **values))
    if others:
        texts.append(words.text("beside-not-computed-also", list=listed(others)))
    return (words.text("beside-not-computed"), tuple(texts)) if texts else None


def _notes(reading: Reading, words: Language) -> Statement | None:
    if not reading.result.notes:
        return None
    return words.text("beside-notes"), tuple(
        say.capital(Text(f"{shown(note, LONGEST_NOTE)}.")) for note in reading.result.notes
    )


def _assumptions(reading: Reading, words: Language) -> Statement | None:
    rows = reading.result.assumptions
    if not rows:
        return None
    bare = sum(is_assumption(row.source) for row in rows)
    return words.text("beside-assumptions"), (
        words.text("beside-assumptions-text", count=str(bare), all=str(len(rows))),
    )


def is_assumption(source: str | None) -> bool:
    """Whether a stated number has no source, or a source that calls itself an assumption."""
    return not source or source.strip().casefold().startswith("assumption")


def _rents(reading: Reading, words: Language) -> Statement:
    return words.text("beside-rents"), (words.text("beside-rents-text"),)


def _data(reading: Reading, words: Language) -> Statement | None:
    if not reading.result.world.flaws:
        return None
    return words.text("beside-data"), (words.text("beside-data-text", data=words.text("data")),)


def _outside(reading: Reading, words: Language) -> Statement:
    return words.text("beside-outside"), (words.text("beside-outside-text"),)
