"""Multipolar: what-if questions about a multipolar world economy.

The public names, each loaded when first used. ``World``, ``Shocks``, ``solve`` compute; ``read_scenario``,
``evaluate`` answer a scenario file.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multipolar.base.problems import (
        InputError,
        MultipolarError,
        NoEquilibriumError,
        NotConvergedError,
        ScenarioError,
        ShocksError,
        UnknownLabelError,
        WorldError,
    )
    from multipolar.model.combination import combine
    from multipolar.model.ensemble import solve_batch
    from multipolar.model.gradient import Gradient, gradient
    from multipolar.model.outcome import Outcome
    from multipolar.model.parameters import Parameters
    from multipolar.model.preview import Preview, preview
    from multipolar.model.shocks import Block, Shocks
    from multipolar.model.solve import solve, solve_prepared
    from multipolar.model.system import prepare
    from multipolar.model.ventures import Venture
    from multipolar.results.result import Result
    from multipolar.scenario.resolve import Resolution, resolve
    from multipolar.scenario.scenario import CaseKey, Scenario, cases, read_scenario
    from multipolar.study.evaluate import evaluate
    from multipolar.world.library import load_world
    from multipolar.world.world import Field, World

__version__ = "0.1.0"

_HOME = {
    "InputError": "base.problems",
    "MultipolarError": "base.problems",
    "NoEquilibriumError": "base.problems",
    "NotConvergedError": "base.problems",
    "ScenarioError": "base.problems",
    "ShocksError": "base.problems",
    "UnknownLabelError": "base.problems",
    "WorldError": "base.problems",
    "Field": "world.world",
    "World": "world.world",
    "load_world": "world.library",
    "combine": "model.combination",
    "solve_batch": "model.ensemble",
    "Gradient": "model.gradient",
    "gradient": "model.gradient",
    "Outcome": "model.outcome",
    "Parameters": "model.parameters",
    "Preview": "model.preview",
    "preview": "model.preview",
    "Block": "model.shocks",
    "Shocks": "model.shocks",
    "Venture": "model.ventures",
    "prepare": "model.system",
    "solve": "model.solve",
    "solve_prepared": "model.solve",
    "Resolution": "scenario.resolve",
    "resolve": "scenario.resolve",
    "CaseKey": "scenario.scenario",
    "Scenario": "scenario.scenario",
    "cases": "scenario.scenario",
    "read_scenario": "scenario.scenario",
    "Result": "results.result",
    "evaluate": "study.evaluate",
}

__all__ = [*sorted(_HOME), "__version__"]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f"multipolar.{_HOME[name]}"), name)
    raise AttributeError(f"module `multipolar` has no `{name}`")


def __dir__() -> list[str]:
    return sorted(__all__)
