"""Evidence grades in words: beside the headline, under the name of an economy, in the cells of a table.

A grade is always a word, never a colour.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from multipolar.base.language import Language, Text
from multipolar.base.problems import shown
from multipolar.report.blocks import Statement
from multipolar.report.reading import Reading
from multipolar.report.words import listed
from multipolar.results.evidence import GRADES, HEADLINE, LEAST

SHOWN_SHARE = 0.005  # of a block's value: a grade that holds for less is not told apart
FOREMOST = ("trade", "input_share", "tariff", "trade_elasticity")
LONGEST_BLOCK = 40


def statement(reading: Reading, words: Language) -> Statement:
    """What the headline rests on, what the measures act on, and what the grades mean (ECONOMICS 8.5 g)."""
    held = reading.result.evidence
    if not held.shares:
        return words.text("beside-evidence"), (words.text("beside-evidence-none"),)
    foremost = {block: held.shares[block] for block in FOREMOST if block in held.shares}
    texts = [words.text("beside-evidence-text", list=listed(by_value(words, foremost)))]
    if held.touched:
        texts.append(words.text("beside-evidence-touched", list=listed(by_value(words, held.touched))))
    return words.text("beside-evidence"), (*texts, legend(words))


def legend(words: Language) -> Text:
    """What the four grades mean."""
    return words.text("evidence-legend")


def by_value(words: Language, shares: Mapping[str, Mapping[str, float]]) -> list[Text]:
    """For each block its grades with the part of its value that they hold for."""
    said = []
    for block, held in shares.items():
        parts = [
            words.text("evidence-share", size=words.percent(100 * share, 0), grade=words.text(f"grade-{grade}"))
            for grade in GRADES
            if (share := held.get(grade, 0.0)) >= SHOWN_SHARE
        ]
        said.append(words.text("evidence-block", block=block_name(words, block), list=words.joined(parts)))
    return said


def block_name(words: Language, block: str) -> Text:
    """A block of the world in words; fields that have none go by their name."""
    key = f"block-{block.replace('_', '-')}"
    return words.text(key) if key in words.messages else Text(shown(block.replace("_", " "), LONGEST_BLOCK))


def of_economy(reading: Reading, words: Language, country: int) -> Text:
    """The weakest grade behind the headline of an economy, and the blocks that have it."""
    grade, blocks = reading.result.evidence.of(HEADLINE, country)
    if not grade:
        return words.text("grade-none")
    names = listed([block_name(words, block) for block in blocks])
    return words.text("evidence-economy", grade=words.text(f"grade-{grade}"), blocks=names)


def grade_word(words: Language, grade: np.int8 | int | None) -> Text:
    """A grade by its position, or that none is on record."""
    return words.text("grade-none" if grade is None or grade < 0 else f"grade-{GRADES[int(grade)]}")


def rule(words: Language) -> Text:
    """What the grade under the name of an economy says."""
    return words.text("evidence-rule", least=words.percent(100 * LEAST, 0))
