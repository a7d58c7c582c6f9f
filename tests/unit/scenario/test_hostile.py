"""Careless and hostile scenario files: mutated texts end in our own error or in shocks, never in anything else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import multipolar as mp
from multipolar.scenario.resolve import resolve, resolve_baseline
from multipolar.scenario.scenario import CATALOG, assumptions, cases, uncertain

LINES = tuple(line for path in sorted(CATALOG.glob("*.yaml")) for line in path.read_text("utf-8").split("\n"))
TEXTS = tuple(path.read_text("utf-8") for path in sorted(CATALOG.glob("*.yaml")))
VALUES = (
    "", "~", "[]", "{}", "[[]]", "{a: 1}", "-1", "1e308", "true", "all", "{all_but: []}", "USA", "C29", "{value: 1}",
    "{range: [0, 1]}", "&a [x]", "*a", "!!x y", "know_how", "rate", "10 %", "none", "space_jv", "\u202e", "4y", "2026",
)  # fmt: skip
CHARACTERS = tuple("aZ01:,[]{}-&*!'\"#% \t\u200b\u2028\x00")


@st.composite
def mutated(draw: st.DrawFn) -> str:
    lines = draw(st.sampled_from(TEXTS)).split("\n")
    for _ in range(draw(st.integers(1, 4))):
        k = draw(st.integers(0, len(lines) - 1))
        line = lines[k]
        kind = draw(st.integers(0, 4))
        if kind == 0 and len(lines) > 1:
            del lines[k]
        elif kind == 1:
            lines.insert(k, draw(st.sampled_from(LINES)))
        elif kind == 2:
            lines[k] = f"{line.split(':')[0]}: {draw(st.sampled_from(VALUES))}"
        elif kind == 3:
            at = draw(st.integers(0, len(line)))
            lines[k] = line[:at] + draw(st.sampled_from(CHARACTERS)) + line[at + 1 :]
        else:
            lines[k] = " " * draw(st.integers(0, 6)) + line.strip()
    return "\n".join(lines) + "\n"


def assert_refused_with_places_or_runs(text: str, embedded: mp.World) -> None:
    try:
        scenario = mp.read_scenario(text, embedded)
        for case in cases(scenario):
            resolve(scenario, embedded, case)
            resolve_baseline(scenario, embedded, case)
    except mp.ScenarioError as error:
        places = [problem.where for problem in error.problems]
        assert places
        assert all(places)
    else:
        assert len(assumptions(scenario)) >= len(uncertain(scenario))


@settings(max_examples=60)
@given(text=mutated())
def test_a_mutated_scenario_is_refused_with_places_or_runs(text: str, embedded: mp.World) -> None:
    assert_refused_with_places_or_runs(text, embedded)


@pytest.mark.slow
@settings(max_examples=2_000)
@given(text=mutated())
def test_many_mutated_scenarios_are_refused_with_places_or_run(text: str, embedded: mp.World) -> None:
    assert_refused_with_places_or_runs(text, embedded)


KEYS = (
    "multipolar", "title", "extends", "baseline", "actors", "blocs", "list", "members_as_of", "firms", "horizon",
    "from", "to", "deficits", "measures", "branches", "probability", "id", "type", "who", "between", "sectors", "ad",
    "add", "rate", "change", "value", "range", "shape", "source", "targets", "alternative_to", "until", "phase_in",
    "capacity", "royalty", "where", "investor", "host", "share", "responses", "report", "draws", "group", "odd",
    "<<", "__class__",
)  # fmt: skip
WORDS = (
    "tariff", "joint_venture", "import_ban", "export_control", "cancel", "lift", "productivity", "USA", "CHN", "all",
    "C29", "0.1", "10 %", "-1", "1e400", "2026", "m", "b", "in-force-2024", "closed", "uniform", "", "~", "\u202e",
    "x" * 90,
)  # fmt: skip
TREES = st.recursive(
    st.sampled_from(WORDS) | st.integers(-3, 2030) | st.floats(allow_nan=False) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=30,
)
MEASURES = st.lists(st.dictionaries(st.sampled_from(KEYS), TREES, max_size=8), max_size=4)
DOCUMENTS = st.fixed_dictionaries({"multipolar": st.just(1)}, optional={"measures": MEASURES} | {
    key: TREES for key in ("title", "extends", "baseline", "actors", "horizon", "deficits", "branches", "report")
})  # fmt: skip


@settings(max_examples=80)
@given(document=DOCUMENTS)
def test_any_tree_of_known_keys_is_refused_with_places_or_runs(document: object, embedded: mp.World) -> None:
    assert_refused_with_places_or_runs(json.dumps(document, indent=1) + "\n", embedded)


@pytest.mark.slow
@settings(max_examples=3_000)
@given(document=DOCUMENTS)
def test_many_trees_of_known_keys_are_refused_with_places_or_run(document: object, embedded: mp.World) -> None:
    assert_refused_with_places_or_runs(json.dumps(document, indent=1) + "\n", embedded)


def test_no_more_of_a_file_is_shown_than_the_value_at_fault(tmp_path: Path) -> None:
    secret = "a secret of three words"
    path = tmp_path / "passwords.yaml"
    path.write_text(f"root:x:0:0\n{secret}\n", encoding="utf-8")
    with pytest.raises(mp.ScenarioError) as raised:
        mp.read_scenario(path)
    assert secret not in str(raised.value)


def test_a_file_at_the_limit_of_measures_is_read_and_one_above_refused() -> None:
    def text(count: int) -> str:
        lines = "\n".join(f"- {{id: m{k}, type: cancel, targets: [m]}}" for k in range(count - 1))
        head = "multipolar: 1\ntitle: t\nmeasures:\n- {id: m, type: productivity, who: A, sectors: B, change: 0.1}\n"
        return f"{head}{lines}\n"

    assert len(mp.read_scenario(text(1900)).measures) == 1900
    with pytest.raises(mp.ScenarioError, match="at most 2,000"):
        mp.read_scenario(text(2001))


def test_many_problems_are_counted_and_cut(embedded: mp.World) -> None:
    lines = "\n".join(f"- {{id: m{k}, type: tariff, who: Rusia, to: CHN, sectors: C29, ad: 1}}" for k in range(200))
    with pytest.raises(mp.ScenarioError) as raised:
        mp.read_scenario(f"multipolar: 1\ntitle: t\nmeasures:\n{lines}\n", embedded)
    text = raised.value.report()
    assert text.endswith("400 problems, 350 more not shown; nothing was run. (exit 2)")
    assert text.count("\n") == 50
    assert len(text.encode()) <= 64_000
