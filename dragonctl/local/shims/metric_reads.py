"""Reading metrics: by exactly the dimensions asked for, percentiles included.

moto takes every metric that has the dimensions among others, so a stage's figures would count its
methods' again; and it knows no percentiles. Metric math is refused by name.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from dragonctl.local import backends
from dragonctl.local.messages import AwsError, Request, seconds
from dragonctl.local.shims import instead

NOT_HERE = 501
PLAIN: dict[str, Callable[[list[float]], float]] = {
    "SampleCount": lambda values: float(len(values)),
    "Average": lambda values: sum(values) / len(values),
    "Sum": sum,
    "Minimum": min,
    "Maximum": max,
}


@instead("cloudwatch", "GetMetricStatistics")
def get_metric_statistics(request: Request) -> dict[str, Any]:
    """Datapoints of one metric, by period."""
    parameters = request.parameters
    plain, extended = parameters.get("Statistics") or [], parameters.get("ExtendedStatistics") or []
    points = []
    for moment, values, unit in _buckets(request, parameters, parameters["Period"], parameters):
        point: dict[str, Any] = {"Timestamp": moment, "Unit": unit}
        point |= {name: statistic(name, values) for name in plain}
        if extended:
            point["ExtendedStatistics"] = {name: statistic(name, values) for name in extended}
        points.append(point)
    return {"Label": parameters["MetricName"], "Datapoints": points}


@instead("cloudwatch", "GetMetricData")
def get_metric_data(request: Request) -> dict[str, Any]:
    """Several metrics, each by its own period; the newest first unless asked otherwise."""
    newest_first = request.parameters.get("ScanBy") != "TimestampAscending"
    results = []
    for query in request.parameters.get("MetricDataQueries") or []:
        asked = query.get("MetricStat")
        if asked is None:
            words = "The local AWS does not do metric math (cloudwatch GetMetricData, Expression)."
            raise AwsError("NotImplemented", words, NOT_HERE)
        if query.get("ReturnData") is False:
            continue
        buckets = list(_buckets(request, asked["Metric"], asked["Period"], request.parameters))
        ordered = buckets[::-1] if newest_first else buckets
        results.append(
            {
                "Id": query["Id"],
                "Label": query.get("Label") or asked["Metric"]["MetricName"],
                "Timestamps": [moment for moment, _, _ in ordered],
                "Values": [statistic(asked["Stat"], values) for _, values, _ in ordered],
                "StatusCode": "Complete",
            }
        )
    return {"MetricDataResults": results, "Messages": []}


def _buckets(
    request: Request, metric: dict[str, Any], period: int, window: dict[str, Any]
) -> Iterable[tuple[datetime, list[float], str]]:
    """Start of each period that has values, the values, and their unit."""
    backend = backends.backend("cloudwatch", request.account, request.region)
    dimensions = {(one["Name"], one.get("Value")) for one in metric.get("Dimensions") or []}
    start, end = seconds(window["StartTime"]), seconds(window["EndTime"])
    held: dict[float, list[float]] = defaultdict(list)
    unit = "None"
    for datum in list(backend.metric_data):
        if datum.name != metric["MetricName"] or datum.namespace != metric["Namespace"]:
            continue
        moment = seconds(datum.timestamp)
        named = {(one.name, one.value) for one in datum.dimensions}
        if named == dimensions and start <= moment < end:
            held[moment // period * period] += _values(datum)
            unit = datum.unit or unit
    for first in sorted(held):
        yield datetime.fromtimestamp(first, UTC), held[first], unit


def _values(datum: Any) -> list[float]:
    """A single value; of a statistic set, values that have its sum, its least and its most."""
    if hasattr(datum, "value"):
        return [float(datum.value)]
    count = int(datum.sample_count)
    ends = [datum.min, datum.max] if count > 1 else []
    between = count - len(ends)
    return [*ends, *[(datum.sum - sum(ends)) / max(between, 1)] * between]


def statistic(name: str, values: list[float]) -> float:
    """A statistic by CloudWatch's name: ``Sum``, ``p95``, ``p99.9``.

    Raises:
        AwsError: 501 for the rarer ones (trimmed means, percentile ranks).

    """
    if name in PLAIN:
        return PLAIN[name](values)
    try:
        share = float(name.removeprefix("p")) / 100
    except ValueError:
        words = f"The local AWS does not do the statistic {name} (cloudwatch)."
        raise AwsError("NotImplemented", words, NOT_HERE) from None
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
