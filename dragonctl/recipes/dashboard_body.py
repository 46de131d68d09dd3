"""What an application's dashboard shows: rows of widgets, in CloudWatch's own format.

Sources: "Dashboard Body Structure and Syntax" (CloudWatch API reference), and the services'
pages on their metrics.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dragonctl.application.log_groups import log_groups, of_sources, queried
from dragonctl.application.log_queries import MOST_GROUPS, PRESETS
from dragonctl.application.nouns import App

Widget = dict[str, Any]
Metric = list[Any]

_COLUMNS = 24
_HEIGHT = 6
_PERIOD = 300
# A graph with more lines than this cannot be read; CloudWatch itself would take 500.
_MOST_LINES = 40
_BLUE, _GREEN, _ORANGE, _RED, _GREY = "#1f77b4", "#2ca02c", "#ff7f0e", "#d62728", "#7f7f7f"
_QUERIES = ("errors-by-path", "cold-starts", "failing-states", "slowest-requests")


def body(app: App) -> dict[str, Any]:
    """The dashboard's body, without its heading. Pure."""
    rows = [
        *(_stage_row(app, api.name, stage) for api, stage, _ in app.stages),
        *(_machine_row(app, machine.name, machine.arn) for machine in app.machines),
        *_function_rows(app),
        *_query_rows(app),
    ]
    return {"start": "-PT3H", "periodOverride": "auto", "widgets": list(_placed(rows))}


def _placed(rows: Iterable[Sequence[Widget]]) -> Iterator[Widget]:
    """Each row's widgets side by side, all as wide; the rows below each other."""
    top = 2  # the heading's height
    for row in rows:
        width = _COLUMNS // max(len(row), 1)
        for number, widget in enumerate(row):
            place = {"x": number * width, "y": top, "width": width, "height": _HEIGHT}
            yield {**widget, **place}
        top += _HEIGHT if row else 0


def _stage_row(app: App, api: str, stage: str) -> list[Widget]:
    name = f"{api}/{stage}"

    def metric(metric_name: str, **options: Any) -> Metric:
        return ["AWS/ApiGateway", metric_name, "ApiName", api, "Stage", stage, options]

    return [
        _graph(
            app,
            f"{name}: requests and errors",
            [
                metric("Count", label="Requests", color=_BLUE),
                metric("4XXError", label="4xx", color=_ORANGE),
                metric("5XXError", label="5xx", color=_RED),
            ],
        ),
        _graph(
            app,
            f"{name}: latency",
            [
                metric("Latency", stat="p50", label="p50", color=_GREEN),
                metric("Latency", stat="p95", label="p95", color=_ORANGE),
                metric("Latency", stat="p99", label="p99", color=_RED),
                metric("IntegrationLatency", stat="p95", label="p95 of the back end", color=_GREY),
            ],
            unit="Milliseconds",
        ),
        _graph(
            app,
            f"{name}: cache",
            [
                metric("CacheHitCount", label="Hits", color=_GREEN),
                metric("CacheMissCount", label="Misses", color=_GREY),
            ],
        ),
    ]


def _machine_row(app: App, name: str, arn: str) -> list[Widget]:
    def metric(metric_name: str, **options: Any) -> Metric:
        return ["AWS/States", metric_name, "StateMachineArn", arn, options]

    return [
        _graph(
            app,
            f"{name}: how executions ended",
            [
                metric("ExecutionsSucceeded", label="Succeeded", color=_GREEN),
                metric("ExecutionsFailed", label="Failed", color=_RED),
                metric("ExecutionsTimedOut", label="Timed out", color=_ORANGE),
                metric("ExecutionsAborted", label="Aborted", color=_GREY),
                metric("ExecutionThrottled", label="Throttled", color=_BLUE),
            ],
        ),
        _graph(
            app,
            f"{name}: duration",
            [
                metric("ExecutionTime", stat="p50", label="p50", color=_GREEN),
                metric("ExecutionTime", stat="p95", label="p95", color=_ORANGE),
            ],
            unit="Milliseconds",
        ),
    ]


def _function_rows(app: App) -> Iterator[list[Widget]]:
    """A line per function, and a row for each so many of them."""
    names = [function.name for function in app.functions]
    for first in range(0, len(names), _MOST_LINES):
        some = names[first : first + _MOST_LINES]

        def lines(metric: str, stat: str = "Sum", some: list[str] = some) -> list[Metric]:
            options = {"stat": stat}
            return [
                ["AWS/Lambda", metric, "FunctionName", name, {"label": name, **options}]
                for name in some
            ]

        yield [
            _graph(app, "Functions: duration, p95", lines("Duration", "p95"), unit="Milliseconds"),
            _graph(app, "Functions: errors", lines("Errors")),
            _graph(app, "Functions: throttles", lines("Throttles")),
        ]


def _query_rows(app: App) -> Iterator[list[Widget]]:
    """The named queries of `query`, over the groups of their sources; two side by side."""
    widgets = [widget for name in _QUERIES for widget in _query(app, name)]
    for first in range(0, len(widgets), 2):
        yield widgets[first : first + 2]


def _query(app: App, name: str) -> Iterator[Widget]:
    preset = PRESETS[name]
    groups = [group.name for group in of_sources(queried(log_groups(app)), preset.sources)]
    if not groups:
        return
    sources = " | ".join(f"SOURCE '{group}'" for group in groups[:MOST_GROUPS])
    yield {
        "type": "log",
        "properties": {
            "title": preset.title,
            "region": app.region,
            "view": "table",
            "query": f"{sources} | {preset.text}",
        },
    }


def _graph(app: App, title: str, metrics: list[Metric], unit: str = "") -> Widget:
    """A graph of sums, unless a metric says otherwise; its axis begins at 0."""
    axis: Mapping[str, Any] = {"min": 0, **({"label": unit, "showUnits": False} if unit else {})}
    return {
        "type": "metric",
        "properties": {
            "title": title,
            "region": app.region,
            "view": "timeSeries",
            "stat": "Sum",
            "period": _PERIOD,
            "metrics": metrics,
            "yAxis": {"left": axis},
        },
    }


def plain(text: str) -> str:
    """A name in Markdown that is a name and nothing else."""
    return re.sub(r"[^\w ./:-]", "·", text)
