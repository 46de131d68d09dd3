"""The door to AWS: what an error of the network means."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from dragonctl.aws import Aws, Connection
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
        body = b"<!doctype html><title>404 Not Found</title><p>If you entered the URL manually"
        self.send_response(404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def test_a_web_page_is_named_and_not_shown():
    server = HTTPServer(("127.0.0.1", 0), _Page)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    aws = Aws(Connection(None, "us-east-1", endpoint, "testing", "testing"))
    with pytest.raises(AwsError) as caught:
        aws.send("xray", "GetSamplingRules", {})
    thread.join()
    server.server_close()
    assert caught.value.status == 404
    assert "a web page came instead" in str(caught.value)
    assert "<" not in str(caught.value)
