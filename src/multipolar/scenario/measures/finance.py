"""Measures of payment and finance: transfers, sanctions, freezes, payment rails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from multipolar.base.documents import MapNode, Node
from multipolar.base.forms import Form, Kind, Reading, entry, listed
from multipolar.base.kinds import Choice, ListOf, Name, Number, Record
from multipolar.base.quantity import Quantity
from multipolar.scenario.measures.measure import SHARE, WHO, Acting, Measure
from multipolar.scenario.values import Places
from multipolar.world.intake import MOST_SALES

if TYPE_CHECKING:
    from multipolar.scenario.draft import Draft

RAILS = ("correspondent", "local_currency", "clearing_union", "multi_cbdc", "crypto_bridge", "payment_agents")


class Transfer(Acting):
    """`who` pays `to` an amount each year."""

    type: ClassVar[str] = "transfer"
    mechanism: ClassVar[str | None] = "income moved between countries, summing to zero (ECONOMICS 0.3)"

    who: Places = entry(WHO, "The paying countries; several pay in proportion to their income.")
    to: Places = entry(WHO, "The receiving countries; several receive in proportion to their income.")
    amount: Quantity = entry(
        Number(
            "million USD", 0.0, MOST_SALES, meaning="It is in dollars a year; swap `who` and `to` for the other way."
        ),
        "Dollars a year.",
    )

    def apply(self, draft: Draft, scale: float) -> None:
        draft.transfer(self, draft.value(self, "amount", self.amount) * scale)


class AccessCut(Form):
    """The access lost, apart for goods and for services."""

    goods: Quantity | None = entry(SHARE, "Share of goods trade that loses its payments.", default=None)
    services: Quantity | None = entry(SHARE, "Share of services trade that loses its payments.", default=None)

    @classmethod
    def check(cls, node: MapNode, path: str, reading: Reading, explained: set[str]) -> None:
        if not node.entries:
            reading.wrong(node, path, f"an access cut needs {listed(cls.entries, 'or')} or both.")


class AccessCutKind(Kind):
    """One number for all trade, or one for goods and one for services."""

    def read(self, node: Node, path: str, reading: Reading) -> Quantity | AccessCut | None:
        if isinstance(node, MapNode) and not {"value", "range"} & node.entries.keys():
            found: AccessCut | None = Record(AccessCut, "an access cut").read(node, path, reading)
            return found
        return SHARE.read(node, path, reading)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [SHARE.schema(), Record(AccessCut).schema()]}


class FinancialSanction(Measure):
    """`who` cuts `to` off from payments, in part, or makes them dearer."""

    type: ClassVar[str] = "financial_sanction"
    mechanism: ClassVar[str | None] = None
    reason: ClassVar[str] = "the link from payments to trade is not built yet"

    who: Places = entry(WHO, "The countries that impose it.")
    to: Places = entry(WHO, "The countries it is imposed on.")
    access_cut: Quantity | AccessCut | None = entry(
        AccessCutKind(), "Share of trade that loses its payments: one number, or {goods, services}.", default=None
    )
    extra_cost_bp: Quantity | None = entry(
        Number("bp", 0.0, meaning="Extra cost is in basis points of the payment."),
        "Extra cost of payments.",
        default=None,
    )
    scope: str = entry(
        Choice(("own_corridors", "clearing_currency"), "scope"),
        "own_corridors (default): payments with `who`; clearing_currency: all that clear through it.",
        default="own_corridors",
    )

    @classmethod
    def check(cls, node: MapNode, path: str, reading: Reading, explained: set[str]) -> None:
        sizes = ("access_cut", "extra_cost_bp")
        if not explained.intersection(sizes) and not any(key in node.entries for key in sizes):
            reading.wrong(node, path, f"a `financial_sanction` needs {listed(sizes, 'or')} or both.", rank=1)


class AssetFreeze(Measure):
    """`who` freezes assets of a firm, or of a country."""

    type: ClassVar[str] = "asset_freeze"
    mechanism: ClassVar[str | None] = None
    reason: ClassVar[str] = "results of firms are not modelled yet"
    one_of: ClassVar[tuple[tuple[str, ...], ...]] = (("firm", "to"),)

    who: Places = entry(WHO, "The countries that freeze.")
    firm: str | None = entry(Name("firm"), "The firm whose assets are frozen.", default=None)
    to: Places | None = entry(WHO, "The countries whose assets are frozen.", default=None)
    share: Quantity = entry(SHARE, "Share of the assets that is frozen.")


class PaymentRail(Measure):
    """Settlement between two sides moves to a rail; screening of payments stays."""

    type: ClassVar[str] = "payment_rail"
    mechanism: ClassVar[str | None] = None
    reason: ClassVar[str] = (
        "the link from payments to trade is not built yet: what it saves or costs has no effect on trade and income; "
        "it moves the currencies of settlement (index `currency`) alone"
    )

    between: tuple[Places, ...] = entry(ListOf(WHO, 2, 2), "Two sides.")
    rail: str = entry(Choice(RAILS, "rail"), "The rail that settles.")
    replaces: str | None = entry(Choice(RAILS, "rail"), "The rail it takes payments from.", default=None)
    share_of_settlement: Quantity = entry(SHARE, "Share of the payments between them that it settles.")
    screening: str = entry(
        Choice(("required",), "screening"), "required, the only value: payments are screened.", default="required"
    )

    def used(self, years: bool = True) -> Iterator[tuple[str, Quantity]]:
        yield "share_of_settlement", self.share_of_settlement
