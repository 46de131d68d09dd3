"""Strict Lambda, Step Functions and CloudWatch Logs: late reads, busy functions, one `:*`."""

from __future__ import annotations

import copy
import re
from typing import Any

from tests.strict import machine_versions, tracing_layers, versions
from tests.strict.wire import Refused
from tests.strict.world import ACCOUNT, REGION, World, allows, page

Json = Any
RETENTIONS = {
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
}  # fmt: skip
DELIVERY = (
    "CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery",
    "ListLogDeliveries", "PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups",
)  # fmt: skip
GROUP = re.compile(r"arn:aws:logs:[\w-]+:\d{12}:log-group:(?P<name>[^:*]+):\*")


def operations() -> dict[str, Any]:
    """The operations by name."""
    return {
        **versions.operations(),
        **machine_versions.operations(),
        **tracing_layers.operations(),
        "lambda.GetFunctionConfiguration": get_function,
        "lambda.ListFunctions": list_functions,
        "lambda.ListTags": list_function_tags,
        "lambda.UpdateFunctionConfiguration": update_function,
        "stepfunctions.DescribeStateMachine": describe_machine,
        "stepfunctions.ListStateMachines": list_machines,
        "stepfunctions.ListTagsForResource": list_machine_tags,
        "stepfunctions.UpdateStateMachine": update_machine,
        "logs.DescribeLogGroups": describe_groups,
        "logs.DescribeLogStreams": describe_streams,
        "logs.CreateLogGroup": create_group,
        "logs.PutRetentionPolicy": put_retention,
        "logs.DeleteRetentionPolicy": delete_retention,
        "logs.DeleteLogGroup": delete_group,
        "logs.FilterLogEvents": filter_events,
        "logs.DescribeSubscriptionFilters": describe_subscriptions,
        "logs.DescribeResourcePolicies": describe_resource_policies,
        "apigatewayv2.GetApis": lambda world, params: {"Items": []},
        "cloudwatch.GetMetricData": lambda world, params: {"MetricDataResults": []},
    }


def get_function(world: World, params: dict[str, Json]) -> Json:
    """A function or one of its versions and aliases, as it was a moment ago."""
    name = params["FunctionName"]
    found = world.seen("lambda", world.delays.functions_seen)["functions"].get(name)
    qualifier = params.get("Qualifier")
    if found is not None and qualifier:
        found = versions.frozen(world, found, qualifier)
    if found is None:
        arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
        raise Refused("ResourceNotFoundException", f"Function not found: {arn}", 404)
    return _shown(world, name, found)


def _shown(world: World, name: str, function: Json) -> Json:
    status = "InProgress" if world.is_busy(f"function {name}") else "Successful"
    return {**versions.shown(function), "LastUpdateStatus": status}


def list_functions(world: World, params: dict[str, Json]) -> Json:
    """One function a page, as they were a moment ago."""
    there = world.seen("lambda", world.delays.functions_seen)["functions"]
    shown = [_shown(world, name, one) for name, one in sorted(there.items())]
    found, marker = page(shown, params.get("Marker"), world.delays.most_in_a_page)
    return {"Functions": found, **({"NextMarker": marker} if marker else {})}


def list_function_tags(world: World, params: dict[str, Json]) -> Json:
    """Of a function: its versions and aliases have none, and cannot be asked."""
    arn = params["Resource"]
    named = {one["FunctionArn"]: one for one in world.state["lambda"]["functions"].values()}
    if len(arn.split(":")) > 7:
        words = "Tags on function aliases and versions are not supported. Please specify either"
        raise Refused("InvalidParameterValueException", f"{words} a function ARN.")
    if arn not in named:
        raise Refused("ResourceNotFoundException", f"Function not found: {arn}", 404)
    return {"Tags": named[arn].get("Tags", {})}


