"""A row of a table of fields, and the names of the fields that it stands for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.engine.fields import Field
from dragonctl.engine.model import Resource

FAMILY = Field("methods/{part}/logging/loglevel", "log level of {}")


@given(st.text(min_size=1, max_size=12))
def test_the_part_of_a_family_s_field_is_read_off_its_name(part):
    name = FAMILY.named(part)
    assert name == f"methods/{part}/logging/loglevel"
    assert FAMILY.part_of(name) == part
    assert FAMILY.label(name) == f"log level of {part}"


@pytest.mark.parametrize(
    "name",
    ["methods//logging/loglevel", "methods/logging/loglevel", "methods/x/logging/dataTrace", ""],
)
def test_another_field_is_none_of_the_family(name):
    assert not FAMILY.part_of(name)


def test_nothing_set_for_a_part_means_what_the_whole_has():
    level = Field(
        "methods/{part}/level",
        "level of {}",
        absent="OFF",
        inherits=True,
        part=lambda part: "" if part == "*" else part,
    )
    assert level.meant_by_nothing("methods/GET/level") == "inherited"
    assert level.meant_by_nothing("methods/*/level") == "OFF"


def test_a_field_has_its_word_and_one_of_another_version_its_own_name():
    class Known(Resource):
        table = (Field("TracingConfig", "tracing"), FAMILY)

    assert Known.label("TracingConfig") == "tracing"
    assert Known.label("methods/GET/logging/loglevel") == "log level of GET"
    assert Known.label("ofAnotherVersion") == "ofAnotherVersion"


PLACES = st.lists(st.sampled_from(["Level", "Include", 0]), max_size=3).map(
    lambda inner: ["Top", *inner]
)


@given(PLACES, st.integers(1, 9))
def test_what_is_written_where_a_call_takes_it_is_read_there_of_an_answer(places, value):
    """``Destinations[0].Group``: members by their names, items by their places."""
    path = "".join(f"[{place}]" if place == 0 else f".{place}" for place in places)[1:]
    row = Field("field", "word", path=path)
    params = {}
    row.write(params, value)
    inside = params
    for place in places:
        inside = inside[place]
    assert inside == value
    assert row.read(params) == value
    assert row.member == "Top"
    assert row.read({}) is None


def test_a_field_that_is_taken_away_leaves_what_stands_beside_it():
    params = {"Top": {"Level": 1, "Other": 2}}
    Field("field", "word", path="Top.Level").write(params, None)
    assert params == {"Top": {"Other": 2}}
