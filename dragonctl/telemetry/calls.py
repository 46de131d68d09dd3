"""What the views of logs and traces ask of AWS, as data: `policy` is made from it.

They ask without a memory, page by page, and stop early; so what they may ask is written down here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dragonctl.application.log_groups import log_groups, queried
from dragonctl.application.nouns import Api, App
from dragonctl.engine.model import Call
from dragonctl.telemetry.logs.deliveries import READS


def log_calls(app: App) -> Iterator[Call]:
    """`logs`: every group's events; the class of one that cannot be read; delivered logs."""
    for group in log_groups(app):
        yield Call("logs", "FilterLogEvents", {"logGroupName": group.name})
    yield Call("logs", "DescribeLogGroups", {})
    yield from _delivery_calls(app)


def _delivery_calls(app: App) -> Iterator[Call]:
    """Where the stages' execution logs are delivered to."""
    if app.apis:
        yield from _account_wide("logs", READS)


def query_calls(app: App) -> Iterator[Call]:
    """`query`: a query over every group; one that is abandoned is stopped."""
    names = [group.name for group in queried(log_groups(app))]
    yield from _delivery_calls(app)
    if names:
        yield Call("logs", "StartQuery", {"logGroupNames": names})
        yield from _account_wide("logs", ("GetQueryResults", "StopQuery"))


def trace_calls(app: App) -> Iterator[Call]:
    """`traces`: the list, one whole with its log lines, and why there is none."""
    yield from log_calls(app)
    yield from _account_wide("xray", ("GetTraceSummaries", "BatchGetTraces", *_WHY_NONE))
    yield from _account_wide("xray", _RETRIEVAL)
    yield from span_search_calls()


def span_search_calls() -> Iterator[Call]:
    """The search for spans in CloudWatch Logs: any group of the account may hold some."""
    yield Call("logs", "StartQuery", {"logGroupNames": ["*"]})
    yield from _account_wide("logs", ("GetQueryResults", "StopQuery"))


def destination_calls() -> Iterator[Call]:
    """`sampling`: where the traces go, and which share of them is indexed."""
    yield from _account_wide("xray", ("GetTraceSegmentDestination", "GetIndexingRules"))


def map_calls() -> Iterator[Call]:
    """`service-map`: the graph, the traces of its page, and why it is empty."""
    reads = ("GetServiceGraph", "GetTraceSummaries", "BatchGetTraces", *_WHY_NONE)
    yield from _account_wide("xray", (*reads, *_RETRIEVAL, "GetRetrievedTracesGraph"))
    yield from span_search_calls()


def why_calls(app: App) -> Iterator[Call]:
    """`why`: the lines, the traces, any execution's history, and the tags of what failed."""
    yield from log_calls(app)
    yield from _account_wide("xray", ("BatchGetTraces", "GetTraceSummaries"))
    yield from destination_calls()
    yield from _account_wide("xray", _RETRIEVAL)
    for function in app.functions:
        yield Call("lambda", "ListTags", {"Resource": function.arn})
    for machine in app.machines:
        yield Call("stepfunctions", "ListTagsForResource", {"resourceArn": machine.arn})
        arn = machine.arn.replace(":stateMachine:", ":execution:")
        for operation in ("DescribeExecution", "GetExecutionHistory", "ListMapRuns"):
            yield Call("stepfunctions", operation, {"executionArn": f"{arn}:*"})
        runs = machine.arn.replace(":stateMachine:", ":mapRun:")
        yield Call("stepfunctions", "DescribeMapRun", {"mapRunArn": f"{runs}/*"})
        yield Call("stepfunctions", "ListExecutions", {"stateMachineArn": machine.arn})


def signed_calls(api: Api, resources: Iterable[Mapping[str, Any]]) -> Iterator[Call]:
    """`send`: the requests that IAM guards, in each stage; a path's parameters may be anything.

    ``resources``: GetResources' items with their methods. API Gateway developer guide, "Control
    access for invoking an API".
    """
    for one in resources:
        path = re.sub(r"\{[^}]+\}", "*", str(one["path"]))
        for verb, method in (one.get("resourceMethods") or {}).items():
            if (method or {}).get("authorizationType") == "AWS_IAM":
                for stage in api.stages:
                    place = f"{api.id}/{stage}/{'*' if verb == 'ANY' else verb}{path}"
                    yield Call("execute-api", "Invoke", {"Place": place})


_WHY_NONE = ("GetTraceSegmentDestination", "GetIndexingRules", "GetSamplingRules")
_RETRIEVAL = ("StartTraceRetrieval", "ListRetrievedTraces", "CancelTraceRetrieval")
"""Of traces whose spans are in CloudWatch Logs."""


def _account_wide(service: str, operations: Iterable[str]) -> Iterator[Call]:
    """Calls about the whole account and region."""
    for operation in operations:
        yield Call(service, operation, {})
