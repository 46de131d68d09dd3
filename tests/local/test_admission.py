"""Who may ask for what: unsigned reads by their ACL, forms by their policy, all else signed."""

from __future__ import annotations

import base64
import json
import re
import urllib.error
import urllib.parse
import urllib.request

import boto3
import botocore
import pytest
from botocore.config import Config

from tests.local.refusals import refused

PAGE = "<script>alert(1)</script>"
BOUNDARY = "bound"


@pytest.fixture
def store(local_aws):
    """A bucket with a private and a public object."""
    client = local_aws.client("s3")
    client.create_bucket(Bucket="bucket")
    client.put_object(Bucket="bucket", Key="private", Body=b"secret")
    client.put_object(
        Bucket="bucket", Key="public", Body=PAGE.encode(), ContentType="text/html",
        ACL="public-read",
    )  # fmt: skip
    return client


def signing(endpoint, version):
    """A client whose links are signed in the newer or the older way."""
    return boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1",
                        aws_access_key_id="any", aws_secret_access_key="any",
                        config=Config(signature_version=version))  # fmt: skip


def http(local_aws, method, path, body=None, **headers):
    """Status, body and headers of a request that nobody signs."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(local_aws.endpoint + path, body, named, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), error.headers


def form(**fields):
    """The body of a form, the file last."""
    content = fields.pop("file", None)
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    if content is not None:
        parts.append(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n'
            f"Content-Type: text/html\r\n\r\n{content}\r\n"
        )
    return "".join([*parts, f"--{BOUNDARY}--\r\n"]).encode()


def post(local_aws, path="/bucket", **fields):
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    return http(local_aws, "POST", path, form(**fields), Content_Type=kind)


def keys(store):
    return [one["Key"] for one in store.list_objects_v2(Bucket="bucket").get("Contents", [])]


@pytest.mark.parametrize(("path", "status", "says"), [
    ("/bucket/public", 200, PAGE),
    ("/bucket/private", 403, "<Code>AccessDenied</Code>"),
    ("/bucket/private?Signature=x", 403, "<Code>AccessDenied</Code>"),
    ("/bucket/private?X-Amz-Signature=x&X-Amz-Expires=900", 403, "<Code>AccessDenied</Code>"),
    ("/bucket/public?Signature=x", 200, PAGE),
    ("/bucket/nothing", 403, "<Code>AccessDenied</Code>"),
    ("/bucket/public?acl", 403, "<Code>AccessDenied</Code>"),
    ("/bucket", 403, "<Code>AccessDenied</Code>"),
    ("/bucket?policy", 403, "<Code>AccessDenied</Code>"),
    ("/", 403, "<Code>AccessDenied</Code>"),
    ("/nowhere/key", 404, "<Code>NoSuchBucket</Code>"),
    # moto takes the first part of such a path for a service.
    ("/iam_us-east-1/?Action=ListRoles&Version=2010-05-08", 403, "MissingAuthenticationToken"),
    ("/lambda_us-east-1/2015-03-31/functions", 404, "<Code>NoSuchBucket</Code>"),
])  # fmt: skip
def test_an_unsigned_read_gets_what_its_acl_gives(local_aws, store, path, status, says):
    answered, body, _ = http(local_aws, "GET", path)
    assert (answered, says in body) == (status, True)


def test_a_public_list_and_what_is_missing_in_it(local_aws, store):
    store.put_bucket_acl(Bucket="bucket", ACL="public-read")
    assert "<Key>private</Key>" in http(local_aws, "GET", "/bucket")[1]
    assert http(local_aws, "GET", "/bucket/nothing")[0] == 404
    assert http(local_aws, "GET", "/bucket/private")[0] == 403


def test_a_bucket_policy_opens_and_shuts(local_aws, store):
    def policy(effect, key):
        said = {"Effect": effect, "Principal": "*", "Action": "s3:GetObject",
                "Resource": f"arn:aws:s3:::bucket/{key}"}  # fmt: skip
        store.put_bucket_policy(Bucket="bucket", Policy=json.dumps(
            {"Version": "2012-10-17", "Statement": [said]}))  # fmt: skip
        return http(local_aws, "GET", f"/bucket/{key}")[0]

    assert policy("Allow", "private") == 200
    assert policy("Deny", "public") == 403


def test_a_bucket_that_the_host_names_is_judged_by_that_name(local_aws, store):
    host = local_aws.endpoint.rpartition(":")[2]
    for key, status in (("public", 200), ("private", 403)):
        assert http(local_aws, "GET", f"/{key}", Host=f"bucket.localhost:{host}")[0] == status


def test_a_client_that_signs_nothing_reads_what_is_public(local_aws, store):
    unsigned = boto3.client("s3", endpoint_url=local_aws.endpoint, region_name="us-east-1",
                            config=Config(signature_version=botocore.UNSIGNED))  # fmt: skip
    assert unsigned.get_object(Bucket="bucket", Key="public")["Body"].read() == PAGE.encode()
    assert refused(unsigned.get_object, Bucket="bucket", Key="private")[0] == "AccessDenied"
    assert refused(unsigned.delete_object, Bucket="bucket", Key="public")[0] == "AccessDenied"
    assert keys(store) == ["private", "public"]


DELETE = b"<Delete><Object><Key>public</Key></Object></Delete>"
JSON_11 = {
    "Content_Type": "application/x-amz-json-1.1",
    "X_Amz_Target": "Logs_20140328.CreateLogGroup",
}
FORM = {"Content_Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(("method", "path", "body", "headers", "status", "code"), [
    ("PUT", "/bucket/new", b"x", {}, 403, "AccessDenied"),
    ("PUT", "/another", None, {}, 403, "AccessDenied"),
    ("DELETE", "/bucket/public", None, {}, 403, "AccessDenied"),
    ("DELETE", "/bucket", None, {}, 403, "AccessDenied"),
    ("POST", "/bucket?delete", DELETE, {"Content_Type": "text/plain"}, 403, "AccessDenied"),
    ("POST", "/bucket?uploads", b"", FORM, 403, "AccessDenied"),
    ("POST", "/", b"{}", JSON_11, 400, "MissingAuthenticationTokenException"),
    ("POST", "/", b"Action=ListRoles&Version=2010-05-08", FORM, 403, "MissingAuthenticationToken"),
    ("GET", "/?Action=ListRoles", None, {}, 403, "MissingAuthenticationToken"),
    ("GET", "/2015-03-31/functions/", None, {}, 403, "MissingAuthenticationTokenException"),
    ("POST", "/2015-03-31/functions", b"{}", {}, 403, "MissingAuthenticationTokenException"),
    ("POST", "/restapis", b"{}", {}, 403, "MissingAuthenticationTokenException"),
    ("PUT", "/bucket/new", b"x", {"Authorization": "Bearer x"}, 400, "InvalidArgument"),
    ("POST", "/", b"{}", {**JSON_11, "Authorization": "AWS4-HMAC-SHA256 x"}, 400,
     "IncompleteSignatureException"),
])  # fmt: skip
def test_what_nobody_signs_is_refused_in_the_services_words(
    local_aws, store, method, path, body, headers, status, code
):
    answered, said, _ = http(local_aws, method, path, body, **headers)
    assert (answered, code in said) == (status, True), said
    assert keys(store) == ["private", "public"]
    assert len(store.list_buckets()["Buckets"]) == 1


def test_the_signature_of_the_finding_runs_nothing(local_aws):
    """An invented header, as a page's script sent it."""
    told = (
        "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/lambda/aws4_request, "
        "SignedHeaders=host, Signature=0"
    )
    status, said, _ = http(local_aws, "POST", "/2015-03-31/functions", b"{}", Authorization=told)
    assert status == 403
    assert "InvalidSignatureException" in said


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_links_read_and_write_until_they_end(local_aws, store, version):
    signer = signing(local_aws.endpoint, version)
    link = signer.generate_presigned_url("get_object", {"Bucket": "bucket", "Key": "private"})
    path = link.removeprefix(local_aws.endpoint)
    assert http(local_aws, "GET", path)[:2] == (200, "secret")
    write = signer.generate_presigned_url("put_object", {"Bucket": "bucket", "Key": "new"})
    assert http(local_aws, "PUT", write.removeprefix(local_aws.endpoint), b"new")[0] == 200
    assert keys(store) == ["new", "private", "public"]
    status, answer, _ = http(local_aws, "GET", long_ago(path))
    assert (status, "Request has expired" in answer) == (403, True)


