"""What a Lambda function's configuration holds, of ``$LATEST`` and of versions: one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dragonctl.engine.fields import Field, Table, Templates, state_of, templates
from dragonctl.engine.model import Json
from dragonctl.resources import lambda_layers as layers
from dragonctl.resources import opentelemetry_layers as opentelemetry

CODE = "CodeSha256"
ARCHITECTURES = "Architectures"
HANDLER = "Handler"
RUNTIME = "Runtime"
TRACING = "TracingConfig/Mode"
LOG_FORMAT = "LoggingConfig/LogFormat"
APPLICATION_LEVEL = "LoggingConfig/ApplicationLogLevel"
SYSTEM_LEVEL = "LoggingConfig/SystemLogLevel"
LEVELS = (APPLICATION_LEVEL, SYSTEM_LEVEL)
WRAPPER = "Environment/AWS_LAMBDA_EXEC_WRAPPER"
_LAYER = "Layers/"
_WRAPPER_VARIABLE = "AWS_LAMBDA_EXEC_WRAPPER"


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


def carries_observer(arn: str) -> bool:
    """Whether a layer only looks at the function: one of AWS's that trace."""
    return opentelemetry.is_distribution(arn)


def layer_field(arn: str) -> str:
    """The field of a layer, whatever its version."""
    return f"{_LAYER}{layers.without_version(arn)}"


def _layers_by_key(shown: Any) -> dict[str, str]:
    return {layers.without_version(arn): arn for arn in layers.arns_of(shown)}


def _other_layers(shown: Any, ours: frozenset[str]) -> list[str]:
    """Layers that do more than look on, and that are not set on purpose."""
    arns = layers.arns_of(shown)
    return [arn for arn in arns if not (carries_observer(arn) or layer_field(arn) in ours)]


def _other_variables(shown: Any, ours: frozenset[str]) -> Any:
    """The environment without the wrapper of AWS's layer, or one that is set on purpose."""
    variables = dict((shown or {}).get("Variables") or {})
    if WRAPPER in ours or variables.get(_WRAPPER_VARIABLE) == opentelemetry.WRAPPER:
        variables.pop(_WRAPPER_VARIABLE, None)
    return {**shown, "Variables": variables} if variables or "Error" in (shown or {}) else None


_RUN_TOGETHER = (CODE, ARCHITECTURES, HANDLER, RUNTIME)
"""Code runs on a processor, by a handler, under a runtime: what goes with one may not with another.
"""

# fmt: off
FIELDS: Table = (
    Field(CODE, "code", bound=_RUN_TOGETHER, is_published=True, templates=_function(
        "Code", "CodeUri", "code", "sources of the function", "source_code_hash", "code")),
    Field(ARCHITECTURES, "processor", absent=["x86_64"], bound=_RUN_TOGETHER, is_published=True,
          templates=_function(
        "Architectures", "Architectures", "architecture", "architecture of the function",
        "architectures", "architectures")),
    Field(HANDLER, "handler", bound=_RUN_TOGETHER, is_published=True, templates=_function(
        "Handler", "Handler", "handler", "handler of the function", "handler", "handler")),
    Field(RUNTIME, "runtime", bound=_RUN_TOGETHER, is_published=True, templates=_function(
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
    # The wrapper is a file in the layer: without it every call would end in Runtime.ExitError.
    Field(f"{_LAYER}{{layer}}", "layer {}", "Layers", part=layers.name_of, parts_in=_layers_by_key,
          bound=(WRAPPER,), is_published=True, observes=True,
          is_observing=lambda key, _: carries_observer(key),
          templates=_function("Layers", "Layers", "layers", "layers of the function", "layers",
                              "layers")),
    Field(WRAPPER, "wrapper", f"Environment.Variables.{_WRAPPER_VARIABLE}",
          is_published=True, observes=True,
          is_observing=lambda _, path: path == opentelemetry.WRAPPER,
          templates=_function(
        "Environment", "Environment", "environment", "environment of the function", "environment",
        "environment")),
)
# fmt: on
"""The fields that commands set."""

FOREIGN: Table = (
    Field(
        "Environment",
        "environment variables",
        is_managed=False,
        is_published=True,
        rest=_other_variables,
    ),
    Field("Layers", "layers", is_managed=False, is_published=True, rest=_other_layers),
    *(
        Field(path, word, path, unit=unit, is_managed=False, is_published=True)
        for path, word, unit in (
            ("MemorySize", "memory", "MB"),
            ("Role", "role", ""),
            ("Timeout", "time-out", "s"),
            ("VpcConfig", "network", ""),
            ("LoggingConfig.LogGroup", "log group", ""),
            ("EphemeralStorage", "temporary storage", ""),
            ("FileSystemConfigs", "file systems", ""),
            ("DeadLetterConfig", "dead-letter target", ""),
        )
    ),
)
"""What people and their tools set, and a version carries all the same. A row that a command is to
set moves to :data:`FIELDS`."""


def configured(raw: Mapping[str, Any]) -> dict[str, Json]:
    """The state that a configuration shows, of ``$LATEST`` or of a version."""
    return state_of(FIELDS, raw)


def traces(raw: Mapping[str, Any]) -> bool:
    """Whether a configuration traces actively."""
    return bool(configured(raw)[TRACING] == "Active")


def layers_in(state: Mapping[str, Json]) -> dict[str, str | None]:
    """The layers that a state speaks of: ARN without version -> ARN, or None for "gone"."""
    named = {name: value for name, value in state.items() if name.startswith(_LAYER)}
    return {name.removeprefix(_LAYER): value for name, value in named.items()}
