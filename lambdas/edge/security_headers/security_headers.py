"""Lambda@Edge, origin-response or viewer-response: headers that make a browser careful.

At the edge there are no environment variables, no tracing and no layers (CloudFront developer
guide, "Restrictions on edge functions"), so this function needs nothing but Python.
"""

from __future__ import annotations

from typing import Any

HEADERS = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """The response with the headers added; one that the origin has set is kept."""
    response: dict[str, Any] = event["Records"][0]["cf"]["response"]
    headers = response.setdefault("headers", {})
    for name, value in HEADERS.items():
        headers.setdefault(name.lower(), [{"key": name, "value": value}])
    return response
