"""CloudWatch metrics of what ran, with the names and dimensions that AWS's services use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
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
    from moto.cloudwatch.models import MetricDatum

    named = _dimensions(tuple(dimensions.items()))
    now = datetime.now(UTC).replace(tzinfo=None)  # as moto keeps times
    data = []
    for name, value, unit in measured:
        datum = MetricDatum(namespace, name, value, [], now, unit)
        datum.dimensions = named
        data.append(datum)
    with state.LOCK:  # moto keeps metrics in a plain list: writers and readers take turns
        backends.backend("cloudwatch", account, region).metric_data.extend(data)


@lru_cache(maxsize=1024)
def _dimensions(named: tuple[tuple[str, str], ...]) -> list[Any]:
    """Moto's objects, shared by all that is measured of the same: a request leaves a dozen."""
    from moto.cloudwatch.models import Dimension

    return [Dimension(name, value) for name, value in named]


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