def update_function(world: World, params: dict[str, Json]) -> Json:
    """Refused while an update goes on, for a stale revision, and without the right to trace."""
    name = params["FunctionName"]
    function = world.state["lambda"]["functions"][name]
    if world.is_busy(f"function {name}"):
        raise Refused(
            "ResourceConflictException",
            "The operation cannot be performed at this time. An update is in progress for"
            f" resource: {function['FunctionArn']}",
            409,
        )
    if params.get("RevisionId") not in (None, function["RevisionId"]):
        raise Refused(
            "PreconditionFailedException",
            "The Revision Id provided does not match the latest Revision Id. Call the"
            " GetFunction/GetAlias API to retrieve the latest Revision Id",
            412,
        )
    mode = (params.get("TracingConfig") or {}).get("Mode")
    rights = world.rights(function["Role"])
    if mode == "Active" and not allows(rights, "xray:PutTraceSegments"):
        raise Refused(
            "InvalidParameterValueException",
            "The provided execution role does not have permissions to call PutTraceSegments on"
            " XRAY",
        )
    changed = copy.deepcopy(function)
    if mode:
        changed["TracingConfig"] = {"Mode": mode}
    if "Layers" in params:
        tracing_layers.set_layers(world, changed, params["Layers"])
    if "Environment" in params:
        tracing_layers.set_variables(changed, params["Environment"].get("Variables") or {})
    function.clear()
    function.update(changed)
    function["RevisionId"] += "x"
    world.occupy(f"function {name}", world.delays.function_update)
    return _shown(world, name, function)


def describe_machine(world: World, params: dict[str, Json]) -> Json:
    """A machine as it was a moment ago."""
    arn = params["stateMachineArn"]
    found = machine_versions.find(world.seen("stepfunctions", world.delays.machines_seen), arn)
    if found is None:
        raise Refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")
    return {key: value for key, value in found.items() if key not in machine_versions.APART}


def list_machines(world: World, params: dict[str, Json]) -> Json:
    """One machine a page: its name and ARN alone matter."""
    arns = sorted(world.state["stepfunctions"]["machines"])
    shown = [
        {"stateMachineArn": arn, "name": arn.rpartition(":")[2], "creationDate": 1764000000}
        for arn in arns
    ]
    found, token = page(shown, params.get("nextToken"), world.delays.most_in_a_page)
    return {"stateMachines": found, **({"nextToken": token} if token else {})}


def list_machine_tags(world: World, params: dict[str, Json]) -> Json:
    """Of a machine: pairs of ``key`` and ``value``."""
    arn = params["resourceArn"]
    machine = world.state["stepfunctions"]["machines"].get(arn)
    if machine is None:
        raise Refused("ResourceNotFound", f"Resource not found: '{arn}'")
    return {"tags": [{"key": key, "value": one} for key, one in machine.get("tags", {}).items()]}


def update_machine(world: World, params: dict[str, Json]) -> Json:
    """Only what is named changes; logs need a group with ``:*``, and a role that may deliver."""
    arn = params["stateMachineArn"]
    machine = world.state["stepfunctions"]["machines"][arn]
    logging, tracing = params.get("loggingConfiguration"), params.get("tracingConfiguration")
    if not (logging or tracing or params.get("definition") or params.get("roleArn")):
        raise Refused(
            "MissingRequiredParameter",
            "Either the definition, the role ARN, the LoggingConfiguration, or the"
            " TracingConfiguration must be specified",
        )
    if logging:
        _check_logging(world, machine["roleArn"], logging)
        machine["loggingConfiguration"] = {"includeExecutionData": False, **logging}
    if tracing:
        machine["tracingConfiguration"] = tracing
    machine["revisionId"] = machine.get("revisionId", "r") + "x"
    return {"updateDate": 1764000000.0, "revisionId": machine["revisionId"]}


