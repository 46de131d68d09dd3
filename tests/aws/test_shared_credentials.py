"""A role's credentials are made once, kept where the AWS CLI keeps them, and believed with care."""

from __future__ import annotations

import json
import os
import pty
import stat
from pathlib import Path

import pytest

from tests.aws.configurations import BASE, MFA, ROLE, SOURCE, Configuration
from tests.aws.fake_endpoints import MFA_CODE, later
from tests.aws.homes import PROGRAM, home_of

# sha1 of '{"RoleArn": "arn:aws:iam::123456789012:role/reader"}', as the AWS CLI makes it.
KEY = "b0b1ce16bb62e7ab13aa0f2f057f59d4d18ae346"
STATUS = ("status", "--profile", "p")
ARN = "arn:aws:sts::123456789012:assumed-role/reader/by-the-cli"


@pytest.fixture
def home(tmp_path):
    with home_of(tmp_path) as found:
        found.write(Configuration("role", ROLE + SOURCE, BASE))
        yield found


def entries(home):
    return sorted((home.folder / ".aws/cli/cache").glob("*"))


def assumed(home):
    return home.server.asked["AssumeRole"]


def entry(**more):
    keys = {"AccessKeyId": "ASIACLI", "SecretAccessKey": "x", "SessionToken": "y"}
    document = {
        "Credentials": {**keys, "Expiration": later(2)},
        "AssumedRoleUser": {"AssumedRoleId": "AROA:x", "Arn": ARN},
    }
    return {**document, **more}


def test_the_second_command_asks_for_no_role(home):
    home.run(*STATUS)
    home.run(*STATUS)
    assert assumed(home) == 1
    (kept,) = entries(home)
    assert kept.name == KEY + ".json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert json.loads(kept.read_text())["Credentials"]["AccessKeyId"] == "ASIAFROMTHEFAKE"


def test_what_the_cli_made_is_used(home):
    keep(home, json.dumps(entry()))
    assert "There is no REST API" in home.run(*STATUS).stderr
    assert assumed(home) == 0


def keep(home, text, mode=0o600):
    path = home.folder / ".aws/cli/cache" / f"{KEY}.json"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_text(text)
    path.chmod(mode)
    return path


SHORT = {"AccessKeyId": "ASIACLI", "SecretAccessKey": "x", "SessionToken": "y"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"Credentials": 3}',
        json.dumps(entry(Credentials={**SHORT, "Expiration": "2020-01-01T00:00:00UTC"})),
        json.dumps(entry(Credentials={**SHORT, "Expiration": "soon"})),
        json.dumps(entry(Credentials={**SHORT, "Expiration": "2999-01-01T00:00:00"})),
        json.dumps(entry(Credentials={"Expiration": later()})),
        json.dumps(entry(AssumedRoleUser={"Arn": ARN.replace("reader", "admin")})),
        json.dumps(entry(AssumedRoleUser={"Arn": ARN.replace("1234", "9999")})),
    ],
)
def test_an_entry_that_is_none_is_made_anew(home, text):
    kept = keep(home, text)
    assert "There is no REST API" in home.run(*STATUS).stderr
    assert assumed(home) == 1
    assert json.loads(kept.read_text())["Credentials"]["AccessKeyId"] == "ASIAFROMTHEFAKE"


def test_an_entry_that_others_can_write_is_not_believed(home):
    keep(home, json.dumps(entry()), mode=0o666)
    home.run(*STATUS)
    assert assumed(home) == 1


def test_a_folder_that_others_can_write_is_not_used(home):
    kept = keep(home, json.dumps(entry()))
    kept.parent.chmod(0o777)
    home.run(*STATUS)
    assert assumed(home) == 1
    assert json.loads(kept.read_text())["Credentials"]["AccessKeyId"] == "ASIACLI"


def test_an_entry_that_aws_refuses_is_made_anew(home):
    keep(home, json.dumps(entry()))
    home.server.dead.add("ASIACLI")
    assert "There is no REST API" in home.run(*STATUS).stderr
    assert assumed(home) == 1


def test_what_cannot_be_kept_stops_nothing(home):
    (home.folder / ".aws/cli").write_text("a file, where a folder should be")
    assert "There is no REST API" in home.run(*STATUS).stderr
    assert assumed(home) == 1


@pytest.fixture
def protected(home):
    """The same role, for which a code is asked."""
    home.write(Configuration("mfa", ROLE + SOURCE + MFA, BASE))
    return home


def at_a_terminal(home, typed):
    """What a person sees who types that when asked for a code."""
    child, ours = pty.fork()
    if child == 0:
        os.chdir(home.folder)
        os.execve(PROGRAM, [str(PROGRAM), *STATUS], home.environment(TERM="xterm"))
    seen = b""
    while chunk := _read(ours):
        was_asked = b"MFA code" in seen
        seen += chunk
        if b"MFA code" in seen and not was_asked:
            os.write(ours, typed.encode())
    _, status = os.waitpid(child, 0)
    os.close(ours)
    assert os.waitstatus_to_exitcode(status) in (1, 2)
    return seen.decode()


def _read(terminal):
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so where the other side has closed
        return b""


def test_a_code_is_asked_for_once(protected):
    first = at_a_terminal(protected, f"{MFA_CODE}\n")
    assert "Enter MFA code for arn:aws:iam::123456789012:mfa/me" in first
    assert MFA_CODE not in first
    assert "Enter MFA code" not in at_a_terminal(protected, "")
    assert "There is no REST API" in protected.run(*STATUS).stderr  # without a terminal too
    assert assumed(protected) == 1


@pytest.mark.parametrize(
    ("typed", "words", "calls"),
    [
        ("654321\n", "MultiFactorAuthentication failed", 1),
        ("\n", "six digits", 0),
        ("27182a\n", "six digits", 0),
        ("\x04", "six digits", 0),
    ],
)
def test_a_wrong_code_is_told_once(protected, typed, words, calls):
    seen = at_a_terminal(protected, typed)
    assert seen.count("Error: ") == 1
    assert words in " ".join(seen.split())
    assert seen.count("Enter MFA code") == 1
    assert assumed(protected) == calls
    assert not any(Path(found).suffix == ".json" for found in entries(protected))
