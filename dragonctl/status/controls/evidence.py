"""What controls ask for and ``status`` alone does not read: read only where they are judged."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from dragonctl.application.nouns import App
from dragonctl.engine.model import Reader
from dragonctl.errors import DragonError
from dragonctl.resources.apigateway_authorizers import read_authorizers
from dragonctl.resources.apigateway_method import read_resources
from dragonctl.resources.states_machine import read_tags
from dragonctl.status.controls.public_access import POLICY
from dragonctl.status.observations import refusable

TAGS = "Tags"
AUTHORIZERS = "authorizers"
METHODS = "methods"
"""What each method but OPTIONS asks of its caller: its ``authorizationType``."""

_ACTIVITY = re.compile(r"arn:[\w-]+:states:[\w-]+:\d{12}:activity:[^\s\"'\\]+")
_NO_SUCH = ("ResourceNotFoundException",)

Members = dict[str, Any]


@dataclass(frozen=True)
class Evidence:
    """Members that are added to what AWS showed of a thing, by its identifier.

    What was refused is missing from its place, and in ``errors``. ``alarms`` are DescribeAlarms'
    items that watch the application, None where they could not be read; ``activities`` the tags
    of each activity (its ARN) that a state machine here uses.
    """

    members: Mapping[str, Members] = field(default_factory=dict)
    alarms: tuple[Mapping[str, Any], ...] | None = ()
    activities: Mapping[str, Members] = field(default_factory=dict)
    errors: tuple[DragonError, ...] = ()


def gather(aws: Reader, app: App) -> Evidence:
    """Read the policies and tags of functions, the authorizers of APIs, alarms and activities."""
    questions = list(_questions(aws, app))
    arns = list(_activities(app))
    alarms, *answers = aws.concurrently(
        partial(refusable, "cloudwatch-alarms", partial(_alarms, aws, app)),
        *(partial(refusable, name, read) for name, _, read in questions),
        *(partial(refusable, f"states-activity/{arn}", partial(read_tags, aws, arn))
          for arn in arns),
    )  # fmt: skip
    members: dict[str, Members] = {}
    for (name, member, _), answer in zip(questions, answers, strict=False):
        if not isinstance(answer, DragonError):
            members.setdefault(name, {})[member] = answer
    return Evidence(
        members,
        None if isinstance(alarms, DragonError) else tuple(alarms),
        {
            arn: {} if isinstance(tags, DragonError) else {TAGS: [one["key"] for one in tags]}
            for arn, tags in zip(arns, answers[len(questions) :], strict=True)
        },
        tuple(one for one in (alarms, *answers) if isinstance(one, DragonError)),
    )


def _questions(aws: Reader, app: App) -> Iterator[tuple[str, str, Callable[[], Any]]]:
    """Of which thing, as which member, by which read."""
    for function in app.functions:
        name = f"lambda-function/{function.name}"
        yield name, POLICY, partial(_policy, aws, function.name)
        yield name, TAGS, partial(_tags, aws, function.arn)
    for api in app.apis:
        name = f"apigateway-rest-api/{api.id}"
        yield name, AUTHORIZERS, partial(read_authorizers, aws, api.id)
        yield name, METHODS, partial(_authorizations, aws, api.id)


def _policy(aws: Reader, function: str) -> dict[str, Any] | None:
    answer = aws.get("lambda", "GetPolicy", absent=_NO_SUCH, FunctionName=function)
    return json.loads(answer["Policy"]) if answer else None


def _tags(aws: Reader, function: str) -> list[str]:
    answer = aws.get("lambda", "ListTags", absent=_NO_SUCH, Resource=function)
    return list((answer or {}).get("Tags") or ())


def _authorizations(aws: Reader, api: str) -> list[str]:
    return [
        method.get("authorizationType", "NONE")
        for resource in read_resources(aws, api)
        for verb, method in (resource.get("resourceMethods") or {}).items()
        if verb != "OPTIONS"
    ]


def _activities(app: App) -> Iterable[str]:
    definitions = (machine.definition for machine in app.machines)
    return dict.fromkeys(arn for text in definitions for arn in _ACTIVITY.findall(text))


def _alarms(aws: Reader, app: App) -> list[Mapping[str, Any]]:
    """The metric alarms about one of the application's APIs, functions or machines."""
    watched = {
        *(("ApiName", api.name) for api in app.apis),
        *(("FunctionName", function.name) for function in app.functions),
        *(("StateMachineArn", machine.arn) for machine in app.machines),
    }
    found = aws.pages("cloudwatch", "DescribeAlarms", "MetricAlarms", MaxRecords=100)
    return [alarm for alarm in found or [] if watched & set(_dimensions(alarm))]


def _dimensions(alarm: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    stats = (one.get("MetricStat") or {} for one in alarm.get("Metrics", ()))
    metrics = [alarm, *(one.get("Metric") or {} for one in stats)]
    for metric in metrics:
        yield from ((one["Name"], one["Value"]) for one in metric.get("Dimensions", ()))
