"""``new`` and ``schema``: a new scenario file, and what editors complete and check it by.

``main`` registers both as commands.
"""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from multipolar.base.problems import InputError, shown


def new(
    name: Annotated[str, typer.Argument(help="The new scenario: NAME, or a path NAME.yaml.")],
    like: Annotated[str | None, typer.Option(help="Start from a file or a ready scenario.")] = None,
    us_tariffs: Annotated[
        str | None, typer.Option(help="Write the US tariff increases in force on a day: YYYY-MM-DD.")
    ] = None,
) -> None:
    """Write a new scenario file: empty with comments, like another one, or the US tariffs in force on a day."""
    from multipolar.scenario import new as texts

    path = Path(name if name.endswith((".yaml", ".yml")) else f"{name}.yaml")
    day = _refuse(path, like, us_tariffs)
    if like is not None:
        is_path = os.sep in like or like.endswith((".yaml", ".yml"))
        text = texts.like(Path(like) if is_path else like, path.parent)
    elif day is not None:
        text = texts.us_tariffs_on(day)
    else:
        text = texts.empty(path.stem)
    from multipolar.results.disk import write_file

    write_file(path, text.encode("utf-8"))
    place = shown(path, 200)
    print(f"Written to {place}. It starts with a line for editors; `multipolar schema` prints what that line names.")
    print(f"Next:  multipolar check {place}")
    print(f"       multipolar run {place}")


def schema() -> None:
    """Print the JSON Schema of scenario files: `multipolar schema > multipolar.schema.json`, beside your files."""
    from multipolar.scenario.new import schema as text

    print(text(), end="")


def _refuse(path: Path, like: str | None, us_tariffs: str | None) -> date | None:
    """The day asked for; all that cannot be, in one message."""
    from multipolar.scenario.new import name_problems
    from multipolar.world.us_tariffs import LAST, first_day

    problems = list(name_problems(path))
    if os.path.lexists(path):
        problems.append(f"`{shown(path, 200)}` is there already. Choose another name.")
    elif not path.parent.is_dir():
        problems.append(f"`{shown(path.parent, 200)}`: there is no such folder.")
    if like is not None and us_tariffs is not None:
        problems.append("--like, --us-tariffs: one of them.")
    day = None
    if us_tariffs is not None:
        day = _day(us_tariffs)
        if day is None:
            problems.append(f"--us-tariffs: `{shown(us_tariffs)}` is no day. Write it as 2026-07-01.")
        elif not first_day() <= day <= LAST:
            problems.append(f"--us-tariffs: {day} is outside {first_day()} to {LAST}, the days that are known.")
    if problems:
        raise InputError("\n".join(problems))
    return day


def _day(text: str) -> date | None:
    if re.fullmatch(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}", text, re.ASCII) is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
