"""What each member of the reading operations changes in their answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.local.members.world import OTHER_DEFINITION, POLICY, TRUST, World

NOON = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30)
NOON_MS = int(NOON.timestamp() * 1000)


@dataclass(frozen=True)
class Asked:
    """A reading operation, and its answers.

    ``make`` makes what is there to be read and returns the members that the operation needs;
    ``see`` takes from an answer what is compared. ``answers`` are, by member, its value (or a
    function of the world) and what is seen then; without the member it is ``whole``. ``inert`` are
    members that change nothing on AWS either, or nothing where one account holds all;
    ``elsewhere`` names the test of each member that needs more than this.
    """

    make: Callable[[World], dict[str, Any]]
    see: Callable[[Any], Any]
    whole: Any
    answers: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    inert: tuple[str, ...] = ()
    elsewhere: dict[str, str] = field(default_factory=dict)


def names(listed: str, name: str):
    """Of an answer: the names in a list, sorted."""
    return lambda answer: sorted(one[name] for one in answer.get(listed, ()))


def apis(world: World):
    """Two REST APIs."""
    for name in ("a", "b"):
        world.client("apigateway").create_rest_api(name=name)
    return {}


def stages_of_an_http_api(world: World):
    """Two stages of one."""
    api = world.call("apigatewayv2", "CreateApi", Name="h", ProtocolType="HTTP")["ApiId"]
    for name in ("a", "b"):
        world.call("apigatewayv2", "CreateStage", ApiId=api, StageName=name)
    return {"ApiId": api}


def two_machines(world: World):
    """One of each kind."""
    assert world.machine != world.express_machine
    return {}


def published(world: World):
    """A function with a version, and one without."""
    assert world.function
    world.make.function("g")
    return {}


def versions(world: World):
    """A function with an alias of version 1 and one of version 2."""
    function = world.function
    for name, version in (("a", "1"), ("b", world.second_version)):
        world.call(
            "lambda", "CreateAlias", FunctionName=function, Name=name, FunctionVersion=version
        )
    return {"FunctionName": function}


def role_with_policies(world: World):
    """A role with two managed policies, and two of its own."""
    for path in ("x", "y"):
        arn = world.call(
            "iam", "CreatePolicy", PolicyName=path, Path=f"/{path}/", PolicyDocument=POLICY
        )["Policy"]["Arn"]
        world.call("iam", "AttachRolePolicy", RoleName=world.role, PolicyArn=arn)
        world.call(
            "iam", "PutRolePolicy", RoleName=world.role, PolicyName=path, PolicyDocument=POLICY
        )
    return {"RoleName": world.role}


def policy_of_two_versions(world: World):
    """A policy whose second version is its default."""
    arn = world.policy
    document = json.dumps(
        {"Version": "2012-10-17",
         "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
    )  # fmt: skip
    world.client("iam").create_policy_version(
        PolicyArn=arn, PolicyDocument=document, SetAsDefault=True
    )
    return {"PolicyArn": arn}


def attached_policy(world: World):
    """A policy that two roles have."""
    for path in ("x", "y"):
        world.call(
            "iam", "CreateRole", RoleName=path, Path=f"/{path}/", AssumeRolePolicyDocument=TRUST
        )
        world.call("iam", "AttachRolePolicy", RoleName=path, PolicyArn=world.policy)
    return {"PolicyArn": world.policy}


def alarms(world: World):
    """Two alarms, one of which does something."""
    for name, actions in (("a", []), ("b", ["arn:aws:sns:us-east-1:1:t"])):
        world.call(
            "cloudwatch", "PutMetricAlarm", AlarmName=name, EvaluationPeriods=1, Period=60,
            MetricName="M", Namespace="N", Statistic="Sum", Threshold=1.0, AlarmActions=actions,
            ComparisonOperator="GreaterThanThreshold",
        )  # fmt: skip
    world.call("cloudwatch", "SetAlarmState", AlarmName="b", StateValue="ALARM", StateReason="told")
    return {}


def metric(world: World):
    """Two values of a metric, a minute apart."""
    for minute in (0, 1):
        point = {"MetricName": "M", "Value": 1.0 + minute,
                 "Timestamp": NOON + timedelta(minutes=minute)}  # fmt: skip
        world.call("cloudwatch", "PutMetricData", Namespace="N", MetricData=[point])
    about = {"Metric": {"Namespace": "N", "MetricName": "M"}, "Period": 60, "Stat": "Sum"}
    return {
        "MetricDataQueries": [{"Id": "m", "MetricStat": about}],
        "StartTime": NOON - timedelta(minutes=5),
        "EndTime": NOON + timedelta(minutes=5),
    }


def groups(world: World):
    """Three log groups, one of them of another class."""
    for name, kind in (("ab", "STANDARD"), ("b", "STANDARD"), ("c", "INFREQUENT_ACCESS")):
        world.call("logs", "CreateLogGroup", logGroupName=name, logGroupClass=kind)
    return {}


def events(world: World):
    """Two streams with an event each, a minute apart."""
    for minute, stream in enumerate(("one", "two")):
        place = {"logGroupName": world.group, "logStreamName": stream}
        world.call("logs", "CreateLogStream", **place)
        event = {"timestamp": NOON_MS + 60_000 * minute, "message": f"of {stream}"}
        world.call("logs", "PutLogEvents", **place, logEvents=[event])
    return {"logGroupName": world.group, "startTime": NOON_MS}


def streams(world: World):
    """Two streams, of which the second by name was written to first."""
    for minute, stream in enumerate(("b", "a")):
        place = {"logGroupName": world.group, "logStreamName": stream}
        world.call("logs", "CreateLogStream", **place)
        event = {"timestamp": NOON_MS + 60_000 * minute, "message": f"of {stream}"}
        world.call("logs", "PutLogEvents", **place, logEvents=[event])
    return {"logGroupName": world.group}


def executions(world: World):
    """An execution that succeeded, and one that was stopped."""
    waits = json.dumps(
        {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 900, "End": True}}}
    )
    machine = world.make.machine("waits", definition=waits)
    arn = world.call("stepfunctions", "StartExecution", stateMachineArn=machine, name="stopped")[
        "executionArn"
    ]
    world.call("stepfunctions", "StopExecution", executionArn=arn)
    world.call("stepfunctions", "StartExecution", stateMachineArn=machine, name="runs")
    return {"stateMachineArn": machine}


def machine_versions(world: World):
    """A machine with two versions."""
    arn = world.machine_version.rpartition(":")[0]
    world.call(
        "stepfunctions", "UpdateStateMachine", stateMachineArn=arn, definition=OTHER_DEFINITION,
        publish=True,
    )  # fmt: skip
    return {"stateMachineArn": arn}


def objects(world: World):
    """Three objects, two in one folder."""
    for key in ("a/1 x", "a/2", "b"):
        world.call("s3", "PutObject", Bucket=world.bucket, Key=key, Body=b"x")
    return {"Bucket": world.bucket}


def secret(world: World):
    """A parameter that is a secret."""
    world.call("ssm", "PutParameter", Name="s", Value="v", Type="SecureString")
    return {"Name": "s"}


def exported(document: bytes) -> str:
    """The form of a document, and whether it holds API Gateway's extensions."""
    form = "JSON" if document.lstrip().startswith(b"{") else "YAML"
    return form + " with extensions" * (b"x-amazon-apigateway-integration" in document)


