"""What an auditor will say: AWS Security Hub's controls and prowler's checks, each by its rule.

Read on :data:`READ_ON`: the pages of APIGateway.1 and of AWS Config's rules behind CloudWatch.16
and StepFunctions.1, and the sources of prowler's checks that are judged here. The pages of
APIGateway.2 to .5, Lambda.3 and Lambda.7 are still to be read against what stands below. Only what
``status`` reads anyway is judged; what a control asks of other things is ``None``, not known, with
the reason. It is never told as met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from dragonctl.resources.states_machine import LEVEL, machine_state
from dragonctl.status.observations import Observations

READ_ON = "2026-11-27"
"""When they were read, as far as the text above says."""
LEAST_DAYS = 365
"""Days that CloudWatch.16 and prowler ask of a log group unless they are told otherwise."""

Raw = Mapping[str, Any]


@dataclass(frozen=True)
class Finding:
    """One control about one thing (an identifier).

    ``met`` is None where that is not known or does not apply. ``fix`` is the command that meets
    it, else ``why`` says why dragonctl does not, or what is not known.
    """

    control: str
    title: str
    resource: str
    met: bool | None
    fix: str = ""
    why: str = ""

    def document(self) -> dict[str, Any]:
        """The item of ``controls.findings``."""
        return {
            "control": self.control,
            "title": self.title,
            "resource": self.resource,
            "met": self.met,
            "fix": self.fix or None,
            "why": self.why or None,
        }


@dataclass(frozen=True)
class Control:
    """One rule: by which ids it is known, what it asks, and how a thing's own description is read.

    ``words`` are those of the command that meets it; ``why`` says why there is none.
    """

    ids: tuple[str, ...]
    title: str
    judge: Callable[[Raw], bool | None]
    words: tuple[str, ...] = ()
    why: str = ""


_SETUP = ("setup-observability",)
_NOT_READ = "not judged: `status` does not read what it asks for"


def _levels(stage: Raw) -> list[str]:
    """The log level of all methods, and those of single methods."""
    settings = stage.get("methodSettings", {})
    return [
        settings.get("*/*", {}).get("loggingLevel", "OFF"),
        *(one.get("loggingLevel", "OFF") for key, one in settings.items() if key != "*/*"),
    ]


def _caches(stage: Raw) -> list[bool]:
    """Of each setting that caches, whether it encrypts."""
    settings = stage.get("methodSettings", {}).values()
    return [bool(one.get("cacheDataEncrypted")) for one in settings if one.get("cachingEnabled")]


def _layers_are_own(function: Raw) -> bool:
    layers = [one["Arn"].split(":")[4] for one in function.get("Layers", ())]
    return not layers or set(layers) == {function["FunctionArn"].split(":")[4]}


def _unknown(_: Raw) -> bool | None:
    return None


STAGE = (
    Control(
        ("APIGateway.1",),
        "execution logs of all methods",
        lambda stage: all(level in ("ERROR", "INFO") for level in _levels(stage)),
        (*_SETUP, "--log-level", "ERROR"),
    ),
    Control(
        ("apigateway_restapi_logging_enabled",),
        "execution logs of any method",
        lambda stage: any(level != "OFF" for level in _levels(stage)),
        _SETUP,
    ),
    Control(
        ("APIGateway.2", "apigateway_restapi_client_certificate_enabled"),
        "a client certificate for the back end",
        lambda stage: bool(stage.get("clientCertificateId")),
        why="a back end of one's own must check it; Lambda and Step Functions do not",
    ),
    Control(
        ("APIGateway.3", "apigateway_restapi_tracing_enabled"),
        "X-Ray tracing",
        lambda stage: bool(stage.get("tracingEnabled")),
        _SETUP,
    ),
    Control(
        ("APIGateway.4", "apigateway_restapi_waf_acl_attached"),
        "a web ACL of AWS WAF",
        lambda stage: bool(stage.get("webAclArn")),
        why="who may call is not what dragonctl sets",
    ),
    Control(
        ("APIGateway.5",),
        "encryption of all that is cached",
        lambda stage: all(_caches(stage)) if stage.get("cacheClusterEnabled") else True,
        ("enable-cache", "--encrypt"),
    ),
    Control(
        ("apigateway_restapi_cache_encrypted",),
        "encryption of anything that is cached",
        lambda stage: any(_caches(stage)) if _caches(stage) else None,
        ("enable-cache", "--encrypt"),
        why="nothing is cached",
    ),
    Control(
        (
            "apigateway_restapi_authorizers_enabled",
            "apigateway_restapi_no_secrets_in_stage_variables",
            "apigateway_restapi_public",
            "apigateway_restapi_public_with_authorizer",
        ),
        "other checks of prowler",
        _unknown,
        why=_NOT_READ,
    ),
)
"""prowler passes a stage when one of its methods logs, or encrypts; AWS when all do."""

FUNCTION = (
    Control(
        ("Lambda.1", "awslambda_function_not_publicly_accessible"),
        "no public access by its policy",
        _unknown,
        why=_NOT_READ,
    ),
    Control(
        ("Lambda.2", "awslambda_function_using_supported_runtimes"),
        "a runtime that is supported",
        _unknown,
        why="which runtimes are supported changes; AWS Lambda's guide lists them",
    ),
    Control(
        ("Lambda.3", "awslambda_function_inside_vpc"),
        "a VPC",
        lambda raw: bool(raw.get("VpcConfig", {}).get("VpcId")),
        why="where a function runs is not what dragonctl sets",
    ),
    Control(
        ("Lambda.5", "awslambda_function_vpc_multi_az"),
        "several availability zones in its VPC",
        _unknown,
        why=_NOT_READ,
    ),
    Control(("Lambda.6",), "a tag", _unknown, why=_NOT_READ),
    Control(
        ("Lambda.7",),
        "X-Ray tracing",
        lambda raw: raw.get("TracingConfig", {}).get("Mode") == "Active",
        _SETUP,
    ),
    Control(
        ("awslambda_function_using_cross_account_layers",),
        "no layer of another account",
        _layers_are_own,
        why="AWS's OpenTelemetry layer, which --application-signals adds, is of AWS's own account",
    ),
    Control(
        (
            "awslambda_function_env_vars_not_encrypted_with_cmk",
            "awslambda_function_invoke_api_operations_cloudtrail_logging_enabled",
            "awslambda_function_no_dead_letter_queue",
            "awslambda_function_no_secrets_in_code",
            "awslambda_function_no_secrets_in_variables",
            "awslambda_function_url_cors_policy",
            "awslambda_function_url_public",
        ),
        "other checks of prowler",
        _unknown,
        why=_NOT_READ,
    ),
)

MACHINE = (
    Control(
        ("StepFunctions.1", "stepfunctions_statemachine_logging_enabled"),
        "logs",
        lambda raw: machine_state(raw)[LEVEL] != "OFF",
        _SETUP,
    ),
    Control(
        (
            "stepfunctions_statemachine_encrypted_with_cmk",
            "stepfunctions_statemachine_no_secrets_in_definition",
        ),
        "other checks of prowler",
        _unknown,
        why=_NOT_READ,
    ),
)

GROUP = (
    Control(
        ("CloudWatch.16", "cloudwatch_log_group_retention_policy_specific_days_enabled"),
        f"events kept for {LEAST_DAYS} days, or for ever",
        lambda state: state["retentionInDays"] is None or state["retentionInDays"] >= LEAST_DAYS,
        (*_SETUP, "--retention", str(LEAST_DAYS)),
    ),
)

ACCOUNT = (
    Control(("StepFunctions.2",), "a tag on each activity", _unknown, why=_NOT_READ),
    Control(("CloudWatch.15",), "an action of each alarm", _unknown, why=_NOT_READ),
    Control(("CloudWatch.17",), "alarms whose actions are on", _unknown, why=_NOT_READ),
)


def findings(observed: Observations) -> Iterator[Finding]:
    """Every control about every thing that ``status`` shows."""
    app, command = observed.app, observed.context.command
    for api, name, raw in app.stages:
        at_stage = partial(command, api=api.id, stage=name)
        yield from _judged(f"apigateway-stage/{api.id}/{name}", raw, STAGE, at_stage)
    for function in app.functions:
        yield from _judged(f"lambda-function/{function.name}", function.raw, FUNCTION, command)
    for machine in app.machines:
        yield from _judged(f"states-machine/{machine.arn}", machine.raw, MACHINE, command)
    for group, reading in observed.readings.items():
        if reading is not None:
            yield from _judged(f"logs-group/{group}", reading.state, GROUP, command)
    yield from _judged(f"account/{app.account}/{app.region}", {}, ACCOUNT, command)


def _judged(
    resource: str, raw: Raw, controls: Iterable[Control], command: Callable[..., str]
) -> Iterator[Finding]:
    for control in controls:
        met = control.judge(raw)
        fix = command(*control.words) if met is False and control.words else ""
        why = "" if met or fix else control.why
        for name in control.ids:
            yield Finding(name, control.title, resource, met, fix, why)


def document(observed: Observations) -> dict[str, Any]:
    """The key ``controls`` of the document of ``status``."""
    return {"read_on": READ_ON, "findings": [one.document() for one in findings(observed)]}
