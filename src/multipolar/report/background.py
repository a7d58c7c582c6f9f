"""The second half of the page: not computed, assumptions, data, method, how to repeat."""

from __future__ import annotations

import functools
import math
import re
from pathlib import Path

from markupsafe import Markup

from multipolar.base.language import Language, Text
from multipolar.base.problems import shown
from multipolar.report import words as say
from multipolar.report.blocks import Block, Cell, Code, Formula, Number, Paragraph, Part, Statements, Table
from multipolar.report.reading import HARDLY, Reading
from multipolar.world.sources import Source, reasons, sources

LONGEST_LINE = 100_000

EQUATIONS = Path(__file__).parent / "assets" / "equations.html"


@functools.cache
def equations() -> dict[str, tuple[Markup, ...]]:
    """The equations of the method by the message that explains them; the file is ours, so its markup stays."""
    parts = re.split(r"<!-- ([a-z-]+) -->\n", EQUATIONS.read_text(encoding="utf-8"))
    return {
        key: tuple(Markup(line) for line in lines.strip().split("\n"))
        for key, lines in zip(parts[1::2], parts[2::2], strict=True)
    }


def not_computed(reading: Reading, words: Language) -> Part:
    """Measures that change nothing here, each with its line and the reason."""
    rows = tuple(
        (row.measure, row.type, Number("" if row.line is None else str(row.line)), row.why)
        for row in reading.result.not_computed
    )
    if not rows:
        blocks: tuple[Block, ...] = (Paragraph(words.text("not-computed-none")),)
    else:
        heads = ("col-measure", "col-type", "col-line", "col-why")
        blocks = (
            Paragraph(words.text("not-computed-intro")),
            Table(
                words.text("not-computed"),
                _heads(words, *heads),
                rows,
                (False, False, True, False),
                stacked=True,
                titled=False,
            ),
        )
    return Part("not-computed", words.text("not-computed"), blocks)


def assumptions(reading: Reading, words: Language) -> Part:
    """Every number the scenario states: value, range, source."""
    heading = words.text("assumptions")
    if not reading.result.assumptions:
        return Part("assumptions", heading, (Paragraph(words.text("assumptions-none")),))
    rows: list[tuple[Cell, ...]] = []
    for row in reading.result.assumptions:
        spread = words.text("fixed")
        if row.low is not None and row.high is not None:
            spread = words.text("range", low=_written(row.low), high=_written(row.high))
        source = row.source or words.text("assumption")
        used = words.text("yes" if row.computed else "no")
        rows.append((row.name, Number(bare(_written(row.value)), row.unit or ""), Number(bare(spread)), source, used))
    heads = ("col-number", "col-value", "col-range", "col-source", "col-used")
    numeric = (False, True, True, False, False)
    table = Table(heading, _heads(words, *heads), tuple(rows), numeric, stacked=True, titled=False)
    return Part("assumptions", heading, (Paragraph(words.text("assumptions-intro")), table))


def data(reading: Reading, words: Language) -> Part:
    """Data sets with their terms, grades of the world's blocks, and what is known to be wrong."""
    world = reading.result.world
    blocks: list[Block] = [
        Paragraph(
            words.text(
                "data-intro",
                countries=str(len(world.countries)),
                sectors=str(len(world.sectors)),
                year=say.year(reading, words),
                unit=world.unit,
            )
        )
    ]
    known = known_sources(world.sources)
    if known:
        rows = tuple(
            (entry.title, entry.provider, entry.vintage, "; ".join(filter(None, (entry.licence, entry.licence_note))))
            for entry in known
        )
        heads = ("col-dataset", "col-provider", "col-vintage", "col-licence")
        blocks.append(Table(words.text("data"), _heads(words, *heads), rows, (False,) * 4, stacked=True, titled=False))
    else:
        blocks.append(Paragraph(words.text("data-none")))
    graded = reasons(world.name)
    if graded:
        graded_rows = tuple((f"{row.block} {row.part}".strip(), row.grade, row.why) for row in graded)
        columns = _heads(words, "col-block", "col-grade", "col-why")
        caption = words.text("data-grades")
        blocks.append(Table(caption, columns, graded_rows, (False,) * 3, folded=True, stacked=True))
    if world.flaws:
        flaws = tuple(Text(shown(flaw, LONGEST_LINE)) for flaw in world.flaws)
        blocks.append(Statements(((words.text("data-flaws"), flaws),)))
    blocks.append(Paragraph(words.text("data-digest", digest=world.digest)))
    return Part("data", words.text("data"), tuple(blocks))


