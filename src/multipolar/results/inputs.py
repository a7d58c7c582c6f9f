"""What a run was made from: enough to make it again, to go on with it, and to say how two runs differ."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

FORMAT = "multipolar inputs 1"
FIRST_TEXT = "scenario.yaml"
ATTRIBUTIONS = ("none", "static", "path")
CHOKEPOINTS = ("named", "all", "none")
NOT_ASKED: Mapping[str, Any] = {
    "elasticities": "", "customs_base": False, "flexible_rates": "", "chokepoint": "named", "sector_links": 0.0,
}  # fmt: skip
NOT_COMPARED = ("scenario", "world", "texts", "texts_of")


@dataclass(frozen=True, slots=True)
class KeptText:
    """One text the scenario rests on, as a file of the run. ``names``: which of the texts each name in it means."""

    file: str
    name: str
    names: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of a run: programs, scenario, world, draws. ``full``: with page and side tables.

    ``attribution``: ``none``, ``static`` or ``path``. ``elasticities``: the published set the world was given, "" its
    own; ``customs_base``: whether tariffs fall on margins too; ``world_digest`` is that of the world with them.
    ``flexible_rates``: codes of countries whose wages are free under labour `rigid`, in one line. ``chokepoint``: of
    whom that index is asked. ``sector_links``: the part of ideas that comes from the sectors of inputs. These five
    stand in the data only where they are not as usual. ``texts_of`` are the texts themselves, by file; they stand
    beside, in files of their own.
    """

    version: str
    python: str
    numpy: str
    scenario: str
    scenario_digest: str
    world: str
    world_digest: str
    horizon: str
    deficits: str
    labour: str
    seed: int
    draws: int
    tolerance: float
    full: bool
    attribution: str = "none"
    elasticities: str = ""
    customs_base: bool = False
    flexible_rates: str = ""
    chokepoint: str = "named"
    sector_links: float = 0.0
    texts: tuple[KeptText, ...] = ()
    texts_of: Mapping[str, str] | None = None

    def as_data(self) -> dict[str, Any]:
        """All but the texts, as JSON holds it."""
        data = asdict(self)
        for name in ("texts_of", *(name for name, none in NOT_ASKED.items() if data[name] == none)):
            del data[name]
        return {"format": FORMAT, **data}

    def as_json(self) -> str:
        """``as_data`` as text, the same for the same inputs."""
        return json.dumps(self.as_data(), indent=1) + "\n"


def text_files(names: Sequence[str]) -> list[str]:
    """File names in a run for the texts of scenarios: the first is ``scenario.yaml``, the others ``rests-on-...``."""
    found = [FIRST_TEXT]
    for name in names[1:]:
        file, number = f"rests-on-{name}.yaml", 2
        while file.casefold() in (each.casefold() for each in found):
            file, number = f"rests-on-{name}-{number}.yaml", number + 1
        found.append(file)
    return found


def from_data(data: Any) -> Inputs:
    """The inputs that ``as_data`` gave. Raises ``ValueError`` for anything else."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ValueError(f"it does not say `{FORMAT}`")
    kinds = {"seed": int, "draws": int, "tolerance": float, "full": bool, "customs_base": bool,
             "sector_links": float}  # fmt: skip
    values: dict[str, Any] = {}
    for each in fields(Inputs):
        if each.name in ("texts", "texts_of"):
            continue
        values[each.name] = data.get(each.name, NOT_ASKED.get(each.name))
        if type(values[each.name]) is not kinds.get(each.name, str):
            raise ValueError(f"its `{each.name}` is not what it should be")
    if not 0 <= values["draws"] <= 1_000_000 or values["seed"] < 0:
        raise ValueError("its draws or its seed are out of range")
    if not 0.0 <= values["sector_links"] <= 1.0:
        raise ValueError("its `sector_links` is out of range")
    if values["attribution"] not in ATTRIBUTIONS:
        raise ValueError("its `attribution` is not what it should be")
    if values["chokepoint"] not in CHOKEPOINTS:
        raise ValueError("its `chokepoint` is not what it should be")
    return Inputs(**values, texts=_texts(data.get("texts")))


def differences(asked: Inputs, kept: Inputs) -> tuple[str, ...]:
    """What differs between two inputs, in words: ``seed 2 instead of 1``."""
    found = []
    for each in fields(Inputs):
        ours, theirs = getattr(asked, each.name), getattr(kept, each.name)
        if each.name in NOT_COMPARED or ours == theirs:
            continue
        if each.name.endswith("_digest"):
            what = each.name.removesuffix("_digest")
            names = getattr(asked, what), getattr(kept, what)
            same = f"another text of {what} `{names[0]}`" if what == "scenario" else f"another {what} `{names[0]}`"
            found.append(same if names[0] == names[1] else f"{what} `{names[0]}` instead of `{names[1]}`")
        elif each.name == "elasticities":
            sets = (f"set `{name}`" if name else "those of the world" for name in (ours, theirs))
            found.append("trade elasticities: {} instead of {}".format(*sets))
        elif each.name == "customs_base":
            found.append("tariffs on the customs base" if ours else "tariffs on basic prices, not on the customs base")
        elif each.name == "flexible_rates":
            found.append("wages free in {} instead of {}".format(*(name or "no country" for name in (ours, theirs))))
        elif each.name == "sector_links":
            found.append(f"sector links {ours:g} instead of {theirs:g}")
        elif each.name == "full":
            found.append("with page and side tables" if ours else "without page and side tables (--no-report)")
        else:
            found.append(f"{each.name} {ours} instead of {theirs}")
    return tuple(found)


def programs() -> dict[str, str]:
    """The programs whose version can move the last bits of a number."""
    import platform

    import numpy as np

    return {"python": platform.python_version(), "numpy": f"{np.__version__} on {platform.machine()}"}


def _texts(data: Any) -> tuple[KeptText, ...]:
    if not isinstance(data, list) or not data:
        raise ValueError("it names no text")
    found = []
    for each in data:
        if not isinstance(each, dict):
            raise ValueError("its texts are not what they should be")
        file, name, names = each.get("file"), each.get("name"), each.get("names")
        if not (isinstance(file, str) and isinstance(name, str) and isinstance(names, dict)):
            raise ValueError("its texts are not what they should be")
        if not all(type(k) is int and 0 <= k < len(data) for k in names.values()):
            raise ValueError("its texts name texts that are not there")
        found.append(KeptText(file, name, names))
    if [each.file for each in found] != text_files([each.name for each in found]):
        raise ValueError("its texts are not named as they should be")
    return tuple(found)