def long_ago(path):
    """A link that ended years ago: the signature's form alone is judged here."""
    if "X-Amz-Date" in path:
        return re.sub(r"2\d{7}(?=T\d{6}Z|%2F)", "20200102", path)
    return re.sub(r"Expires=\d+", "Expires=1577923200", path)


def test_a_link_of_another_service_is_that_services(local_aws):
    signer = boto3.client("sts", endpoint_url=local_aws.endpoint, region_name="us-east-1",
                          aws_access_key_id="any", aws_secret_access_key="any")  # fmt: skip
    link = signer.generate_presigned_url("get_caller_identity")
    status, said, _ = http(local_aws, "GET", link.removeprefix(local_aws.endpoint))
    assert (status, "<Account>123456789012</Account>" in said) == (200, True)


def test_a_role_for_a_web_identity_is_asked_for_without_a_signature(local_aws, make):
    arn = make.role("web", "lambda")
    unsigned = boto3.client("sts", endpoint_url=local_aws.endpoint, region_name="us-east-1",
                            config=Config(signature_version=botocore.UNSIGNED))  # fmt: skip
    given = unsigned.assume_role_with_web_identity(
        RoleArn=arn, RoleSessionName="session", WebIdentityToken="t" * 20
    )
    assert given["Credentials"]["SessionToken"]
    assert refused(unsigned.get_caller_identity)[0] == "MissingAuthenticationToken"


