"""An alarm that tests of the local CloudWatch set."""

from __future__ import annotations

ALARM = {
    "AlarmName": "a",
    "Namespace": "AWS/ApiGateway",
    "MetricName": "5XXError",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "TreatMissingData": "notBreaching",
    "Dimensions": [{"Name": "ApiName", "Value": "dragons"}],
}
