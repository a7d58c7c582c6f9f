"""Help: no line of the lists of commands is cut, and every option says what it does."""

from __future__ import annotations

import re
import sys

import pytest
import typer

from multipolar.app import main as program

GROUPS = ((), ("world",), ("pay",))


def told(arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setattr(sys, "argv", ["multipolar", *arguments, "--help"])
    assert program._code() == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("group", GROUPS)
def test_no_line_of_a_list_of_commands_is_cut(
    group: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    listed = told(group, monkeypatch, capsys).partition("Commands:\n")[2].splitlines()
    assert listed
    for line in listed:
        assert re.fullmatch(r"  [a-z]+ +[A-Z][^.]*\.", line), line


def commands() -> list[tuple[str, ...]]:
    """Every command, as its words on the command line."""
    whole = typer.main.get_command(program.app)
    found = []
    for name, command in whole.commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found += [(name,)] if inner is None else [(name, each) for each in inner]
    return found


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_and_option_says_what_it_does(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    said = told(command, monkeypatch, capsys)
    usage, _, rest = said.partition("\n\n")
    assert f"multipolar {' '.join(command)} [OPTIONS]" in usage
    assert re.match(r"  [A-Z]", rest)
    options = re.split(r"\n(?=  --)", said.partition("Options:\n")[2])
    for option in options:
        assert re.search(r"  +[A-Za-z].+\.", option, re.DOTALL), option  # after the name and what it takes, a sentence
    assert max(map(len, said.splitlines())) <= 80
