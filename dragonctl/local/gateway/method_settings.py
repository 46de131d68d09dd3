"""A stage's method settings: ``/*/*/logging/loglevel``, ``/~1dragons/GET/caching/enabled``.

The key of an entry is what was written between the first slash and the setting, so two spellings
of one method may stand side by side. A new entry brings what ``*/*`` holds (recorded), else AWS's
ten defaults, all but ``loggingLevel``, which is not there until set.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dragonctl.local.gateway.methods import VERBS
from dragonctl.local.gateway.patches import number, truth
from dragonctl.local.gateway.store import Record, bad_request

DEFAULTS: Record = {
    "metricsEnabled": False,
    "dataTraceEnabled": False,
    "throttlingBurstLimit": 5000,
    "throttlingRateLimit": 10000.0,
    "cachingEnabled": False,
    "cacheTtlInSeconds": 300,
    "cacheDataEncrypted": False,
    "requireAuthorizationForCacheControl": True,
    "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
}
_SUFFIX_PARTS = 2
_KEY_PARTS = 2


def _one_of(*values: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in values:
            raise bad_request(f"Invalid value: {value}. Must be one of: [{', '.join(values)}]")
        return value

    return read


def _time_to_live(value: str) -> int:
    if not value.isdecimal() or int(value) > 3600:  # noqa: PLR2004 (the message says it)
        raise bad_request("Invalid time-to-live setting, must be an integer no greater than 3600")
    return int(value)


SETTINGS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "metrics/enabled": ("metricsEnabled", truth),
    "logging/dataTrace": ("dataTraceEnabled", truth),
    "logging/loglevel": ("loggingLevel", _one_of("OFF", "ERROR", "INFO")),
    "throttling/burstLimit": ("throttlingBurstLimit", number(int)),
    "throttling/rateLimit": ("throttlingRateLimit", number(float)),
    "caching/ttlInSeconds": ("cacheTtlInSeconds", _time_to_live),
    "caching/enabled": ("cachingEnabled", truth),
    "caching/dataEncrypted": ("cacheDataEncrypted", truth),
    "caching/requireAuthorizationForCacheControl": ("requireAuthorizationForCacheControl", truth),
    "caching/unauthorizedCacheControlHeaderStrategy": (
        "unauthorizedCacheControlHeaderStrategy",
        _one_of("FAIL_WITH_403", "SUCCEED_WITH_RESPONSE_HEADER", "SUCCEED_WITHOUT_RESPONSE_HEADER"),
    ),
}
_PATHS = (
    "/deploymentId",
    "/description",
    "/cacheClusterEnabled",
    "/cacheClusterSize",
    "/clientCertificateId",
    "/accessLogSettings",
    "/accessLogSettings/destinationArn",
    "/accessLogSettings/format",
    "/{resourcePath}/{httpMethod}/metrics/enabled",
    *(f"/{{resourcePath}}/{{httpMethod}}/{one}" for one in list(SETTINGS)[1:]),
    *(f"/*/*/{one}" for one in SETTINGS),
    "/variables/{name}",
    "/tracingEnabled",
)


def apply(settings: Record, kind: str, path: str, value: str) -> None:
    """One operation on the entries; BadRequestException for a path that is none."""
    if kind == "remove":
        _remove(settings, path)
        return
    key, name, read = _addressed(path)
    if kind != "replace":
        raise bad_request(
            f"Invalid patch path  '{path}' specified for op '{kind}'. "
            "Please choose supported operations"
        )
    if not value:
        raise bad_request(f"Invalid null or empty value in {path}")
    new = read(value)
    # A nested path whose slashes are not escaped is taken and never shown.
    if len(key.split("/")) == _KEY_PARTS:
        settings.setdefault(key, dict(settings.get("*/*", DEFAULTS)))[name] = new


def _remove(settings: Record, path: str) -> None:
    """Only a whole entry can go: not one of its settings, not one that is not there."""
    key = path.removeprefix("/")
    if key not in settings:
        raise bad_request(
            f"Cannot remove method setting {key} because there is no method setting for "
            "this method "
        )
    del settings[key]


def _addressed(path: str) -> tuple[str, str, Callable[[str], Any]]:
    parts = path.split("/")[1:]
    key, suffix = parts[:-_SUFFIX_PARTS], "/".join(parts[-_SUFFIX_PARTS:])
    if suffix not in SETTINGS or not _is_key(key):
        raise bad_request(
            f"Invalid method setting path: {path}. Must be one of: [{', '.join(_PATHS)}]"
        )
    name, read = SETTINGS[suffix]
    return "/".join(key), name, read


def _is_key(parts: list[str]) -> bool:
    """``*/*``, or a resource and a verb: half a wildcard is none."""
    if parts == ["*", "*"]:
        return True
    return len(parts) >= _KEY_PARTS and parts[-1] in VERBS and "*" not in parts and all(parts)
