"""From a table to a World: what a World cannot hold is moved, scaled and logged, nothing silently (DESIGN 3).

A World holds sales of at least 0 and value added of at least 0; tables hold stocks drawn down (negative final use),
rounding, and now and then a sector whose inputs exceed its output. Steps, in this order:

1. negative intermediate sales become 0;
2. final use is summed over its categories (inventories included) by origin, destination and sector; what is still
   negative becomes 0: stocks drawn down beyond all other final use of that flow are nobody's purchase;
3. inputs above 99 % of output are cut to 99 % (an assumption); inputs without a purchase on record become value added;
4. output without a sale on record is sold to the country's own final use;
5. rows are scaled to output and intermediate columns to inputs in turn (RAS); final use has no total of its own and
   takes what is left. Output and value added of the table are kept;
6. where no scaling can bring rows and columns together (a row of whole millions with a single buyer), output follows
   sales, and purchases beyond 99 % of it become final use of the same flow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from multipolar.base.arrays import Array
from multipolar.base.problems import WorldError
from multipolar.world.provenance import Provenance, Step, evidence
from multipolar.world.readers.table import Table, check
from multipolar.world.world import Field, World

MOST_INPUTS = 0.99  # of output
CLOSE = 1e-11  # largest gap of a row, relative to its output, at which scaling ends
SWEEPS = 300
LEFT = 1e-4  # of gross output: more than this still apart after all sweeps is no rounding, and the table is refused
TRADE_ELASTICITY = 4.0
MADE_BY = "multipolar readers 1"  # to be raised when readers or balancing give another world for the same file

NOTES = (
    "Value added is output less inputs at basic prices: net taxes on the sector's inputs, and margins where the source "
    "keeps them apart from its rows, are part of it.",
    "Final use is at basic prices; taxes on final products are in no figure.",
    "Tariffs are 0 because the source has none, not because there were none.",
    "Trade elasticities are an assumption: 4 in every sector (Simonovska and Waugh 2014 find roughly four for all "
    "goods).",
    "Sales to final users are kept apart by origin (`final_trade`); use of inputs by origin is known to the source and "
    "summed here: every sector of a country buys a product from the same origins.",
)


@dataclass(eq=False)
class _Work:
    """Arrays being balanced, changed in place, and the log."""

    table: Table
    Z: Array  # [N S, N S] intermediate sales
    F: Array  # [N S, N] final sales by destination
    output: Array  # [N S]
    inputs: Array  # [N S]
    steps: list[Step]

    def log(self, block: str, what: str, cells: int, largest: float, where: str, total: float) -> None:
        """Note one kind of change; nothing where nothing changed."""
        if cells:
            share = total / float(self.table.output.sum())
            self.steps.append(Step(block, what, cells, largest, where, total, share))

    def log_rows(self, block: str, what: str, change: Array) -> None:
        """Note changes of figures that belong to one row (country and sector) each."""
        size = np.abs(change)
        where = self.table.cell(int(size.argmax()))
        self.log(block, what, int((size > 0).sum()), float(size.max()), where, float(size.sum()))


def world_of(table: Table, name: str, where: str) -> World:
    """The World of a table, with ``final_trade`` [i,n,s] as a field and its provenance.

    ``where`` names the file in messages. The table's ``intermediate`` array is changed in place (it may be large).
    Raises ``WorldError`` where the table is none or cannot be balanced.
    """
    check(table, where)
    n, s = len(table.countries), len(table.sectors)
    final = table.final.reshape(n * s, n, len(table.categories)).sum(axis=2)
    work = _Work(table, table.intermediate, final, table.output.copy(), table.inputs.copy(), [])
    _negative_sales(work)
    _inputs_beyond_output(work)
    _inputs_without_purchases(work)
    _output_without_sales(work)
    _scaled(work, where)
    _output_from_sales(work)
    final_trade = np.ascontiguousarray(work.F.reshape(n, s, n).transpose(0, 2, 1))
    flows = work.Z.reshape(n, s, n, s)
    trade = flows.sum(axis=3).transpose(0, 2, 1) + final_trade
    used = flows.sum(axis=0).transpose(1, 2, 0)  # [n,k,s]
    output = trade.sum(axis=1)[:, :, None]
    origin = table.origin
    field = Field(final_trade, ("country", "country", "sector"), "million USD", "observed", origin.key)
    try:
        return World.from_arrays(
            countries=table.countries,
            sectors=table.sectors,
            trade=trade,
            input_share=np.divide(used, output, out=np.zeros_like(used), where=output > 0),
            tariff=np.zeros((n, n, s)),
            trade_elasticity=np.full(s, TRADE_ELASTICITY),
            name=name,
            year=table.year,
            fields={"final_trade": field},
            evidence=evidence(np.zeros(1)),
            provenance=Provenance(origin.source, origin.edition, origin.licence, origin.citation, origin.rate, MADE_BY,
                                  table.files, (*origin.notes, *NOTES), tuple(work.steps)),
        )  # fmt: skip
    except WorldError as error:  # told with the file it came from
        raise WorldError(replace(each, where=where) for each in error.problems) from None


def _negative_sales(work: _Work) -> None:
    """Steps 1 and 2."""
    table = work.table
    final = "negative final use, stocks drawn down beyond all other final use of the flow, set to 0"
    for block, array, what in (("intermediate", work.Z, "negative sales set to 0"), ("final", work.F, final)):
        negative = array < 0
        if negative.any():
            row, column = divmod(int(array.argmin()), array.shape[1])
            buyer = table.cell(column) if block == "intermediate" else table.countries[column]
            where = f"{table.cell(row)} to {buyer}"
            work.log(block, what, int(negative.sum()), -float(array.min()), where, -float(array[negative].sum()))
            array[negative] = 0.0


def _inputs_beyond_output(work: _Work) -> None:
    """Step 3, first half."""
    bounded = np.clip(work.inputs, 0.0, MOST_INPUTS * work.output)
    what = f"inputs brought to between 0 and {100 * MOST_INPUTS:g} % of output; value added follows"
    work.log_rows("inputs", what, work.inputs - bounded)
    work.inputs = bounded


def _inputs_without_purchases(work: _Work) -> None:
    """Step 3, second half; purchases of sectors without inputs go."""
    bought = work.Z.sum(axis=0)
    work.log_rows("inputs", "inputs without a purchase on record become value added",
                  np.where(bought > 0, 0.0, work.inputs))  # fmt: skip
    work.inputs = np.where(bought > 0, work.inputs, 0.0)


def _output_without_sales(work: _Work) -> None:
    """Step 4."""
    reached = work.Z @ (work.inputs > 0).astype(float) + work.F.sum(axis=1)
    unsold = np.where(reached > 0, 0.0, work.output)
    work.log_rows("final", "output without a sale on record sold to final use of the own country", unsold)
    rows = np.flatnonzero(unsold)
    work.F[rows, rows // len(work.table.sectors)] = unsold[rows]


def _scaled(work: _Work, where: str) -> None:
    """Step 5: ``r = output / (Z s + F 1)``, ``s = inputs / (r Z)`` in turn, until rows stay at output."""
    final = work.F.sum(axis=1)
    s = np.ones_like(work.output)
    sold = work.output > 0
    for _ in range(SWEEPS):
        r = _over(work.output, work.Z @ s + final)
        s = _over(work.inputs, r @ work.Z)
        gap = np.abs(r * (work.Z @ s + final) - work.output)
        if (gap[sold] <= CLOSE * work.output[sold]).all():
            break
    left = float(gap.sum()) / float(work.output.sum())
    if left > LEFT:
        at = work.table.cell(int(gap.argmax()))
        raise WorldError.of(f"`{where}` cannot be balanced: rows and columns stay {100 * left:.2g} % of gross output "
                            f"apart, most in {at}")  # fmt: skip
    change = _Change()
    size = len(work.table.sectors)
    for first in range(0, len(r), size):  # country by country: a copy of the whole would double the memory
        block, rows = work.Z[first : first + size], slice(first, first + size)
        new = block * r[rows, None] * s
        change.note(new - block, first, lambda a, b: f"{work.table.cell(a)} to {work.table.cell(b)}")
        block[...] = new
    change.log(work, "intermediate", "scaled to output and inputs (RAS)")
    new = work.F * r[:, None]
    change = _Change()
    change.note(new - work.F, 0, lambda a, b: f"{work.table.cell(a)} to {work.table.countries[b]}")
    change.log(work, "final", "scaled to output (RAS)")
    work.F = new


def _output_from_sales(work: _Work) -> None:
    """Step 6."""
    sales = work.Z.sum(axis=1) + work.F.sum(axis=1)
    apart = np.abs(sales - work.output) > 2 * CLOSE * work.output
    work.log_rows("output", "set to sales where scaling cannot bring rows and columns together",
                  np.where(apart, sales - work.output, 0.0))  # fmt: skip
    bought = work.Z.sum(axis=0)
    factor = np.minimum(1.0, _over(MOST_INPUTS * sales, bought, 1.0))
    moved = np.where(factor < 1.0 - 1e-9, bought * (1.0 - factor), 0.0)
    work.log_rows("inputs", f"purchases beyond {100 * MOST_INPUTS:g} % of output become final use", moved)
    for column in np.flatnonzero(moved):
        part = work.Z[:, column] * (1.0 - factor[column])
        work.Z[:, column] -= part
        work.F[:, column // len(work.table.sectors)] += part


class _Change:
    """The number, sum and largest of changes beyond rounding, gathered block by block."""

    def __init__(self) -> None:
        self.cells, self.total, self.largest, self.where = 0, 0.0, 0.0, ""

    def note(self, change: Array, first: int, place: Callable[[int, int], str]) -> None:
        size = np.abs(change)
        self.cells += int(np.count_nonzero(size > 1e-9))
        self.total += float(size.sum())
        if size.max() > self.largest:
            row, column = divmod(int(size.argmax()), size.shape[1])
            self.largest, self.where = float(size.max()), place(first + row, column)

    def log(self, work: _Work, block: str, what: str) -> None:
        work.log(block, what, self.cells, self.largest, self.where, self.total)


def _over(a: Array, b: Array, otherwise: float = 0.0) -> Array:
    result: Array = np.divide(a, b, out=np.full_like(a, otherwise), where=b > 0)
    return result
