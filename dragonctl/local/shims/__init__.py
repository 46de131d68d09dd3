"""Departures from moto: each makes one operation behave as AWS is recorded to.

A shim is a function under one of four decorators, in a module of this package:

``@before(service, operation…)``   ``(request) -> None``: checks; raises :class:`AwsError`
``@whenever(service)``   the same for each operation of a service
``@instead(service, operation…)``  ``(request) -> result``: answers in moto's place
``@after(service, operation…)``    ``(request, result) -> result``: patches what moto answered
    (services that speak JSON only), or takes note of it

A result has the shape that boto3 returns. Modules are found by being here: there is no list to
edit. All hold for the moto version in :data:`MOTO_VERSION` and are tested against it, operation by
operation; another version is refused at start.
"""

from __future__ import annotations

import pkgutil
from collections import defaultdict
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from typing import Any, TypeVar

from dragonctl.local.messages import Answer, Request

MOTO_VERSION = "5.2.5"

Check = Callable[[Request], None]
Replacement = Callable[[Request], dict[str, Any] | Answer | None]
ResponsePatch = Callable[[Request, dict[str, Any]], dict[str, Any] | None]

AnyCheck = TypeVar("AnyCheck", bound=Check)
AnyReplacement = TypeVar("AnyReplacement", bound=Replacement)
AnyResponsePatch = TypeVar("AnyResponsePatch", bound=ResponsePatch)

_OF_EXECUTIONS = (
    "DescribeExecution",
    "DescribeMapRun",
    "DescribeStateMachineForExecution",
    "GetActivityTask",
    "GetExecutionHistory",
    "ListExecutions",
    "ListMapRuns",
    "SendTaskFailure",
    "SendTaskHeartbeat",
    "SendTaskSuccess",
    "StopExecution",
    "TestState",
    "UpdateMapRun",
)
checks: dict[tuple[str, str], list[Check]] = defaultdict(list)
every: dict[str, list[Check]] = defaultdict(list)
replacements: dict[tuple[str, str], Replacement] = {}
# What may take its time, or waits for a running execution: it must not hold up all others.
without_lock: set[tuple[str, str]] = {
    ("sqs", "ReceiveMessage"),
    ("sns", "Publish"),
    ("sns", "PublishBatch"),
    ("events", "PutEvents"),
    *(("stepfunctions", operation) for operation in _OF_EXECUTIONS),
}
response_patches: dict[tuple[str, str], list[ResponsePatch]] = defaultdict(list)


def before(service: str, *operations: str) -> Callable[[AnyCheck], AnyCheck]:
    """Check a request before moto sees it."""

    def register(check: AnyCheck) -> AnyCheck:
        for operation in operations:
            checks[service, operation].append(check)
        return check

    return register


def whenever(service: str) -> Callable[[AnyCheck], AnyCheck]:
    """Check each request of a service, whatever its operation, as soon as its model allows it."""

    def register(check: AnyCheck) -> AnyCheck:
        every[service].append(check)
        return check

    return register


def instead(
    service: str, *operations: str, lock: bool = True
) -> Callable[[AnyReplacement], AnyReplacement]:
    """Answer in moto's place; ``lock=False`` where the answer takes its time (an invocation)."""

    def register(replacement: AnyReplacement) -> AnyReplacement:
        for operation in operations:
            replacements[service, operation] = replacement
            if not lock:
                without_lock.add((service, operation))
        return replacement

    return register


def after(service: str, *operations: str) -> Callable[[AnyResponsePatch], AnyResponsePatch]:
    """Patch moto's answer, or remember what it did."""

    def register(patch: AnyResponsePatch) -> AnyResponsePatch:
        for operation in operations:
            response_patches[service, operation].append(patch)
        return patch

    return register


def check_version() -> None:
    """RuntimeError when moto is not the version that the shims were tested on."""
    installed = version("moto")
    if installed != MOTO_VERSION:
        raise RuntimeError(
            f"The local AWS needs moto {MOTO_VERSION}, and {installed} is installed: "
            "its departures from moto are tested on that version alone."
        )


def load() -> None:
    """Import every shim."""
    for package in (__name__, "dragonctl.local.gateway", "dragonctl.local.insights"):
        for module in pkgutil.iter_modules(import_module(package).__path__):
            import_module(f"{package}.{module.name}")
