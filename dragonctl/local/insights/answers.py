"""StartQuery and what is asked of a query afterwards."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterator
from typing import Any

from dragonctl.local import backends, state
from dragonctl.local.insights.expressions import undone
from dragonctl.local.insights.query import MOST_ROWS, Query, Row, parse
from dragonctl.local.insights.records import record
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import instead

_OF_EVENTS = ["@timestamp", "@message"]
_DECIMALS = 4


@instead("logs", "StartQuery", lock=False)
def start(request: Request) -> dict[str, Any]:
    """Answer a query, and keep the answer until it is asked for."""
    parameters = request.parameters
    language = parameters.get("queryLanguage") or "CWLI"
    if language != "CWLI":
        raise undone(f"the language {language}")
    query = parse(parameters["queryString"])
    groups = _groups(request, query)
    records = list(_records(request, groups))
    most = int(parameters.get("limit") or MOST_ROWS)
    rows = query.rows(records)[:most]
    name = str(uuid.uuid4())
    _queries(request)[name] = {
        "results": [_row(query, row) for row in rows],
        "statistics": {
            "recordsMatched": float(query.matched),
            "recordsScanned": float(len(records)),
            "bytesScanned": float(sum(len(str(one["@message"])) for one in records)),
        },
        "status": "Complete",
        "queryLanguage": language,
        "told": {"queryString": _with_source(parameters, groups),
                 "createTime": int(state.now() * 1000), "logGroupName": next(iter(groups), "")},
    }  # fmt: skip
    return {"queryId": name}


def _with_source(parameters: dict[str, Any], groups: list[str]) -> str:
    """A query as DescribeQueries shows it: with the one group and the time that it was about.

    The milliseconds run from the first of the start to the last of the end (recorded on AWS).
    """
    query = str(parameters["queryString"])
    if len(groups) != 1 or query.lstrip().startswith("SOURCE"):
        return query
    start, end = int(parameters["startTime"]), int(parameters["endTime"])
    return f'SOURCE "{groups[0]}" START={start}000 END={end}999 | {query}'


@instead("logs", "GetQueryResults")
def results(request: Request) -> dict[str, Any]:
    """The answer of a query."""
    return {key: one for key, one in _query(request).items() if key != "told"}


@instead("logs", "StopQuery")
def stop(request: Request) -> dict[str, Any]:
    """A query has ended before anybody can stop it."""
    _query(request)
    return {"success": False}


@instead("logs", "DescribeQueries")
def describe(request: Request) -> dict[str, Any]:
    """The queries, the latest first."""
    wanted = request.parameters
    shown = [
        {"queryId": name, "status": one["status"], "queryLanguage": "CWLI", **one["told"]}
        for name, one in reversed(_queries(request).items())
        if wanted.get("logGroupName") in (None, one["told"]["logGroupName"])
        and wanted.get("status") in (None, one["status"])
    ]
    return {"queries": shown[: int(wanted.get("maxResults") or 1000)]}


def _groups(request: Request, query: Query) -> list[str]:
    """The names of the groups that are asked about: by the request, or by the query itself."""
    named = _group_names(request)
    if query.sources is None:
        return named
    if named:
        raise AwsError("InvalidParameterException", "SOURCE cannot be used with log group names")
    groups = backends.backend("logs", request.account, request.region).groups
    return [name for name in list(groups) if name.startswith(query.sources)]


def _records(request: Request, names: list[str]) -> Iterator[Row]:
    """The events of the groups and the time that are asked about: whole seconds, both included."""
    parameters = request.parameters
    groups = backends.backend("logs", request.account, request.region).groups
    start, end = int(parameters["startTime"]) * 1000, int(parameters["endTime"]) * 1000 + 999
    for name in names:
        for stream, one in list(groups[name].streams.items()):
            for event in list(one.events):
                if start <= event.timestamp <= end:
                    yield record(request.account, name, stream, event)


def _group_names(request: Request) -> list[str]:
    parameters = request.parameters
    named = [parameters.get("logGroupName"), *(parameters.get("logGroupNames") or [])]
    arns = parameters.get("logGroupIdentifiers") or []
    names = [*named, *(one.removesuffix(":*").rpartition(":log-group:")[2] for one in arns)]
    return [name for name in names if name]


def _row(query: Query, row: Row) -> list[dict[str, str]]:
    shown = query.shown or _OF_EVENTS
    columns = [*shown] if query.is_statistics else [*shown, "@ptr"]
    return [
        {"field": name, "value": _text(row[name])} for name in columns if row.get(name) is not None
    ]


def _text(value: Any) -> str:
    if isinstance(value, float):
        return (
            str(int(value)) if math.floor(value) == value else f"{value:.{_DECIMALS}f}".rstrip("0")
        )
    return str(value)


def _query(request: Request) -> dict[str, Any]:
    found = _queries(request).get(request.parameters["queryId"])
    if found is None:
        words = "The specified query does not exist."
        raise AwsError("ResourceNotFoundException", words)
    return found


def _queries(request: Request) -> dict[str, dict[str, Any]]:
    memory = state.memory("logs", request.account, request.region)
    queries: dict[str, dict[str, Any]] = memory.setdefault("queries", {})
    return queries
