"""Which numbers of a Result a reader is shown first: the rules, in NumPy, without a word of language.

The number of an effect is the median of its draws; without draws it is the central solution, and is called that.
A range holds 80 % of the draws. Everything is against the reference world of the Result.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from multipolar.results.attribution import Attribution
    from multipolar.results.result import CaseLabel, Result

LEVEL = 0.8
HARDLY = 0.05
"""Per cent of real income; an effect below it "hardly changes" an economy."""
FIRM_SHARE = 0.9
"""Share of draws that must agree on the sign before a sentence says "would"."""


LEAST_IDLE = 0.005  # per cent without work: less is not shown


def most_idle(idle: np.ndarray) -> list[int]:
    """Economies by the share of heads without work [..., n], the largest first, as far as it shows."""
    largest = np.nan_to_num(idle).reshape(-1, idle.shape[-1]).max(axis=0)
    return [int(n) for n in np.argsort(-largest, kind="stable") if largest[n] >= LEAST_IDLE]


@dataclass(frozen=True)
class Effect:
    """One number with what is known about it. ``low`` and ``high`` are NaN where there are no draws.

    ``gain`` and ``loss`` are the shares of draws with each sign; ``agreed`` whether all structural rows of that case
    have the sign of ``value``.
    """

    value: float
    low: float
    high: float
    central: float
    draws: int
    gain: float
    loss: float
    agreed: bool

    @property
    def solved(self) -> bool:
        return bool(np.isfinite(self.value))

    @property
    def drawn(self) -> bool:
        return self.draws > 0

    @property
    def clear(self) -> bool:
        """Whether the range leaves zero out; a single value does where it is not zero."""
        return (self.low > 0 or self.high < 0) if self.drawn else self.value != 0

    @property
    def sign_open(self) -> bool:
        """Whether the median of the draws and the central solution point to different sides."""
        return self.drawn and self.value * self.central < 0

    @property
    def firm(self) -> bool:
        """Whether "would" may be said: nine tenths of the draws and every structural row share the sign."""
        share = self.gain if self.value > 0 else self.loss
        return self.drawn and share >= FIRM_SHARE and self.agreed

    @property
    def verb(self) -> str:
        """would-gain, could-gain, would-lose, could-lose, either, open, hardly, hardly-wide, hardly-open, unsolved."""
        if not self.solved:
            return "unsolved"
        if abs(self.value) < HARDLY:
            if self.sign_open:
                return "hardly-open"
            wide = self.drawn and not self.clear and max(-self.low, self.high) >= HARDLY
            return "hardly-wide" if wide else "hardly"
        if self.sign_open:
            return "open"
        if not self.clear:
            return "either"
        return ("would" if self.firm else "could") + ("-gain" if self.value > 0 else "-lose")

    @property
    def range_or_value(self) -> tuple[float, float]:
        """The range, or the bare value twice where there is none."""
        return (self.low, self.high) if self.drawn else (self.value, self.value)


class Reading:
    """A Result with the choices a page makes from it: subject, companion, leading case, order."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.welfare = np.asarray(result.median("welfare"))
        self.welfare_low, self.welfare_high = map(np.asarray, result.interval("welfare", LEVEL))
        self.dollars = np.asarray(result.median("equivalent_variation"))
        self.dollars_low, self.dollars_high = map(np.asarray, result.interval("equivalent_variation", LEVEL))

    @functools.cached_property
    def cases(self) -> tuple[int, ...]:
        """Cases as the scenario is written, one per branch; variants are shown apart."""
        plain = tuple(index for index, label in enumerate(self.result.cases) if not label.variant)
        return plain or tuple(range(len(self.result.cases)))

    @functools.cached_property
    def variants(self) -> tuple[int, ...]:
        return tuple(index for index in range(len(self.result.cases)) if index not in self.cases)

    @property
    def branched(self) -> bool:
        return any(self.result.cases[case].branch for case in self.cases)

    @functools.cached_property
    def kept(self) -> np.ndarray:
        """Which draws count: those solved in every case, so that all numbers rest on the same ones."""
        return np.asarray(np.isfinite(self.result.draws["welfare"]).all(axis=(0, 2)))

    @property
    def drawn(self) -> bool:
        return bool(self.kept.any())

    def effect(self, case: int, country: int) -> Effect:
        """Real income of one economy in per cent."""
        drawn = self.result.draws["welfare"][case][self.kept, country]
        return self._effect(
            float(self.welfare[case, country]),
            (float(self.welfare_low[case, country]), float(self.welfare_high[case, country])),
            float(self.result.central["welfare"][case, country]),
            drawn,
            self.agreed(case, country),
        )

    def in_dollars(self, case: int, country: int) -> Effect:
        """Equivalent variation of one economy in million USD of the base year."""
        drawn = self.result.draws["equivalent_variation"][case][self.kept, country]
        return self._effect(
            float(self.dollars[case, country]),
            (float(self.dollars_low[case, country]), float(self.dollars_high[case, country])),
            float(self.result.central["equivalent_variation"][case, country]),
            drawn,
            self.agreed(case, country),
        )

    def world_income(self, case: int) -> Effect:
        """The sum of all equivalent variations, million USD; its range is that of the sums, draw by draw."""
        drawn = self.result.draws["equivalent_variation"][case][self.kept].sum(axis=-1)
        central = float(self.result.central["equivalent_variation"][case].sum())
        if not len(drawn):
            return self._effect(central, (np.nan, np.nan), central, drawn, True)
        tail = (1 - LEVEL) / 2
        low, middle, high = (float(value) for value in np.quantile(drawn, [tail, 0.5, 1 - tail]))
        return self._effect(middle, (low, high), central, drawn, True)

    @staticmethod
    def _effect(value: float, interval: tuple[float, float], central: float, drawn: np.ndarray, agreed: bool) -> Effect:
        if not len(drawn):
            return Effect(central, np.nan, np.nan, central, 0, 0.0, 0.0, agreed)
        gain, loss = float((drawn > 0).mean()), float((drawn < 0).mean())
        return Effect(value, *interval, central, len(drawn), gain, loss, agreed)

    def agreed(self, case: int, country: int) -> bool:
        """Whether every structural row of that case has the sign of the headline number."""
        sign = np.sign(self.welfare[case, country])
        rows = [row for row in self.result.structural if row.case == case]
        return all(np.sign(row.welfare[country]) == sign for row in rows)

    @functools.cached_property
    def named(self) -> tuple[int, ...]:
        """Economies that measures name one by one; all economies where there are none."""
        countries = self.result.countries
        named = tuple(countries.index(code) for code in self.result.scenario.actors if code in countries)
        return named or tuple(range(len(countries)))

    @functools.cached_property
    def subject(self) -> int:
        """Of the economies named, the one whose real income moves most in any branch, in per cent."""
        return self._largest(self.welfare, self.named)

    @functools.cached_property
    def companion(self) -> int | None:
        """Of the others named (of all others where the scenario names one), the one with the most dollars at stake."""
        others = [country for country in self.named if country != self.subject]
        others = others or [country for country in range(len(self.result.countries)) if country != self.subject]
        return self._largest(self.dollars, others) if others else None

    def _largest(self, values: np.ndarray, countries: Sequence[int]) -> int:
        sizes = np.nan_to_num(np.abs(values[np.ix_(self.cases, countries)]), nan=-1.0).max(axis=0)
        return int(countries[int(np.argmax(sizes))])

    def leading_case(self, country: int, dollars: bool = False) -> int:
        """The branch in which that economy moves most."""
        values = self.dollars if dollars else self.welfare
        sizes = np.nan_to_num(np.abs(values[list(self.cases), country]), nan=-1.0)
        return self.cases[int(np.argmax(sizes))]

    @property
    def case(self) -> int:
        """The branch the page leads with: the one in which its subject moves most."""
        return self.leading_case(self.subject)

    def attributed_case(self, attribution: Attribution) -> int:
        """The branch whose measures are shown: that of the page, or where it has one measure the one that has most."""
        if len(attribution.cases[self.case].players) > 1:
            return self.case
        return max(self.cases, key=lambda case: (len(attribution.cases[case].players), case == self.case))

    def order(self, case: int) -> list[int]:
        """All economies of a case from the largest gain to the largest loss; what is unsolved comes last."""
        values = self.welfare[case]
        return sorted(range(len(values)), key=lambda n: (not np.isfinite(values[n]), -values[n], n))

    def shortlist(self, case: int, each_end: int) -> list[int]:
        """The economies a figure shows: both ends of the order, and those the scenario names."""
        order = self.order(case)
        pinned = set(self.named) if len(self.named) <= 2 * each_end else {self.subject, self.companion}
        kept = set(order[:each_end]) | set(order[-each_end:]) | pinned
        return [country for country in order if country in kept]

    def label(self, case: int) -> CaseLabel:
        return self.result.cases[case]
