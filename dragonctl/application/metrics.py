"""CloudWatch's sums of metrics: the one reader of GetMetricData."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dragonctl.engine.paging import NEXT_TOKEN, follow

_MOST_QUERIES = 500  # GetMetricData takes no more in one call

Ask = Callable[..., dict[str, Any] | None]
"""One call of CloudWatch: ``ask("GetMetricData", **params)``."""


@dataclass(frozen=True)
class Metric:
    """One metric, by its namespace, its name and all of its dimensions."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]

    def query(self, number: int, period: int) -> dict[str, Any]:
        """GetMetricData's query of its sums, of which the id is ``q`` and a number."""
        dimensions = [{"Name": name, "Value": value} for name, value in self.dimensions.items()]
        metric = {
            "Namespace": self.namespace,
            "MetricName": self.name,
            "Dimensions": dimensions,
        }
        stat = {"Metric": metric, "Period": period, "Stat": "Sum"}
        return {"Id": f"q{number}", "MetricStat": stat}


def sums(
    ask: Ask, metrics: Sequence[Metric], period: int, start: datetime, end: datetime
) -> list[dict[int, float]]:
    """Of each metric, in their order: the start of a period (seconds since 1970) -> its sum.

    ``period`` is in seconds. Periods in which nothing was counted are left out.
    """
    found: list[dict[int, float]] = [{} for _ in metrics]
    for first in range(0, len(metrics), _MOST_QUERIES):
        some = enumerate(metrics[first : first + _MOST_QUERIES], first)
        queries = [metric.query(number, period) for number, metric in some]
        for result in _results(ask, MetricDataQueries=queries, StartTime=start, EndTime=end):
            pairs = zip(result["Timestamps"], result["Values"], strict=True)
            found[int(result["Id"][1:])] |= {int(at.timestamp()): value for at, value in pairs}
    return found


def _results(ask: Ask, **params: Any) -> Iterator[dict[str, Any]]:
    def ask_page(**asked: Any) -> dict[str, Any]:
        return ask("GetMetricData", **asked) or {}

    for page in follow(ask_page, NEXT_TOKEN, **params):
        yield from page.get("MetricDataResults", ())
