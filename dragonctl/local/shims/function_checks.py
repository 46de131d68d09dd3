"""What Lambda refuses of a function: roles, runtimes, archives, log settings.

Texts as recorded (``docs/aws-notes.md``); dates of retirement from the Lambda runtimes page.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dragonctl.local import backends, roles
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import after, before
from dragonctl.local.shims.functions import find, invalid
from dragonctl.local.shims.layers import find_layer

MOST_ENVIRONMENT = 4096
MOST_ZIPPED = 52_428_800
MOST_UNZIPPED = 262_144_000
_CREATE_BLOCKED_AFTER = timedelta(days=30)
_UPDATE_BLOCKED_AFTER = timedelta(days=60)
RETIRED = {
    "python2.7": date(2021, 7, 15),
    "python3.6": date(2022, 7, 18),
    "python3.7": date(2023, 12, 4),
    "python3.8": date(2024, 10, 14),
    "python3.9": date(2025, 12, 15),
    "python3.10": date(2026, 10, 31),
    "nodejs12.x": date(2023, 3, 31),
    "nodejs14.x": date(2023, 12, 4),
    "nodejs16.x": date(2024, 6, 12),
    "nodejs18.x": date(2025, 9, 1),
}
_RUNTIMES = {
    *RETIRED,
    *("python3.11", "python3.12", "python3.13", "python3.14", "nodejs20.x", "nodejs22.x"),
    *("nodejs24.x", "java11", "java17", "java21", "java25", "dotnet8", "dotnet10"),
    *("ruby3.2", "ruby3.3", "ruby3.4", "provided.al2", "provided.al2023"),
}
_RETIRED = (
    "The runtime parameter of {runtime} is no longer supported for creating or updating AWS "
    "Lambda functions. We recommend you use a supported runtime while creating or updating "
    "functions."
)
_NO_TRACING_RIGHT = (
    "The provided execution role does not have permissions to call PutTraceSegments on XRAY"
)
_NOT_UNZIPPED = "Could not unzip uploaded file. Please check your file, then try to upload again."


@before("lambda", "CreateFunction")
def check_creation(request: Request) -> None:
    """All checks of a new function."""
    parameters = request.parameters
    _check_environment(parameters)
    _check_layers(request)
    if parameters.get("PackageType", "Zip") == "Zip":
        _check_runtime(parameters.get("Runtime"), _CREATE_BLOCKED_AFTER)
        _check_code(request, parameters.get("Code") or {})
    _check_role(parameters["Role"])
    _check_tracing(parameters, parameters["Role"])
    _check_logging(parameters.get("LoggingConfig") or {})


@before("lambda", "UpdateFunctionConfiguration")
def check_configuration(request: Request) -> None:
    """Checks of what changes."""
    parameters, function = request.parameters, find(request)
    _check_updated_runtime(function, parameters.get("Runtime") or function.run_time)
    role = parameters.get("Role") or function.role
    if parameters.get("Role"):
        _check_role(role)
    _check_environment(parameters)
    _check_layers(request)
    _check_tracing(parameters, role)
    _check_logging(parameters.get("LoggingConfig") or {})


@before("lambda", "UpdateFunctionCode")
def check_code(request: Request) -> None:
    """Checks of new code."""
    function = find(request)
    _check_updated_runtime(function, function.run_time)
    _check_code(request, request.parameters)


@after("lambda", "UpdateFunctionCode")
def show_dry_run(request: Request, result: dict[str, Any]) -> dict[str, Any]:
    """A dry run answers with what the new code would be; moto shows the old."""
    if not request.parameters.get("DryRun"):
        return result
    content = _content(request, request.parameters)
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    return {**result, "CodeSha256": digest, "CodeSize": len(content)}


def _check_runtime(runtime: str | None, grace: timedelta) -> None:
    if runtime not in _RUNTIMES:
        raise invalid(
            f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum "
            f"value set: [{', '.join(sorted(_RUNTIMES - set(RETIRED)))}] or be a valid ARN"
        )
    retired = RETIRED.get(runtime)
    if retired and datetime.now(UTC).date() >= retired + grace:
        raise invalid(_RETIRED.format(runtime=runtime))


def _check_updated_runtime(function: Any, runtime: str | None) -> None:
    """A container image brings its own, and has none that could be named or retired."""
    if function.package_type == "Zip":
        _check_runtime(runtime, _UPDATE_BLOCKED_AFTER)


def _check_environment(parameters: dict[str, Any]) -> None:
    variables = (parameters.get("Environment") or {}).get("Variables") or {}
    text = json.dumps(variables, separators=(",", ":"))
    if len(text.encode()) > MOST_ENVIRONMENT:
        raise invalid(
            "Lambda was unable to configure your environment variables because the environment "
            f"variables you have provided exceeded the 4KB limit. String measured: {text}"
        )


def _check_layers(request: Request) -> None:
    for arn in request.parameters.get("Layers") or []:
        if find_layer(request, arn) is None:
            raise invalid(f"Layer version {arn} does not exist.")


def _check_role(arn: str) -> None:
    role = roles.find(arn)
    if role is None or not role.trusts("lambda.amazonaws.com"):
        raise invalid("The role defined for the function cannot be assumed by Lambda.")


def _check_tracing(parameters: dict[str, Any], arn: str) -> None:
    if (parameters.get("TracingConfig") or {}).get("Mode") != "Active":
        return
    role = roles.find(arn)
    if role is None or not role.may_everywhere("xray:PutTraceSegments"):
        raise invalid(_NO_TRACING_RIGHT)


def _check_logging(wanted: dict[str, Any]) -> None:
    levels = wanted.get("ApplicationLogLevel") or wanted.get("SystemLogLevel")
    if levels and wanted.get("LogFormat", "Text") != "JSON":
        raise invalid("The log level settings apply to JSON log format only.")


def _check_code(request: Request, code: dict[str, Any]) -> None:
    if code.get("ImageUri"):
        return
    content = _content(request, code)
    if len(content) > MOST_ZIPPED and code.get("ZipFile"):
        words = f"Zipped size must be smaller than {MOST_ZIPPED} bytes"
        raise AwsError("RequestEntityTooLargeException", words, 413, Type="User")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unzipped = sum(one.file_size for one in archive.infolist())
    except zipfile.BadZipFile:
        raise invalid(_NOT_UNZIPPED) from None
    if not unzipped:
        raise invalid("Uploaded file must be a non-empty zip")
    if unzipped > MOST_UNZIPPED:
        raise invalid(f"Unzipped size must be smaller than {MOST_UNZIPPED} bytes")


def _content(request: Request, code: dict[str, Any]) -> bytes:
    """The archive's bytes, from the request or from S3."""
    if code.get("ZipFile") is not None:
        return bytes(code["ZipFile"])
    bucket, key = code.get("S3Bucket"), code.get("S3Key")
    if not bucket or not key:
        raise invalid("Please provide a source for function code.")
    store = backends.global_backend("s3", request.account, request.region)
    if bucket not in store.buckets:
        raise _unreadable("NoSuchBucket", "The specified bucket does not exist")
    found = store.get_object(bucket, key)
    if found is None:
        raise _unreadable("NoSuchKey", "The specified key does not exist.")
    return bytes(found.value)


def _unreadable(code: str, message: str) -> AwsError:
    return invalid(
        f"Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {message}"
    )
