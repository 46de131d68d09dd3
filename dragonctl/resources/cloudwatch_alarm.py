"""A CloudWatch metric alarm: a metric or a formula, a threshold, and whom it tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Json, Reader, Reading, Resource, State
from dragonctl.errors import DragonError

PREFIX = "dragonctl-"
"""How the names of dragonctl's own alarms begin: one read lists them all."""

SETTINGS = {
    "AlarmDescription": "description",
    "ActionsEnabled": "actions enabled",
    "InsufficientDataActions": "actions where data are missing",
    "MetricName": "metric",
    "Namespace": "namespace",
    "Statistic": "statistic",
    "ExtendedStatistic": "percentile",
    "Dimensions": "dimensions",
    "Period": "period",
    "Unit": "unit",
    "EvaluationPeriods": "periods looked at",
    "DatapointsToAlarm": "periods to alarm",
    "Threshold": "threshold",
    "ComparisonOperator": "comparison",
    "TreatMissingData": "missing data",
    "EvaluateLowSampleCountPercentile": "few samples",
    "Metrics": "metrics",
    "ThresholdMetricId": "metric of the threshold",
    "EvaluationWindow": "window",
    "WarmUpConfiguration": "warm-up",
    "EvaluationCriteria": "criteria",
    "EvaluationInterval": "interval",
    "ActionConfiguration": "configuration of actions",
}
"""PutMetricAlarm replaces an alarm whole, so each of its fields must be known; its word."""

ACTIONS = {"AlarmActions": "alarm told to", "OKActions": "end told to"}
MOST_ACTIONS = 5
"""Actions that an alarm takes per state (CloudWatch API reference)."""

_EMPTY: tuple[Json, ...] = (None, [], {}, "")
_LONGEST_NAME, _LONGEST_DESCRIPTION, _MOST_METRICS = 255, 1024, 10
_SHORT_PERIODS, _MINUTE, _HOUR, _DAY = (10, 20, 30), 60, 3600, 86_400


@dataclass(frozen=True)
class Alarm(Resource):
    """A metric alarm, by name. State: the fields of PutMetricAlarm.

    Actions are fields of their own (``AlarmActions/<ARN>``, true), so that one can be added and
    taken back beside others. Periods are in seconds.
    """

    kind: ClassVar[str] = "cloudwatch-alarm"
    table: ClassVar[Table] = (
        *(Field(name, word, plain=name == "AlarmDescription") for name, word in SETTINGS.items()),
        *(Field(f"{kind}/{{arn}}", f"{word} {{}}") for kind, word in ACTIONS.items()),
    )
    name: str

    def read(self, aws: Reader) -> Reading | None:
        """DescribeAlarms, by the prefix that all of dragonctl's alarms share."""
        found = next((raw for raw in read_alarms(aws) if raw["AlarmName"] == self.name), None)
        if found is None:
            return None
        state = {name: _held(found.get(name)) for name in SETTINGS}
        return Reading({**state, **_actions(found)}, {"arn": found.get("AlarmArn")})

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """PutMetricAlarm, whole; or DeleteAlarms."""
        if want is None:
            yield Call("cloudwatch", "DeleteAlarms", {"AlarmNames": [self.name]})
            return
        state = {**(have.state if have else {}), **want}
        params = {
            **{name: state[name] for name in SETTINGS if state.get(name) is not None},
            **{kind: actions_of(state, kind) for kind in ACTIONS},
            "AlarmName": self.name,
        }
        self._check(params)
        yield Call("cloudwatch", "PutMetricAlarm", params)

    def holds(self, field: str, have: Json, want: Json) -> bool:
        """CloudWatch may add fields to what it was given, and order lists as it likes."""
        return _covers(have, want)

    def _check(self, params: Mapping[str, Any]) -> None:
        fault = next(faults(params), None)
        if fault:
            raise DragonError(
                f"CloudWatch would refuse the alarm {self.name}: {fault}.",
                code="InvalidAlarm",
                resource=self.identifier,
            )


def read_alarms(aws: Reader) -> list[dict[str, Any]]:
    """All of dragonctl's alarms in the account and region: DescribeAlarms' items."""
    found = aws.pages(
        "cloudwatch", "DescribeAlarms", "MetricAlarms", AlarmNamePrefix=PREFIX, MaxRecords=100
    )
    return found or []


def actions_of(state: State, kind: str) -> list[str]:
    """The ARNs that an alarm tells: ``kind`` is ``AlarmActions`` or ``OKActions``."""
    begin = f"{kind}/"
    return [name.removeprefix(begin) for name, on in state.items() if on and name.startswith(begin)]


def faults(params: Mapping[str, Any]) -> Iterator[str]:
    """What CloudWatch would refuse in PutMetricAlarm's parameters, by its API reference."""
    if len(params["AlarmName"]) > _LONGEST_NAME:
        yield f"a name has at most {_LONGEST_NAME} characters"
    if len(params.get("AlarmDescription", "")) > _LONGEST_DESCRIPTION:
        yield f"a description has at most {_LONGEST_DESCRIPTION} characters"
    if any(len(params.get(kind, ())) > MOST_ACTIONS for kind in ACTIONS):
        yield f"it takes {MOST_ACTIONS} actions per state"
    periods = params.get("EvaluationPeriods", 1)
    if params.get("DatapointsToAlarm", 1) > periods:
        yield "DatapointsToAlarm is at most EvaluationPeriods"
    queries = params.get("Metrics", [])
    stats = [query["MetricStat"] for query in queries if "MetricStat" in query]
    for period in {*(stat["Period"] for stat in stats), params.get("Period", _MINUTE)}:
        yield from _period_faults(period, periods)
    if queries and sum(query.get("ReturnData", True) for query in queries) != 1:
        yield "one of its metrics, and no other, is compared with the threshold"
    if len(stats) > _MOST_METRICS:
        yield f"a formula takes {_MOST_METRICS} metrics"


def _period_faults(period: int, periods: int) -> Iterator[str]:
    if period not in _SHORT_PERIODS and (period < _MINUTE or period % _MINUTE):
        yield f"a period has 10, 20, 30 or a multiple of 60 seconds, not {period}"
    longest = 7 * _DAY if period >= _HOUR else _DAY
    if period * periods > longest:
        yield f"{periods} periods of {period} seconds are more than {longest} seconds"


def _actions(raw: Mapping[str, Any]) -> dict[str, Json]:
    return {f"{kind}/{arn}": True for kind in ACTIONS for arn in raw.get(kind) or ()}


def _held(value: Json) -> Json:
    """None for what is empty: CloudWatch shows some fields so, and leaves others out."""
    return None if value in _EMPTY else value


def _covers(have: Json, want: Json) -> bool:
    """Whether ``have`` says at least all that ``want`` says."""
    if isinstance(want, Mapping):
        return isinstance(have, Mapping) and all(
            _covers(have.get(key), value) for key, value in want.items()
        )
    if isinstance(want, list):
        return (
            isinstance(have, list)
            and len(have) == len(want)
            and all(map(_covers, _in_order(have), _in_order(want)))
        )
    return bool(have == want)


def _in_order(items: list[Json]) -> list[Json]:
    """Formulas by their Id, dimensions by their Name."""
    return sorted(
        items,
        key=lambda one: str(one.get("Id") or one.get("Name") if isinstance(one, Mapping) else one),
    )
