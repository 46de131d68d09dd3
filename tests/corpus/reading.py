"""Everything that an endpoint holds, by plain boto3, laid out as the strict AWS keeps its own."""

from __future__ import annotations

from typing import Any

from tests.applications.builder import Builder
from tests.corpus.shape import Json


def read(builder: Builder) -> dict[str, Json]:
    """Service -> what it holds. Times that change are still in it."""
    return {
        "apigateway": _gateway(builder.client("apigateway")),
        "iam": _iam(builder.client("iam")),
        "lambda": {"functions": _functions(builder.client("lambda"))},
        "stepfunctions": {"machines": _machines(builder.client("stepfunctions"))},
        "logs": _logs(builder.client("logs")),
        "xray": _xray(builder.client("xray")),
    }


def _all(client: Any, operation: str, key: str, **params: Json) -> list[Json]:
    if not client.can_paginate(operation):
        return getattr(client, operation)(**params).get(key) or []
    pages = client.get_paginator(operation).paginate(**params)
    return [item for page in pages for item in page.get(key) or []]


def _gateway(client: Any) -> Json:
    apis = {one["id"]: _api(client, one) for one in _all(client, "get_rest_apis", "items")}
    domains = {one["domainName"]: one for one in _all(client, "get_domain_names", "items")}
    for name, one in domains.items():
        one["mappings"] = _all(client, "get_base_path_mappings", "items", domainName=name)
    return {
        "role": client.get_account().get("cloudwatchRoleArn", ""),
        "apis": apis,
        "usage plans": {one["id"]: one for one in _all(client, "get_usage_plans", "items")},
        "keys": {one["id"]: one for one in _all(client, "get_api_keys", "items")},
        "domains": domains,
    }


def _api(client: Any, about: Json) -> Json:
    of_it = {"restApiId": about["id"]}
    parts = {
        part: _all(client, operation, "items", **of_it)
        for part, operation in (
            ("authorizers", "get_authorizers"), ("validators", "get_request_validators"),
            ("models", "get_models"), ("gateway_responses", "get_gateway_responses"),
        )
    }  # fmt: skip
    deployments = _all(client, "get_deployments", "items", **of_it)
    return {
        "about": about,
        "resources": _all(client, "get_resources", "items", embed=["methods"], **of_it),
        "stages": {one["stageName"]: one for one in client.get_stages(**of_it)["item"]},
        "deployments": {one["id"]: one for one in deployments},
        **parts,
    }


def _iam(client: Any) -> Json:
    return {
        "roles": {
            one["RoleName"]: _role(client, one) for one in _all(client, "list_roles", "Roles")
        },
        "policies": {
            one["Arn"]: _policy(client, one)
            for one in _all(client, "list_policies", "Policies", Scope="Local")
        },
    }


def _role(client: Any, one: Json) -> Json:
    name = one["RoleName"]
    attached = _all(client, "list_attached_role_policies", "AttachedPolicies", RoleName=name)
    return {
        "path": one["Path"], "trust": one["AssumeRolePolicyDocument"],
        "description": one.get("Description"),
        "attached": [policy["PolicyArn"] for policy in attached],
        "inline": {
            title: client.get_role_policy(RoleName=name, PolicyName=title)["PolicyDocument"]
            for title in _all(client, "list_role_policies", "PolicyNames", RoleName=name)
        },
    }  # fmt: skip


def _policy(client: Any, one: Json) -> Json:
    arn = one["Arn"]
    versions = _all(client, "list_policy_versions", "Versions", PolicyArn=arn)
    return {
        "default": one["DefaultVersionId"],
        "documents": {
            number: client.get_policy_version(PolicyArn=arn, VersionId=number)["PolicyVersion"][
                "Document"
            ]
            for number in (version["VersionId"] for version in versions)
        },
    }


def _functions(client: Any) -> Json:
    return {
        one["FunctionName"]: _function(client, one["FunctionName"])
        for one in _all(client, "list_functions", "Functions")
    }


def _function(client: Any, name: str) -> Json:
    of_it = {"FunctionName": name}
    versions = _all(client, "list_versions_by_function", "Versions", **of_it)
    aliases = {one["Name"]: one for one in _all(client, "list_aliases", "Aliases", **of_it)}
    return {
        **client.get_function_configuration(**of_it),
        "qualifiers": {one["Version"]: one for one in versions if one["Version"] != "$LATEST"},
        "aliases": aliases,
        "Tags": client.get_function(**of_it).get("Tags", {}),
        "policies": {
            qualifier or "$LATEST": _permissions(client, name, qualifier)
            for qualifier in (None, *aliases)
        },
    }


def _permissions(client: Any, name: str, qualifier: str | None) -> Json:
    """Who may invoke a function, or it by an alias; None where nobody said."""
    named = {"FunctionName": name, **({"Qualifier": qualifier} if qualifier else {})}
    try:
        return client.get_policy(**named)["Policy"]
    except client.exceptions.ResourceNotFoundException:
        return None


def _machines(client: Any) -> Json:
    arns = [one["stateMachineArn"] for one in _all(client, "list_state_machines", "stateMachines")]
    return {arn: _machine(client, arn) for arn in arns}


def _machine(client: Any, arn: str) -> Json:
    of_it = {"stateMachineArn": arn}
    versions = client.list_state_machine_versions(**of_it)["stateMachineVersions"]
    aliases = client.list_state_machine_aliases(**of_it)["stateMachineAliases"]
    return {
        **client.describe_state_machine(**of_it),
        "versions": {
            one.rpartition(":")[2]: client.describe_state_machine(stateMachineArn=one)
            for one in (version["stateMachineVersionArn"] for version in versions)
        },
        "aliases": {
            one.rpartition(":")[2]: client.describe_state_machine_alias(stateMachineAliasArn=one)[
                "routingConfiguration"
            ]
            for one in (alias["stateMachineAliasArn"] for alias in aliases)
        },
        "tags": client.list_tags_for_resource(resourceArn=arn)["tags"],
    }


def _logs(client: Any) -> Json:
    groups = _all(client, "describe_log_groups", "logGroups")
    return {
        "groups": {one["logGroupName"]: {"days": one.get("retentionInDays")} for one in groups},
        "policies": client.describe_resource_policies()["resourcePolicies"],
    }


def _xray(client: Any) -> Json:
    rules = client.get_sampling_rules()["SamplingRuleRecords"]
    return {"rules": {one["SamplingRule"]["RuleName"]: one["SamplingRule"] for one in rules}}
