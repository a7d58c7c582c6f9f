"""The README is true: its commands run, its file is valid, its Python works, its links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MULTIPOLAR = Path(sys.executable).with_name("multipolar")


def blocks(language: str) -> list[str]:
    """Code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


COMMANDS = [line for block in blocks("sh") for line in block.splitlines() if line]


def run(command: list[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_works(command: str, tmp_path: Path) -> None:
    program, *arguments = command.split()
    assert program == "multipolar"
    done = run([MULTIPOLAR, *arguments], tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_scenario_of_the_readme_runs_under_the_name_it_is_given(tmp_path: Path) -> None:
    (block,) = blocks("yaml")
    (name,) = re.findall(r"`multipolar run (\S+\.yaml)`", README)
    (tmp_path / name).write_text(block, encoding="utf-8")
    done = run([MULTIPOLAR, "run", name, "--draws", "0", "--no-report", "--out", "out"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Germany" in done.stdout


def test_the_python_of_the_readme_works(tmp_path: Path) -> None:
    (block,) = blocks("python")
    done = run([sys.executable, "-c", block], tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"real income of Germany: -0\.\d{3} %\n", done.stdout), done.stdout


def test_make_targets_of_the_readme_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)`|^ +make ([a-z-]+)$", README, flags=re.MULTILINE))
    assert {a or b for a, b in named} == {"run", "test", "help"}
    assert {a or b for a, b in named} <= targets


def test_links_of_the_readme_lead_to_files() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert len(links) >= 5
    assert [link for link in links if not (ROOT / link).is_file()] == []


def test_counts_of_the_readme_are_those_of_the_embedded_world() -> None:
    from multipolar.world.library import load_world

    world = load_world()
    said = f"{len(world.countries)} economies x {len(world.sectors)} sectors of {world.year}"
    assert said in " ".join(README.split())
