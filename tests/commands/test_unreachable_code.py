"""Where the link to a function's present code cannot be reached, nobody gets to see the link."""

from __future__ import annotations

import socket

import pytest

from tests.commands.functions import stored
from tests.faults.proxy import Proxy

PLANTED = ("0a1b2c3dplantedsignature", "IQoJplantedtoken", "plantedpassword")
LINK = (
    "https://awslambda-us-east-1-tasks.invalid/snapshots/123456789012/hello-world-1?versionId=2"
    f"&X-Amz-Security-Token={PLANTED[1]}&X-Amz-Credential=ASIAQWERTYUIOPASDFGH%2F20260101"
    f"&X-Amz-Signature={PLANTED[0]}"
)


@pytest.fixture
def links(local_aws, monkeypatch):
    """The local AWS, but for the link that GetFunction gives."""
    with Proxy(local_aws.endpoint) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        proxy.code_link = LINK
        yield proxy


@pytest.fixture
def closed_port():
    """A port of this machine where nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        yield one.getsockname()[1]


@pytest.fixture(params=["unknown host", "proxy", "no TLS", "refused"])
def words(request, links, closed_port, monkeypatch):
    """What must be said of each way in which the link leads nowhere."""
    host = "https://awslambda-us-east-1-tasks.invalid"
    if request.param == "proxy":
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:{PLANTED[2]}@127.0.0.1:{closed_port}")
        return f"Could not connect to the proxy http://127.0.0.1:{closed_port}"
    if request.param == "no TLS":
        links.code_link = LINK.replace(host, links.url.replace("http:", "https:"))
        return "Could not trust the TLS connection"
    if request.param == "refused":
        links.code_link = LINK.replace(host, f"http://127.0.0.1:{closed_port}")
        return "Connection refused"
    return "its name is not known here"


def test_is_told_without_the_link(dragonctl, write, theirs, words, local_aws, tmp_path):
    theirs()
    old = stored(local_aws)
    write("ours")
    text = dragonctl("deploy-function", "--debug")
    json_ = dragonctl("deploy-function", "--debug", "--output", "json")
    assert (text.code, json_.code) == (1, 1)
    assert words in text.stderr
    assert "did not expect" not in text.stderr
    (error,) = json_.document["errors"]
    assert (error["resource"], error["code"]) == ("lambda-function/hello-world", "CodeNotSaved")
    assert json_.document["account"] == "123456789012"
    assert stored(local_aws) == old
    told = text.stdout + text.stderr + json_.stdout + json_.stderr
    for path in (tmp_path / "state").rglob("*"):
        told += path.read_bytes().decode("latin-1") if path.is_file() else ""
    assert [secret for secret in (*PLANTED, "UIOPASDF") if secret in told] == []
