"""What a run is made from, as its folder keeps it; and the scenario read again from what was kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import multipolar
from multipolar.model.solve import TOLERANCE
from multipolar.results.inputs import Inputs, KeptText, programs, text_files
from multipolar.results.result import Result
from multipolar.results.rows import DrawRow
from multipolar.scenario.scenario import Scenario, SourceText, reread
from multipolar.study.attribution import attribute
from multipolar.study.central import Progress
from multipolar.study.evaluate import NOTHING_KEPT, OnRow, evaluate, learning_for, overridden, parameters_of
from multipolar.world.world import World


def inputs_of(
    world: World,
    scenario: Scenario,
    draws: int,
    seed: int,
    *,
    horizon: str | None = None,
    deficits: str | None = None,
    labour: str = "one_wage",
    flexible_rates: Collection[str] = (),
    sector_links: float = 0.0,
    full: bool = True,
    attribution: str = "none",
    elasticities: str | None = None,
    chokepoint: str = "named",
) -> Inputs:
    """The inputs of ``evaluate`` with these arguments; ``elasticities``: the set that the world was given.

    Raises ``InputError`` for labour that one of the comparisons asked for has no answer to, and for links of knowledge
    without years, before any is made.
    """
    effective = overridden(scenario, horizon, deficits)
    for by_year in {effective.stepped, effective.stepped and attribution != "static"}:
        parameters_of(world, effective, labour, flexible_rates, by_year=by_year)
    learning_for(effective, sector_links)
    files = text_files([text.name for text in scenario.texts])
    return Inputs(
        version=multipolar.__version__,
        **programs(),
        scenario=scenario.name,
        scenario_digest=scenario.digest,
        world=world.name,
        world_digest=world.digest,
        horizon=effective.horizon.parameters,
        deficits=effective.deficits,
        labour=labour,
        seed=seed,
        draws=draws,
        tolerance=TOLERANCE,
        full=full,
        attribution=attribution,
        elasticities=elasticities or "",
        customs_base=world.customs_base is not None,
        flexible_rates=" ".join(dict.fromkeys(flexible_rates)),
        chokepoint=chokepoint,
        sector_links=float(sector_links),
        texts=tuple(KeptText(f, t.name, dict(t.names)) for f, t in zip(files, scenario.texts, strict=True)),
        texts_of={file: text.text for file, text in zip(files, scenario.texts, strict=True)},
    )


def kept_scenario(inputs: Inputs, texts: Mapping[str, str], world: World) -> Scenario:
    """The scenario of a run from its texts by file. Raises ``ScenarioError`` as reading does."""
    return reread([SourceText(each.name, texts[each.file], each.names) for each in inputs.texts], world)


def evaluate_inputs(
    world: World,
    scenario: Scenario,
    inputs: Inputs,
    *,
    workers: int = 1,
    progress: Progress | None = None,
    kept: Mapping[int, DrawRow] = NOTHING_KEPT,
    on_row: OnRow | None = None,
    kept_sets: Mapping[int, DrawRow] = NOTHING_KEPT,
    on_set: OnRow | None = None,
) -> Result:
    """``evaluate``, and ``attribute`` where it is asked for, as these inputs say.

    World and scenario are those the inputs were made from; ``kept_sets`` and ``on_set`` are those of ``attribute``.
    """
    result = evaluate(
        world, scenario, inputs.draws, seed=inputs.seed, horizon=inputs.horizon, deficits=inputs.deficits,
        labour=inputs.labour, flexible_rates=inputs.flexible_rates.split(), sector_links=inputs.sector_links,
        workers=workers, full=inputs.full, chokepoint=inputs.chokepoint, progress=progress, tolerance=inputs.tolerance,
        kept=kept, on_row=on_row,
    )  # fmt: skip
    if inputs.attribution == "none":
        return result
    attribution = attribute(
        world, scenario, kind=inputs.attribution, seed=inputs.seed, horizon=inputs.horizon, deficits=inputs.deficits,
        labour=inputs.labour, flexible_rates=inputs.flexible_rates.split(), sector_links=inputs.sector_links,
        workers=workers, progress=progress, tolerance=inputs.tolerance, kept=kept_sets, on_row=on_set,
    )  # fmt: skip
    return replace(result, attribution=attribution)
