"""The rules of the house that a machine can keep."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "multipolar"
MODULES = sorted(SOURCE.rglob("*.py"))
LONGEST_MODULE = 400
LONGEST_FUNCTION = 70


def relative(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def too_long(text: str) -> list[str]:
    """Functions of a module that are longer than the house allows."""
    return [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in functions(ast.parse(text))
        if node.end_lineno is not None and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]


def prints(text: str) -> list[int]:
    """Lines of a module that call print."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]


def imports(text: str, library: str) -> list[int]:
    """Lines of a module that import a library, in functions too."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if (isinstance(node, ast.Import) and any(each.name.partition(".")[0] == library for each in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == library)
    ]


def test_imports_keep_to_the_floors(capsys: pytest.CaptureFixture[str]) -> None:
    code = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert code == 0, capsys.readouterr().out


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_modules_and_functions_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_MODULE
    assert too_long(text) == []


def test_only_the_app_prints() -> None:
    found = {relative(path): prints(path.read_text(encoding="utf-8")) for path in MODULES}
    assert {name: lines for name, lines in found.items() if lines and not name.startswith("app/")} == {}


def test_jax_has_one_room() -> None:
    using = {relative(path) for path in MODULES if imports(path.read_text(encoding="utf-8"), "jax")}
    assert using
    assert using <= {"numerics/adjoint.py", "numerics/batch.py"}


def test_there_is_no_room_for_odds_and_ends() -> None:
    odd = {"util", "utils", "helper", "helpers", "misc", "common", "tools"}
    assert [relative(path) for path in MODULES if odd & set(path.relative_to(SOURCE).with_suffix("").parts)] == []


def test_every_module_says_what_it_is() -> None:
    silent = [relative(path) for path in MODULES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert silent == []


def test_the_rules_see_what_they_look_for() -> None:
    assert too_long("def f():\n" + "    x = 1\n" * LONGEST_FUNCTION) == [f"f: {LONGEST_FUNCTION + 1} lines"]
    assert too_long("def f():\n" + "    x = 1\n" * (LONGEST_FUNCTION - 1)) == []
    assert prints("x = 1\nif x:\n    print(x)\n") == [3]
    assert prints("pprint(1)\nself.print(2)\n") == []
    assert imports("import jaxlib\ndef f():\n    import jax.numpy as jnp\n    from jax import jit\n", "jax") == [3, 4]
