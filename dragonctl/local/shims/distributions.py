"""CloudFront distributions, in moto's place: it drops function associations and ignores ETags."""

from __future__ import annotations

import copy
import secrets
from datetime import UTC, datetime
from typing import Any

from dragonctl.local import state
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import instead
from dragonctl.local.shims.edge_rules import check_associations

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
# What CloudFront writes out where the caller was silent.
_DEFAULTS: dict[str, Any] = {
    "Aliases": {"Quantity": 0},
    "DefaultRootObject": "",
    "OriginGroups": {"Quantity": 0},
    "CacheBehaviors": {"Quantity": 0},
    "CustomErrorResponses": {"Quantity": 0},
    "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
    "PriceClass": "PriceClass_All",
    "ViewerCertificate": {"CloudFrontDefaultCertificate": True},
    "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
    "WebACLId": "",
    "HttpVersion": "http2",
    "IsIPV6Enabled": False,
}
_BEHAVIOR_DEFAULTS: dict[str, Any] = {
    "LambdaFunctionAssociations": {"Quantity": 0},
    "FunctionAssociations": {"Quantity": 0},
    "SmoothStreaming": False,
    "Compress": False,
    "FieldLevelEncryptionId": "",
}


@instead("cloudfront", "CreateDistribution", "CreateDistributionWithTags")
def create(request: Request) -> dict[str, Any]:
    """A new distribution; the same caller reference twice is refused."""
    given = request.parameters
    tags = (given.get("DistributionConfigWithTags") or {}).get("Tags") or {"Items": []}
    config = (
        given.get("DistributionConfig") or given["DistributionConfigWithTags"]["DistributionConfig"]
    )
    kept = _all(request)
    if any(one["config"]["CallerReference"] == config["CallerReference"] for one in kept.values()):
        words = "The caller reference that you are using to create a distribution is associated with another distribution."  # noqa: E501
        raise AwsError("DistributionAlreadyExists", words, 409)
    wanted = _completed(config)
    check_associations(wanted)
    record = {"id": "E" + _random(13), "config": wanted, "tags": tags, **_moment()}
    kept[record["id"]] = record
    return {
        "Distribution": _shown(request, record),
        "ETag": record["etag"],
        "Location": f"https://cloudfront.amazonaws.com/2020-05-31/distribution/{record['id']}",
    }


@instead("cloudfront", "GetDistribution")
def get(request: Request) -> dict[str, Any]:
    """One distribution and its ETag."""
    record = _named(request)
    return {"Distribution": _shown(request, record), "ETag": record["etag"]}


@instead("cloudfront", "GetDistributionConfig")
def get_config(request: Request) -> dict[str, Any]:
    """Its configuration alone."""
    record = _named(request)
    return {"DistributionConfig": record["config"], "ETag": record["etag"]}


@instead("cloudfront", "UpdateDistribution")
def update(request: Request) -> dict[str, Any]:
    """Another configuration, for who has seen the present one."""
    record, config = _named(request), request.parameters["DistributionConfig"]
    _check_seen(request, record)
    if config.get("CallerReference") != record["config"]["CallerReference"]:
        raise AwsError("IllegalUpdate", "CallerReference cannot be changed.")
    wanted = _completed(config)
    check_associations(wanted)
    record.update(config=wanted, **_moment())
    return {"Distribution": _shown(request, record), "ETag": record["etag"]}


@instead("cloudfront", "DeleteDistribution")
def delete(request: Request) -> None:
    """Take a disabled distribution away."""
    record = _named(request)
    _check_seen(request, record)
    if record["config"]["Enabled"]:
        words = "The distribution you are trying to delete has not been disabled."
        raise AwsError("DistributionNotDisabled", words, 409)
    del _all(request)[record["id"]]


