"""Measures of production and knowledge: ventures, productivity, sharing of technology, research."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from multipolar.base.documents import MapNode
from multipolar.base.forms import Form, Reading, entry, join
from multipolar.base.kinds import Choice, Name, Number, Record
from multipolar.base.quantity import Quantity
from multipolar.model.knowledge import FORMS
from multipolar.model.shocks import MOST_KNOWLEDGE_HAT
from multipolar.model.ventures import OUTPUT_MAX, SCALES
from multipolar.scenario.measures.measure import MOST_CHANGE, NEEDS_YEARS, ONE_COUNTRY, SECTORS, SHARE, WHO, Acting
from multipolar.scenario.values import Places, Sectors

if TYPE_CHECKING:
    from multipolar.scenario.draft import Draft

ROYALTY = Quantity(
    0.06, 0.02, 0.12, "triangular", "share", "assumption: royalty plus profit per sale, default of the program"
)
FACTORY_PRICE = Quantity(
    0.70, 0.65, 0.75, "triangular", "", "assumption: factory over consumer price (tax, dealer, fees), default"
)
NO_SHARE = Quantity(0.0, unit="share", source="default of the program: nothing is displaced")
LARGEST_VENTURE = 0.5


class Capacity(Form):
    """The size of a venture: output in dollars a year, units at a price, or a share of the sector."""

    one_of: ClassVar[tuple[tuple[str, ...], ...]] = (("output", "units", "share"),)

    output: Quantity | None = entry(
        Number("million USD", 0.0, OUTPUT_MAX, meaning="Output is in dollars a year."),
        "Output in dollars a year.",
        default=None,
    )
    units: Quantity | None = entry(
        Number("units", 0.0, meaning="Units are counted a year."), "Units a year.", default=None
    )
    consumer_price_usd: Quantity | None = entry(
        Number("USD", 0.0, above=True, meaning="It is the price of one unit in dollars."),
        "Price of one unit to the buyer.",
        default=None,
    )
    factory_price_factor: Quantity | None = entry(
        Number("", 0.0, 1.0, above=True, meaning="It is the factory price over the consumer price."),
        "Factory price over consumer price; default 0.7 (0.65 to 0.75).",
        default=None,
    )
    share: Quantity | None = entry(
        Number("share", 0.0, LARGEST_VENTURE, meaning="A venture is at most half of its sector."),
        "Share of the sector's new output.",
        default=None,
    )

    @classmethod
    def check(cls, node: MapNode, path: str, reading: Reading, explained: set[str]) -> None:
        has_units = "units" in node.entries or "units" in explained
        price = "consumer_price_usd"
        if has_units and price not in node.entries and price not in explained:
            reading.wrong(node, join(path, price), "missing. `units` need the price of one unit.", rank=1)
        if not has_units:
            for key in (price, "factory_price_factor"):
                if key in node.entries:
                    reading.wrong(node.entries[key][0], join(path, key), "belongs to `units`, which are not given.")


class JointVenture(Acting):
    """A joint venture: `investor` produces in `host`, at the host's cost, with its own technology."""

    type: ClassVar[str] = "joint_venture"
    mechanism: ClassVar[str | None] = "multinational production, its share solved with the equilibrium (ECONOMICS 2)"

    investor: Places = entry(ONE_COUNTRY, "The country of the investor.")
    host: Places = entry(ONE_COUNTRY, "The country it produces in.")
    firm: str | None = entry(Name("firm"), "A firm of `actors`.", default=None)
    sectors: Sectors = entry(SECTORS, "The sectors of the host it produces in.")
    capacity: Capacity = entry(
        Record(Capacity, "a capacity"), "{output}, {units, consumer_price_usd, factory_price_factor} or {share}."
    )
    royalty: Quantity = entry(SHARE, "Royalty and profit per sale that go to the investor.", default=ROYALTY)
    displaced: Quantity = entry(
        SHARE, "Share of its output that replaces the investor's own sales to the host.", default=NO_SHARE
    )
    learning: Quantity | None = entry(
        SHARE,
        "What the host's own producers learn from it: extra arrivals of ideas, times its share of the sector.",
        default=None,
    )
    scales: str = entry(
        Choice(SCALES, "way to scale"),
        "Where the host's own knowledge grows: with_host (default), its share of the sector stays, or fixed, it falls.",
        default="with_host",
    )

    @classmethod
    def check(cls, node: MapNode, path: str, reading: Reading, explained: set[str]) -> None:
        scales, capacity = node.get("scales"), node.get("capacity")
        stated = isinstance(capacity, MapNode) and {"output", "units"} & capacity.entries.keys()
        if stated and getattr(scales, "value", "") == "fixed":
            key = node.entries["scales"][0]
            reading.wrong(key, join(path, "scales"), "`fixed` belongs to a `share` of the sector; output is as stated.")

    @property
    def learns(self) -> bool:
        """Whether the host's producers may learn from it."""
        return self.learning is not None and (self.learning.value > 0 or self.learning.uncertain)

    def parts_not_computed(self, years: bool = True) -> tuple[str, ...]:
        named = [*(["learning"] if self.learns else []), *(["scales"] if self.scales == "fixed" else [])]
        return () if years else tuple(f"`{name}`: {NEEDS_YEARS}" for name in named)

    def quantities(self) -> Iterator[tuple[str, Quantity]]:
        yield from super().quantities()
        if self.capacity.units is not None and self.capacity.factory_price_factor is None:
            yield "capacity.factory_price_factor", FACTORY_PRICE

    def used(self, years: bool = True) -> Iterator[tuple[str, Quantity]]:
        yield from ((name, quantity) for name, quantity in self.quantities() if years or name != "learning")

    def apply(self, draft: Draft, scale: float) -> None:
        size, unit = self.size(draft)
        royalty = draft.value(self, "royalty", self.royalty)
        displaced = draft.value(self, "displaced", self.displaced)
        learning = 0.0 if self.learning is None else draft.value(self, "learning", self.learning)
        draft.venture(self, size * scale, unit, royalty, displaced, learning)

    def size(self, draft: Draft) -> tuple[float, str]:
        """Size and its unit: million USD of output a year, or a share of the sector's new output."""
        capacity = self.capacity
        if capacity.share is not None:
            return draft.value(self, "capacity.share", capacity.share), "share"
        if capacity.output is not None:
            return draft.value(self, "capacity.output", capacity.output), "output"
        assert capacity.units is not None
        assert capacity.consumer_price_usd is not None
        units = draft.value(self, "capacity.units", capacity.units)
        price = draft.value(self, "capacity.consumer_price_usd", capacity.consumer_price_usd)
        stated = capacity.factory_price_factor or FACTORY_PRICE
        factor = draft.value(self, "capacity.factory_price_factor", stated)
        return units * price * factor / 1e6, "output"


