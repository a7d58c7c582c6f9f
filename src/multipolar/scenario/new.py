"""The text of a new scenario file: empty, like another one, or the US tariffs in force on a day. Writes nothing."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from multipolar.base.documents import read_text
from multipolar.base.forms import name_problem, record_schema
from multipolar.base.problems import Problem, ScenarioError, shown
from multipolar.scenario.document import Document
from multipolar.scenario.scenario import CATALOG, catalog, read_scenario
from multipolar.world import groups, us_tariffs

SCHEMA = "multipolar.schema.json"
FIRST_LINE = f"# yaml-language-server: $schema={SCHEMA}"
TEMPLATE = """multipolar: 1
title: {en: "TITLE"}
# summary: {en: "What it asks, in some sentences."}

# Measures in force already; effects are counted from there.
# baseline: [in-force-2024]

# Every bloc but EU27 is declared: a dated list of the program, or one of your own.
# actors:
#   blocs:
#     BRICS: {members_as_of: 2024}
#     NEIGHBOURS: {list: [CAN, MEX]}

# short, medium (as here) or long; or {from: 2026, to: 2030, set: medium}.
# horizon: medium

# What is done. `multipolar explain measures` lists every type, `multipolar explain tariff` its keys.
measures: []
# measures:
#   - id: a_tariff
#     type: tariff
#     who: USA
#     to: EU27
#     sectors: goods
#     add: {value: 10 %, range: [5 %, 20 %]}
#     from: 2026-07-01
#     source: assumption

# Alternative futures on top of the measures; where every branch has a probability they sum to 1.
# branches:
#   calm: {probability: 0.6, measures: []}
#   answer:
#     probability: 0.4
#     measures:
#       - {id: an_answer, type: tariff, who: EU27, to: USA, sectors: goods, add: 10 %, source: assumption}
"""
US_HEAD = """multipolar: 1
title:
  en: "US tariff increases since 2024, as of {day}"
  ar: "زيادات الرسوم الجمركية الأمريكية منذ 2024 كما في {day}"
summary:
  en: >-
    What the United States added to its tariffs since 2024 and what stands on {day}, by partner and sector. {known}
  ar: >-
    ما أضافته الولايات المتحدة إلى رسومها الجمركية منذ عام 2024 وما يسري منها في {day}، حسب الشريك والقطاع.
{notes}
measures:
"""
US_NOTES = (
    "Dated: the mean increase of each partner, weighted by US imports of 2024; `from` is the day since which it holds.",
    "An assumption: its spread over sectors, known once (it agrees with the means of 2025-08-07) and scaled to the "
    "mean of the day. Good while the regime of that day lasted (to 2026-02-19); at other times metals and vehicles "
    "carry more than is written here, above all for Canada and Mexico. Sectors whose increases lie within half a point "
    "share their mean.",
    "Points come on the tariffs of the world, which for the United States are those of 2024.",
    "ROW: the mean of {rest} partners inside it. No dated rate, left as in 2024: {missing}.",
)
US_SOURCE = "US Census 2024, announced rates (M. Waugh, trade war tracker, July 2026); spread over sectors: assumption"


def empty(name: str) -> str:
    """A commented scenario without measures."""
    return f"{FIRST_LINE}\n{TEMPLATE.replace('TITLE', name.replace('_', ' ').replace('-', ' '))}"


def like(source: str | Path, folder: Path) -> str:
    """The text of another scenario, comments and all, for a file in ``folder``.

    Raises ``ScenarioError`` with what is wrong with the other one, or with each scenario it names that is not the same
    beside the new file.
    """
    scenario = read_scenario(source)
    wrong = []
    for each in scenario.texts[1:]:
        beside = _beside(each.name, folder)
        if beside != each.text:
            what = "is another scenario" if beside is not None else "is not"
            wrong.append(f"names `{shown(each.name)}`, which {what} in the folder of the new file or the catalog.")
    if wrong:
        where = shown(source, 400)
        raise ScenarioError(Problem(f"{message} Write the new file beside it.", where) for message in wrong)
    text = scenario.text
    return text if text.startswith("# yaml-language-server:") else f"{FIRST_LINE}\n{text}"


def us_tariffs_on(day: date) -> str:
    """The increases of US tariffs since 2024 that stand on a day, as measures (``world/us_tariffs.py``).

    Raises ``WorldError`` for a day outside the table.
    """
    increases = us_tariffs.in_force(day)
    known = f"As announced by {us_tariffs.KNOWN}." if day > us_tariffs.KNOWN else ""
    missing = ", ".join(us_tariffs.without_rates(tuple(groups.countries())))
    notes = [_comment(note.format(rest=us_tariffs.inside_rest(), missing=missing)) for note in US_NOTES]
    head = US_HEAD.format(day=day, known=known, notes="\n".join(notes))
    count: dict[str, int] = {}
    lines = []
    for each in increases:
        count[each.partner] = count.get(each.partner, 0) + 1
        lines.append(
            f"  - {{id: us_{each.partner}_{count[each.partner]}, type: tariff, who: USA, to: {each.partner}, "
            f"sectors: [{', '.join(each.sectors)}], add: {each.points:.2f} %, from: {each.since}, "
            f'source: "{US_SOURCE}"}}'
        )
    body = "\n".join(lines) if lines else "  []"
    return f"{FIRST_LINE}\n{re.sub(r' +$', '', head, flags=re.MULTILINE)}{body}\n"


def schema() -> str:
    """The JSON Schema of scenario files, for editors."""
    found = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A multipolar scenario",
        **record_schema(Document),
    }
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def name_problems(path: Path) -> Iterable[str]:
    """Why a new scenario cannot be written to ``path``."""
    problem = name_problem(path.stem)
    if problem is not None:
        yield f"`{shown(path.stem)}` {problem}."
    elif path.stem in catalog():
        yield f"`{path.stem}` is a ready scenario; its name would hide it. Choose another name."


def _comment(text: str) -> str:
    """A sentence as lines of a comment."""
    return textwrap.fill(text, 116, initial_indent="# ", subsequent_indent="#   ", break_on_hyphens=False)


def _beside(name: str, folder: Path) -> str | None:
    """The text a plain name stands for in a folder: a file there, else the catalog's."""
    for place in (folder, CATALOG):
        path = place / f"{name}.yaml"
        if path.is_file():
            return read_text(path)
    return None
