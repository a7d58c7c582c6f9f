"""Who is without work where wages are rigid: a share of heads by country (ECONOMICS 3.4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from multipolar.base.arrays import Array
from multipolar.base.problems import InputError
from multipolar.model.jobs import idle_share, incomplete
from multipolar.model.system import Economy
from multipolar.study.case import Solved
from multipolar.world.world import World

if TYPE_CHECKING:
    from multipolar.study.path import Answer


def unemployment(solved: Solved) -> Array:
    """Per cent of a country's heads without work [n]; NaN where ``unknown`` says why.

    Heads are the base's, moved to the sectors where value added is wanted (ECONOMICS 3.5); against the reference world,
    where everyone works.
    """
    world = solved.reference.economy.world
    if _none_known(world) is not None:
        return np.full(len(world.countries), np.nan)
    moved, specific = solved.moved, solved.stands_on.economy.parameters.specific
    args = world.employment, world.value_added, moved.value_added, moved.employed_share
    return 100.0 * idle_share(*args, specific=specific)


def without_work(answers: Sequence[Answer]) -> dict[str, Array]:
    """What rigid wages add to a Result: unemployment, and that of every year of a path; per cent of heads."""
    if not answers or answers[0].solved.stands_on.economy.wage_floor is None:
        return {}
    walks = [each.walk.unemployment for each in answers if each.walk is not None and each.walk.unemployment is not None]
    if walks:
        return {"unemployment": np.stack([each[-1] for each in walks]), "unemployment_path": np.stack(walks)}
    return {"unemployment": np.stack([unemployment(each.solved) for each in answers])}


def unknown(economy: Economy) -> dict[str, str]:
    """Why unemployment is not computed where wages are rigid, or of which countries; empty: it is."""
    if economy.wage_floor is None:
        return {}
    none = _none_known(economy.world)
    left_out = [] if none is not None else [economy.world.countries[n] for n in incomplete(economy.world.employment)]
    why = none if none is not None else f"employment is not complete in {', '.join(left_out)}"
    return {"unemployment": why} if none is not None or left_out else {}


def _none_known(world: World) -> str | None:
    if "employment" not in world.fields:
        return "the world has no field `employment`"
    try:
        idle_share(world.employment, world.value_added, world.value_added, np.ones_like(world.value_added))
    except InputError as error:
        return str(error)
    return None
