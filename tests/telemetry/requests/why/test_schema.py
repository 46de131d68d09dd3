"""The document says its words; the schema lists them all."""

import json
from pathlib import Path
from typing import get_args

import pytest
from jsonschema import Draft202012Validator

from dragonctl.telemetry.requests.why import model
from tests.telemetry.requests.why.world import (
    CALL,
    FUNCTION_FAILED,
    INVOKE,
    access,
    call,
    gateway,
    shop,
    why,
)

SCHEMA = json.loads((Path(__file__).parents[4] / "docs/schemas/why.json").read_text())


def test_the_schema_lists_every_word_and_no_other():
    finding = SCHEMA["$defs"]["finding"]["properties"]
    assert finding["part"]["enum"] == list(get_args(model.Part))
    assert finding["kind"]["enum"] == list(get_args(model.Kind))
    assert SCHEMA["properties"]["outcome"]["enum"] == list(get_args(model.Outcome))
    assert SCHEMA["properties"]["handled"]["enum"] == list(get_args(model.Handled))


@pytest.mark.parametrize("ident", [CALL, "9f8b6a10-0000-4000-8000-000000000009"])
def test_a_document_is_as_the_schema_says(ident):
    fake = shop(
        gateway(INVOKE, FUNCTION_FAILED, "Method completed with status: 502"),
        access(502),
        call("[ERROR] KeyError: 'x'\nTraceback (most recent call last):"),
    )
    Draft202012Validator(SCHEMA).validate(why(fake, ident).document())
