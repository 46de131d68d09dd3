"""Text and binary bodies of integrations that are no proxies.

(AWS: "Content type conversions in API Gateway".) A body is binary where the API's
``binaryMediaTypes`` have its type. What a server behind a method would get or give as bytes is
refused by name: the local AWS hands text on.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from dragonctl.local.data_plane import faults
from dragonctl.local.data_plane.exchange import Exchange, Reply

_TO_BINARY, _TO_TEXT = "CONVERT_TO_BINARY", "CONVERT_TO_TEXT"


def is_binary(exchange: Exchange, kind: str) -> bool:
    """Whether a body of that media type is one of bytes."""
    types = exchange.stage.deployed.api.get("binaryMediaTypes") or ()
    return kind in types or "*/*" in types


def incoming(exchange: Exchange) -> str:
    """A request's body for the integration's template.

    Raises:
        GatewayError: 501 where it would have to be made binary.

    """
    request, handling = exchange.request, exchange.integration.get("contentHandling")
    binary = is_binary(exchange, request.content_type)
    if handling == _TO_BINARY and request.body and not binary:
        raise faults.not_here(f"integrations whose contentHandling is {_TO_BINARY}")
    if handling == _TO_TEXT and binary:
        return base64.b64encode(request.body).decode()
    return request.text


def outgoing(exchange: Exchange, chosen: Mapping[str, Any], reply: Reply, body: str) -> bytes:
    """The body for the client; ``chosen`` is the integration response.

    Raises:
        GatewayError: 500 for what is no base64, 501 for a server's bytes that are to be text.

    """
    handling = chosen.get("contentHandling")
    if handling == _TO_BINARY:
        try:
            # A function's result is JSON: a string stands in quotes.
            return base64.b64decode(body.removeprefix('"').removesuffix('"'), validate=True)
        except binascii.Error:
            raise faults.configuration("Unable to base64 decode the body.") from None
    kinds = [v for k, v in reply.headers.items() if k.lower() == "content-type"]
    if handling == _TO_TEXT and kinds and is_binary(exchange, kinds[0].partition(";")[0].strip()):
        raise faults.not_here(f"integration responses whose contentHandling is {_TO_TEXT}")
    return body.encode()
