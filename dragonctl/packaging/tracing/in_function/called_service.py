"""What a call goes to, in the words by which X-Ray names it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind

_URLS = ("http.url", "url.full")
_SERVICE = "aws.remote.service"
_REGION = "aws.region"


def called(span: ReadableSpan) -> Mapping[str, str]:
    """Attributes for the span of a client: the service's name, and the region of a call to AWS.

    Without a name X-Ray would call a node after the method (``GET``). The URL loses its query, as
    with the X-Ray SDK: tokens, and the key id of a presigned URL, stand there.
    """
    given: Mapping[str, Any] = span.attributes or {}
    if given.get("rpc.system") == "aws-api":  # it has a name
        return {_REGION: str(given["cloud.region"])} if "cloud.region" in given else {}
    if span.kind is not SpanKind.CLIENT:
        return {}
    found = {key: str(given[key]).partition("?")[0] for key in _URLS if key in given}
    hosts = [urlsplit(url).hostname for url in found.values()]
    name = hosts[0] if hosts else given.get("db.name") or given.get("db.system")
    return {**found, _SERVICE: str(name)} if name else found
