"""Measures on measures: they act on sizes before anything is combined."""

from __future__ import annotations

from typing import ClassVar

from multipolar.base.forms import entry
from multipolar.base.kinds import ListOf, Name
from multipolar.base.quantity import Quantity
from multipolar.scenario.measures.measure import SHARE, WHOLE_SHARE, Measure

TARGETS = ListOf(Name("id"), 1)


class Cancel(Measure):
    """Undoes measures of this file: their size is multiplied by 1 - share."""

    type: ClassVar[str] = "cancel"
    mechanism: ClassVar[str | None] = "sizes of its targets in this file times 1 - share"

    targets: tuple[str, ...] = entry(TARGETS, "Ids of measures of this file.")
    share: Quantity = entry(SHARE, "How much of them is undone; default 1.", default=WHOLE_SHARE)


class Lift(Measure):
    """Undoes measures in force: sizes of its targets in the baseline are multiplied by 1 - share."""

    type: ClassVar[str] = "lift"
    mechanism: ClassVar[str | None] = "sizes of its targets in the baseline times 1 - share"

    targets: tuple[str, ...] = entry(TARGETS, "Ids of measures of the baseline.")
    share: Quantity = entry(SHARE, "How much of them is undone.")
