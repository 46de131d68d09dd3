"""The functions, state machines and stages of a region, as a run leaves them.

AWS does not tell who uses a role or a log group: each of these names the one that it uses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from dragonctl.engine.model import Done, Reader, State
from dragonctl.resources.apigateway_rest_api import read_rest_apis, read_stages
from dragonctl.resources.apigateway_stage_fields import ACCESS_LOG
from dragonctl.resources.lambda_configuration import configured
from dragonctl.resources.role_rights import role_name
from dragonctl.resources.states_machine_fields import DESTINATION, machine_state, read_machine

FUNCTION, MACHINE, STAGE = "function", "state machine", "stage"
_GONE = ("NotFoundException",)
_GOING: State = {}
"""What a run leaves of a thing that it deletes."""


@dataclass(frozen=True)
class Part:
    """A function, state machine or stage. ``kind`` and ``name`` are words for people.

    ``role`` is the name of its role, ``group`` the name or ARN of the log group that it is to write
    to; "" where it has none. One that ``is_ours`` is changed, or was served, by that run.
    """

    kind: str
    name: str
    role: str = ""
    group: str = ""
    is_ours: bool = False
    read_state: Callable[[], State] = dict

    @property
    def words(self) -> str:
        """``function work``."""
        return f"{self.kind} {self.name}"

    @property
    def state(self) -> State:
        """Its fields as the run leaves them: worked out for who asks, of all that a region has."""
        return self.read_state()


def functions(aws: Reader, done: Done, region: str | None = None) -> list[Part]:
    """ListFunctions shows of ``$LATEST`` of all of a region what matters here."""
    raws = aws.pages("lambda", "ListFunctions", "Functions", region=region) or []
    return list(_functions(raws, done))


def _functions(raws: Iterable[Mapping[str, Any]], done: Done) -> Iterator[Part]:
    for raw in raws:
        name = raw["FunctionName"]
        kinds = ("lambda-function", "lambda-new-function")
        own = _own(done, kinds, name)
        if own is not _GOING:
            role, group = role_name(raw["Role"]), (raw.get("LoggingConfig") or {}).get("LogGroup")
            state = partial(_left, configured, raw, own)
            yield Part(FUNCTION, name, role, group or "", own is not None, state)


def machines(aws: Reader, done: Done, region: str | None = None) -> list[Part]:
    """ListStateMachines names all of a region, DescribeStateMachine shows one."""
    listed = aws.pages("stepfunctions", "ListStateMachines", "stateMachines", region=region) or []
    arns = (one["stateMachineArn"] for one in listed)
    raws = aws.concurrently(*(partial(read_machine, aws, arn, region) for arn in arns))
    return list(_machines([raw for raw in raws if raw], done))


def _machines(raws: Iterable[Mapping[str, Any]], done: Done) -> Iterator[Part]:
    for raw in raws:
        own = _own(done, ("states-machine", "states-definition"), raw["stateMachineArn"])
        if own is not _GOING:
            state = partial(_left, machine_state, raw, own)
            role, group = role_name(raw["roleArn"]), state()[DESTINATION] or ""
            yield Part(MACHINE, raw["name"], role, group, own is not None, state)


def _left(
    read: Callable[[Mapping[str, Any]], State], raw: Mapping[str, Any], own: State | None
) -> State:
    return {**read(raw), **(own or {})}


def stages(aws: Reader, done: Done) -> list[Part]:
    """The stages of every REST API: GetRestApis and GetStages."""
    apis = read_rest_apis(aws)
    found = aws.concurrently(*(partial(read_stages, aws, api["id"]) for api in apis))
    return [
        Part(STAGE, f"{api['name']}/{name}", group=_access_group(done, api["id"], name, raw))
        for api, there in zip(apis, found, strict=True)
        for name, raw in there.items()
    ]


def _access_group(done: Done, api: str, stage: str, raw: Mapping[str, Any]) -> str:
    own = _own(done, ("apigateway-stage",), f"{api}/{stage}")
    if own is _GOING:
        return ""
    now = {ACCESS_LOG[0]: (raw.get("accessLogSettings") or {}).get("destinationArn")}
    return str({**now, **(own or {})}[ACCESS_LOG[0]] or "")


def http_stages(aws: Reader, _: Done) -> list[Part]:
    """The stages of every HTTP and WebSocket API, which no run changes."""
    apis = aws.pages("apigatewayv2", "GetApis", "Items") or []
    found = aws.concurrently(*(partial(_read_http_stages, aws, api["ApiId"]) for api in apis))
    return [
        Part(STAGE, f"{api['Name']}/{raw['StageName']}", group=_destination(raw))
        for api, there in zip(apis, found, strict=True)
        for raw in there
    ]


def _read_http_stages(aws: Reader, api: str) -> list[dict[str, Any]]:
    return aws.pages("apigatewayv2", "GetStages", "Items", absent=_GONE, ApiId=api) or []


def _destination(raw: Mapping[str, Any]) -> str:
    return str((raw.get("AccessLogSettings") or {}).get("DestinationArn") or "")


def _own(done: Done, kinds: Iterable[str], name: str) -> State | None:
    """The fields that the steps of a run leave a thing with; None where no step is about it."""
    ended = [done[own] for kind in kinds if (own := f"{kind}/{name}") in done]
    if not ended:
        return None
    if None in ended:
        return _GOING
    return {name: value for one in ended if one for name, value in one.state.items()}
