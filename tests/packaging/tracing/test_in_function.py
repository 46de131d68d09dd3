"""What a function with OpenTelemetry sends, judged by the official library that reads it."""

from __future__ import annotations

import json

import pytest

from tests.packaging.tracing.lambda_process import (
    ROOT,
    SAMPLED,
    SEGMENT,
    TRACE,
    UNSAMPLED,
    attributes,
    invoked,
    read,
)

APP = """
import importlib, os, sqlite3
from concurrent.futures import ThreadPoolExecutor
import boto3, httpx, requests

try:
    from opentelemetry import trace
except ImportError:
    pass
if os.environ.get("WITH_SDK"):
    importlib.import_module("aws_xray_sdk.core").patch_all()

URL = os.environ["AWS_ENDPOINT_URL"]
clients = {name: boto3.client(name) for name in (
    "s3", "dynamodb", "ssm", "sns", "sqs", "lambda", "stepfunctions")}
clients["s3"].list_buckets()  # while the module is loaded: in no trace


def each():
    clients["s3"].get_object(Bucket="bucket", Key="key")
    clients["dynamodb"].get_item(TableName="dragons", Key={"id": {"S": "1"}})
    clients["ssm"].get_parameter(Name="p")
    clients["sns"].publish(TopicArn="arn:aws:sns:eu-west-1:123456789012:t", Message="m")
    clients["sqs"].send_message(QueueUrl=URL + "/123456789012/q", MessageBody="m")
    clients["lambda"].invoke(FunctionName="callee", Payload=b'{"a": 1}')
    clients["stepfunctions"].start_execution(
        stateMachineArn="arn:aws:states:eu-west-1:123456789012:stateMachine:m")
    requests.get(URL + "/plain?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE")
    httpx.get(URL + "/plain?token=secret")
    sqlite3.connect(":memory:").execute("select 1")


def own_connection():
    class Connection(sqlite3.Connection):
        def execute(self, *arguments):
            return ["mine"]

    with sqlite3.connect(":memory:") as connection:
        connection.execute("select 2")
    return sqlite3.connect(":memory:", factory=Connection).execute("select 3")


def handler(event, context):
    if event.get("each"):
        each()
    if event.get("threads"):
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda n: clients["ssm"].get_parameter(Name=str(n)), range(4)))
    if event.get("many"):
        cursor = sqlite3.connect(":memory:").cursor()
        for number in range(event["many"]):
            cursor.execute("select ?", (number,))
    if event.get("large"):
        with trace.get_tracer("mine").start_as_current_span("large") as span:
            span.set_attribute("text", "x" * event["large"])
    if event.get("refused"):
        requests.get("http://127.0.0.1:9/path?token=SECRETTOKEN#access=FRAGMENT")
    if event.get("wide"):
        with trace.get_tracer("mine").start_as_current_span("wide") as span:
            span.set_attribute("numbers", list(range(60_000)))
            span.set_attribute("k" * 100_000, 1)
    if event.get("own"):
        return own_connection()
    if event.get("say"):
        trace.get_current_span().set_attribute("said", event["say"])
    if event.get("fail"):
        raise ValueError(event["fail"])
    return {"event": event}
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Every kind of invocation, in one process of one packed function."""
    from dragonctl.packaging.build import build
    from dragonctl.packaging.runtimes import Platform
    from dragonctl.packaging.tracing.choice import TracerRequest

    folder = tmp_path_factory.mktemp("function")
    source = folder / "source"
    source.mkdir()
    (source / "app.py").write_text(APP)
    made = build(
        source, Platform(), cache=folder / "cache", handler="app.handler",
        tracing=TracerRequest("otel"),
    )  # fmt: skip
    orders = {
        "each": (SAMPLED, {"each": True}),
        "unsampled": (UNSAMPLED, {"each": True, "say": "nothing"}),
        "threads": (SAMPLED, {"threads": True}),
        "many": (SAMPLED, {"many": 1000}),
        "large": (SAMPLED, {"large": 300_000}),
        "say": (SAMPLED, {"say": "hello"}),
        "fail": (SAMPLED, {"fail": "no dragons"}),
        "refused": (SAMPLED, {"refused": True}),
        "wide": (SAMPLED, {"wide": True}),
        "own": (SAMPLED, {"own": True}),
        "strange": ("Root=1-x;Sampled=1", {"each": True}),
        "quiet": (SAMPLED, {}),
    }
    found = invoked(made, folder / "unpacked", list(orders.values()))
    return dict(zip(orders, found, strict=True))


