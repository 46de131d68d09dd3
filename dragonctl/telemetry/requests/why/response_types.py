"""The types of API Gateway's own responses, each with who is meant by it.

Source: "Gateway response types for API Gateway" (developer guide), which has them all.
"""

from __future__ import annotations

from typing import NamedTuple

from dragonctl.telemetry.requests.why.model import Kind, Part


class Words(NamedTuple):
    """What a response type or a sentence means. Empty members leave what is known already."""

    part: Part
    kind: Kind
    by: str = ""
    says: str = ""
    remedy: str = ""


_LIMITS = (
    "the request went over the rate limit of the account, the stage, the method or a usage plan"
)
COMPARE = "Compare the integration's settings with what its service expects."
"""What to do where no more is known."""

TYPES: dict[str, Words] = {
    "ACCESS_DENIED": Words(
        "caller", "caller not allowed", "", "the caller may not call this method",
        "Look at what the authorizer or the API's resource policy says of this caller.",
    ),
    "API_CONFIGURATION_ERROR": Words("integration", "configuration", "", "", COMPARE),
    "AUTHORIZER_CONFIGURATION_ERROR": Words(
        "authorizer", "authorizer failed", "", "API Gateway could not use the authorizer",
        "Look at the authorizer's settings: its function, permission and role, and its answer.",
    ),
    "AUTHORIZER_FAILURE": Words(
        "authorizer", "authorizer failed", "", "", "Read the authorizer's own log.",
    ),
    "BAD_REQUEST_PARAMETERS": Words(
        "caller", "caller error", "", "the request lacks parameters that the method requires",
        "Send the parameters that the method asks for.",
    ),
    "BAD_REQUEST_BODY": Words(
        "caller", "caller error", "", "the body does not fit the method's model",
        "Send a body that fits the model.",
    ),
    "EXPIRED_TOKEN": Words(
        "caller", "caller not allowed", "", "the caller's token has expired",
        "Sign in again, or take fresh credentials.",
    ),
    "INTEGRATION_FAILURE": Words("integration", "configuration", "", "", COMPARE),
    "INTEGRATION_TIMEOUT": Words("integration", "timeout"),
    "INVALID_API_KEY": Words(
        "caller", "caller not allowed", "", "the request has no API key that this stage takes",
        "Send a key of a usage plan of this stage in x-api-key.",
    ),
    "INVALID_SIGNATURE": Words(
        "caller", "caller not allowed", "", "the request's signature is not right",
        "Sign the request as sent: the right secret, region, host, path and time.",
    ),
    "MISSING_AUTHENTICATION_TOKEN": Words(
        "caller", "caller error", "",
        "no such path and method is deployed, or the request is not signed",
        "Compare method and path with what is deployed on the stage.",
    ),
    "QUOTA_EXCEEDED": Words(
        "limit", "throttled", "quota", "the quota of the caller's key is used up",
        "Wait for its next period, or give the key a larger quota.",
    ),
    "REQUEST_TOO_LARGE": Words(
        "caller", "caller error", "", "the request is too large: API Gateway takes 10 MB",
        "Upload large things to S3, and send a reference.",
    ),
    "RESOURCE_NOT_FOUND": Words(
        "caller", "caller error", "", "the API has no such path",
        "Compare the path with what is deployed on the stage.",
    ),
    "THROTTLED": Words(
        "limit", "throttled", "", _LIMITS, "Send less and repeat with pauses, or raise that limit.",
    ),
    "UNAUTHORIZED": Words(
        "authorizer", "caller not allowed", "", "the caller sent no token that is taken",
        "Send a valid token where the authorizer looks for it.",
    ),
    "UNSUPPORTED_MEDIA_TYPE": Words(
        "caller", "caller error", "", "the method has no mapping for the request's content type",
        "Send Content-Type: application/json, or a type that the method maps.",
    ),
    "WAF_FILTERED": Words(
        "waf", "blocked", "", "the web application firewall (AWS WAF) blocked the request",
        "Look in the web ACL's sampled requests for the rule that matched.",
    ),
    "DEFAULT_4XX": Words(
        "caller", "caller error", "", "API Gateway did not take the request",
        "Compare the request with what the method takes.",
    ),
    "DEFAULT_5XX": Words("integration", "configuration", "", "", COMPARE),
}  # fmt: skip
"""Every type of gateway response that AWS documents -> who is meant where nothing says more."""

DECIDED_BY_SENTENCES = frozenset(
    {"API_CONFIGURATION_ERROR", "INTEGRATION_FAILURE", "DEFAULT_4XX", "DEFAULT_5XX"}
)
"""Types that leave open which part it was."""
