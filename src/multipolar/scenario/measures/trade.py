"""Measures at the border: tariffs, export taxes, trade costs, import bans, export controls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from multipolar.base.documents import MapNode, Node
from multipolar.base.forms import Kind, Reading, entry, join, listed
from multipolar.base.kinds import Choice, ListOf, Number
from multipolar.base.problems import shown
from multipolar.base.quantity import Quantity
from multipolar.model.knowledge import meeting_left
from multipolar.model.parameters import parameter_table
from multipolar.scenario.measures.measure import MOST_CHANGE, SECTORS, SHARE, WHO, WHOLE_SHARE, Acting
from multipolar.scenario.values import Named, Places, PlacesKind, Sectors
from multipolar.world.intake import MOST_RATE

if TYPE_CHECKING:
    from multipolar.scenario.draft import Draft

RATE = Number(
    "share", -1.0, MOST_RATE, above=True, meaning="A rate is a share of the price: 0.1 = 10 %, and stays above -1."
)
POINTS = Number("share", high=MOST_RATE, meaning="Points are added to the present rate: 0.1 = 10 points.")


class Tariff(Acting):
    """A tariff: `who` imports from `to` and pays it; the revenue is that of `who`."""

    type: ClassVar[str] = "tariff"
    mechanism: ClassVar[str | None] = "ad valorem on the landed price, revenue to the importer (DESIGN 4)"
    one_of: ClassVar[tuple[tuple[str, ...], ...]] = (("add", "rate"),)

    who: Places = entry(WHO, "The importing countries.")
    to: Places = entry(WHO, "The countries imported from.")
    sectors: Sectors = entry(SECTORS, "The sectors it falls on.")
    add: Quantity | None = entry(POINTS, "Points added to the present rate.", default=None)
    rate: Quantity | None = entry(RATE, "The new rate.", default=None)

    def apply(self, draft: Draft, scale: float) -> None:
        draft.tax("tariff", self, draft.flows(self.to, self.who, self.sectors), scale)


class ExportTax(Acting):
    """An export tax: `who` exports to `to` and levies it; the revenue is that of `who`."""

    type: ClassVar[str] = "export_tax"
    mechanism: ClassVar[str | None] = "ad valorem on the price at the border of the seller, revenue to it (DESIGN 4)"
    one_of: ClassVar[tuple[tuple[str, ...], ...]] = (("add", "rate"),)

    who: Places = entry(WHO, "The exporting countries.")
    to: Places = entry(WHO, "The countries exported to.")
    sectors: Sectors = entry(SECTORS, "The sectors it falls on.")
    add: Quantity | None = entry(POINTS, "Points added to the present rate.", default=None)
    rate: Quantity | None = entry(RATE, "The new rate.", default=None)

    def apply(self, draft: Draft, scale: float) -> None:
        draft.tax("export_tax", self, draft.flows(self.who, self.to, self.sectors), scale)


class TradeCost(Acting):
    """A lasting cost of trade, or its easing: `who` sells to `to`, or `between` two sides both ways."""

    type: ClassVar[str] = "trade_cost"
    mechanism: ClassVar[str | None] = "iceberg cost factor 1 + change on each flow (DESIGN 4)"
    one_of: ClassVar[tuple[tuple[str, ...], ...]] = (("who", "between"),)

    who: Places | None = entry(WHO, "The selling countries.", default=None)
    to: Places | None = entry(WHO, "The buying countries.", default=None)
    between: tuple[Places, ...] | None = entry(ListOf(WHO, 2, 2), "Two sides; it holds both ways.", default=None)
    sectors: Sectors = entry(SECTORS, "The sectors it falls on.")
    change: Quantity = entry(
        Number("share", -1.0, MOST_CHANGE, above=True, meaning="It is a share of the price: 0.05 = 5 % dearer."),
        "Change of the cost as a share of the price; negative eases.",
    )

    @classmethod
    def check(cls, node: MapNode, path: str, reading: Reading, explained: set[str]) -> None:
        if "who" in node.entries and "to" not in node.entries and "to" not in explained:
            reading.wrong(node, join(path, "to"), "missing. `who` sells to somebody; or write `between: [A, B]`.", 1)
        if "between" in node.entries and "to" in node.entries:
            reading.wrong(node.entries["to"][0], join(path, "to"), "stands beside `between`, which names both sides.")

    def apply(self, draft: Draft, scale: float) -> None:
        factor = 1.0 + draft.value(self, "change", self.change) * scale
        sides = self.between
        if sides is None:
            assert self.who is not None
            assert self.to is not None
            draft.cost(self, draft.flows(self.who, self.to, self.sectors), factor)
        else:
            draft.cost(self, draft.flows_between(sides[0], sides[1], self.sectors), factor)


class RentsKind(Kind):
    """Who earns the rents of a licence: nobody, a side, or shares by country."""

    def read(self, node: Node, path: str, reading: Reading) -> str | dict[str, Quantity] | None:
        sides = Choice(("none", "importer", "exporter"), "rents")
        if not isinstance(node, MapNode):
            return sides.read(node, path, reading)
        shares: dict[str, Quantity] = {}
        for key, (key_node, value) in node.entries.items():
            place = PlacesKind(single=True).read(key_node, join(path, shown(key, 40)), reading)
            share = SHARE.read(value, join(path, shown(key, 40)), reading)
            if place is not None and share is not None:
                shares[key] = share
        total = sum(share.value for share in shares.values())
        if total > 1.0 + 1e-9:
            reading.wrong(node, path, f"the shares sum to {total:g}, above 1.")
        return shares

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"enum": ["none", "importer", "exporter"]}, {"type": "object"}]}


COVERAGE = Choice(("list", "thin"), "coverage")
COVERAGE_DOC = "`list`: a share of product lines is closed (default); `thin`: each supplier is struck out in part."
RENTS_DOC = (
    "Who earns the scarcity rent of a licence: none (default), importer, exporter, or {country: share}; "
    "what the shares leave of 1 nobody earns."
)


class BlockMeasure(Acting):
    """What import bans and export controls share: a blocked share of flows."""

    who: Places = entry(WHO, "The countries that stop trading.")
    to: Places = entry(WHO, "Their partners.")
    sectors: Sectors = entry(SECTORS, "The sectors it falls on.")
    share: Quantity = entry(SHARE, "The share blocked at given prices; 1 = all.", default=WHOLE_SHARE)
    coverage: str = entry(COVERAGE, COVERAGE_DOC, default="list")
    rents: str | dict[str, Quantity] = entry(RentsKind(), RENTS_DOC, default="none")

    def parts_not_computed(self, years: bool = True) -> tuple[str, ...]:
        if self.rents != "none" and self.coverage == "list":
            return ("`rents`: the wedge of a licence is computed for coverage `thin` only, nobody earns them",)
        return ()

    @property
    def earned_by(self) -> str | dict[str, Quantity]:
        """Who earns the rents in the numbers: none, importer, exporter, or shares by country."""
        return "none" if self.parts_not_computed() else self.rents

    def used(self, years: bool = True) -> Iterator[tuple[str, Quantity]]:
        if self.not_computed(years) is None:
            yield "share", self.share
            if isinstance(self.earned_by, dict):
                yield from ((f"rents.{name}", share) for name, share in self.earned_by.items())

    def rent_places(self) -> tuple[Named, ...]:
        """Countries named as earners of rents."""
        if not isinstance(self.rents, dict):
            return ()
        line, column = self.spot.of("rents")
        path = join(self.spot.path, "rents")
        return tuple(Named(each, line or 0, column or 0, path, self.spot.where) for each in self.rents)

    def places(self) -> Iterator[Places]:
        yield from super().places()
        if self.rent_places():
            yield Places(self.rent_places())


class ImportBan(BlockMeasure):
    """An import ban: `who` stops buying from `to`."""

    type: ClassVar[str] = "import_ban"
    mechanism: ClassVar[str | None] = "blocked share of each flow; a full ban makes it exactly zero (ECONOMICS 0.7)"

    def apply(self, draft: Draft, scale: float) -> None:
        share = draft.value(self, "share", self.share) * scale
        draft.block(self, draft.flows(self.to, self.who, self.sectors), share)


class ExportControl(BlockMeasure):
    """An export control: `who` stops selling to `to`; of goods, or of know-how."""

    type: ClassVar[str] = "export_control"
    mechanism: ClassVar[str | None] = (
        "goods: blocked share of each flow (ECONOMICS 0.7); know-how: less is met of the ideas it can reach (1.5)"
    )

    what: str = entry(
        Choice(("goods", "know_how"), "object of control"), "goods (default) or know_how.", default="goods"
    )
    controllable_share: Quantity | None = entry(
        SHARE, "For know-how: the share of the inflow of ideas that a control can reach.", default=None
    )

    @classmethod
    def check(cls, node: MapNode, path: str, reading: Reading, explained: set[str]) -> None:
        what = node.get("what")
        if "controllable_share" in node.entries and getattr(what, "value", "goods") == "goods":
            key = node.entries["controllable_share"][0]
            reading.wrong(key, join(path, "controllable_share"), "belongs to `what: know_how`, not to goods.")
        given = [key for key in ("coverage", "rents") if key in node.entries]
        verb = "belongs" if len(given) == 1 else "belong"
        if given and getattr(what, "value", "") == "know_how":
            reading.wrong(node.entries[given[0]][0], join(path, given[0]), f"{listed(given)} {verb} to `what: goods`.")

    def needs_years(self) -> bool:
        return self.what == "know_how"

    @property
    def reach(self) -> Quantity:
        """The part of an inflow of ideas that a control can reach: as stated, else the default of the program."""
        if self.controllable_share is not None:
            return self.controllable_share
        row = parameter_table()["controllable"]
        return Quantity(row.values["long"], row.low, row.high, "triangular", row.unit, f"{row.source}, default")

    def quantities(self) -> Iterator[tuple[str, Quantity]]:
        yield from super().quantities()
        if self.what == "know_how" and self.controllable_share is None:
            yield "controllable_share", self.reach

    def used(self, years: bool = True) -> Iterator[tuple[str, Quantity]]:
        yield from super().used(years)
        if self.what == "know_how" and years:
            yield "controllable_share", self.reach

    def apply(self, draft: Draft, scale: float) -> None:
        share = draft.value(self, "share", self.share) * scale
        flows = draft.flows(self.who, self.to, self.sectors)
        if self.what == "know_how":
            draft.diffusion(self, flows, meeting_left(share, draft.value(self, "controllable_share", self.reach)))
        else:
            draft.block(self, flows, share)
