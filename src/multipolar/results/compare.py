"""Two runs of one input compared: the same bytes, the same numbers to 1e-9, or where they differ."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array

CLOSE = 1e-9
IDENTICAL, EQUAL, DIFFERS = "identical", "equal to 1e-9", "differs"
# How a solve went may differ in the last bits, and its programs are said apart.
_NOT_ANSWERS = ("residual", "sweeps", "multipolar", "version")
_Shown = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that differs: the file, what it is, both values (the run's, then the repeated one's)."""

    file: str
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """``answer`` is one of ``IDENTICAL``, ``EQUAL``, ``DIFFERS``; ``differences`` are all values that differ."""

    answer: str
    differences: tuple[Difference, ...] = ()


def compare(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Comparison:
    """Compare the result files of a run with those of its repetition, by file name.

    Numbers are equal where they are within 1e-9 of the larger of 1 and their size; a missing number equals a missing
    one. The page and the table are made from the numbers: where the numbers differ, these are not listed apart.
    """
    if all(before.get(name) == after.get(name) for name in {*before, *after}):
        return Comparison(IDENTICAL)
    found = [Difference(name, "the file", *_presence(before, after, name)) for name in sorted({*before} ^ {*after})]
    labels: dict[str, list[str]] = {}
    if "result.json" in before and "result.json" in after:
        old, new = (json.loads(each["result.json"]) for each in (before, after))
        labels = _labels(old)
        found += [Difference("result.json", *each) for each in _in_json(old, new, (), labels)]
    if "result.nc" in before and "result.nc" in after and before["result.nc"] != after["result.nc"]:
        found += [Difference("result.nc", *each) for each in _in_arrays(before["result.nc"], after["result.nc"])]
    return Comparison(DIFFERS if found else EQUAL, tuple(found))


def _presence(before: Mapping[str, bytes], after: Mapping[str, bytes], name: str) -> _Shown:
    said = {True: "there", False: "not there"}
    return said[name in before], said[name in after]


def _labels(data: Any) -> dict[str, list[str]]:
    """Names of cases and countries, for places in lists."""
    cases = [" with ".join(filter(None, (each["branch"], each["variant"]))) or "all" for each in data["cases"]]
    return {"case": cases, "country": list(data["countries"])}


def _in_json(old: Any, new: Any, path: tuple[Any, ...], labels: dict[str, list[str]]) -> Iterator[tuple[str, str, str]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            if key not in _NOT_ANSWERS:
                yield from _in_json(old.get(key), new.get(key), (*path, key), labels)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for k, (a, b) in enumerate(zip(old, new, strict=True)):
            yield from _in_json(a, b, (*path, k), labels)
    elif not _same(old, new):
        yield _place(path, labels), _written(old), _written(new)


def _same(old: Any, new: Any) -> bool:
    numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (old, new))
    if numbers:
        return bool(abs(old - new) <= CLOSE * max(1.0, abs(old), abs(new)))
    return bool(old == new)


def _place(path: tuple[Any, ...], labels: dict[str, list[str]]) -> str:
    """``central.welfare, case unanswered, country USA``: what stands by case and country is named by them."""
    words = [str(each) for each in path if isinstance(each, str)]
    places = [each for each in path if isinstance(each, int)]
    if path and path[0] in ("central", "draws") and len(places) in (1, 2):
        named = []
        for axis, k in zip(("case", "country"), places, strict=False):
            known = labels[axis]
            named.append(f"{axis} {known[k] if k < len(known) else k}")
        if words[-1] == "base_income":
            named = [f"country {labels['country'][places[0]]}"]
        return ", ".join([".".join(words), *named])
    return ".".join(str(each) for each in path)


def _in_arrays(old: bytes, new: bytes) -> Iterator[tuple[str, str, str]]:
    after = _arrays(new)
    before = _arrays(old, {name: values.shape for name, (values, _) in after.items()})
    labels = {name: [str(each, "utf-8") for each in before[name][0]] for name in ("case", "country", "sector")
              if name in before}  # fmt: skip
    for name in after:
        if name not in before:
            yield name, "not there, or of another shape", "there"
            continue
        a, b = before[name][0], after[name][0]
        for place in np.argwhere(_apart(a, b)):
            axes = [axis if (axis and axis in labels) or axis == "draw" else "place" for axis in before[name][1]]
            named = [f"{axis} {labels[axis][k] if axis in labels else k}" for axis, k in zip(axes, place, strict=True)]
            yield ", ".join([name, *named]), _written(a[tuple(place)]), _written(b[tuple(place)])


def _apart(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.bool_]:
    if a.dtype.kind != "f" or b.dtype.kind != "f":
        other: NDArray[np.bool_] = np.asarray(a != b, dtype=np.bool_)
        return other
    finite = np.isfinite(a) & np.isfinite(b)
    first, second = (np.where(finite, each, 0.0) for each in (a, b))
    size: Array = np.maximum(1.0, np.maximum(np.abs(first), np.abs(second)))
    same = (a == b) | (np.isnan(a) & np.isnan(b)) | (finite & (np.abs(first - second) <= CLOSE * size))
    apart: NDArray[np.bool_] = ~same
    return apart


def _arrays(
    data: bytes, shapes: Mapping[str, tuple[int, ...]] | None = None
) -> dict[str, tuple[NDArray[Any], tuple[str, ...]]]:
    """The arrays of a NetCDF file of ours with the names of their axes; with ``shapes``, those of this shape only.

    Raises ``ValueError`` for what we do not write: links, outside and virtual parts.
    """
    import h5py

    held = {}
    with h5py.File(io.BytesIO(data), "r") as file:
        for name in file:
            plain = isinstance(file.get(name, getlink=True), h5py.HardLink)
            each = file[name] if plain else None
            if not isinstance(each, h5py.Dataset) or each.is_virtual or each.external:
                raise ValueError(f"{name}: a link, a group or an outside part, which no run holds")
            if shapes is not None and shapes.get(name) != each.shape:
                continue  # told by its shape alone: a file may claim any size
            held[name] = (each[()], tuple(str(axis[0].name).lstrip("/") if len(axis) else "" for axis in each.dims))
    return held


def _written(value: Any) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return "no number"
    return repr(float(value)) if isinstance(value, float) else str(value)
