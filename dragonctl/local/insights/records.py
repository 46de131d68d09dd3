"""Log events as Logs Insights sees them: fields of its own, and those that it discovers.

JSON's fields are named by their paths, ``details.error`` and ``list.0``; of Lambda's own lines
are known the type, the request and what a report tells, sizes in bytes
(docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

_MOST_FIELDS = 200
_LAMBDA = re.compile(r"^(START|END|REPORT) RequestId: ([\w-]+)")
_REPORTED = {
    "@duration": re.compile(r"\tDuration: ([\d.]+) ms"),
    "@billedDuration": re.compile(r"Billed Duration: ([\d.]+) ms"),
    "@initDuration": re.compile(r"Init Duration: ([\d.]+) ms"),
    "@memorySize": re.compile(r"Memory Size: (\d+) MB"),
    "@maxMemoryUsed": re.compile(r"Max Memory Used: (\d+) MB"),
}
SPANS = "AWS-OTEL-TRACE-V1"
"""The ``@data_format`` of records of Transaction Search, an index of every group."""
_MEGABYTE = 1_000_000


def record(account: str, group: str, stream: str, event: Any) -> dict[str, Any]:
    """The fields of one event of moto's."""
    message = str(event.message)
    return {
        **dict(_discovered(message)),
        "@timestamp": moment(event.timestamp),
        "@ingestionTime": moment(event.ingestion_time),
        "@message": message,
        "@logStream": stream,
        "@log": f"{account}:{group}",
        "@ptr": f"{group}/{event.event_id}",
    }


def moment(milliseconds: int) -> str:
    """A time as Insights writes it."""
    at = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return f"{at:%Y-%m-%d %H:%M:%S}.{milliseconds % 1000:03d}"


def _discovered(message: str) -> Iterator[tuple[str, Any]]:
    found = _LAMBDA.match(message)
    if found:
        yield from (("@type", found[1]), ("@requestId", found[2]))
        yield from _reported(message)
    elif message.lstrip().startswith("{"):
        try:
            value = json.loads(message)
        except (ValueError, RecursionError):
            return
        if isinstance(value, dict) and {"traceId", "spanId", "startTimeUnixNano"} <= value.keys():
            yield "@data_format", SPANS
        flat = _flattened(value, "")
        yield from (one for one, _ in zip(flat, range(_MOST_FIELDS), strict=False))


def _reported(message: str) -> Iterator[tuple[str, Any]]:
    for name, pattern in _REPORTED.items():
        if match := pattern.search(message):
            in_bytes = "emory" in name
            yield name, str(int(match[1]) * _MEGABYTE) if in_bytes else match[1]


def _flattened(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _flattened(one, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from _flattened(one, f"{path}.{place}")
    elif value is not None:
        yield path, str(value).lower() if isinstance(value, bool) else value
