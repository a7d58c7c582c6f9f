"""JSON Schema for editors comes from the same declarations as the reader."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from multipolar.base.forms import record_schema
from multipolar.scenario.document import Document
from multipolar.scenario.measures import TYPES, measure_schema
from multipolar.scenario.scenario import CATALOG, catalog


def loaded(name: str) -> Any:
    return YAML(typ="safe", pure=True).load(CATALOG / f"{name}.yaml")


SCHEMA = jsonschema.Draft202012Validator(record_schema(Document))


def test_the_schema_is_one() -> None:
    SCHEMA.check_schema(SCHEMA.schema)


@pytest.mark.parametrize("name", catalog())
def test_the_schema_accepts_the_catalog(name: str) -> None:
    SCHEMA.validate(loaded(name))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.update(titel="x"),
        lambda text: text.pop("multipolar"),
        lambda text: text["measures"][0].update(rat=0.1),
        lambda text: text["measures"][0].update(type="tarif"),
        lambda text: text.update(horizon="mediun"),
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(change: Any) -> None:
    text = loaded("in-force-2024")
    change(text)
    with pytest.raises(jsonschema.ValidationError):
        SCHEMA.validate(text)


def test_every_key_of_every_measure_is_documented() -> None:
    for kind in TYPES.values():
        schema = measure_schema(kind)
        assert schema["description"]
        assert all(each.get("description") for key, each in schema["properties"].items() if key != "type")
