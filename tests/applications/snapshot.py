"""Everything of an account that the commands could touch, field by field.

Two snapshots tell what moved: ``moved(before, snapshot(builder))``. Times, sizes and revision ids
are left out: they change by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.applications.builder import Builder

UNSTEADY = {
    "AlarmConfigurationUpdatedTimestamp",
    "StateUpdatedTimestamp",
    "AttachmentCount",  # follows from the roles' attachments
    "ResponseMetadata",
    "CodeSize",
    "LastModified",
    "LastUpdateStatus",
    "RevisionId",
    "RoleLastUsed",
    "State",
    "createdDate",
    "creationDate",
    "creationTime",
    "lastUpdatedDate",
    "lastUpdatedTime",
    "revisionId",
    "storedBytes",
    "updateDate",
    "CreateDate",
    "UpdateDate",
}


def snapshot(builder: Builder, *, belongings: bool = False) -> dict[str, Any]:
    """The account as plain JSON: APIs with stages, roles, policies, machines, functions, logs.

    With its ``belongings`` also sampling rules, which a stock moto server does not know, and what
    the smaller commands make.
    """
    return {
        **(_belongings(builder) if belongings else {}),
        "account": _steady(builder.client("apigateway").get_account()),
        "apis": _apis(builder),
        "functions": _functions(builder),
        "machines": _machines(builder),
        "roles": _roles(builder),
        "policies": _policies(builder),
        "log groups": _log_groups(builder),
        "log policies": _steady(
            builder.client("logs").describe_resource_policies()["resourcePolicies"]
        ),
    }


def moved(before: Any, after: Any) -> dict[str, tuple[Any, Any]]:
    """The leaves that differ: ``roles/r/attached`` -> (before, after); None: not there.

    A setting that is off and one that AWS does not show are the same.
    """
    left, right = dict(_leaves(before)), dict(_leaves(after))
    pairs = {key: (left.get(key), right.get(key)) for key in sorted(left.keys() | right.keys())}
    return {key: (was, now) for key, (was, now) in pairs.items() if was != now and (was or now)}


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}/{key}" if path else str(key))
    else:
        yield path, value


def _steady(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _steady(inner) for key, inner in value.items() if key not in UNSTEADY}
    if isinstance(value, list):
        return [_steady(inner) for inner in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _all(client: Any, operation: str, key: str, **params: Any) -> list[Any]:
    if not client.can_paginate(operation):
        return getattr(client, operation)(**params)[key]
    pages = client.get_paginator(operation).paginate(**params)
    return [item for page in pages for item in page[key]]


def _apis(builder: Builder) -> dict[str, Any]:
    gateway = builder.client("apigateway")
    return {
        api["id"]: {
            **_steady(api),
            "stages": {
                stage["stageName"]: _steady(stage)
                for stage in gateway.get_stages(restApiId=api["id"])["item"]
            },
            "resources": {
                resource["path"]: _steady(resource)
                for resource in _all(
                    gateway, "get_resources", "items", restApiId=api["id"], embed=["methods"]
                )
            },
            "deployments": sorted(
                item["id"]
                for item in _all(gateway, "get_deployments", "items", restApiId=api["id"])
            ),
        }
        for api in _all(gateway, "get_rest_apis", "items")
    }


def _functions(builder: Builder) -> dict[str, Any]:
    client = builder.client("lambda")
    return {
        function["FunctionName"]: {
            **_steady(client.get_function_configuration(FunctionName=function["FunctionName"])),
            "versions": [
                version["Version"]
                for version in _all(
                    client,
                    "list_versions_by_function",
                    "Versions",
                    FunctionName=function["FunctionName"],
                )
            ],
            "aliases": _steady(
                _all(client, "list_aliases", "Aliases", FunctionName=function["FunctionName"])
            ),
        }
        for function in _all(client, "list_functions", "Functions")
    }


def _machines(builder: Builder) -> dict[str, Any]:
    client = builder.client("stepfunctions")
    return {
        machine["name"]: _steady(
            client.describe_state_machine(stateMachineArn=machine["stateMachineArn"])
        )
        for machine in _all(client, "list_state_machines", "stateMachines")
    }


def _roles(builder: Builder) -> dict[str, Any]:
    iam = builder.client("iam")
    return {
        role["RoleName"]: _role(iam, role["RoleName"]) for role in _all(iam, "list_roles", "Roles")
    }


def _role(iam: Any, name: str) -> dict[str, Any]:
    attached = _all(iam, "list_attached_role_policies", "AttachedPolicies", RoleName=name)
    return {
        **_steady(iam.get_role(RoleName=name)["Role"]),
        "attached": sorted(policy["PolicyArn"] for policy in attached),
        "inline": {
            title: _steady(iam.get_role_policy(RoleName=name, PolicyName=title)["PolicyDocument"])
            for title in _all(iam, "list_role_policies", "PolicyNames", RoleName=name)
        },
    }


def _policies(builder: Builder) -> dict[str, Any]:
    iam = builder.client("iam")
    return {
        policy["Arn"]: {
            **_steady(policy),
            "document": _steady(
                iam.get_policy_version(
                    PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"]
                )["PolicyVersion"]["Document"]
            ),
            "versions": sorted(
                version["VersionId"]
                for version in _all(
                    iam, "list_policy_versions", "Versions", PolicyArn=policy["Arn"]
                )
            ),
        }
        for policy in _all(iam, "list_policies", "Policies", Scope="Local")
    }


def _log_groups(builder: Builder) -> dict[str, Any]:
    logs = builder.client("logs")
    return {
        group["logGroupName"]: _steady(group)
        for group in _all(logs, "describe_log_groups", "logGroups")
    }


def _belongings(builder: Builder) -> dict[str, Any]:
    records = builder.client("xray").get_sampling_rules()["SamplingRuleRecords"]
    rules = [record["SamplingRule"] for record in records]
    alarms = _all(builder.client("cloudwatch"), "describe_alarms", "MetricAlarms")
    parameters = _all(builder.client("ssm"), "describe_parameters", "Parameters")
    buckets = builder.client("s3").list_buckets()["Buckets"]
    return {
        "sampling": {rule["RuleName"]: _steady(rule) for rule in rules},
        "alarms": {alarm["AlarmName"]: _steady(alarm) for alarm in alarms},
        "dashboards": _dashboards(builder),
        "topics": _topics(builder),
        "distributions": _distributions(builder),
        "parameters": sorted(parameter["Name"] for parameter in parameters),
        "buckets": sorted(bucket["Name"] for bucket in buckets),
    }


def _dashboards(builder: Builder) -> dict[str, Any]:
    client = builder.client("cloudwatch")
    names = [one["DashboardName"] for one in _all(client, "list_dashboards", "DashboardEntries")]
    return {name: client.get_dashboard(DashboardName=name)["DashboardBody"] for name in names}


def _topics(builder: Builder) -> dict[str, Any]:
    client = builder.client("sns")
    arns = [topic["TopicArn"] for topic in _all(client, "list_topics", "Topics")]
    told = _all(client, "list_subscriptions", "Subscriptions")
    return {
        arn: [(one["Protocol"], one["Endpoint"]) for one in told if one["TopicArn"] == arn]
        for arn in arns
    }


def _distributions(builder: Builder) -> dict[str, Any]:
    client = builder.client("cloudfront")
    listed = client.list_distributions()["DistributionList"].get("Items", [])
    return {
        f"distribution-{number}": client.get_distribution_config(Id=one["Id"])["DistributionConfig"]
        for number, one in enumerate(listed)
    }
