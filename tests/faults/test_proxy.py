"""The proxy itself, in front of a small endpoint that answers everything with 200."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError
from botocore.parsers import ResponseParserError

from tests.faults.protocols import Operation
from tests.faults.proxy import Proxy
from tests.faults.rules import (
    ALWAYS,
    FAULTS,
    Bucket,
    Fault,
    Rule,
    api_gateway_limits,
    parse_rule,
)
from tests.local.serving import until

ONCE = Config(retries={"total_max_attempts": 1})
JSON = re.compile("/(apigateway|lambda|states|logs|xray|monitoring)/")
XML = b"<R><GetRoleResult><Role><RoleName>r</RoleName></Role></GetRoleResult></R>"


class Upstream(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: list[str] = []  # noqa: RUF012 (one endpoint at a time)
    answers = threading.Event()

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.seen.append(f"{self.command} {self.path}")
        self.answers.wait(240)
        body = b"{}" if JSON.search(self.headers["Authorization"]) else XML
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

    def log_message(self, *_):
        pass


@pytest.fixture
def upstream():
    Upstream.seen = []
    Upstream.answers.set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def proxy(upstream):
    with Proxy(upstream) as proxy:
        yield proxy


def client(proxy, service, config=ONCE):
    return boto3.client(
        service,
        endpoint_url=proxy.url,
        region_name="eu-west-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
        config=config,
    )


CALLS = [
    ("apigateway", "get_stage", {"restApiId": "a1", "stageName": "prod"}, "GetStage", False),
    ("apigateway", "update_stage", {"restApiId": "a1", "stageName": "prod"}, "UpdateStage", True),
    ("apigateway", "update_account", {}, "UpdateAccount", True),
    ("apigateway", "get_resources", {"restApiId": "a1"}, "GetResources", False),
    (
        "lambda",
        "get_function_configuration",
        {"FunctionName": "f"},
        "GetFunctionConfiguration",
        False,
    ),
    (
        "lambda",
        "update_function_configuration",
        {"FunctionName": "f"},
        "UpdateFunctionConfiguration",
        True,
    ),
    (
        "stepfunctions",
        "describe_state_machine",
        {"stateMachineArn": "arn:x"},
        "DescribeStateMachine",
        False,
    ),
    (
        "logs",
        "put_retention_policy",
        {"logGroupName": "/g", "retentionInDays": 7},
        "PutRetentionPolicy",
        True,
    ),
    ("iam", "get_role", {"RoleName": "r"}, "GetRole", False),
    ("xray", "batch_get_traces", {"TraceIds": ["1-2-3"]}, "BatchGetTraces", False),
    (
        "xray",
        "create_sampling_rule",
        {
            "SamplingRule": {
                "ResourceARN": "*",
                "Priority": 1,
                "FixedRate": 0.1,
                "ReservoirSize": 1,
                "ServiceName": "*",
                "ServiceType": "*",
                "Host": "*",
                "HTTPMethod": "*",
                "URLPath": "*",
                "Version": 1,
            }
        },
        "CreateSamplingRule",
        True,
    ),
    ("s3", "put_object", {"Bucket": "b", "Key": "a/b", "Body": b"text"}, "PutObject", True),
    ("s3", "get_bucket_location", {"Bucket": "b"}, "GetBucketLocation", False),
    (
        "cloudwatch",
        "put_dashboard",
        {"DashboardName": "d", "DashboardBody": "{}"},
        "PutDashboard",
        True,
    ),
]


@pytest.mark.parametrize(("service", "method", "params", "operation", "is_write"), CALLS)
def test_it_knows_what_each_call_asks_for(proxy, service, method, params, operation, is_write):
    getattr(client(proxy, service), method)(**params)
    call = proxy.calls[0]
    assert (call.service, call.operation, call.is_write) == (service, operation, is_write)
    assert call.status == call.upstream == 200


ERRORS = [
    ("500", "apigateway", "get_account", {}, 500, "InternalFailure"),
    ("503", "iam", "get_role", {"RoleName": "r"}, 503, "ServiceUnavailable"),
    ("429", "apigateway", "get_account", {}, 429, "TooManyRequestsException"),
    ("429", "iam", "get_role", {"RoleName": "r"}, 400, "Throttling"),
    ("429", "logs", "describe_log_groups", {}, 400, "ThrottlingException"),
    ("bare-429", "apigateway", "get_account", {}, 429, "429"),
    ("conflict", "lambda", "get_function", {"FunctionName": "f"}, 409, "ResourceConflictException"),
    ("ConflictException", "apigateway", "get_account", {}, 409, "ConflictException"),
    ("access-denied", "apigateway", "get_account", {}, 403, "AccessDeniedException"),
    ("access-denied", "iam", "get_role", {"RoleName": "r"}, 403, "AccessDenied"),
    ("access-denied", "s3", "list_buckets", {}, 403, "AccessDenied"),
    ("access-denied", "logs", "describe_log_groups", {}, 400, "AccessDeniedException"),
    ("expired-token", "iam", "get_role", {"RoleName": "r"}, 403, "ExpiredToken"),
    ("expired-token", "stepfunctions", "list_state_machines", {}, 400, "ExpiredTokenException"),
    ("never", "apigateway", "update_account", {}, 400, "BadRequestException"),
    ("not-yet", "lambda", "update_function_configuration", {"FunctionName": "f"}, 400,
     "InvalidParameterValueException"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "service", "method", "params", "status", "code"), ERRORS)
def test_errors_have_the_shape_of_their_protocol(
    proxy, fault, service, method, params, status, code
):
    proxy.rules = [Rule(FAULTS[fault])]
    with pytest.raises(ClientError) as caught:
        getattr(client(proxy, service), method)(**params)
    error = caught.value.response
    assert (error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Code"]) == (status, code)
    assert error["Error"]["Message"]
    assert Upstream.seen == []


def test_access_denied_names_action_and_resource_as_api_gateway_does(proxy):
    proxy.rules = [Rule(FAULTS["access-denied"])]
    with pytest.raises(
        ClientError, match=r"apigateway:PATCH on resource: arn:aws:apigateway:eu-west-1::/account"
    ):
        client(proxy, "apigateway").update_account()


@pytest.mark.parametrize(("fault", "reached"), [("cut-before", 0), ("cut-after", 1)])
def test_a_cut_connection(proxy, fault, reached):
    proxy.rules = [Rule(FAULTS[fault])]
    with pytest.raises(ConnectionClosedError):
        client(proxy, "apigateway").get_account()
    assert len(Upstream.seen) == reached
    assert proxy.calls[0].status == 0


@pytest.mark.parametrize(("fault", "reached"), [("kill-before", 0), ("kill-after", 1)])
def test_it_kills_its_victim(proxy, fault, reached):
    script = (
        f"import boto3; boto3.client('iam', endpoint_url='{proxy.url}', region_name='us-east-1', "
    )
    script += (
        "aws_access_key_id='a', aws_secret_access_key='b').get_role(RoleName='r'); print('alive')"
    )
    proxy.rules = [Rule(FAULTS[fault])]
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        proxy.victim = process.pid
        output, _ = process.communicate(timeout=240)
    assert (process.returncode, output, len(Upstream.seen)) == (-9, b"", reached)


def test_nothing_arrives_once_the_last_call_of_its_victim_is_under_way(proxy):
    Upstream.answers.clear()
    proxy.rules = [Rule(FAULTS["kill-after"], operation="UpdateAccount")]
    gateway = client(proxy, "apigateway")
    ends = []

    def call(method):
        with pytest.raises(ConnectionClosedError):
            method()
        ends.append(method.__name__)

    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        proxy.victim = process.pid
        threads = [threading.Thread(target=call, args=(gateway.update_account,))]
        threads[0].start()
        until(lambda: Upstream.seen, bool)
        threads.append(threading.Thread(target=call, args=(gateway.get_rest_apis,)))
        threads[1].start()
        until(lambda: proxy.calls, lambda calls: len(calls) == len(threads))
        Upstream.answers.set()
        for thread in threads:
            thread.join()
        assert process.wait() == -9
    call(gateway.get_rest_apis)  # sent before it died, and read after
    assert sorted(ends) == ["get_rest_apis", "get_rest_apis", "update_account"]
    assert Upstream.seen == ["PATCH /account"]
    proxy.victim = None
    gateway.get_rest_apis()  # what the next one asks does


def test_what_its_client_has_not_said_to_the_end_is_no_call(proxy):
    place = urlsplit(proxy.url)
    with socket.create_connection((place.hostname, place.port)) as half:
        half.sendall(b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nAction=CreateRole")
        half.shutdown(socket.SHUT_WR)
        assert half.recv(100) == b""
    assert (proxy.calls, Upstream.seen) == ([], [])


def test_a_rule_hits_the_nth_call_and_no_other(proxy):
    proxy.rules = [Rule(FAULTS["500"], "apigateway", "Get*", nth=2)]
    gateway = client(proxy, "apigateway")
    gateway.get_account()
    client(proxy, "iam").get_role(RoleName="r")
    with pytest.raises(ClientError):
        gateway.get_account()
    gateway.get_account()
    assert [call.fault for call in proxy.calls] == ["", "", "500", ""]


def test_not_yet_ends_after_its_seconds():
    rule = Rule(Fault("not-yet", 10), "apigateway", "UpdateAccount")
    operation = Operation("apigateway", "UpdateAccount", "rest-json")
    assert [rule.strikes(operation, now) for now in (100, 105, 109.9, 110, 120)] == [
        True, True, True, False, False,
    ]  # fmt: skip


def test_a_malformed_answer_took_effect(proxy):
    proxy.rules = [Rule(FAULTS["malformed"], times=2)]
    with pytest.raises(ResponseParserError):
        client(proxy, "iam").get_role(RoleName="r")
    # botocore reads what is not JSON as an answer without any field.
    assert "stateMachines" not in client(proxy, "stepfunctions").list_state_machines()
    assert len(Upstream.seen) == 2


def test_quotas_throttle_and_refill():
    bucket = Bucket(rate=10, burst=40)
    assert [bucket.take(now=0.0) for _ in range(41)] == [True] * 40 + [False]
    assert bucket.take(now=0.1)
    assert not bucket.take(now=0.1)


@pytest.mark.parametrize(("bare", "code"), [(False, "TooManyRequestsException"), (True, "429")])
def test_update_account_is_allowed_once_in_twenty_seconds(upstream, bare, code):
    with Proxy(upstream, limits=api_gateway_limits(), bare_throttling=bare) as proxy:
        gateway = client(proxy, "apigateway")
        gateway.update_account()
        gateway.get_account()
        with pytest.raises(ClientError) as caught:
            gateway.update_account()
    assert caught.value.response["Error"]["Code"] == code


def test_latency_is_added_to_each_call(upstream):
    with Proxy(upstream, latency=0.05) as proxy:
        gateway = client(proxy, "apigateway")
        started = time.monotonic()
        for _ in range(3):
            gateway.get_account()
    assert time.monotonic() - started >= 0.15


def test_rules_can_be_written_as_text():
    rule = parse_rule("iam.CreateRole#2+3=silence@0.5")
    assert (rule.fault, rule.service, rule.operation, rule.nth, rule.times) == (
        Fault("silence", 0.5), "iam", "CreateRole", 2, 3,
    )  # fmt: skip
    assert parse_rule("*.*+*=500").times == ALWAYS
    with pytest.raises(ValueError, match="faults: kill-before"):
        parse_rule("iam.CreateRole=nonsense")


def test_as_a_command_it_prints_its_address_and_each_call(upstream):
    command = [
        sys.executable,
        "-m",
        "tests.faults",
        "--target",
        upstream,
        "--rule",
        "iam.*=500",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with pytest.raises(ClientError):
            client(type("Address", (), {"url": url}), "iam").get_role(RoleName="r")
        call = json.loads(process.stdout.readline())
        process.terminate()
    assert (call["operation"], call["status"], call["fault"]) == ("GetRole", 500, "500")
