"""What a call needs besides its own action: AWS asks for it in the caller's name.

Tags at creation, roles that are handed on, service-linked roles, code that Lambda fetches from S3,
functions that CloudFront replicates. From the "dependent actions" of the AWS Service Authorization
Reference, and from "Set up IAM permissions and roles for Lambda@Edge" (CloudFront).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dragonctl.engine.model import Call
from dragonctl.policy import apigateway
from dragonctl.policy.names import PASSES, TAGS
from dragonctl.resources import application_signals

Extra = tuple[str, str, tuple[str, str, str] | None]
"""Action, resource, condition; a resource of "" stands for the one of the call itself."""

_REPLICATION = ("lambda:GetFunction", "lambda:EnableReplication*", "lambda:DisableReplication*")
_EDGE_ROLES = {
    "replicator.lambda.amazonaws.com": "AWSServiceRoleForLambdaReplicator",
    "logger.cloudfront.amazonaws.com": "AWSServiceRoleForCloudFrontLogger",
}


def dependent_actions(call: Call, partition: str, account: str) -> Iterator[Extra]:
    """All of it, for one call."""
    tagging = TAGS.get((call.service, call.operation))
    if tagging and (call.params.get("Tags") or call.params.get("tags")):
        yield tagging, "", None
    yield from _passed_roles(call)
    yield from _from_s3(call, partition)
    if apigateway.turns_tracing_on(call):
        service = "ops.apigateway.amazonaws.com"
        yield _linked_role(service, "AWSServiceRoleForAPIGateway", partition, account)
    if call.operation == "UpdateDistribution":
        yield from _replicated(call, partition, account)
    for arn in (call.params.get("Layers") or ()) if call.service == "lambda" else ():
        yield "lambda:GetLayerVersion", str(arn), None
    yield from _discovery(call, partition, account)


def _discovery(call: Call, partition: str, account: str) -> Iterator[Extra]:
    """Application Signals' switch, by AWS's policy CloudWatchApplicationSignalsFullAccess.

    Its role is looked for before it is there, by its name alone, and then by its path.
    """
    service, role = "application-signals.cloudwatch.amazonaws.com", application_signals.ROLE
    if call.service == "iam" and call.params.get("RoleName") == role:
        path = f"arn:{partition}:iam::{account}:role/aws-service-role/{service}/{role}"
        yield f"iam:{call.operation}", path, None
    if (call.service, call.operation) == ("application-signals", "StartDiscovery"):
        yield _linked_role(service, role, partition, account)
        channel = f"channel/aws-service-channel/{call.service}/*"
        resource = f"arn:{partition}:cloudtrail:*:{account}:{channel}"
        yield "cloudtrail:CreateServiceLinkedChannel", resource, None


def _passed_roles(call: Call) -> Iterator[Extra]:
    """Handing a role to a service needs ``iam:PassRole`` on it."""
    for parameter, service in PASSES.get((call.service, call.operation), {}).items():
        yield from _passed(call.params.get(parameter), service)
    for arn in apigateway.passed_roles(call):
        yield from _passed(arn, "apigateway.amazonaws.com")
    if call.operation == "PutRestApi":
        for arn in sorted(set(_credentials(json.loads(call.params.get("body") or "{}")))):
            yield from _passed(arn, "apigateway.amazonaws.com")


def _passed(arn: Any, service: str) -> Iterator[Extra]:
    if str(arn or "").startswith("arn:"):
        yield "iam:PassRole", str(arn), ("StringEquals", "iam:PassedToService", service)


def _credentials(document: Any) -> Iterator[str]:
    """The roles that the integrations of an OpenAPI document name, wherever they stand."""
    if isinstance(document, Mapping):
        credentials = document.get("credentials")
        if isinstance(credentials, str) and ":role/" in credentials:
            yield credentials
    inside = document.values() if isinstance(document, Mapping) else document
    for one in inside if isinstance(document, Mapping | list) else ():
        yield from _credentials(one)


def _from_s3(call: Call, partition: str) -> Iterator[Extra]:
    """Lambda fetches code with the caller's rights; S3 tells "absent" to those who may list."""
    if call.service == "lambda":
        place = call.params.get("Code") or call.params
        if place.get("S3Bucket"):
            yield "s3:GetObject", f"arn:{partition}:s3:::{place['S3Bucket']}/{place['S3Key']}", None
    elif (call.service, call.operation) == ("s3", "HeadObject"):
        yield "s3:ListBucket", f"arn:{partition}:s3:::{call.params['Bucket']}", None


def _replicated(call: Call, partition: str, account: str) -> Iterator[Extra]:
    """CloudFront copies a function's version in the name of whoever associates it."""
    functions = sorted(set(_functions(call.params.get("DistributionConfig") or {})))
    for arn in functions:
        for action in _REPLICATION:
            yield action, arn, None
    for service, name in _EDGE_ROLES.items() if functions else ():
        yield _linked_role(service, name, partition, account)


def _functions(config: Any) -> Iterator[str]:
    if isinstance(config, Mapping) and config.get("LambdaFunctionARN"):
        yield str(config["LambdaFunctionARN"])
    inside = config.values() if isinstance(config, Mapping) else config
    for one in inside if isinstance(config, Mapping | list) else ():
        yield from _functions(one)


def _linked_role(service: str, name: str, partition: str, account: str) -> Extra:
    """The first use of some features in an account makes a service-linked role."""
    arn = f"arn:{partition}:iam::{account}:role/aws-service-role/{service}/{name}"
    condition = ("StringEquals", "iam:AWSServiceName", service)
    return "iam:CreateServiceLinkedRole", arn, condition
