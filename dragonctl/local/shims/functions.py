"""Lambda functions: what moto forgets of their configuration, and the moment an update takes.

moto drops ``TracingConfig`` and ``LoggingConfig`` on update, knows no ``RevisionId``, and is never
busy. What is added here lives on moto's own objects, so versions carry it and the snapshot keeps
it.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from moto.awslambda.models import LambdaFunction, LambdaStorage

from dragonctl.local import backends, state
from dragonctl.local.shims import after, before
from dragonctl.local.wire import AwsError, Request

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
_UPDATES = ("UpdateFunctionCode", "UpdateFunctionConfiguration")
# What may differ between $LATEST and a version that is still the same publication.
_NOT_PUBLISHED = ("FunctionArn", "Version", "LastModified", "RevisionId", "LastUpdateStatus")

_configuration = LambdaFunction.get_configuration
_update_configuration = LambdaFunction.update_configuration
_publish_version = LambdaStorage.publish_version


def find(request: Request) -> Any:
    """The function that the request names, as moto keeps it; ResourceNotFoundException."""
    name = request.parameters["FunctionName"]
    try:
        backend = backends.backend("lambda", request.account, request.region)
        return backend.get_function(name, request.parameters.get("Qualifier"))
    except Exception as error:
        short = name.rpartition(":function:")[2]
        arn = backends.arn("lambda", request.region, request.account, f"function:{short}")
        words = f"Function not found: {arn}"
        raise AwsError("ResourceNotFoundException", words, 404, Type="User") from error


def _details(function: Any) -> dict[str, Any]:
    """What moto does not keep: never changed in place, because versions share it."""
    kept = getattr(function, "dragonctl_details", None)
    return kept or {"revision": str(uuid.UUID(int=0)), "logging": {}, "busy_until": 0.0}


def _note(function: Any, **changes: Any) -> None:
    busy_until = state.now() + state.PACE.function_update
    function.dragonctl_details = {
        **_details(function),
        "revision": str(uuid.uuid4()),
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


def get_configuration(self: Any, on_create: bool = False) -> dict[str, Any]:
    """In the place of LambdaFunction's own."""
    shown = {k: v for k, v in _configuration(self, on_create).items() if v is not None}
    logging = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{self.function_name}"}
    shown["LoggingConfig"] = logging | _details(self)["logging"]
    shown["RevisionId"] = _details(self)["revision"]
    if _is_latest(self):
        shown["Version"] = "$LATEST"
    if _creating(self):
        shown["State"] = "Pending"
    if not on_create:
        shown["LastUpdateStatus"] = "InProgress" if _busy(self) else "Successful"
    return shown


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
    return self.get_configuration()


def publish_version(self: Any, name_or_arn: str, description: str = "") -> Any:
    """In the place of LambdaStorage's own: no new version of what is published already."""
    latest = self.get_function_by_name_or_arn_forbid_qualifier(name_or_arn)
    versions = self._functions[latest.function_name]["versions"]
    latest.code_or_config_updated = not versions or _content(latest) != _content(versions[-1])
    return _publish_version(self, name_or_arn, description)


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
    revision = request.parameters.get("RevisionId")
    if revision and revision != _details(function)["revision"]:
        raise AwsError("PreconditionFailedException", STALE, 412, Type="User")


@after("lambda", "CreateFunction")
def note_creation(request: Request, result: dict[str, Any]) -> dict[str, Any]:
    """The first revision; ``Pending`` for a moment, as AWS answers."""
    function = find(request)
    _note(function, logging=request.parameters.get("LoggingConfig") or {}, creating=True)
    version = result.get("Version", "$LATEST")
    return {**result, **get_configuration(function, on_create=True), "Version": version}


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
    shown = get_configuration(function)
    published: dict[str, Any] = {
        key: result[key] for key in ("Version", "FunctionArn") if key in result
    }
    return {**shown, **published} if request.parameters.get("Publish") else shown
