"""S3: conditional writes, versions and the settings of new buckets, as AWS has them since 2023."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any

from dragonctl.local import backends
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.refusals import Refusal, is_none_of, register
from dragonctl.local.shims import after, before, instead

NOT_HERE = 501
_HEADER = "A header you provided implies functionality that is not implemented"
_VERSION = re.compile(r"[\w.-]{32,}|null", re.ASCII)
_NO_VERSION = "Invalid version id specified"
_ENCRYPTION = {
    "Rule": {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
        "BucketKeyEnabled": "false",
    }
}

Unsupported = partial(Refusal, message=_HEADER, code="NotImplemented", status=NOT_HERE)
_CONDITIONAL = [
    Unsupported(lambda record: record.get("IfMatch") and record.get("IfNoneMatch")),
    Unsupported(is_none_of("IfNoneMatch", ["*"])),
    Unsupported(lambda record: record.get("IfMatch") == "*"),
]
_OF_VERSION = [
    Refusal(
        lambda record: (
            record.get("VersionId") is not None and not _VERSION.fullmatch(record["VersionId"])
        ),
        _NO_VERSION,
        "InvalidArgument",
    )
]
register(
    "s3",
    {
        "PutObject": _CONDITIONAL,
        "CopyObject": _CONDITIONAL,
        "CompleteMultipartUpload": _CONDITIONAL,
        "GetObject": _OF_VERSION,
        "DeleteObject": _OF_VERSION,
        "PutBucketVersioning": [
            Refusal(
                is_none_of("VersioningConfiguration.Status", ["Enabled", "Suspended"]),
                "The XML you provided was not well-formed or did not validate against our "
                "published schema",
                "MalformedXML",
            )
        ],
    },
)


@before("s3", "PutBucketPolicy")
def check_policy(request: Request) -> None:
    """A JSON object with statements."""
    text = request.parameters.get("Policy") or ""
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    try:
        policy = json.loads(text) if text.startswith("{") else None
    except ValueError:
        policy = None
    if policy is None:
        words = "Policies must be valid JSON and the first byte must be '{'"
        raise AwsError("MalformedPolicy", words)
    if "Statement" not in policy:
        raise AwsError("MalformedPolicy", "Missing required field Statement")


@before("s3", "DeleteBucket")
def check_empty(request: Request) -> None:
    """Of a bucket with versions AWS says what is left in it."""
    bucket = _bucket(request)
    if bucket is not None and bucket.keys and bucket.versioning_status:
        words = (
            "The bucket you tried to delete is not empty. You must delete all versions in the "
            "bucket."
        )
        raise AwsError("BucketNotEmpty", words, 409)


@after("s3", "CreateBucket")
def close(request: Request, result: dict[str, Any]) -> dict[str, Any]:
    """A new bucket is closed to the public, encrypted, and its owner's alone."""
    from moto.s3.models import PublicAccessBlock

    bucket = _bucket(request)
    if bucket is not None and bucket.encryption is None:
        bucket.encryption = _ENCRYPTION
        bucket.public_access_block = PublicAccessBlock("true", "true", "true", "true")
        bucket.ownership_rule = bucket.ownership_rule or "BucketOwnerEnforced"
    return result


@instead("s3", "GetBucketTagging")
def tags(request: Request) -> dict[str, Any]:
    """With the values that are empty."""
    backend = backends.global_backend("s3", request.account, request.region)
    name = request.parameters["Bucket"]
    if name not in backend.buckets:
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404)
    kept = backend.get_bucket_tagging(name)["Tags"]
    if not kept:
        raise AwsError("NoSuchTagSet", "The TagSet does not exist", 404)
    return {"TagSet": [{"Key": one["Key"], "Value": one.get("Value") or ""} for one in kept]}


def _bucket(request: Request) -> Any:
    backend = backends.global_backend("s3", request.account, request.region)
    return backend.buckets.get(request.parameters["Bucket"])