KINDS = (
    "S3.GetObject", "DynamoDB.GetItem", "SSM.GetParameter", "SNS.Publish", "SQS.SendMessage",
    "Lambda.Invoke", "SFN.StartExecution",
)  # fmt: skip


def test_every_kind_of_call_is_a_span_right_under_the_function(runs):
    spans = runs["each"].spans
    names = {attributes(span).get("rpc.service") or attributes(span)["aws.remote.service"]
             for span in spans}  # fmt: skip
    assert names == {
        "S3", "DynamoDB", "SSM", "SNS", "SQS", "Lambda", "SFN", "127.0.0.1", "sqlite",
    }  # fmt: skip
    assert len(spans) == 10
    assert {span.parent_span_id.hex() for span in spans} == {SEGMENT}
    assert {span.trace_id.hex() for span in spans} == {TRACE}
    assert all(span.start_time_unix_nano < span.end_time_unix_nano for span in spans)


def test_the_same_kinds_are_seen_with_the_x_ray_sdk(package, tmp_path):
    made = package({"app.py": APP}, tracer="xray", handler="app.handler")
    [run] = invoked(made, tmp_path / "unpacked", [(SAMPLED, {"each": True})], WITH_SDK="1")
    segments = [json.loads(one.partition(b"\n")[2]) for one in run.datagrams]
    sent = [one for one in segments if one.get("parent_id") == SEGMENT]
    assert {one["name"] for one in sent} == {
        "s3", "dynamodb", "ssm", "sns", "sqs", "lambda", "states", "127.0.0.1", ":memory:",
    }  # fmt: skip


def test_each_callee_hangs_under_the_call_that_made_it_and_lineage_is_kept(runs):
    calls = [call for call in runs["each"].calls if call["headers"]]
    parents = {}
    for call in calls:
        [header] = call["headers"]
        fields = dict(part.split("=", 1) for part in header.split(";"))
        assert (fields["Root"], fields["Sampled"]) == (ROOT, "1")
        assert fields["Lineage"] == "1:a87bd80c:0"
        parents[fields["Parent"]] = call["path"]
    sent = {span.span_id.hex() for span in runs["each"].spans if "sqlite" not in str(span)}
    assert set(parents) == sent
    assert len(parents) == len(calls) == 9


def test_a_call_while_the_module_is_loaded_is_in_no_trace(runs):
    assert [call["path"] for call in runs["each"].calls if not call["headers"]] == ["/"]


def test_nothing_but_the_header_is_written_into_a_call(runs):
    bodies = {call["path"]: call["body"] for call in runs["each"].calls}
    assert bodies["/2015-03-31/functions/callee/invocations"] == '{"a": 1}'
    assert "Attribute" not in "".join(bodies.values())
    assert "X-Amzn" not in "".join(bodies.values())


def test_no_key_id_and_no_query_is_sent(runs):
    everything = b"".join(
        read(one).SerializeToString() for run in runs.values() for one in run.datagrams
    )
    assert b"AKIA" not in everything
    assert not [one for one in (b"token=", b"SECRETTOKEN", b"FRAGMENT") if one in everything]
    [failed, raised] = runs["refused"].spans
    assert attributes(failed)["http.url"] == "http://127.0.0.1:9/path"
    told = str(failed.events) + failed.status.message + str(raised.events)
    assert "Max retries exceeded with url: /path?" in told


def test_an_unsampled_request_sends_nothing_and_says_so_to_its_callees(runs):
    run = runs["unsampled"]
    assert run.datagrams == []
    assert len(run.calls) == 9
    for call in run.calls:
        assert ["Sampled=0" in header for header in call["headers"]] == [True]


def test_calls_of_threads_are_in_the_trace(runs):
    spans = runs["threads"].named("SSM.GetParameter")
    assert [span.parent_span_id.hex() for span in spans] == [SEGMENT] * 4


def test_a_thousand_calls_are_a_thousand_spans(runs):
    assert len(runs["many"].named("select")) == 1000
    assert max(map(len, runs["many"].datagrams)) < 9_216  # what every system can send at once


def test_a_span_that_is_too_large_is_cut_and_not_lost(runs):
    [span] = runs["large"].named("large")
    assert 0 < len(attributes(span)["text"]) < 300_000
    assert max(map(len, runs["large"].datagrams)) < 65_507


def test_a_span_that_cannot_be_cut_is_sent_bare(runs):
    [span] = runs["wide"].named("wide")
    assert span.parent_span_id.hex() == SEGMENT
    assert max(map(len, runs["wide"].datagrams)) < 65_507


def test_a_connection_s_own_ways_stay_its_own(runs):
    assert runs["own"].answer == ["mine"]
    assert [attributes(one)["db.statement"] for one in runs["own"].spans] == ["select 2"]


