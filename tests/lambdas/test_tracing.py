"""What the functions leave in a trace; in a process apart, for the tracer changes botocore."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from dragonctl.sample import sample_folder

PROGRAM = """
import importlib, json, sys
from types import SimpleNamespace
from aws_xray_sdk.core import xray_recorder
sent = []
xray_recorder.configure(
    service="test", sampling=False, context_missing="RUNTIME_ERROR",
    emitter=SimpleNamespace(send_entity=lambda entity: sent.append(json.loads(entity.serialize()))),
)
folder, event = sys.argv[1:]
sys.path.insert(0, folder)
function = importlib.import_module(folder.rpartition("/")[2])
known = {"dragon_name_str": "Nettle", "family_str": "green"}
function.DATA.read = lambda: ([known], "etag")
function._written = lambda dragons, etag: True
with xray_recorder.in_segment("function"):
    try:
        function.handler(json.loads(event), SimpleNamespace(aws_request_id="r"))
    except Exception as error:
        print(type(error).__name__, file=sys.stderr)
print(json.dumps(sent[0]["subsegments"]))
"""
REPORT = {
    "dragon_name_str": "Jon",
    "description_str": "Jon dragon",
    "family_str": "green",
    "location_city_str": "Toronto",
    "location_country_str": "CA",
    "location_state_str": "ON",
    "location_neighborhood_str": "Downtown",
}


@pytest.mark.parametrize(
    ("folder", "event", "name", "annotations", "fault"),
    [
        (
            "list_dragons",
            {"queryStringParameters": {"family": "green"}},
            "list-dragons",
            {"family": "green", "found": 1},
            False,
        ),
        (
            "validate_dragon",
            {**REPORT, "dragon_name_str": "Nettle"},
            "validate-dragon",
            {"dragon_name": "Nettle", "family": "green", "valid": False},
            True,
        ),
        (
            "add_dragon",
            REPORT,
            "add-dragon",
            {"dragon_name": "Jon", "family": "green", "dragons": 2},
            False,
        ),
    ],
)
def test_a_subsegment_says_what_one_would_search_for(folder, event, name, annotations, fault):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, sample_folder() / "lambdas" / folder, json.dumps(event)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "AWS_DEFAULT_REGION": "eu-west-1"},
    )
    (subsegment,) = json.loads(done.stdout.splitlines()[-1])
    assert (subsegment["name"], subsegment["annotations"]) == (name, annotations)
    assert subsegment.get("fault", False) is fault
