"""Lambda functions: what moto forgets of their configuration, and the moment an update takes.

moto drops ``TracingConfig`` and ``LoggingConfig`` on update, knows no ``RevisionId``, and is never
busy. What is added here lives on moto's own objects, so versions carry it and the snapshot keeps
it.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.awslambda.models import LambdaFunction, LambdaStorage

from dragonctl.local import backends, state
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import after, before, instead

BUSY = (
    "The operation cannot be performed at this time. An update is in progress for resource: {arn}"
)
PENDING = (
    "The operation cannot be performed at this time. "
    "The function is currently in the following state: Pending"
)
STALE = (
    "The Revision Id provided does not match the latest Revision Id. "
    "Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
)
_MAKING = "The function is being created."
_UPDATES = ("UpdateFunctionCode", "UpdateFunctionConfiguration")
# What may differ between $LATEST and a version that is still the same publication.
_NOT_PUBLISHED = (
    "FunctionArn",
    "Version",
    "LastModified",
    "RevisionId",
    "LastUpdateStatus",
    "LastUpdateStatusReason",
    "LastUpdateStatusReasonCode",
)

_configuration = LambdaFunction.get_configuration
_update_configuration = LambdaFunction.update_configuration
_publish_version = LambdaStorage.publish_version


def invalid(message: str) -> AwsError:
    """A parameter that Lambda does not take."""
    return AwsError("InvalidParameterValueException", message, 400, Type="User")


def not_found(message: str) -> AwsError:
    """What is not there."""
    return AwsError("ResourceNotFoundException", message, 404, Type="User")


@dataclass(frozen=True)
class Named:
    """What a request names: a function's name, its plain ARN, the qualifier, if it is there."""

    name: str
    arn: str
    qualifier: str | None
    exists: bool

    @property
    def qualified(self) -> str:
        """The ARN with the qualifier that was named."""
        return f"{self.arn}:{self.qualifier}" if self.qualifier else self.arn

    def found(self, request: Request) -> Any:
        """The version as moto keeps it; None where there is no such version or alias."""
        try:
            return find(request, self.qualifier, self.name)
        except AwsError:
            return None


def store(request: Request) -> Any:
    """Where moto keeps functions and aliases."""
    backend = backends.backend("lambda", request.account, request.region)
    return backend._lambdas  # noqa: SLF001 (moto has no other way to its aliases)


def named(request: Request, *, check: bool = False) -> Named:
    """What FunctionName and Qualifier name, in any of their forms; ``check``: it must be there."""
    return named_by(
        request, request.parameters["FunctionName"], request.parameters.get("Qualifier"), check
    )


def named_by(
    request: Request, given: str, qualifier: str | None = None, check: bool = False
) -> Named:
    """What a name, a partial ARN or an ARN names.

    Raises:
        AwsError: two qualifiers, one in the name, that differ; no such function (``check``).

    """
    name, _, inner = given.rpartition("function:")[2].partition(":")
    if inner and qualifier and inner != qualifier:
        raise invalid(
            "The derived qualifier from the function name does not match the specified qualifier."
        )
    arn = backends.arn("lambda", request.region, request.account, f"function:{name}")
    exists = name in store(request)._functions  # noqa: SLF001 (moto raises where it is not)
    wanted = Named(name, arn, qualifier or inner or None, exists)
    if check and not exists:
        raise not_found(f"Function not found: {arn}")
    return wanted


def find(request: Request, qualifier: str | None = None, name: str | None = None) -> Any:
    """The version that the request (or the caller) names, as moto keeps it.

    Raises:
        AwsError: ResourceNotFoundException with the ARN as it was named.

    """
    wanted = named(request) if name is None else named_by(request, name)
    asked = qualifier or wanted.qualifier
    try:
        return store(request).get_function_by_name_with_qualifier(wanted.name, asked)
    except Exception as error:
        arn = f"{wanted.arn}:{asked}" if asked else wanted.arn
        raise not_found(f"Function not found: {arn}") from error


def _details(function: Any) -> dict[str, Any]:
    """What moto does not keep: never changed in place, because versions share it."""
    kept = getattr(function, "dragonctl_details", None)
    return kept or {"revision": str(uuid.UUID(int=0)), "logging": {}, "busy_until": 0.0}


def _note(function: Any, **changes: Any) -> None:
    busy_until = state.now() + state.DELAYS.function_update
    function.dragonctl_details = {
        **_details(function),
        # AWS makes another one when the update settles: the update's own answer is stale then.
        "revision": str(uuid.uuid4()),
        "settled_revision": str(uuid.uuid4()),
        "busy_until": busy_until,
        "creating": False,
        **changes,
    }
    function.last_modified = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"


def _is_latest(function: Any) -> bool:
    return bool(function.function_arn.endswith(f":{function.function_name}"))


def _busy(function: Any) -> bool:
    return _is_latest(function) and state.now() < _details(function)["busy_until"]


def _creating(function: Any) -> bool:
    return _busy(function) and bool(_details(function).get("creating"))


def revision(function: Any) -> str:
    """The revision id of this moment."""
    details = _details(function)
    if _is_latest(function) and not _busy(function):
        return str(details.get("settled_revision", details["revision"]))
    return str(details["revision"])


def get_configuration(self: Any, on_create: bool = False) -> dict[str, Any]:
    """In the place of LambdaFunction's own."""
    shown = {k: v for k, v in _configuration(self, on_create).items() if v is not None}
    shown["LoggingConfig"] = _logging(self)
    shown["RevisionId"] = revision(self)
    if not shown.get("Layers"):
        shown.pop("Layers", None)
    if self.package_type == "Zip":
        shown["RuntimeVersionConfig"] = {"RuntimeVersionArn": _runtime_version(self)}
    if _is_latest(self):
        shown["Version"] = "$LATEST"
    if _creating(self):
        shown |= {"State": "Pending", "StateReason": _MAKING, "StateReasonCode": "Creating"}
    if not on_create:
        shown |= _update_status(self)
    return shown


