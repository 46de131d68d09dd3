"""Every member of the operations that stages, functions and machines touch: done or refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from dragonctl.local.constraints.undone import UNDONE
from tests.aws.models import service_model
from tests.local.members import touched, user_pools
from tests.local.members.reads import READS
from tests.local.members.test_all import EVERYWHERE
from tests.local.members.test_written import CASES
from tests.local.members.world import World
from tests.local.refusals import refused

TOUCHED = {**touched.TOUCHED, **user_pools.TOUCHED}
TASKS = "moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_"


@pytest.fixture
def world(local_aws, make):
    return World(local_aws, make)


def answer(world, service, operation, told):
    """What is answered: the answer, or the response with which it is refused."""
    try:
        return world.call(
            service, operation, **{key: one for key, one in told.items() if one is not None}
        )
    except ClientError as error:
        return error.response


@pytest.mark.parametrize(("service", "operation"), TOUCHED)
def test_each_member_has_its_effect(world, service, operation):
    case = TOUCHED[service, operation]
    assert "Error" not in answer(world, service, operation, case.make(world))
    seen = {
        member: look(world, answer(world, service, operation, {**case.make(world), **told}))
        for member, (told, look, _) in case.answers.items()
    }
    assert seen == {member: one for member, (*_, one) in case.answers.items()}


@pytest.mark.parametrize(("service", "operation"), TOUCHED)
def test_every_member_of_the_model_is_done_or_refused(world, service, operation):
    """A member that a newer botocore brings fails here, until somebody says what becomes of it."""
    case = TOUCHED[service, operation]
    shape = service_model(service).operation_model(operation).input_shape
    spoken_of = {
        *case.make(world), *case.answers, *case.inert, *case.elsewhere, *EVERYWHERE,
        *UNDONE.get((service, operation), ()),
    }  # fmt: skip
    assert set(shape.members) - spoken_of == set()
    assert all((Path(__file__).parents[1] / name).exists() for name in case.elsewhere.values())


@pytest.mark.parametrize("service", ["dynamodb", "events", "lambda", "sns", "sqs"])
def test_every_operation_of_an_integration_is_in_the_table(service):
    """Those that a state machine's task names by itself; the SDK's are any."""
    actions = import_module(TASKS + service)._SUPPORTED_API_PARAM_BINDINGS
    operations = {one.lower(): one for one in service_model(service).operation_names}
    asked = {(service, operations[action]) for action in actions}
    assert asked - {*TOUCHED, *CASES, *READS} == set()


def test_a_first_in_first_out_topic_wants_a_group(world):
    topic = world.call("sns", "CreateTopic", Name="t.fifo", Attributes={"FifoTopic": "true"})
    told = {"TopicArn": topic["TopicArn"], "Message": "m", "MessageDeduplicationId": "d"}
    publish = world.client("sns").publish
    assert refused(publish, **told)[0] == "MissingParameter"
    assert publish(**told, MessageGroupId="g")["MessageId"]


def test_an_update_without_a_change_makes_the_item(world):
    place = {"TableName": world.table, "Key": {"k": {"S": "new"}}}
    told = world.call("dynamodb", "UpdateItem", **place, ReturnValues="ALL_NEW")
    assert told["Attributes"] == place["Key"]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (
            {"MessageAttributes": {"a": {"DataType": "String", "StringListValues": ["x"]}}},
            "UnsupportedOperation",
        ),
        (
            {"MessageAttributes": {"a": {"DataType": "Binary", "BinaryListValues": [b"x"]}}},
            "UnsupportedOperation",
        ),
        (
            {"MessageSystemAttributes": {"Other": {"DataType": "String", "StringValue": "x"}}},
            "InvalidParameterValue",
        ),
    ],
)
def test_a_message_that_sqs_does_not_take_is_refused(world, told, code):
    queue, send = world.new_queue(), world.client("sqs").send_message
    assert refused(send, QueueUrl=queue, MessageBody="b", **told)[0].endswith(code)


@pytest.mark.parametrize(
    "told",
    [{"Input": "{}"}, {"InputPath": "$.detail"}, {"InputTransformer": {"InputTemplate": '"x"'}}],
)
def test_what_a_target_wants_of_an_event_is_refused_by_name(world, told):
    world.call("events", "PutRule", Name="r", EventPattern='{"source": ["s"]}')
    target = {"Id": "1", "Arn": f"arn:aws:sqs:us-east-1:{world.aws.account}:q", **told}
    code, words = refused(world.client("events").put_targets, Rule="r", Targets=[target])
    (name,) = told
    assert (code, words) == (
        "NotImplemented",
        f"The local AWS does not do Targets.{name} of events PutTargets.",
    )


@pytest.mark.parametrize(
    "told", [(1.0, 3.0, 3.0, 3.0), (2.0, 5.0, 1.0, 4.0), (4.0, 12.0, 1.0, 6.0)]
)
def test_a_set_of_statistics_is_shown_as_it_was_put(world, told):
    names = ("SampleCount", "Sum", "Minimum", "Maximum")
    now = datetime.now(UTC)
    point = {"MetricName": "M", "StatisticValues": dict(zip(names, told, strict=True))}
    data = [{**point, "Timestamp": now}]
    world.call("cloudwatch", "PutMetricData", Namespace="N", MetricData=data)
    shown = world.call(
        "cloudwatch", "GetMetricStatistics", Namespace="N", MetricName="M", Period=60,
        Statistics=names, StartTime=now - timedelta(minutes=2), EndTime=now + timedelta(minutes=2),
    )["Datapoints"]  # fmt: skip
    assert [tuple(one[name] for name in names) for one in shown] == [told]


def test_a_batch_with_a_list_is_refused_whole(world):
    queue, sqs = world.new_queue(), world.client("sqs")
    lists = {"a": {"DataType": "String", "StringListValues": ["x"]}}
    entries = [
        {"Id": "1", "MessageBody": "b"},
        {"Id": "2", "MessageBody": "b", "MessageAttributes": lists},
    ]
    code, words = refused(sqs.send_message_batch, QueueUrl=queue, Entries=entries)
    assert code.endswith("UnsupportedOperation")
    assert words == "Message attribute list values in SendMessageBatch operation are not supported."
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
