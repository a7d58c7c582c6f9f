"""The page as bytes: offline, the same every time, and no text from a file anywhere but where text belongs."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from multipolar.base.language import language, plain
from multipolar.report import page
from multipolar.report.background import equations
from multipolar.report.blocks import Table
from multipolar.report.figures import world as figures
from multipolar.report.parts import parts
from multipolar.report.reading import Reading
from multipolar.results.result import Result

VOID = {"meta", "path", "rect", "circle"}
ORDER = ["beside", "ranked", "economies", "branches", "structural"]
ORDER += ["not-computed", "assumptions", "data", "method", "repeat"]


class Elements(HTMLParser):
    """Every element with its attributes, and the text inside scripts, styles and ``bdi``."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.isolated: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in {"script", "style"}:
            self.raw.append((self.open[-1], data))
        elif "bdi" in self.open:
            self.isolated.append(data)
        else:
            assert "alert(1)" not in data or self.open[-1] == "title"


@pytest.fixture(scope="module")
def text(result: Result) -> str:
    return page.render(result)


@pytest.fixture(scope="module")
def hostile_text(hostile: Result) -> str:
    return page.render(hostile)


def charts_of(text: str) -> list[dict[str, Any]]:
    found = re.findall(r'<script type="application/json" id="chart-[a-z]+">(.*?)</script>', text)
    return [form for chart in found for form in json.loads(chart).values()]


def test_parts_come_in_their_order(result: Result, undrawn: Result) -> None:
    assert [part.key for part in parts(Reading(result), language())] == ORDER
    without = [part.key for part in parts(Reading(undrawn), language())]
    assert without == [key for key in ORDER if key != "branches"]


def test_two_processes_write_the_same_bytes(text: str, tmp_path: Path) -> None:
    code = (
        "import runpy, sys; toys = runpy.run_path(sys.argv[1]);"
        "from multipolar.report import page; page.write(toys['toy_result'](), sys.argv[2])"
    )
    written = tmp_path / "report.html"
    conftest = Path(__file__).with_name("conftest.py")
    subprocess.run([sys.executable, "-c", code, conftest, written], check=True, env={"PYTHONHASHSEED": "5"})
    assert written.read_bytes() == text.encode()


def test_it_fits_into_a_mail(text: str) -> None:
    assert len(text.encode()) <= 1_200_000


def test_it_names_nothing_to_fetch(text: str) -> None:
    for tag, attributes in Elements(text).found:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base", "form", "audio", "video"}
        for name in ("src", "href", "srcset", "action", "data", "poster"):
            assert (attributes.get(name) or "#").startswith("#")
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
    assert not re.search(r"@import|url\(", page.asset("page.css"))


def test_the_policy_allows_its_own_scripts_and_style_only(text: str) -> None:
    elements = Elements(text)
    allowed = next(a["content"] for tag, a in elements.found if a.get("http-equiv") == "Content-Security-Policy")
    hashes: dict[str, set[str]] = {"script": set(), "style": set()}
    for tag, raw in elements.raw:
        hashes[tag].add(base64.b64encode(hashlib.sha256(raw.encode()).digest()).decode())
    rules = dict(rule.split(" ", 1) for rule in str(allowed).split("; "))
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in str(allowed)
    for kind in ("script", "style"):
        named = set(re.findall(r"'sha256-([^']+)'", rules[f"{kind}-src"]))
        assert named
        assert named <= hashes[kind]
        assert rules[f"{kind}-src"].count("'") == 2 * len(named)


def test_hostile_text_makes_no_element_and_no_attribute_name(text: str, hostile_text: str, hostile: Result) -> None:
    elements = Elements(hostile_text)
    tags = [tag for tag, _ in elements.found]
    assert tags.count("script") == 2 + len(charts_of(hostile_text)) // 2
    assert {name for _, a in elements.found for name in a} <= {name for _, a in Elements(text).found for name in a}
    assert any("<script>alert(1)</script>" in said for said in elements.isolated)
    assert "{{ 7*7 }}" in "".join(elements.isolated)
    for control in "\u202e\u202d\u2066\u2067\u2068\u2069\u200f":
        assert control not in hostile_text


