"""Parameters of the model: one frozen record of numbers; every field defaults to neutral (RECORDS).

A horizon is a column of ``parameters.csv``; ``parameter_table`` reads it, with range, shape and source of each number.
"""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array, plain_array, plain_number
from multipolar.base.problems import Collector, InputError, nearest, shown
from multipolar.world.world import World

SCALE_MOST = 1e3  # of elasticities, up or down
MOBILITY_MOST = 1e18  # beyond it, infinity
HORIZONS = ("short", "medium", "long")
LABOUR = ("one_wage", "sectors", "participation", "rigid")
PSI_MOST = 10.0
ELASTICITY_LEAST, ELASTICITY_MOST = 0.01, 20.0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Parameters:
    """Numbers of one solve. ``Parameters()`` is Caliendo and Parro with the world's own trade elasticities.

    ``theta_scale``: factor on the trade elasticity theta_h (a horizon). ``theta_factor`` [s]: factor on the world's
    elasticity itself, so on theta_h and on the long-run shape theta_K alike (a draw). ``sigma``: elasticity between
    value added and inputs; ``eps``: across inputs; ``sigma_c``: across final uses; 1 is Cobb-Douglas. ``mobility``:
    kappa of workers across sectors, from 1 (each sector's labour is its own) to infinity (one wage a country);
    ``specific``: at mobility 1, heads stay where they are too. ``psi``: elasticity of labour supplied to the real wage.
    ``rigidity``: lowest wage of a sector as a share of its wage in the world solved, one number or [n], 0 where wages
    are free to fall; or [n,k], as a year of a path needs it, where a wage that has risen since may not fall back to 1
    at once either (ECONOMICS 3.4). ``labour_share``: labour's part of value added, read by the last two. Raises
    ``InputError`` for numbers out of range, and for participation and rigidity at once.
    """

    theta_scale: float = 1.0
    theta_factor: Array | None = field(default=None, repr=False)
    sigma: float = 1.0
    eps: float = 1.0
    sigma_c: float = 1.0
    mobility: float = float("inf")
    specific: bool = False
    psi: float = 0.0
    rigidity: float | Array = 0.0
    labour_share: float = 1.0

    def __post_init__(self) -> None:
        problems = Collector()
        if not plain_number(self.theta_scale, 1.0 / SCALE_MOST, SCALE_MOST):
            message = f"{shown(self.theta_scale)} is not a number from {1.0 / SCALE_MOST:g} to {SCALE_MOST:g}"
            problems.add(message, path="theta_scale")
        for name in ("sigma", "eps", "sigma_c"):
            value = getattr(self, name)
            if not plain_number(value, ELASTICITY_LEAST, ELASTICITY_MOST):
                problems.add(f"{shown(value)} is not between {ELASTICITY_LEAST} and {ELASTICITY_MOST:g}", path=name)
        infinite = isinstance(self.mobility, float) and self.mobility == np.inf
        if not (infinite or plain_number(self.mobility, 1.0, MOBILITY_MOST)):
            problems.add(f"{shown(self.mobility)} is not a number from 1 to inf", path="mobility")
        self._check_labour(problems)
        problems.raise_if_any(InputError)

    def _check_labour(self, problems: Collector) -> None:
        for name, most in (("psi", PSI_MOST), ("labour_share", 1.0)):
            if not plain_number(getattr(self, name), 0.0, most):
                problems.add(f"{shown(getattr(self, name))} is not a number from 0 to {most:g}", path=name)
        floor = self.rigidity
        if isinstance(floor, np.ndarray) and floor.ndim == 2:
            if floor.dtype.kind not in "fi" or not ((floor >= 0) & (floor <= SCALE_MOST)).all():
                problems.add(f"numbers from 0 to {SCALE_MOST:g} by country and sector are needed", path="rigidity")
        elif isinstance(floor, np.ndarray):
            if floor.ndim != 1 or floor.dtype.kind not in "fi" or not ((floor >= 0) & (floor <= 1)).all():
                problems.add("one number from 0 to 1 for each country is needed", path="rigidity")
        elif not plain_number(floor, 0.0, 1.0):
            problems.add(f"{shown(floor)} is not a number from 0 to 1", path="rigidity")
        fixed: object = self.specific
        if not isinstance(fixed, bool):
            problems.add(f"{shown(fixed)} is neither True nor False", path="specific")
        elif fixed and self.mobility != 1.0:
            problems.add("heads stay where they are only at mobility 1", path="specific")
        if self.psi and np.any(self.rigidity):
            problems.add("not together with rigidity: workers without a job choose no hours", path="psi")

    def wage_floor(self, world: World) -> Array | None:
        """``ln d`` [n,1] or [n,k], the lowest wage in logs, -inf where wages are free; None where all are.

        Raises ``InputError`` where an array does not have one number a country, or one a country and sector.
        """
        if not np.any(self.rigidity):
            return None
        floor, cells = np.asarray(self.rigidity, dtype=np.float64), (len(world.countries), len(world.sectors))
        if floor.ndim == 1 and floor.shape != cells[:1]:
            raise InputError(f"rigidity: {floor.shape[0]} numbers for {cells[0]} countries")
        if floor.ndim == 2 and floor.shape != cells:
            raise InputError(f"rigidity: shape {floor.shape} where {cells} [country, sector] is needed")
        with np.errstate(divide="ignore"):
            logs: Array = np.log(floor if floor.ndim == 2 else np.broadcast_to(floor, cells[:1])[:, None])
        return logs

    def shape(self, world: World) -> Array:
        """theta_K [s], the long-run Frechet shape: the world's elasticity, times a draw's factor (ECONOMICS 1.4)."""
        if self.theta_factor is None:
            return world.trade_elasticity
        problems = Collector()
        factor = plain_array("theta_factor", self.theta_factor, (len(world.sectors),), "sector", problems)
        if factor is not None and ((factor < 1.0 / SCALE_MOST) | (factor > SCALE_MOST)).any():
            problems.add(f"not from {1.0 / SCALE_MOST:g} to {SCALE_MOST:g}", path="theta_factor")
        problems.raise_if_any(InputError)
        shape: Array = world.trade_elasticity * np.asarray(factor)
        return shape

    def theta(self, world: World) -> Array:
        """theta_h [s], the trade elasticity of this solve."""
        return self.shape(world) * self.theta_scale


