"""Measures that fall on a firm: boycotts and lost contracts."""

from __future__ import annotations

from typing import ClassVar

from multipolar.base.forms import entry
from multipolar.base.kinds import Name, Text
from multipolar.base.quantity import Quantity
from multipolar.scenario.measures.measure import SHARE, Measure


class Boycott(Measure):
    """Buyers in a market turn away from a firm."""

    type: ClassVar[str] = "boycott"
    mechanism: ClassVar[str | None] = None
    reason: ClassVar[str] = "results of firms are not modelled yet"

    firm: str = entry(Name("firm"), "The firm, one of `actors`.")
    market: str = entry(Text(), "A market of its profile.")
    share: Quantity = entry(SHARE, "Share of its revenue there that is lost.")


class ContractLoss(Measure):
    """A firm loses contracts in a market."""

    type: ClassVar[str] = "contract_loss"
    mechanism: ClassVar[str | None] = None
    reason: ClassVar[str] = "results of firms are not modelled yet"

    firm: str = entry(Name("firm"), "The firm, one of `actors`.")
    market: str = entry(Text(), "A market of its profile.")
    share: Quantity = entry(SHARE, "Share of its revenue there that is lost.")
