"""`send` as a user types it, to methods of every kind, on a local AWS."""

import json
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from dragonctl.errors import DragonError
from dragonctl.telemetry.requests.delivery import PreparedRequest, deliver
from dragonctl.telemetry.requests.sending import request_of
from tests.local.serving import Application

STATUS = '{"statusCode": %d}'
TEMPLATE = "responseTemplates"


def mock(application, path, status=200, body='{"ok": true}', **method_settings):
    """A method that answers by itself."""
    application.method(
        "GET",
        path,
        {str(status): {TEMPLATE: {"application/json": body}}},
        method_settings,
        type="MOCK",
        requestTemplates={"application/json": STATUS % status},
    )


@pytest.fixture
def application(local_aws):
    made = Application(local_aws)
    mock(made, "/open")
    mock(made, "/signed", authorizationType="AWS_IAM")
    mock(made, "/keyed", apiKeyRequired=True)
    mock(made, "/broken", 500, '{"message": "\\u001b[31mred\\u202e [bold]x[/bold]"}')
    made.deploy()
    return made


@contextmanager
def answering(respond):
    """A server that answers each GET by ``respond(handler)``; yields its address and its log."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append((self.path, dict(self.headers)))
            respond(self)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", seen
        finally:
            server.shutdown()


def test_the_answer_with_its_ids_and_its_body(dragonctl, application):
    told = dragonctl("send", "get", "open?x=1")
    assert told.code == 0
    head, *rows = told.stdout.splitlines()
    assert head.startswith(f"GET {application.aws.endpoint}/_run/{application.api}/test/open?x=1")
    assert "  200 OK  " in head
    assert [row.split()[0] for row in rows[:3]] == ["request", "extended", "trace"]
    assert told.stdout.endswith('\n{\n  "ok": true\n}\n')
    assert told.stderr == ""


def test_a_method_with_iam_gets_a_signature_and_others_none(dragonctl, application):
    assert dragonctl("send", "GET", "/signed", "--output", "json").document["status"] == 200
    assert application.send("GET", "/signed").status == 403


def test_an_api_key_opens_the_method_and_is_shown_nowhere(dragonctl, application):
    gateway = application.gateway
    key = gateway.create_api_key(name="k", enabled=True, value="k" * 24)
    stages = [{"apiId": application.api, "stage": "test"}]
    plan = gateway.create_usage_plan(name="p", apiStages=stages)
    gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    assert dragonctl("send", "GET", "/keyed", "--output", "json").document["status"] == 403
    told = dragonctl("send", "GET", "/keyed", "--api-key", "k" * 24, "--output", "json")
    assert told.document["status"] == 200
    assert "k" * 24 not in told.stdout + told.stderr


def test_any_status_is_an_answer_unless_fail_says_otherwise(dragonctl, application):
    told = dragonctl("send", "GET", "/broken")
    assert (told.code, "500 Internal Server Error" in told.stdout) == (0, True)
    assert told.stderr.startswith("Next: dragonctl why ")
    assert dragonctl("send", "GET", "/broken", "--fail").code == 1
    assert dragonctl("send", "GET", "/broken", "--fail", "--output", "json").code == 1
    assert dragonctl("send", "GET", "/open", "--fail").code == 0


def test_what_the_api_sends_is_text_and_nothing_else(dragonctl, application):
    shown = dragonctl("send", "GET", "/broken").stdout
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[bold]x[/bold]" in shown


def test_followed_the_request_brings_its_lines_its_trace_and_nothing_is_missing(
    dragonctl, application
):
    application.account_role()
    application.patch(logging__loglevel="INFO", tracingEnabled="true")
    (line,) = dragonctl("send", "GET", "/open", "--follow", "--output", "json").stdout.splitlines()
    told = json.loads(line)
    assert told["missing"] == []
    assert told["trace"]["id"] == told["trace_id"]
    assert {event["source"] for event in told["events"]} == {"api"}
    assert all(told["request_id"] in json.dumps(event) for event in told["events"])


def test_what_cannot_be_meant_is_refused_before_anything_is_sent(dragonctl, application):
    for words, sentence in {
        ("FETCH", "/open"): "is not a method",
        ("GET", "https://example.com/open"): "is a URL",
        ("GET", "/open", "--data", "{"): "The body is not JSON",
        ("GET", "/open", "--data", "@none"): "No such file or directory",
        ("GET", "/open", "--header", "none"): "is not NAME: VALUE",
        ("GET", "/open", "--domain", "a.example.com"): "custom domains",
    }.items():
        told = dragonctl("send", *words)
        assert (told.code, told.stdout) == (2, "")
        assert sentence in told.stderr


def test_with_several_stages_one_must_be_named(dragonctl, application):
    application.deploy("prod")
    told = dragonctl("send", "GET", "/open")
    assert told.code == 2
    assert "prod, test" in told.stderr.replace("test, prod", "prod, test")
    assert "--stage" in told.stderr
    assert dragonctl("send", "GET", "/open", "--stage", "prod").code == 0


def test_a_redirection_is_shown_and_not_followed():
    def redirect(handler):
        handler.send_response(302)
        handler.send_header("Location", "/elsewhere")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with answering(redirect) as (address, seen):
        told = sent_to(address, "/x")
    assert (told.status, told.headers["location"]) == (302, "/elsewhere")
    assert [path for path, _ in seen] == ["/x"]


def test_bytes_that_are_no_text_are_kept_as_they_are():
    def picture(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "3")
        handler.end_headers()
        handler.wfile.write(b"\x89PN")

    with answering(picture) as (address, _):
        told = sent_to(address, "/x")
    assert told.document()["body_base64"] == "iVBO"


def test_nobody_who_answers_is_one_sentence():
    with socket.socket() as held:  # nobody else gets its port meanwhile, and nobody listens there
        held.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{held.getsockname()[1]}"
        with pytest.raises(DragonError, match="got no answer") as failure:
            sent_to(address, "/x")
    assert (failure.value.code, failure.value.exit_code) == ("NoAnswer", 1)


def sent_to(address, path):
    """A request to some address, over the wire that `send` uses."""
    sent = request_of("GET", f"{address}{path}", [], None, 0)
    return deliver(None, PreparedRequest("test", sent, signed=False))


def test_a_request_without_a_method_or_a_known_path_is_told_what_it_lacks(application, dragonctl):
    forgotten = dragonctl("send", "/open")
    assert (forgotten.code, "dragonctl send GET /open" in forgotten.stderr) == (2, True)
    mistyped = dragonctl("send", "GET", "/opne")
    assert mistyped.code == 0
    assert "no GET is deployed at the path. Is it mistyped?" in mistyped.stderr