def test_hostile_text_is_data_or_description_in_a_chart(hostile_text: str) -> None:
    charts = charts_of(hostile_text)
    assert len(charts) == 4
    for chart in charts:
        reached = {path[0] for path, value in leaves(chart) if isinstance(value, str) and "alert(1)" in value}
        assert reached <= {"data", "datasets", "description"}
        assert all("alert" not in key for path, _ in leaves(chart) for key in path[:-1] if isinstance(key, str))
        assert all("alert" not in str(path[-1]) for path, _ in leaves(chart))


def rows_of(chart: dict[str, Any]) -> list[dict[str, Any]]:
    (rows,) = chart["datasets"].values()
    return list(rows)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every value of a chart with the way to it."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        yield path, value
        return
    for key, item in items:
        yield from leaves(item, (*path, key))


def test_script_data_cannot_end_its_script() -> None:
    assert page.script_data({"a": "</script>\u2028&"}) == '{"a":"\\u003c/script\\u003e\\u2028\\u0026"}'


def test_figures_carry_the_numbers_of_the_result(result: Result) -> None:
    reading = Reading(result)
    chart = figures.ranked(result).to_dict()
    by_name = {row["economy"]: row for row in rows_of(chart)}
    names = figures.display_names(reading)
    for country in figures.ranked_countries(reading, reading.case, phone=False):
        row = by_name[names[country]]
        assert row["value"] == reading.welfare[reading.case, country]
        assert (row["low"], row["high"]) == (
            reading.welfare_low[reading.case, country],
            reading.welfare_high[reading.case, country],
        )
        assert row["open"] == (row["low"] <= 0 <= row["high"])
        assert row["up"] == (row["value"] > 0)
    assert {names[country] for country in reading.named} <= set(by_name)


def test_a_phone_gets_its_own_smaller_figure(result: Result) -> None:
    wide, phone = figures.ranked(result).to_dict(), figures.ranked(result, phone=True).to_dict()
    assert 6 <= len(rows_of(phone)) <= 8 < len(rows_of(wide))
    assert figures.branches(result, phone=True).to_dict()["columns"] == 1


def test_colours_of_the_theme_follow_the_reader(text: str) -> None:
    for chart in charts_of(text):
        colours = {value for _, value in leaves(chart) if isinstance(value, str) and value.startswith("#")}
        assert colours == set()
    used = set(re.findall(r"var\(--([a-z]+)\)", json.dumps(charts_of(text))))
    assert used
    assert all(f"--{name}:" in page.asset("page.css") for name in used)


def test_two_economies_of_one_name_stay_apart(result: Result) -> None:
    twins = replace(result, names={**result.names, "BLR": "Russia"})
    names = figures.display_names(Reading(twins))
    assert len(set(names)) == len(names)
    assert {"Russia (RUS)", "Russia (BLR)"} <= set(names)


def test_every_table_row_has_a_cell_for_each_column(result: Result, undrawn: Result) -> None:
    for given in (result, undrawn):
        for part in parts(Reading(given), language()):
            tables = [getattr(block, "twin", block) for block in part.blocks if block.kind in {"table", "figure"}]
            for table in tables:
                assert {len(row) for row in table.rows} == {len(table.columns)} == {len(table.numeric)}


def test_every_economy_stands_in_the_table_with_its_numbers(toy: Callable[..., Result]) -> None:
    countries = toy(draws=0).countries
    welfare = np.array([[-0.7806 if code == "RUS" else 0.25 for code in countries]])
    result = toy(branches=(), variants=("",), welfare=welfare, spread=0.0)
    section = page.render(result).split('<section id="economies"')[1].split("</section>")[0]
    assert section.count('<th scope="row">') == len(countries)
    assert section.count("<td class=\"n\">+0.250<small><bdi>0.250 to 0.250</bdi></small></td>") == len(countries) - 1
    assert "<td class=\"n\">−0.781<small><bdi>−0.781 to −0.781</bdi></small></td>" in section
    dollars = -0.7806 * result.central["base_income"][0] / 100 / 1000
    assert f"<td class=\"n\">−{abs(dollars):.2f}<small>" in section


