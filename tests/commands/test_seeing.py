"""What the commands that show make of requests that really ran, on the local AWS."""

import io
import json
import os
import re
import time
import urllib.error
import urllib.request
import zipfile

import pytest

from tests.applications import five_functions
from tests.applications.builder import Builder
from tests.forked import Forked

HANDLER = """
import json

def handler(event, context):
    print("showing", event["path"])
    if event["path"].endswith("/7"):
        raise KeyError("family")
    return {"statusCode": 200, "body": json.dumps({"ok": True})}
"""
FAILED = "[ERROR] KeyError: 'family'"


class Shop:
    """An application with one working and one failing request behind it."""

    def __init__(self, aws, folder):
        self.aws, self.folder = aws, folder

    def build(self):
        aws = self.aws
        self.app = five_functions.build(Builder(aws.endpoint))
        functions = aws.client("lambda")
        for name in ("orders-list", "orders-show"):
            functions.update_function_code(FunctionName=name, ZipFile=zipped(HANDLER))
            functions.add_permission(
                FunctionName=name, StatementId="api", Action="lambda:InvokeFunction",
                Principal="apigateway.amazonaws.com",
            )  # fmt: skip
        self.run("setup-observability", "--data-trace", "--execution-data")
        self.good = self.get("/orders")
        self.bad = self.get("/orders/7")

    def get(self, path):
        """The request's id."""
        url = f"{self.aws.endpoint}/_run/{self.app.api}/prod{path}"
        request = urllib.request.Request(url, headers={"X-Amzn-Trace-Id": "Sampled=1"})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.headers["x-amzn-RequestId"]
        except urllib.error.HTTPError as failure:
            return failure.headers["x-amzn-RequestId"]

    def run(self, *arguments, code=0):
        return self.ended(*arguments, code=code).stdout

    def ended(self, *arguments, code):
        environment = {
            **os.environ, "AWS_ENDPOINT_URL": self.aws.endpoint, "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "COLUMNS": "120",
            "DRAGONCTL_STATE_DIR": str(self.folder),
        }  # fmt: skip
        ended = Forked(arguments, environment, self.folder).end()
        assert ended.returncode == code, ended.stderr
        return ended

    def failed(self, *arguments):
        """What a command that was used wrongly says."""
        return self.ended(*arguments, code=2).stderr

    def json(self, *arguments):
        return json.loads(self.run(*arguments, "--output", "json"))


def zipped(source):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo("app.py"), source)
    return file.getvalue()


@pytest.fixture
def shop(local_aws, tmp_path):
    return Shop(local_aws, tmp_path)


def test_requests_that_ran_are_seen_in_logs_traces_map_and_why(shop, tmp_path):
    shop.build()
    events = [json.loads(line) for line in shop.run("logs", "--output", "json").splitlines()]
    assert {event["source"] for event in events} == {"api", "access", "functions"}
    assert [event["time_ms"] for event in events] == sorted(event["time_ms"] for event in events)

    of_request = shop.run("logs", "--request", shop.bad)
    assert FAILED in of_request
    assert "showing /orders/7" in of_request  # no id on that line: its stream tells
    assert "GET /prod/orders/7 502" in of_request
    assert shop.good not in of_request
    assert "showing /orders\n" not in of_request

    verdict = shop.json("why", shop.bad)
    assert (verdict["cause"]["part"], verdict["cause"]["name"]) == ("function", "orders-show")
    assert verdict["cause"]["evidence"].startswith(FAILED)
    assert verdict["next"] == f"dragonctl logs --request {shop.bad} --source functions"
    assert "Nothing failed" in shop.run("why", shop.good)
    nobodys = "9f8b6a10-0000-4000-8000-000000000001"
    assert f"Nothing was found of {nobodys}" in shop.run("why", nobodys, code=1)

    traces = shop.json("traces")["traces"]
    assert {(trace["code"], trace["status"]) for trace in traces} == {(200, "ok"), (502, "fault")}
    failed = next(trace["id"] for trace in traces if trace["code"] == 502)
    waterfall = shop.run("traces", failed)
    assert "✗ orders/prod" in waterfall
    assert "KeyError: 'family'" in waterfall
    groups = shop.json("traces", "--group-by", "status")["groups"]
    assert {(group["value"], group["share"]) for group in groups} == {("200", 0.5), ("502", 0.5)}

    assert_seen_with_transaction_search(shop, failed)
    drawing = shop.run("service-map", "--html", str(tmp_path / "map.html"))
    assert "orders/prod" in drawing
    assert "orders-show" in drawing
    assert "▼" in drawing
    page = tmp_path / "map.html"
    assert page.stat().st_mode & 0o777 == 0o600
    assert "KeyError" in page.read_text("utf-8")
    nowhere = str(tmp_path / "no-such-folder" / "map.html")
    told = json.loads(shop.run("service-map", "--html", nowhere, "--output", "json", code=2))
    assert "no-such-folder" in told["errors"][0]["message"]