@dataclass(frozen=True, slots=True)
class Row:
    """One parameter of ``parameters.csv``: value by horizon, range, shape, unit, source, meaning."""

    name: str
    values: dict[str, float]
    low: float
    high: float
    shape: str
    unit: str
    source: str
    meaning: str


@cache
def parameter_table() -> dict[str, Row]:
    """The rows of ``parameters.csv`` by name."""
    text = files("multipolar.model").joinpath("parameters.csv").read_text(encoding="utf-8")
    return {
        row["name"]: Row(
            row["name"],
            {horizon: float(row[horizon]) for horizon in HORIZONS},
            float(row["low"]),
            float(row["high"]),
            row["shape"],
            row["unit"],
            row["source"],
            row["meaning"],
        )
        for row in csv.DictReader(text.splitlines())
    }


def mean_elasticity(world: World) -> float:
    """Mean trade elasticity weighted by cross-border trade at basic prices, all sectors (DESIGN 5)."""
    crossing = world.trade.sum(axis=(0, 1)) - np.einsum("nns->s", world.trade)
    weight = crossing if crossing.sum() > 0 else np.ones_like(crossing)
    return float(world.trade_elasticity @ weight / weight.sum())


def horizon_scale(world: World, horizon: str) -> float:
    """Factor on the world's elasticities at a horizon: ``long`` 1; ``medium`` and ``short`` scale the mean to theirs.

    Computed on the world as loaded, before closing and baseline. Raises ``InputError`` for an unknown horizon.
    """
    if horizon not in HORIZONS:
        raise InputError(f"no horizon `{horizon}`; one of {', '.join(HORIZONS)}")
    if horizon == "long":
        return 1.0
    return parameter_table()["theta_mean"].values[horizon] / mean_elasticity(world)


