"""What cannot be loaded ends at once, in one sentence that names the profile and the cause."""

from __future__ import annotations

import io
import sys

import pytest

from dragonctl.aws.client import Aws, Connection
from dragonctl.aws.transport import proxies
from dragonctl.engine.reads import Reads
from dragonctl.errors import DragonError

ROLE = "role_arn = arn:aws:iam::123456789012:role/reader"


@pytest.fixture
def config(monkeypatch, tmp_path):
    """Write the settings of a profile ``p``, the only ones that there are."""
    path = tmp_path / "config"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)

    def write(*lines):
        path.write_text("\n".join(["[profile p]", "region = us-east-1", *lines, ""]))

    return write


def first_call():
    reads = Reads(Aws(Connection(profile="p", region="us-east-1")))
    with pytest.raises(DragonError) as failed:
        reads.get("sts", "GetCallerIdentity")
    return failed.value


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        ((ROLE, "source_profile = ghost"), '"ghost"'),
        ((ROLE, "source_profile = p"), "already been visited"),
        ((ROLE, "credential_source = Nowhere"), '"Nowhere"'),
        ((ROLE,), "source_profile or credential_source"),
        ((ROLE, "web_identity_token_file = /nonexistent/token"), "/nonexistent/token: No such"),
        (("sso_session = none", "sso_account_id = 1", "sso_role_name = r"), '"none"'),
        (("credential_process = /nonexistent/tool",), "/nonexistent/tool: No such"),
        (("credential_process = sh -c 'exit 3'",), "custom-process"),
        (("credential_process = echo hello",), "no JSON"),
        (("credential_process = echo {}",), "Version"),
        (("aws_access_key_id = AKIAIOSFODNN7EXAMPLE",), "missing: aws_secret_access_key"),
    ],
)
def test_what_cannot_be_loaded_is_told_once(config, lines, cause):
    config(*lines)
    failure = first_call()
    assert failure.code == "NoCredentials"
    assert "'p'" in failure.message
    assert cause in failure.message
    assert "defect" not in str(failure)


def test_a_process_that_fails_is_run_once_for_all_services(config, tmp_path):
    config(f"credential_process = sh -c 'echo run >> {tmp_path}/runs; exit 3'")
    aws = Aws(Connection(profile="p", region="us-east-1"))
    for service in ("sts", "lambda", "sts"):
        with pytest.raises(DragonError):
            aws.client(service)
    assert (tmp_path / "runs").read_text().splitlines() == ["run"]


def test_nobody_is_asked_for_a_code_without_a_terminal(config, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    keys = ("aws_access_key_id = a", "aws_secret_access_key = b")
    config(ROLE, "source_profile = p", "mfa_serial = arn:aws:iam::123456789012:mfa/me", *keys)
    assert "needs an MFA code" in first_call().message


def test_settings_that_name_nothing_are_told_once(config):
    config("services = ghost", "aws_access_key_id = a", "aws_secret_access_key = b")
    failure = first_call()
    assert "configuration" in failure.message
    assert failure.exit_code == 2


def test_the_local_aws_needs_none_of_the_users_settings(config, monkeypatch, tmp_path):
    (tmp_path / "config").write_text("this is no [configuration")
    monkeypatch.setenv("AWS_PROFILE", "ghost")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    aws = Aws(
        Connection(
            region="us-east-1",
            endpoint_url="http://127.0.0.1:4566",
            access_key="local",
            secret_key="local",
        )
    )
    assert aws.client("sts").meta.config.proxies == {}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:4566/_run/a/b", {}),
        ("http://localhost:4566/code.zip", {}),
        ("http://elsewhere.example/code.zip", {"http": "http://127.0.0.1:9"}),
    ],
)
def test_an_address_of_this_machine_is_called_without_a_proxy(monkeypatch, url, expected):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    found = proxies(url)
    assert {name: found[name] for name in found if name == "http"} == expected