def assert_seen_with_transaction_search(shop, trace):
    """Lists say what they lack, and a trace is found by its id, while spans go to CloudWatch."""
    xray = shop.aws.client("xray")
    xray.update_indexing_rule(
        Name="Default", Rule={"Probabilistic": {"DesiredSamplingPercentage": 0}}
    )
    xray.update_trace_segment_destination(Destination="CloudWatchLogs")
    listed = shop.json("traces")
    assert (listed["traces"], listed["coverage"]["indexed"]) == ([], 0)
    shop.get("/orders/7")
    found = shop.json("traces")
    assert [(one["status"], one["code"]) for one in found["traces"]] == [("fault", 502)]
    assert (found["coverage"]["complete"], "Logs Insights bills" in str(found)) == (None, True)
    whole = shop.json("traces", found["traces"][0]["id"])
    assert "orders-show" in {part["name"] for part in whole["segments"]}
    whole = shop.json("traces", trace)
    assert "orders/prod" in {part["name"] for part in whole["segments"]}
    assert shop.json("why", trace)["cause"]["name"] == "orders-show"
    assert shop.json("sampling")["coverage"]["indexed"] == 0
    assert "does not say" in shop.run("service-map")
    page = str(shop.folder / "searched.html")
    asked = shop.ended("service-map", "--html", page, "--debug", code=0).stderr
    assert asked.count("StartQuery") == 1  # AWS bills each for the bytes that it reads
    xray.update_trace_segment_destination(Destination="XRay")


def test_a_request_of_hours_ago_is_found_without_saying_when(shop):
    shop.build()
    logs, place = shop.aws.client("logs"), {"logGroupName": "/aws/lambda/orders-show"}
    logs.create_log_stream(**place, logStreamName="old")
    request = "12345678-0000-4000-8000-000000000000"
    told = {"timestamp": int((time.time() - 7200) * 1000), "message": f"RequestId: {request} old"}
    logs.put_log_events(**place, logStreamName="old", logEvents=[told])
    assert shop.run("logs", "--request", request).endswith(f"RequestId: {request} old\n")
    assert request not in shop.run("logs")


def test_an_execution_log_is_read_where_it_is_delivered(shop):
    shop.build()
    logs, place = shop.aws.client("logs"), "us-east-1:123456789012"
    logs.create_log_group(logGroupName="/chosen")
    stage = f"arn:aws:apigateway:{place}:/restapis/{shop.app.api}/stages/prod"
    logs.put_delivery_source(name="s", resourceArn=stage, logType="EXECUTION_LOGS")
    group = {"destinationResourceArn": f"arn:aws:logs:{place}:log-group:/chosen"}
    bucket = {"destinationResourceArn": "arn:aws:s3:::archive"}
    for name, told in (("d", group), ("archive", bucket)):
        made = logs.put_delivery_destination(name=name, deliveryDestinationConfiguration=told)
        arn = made["deliveryDestination"]["arn"]
        logs.create_delivery(deliverySourceName="s", deliveryDestinationArn=arn)
    late = shop.get("/orders/7")
    shown = shop.ended("logs", "--request", late, code=0)
    assert "Method completed with status: 502" in shown.stdout
    assert "orders/prod is delivered to arn:aws:s3:::archive, which is not read" in shown.stderr
    verdict = shop.json("why", late)
    assert (verdict["cause"]["part"], verdict["cause"]["name"]) == ("function", "orders-show")
    assert "Method completed with status: 502" in shop.run("logs", "--request", shop.bad)


