"""The doctor names the link that is broken, and what to type; it shows no secret."""

from __future__ import annotations

import json

import pytest

from tests.aws.configurations import (
    BASE,
    FUTURE,
    KEYS,
    MFA,
    OFFICE,
    OFFICE_SESSION,
    PAST,
    ROLE,
    SOURCE,
    WITH_OFFICE,
    Configuration,
    token,
)
from tests.aws.homes import home_of


@pytest.fixture
def home(tmp_path):
    with home_of(tmp_path) as found:
        yield found


def findings(home, *words, **environment):
    ended = home.run("doctor", "--output", "json", *words, **environment)
    assert ended.stderr == ""
    return {one["what"]: one for one in json.loads(ended.stdout)["findings"]}


@pytest.mark.parametrize(
    ("profile", "more", "files", "link", "words"),
    [
        (ROLE + "source_profile = ghost\n", "", {}, "profile ghost", "list-profiles"),
        (ROLE + "source_profile = p\n", "", {}, "profile p", "leads back"),
        (WITH_OFFICE, "", {}, "sso-session office", "aws configure sso-session office"),
        (WITH_OFFICE, OFFICE_SESSION, {}, "sso-session office", "aws sso login --profile p"),
        (
            ROLE + "source_profile = q\n",
            f"[profile q]\n{WITH_OFFICE}{OFFICE_SESSION}",
            {OFFICE: token(PAST)},
            "sso-session office",
            "aws sso login --profile q",
        ),
        (
            "credential_process = /nonexistent/tool --key planted\n",
            "",
            {},
            "credential_process",
            "is",
        ),
        (ROLE + "web_identity_token_file = /none\n", "", {}, "web identity token", "/none cannot"),
        (KEYS + "ca_bundle = /none.pem\n", "", {}, "certificates", "/none.pem"),
    ],
)
def test_the_broken_link_is_named(home, profile, more, files, link, words):
    home.write(Configuration("x", profile, more, files=files))
    found = findings(home, "--profile", "p")
    assert not found[link]["ok"]
    assert words in found[link]["detail"]
    assert "planted" not in str(found)


def test_every_link_of_what_works_is_shown(home):
    more = f"[profile office]\n{WITH_OFFICE}{OFFICE_SESSION}"
    profile = ROLE + "source_profile = office\n"
    home.write(Configuration("x", profile, more, files={OFFICE: token(FUTURE)}))
    proxy = "http://me:planted@127.0.0.1:{closed}"
    found = findings(home, "--profile", "p", HTTPS_PROXY=proxy)
    assert [one for one in found.values() if not one["ok"]] == []
    assert list(found)[5:10] == [
        "AWS config file",
        "profile p",
        "profile office",
        "sso-session office",
        "proxy HTTPS_PROXY",
    ]
    assert "assumed-role/reader" in found["credentials"]["detail"]
    assert "planted" not in str(found)


@pytest.mark.parametrize(
    ("variable", "value", "link", "words"),
    [
        ("HTTPS_PROXY", "socks5://me:planted@proxy", "proxy HTTPS_PROXY", "no SOCKS"),
        ("https_proxy", "http://me:planted@proxy:port", "proxy https_proxy", "its port"),
        ("AWS_CONFIG_FILE", "{home}", "AWS config file", "{home}: it is a folder"),
    ],
)
def test_a_variable_that_cannot_be_meant_is_a_broken_link(home, variable, value, link, words):
    home.write(Configuration("x", KEYS))
    found = findings(home, **{variable: value})
    assert not found[link]["ok"]
    assert home.fill(words) in found[link]["detail"]
    assert "planted" not in str(found)


def test_the_need_of_a_code_is_told(home):
    home.write(Configuration("x", ROLE + SOURCE + MFA, BASE))
    found = findings(home, "--profile", "p")
    assert "mfa/me" in found["MFA"]["detail"]
    assert "MFA code" in found["credentials"]["detail"]
    assert home.server.asked["AssumeRole"] == 0
