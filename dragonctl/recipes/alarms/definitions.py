"""The alarms that a person would keep, each with its reason in its own description.

Metrics, dimensions and units: "Amazon API Gateway dimensions and metrics", "Monitoring Step
Functions metrics using CloudWatch", "Using CloudWatch metrics with Lambda" and "CloudWatch Logs
metrics". Missing data counts as good throughout: these metrics exist only while something runs,
and where nothing runs nothing fails.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dragonctl.application.nouns import Api, App, Machine, Raw
from dragonctl.engine.model import State
from dragonctl.resources.cloudwatch_alarm import PREFIX
from dragonctl.resources.log_group_names import execution_group

FIVE_MINUTES = 300
SHARE = 5.0
"""Percent of requests, or invocations, that may fail."""

SLOW = 3000.0
"""Milliseconds: a p95 above it is felt as broken."""

_LONGEST_PART = 90


@dataclass(frozen=True)
class Alarmed:
    """An alarm: its name, what it is called for people, and PutMetricAlarm's fields."""

    name: str
    title: str
    settings: State

    @property
    def metrics(self) -> int:
        """How many metrics it reads: CloudWatch bills each."""
        queries = self.settings.get("Metrics") or ()
        return sum("MetricStat" in query for query in queries) or 1


def alarms_of(app: App) -> Iterator[Alarmed]:
    """The alarms of every stage, state machine and function of an application. Pure."""
    for api, stage, raw in app.stages:
        yield from _stage_alarms(api, stage, raw)
    for machine in app.machines:
        yield _failed_executions(machine)
    for function in app.functions:
        yield _function_errors(function.name)
        yield _throttles(function.name)


def has_full_log(raw: Raw) -> bool:
    """Whether a stage logs every request: at ``ERROR`` an empty log is a good sign."""
    return ((raw.get("methodSettings") or {}).get("*/*") or {}).get("loggingLevel") == "INFO"


def alarm_name(*parts: str) -> str:
    """A name of letters, digits, ``.``, ``_`` and ``-``: it is part of an ARN, and of policies."""
    return PREFIX + "-".join(_plain(part) for part in parts)


def _plain(part: str) -> str:
    """The part itself where it is plain and short, else one that no other part shares."""
    text = re.sub(r"[^A-Za-z0-9._-]+", "-", part)[:_LONGEST_PART].strip("-")
    if text == part:
        return text
    return f"{text}-{hashlib.sha256(part.encode()).hexdigest()[:6]}".lstrip("-")


def _stage_alarms(api: Api, stage: str, raw: Raw) -> Iterator[Alarmed]:
    metrics = {"ApiName": api.name, "Stage": stage}
    name = (api.name, api.id, stage)
    title = f"{api.name}/{stage}"
    yield Alarmed(
        alarm_name(*name, "5xx-share"),
        f"Alarm on the 5xx share of {title}",
        {
            **_metric("AWS/ApiGateway", "5XXError", metrics),
            # The metric is 0 or 1 for each request: its average is the share.
            "Statistic": "Average",
            **_when("GreaterThanThreshold", SHARE / 100, datapoints=2, of=3),
            **_explained(
                f"More than {SHARE:g} % of the requests to {title} were answered with 5xx, in 2"
                " of 3 periods of five minutes.",
                "without requests there are no errors",
                "dragonctl traces --group-by status",
            ),
        },
    )
    yield Alarmed(
        alarm_name(*name, "p95-latency"),
        f"Alarm on the p95 latency of {title}",
        {
            **_metric("AWS/ApiGateway", "Latency", metrics),
            "ExtendedStatistic": "p95",
            # A percentile of a handful of requests says nothing.
            "EvaluateLowSampleCountPercentile": "ignore",
            **_when("GreaterThanThreshold", SLOW, datapoints=3, of=3),
            **_explained(
                f"One request in twenty to {title} took longer than {SLOW / 1000:g} s, for a"
                " quarter of an hour.",
                "without requests nobody waits",
                "dragonctl query slowest-requests",
            ),
        },
    )
    if has_full_log(raw):
        yield _silent_log(api, stage, metrics)


