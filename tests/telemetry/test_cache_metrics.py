"""Hits and misses from CloudWatch: periods, gaps, pages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dragonctl.telemetry.cache_metrics import CacheStats, cache_stats, period_for

HOUR = 3600_000
NOW = 1_795_400_000_000


class CloudWatch:
    """Answers one query a page."""

    def __init__(self, **values):
        self.values, self.asked = values, []

    def __call__(self, operation, **params):
        self.asked.append(params)
        queries = params["MetricDataQueries"]
        page = int(params.get("NextToken", 0))
        query = queries[page]
        about = query["MetricStat"]["Metric"]
        dimensions = {one["Name"]: one["Value"] for one in about["Dimensions"]}
        found = self.values.get(f"{dimensions['Stage']}_{about['MetricName']}", {})
        result = {
            "Id": query["Id"],
            "Timestamps": [datetime.fromtimestamp(at, UTC) for at in found],
            "Values": list(found.values()),
        }
        following = {"NextToken": str(page + 1)} if page + 1 < len(queries) else {}
        return {"MetricDataResults": [result], **following}


def test_each_stage_gets_its_own_and_gaps_are_nothing():
    start = NOW // 60_000 * 60
    cloudwatch = CloudWatch(
        prod_CacheHitCount={start: 8.0, start + 120: 2.0}, prod_CacheMissCount={start: 2.0}
    )
    prod, test = cache_stats(
        cloudwatch, "dragons", ("prod", "test"), start * 1000, (start + 180) * 1000, NOW
    )
    assert prod.points == ((start * 1000, 8, 2), ((start + 60) * 1000, 0, 0), ((start + 120) * 1000, 2, 0))  # fmt: skip  # noqa: E501
    assert (prod.hits, prod.misses, round(prod.ratio, 3)) == (10, 2, 0.833)
    assert (test.hits, test.misses, test.ratio) == (0, 0, None)
    assert {one["Name"]: one["Value"] for one in cloudwatch.asked[0]["MetricDataQueries"][0]["MetricStat"]["Metric"]["Dimensions"]} == {"ApiName": "dragons", "Stage": "prod"}  # fmt: skip  # noqa: E501


@pytest.mark.parametrize(
    ("hours", "age_hours", "seconds"),
    [
        (1, 0, 60),
        (3, 0, 300),
        (24, 0, 3600),
        (24 * 14, 0, 21600),
        (1, 24 * 20, 300),
        (1, 24 * 70, 3600),
    ],
)
def test_periods_that_cloudwatch_still_has(hours, age_hours, seconds):
    end = NOW - age_hours * HOUR
    assert period_for(end - hours * HOUR, end, NOW) == seconds


def test_nothing_asked_is_no_ratio():
    assert CacheStats("prod", 60, ()).ratio is None
