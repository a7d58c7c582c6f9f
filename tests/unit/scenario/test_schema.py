"""JSON Schema for editors comes from the same declarations as the reader."""

from __future__ import annotations

from datetime import date
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from multipolar.base.forms import record_schema
from multipolar.scenario.document import Document
from multipolar.scenario.measures import TYPES, measure_schema
from multipolar.scenario.scenario import CATALOG, catalog


def loaded(name: str) -> Any:
    """A scenario as an editor sees it: in YAML 1.2 a day is a text."""
    return plain(YAML(typ="safe", pure=True).load(CATALOG / f"{name}.yaml"))


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


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
