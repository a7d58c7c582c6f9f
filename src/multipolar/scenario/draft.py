"""Shocks in the making: arrays that measures write into, cell by cell, with a log of what each of them did."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from multipolar.base.forms import join
from multipolar.base.problems import Collector
from multipolar.base.quantity import Quantity
from multipolar.model.shocks import LEAST_HAT, MOST_HAT, Block, Shocks
from multipolar.model.ventures import OUTPUT_MAX, SHARE_MAX, Venture
from multipolar.scenario.values import Places, Sectors
from multipolar.world.intake import MOST_RATE

if TYPE_CHECKING:
    from multipolar.scenario.measures.finance import Transfer
    from multipolar.scenario.measures.measure import Measure
    from multipolar.scenario.measures.technology import JointVenture, Productivity, Research, TechnologySharing
    from multipolar.scenario.measures.trade import ExportControl, ExportTax, ImportBan, Tariff
    from multipolar.world.world import World

LICENCES = (("licence_importer", "importer"), ("licence_exporter", "exporter"))
Array = NDArray[np.float64]
Index = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Step:
    """What one line of a file did: which array, how many cells, and their mean before and after.

    For one traced flow ``before`` and ``after`` are its own values.
    """

    file: str
    line: int | None
    measure: str
    what: str
    cells: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Flows:
    """Flows between countries: a grid of origins, destinations and sectors, and which pairs of the grid are meant."""

    origin: Index
    destination: Index
    sector: Index
    pairs: NDArray[np.bool_]
    own: int  # pairs of a country with itself that were meant and are left out

    @property
    def grid(self) -> tuple[NDArray[np.intp], ...]:
        return np.ix_(self.origin, self.destination, self.sector)

    @property
    def cells(self) -> int:
        return int(self.pairs.sum()) * len(self.sector)


class Draft:
    """Arrays in the making for one case and one draw on one world.

    ``draw`` gives the drawn value of uncertain numbers by name; what it does not hold stays central. ``trace`` is one
    flow (origin, destination, sector): then only steps that touch it are logged, with its own values.
    """

    def __init__(self, world: World, draw: Mapping[str, float], trace: tuple[int, int, int] | None = None) -> None:
        self.world = world
        self.draw = draw
        self.trace = trace
        self.blocs: Mapping[str, Sequence[str]] = {}
        self.prefix = ""
        self.arrays: dict[str, Array] = {}
        self.licences: dict[str, str | Mapping[str, float]] = dict(LICENCES)
        self.ventures: list[Venture] = []
        self.learning: list[tuple[float, JointVenture]] = []  # one a venture: what its host learns, a share of it
        self.form: tuple[str, str] | None = None  # of sharing, and the measure that said so first
        self.log: list[Step] = []
        self.notes: list[str] = []
        self.problems = Collector()
        self._countries = {code: k for k, code in enumerate(world.countries)}
        self._sectors = {code: k for k, code in enumerate(world.sectors)}

    def of_file(self, blocs: Mapping[str, Sequence[str]], prefix: str) -> None:
        """Measures that follow come from a file with these blocs and this prefix of its numbers."""
        self.blocs, self.prefix = blocs, prefix

    def shocks(self, deficits: str) -> Shocks:
        """All that was written, as the model takes it."""
        made = self.arrays
        return Shocks(
            tariff=made.get("tariff"),
            export_tax=made.get("export_tax"),
            trade_cost_hat=made.get("trade_cost_hat"),
            blocked_share=made.get("blocked_share"),
            listed_share=made.get("listed_share"),
            blocks=tuple(Block(made[name], "thin", rents) for name, rents in self.licences.items() if name in made),
            productivity_hat=made.get("productivity_hat"),
            transfers=made.get("transfers"),
            deficits=deficits,
            ventures=tuple(self.ventures),
            sharing=made.get("sharing"),
            sharing_form="additive" if self.form is None else self.form[0],
            diffusion_hat=made.get("diffusion_hat"),
            research_hat=made.get("research_hat"),
        )

    def settle(self) -> None:
        """What can be said only when every measure is written: nobody learns twice from one partner (ECONOMICS 2.5)."""
        shared = self.arrays.get("sharing")
        for (learnt, measure), venture in zip(self.learning, self.ventures, strict=True):
            if learnt > 0 and shared is not None and shared[venture.investor, venture.host, venture.sector] > 0:
                sector = self.world.sectors[venture.sector]
                self.problem(measure, "learning", f"in {sector} a `technology_sharing` shares the same: one of them.")

    # What measures ask.

    def value(self, measure: Measure, name: str, quantity: Quantity) -> float:
        """The number of this draw."""
        return float(self.draw.get(f"{self.prefix}{measure.id}.{name}", quantity.value))

    def places(self, places: Places) -> Index:
        """Positions of the countries meant."""
        codes = places.codes(self.blocs, self.world.countries)
        return np.array([self._countries[code] for code in codes], dtype=np.intp)

    def sectors(self, sectors: Sectors) -> Index:
        """Positions of the sectors meant."""
        return np.array([self._sectors[code] for code in sectors.codes(self.world.sectors)], dtype=np.intp)

    def flows(self, sellers: Places, buyers: Places, sectors: Sectors) -> Flows:
        """Flows from sellers to buyers, sales of a country to itself left out."""
        origin, destination = self.places(sellers), self.places(buyers)
        pairs = origin[:, None] != destination[None, :]
        return Flows(origin, destination, self.sectors(sectors), pairs, int((~pairs).sum()))

    def flows_between(self, one: Places, other: Places, sectors: Sectors) -> Flows:
        """Flows both ways between two sides, each once where the sides overlap."""
        first, second = self.places(one), self.places(other)
        both = np.union1d(first, second)
        in_first, in_second = np.isin(both, first), np.isin(both, second)
        meant = np.outer(in_first, in_second) | np.outer(in_second, in_first)
        pairs = meant & (both[:, None] != both[None, :])
        return Flows(both, both, self.sectors(sectors), pairs, int(meant.sum() - pairs.sum()))

    # What measures write.

    def tax(self, name: str, measure: Tariff | ExportTax, flows: Flows, scale: float) -> None:
        """A new level (``rate``), or points on the level so far (``add``); ``scale`` is what is left of the change.

        On a world on the customs base a stated tariff is levied on it: rates in arrays are over the border price.
        """
        present: Array | None = self.world.tariff if name == "tariff" else self.world.export_tax
        shape = self.world.trade.shape
        array = self._array(name, lambda: np.zeros(shape) if present is None else np.array(present, dtype=np.float64))
        levied_on = self.world.customs_base if name == "tariff" else None
        base: Array | float = 1.0 if levied_on is None else levied_on[flows.grid]
        if measure.rate is not None:
            level = self.value(measure, "rate", measure.rate) * base
            self._write(measure, name, array, flows, lambda old: level * scale + old * (1.0 - scale))
        elif measure.add is not None:
            points = self.value(measure, "add", measure.add) * scale * base
            self._write(measure, name, array, flows, lambda old: old + points)
        if flows.cells and float(array[flows.grid].min()) <= -1.0:
            self.problem(measure, "add", "brings a rate to -1 or below: the price would vanish.")
        if flows.cells and float(array[flows.grid].max()) > MOST_RATE:
            self.problem(measure, "add", f"brings a rate above {MOST_RATE:g}; 0.05 is 5 %.")

    def cost(self, measure: Measure, flows: Flows, factor: float) -> None:
        """Trade costs times ``factor``."""
        array = self._array("trade_cost_hat", lambda: np.ones(self.world.trade.shape))
        self._write(measure, "trade_cost_hat", array, flows, lambda old: old * factor)
        if flows.cells:
            self._in_bounds(measure, "trade cost", array[flows.grid], MOST_HAT["trade_cost_hat"])

    def block(self, measure: ImportBan | ExportControl, flows: Flows, share: float) -> None:
        """Thin shares on one flow combine as 1 - (1 - a)(1 - b), lists are nested; a full ban is one in any case."""
        name = "blocked_share"
        if share < 1.0:
            name = "listed_share" if measure.coverage == "list" else self._licence(measure) or name
        array = self._array(name, lambda: np.zeros(self.world.trade.shape))
        if name == "listed_share":
            self._write(measure, name, array, flows, lambda old: np.maximum(old, share))
        else:  # written so that a share on a free flow, and a full ban, come out exact
            self._write(measure, name, array, flows, lambda old: old + share * (1.0 - old))

    def _licence(self, measure: ImportBan | ExportControl) -> str | None:
        """The array of licences whose rents belong to the same owners; None where nobody earns them."""
        owners = measure.earned_by
        if not isinstance(owners, str):
            shares = np.zeros(len(self.world.countries))
            for place, (name, share) in zip(measure.rent_places(), owners.items(), strict=True):
                index = self.places(Places((place,)))  # a bloc's members share in proportion to their income
                income = self.world.income[index]
                shares[index] += self.value(measure, f"rents.{name}", share) * income / income.sum()
            shares /= max(1.0, shares.sum())  # drawn shares may pass 1
            named = {self.world.countries[k]: float(shares[k]) for k in np.flatnonzero(shares)}
            key = "licence of " + ", ".join(f"{code} {share:.6g}" for code, share in named.items())
            self.licences[key] = named
            return key
        return {rents: licence for licence, rents in LICENCES}.get(owners)

    def productivity(self, measure: Productivity, factor: float) -> None:
        """Productivity of the sectors times ``factor``."""
        array = self._array("productivity_hat", lambda: np.ones(self.world.output.shape))
        grid = np.ix_(self.places(measure.who), self.sectors(measure.sectors))
        self._scale(measure, "productivity_hat", array, grid, factor)
        self._in_bounds(measure, "productivity", array[grid], MOST_HAT["productivity_hat"])

    def sharing(self, measure: TechnologySharing, flows: Flows, scale: float) -> None:
        """Extra meetings, shares of baseline arrivals: they add up; who makes nothing has nothing to share."""
        tau = self.value(measure, "intensity", measure.intensity) * scale
        if self.form is not None and self.form[0] != measure.form:
            self.problem(measure, "form", f"differs from `{self.form[0]}` of `{self.form[1]}`; one form in a case.")
        self.form = self.form or (measure.form, measure.id)
        array = self._array("sharing", lambda: np.zeros(self.world.trade.shape))
        knows = self.world.knowledge[np.ix_(flows.origin, flows.sector)] > 0
        self._write(measure, "sharing", array, flows, lambda old: old + tau * knows[:, None, :], in_trade=False)
        for i, s in np.argwhere(~knows & (flows.pairs.sum(axis=1) > 0)[:, None]):
            place = f"{self.world.countries[flows.origin[i]]} {self.world.sectors[flows.sector[s]]}"
            self.notes.append(f"`{measure.id}`: {place} makes nothing, so it has nothing to share there")
        met = array[flows.grid]
        if flows.cells and float((met if measure.form == "additive" else array.sum(axis=0)).max()) > 1.0 + 1e-12:
            self.problem(measure, "intensity", "brings what is shared above 1, more than all arrivals of ideas.")

    def diffusion(self, measure: ExportControl, flows: Flows, left: float) -> None:
        """What is still met of the ideas of a source; several controls multiply."""
        array = self._array("diffusion_hat", lambda: np.ones(self.world.trade.shape))
        self._write(measure, "diffusion_hat", array, flows, lambda old: old * left)

    def research(self, measure: Research, factor: float) -> None:
        """Research of the sectors times ``factor``; spending that is not on record cannot be paid for, and is named."""
        array = self._array("research_hat", lambda: np.ones(self.world.output.shape))
        grid = np.ix_(self.places(measure.who), self.sectors(measure.sectors))
        missing = np.isnan(self.world.research[grid]).sum(axis=1)
        if missing.any():
            names = ", ".join(self.world.countries[k] for k in grid[0][missing > 0, 0])
            self.problem(measure, "who", f"research spending is not on record in {names}: it would come free.")
        self._scale(measure, "research_hat", array, grid, factor)

    def transfer(self, measure: Transfer, amount: float) -> None:
        """Several payers, and several receivers, share in proportion to their income."""
        array = self._array("transfers", lambda: np.zeros(len(self.world.countries)))
        income = self.world.income
        sides = {sign: self.places(places) for sign, places in ((-1.0, measure.who), (1.0, measure.to))}
        if not len(sides[-1.0]) or not len(sides[1.0]):
            self.notes.append(f"`{measure.id}`: one of its sides has no country in this world, so it has no effect")
            return
        if np.array_equal(np.sort(sides[-1.0]), np.sort(sides[1.0])):
            self.notes.append(f"`{measure.id}`: who pays and who receives are the same, so it has no effect")
        for sign, index in sides.items():
            before = array[index]
            array[index] = before + sign * amount * income[index] / income[index].sum()
            if self.trace is None:
                self._log(measure, "transfers", len(index), before, array[index])

    def venture(
        self, measure: JointVenture, size: float, unit: str, royalty: float, displaced: float, learning: float
    ) -> None:
        """One venture a sector; output over several sectors is split in proportion to the host's output."""
        (host,), (investor,) = self.places(measure.host), self.places(measure.investor)
        sectors = self.sectors(measure.sectors)
        output = self.world.output[host, sectors]
        if not output.sum() > 0:
            self.notes.append(f"`{measure.id}`: the host has no output there, so the venture has no effect")
            return
        for sector, weight in zip(sectors, output / output.sum(), strict=True):
            amount = size * float(weight) if unit == "output" else None
            share = size if unit == "share" else None
            if amount is not None and amount > OUTPUT_MAX:
                self.problem(measure, "capacity", f"its output of {amount:.3g} million USD is more than any world has.")
                continue
            if share is not None and share > SHARE_MAX:
                self.problem(measure, "capacity", f"its share {share:g} of the sector is above {SHARE_MAX:g}.")
                continue
            made = int(host), int(sector), int(investor), amount, share, royalty, displaced, measure.scales
            self.ventures.append(Venture(*made))
            self.learning.append((learning, measure))
            if self.trace is None or self.trace[::2] == (host, sector):
                what = "venture, million USD a year" if unit == "output" else "venture, share of the sector"
                value = amount if amount is not None else size
                self._step(measure, what, 1, 0.0, value)
        if len(sectors) > 1 and unit == "output":
            self.notes.append(f"`{measure.id}`: its output is split over sectors in proportion to the host's output")

    def problem(self, measure: Measure, key: str, message: str) -> None:
        """A measure that cannot be carried out on this world."""
        path = join(measure.spot.path, key)
        self.problems.add(message, *measure.spot.of(key), path, measure.spot.where)

    def _in_bounds(self, measure: Measure, what: str, hats: Array, most: float) -> None:
        """Factors on costs or skill that one solve takes; beyond them a unit is wrong, or nothing is left."""
        if hats.size and not LEAST_HAT <= float(hats.min()) <= float(hats.max()) <= most:
            message = f"brings {what} below {LEAST_HAT:g} or above {most:g} times what it is."
            self.problem(measure, "change", message)

    def _step(self, measure: Measure, what: str, cells: int, before: float, after: float) -> None:
        # The name of the file without its folder: a log must not differ with the place a file is kept in.
        file = measure.spot.where.rpartition("/")[2]
        self.log.append(Step(file, measure.spot.line, measure.id, what, cells, before, after))

    def _array(self, name: str, neutral: Callable[[], Array]) -> Array:
        if name not in self.arrays:
            self.arrays[name] = neutral()
        return self.arrays[name]

    def _scale(self, measure: Measure, what: str, array: Array, grid: tuple[Index, ...], factor: float) -> None:
        """Multiply cells [country, sector], and log it."""
        before = array[grid]
        array[grid] = before * factor
        if self.trace is None or (self.trace[0] in grid[0] and self.trace[2] in grid[1]):
            self._log(measure, what, before.size, before, array[grid])

    def _write(
        self,
        measure: Measure,
        what: str,
        array: Array,
        flows: Flows,
        change: Callable[[Array], Array],
        in_trade: bool = True,
    ) -> None:
        """Change the cells meant, and log it. ``in_trade``: it acts on what is traded, so not where nothing is."""
        if not flows.cells:
            self.notes.append(f"`{measure.id}`: no flow between two different countries of this world is meant")
            return
        grid = flows.grid
        before = array[grid]
        after = np.where(flows.pairs[:, :, None], change(before), before)
        array[grid] = after
        if in_trade and not self.world.trade[grid][flows.pairs].any():
            self.notes.append(f"`{measure.id}`: there is no trade on any flow it touches, so it has no effect")
        if self.trace is None:
            self._log(measure, what, flows.cells, before[flows.pairs], after[flows.pairs])
            if flows.own:
                self._step(measure, "own sales left out", flows.own, 0.0, 0.0)
            return
        at = [
            np.flatnonzero(index == k)
            for index, k in zip((flows.origin, flows.destination, flows.sector), self.trace, strict=True)
        ]
        if all(len(each) for each in at) and flows.pairs[at[0][0], at[1][0]]:
            cell = tuple(int(each[0]) for each in at)
            self._log(measure, what, 1, before[cell], after[cell])

    def _log(
        self, measure: Measure, what: str, cells: int, before: Array | np.float64, after: Array | np.float64
    ) -> None:
        self._step(measure, what, cells, float(np.mean(before)), float(np.mean(after)))
