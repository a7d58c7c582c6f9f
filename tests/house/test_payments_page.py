"""The page on payments is true: its commands, files and Python run in order and print what it says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "payments.md").read_text(encoding="utf-8")
MULTIPOLAR = Path(sys.executable).with_name("multipolar")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


def printed(command: list[str | Path], folder: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}  # pytest's readline sets it
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_page_runs_from_top_to_bottom_and_prints_what_it_says(tmp_path: Path) -> None:
    said, checked = "", 0
    for language, text in BLOCKS:
        if language in ("yaml", "csv"):
            (tmp_path / f"mine.{language}").write_text(text, encoding="utf-8")
        elif language == "sh":
            commands = [shlex.split(line) for line in text.splitlines()]
            assert {program for program, *_ in commands} == {"multipolar"}
            said = "\n".join(printed([MULTIPOLAR, *arguments], tmp_path) for _, *arguments in commands)
        elif language == "python":
            if "PSSimPy" in text:
                pytest.importorskip("PSSimPy", reason="the peer is a development dependency")
            said = printed([sys.executable, "-c", text], tmp_path)
        else:
            assert language == "text"
            for line in text.splitlines():
                assert line in said.splitlines(), f"{line!r} in\n{said}"
            checked += 1
    assert checked == sum(language in ("sh", "python") for language, _ in BLOCKS) == 7
    assert "60" in (tmp_path / "settled.csv").read_text(encoding="utf-8")


def test_every_key_of_a_payment_file_stands_on_the_page() -> None:
    from multipolar.payments.document import PaymentDocument

    rows = re.findall(r"^\| (`.*?) \|", PAGE, flags=re.MULTILINE)
    named = {key for row in rows for key in re.findall(r"`(\w+)`", row)}
    assert named == set(PaymentDocument.entries) - {"multipolar", "title", "screening"}
