"""When measures are in force. A year is computed as it stands at its end, so what ends on 31 December still counts."""

from __future__ import annotations

from datetime import date

from multipolar.scenario.document import Horizon
from multipolar.scenario.measures import Measure


def share_in_force(measure: Measure, horizon: Horizon, year: int | None) -> float:
    """The part of a measure that is in force: 0 before its first day and after its last, 1 once phased in.

    Linear from zero at its first day, which is that of the horizon where it names none: ``from: 2026, phase_in: 4y``
    is a quarter at the end of 2026 and whole at the end of 2029. ``year`` None: one comparison at the end of the
    horizon, everything that has not ended by then fully phased in.
    """
    if year is None:
        return 0.0 if over(measure, horizon.to) else 1.0
    begun = measure.start or date(year if horizon.start is None else horizon.start, 1, 1)
    if over(measure, year) or begun > date(year, 12, 31):
        return 0.0
    if not measure.phase_in:
        return 1.0
    return min(1.0, (year + 1 - _in_years(begun)) / measure.phase_in)


def over(measure: Measure, last: int | None) -> bool:
    """Whether a measure ends before the last day of a year."""
    return last is not None and measure.until is not None and measure.until < date(last, 12, 31)


def whole_by(measure: Measure) -> float | None:
    """The moment a measure is fully phased in, in years (2030.0: the first of January); None without a first day."""
    return None if measure.start is None else _in_years(measure.start) + (measure.phase_in or 0)


def _in_years(day: date) -> float:
    length = (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days
    return day.year + (day - date(day.year, 1, 1)).days / length
