"""Step Functions: what moto takes and AWS does not, revisions, and versions that moto lacks."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from dragonctl.local import backends, roles
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import after, before, instead, log_delivery
from dragonctl.local.shims.definitions import check_definition
from dragonctl.local.shims.machine_names import page, validation

_NOT_ASSUMED = (
    "Neither the global service principal states.amazonaws.com, nor the regional one is "
    "authorized to assume the provided role."
)
_INITIAL = "INITIAL"
_NOTHING = (
    "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration "
    "must be specified"
)
_CHANGES = {
    "definition": "definition",
    "roleArn": "roleArn",
    "loggingConfiguration": "loggingConfiguration",
    "tracingConfiguration": "tracingConfiguration",
}


@before("stepfunctions", "CreateStateMachine")
def check_creation(request: Request) -> None:
    """A machine of this name and other content stands in the way; the same one is the answer."""
    parameters = request.parameters
    _check_version_words(parameters)
    check_definition(parameters["definition"], parameters.get("type") or "STANDARD")
    _check_role(request, parameters["roleArn"])
    log_delivery.check(request, parameters.get("loggingConfiguration") or {}, parameters["roleArn"])
    existing = _named(request, parameters["name"])
    if existing is not None and _differs(existing, parameters):
        words = f"State Machine Already Exists: '{existing.arn}'"
        raise AwsError("StateMachineAlreadyExists", words)


def _differs(machine: Any, parameters: dict[str, Any]) -> bool:
    """AWS compares all that makes a machine but its role and its tags."""
    wanted = {
        "definition": parameters["definition"],
        "type": parameters.get("type") or "STANDARD",
        "loggingConfiguration": parameters.get("loggingConfiguration") or {"level": "OFF"},
        "tracingConfiguration": parameters.get("tracingConfiguration") or {"enabled": False},
    }
    return any(getattr(machine, name) != value for name, value in wanted.items())


@before("stepfunctions", "UpdateStateMachine")
def check_update(request: Request) -> None:
    """Something to change, and something that AWS takes."""
    parameters = request.parameters
    if not any(parameters.get(name) for name in _CHANGES):
        raise AwsError("MissingRequiredParameter", _NOTHING)
    _check_version_words(parameters)
    machine = find(request, versions=False)
    if parameters.get("definition"):
        check_definition(parameters["definition"], machine.type)
    role = parameters.get("roleArn") or machine.roleArn
    if parameters.get("roleArn"):
        _check_role(request, role)
    if parameters.get("loggingConfiguration"):
        log_delivery.check(request, parameters["loggingConfiguration"], role)
    if _changes(machine, parameters):
        machine.dragonctl_revision = str(uuid.uuid4())


def _changes(machine: Any, parameters: dict[str, Any]) -> bool:
    """A no-op update leaves the revision alone (recorded)."""
    return any(
        parameters.get(theirs) is not None and getattr(machine, ours) != parameters[theirs]
        for theirs, ours in _CHANGES.items()
    )


@instead("stepfunctions", "UpdateStateMachine")
def update(request: Request) -> dict[str, Any]:
    """Change what is given; ``publish`` makes a version of it, if there is none yet."""
    machine, parameters = find(request), request.parameters
    given = {name: one for name, one in parameters.items() if name in _CHANGES and one}
    for name, value in given.items():
        setattr(machine, name, value)
    machine.update_date = datetime.now(UTC)
    answer = {"updateDate": machine.update_date, **_revision(machine)}
    if parameters.get("publish"):
        version = published(machine, parameters.get("versionDescription"))
        answer["stateMachineVersionArn"] = version.arn
    return answer


def _check_version_words(parameters: dict[str, Any]) -> None:
    if parameters.get("versionDescription") and not parameters.get("publish"):
        raise validation("Version description can only be set when publish is true")


@after("stepfunctions", "DescribeStateMachine")
def show_machine(request: Request, result: dict[str, Any]) -> dict[str, Any]:
    """With the revision, and logging written out as AWS does."""
    logging = logging_shown(result.get("loggingConfiguration"))
    shown = {**result, "loggingConfiguration": logging, **_revision(find(request))}
    return {key: value for key, value in shown.items() if value is not None}


def logging_shown(settings: dict[str, Any] | None) -> dict[str, Any]:
    """A logging configuration as it is read back: level and flag are always there."""
    return {"level": "OFF", "includeExecutionData": False, **(settings or {})}


def _revision(machine: Any) -> dict[str, Any]:
    revision = getattr(machine, "dragonctl_revision", None)
    return {"revisionId": revision} if revision else {}


@before("stepfunctions", "StartExecution")
def name_execution(request: Request) -> None:
    """AWS names an execution that the caller did not; moto calls them all ``None``."""
    if not request.parameters.get("name"):
        request.replace_json({**request.parameters, "name": str(uuid.uuid4())})


@instead("stepfunctions", "PublishStateMachineVersion")
def publish(request: Request) -> dict[str, Any]:
    """A version of the machine as it is; the last one if nothing changed since."""
    machine = find(request, versions=False)
    wanted, current = request.parameters.get("revisionId"), _revision(machine).get("revisionId")
    if wanted and wanted != (current or _INITIAL):
        words = (
            f"Failed to publish the State Machine version for revision {wanted}. The current "
            f"State Machine revision is {current or _INITIAL}."
        )
        raise AwsError("ConflictException", words)
    version = published(machine, request.parameters.get("description"))
    return {"creationDate": version.creation_date, "stateMachineVersionArn": version.arn}


def published(machine: Any, description: str | None) -> Any:
    """The version of the machine as it is now, made where there is none; numbers never return."""
    latest = machine.versions.get(machine.latest_version_number)
    if latest is None or any(getattr(latest, one) != getattr(machine, one) for one in _CHANGES):
        machine.publish(description)
        latest = machine.latest_version
    return latest


@instead("stepfunctions", "ListStateMachineVersions")
def list_versions(request: Request) -> dict[str, Any]:
    """A page of them, newest first."""
    kept = sorted(find(request).versions.values(), key=lambda one: -one.version)
    shown = page(request, "stateMachineVersions", kept, lambda one: str(one.arn))
    items = [
        {"stateMachineVersionArn": one.arn, "creationDate": one.creation_date}
        for one in shown["stateMachineVersions"]
    ]
    return {**shown, "stateMachineVersions": items}


@before("stepfunctions", "TagResource", "UntagResource", "ListTagsForResource")
def check_tagged(request: Request) -> None:
    """Machines and activities have tags, versions and aliases have none."""
    arn = request.parameters["resourceArn"]
    known = {one.arn for one in machines(request)}
    if ":stateMachine:" in arn and arn not in known:
        raise AwsError("ResourceNotFound", f"Resource not found: '{arn}'")


@instead("stepfunctions", "DeleteStateMachineVersion")
def delete_version(request: Request) -> None:
    """Take a version away that no alias routes to."""
    arn, _, number = request.parameters["stateMachineVersionArn"].rpartition(":")
    for machine in _backend(request).state_machines:
        if machine.arn == arn:
            _check_unrouted(machine, f"{arn}:{number}")
            machine.versions.pop(int(number), None)


def _check_unrouted(machine: Any, version_arn: str) -> None:
    for alias in machine.aliases.values():
        if any(one["stateMachineVersionArn"] == version_arn for one in alias.routing_configuration):
            words = f"Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [{alias.name}]"  # noqa: E501
            raise AwsError("ConflictException", words)


def find(request: Request, *, versions: bool = True, aliases: bool = False) -> Any:
    """The machine that the request names, by itself, by a version or an alias of it.

    Raises:
        AwsError: StateMachineDoesNotExist.

    """
    arn = request.parameters["stateMachineArn"]
    for machine in machines(request):
        names = {machine.arn}
        names |= {one.arn for one in machine.versions.values()} if versions else set()
        names |= {one.arn for one in machine.aliases.values()} if aliases else set()
        if arn in names:
            return machine
    raise AwsError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")


def machines(request: Request) -> list[Any]:
    """All machines of the caller's account and region."""
    return list(_backend(request).state_machines)


def _named(request: Request, name: str) -> Any:
    machines = _backend(request).state_machines
    return next((one for one in machines if one.name == name), None)


def _backend(request: Request) -> Any:
    return backends.backend("stepfunctions", request.account, request.region)


def _check_role(request: Request, arn: str) -> None:
    role = roles.find(arn) if arn.count(":") > 4 else None  # noqa: PLR2004 (an ARN's parts)
    services = ("states.amazonaws.com", f"states.{request.region}.amazonaws.com")
    if role is None or not any(role.trusts(one) for one in services):
        raise AwsError("AccessDeniedException", _NOT_ASSUMED)
