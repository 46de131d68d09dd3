"""Where AWS is asked: a region and endpoints that can be meant, or one sentence at once.

botocore looks at them with patterns that let a final line break through, and at an endpoint only
when a client is made: the call would be tried again for a minute and a half.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from dragonctl.aws import faults
from dragonctl.errors import UsageError

_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]+")
_VARIABLE = "AWS_ENDPOINT_URL"
_SETTING = "endpoint_url"
WITHOUT_AN_ACCOUNT = "Without an AWS account: add --local, or begin with `dragonctl demo`."
"""What somebody may want who has set nothing at all."""


def region(given: str | None, session: Any) -> str:
    """The region of the command line, else of the environment, else of the profile.

    Raises UsageError where none is set, and where it cannot be one: botocore must know the
    partition of its name.
    """
    from botocore.exceptions import BotoCoreError

    place, named = next((one for one in _named_regions(given, session) if one[1]), ("", None))
    if not named:
        raise UsageError(
            "No AWS region is set.",
            f"{faults.unreadable(session)} Name one with --region, or set AWS_REGION or the"
            f" profile's. {WITHOUT_AN_ACCOUNT}".lstrip(),
        )
    with suppress(BotoCoreError):
        if isinstance(named, str) and _REGION.fullmatch(named):
            session.get_partition_for_region(named)
            return named
    raise UsageError(
        f"{place} {named!r} is not an AWS region.".lstrip(),
        "An example: eu-west-1.",
        option="--region",
    )


def _named_regions(given: str | None, session: Any) -> Iterator[tuple[str, Any]]:
    """Where a region may be named, the first that counts first; of an option no words."""
    yield "", given
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        yield variable, os.environ.get(variable)
    yield "The profile's region", session.get_config_variable("region")


def endpoint(given: str | None, session: Any) -> str:
    """The endpoint that all services share, ``aws`` where there is none; every one is checked.

    Raises UsageError for one that cannot be meant, also one of a single service.
    """
    if given:
        _check("--endpoint-url", given)
        return given
    found = dict(configured(session))
    for place, url in found.items():
        _check(place, url)
    return found.get(_VARIABLE) or found.get(_SETTING) or "aws"


def called(shared: str, region: str, session: Any) -> set[str]:
    """Addresses that calls go to; ``shared`` is the endpoint of all services, or ``aws``.

    Of AWS's own addresses one stands for all: a NO_PROXY speaks of the domain that they share.
    """
    resolver = session._get_internal_component("endpoint_resolver")  # noqa: SLF001 (no public way)
    suffix = resolver.get_partition_dns_suffix(session.get_partition_for_region(region))
    own = f"https://sts.{region}.{suffix}" if shared == "aws" else shared
    return {own, *dict(configured(session)).values()}


def configured(session: Any) -> Iterator[tuple[str, str]]:
    """Where endpoints are set (a variable, a setting) and what to, as botocore's clients take it.

    A variable may name a service (``AWS_ENDPOINT_URL_LAMBDA``), and so may a section of the
    configuration's file (AWS SDKs reference guide, "Service-specific endpoints").
    """
    if session.get_config_variable("ignore_configured_endpoint_urls"):
        return
    for name, value in os.environ.items():
        if (name == _VARIABLE or name.startswith(f"{_VARIABLE}_")) and value:
            yield name, value
    profile = session.get_scoped_config()
    if profile.get(_SETTING):
        yield _SETTING, str(profile[_SETTING])
    services = session.full_config.get("services", {}).get(profile.get("services"), {})
    for service, settings in services.items():
        if isinstance(settings, Mapping) and settings.get(_SETTING):
            yield f"{_SETTING} of {service}", str(settings[_SETTING])


def _check(place: str, url: str) -> None:
    if not _is_endpoint(url):
        raise UsageError(
            f"{place} {url!r} is not a valid endpoint URL.", "An example: http://127.0.0.1:4566"
        )


def _is_endpoint(url: str) -> bool:
    from botocore.utils import is_valid_endpoint_url, is_valid_ipv6_endpoint_url

    with suppress(ValueError):  # brackets that do not close, a port that is none
        parts = urlsplit(url)
        is_host = is_valid_endpoint_url(url) or is_valid_ipv6_endpoint_url(url)
        is_plain = url.isprintable() and not any(one.isspace() for one in url)
        return parts.scheme in ("http", "https") and parts.port != 0 and is_plain and bool(is_host)
    return False
