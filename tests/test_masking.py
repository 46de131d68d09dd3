"""No text that is printed holds a secret; what tells a person something stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.errors import AwsError, DragonError
from dragonctl.masking import masked

SECRET = "wJalrPlantedK7MDENGbPxRfiCYplanted"
TOKEN = "IQoJb3JpZ2luX2VjPlanted//////////wEaCXVzLWVhc3Q"
LINK = (
    "https://awslambda-us-east-1-tasks.s3.us-east-1.amazonaws.com/snapshots/123/work-1?versionId=v"
    f"&X-Amz-Security-Token={TOKEN.replace('/', '%2F')}&X-Amz-Algorithm=AWS4-HMAC-SHA256"
    f"&X-Amz-Credential=ASIAPLANTEDPLANTED12%2F20260101%2Fus-east-1&X-Amz-Signature={SECRET}"
)
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.c2lnbmF0dXJlUGxhbnRlZA"


@pytest.mark.parametrize(
    "text",
    [
        f'Could not connect to the endpoint URL: "{LINK}"',
        f"HTTPSConnectionPool(host='s3', port=443): Max retries exceeded with url: {LINK[60:]}",
        f"asked for {LINK.replace('&', '%26').replace('=', '%3D').replace('?', '%3F')}",
        f"http://s3/x?AWSAccessKeyId=ASIAPLANTEDPLANTED12&Expires=1&Signature={SECRET}",
        f"https://store.blob.core.windows.net/c/b?sv=1&sig={SECRET}&se=2",
        f"https://index/simple/?token={SECRET} was not found",
        f"http://user:{SECRET}@proxy.example:3128/",
        f"https://__token__:{SECRET}/@{SECRET}@index.example/simple",
        f"Authorization: AWS4-HMAC-SHA256 Credential=AK/20, SignedHeaders=host, Signature={SECRET}",
        f"authorization: Bearer {SECRET}",
        f"{{'Authorization': 'Bearer {SECRET}', 'Host': 'x'}}",
        f"{{'Authorization': b'AWS4-HMAC-SHA256 Credential=AKIA, Signature={SECRET}'}}",
        f'{{"headers": {{"X-Amz-Security-Token": "{TOKEN}"}}}}',
        f"The Canonical String should have been 'POST\n/\n\nx-amz-security-token:{TOKEN}\nhost:x'",
        f"Proxy-Authorization: Basic {SECRET}==",
        f"called with Bearer {SECRET}",
        f"x-api-key: {SECRET}",
        f"Cookie: session={SECRET}",
        f'{{"SecretAccessKey": "{SECRET}", "SessionToken": "{TOKEN}"}}',
        f'"body": "{{\\"SecretAccessKey\\": \\"{SECRET}\\"}}"',
        f"Connection(access_key='AKIAPLANTEDPLANTED12', secret_key='{SECRET}')",
        f"aws_secret_access_key = {SECRET}",
        f"AWS_SESSION_TOKEN={TOKEN}",
        f"connect(password='{SECRET}')",
        f"client_secret={SECRET}&grant_type=x",
        f"the header was {JWT}.",
        "the token ghp_PlantedPlantedPlantedPlantedPlanted12",
        "the hook xoxb-123456789012-PlantedPlanted",
        "sk_live_PlantedPlantedPlantedPlanted",
        f"-----BEGIN RSA PRIVATE KEY-----\nPlanted{SECRET}\n-----END RSA PRIVATE KEY----- there",
        f"-----BEGIN OPENSSH PRIVATE KEY-----\nPlanted{SECRET}",
    ],
)
def test_a_secret_is_struck_out(text):
    shown = masked(text, {})
    assert "lanted" not in shown, shown
    assert "PLANTED" not in shown, shown
    assert "***" in shown


@pytest.mark.parametrize(
    "text",
    [
        "The security token included in the request is invalid.",
        "The role defined for the function cannot be assumed by Lambda.",
        "Value 'aws_iam' at 'authorizationType' failed to satisfy constraint",
        "Authorization: NONE, api key required: false",
        "secretsmanager:GetSecretValue on arn:aws:secretsmanager:us-east-1:123:secret:db-AbCdEf",
        '{"Condition": {"StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"}}}',
        "Could not connect to http://127.0.0.1:4566: Connection refused",
        "https://index.example/simple/requests/?page=2 was not found",
        "Invalid patch path /methodSettings/*/*/caching/ttlInSeconds",
        "UpdateStage (apigateway) failed: no [BadRequestException, request 1234-5678]",
        "no basic settings of any bearer",
        "mail someone@example.org about //folder/file",
        "the basic understanding-of-all-requirements-of-this is missing",
    ],
)
def test_what_is_no_secret_stays(text):
    assert masked(text, {}) == text


def test_of_a_key_id_the_owner_sees_which_it_is():
    assert masked("the key AKIAZ5TGHPLANTEDQ7XW is unknown", {}) == "the key AKIA***Q7XW is unknown"


def test_what_this_process_was_given_is_struck_out_wherever_it_stands():
    given = {
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "MY_TOKEN": f"{SECRET}-longer",
        "PATH": "/usr/bin:/bin:/sbin",
    }
    text = f"KeyError: {SECRET}, {SECRET}-longer, /usr/bin:/bin:/sbin, test"
    assert masked(text, given) == "KeyError: ***, ***, /usr/bin:/bin:/sbin, test"
    assert masked("a test", {"AWS_SECRET_ACCESS_KEY": "test"}) == "a test"


def test_every_failure_is_masked_when_it_is_made():
    told = AwsError("s3", "GetObject", "X", f"no {LINK}").about("thing", f"Reading {LINK}")
    for text in (told.message, told.sentence, str(told), str(DragonError("x", f"see {LINK}"))):
        assert "lanted" not in text


@given(st.text(), st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=8))
def test_a_signature_goes_whatever_stands_around_it(around, signature):
    link = f"https://s3.example/x?X-Amz-Signature=0{signature}&a=b"
    assert f"0{signature}&" not in masked(f"{around} {link} {around}", {})


@given(st.text())
def test_masking_twice_is_masking_once(text):
    once = masked(text, {})
    assert masked(once, {}) == once
