"""What a country depends on: the bloc's part of its use, and the three flows that move it most (ECONOMICS 7)."""

from __future__ import annotations

from multipolar.model import dependence as dep
from multipolar.model.indices import members
from multipolar.study.indexed import chain_of, drivers, high_tech
from multipolar.study.measured import ready_blocs
from multipolar.study.resting import evidence_of
from multipolar.world.world import World


def facts(world: World, code: str) -> tuple[tuple[str, str], ...]:
    """Dependence of one country on each ready bloc that it is not in, in all final use and in that of high technology.

    Each with the three flows whose stop, their buyers turning to other sources in proportion, would move it most.
    """
    country = world.axes.country.index(code)
    blocs = {name: [each for each in held if each in world.countries] for name, held in ready_blocs(world).items()}
    told: list[tuple[str, str]] = []
    evidence = evidence_of(world, ()).of("dependence", country)[0] or "no grade on record"
    for name, held in blocs.items():
        if code in held or not held:
            continue
        member = members([[world.axes.country.index(each) for each in held]], len(world.countries))
        found = dep.content(chain_of(world), member)
        for what, sectors in (("all use", None), ("high technology", high_tech(world))):
            used = world.final_use[country] * (1.0 if sectors is None else sectors)
            if not used.sum() > 0:
                continue
            share = float(dep.dependence(found, world.final_use, sectors).share[0, country])
            flows = "; ".join(_flow(world, each) for each in drivers(world, member[0], country, sectors))
            told.append((f"From {name}, {what}", f"{share:.1%} of the value added used (proportional; {evidence}). "
                         f"Stopped, and replaced from elsewhere, would move it most, in points: {flows}"))  # fmt: skip
    return tuple(told)


def _flow(world: World, each: dep.Driver) -> str:
    sold = f"{world.countries[each.origin]} to {world.countries[each.destination]}, {world.sectors[each.sector]}"
    return f"{sold} {100 * each.effect:+.2f}"