def _update_status(function: Any) -> dict[str, str]:
    """How the last update stands (recorded: its reason is that of a creation)."""
    if not _busy(function):
        return {"LastUpdateStatus": "Successful"}
    why = {"LastUpdateStatusReason": _MAKING, "LastUpdateStatusReasonCode": "Creating"}
    return {"LastUpdateStatus": "InProgress", **why}


def _logging(function: Any) -> dict[str, Any]:
    """As set; JSON brings both levels (recorded)."""
    given = _details(function)["logging"]
    levels = (
        {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
        if given.get("LogFormat") == "JSON"
        else {}
    )
    group = f"/aws/lambda/{function.function_name}"
    return {"LogFormat": "Text", **levels, "LogGroup": group, **given}


def _runtime_version(function: Any) -> str:
    digest = hashlib.sha256(str(function.run_time).encode()).hexdigest()
    return f"arn:aws:lambda:{function.region}::runtime:{digest}"


def update_configuration(self: Any, config_updates: dict[str, Any]) -> Any:
    """In the place of LambdaFunction's own: the fields that it passes over too."""
    if "Environment" in config_updates:
        config_updates = {
            **config_updates,
            "Environment": {"Variables": config_updates["Environment"].get("Variables") or {}},
        }
    _update_configuration(self, config_updates)
    for name, attribute in (("TracingConfig", "tracing_config"), ("KMSKeyArn", "kms_key_arn")):
        if config_updates.get(name) is not None:
            setattr(self, attribute, config_updates[name])
    if config_updates.get("EphemeralStorage"):
        self.ephemeral_storage = config_updates["EphemeralStorage"]["Size"]
    _note(self, logging=config_updates.get("LoggingConfig") or _details(self)["logging"])
    return {**self.get_configuration(), "RevisionId": _details(self)["revision"]}


def publish_version(self: Any, name_or_arn: str, description: str = "") -> Any:
    """In the place of LambdaStorage's own: no new version of what is published already."""
    latest = self.get_function_by_name_or_arn_forbid_qualifier(name_or_arn)
    versions = self._functions[latest.function_name]["versions"]
    latest.code_or_config_updated = not versions or _content(latest) != _content(versions[-1])
    published = _publish_version(self, name_or_arn, description)
    if latest.code_or_config_updated:
        # $LATEST gets another revision; the new version keeps the one that was published.
        details = _details(latest)
        new = str(uuid.uuid4())
        latest.dragonctl_details = {**details, "revision": new, "settled_revision": new}
    return published


def _content(function: Any) -> dict[str, Any]:
    shown = get_configuration(function)
    return {key: value for key, value in shown.items() if key not in _NOT_PUBLISHED}


LambdaFunction.get_configuration = get_configuration  # type: ignore[method-assign]
LambdaFunction.update_configuration = update_configuration  # type: ignore[method-assign]
LambdaStorage.publish_version = publish_version  # type: ignore[method-assign]


@before("lambda", *_UPDATES, "PublishVersion")
def check_idle(request: Request) -> None:
    """One update at a time (recorded: 409), and none on a stale revision (recorded: 412)."""
    function = find(request)
    if _busy(function):
        words = PENDING if _creating(function) else BUSY.format(arn=function.function_arn)
        raise AwsError("ResourceConflictException", words, 409, Type="User")
    seen = request.parameters.get("RevisionId")
    if seen and seen != revision(function):
        raise AwsError("PreconditionFailedException", STALE, 412, Type="User")


@before("lambda", "PublishVersion")
def check_published_code(request: Request) -> None:
    """The code that the caller means to publish."""
    expected, held = request.parameters.get("CodeSha256"), find(request).code_sha_256
    if expected and expected != held:
        raise invalid(
            f"CodeSHA256 ({expected}) is different from current CodeSHA256 in $LATEST ({held}). "
            "Please try again with the CodeSHA256 in $LATEST."
        )


@before("lambda", "GetFunction", "DeleteFunction", "GetFunctionConcurrency")
def check_named(request: Request) -> None:
    """What is named is there, its qualifier too."""
    find(request)


@instead("lambda", "GetFunctionConfiguration")
def show_configuration(request: Request) -> dict[str, Any]:
    """One version's configuration, by any of its names."""
    shown: dict[str, Any] = find(request).get_configuration()
    return shown


@after("lambda", "CreateFunction")
def note_creation(request: Request, result: dict[str, Any]) -> dict[str, Any]:
    """The first revision; ``Pending`` for a moment, as AWS answers."""
    function = find(request)
    _note(function, logging=request.parameters.get("LoggingConfig") or {}, creating=True)
    version = result.get("Version", "$LATEST")
    revision_now = {"RevisionId": _details(function)["revision"]}
    shown = {**result, **get_configuration(function, on_create=True)}
    if not shown.get("Layers"):
        shown.pop("Layers", None)
    return {**shown, **revision_now, "Version": version}


@after("lambda", "UpdateFunctionCode")
def note_new_code(request: Request, result: dict[str, Any]) -> dict[str, Any]:
    """A new revision, and a busy moment; a dry run changes nothing."""
    if request.parameters.get("DryRun"):
        return result
    function = find(request)
    architectures = request.parameters.get("Architectures")
    if architectures:
        function.architectures = architectures
    _note(function)
    shown = {**get_configuration(function), "RevisionId": _details(function)["revision"]}
    published: dict[str, Any] = {
        key: result[key] for key in ("Version", "FunctionArn") if key in result
    }
    return {**shown, **published} if request.parameters.get("Publish") else shown
