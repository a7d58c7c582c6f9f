"""What settled and what did not, summed: in all, by payer, by any label of the payments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multipolar.payments.orders import Ints, Payments


@dataclass(frozen=True, slots=True)
class Row:
    """Payments of one label: number and value (minor units) in all, settled and rejected; the mean delay of what
    settled, seconds weighted by value (0 where nothing did)."""

    label: str
    count: int
    value: int
    settled_count: int
    settled_value: int
    rejected_count: int
    delay_s: float

    @property
    def share(self) -> float:
        """Settled part of the value, 0 to 1; 1 where there is nothing to settle."""
        return self.settled_value / self.value if self.value else 1.0


def tally(
    payments: Payments, settled_at: Ints, state: NDArray[np.str_], labels: Sequence[str], codes: Ints
) -> tuple[Row, ...]:
    """One row for each of ``labels`` that occurs, in their order; ``codes`` [m] positions in them."""
    settled = settled_at >= 0
    delay = np.where(settled, settled_at - payments.time, 0).astype(np.float64)
    rows = []
    for code, label in enumerate(labels):
        mine = codes == code
        if mine.any():
            both = mine & settled
            value, done = int(payments.amount[mine].sum()), int(payments.amount[both].sum())
            waited = float(delay[both] @ payments.amount[both]) / done if done else 0.0
            rejected = int((state[mine] == "rejected").sum())
            rows.append(Row(label, int(mine.sum()), value, int(both.sum()), done, rejected, waited))
    return tuple(rows)
