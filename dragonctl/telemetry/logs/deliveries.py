"""Execution logs that CloudWatch Logs delivers to a place that somebody chose.

Since September 2026 a stage's execution log may be a delivery's source; then it takes the place of
the group ``API-Gateway-Execution-Logs_<api>/<stage>``. Sources: "Set up execution log delivery" in
the API Gateway developer guide (the fields of a record; the log type ``EXECUTION_LOGS``),
CloudWatch Logs API reference (``DescribeDeliveries`` names its source by name and its destination
by ARN; ``DescribeDeliverySources`` names the stages, ``DescribeDeliveryDestinations`` the place).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from dragonctl.application.log_groups import LogGroup
from dragonctl.application.nouns import App
from dragonctl.engine.model import Reader
from dragonctl.resources.log_group_names import execution_group, group_name
from dragonctl.telemetry.logs.lines import json_object

LOG_TYPE = "EXECUTION_LOGS"
READS = ("DescribeDeliverySources", "DescribeDeliveries", "DescribeDeliveryDestinations")
"""What is asked: the last two only where a stage of the application is a source."""

_STAGE = re.compile(r"arn:[^:\s]+:apigateway:[^:\s]*:[^:\s]*:/restapis/([^/\s]+/)stages/([\w-]+)")
_LINE = re.compile(r"\([0-9A-Za-z-]{20,60}\) ")
"""How a line of an execution log begins: with its request's id."""


@dataclass(frozen=True)
class Delivery:
    """Where the execution log of a stage goes. ``stage`` is ``<api id>/<stage>``.

    ``part`` is the same by the API's name, ``destination`` the ARN of a log group, a bucket or a
    stream.
    """

    stage: str
    part: str
    destination: str

    @property
    def replaced(self) -> str:
        """The name of the group that nothing is written to any more."""
        return execution_group(*self.stage.split("/", 1))

    def group(self, app: App) -> str:
        """The name of the group where it can be read; "" in another place than the application."""
        here = f":logs:{app.region}:{app.account}:log-group:"
        return group_name(self.destination) if here in self.destination else ""


def read_sources(aws: Reader) -> list[dict[str, Any]]:
    """The sources of deliveries of the account and region."""
    return aws.pages("logs", READS[0], "deliverySources") or []


def read_deliveries(aws: Reader, app: App) -> list[Delivery]:
    """Where the execution logs of the application's stages are delivered to."""
    parts = {f"{api.id}/{stage}": f"{api.name}/{stage}" for api, stage, _ in app.stages}
    sources = {
        str(source["name"]): [stage for stage in _stages(source) if stage in parts]
        for source in (read_sources(aws) if parts else ())
        if source.get("logType") == LOG_TYPE
    }
    if not any(sources.values()):
        return []
    deliveries, destinations = aws.concurrently(
        partial(aws.pages, "logs", READS[1], "deliveries"),
        partial(aws.pages, "logs", READS[2], "deliveryDestinations"),
    )
    places = {one.get("arn"): _place(one) for one in destinations or ()}
    return [
        Delivery(stage, parts[stage], places.get(one.get("deliveryDestinationArn"), ""))
        for one in deliveries or ()
        for stage in sources.get(str(one.get("deliverySourceName")), ())
    ]


def with_delivered(
    groups: Sequence[LogGroup], deliveries: Iterable[Delivery], app: App
) -> list[LogGroup]:
    """The groups, and those that execution logs are delivered to."""
    found = {group.name: group for group in groups}
    for one in deliveries:
        if not (name := one.group(app)):
            continue
        group = found.get(name) or LogGroup(name, "api")
        found[name] = replace(
            group,
            owners=tuple(dict.fromkeys((*group.owners, one.part))),
            delivers=group.delivers | {one.stage},
        )
    return list(found.values())


def delivered_line(group: LogGroup, text: str) -> str | None:
    """The line of the execution log in a record; None where it is of somebody else's stage.

    A record is JSON, or the fields that were chosen behind each other, the line the last of them:
    with nothing between them a stage's name may go over into what follows it.
    """
    record = _record(text)
    if record is not None:
        stage = _record_stage(record)
        return None if stage and stage not in group.delivers else record["payload"]
    found = _LINE.search(text)
    before, line = (text[: found.start()], text[found.start() :]) if found else ("", text)
    named = _STAGE.search(before)
    stage = "".join(named.groups()) if named else ""
    return line if not stage or any(map(stage.startswith, group.delivers)) else None


def _record(text: str) -> dict[str, Any] | None:
    record = json_object(text) if text.startswith("{") else None
    return record if record and isinstance(record.get("payload"), str) else None


def _record_stage(record: dict[str, Any]) -> str:
    """The stage that a record names, by its fields or by its ARN; "" where it names none."""
    if record.get("api_id") and record.get("stage"):
        return f"{record['api_id']}/{record['stage']}"
    found = _STAGE.match(str(record.get("resource_arn") or ""))
    return "".join(found.groups()) if found else ""


def _stages(source: dict[str, Any]) -> Iterator[str]:
    """The stages whose logs a source gives."""
    for arn in source.get("resourceArns") or ():
        if found := _STAGE.fullmatch(str(arn)):
            yield "".join(found.groups())


def _place(destination: dict[str, Any]) -> str:
    """The ARN of what a destination stands for."""
    configuration = destination.get("deliveryDestinationConfiguration") or {}
    return str(configuration.get("destinationResourceArn") or "")
