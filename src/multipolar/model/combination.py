"""Two shocks at once: ``combine(a, b)`` is what both together do to one world (RECORDS).

Hats multiply, blocked shares on one flow leave ``(1-a)(1-b)`` of it (lists are nested: the larger holds), transfers,
purchases of research and extra meetings add up, ventures and blocks stand side by side. Levels cannot be added: two
shocks that both set a tax, or two deficit rules other than the default, contradict each other and are refused.
``Shocks()`` is the neutral element; the order does not matter.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from multipolar.base.arrays import Array
from multipolar.base.problems import Collector, ShocksError, shown
from multipolar.model.shocks import Block, Shocks

LEVELS = ("tariff", "export_tax")
FACTORS = ("trade_cost_hat", "productivity_hat", "diffusion_hat", "research_hat")
AMOUNTS = ("transfers", "research_purchases", "sharing")


def combine(first: Shocks, second: Shocks) -> Shocks:
    """The shock that is both: arrays and rules of ``Shocks``, axes and units as there.

    Raises ``ShocksError`` naming every field in which they contradict each other: a tax that both set, deficit rules
    or forms of sharing that differ, arrays of different shapes.
    """
    problems = Collector()
    both: tuple[object, ...] = (first, second)
    for given in both:
        if not isinstance(given, Shocks):
            problems.add(f"Shocks are needed, not {shown(given)}", path="combine")
    problems.raise_if_any(ShocksError)
    arrays: dict[str, Array | None] = {name: _level(name, first, second, problems) for name in LEVELS}
    arrays |= {name: _joined(name, first, second, np.multiply, problems) for name in FACTORS}
    arrays |= {name: _joined(name, first, second, np.add, problems) for name in AMOUNTS}
    arrays["listed_share"] = _joined("listed_share", first, second, np.maximum, problems)
    way, blocked, blocks = _blocked(first, second, problems)
    deficits = _rule("deficits", first, second, "fixed", problems)
    form = first.sharing_form if second.sharing is None else second.sharing_form
    if first.sharing is not None and second.sharing is not None and first.sharing_form != second.sharing_form:
        problems.add(f"`{first.sharing_form}` and `{second.sharing_form}`: one form of sharing", path="sharing_form")
    problems.raise_if_any(ShocksError)
    return Shocks(**arrays, blocked_share=blocked, coverage=way.coverage, rents=way.rents, deficits=deficits,
                  ventures=(*first.ventures, *second.ventures), blocks=blocks, sharing_form=form)  # fmt: skip


def _level(name: str, first: Shocks, second: Shocks, problems: Collector) -> Array | None:
    one, other = getattr(first, name), getattr(second, name)
    if one is not None and other is not None and not np.array_equal(one, other):
        problems.add("both set its level; write the new level of both in one of them", path=name)
    level: Array | None = other if one is None else one
    return level


def _joined(
    name: str, first: Shocks, second: Shocks, how: Callable[[Array, Array], Array], problems: Collector
) -> Array | None:
    return _both(name, getattr(first, name), getattr(second, name), how, problems)


def _both(
    name: str, one: Array | None, other: Array | None, how: Callable[[Array, Array], Array], problems: Collector
) -> Array | None:
    """Both arrays by ``how``; the one that is given where the other is not."""
    if one is None or other is None:
        return other if one is None else one
    one, other = np.asarray(one), np.asarray(other)
    if one.shape != other.shape:
        problems.add(f"shapes {one.shape} and {other.shape} differ", path=name)
        return None
    return how(one, other)


def _rule(name: str, first: Shocks, second: Shocks, neutral: str, problems: Collector) -> str:
    """The rule of the one that is not the default; both may have the same."""
    stated: list[str] = [rule for rule in (getattr(first, name), getattr(second, name)) if rule != neutral]
    if len(set(stated)) > 1:
        problems.add(f"`{stated[0]}` and `{stated[1]}`: one rule for both", path=name)
    return stated[0] if stated else neutral


def _blocked(first: Shocks, second: Shocks, problems: Collector) -> tuple[Shocks, Array | None, tuple[Block, ...]]:
    """Whose ``coverage`` and ``rents`` hold for ``blocked_share``, the share, and what is blocked in other ways."""
    blocks = (*first.blocks, *second.blocks)
    if first.blocked_share is None or second.blocked_share is None:
        held = first if second.blocked_share is None else second
        return held, held.blocked_share, blocks
    if (first.coverage, first.rents) != (second.coverage, second.rents):
        return first, first.blocked_share, (*blocks, Block(second.blocked_share, second.coverage, second.rents))
    nested = first.coverage == "list"
    together = np.maximum if nested else lambda a, b: a + b * (1.0 - a)
    return first, _both("blocked_share", first.blocked_share, second.blocked_share, together, problems), blocks
