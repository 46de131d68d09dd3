"""Who is signed: by the form and scope of a signature. Its secret is not asked: any key works.

AWS, "Signature Version 4 for API requests" (header and query string) and, for S3 alone, the older
"Signing and authenticating REST requests". A signature that lacks a part is none.
"""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

ALGORITHM = "AWS4-HMAC-SHA256"
WEEK = 604_800
# How far ahead of this clock a link's date may lie.
MOST_SKEW = 900
_KEY = re.compile(r"[^\s/,:]{1,128}")
_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}")
_SERVICE = re.compile(r"[a-z0-9.-]{1,64}")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")
_OLD_SIGNATURE = re.compile(r"[A-Za-z0-9+/]{27}=")
_OLD_HEADER = re.compile(rf"AWS ({_KEY.pattern}):{_OLD_SIGNATURE.pattern}")
_MOMENT = "%Y%m%dT%H%M%SZ"
_HEADER_PARTS = ("Credential", "SignedHeaders", "Signature")
_QUERY_PARTS = tuple(
    f"X-Amz-{one}"
    for one in ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")
)
_OLD_QUERY_PARTS = ("AWSAccessKeyId", "Expires", "Signature")


class BrokenSignatureError(Exception):
    """A signature that is there and does not hold; ``expired`` for a link that is over."""

    def __init__(self, message: str, *, expired: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.expired = expired


@dataclass(frozen=True)
class Signature:
    """A signature of the right form: its access key and scope."""

    key: str
    region: str
    service: str

    @property
    def header(self) -> str:
        """An ``Authorization`` header of this scope, as moto reads it."""
        scope = f"{self.key}/{datetime.now(UTC):%Y%m%d}/{self.region}/{self.service}/aws4_request"
        return f"{ALGORITHM} Credential={scope}, SignedHeaders=host, Signature={'0' * 64}"


def signature(environ: Mapping[str, Any]) -> Signature | None:
    """How a request is signed; None when it is not.

    Raises:
        BrokenSignatureError: there is an ``Authorization`` that is no signature, or a link is over.

    """
    authorization = environ.get("HTTP_AUTHORIZATION")
    if authorization is not None:
        return _of_header(authorization, environ)
    try:
        query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    except ValueError:  # more fields than the reader takes
        return None
    given = {name: values[0] for name, values in query.items() if len(values) == 1}
    return _of_link(given) or _of_old_link(given)


def of_form(fields: Mapping[str, str]) -> Signature | None:
    """How the form of a POST to S3 is signed; ``fields`` have names in lower case."""
    if fields.get("x-amz-algorithm") == ALGORITHM:
        held = _SIGNATURE.fullmatch(fields.get("x-amz-signature", ""))
        moment = _moment(fields.get("x-amz-date", ""))
        found = _scope(fields.get("x-amz-credential", ""), moment)
        return found if held and moment and found and found.service == "s3" else None
    key, given = fields.get("awsaccesskeyid", ""), fields.get("signature", "")
    if _KEY.fullmatch(key) and _OLD_SIGNATURE.fullmatch(given):
        return Signature(key, "us-east-1", "s3")
    return None


def _of_header(text: str, environ: Mapping[str, Any]) -> Signature:
    old = _OLD_HEADER.fullmatch(text)
    if old:
        return Signature(old[1], "us-east-1", "s3")
    algorithm, _, rest = text.partition(" ")
    if algorithm != ALGORITHM:
        raise BrokenSignatureError("Unsupported Authorization Type")
    pairs = [one.strip().partition("=")[::2] for one in rest.split(",")]
    parts = dict(pairs)
    for name in _HEADER_PARTS:
        if name not in parts:
            raise BrokenSignatureError(f"Authorization header requires '{name}' parameter.")
    if len(pairs) != len(_HEADER_PARTS):
        raise BrokenSignatureError("Authorization header has parts that it does not know.")
    sent_at = environ.get("HTTP_X_AMZ_DATE")
    moment = _moment(sent_at) if sent_at is not None else None
    found = _scope(parts["Credential"], moment)
    if found is None or (sent_at is not None and moment is None):
        raise BrokenSignatureError(
            "Credential should be scoped to a date, a valid region, a service that exists, and "
            "aws4_request, and its date should be that of X-Amz-Date."
        )
    if not _signs_host(parts["SignedHeaders"]):
        raise BrokenSignatureError("'Host' or ':authority' must be a 'SignedHeader'.")
    if not _SIGNATURE.fullmatch(parts["Signature"]):
        raise BrokenSignatureError(
            "The request signature we calculated does not match the signature you provided."
        )
    return found


def _of_link(given: Mapping[str, str]) -> Signature | None:
    if any(name not in given for name in _QUERY_PARTS):
        return None
    algorithm, credential, date, expires, headers, proof = (given[name] for name in _QUERY_PARTS)
    moment = _moment(date)
    found = _scope(credential, moment)
    formed = algorithm == ALGORITHM and _signs_host(headers) and _SIGNATURE.fullmatch(proof)
    if moment is None or found is None or not formed or not _is_period(expires):
        return None
    _check_period(moment.timestamp(), moment.timestamp() + int(expires))
    return found


def _of_old_link(given: Mapping[str, str]) -> Signature | None:
    if any(name not in given for name in _OLD_QUERY_PARTS):
        return None
    key, expires, proof = (given[name] for name in _OLD_QUERY_PARTS)
    formed = _KEY.fullmatch(key) and _OLD_SIGNATURE.fullmatch(proof.replace(" ", "+"))
    if not formed or not re.fullmatch(r"[0-9]{1,12}", expires):
        return None
    _check_period(0, int(expires))
    return Signature(key, "us-east-1", "s3")


def _check_period(begins: float, ends: float) -> None:
    now = time.time()
    if begins > now + MOST_SKEW:
        raise BrokenSignatureError("Request is not valid yet", expired=True)
    if ends < now:
        raise BrokenSignatureError("Request has expired", expired=True)


def _is_period(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,6}", text)) and 1 <= int(text) <= WEEK


def _scope(credential: str, moment: datetime | None) -> Signature | None:
    """``KEY/YYYYMMDD/REGION/SERVICE/aws4_request``; its date is ``moment``'s where there is one."""
    parts = credential.split("/")
    if len(parts) != 5 or parts[4] != "aws4_request":  # noqa: PLR2004 (key, date, region, service)
        return None
    key, date, region, service = parts[:4]
    day = _moment(f"{date}T000000Z")
    if day is None or (moment is not None and moment.date() != day.date()):
        return None
    formed = _KEY.fullmatch(key) and _REGION.fullmatch(region) and _SERVICE.fullmatch(service)
    if not formed or not _exists(service):
        return None
    return Signature(key, region, service)


def _moment(text: str) -> datetime | None:
    if not re.fullmatch(r"[0-9]{8}T[0-9]{6}Z", text):
        return None
    try:
        return datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None


def _signs_host(headers: str) -> bool:
    return bool({"host", ":authority"} & set(headers.split(";")))


@functools.lru_cache(maxsize=512)
def _exists(service: str) -> bool:
    """Whether AWS has a service that signs with this name."""
    from botocore.loaders import Loader

    from dragonctl.local.backends import has_service

    # The path is botocore's own alone: a model in the user's ~/.aws is none of AWS's.
    known = Loader(include_default_search_paths=False)
    known.search_paths.append(known.BUILTIN_DATA_PATH)
    return has_service(service) or service in known.list_available_services("service-2")
