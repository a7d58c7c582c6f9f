"""The compiled engine where it cannot keep what it compiled, and where numba is not there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import multipolar.payments as pay
from multipolar.base.problems import MultipolarError


def day() -> tuple[pay.System, pay.Payments]:
    return pay.System(accounts=[("A", "USD", 5)]), pay.Payments.from_rows([(0, "A", "B", "USD", 5, "")])


def test_a_function_that_cannot_be_kept_is_compiled_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    numba = pytest.importorskip("numba")
    from multipolar.payments import layout

    compiler, asked = numba.njit, []

    def nowhere(**options: object) -> object:
        asked.append(bool(options.get("cache")))
        if options.get("cache"):
            raise RuntimeError("no locator available")
        return compiler(**options)

    monkeypatch.setattr(layout, "numba", SimpleNamespace(njit=nowhere))  # numba itself goes on as it is
    assert layout.kept(lambda x: x + 1)(1) == 2
    assert asked == [True, False]


HITS = """
import sys
from multipolar.payments import layout
layout.SOURCES = int(sys.argv[1])
import double
print(double.double(21), sum(double.double.stats.cache_hits.values()))
"""


def test_what_was_kept_serves_until_any_source_changes(tmp_path: Path) -> None:
    pytest.importorskip("numba")
    code = "from multipolar.payments.layout import kept\n\n\n@kept\ndef double(x):\n    return 2 * x\n"
    (tmp_path / "double.py").write_text(code, encoding="utf-8")

    def printed(sources: int) -> str:
        command = [sys.executable, "-c", HITS, str(sources)]
        environment = {**os.environ, "PYTHONPATH": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    assert [printed(1), printed(1), printed(2)] == ["42 0", "42 1", "42 0"]


def test_the_modules_that_are_compiled_are_the_sources() -> None:
    pytest.importorskip("numba")
    from multipolar.payments import layout

    folder = Path(layout.__file__).parent
    texts = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    compiled = {name for name, text in texts.items() if re.search(r"^@(jit|kept)$", text, re.MULTILINE)}
    used = {name for each in compiled for name in re.findall(r"^from multipolar\.payments\.(\w+)", texts[each], re.M)}
    assert compiled | (used - {"orders"}) == set(layout.COMPILED)  # orders: types alone


def test_without_numba_plain_serves_and_compiled_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from multipolar.payments import simulate as function

    module = __import__("sys").modules[function.__module__]
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    monkeypatch.setattr(module, "SMALL", 0)
    assert pay.simulate(*day()).engine == "plain"
    with pytest.raises(MultipolarError, match=r"pip install 'multipolar\[payments\]'"):
        pay.simulate(*day(), engine="compiled")


def test_many_payments_take_the_compiled_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    from multipolar.payments import simulate as function

    assert pay.simulate(*day()).engine == "plain"
    monkeypatch.setattr(__import__("sys").modules[function.__module__], "SMALL", 0)
    assert pay.simulate(*day()).engine == "compiled"
