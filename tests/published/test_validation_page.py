"""The page of validation is what the program computes today."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from multipolar.study.published import nafta
from multipolar.study.published.claims import Validation

PAGE = Path(__file__).resolve().parents[2] / "docs" / "validation.py"
NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?")


def number(text: str) -> float:
    return float(text.replace(",", ""))


@pytest.fixture(scope="module")
def made() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_validation", PAGE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def computed(shared: Path, gas: Validation) -> dict[str, Validation]:
    path = shared / "data" / "cp2015" / "cp2015.npz"
    if not path.exists():
        pytest.skip("needs data/cp2015 of the shared folder")
    return {"german-gas": gas, "nafta": nafta.validate(path)}


def test_the_page_is_what_is_computed(made: ModuleType, computed: dict[str, Validation]) -> None:
    """Word for word, and every number to one in its last digit: solves agree between machines to 1e-9, not to bits."""
    told, kept = made.page(computed), made.PAGE.read_text(encoding="utf-8")
    assert NUMBER.sub("#", told) == NUMBER.sub("#", kept)
    for new, old in zip(NUMBER.findall(told), NUMBER.findall(kept), strict=True):
        assert number(new) == pytest.approx(number(old), rel=0.01, abs=0.0011)


def test_a_miss_is_shown_and_what_is_not_computed_is_named(made: ModuleType, computed: dict[str, Validation]) -> None:
    gas = computed["german-gas"]
    off = replace(gas, compared=(replace(gas.compared[0], ours=-0.5), *gas.compared[1:]))
    told = made.page({"german-gas": off})
    assert "3 numbers computed, 2 inside their band, 1 outside." in told
    assert "| -0.500 | 2.00 | -0.35 to -0.05 | **outside** |" in told
    assert "Not computed: it needs tariffs that are best replies" in told
    assert told.count("not computed |") == 14
