"""The tariff changes of NAFTA, 1993 to 2005 (Caliendo and Parro 2015): twelve numbers of three countries.

The file is the paper's replication data as arrays (``.npz``, no pickles), i origin, n destination, s supplying sector,
k using sector: ``countries``, ``sectors`` (text); ``trade_share`` [i,n,s], tariffs included; ``tariff_1993``,
``tariff_2005`` [i,n,s], 0.05 = 5 %; ``expenditure``, ``final_share``, ``value_added_share`` [n,s];
``input_share_of_materials`` [n,k,s]; ``trade_elasticity`` [s]; ``value_added``, ``deficit`` [n].

Its figures are rounded: shares are brought to sum to 1, one slightly negative input share becomes 0, and spending is
recomputed from shares, tariffs and incomes. What that moves is reported.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array, plain_array
from multipolar.base.axes import check_names
from multipolar.base.problems import Collector, WorldError, shown
from multipolar.model.outcome import Outcome
from multipolar.model.shocks import Shocks
from multipolar.model.solve import solve
from multipolar.study.published.claims import Row, Table, Validation, compared, study
from multipolar.world.readers.files import hashed, kind, refuse_kind
from multipolar.world.world import World

NAME = "nafta"
MEMBERS = ("MEX", "CAN", "USA")
NUMBERS = {  # member -> axes: n countries, s sectors
    "trade_share": "nns",
    "tariff_1993": "nns",
    "tariff_2005": "nns",
    "expenditure": "ns",
    "final_share": "ns",
    "value_added_share": "ns",
    "input_share_of_materials": "nss",
    "trade_elasticity": "s",
    "value_added": "n",
    "deficit": "n",
}
MOST_BYTES = 64_000_000  # of one array of such a file
MOST_ROUNDING = 1e-2  # of shares
MOST_MOVED = 1e-4  # of the largest market
ROUNDS = 200
CONVENTIONS = (
    "Only tariffs between Mexico, Canada and the United States change, to those of 2005; all others stay at 1993.",
    "Trade elasticities are the data's own (99 % sample); all other elasticities are 1; one wage a country.",
    "Deficits are fixed, as shares of world value added.",
    "The paper's welfare is first order, terms of trade plus volume of trade; exact real income stands beside it.",
)


@dataclass(frozen=True, slots=True, eq=False)
class Experiment:
    """The world of 1993, the tariffs put on it, and what was done to the figures."""

    world: World
    shocks: Shocks
    preparation: tuple[str, ...]


def validate(path: Path) -> Validation:
    """The twelve numbers from the replication data at ``path``. Raises ``WorldError`` for a file that is none of it."""
    experiment = read(path)
    outcome = solve(experiment.world, experiment.shocks)
    world = experiment.world
    income = 100.0 * (outcome.welfare_hat - 1.0)
    order = np.argsort(income, kind="stable")
    economies = tuple(
        Row(world.countries[n], (float(income[n]), 100.0 * float(outcome.real_wage_hat[n] - 1.0))) for n in order
    )
    return Validation(
        study=study(NAME),
        world=f"{world.name}: {len(world.countries)} economies x {len(world.sectors)} sectors",
        compared=compared(NAME, numbers(outcome)),
        tables=(Table("Exact changes by economy, %", ("economy", "real income", "real wage"), economies),),
        conventions=CONVENTIONS,
        preparation=experiment.preparation,
    )


def numbers(outcome: Outcome) -> dict[tuple[str, str], float]:
    """The quantities of the paper's table in per cent, by name and country."""
    ours = {
        "real_wage": outcome.real_wage_hat - 1.0,
        "terms_of_trade": outcome.terms_of_trade,
        "volume_of_trade": outcome.volume_of_trade,
        "welfare_first_order": outcome.terms_of_trade + outcome.volume_of_trade,
    }
    places = zip(MEMBERS, outcome.world.axes.country.indices(MEMBERS), strict=True)
    return {(name, code): 100.0 * float(ours[name][n]) for code, n in places for name in ours}


