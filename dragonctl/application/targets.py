"""What an integration or a state machine calls: pure reading of URIs, templates and ASL."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dragonctl.aws.answers import loads
from dragonctl.errors import UsageError

_FUNCTION = re.compile(
    r"arn:(?P<partition>[\w-]+):lambda:(?P<region>[\w-]+):(?P<account>\d{12}):function:"
    r"(?P<name>[\w-]+)(?::(?P<qualifier>[\w$-]+))?"
)
_MACHINE = re.compile(
    r"arn:(?P<partition>[\w-]+):states:(?P<region>[\w-]+):(?P<account>\d{12}):stateMachine:"
    # A name may hold all but white space and these (Step Functions API, CreateStateMachine); one
    # that a variable ends is not known.
    r"(?P<name>[^\s<>{}\[\]?*\"'#%\\^|~`$&,;:/]++)(?!\$)(?::(?P<qualifier>[\w.-]+))?"
)
_VARIABLE = re.compile(
    r"\$\{stageVariables\.(\w+)\}|\$stageVariables\.(\w+)|\$\{stageVariables\['(\w+)'\]\}"
)
# A name, or a partial ARN (Lambda API, Invoke: "123456789012:function:my-function").
_NAME = re.compile(
    r"(?:(?P<account>\d{12}):function:)?(?P<name>[\w-]{1,64})(?::(?P<qualifier>[\w$-]+))?"
)
# By its action, or by a path with the action in a mapped X-Amz-Target header.
_STARTS_MACHINE = re.compile(r":states:(action/Start(Sync)?Execution$|path/)")


@dataclass(frozen=True)
class Target:
    """Something that is called.

    ``account`` and ``region`` are empty where the caller's hold; ``qualifier`` is None for
    ``$LATEST``.
    """

    kind: Literal["function", "machine"]
    name: str
    qualifier: str | None = None
    account: str = ""
    region: str = ""
    partition: str = ""

    @property
    def machine_arn(self) -> str:
        """The ARN of a machine without its qualifier."""
        return f"arn:{self.partition}:states:{self.region}:{self.account}:stateMachine:{self.name}"


@dataclass(frozen=True)
class Unresolved:
    """A call whose target cannot be told from what AWS shows; ``why`` is a sentence's end."""

    where: str
    why: str


def named_target(
    kind: Literal["function", "machine"], written: str, here: tuple[str, str, str]
) -> Target:
    """What somebody names: a name or an ARN, with a qualifier or without.

    ``here`` is the account, region and partition of a bare name. What can name nothing is a
    UsageError.
    """
    account, region, partition = here
    service, word = {"function": ("lambda", "function"), "machine": ("states", "stateMachine")}[
        kind
    ]
    bare = f"arn:{partition}:{service}:{region}:{account}:{word}:{written}"
    pattern = _FUNCTION if kind == "function" else _MACHINE
    found = pattern.fullmatch(written if written.startswith("arn:") else bare)
    if found is None:
        option = "--function" if kind == "function" else "--state-machine"
        raise UsageError(f"{option} {written!r} cannot be its name.", "Give its name or its ARN.")
    return _target(kind, found)


def integration_targets(
    where: str, integration: Mapping[str, Any], variables: Mapping[str, str]
) -> Iterator[Target | Unresolved]:
    """What one method's integration calls in a stage with these variables.

    ``where`` names the method in warnings (``GET /dragons``).
    """
    if integration.get("type") not in ("AWS", "AWS_PROXY", "aws", "aws_proxy"):
        return
    uri, missing = substituted(integration.get("uri") or "", variables)
    if ":lambda:path/" in uri:
        yield from _lambda_target(where, uri, missing)
    elif _STARTS_MACHINE.search(uri):
        yield from _machine_targets(where, integration, variables)


def authorizer_targets(
    authorizer: Mapping[str, Any], variables: Mapping[str, str]
) -> Iterator[Target | Unresolved]:
    """The function that a Lambda authorizer (GetAuthorizers' item) asks; none of other types.

    Its URI is an integration's (API Gateway API reference, ``Authorizer``).
    """
    uri, missing = substituted(authorizer.get("authorizerUri") or "", variables)
    if ":lambda:path/" in uri:
        yield from _lambda_target(f"authorizer {authorizer.get('name')}", uri, missing)


