"""The German gas study: the European Union stops buying from Russia (Bachmann et al. 2024), in the short run.

The published model is a network of sectors with three low elasticities and factors that stay in their sector (Baqaee
and Farhi 2024). Here: ``sigma_c`` .9 across final goods, ``sigma`` .05 between value added and inputs, ``eps`` .05
across inputs, ``mobility`` 1 (the factor of each sector is its own), and a trade cost factor of 2.5 on every sale from
Russia to the members of the EU. Real national expenditure is final use (consumption, government, investment, stocks)
at constant prices: with no tariffs in the data that is our real income, ``I_hat / P_hat``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from multipolar.base.arrays import Array
from multipolar.base.problems import NoEquilibriumError, NotConvergedError, WorldError, shown
from multipolar.model.equilibrium import second_order_loss, two_input_output
from multipolar.model.parameters import Parameters
from multipolar.model.shocks import Shocks
from multipolar.model.solve import solve
from multipolar.study.published.claims import Row, Table, Validation, compared, study
from multipolar.world.groups import bloc_members, countries
from multipolar.world.world import World

NAME = "german-gas"
SELLER, SUBJECT = "RUS", "DEU"
MEMBERS_IN = 2011  # 27 members, the United Kingdom among them; Croatia joined in 2013
COST = 2.5
NETWORK = Parameters(sigma=0.05, eps=0.05, sigma_c=0.9, mobility=1.0)
ENERGY = ("c2", "c8")  # mining; coke and refined petroleum
# Share of cost, quantity left and elasticity of the study's two bounds; its second-order formula in its own example.
BOUNDS = {"bound_of_energy": (0.04, 0.9, 0.04), "bound_of_gas": (0.01, 0.7, 0.1)}
SECOND_ORDER = (0.012, -0.30, 0.024)  # share of imports, ln of their quantity, rise of the share
CONVENTIONS = (
    "EU: the 27 members of 2011 (with the United Kingdom, without Croatia). They stop buying from Russia in all 35 "
    "sectors, goods and services; what Russia buys from them is untouched.",
    "The stop is a trade cost factor of 2.5 (ln 2.5 = 0.92), as in the study; with trade elasticity 4 that leaves "
    "2.5^-4 = 2.6 % of each flow's weight. The second column of the table of economies is a full embargo.",
    "Trade elasticity 4 in every sector, the world's own; the study's by country of origin is not known here.",
    "Elasticities .9 across final goods, .05 between value added and inputs, .05 across inputs.",
    "Value added of a sector is one factor that stays in it (labour and capital together), so what the study sets "
    "between factors of one sector (.5) does not matter.",
    "Deficits: `own`, shares of own value added, the deficit side scaled so that all sum to zero.",
    "Real national expenditure: final use of all kinds at constant prices, nominal income deflated by the ideal price "
    "index of final use. Changes in stocks are part of it.",
    "Sourcing is proportional: all users of a product in a country, final or not, buy it from the same origins. One "
    "row of the second table gives final users and users of inputs their own, as the table knows them.",
    "Numbers are log per cent, 100 ln of the ratio; bounds are per cent.",
    "Bounds: output of two inputs, one of them cut, nothing else answers; no solve. Second order: the share times the "
    "change of the quantity in logs, plus half the rise of the share times that change.",
)


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to compute the study; every field defaults to the convention chosen."""

    label: str = "as stated"
    cost: float = COST
    parameters: Parameters = field(default_factory=lambda: NETWORK)
    deficits: str = "own"
    sectors: tuple[str, ...] = ()  # none named: all
    separate: bool = False  # final users and users of inputs each with suppliers of their own


def variants(world: World) -> tuple[Variant, ...]:
    """The rows of the sensitivity table: what is assumed and not stated by the study, one thing changed at a time."""
    mean = float(world.trade_elasticity.mean())
    scaled = {theta: replace(NETWORK, theta_scale=theta / mean) for theta in (1.0, 2.0, 8.0)}
    embargo = float("inf")
    return (
        Variant(),
        *(Variant(f"trade elasticity {theta:g}", parameters=own) for theta, own in scaled.items()),
        Variant("full embargo", cost=embargo),
        *(Variant(f"full embargo, trade elasticity {theta:g}", embargo, own) for theta, own in scaled.items()),
        Variant("final users with suppliers of their own", separate=True),
        Variant("mining, coke and refined petroleum only", sectors=ENERGY),
        Variant("deficits fixed as shares of world value added", deficits="fixed"),
        Variant("trade balanced first", deficits="closed"),
        Variant("factors move freely between sectors", parameters=replace(NETWORK, mobility=float("inf"))),
        Variant("Cobb-Douglas, factors stay", parameters=Parameters(mobility=1.0)),
        Variant("Cobb-Douglas, factors move: the long-run model", parameters=Parameters()),
    )


