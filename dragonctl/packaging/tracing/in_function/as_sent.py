"""A span as it is sent: named by what it calls, and without what may be secret in addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import SpanKind, Status

_URLS = ("http.url", "url.full")
_SERVICE = "aws.remote.service"
_REGION = "aws.region"
_BEHIND_PATH = re.compile(r"[?#].*", re.DOTALL)
# ``?a=b&c`` or ``#a=b`` in a sentence, as exceptions of HTTP clients tell whole addresses.
_IN_TEXT = re.compile(r"[?#][\w.~%+\-\[\]]+=[^\s'\"<>)]*")


def as_sent(span: ReadableSpan) -> ReadableSpan:
    """The span with the names that X-Ray goes by, and without the queries of addresses.

    Tokens, and the key id of a presigned URL, stand in a query; the X-Ray SDK leaves it out, too.
    What the function's own code sets as an attribute is its own business, and stays.
    """
    status = span.status
    if status.description:
        status = Status(status.status_code, _without_queries(status.description))
    return ReadableSpan(
        name=span.name,
        context=span.get_span_context(),
        parent=span.parent,
        resource=span.resource,
        attributes={**(span.attributes or {}), **called(span)},
        events=[_event(event) for event in span.events],
        links=span.links,
        kind=span.kind,
        status=status,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def bare(span: ReadableSpan) -> ReadableSpan:
    """What of a span fits into any datagram: where it stands, when it was, how it went."""
    return ReadableSpan(
        name=span.name,
        context=span.get_span_context(),
        parent=span.parent,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
    )


def called(span: ReadableSpan) -> Mapping[str, str]:
    """Attributes for the span of a client: the service's name, and the region of a call to AWS.

    Without a name X-Ray would call a node after the method (``GET``).
    """
    given: Mapping[str, Any] = span.attributes or {}
    if given.get("rpc.system") == "aws-api":  # it has a name
        return {_REGION: str(given["cloud.region"])} if "cloud.region" in given else {}
    if span.kind is not SpanKind.CLIENT:
        return {}
    found = {key: _BEHIND_PATH.sub("", str(given[key])) for key in _URLS if key in given}
    hosts = [_host(url) for url in found.values()]
    name = hosts[0] if hosts else given.get("db.name") or given.get("db.system")
    return {**found, _SERVICE: str(name)} if name else found


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:  # an address that is none
        return None


def _event(event: Event) -> Event:
    attributes = {
        key: _without_queries(value) if isinstance(value, str) else value
        for key, value in (event.attributes or {}).items()
    }
    return Event(event.name, attributes, event.timestamp)


def _without_queries(text: str) -> str:
    return _IN_TEXT.sub("?…", text)
