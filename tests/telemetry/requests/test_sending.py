import pytest

from dragonctl.errors import UsageError
from dragonctl.telemetry.requests.sending import HttpResponse, request_of, wants_signature


def resource(path, **methods):
    authorization = {name: {"authorizationType": kind} for name, kind in methods.items()}
    return {"path": path, "resourceMethods": authorization}


RESOURCES = [
    resource("/"),
    resource("/dragons", GET="NONE", POST="AWS_IAM"),
    resource("/dragons/{name}", GET="AWS_IAM"),
    resource("/dragons/red", GET="NONE"),
    resource("/{proxy+}", ANY="AWS_IAM"),
]


@pytest.mark.parametrize(
    ("method", "path", "signed"),
    [
        ("GET", "/dragons?family=red", False),
        ("POST", "/dragons", True),
        ("GET", "/dragons/green", True),
        ("GET", "/dragons/red", False),
        ("PUT", "/castles/1/towers", True),
        ("GET", "/", False),
    ],
)
def test_a_request_is_signed_where_the_method_that_serves_it_wants_it(method, path, signed):
    assert wants_signature(RESOURCES, method, path) is signed


def test_a_request_is_json_and_traced_unless_said_otherwise():
    sent = request_of("post", "http://x/", [], '{"a": "é"}'.encode(), 0x65A0B0C0)
    assert (sent.method, sent.body) == ("POST", '{"a": "é"}'.encode())
    assert sent.headers["Content-Type"] == "application/json"
    assert sent.headers["X-Amzn-Trace-Id"].startswith("Root=1-65a0b0c0-")
    own = request_of(
        "GET", "http://x/", ["content-type: text/plain", "x-amzn-trace-id: a"], b"b", 0
    )
    assert {name.lower(): value for name, value in own.headers.items()} == {
        "content-type": "text/plain", "x-amzn-trace-id": "a", "user-agent": "dragonctl",
    }  # fmt: skip


@pytest.mark.parametrize(
    "header", ["no colon", ": value", "a: b\r\nc: d", "a b: c", "a: \u20ac", "content-length: 5"]
)
def test_what_is_no_header_is_refused(header):
    with pytest.raises(UsageError, match="--header"):
        request_of("GET", "http://x/", [header], None, 0)


def test_an_answer_s_ids_are_found_and_any_bytes_are_text():
    headers = {"x-amzn-requestid": "r", "x-amzn-trace-id": "Root=1-a-b;Parent=c;Sampled=1"}
    answered = HttpResponse(200, headers, b'{"executionArn": "arn:x"}', 0.1)
    assert (answered.request_id, answered.trace_id, answered.execution) == ("r", "1-a-b", "arn:x")
    broken = HttpResponse(502, {}, b"\xff<html>", 0.1)
    assert (broken.request_id, broken.trace_id, broken.execution) == ("", "", "")
    assert (broken.document()["body_base64"], broken.text()) == ("/zxodG1sPg==", None)
    assert "body" not in broken.document()


@pytest.mark.parametrize("body", [b"{", b'{"a": NaN}', b"", b"{'a': 1}", b"[" * 5000, b"\x89"])
def test_a_body_that_should_be_json_and_is_not_is_refused(body):
    with pytest.raises(UsageError, match="The body is not JSON"):
        request_of("POST", "http://x/", ["Content-Type: application/vnd.api+json"], body, 0)
    for kind in ("text/plain", "application/x-ndjson"):
        assert request_of("POST", "http://x/", [f"Content-Type: {kind}"], body, 0).body == body


def test_an_answer_that_is_nearly_json_is_text():
    assert HttpResponse(200, {}, b'{"a": NaN}', 0.1).document()["body"] == '{"a": NaN}'
    assert HttpResponse(200, {}, b"null", 0.1).document()["body"] == "null"


def test_an_api_key_goes_where_api_gateway_looks_for_it():
    assert request_of("GET", "http://x/", [], None, 0, "k").headers["X-Api-Key"] == "k"
    own = request_of("GET", "http://x/", ["x-api-key: mine"], None, 0, "k").headers
    assert [value for name, value in own.items() if name.lower() == "x-api-key"] == ["mine"]


def test_a_request_knows_the_trace_it_asks_for():
    sent = request_of("GET", "http://x/", ["X-AMZN-Trace-ID: Self=1-b;Root=1-a;Sampled=1"], None, 0)
    assert sent.trace_id == "1-a"
    assert request_of("GET", "http://x/", ["x-amzn-trace-id: odd"], None, 0).trace_id == ""
