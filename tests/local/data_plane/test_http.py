"""HTTP back ends: those on this machine are asked, every other address is refused by name."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Echo(BaseHTTPRequestHandler):
    """Answers what it was asked; a path that begins with a status answers that one."""

    def _answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        said = {
            "verb": self.command,
            "target": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": body,
        }
        first = self.path.strip("/").partition("/")[0].partition("?")[0]
        self.send_response(int(first) if first.isdecimal() else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.send_header("X-Own", "kept")
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    do_GET = do_POST = do_PUT = _answer  # noqa: N815 (http.server calls them so)

    def log_message(self, *_):
        """Nothing is written."""


@pytest.fixture
def server():
    """The address of an HTTP server on this machine."""
    opened = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=opened.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{opened.server_port}"
    opened.shutdown()
    opened.server_close()


def test_a_proxy_hands_on_what_the_client_sent_and_what_came_back(application, server):
    application.method(
        "ANY",
        "/{rest+}",
        method_settings={"requestParameters": {"method.request.path.rest": True}},
        type="HTTP_PROXY",
        integrationHttpMethod="ANY",
        uri=f"{server}/inner/{{rest}}",
        requestParameters={
            "integration.request.path.rest": "method.request.path.rest",
            "integration.request.header.X-Stage": "context.stage",
        },
    )
    application.deploy()
    answer = application.send("PUT", "/a/b?q=1&q=2", "body", headers={"X-Mine": "m"})
    said = answer.json
    assert (said["verb"], said["target"], said["body"]) == ("PUT", "/inner/a/b?q=1&q=2", "body")
    assert (said["headers"]["x-mine"], said["headers"]["x-stage"]) == ("m", "test")
    assert said["headers"]["x-amzn-apigateway-api-id"] == application.api
    assert said["headers"]["host"] == server.removeprefix("http://")
    assert answer.headers["x-own"] == "kept"
    assert "x-amzn-remapped-server" in answer.headers


def test_templates_and_mappings_make_the_request_and_the_answer(application, server):
    application.method(
        "POST",
        "/eggs",
        {
            "200": {"responseTemplates": {"application/json": "$input.json('$.body')"}},
            "409": {"selectionPattern": "4\\d\\d"},
        },
        method_settings={"requestParameters": {"method.request.querystring.to": False}},
        type="HTTP",
        uri=f"{server}/${{stageVariables.way}}",
        requestTemplates={"application/json": '{"egg": $input.json("$.egg")}'},
        requestParameters={"integration.request.querystring.path": "method.request.querystring.to"},
    )
    application.deploy()
    variable = {"op": "replace", "path": "/variables/way", "value": "nest"}
    application.operate(variable)
    answer = application.send("POST", "/eggs?to=x", '{"egg": 7}', headers={"X-Mine": "m"})
    assert (answer.status, json.loads(answer.json)) == (200, {"egg": 7})
    application.operate({**variable, "value": "418"})
    answer = application.send("POST", "/eggs?to=x", '{"egg": 7}', headers={"X-Mine": "m"})
    assert answer.status == 409
    assert answer.json["target"] == "/418?path=x"
    assert "x-mine" not in answer.json["headers"]


@pytest.mark.parametrize(
    ("uri", "place"),
    [
        ("http://example.com/x", "example.com"),
        ("https://192.0.2.7:8443", "192.0.2.7:8443"),
        ("http://169.254.169.254/latest/meta-data", "169.254.169.254"),
        ("http://localhost.example.com", "localhost.example.com"),
        ("http://127.0.0.1@example.com", "example.com"),
    ],
)
@pytest.mark.parametrize("kind", ["HTTP", "HTTP_PROXY"])
def test_an_address_that_is_not_this_machines_is_refused_by_name(application, kind, uri, place):
    application.method("GET", "/x", type=kind, uri=uri)
    application.deploy()
    answer = application.send("GET", "/x")
    words = f"HTTP integrations with {place}: only loopback addresses are served"
    assert (answer.status, answer.json) == (501, {"message": f"The local AWS does not do {words}."})


def test_a_server_that_is_not_there_is_a_gateway_error(application):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        uri = f"http://127.0.0.1:{unused.getsockname()[1]}"
        application.method("GET", "/x", type="HTTP_PROXY", uri=uri)
        application.deploy()
        answer = application.send("GET", "/x")
    message = "Network error communicating with endpoint"
    assert (answer.status, answer.json) == (504, {"message": message})


def test_a_path_that_nothing_fills_is_the_definitions_fault(application, server):
    application.method("GET", "/x", type="HTTP_PROXY", uri=f"{server}/{{rest}}")
    application.deploy()
    assert application.send("GET", "/x").status == 500


def test_a_link_into_a_network_is_refused_by_name(application, server):
    application.method(
        "GET", "/x", type="HTTP_PROXY", uri=server, connectionType="VPC_LINK", connectionId="abc"
    )
    application.deploy()
    assert application.send("GET", "/x").json["message"] == (
        "The local AWS does not do integrations through VPC links."
    )
