"""What is no request, or half of one: each gets an answer, and the server goes on."""

from __future__ import annotations

import http.client
import os
import re
import socket
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

SIGNED = (
    "Authorization: AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/{}/aws4_request, "
    f"SignedHeaders=host, Signature={'0' * 64}\r\n"
)
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
SECONDS = 60


def connect(local_aws):
    host, _, port = local_aws.endpoint.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=SECONDS)


def exchange(local_aws, sent, ends=True):
    """Everything that the server says to these bytes; ``ends``: the client says it has no more."""
    with connect(local_aws) as client:
        client.sendall(sent)
        if ends:
            client.shutdown(socket.SHUT_WR)
        said = b""
        while piece := client.recv(65536):
            said += piece
            if not ends and b"\r\n\r\n" in said:
                break
        return said


def statuses(said):
    return [int(one) for one in re.findall(rb"HTTP/1\.[01] (\d{3}) ", said)]


def signed(service, body=b"", method="POST", path="/", headers=""):
    """A request that is signed, so that it comes as far as a service."""
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{SIGNED.format(service)}{headers}"
    return head.encode() + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body


TARGET = "X-Amz-Target: Logs_20140328.PutLogEvents\r\nContent-Type: application/x-amz-json-1.1\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
MULTIPART = "Content-Type: multipart/form-data; boundary=b\r\n"


