"""What a Result says about itself: cards of scenario and world, assumptions, notes; plain records for the report."""

from __future__ import annotations

import numpy as np

from multipolar.model.parameters import Parameters, mean_elasticity, parameter_table, rows_used
from multipolar.model.system import Economy
from multipolar.results.result import AssumptionRow, MeasureCard, NotComputedRow, ScenarioCard, WorldCard
from multipolar.scenario.scenario import Scenario, assumptions
from multipolar.study.case import Solved
from multipolar.world import groups
from multipolar.world.elasticities import set_of
from multipolar.world.library import EMBEDDED
from multipolar.world.margins import customs_gap
from multipolar.world.regions import region_map, region_maps
from multipolar.world.sources import flaws, original, sources
from multipolar.world.world import World


def scenario_card(scenario: Scenario) -> ScenarioCard:
    """The scenario as the report shows it."""
    measures = tuple(
        MeasureCard(
            m.id, m.type, branch, m.spot.line, m.sentence(), m.not_computed(scenario.stepped) is None, m.source
        )
        for branch, m in scenario.all_measures()
    )
    probability = {
        name: (p.value, p.value if p.low is None else p.low, p.value if p.high is None else p.high)
        for name, branch in scenario.branches.items()
        if (p := branch.probability) is not None
    }
    return ScenarioCard(
        name=scenario.name,
        title=dict(scenario.title),
        summary=dict(scenario.summary),
        digest=scenario.digest,
        text=scenario.text,
        measures=measures,
        branches=tuple(scenario.branches),
        probability=probability,
        horizon_set=scenario.horizon.parameters,
        from_year=scenario.horizon.start,
        to_year=scenario.horizon.to,
        deficits=scenario.deficits,
        baseline=scenario.baseline,
        blocs=dict(scenario.blocs),
        actors=codes_of(scenario.actors()),
    )


def world_card(world: World) -> WorldCard:
    """The world as the report shows it."""
    chosen = set_of(world)
    return WorldCard(
        name=world.name,
        year=world.year,
        digest=world.digest,
        unit="million USD at basic prices",
        countries=world.countries,
        sectors=world.sectors,
        sources=tuple(source.key for source in sources()) if original(world.name) == EMBEDDED else (),
        flaws=flaws(world.name),
        elasticities=("", "") if chosen is None else (chosen.name, f"{chosen.citation}; {chosen.note}"),
        customs_base=world.customs_base is not None,
    )


def country_names(world: World) -> dict[str, str]:
    """Plain English names by code, of countries or of the regions of a ready map; else the code itself."""
    names = {code: country.name_en for code, country in groups.countries().items()}
    if world.name in region_maps():
        names |= region_map(world.name).names
    return {code: names.get(code, code) for code in world.countries}


def assumption_rows(scenario: Scenario, world: World, parameters: Parameters) -> tuple[AssumptionRow, ...]:
    """The numbers of the file and its baselines, then the parameters of the model that were used."""
    rows = [
        AssumptionRow(r.name, r.measure, r.type, r.value, r.low, r.high, r.shape, r.unit, r.source, r.line, r.computed)
        for r in assumptions(scenario)
    ]
    used = rows_used(parameters)
    for row in parameter_table().values():
        if row.name not in used:
            continue
        value = row.values[scenario.horizon.parameters]
        if row.name == "theta_mean":
            value = mean_elasticity(world) * parameters.theta_scale
        stated = (value, row.low, row.high, row.shape, row.unit, row.source)
        rows.append(AssumptionRow(row.name, "", "parameter", *stated, line=None, computed=True))
    return tuple(rows)


def parameter_values(parameters: Parameters, world: World) -> dict[str, float | str]:
    """The parameters of the model, for provenance."""
    return {
        "theta_mean": mean_elasticity(world) * parameters.theta_scale,
        "theta_scale": parameters.theta_scale,
        "sigma": parameters.sigma,
        "eps": parameters.eps,
        "sigma_c": parameters.sigma_c,
        "mobility": str(parameters.mobility),
        "psi": parameters.psi,
        "rigidity": float(np.max(parameters.rigidity)),
        "labour_share": parameters.labour_share,
    }


def not_computed_rows(solved: list[Solved]) -> tuple[NotComputedRow, ...]:
    """Measures, and parts of them, without effect in any case, each once."""
    found = [
        NotComputedRow(row.measure, row.type, row.line, row.why)
        for each in solved
        for row in (*each.baseline.not_computed, *each.resolution.not_computed)
    ]
    return tuple(dict.fromkeys(found))


def notes(solved: list[Solved], world: World) -> tuple[str, ...]:
    """What must be said beside the headline, each once: from the reading, and the size each venture came to."""
    found = [note for each in solved for note in (*each.baseline.notes, *each.resolution.notes)]
    sizes: dict[str, list[str]] = {}
    for each in solved:
        if each.case.variant:
            continue
        for venture, share in zip(each.resolution.shocks.ventures, each.outcome.venture_share, strict=True):
            place = f"{world.countries[venture.host]} {world.sectors[venture.sector]}"
            branch = f" in “{each.case.branch.replace('_', ' ')}”" if each.case.branch else ""
            stays = ", its own stock of ideas fixed" if venture.scales == "fixed" else ""
            sizes.setdefault(place, []).append(f"{100 * share:.2g} %{branch}{stays}")
    for place, parts in sizes.items():
        found.append(f"the venture in {place} comes to {', '.join(parts)} of the sector's output")
    if any(each.resolution.shocks.tariff is not None for each in solved):
        found.append(_base_of_tariffs(world))
    found += _of_wages(solved[0].reference.economy)
    return tuple(note for note in dict.fromkeys(found) if not _said_by_another(note, found))


def _of_wages(economy: Economy) -> list[str]:
    """What rigid wages rest on, and where they are free."""
    floor = economy.wage_floor
    if floor is None:
        return []
    lowest, table = float(np.exp(floor.max())), parameter_table()
    least, growth = (table[name].values["short"] for name in ("wage_floor", "nominal_growth"))
    said = [
        f"no wage falls below {100 * least:g} % of that of the year before, {100 * lowest:.3g} % of it against world "
        f"value added that grows by {100 * growth:g} % a year; who finds no work at that wage is without it"
    ]
    free = [code for code, level in zip(economy.world.countries, floor.max(axis=1), strict=True) if np.isinf(level)]
    if free:
        said.append(f"wages are free to fall, as where exchange rates move freely, in {', '.join(free)}")
    return said


def _base_of_tariffs(world: World) -> str:
    """What tariffs fall on here, and what they fall on at customs where that is known."""
    gap = customs_gap(world)
    said = f"tariffs fall on basic prices: goods of {gap.goods / 1e6:.3g} trillion USD cross borders here"
    if world.customs_base is not None:
        whole = f"{(gap.goods + gap.margins) / 1e6:.3g} trillion USD cross borders here"
        said = f"tariffs fall on goods with their trade and transport margins (customs base): {whole}"
    return said if gap.at_customs is None else f"{said}, {gap.at_customs / 1e6:.3g} at customs"


def _said_by_another(note: str, notes: list[str]) -> bool:
    """Whether another note says the same of more measures."""
    return any(other != note and other.startswith(f"{note}, ") for other in notes)


def codes_of(names: tuple[str, ...]) -> tuple[str, ...]:
    """ISO codes of places as written, each once; what is no country of the program's list stays as it is."""
    codes = (groups.country_code(name) or name for name in names)
    return tuple(dict.fromkeys(codes))