def read(path: Path) -> Experiment:
    """World and shocks from the replication data. Raises ``WorldError`` with everything that is wrong with the file."""
    held = _arrays(path)
    old, lowest = held["tariff_1993"], float(held["input_share_of_materials"].min())
    with np.errstate(all="ignore"):  # what is no number is off
        share, share_missed = _summing_to_one(held["trade_share"], 0)
        materials, inputs_missed = _summing_to_one(np.maximum(held["input_share_of_materials"], 0.0), 2)
        inputs = (1.0 - held["value_added_share"])[:, :, None] * materials
        spending = _spending(held, share, inputs)
        moved = float(np.abs(spending - held["expenditure"]).max() / spending.max())
    problems = Collector(shown(path, 400))
    for name, off, most, what in (
        ("trade_share", share_missed, MOST_ROUNDING, "shares of origins miss a sum of 1 by"),
        ("input_share_of_materials", max(inputs_missed, -lowest), MOST_ROUNDING, "shares are negative, or miss a sum "
         "of 1, by"),
        ("expenditure", moved, MOST_MOVED, "spending recomputed from shares, tariffs and incomes differs, relative to "
         "the largest market, by"),
    ):  # fmt: skip
        if not off <= most:
            problems.add(f"{what} {off:.1g}, more than rounding ({most:g})", path=name)
    problems.raise_if_any(WorldError)
    world = World.from_arrays(
        countries=held["countries"], sectors=held["sectors"], trade=share * spending / (1.0 + old), input_share=inputs,
        tariff=old, trade_elasticity=held["trade_elasticity"], name="cp2015", year=1993,
    )  # fmt: skip
    members = world.axes.country.indices(MEMBERS)
    tariff = np.array(old)
    tariff[np.ix_(members, members)] = held["tariff_2005"][np.ix_(members, members)]
    return Experiment(world, Shocks(tariff=tariff), (
        f"Shares of origins brought to sum to 1 (they miss it by {_at_most(share_missed)}).",
        f"Negative input shares set to 0 (the lowest is {min(lowest, 0.0):.1e}), the rest brought to sum to 1 in each "
        f"sector (they miss it by {_at_most(inputs_missed)}).",
        f"Spending recomputed from shares, tariffs and incomes: it moves by at most {moved:.1e} of the largest market.",
    ))  # fmt: skip


def _at_most(missed: float) -> str:
    """A gap in words; what only the order of a sum makes of it is not printed."""
    return f"at most {missed:.1e}" if missed > 1e-12 else "less than 1e-12"


def _spending(held: Mapping[str, Any], share: Array, inputs: Array) -> Array:
    """Spending [n,s] at which ``X = final_share I + sum_k inputs Y``, incomes as the data has them."""
    old = held["tariff_1993"]
    spending: Array = held["expenditure"]
    duties = np.einsum("ins,ns->n", share * old / (1.0 + old), spending)
    income = held["value_added"] + held["deficit"] + duties
    for _ in range(ROUNDS):
        output = np.einsum("ins,ns->is", share / (1.0 + old), spending)
        spending = held["final_share"] * income[:, None] + np.einsum("nks,nk->ns", inputs, output)
    return spending


def _summing_to_one(share: Array, axis: int) -> tuple[Array, float]:
    """Shares scaled to sum to 1 where they sum to anything, and how far they were from it."""
    total = share.sum(axis=axis, keepdims=True)
    missed = np.where(total > 0, np.abs(total - 1.0), 0.0)
    return share / np.where(total > 0, total, 1.0), float(missed.max())


def _arrays(path: Path) -> dict[str, Any]:
    """The arrays of the file by name, every one of the shape that its labels say."""
    hashed(path)  # a regular file that can be read
    found = kind(path)
    if found != "a zip archive or a spreadsheet":
        raise refuse_kind(path, found, "the replication data as arrays (cp2015.npz)")
    problems = Collector(shown(path, 400))
    raw = _members(path, problems)
    problems.raise_if_any(WorldError)
    labels = {name: _labels(name, raw[name]) for name in ("countries", "sectors")}
    for code in MEMBERS:
        if code not in labels["countries"]:
            problems.add(f"no country `{code}`", path="countries")
    size = {"n": len(labels["countries"]), "s": len(labels["sectors"])}
    held: dict[str, Any] = dict(labels)
    for name, axes in NUMBERS.items():
        words = ", ".join({"n": "country", "s": "sector"}[axis] for axis in axes)
        held[name] = plain_array(name, raw[name], tuple(size[axis] for axis in axes), words, problems)
    problems.raise_if_any(WorldError)
    return held


def _members(path: Path, problems: Collector) -> Mapping[str, NDArray[Any]]:
    """What is needed of the archive, never with pickles, nothing larger than such a file can be."""
    held: dict[str, NDArray[Any]] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
            for name in ("countries", "sectors", *NUMBERS):
                if f"{name}.npy" not in sizes:
                    problems.add(f"no `{name}`")
                elif sizes[f"{name}.npy"] > MOST_BYTES:
                    problems.add(f"`{name}` unpacks to more than {MOST_BYTES:,} bytes")
                else:
                    with archive.open(f"{name}.npy") as member:
                        held[name] = np.lib.format.read_array(member, allow_pickle=False)
    except Exception as error:  # hostile bytes reach places of zipfile and NumPy that raise anything
        raise WorldError.of(f"`{shown(path, 400)}` cannot be read: {shown(error, 120)}") from None
    return held


def _labels(name: str, held: NDArray[Any]) -> tuple[str, ...]:
    if held.dtype.kind != "U" or held.ndim != 1:
        raise WorldError.of(f"`{name}`: a row of texts is needed, not {held.dtype} of shape {shown(held.shape)}")
    return check_names("country" if name == "countries" else "sector", [str(label) for label in held])