def test_a_request_is_sent_and_followed_to_its_lines_and_its_trace(shop):
    shop.build()
    shown = shop.run("send", "GET", "/orders/7", "--stage", "prod", "--follow")
    assert "/prod/orders/7  502" in shown
    assert '"message": "Internal server error"' in shown
    for line in ("Starting execution for request", "showing /orders/7", FAILED, "GET /prod/orders"):
        assert shown.count(line) == 1, line
    assert "✗ orders/prod" in shown
    told = shop.json("send", "GET", "/orders", "--stage", "prod", "--follow")
    assert (told["status"], told["body"]) == (200, {"ok": True})
    assert {event["source"] for event in told["events"]} == {"api", "access", "functions"}
    assert told["trace"]["id"] == told["trace_id"]
    assert "Name it: --stage" in shop.failed("send", "GET", "/orders")


def test_what_cannot_be_meant_is_refused_before_any_call(shop):
    shop.run("why", "!", code=2)
    shop.run("logs", "--since", "soon", code=2)
    shop.run("logs", "--source", "everything", code=2)
    shop.run("logs", "--source", "", code=2)  # as of a variable that is not set
    shop.run("logs", "--since", "", code=2)
    shop.run("traces", "", code=2)
    shop.run("logs", "--follow", "--until", "1m", code=2)
    shop.run("logs", "--request", "nope", code=2)
    shop.run("logs", "--since", "2999-01-01", code=2)
    shop.run("traces", "--group-by", "mood", code=2)
    shop.run("traces", "00000000-0000-4000-8000-000000000000", code=2)
    shop.run("traces", "1-65a0b0c0-0123456789abcdef01234567", "--group-by", "url", code=2)
    shop.run("send", "FETCH", "/", "--api", "x", code=2)


def test_the_last_lines_and_the_latest_traces(shop):
    shop.build()
    every = [json.loads(line) for line in shop.run("logs", "-o", "json").splitlines()]
    last = [json.loads(line) for line in shop.run("logs", "-n", "2", "-o", "json").splitlines()]
    assert last == every[-2:]
    traces = json.loads(shop.run("traces", "-o", "json"))["traces"]
    (latest,) = json.loads(shop.run("traces", "--limit", "1", "-o", "json"))["traces"]
    assert latest == traces[0]
    shop.ended("logs", "--follow", "--limit", "2", code=2)


def test_a_map_of_many_parts_names_the_command_that_draws_them(shop):
    shop.build()
    now = time.time()
    called = [
        {"id": f"{number:016x}", "name": f"host-{number}.example", "namespace": "remote",
         "start_time": now - 0.2, "end_time": now - 0.1}
        for number in range(1, 18)
    ]  # fmt: skip
    stage = {
        "id": "f" * 16, "trace_id": f"1-{int(now):08x}-{'0' * 24}", "name": "orders/prod",
        "origin": "AWS::ApiGateway::Stage", "start_time": now - 0.2, "end_time": now - 0.1,
        "subsegments": called,
    }  # fmt: skip
    shop.aws.client("xray").put_trace_segments(TraceSegmentDocuments=[json.dumps(stage)])
    told = shop.ended("service-map", code=0).stderr
    assert re.search(r"\d+ parts: `dragonctl service-map --open[^`']*` draws them", told)
