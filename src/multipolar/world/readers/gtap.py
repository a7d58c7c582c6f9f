"""GTAP database in the form of the standard model version 7 (``basedata.har``), full or aggregated, million US dollars.

Arrays, with sets COMM (commodities), ACTS (activities), MARG (margin commodities), REG: ``VDFB``, ``VMFB`` [COMM,
ACTS, REG] domestic and imported inputs at basic prices; ``VDPB VMPB VDGB VMGB VDIB VMIB`` [COMM, REG] the same of
private households, government and investment; ``VXSB``, ``VFOB``, ``VCIF``, ``VMSB`` [COMM, source, destination] trade
at basic, fob and cif prices and with import taxes; ``VTWR`` [MARG, COMM, source, destination] transport margins of each
flow; ``VST`` [MARG, REG] sales to international transport; ``MAKB`` [COMM, ACTS, REG] what activities make. Seen in
github.com/mivanic/GlobalTradeAnalysisProjectModelV7.jl (``src/aggregate_data.jl``: sets of each array;
``src/helpers/prepare_taxes.jl``: ``VFOB/VXSB`` is the export tax, ``VMSB/VCIF`` the import tax;
``src/helpers/prepare_quantities.jl``: which uses add up to which supply); the container: see ``har.py``. No file of
GTAP was at hand: tried on made-up ones.

From them (n destination, i source, c commodity, a activity): ``trade = VXSB``, at home also all domestic use, plus each
region's share of world sales to transport (``VST``) of what destination n pays for margins (``VTWR``); export tax and
tariff are what is paid over sales at basic and at fob prices; an activity's inputs are ``VDFB`` and ``VMFB``, the
latter split into the commodity and its margins like all imports of that commodity. So inputs carry the taxes at the
border; taxes on use at home, on factors and on output are in value added.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from multipolar.base.arrays import Array
from multipolar.base.problems import Collector, WorldError, shown
from multipolar.world.provenance import Provenance, Step, evidence
from multipolar.world.readers.balancing import MADE_BY, MOST_INPUTS, TRADE_ELASTICITY
from multipolar.world.readers.delimited import Progress
from multipolar.world.readers.files import YEAR, hashed, kind, only_one, refuse_kind, silent
from multipolar.world.readers.har import HeaderArray, read_har
from multipolar.world.readers.table import MOST_IMBALANCE, listed, ordered
from multipolar.world.world import Field, World

ORIGIN = (
    "GTAP database, form of the standard model version 7",
    "as named by the file",
    "licence of GTAP: not to be passed on",
    "Global Trade Analysis Project, GTAP Data Base",
)
AXES = ("country", "country", "sector")
USES = ("P", "G", "I")  # private households, government, investment
SETS: Mapping[str, tuple[str, ...]] = {
    "VDFB": ("COMM", "ACTS", "REG"),
    "VMFB": ("COMM", "ACTS", "REG"),
    **{f"V{kind}{use}B": ("COMM", "REG") for kind in "DM" for use in USES},
    **{name: ("COMM", "REG", "REG") for name in ("VXSB", "VFOB", "VCIF", "VMSB")},
    "VTWR": ("MARG", "COMM", "REG", "REG"),
    "VST": ("MARG", "REG"),
    "MAKB": ("COMM", "ACTS", "REG"),
}
NOTES = (
    "Value added is sales less inputs that carry taxes at the border; taxes on use at home, on factors and on output "
    "are part of it.",
    "Transport margins are sales of the margin commodities: each region sells its share of world transport to every "
    "destination alike, untaxed.",
    "Trade inside a region, where it is an aggregate, counts at the price its buyers pay without margins.",
    "Trade elasticities are an assumption: 4 in every sector; the elasticities of GTAP stand in another file.",
    "Use of inputs is imported like all use of a commodity in a region: GTAP knows no more.",
)


@dataclass(frozen=True, slots=True, eq=False)
class _Data:
    """The arrays by name and the labels of their sets."""

    arrays: dict[str, Array]
    regions: tuple[str, ...]
    commodities: tuple[str, ...]
    margins: Array  # [m] positions of margin commodities among the commodities


def read(paths: Sequence[str | Path], name: str | None = None, *, progress: Progress = silent) -> World:
    """The world of a GTAP database, ``gtap`` unless a name is given; the year is that in the file's name, if any.

    Raises ``WorldError`` with everything that is wrong with the file.
    """
    path = only_one([Path(p) for p in paths], "GTAP", "basedata.har, version 7 of the model")
    file = hashed(path)
    found = kind(path)
    if found not in ("a binary file", "text in UTF-16"):  # records of small numbers look like the latter
        raise refuse_kind(path, found, "a header array file (basedata.har)")
    progress(f"reading {path.name}", 0, 0)
    data = _data(read_har(path), shown(path, 400))
    progress("balancing", 0, 0)
    years = YEAR.findall(path.stem)
    steps: list[Step] = []
    trade, tariff, export_tax, final_trade = _flows(data, steps)
    input_share = _inputs(data, trade, tariff, export_tax, steps)
    try:
        return World.from_arrays(
            countries=data.regions,
            sectors=data.commodities,
            trade=trade,
            input_share=input_share,
            tariff=tariff,
            export_tax=export_tax,
            trade_elasticity=np.full(len(data.commodities), TRADE_ELASTICITY),
            name=name or "gtap",
            year=int(years[-1]) if years else None,
            fields={"final_trade": Field(final_trade, AXES, "million USD", "observed", "gtap")},
            evidence=evidence(tariff),
            provenance=Provenance(*ORIGIN, 1.0, MADE_BY, (file,), NOTES, tuple(steps)),
        )
    except WorldError as error:
        raise WorldError.of(f"`{shown(path, 400)}`: {error}") from None


def _data(held: Mapping[str, HeaderArray], where: str) -> _Data:
    """The arrays that are needed, with sets in one order; raises ``WorldError`` with every problem."""
    problems = Collector(where)
    missing = [name for name in SETS if name not in held]
    if missing:
        older = " (arrays of version 6 of the model: convert them)" if {"VDFM", "VXMD"} & set(held) else ""
        problems.add(f"not there: {listed(missing)}{older}")
    problems.raise_if_any(WorldError)
    known = {
        label: held[name].elements[axis]
        for name, axis, label in (("VDFB", 0, "COMM"), ("VDFB", 1, "ACTS"), ("VDFB", 2, "REG"), ("VST", 0, "MARG"))
        if len(held[name].elements) > axis
    }
    for name, sets in SETS.items():
        if len(held[name].elements) != len(sets):
            problems.add(f"{held[name].values.ndim} axes, where {', '.join(sets)} are needed", path=name)
            continue
        for axis, label in enumerate(sets):
            for sentence in ordered(held[name].elements[axis], known[label], f"axis {axis + 1}"):
                problems.add(sentence, path=name)
    problems.raise_if_any(WorldError)
    arrays = {name: held[name].values for name in SETS}
    for name, values in arrays.items():
        if not np.isfinite(values).all() or (values < 0).any():
            problems.add("negative numbers, or cells that are none", path=name)
    if len(known["ACTS"]) != len(known["COMM"]):
        problems.add(f"{len(known['ACTS'])} activities and {len(known['COMM'])} commodities: one each is needed")
    strange = [label for label in known["MARG"] if label not in known["COMM"]]
    if strange:
        problems.add(f"no commodity is called like the margins {listed(strange)}")
    problems.raise_if_any(WorldError)
    _check_sums(arrays, known, problems)
    problems.raise_if_any(WorldError)
    margins = np.array([known["COMM"].index(label) for label in known["MARG"]])
    regions = tuple(label.upper() if re.fullmatch(r"[a-z]{3}", label) else label for label in known["REG"])
    return _Data(arrays, regions, known["COMM"], margins)


def _check_sums(arrays: Mapping[str, Array], known: Mapping[str, tuple[str, ...]], problems: Collector) -> None:
    """What activities make is sold; imports are used; each activity makes its own commodity."""
    make = arrays["MAKB"]
    size = float(make.sum())
    if size <= 0:
        problems.add("nothing is made: every figure is 0", path="MAKB")
        return
    own = np.einsum("ccr->cr", make)
    supply = arrays["VDFB"].sum(axis=1) + _final(arrays, "D") + arrays["VXSB"].sum(axis=2)
    sold = supply.copy()
    for row, label in enumerate(known["MARG"]):
        sold[known["COMM"].index(label)] += arrays["VST"][row]
    imported = arrays["VMFB"].sum(axis=1) + _final(arrays, "M")
    margins = arrays["VTWR"].sum(axis=0)
    for gap, sentence in (
        (make.sum(axis=1) - own, "activities make more than one commodity, which a world cannot hold: they differ"),
        (sold - own, "sales and what is made differ"),
        (arrays["VMSB"].sum(axis=1) - imported, "imports and their use differ"),
        (arrays["VFOB"] + margins - arrays["VCIF"], "trade at fob with margins and at cif differ"),
    ):
        off = float(np.abs(gap).sum()) / size
        if off > MOST_IMBALANCE:
            problems.add(f"{sentence} by {100 * off:.3g} % of output (at most {100 * MOST_IMBALANCE:g} % is taken)")


def _flows(data: _Data, steps: list[Step]) -> tuple[Array, Array, Array, Array]:
    """``trade``, ``tariff`` and ``export_tax`` [i,n,c], and the part of ``trade`` that final users buy."""
    held = {name: values.transpose(1, 2, 0) for name, values in data.arrays.items() if SETS[name][1:] == ("REG", "REG")}
    goods, levied, duties = held["VXSB"].copy(), held["VFOB"] - held["VXSB"], held["VMSB"] - held["VCIF"]
    own = np.arange(len(data.regions))
    inside = levied[own, own] + duties[own, own]
    _log(steps, data, "trade", "border taxes on trade inside a region become part of its price", np.abs(inside))
    goods[own, own] += inside
    levied[own, own] = duties[own, own] = 0.0
    carried, carried_final = _margins(data)
    trade, final = goods + carried, goods * _final_part(data).T + carried_final
    domestic = _final(data.arrays, "D")
    final[own, own] += domestic.T
    trade[own, own] += (domestic + data.arrays["VDFB"].sum(axis=1)).T
    export_tax = _over(levied, trade)
    tariff = _over(duties, trade + levied)
    return trade, tariff, export_tax, np.minimum(final, trade)


def _final(arrays: Mapping[str, Array], kind: str) -> Array:
    """Final use [c,n] of domestic (``D``) or imported (``M``) commodities."""
    households, government, investment = (arrays[f"V{kind}{use}B"] for use in USES)
    return households + government + investment


def _final_part(data: _Data) -> Array:
    """Part of imports [c,n] that final users buy."""
    imports = data.arrays["VMSB"].sum(axis=1)
    return np.minimum(_over(_final(data.arrays, "M"), imports), 1.0)


def _margins(data: _Data) -> tuple[Array, Array]:
    """Transport services [i,n,c] that destinations pay for, in all and with imports for final use."""
    n, c = len(data.regions), len(data.commodities)
    sales = data.arrays["VST"]  # [m,i]
    share = _over(sales, np.broadcast_to(sales.sum(axis=1, keepdims=True), sales.shape))
    paid = data.arrays["VTWR"].sum(axis=2)  # [m,c,n]
    found = np.zeros((2, n, n, c))
    found[0][:, :, data.margins] = np.einsum("mi,mcn->inm", share, paid)
    found[1][:, :, data.margins] = np.einsum("mi,mcn,cn->inm", share, paid, _final_part(data))
    return found[0], found[1]


def _inputs(data: _Data, trade: Array, tariff: Array, export_tax: Array, steps: list[Step]) -> Array:
    """``input_share`` [n,a,c]."""
    arrays = data.arrays
    margin = arrays["VTWR"].sum(axis=2)  # [m,c,n]
    imports = arrays["VMSB"].sum(axis=1)  # [c,n]
    part = _over(margin, np.broadcast_to(imports, margin.shape))  # of what imports cost
    itself = 1.0 - part.sum(axis=0)
    bought = (arrays["VDFB"] + arrays["VMFB"] * itself[:, None, :]).transpose(2, 1, 0).copy()  # [n,a,c]
    bought[:, :, data.margins] += np.einsum("can,mcn->nam", arrays["VMFB"], part)
    spending = (trade * (1.0 + tariff) * (1.0 + export_tax)).sum(axis=0)  # [n,c]
    wanted = bought.sum(axis=1)
    fits = np.minimum(1.0, _over(spending, wanted, 1.0))
    _log(steps, data, "inputs", "inputs cut to what is sold in a market", wanted * (1.0 - fits))
    bought *= fits[:, None, :]
    output = trade.sum(axis=1)  # [n,a]
    paid = bought.sum(axis=2)
    less = np.minimum(1.0, _over(MOST_INPUTS * output, paid, 1.0))
    what = f"inputs cut to {100 * MOST_INPUTS:g} % of output; value added follows"
    _log(steps, data, "inputs", what, paid * (1.0 - less))
    bought *= less[:, :, None]
    return _over(bought, np.broadcast_to(output[:, :, None], bought.shape))


def _over(a: Array, b: Array, otherwise: float = 0.0) -> Array:
    result: Array = np.divide(a, b, out=np.full(np.shape(a), otherwise), where=np.asarray(b) > 0)
    return result


def _log(steps: list[Step], data: _Data, block: str, what: str, change: Array) -> None:
    """Note changes [region, commodity] beyond rounding of single precision."""
    size = np.where(change > 1e-6, change, 0.0)
    if size.any():
        n, c = divmod(int(size.argmax()), size.shape[1])
        total, world = float(size.sum()), float(data.arrays["MAKB"].sum())
        where = f"{data.regions[n]} {data.commodities[c]}"
        steps.append(Step(block, what, int((size > 0).sum()), float(size.max()), where, total, total / world))
