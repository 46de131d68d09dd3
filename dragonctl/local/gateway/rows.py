"""What API Gateway refuses of its parameters by themselves: texts as recorded."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from dragonctl.local.refusals import (
    Record,
    Refusal,
    dig,
    empty,
    longer,
    missing,
    outside,
    register,
    shorter,
)

BadRequest = partial(Refusal, code="BadRequestException")

MOST_COMPRESSION = 10_485_760
COMPRESSION = f"Invalid minimum compression size, must be between 0 and {MOST_COMPRESSION}"
ONLY_DUALSTACK = "Only dualstack ipAddressType is supported for Private APIs."
NO_METHOD = "Enumeration value for HttpMethod must be non-empty"
MAPPING = "Invalid mapping expression specified: Validation Result: warnings : [], errors : [{}]"
_AWS_URI = re.compile(r"arn:[\w-]+:apigateway:[\w-]*:[\w.-]+:(path|action)/.+")
_HTTP_URI = re.compile(r"https?://[^/\s]+.*")
_VALUE = re.compile(
    r"'.*'|(method\.request|stageVariables|context|integration\.response)\..+", re.DOTALL
)
_ENDPOINT = "endpointConfiguration"
_LONGEST_DESCRIPTION = 125_000


def _types(record: Record) -> Any:
    return dig(record, f"{_ENDPOINT}.types") or []


def _is(*kinds: str) -> Any:
    return lambda record: record.get("type") in kinds


def _names_twice(record: Record) -> bool:
    names = [one.rpartition(".")[2] for one in record.get("requestParameters") or {}]
    return len(names) != len(set(names))


def _key_description_too_long(record: Record) -> bool:
    return any(
        one.get("path") == "/description" and len(str(one.get("value"))) > _LONGEST_DESCRIPTION
        for one in record.get("patchOperations") or ()
    )


register(
    "apigateway",
    {
        "CreateRestApi": [
            BadRequest(missing("name"), "API name must not be empty"),
            BadRequest(empty("description"), "Description cannot be an empty string"),
            BadRequest(outside("minimumCompressionSize", 0, MOST_COMPRESSION), COMPRESSION),
            BadRequest(
                empty(f"{_ENDPOINT}.types"),
                "REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.",
            ),
            BadRequest(
                longer(f"{_ENDPOINT}.types", 1),
                "Cannot create an api with multiple Endpoint Types.",
            ),
            BadRequest(
                lambda record: (
                    _types(record) == ["PRIVATE"]
                    and dig(record, f"{_ENDPOINT}.ipAddressType") == "ipv4"
                ),
                ONLY_DUALSTACK,
            ),
        ],
        "PutMethod": [
            BadRequest(
                _names_twice, "Parameter names must be unique across querystring, header and path"
            ),
        ],
        "CreateModel": [
            BadRequest(missing("name"), "Model name must be non-empty"),
            BadRequest(
                lambda record: not str(record["name"]).isalnum(),
                "Model name must be alphanumeric: {name}",
            ),
        ],
        "CreateApiKey": [
            BadRequest(shorter("value", 20), "API Key value should be at least 20 characters"),
            BadRequest(
                longer("value", 128), "API Key value exceeds maximum size of 128 characters"
            ),
        ],
        "UpdateApiKey": [
            BadRequest(_key_description_too_long, "Invalid API Key description specified."),
        ],
    },
)

INTEGRATION = [
    BadRequest(lambda record: record["type"] != "MOCK" and not record.get("httpMethod"), NO_METHOD),
    BadRequest(
        lambda record: (
            _is("HTTP", "HTTP_PROXY")(record) and not _HTTP_URI.fullmatch(str(record.get("uri")))
        ),
        "Invalid HTTP endpoint specified for URI",
    ),
    BadRequest(
        lambda record: (
            _is("AWS", "AWS_PROXY")(record) and not str(record.get("uri")).startswith("arn:")
        ),
        "Invalid ARN specified in the request",
    ),
    BadRequest(
        lambda record: (
            _is("AWS", "AWS_PROXY")(record) and not _AWS_URI.fullmatch(str(record.get("uri")))
        ),
        "AWS ARN for integration must contain path or action",
    ),
    BadRequest(
        outside("timeoutInMillis", 50, 29_000), "Timeout should be between 50 ms and 29000 ms"
    ),
]
"""Of an integration as it would be, put, patched or imported."""


def wrong_mapping(mappings: Record) -> str | None:
    """The first value that is no mapping expression."""
    values = map(str, mappings.values())
    return next((one for one in values if not _VALUE.fullmatch(one)), None)
