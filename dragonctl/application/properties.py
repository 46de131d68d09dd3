"""What a setting is called where it lasts: in the templates of the tools that deploy it.

Property names are those of each tool's own documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

Tool = Literal["CloudFormation", "SAM", "CDK", "Serverless Framework", "Terraform", "Pulumi"]

_STAGE, _FUNCTION, _MACHINE = "apigateway-stage", "lambda-function", "states-machine"
_ROLE, _ENDPOINT = "iam-role-policies", "apigateway-endpoint"
_METHOD, _KEY = "apigateway-method", "apigateway-integration"
# The fields that each property of a kind stands for, in their order; a kind without has but one.
_FIELDS = {
    _STAGE: (r".+/(logging|metrics)/", ".+/caching/", "accessLog", "tracing", "cacheCluster"),
    _FUNCTION: ("TracingConfig", "(?!TracingConfig)"),
    _MACHINE: ("logging", "tracing"),
}
_WHOLE_SERVERLESS_API = "DefinitionBody of AWS::Serverless::Api"


def _of(thing: str, *properties: str) -> tuple[str, ...]:
    return tuple(f"{one} of {thing}" for one in properties)


def _stage(thing: str) -> tuple[str, ...]:
    settings, cluster = "MethodSettings", "CacheClusterEnabled"
    return _of(thing, settings, settings, "AccessLogSetting", "TracingEnabled", cluster)


_PROPERTIES: dict[Tool, dict[str, tuple[str, ...]]] = {
    "CloudFormation": {
        # SAM marks neither stages nor APIs: what looks like CloudFormation's may be its own.
        _STAGE: _stage("AWS::ApiGateway::Stage or AWS::Serverless::Api"),
        _FUNCTION: _of("AWS::Lambda::Function", "TracingConfig", "Code"),
        _MACHINE: _of(
            "AWS::StepFunctions::StateMachine", "LoggingConfiguration", "TracingConfiguration"
        ),
        _ROLE: _of("AWS::IAM::Role", "ManagedPolicyArns"),
        _ENDPOINT: _of("AWS::ApiGateway::RestApi or AWS::Serverless::Api", "EndpointConfiguration"),
        _METHOD: _of("AWS::ApiGateway::Method", "RequestParameters"),
        _KEY: _of("AWS::ApiGateway::Method", "Integration.CacheKeyParameters"),
    },
    "SAM": {
        _STAGE: _stage("AWS::Serverless::Api"),
        _FUNCTION: _of("AWS::Serverless::Function", "Tracing", "CodeUri"),
        _MACHINE: _of("AWS::Serverless::StateMachine", "Logging", "Tracing"),
        _ROLE: _of("AWS::Serverless::Function or AWS::Serverless::StateMachine", "Policies"),
        _ENDPOINT: _of("AWS::Serverless::Api", "EndpointConfiguration"),
        _METHOD: (_WHOLE_SERVERLESS_API,),
        _KEY: (_WHOLE_SERVERLESS_API,),
    },
    "CDK": {
        _STAGE: _of(
            "RestApi's deployOptions",
            "loggingLevel",
            "methodOptions",
            "accessLogDestination",
            "tracingEnabled",
            "cacheClusterEnabled",
        ),
        _FUNCTION: _of("Function", "tracing", "code"),
        _MACHINE: _of("StateMachine", "logs", "tracingEnabled"),
        _ROLE: _of("Role", "managedPolicies"),
        _ENDPOINT: _of("RestApi", "endpointConfiguration"),
        _METHOD: _of("addMethod", "requestParameters"),
        _KEY: _of("the integration", "cacheKeyParameters"),
    },
    "Serverless Framework": {
        _STAGE: (
            "provider.logs.restApi",
            "custom.apiGatewayCaching (plugin serverless-api-gateway-caching)",
            "provider.logs.restApi",
            "provider.tracing.apiGateway",
            "custom.apiGatewayCaching (plugin serverless-api-gateway-caching)",
        ),
        _FUNCTION: ("provider.tracing.lambda", "the function's handler and sources"),
        _MACHINE: _of("the state machine", "loggingConfig", "tracingConfig"),
        _ROLE: ("provider.iam.role.managedPolicies",),
        _ENDPOINT: ("provider.endpointType",),
        _METHOD: _of("the http event", "request.parameters"),
        _KEY: _of("the http event", "caching.cacheKeyParameters"),
    },
    "Terraform": {
        _STAGE: (
            *_of("aws_api_gateway_method_settings", "settings", "settings"),
            *_of(
                "aws_api_gateway_stage",
                "access_log_settings",
                "xray_tracing_enabled",
                "cache_cluster_enabled",
            ),
        ),
        _FUNCTION: _of("aws_lambda_function", "tracing_config", "source_code_hash"),
        _MACHINE: _of("aws_sfn_state_machine", "logging_configuration", "tracing_configuration"),
        _ROLE: ("aws_iam_role_policy_attachment",),
        _ENDPOINT: _of("aws_api_gateway_rest_api", "endpoint_configuration"),
        _METHOD: _of("aws_api_gateway_method", "request_parameters"),
        _KEY: _of("aws_api_gateway_integration", "cache_key_parameters"),
    },
    "Pulumi": {
        _STAGE: (
            *_of("aws.apigateway.MethodSettings", "settings", "settings"),
            *_of(
                "aws.apigateway.Stage",
                "accessLogSettings",
                "xrayTracingEnabled",
                "cacheClusterEnabled",
            ),
        ),
        _FUNCTION: _of("aws.lambda.Function", "tracingConfig", "code"),
        _MACHINE: _of("aws.sfn.StateMachine", "loggingConfiguration", "tracingConfiguration"),
        _ROLE: ("aws.iam.RolePolicyAttachment",),
        _ENDPOINT: _of("aws.apigateway.RestApi", "endpointConfiguration"),
        _METHOD: _of("aws.apigateway.Method", "requestParameters"),
        _KEY: _of("aws.apigateway.Integration", "cacheKeyParameters"),
    },
}


def properties(tool: Tool, kind: str, fields: Iterable[str]) -> str:
    """The tool's words for these fields of a kind of resource, in one phrase.

    ``TracingEnabled and AccessLogSetting of AWS::ApiGateway::Stage``. All of the kind's words,
    where a field (a stage's deployment, its tags) has none of its own.
    """
    words, changed = _PROPERTIES[tool][kind], tuple(fields)
    parts = zip(_FIELDS.get(kind, ("",)), words, strict=True)
    found = [word for part, word in parts if any(re.match(part, field) for field in changed)]
    things: dict[str, list[str]] = {}
    for word in dict.fromkeys(found or words):
        name, of, thing = word.partition(" of ")
        things.setdefault(of + thing, []).append(name)
    return listed([listed(names) + thing for thing, names in things.items()])


def listed(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
