"""One HTML file: the whole report, offline, without a request, the same bytes for the same Result.

The content policy allows the two scripts and the one style sheet of the page by their hashes, and nothing else. Text
from files is escaped by the template, or stands in script data with ``<`` written as an escape.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from multipolar.base.language import Language, language, markup, plain
from multipolar.base.problems import shown
from multipolar.report import words
from multipolar.report.blocks import Figure, Number, Part
from multipolar.report.figures.theme import PALETTE
from multipolar.report.parts import parts
from multipolar.report.reading import Reading

if TYPE_CHECKING:
    import jinja2

    from multipolar.results.result import Result

ASSETS = Path(__file__).parent / "assets"
LONGEST_TITLE = 200
LONGEST_CELL = 2000


def write(result: Result, path: str | os.PathLike[str], lang: str = "en") -> None:
    """Write the report of a Result to a file."""
    Path(path).write_text(render(result, lang), encoding="utf-8", newline="\n")


def render(result: Result, lang: str = "en") -> str:
    """The report of a Result as the text of one HTML file."""
    reading, said = Reading(result), language(lang)
    environment = _environment(said)
    made = parts(reading, said)
    style, script, runtime = asset("page.css"), asset("page.js"), asset("vega.js")
    macros = environment.get_template("blocks.html.j2").module
    kinds = ("paragraph", "statements", "plainly", "table", "figure", "formula", "code")
    titles = result.scenario.title
    return environment.get_template("page.html.j2").render(
        words=said,
        policy=policy(scripts=(runtime, script), style=style),
        title=shown(titles.get(said.code) or titles.get("en") or result.scenario.name, LONGEST_TITLE),
        headline=words.headline_sentences(reading, said),
        left_out=words.not_in_numbers(reading, said),
        run_line=words.run_line(reading, said),
        numbers=words.three_numbers(reading, said),
        numbers_for=words.numbers_for(reading, said),
        parts=made,
        blocks={kind: getattr(macros, kind) for kind in kinds},
        charts=[(figure.key, Markup(script_data(chart_forms(figure)))) for figure in figures(made)],
        style=Markup(style),
        script=Markup(script),
        runtime=Markup(runtime),
    )


def figures(made: tuple[Part, ...]) -> list[Figure]:
    """All figures of the page."""
    return [block for part in made for block in part.blocks if isinstance(block, Figure)]


def policy(scripts: tuple[str, ...], style: str) -> str:
    """A content policy that allows these texts and nothing else: no request, no form, no frame, no evaluation."""
    allowed = " ".join(f"'sha256-{_digest(text)}'" for text in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'sha256-{_digest(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def chart_forms(figure: Figure) -> dict[str, Any]:
    """Both forms of a figure as the page draws them: its colours as custom properties, its title left to the page."""
    forms = {}
    for name, chart in (("wide", figure.wide), ("phone", figure.phone)):
        kept = {key: value for key, value in chart.items() if key not in ("$schema", "title")}
        forms[name] = _themed(kept)
    return forms


def script_data(value: object) -> str:
    """JSON that cannot end its script element: ``<``, ``>`` and ``&`` are escapes, so are line separators."""
    text = json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _themed(value: Any) -> Any:
    """A chart with each colour of the theme replaced by the page's property of that name; data are left alone."""
    if isinstance(value, dict):
        return {key: item if key == "datasets" else _themed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_themed(item) for item in value]
    return f"var(--{PALETTE[value]})" if isinstance(value, str) and value in PALETTE else value


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@functools.cache
def asset(name: str) -> str:
    """The text of a file that travels with the package."""
    return (ASSETS / name).read_text(encoding="utf-8")


def _environment(said: Language) -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ASSETS), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    environment.filters["sentence"] = lambda text: Markup(markup(text))
    environment.filters["bare"] = plain
    environment.globals["say"] = lambda key, **values: Markup(markup(said.text(key, **values)))
    environment.filters["shown"] = lambda text: shown(text, LONGEST_CELL)
    environment.tests["number_cell"] = lambda cell: isinstance(cell, Number)
    # A number is digits, a sign and a unit of ours: from left to right it needs no isolate, which saves much of a page.
    environment.tests["bare_number"] = lambda cell: said.direction == "ltr" and type(cell) is Number
    return environment