def expenditure(world: World, members: Sequence[str], variant: Variant) -> Array:
    """``ln`` of real national expenditure [n] when ``members`` stop buying from Russia; ``closed``: the effect alone.

    Raises ``UnknownLabelError`` for a country that the world does not have, and what ``solve`` raises.
    """
    world = world if variant.separate else proportional(world)
    seller, buyers = world.axes.country.indices([SELLER]), world.axes.country.indices(members)
    sectors = world.axes.sector.indices(variant.sectors or world.sectors)
    cost = np.ones_like(world.trade)
    cost[np.ix_(seller, buyers, sectors)] = variant.cost
    deficits = variant.deficits
    if deficits == "closed":
        world = world.after(solve(world, Shocks(deficits="closed"), variant.parameters))
        deficits = "own"  # all zero
    outcome = solve(world, Shocks(trade_cost_hat=cost, deficits=deficits), variant.parameters)
    logs: Array = np.log(outcome.welfare_hat)
    return logs


def bound(share: float, left: float, sigma: float) -> float:
    """Output lost, per cent, when an input of cost ``share`` is cut to ``left`` and nothing else answers."""
    return 100.0 * (two_input_output(share, left, sigma) - 1.0)


def bounds() -> tuple[Row, ...]:
    """What the study says without any network: each bound as stated and at other elasticities, then the formula that
    needs none."""
    rows = [Row(f"share {a:g}, {1 - e:.0%} less, elasticity {s:g}", (bound(a, e, s),)) for a, e, s in BOUNDS.values()]
    for share, left, _ in BOUNDS.values():
        rows += [
            Row(f"share {share:g}, {1 - left:.0%} less, elasticity {sigma:g}", (bound(share, left, sigma),))
            for sigma in (0.5, 1.0)
        ]
    share, quantity, rise = SECOND_ORDER
    label = f"second order: share {share:g} that rises by {rise:g}, ln of the quantity {quantity:g}"
    return (*rows, Row(label, (100.0 * second_order_loss(*SECOND_ORDER),)))


def validate(path: Path) -> Validation:
    """The study on a WIOD table of release 2013.

    Raises ``WorldError`` for a file that is none, ``MultipolarError`` where the extra that reads it is missing.
    """
    from multipolar.world.readers import wiod

    world = wiod.read([path])
    if world.provenance is None or world.provenance.edition != "2013":
        raise WorldError.of(f"`{shown(path, 400)}` is {world.name}, where a table of release 2013 is needed "
                            "(wiot_2011.RData)")  # fmt: skip
    return on_world(world)


def proportional(world: World) -> World:
    """The world without its record of who buys from where: all users of a product buy it from the same origins."""
    return replace(world, fields={key: each for key, each in world.fields.items() if key != "final_trade"})


def on_world(world: World) -> Validation:
    """The study on a world with the countries and sectors of WIOD 2013."""
    members = bloc_members("EU", MEMBERS_IN)
    tried = variants(world)
    rows, found = [], {}
    for variant in tried:
        try:
            found[variant.label] = 100.0 * expenditure(world, members, variant)
        except (NoEquilibriumError, NotConvergedError) as error:
            rows.append(Row(variant.label, (None, None, None), str(error)))
        else:
            rows.append(Row(variant.label, _summary(world, members, found[variant.label])))
    stated = tried[0].label
    if stated not in found:
        raise NotConvergedError(f"the study has no answer on `{world.name}`: {rows[0].why}")
    subject = float(found[stated][world.axes.country.index(SUBJECT)])
    embargo = found.get("full embargo")
    order = np.argsort(found[stated], kind="stable")
    economies = tuple(
        Row(
            _named(world.countries[n]),
            (float(found[stated][n]), None if embargo is None else float(embargo[n])),
        )
        for n in order
    )
    return Validation(
        study=study(NAME),
        world=f"{world.name}: {len(world.countries)} economies x {len(world.sectors)} sectors",
        compared=compared(
            NAME,
            {("real_national_expenditure", SUBJECT): subject}
            | {(name, SUBJECT): bound(*numbers) for name, numbers in BOUNDS.items()},
        ),
        tables=(
            Table("Real national expenditure by economy, log %", ("economy", "factor 2.5", "full embargo"), economies),
            Table("One thing changed at a time, log %", ("variant", SUBJECT, SELLER, "EU together"), tuple(rows)),
            Table("Bounds without a network, per cent of output", ("an input is cut", "output"), bounds()),
        ),
        conventions=CONVENTIONS,
        preparation=_preparation(world),
    )


def _summary(world: World, members: Sequence[str], logs: Array) -> tuple[float, ...]:
    """Germany, Russia, and the members together (their real expenditure summed at base prices), log %."""
    n = world.axes.country.index
    inside = world.axes.country.indices(members)
    base = world.income[inside]
    together = 100.0 * float(np.log(base @ np.exp(logs[inside] / 100.0) / base.sum()))
    return float(logs[n(SUBJECT)]), float(logs[n(SELLER)]), together


def _named(code: str) -> str:
    known = countries().get(code)
    return f"{code} {known.name_en}" if known else code


def _preparation(world: World) -> tuple[str, ...]:
    """What the reader did to the table, step by step, and what its figures stand for."""
    held = world.provenance
    if held is None:
        return ()
    steps = tuple(
        f"{step.block}: {step.what}: {step.cells:,} cells, {step.total:,.0f} million USD in all "
        f"({100 * step.share:.2g} % of gross output), most in {step.where} ({step.largest:,.0f})"
        for step in held.steps
    )
    return (*steps, *held.notes)
