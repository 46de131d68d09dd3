"""A region and an endpoint that cannot be meant are told at once, wherever they are set."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dragonctl.aws.client import Aws, Connection
from dragonctl.cli.root import run
from dragonctl.errors import UsageError

ENDPOINT, REGION = "http://127.0.0.1:1", "us-east-1"
NO_ENDPOINTS = (
    "http://[", "http://a:99999", "http://a:b", "http://a:-1", "http://a:0", "http://a_b", "http://",
    "http://a b", "http://a\n", "http://a/\x1b[31m", "ftp://a", "a:1", "http://-a", "http://[::1",
)  # fmt: skip
NO_REGIONS = ("us-east-1\n", "us-east-1 ", "us-east-1\x1b[31m", "US-EAST-1", "us-east-1;", "x", "1")


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    """No setting of AWS; a function that writes the configuration's file."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    return (tmp_path / "config").write_text


def refused(capfd, *arguments):
    """What a person reads whose command ends at once as wrong usage."""
    assert run(["status", *arguments]) == 2
    said = capfd.readouterr().err
    assert said.count("\n") == 1  # one sentence: nothing was tried, nothing waited for
    return said


@pytest.mark.parametrize("url", NO_ENDPOINTS)
def test_an_endpoint_that_cannot_be_meant_is_wrong_usage(nowhere, capfd, url):
    assert "is not a valid endpoint URL" in refused(
        capfd, "--region", REGION, "--endpoint-url", url
    )


@pytest.mark.parametrize("region", NO_REGIONS)
def test_a_region_that_cannot_be_meant_is_wrong_usage(nowhere, capfd, monkeypatch, region):
    assert "is not an AWS region" in refused(capfd, "--endpoint-url", ENDPOINT, "--region", region)
    monkeypatch.setenv("AWS_REGION", region)
    assert "is not an AWS region" in refused(capfd, "--endpoint-url", ENDPOINT)


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_LAMBDA"])
def test_an_endpoint_of_the_environment_is_checked_and_named(nowhere, capfd, monkeypatch, name):
    monkeypatch.setenv(name, "http://a:99999")
    assert f"Error: {name} 'http://a:99999'" in refused(capfd, "--region", REGION)


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ("endpoint_url = http://[", "endpoint_url 'http://['"),
        ("services = own\n[services own]\nlambda =\n  endpoint_url = http://a:b", "of lambda"),
        ("region = us-east-1;", "'us-east-1;' is not an AWS region"),
    ],
)
def test_what_the_configuration_sets_is_checked_and_named(nowhere, capfd, setting, named):
    nowhere(f"[default]\n{'' if 'region' in setting else 'region = us-east-1'}\n{setting}\n")
    assert named in refused(capfd)


def test_an_endpoint_that_is_ignored_is_not_checked(nowhere, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://[")
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
    assert Aws(Connection(region=REGION)).endpoint == "aws"


@given(st.text("htps:/[]@.-_a1 \n\\%?#", max_size=24).map("http://".__add__))
@example("http://[::1]:4566")
@example("https://user:word@emulator.example:4566/under")
@settings(max_examples=60)
def test_of_an_endpoint_that_is_taken_clients_can_be_made(url):
    try:
        aws = Aws(Connection(None, REGION, url, "testing", "testing"))
    except UsageError:
        return
    assert aws.client("sts").meta.endpoint_url == url
