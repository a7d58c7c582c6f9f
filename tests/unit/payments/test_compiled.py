"""The compiled engine where it cannot keep what it compiled, and where numba is not there."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

import multipolar.payments as pay
from multipolar.base.problems import MultipolarError


def day() -> tuple[pay.System, pay.Payments]:
    return pay.System(accounts=[("A", "USD", 5)]), pay.Payments.from_rows([(0, "A", "B", "USD", 5, "")])


def test_a_function_that_cannot_be_kept_is_compiled_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    numba = pytest.importorskip("numba")
    from multipolar.payments import kernels

    compiler, asked = numba.njit, []

    def nowhere(**options: object) -> object:
        asked.append(bool(options.get("cache")))
        if options.get("cache"):
            raise RuntimeError("no locator available")
        return compiler(**options)

    monkeypatch.setattr(kernels, "numba", SimpleNamespace(njit=nowhere))  # numba itself goes on as it is
    assert kernels.kept(lambda x: x + 1)(1) == 2
    assert asked == [True, False]


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
