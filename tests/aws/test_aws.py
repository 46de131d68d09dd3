"""The door to AWS: what an error of the network means."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from dragonctl import __version__
from dragonctl.aws.client import Aws, Connection
from dragonctl.errors import UNREACHABLE, AwsError


@pytest.mark.parametrize("proxy", ["::::", "http://127.0.0.1:1"])
def test_a_wrong_proxy_is_no_lost_answer(monkeypatch, proxy):
    """Nothing was sent, so nobody waits a minute and a half for an answer."""
    monkeypatch.setenv("http_proxy", proxy)
    monkeypatch.setenv("no_proxy", "")
    endpoint = "http://aws.invalid:1"
    aws = Aws(Connection(None, "us-east-1", endpoint, "testing", "testing"))
    with pytest.raises(AwsError) as caught:
        aws.send("sts", "GetCallerIdentity", {})
    assert caught.value.code == UNREACHABLE


class _Page(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.agent = self.headers["User-Agent"]
        body = b"<!doctype html><title>404 Not Found</title><p>If you entered the URL manually"
        self.send_response(404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def answer():
    """What comes of a call that a web page answers: the error, and the user agent it bore."""
    server = HTTPServer(("127.0.0.1", 0), _Page)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    aws = Aws(Connection(None, "us-east-1", endpoint, "testing", "testing"))
    with pytest.raises(AwsError) as caught:
        aws.send("xray", "GetSamplingRules", {})
    thread.join()
    server.server_close()
    return caught.value, server.agent


def test_a_web_page_is_named_and_not_shown(answer):
    error, _ = answer
    assert error.status == 404
    assert "a web page came instead" in str(error)
    assert "<" not in str(error)


def test_a_call_can_be_told_from_others_by_its_user_agent(answer):
    assert f"dragonctl/{__version__}" in answer[1].split()


@pytest.mark.parametrize(
    ("said", "environment", "ignored", "expected"),
    [
        (None, None, "false", "http://of.the.profile:1"),
        (None, "http://of.the.environment:1", "false", "http://of.the.environment:1"),
        ("http://of.the.line:1", "http://of.the.environment:1", "false", "http://of.the.line:1"),
        (None, None, "true", "aws"),
    ],
)
def test_the_endpoint_that_the_journal_keeps_is_the_one_that_is_asked(
    tmp_path, monkeypatch, said, environment, ignored, expected
):
    config = tmp_path / "config"
    config.write_text("[default]\nendpoint_url = http://of.the.profile:1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", ignored)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    if environment:
        monkeypatch.setenv("AWS_ENDPOINT_URL", environment)
    aws = Aws(Connection(None, "us-east-1", said, "testing", "testing"))
    assert aws.endpoint == expected
    asked = aws.client("lambda").meta.endpoint_url
    assert asked == (expected if expected != "aws" else "https://lambda.us-east-1.amazonaws.com")


def test_a_client_is_used_while_the_next_are_still_being_made():
    used = threading.Event()
    waited = []

    class SlowToMake(Aws):
        def _new_client(self, service, region, large):
            if service == "iam":
                waited.append(used.wait(240))
            return f"{service} in {region}"

    aws = SlowToMake(Connection(None, "us-east-1", "http://aws.invalid:1", "testing", "testing"))
    aws.warm("lambda", "iam")
    assert aws.client("lambda") == "lambda in us-east-1"
    used.set()
    assert aws.client("iam") == "iam in us-east-1"
    assert waited == [True]
