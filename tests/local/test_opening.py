"""The port opens first; what takes long to import is waited for by who needs it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading

import pytest

from dragonctl.local.address import LocalServer
from dragonctl.local.front import FrontDoor
from dragonctl.local.opening import Opening
from dragonctl.local.snapshot import Written

HEAVY = {"boto3", "botocore", "flask", "jinja2", "moto", "werkzeug", "antlr4", "jsonata"}


def asked(door, path, token="token"):
    """The status and the body of a GET."""
    heard = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_X_DRAGONCTL_TOKEN": token,
        "wsgi.input": io.BytesIO(),
    }
    body = b"".join(door(environ, lambda status, headers: heard.append(status)))
    return heard[0], json.loads(body)


def test_the_port_opens_before_anything_heavy_is_imported():
    script = "import sys, dragonctl.local.server; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    loaded = {one.partition(".")[0] for one in ended.stdout.decode().split()}
    assert "waitress" in loaded
    assert HEAVY.isdisjoint(loaded)


def test_whether_it_runs_is_told_while_the_services_are_waited_for():
    opening = Opening()  # which never begins
    door = FrontDoor(opening.services, "token")
    assert asked(door, "/_dragonctl/status")[0] == "200 OK"
    assert asked(door, "/_dragonctl/status", "wrong")[0] == "403 Forbidden"
    for path in ("/2015-03-31/functions", "/_run/abc/prod/x", "/_dragonctl/snapshot"):
        waiting = threading.Thread(target=asked, args=(door, path), daemon=True)
        waiting.start()
        waiting.join(0.05)
        assert waiting.is_alive()


def test_what_keeps_the_services_from_coming_ends_the_server(monkeypatch):
    monkeypatch.setitem(sys.modules, "dragonctl.local.services", None)
    opening, ended = Opening(), threading.Event()
    place = LocalServer("http://127.0.0.1:1", 2, "token", "us-east-1", "123456789012", "1")
    opening.begin(place, Written(), failed=ended.set)
    assert not opening.has_succeeded()
    assert ended.wait(60)
    with pytest.raises(ImportError):
        opening.services()
    status, body = asked(FrontDoor(opening.services, "token"), "/2015-03-31/functions")
    assert (status, body["message"]) == (
        "501 Not Implemented",
        "The local AWS broke on this request: ModuleNotFoundError",
    )


def test_step_functions_come_without_the_servers_that_batch_would_bring():
    script = """
import sys
from dragonctl.local import backends
backends.configure(1)
import moto.stepfunctions.parser.models
print("moto.ec2" in sys.modules)
from moto.backends import get_backend
get_backend("batch")
from moto.batch.models import JobStatus
from moto.batch.utils import JobStatus as first
print("moto.ec2" in sys.modules, JobStatus is first)
"""
    ended = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    assert ended.stdout.decode().split() == ["False", "True", "True"]