def granted(store, version="s3v4", **more):
    """What boto3 gives to a page that may upload one object."""
    return signing(store.meta.endpoint_url, version).generate_presigned_post(
        "bucket", "up.html", Fields={"acl": "private"},
        Conditions=[{"acl": "private"}, ["content-length-range", 0, 100], *more.pop("also", [])],
        **more,
    )["fields"]  # fmt: skip


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_a_form_with_its_policy_is_taken(local_aws, store, version):
    assert post(local_aws, **granted(store, version), file=PAGE)[0] == 204
    assert keys(store) == ["private", "public", "up.html"]


@pytest.mark.parametrize(("change", "status", "says"), [
    ({"policy": None}, 403, "AccessDenied"),
    ({"x-amz-signature": None}, 403, "AccessDenied"),
    ({"x-amz-signature": "0"}, 403, "AccessDenied"),
    ({"x-amz-credential": "x"}, 403, "AccessDenied"),
    ({"x-amz-date": "20200101T000000Z"}, 403, "AccessDenied"),
    ({"key": None}, 400, "Bucket POST must contain a field named 'key'"),
    ({"file": None}, 400, "POST requires exactly one file upload per request."),
    ({"acl": "public-read"}, 403, "Policy Condition failed"),
    ({"key": "other"}, 403, "Policy Condition failed"),
    ({"success_action_redirect": "http://evil.example"}, 403, "Extra input fields"),
    ({"file": "x" * 101}, 400, "EntityTooLarge"),
    ({"policy": "no base64"}, 400, "InvalidPolicyDocument"),
    ({"policy": base64.b64encode(b"[]").decode()}, 400, "InvalidPolicyDocument"),
    ({"policy": base64.b64encode(b"[" * 3000).decode()}, 400, "InvalidPolicyDocument"),
])  # fmt: skip
def test_a_form_that_its_policy_does_not_allow_is_refused(local_aws, store, change, status, says):
    fields = {**granted(store), "file": PAGE, **change}
    told = {name: value for name, value in fields.items() if value is not None}
    answered, said, _ = post(local_aws, **told)
    assert (answered, says in said) == (status, True), said
    assert keys(store) == ["private", "public"]


def test_a_policy_ends(local_aws, store):
    answered, said, _ = post(local_aws, **granted(store, ExpiresIn=-1), file=PAGE)
    assert (answered, "Policy expired" in said) == (403, True)


def test_the_form_of_the_finding_is_refused(local_aws, store):
    fields = {"key": "q.html", "acl": "public-read", "Content-Type": "text/html"}
    assert post(local_aws, **fields, file=PAGE)[0] == 403
    assert keys(store) == ["private", "public"]


@pytest.mark.parametrize("path", ["/bucket/public", "/bucket/private", "/_code/x", "/nowhere"])
def test_a_browser_runs_nothing_that_lies_here(local_aws, store, path):
    headers = http(local_aws, "GET", path)[2]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


BROWSING = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "image"}
TYPED = {"Sec_Fetch_Site": "none", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}


@pytest.mark.parametrize(
    "headers", [BROWSING, {"Origin": "http://evil.example"}, {"Origin": "null"}]
)
@pytest.mark.parametrize(
    "path", ["/bucket/public", "/_run/a/b/c", "/_dragonctl/status", "/_code/x"]
)
def test_a_page_reads_nothing_even_what_is_public(local_aws, store, path, headers):
    token = {"X_Dragonctl_Token": local_aws.server.token}
    status, said, told = http(local_aws, "GET", path, **headers, **token)
    assert (status, "serves no web page" in said) == (403, True)
    assert told["Access-Control-Allow-Origin"] is None


def test_an_address_that_is_typed_shows_an_object_and_runs_nothing(local_aws, store):
    assert http(local_aws, "GET", "/bucket/public", **TYPED)[:2] == (200, PAGE)
    link = store.generate_presigned_url("get_object", {"Bucket": "bucket", "Key": "private"})
    assert http(local_aws, "GET", link.removeprefix(local_aws.endpoint), **TYPED)[0] == 200
    erase = store.generate_presigned_url("list_buckets")
    for path in ("/_run/a/b/c", erase.removeprefix(local_aws.endpoint), "/_dragonctl/status"):
        assert http(local_aws, "GET", path, **TYPED)[0] == 403
