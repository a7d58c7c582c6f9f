"""Payments: settlement of payment orders on several kinds of rails, of use without the rest of the program.

The public names, each loaded when first used. ``simulate`` runs a day (or many), ``resolve`` a queue, ``clear``
obligations; ``stress`` cuts a network, ``corridor_cost`` prices a corridor. An instrument of analysis: compliance
screening is a step on every rail and cannot be switched off.
"""

# ruff: noqa: F401 (names for type checkers; at run time each is loaded when first used)
from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multipolar.payments.clearing import clear
    from multipolar.payments.cost import corridor_cost
    from multipolar.payments.day import made_up_day
    from multipolar.payments.frontier import frontier, least_liquidity
    from multipolar.payments.gridlock import resolve
    from multipolar.payments.journal import Journal
    from multipolar.payments.metrics import exposure_hours
    from multipolar.payments.rails import Rail, rail_table
    from multipolar.payments.reading import read_iso20022
    from multipolar.payments.simulate import Settlement, simulate
    from multipolar.payments.stress import stress
    from multipolar.payments.system import Payments, System

_HOME = {
    "Journal": "journal",
    "Payments": "system",
    "Rail": "rails",
    "Settlement": "simulate",
    "System": "system",
    "clear": "clearing",
    "corridor_cost": "cost",
    "exposure_hours": "metrics",
    "frontier": "frontier",
    "least_liquidity": "frontier",
    "made_up_day": "day",
    "rail_table": "rails",
    "read_iso20022": "reading",
    "resolve": "gridlock",
    "simulate": "simulate",
    "stress": "stress",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    if name in _HOME:
        value = getattr(import_module(f"multipolar.payments.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module `multipolar.payments` has no `{name}`")


def __dir__() -> list[str]:
    return sorted(__all__)


class _Package(ModuleType):
    """``pay.simulate`` and ``pay.stress`` are functions, though modules of these names are loaded beside them."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
