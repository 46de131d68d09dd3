"""The front door: what is not done is refused by name, in each service's own protocol."""

from __future__ import annotations

import http.client
import io
import json
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from dragonctl.local.front import FrontDoor
from dragonctl.local.http_server import Server
from dragonctl.local.messages import Answer
from dragonctl.local.services import Services
from tests.local.refusals import refused, status_of_refusal


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "name"),
    [
        ("apigateway", "get_sdk_types", {}, "apigateway GetSdkTypes"),
        ("apigateway", "get_client_certificates", {}, "apigateway GetClientCertificates"),
        (
            "xray",
            "get_insight_summaries",
            {"StartTime": 1, "EndTime": 2},
            "xray GetInsightSummaries",
        ),
        (
            "cloudwatch",
            "put_composite_alarm",
            {"AlarmName": "a", "AlarmRule": "x"},
            "cloudwatch PutCompositeAlarm",
        ),
        ("cloudfront", "list_cache_policies", {}, "cloudfront ListCachePolicies"),
        ("lambda", "get_account_settings", {}, "lambda GetAccountSettings"),
        ("logs", "list_anomalies", {}, "logs ListAnomalies"),
        (
            "iam",
            "simulate_principal_policy",
            {"PolicySourceArn": "arn:aws:iam::123456789012:role/r", "ActionNames": ["s3:Get"]},
            "iam SimulatePrincipalPolicy",
        ),
    ],
)
def test_what_it_does_not_do_is_refused_by_name(local_aws, service, operation, parameters, name):
    call = getattr(local_aws.client(service), operation)
    expected = ("NotImplemented", f"The local AWS does not do {name}.")
    assert refused(call, **parameters) == expected
    # botocore repeats a 500 or a 503, for nothing.
    assert status_of_refusal(call, **parameters) == 501


def test_a_connection_serves_many_requests(local_aws):
    place = local_aws.endpoint.removeprefix("http://")
    connection = http.client.HTTPConnection(place)
    connection.request("GET", "/_dragonctl/status")
    connection.getresponse().read()
    first = connection.sock
    for _ in range(3):
        connection.request("POST", "/_dragonctl/status", body=b"x" * 5000)
        connection.getresponse().read()
    assert connection.sock is first
    connection.close()


def test_an_answer_that_can_have_no_body_ends_no_connection():
    def application(_, start_response):
        start_response("204 No Content", [("Content-Length", "2")])
        return [b"{}"]

    server = Server(application)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", "/")
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (204, b"")
    assert {"connection", "content-length"}.isdisjoint(map(str.lower, answer.headers))
    connection.close()
    server.shutdown()
    serving.join()
    server.server_close()


def test_a_body_may_come_in_pieces(local_aws):
    """As the AWS SDKs send large objects."""
    place = local_aws.endpoint.removeprefix("http://")
    connection = http.client.HTTPConnection(place)
    headers = {
        "X-Dragonctl-Token": local_aws.server.token,
        "Content-Type": "application/json",
        "Transfer-Encoding": "chunked",
    }
    pieces = iter([b'{"cache_cl', b'uster": 7}'])
    connection.request("POST", "/_dragonctl/pace", pieces, headers, encode_chunked=True)
    assert json.loads(connection.getresponse().read())["cache_cluster"] == 7.0
    connection.close()


@pytest.mark.parametrize("body", [b'{"nosuch": 1}', b"no json", b'{"cache_cluster": "soon"}'])
def test_a_wrong_control_is_400(local_aws, body):
    headers = {"X-Dragonctl-Token": local_aws.server.token}
    request = urllib.request.Request(f"{local_aws.endpoint}/_dragonctl/pace", body, headers)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    assert caught.value.code == 400


@pytest.mark.parametrize(("host", "status"), [
    ("evil.example", 403), ("127.0.0.1.evil.example:1", 403), ("localhost:1", 200),
    ("127.0.0.1", 200), ("abc.execute-api.localhost", 200)])  # fmt: skip
def test_a_name_that_leads_here_is_not_this_address(local_aws, host, status):
    """What a web page could do by pointing its own name at 127.0.0.1."""
    place = local_aws.endpoint.removeprefix("http://")
    connection = http.client.HTTPConnection(place)
    headers = {"Host": host, "X-Dragonctl-Token": local_aws.server.token}
    connection.request("GET", "/_dragonctl/status", headers=headers)
    answer = connection.getresponse()
    assert answer.status == status
    assert answer.getheader("Access-Control-Allow-Origin") is None
    connection.close()


def test_a_region_is_another_world(local_aws):
    local_aws.client("apigateway").create_rest_api(name="here")
    there = local_aws.client("apigateway", "eu-west-1")
    assert there.get_rest_apis()["items"] == []


def test_objects_keep_their_bytes_and_their_metadata(local_aws):
    store = local_aws.client("s3")
    store.create_bucket(Bucket="bucket")
    content = bytes(range(256)) * 5000
    store.put_object(Bucket="bucket", Key="a b/é", Body=content, Metadata={"x_y": "1"})
    answer = store.get_object(Bucket="bucket", Key="a b/é")
    assert answer["Body"].read() == content
    assert answer["Metadata"] == {"x_y": "1"}


class MotoThatMeets:
    """A moto that takes note of two requests inside it at once, for each AWS operation."""

    def __init__(self, patience):
        self.met = []
        self._patience = patience
        self._door = threading.Barrier(2)

    def __call__(self, request):
        try:
            self._door.wait(self._patience)
            self.met.append(request.body)
        except threading.BrokenBarrierError:
            self._door.reset()
        return Answer(200, {"Content-Type": "text/xml"}, b"<Nothing/>")


def asking(service, body):
    """The WSGI environment of a signed request."""
    scope = f"AKIA/20260101/us-east-1/{service}/aws4_request"
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, "
        f"Signature={'0' * 64}",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
    }


@pytest.mark.parametrize(
    ("service", "body", "patience", "together"),
    [
        ("iam", b"Action=GetRole&RoleName=one&Version=2010-05-08", 0.2, False),
        ("sns", b"Action=Publish&Message=long&Version=2010-03-31", 60, True),
    ],
)
def test_moto_walks_over_its_stores_undisturbed(service, body, patience, together):
    """It answers a request with "dictionary changed size" when another changes its store then."""
    moto = MotoThatMeets(patience)
    door = FrontDoor(lambda: Services(moto), "token")
    with ThreadPoolExecutor(2) as pool:
        for _ in range(2):
            pool.submit(door, asking(service, body), lambda *_: None)
    assert bool(moto.met) == together


def test_a_type_that_a_service_does_not_speak_evades_no_check(local_aws, make):
    """moto would answer such an invocation itself, by an echo."""
    function = make.function()["FunctionName"]
    told = (
        "AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/lambda/aws4_request, "
        f"SignedHeaders=host, Signature={'0' * 64}"
    )
    for kind in ("application/x-www-form-urlencoded", "application/x-amz-json-1.1", "text/plain"):
        request = urllib.request.Request(
            f"{local_aws.endpoint}/2015-03-31/functions/{function}/invocations",
            b"no json",
            {"Authorization": told, "Content-Type": kind},
        )
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request)
        assert caught.value.code == 400
        assert b"Could not parse" in caught.value.read()