def test_what_stands_beside_the_headline(text: str) -> None:
    section = text.split('<section id="beside"')[1].split("</section>")[0]
    plain = re.sub("<[^>]+>", "", section)
    for said in (
        "if the scenario happens",
        "tolerated 25\u00a0% (5 to 50)",
        "The economy of 2040",
        "The world of 2022 (toy) with in-force-2024 in force, with every trade balance closed",
        "between −3.0\u00a0% (Russia) and +2.0\u00a0% (Argentina); for Russia by −3.0\u00a0%",
        "(own deficits)",
        "(trade elasticity 1)",
        "“sanctioned” 0\u00a0% gain, 100\u00a0% lose",
        "All 24 draws were solved in every case.",
        "One of 2 measures has no mechanism yet and no effect here: knowhow.",
        "Also asked for and not computed, whole or in part: poles.",
        "2 of the 2 stated numbers are assumptions, or",
        "Lists of products are computed as thin",
        "oil price",
    ):
        assert said in plain


def test_the_top_says_how_many_measures_are_left_out(result: Result, text: str) -> None:
    said = '<p class="second">One of the <bdi>2</bdi> measures has no mechanism yet and is not in these numbers.</p>'
    assert said in text.split("</header>")[0]
    whole = replace(result.scenario, measures=result.scenario.measures[1:])
    assert "no mechanism yet and is not" not in page.render(replace(result, scenario=whole))


def test_the_scenario_can_be_copied_from_the_page(result: Result, text: str) -> None:
    section = text.split('<section id="repeat"')[1]
    assert result.scenario.text.rstrip().replace("'", "&#39;") in section
    assert "run scenario.yaml --world toy --horizon medium --deficits closed --draws 24 --seed 1" in section


def test_each_equation_has_its_sentence() -> None:
    assert set(equations()) == {key for key in language().messages if key.startswith("method-")} - {
        "method-model",
        "method-solve",
        "method-draws",
        "method-limits",
        "method-parameters",
    }


def test_a_bloc_has_a_column_where_one_is_declared(result: Result) -> None:
    def heads(given: Result) -> list[str]:
        (part,) = [each for each in parts(Reading(given), language()) if each.key == "economies"]
        (table, *_) = [block for block in part.blocks if isinstance(block, Table)]
        return [plain(head) for head in table.columns]

    alone = replace(result, scenario=replace(result.scenario, blocs={}))
    assert heads(result)[1] == "Bloc"
    assert "Bloc" not in heads(alone)
    assert len(heads(alone)) == len(heads(result)) - 1


def test_the_recipe_asks_for_what_the_run_was_asked(result: Result) -> None:
    """A recipe that left an option out would make other numbers."""
    plainly = page.render(result)
    asked = replace(
        result.provenance, labour="rigid", flexible_rates=("JPN",), sector_links=0.3, chokepoint="all"
    )
    made = replace(result, provenance=asked, world=replace(result.world, elasticities=("CP", "s"), customs_base=True))
    told = page.render(made)
    wanted = [
        "--labour rigid --flexible-rates JPN --sector-links 0.3 --chokepoint all",
        "labour=&#39;rigid&#39;, flexible_rates=[&#39;JPN&#39;], sector_links=0.3, chokepoint=&#39;all&#39;",
        "multipolar check scenario.yaml --customs-base",
        f"multipolar world check {result.world.name} --elasticities CP --customs-base",
    ]
    for words in wanted:
        assert words in told.replace("&#x27;", "&#39;"), words
        assert words not in plainly, words
