"""Logs, S3, SNS, CloudWatch and IAM: answers as they were recorded on AWS."""

from __future__ import annotations

import pytest

TILL = {"logGroupName": "till"}
SHELF = {"Bucket": "shelf"}
OBJECT = {**SHELF, "Key": "k", "Body": b"b"}
NEWS = {"TopicArn": "<topic>"}
METRIC = {"Namespace": "n", "MetricName": "m", "Statistics": ["Sum"]}
HEADER = "A header you provided implies functionality that is not implemented"
INVALID, PARAMETER = "InvalidParameterException", "InvalidParameter"


@pytest.mark.parametrize(("call", "parameters", "code", "message", "status"), [
    ("logs.create_log_stream", {**TILL, "logStreamName": "s"}, "ResourceAlreadyExistsException",
     "The specified log stream already exists", 400),
    ("logs.get_log_events", {**TILL, "logStreamName": "none"}, "ResourceNotFoundException",
     "The specified log stream does not exist.", 400),
    ("logs.create_log_group", {"logGroupName": "g" * 513}, INVALID,
     "Invalid LogGroup or LogStream, both must have length less than or equal to 512.", 400),
    ("logs.describe_log_groups", {"logGroupNamePrefix": "t", "logGroupNamePattern": "i"}, INVALID,
     "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.", 400),
    ("logs.describe_log_streams", {**TILL, "logGroupIdentifier": "till"}, "ValidationException",
     "LogGroup name and LogGroup ARN are mutually exclusive parameters.", 400),
    ("logs.delete_resource_policy", {"policyName": "none"}, "ResourceNotFoundException",
     "Policy with name [none] does not exist.", 400),
    ("logs.start_query", {"logGroupName": "gone", "startTime": 1, "endTime": 2,
                          "queryString": "fields @message"}, "ResourceNotFoundException",
     "Log group 'gone' does not exist for account ID '<account>' *", 400),
    ("iam.delete_policy", {"PolicyArn": "arn:aws:iam::<account>:policy/none"}, "NoSuchEntity",
     "Policy arn:aws:iam::<account>:policy/none was not found.", 404),
    ("iam.get_role_policy", {"RoleName": "fn", "PolicyName": "none"}, "NoSuchEntity",
     "The role policy with name none cannot be found.", 404),
    ("iam.create_service_specific_credential",
     {"UserName": "nobody", "ServiceName": "codecommit.amazonaws.com"}, "NoSuchEntity",
     "The user with name nobody cannot be found.", 404),
    ("iam.create_service_specific_credential", {"UserName": "reader", "ServiceName": "post"},
     "NoSuchEntity", "No such service post is supported for Service Specific Credentials", 404),
    ("dynamodb.delete_table", {"TableName": "none"}, "ResourceNotFoundException",
     "Requested resource not found: Table: none not found", 400),
    ("s3.put_object", {**OBJECT, "IfNoneMatch": "abc"}, "NotImplemented", HEADER, 501),
    ("s3.put_object", {**OBJECT, "IfMatch": "*"}, "NotImplemented", HEADER, 501),
    ("s3.put_bucket_versioning", {**SHELF, "VersioningConfiguration": {"Status": "on"}},
     "MalformedXML", ("The XML you provided was not well-formed or did not validate against our "
     "published schema"), 400),
    ("s3.delete_object", {**SHELF, "Key": "k", "VersionId": "one"}, "InvalidArgument",
     "Invalid version id specified", 400),
    ("s3.put_bucket_policy", {**SHELF, "Policy": "[]"}, "MalformedPolicy",
     "Policies must be valid JSON and the first byte must be '{'", 400),
    ("s3.put_bucket_policy", {**SHELF, "Policy": '{"Version": "2012-10-17"}'}, "MalformedPolicy",
     "Missing required field Statement", 400),
    ("sns.get_topic_attributes", {"TopicArn": "news"}, PARAMETER,
     "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1", 400),
    ("sns.create_topic", {"Name": "news", "Tags": [{"Key": "a", "Value": "2"}]}, PARAMETER,
     "Invalid parameter: Tags Reason: Topic already exists with different tags", 400),
    ("sns.publish", {**NEWS, "Message": ""}, PARAMETER, "Invalid parameter: Empty message", 400),
    ("sns.publish", {**NEWS, "Message": "{", "MessageStructure": "json"}, PARAMETER,
     "Invalid parameter: Message Structure - JSON message body failed to parse", 400),
    ("sns.publish", {**NEWS, "Message": "m", "MessageAttributes": {
        "a": {"DataType": "Colour", "StringValue": "red"}}}, "ParameterValueInvalid",
     ("The message attribute 'a' has an invalid message attribute type, the set of supported type "
     "prefixes is Binary, Number, and String."), 400),
    ("sns.subscribe", {**NEWS, "Protocol": "post", "Endpoint": "x"}, PARAMETER,
     "Invalid parameter: Amazon SNS does not support this protocol string: post", 400),
    ("cloudwatch.put_dashboard", {"DashboardName": "a.b", "DashboardBody": '{"widgets": []}'},
     "InvalidParameterValue", ("The value for field DashboardName contains invalid characters. It "
     "can only contain alphanumerics, dash (-) and underscore (_).\n"), 400),
    ("cloudwatch.put_metric_data", {"Namespace": "n", "MetricData": [
        {"MetricName": "m", "Value": 1, "Values": [2]}]}, "InvalidParameterCombination",
     ("The parameters MetricData.member.1.Value and MetricData.member.1.Values are mutually "
     "exclusive and you have specified both."), 400),
    ("cloudwatch.get_metric_statistics",
     {**METRIC, "Period": 1, "StartTime": "2026-01-01T00:00:00Z",
      "EndTime": "2026-01-01T01:00:00Z"}, "InvalidParameterCombination",
     ("You have requested up to 3600 datapoints, which exceeds the limit of 1440. You may reduce "
     "the datapoints requested by increasing Period, or decreasing the time range."), 400),
])  # fmt: skip
def test_what_is_refused(world, call, parameters, code, message, status):
    world.refuses(call, parameters, code, message, status)


@pytest.mark.parametrize(("call", "parameters", "fields"), [
    ("logs.list_log_groups", {"logGroupNamePattern": "ill"},
     {"logGroups/0/logGroupName": "till", "logGroups/1": None}),
    ("logs.describe_log_groups", {"logGroupNamePrefix": "till"},
     {"logGroups/0/deletionProtectionEnabled": False, "logGroups/0/metricFilterCount": 0}),
    ("s3.get_public_access_block", SHELF,
     {"PublicAccessBlockConfiguration/BlockPublicAcls": True}),
    ("s3.get_bucket_encryption", SHELF, {
        "ServerSideEncryptionConfiguration/Rules/0/ApplyServerSideEncryptionByDefault":
            {"SSEAlgorithm": "AES256"}}),
    ("s3.put_object", OBJECT, {"ServerSideEncryption": "AES256"}),
    ("sns.get_subscription_attributes", {"SubscriptionArn": "<subscription>"},
     {"Attributes/SubscriptionPrincipal": "arn:aws:sts::<account>:user/moto",
      "Attributes/Owner": "<account>"}),
])  # fmt: skip
def test_what_is_answered(world, call, parameters, fields):
    world.answers(call, parameters, fields)
