"""A self-check of the installation: versions, folders, fonts, and one small solve on the embedded world."""

from __future__ import annotations

import platform
import re
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

TARIFF = 0.10


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what, what was found, and whether it is as it should be."""

    what: str
    found: str
    ok: bool = True


def examine() -> tuple[Finding, ...]:
    """All findings, in the order in which they are told."""
    return (*_versions(), *_folders(), _fonts(), *_solve())


def _versions() -> list[Finding]:
    found = [Finding("python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")]
    try:
        found.append(Finding("multipolar", version("multipolar")))
        needed = requires("multipolar") or []
    except PackageNotFoundError:
        return [*found, Finding("multipolar", "not installed as a package: run `make run`, or pip install", ok=False)]
    for name in sorted(re.split(r"[^A-Za-z0-9._-]", line)[0] for line in needed if "extra ==" not in line):
        try:
            found.append(Finding(name, version(name)))
        except PackageNotFoundError:
            found.append(Finding(name, "missing", ok=False))
    return found


def _folders() -> list[Finding]:
    from multipolar.world.library import user_folder

    folder = user_folder()
    state = f"{len(list(folder.glob('*.npz')))} worlds" if folder.is_dir() else "not there, which is fine"
    kept = Finding("cache folder", "none: nothing is kept between runs")
    return [Finding("worlds of yours", f"{folder}: {state}"), kept]


def _fonts() -> Finding:
    from multipolar import report

    own = sorted((Path(report.__file__).parent / "assets").glob("fonts/*"))
    return Finding("fonts", f"{len(own)} in the page" if own else "the page uses those of the reader's system")


def _solve() -> list[Finding]:
    import numpy as np

    from multipolar.model.shocks import Shocks
    from multipolar.model.solve import solve
    from multipolar.world.library import load_world

    start = time.perf_counter()
    world = load_world()
    report = world.check()
    largest = max(identity.residual for identity in report.identities)
    findings = [Finding("embedded world", f"{world.name}, every identity within {largest:.0e}", report.ok)]
    usa = world.axes.country.index("USA")
    tariff = np.array(world.tariff)
    tariff[:, usa, :] += TARIFF
    tariff[usa, usa, :] = 0.0
    outcome = solve(world, Shocks(tariff=tariff))
    residual = max(outcome.residuals.values())
    spent = f"{time.perf_counter() - start:.1f} s"
    told = f"a 10 % tariff of the USA: {outcome.status} in {outcome.sweeps} sweeps, residual {residual:.0e}, {spent}"
    return [*findings, Finding("self-check", told, outcome.status == "converged")]