def named_in(text: str, kind: Literal["function", "machine"]) -> Iterator[Target]:
    """The functions, or the state machines, whose ARNs stand anywhere in a text."""
    pattern = _FUNCTION if kind == "function" else _MACHINE
    yield from (_target(kind, found) for found in pattern.finditer(text))


def substituted(text: str, variables: Mapping[str, str]) -> tuple[str, list[str]]:
    """The text with the stage's variables filled in, and those that the stage has not."""
    missing = []

    def fill(found: re.Match[str]) -> str:
        name = next(group for group in found.groups() if group)
        if name not in variables:
            missing.append(name)
            return found.group(0)
        return variables[name]

    return _VARIABLE.sub(fill, text), missing


def _lambda_target(where: str, uri: str, missing: list[str]) -> Iterator[Target | Unresolved]:
    if missing:
        yield Unresolved(where, f"the stage has no variable {missing[0]!r}")
        return
    found = _FUNCTION.search(uri)
    if found is None:
        yield Unresolved(where, f"its URI names no function ({uri})")
        return
    yield _target("function", found)


def _machine_targets(
    where: str, integration: Mapping[str, Any], variables: Mapping[str, str]
) -> Iterator[Target | Unresolved]:
    """A machine's ARN stands in a request template (JSON or VTL) or in a mapping parameter."""
    templates = (integration.get("requestTemplates") or {}).values()
    parameters = (integration.get("requestParameters") or {}).values()
    texts = [substituted(str(text), variables)[0] for text in (*templates, *parameters)]
    found = {_target("machine", match) for text in texts for match in _MACHINE.finditer(text)}
    yield from sorted(found, key=lambda target: target.name)
    if not found:
        yield Unresolved(where, "its mapping names no state machine by a fixed ARN")


def machine_targets(name: str, definition: str) -> Iterator[Target | Unresolved]:
    """What the tasks of a state machine call, in every branch, iterator and item processor."""
    try:
        document = loads(definition)
    except ValueError:
        yield Unresolved(f"state machine {name}", "its definition is not JSON")
        return
    for where, state in _tasks(name, document):
        yield from _task_targets(where, state)


def tasks(name: str, definition: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The tasks of a state machine, each with the words that name it; none where it is not JSON."""
    try:
        document = loads(definition)
    except ValueError:
        return
    yield from _tasks(name, document)


def _tasks(name: str, document: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for title, state in _states(document):
        if isinstance(state, dict) and state.get("Type") == "Task":
            yield f"state {title} of {name}", state


def _states(document: Any) -> Iterator[tuple[str, Any]]:
    """Every state, however deep: Map and Parallel hold machines of their own."""
    if isinstance(document, list):
        for item in document:
            yield from _states(item)
    elif isinstance(document, dict):
        states = document.get("States")
        if isinstance(states, dict):
            yield from states.items()
        for item in document.values():
            yield from _states(item)


def _task_targets(where: str, state: dict[str, Any]) -> Iterator[Target | Unresolved]:
    resource = str(state.get("Resource", ""))
    arguments = state.get("Parameters") or state.get("Arguments") or {}
    if found := _FUNCTION.fullmatch(resource):
        yield _target("function", found)
    elif re.search(r":states:::(aws-sdk:)?lambda:invoke", resource):
        yield _named(where, "function", arguments, "FunctionName")
    elif re.search(r":states:::(states|aws-sdk:sfn):start(Sync)?Execution", resource):
        yield _named(where, "machine", arguments, "StateMachineArn")


def _named(
    where: str, kind: Literal["function", "machine"], arguments: Any, key: str
) -> Target | Unresolved:
    value = arguments.get(key) if isinstance(arguments, dict) else None
    if not isinstance(value, str) or value.startswith("{%"):
        return Unresolved(where, f"its {key} is worked out while it runs")
    pattern = _FUNCTION if kind == "function" else _MACHINE
    if found := pattern.fullmatch(value):
        return _target(kind, found)
    if kind == "function" and (short := _NAME.fullmatch(value)):
        return _target("function", short)
    return Unresolved(where, f"its {key} is {value!r}")


def _target(kind: Literal["function", "machine"], found: re.Match[str]) -> Target:
    written = found.groupdict(default="")
    return Target(
        kind,
        written["name"],
        None if written["qualifier"] in ("", "$LATEST") else written["qualifier"],
        written["account"],
        written.get("region", ""),
        written.get("partition", ""),
    )
