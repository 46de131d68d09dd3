"""The sample application under Transaction Search: seen as X-Ray's own documents and graph show it.

What differs is the table in docs/transaction-search.md.
"""

from __future__ import annotations

import json
import shutil
import time

import pytest

from dragonctl.sample import sample_folder
from tests.commands.test_deploy_tracers import REPORT
from tests.local.emission.test_traces_from_spans import OF_TRACE, waterfall
from tests.local.serving import until

NEW = json.dumps({**REPORT, "dragonName": "Jon"})
REQUESTS = {
    "1-6b09c734-000000000000000000000001": (("GET", "/dragons?family=red"), "'found'"),
    "1-6b09c734-000000000000000000000002": (("POST", "/dragons", "--data", NEW), "'dragons'"),
    "1-6b09c734-000000000000000000000003": (("POST", "/dragons", "--data", NEW), "known already"),
}
"""Trace -> a request, and what the last function that it reaches writes."""
*_, FAILS = REQUESTS


@pytest.fixture
def sample(dragonctl, local_aws, tmp_path):
    """The sample application, observable, after three requests that are told to CloudWatch too."""
    for name in ("definitions", "lambdas"):
        shutil.copytree(sample_folder() / name, tmp_path / "here" / name)
    assert dragonctl("create-app").code == 0
    assert dragonctl("setup-observability", "--yes").code == 0
    search(local_aws, "CloudWatchLogs")
    for trace, (request, last) in REQUESTS.items():
        header = f"X-Amzn-Trace-Id: Root={trace};Sampled=1"
        assert dragonctl("send", *request, "--stage", "test", "--header", header).code == 0
        until(lambda trace=trace: spans(local_aws, trace), is_whole(last))
    return local_aws


def search(local_aws, destination):
    """Switch Transaction Search on, with nothing indexed, or off."""
    xray = local_aws.client("xray")
    rule = {"Probabilistic": {"DesiredSamplingPercentage": 0}}
    xray.update_indexing_rule(Name="Default", Rule=rule)
    xray.update_trace_segment_destination(Destination=destination)


def documents(local_aws, trace):
    """The segment documents that X-Ray has of a trace."""
    (found,) = local_aws.client("xray").batch_get_traces(TraceIds=[trace])["Traces"] or [{}]
    return [one["Document"] for one in found.get("Segments", ())]


def spans(local_aws, trace):
    """The records of a trace in the log group."""
    logs, now = local_aws.client("logs"), int(time.time())
    text = OF_TRACE.format(trace.removeprefix("1-").replace("-", ""))
    started = logs.start_query(startTime=now - 600, endTime=now + 60, queryString=text)
    rows = logs.get_query_results(queryId=started["queryId"])["results"]
    return [field["value"] for row in rows for field in row if field["field"] == "@message"]


def is_whole(last):
    """Whether the last function's part is there, below rows that all have ended."""

    def holds(texts):
        shown = waterfall(texts)
        return last in str(shown) and "in progress" not in {status for _, status, *_ in shown}

    return holds


def test_the_sample_s_waterfalls_and_map_are_the_same_from_spans(sample, dragonctl):
    def seen():
        found = dragonctl("service-map", "--since", "30m", "--output", "json").document
        nodes = {(one["name"], one["type"], one["requests"]) for one in found["nodes"]}
        return nodes, {(str(one["source"]), str(one["target"])) for one in found["edges"]}

    map_from_spans = seen()
    search(sample, "XRay")
    for trace in REQUESTS:
        shown = waterfall(spans(sample, trace))
        assert shown == waterfall(documents(sample, trace))
        assert ("fault" in {status for _, status, *_ in shown}) is (trace == FAILS)
    assert seen() == map_from_spans
    assert {"validate-dragon", "MyStateMachine"} <= {name for name, *_ in map_from_spans[0]}
