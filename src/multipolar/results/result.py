"""Result: what an evaluation found, with labels, units, ranges, status and everything that must be said beside it.

Plain NumPy inside; pandas and xarray are loaded only when ``table`` or ``dataset`` is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array
from multipolar.base.problems import UnknownLabelError, nearest
from multipolar.base.variables import variables
from multipolar.results.attribution import Attribution
from multipolar.results.evidence import Evidence, graded_arrays
from multipolar.results.technology import DependenceFlow, TechnologyRow, VentureRow

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

LEVEL = 0.8
Names: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MeasureCard:
    """One measure of the scenario as the report shows it. ``branch`` "" means in every branch."""

    id: str
    type: str
    branch: str
    line: int | None
    sentence: str
    computed: bool
    source: str | None


@dataclass(frozen=True, slots=True)
class ScenarioCard:
    """The scenario as the report shows it. ``actors``: economies that measures name one by one."""

    name: str
    title: Mapping[str, str]
    summary: Mapping[str, str]
    digest: str
    text: str
    measures: tuple[MeasureCard, ...]
    branches: Names
    probability: Mapping[str, tuple[float, float, float]]
    horizon_set: str
    from_year: int | None
    to_year: int | None
    deficits: str
    baseline: Names
    blocs: Mapping[str, Names]
    actors: Names


@dataclass(frozen=True, slots=True)
class WorldCard:
    """The world as the report shows it; ``sources`` are keys of the table of sources.

    ``elasticities``: name and origin of the published set its trade elasticities are, empty where they are its own;
    ``customs_base``: whether tariffs fall on trade and transport margins of goods, too.
    """

    name: str
    year: int | None
    digest: str
    unit: str
    countries: Names
    sectors: Names
    sources: Names
    flaws: Names
    elasticities: tuple[str, str] = ("", "")
    customs_base: bool = False


@dataclass(frozen=True, slots=True)
class CaseLabel:
    """One case: a branch ("" where the scenario has none) and a variant ("" as written)."""

    branch: str
    variant: str

    @property
    def text(self) -> str:
        """The case in a word or two."""
        name = self.branch or "all measures"
        return f"{name}, with {self.variant}" if self.variant else name


@dataclass(frozen=True, slots=True)
class CaseStatus:
    """How one solve ended: its case (None: the reference world), its draw (None: central values)."""

    case: int | None
    draw: int | None
    outcome: str
    sweeps: int
    residual: float
    message: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class StructuralRow:
    """Real income of a case under another closure or elasticity, per cent; never mixed with the draws."""

    label: str
    case: int
    welfare: Array


@dataclass(frozen=True, slots=True)
class AssumptionRow:
    """One number that the answer rests on. ``computed`` False: it has no effect in the numbers yet."""

    name: str
    measure: str
    type: str
    value: float
    low: float | None
    high: float | None
    shape: str
    unit: str
    source: str | None
    line: int | None
    computed: bool


@dataclass(frozen=True, slots=True)
class NotComputedRow:
    """A measure, or a part of one, that was read and has no effect on the numbers, and why."""

    measure: str
    type: str
    line: int | None
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """One index of ``variables.csv``, axes after the case in the order of its row there.

    ``base``: in the reference world; ``value`` [case, ...]; ``drawn``: its change [case, draw, ...] where draws hold
    it; ``usual``: the size of an average year's change 2018-22, where the sources have it; ``grade``: evidence of each
    number where it has one, as positions in ``results.evidence.GRADES``, -1 where none is on record.
    """

    base: Array
    value: Array
    drawn: Array | None = None
    usual: Array | None = None
    grade: NDArray[np.int8] | None = None

    @property
    def change(self) -> Array:
        """[case, ...], at central values."""
        difference: Array = self.value - self.base
        return difference

    def interval(self, level: float = LEVEL) -> tuple[Array, Array, Array]:
        """Low, median and high of the change over the draws that were solved; NaN where there are none, and where no
        draw was asked."""
        if self.drawn is None or not self.drawn.shape[1]:
            missing = np.full_like(self.value, np.nan)
            return missing, missing.copy(), missing.copy()
        asked = ~(np.isnan(self.drawn).all(axis=1) | np.isnan(self.value))
        lost = np.isnan(self.drawn) & asked[:, None]
        failed = lost.any(axis=tuple(k for k in range(self.drawn.ndim) if k != 1))
        kept = self.drawn[:, ~failed]
        if not kept.shape[1]:
            missing = np.full_like(self.value, np.nan)
            return missing, missing.copy(), missing.copy()
        low, middle, high = np.quantile(kept, [(1 - level) / 2, 0.5, (1 + level) / 2], axis=1)
        return low, middle, high


@dataclass(frozen=True, slots=True)
class Provenance:
    """What is needed to make the same numbers again.

    ``labour``: the labour option; ``flexible_rates``: codes of countries whose wages are free to fall under ``rigid``;
    ``sector_links``: the part of ideas from the sectors of inputs; ``chokepoint``: of whom that index is asked.
    """

    version: str
    seed: int
    draws: int
    tolerance: float
    parameters: Mapping[str, float | str]
    world_digest: str
    scenario_digest: str
    labour: str = "one_wage"
    flexible_rates: tuple[str, ...] = ()
    sector_links: float = 0.0
    chokepoint: str = "named"


@dataclass(frozen=True, eq=False)
class Result:
    """What an evaluation found. Numbers by variable name (``variables.csv``), axes in the order of its ``axes``.

    ``central``: at central values. ``draws``: the same with a draw axis after the case; a failed draw is NaN and is
    counted in ``failed_draws``. ``closing``: real income, per cent, of closing all deficits before any measure.
    ``attribution``: which measure did what, where it was asked for.
    ``years``: those of a path, whose last gives the numbers. ``indices``: of the ``blocs`` named, with what is
    ``missing`` by name; ``technology``: what measures of knowledge rest on; ``ventures``: what each comes to;
    ``dependence_flows``: which flows moved the subject's dependence; ``evidence``: grades of the data behind numbers.
    """

    scenario: ScenarioCard
    world: WorldCard
    cases: tuple[CaseLabel, ...]
    countries: Names
    names: Mapping[str, str]
    central: Mapping[str, Array]
    draws: Mapping[str, Array]
    status: tuple[CaseStatus, ...]
    closing: Array | None
    structural: tuple[StructuralRow, ...]
    assumptions: tuple[AssumptionRow, ...]
    not_computed: tuple[NotComputedRow, ...]
    notes: Names
    provenance: Provenance
    theta_truncated: int = field(default=0)
    attribution: Attribution | None = None
    years: tuple[int, ...] = ()
    blocs: Mapping[str, Names] = field(default_factory=dict)
    indices: Mapping[str, Index] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    technology: tuple[TechnologyRow, ...] = ()
    ventures: tuple[VentureRow, ...] = ()
    dependence_flows: tuple[DependenceFlow, ...] = ()
    evidence: Evidence = field(default_factory=Evidence)

    @cached_property
    def failed_draws(self) -> int:
        """Draws of which at least one solve failed."""
        return len({s.draw for s in self.status if s.draw is not None and s.outcome != "converged"})

    def median(self, name: str) -> Array:
        """Median of the draws, case first; the central value where there are no draws."""
        drawn = self._drawn(name)
        if drawn is None:
            return self._central(name)
        result: Array = np.quantile(drawn, 0.5, axis=1)  # np.median loads numpy.ma, which is slow
        return result

    def interval(self, name: str, level: float = LEVEL) -> tuple[Array, Array]:
        """The middle ``level`` of the draws that converged, low and high; NaN where there are no draws."""
        drawn = self._drawn(name)
        if drawn is None:
            missing = np.full_like(self._central(name), np.nan)
            return missing, missing.copy()
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=1)
        return low, high

    def table(self, name: str = "welfare", case: int = 0) -> pd.DataFrame:
        """One variable or index of one case, a row a place (country, sector, bloc, year), the largest first.

        Variables: median, range and central value; indices: base, value, change and the range of the change; all with
        their unit. ``case`` is a position in ``cases``. Raises ``UnknownLabelError`` for a name that is not here, with
        the nearest, and ``InputError`` for a case that is none.
        """
        from multipolar.results.tables import table_of

        return table_of(self, name, case)

    @cached_property
    def dataset(self) -> xr.Dataset:
        """All numbers as one labelled dataset, with unit, definition and source of every variable."""
        import xarray as xr

        labels = {
            "case": [case.text for case in self.cases],
            "country": list(self.countries),
            "sector": list(self.world.sectors),
            "year": list(self.years),
            "bloc": list(self.blocs),
        }
        table = variables()
        data: dict[str, tuple[Names, NDArray[Any], dict[str, Any]]] = {}
        for name, values in self.central.items():
            row = table[name]
            data[name] = (row.axes, values, _attributes(name))
        for name, values in self.draws.items():
            data[f"{name}_draws"] = (("case", "draw", *table[name].axes[1:]), values, _attributes(name))
        for name, index in self.indices.items():
            axes = table[name].axes
            data[name] = (axes, index.value, _attributes(name))
            data[f"{name}_base"] = (axes[1:], index.base, _attributes(name))
            if index.drawn is not None:
                data[f"{name}_change_draws"] = (("case", "draw", *axes[1:]), index.drawn, _attributes(name))
            if index.usual is not None:
                data[f"{name}_usual"] = (axes[1:], index.usual, _attributes(name))
        if self.attribution is not None:
            labels |= self.attribution.axes(self.countries)
            for name, values in self.attribution.numbers.items():
                data[name] = (table[name].axes, values, _attributes(name))
        for name, (axes, grades, about_grades) in graded_arrays(self.evidence).items():
            data[name] = (axes, grades, about_grades)
            labels |= {axes[0]: list(self.evidence.labels(axes[0]))}
        if self.closing is not None:
            about_closing = {"unit": "%", "definition": "real income of the closing step"}
            data["closing"] = (("country",), self.closing, about_closing)
        used = {axis for axes, *_ in data.values() for axis in axes}
        about = {
            "title": self.scenario.title.get("en", self.scenario.name),
            "world": f"{self.world.name} {self.world.year}",
            "version": self.provenance.version,
        }
        coordinates = {axis: values for axis, values in labels.items() if axis in used}
        return xr.Dataset(data, coords=coordinates, attrs=about)

    def _known(self, name: str) -> str:
        if name not in self.central:
            raise UnknownLabelError("variable", name, nearest(name, self.central))
        return name

    def _central(self, name: str) -> Array:
        return self.central[self._known(name)]

    def _drawn(self, name: str) -> Array | None:
        drawn = self.draws.get(self._known(name))
        if drawn is None or drawn.shape[1] == 0:
            return None
        lost = np.isnan(drawn) & ~np.isnan(self._central(name))[:, None]  # what has no central value has none in draws
        whole = ~lost.any(axis=tuple(k for k in range(drawn.ndim) if k != 1))
        return drawn[:, whole] if whole.any() else None


def _attributes(name: str) -> dict[str, str]:
    row = variables()[name]
    return {"unit": row.unit, "long_name": row.label_en, "definition": row.definition, "source": row.source}
