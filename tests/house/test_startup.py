"""What a fresh process may import: start-up is measured in imports before it is measured in seconds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("jax", "numba", "ortools", "pandas", "xarray", "altair")
PROBE = """
import json, sys
sys.argv = ["multipolar", *{arguments!r}]
from multipolar.app.main import main
try:
    code = main()
except SystemExit as leaving:
    code = leaving.code
print("\\n" + json.dumps([code or 0, sorted(name for name in sys.modules if "." not in name)]))
"""


def imported_by(code: str, folder: Path) -> tuple[int, set[str]]:
    """Exit code and top-level modules of a fresh process that runs ``code``, which prints both as its last line."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COVERAGE"))}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout, done.stderr
    ended, modules = json.loads(done.stdout.splitlines()[-1])
    return ended, set(modules)


@pytest.mark.parametrize("scenario", ["universal-tariff-10", "brics-technology-alliance"])
def test_a_run_without_report_and_draws_imports_nothing_heavy(scenario: str, tmp_path: Path) -> None:
    arguments = ["run", scenario, "--no-report", "--draws", "0", "--out", str(tmp_path / "out")]
    code, modules = imported_by(PROBE.format(arguments=arguments), tmp_path)
    assert code == 0
    assert "multipolar" in modules
    assert modules & set(HEAVY) == set()


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["run", "--help"], ["pay", "run", "--help"]])
def test_help_and_version_import_not_even_numpy(arguments: list[str], tmp_path: Path) -> None:
    code, modules = imported_by(PROBE.format(arguments=arguments), tmp_path)
    assert code == 0
    assert modules & {*HEAVY, "numpy", "scipy", "rich", "ruamel", "jinja2"} == set()


def test_small_payments_need_no_compiler_and_no_solver(tmp_path: Path) -> None:
    code, modules = imported_by(PROBE.format(arguments=["pay", "run", "three-banks"]), tmp_path)
    assert code == 0
    assert modules & {*HEAVY, "scipy"} == set()


def test_importing_the_package_imports_nothing_else(tmp_path: Path) -> None:
    code = "import json, sys, multipolar, multipolar.payments; "
    code += "print(json.dumps([0, sorted(n for n in sys.modules if '.' not in n)]))"
    assert imported_by(code, tmp_path)[1] & {*HEAVY, "numpy", "scipy", "typer", "rich", "ruamel"} == set()


def test_the_probe_sees_what_is_imported(tmp_path: Path) -> None:
    code = "import json, sys, xarray; print(json.dumps([0, sorted(n for n in sys.modules if '.' not in n)]))"
    assert imported_by(code, tmp_path)[1] & set(HEAVY) >= {"xarray", "pandas"}