def _check_logging(world: World, role: str, logging: Json) -> None:
    invalid, prefix = "InvalidLoggingConfiguration", "Invalid Logging Configuration: "
    destinations = logging.get("destinations") or []
    if logging.get("level", "OFF") == "OFF":
        return
    if len(destinations) != 1:
        raise Refused(invalid, f"{prefix}Must specify exactly one Log Destination.")
    found = GROUP.fullmatch(destinations[0]["cloudWatchLogsLogGroup"]["logGroupArn"])
    if not found:
        raise Refused(invalid, f"{prefix}Log Group ARN must be provided with '*' qualifier.")
    rights = world.rights(role)
    if not all(allows(rights, f"logs:{one}") for one in DELIVERY):
        raise Refused(
            "AccessDeniedException",
            "The state machine IAM Role is not authorized to access the Log Destination",
        )
    if found["name"] not in world.state["logs"]["groups"]:
        raise Refused(invalid, f"{prefix}Log Destination not found.")


def describe_groups(world: World, params: dict[str, Json]) -> Json:
    """One group a page, as they were a moment ago."""
    prefix = params.get("logGroupNamePrefix", "")
    named = params.get("logGroupIdentifiers")
    groups = world.seen("logs", world.delays.logs_seen)["groups"]
    shown = []
    for name, about in sorted(groups.items()):
        arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}"
        if name in named if named else name.startswith(prefix):
            retention = {"retentionInDays": about["days"]} if about.get("days") else {}
            shown.append({
                "logGroupName": name, "arn": f"{arn}:*", "logGroupArn": arn, "storedBytes": 0,
                "creationTime": 1764000000000, "metricFilterCount": 0, **retention,
                "logGroupClass": about.get("class", "STANDARD"),
            })  # fmt: skip
    found, token = page(shown, params.get("nextToken"), world.delays.most_in_a_page)
    return {"logGroups": found, **({"nextToken": token} if token else {})}


def _group(world: World, params: dict[str, Json]) -> Json:
    group = world.state["logs"]["groups"].get(params["logGroupName"])
    if group is None:
        raise Refused("ResourceNotFoundException", "The specified log group does not exist.")
    return group


def describe_streams(world: World, params: dict[str, Json]) -> Json:
    """Nothing has been written yet."""
    _group(world, params)
    return {"logStreams": []}


def create_group(world: World, params: dict[str, Json]) -> Json:
    name = params["logGroupName"]
    if not re.fullmatch(r"[.\-_/#A-Za-z0-9]{1,512}", name) or name.startswith("aws/"):
        raise Refused("InvalidParameterException", "1 validation error detected: logGroupName")
    if name in world.state["logs"]["groups"]:
        words = "The specified log group already exists"
        raise Refused("ResourceAlreadyExistsException", words)
    world.state["logs"]["groups"][name] = {}
    return {}


def put_retention(world: World, params: dict[str, Json]) -> Json:
    if params["retentionInDays"] not in RETENTIONS:
        raise Refused("InvalidParameterException", "Member must satisfy enum value set")
    _group(world, params)["days"] = params["retentionInDays"]
    return {}


def delete_retention(world: World, params: dict[str, Json]) -> Json:
    _group(world, params).pop("days", None)
    return {}


def delete_group(world: World, params: dict[str, Json]) -> Json:
    _group(world, params)
    del world.state["logs"]["groups"][params["logGroupName"]]
    return {}


def filter_events(world: World, params: dict[str, Json]) -> Json:
    """Empty pages may come before a full one."""
    group = _group(world, params)
    if "nextToken" not in params:
        return {"events": [], "nextToken": "1"}
    return {"events": [{"message": one, "timestamp": 1} for one in group.get("events", [])]}


def describe_subscriptions(world: World, params: dict[str, Json]) -> Json:
    """Nobody has subscribed to anything."""
    _group(world, params)
    return {"subscriptionFilters": []}


def describe_resource_policies(world: World, params: dict[str, Json]) -> Json:
    found, token = page(world.state["logs"]["policies"], params.get("nextToken"))
    return {"resourcePolicies": found, **({"nextToken": token} if token else {})}
