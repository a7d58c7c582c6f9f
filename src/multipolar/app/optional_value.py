"""A command with an option that may stand without its value: ``--attribution`` and ``--attribution path``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from typer.core import TyperCommand

from multipolar.base.problems import nearest


class OptionalValue(TyperCommand):
    """``optional``: the values an option knows; the first stands where it is given bare."""

    optional: ClassVar[dict[str, tuple[str, ...]]] = {"--attribution": ("static", "path")}

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        parsed: list[str] = super().parse_args(ctx, with_values(args, self.optional))
        return parsed


def with_values(args: Sequence[str], optional: dict[str, tuple[str, ...]]) -> list[str]:
    """The arguments with the first value put in where an option stands bare.

    What follows is its value where it is one, or is so like one that it can only be a slip.
    """
    found: list[str] = []
    for k, arg in enumerate(args):
        found.append(arg)
        if arg == "--":
            return [*found, *args[k + 1 :]]
        if arg in optional:
            known = optional[arg]
            following = args[k + 1] if k + 1 < len(args) else "--"
            if following not in known and nearest(following, known) is None:
                found.append(known[0])
    return found
