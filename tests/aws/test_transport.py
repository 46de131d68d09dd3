"""Every way in which a server cannot be reached is a sentence that names no link."""

from __future__ import annotations

import inspect
import io
import socket
import threading

import pytest
from botocore import exceptions as botocore
from urllib3 import exceptions as urllib3

from dragonctl.aws.download import download
from dragonctl.aws.transport import failure
from dragonctl.errors import LOST, UNREACHABLE, DragonError

QUERY = "/snapshots/work?X-Amz-Security-Token=planted&X-Amz-Signature=planted"
LINK = f"https://user:planted@bucket.s3.example:8443{QUERY}"


def _family():
    """All that botocore itself counts as a failure of the network, now and in later versions."""
    for _, kind in inspect.getmembers(botocore, inspect.isclass):
        if issubclass(kind, (botocore.HTTPClientError, botocore.ConnectionError)):
            yield kind


@pytest.mark.parametrize("kind", list(_family()), ids=lambda kind: kind.__name__)
def test_botocores_family_is_told_without_the_link(kind):
    cause = urllib3.ProtocolError(f"no {LINK}", ConnectionResetError(104, "Connection reset"))
    error = kind(endpoint_url=LINK, proxy_url=LINK, error=cause, request=None)
    told = failure(error, LINK)
    assert told is not None
    assert told.code in (UNREACHABLE, LOST)
    assert "planted" not in told.sentence
    assert "user" not in told.sentence


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (botocore.ConnectTimeoutError(endpoint_url=LINK), UNREACHABLE),
        (botocore.ReadTimeoutError(endpoint_url=LINK), LOST),
        (botocore.ConnectionClosedError(endpoint_url=LINK, request=None), LOST),
        (botocore.IncompleteReadError(actual_bytes=1, expected_bytes=2), LOST),
        (botocore.HTTPClientError(error=urllib3.LocationParseError(LINK)), UNREACHABLE),
        (botocore.HTTPClientError(error=ValueError(LINK)), LOST),
        (urllib3.ReadTimeoutError(None, LINK, "x"), LOST),
        (urllib3.ProtocolError(LINK), LOST),
        (ConnectionResetError(104, "Connection reset by peer"), LOST),
        (BrokenPipeError(32, "Broken pipe"), LOST),
    ],
)
def test_whether_it_may_have_arrived_is_told(error, code):
    told = failure(error, LINK)
    assert told is not None
    assert told.code == code
    assert "planted" not in told.sentence


@pytest.mark.parametrize("error", [ValueError(LINK), KeyError("x"), botocore.NoRegionError()])
def test_what_is_no_failure_of_the_network_is_none(error):
    assert failure(error) is None


@pytest.fixture
def closed_port():
    """A port of this machine where nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        yield one.getsockname()[1]


@pytest.fixture
def mute():
    """A server that speaks plainly where TLS is expected, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            while True:
                try:
                    one, _ = listening.accept()
                except OSError:
                    return
                with one:
                    one.recv(100)
                    one.sendall(b"HTTP/1.1 400 no\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


def _said(url):
    with pytest.raises(DragonError) as caught:
        download(url, io.BytesIO(), "", 10, pauses=())
    assert "planted" not in str(caught.value)
    assert caught.value.code == "CodeNotSaved"
    return caught.value.message


def test_a_link_to_where_nobody_listens(closed_port):
    said = _said(f"http://127.0.0.1:{closed_port}{QUERY}")
    assert f"Could not connect to http://127.0.0.1:{closed_port}: Connection refused" in said


def test_a_link_to_an_unknown_host():
    assert "to https://bucket.invalid: its name is not known here" in _said(
        f"https://bucket.invalid{QUERY}"
    )


def test_a_link_through_a_proxy_that_is_down(closed_port, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:planted@127.0.0.1:{closed_port}")
    monkeypatch.setenv("NO_PROXY", "")
    said = _said(f"https://bucket.invalid{QUERY}")
    assert f"Could not connect to the proxy http://127.0.0.1:{closed_port}" in said


def test_a_link_that_speaks_no_tls(mute):
    assert f"Could not trust the TLS connection to https://127.0.0.1:{mute}" in _said(
        f"https://127.0.0.1:{mute}{QUERY}"
    )


def test_a_link_that_is_none():
    assert "no link" in _said(f"http://[{QUERY}")
