"""Step Functions: ARNs that are none, and pages whose tokens hold."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any

from dragonctl.local import backends
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import before, whenever

MOST_ITEMS = 1000
DEFAULT_ITEMS = 100
_ARNS = (
    "stateMachineArn",
    "executionArn",
    "stateMachineVersionArn",
    "stateMachineAliasArn",
    "resourceArn",
    "mapRunArn",
)
_STANDARD_ONLY = ("DescribeExecution", "GetExecutionHistory", "StopExecution", "RedriveExecution")


@whenever("stepfunctions")
def check_arns(request: Request) -> None:
    """An ARN has the form of one; executions of express machines have no history here."""
    for name in _ARNS:
        arn = request.parameters.get(name)
        if arn is None:
            continue
        if not arn.startswith("arn:"):
            raise invalid_arn(f"Invalid ARN prefix: {arn}")
        kind = arn.split(":")[5] if arn.count(":") > 4 else ""  # noqa: PLR2004 (an ARN's parts)
        if kind == "express" and request.operation in _STANDARD_ONLY:
            raise invalid_arn(f"Resource type not valid in this context: {kind}")


@before("stepfunctions", "DescribeMapRun", "UpdateMapRun")
def check_map_run(request: Request) -> None:
    """One that is not there is not found; moto breaks on it."""
    arn = request.parameters["mapRunArn"]
    backend = backends.backend("stepfunctions", request.account, request.region)
    workers = (one.exec_worker for one in backend._get_executions())  # noqa: SLF001 (moto's own way)
    if all(one.env.map_run_record_pool_manager.get(arn) is None for one in workers if one):
        raise AwsError("ResourceNotFound", f"Resource not found: '{arn}'")


def invalid_arn(why: str) -> AwsError:
    """What is no ARN, or not one of this kind."""
    return AwsError("InvalidArn", f"Invalid Arn: '{why}'")


def validation(message: str) -> AwsError:
    """What cannot be meant."""
    return AwsError("ValidationException", message)


def page(
    request: Request, name: str, items: Sequence[Any], key: Callable[[Any], str]
) -> dict[str, Any]:
    """The page that ``maxResults`` and ``nextToken`` ask for, under its name.

    A token names the last item that was sent, so that items which come meanwhile move nothing.
    """
    start = _start([key(one) for one in items], request.parameters.get("nextToken"))
    most = int(request.parameters.get("maxResults") or DEFAULT_ITEMS)
    shown = list(items[start : start + most])
    answer: dict[str, Any] = {name: shown}
    if start + most < len(items):
        answer["nextToken"] = base64.urlsafe_b64encode(key(shown[-1]).encode()).decode()
    return answer


def _start(keys: list[str], token: str | None) -> int:
    if not token:
        return 0
    try:
        return keys.index(base64.urlsafe_b64decode(token).decode()) + 1
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise AwsError("InvalidToken", "Invalid Token: 'Invalid token'") from None
