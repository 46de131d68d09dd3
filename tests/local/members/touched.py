"""What each member of the operations that stages, functions and machines touch changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.local.members.world import World

KEY = {"k": {"S": "x"}}
ITEM = {**KEY, "n": {"N": "1"}}
NAMED = {"#n": "n"}
OTHER = {
    "ConditionExpression": "#n = :n",
    "ExpressionAttributeNames": NAMED,
    "ExpressionAttributeValues": {":n": {"N": "2"}},
}
TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0"
ATTRIBUTE = {"a": {"DataType": "String", "StringValue": "v"}}
LATER, EARLIER = datetime(2040, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)
FAILED = "ConditionalCheckFailedException"


@dataclass(frozen=True)
class Touched:
    """An operation, and what follows from each of its members.

    ``make`` makes anew what the operation needs and returns the members that name it. ``answers``
    are, by member, what is told (None: left out), what is looked at (of the answer, or of the
    refusal's response) and what is seen then. ``inert`` members change nothing on AWS either;
    ``elsewhere`` names the test of each member that needs more than this.
    """

    make: Callable[[World], dict[str, Any]]
    answers: dict[str, tuple[dict[str, Any], Callable[[World, Any], Any], Any]]
    inert: tuple[str, ...] = ()
    elsewhere: dict[str, str] = field(default_factory=dict)


def shown(*names: str):
    """A value within an answer."""

    def look(_: World, answer: Any):
        for name in names:
            answer = answer.get(name, {})
        return answer

    return look


CODE = shown("Error", "Code")
UNITS = shown("ConsumedCapacity", "CapacityUnits")


def item(**more: Any):
    """The item as it was put; the members that name it, or ``more``."""

    def make(world: World):
        world.call("dynamodb", "PutItem", TableName=world.table, Item=ITEM)
        return {"TableName": world.table, **(more or {"Key": KEY})}

    return make


def held(world: World, _: Any):
    """The item's number now."""
    found = world.call("dynamodb", "GetItem", TableName=world.table, Key=KEY)
    return found["Item"]["n"]["N"]


CONDITIONS = {
    **dict.fromkeys(OTHER, (OTHER, CODE, FAILED)),
    "ReturnValuesOnConditionCheckFailure": (
        {**OTHER, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}, shown("Item"), ITEM,
    ),
    "ReturnValues": ({"ReturnValues": "ALL_OLD"}, shown("Attributes"), ITEM),
    "ReturnConsumedCapacity": ({"ReturnConsumedCapacity": "TOTAL"}, UNITS, 1.0),
}  # fmt: skip
EXPECTED = {"Expected": ({"Expected": {"n": {"Value": {"N": "2"}}}}, CODE, FAILED)}
UPDATE = {
    "UpdateExpression": "SET #n = :n",
    "ExpressionAttributeNames": NAMED,
    "ExpressionAttributeValues": {":n": {"N": "5"}},
}


def queue(world: World):
    """An empty queue, and a message for it."""
    return {"QueueUrl": world.new_queue(), "MessageBody": "b"}


def received(*names: str):
    """A value of the one message of the queue that was made last; of none: None."""

    def look(world: World, _: Any):
        message = world.received()
        for name in names:
            message = (message or {}).get(name)
        return message

    return look


def notified(name: str):
    """A value of the notification that the topic's queue received."""

    def look(world: World, _: Any):
        return json.loads(world.received()["Body"]).get(name)

    return look


def message(world: World):
    """A topic with a new queue that subscribes to it, and a message for it."""
    arn = f"arn:aws:sqs:us-east-1:{world.aws.account}:{world.new_queue().rpartition('/')[2]}"
    topic = world.call("sns", "CreateTopic", Name=arn.rpartition(":")[2])["TopicArn"]
    world.call("sns", "Subscribe", TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return {"TopicArn": topic, "Message": "m"}


def hello(world: World):
    """An object of five bytes."""
    world.call("s3", "PutObject", Bucket=world.bucket, Key="k", Body=b"hello")
    return {"Bucket": world.bucket, "Key": "k"}


def overridden(member: str, value: Any):
    """A member that is shown in place of what the object has."""
    return {"Response" + member: ({"Response" + member: value}, shown(member), value)}


def body(_: World, answer: Any):
    """The bytes of an object."""
    return answer["Body"].read()


def payload(_: World, answer: Any):
    """What a function returned."""
    return json.loads(answer["Payload"].read())


def started(name: str):
    """A value that DescribeExecution shows."""

    def look(world: World, answer: Any):
        return world.call(
            "stepfunctions", "DescribeExecution", executionArn=answer["executionArn"]
        ).get(name)

    return look


def lasts(_: World, answer: Any):
    """How many minutes a session lasts, about."""
    left = answer["Credentials"]["Expiration"] - datetime.now(UTC)
    return round(left.total_seconds() / 900) * 15


TOUCHED = {
    ("dynamodb", "GetItem"): Touched(
        item(),
        {
            "ConsistentRead": (
                {"ConsistentRead": True, "ReturnConsumedCapacity": "TOTAL"}, UNITS, 1.0,
            ),
            "ReturnConsumedCapacity": ({"ReturnConsumedCapacity": "TOTAL"}, UNITS, 0.5),
            **dict.fromkeys(
                ("ProjectionExpression", "ExpressionAttributeNames"),
                ({"ProjectionExpression": "#n", "ExpressionAttributeNames": NAMED},
                 shown("Item"), {"n": {"N": "1"}}),
            ),
        },
    ),
    ("dynamodb", "PutItem"): Touched(item(Item=ITEM), {**CONDITIONS, **EXPECTED}),
    ("dynamodb", "DeleteItem"): Touched(item(), CONDITIONS),
    ("dynamodb", "UpdateItem"): Touched(
        item(),
        {
            **CONDITIONS, **EXPECTED, "UpdateExpression": (UPDATE, held, "5"),
            "AttributeUpdates": (
                {"AttributeUpdates": {"n": {"Value": {"N": "7"}, "Action": "PUT"}}}, held, "7",
            ),
        },
    ),
    ("events", "PutEvents"): Touched(
        lambda _: {"Entries": [{"Source": "s", "DetailType": "d", "Detail": "{}"}]},
        {"EndpointId": ({"EndpointId": "a.b"}, CODE, "IncompleteSignatureException")},
    ),
    ("lambda", "Invoke"): Touched(
        lambda world: {"FunctionName": world.function},
        {
            "InvocationType": ({"InvocationType": "DryRun"}, shown("StatusCode"), 204),
            "LogType": ({"LogType": "Tail"}, lambda _, one: "LogResult" in one, True),
            "Payload": ({"Payload": b'{"a": 1}'}, payload, {"a": 1}),
            "Qualifier": ({"Qualifier": "1"}, shown("ExecutedVersion"), "1"),
            "ClientContext": ({"ClientContext": "no JSON"}, CODE, "InvalidRequestContentException"),
        },
    ),
    ("logs", "PutLogEvents"): Touched(
        lambda world: {
            "logGroupName": world.group, "logStreamName": world.stream,
            "logEvents": [{"timestamp": int(datetime.now(UTC).timestamp() * 1000), "message": "m"}],
        },
        {},
        inert=("sequenceToken",),  # "now ignored" (the API's reference)
    ),
    ("s3", "GetObject"): Touched(
        hello,
        {
            "IfMatch": ({"IfMatch": '"x"'}, CODE, "PreconditionFailed"),
            "IfNoneMatch": ({"IfNoneMatch": '"5d41402abc4b2a76b9719d911017c592"'}, CODE, "304"),
            "IfModifiedSince": ({"IfModifiedSince": LATER}, CODE, "304"),
            "IfUnmodifiedSince": ({"IfUnmodifiedSince": EARLIER}, CODE, "PreconditionFailed"),
            "Range": ({"Range": "bytes=1-2"}, body, b"el"),
            "PartNumber": ({"PartNumber": 2}, CODE, "416"),
            "VersionId": ({"VersionId": "x"}, CODE, "InvalidArgument"),
            "ChecksumMode": ({"ChecksumMode": "ENABLED"}, shown("ChecksumCRC32"), "NhCmhg=="),
            **overridden("CacheControl", "no-cache"),
            **overridden("ContentDisposition", "inline"),
            **overridden("ContentEncoding", "x"),
            **overridden("ContentLanguage", "en"),
            **overridden("ContentType", "a/b"),
            **overridden("Expires", LATER),
        },
        inert=("RequestPayer",),
    ),
    ("sns", "Publish"): Touched(
        message,
        {
            "TargetArn": ({"TopicArn": None, "TargetArn": "arn:aws:sns:us-east-1:1:no"}, CODE,
                          "NotFound"),
            "TopicArn": ({"TopicArn": None}, CODE, "InvalidParameter"),
            "PhoneNumber": ({"TopicArn": None, "PhoneNumber": "+15555550100"},
                            lambda _, one: "MessageId" in one, True),
            "Subject": ({"Subject": "s"}, notified("Subject"), "s"),
            "MessageStructure": (
                {"MessageStructure": "json", "Message": '{"default": "d", "sqs": "for queues"}'},
                notified("Message"), "for queues",
            ),
            "MessageAttributes": ({"MessageAttributes": ATTRIBUTE}, notified("MessageAttributes"),
                                  {"a": {"Type": "String", "Value": "v"}}),
            "MessageDeduplicationId": ({"MessageDeduplicationId": "d"}, CODE, "InvalidParameter"),
        },
        elsewhere={"MessageGroupId": "members/test_touched.py"},
    ),
    ("sqs", "SendMessage"): Touched(
        queue,
        {
            "DelaySeconds": ({"DelaySeconds": 900}, received(), None),
            "MessageAttributes": ({"MessageAttributes": ATTRIBUTE}, received("MessageAttributes"),
                                  ATTRIBUTE),
            "MessageSystemAttributes": (
                {"MessageSystemAttributes":
                    {"AWSTraceHeader": {"DataType": "String", "StringValue": TRACE}}},
                received("Attributes", "AWSTraceHeader"), TRACE,
            ),
            "MessageGroupId": ({"MessageGroupId": "g"}, received("Attributes", "MessageGroupId"),
                               "g"),
            "MessageDeduplicationId": ({"MessageDeduplicationId": "d"}, CODE,
                                       "InvalidParameterValue"),
        },
    ),
    ("stepfunctions", "StartExecution"): Touched(
        lambda world: {"stateMachineArn": world.machine},
        {
            "name": ({"name": "n"}, started("name"), "n"),
            "input": ({"input": '{"a": 1}'}, started("input"), '{"a": 1}'),
            "traceHeader": ({"traceHeader": TRACE}, started("traceHeader"), TRACE),
        },
    ),
    ("stepfunctions", "StartSyncExecution"): Touched(
        lambda world: {"stateMachineArn": world.express_machine},
        {
            "name": ({"name": "n"}, shown("name"), "n"),
            "input": ({"input": '{"a": 1}'}, shown("input"), '{"a": 1}'),
            "traceHeader": ({"traceHeader": TRACE}, shown("traceHeader"), TRACE),
            "includedData": (
                {"includedData": "METADATA_ONLY"},
                lambda _, answer: {"input", "output", "inputDetails"} & {*answer}, set(),
            ),
        },
    ),
    ("sts", "AssumeRole"): Touched(
        lambda world: {"RoleArn": world.role_arn, "RoleSessionName": "session"},
        {"DurationSeconds": ({"DurationSeconds": 1800}, lasts, 30)},
    ),
    ("xray", "PutTelemetryRecords"): Touched(
        lambda _: {"TelemetryRecords": [{"Timestamp": datetime.now(UTC)}]}, {},
        inert=("EC2InstanceId", "Hostname", "ResourceARN"),  # nothing reads them, on AWS either
    ),
}  # fmt: skip