class Productivity(Acting):
    """A change of productivity, given from outside."""

    type: ClassVar[str] = "productivity"
    mechanism: ClassVar[str | None] = "factor 1 + change on the productivity of the sector (DESIGN 4)"

    who: Places = entry(WHO, "The countries.")
    sectors: Sectors = entry(SECTORS, "The sectors.")
    change: Quantity = entry(
        Number(
            "share", -1.0, MOST_CHANGE, above=True, meaning="It is a share of today's productivity: 0.05 = 5 % more."
        ),
        "Change of productivity.",
    )

    def apply(self, draft: Draft, scale: float) -> None:
        draft.productivity(self, 1.0 + draft.value(self, "change", self.change) * scale)


class TechnologySharing(Acting):
    """`who` shares technology with `to`: extra arrivals of ideas."""

    type: ClassVar[str] = "technology_sharing"
    mechanism: ClassVar[str | None] = "extra meetings with the ideas of `who`, year by year (ECONOMICS 1.5)"

    who: Places = entry(WHO, "The countries that share.")
    to: Places = entry(WHO, "The countries that receive.")
    sectors: Sectors = entry(SECTORS, "The sectors.")
    intensity: Quantity = entry(
        Number("share", 0.0, 1.0, meaning="Intensity is the share of extra idea arrivals: 0 = none, 1 = all."),
        "Extra arrivals of ideas as a share of today's.",
    )
    form: str = entry(Choice(FORMS, "form"), "additive (default) or catch_up.", default="additive")

    def needs_years(self) -> bool:
        return True

    def remarks(self) -> tuple[str, ...]:
        variant = "in the form catch_up, a variant: shared technology crowds out other ideas; the rule is additive"
        return (variant,) if self.form == "catch_up" else ()

    def in_form(self, form: str) -> TechnologySharing:
        """The same measure in another form."""
        values = {item.attribute: getattr(self, item.attribute) for item in self.entries.values()}
        return TechnologySharing(**values | {"form": form}, spot=self.spot)

    def apply(self, draft: Draft, scale: float) -> None:
        draft.sharing(self, draft.flows(self.who, self.to, self.sectors), scale)


class Research(Acting):
    """A change of research spending; never free."""

    type: ClassVar[str] = "research"
    mechanism: ClassVar[str | None] = (
        "new knowledge in proportion to research, year by year; the extra spending buys from sector M (ECONOMICS 1.5)"
    )

    who: Places = entry(WHO, "The countries.")
    sectors: Sectors = entry(SECTORS, "The sectors.")
    change: Quantity = entry(
        Number(
            "share",
            -1.0,
            MOST_KNOWLEDGE_HAT - 1.0,
            meaning="It is a share of today's research spending: 0.05 = 5 % more.",
        ),
        "Change of research spending.",
    )

    def needs_years(self) -> bool:
        return True

    def apply(self, draft: Draft, scale: float) -> None:
        draft.research(self, 1.0 + draft.value(self, "change", self.change) * scale)