def authorizers(world: World):
    """Two authorizers of an API."""
    uri = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/f/invocations"
    for name in ("a", "b"):
        world.call(
            "apigateway", "CreateAuthorizer", restApiId=world.api, name=name, type="TOKEN",
            authorizerUri=uri, identitySource="method.request.header.A",
        )  # fmt: skip
    return {"restApiId": world.api}


def policies(world: World):
    """Two resource policies of CloudWatch Logs."""
    for name in ("a", "b"):
        world.call("logs", "PutResourcePolicy", policyName=name, policyDocument=POLICY)
    return {}


def permissions(world: World):
    """A permission of a function, and another one of its alias."""
    for sid, more in (("f", {}), ("a", {"Qualifier": world.alias})):
        world.call(
            "lambda", "AddPermission", FunctionName=world.function, StatementId=sid,
            Action="lambda:InvokeFunction", Principal="s3.amazonaws.com", **more,
        )  # fmt: skip
    return {"FunctionName": world.function}


READS = {
    ("apigateway", "GetRestApis"): Asked(
        apis, names("items", "name"), ["a", "b"], {"limit": (1, ["a"])},
    ),
    ("apigateway", "GetResources"): Asked(
        lambda world: {"restApiId": world.api},
        lambda answer: [one["path"] + "".join(
            sorted("!" for each in one.get("resourceMethods", {}).values() if each))
            for one in answer["items"]],
        ["/", "/x"],
        {"limit": (1, ["/"]), "embed": (["methods"], ["/", "/x!"])},
    ),
    ("apigateway", "GetDeployments"): Asked(
        lambda world: {"restApiId": world.deployment and world.api},
        lambda answer: len(answer["items"]), 2, {"limit": (1, 1)},
    ),
    ("apigateway", "GetDeployment"): Asked(
        lambda world: {"restApiId": world.api, "deploymentId": world.deployment},
        lambda answer: sorted(answer.get("apiSummary", ())), [],
        {"embed": (["apisummary"], ["/x"])},
    ),
    ("apigateway", "GetStages"): Asked(
        lambda world: {"restApiId": world.api},
        lambda answer: len(answer["item"]), 1,
        {"deploymentId": (lambda world: world.deployment, 0)},
    ),
    ("apigateway", "GetExport"): Asked(
        lambda world: {"restApiId": world.api, "stageName": "prod", "exportType": "oas30"},
        lambda answer: exported(answer["body"].read()), "JSON",
        {"accepts": ("application/yaml", "YAML"),
         "parameters": ({"extensions": "integrations"}, "JSON with extensions")},
    ),
    ("apigatewayv2", "GetStages"): Asked(
        stages_of_an_http_api, names("Items", "StageName"), ["a", "b"],
    ),
    ("lambda", "ListAliases"): Asked(
        versions, names("Aliases", "Name"), ["a", "b"],
        {"MaxItems": (1, ["a"]), "FunctionVersion": ("2", ["b"])},
    ),
    ("apigateway", "GetAuthorizers"): Asked(
        authorizers, names("items", "name"), ["a", "b"], {"limit": (1, ["a"])},
    ),
    ("logs", "DescribeResourcePolicies"): Asked(
        policies, names("resourcePolicies", "policyName"), ["a", "b"], {"limit": (1, ["a"])},
    ),
    ("lambda", "GetPolicy"): Asked(
        permissions,
        lambda answer: [one["Sid"] for one in json.loads(answer["Policy"])["Statement"]], ["f"],
        {"Qualifier": ("alias", ["a"])},
    ),
    ("lambda", "ListFunctions"): Asked(
        published, lambda answer: len(answer["Functions"]), 2,
        {"FunctionVersion": ("ALL", 3), "MaxItems": (1, 1)}, inert=("MasterRegion",),
    ),
    ("lambda", "ListVersionsByFunction"): Asked(
        versions, names("Versions", "Version"), ["$LATEST", "1", "2"],
        {"MaxItems": (1, ["$LATEST"])},
    ),
    ("lambda", "GetFunctionConfiguration"): Asked(
        versions, lambda answer: answer["Version"], "$LATEST", {"Qualifier": ("a", "1")},
    ),
    ("lambda", "GetFunction"): Asked(
        versions, lambda answer: answer["Configuration"]["Version"], "$LATEST",
        {"Qualifier": ("b", "2")},
    ),
    ("iam", "ListAttachedRolePolicies"): Asked(
        role_with_policies, names("AttachedPolicies", "PolicyName"), ["x", "y"],
        {"PathPrefix": ("/y/", ["y"]), "MaxItems": (1, ["x"])},
    ),
    ("iam", "ListRolePolicies"): Asked(
        role_with_policies, lambda answer: answer["PolicyNames"], ["x", "y"],
        {"MaxItems": (1, ["x"])},
    ),
    ("iam", "ListEntitiesForPolicy"): Asked(
        attached_policy, names("PolicyRoles", "RoleName"), ["x", "y"],
        {"EntityFilter": ("User", []), "PathPrefix": ("/y/", ["y"]), "MaxItems": (1, ["x"]),
         "PolicyUsageFilter": ("PermissionsBoundary", [])},
    ),
    ("iam", "ListPolicyVersions"): Asked(
        policy_of_two_versions, names("Versions", "VersionId"), ["v1", "v2"],
        {"MaxItems": (1, ["v1"])},
    ),
    ("cloudwatch", "DescribeAlarms"): Asked(
        alarms, names("MetricAlarms", "AlarmName"), ["a", "b"],
        {"AlarmNames": (["b"], ["b"]), "AlarmNamePrefix": ("b", ["b"]), "MaxRecords": (1, ["a"]),
         "StateValue": ("ALARM", ["b"]), "ActionPrefix": ("arn:aws:sns", ["b"])},
        inert=("AlarmTypes",),
    ),
    ("cloudwatch", "GetMetricData"): Asked(
        metric, lambda answer: answer["MetricDataResults"][0]["Values"], [2.0, 1.0],
        {"ScanBy": ("TimestampAscending", [1.0, 2.0])},
    ),
    ("logs", "DescribeLogGroups"): Asked(
        groups, names("logGroups", "logGroupName"), ["ab", "b", "c"],
        {"limit": (1, ["ab"]), "logGroupNamePrefix": ("a", ["ab"]),
         "logGroupNamePattern": ("b", ["ab", "b"]), "logGroupClass": ("INFREQUENT_ACCESS", ["c"]),
         "logGroupIdentifiers": (["ab", "c", "gone"], ["ab", "c"])},
    ),
    ("logs", "DescribeLogStreams"): Asked(
        streams, lambda answer: [one["logStreamName"] for one in answer["logStreams"]], ["a", "b"],
        {"logStreamNamePrefix": ("b", ["b"]), "limit": (1, ["a"]), "descending": (True, ["b", "a"]),
         "orderBy": ("LastEventTime", ["b", "a"])},
        elsewhere={"logGroupIdentifier": "members/test_reads.py"},
    ),
    ("logs", "FilterLogEvents"): Asked(
        events, lambda answer: [one["message"] for one in answer["events"]], ["of one", "of two"],
        {"logStreamNames": (["two"], ["of two"]), "logStreamNamePrefix": ("o", ["of one"]),
         "endTime": (NOON_MS + 1, ["of one"]), "filterPattern": ("two", ["of two"]),
         "limit": (1, ["of one"]), "startFromHead": (False, ["of two", "of one"]),
         "startTime": (NOON_MS + 1, ["of two"])},
        # Nothing is masked here, and all streams are always interleaved (the API's reference).
        inert=("interleaved", "unmask"),
        elsewhere={"logGroupIdentifier": "members/test_reads.py"},
    ),
    ("stepfunctions", "ListExecutions"): Asked(
        executions, names("executions", "name"), ["runs", "stopped"],
        {"statusFilter": ("ABORTED", ["stopped"]), "maxResults": (1, ["runs"]),
         "redriveFilter": ("REDRIVEN", [])},
        elsewhere={"mapRunArn": "executions/test_queries.py"},
    ),
    ("stepfunctions", "ListStateMachines"): Asked(
        two_machines,
        names("stateMachines", "name"), ["m", "quick"], {"maxResults": (1, ["m"])},
    ),
    ("stepfunctions", "ListStateMachineVersions"): Asked(
        machine_versions, lambda answer: len(answer["stateMachineVersions"]), 2,
        {"maxResults": (1, 1)},
    ),
    ("s3", "ListObjectsV2"): Asked(
        objects, names("Contents", "Key"), ["a/1 x", "a/2", "b"],
        {"Delimiter": ("/", ["b"]), "MaxKeys": (1, ["a/1 x"]), "Prefix": ("b", ["b"]),
         "StartAfter": ("a/2", ["b"]), "EncodingType": ("url", ["a/1%20x", "a/2", "b"])},
        inert=("RequestPayer",),
        elsewhere=dict.fromkeys(("ExpectedBucketOwner", "FetchOwner"), "members/test_objects.py"),
    ),
    ("ssm", "GetParameter"): Asked(
        secret, lambda answer: answer["Parameter"]["Value"] == "v", False,
        {"WithDecryption": (True, True)},
    ),
}  # fmt: skip
