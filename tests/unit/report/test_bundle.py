"""The chart runtime that every report carries: what it is made of, and that it is what was built."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import altair
import pytest

from multipolar.report.page import ASSETS

ABOUT = json.loads((ASSETS / "vega.json").read_text(encoding="utf-8"))
WEB = Path(__file__).parents[3] / "web"


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def test_the_bundle_is_the_one_that_was_built() -> None:
    script = (ASSETS / "vega.js").read_bytes()
    assert hashlib.sha256(script).hexdigest() == ABOUT["sha256"]
    assert len(script) == ABOUT["bytes"] < 900_000


def test_the_expression_functions_have_their_security_fix() -> None:
    bundled = ABOUT["packages"]["vega-functions"]
    assert bundled
    assert all(version(number) >= (6, 1, 1) for number in bundled)  # CVE-2025-66648


def test_the_runtime_draws_what_altair_writes() -> None:
    for name, wanted in (("vega-lite", altair.VEGALITE_VERSION), ("vega", altair.VEGA_VERSION)):
        (bundled,) = ABOUT["packages"][name]
        assert bundled.split(".")[0] == wanted.split(".")[0]


def test_the_bundle_cannot_end_its_script_and_reaches_one_global_name() -> None:
    script = (ASSETS / "vega.js").read_text(encoding="ascii")
    assert "</script" not in script.lower()
    assert re.match(r"var multipolarCharts=\(\(\)=>\{", script)
    assert script.rstrip().endswith("})();")


def test_every_package_in_it_has_its_licence_beside_it() -> None:
    licences = (ASSETS / "vega.licences.txt").read_text(encoding="utf-8")
    for name, numbers in ABOUT["packages"].items():
        assert all(f"{name} {number} (" in licences for number in numbers)
    assert "carries no separate text" not in licences


@pytest.mark.skipif(not WEB.is_dir(), reason="the recipe of the bundle is in the repository only")
def test_the_recipe_names_the_versions_and_no_registry() -> None:
    wanted = json.loads((WEB / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    lock_text = (WEB / "package-lock.json").read_text(encoding="utf-8")
    locked = json.loads(lock_text)["packages"]
    assert "resolved" not in lock_text
    assert not re.search(r"https?://registry", lock_text)
    for name, number in wanted.items():
        assert locked[f"node_modules/{name}"]["version"] == number
        assert name == "esbuild" or ABOUT["packages"][name] == [number]
    for name, numbers in ABOUT["packages"].items():
        copies = {about["version"] for path, about in locked.items() if path.endswith(f"node_modules/{name}")}
        assert set(numbers) <= copies
