"""The actions that dragonctl asks for, as the AWS Service Authorization Reference has them.

Action -> the kinds of resource that a policy may name for it; () where it takes only ``*``. Looked
up by hand: an action that is not here is either misspelt, or still to be looked up.
"""

from __future__ import annotations

_API = (r"arn:aws:apigateway:[\w-]+::/.+",)
_DISTRIBUTION = (r"arn:aws:cloudfront::\d{12}:distribution/[\w*]+",)
_ALARM = (r"arn:aws:cloudwatch:[\w-]+:\d{12}:alarm:.+",)
_DASHBOARD = (r"arn:aws:cloudwatch::\d{12}:dashboard/[\w-]+",)
_ROLE = (r"arn:aws:iam::\d{12}:role/.+",)
_POLICY = (r"arn:aws:iam::(\d{12}|aws):policy/.+",)
_KEY = (r"arn:aws:kms:[\w-]+:\d{12}:key/.+",)
_FUNCTION = (r"arn:aws:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$*-]+)?",)
_LAYER = (r"arn:aws:lambda:[\w-]+:\d{12}:layer:[\w-]+:\d+",)
_CHANNEL = (r"arn:aws:cloudtrail:[\w*-]+:\d{12}:channel/.+",)
_GROUP = (r"arn:aws:logs:[\w-]+:\d{12}:log-group:.+",)
_BUCKET = (r"arn:aws:s3:::[a-z0-9.-]+",)
_OBJECT = (r"arn:aws:s3:::[a-z0-9.-]+/.+",)
_TOPIC = (r"arn:aws:sns:[\w-]+:\d{12}:[\w-]+",)
_PARAMETER = (r"arn:aws:ssm:[\w-]+:\d{12}:parameter/[^/].*",)
_MACHINE = (r"arn:aws:states:[\w-]+:\d{12}:stateMachine:[\w*-]+(:[\w*-]+)?",)
_EXECUTION = (r"arn:aws:states:[\w-]+:\d{12}:execution:[\w-]+:[\w*-]+",)
_MAP_RUN = (r"arn:aws:states:[\w-]+:\d{12}:mapRun:[\w-]+/[\w:*-]+",)
_RULE = (r"arn:aws:xray:[\w-]+:\d{12}:sampling-rule/[\w*-]+",)

_BY_RESOURCE = {
    _API: "apigateway: DELETE GET PATCH POST PUT",
    _DISTRIBUTION: "cloudfront: GetDistribution UpdateDistribution",
    _ALARM: "cloudwatch: DeleteAlarms DescribeAlarms PutMetricAlarm",
    _DASHBOARD: "cloudwatch: DeleteDashboards GetDashboard PutDashboard",
    _ROLE: "iam: AttachRolePolicy CreateRole CreateServiceLinkedRole DeleteRole DeleteRolePolicy"
    " DetachRolePolicy GetRole GetRolePolicy ListAttachedRolePolicies ListRolePolicies PassRole"
    " PutRolePolicy TagRole UpdateAssumeRolePolicy UpdateRole",
    _POLICY: "iam: CreatePolicy CreatePolicyVersion DeletePolicy DeletePolicyVersion GetPolicy"
    " GetPolicyVersion ListEntitiesForPolicy ListPolicyVersions SetDefaultPolicyVersion TagPolicy",
    _KEY: "kms: DescribeKey GetKeyPolicy",
    _FUNCTION: "lambda: AddPermission CreateAlias CreateFunction DeleteAlias DeleteFunction"
    " DisableReplication* EnableReplication* GetAlias GetFunction GetFunctionConfiguration"
    " GetPolicy ListAliases ListTags ListVersionsByFunction PublishVersion RemovePermission"
    " TagResource UpdateAlias UpdateFunctionCode UpdateFunctionConfiguration",
    _LAYER: "lambda: GetLayerVersion",
    _CHANNEL: "cloudtrail: CreateServiceLinkedChannel",
    _GROUP: "logs: CreateLogGroup DeleteLogGroup DeleteRetentionPolicy DescribeLogGroups"
    " DescribeLogStreams DescribeSubscriptionFilters FilterLogEvents PutRetentionPolicy StartQuery"
    " TagResource",
    _BUCKET: "s3: CreateBucket DeleteBucket GetBucketTagging ListBucket PutBucketTagging",
    _OBJECT: "s3: DeleteObject GetObject PutObject",
    _TOPIC: "sns: CreateTopic DeleteTopic GetTopicAttributes ListSubscriptionsByTopic"
    " SetTopicAttributes Subscribe TagResource",
    _PARAMETER: "ssm: AddTagsToResource DeleteParameter GetParameter ListTagsForResource"
    " PutParameter",
    _MACHINE: "states: CreateStateMachine DeleteStateMachine DescribeStateMachine"
    " DescribeStateMachineAlias ListExecutions ListStateMachineVersions ListStateMachines"
    " ListTagsForResource"
    " PublishStateMachineVersion TagResource UpdateStateMachine UpdateStateMachineAlias",
    _EXECUTION: "states: DescribeExecution GetExecutionHistory ListMapRuns",
    _MAP_RUN: "states: DescribeMapRun",
    _RULE: "xray: CreateSamplingRule DeleteSamplingRule TagResource UpdateSamplingRule",
    (r"arn:aws:execute-api:[\w-]+:\d{12}:.+",): "execute-api: Invoke",
}
_ANYWHERE = (
    "application-signals: StartDiscovery",
    "cloudwatch: GetMetricData",
    "lambda: ListFunctions",
    "logs: DescribeDeliveries DescribeDeliveryDestinations DescribeDeliverySources",
    "logs: DescribeResourcePolicies GetQueryResults StopQuery",
    "sns: Unsubscribe",
    "xray: BatchGetTraces CancelTraceRetrieval GetIndexingRules GetRetrievedTracesGraph",
    "xray: GetSamplingRules GetServiceGraph GetTraceSegmentDestination GetTraceSummaries",
    "xray: ListRetrievedTraces StartTraceRetrieval",
)


def _spelled(actions: str) -> list[str]:
    service, _, names = actions.partition(":")
    return [f"{service}:{name}" for name in names.split()]


KNOWN: dict[str, tuple[str, ...]] = {
    **{action: kinds for kinds, said in _BY_RESOURCE.items() for action in _spelled(said)},
    **{action: () for said in _ANYWHERE for action in _spelled(said)},
}
