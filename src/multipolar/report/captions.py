"""Titles that state a figure's finding, the sentence a reader hears instead of it, and the source line under it."""

from __future__ import annotations

from collections.abc import Sequence

from multipolar.base.language import Language, Text
from multipolar.report import words as say
from multipolar.report.reading import HARDLY, Reading


def ranked_title(reading: Reading, words: Language, case: int) -> Text:
    """Who gains and who loses most in a case, among effects that do not count as "hardly changes"."""
    order = [country for country in reading.order(case) if reading.effect(case, country).solved]
    first, last = order[0], order[-1]
    gains, loses = reading.effect(case, first).value >= HARDLY, reading.effect(case, last).value <= -HARDLY
    names = {"gainer": say.inside(reading, words, first), "loser": say.inside(reading, words, last)}
    if gains and loses:
        title = words.text("ranked-title-both", **names)
    elif gains:
        title = words.text("ranked-title-gain", gainer=names["gainer"])
    elif loses:
        title = words.text("ranked-title-lose", loser=names["loser"])
    else:
        title = words.text("ranked-title-flat", limit=words.percent(HARDLY))
    branch = reading.label(case).branch
    said = words.text("ranked-title-in", title=title, branch=say.branch_name(branch)) if branch else title
    return say.capital(said)


def ranked_subtitle(reading: Reading, words: Language, key: str = "ranked-subtitle") -> Text:
    """Unit, year, and what marks and lines are."""
    drawn = any(reading.draws_of(case) for case in reading.cases)
    return words.text(
        key,
        year=str(reading.result.world.year),
        mark=words.text("mark-median" if drawn else "mark-central"),
        lines=words.text("lines-range" if drawn else "lines-none"),
    )


def ranked_alt(reading: Reading, words: Language, case: int, countries: Sequence[int]) -> Text:
    """What the figure shows, with the numbers of both ends."""
    ends = list(dict.fromkeys((countries[0], countries[-1])))
    facts = [fact(reading, words, country, (case,)) for country in ends]
    return words.text(
        "ranked-alt",
        count=str(len(countries)),
        all=str(len(reading.result.countries)),
        facts=Text(" ".join(facts)),
    )


def branches_title(reading: Reading, words: Language) -> Text:
    """Whether the subject is on one side of zero in all branches that move it, and else where it moves most."""
    subject = reading.subject
    who = say.capital(say.inside(reading, words, subject))
    effects = [reading.effect(case, subject) for case in reading.cases]
    signs = {effect.value > 0 for effect in effects if effect.solved and abs(effect.value) >= HARDLY}
    if len(signs) == 2:
        return words.text("branches-title-apart", who=who)
    if signs and all(effect.solved and abs(effect.value) >= HARDLY for effect in effects):
        return words.text("branches-title-same", who=who)
    return words.text("branches-title-largest", who=who, branch=say.branch_name(reading.label(reading.case).branch))


def branches_alt(reading: Reading, words: Language) -> Text:
    """The subject in every branch."""
    return words.text("branches-alt", facts=fact(reading, words, reading.subject, reading.cases))


def fact(reading: Reading, words: Language, country: int, cases: Sequence[int]) -> Text:
    """One sentence about one economy: the text of a mark, and a part of an alternative text."""
    return words.text(
        "fact",
        who=say.capital(say.inside(reading, words, country)),
        clauses=say.clauses(reading, words, country, cases),
    )


def source_line(reading: Reading, words: Language, titles: Sequence[str]) -> Text:
    """The data a figure stands on, by title, and the program."""
    result = reading.result
    sources = "; ".join(titles) or result.world.name
    return words.text("figure-source", sources=sources, version=result.provenance.version)
