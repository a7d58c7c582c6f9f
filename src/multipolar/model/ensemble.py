"""Many shocks, or many draws of the elasticities, solved together under JAX (extra ``derivatives``).

The iterations of all draws run side by side (``numerics/batch.py``), on a GPU where JAX finds one. Each point found is
then handed to ``solve_prepared`` as its start: refusals, recomputed residuals and status are those of any other solve,
and a draw that did not converge in the batch is solved there from the base, with everything that solver can do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from numpy.typing import NDArray

from multipolar.base.arrays import Array, plain_number
from multipolar.base.problems import Collector, InputError, NoEquilibriumError, shown
from multipolar.model import checks
from multipolar.model.composition import own_country_step
from multipolar.model.instruments import composed
from multipolar.model.jacobian import OwnCountryWhole
from multipolar.model.outcome import Outcome
from multipolar.model.parameters import Parameters
from multipolar.model.shocks import Shocks, checked, with_licences_as_taxes
from multipolar.model.solve import SWEEPS_MOST, TOLERANCE, TOLERANCE_MAX, TOLERANCE_MIN, solve_prepared
from multipolar.model.system import Economy, System, shocked, with_parameters
from multipolar.numerics.batch import solve_many
from multipolar.numerics.fixed_point import Settings

AT_ONCE = 16
AT_ONCE_MOST = 10_000


def solve_batch(
    economy: Economy,
    shocks: Sequence[Shocks],
    parameters: Sequence[Parameters] | None = None,
    *,
    tolerance: float = TOLERANCE,
    sweeps_max: int = 500,
    at_once: int = AT_ONCE,
) -> tuple[Outcome | NoEquilibriumError, ...]:
    """Solve each of ``shocks``, with the ``parameters`` of the same place where given, else the economy's.

    The answers are those of ``solve_prepared`` to the tolerance, in the same order; a draw without an equilibrium has
    the error in its place. ``at_once``: draws in one batch; each takes four times the memory of the trade array.
    Raises ``ShocksError`` for bad shocks and ``InputError`` for mechanisms that are not computed in batches.
    """
    _refuse(economy, shocks, parameters, {"tolerance": tolerance, "sweeps_max": sweeps_max, "at_once": at_once})
    economies = [economy if parameters is None else with_parameters(economy, parameters[k]) for k in range(len(shocks))]
    answers: dict[int, Outcome | NoEquilibriumError] = {}
    systems: dict[int, System] = {}
    for k, (prepared, shock) in enumerate(zip(economies, shocks, strict=True)):
        shock = with_licences_as_taxes(checked(shock, prepared.world), prepared.world, prepared.theta)
        systems[k] = shocked(prepared, shock)
        try:
            checks.refuse(systems[k])
        except NoEquilibriumError as none:
            answers[k] = none
            del systems[k]
    settings = Settings(tolerance=tolerance, sweeps_max=sweeps_max)
    for k, start in _starts(systems, settings, at_once):
        try:
            answers[k] = solve_prepared(
                economies[k], shocks[k], tolerance=tolerance, sweeps_max=sweeps_max, start=start
            )
        except NoEquilibriumError as none:
            answers[k] = none
    return tuple(answers[k] for k in range(len(shocks)))


def _starts(systems: dict[int, System], settings: Settings, at_once: int) -> Iterator[tuple[int, Array | None]]:
    """The solved state of every draw, None where the batch did not reach one; batches hold arrays of one shape."""
    alike: dict[object, list[int]] = {}
    drawn = {k: composed(system, "a batch of draws") for k, system in systems.items()}
    for k, (equations, inputs, given) in drawn.items():
        rows = None if inputs.rows is None else inputs.rows.weights.shape
        ventures = None if given.ventures is None else len(given.ventures.share)
        alike.setdefault((equations, given.group.shape, rows, ventures, given.floor is None), []).append(k)
    for (equations, *_), members in alike.items():  # type: ignore[misc]
        for first in range(0, len(members), at_once):
            part = members[first : first + at_once]
            if first:  # as many as before, so that nothing is compiled anew
                part += part[-1:] * (at_once - len(part))
            found = solve_many(
                equations,
                [systems[k].start() for k in part],
                [drawn[k][1] for k in part],
                [drawn[k][2] for k in part],
                own_country_step,
                _blocks(systems[part[0]].economy),
                settings,
            )
            for place, k in enumerate(members[first : first + at_once]):
                yield k, found.value[place] if found.converged[place] else None


def _blocks(economy: Economy) -> tuple[NDArray[Any], ...]:
    blocks = economy.blocks
    if isinstance(blocks, OwnCountryWhole):
        return (blocks.inverse,)
    return blocks.cost_inverse, blocks.rest_inverse, blocks.cost_of_wage, blocks.wage_of_cost


def _refuse(economy: object, shocks: object, parameters: object, numbers: dict[str, object]) -> None:
    problems = Collector()
    if not isinstance(economy, Economy):
        problems.add(f"{shown(economy)} is no prepared economy; see `prepare`", path="economy")
    if not (isinstance(shocks, list | tuple) and shocks and all(isinstance(each, Shocks) for each in shocks)):
        problems.add("a list of at least one Shocks is needed", path="shocks")
    elif parameters is not None and not (
        isinstance(parameters, list | tuple)
        and len(parameters) == len(shocks)
        and all(isinstance(each, Parameters) for each in parameters)
    ):
        problems.add(f"a list of {len(shocks)} Parameters is needed, one for each of the shocks", path="parameters")
    if not plain_number(numbers["tolerance"], TOLERANCE_MIN, TOLERANCE_MAX):
        bounds = f"{TOLERANCE_MIN:g} to {TOLERANCE_MAX:g}"
        problems.add(f"{shown(numbers['tolerance'])} is no number from {bounds}", path="tolerance")
    for name, most in (("sweeps_max", SWEEPS_MOST), ("at_once", AT_ONCE_MOST)):
        if not plain_number(numbers[name], 1, most, whole=True):
            problems.add(f"{shown(numbers[name])} is no whole number from 1 to {most:,}", path=name)
    problems.raise_if_any(InputError)
