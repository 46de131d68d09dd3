"""The controls themselves, by the kind of thing that they are about.

Security Hub's: "Security Hub CSPM controls" for Amazon API Gateway, AWS Lambda, Step Functions and
Amazon CloudWatch in AWS Security Hub's user guide, with the pages of the AWS Config rules that they
name. prowler's: the sources of its checks and its ``config.yaml``, of :data:`PROWLER`. All read on
:data:`READ_ON`. Where both ask for the same, each is judged by its own rule.
"""

from __future__ import annotations

from dragonctl.resources.apigateway_stage_fields import ALL_METHODS
from dragonctl.resources.lambda_configuration import TRACING
from dragonctl.resources.states_machine_fields import LEVEL
from dragonctl.status.controls.evidence import AUTHORIZERS, METHODS, TAGS
from dragonctl.status.controls.model import Control, Shown
from dragonctl.status.controls.public_access import (
    prohibits_public_access,
    prohibits_unconditional_access,
)
from dragonctl.status.controls.runtimes import is_not_obsolete, is_supported

READ_ON = "2026-11-27"
"""The day on which the pages and sources were read."""
PROWLER = "5.46.0"
"""The version of prowler whose checks these are."""
LEAST_DAYS = 365
"""Days that CloudWatch.16 and prowler ask of a log group unless they are told otherwise."""

_SETUP = ("setup-observability",)
_ENCRYPT = ("enable-cache", "--encrypt")
_LOG_LEVEL = "/logging/loglevel"
_REFUSED = "not judged: it could not be read"
_SECRETS = "not judged: prowler looks for secrets with a scanner of its own"


def _prowler(check: str) -> str:
    return f"prowler aws --checks {check}"


def _never(_: Shown) -> bool | None:
    return None


def _levels(stage: Shown) -> list[str]:
    """The log level of all methods, and those of single methods."""
    levels = {key: value or "OFF" for key, value in stage.items() if key.endswith(_LOG_LEVEL)}
    return [levels.pop(ALL_METHODS + _LOG_LEVEL, "OFF"), *levels.values()]


def _encrypted(stage: Shown) -> list[bool]:
    """Of each setting that caches, whether it encrypts."""
    caching = (key for key, on in stage.items() if key.endswith("/caching/enabled") and on)
    return [bool(stage.get(key.replace("enabled", "dataEncrypted"))) for key in caching]


def _encrypts_all(stage: Shown) -> bool | None:
    """Methods that do not cache are not looked at; without a cluster nothing is stored yet."""
    caches = _encrypted(stage)
    if all(caches):
        return True
    return False if stage.get("cacheClusterEnabled") else None


STAGE = (
    Control(
        ("APIGateway.1",),
        "execution logs of all methods",
        lambda stage: all(level in ("ERROR", "INFO") for level in _levels(stage)),
        _SETUP,
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
        "encryption of every method that caches",
        _encrypts_all,
        _ENCRYPT,
        unjudged="not judged: the stage has no cache cluster, where its methods are set to cache",
        look="aws apigateway get-stage --rest-api-id {api} --stage-name {stage}",
    ),
    Control(
        ("apigateway_restapi_cache_encrypted",),
        "encryption of any method that caches",
        lambda stage: any(_encrypted(stage)) if _encrypted(stage) else None,
        _ENCRYPT,
        unjudged="nothing is cached",
    ),
    Control(
        ("apigateway_restapi_no_secrets_in_stage_variables",),
        "no secret in stage variables",
        lambda stage: None if stage.get("variables") else True,
        unjudged=_SECRETS,
        look=_prowler("apigateway_restapi_no_secrets_in_stage_variables"),
    ),
)
"""prowler passes a stage when one of its methods logs, or encrypts; AWS when all do."""


def _is_private(api: Shown) -> bool:
    return (api.get("endpointConfiguration") or {}).get("types") == ["PRIVATE"]


def _has_authorizers(api: Shown) -> bool | None:
    return bool(api[AUTHORIZERS]) if AUTHORIZERS in api else None


def _authorizes(api: Shown) -> bool | None:
    """An authorizer anywhere, or methods of which each asks who calls."""
    known = _has_authorizers(api)
    if known is not False or METHODS not in api:
        return known
    return bool(api[METHODS]) and "NONE" not in api[METHODS]


