"""``docs/data.md`` is what ``docs/generate.py`` makes of the embedded world; what misses stated limits is listed."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

import multipolar as mp

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_data_page", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_current(generate: ModuleType, embedded: mp.World) -> None:
    assert (DOCS / "data.md").read_text(encoding="utf-8") == generate.page(embedded), "run python docs/generate.py"


def test_value_added_is_within_15_per_cent_of_gdp_but_for_listed_exceptions(
    generate: ModuleType, embedded: mp.World
) -> None:
    assert set(generate.misses(embedded)) == set(generate.EXCEPTIONS)


def test_every_sector_that_misses_by_a_factor_of_two_is_on_the_page(generate: ModuleType, embedded: mp.World) -> None:
    text = (DOCS / "data.md").read_text(encoding="utf-8")
    pairs = generate.compared(embedded)
    outside = [(c, s) for c, s, theirs, ours in pairs if not theirs / 2 <= ours <= 2 * theirs]
    assert 0 < len(outside) < len(pairs) / 5
    for country, sector in outside:
        assert f"| {country} | {sector} |" in text
    assert ("RUS", "C29") in outside


def test_the_comparison_stands_on_the_published_figures(generate: ModuleType, shared: Path) -> None:
    with (DOCS / "ncses2019.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == generate.ncses_rows(shared / "data")
