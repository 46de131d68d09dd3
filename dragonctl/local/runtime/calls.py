"""Calling a function by its ARN from within the local AWS: API Gateway and Step Functions do."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from dragonctl.local import backends, roles
from dragonctl.local.hooks import Function, Invocation, Outcome, ThrottledError, refused
from dragonctl.local.runtime import concurrency

QUALIFIED_PARTS = 8
_NAME = 6
"""Where in an ARN the function's name stands."""


class UnknownFunctionError(Exception):
    """There is no such function, version or alias; the message is AWS's."""


def new_request_id() -> str:
    """An id for one invocation."""
    return str(uuid.uuid4())


def name_of(arn: str) -> str:
    """The function's name in an ARN, or the name itself."""
    parts = arn.split(":")
    return parts[_NAME] if len(parts) > _NAME else parts[0]


def qualifier_of(arn: str) -> str | None:
    """The version or alias in an ARN or a ``name:qualifier``; None where there is none."""
    parts = arn.split(":")
    if arn.startswith("arn:"):
        return parts[7] if len(parts) >= QUALIFIED_PARTS else None
    return parts[1] if len(parts) > 1 else None


def find(arn: str) -> Function:
    """The function's version that an ARN names.

    Raises:
        UnknownFunctionError: there is none.

    """
    held = _held(arn, by_weight=True)
    return Function(
        _account(arn), _region(arn), held.get_configuration(), held.code_bytes, held.code_sha_256
    )


def check_concurrency(arn: str) -> None:
    """Whether anything of the function may run at all.

    Raises:
        ThrottledError: its reserved concurrency is none.

    """
    if concurrency.reserved(_account(arn), _region(arn), name_of(arn)) == 0:
        raise ThrottledError


def call(function: Function, invocation: Invocation) -> Outcome:
    """Run it and wait for its outcome.

    Raises:
        ThrottledError: its reserved concurrency is in use.

    """
    from dragonctl.local import runtime

    return runtime.invoke(function, invocation)


def start(function: Function, invocation: Invocation) -> Outcome:
    """Run it in the background; AWS answers an ``Event`` at once, with nothing.

    What cannot run here is said at once: nobody would hear of it later.
    """
    if not function.runs_here:
        return refused(function)
    threading.Thread(target=call, args=[function, invocation], daemon=True).start()
    return Outcome(b"")


def check_permission(arn: str, source: str, service: str, credentials: str | None) -> None:
    """Whether a service may call a function: by a role, or by the function's own policy.

    ``source`` is the ARN that the service calls for (``AWS:SourceArn``).

    Raises:
        PermissionError: neither lets it.

    """
    if credentials:
        role = roles.find(credentials)
        allowed = (
            role is not None
            and role.trusts(service)
            and role.may("lambda:InvokeFunction", resource=arn)
        )
    else:
        statements = _statements(arn)
        allowed = any(_lets_in(statement, source, service) for statement in statements)
    if not allowed:
        raise PermissionError(arn)


def _statements(arn: str) -> list[Mapping[str, Any]]:
    """The policy of just what is named: an alias's own, or the function's."""
    from dragonctl.local.shims import permissions

    _held(arn)
    return list(permissions.statements(_account(arn), _region(arn), arn))


def _lets_in(statement: Mapping[str, Any], source: str, service: str) -> bool:
    principal = statement.get("Principal")
    named = principal.get("Service") if isinstance(principal, Mapping) else principal
    if statement.get("Effect") != "Allow" or named not in (service, "*"):
        return False
    conditions = (statement.get("Condition") or {}).values()
    wanted = [
        pattern
        for condition in conditions
        for name, pattern in condition.items()
        if name.lower() == "aws:sourcearn"
    ]
    return all(fnmatchcase(source, pattern.replace("[", "[[]")) for pattern in wanted)


def _held(arn: str, *, by_weight: bool = False) -> Any:
    """Moto's function; ``by_weight`` an alias's other version gets its share of the calls."""
    from moto.awslambda.exceptions import UnknownFunctionException

    from dragonctl.local.shims.aliases import routed

    if len(arn.split(":")) <= _NAME:
        raise UnknownFunctionError(f"No function's ARN: {arn}")
    backend = backends.backend("lambda", _account(arn), _region(arn))
    qualifier = qualifier_of(arn)
    try:
        if qualifier and by_weight:
            unqualified = arn.removesuffix(f":{qualifier}")
            aliases = backend._lambdas._aliases[unqualified]  # noqa: SLF001 (no other way to them)
            qualifier = routed(aliases, qualifier)
        return backend.get_function(name_of(arn), qualifier)
    except UnknownFunctionException as error:
        raise UnknownFunctionError(f"Function not found: {_qualified(arn)}") from error


def _account(arn: str) -> str:
    return arn.split(":")[4]


def _region(arn: str) -> str:
    return arn.split(":")[3]


def _qualified(arn: str) -> str:
    """As Lambda names what it does not find: with the version that was meant."""
    return arn if qualifier_of(arn) else f"{arn}:$LATEST"
