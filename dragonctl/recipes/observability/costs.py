"""What logs and traces will cost a month, roughly, from the requests of the last week.

Sizes are of what API Gateway and Step Functions write for a request of the sample; prices are
those of us-east-1 without free tiers, from the pricing pages of CloudWatch and X-Ray.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from dragonctl.application.nouns import App
from dragonctl.engine.model import Reader
from dragonctl.errors import DragonError
from dragonctl.recipes.observability.options import Options

PRICES_OF = "November 2026, us-east-1"
DOLLARS_PER_LOGGED_GB = 0.50
DOLLARS_PER_MILLION_TRACES = 5.0

EXECUTION_LOG_KB = {"INFO": 4.0, "ERROR": 0.1, "OFF": 0.0}
ACCESS_LOG_KB = 0.7
DATA_TRACE_KB = 4.0
MACHINE_LOG_KB = {"ALL": 8.0, "ERROR": 0.5, "FATAL": 0.1, "OFF": 0.0}

_DAYS = 7
_MONTH = 30 / _DAYS
_SECONDS_A_MONTH = 30 * 24 * 3600
_QUERIES = 500  # GetMetricData takes no more in one call


@dataclass(frozen=True)
class Traffic:
    """Requests a month to the stages, and executions a month of the machines."""

    requests: float
    executions: float


def costs(aws: Reader, app: App, options: Options) -> Iterator[str]:
    """The estimate, where CloudWatch counted any request."""
    seen = traffic(aws, app)
    if seen and seen.requests:
        yield estimate(seen, options)


def traffic(aws: Reader, app: App, now: datetime | None = None) -> Traffic | None:
    """What CloudWatch counted in the last week, as a month; None where it may not be read."""
    end = (now or datetime.now(UTC)).replace(minute=0, second=0, microsecond=0)
    queries = [*_queries(app)][:_QUERIES]
    with suppress(DragonError):  # an estimate is never worth an error
        found = aws.pages(
            "cloudwatch",
            "GetMetricData",
            "MetricDataResults",
            MetricDataQueries=queries,
            StartTime=end - timedelta(days=_DAYS),
            EndTime=end,
        )
        sums = {"r": 0.0, "x": 0.0}
        for result in found or []:
            sums[result["Id"][0]] += sum(result["Values"]) * _MONTH
        return Traffic(sums["r"], sums["x"])
    return None


def estimate(traffic: Traffic, options: Options) -> str:
    """The estimate as a sentence."""
    logged = traffic.requests * _request_kb(options) + traffic.executions * _execution_kb(options)
    logs = logged / 1e6 * DOLLARS_PER_LOGGED_GB
    # X-Ray's default rule: the first request of each second, and one in twenty of the rest.
    first = min(traffic.requests, _SECONDS_A_MONTH)
    traced = (first + 0.05 * (traffic.requests - first)) if options.wants_tracing else 0.0
    traces = traced / 1e6 * DOLLARS_PER_MILLION_TRACES
    return (
        f"At {traffic.requests:,.0f} requests a month, as in the last week: about ${logs:,.2f} a"
        f" month for logs, at most ${traces:,.2f} for traces (prices of {PRICES_OF})."
    )


def _request_kb(options: Options) -> float:
    level = EXECUTION_LOG_KB[options.log_level or "INFO"]
    access = ACCESS_LOG_KB if options.access_log is not False else 0.0
    return level + access + (DATA_TRACE_KB if options.data_trace else 0.0)


def _execution_kb(options: Options) -> float:
    twice = 2 if options.execution_data else 1
    return MACHINE_LOG_KB[options.state_machine_level or "ALL"] * twice


def _queries(app: App) -> Iterator[dict[str, Any]]:
    stages = [(api.name, stage) for api in app.apis for stage in api.stages]
    for number, (name, stage) in enumerate(stages):
        dimensions = {"ApiName": name, "Stage": stage}
        yield _query(f"r{number}", "AWS/ApiGateway", "Count", dimensions)
    for number, machine in enumerate(app.machines):
        dimensions = {"StateMachineArn": machine.arn}
        yield _query(f"x{number}", "AWS/States", "ExecutionsStarted", dimensions)


def _query(ident: str, namespace: str, name: str, dimensions: Mapping[str, str]) -> dict[str, Any]:
    metric = {
        "Namespace": namespace,
        "MetricName": name,
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
    }
    return {"Id": ident, "MetricStat": {"Metric": metric, "Period": 3600, "Stat": "Sum"}}
