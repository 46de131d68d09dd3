"""The application whose parts a whole trace names: who has a trace's id need name no API.

Source: "X-Ray segment documents" in the X-Ray developer guide (``resource_arn``); a stage's ARN is
``arn:aws:apigateway:<region>::/restapis/<id>/stages/<stage>``, without an account.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from dragonctl.application.apis import Selection
from dragonctl.engine.reads import Reads
from dragonctl.engine.symptoms import unless_refused
from dragonctl.resources.apigateway_rest_api import read_rest_apis
from dragonctl.resources.lambda_function import read_configuration
from dragonctl.resources.states_machine_fields import read_machine
from dragonctl.telemetry.traces.segments import Segment, walk

_STAGE = re.compile(r"arn:[^:]+:apigateway:([^:]*):[^:]*:/restapis/([^/]+)/stages/.+")
_FUNCTION = re.compile(r"arn:[^:]+:lambda:([^:]+:[^:]+):function:([^:]+)(?::.*)?")
_MACHINE = re.compile(
    r"(arn:[^:]+:states):([^:]+:[^:]+):(?:stateMachine|execution|express):([^:]+)(?::.*)?"
)


def application_of(aws: Reads, roots: Iterable[Segment]) -> Selection | None:
    """The APIs, functions and state machines of a trace that are there, in this account and region.

    None where it names none of them.
    """
    arns = list(dict.fromkeys(arn for _, part in walk(roots) for arn in _arns(part)))
    here = f"{aws.region}:{aws.account}"
    apis = tuple(_apis(aws, arns))
    functions = dict.fromkeys(
        found[2] for arn in arns if (found := _FUNCTION.fullmatch(arn)) and found[1] == here
    )
    machines = dict.fromkeys(
        f"{found[1]}:{here}:stateMachine:{found[3]}"
        for arn in arns
        if (found := _MACHINE.fullmatch(arn)) and found[2] == here
    )
    reads: list[Callable[[], Any]] = [
        *(partial(read_configuration, aws, name) for name in functions),
        *(partial(read_machine, aws, arn) for arn in machines),
    ]
    there = aws.concurrently(*(partial(unless_refused, read) for read in reads))
    names = [name for name, found in zip([*functions, *machines], there, strict=True) if found]
    chosen = Selection(
        apis or None,
        functions=tuple(name for name in names if name in functions),
        machines=tuple(name for name in names if name in machines),
        named_only=not apis,
    )
    return chosen if apis or names else None


def _arns(segment: Segment) -> Iterator[str]:
    """The ARNs that a segment bears; of an execution it may be among what AWS adds."""
    for arn in (segment.resource_arn, segment.aws.get("execution_arn")):
        if isinstance(arn, str) and arn:
            yield arn


def _apis(aws: Reads, arns: Iterable[str]) -> Iterator[str]:
    """The ids of the APIs whose stages are named, in the order of the trace."""
    named = [
        found[2] for arn in arns if (found := _STAGE.fullmatch(arn)) and found[1] == aws.region
    ]
    listed = unless_refused(partial(read_rest_apis, aws)) if named else None
    known = {api["id"] for api in listed or ()}
    return (name for name in dict.fromkeys(named) if name in known)
