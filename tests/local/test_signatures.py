"""The form of a signature: what counts as one, and what only looks like it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.local.signatures import BrokenSignatureError, signature

PROOF = "0a" * 32
SCOPE = "key/20260101/us-east-1/lambda/aws4_request"


def header(scope=SCOPE, headers="host;x-amz-date", proof=PROOF, **more):
    told = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={headers}, Signature={proof}"
    return {"HTTP_AUTHORIZATION": told, **more}


@pytest.mark.parametrize(("service", "name"), [
    ("lambda", "lambda"), ("states", "states"), ("monitoring", "monitoring"), ("s3", "s3"),
    ("execute-api", "execute-api"), ("logs", "logs"), ("cloudfront", "cloudfront")])  # fmt: skip
def test_what_botocore_signs_is_signed_whatever_its_key(service, name):
    request = AWSRequest("POST", "http://127.0.0.1:4566/", data=b"{}")
    SigV4Auth(Credentials("any", "any"), name, "eu-central-1").add_auth(request)
    told = {
        "HTTP_AUTHORIZATION": request.headers["Authorization"],
        "HTTP_X_AMZ_DATE": request.headers["X-Amz-Date"],
    }
    found = signature(told)
    assert (found.key, found.region, found.service) == ("any", "eu-central-1", service)


@pytest.mark.parametrize("environ", [
    header(proof="0"), header(proof=PROOF + "0"), header(proof=PROOF.upper()),
    header(proof="z" * 64),
    header(headers="x-amz-date"), header(headers=""), header(scope="key"),
    *(header(scope=one) for one in (
        "key/20260101/us-east-1/lambda", "key/20260101/us-east-1/lambda/aws4",
        "/20260101/us-east-1/lambda/aws4_request", "key/2026011/us-east-1/lambda/aws4_request",
        "key/20261301/us-east-1/lambda/aws4_request", "key/20260101//lambda/aws4_request",
        "key/20260101/us east/lambda/aws4_request", "key/20260101/us-east-1//aws4_request",
        "key/20260101/us-east-1/nosuch/aws4_request", "a/b/20260101/us-east-1/s3/aws4_request")),
    header(HTTP_X_AMZ_DATE="20260102T000000Z"), header(HTTP_X_AMZ_DATE="today"),
    *({"HTTP_AUTHORIZATION": one} for one in (
        "", "x", "Bearer x", "Basic x", "AWS4-HMAC-SHA256", "AWS key", "AWS key:short",
        f"AWS4-HMAC-SHA256 Credential={SCOPE}", f"AWS4-HMAC-SHA256 Signature={PROOF}",
        header()["HTTP_AUTHORIZATION"] + ", Credential=" + SCOPE,
        header()["HTTP_AUTHORIZATION"] + ", x")),
])  # fmt: skip
def test_a_header_that_lacks_a_part_is_refused(environ):
    with pytest.raises(BrokenSignatureError):
        signature(environ)


def link(version="s3v4", **more):
    """The query of a link as boto3 makes it."""
    store = boto3.client("s3", region_name="us-east-1", endpoint_url="http://127.0.0.1:4566",
                         aws_access_key_id="any", aws_secret_access_key="any",
                         config=Config(signature_version=version))  # fmt: skip
    made = store.generate_presigned_url("get_object", {"Bucket": "b", "Key": "k"}, **more)
    return parse_qsl(urlsplit(made).query)


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_a_link_counts_with_all_its_parameters_alone(version):
    pairs = link(version)
    assert signature({"QUERY_STRING": urlencode(pairs)}).service == "s3"
    for left_out in pairs:
        rest = [pair for pair in pairs if pair != left_out]
        assert signature({"QUERY_STRING": urlencode(rest)}) is None
        assert signature({"QUERY_STRING": urlencode([*pairs, left_out])}) is None
        spoilt = [(name, "/" if name == left_out[0] else value) for name, value in pairs]
        assert signature({"QUERY_STRING": urlencode(spoilt)}) is None


def test_a_link_ends():
    now = int(time.time())
    old = [(name, str(now - 1) if name == "Expires" else value) for name, value in link("s3")]
    then = datetime.fromtimestamp(now - 100, UTC)
    stale = dict(link())
    stale["X-Amz-Date"] = f"{then:%Y%m%dT%H%M%SZ}"
    stale["X-Amz-Credential"] = f"any/{then:%Y%m%d}/us-east-1/s3/aws4_request"
    for query in (old, {**stale, "X-Amz-Expires": "99"}):
        with pytest.raises(BrokenSignatureError, match="expired"):
            signature({"QUERY_STRING": urlencode(query)})
    assert signature({"QUERY_STRING": urlencode({**stale, "X-Amz-Expires": "900"})})
    for period in ("0", "604801", "-5", "1e3", "٣"):
        assert signature({"QUERY_STRING": urlencode({**stale, "X-Amz-Expires": period})}) is None


@given(st.text(), st.text())
def test_no_text_is_a_signature_by_chance(authorization, query):
    assert signature({"QUERY_STRING": query}) is None
    with pytest.raises(BrokenSignatureError):
        signature({"HTTP_AUTHORIZATION": authorization})
