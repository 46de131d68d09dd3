"""What a Lambda function's configuration holds, of ``$LATEST`` and of versions: one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dragonctl.engine.fields import Field, Table, Templates, state_of, templates
from dragonctl.engine.model import Json

CODE = "CodeSha256"
ARCHITECTURES = "Architectures"
HANDLER = "Handler"
RUNTIME = "Runtime"
TRACING = "TracingConfig/Mode"
LOG_FORMAT = "LoggingConfig/LogFormat"
APPLICATION_LEVEL = "LoggingConfig/ApplicationLogLevel"
SYSTEM_LEVEL = "LoggingConfig/SystemLogLevel"
LEVELS = (APPLICATION_LEVEL, SYSTEM_LEVEL)


def _function(
    cloudformation: str, sam: str, cdk: str, serverless: str, terraform: str, pulumi: str
) -> Templates:
    """A property by its name in each tool's function; the Serverless Framework's has no thing."""
    return templates(
        cloudformation=f"{cloudformation} of AWS::Lambda::Function",
        sam=f"{sam} of AWS::Serverless::Function",
        cdk=f"{cdk} of Function",
        serverless=serverless,
        terraform=f"{terraform} of aws_lambda_function",
        pulumi=f"{pulumi} of aws.lambda.Function",
    )


def _logging(cdk: str, serverless: str) -> Templates:
    return _function(
        "LoggingConfig", "LoggingConfig", cdk, serverless, "logging_config", "loggingConfig"
    )


# fmt: off
FIELDS: Table = (
    Field(CODE, "code", is_published=True, templates=_function(
        "Code", "CodeUri", "code", "sources of the function", "source_code_hash", "code")),
    Field(ARCHITECTURES, "processor", absent=["x86_64"], is_published=True, templates=_function(
        "Architectures", "Architectures", "architecture", "architecture of the function",
        "architectures", "architectures")),
    Field(HANDLER, "handler", is_published=True, templates=_function(
        "Handler", "Handler", "handler", "handler of the function", "handler", "handler")),
    Field(RUNTIME, "runtime", is_published=True, templates=_function(
        "Runtime", "Runtime", "runtime", "runtime of the function", "runtime", "runtime")),
    Field(TRACING, "tracing", absent="PassThrough", off=("PassThrough",),
          is_published=True, observes=True, templates=_function(
        "TracingConfig", "Tracing", "tracing", "provider.tracing.lambda", "tracing_config",
        "tracingConfig")),
    # Text has no levels, and JSON is not without (aws-notes, "Lambda"): the three go together.
    Field(LOG_FORMAT, "log format", absent="Text", bound=LEVELS,
          is_published=True, observes=True,
          templates=_logging("loggingFormat", "provider.logs.lambda.logFormat")),
    Field(APPLICATION_LEVEL, "application log level", bound=(LOG_FORMAT,),
          is_published=True, observes=True,
          templates=_logging("applicationLogLevelV2", "provider.logs.lambda.applicationLogLevel")),
    Field(SYSTEM_LEVEL, "system log level", bound=(LOG_FORMAT,),
          is_published=True, observes=True,
          templates=_logging("systemLogLevelV2", "provider.logs.lambda.systemLogLevel")),
)
# fmt: on
"""The fields that commands set."""

FOREIGN: Table = tuple(
    Field(path, word, path, is_managed=False, is_published=True)
    for path, word in {
        "Environment": "environment variables",
        "Layers": "layers",
        "MemorySize": "memory",
        "Role": "role",
        "Timeout": "time-out",
        "VpcConfig": "network",
        "LoggingConfig.LogGroup": "log group",
        "EphemeralStorage": "temporary storage",
        "FileSystemConfigs": "file systems",
        "DeadLetterConfig": "dead-letter target",
    }.items()
)
"""What people and their tools set, and a version carries all the same."""


def configured(raw: Mapping[str, Any]) -> dict[str, Json]:
    """The state that a configuration shows, of ``$LATEST`` or of a version."""
    return state_of(FIELDS, raw)


def traces(raw: Mapping[str, Any]) -> bool:
    """Whether a configuration traces actively."""
    return bool(configured(raw)[TRACING] == "Active")
