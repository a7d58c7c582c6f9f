"""Each wrong payment file in ``payment_cases/`` gives exactly the text beside it; without the mistake it is read.

``NAME.yaml`` or ``NAME.csv`` is wrong, ``NAME.txt`` is what the command line prints, ``NAME.ok.*`` is the control.
Tables are read with the system of ``system.yaml``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from multipolar.base.problems import InputError
from multipolar.payments.reading import PaymentFile, read_payment_file

CASES = Path(__file__).parent / "payment_cases"
NAMES = sorted(path.stem for path in CASES.glob("*.txt"))
FORMS = ("yaml", "csv")


def form(name: str) -> str:
    return next(ending for ending in FORMS if (CASES / f"{name}.{ending}").exists())


def read(name: str) -> PaymentFile:
    if name.endswith(".csv"):
        return read_payment_file(Path("system.yaml"), name)
    return read_payment_file(Path(name))


@pytest.mark.parametrize("name", NAMES)
def test_wrong_input_gives_its_exact_text(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES)
    with pytest.raises(InputError) as raised:
        read(f"{name}.{form(name)}")
    assert raised.value.report() + "\n" == Path(f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_same_file_without_the_mistake_is_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES)
    assert len(read(f"{name}.ok.{form(name)}").payments)


def test_every_case_is_whole() -> None:
    files = {path.name for path in CASES.iterdir()} - {"system.yaml"}
    assert files == {f"{name}{end}" for name in NAMES for end in (".txt", f".{form(name)}", f".ok.{form(name)}")}


def test_there_are_at_least_50_cases_of_both_forms() -> None:
    assert len(NAMES) >= 50
    assert min(sum(form(name) == each for name in NAMES) for each in FORMS) >= 20
