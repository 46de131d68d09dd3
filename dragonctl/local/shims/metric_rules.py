"""CloudWatch: metrics, statistics and dashboards that AWS does not take, in its words."""

from __future__ import annotations

import re

from dragonctl.local.messages import AwsError, Request, seconds
from dragonctl.local.refusals import Refusal, register
from dragonctl.local.shims import before

MOST_DATAPOINTS = 1440
_EXCLUSIVE = (("Value", "Values"), ("Value", "StatisticValues"))

register(
    "cloudwatch",
    {
        "PutDashboard": [
            Refusal(
                lambda record: not re.fullmatch(r"[A-Za-z0-9_-]+", str(record["DashboardName"])),
                "The value for field DashboardName contains invalid characters. It can only "
                "contain alphanumerics, dash (-) and underscore (_).\n",
                "InvalidParameterValue",
            )
        ],
        "GetMetricStatistics": [
            Refusal(
                lambda record: seconds(record["StartTime"]) >= seconds(record["EndTime"]),
                "The parameter StartTime must be less than the parameter EndTime.",
                "InvalidParameterValue",
            ),
        ],
    },
)


@before("cloudwatch", "GetMetricStatistics")
def check_points(request: Request) -> None:
    """No more datapoints than CloudWatch sends at once."""
    parameters = request.parameters
    window = seconds(parameters["EndTime"]) - seconds(parameters["StartTime"])
    points = int(window // max(1, parameters["Period"]))
    if points > MOST_DATAPOINTS:
        words = (
            f"You have requested up to {points} datapoints, which exceeds the limit of "
            f"{MOST_DATAPOINTS}. You may reduce the datapoints requested by increasing Period, or "
            "decreasing the time range."
        )
        raise AwsError("InvalidParameterCombination", words)


@before("cloudwatch", "PutMetricData")
def check_data(request: Request) -> None:
    """A value, values with counts, or a statistic set: not two of them."""
    for number, datum in enumerate(request.parameters.get("MetricData") or [], 1):
        place = f"MetricData.member.{number}"
        for one, other in _EXCLUSIVE:
            if datum.get(one) is not None and datum.get(other):
                words = (
                    f"The parameters {place}.{one} and {place}.{other} are mutually exclusive and "
                    "you have specified both."
                )
                raise AwsError("InvalidParameterCombination", words)
