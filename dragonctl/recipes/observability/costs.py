"""What a plan adds a month, roughly: logs, traces, metrics of stages and state machines.

By the requests that CloudWatch counted in the last week, and by the million where it counted none.
Sizes are of what API Gateway and Step Functions write for a request of the sample.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from dragonctl.application.metrics import Metric, sums
from dragonctl.application.nouns import App
from dragonctl.engine.model import Reader, State
from dragonctl.engine.plan import Plan
from dragonctl.errors import DragonError
from dragonctl.recipes.prices import (
    LOGGED_GB,
    METRIC_A_MONTH,
    MILLION_TRACES,
    PRICES_OF,
    SECONDS_A_MONTH,
    dollars,
)
from dragonctl.resources.apigateway_stage_fields import ACCESS_LOG, ALL_METHODS
from dragonctl.resources.states_machine_fields import EXECUTION_DATA, LEVEL

EXECUTION_LOG_KB = {"INFO": 4.0, "ERROR": 0.1, "OFF": 0.0}
ACCESS_LOG_KB = 0.7
DATA_TRACE_KB = 4.0
MACHINE_LOG_KB = {"ALL": 8.0, "ERROR": 0.5, "FATAL": 0.1, "OFF": 0.0}
METRICS_OF_A_METHOD = 7
"""Detailed metrics of one method: API Gateway developer guide, "API Gateway dimensions"."""

_STAGE, _MACHINE = "apigateway-stage", "states-machine"
_DAYS = 7
_MONTH = 30 / _DAYS
_MILLION = 1e6
_HOUR = 3600


@dataclass(frozen=True)
class AddedCosts:
    """What a plan adds, by the identifier of a stage or a machine.

    ``kilobytes`` of log for each request or execution (less than 0 where less is written);
    ``traced`` are the stages that begin to trace, ``measured`` those with detailed metrics.
    """

    kilobytes: Mapping[str, float] = field(default_factory=dict)
    traced: frozenset[str] = frozenset()
    measured: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return any(self.kilobytes.values()) or bool(self.traced or self.measured)

    def dearest(self, kind: str) -> float:
        """The kilobytes of that stage (or machine) to which the plan adds most; 0 if to none."""
        of_kind = (size for name, size in self.kilobytes.items() if name.startswith(f"{kind}/"))
        return max((0.0, *of_kind))


def costs(aws: Reader, app: App, plan: Plan) -> Iterator[str]:
    """What the plan adds, as sentences; none where it changes nothing that AWS charges for."""
    added = added_by(plan)
    if not added:
        return
    seen = traffic(aws, app)
    if seen is None or not any(seen.values()):
        yield from per_million(added, is_known=seen is not None)
    else:
        yield estimate(added, seen)
    if added.measured:
        yield (
            f"Detailed metrics add up to {dollars(METRICS_OF_A_METHOD * METRIC_A_MONTH)} a month"
            f" for each method that is called ({METRICS_OF_A_METHOD} metrics; {PRICES_OF})."
        )


def added_by(plan: Plan) -> AddedCosts:
    """Of each stage and machine that changes, what it writes afterwards more than before."""
    kilobytes, traced, measured = {}, set(), set()
    for item in plan.items:
        kind, name = item.step.resource.kind, item.step.resource.identifier
        if not item.changes or kind not in (_STAGE, _MACHINE):
            continue
        before = item.have.state if item.have else {}
        after = item.outcome.state if item.outcome else {}
        size = _request_kb if kind == _STAGE else _execution_kb
        kilobytes[name] = size(after) - size(before)
        if after.get("tracingEnabled") and not before.get("tracingEnabled"):
            traced.add(name)
        metrics = f"{ALL_METHODS}/metrics/enabled"
        if after.get(metrics) and not before.get(metrics):
            measured.add(name)
    return AddedCosts(kilobytes, frozenset(traced), frozenset(measured))


def traffic(aws: Reader, app: App, now: datetime | None = None) -> dict[str, float] | None:
    """Requests a month to each stage, and executions of each machine, by its identifier.

    What CloudWatch counted in the last week, as a month; None where it may not be read.
    """
    end = (now or datetime.now(UTC)).replace(minute=0, second=0, microsecond=0)
    metrics = dict(_metrics(app))
    with suppress(DragonError):  # an estimate is never worth an error
        ask = partial(aws.get, "cloudwatch")
        counted = sums(ask, [*metrics.values()], _HOUR, end - timedelta(days=_DAYS), end)
        return {
            name: sum(hours.values()) * _MONTH for name, hours in zip(metrics, counted, strict=True)
        }
    return None


def estimate(added: AddedCosts, counts: Mapping[str, float]) -> str:
    """The estimate by the traffic of the last week."""
    logged = sum(size * counts.get(name, 0.0) for name, size in added.kilobytes.items())
    # X-Ray's default rule: the first request of each second, and one in twenty of the rest.
    requests = sum(counts.get(name, 0.0) for name in added.traced)
    first = min(requests, SECONDS_A_MONTH)
    traces = (first + 0.05 * (requests - first)) / _MILLION * MILLION_TRACES
    all_requests = sum(count for name, count in counts.items() if name.startswith(_STAGE))
    return (
        f"At {all_requests:,.0f} requests a month, as in the last week, this adds about"
        f" {dollars(logged / _MILLION * LOGGED_GB)} a month for logs and at most"
        f" {dollars(traces)} for traces (prices of {PRICES_OF})."
    )


def per_million(added: AddedCosts, *, is_known: bool) -> Iterator[str]:
    """What it will be: no request was counted, or (not ``is_known``) may be read."""
    each = {
        "requests": added.dearest(_STAGE) * LOGGED_GB,
        "executions of a state machine": added.dearest(_MACHINE) * LOGGED_GB,
    }
    parts = [
        f"{dollars(price)} for the logs of a million {of}" for of, price in each.items() if price
    ]
    if added.traced:
        parts.append(f"at most {dollars(MILLION_TRACES)} for a million traces")
    if not parts:
        return
    begin = (
        "No request was counted in the last week: this adds nothing while none comes, then"
        if is_known
        else "How many requests there are could not be read: this adds"
    )
    yield f"{begin} about {', '.join(parts)} (prices of {PRICES_OF})."


def _request_kb(stage: State) -> float:
    level = EXECUTION_LOG_KB.get(stage.get(f"{ALL_METHODS}/logging/loglevel") or "OFF", 0.0)
    access = ACCESS_LOG_KB if stage.get(ACCESS_LOG[0]) else 0.0
    has_bodies = level and stage.get(f"{ALL_METHODS}/logging/dataTrace")
    return level + access + (DATA_TRACE_KB if has_bodies else 0.0)


def _execution_kb(machine: State) -> float:
    twice = 2 if machine.get(EXECUTION_DATA) else 1
    return MACHINE_LOG_KB.get(machine.get(LEVEL) or "OFF", 0.0) * twice


def _metrics(app: App) -> Iterator[tuple[str, Metric]]:
    """What counts the requests to a stage and the executions of a machine, by its identifier."""
    for api, stage, _ in app.stages:
        dimensions = {"ApiName": api.name, "Stage": stage}
        yield f"{_STAGE}/{api.id}/{stage}", Metric("AWS/ApiGateway", "Count", dimensions)
    for machine in app.machines:
        dimensions = {"StateMachineArn": machine.arn}
        yield f"{_MACHINE}/{machine.arn}", Metric("AWS/States", "ExecutionsStarted", dimensions)