def _silent_log(api: Api, stage: str, metrics: Mapping[str, str]) -> Alarmed:
    """API Gateway keeps answering, and says nothing, when its account role has gone."""
    group = {"LogGroupName": execution_group(api.id, stage)}
    return Alarmed(
        alarm_name(api.name, api.id, stage, "silent-log"),
        f"Alarm on a silent execution log of {api.name}/{stage}",
        {
            **_formula(
                "IF(FILL(requests, 0) > 0 AND FILL(events, 0) == 0, 1, 0)",
                "Requests that left no line",
                requests=("AWS/ApiGateway", "Count", metrics),
                events=("AWS/Logs", "IncomingLogEvents", group),
            ),
            # Events are counted some minutes late: one quiet period means nothing yet.
            **_when("GreaterThanOrEqualToThreshold", 1.0, datapoints=3, of=3),
            **_explained(
                f"Requests reach {api.name}/{stage}, and its execution log has received nothing"
                " for a quarter of an hour: the account's CloudWatch role is gone or may not"
                " write, or the stage's log level was lowered.",
                "without requests there is nothing to log",
                "dragonctl status",
            ),
        },
    )


def _failed_executions(machine: Machine) -> Alarmed:
    dimensions = {"StateMachineArn": machine.arn}
    return Alarmed(
        alarm_name(machine.name, "failed-executions"),
        f"Alarm on failed executions of {machine.name}",
        {
            **_formula(
                "FILL(failed, 0) + FILL(timedOut, 0)",
                "Executions that failed or timed out",
                failed=("AWS/States", "ExecutionsFailed", dimensions),
                timedOut=("AWS/States", "ExecutionsTimedOut", dimensions),
            ),
            **_when("GreaterThanOrEqualToThreshold", 1.0, datapoints=1, of=1),
            **_explained(
                f"An execution of {machine.name} failed or timed out: no state caught it, and"
                " nothing repeats it.",
                "without executions none fails",
                "dragonctl query failing-states",
            ),
        },
    )


def _function_errors(name: str) -> Alarmed:
    dimensions = {"FunctionName": name}
    return Alarmed(
        alarm_name(name, "errors"),
        f"Alarm on errors of {name}",
        {
            # One error may be by design (a validation that refuses); a share of them is not.
            **_formula(
                "100 * errors / invocations",
                "Invocations that failed, in percent",
                errors=("AWS/Lambda", "Errors", dimensions),
                invocations=("AWS/Lambda", "Invocations", dimensions),
            ),
            **_when("GreaterThanThreshold", SHARE, datapoints=2, of=3),
            **_explained(
                f"More than {SHARE:g} % of the invocations of {name} ended with an error, in 2"
                " of 3 periods of five minutes.",
                "without invocations there are no errors",
                "dragonctl logs --source functions --grep ERROR",
            ),
        },
    )


def _throttles(name: str) -> Alarmed:
    return Alarmed(
        alarm_name(name, "throttles"),
        f"Alarm on throttles of {name}",
        {
            **_metric("AWS/Lambda", "Throttles", {"FunctionName": name}),
            "Statistic": "Sum",
            **_when("GreaterThanOrEqualToThreshold", 1.0, datapoints=2, of=3),
            **_explained(
                f"Lambda refused to run {name} in 2 of 3 periods of five minutes: the account's"
                " or the function's own concurrency is used up.",
                "without invocations none is throttled",
                "aws lambda get-account-settings",
            ),
        },
    )


def _metric(namespace: str, name: str, dimensions: Mapping[str, str]) -> dict[str, Any]:
    return {
        "Namespace": namespace,
        "MetricName": name,
        "Dimensions": _dimensions(dimensions),
        "Period": FIVE_MINUTES,
    }


def _formula(
    expression: str, label: str, **metrics: tuple[str, str, Mapping[str, str]]
) -> dict[str, Any]:
    """``Metrics`` of an alarm on a formula; each metric's sum, under its own name."""
    sums = [
        {
            "Id": name,
            "MetricStat": {
                "Metric": {
                    "Namespace": namespace,
                    "MetricName": metric,
                    "Dimensions": _dimensions(dimensions),
                },
                "Period": FIVE_MINUTES,
                "Stat": "Sum",
            },
            "ReturnData": False,
        }
        for name, (namespace, metric, dimensions) in metrics.items()
    ]
    result = {"Id": "result", "Expression": expression, "Label": label, "ReturnData": True}
    return {"Metrics": [result, *sums]}


def _dimensions(dimensions: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in dimensions.items()]


def _when(comparison: str, threshold: float, *, datapoints: int, of: int) -> dict[str, Any]:
    return {
        "ComparisonOperator": comparison,
        "Threshold": threshold,
        "EvaluationPeriods": of,
        "DatapointsToAlarm": datapoints,
    }


def _explained(what: str, missing: str, look: str) -> dict[str, Any]:
    return {
        "AlarmDescription": f"{what} Look: {look}. Missing data counts as good: {missing}.",
        "TreatMissingData": "notBreaching",
        "ActionsEnabled": True,
    }
