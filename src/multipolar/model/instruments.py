"""A shocked economy as what ``composition.py`` takes: scalar elasticities, inputs, and what is given.

What the pure composition does not cover is refused here by name, whoever asks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from multipolar.base.arrays import Array
from multipolar.base.problems import Collector, InputError
from multipolar.model import composition as pure
from multipolar.model.composition import Composition, Flows, Given, Inputs
from multipolar.model.lists import Lists
from multipolar.model.parameters import Parameters
from multipolar.model.shocks import Shocks
from multipolar.model.system import Economy, System
from multipolar.model.ventures import Venture
from multipolar.world.world import World

# A field that is not named here and is not at its neutral value is a mechanism that nobody has composed yet.
PARAMETERS = {
    "theta_scale", "theta_factor", "sigma", "eps", "sigma_c", "mobility", "psi", "labour_share", "specific", "rigidity",
}  # fmt: skip
SHOCKS = {
    "tariff", "export_tax", "trade_cost_hat", "blocked_share", "listed_share", "coverage", "rents",
    "productivity_hat", "transfers", "deficits", "ventures", "research_purchases",
}  # fmt: skip
WORLD = {"trade", "input_share", "tariff", "trade_elasticity", "export_tax"}  # its arrays


def composed(system: System, doing: str) -> tuple[Composition, Inputs, Given]:
    """The composition of a system. ``doing`` names what is asked for, in refusals.

    Raises ``InputError`` for what is not covered: sales that a venture displaces (they are found in rounds, not in a
    sweep), and any parameter, shock or part of a world that the composition does not read.
    """
    economy, shocks, parameters = system.economy, system.shocks, system.economy.parameters
    _refuse_uncovered(economy.world, parameters, shocks, doing)
    rule = Composition(
        sigma=float(parameters.sigma),
        eps=float(parameters.eps),
        sigma_c=float(parameters.sigma_c),
        mobility=float(parameters.mobility),
        psi=float(parameters.psi),
        labour_share=float(parameters.labour_share),
        deficits=shocks.deficits,
    )
    return rule, _inputs(system), _given(system)


def _inputs(system: System) -> Inputs:
    made, transfers = system.made, np.zeros(len(system.economy.wage_bill)) + system.transfers
    net = _whole(made.weights, made.net_weights, made.taxed)
    border = net if made.landed_weights is None else _whole(made.weights, made.landed_weights, made.taxed)
    return Inputs(
        markets=Flows(made.weights, net, border),
        rows=None if made.lists is None else _rows(made.lists),
        ln_productivity=np.zeros_like(system.economy.accounts.output) + system.ln_productivity,
        transfers=transfers,
    )


def _whole(weights: Array, taxed_weights: Array, taxed: slice) -> Array:
    """The array of all sectors, of which some are taxed."""
    return np.concatenate([weights[: taxed.start], taxed_weights, weights[taxed.stop :]])


def _refuse_uncovered(world: World, parameters: Parameters, shocks: Shocks, doing: str) -> None:
    problems = Collector()
    described = {each.name for each in fields(world) if not isinstance(getattr(world, each.name), np.ndarray)}
    for record, known in ((parameters, PARAMETERS), (shocks, SHOCKS), (world, WORLD | described)):
        for each in fields(record):
            if each.name not in known and _is_set(getattr(record, each.name), each.default):
                problems.add(f"{doing} cannot be computed with it yet; leave it at its default", path=each.name)
    for k, venture in enumerate(shocks.ventures):
        if venture.displaced:
            problems.add(f"{doing} cannot be computed with displaced sales yet", path=f"ventures[{k}].displaced")
    problems.raise_if_any(InputError)


def _is_set(value: object, default: object) -> bool:
    if isinstance(value, np.ndarray):
        return bool(np.any(value != (default if isinstance(default, int | float) else 0.0)))
    return value is not default and value != default


def _given(system: System) -> Given:
    economy = system.economy
    world, accounts, bills = economy.world, economy.accounts, economy.wage_bill
    purchases = system.shocks.research_purchases
    return Given(
        input_share=world.input_share,
        value_added_share=accounts.value_added_share,
        final_share=accounts.final_share,
        output=np.where(economy.made, accounts.output, 1.0),
        made=economy.made,
        used=economy.used,
        wage_bill=bills,
        wage_share=accounts.value_added / np.where(bills > 0, bills, 1.0)[:, None],
        income=accounts.income,
        deficit=accounts.deficit,
        purchases=np.zeros_like(accounts.output) if purchases is None else purchases,
        group=system.group,
        theta=economy.theta,
        shape=economy.shape,
        floor=None if economy.wage_floor is None else np.broadcast_to(economy.wage_floor, economy.made.shape).copy(),
        lists=None if system.made.lists is None else _lists(system.made.lists),
        ventures=_ventures(system.shocks.ventures, economy) if system.shocks.ventures else None,
    )


def seats(lists: Lists) -> tuple[NDArray[np.intp], int]:
    """Place q of every row within its sector, and how many places there are: a power of two, so that shapes recur."""
    place, counted = np.zeros(len(lists.sector), dtype=np.intp), np.zeros(lists.touched.shape[0], dtype=np.intp)
    for row, s in enumerate(lists.sector):
        place[row], counted[s] = counted[s], counted[s] + 1
    return place, 1 << int(counted.max() - 1).bit_length()


def _rows(lists: Lists) -> Flows:
    place, places = seats(lists)
    border = lists.net if lists.landed is None else lists.landed

    def seated(rows: Array) -> Array:
        array = np.zeros((lists.touched.shape[0], places, rows.shape[1]))
        array[lists.sector, place] = rows
        return array

    return Flows(seated(lists.weights), seated(lists.net), seated(border))


def _lists(lists: Lists) -> pure.Lists:
    place, places = seats(lists)
    sectors, countries = lists.touched.shape
    link, spare = np.zeros((sectors, places, countries)), np.ones((sectors, places))
    link[lists.sector, place, lists.destination] = lists.width
    spare[lists.sector, place] = 0.0
    return pure.Lists(lists.touched, link, spare)


def _ventures(ventures: tuple[Venture, ...], economy: Economy) -> pure.Ventures:
    countries, sectors = economy.used.shape
    cell, to = np.zeros((len(ventures), countries, sectors)), np.zeros((len(ventures), countries))
    for k, venture in enumerate(ventures):
        cell[k, venture.host, venture.sector] = 1.0
        to[k, venture.host] -= 1.0
        to[k, venture.investor] += 1.0
    return pure.Ventures(
        cell=cell,
        share=_numbers(venture.share for venture in ventures),
        value=_numbers(venture.output for venture in ventures),
        royalty=_numbers(venture.royalty for venture in ventures),
        to=to,
    )


def _numbers(given: Iterable[float | None]) -> Array:
    return np.array([0.0 if each is None else float(each) for each in given])
