"""Two commands at once: the pairs that meet at one thing; `make faults` runs every pair."""

from __future__ import annotations

import pytest

from tests.faults.commands import furnish
from tests.faults.laboratory import laboratory
from tests.faults.pairs import UNDONE, pairs, together, undone_twice

AT_ONE_THING = [
    ("setup-observability", "enable-cache"),  # the stage
    ("setup-observability", "deploy-function"),  # the function
    ("enable-cache", "enable-cache"),  # the method, its key, the deployment
    ("set-endpoint", "set-endpoint"),  # the API
    ("setup-alarms", "setup-alarms"),  # the topic
]


@pytest.fixture(scope="module")
def lab(local_aws_server):
    with laboratory(server=local_aws_server.server) as place:
        furnish(place.folder)
        yield place


@pytest.mark.parametrize("pair", AT_ONE_THING, ids=" and ".join)
def test_nothing_of_either_is_lost_and_both_journals_are_true(lab, pair):
    assert pair in set(pairs())
    assert together(lab, pair, AT_ONE_THING.index(pair)) == []


@pytest.mark.parametrize("name", ["enable-cache", "set-sampling of a new rule"])
def test_of_two_undos_of_one_run_neither_fails(lab, name):
    assert name in UNDONE
    assert undone_twice(lab, name) == []
