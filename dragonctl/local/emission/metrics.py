"""CloudWatch metrics of what ran, with the names and dimensions that AWS's services use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dragonctl.local import backends, state

if TYPE_CHECKING:
    from dragonctl.local.runtime.instance import Served
    from dragonctl.local.runtime.settings import Settings

Measured = tuple[str, float, str]
"""Name, value, unit."""


def put(
    account: str,
    region: str,
    namespace: str,
    dimensions: Mapping[str, str],
    measured: list[Measured],
) -> None:
    """Store one value of each metric, at this moment."""
    told = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    data: list[dict[str, Any]] = [
        {"MetricName": name, "Value": value, "Unit": unit, "Dimensions": told}
        for name, value, unit in measured
    ]
    with state.LOCK:  # moto keeps metrics in a plain list: writers and readers take turns
        backends.backend("cloudwatch", account, region).put_metric_data(namespace, data)


def count_invocation(settings: Settings, served: Served) -> None:
    """``AWS/Lambda``, by function name."""
    function = settings.function
    put(
        function.account,
        function.region,
        "AWS/Lambda",
        {"FunctionName": settings.name},
        [
            ("Invocations", 1, "Count"),
            ("Errors", float(served.document is not None), "Count"),
            ("Throttles", 0, "Count"),
            ("Duration", (served.ended - served.begun) * 1000, "Milliseconds"),
        ],
    )
