"""One variable or index of a case as a long table, one row a place: what ``Result.table`` gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from multipolar.base.arrays import Array, plain_number
from multipolar.base.problems import InputError, UnknownLabelError, nearest, shown
from multipolar.base.variables import variables

if TYPE_CHECKING:
    import pandas as pd

    from multipolar.results.result import Result


def table_of(result: Result, name: str, case: int) -> pd.DataFrame:
    """Rows by the axes of the variable; see ``Result.table``. Raises ``UnknownLabelError`` and ``InputError``."""
    import pandas as pd

    if not isinstance(name, str) or name not in {**result.central, **result.indices}:
        known = [*result.central, *result.indices]
        raise UnknownLabelError("variable", shown(name), nearest(name, known) if isinstance(name, str) else None)
    if not plain_number(case, 0, len(result.cases) - 1, whole=True):
        raise InputError(f"case {shown(case)}: one of 0 to {len(result.cases) - 1}, in the order of `cases`")
    axes = variables()[name].axes
    of_case = "case" in axes
    columns = _of_index(result, name, case) if name in result.indices else _of_variable(result, name, case, of_case)
    frame = pd.DataFrame(_places(result, [axis for axis in axes if axis != "case"]) | columns)
    frame["unit"] = variables()[name].unit
    by = "median" if "median" in columns else "change"
    return frame.sort_values(by, ascending=False, ignore_index=True, kind="stable")


def _places(result: Result, axes: list[str]) -> dict[str, Any]:
    """A column of labels for every axis, and the name of a country beside its code."""
    labels = {"country": result.countries, "sector": result.world.sectors, "bloc": tuple(result.blocs),
              "year": result.years}  # fmt: skip
    if not axes:
        return {}
    at = np.indices([len(labels[axis]) for axis in axes]).reshape(len(axes), -1)
    found: dict[str, Any] = {}
    for axis, positions in zip(axes, at, strict=True):
        found[axis] = [labels[axis][k] for k in positions]
        if axis == "country":
            found["name"] = [result.names.get(code, code) for code in found[axis]]
    return found


def _of_variable(result: Result, name: str, case: int, of_case: bool) -> dict[str, Array]:
    low, high = result.interval(name)
    found = {"median": result.median(name), "low": low, "high": high, "central": result.central[name]}
    return {key: np.ravel(values[case] if of_case else values) for key, values in found.items()}


def _of_index(result: Result, name: str, case: int) -> dict[str, Array]:
    index = result.indices[name]
    low, _, high = index.interval()
    found = {"base": index.base, "value": index.value[case], "change": index.change[case], "low": low[case],
             "high": high[case]}  # fmt: skip
    return {key: np.ravel(values) for key, values in found.items()}
