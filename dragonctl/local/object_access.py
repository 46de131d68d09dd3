"""What S3 gives to callers who do not sign: what an ACL opens, and forms that bear a signed policy.

AWS, "Access control list (ACL) overview" and "Browser-based uploads using POST". A form's policy is
judged by its conditions and its end; as everywhere here, a signature by its form.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from moto.core.request import Request as MotoRequest
from werkzeug.formparser import FormDataParser

from dragonctl.local import backends, signatures, state
from dragonctl.local.messages import DEFAULT_ACCOUNT, DEFAULT_REGION, AwsError, Request
from dragonctl.local.signatures import Signature

READS = ("GetObject", "HeadObject")
LISTS = ("ListObjects", "ListObjectsV2", "HeadBucket")
MOST_FIELD_BYTES = 1_048_576
MOST_FIELDS = 200
# What a form says and no condition has to allow.
_FREE_FIELDS = {"awsaccesskeyid", "signature", "x-amz-signature", "file", "policy"}
_NO_KEY = (
    "Bucket POST must contain a field named 'key'.  If it is specified, please check the order "
    "of the fields."
)


def denied(message: str = "Access Denied") -> AwsError:
    """S3's refusal of who may not."""
    return AwsError("AccessDenied", message, 403)


def check_read(request: Request) -> None:
    """Let an unsigned request read what everybody may read.

    Raises:
        AwsError: AccessDenied for all else; NoSuchBucket, and NoSuchKey to who may list.

    """
    if request.operation not in (*READS, *LISTS):
        raise denied()
    with state.LOCK:
        bucket = _bucket(request)
        if request.operation in LISTS:
            if not _opens(bucket, bucket.acl, "s3:ListBucket", ""):
                raise denied()
            return
        key = request.parameters["Key"]
        held = bucket.keys.get(key)
        version = request.parameters.get("VersionId")
        for one in bucket.keys.getlist(key, []) if version else []:
            held = one if str(one.version_id) == version else held
        if held is not None:
            if not _opens(bucket, getattr(held, "acl", None), "s3:GetObject", key):
                raise denied()
        elif not _opens(bucket, bucket.acl, "s3:ListBucket", ""):
            raise denied()  # who may not list is not told what is missing


def has_bucket(name: str) -> bool:
    """Whether there is a bucket of this name."""
    return name in _store().buckets


def check_form(environ: dict[str, Any]) -> Signature:
    """Take a form that is posted to a bucket, by its policy and signature.

    Raises:
        AwsError: as S3 refuses a form: fields that are missing, a policy that does not allow it.

    """
    fields, size = _form(environ)
    if "key" not in fields:
        raise AwsError("InvalidArgument", _NO_KEY, 400)
    signed = signatures.of_form(fields)
    if signed is None or "policy" not in fields:
        raise denied()
    bucket = environ["PATH_INFO"].strip("/")
    _check_policy(fields, bucket, size)
    return signed


def _store() -> Any:
    return backends.global_backend("s3", DEFAULT_ACCOUNT, DEFAULT_REGION)


def _bucket(request: Request) -> Any:
    name = request.parameters.get("Bucket", "")
    found = _store().buckets.get(name)
    if found is None:
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404)
    return found


def _opens(bucket: Any, acl: Any, action: str, key: str) -> bool:
    """Whether everybody may do this: by the bucket's policy, else by the ACL."""
    from moto.iam.access_control import PermissionResult
    from moto.s3.utils import bucket_policy_is_public

    resource = f"arn:{bucket.partition}:s3:::{bucket.name}" + (f"/{key}" if key else "")
    permission = bucket.get_permission(action, resource)
    if permission == PermissionResult.DENIED:
        return False
    if permission == PermissionResult.PERMITTED and bucket_policy_is_public(bucket.policy):
        return True
    return acl is not None and bool(acl.public_read)


def _form(environ: dict[str, Any]) -> tuple[dict[str, str], int]:
    """The form's fields, names in lower case, and the size of its file in bytes."""
    incoming = MotoRequest(environ)
    parser = FormDataParser(max_form_memory_size=MOST_FIELD_BYTES, max_form_parts=MOST_FIELDS)
    stream = environ["wsgi.input"]
    try:
        _, form, files = parser.parse(
            stream, incoming.mimetype, incoming.content_length, incoming.mimetype_params
        )
    except Exception as error:
        words = "The body of your POST request is not well-formed multipart/form-data."
        raise AwsError("MalformedPOSTRequest", words, 400) from error
    finally:
        stream.seek(0)
    fields = {name.lower(): value for name, value in form.items()}
    uploads = [one for _, one in files.items(multi=True)]
    size = len(fields.get("file", "").encode())
    for one in uploads:
        size += one.stream.seek(0, 2)
        one.close()
    if not uploads and "file" not in fields:
        words = "POST requires exactly one file upload per request."
        raise AwsError("InvalidArgument", words, 400)
    return fields, size


def _check_policy(fields: Mapping[str, str], bucket: str, size: int) -> None:
    try:
        policy = json.loads(base64.b64decode(fields["policy"], validate=True))
        ends = datetime.fromisoformat(policy["expiration"])
        conditions = [_triple(one) for one in policy["conditions"]]
    except (binascii.Error, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise AwsError("InvalidPolicyDocument", "Invalid Policy: Invalid JSON.", 400) from None
    ends = ends if ends.tzinfo else ends.replace(tzinfo=UTC)
    if ends < datetime.now(UTC):
        raise denied("Invalid according to Policy: Policy expired.")
    given = {**fields, "bucket": bucket}
    for condition in conditions:
        _check_condition(condition, given, size)
    named = {str(one[1]).removeprefix("$").lower() for one in conditions}
    free = named | _FREE_FIELDS
    extra = [one for one in fields if one not in free and not one.startswith("x-ignore-")]
    if extra:
        raise denied(f"Invalid according to Policy: Extra input fields: {', '.join(extra)}")


def _triple(condition: Any) -> tuple[str, Any, Any]:
    if isinstance(condition, dict):
        ((name, value),) = condition.items()
        return "eq", f"${name}", value
    kind, name, value = condition
    if str(kind).lower() == "content-length-range":
        return "content-length-range", int(name), int(value)
    return str(kind).lower(), name, value


def _check_condition(condition: tuple[str, Any, Any], given: Mapping[str, str], size: int) -> None:
    kind, name, wanted = condition
    if kind == "content-length-range":
        if size > wanted:
            words = "Your proposed upload exceeds the maximum allowed size"
            raise AwsError("EntityTooLarge", words, 400)
        if size < name:
            words = "Your proposed upload is smaller than the minimum allowed size"
            raise AwsError("EntityTooSmall", words, 400)
        return
    value = given.get(str(name).removeprefix("$").lower())
    if kind == "starts-with":
        holds = value is not None and value.startswith(str(wanted))
    else:
        holds = kind == "eq" and value == str(wanted)
    if not holds:
        _condition_failed(condition)


def _condition_failed(condition: tuple[str, Any, Any]) -> NoReturn:
    shown = json.dumps(list(condition))
    raise denied(f"Invalid according to Policy: Policy Condition failed: {shown}")
