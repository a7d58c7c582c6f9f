"""Sets of trade elasticities by name."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import multipolar as mp
from multipolar.base.problems import WorldError
from multipolar.world.elasticities import elasticities, elasticity_sets, set_of, with_elasticities
from multipolar.world.evidence import grade_at, rule_at
from multipolar.world.toy import random_world


def test_every_set_covers_every_sector_and_says_what_it_is(embedded: mp.World) -> None:
    assert elasticity_sets()[0].name == "U4"
    for each in elasticity_sets():
        assert each.title, each
        assert each.citation, each
        assert each.how_seen, each
        theta = elasticities(each.name)
        assert tuple(theta) == embedded.sectors
        assert min(theta.values()) > 0.0


def test_the_embedded_world_has_the_default_set(embedded: mp.World) -> None:
    assert list(elasticities("U4").values()) == embedded.trade_elasticity.tolist()
    assert with_elasticities(embedded, "U4") is embedded


def test_published_values_of_caliendo_and_parro(shared: Path) -> None:
    """Their 99 % sample, as the replication files have it: agriculture, mining, food, machinery."""
    with np.load(shared / "data" / "cp2015" / "cp2015.npz") as file:
        names = [name for name in file.files if "theta" in name or "elast" in name]
        published = {round(float(v), 2) for name in names for v in np.ravel(file[name])}
    theta = elasticities("CP")
    for sector in ("A01", "B06", "C10T12", "C28", "C19"):
        assert round(theta[sector], 2) in published, sector


def test_a_set_changes_theta_its_grade_and_the_knowledge_that_rests_on_it(embedded: mp.World) -> None:
    world = mp.load_world(elasticities="CP")
    assert world.trade_elasticity[world.sectors.index("C10T12")] == 2.62
    assert grade_at(world, "trade_elasticity", "USA", "C10T12") == "scaled"
    assert grade_at(world, "trade_elasticity", "USA", "K") == "assumption"
    assert rule_at(world, "trade_elasticity", "USA", "C10T12") is None
    assert grade_at(world, "trade", "USA", "C26") == grade_at(embedded, "trade", "USA", "C26")
    assert world.fields["knowledge"].source == "revealed"
    assert not np.allclose(world.knowledge, embedded.knowledge)
    assert world.check().ok


def test_a_world_tells_which_set_it_has(embedded: mp.World) -> None:
    assert set_of(embedded) is elasticity_sets()[0]
    for each in elasticity_sets():
        assert set_of(with_elasticities(embedded, each.name)) is each
    assert set_of(replace(embedded, trade_elasticity=1.01 * embedded.trade_elasticity)) is None
    assert set_of(random_world(1)) is None  # other sectors


def test_a_set_that_is_not_there_names_the_nearest_and_one_that_is_passes(embedded: mp.World) -> None:
    assert with_elasticities(embedded, "BSY").sectors == embedded.sectors
    with pytest.raises(WorldError, match=r"no set of trade elasticities `BSJ`. Did you mean `BSY`\?"):
        with_elasticities(embedded, "BSJ")


def test_sectors_that_no_set_has_are_all_named(embedded: mp.World) -> None:
    names = {"A": "odd", "C": "C26"}
    groups = {sector: names.get(sector[0], "rest") for sector in embedded.sectors}
    with pytest.raises(WorldError, match="no trade elasticity for odd, rest"):
        with_elasticities(embedded.aggregate(sectors=groups), "CP")


def test_tables_are_those_that_the_figures_give(shared: Path) -> None:
    from multipolar.world.library import DATA
    from multipolar.world.readers.tables2022 import tables

    for name, text in tables(shared / "data").items():
        assert (DATA / name).read_text(encoding="utf-8") == text, name
        assert list(csv.DictReader(text.splitlines())), name
