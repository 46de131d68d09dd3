"""What an API's reading shows and discovery does not follow: named in one line, never silent.

Who reads a queue, a topic, a bus or a stream, and who answers a callback, stands in other services
and with other people: whoever knows it adds it by an option. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dragonctl.wording import first_few

_SERVICE = re.compile(
    r"arn:[\w-]+:apigateway:[\w-]*:(?:[\w-]+\.)?(?P<service>[\w-]+):(action|path)/"
)
_FOLLOWED = ("lambda", "states")
_CALLBACK = re.compile(r":states:action/(?P<action>SendTask\w+)$")
_TASK = re.compile(
    r"arn:[\w-]+:states:[\w-]*:\d*:(?:aws-sdk:)?(?P<service>[\w-]+):(?P<action>\S+)$"
)
_HANDS_ON = frozenset(
    {"activity", "apigateway", "eventbridge", "events", "firehose", "http", "kinesis", "sns", "sqs"}
)
"""What a state's work goes to that others then take up."""
_IN_ENVIRONMENT = re.compile(
    r"arn:[\w-]+:(?P<service>sqs|sns|events|kinesis):[\w-]+:\d{12}:(?:event-bus/|stream/)?"
    r"(?P<name>[\w.-]+)"
    r"|https://(?P<queue>sqs)\.[\w-]+\.amazonaws\.com(?:\.cn)?/\d{12}/(?P<url>[\w.-]+)"
)
_NAMES = {
    "activity": "activity",
    "apigateway": "API Gateway",
    "dynamodb": "DynamoDB",
    "eventbridge": "EventBridge",
    "events": "EventBridge",
    "firehose": "Data Firehose",
    "http": "HTTP endpoint",
    "kinesis": "Kinesis",
    "s3": "S3",
    "sns": "SNS",
    "sqs": "SQS",
}


@dataclass(frozen=True)
class NotFollowed:
    """Something that is called or named, and not followed.

    ``what`` is it in words (``SQS``), ``where`` the method, state or function that shows it;
    ``option`` adds it where its name is known (``--function audit``).
    """

    what: str
    where: str
    option: str = ""


def of_integration(where: str, integration: Mapping[str, Any]) -> Iterator[NotFollowed]:
    """What a method's integration hands the request to, besides functions and state machines."""
    kind, uri = str(integration.get("type", "")).upper(), str(integration.get("uri") or "")
    if kind.startswith("HTTP"):
        yield NotFollowed("HTTP integration", where)
    elif callback := _CALLBACK.search(uri):
        yield NotFollowed(f"callback {callback['action']}", where)
    elif kind == "AWS" and (found := _SERVICE.match(uri)) and found["service"] not in _FOLLOWED:
        yield NotFollowed(_named(found["service"]), where)


def of_state(where: str, state: Mapping[str, Any]) -> Iterator[NotFollowed]:
    """What a task hands its work to that somebody else takes up, or waits for an answer from."""
    found = _TASK.match(str(state.get("Resource", "")))
    if found is None or found["service"] == "lambda":
        return
    waits = found["action"].endswith(".waitForTaskToken")
    if waits or found["service"] in _HANDS_ON:
        name = f"{_named(found['service'])}{' with a callback' if waits else ''}"
        yield NotFollowed(name, where)


def of_value(where: str, value: str) -> Iterator[NotFollowed]:
    """Queues, topics, buses and streams that the value of an environment variable names."""
    for found in _IN_ENVIRONMENT.finditer(value):
        service, name = found["service"] or found["queue"], found["name"] or found["url"]
        yield NotFollowed(f"{_named(service)} {name}", where)


def sentence(left: Iterable[NotFollowed]) -> str:
    """One line that names all of it, with the option that adds what is behind; empty: nothing."""
    places: dict[str, dict[str, None]] = {}
    options: dict[str, None] = {}
    for one in left:
        places.setdefault(one.what, {})[one.where] = None
        if one.option:
            options[one.option] = None
    if not places:
        return ""
    listed = ", ".join(f"{what} ({first_few(where)})" for what, where in places.items())
    known = " ".join(options)
    more = "--function NAME or --state-machine NAME"
    return f"Not followed: {listed}. Add what is behind with {known or more}."


def _named(service: str) -> str:
    return _NAMES.get(service, service)
