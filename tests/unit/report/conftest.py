"""Made-up Results for the report's tests: toy economies and numbers, so that a page can be made without a solve."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from multipolar.results.result import (
    AssumptionRow,
    CaseLabel,
    CaseStatus,
    MeasureCard,
    NotComputedRow,
    Provenance,
    Result,
    ScenarioCard,
    StructuralRow,
    WorldCard,
)

NAMES = {
    "RUS": "Russia",
    "USA": "United States",
    "CHN": "China",
    "IND": "India",
    "BRA": "Brazil",
    "ZAF": "South Africa",
    "DEU": "Germany",
    "FRA": "France",
    "GBR": "United Kingdom",
    "JPN": "Japan",
    "KAZ": "Kazakhstan",
    "MEX": "Mexico",
    "TUR": "Türkiye",
    "NOR": "Norway",
    "VNM": "Viet Nam",
    "BLR": "Belarus",
    "IDN": "Indonesia",
    "SAU": "Saudi Arabia",
    "KOR": "South Korea",
    "CAN": "Canada",
    "POL": "Poland",
    "FIN": "Finland",
    "AUS": "Australia",
    "ARG": "Argentina",
}
COUNTRIES = tuple(NAMES)
INCOME = np.linspace(2.0e6, 2.0e5, len(COUNTRIES))
HOSTILE = '</script><script>alert(1)</script>\u202egnp.exe {{ 7*7 }} "quoted" & =cmd|"/C calc"!A0'


WORLD = WorldCard(
    name="toy",
    year=2022,
    digest="ab" * 32,
    unit="million USD at basic prices",
    countries=COUNTRIES,
    sectors=("A", "C"),
    sources=("made_up",),
    flaws=("Every number is made up.",),
)
ASSUMPTIONS = (
    AssumptionRow(
        name="ev_plant.capacity.units",
        measure="ev_plant",
        type="joint_venture",
        value=20000.0,
        low=5000.0,
        high=60000.0,
        shape="triangular",
        unit="cars a year",
        source="assumption; all of 2024: 17,805",
        line=14,
        computed=True,
    ),
    AssumptionRow(
        name="knowhow.share",
        measure="knowhow",
        type="export_control",
        value=0.8,
        low=None,
        high=None,
        shape="fixed",
        unit="",
        source=None,
        line=12,
        computed=False,
    ),
)
MEASURES = (
    MeasureCard(
        id="knowhow",
        type="technology_sharing",
        branch="",
        line=12,
        sentence="United States shares technology with Russia",
        computed=False,
        source="assumption",
    ),
    MeasureCard(
        id="ev_plant",
        type="joint_venture",
        branch="",
        line=14,
        sentence="United States builds a plant in Russia",
        computed=True,
        source="assumption",
    ),
)


def toy_result(
    branches: tuple[str, ...] = ("tolerated", "sanctioned", "sanctioned_widely", "sanctioned_answered"),
    variants: tuple[str, ...] = ("", "ev_tech"),
    draws: int = 24,
    title: str = "A technology alliance of made-up numbers",
    actors: tuple[str, ...] = ("RUS", "USA", "CHN", "IND"),
    welfare: np.ndarray | None = None,
    spread: float = 0.3,
    structural: bool = True,
    seed: int = 7,
) -> Result:
    """A Result of made-up numbers: ``welfare`` [case, country] in per cent sets the centre of the draws."""
    random = np.random.default_rng(seed)
    pairs = [(branch, variant) for branch in branches or ("",) for variant in variants]
    cases = tuple(CaseLabel(branch=branch, variant=variant) for branch, variant in pairs)
    if welfare is None:
        welfare = _some_welfare(random, len(cases))
    drawn = welfare[:, None, :] * (1 + spread * random.standard_normal((len(cases), draws, len(COUNTRIES))))
    drawn += 0.01 * spread * random.standard_normal(drawn.shape)
    return Result(
        scenario=_scenario(title, branches, actors),
        world=WORLD,
        cases=cases,
        countries=COUNTRIES,
        names=dict(NAMES),
        central=_central(welfare),
        draws={"welfare": drawn, "equivalent_variation": drawn / 100 * INCOME},
        status=(CaseStatus(case=0, draw=None, outcome="converged", sweeps=19, residual=3e-12),),
        closing=np.linspace(-3.0, 2.0, len(COUNTRIES)),
        structural=_structural(cases, welfare) if structural else (),
        assumptions=ASSUMPTIONS,
        not_computed=(
            NotComputedRow(measure="knowhow", type="technology_sharing", line=12, why="knowledge is not modelled yet"),
            NotComputedRow(measure="poles", type="index", line=20, why="this index is not computed yet"),
        ),
        notes=("lists of products are computed as thin",),
        provenance=Provenance(
            version="0.1.0",
            seed=1,
            draws=draws,
            tolerance=1e-10,
            parameters={"theta_scale": 0.5, "sigma": 1.0},
            world_digest=WORLD.digest,
            scenario_digest="0f" * 32,
        ),
    )


def _some_welfare(random: np.random.Generator, cases: int) -> np.ndarray:
    """Effects that grow from case to case; the first economy of the first case hardly changes."""
    base = 0.3 * random.standard_normal(len(COUNTRIES)) * np.linspace(1, 0.1, len(COUNTRIES))
    base[0], base[1] = -0.9, -0.06
    welfare: np.ndarray = base * np.linspace(0.2, 1.0, cases)[:, None]
    welfare[0, 0] = 0.02
    return welfare


def _central(welfare: np.ndarray) -> dict[str, np.ndarray]:
    return {
        "welfare": welfare,
        "equivalent_variation": welfare / 100 * INCOME,
        "real_wage": welfare * 0.8,
        "real_gdp": welfare * 0.9,
        "exports": welfare * 2,
        "imports": welfare * 2,
        "world_income": (welfare @ INCOME) / INCOME.sum(),
        "base_income": INCOME,
    }


def _structural(cases: tuple[CaseLabel, ...], welfare: np.ndarray) -> tuple[StructuralRow, ...]:
    choices = (("own deficits", 0.9), ("without baseline", 2.1), ("trade elasticity 1", 2.4))
    return tuple(
        StructuralRow(label=label, case=case, welfare=welfare[case] * factor)
        for case in range(len(cases))
        for label, factor in choices
        if not cases[case].variant
    )


def _scenario(title: str, branches: tuple[str, ...], actors: tuple[str, ...]) -> ScenarioCard:
    return ScenarioCard(
        name="toy-alliance",
        title={"en": title},
        summary={"en": "One sentence about it."},
        digest="0f" * 32,
        text=f"multipolar: 1\ntitle: {title!r}\nmeasures: []\n",
        measures=MEASURES,
        branches=branches,
        probability={name: (0.25, 0.05, 0.5) for name in branches},
        horizon_set="medium",
        from_year=2025,
        to_year=2040,
        deficits="closed",
        baseline=("in-force-2024",),
        blocs={"BRICS": ("BRA", "RUS", "IND", "CHN", "ZAF"), "WEST": ("USA", "DEU", "FRA", "GBR", "JPN", "CAN")},
        actors=actors,
    )


@pytest.fixture(scope="session")
def toy() -> Callable[..., Result]:
    """Makes a Result; see ``toy_result``."""
    return toy_result


@pytest.fixture(scope="session")
def result() -> Result:
    """Four branches with a variant each, 24 draws."""
    return toy_result()


@pytest.fixture(scope="session")
def undrawn() -> Result:
    """One case, no draws, no structural rows."""
    return toy_result(branches=(), variants=("",), draws=0, structural=False)


@pytest.fixture(scope="session")
def hostile() -> Result:
    """Every text that a scenario or a world can bring is an attack."""
    return hostile_result()


def hostile_result() -> Result:
    toy = toy_result(branches=("tolerated", HOSTILE), title=HOSTILE)
    rows = {
        name: tuple(_attacked(row) for row in getattr(toy, name))
        for name in ("assumptions", "not_computed", "structural")
    }
    return replace(
        toy,
        scenario=replace(
            toy.scenario,
            name=HOSTILE,
            blocs={HOSTILE: ("RUS", "CHN")},
            baseline=(HOSTILE,),
            text=f"title: |\n  {HOSTILE}\n",
            deficits=HOSTILE,
            horizon_set=HOSTILE,
        ),
        world=replace(toy.world, name=HOSTILE, flaws=(HOSTILE,), unit=HOSTILE, sources=(HOSTILE,)),
        names={**NAMES, "RUS": HOSTILE, "CHN": HOSTILE},
        notes=(HOSTILE,),
        provenance=replace(toy.provenance, parameters={HOSTILE: HOSTILE}, version=HOSTILE),
        **rows,
    )


def _attacked(row: Any) -> Any:
    texts = {"measure", "type", "why", "name", "unit", "source", "label", "shape"}
    return replace(row, **{field.name: HOSTILE for field in fields(row) if field.name in texts})
