"""Careless and hostile scenario files: mutated texts end in our own error or in shocks, never in anything else."""

from __future__ import annotations

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


@settings(max_examples=60)
@given(text=mutated())
def test_a_mutated_scenario_is_refused_with_places_or_runs(text: str, embedded: mp.World) -> None:
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
