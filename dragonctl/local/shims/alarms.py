"""CloudWatch: periods and dashboards that moto takes and AWS does not."""

from __future__ import annotations

import json

from dragonctl.local.messages import NOT_HERE, AwsError, Request
from dragonctl.local.shims import before

_SHORT_PERIODS = (10, 20, 30)
_MINUTE = 60


@before("cloudwatch", "PutMetricAlarm")
def check_alarm(request: Request) -> None:
    """A period of 10, 20, 30 or a multiple of 60 seconds."""
    period = request.parameters.get("Period")
    if period is not None and period not in _SHORT_PERIODS and (period < 1 or period % _MINUTE):
        words = f"Period must be 10, 20, 30 or a multiple of {_MINUTE}"
        raise AwsError("ValidationError", words)


@before("cloudwatch", "DescribeAlarms")
def check_types(request: Request) -> None:
    """Alarms of metrics; there are no others here, and moto shows these whatever is asked for."""
    for kind in request.parameters.get("AlarmTypes") or ():
        if kind != "MetricAlarm":
            words = f"The local AWS does not do {kind} of cloudwatch DescribeAlarms."
            raise AwsError("NotImplemented", words, NOT_HERE)


@before("cloudwatch", "PutDashboard")
def check_dashboard(request: Request) -> None:
    """JSON with widgets."""
    try:
        body = json.loads(request.parameters["DashboardBody"])
        widgets = body["widgets"]
    except (ValueError, KeyError, TypeError):
        widgets = None
    if not isinstance(widgets, list):
        words = "The field DashboardBody must be a valid JSON object"
        raise AwsError("InvalidParameterInput", words)