@instead("cloudfront", "ListDistributions")
def list_all(request: Request) -> dict[str, Any]:
    """All of them, as summaries."""
    items = [_summary(_shown(request, one)) for one in _all(request).values()]
    shown: dict[str, Any] = {"Marker": "", "MaxItems": 100, "IsTruncated": False}
    shown["Quantity"] = len(items)
    return {"DistributionList": {**shown, "Items": items} if items else shown}


@instead("cloudfront", "ListTagsForResource")
def tags(request: Request) -> dict[str, Any]:
    """A distribution's tags."""
    request.parameters["Id"] = request.parameters["Resource"].rpartition("/")[2]
    return {"Tags": _named(request)["tags"]}


def functions_in_use(account: str) -> set[str]:
    """The ARNs of the function versions that distributions of the account run."""
    memory = state.memory("cloudfront", account, "aws").get("distributions", {})
    return {
        item["LambdaFunctionARN"]
        for record in memory.values()
        for behavior in behaviors(record["config"])
        for item in behavior["LambdaFunctionAssociations"].get("Items", [])
    }


def behaviors(config: dict[str, Any]) -> list[dict[str, Any]]:
    """The default behaviour and those of path patterns."""
    return [config["DefaultCacheBehavior"], *config["CacheBehaviors"].get("Items", [])]


def _completed(config: dict[str, Any]) -> dict[str, Any]:
    wanted = {**copy.deepcopy(_DEFAULTS), **copy.deepcopy(_without_absent(config))}
    wanted["DefaultCacheBehavior"] = {**_BEHAVIOR_DEFAULTS, **wanted["DefaultCacheBehavior"]}
    items = wanted["CacheBehaviors"].get("Items")
    if items:
        wanted["CacheBehaviors"]["Items"] = [{**_BEHAVIOR_DEFAULTS, **one} for one in items]
    return wanted


def _without_absent(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_absent(one) for key, one in value.items() if one is not None}
    return [_without_absent(one) for one in value] if isinstance(value, list) else value


def _moment() -> dict[str, Any]:
    """What every change brings: a new ETag, and the time until it is everywhere."""
    return {
        "etag": "E" + _random(12),
        "modified": datetime.now(UTC),
        "deployed_at": state.now() + state.DELAYS.distribution,
    }


def _check_seen(request: Request, record: dict[str, Any]) -> None:
    seen = request.parameters.get("IfMatch")
    if not seen:
        words = "The If-Match version is missing or not valid for the resource."
        raise AwsError("InvalidIfMatchVersion", words)
    if seen != record["etag"]:
        words = "The request failed because it didn't meet the preconditions in one or more request-header fields."  # noqa: E501
        raise AwsError("PreconditionFailed", words, 412)


def _shown(request: Request, record: dict[str, Any]) -> dict[str, Any]:
    deployed = state.now() >= record["deployed_at"]
    return {
        "Id": record["id"],
        "ARN": f"arn:aws:cloudfront::{request.account}:distribution/{record['id']}",
        "Status": "Deployed" if deployed else "InProgress",
        "LastModifiedTime": record["modified"],
        "InProgressInvalidationBatches": 0,
        "DomainName": f"{record['id'].lower()}.cloudfront.net",
        "ActiveTrustedSigners": {"Enabled": False, "Quantity": 0},
        "ActiveTrustedKeyGroups": {"Enabled": False, "Quantity": 0},
        "DistributionConfig": record["config"],
    }


def _summary(shown: dict[str, Any]) -> dict[str, Any]:
    return {**shown["DistributionConfig"], **shown, "Staging": False}


def _named(request: Request) -> dict[str, Any]:
    record = _all(request).get(request.parameters["Id"])
    if record is None:
        words = "The specified distribution does not exist."
        raise AwsError("NoSuchDistribution", words, 404)
    return record


def _all(request: Request) -> dict[str, dict[str, Any]]:
    memory = state.memory("cloudfront", request.account, "aws")
    kept: dict[str, dict[str, Any]] = memory.setdefault("distributions", {})
    return kept


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
