"""A function that is made: its role with the fewest rights, then the function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from dragonctl.aws.iam_documents import says, statements, trusts
from dragonctl.engine.model import Done, Json, Reading, State, Step
from dragonctl.errors import DragonError
from dragonctl.recipes.functions.options import Code
from dragonctl.recipes.observability.roles import XRAY_WRITES
from dragonctl.recipes.place import Place
from dragonctl.resources.iam_inline_policy import InlinePolicy
from dragonctl.resources.iam_role import Role
from dragonctl.resources.lambda_configuration import ARCHITECTURES, CODE, HANDLER, RUNTIME, TRACING
from dragonctl.resources.lambda_new_function import NewFunction

SERVICE = "lambda.amazonaws.com"
POLICY_NAME = "LogsAndTraces"
MEMORY_MB = 128
TIMEOUT_SECONDS = 10
_LONGEST_ROLE = 64
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole"}
    ],
}


def creation(function: str, code: Code, place: Place, after: tuple[str, ...]) -> Iterator[Step]:
    """Role, rights, function; ``after`` are identifiers that the function needs besides."""
    role = Role(role_of(function))
    rights = InlinePolicy(role.name, POLICY_NAME)
    yield Step(f"Role {role.name}", role, _trusted)
    yield Step(
        f"Inline policy of role {role.name}: write the function's own log, send traces",
        rights,
        granted(least_rights(function, place, traced=code.tracer != "none")),
        after=(role.identifier,),
    )
    want = {
        "Role": place.arn("iam", f"role/{role.name}", region=False),
        RUNTIME: code.target.runtime,
        HANDLER: code.handler,
        "MemorySize": MEMORY_MB,
        "Timeout": TIMEOUT_SECONDS,
        ARCHITECTURES: [code.target.architecture],
        CODE: code.sha256,
        **({} if code.tracer == "none" else {TRACING: "Active"}),
    }
    yield Step(
        f"Function {function}",
        NewFunction(function),
        _only_new(want),
        after=(role.identifier, rights.identifier, *after),
        waits_for_read_back=True,  # it must be able to assume its role from its first call on
    )


def role_of(function: str) -> str:
    """``list-dragons`` -> ``ListDragonsLambdaExecutionRole``, as the course names them."""
    words = "".join(word[:1].upper() + word[1:] for word in function.split("-"))
    name = f"{words}LambdaExecutionRole"
    return name if len(name) <= _LONGEST_ROLE else words[:_LONGEST_ROLE]


def granted(ours: Json) -> Callable[[Reading | None, Done], State]:
    """Wanted of an inline policy: our statements, beside those for whom it was made before.

    Roles belong to no region, and ``a-b`` and ``aB`` have one: the other function still logs.
    """

    def document(have: Reading | None, _done: Done) -> State:
        if have is None:
            return {"document": ours}
        held = have.state["document"]
        there = list(statements(held))
        missing = [one for one in statements(ours) if not says(there, one)]
        return {"document": {**held, "Statement": [*there, *missing]}} if missing else {}

    return document


def least_rights(function: str, place: Place, *, traced: bool = True) -> Json:
    """The policy: its own log group, and the two writes to X-Ray, which have no resources."""
    sends = [{"Effect": "Allow", "Action": list(XRAY_WRITES), "Resource": "*"}] if traced else []
    group = place.arn("logs", f"log-group:/aws/lambda/{function}")
    writes = ["logs:CreateLogStream", "logs:PutLogEvents"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "logs:CreateLogGroup", "Resource": f"{group}:*"},
            {"Effect": "Allow", "Action": writes, "Resource": f"{group}:log-stream:*"},
            *sends,
        ],
    }


def _only_new(want: dict[str, Any]) -> Any:
    """Wanted of a function that is missing; one that came meanwhile is somebody else's."""
    return lambda have, _done: want if have is None else {}


def _trusted(have: Reading | None, _done: Done) -> State:
    if have is None:
        return {"trust": _TRUST, "description": "Lets a function write its log and send traces."}
    if trusts(have.state["trust"], SERVICE):
        return {}
    raise DragonError(
        "A role of that name exists already, and Lambda may not assume it.",
        "Rename it, or choose another name with --function-name.",
        code="ForeignRole",
    )