_WHO_MAY_CALL = "who may call is not what dragonctl sets"
_GET_AUTHORIZERS = "aws apigateway get-authorizers --rest-api-id {api}"
API = (
    Control(
        ("apigateway_restapi_authorizers_enabled",),
        "an authorizer, or authorization of all methods",
        _authorizes,
        why=_WHO_MAY_CALL,
        unjudged=_REFUSED,
        look=_GET_AUTHORIZERS,
    ),
    Control(("apigateway_restapi_public",), "a private endpoint", _is_private, why=_WHO_MAY_CALL),
    Control(
        ("apigateway_restapi_public_with_authorizer",),
        "an authorizer where the endpoint is public",
        lambda api: None if _is_private(api) else _has_authorizers(api),
        why=_WHO_MAY_CALL,
        unjudged="not judged: the endpoint is private, or its authorizers could not be read",
        look=_GET_AUTHORIZERS,
    ),
    Control(
        ("apigateway_domain_name_pqc_tls_enabled",),
        "a post-quantum TLS policy of its custom domain names",
        _never,
        unjudged="not judged: custom domain names are not read",
        look="aws apigateway get-domain-names",
    ),
)


def _layers_are_own(function: Shown) -> bool:
    layers = [one["Arn"].split(":")[4] for one in function.get("Layers", ())]
    return not layers or set(layers) == {function["FunctionArn"].split(":")[4]}


def _is_tagged(shown: Shown) -> bool | None:
    """A tag of AWS's own does not count."""
    keys = shown.get(TAGS)
    return None if keys is None else any(not key.startswith("aws:") for key in keys)


def _network(function: Shown) -> Shown:
    return function.get("VpcConfig") or {}


def _is_in_several_zones(function: Shown) -> bool | None:
    """A subnet is in one availability zone; which, the function does not tell."""
    is_short = bool(_network(function).get("VpcId")) and len(_network(function)["SubnetIds"]) < 2  # noqa: PLR2004
    return False if is_short else None


def _variables_have_a_key(function: Shown) -> bool:
    variables = (function.get("Environment") or {}).get("Variables")
    return not variables or bool(function.get("KMSKeyArn"))


_NETWORK = "where a function runs is not what dragonctl sets"
_VPC_ZONES = "not judged: the function is in no VPC, or which zones its subnets are in is not read"
_GET_FUNCTION = "aws lambda get-function-configuration --function-name {function}"
_GET_POLICY = "aws lambda get-policy --function-name {function}"
_GET_URL = "aws lambda get-function-url-config --function-name {function}"
_INVOKER = "who may invoke a function is not what dragonctl sets"
_RUNTIME = "the source must fit another runtime; of Python, deploy-function --python sets it"
_CLOUDTRAIL = "awslambda_function_invoke_api_operations_cloudtrail_logging_enabled"
FUNCTION = (
    Control(
        ("Lambda.1",),
        "no public access by its policy",
        prohibits_public_access,
        why=_INVOKER,
        unjudged="not judged: its policy could not be read, or a condition decides",
        look=_GET_POLICY,
    ),
    Control(
        ("awslambda_function_not_publicly_accessible",),
        "no access of everybody by its policy",
        prohibits_unconditional_access,
        why=_INVOKER,
        unjudged="not judged: it has no policy, or it could not be read, or a condition decides",
        look=_GET_POLICY,
    ),
    Control(
        ("Lambda.2",),
        "a runtime of Security Hub's list",
        is_supported,
        why=_RUNTIME,
        unjudged="an image, or a runtime of the operating system alone: Security Hub ignores it",
    ),
    Control(
        ("awslambda_function_using_supported_runtimes",),
        "a runtime outside prowler's list of obsolete ones",
        is_not_obsolete,
        why=_RUNTIME,
        unjudged="an image has no runtime",
    ),
    Control(
        ("Lambda.3", "awslambda_function_inside_vpc"),
        "a VPC",
        lambda function: bool(_network(function).get("VpcId")),
        why=_NETWORK,
    ),
    Control(
        ("Lambda.5", "awslambda_function_vpc_multi_az"),
        "several availability zones in its VPC",
        _is_in_several_zones,
        why=_NETWORK,
        unjudged=_VPC_ZONES,
        look="aws ec2 describe-subnets --subnet-ids {subnets}",
    ),
    Control(
        ("Lambda.6",),
        "a tag",
        _is_tagged,
        why="what a function is tagged with is its owner's to say",
        unjudged=_REFUSED,
        look="aws lambda get-function --function-name {function} --query Tags",
    ),
    Control(
        ("Lambda.7",),
        "X-Ray tracing",
        lambda function: function.get(TRACING) == "Active",
        _SETUP,
    ),
    Control(
        ("awslambda_function_using_cross_account_layers",),
        "no layer of another account",
        _layers_are_own,
        why="AWS's OpenTelemetry layer, which --application-signals adds, is of AWS's own account",
    ),
    Control(
        ("awslambda_function_env_vars_not_encrypted_with_cmk",),
        "a key of one's own for its variables",
        _variables_have_a_key,
        why="what a function's variables are encrypted with is not what dragonctl sets",
    ),
    Control(
        ("awslambda_function_no_dead_letter_queue",),
        "a dead-letter queue",
        lambda function: bool((function.get("DeadLetterConfig") or {}).get("TargetArn")),
        why="where events that fail go is not what dragonctl sets; API Gateway sends none",
    ),
    Control(
        ("awslambda_function_no_secrets_in_code", "awslambda_layer_no_secrets_in_content"),
        "no secret in its code and layers",
        _never,
        unjudged=_SECRETS,
        look=_prowler("awslambda_function_no_secrets_in_code"),
    ),
    Control(
        ("awslambda_function_no_secrets_in_variables",),
        "no secret in its variables",
        _never,
        unjudged=_SECRETS,
        look=_prowler("awslambda_function_no_secrets_in_variables"),
    ),
    Control(
        ("awslambda_function_url_cors_policy", "awslambda_function_url_public"),
        "no URL of its own for everybody",
        _never,
        unjudged="not judged: a function's own URL is beside the API",
        look=_GET_URL,
    ),
    Control(
        (_CLOUDTRAIL,),
        "a trail of its invocations",
        _never,
        unjudged="not judged: the account's trails are not read",
        look=_prowler(_CLOUDTRAIL),
    ),
)

