"""The closed list of ways a solve can end; the text of each is what a person reads."""

from __future__ import annotations

from enum import StrEnum


class Outcomes(StrEnum):
    """How a solve ended. Compares equal to its own name: ``outcome.status == "converged"``."""

    converged = "converged"
    not_converged = "not_converged"
    not_finite = "not_finite"
    residual = "residual"

    @property
    def sentence(self) -> str:
        """What happened, the likely cause, what to try."""
        return _SENTENCES[self]


_SENTENCES = {
    Outcomes.converged: "Converged: every equation holds within the tolerance.",
    Outcomes.not_converged: (
        "Not converged: the iteration limit was reached before every equation held. The shock may be extreme for "
        "these elasticities; try a milder shock or a longer horizon."
    ),
    Outcomes.not_finite: (
        "Not converged: an income, a price or a cost left the range of numbers, also from smaller steps. The shock "
        "may have no equilibrium; try a milder shock, or the deficit rule `closed` where another one holds."
    ),
    Outcomes.residual: (
        "Not converged: the iteration ended, but a recomputed residual is above its limit. Tighten the tolerance, and "
        "report the case."
    ),
}