def known_sources(keys: tuple[str, ...]) -> list[Source]:
    """The sources of a world that ``sources.csv`` knows, in the order of that table."""
    return [entry for entry in sources() if entry.key in keys]


def method(reading: Reading, words: Language) -> Part:
    """The model in half a page: equations with a sentence each, rules of the page, limits, parameters."""
    run = reading.result.provenance
    blocks: list[Block] = [Paragraph(words.text("method-model"))]
    blocks += [Formula(words.text(key), lines) for key, lines in equations().items()]
    blocks += [
        Paragraph(words.text("method-solve", tolerance=f"{run.tolerance:g}")),
        Paragraph(words.text("method-draws", seed=str(run.seed), limit=words.percent(HARDLY))),
        Paragraph(words.text("method-limits")),
    ]
    if run.parameters:
        rows = tuple((name, _parameter(value)) for name, value in run.parameters.items())
        heads = _heads(words, "col-parameter", "col-value")
        blocks.append(Table(words.text("method-parameters"), heads, rows, (False, False), folded=True))
    return Part("method", words.text("method"), tuple(blocks))


def repeat(reading: Reading, words: Language) -> Part:
    """Three commands, the same in Python, and the scenario as it was read."""
    result = reading.result
    run, scenario, world = result.provenance, result.scenario, result.world
    chosen = f" --elasticities {world.elasticities[0]}" if world.elasticities[0] else ""
    based = " --customs-base" if world.customs_base else ""
    chosen += based
    asked = [f"--labour {run.labour}"] if run.labour != "one_wage" else []
    options = f", labour={run.labour!r}" if asked else ""
    asked += [f"--flexible-rates {code}" for code in run.flexible_rates]
    options += f", flexible_rates={list(run.flexible_rates)!r}" if run.flexible_rates else ""
    if run.sector_links:
        asked.append(f"--sector-links {run.sector_links!r}")
        options += f", sector_links={run.sector_links!r}"
    if run.chokepoint != "named":
        asked.append(f"--chokepoint {run.chokepoint}")
        options += f", chokepoint={run.chokepoint!r}"
    loaded = f", elasticities={world.elasticities[0]!r}" if world.elasticities[0] else ""
    loaded += ", customs_base=True" if world.customs_base else ""
    commands = "\n".join(
        (
            "multipolar check scenario.yaml" + based,
            f"multipolar run scenario.yaml --world {world.name}{chosen} --horizon {scenario.horizon_set} "
            f"--deficits {scenario.deficits} --draws {run.draws} --seed {run.seed}" + "".join(f" {o}" for o in asked),
            f"multipolar world check {world.name}{chosen}",
        )
    )
    python = "\n".join(
        (
            "import multipolar as mp",
            f"world = mp.load_world({world.name!r}{loaded})",
            "scenario = mp.read_scenario('scenario.yaml')",
            f"result = mp.evaluate(world, scenario, draws={run.draws}, seed={run.seed},",
            f"                     horizon={scenario.horizon_set!r}, deficits={scenario.deficits!r}{options})",
            "result.table('welfare')",
        )
    )
    return Part(
        "repeat",
        words.text("repeat"),
        (
            Paragraph(words.text("repeat-intro")),
            Code(words.text("repeat-commands"), seen(commands)),
            Code(words.text("repeat-python"), seen(python)),
            Code(
                words.text("repeat-yaml"),
                seen(scenario.text),
                words.text("repeat-yaml-note", digest=scenario.digest),
            ),
        ),
    )


def seen(text: str) -> str:
    """A text of many lines in which nothing is hidden and nothing turns the line around."""
    return "\n".join(shown(line, LONGEST_LINE) for line in text.split("\n"))


def _heads(words: Language, *keys: str) -> tuple[Text, ...]:
    return tuple(words.text(key) for key in keys)


def _written(value: float) -> str:
    return f"{value:,.6g}".replace("-", "−") if abs(value) < 1e6 else f"{value:,.0f}".replace("-", "−")


def bare(text: str) -> str:
    """A sentence for a table cell, which has isolates of its own."""
    return text.replace("\u2068", "").replace("\u2069", "")


def under(words: Language, low: float, high: float, decimals: int) -> str:
    """The range that stands under a number in a cell; nothing where there is none."""
    if not math.isfinite(low):
        return ""
    return bare(words.text("range", low=words.number(low, decimals), high=words.number(high, decimals)))


def in_branch(reading: Reading, words: Language, title: Text, case: int) -> Text:
    """A caption with the branch of a case, where it has one."""
    branch = reading.label(case).branch
    return words.text("economies-caption", branch=say.branch_name(branch), title=title) if branch else title


def _parameter(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