def test_what_the_handler_says_of_itself_is_a_subsegment_beside_its_calls(runs):
    [span] = runs["say"].spans
    assert (span.name, span.parent_span_id.hex()) == ("app.handler", SEGMENT)
    assert attributes(span) == {"said": "hello"}
    assert runs["quiet"].spans == []


def test_an_exception_goes_through_as_it_is_and_is_recorded(runs):
    run = runs["fail"]
    assert run.answer == {"raised": "ValueError", "message": "no dragons"}
    [span] = run.spans
    [event] = span.events
    told = {one.key: one.value.string_value for one in event.attributes}
    assert (told["exception.type"], told["exception.message"]) == ("ValueError", "no dragons")
    assert "app.py" in told["exception.stacktrace"]
    assert span.status.code == 2


def test_a_header_that_names_no_trace_traces_nothing_and_harms_nothing(runs):
    run = runs["strange"]
    assert run.answer == {"event": {"each": True}}
    assert run.datagrams == []


def test_the_resource_says_which_function_it_is(runs):
    about = read(runs["say"].datagrams[0]).resource_spans[0].resource
    told = attributes(about)
    assert (told["service.name"], told["cloud.region"]) == ("the-function", "eu-west-1")
    assert told["telemetry.sdk.language"] == "python"


KIND_OF_HANDLER = """
class Handler:
    def __call__(self, event, context):
        return {"called": event}

    @classmethod
    def made(cls, event, context):
        return {"made": event}


def numbers(event, context):
    yield from event


async def later(event, context):
    return event


handler = Handler()
made = Handler.made
Handled = type("Handled", (), {"__init__": lambda self, event, context: None})
"""


@pytest.mark.parametrize(
    ("function", "answer"),
    [
        ("handler", {"called": [1]}),
        ("made", {"made": [1]}),
        ("numbers", "<generator object numbers"),
        ("later", "<coroutine object later"),
        ("Handled", "<inner.deep.Handled object"),
    ],
)
def test_every_kind_of_handler_answers_as_it_does_without(package, tmp_path, function, answer):
    files = {"inner/__init__.py": "", "inner/deep.py": KIND_OF_HANDLER}
    made = package(files, tracer="otel", handler=f"inner/deep.{function}")
    [run] = invoked(made, tmp_path / "unpacked", [(SAMPLED, [1])])
    given = run.answer if isinstance(answer, dict) else str(run.answer)[: len(answer)]
    assert given == answer


def test_the_sdk_s_own_switch_turns_it_off(package, tmp_path):
    files = {"app.py": "def handler(event, context):\n    raise ValueError(1)\n"}
    made = package(files, tracer="otel", handler="app.handler")
    [run] = invoked(made, tmp_path / "unpacked", [(SAMPLED, {})], OTEL_SDK_DISABLED="true")
    assert (json.loads(json.dumps(run.answer))["raised"], run.datagrams) == ("ValueError", [])


HARMLESS = """
import sqlite3


class Unreadable(Exception):
    def __str__(self):
        raise RuntimeError("no text")


def handler(event, context):
    if event["do"] == "raise":
        raise Unreadable
    source, copy = sqlite3.connect(":memory:"), sqlite3.connect(":memory:")
    source.executescript("create table dragons(name); insert into dragons values('Norbert')")
    source.backup(copy)
    source.backup(target=copy, pages=1)
    return copy.execute("select name from dragons").fetchall()
"""


def test_a_backup_of_sqlite_works_as_without(package, tmp_path):
    made = package({"app.py": HARMLESS}, tracer="otel", handler="app.handler")
    [copied] = invoked(made, tmp_path / "unpacked", [(SAMPLED, {"do": "backup"})])
    assert copied.answer == [["Norbert"]]


def test_no_address_of_the_daemon_changes_no_answer(package, tmp_path):
    made = package({"app.py": HARMLESS}, tracer="otel", handler="app.handler")
    orders = [(SAMPLED, {"do": "backup"})]
    for address in ("", " ", "nowhere"):
        folder = tmp_path / f"unpacked{address!r}"
        [run] = invoked(made, folder, orders, AWS_XRAY_DAEMON_ADDRESS=address)
        assert run.answer == [["Norbert"]]


def test_an_exception_without_a_text_goes_through_as_it_is(package, tmp_path):
    made = package({"app.py": HARMLESS}, tracer="otel", handler="app.handler")
    [run] = invoked(made, tmp_path / "unpacked", [(SAMPLED, {"do": "raise"})])
    assert run.answer["raised"] == "Unreadable"
    assert [span.status.message for span in run.spans] == ["Unreadable"]
