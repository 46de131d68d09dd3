"""S3: what a header of a request says, for objects and buckets."""

from __future__ import annotations

import base64
import hashlib
import zlib
from datetime import UTC, datetime
from functools import partial

import pytest

from tests.aws.models import service_model
from tests.aws.sent_members import sent
from tests.local.members.world import World
from tests.local.refusals import refused, status_of_refusal

LATER = datetime(2040, 1, 1, tzinfo=UTC)
EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"


@pytest.fixture
def world(local_aws, make):
    return World(local_aws, make)


@pytest.fixture
def s3(world):
    return world.client("s3")


@pytest.fixture
def place(world):
    return {"Bucket": world.bucket, "Key": "k"}


def encoded(digest):
    return base64.b64encode(digest).decode()


@pytest.mark.parametrize(
    "told",
    [
        {"Expires": LATER},
        {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "alias/k", "BucketKeyEnabled": True},
        {"ChecksumCRC32": encoded(zlib.crc32(b"x").to_bytes(4, "big"))},
        {"ChecksumSHA1": encoded(hashlib.sha1(b"x").digest())},
        {"ChecksumCRC32C": "AAAAAA=="},
        {"ChecksumCRC64NVME": "AAAAAAAAAAA="},
    ],
)
def test_what_is_said_of_an_object_is_shown(s3, place, told):
    s3.put_object(**place, Body=b"x", **told)
    shown = s3.head_object(**place, ChecksumMode="ENABLED")
    assert {name: shown.get(name) for name in told} == told


@pytest.mark.parametrize(
    "told",
    [
        {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": LATER},
        {"ObjectLockLegalHoldStatus": "ON"},
    ],
)
def test_a_lock_is_shown_and_holds(s3, told):
    place = {"Bucket": "bucket-with-locks", "Key": "k"}
    s3.create_bucket(Bucket=place["Bucket"], ObjectLockEnabledForBucket=True)
    version = s3.put_object(**place, Body=b"x", **told)["VersionId"]
    shown = s3.head_object(**place)
    assert {name: shown.get(name) for name in told} == told
    assert refused(s3.delete_object, **place, VersionId=version)[0] == "AccessDenied"


@pytest.mark.parametrize(
    ("told", "code", "words"),
    [
        ({"ContentMD5": encoded(hashlib.md5(b"y").digest())}, "BadDigest", "The Content-MD5"),
        ({"ContentMD5": "AAAA"}, "InvalidDigest", "The Content-MD5 you specified was invalid."),
        ({"ChecksumCRC32": "AAAAAA=="}, "BadDigest", "The CRC32 you specified did not match"),
        ({"ChecksumSHA1": encoded(b"0" * 20)}, "BadDigest", "The SHA1 you specified did not"),
        ({"ChecksumSHA256": "?"}, "InvalidRequest", "Value for x-amz-checksum-sha256 header is"),
        ({"IfMatch": '"other"'}, "NoSuchKey", "The specified key does not exist"),
        ({"ExpectedBucketOwner": "999999999999"}, "AccessDenied", "Access Denied"),
    ],
)
def test_what_does_not_hold_is_refused_and_nothing_is_written(s3, place, told, code, words):
    said = refused(s3.put_object, **place, Body=b"x", **told)
    assert (said[0], said[1][: len(words)]) == (code, words)
    assert status_of_refusal(s3.head_object, **place) == 404


def test_what_is_there_already_is_not_written_over(s3, place):
    etag = s3.put_object(**place, Body=b"x")["ETag"]
    assert refused(s3.put_object, **place, Body=b"y", IfNoneMatch="*")[0] == "PreconditionFailed"
    assert refused(s3.delete_object, **place, IfMatch='"other"')[0] == "PreconditionFailed"
    assert s3.delete_object(**place, IfMatch=etag)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"IfMatch": '"other"'}, 412),
        ({"IfModifiedSince": LATER}, 304),
        ({"IfUnmodifiedSince": datetime(2020, 1, 1, tzinfo=UTC)}, 412),
        ({"Range": "bytes=7-"}, 416),
        ({"PartNumber": 7}, 416),
    ],
)
def test_what_is_asked_of_an_object_decides(s3, place, told, status):
    s3.put_object(**place, Body=b"x")
    assert s3.head_object(**place)["ContentLength"] == 1
    assert status_of_refusal(s3.head_object, **place, **told) == status


def test_versions_are_told_apart(s3, place):
    s3.put_bucket_versioning(Bucket=place["Bucket"], VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(**place, Body=b"x")["VersionId"]
    s3.put_object(**place, Body=b"longer")
    assert s3.head_object(**place, VersionId=first)["ContentLength"] == 1
    s3.delete_object(**place, VersionId=first)
    assert status_of_refusal(s3.head_object, **place, VersionId=first) == 404


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ({"ACL": "public-read"}, [EVERYBODY]),
        ({"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}, "eu-west-1"),
        ({"ObjectOwnership": "BucketOwnerPreferred"}, "BucketOwnerPreferred"),
    ],
)
def test_what_is_said_of_a_bucket_is_shown(s3, told, shown):
    s3.create_bucket(Bucket="bucket-of-its-own", **told)
    (member,) = told
    grants = s3.get_bucket_acl(Bucket="bucket-of-its-own")["Grants"]
    found = {
        "ACL": lambda: [one["Grantee"]["URI"] for one in grants if "URI" in one["Grantee"]],
        "CreateBucketConfiguration": lambda: s3.get_bucket_location(Bucket="bucket-of-its-own")[
            "LocationConstraint"
        ],
        "ObjectOwnership": lambda: s3.get_bucket_ownership_controls(Bucket="bucket-of-its-own")[
            "OwnershipControls"
        ]["Rules"][0]["ObjectOwnership"],
    }[member]()
    assert found == shown


def test_the_owner_is_shown_where_it_is_asked_for(s3, place):
    s3.put_object(**place, Body=b"x")
    told = s3.list_objects_v2(Bucket=place["Bucket"], FetchOwner=True)["Contents"][0]
    assert told["Owner"]["ID"]
    assert "Owner" not in s3.list_objects_v2(Bucket=place["Bucket"])["Contents"][0]


def of_s3():
    model = service_model("s3")
    for operation in sorted({call[1] for call in sent("s3")}):
        shape = model.operation_model(operation).input_shape
        if "ExpectedBucketOwner" in shape.members:
            yield operation


@pytest.mark.parametrize("operation", list(of_s3()))
def test_a_bucket_of_another_account_is_none_that_is_expected(world, operation):
    world.client("s3").put_object(Bucket=world.bucket, Key="k", Body=b"x")
    needed = {"Bucket": world.bucket, "Key": "k", "Tagging": {"TagSet": []}}
    shape = service_model("s3").operation_model(operation).input_shape
    told = {name: needed[name] for name in shape.required_members}
    other = {**told, "ExpectedBucketOwner": "999999999999"}
    assert status_of_refusal(partial(world.call, "s3", operation), **other) == 403
    world.call("s3", "HeadBucket", Bucket=world.bucket, ExpectedBucketOwner=world.aws.account)