@pytest.mark.parametrize(("sent", "status"), [
    (b"GET / HTTP/1.1\r\nHost: [\r\n\r\n", 403),
    (b"GET / HTTP/1.1\r\nHost: a\r\nHost: localhost\r\n\r\n", 403),
    (b"GET http://[ HTTP/1.1\r\n\r\n", 400),
    (b"GET /\r\n\r\n", 400),
    (b"GET / HTTP/9.9\r\n\r\n", 400),
    (b"GET /\x00 HTTP/1.1\r\n\r\n", 400),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    (b"nonsense\r\n\r\n", 400),
    (b"GET / HTTP/1.1\nHost: localhost\n\n", 400),
    (GET + b"X\x00Y: 1\r\n\r\n", 400),
    (GET + b"no colon\r\n\r\n", 400),
    (GET + b"X: " + b"a" * 70_000, 431),
    (GET + b"X: " + b"a" * 300_000 + b"\r\n\r\n", 431),
    (POST + b"Content-Length: abc\r\n\r\n", 400),
    (POST + b"Content-Length: -1\r\n\r\n", 400),
    (POST + b"Content-Length: -5\r\n\r\n", 400),
    (POST + b"Content-Length: 1e20\r\n\r\n", 400),
    (POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", 400),
    (POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
    (POST + b"Content-Length: 99999999999999999999\r\n\r\n", 403),
    (POST + b"Transfer-Encoding: gzip\r\n\r\n", 501),
    (POST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n0\r\n\r\n", 400),
    (POST + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nabc\r\n0\r\n\r\n", 400),
    (POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n", 400),
    (POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 10_000, 400),
])  # fmt: skip
def test_what_no_further_byte_can_mend_is_answered_at_once(local_aws, sent, status):
    assert statuses(exchange(local_aws, sent, ends=False)) == [status]


@pytest.mark.parametrize("sent", [
    b"GET", b"GET / HTTP/1.1\r\nHost: loc", GET, POST + b"Content-Length: 10\r\n\r\nhalf",
    POST + b"Transfer-Encoding: chunked\r\n\r\n10\r\nhalf",
    POST + b"Expect: 100-continue\r\nContent-Length: 10\r\n\r\n",
])  # fmt: skip
def test_half_a_request_is_400_when_the_client_has_no_more(local_aws, sent):
    assert statuses(exchange(local_aws, sent))[-1] == 400


def test_half_a_request_is_408_when_the_client_falls_silent(local_aws):
    assert statuses(exchange(local_aws, POST + b"Content-Length: 9\r\n\r\nab", ends=False)) == [408]


@pytest.mark.parametrize(("sent", "status"), [
    (signed("logs", b"{", headers=TARGET), 400),
    (signed("logs", b"[" * 3000, headers=TARGET), 400),
    (signed("logs", b"\xff\xfe", headers=TARGET), 400),
    (signed("iam", b"%zz=%%%&=&Action", headers=FORM), 400),
    (signed("iam", b"Action=CreateRole&RoleName=%ff%00", headers=FORM), 400),
    (signed("s3", b"<Delete><Obj", path="/bucket?delete"), 400),
    (signed("s3", b"<CreateBucketConfiguration>", "PUT", "/bucket"), 400),
    (signed("s3", b"", "PUT", "/bucket/%zz%ff%00"), 404),
    (signed("lambda", b"{", path="/2015-03-31/functions"), 400),
    (signed("apigateway", b"{", path="/restapis"), 400),
    (signed("nosuch"), 403),
    (POST.replace(b"/ ", b"/bucket ") + MULTIPART.encode() + b"Content-Length: 5\r\n\r\nb\r\nxx",
     400),
])  # fmt: skip
def test_a_body_that_cannot_be_read_is_refused(local_aws, sent, status):
    assert statuses(exchange(local_aws, sent)) == [status]


def test_pipelined_requests_are_answered_in_their_order(local_aws):
    one = b"GET /_run/a/b/c HTTP/1.1\r\nHost: localhost\r\n\r\n"
    two = b"PUT /bucket HTTP/1.1\r\nHost: evil\r\n\r\n"
    said = exchange(local_aws, one + two + one + b"rubbish\r\n\r\n" + one)
    assert statuses(said) == [403, 403, 403, 400]
    assert said.index(b"Forbidden") < said.index(b"127.0.0.1 alone")


def test_a_request_with_no_body_to_wait_for_is_not_told_to_send_it(local_aws):
    sent = GET + b"Expect: 100-continue\r\n\r\n"
    assert statuses(exchange(local_aws, sent, ends=False)) == [403]


def memory(pid):
    """The resident bytes of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_a_body_beyond_the_limit_is_413_and_never_in_memory(local_aws):
    size = 300 * 2**20
    before = memory(local_aws.server.pid)
    with connect(local_aws) as client:
        head = signed("s3", method="PUT", path="/bucket/key").partition(b"Content-Length")[0]
        client.sendall(head + b"Content-Length: %d\r\n\r\n" % size)
        piece = b"x" * 2**20
        for _ in range(size // len(piece)):
            client.sendall(piece)
        answer = http.client.HTTPResponse(client)
        answer.begin()
        assert answer.status == 413
        assert b"<Code>EntityTooLarge</Code>" in answer.read()
    assert memory(local_aws.server.pid) - before < 50 * 2**20


TOKENS = [
    *(b"GET", b"POST", b"PUT", b"DELETE", b"PRI", b" ", b"/", b"*", b"//", b"/_run/a/b", b"?"),
    *(b"%", b"%00", b"%zz", b"\x00", b"\xff", b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"\t", b":"),
    *(b" HTTP/1.1\r\n", b" HTTP/1.0\r\n", b" HTTP/2.0\r\n", b"Host: localhost\r\n", b"Host: [\r\n"),
    *(b"Content-Length: ", b"Transfer-Encoding: chunked\r\n", b"Expect: 100-continue\r\n", b"-1"),
    *(b"0", b"5", b"ffffffffffff", b"1e20", b"abc", b"<Delete>", b"{", b"]", b"Action=", b";x=y"),
    *(SIGNED.format("s3").encode(), SIGNED.format("lambda").encode(), TARGET.encode()),
    *(FORM.encode(), MULTIPART.encode(), b"--b\r\n", b"Authorization: ", b"AWS4-HMAC-SHA256 "),
]


@settings(max_examples=int(os.environ.get("MALFORMED_REQUESTS", "250")))
@given(st.lists(st.sampled_from(TOKENS) | st.binary(max_size=9), min_size=1, max_size=14))
def test_whatever_comes_gets_an_answer(local_aws_server, tokens):
    sent = b"".join(tokens)
    said = exchange(local_aws_server, sent)
    assert statuses(said) or not sent.strip()