MACHINE = (
    Control(
        ("StepFunctions.1", "stepfunctions_statemachine_logging_enabled"),
        "logs",
        lambda machine: machine.get(LEVEL, "OFF") != "OFF",
        _SETUP,
    ),
    Control(
        ("stepfunctions_statemachine_encrypted_with_cmk",),
        "a key of one's own",
        lambda machine: (
            (machine.get("encryptionConfiguration") or {}).get("type") == "CUSTOMER_MANAGED_KMS_KEY"
        ),
        why="what a state machine is encrypted with is not what dragonctl sets",
    ),
    Control(
        ("stepfunctions_statemachine_no_secrets_in_definition",),
        "no secret in its definition",
        _never,
        unjudged=_SECRETS,
        look=_prowler("stepfunctions_statemachine_no_secrets_in_definition"),
    ),
)

GROUP = (
    Control(
        ("CloudWatch.16", "cloudwatch_log_group_retention_policy_specific_days_enabled"),
        f"events kept for {LEAST_DAYS} days, or forever",
        lambda group: (group["retentionInDays"] or LEAST_DAYS) >= LEAST_DAYS,
        (*_SETUP, "--retention", str(LEAST_DAYS)),
    ),
)
"""CloudWatch.16's page says nothing of a group that never expires. AWS Config's rule and prowler
pass it."""

ALARM = (
    Control(
        ("CloudWatch.15",),
        "an action of each alarm",
        lambda alarm: bool(alarm.get("AlarmActions")),
        why="setup-alarms gives alarms of its own an action; this one is somebody else's",
    ),
    Control(
        ("CloudWatch.17",),
        "alarms whose actions are on",
        lambda alarm: bool(alarm.get("ActionsEnabled")),
        why="somebody switched its actions off; dragonctl keeps that",
    ),
)
"""Metric alarms alone: that a composite alarm acts for one does not count."""

ACTIVITY = (
    Control(
        ("StepFunctions.2",),
        "a tag",
        _is_tagged,
        why="what an activity is tagged with is its owner's to say",
        unjudged=_REFUSED,
        look="aws stepfunctions list-tags-for-resource --resource-arn {activity}",
    ),
)