def horizon_parameters(
    world: World,
    horizon: str,
    labour: str = "one_wage",
    *,
    by_year: bool = False,
    flexible_rates: Collection[str] = (),
) -> Parameters:
    """The parameters of a horizon on a world: its trade elasticities, and CES inputs and demand in the short run.

    ``labour``: ``one_wage`` a country; ``sectors``, workers who move between them at mobility kappa; ``participation``,
    the labour supplied answers the real wage too; ``rigid``, nominal wages do not fall below ``wage_floor`` of last
    year's, ``d = wage_floor / (1 + nominal_growth)`` against the world's value added (ECONOMICS 3.4). That holds from
    one year to the next: at ``short``, or where each year is solved after the one before (``by_year``).
    ``flexible_rates``: codes of countries whose exchange rate moves freely, where d is 0. Raises ``InputError`` for an
    unknown horizon, option or country, for such countries without ``rigid``, and for ``rigid`` in a comparative static
    of many years.
    """
    if labour not in LABOUR:
        hint = nearest(labour, LABOUR) if isinstance(labour, str) else None
        asked = f" Did you mean `{hint}`?" if hint else ""
        raise InputError(f"no labour option `{shown(labour)}`; one of {', '.join(LABOUR)}.{asked}")
    if labour == "rigid" and horizon != "short" and not by_year:
        raise InputError(
            f"labour `rigid` holds for a year, no comparison of states many years apart (horizon `{horizon}`): use "
            "`short`, or a path (a scenario whose `horizon` has `from` and `to`)"
        )
    scale, table = horizon_scale(world, horizon), parameter_table()

    def of(name: str) -> float:
        return table[name].values[horizon]

    rigid: float | Array = of("wage_floor") / (1.0 + of("nominal_growth")) if labour == "rigid" else 0.0
    if flexible_rates:
        rigid = np.where(_with_flexible_rates(world, labour, flexible_rates), 0.0, rigid)
    return Parameters(
        theta_scale=scale,
        sigma=of("sigma"),
        eps=of("eps"),
        sigma_c=of("sigma_c"),
        mobility=float("inf") if labour == "one_wage" else of("mobility"),
        psi=of("psi") if labour == "participation" else 0.0,
        rigidity=rigid,
        labour_share=of("labour_share") if labour in ("participation", "rigid") else 1.0,
    )


def _with_flexible_rates(world: World, labour: str, names: Collection[str]) -> NDArray[np.bool_]:
    """Which countries [n] are named, every problem at once."""
    problems = Collector()
    if labour != "rigid":
        problems.add(f"only wages that are rigid ask for it; labour is `{labour}`", path="flexible_rates")
    for name in names:
        if name not in world.countries:
            near = nearest(name, world.countries)
            hint = f"; did you mean `{near}`?" if near else ""
            problems.add(f"no country `{shown(name)}` in world `{world.name}`{hint}", path="flexible_rates")
    problems.raise_if_any(InputError)
    return np.isin(world.countries, list(names))


def rows_used(parameters: Parameters) -> frozenset[str]:
    """Names of the rows of ``parameters.csv`` that a labour option brings into the numbers, of those it may."""
    used = {
        "mobility": parameters.mobility != float("inf"),
        "psi": bool(parameters.psi),
        "labour_share": bool(parameters.psi) or bool(np.any(parameters.rigidity)),
        "wage_floor": bool(np.any(parameters.rigidity)),
        "nominal_growth": bool(np.any(parameters.rigidity)),
    }
    return frozenset(name for name in parameter_table() if used.get(name, True))
