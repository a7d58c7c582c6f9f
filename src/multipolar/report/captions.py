"""Titles that state a figure's finding, the sentence a reader hears instead of it, and the source line under it."""

from __future__ import annotations

from collections.abc import Sequence

from multipolar.base.language import Language, Text
from multipolar.report import words as say
from multipolar.report.reading import HARDLY, Effect, Reading


def ranked_title(reading: Reading, words: Language, case: int) -> Text:
    """Who gains and who loses most in a case, of the economies whose range leaves zero out."""
    effects = {country: reading.effect(case, country) for country in reading.order(case)}
    moved = [n for n, effect in effects.items() if effect.solved and effect.clear and abs(effect.value) >= HARDLY]
    gains, loses = bool(moved) and effects[moved[0]].value > 0, bool(moved) and effects[moved[-1]].value < 0
    values: dict[str, str] = {}
    if gains:
        values |= {"gainer": say.inside(reading, words, moved[0]), "gain": _signed(words, effects[moved[0]])}
    if loses:
        values |= {"loser": say.inside(reading, words, moved[-1]), "loss": _signed(words, effects[moved[-1]])}
    key = {(True, True): "both", (True, False): "gain", (False, True): "lose"}.get((gains, loses))
    if key:
        title = words.text(f"ranked-title-{key}", **values)
    else:
        title = words.text("ranked-title-flat", limit=words.percent(HARDLY))
    branch = reading.label(case).branch
    said = words.text("ranked-title-in", title=title, branch=say.branch_name(branch)) if branch else title
    return say.capital(said)


def _signed(words: Language, effect: Effect) -> str:
    return words.percent(effect.value, say.decimals_for(effect), signed=True)


def ranked_subtitle(reading: Reading, words: Language, key: str = "ranked-subtitle") -> Text:
    """Unit, year, and what marks and lines are."""
    return words.text(
        key,
        year=say.year(reading, words),
        mark=words.text("mark-median" if reading.drawn else "mark-central"),
        lines=words.text("lines-range" if reading.drawn else "lines-none"),
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
    """The subject in the branch that is worst for it, and in the best."""
    subject = reading.subject
    who = say.capital(say.inside(reading, words, subject))
    effects = {case: reading.effect(case, subject) for case in reading.cases}
    solved = sorted((case for case in effects if effects[case].solved), key=lambda case: effects[case].value)
    if not solved:
        return words.text("branches-title-unsolved", who=who)
    worst, best = solved[0], solved[-1]
    return words.text(
        "branches-title",
        who=who,
        low=_signed(words, effects[worst]),
        worst=say.branch_name(reading.label(worst).branch),
        high=_signed(words, effects[best]),
        best=say.branch_name(reading.label(best).branch),
    )


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
