"""Numbers to sentences: which sentence is said is decided by rule here, its text stands in ``base/texts``.

The command line prints ``headline`` before anything heavy is loaded, so this module imports NumPy and sentences only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from multipolar.base.language import FIRST_STRONG, POP, Language, Text, language, plain
from multipolar.base.problems import shown
from multipolar.report.reading import HARDLY, Effect, Reading

if TYPE_CHECKING:
    from multipolar.results.result import Result

MOST_CLAUSES = 4
NOTHING = 5e-5  # per cent: less is rounding, and has no digit that is shown
MILLIONS_IN_BILLION = 1000.0


def headline(result: Result, lang: str = "en") -> str:
    """The sentence at the top, as a line of plain text for a terminal.

    It names the economy that moves most in per cent among those the measures name one by one, with one clause a branch
    (at most four), then the one of the others with most dollars at stake. Year, unit, range and world are in it.
    """
    return plain(" ".join(headline_sentences(Reading(result), language(lang))))


def headline_sentences(reading: Reading, words: Language) -> list[Text]:
    """The sentences of the headline, with the isolates that a page turns into ``<bdi>``."""
    world = reading.result.world
    if nothing_moves(reading):
        return [
            words.text(
                "headline-nothing", size=words.percent(NOTHING, 5, False), year=year(reading, words), world=world.name
            )
        ]
    sentences = [
        words.text(
            "headline",
            who=capital(inside(reading, words, reading.subject)),
            clauses=clauses(reading, words, reading.subject, reading.cases, first=True),
            year=year(reading, words),
            world=world.name,
        )
    ]
    companion = reading.companion
    if companion is not None:
        case = reading.leading_case(companion, dollars=True)
        some = 1 < len(reading.named) < len(reading.result.countries)
        sentences.append(
            words.text(
                "headline-companion" if some else "headline-companion-all",
                who=inside(reading, words, companion),
                clauses=_placed(reading, words, case, dollar_clause(reading, words, case, companion)),
            )
        )
    return sentences


def nothing_moves(reading: Reading) -> bool:
    """Whether every economy was solved and none moves by as much as can be shown, in any case, range included."""
    numbers = [reading.result.central["welfare"], *reading.result.draws["welfare"]]
    return all(bool((np.abs(each) < NOTHING).all()) for each in numbers)  # one that is not solved is no number


def clauses(reading: Reading, words: Language, country: int, cases: Sequence[int], first: bool = False) -> Text:
    """One clause a branch about one economy; beyond four, those where it moves most and a count of the rest."""
    shown = _most_moved(reading, country, cases)
    parts = [
        _placed(reading, words, case, clause(reading.effect(case, country), words, first=first and position == 0))
        for position, case in enumerate(shown)
    ]
    if len(shown) < len(cases):
        parts.append(words.text("clause-more", count=len(cases) - len(shown)))
    return words.joined(parts)


def _most_moved(reading: Reading, country: int, cases: Sequence[int]) -> list[int]:
    sizes = {case: np.nan_to_num(abs(reading.welfare[case, country]), nan=-1.0) for case in cases}
    kept = sorted(cases, key=lambda case: -sizes[case])[:MOST_CLAUSES]
    return [case for case in cases if case in kept]


def _placed(reading: Reading, words: Language, case: int, said: Text) -> Text:
    branch = reading.label(case).branch
    return words.text("clause-in-branch", clause=said, branch=branch_name(branch)) if branch else said


def clause(effect: Effect, words: Language, first: bool = False) -> Text:
    """What one economy does in one case, in per cent of real income: "could lose 0.31 % (-0.62 to -0.05)"."""
    decimals = decimals_for(effect)

    def size(value: float, signed: bool) -> Text:
        said = words.percent(value, decimals, signed)
        return words.text("size-of-income", size=said) if first else Text(said)

    spread = range_text(effect, words, decimals, first)
    return _clause(words, effect.verb, (effect.value, effect.central), size, spread)


def dollar_clause(reading: Reading, words: Language, case: int, country: int) -> Text:
    """The same in dollars a year; the verb is that of real income in per cent."""
    scaled = in_billions(reading.in_dollars(case, country))
    decimals = decimals_for(scaled)

    def size(value: float, signed: bool) -> Text:
        return words.text("size-dollars", size=words.number(value, decimals, signed))

    spread = range_text(scaled, words, decimals, first=True)
    return _clause(words, reading.effect(case, country).verb, (scaled.value, scaled.central), size, spread)


def _clause(
    words: Language, verb: str, numbers: tuple[float, float], size: Callable[[float, bool], Text], spread: Text
) -> Text:
    """A clause by its verb; the number is bare where the verb has its sign, and signed elsewhere."""
    value, central = numbers
    if verb == "unsolved":
        return words.text("clause-unsolved")
    if verb.endswith(("gain", "lose")):
        return words.text(f"clause-{verb}", size=size(abs(value), False), range=spread)
    values = {"size": size(value, True), "range": spread}
    if verb.endswith("open"):
        values["central"] = size(central, True)
    return words.text(f"clause-{verb}", **values)


def range_text(effect: Effect, words: Language, decimals: int, first: bool = False) -> Text:
    """The range as words, or that there is none."""
    if not effect.drawn:
        return words.text("range-none" if first else "range-none-again")
    low, high = words.number(effect.low, decimals), words.number(effect.high, decimals)
    return words.text("range-first" if first else "range", low=low, high=high)


def decimals_for(effect: Effect) -> int:
    """Decimals that keep two digits of the larger of the number and its range, and never more than four."""
    sizes = [abs(value) for value in (effect.value, effect.low, effect.high) if np.isfinite(value)]
    largest = max(sizes, default=0.0)
    for decimals, least in ((1, 10.0), (2, 0.1), (3, 0.01)):
        if largest >= least:
            return decimals
    return 4 if largest else 2


def column_decimals(effects: Sequence[Effect]) -> int:
    """Decimals for a column of effects that are read against each other."""
    return decimals_of([effect.value for effect in effects if effect.solved])


def decimals_of(values: Sequence[float]) -> int:
    """Decimals that keep three digits of the largest number, at least one of them and at most four."""
    largest = max(map(abs, values), default=0.0)
    return 1 if largest >= 100 else 2 if largest >= 1 else 3 if largest >= 0.1 or not largest else 4


def year(reading: Reading, words: Language) -> str:
    """The year of the data, or that the world states none."""
    known = reading.result.world.year
    return words.text("year-unknown") if known is None else str(known)


def listed(items: Sequence[str] | Sequence[Text]) -> Text:
    """Items as one list inside a sentence, each made safe."""
    return Text(", ".join(f"{FIRST_STRONG}{item if isinstance(item, Text) else shown(item)}{POP}" for item in items))


def branch_name(branch: str) -> str:
    """A branch as it is shown: its key with spaces, nothing hidden in it."""
    return shown(branch.replace("_", " "))


def inside(reading: Reading, words: Language, country: int) -> Text:
    """The name of an economy inside a sentence, with the article where the language puts one."""
    code = reading.result.countries[country]
    name = reading.result.names.get(code, code)
    if code in words.messages.get("takes-article", "").split():
        return words.text("with-article", name=name)
    return words.text("without-article", name=name)


def capital(name: Text) -> Text:
    """The name at the head of a sentence."""
    head = next((place for place, char in enumerate(name) if char != FIRST_STRONG), 0)
    return Text(name[:head] + name[head : head + 1].upper() + name[head + 1 :])


def in_billions(effect: Effect) -> Effect:
    """Million USD as billions, the shares of draws untouched."""
    return replace(
        effect,
        value=effect.value / MILLIONS_IN_BILLION,
        low=effect.low / MILLIONS_IN_BILLION,
        high=effect.high / MILLIONS_IN_BILLION,
        central=effect.central / MILLIONS_IN_BILLION,
    )


def run_line(reading: Reading, words: Language) -> Text:
    """The grey line: scenario, year, world, draws, horizon, version, digest of the inputs. No date of making."""
    result = reading.result
    scenario, run = result.scenario, result.provenance
    if scenario.from_year is None:
        horizon: str = scenario.horizon_set
    else:
        horizon = words.text(
            "run-horizon", set=scenario.horizon_set, **{"from": str(scenario.from_year)}, to=str(scenario.to_year)
        )
    return words.text(
        "run-line",
        scenario=scenario.name,
        year=year(reading, words),
        world=result.world.name,
        draws=words.text("draws", count=run.draws),
        horizon=horizon,
        version=run.version,
        digest=run.scenario_digest[:8],
    )


def three_numbers(reading: Reading, words: Language) -> list[tuple[Text, Text, Text]]:
    """World income, income of the subject, and how many economies move clear of zero: label, number, range."""
    case = reading.case
    subject = reading.in_dollars(case, reading.subject)
    return [
        (words.text("number-world"), *_billions(reading.world_income(case), words)),
        (words.text("number-subject", who=inside(reading, words, reading.subject)), *_billions(subject, words)),
        (words.text("number-reach" if reading.drawn else "number-reach-plain"), *_reach(reading, words, case)),
    ]


def _billions(effect: Effect, words: Language) -> tuple[Text, Text]:
    if not effect.solved:
        return words.text("no-number"), Text("")
    scaled = in_billions(effect)
    number = words.text("number-dollars", size=words.number(scaled.value, 1, signed=True))
    if not scaled.drawn:
        return number, words.text("number-central")
    low, high = words.number(scaled.low, 1), words.number(scaled.high, 1)
    return number, words.text("number-range", low=low, high=high)


def _reach(reading: Reading, words: Language, case: int) -> tuple[Text, Text]:
    effects = [reading.effect(case, country) for country in range(len(reading.result.countries))]
    moved = [effect for effect in effects if effect.solved and effect.clear and abs(effect.value) >= HARDLY]
    gain = sum(effect.value > 0 for effect in moved)
    return (
        words.text("number-counts", gain=str(gain), lose=str(len(moved) - gain)),
        words.text("number-counts-note", all=str(len(effects)), limit=words.percent(HARDLY)),
    )


def numbers_for(reading: Reading, words: Language) -> Text:
    """Which branch, and dollars of which year, the three numbers are in."""
    branch, dollars = reading.label(reading.case).branch, year(reading, words)
    if branch:
        return words.text("numbers-for", branch=branch_name(branch), year=dollars)
    return words.text("numbers-plain", year=dollars)


def not_in_numbers(reading: Reading, words: Language) -> Text | None:
    """How many measures the headline leaves out because nothing computes them yet."""
    missing, known = uncomputed(reading), {card.id for card in reading.result.scenario.measures}
    return words.text("not-in-numbers", count=len(missing), all=str(len(known))) if missing else None


def uncomputed(reading: Reading) -> list[str]:
    """Measures of the scenario without a mechanism, by id."""
    return list(dict.fromkeys(card.id for card in reading.result.scenario.measures if not card.computed))
