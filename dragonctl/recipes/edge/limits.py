"""What CloudFront asks of a function at the edge, checked before any call.

CloudFront developer guide, "Restrictions on Lambda@Edge" and "Quotas on Lambda@Edge".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dragonctl.packaging.limits import ORIGIN_EDGE_BYTES, VIEWER_EDGE_BYTES, megabytes

EVENTS = ("viewer-request", "viewer-response", "origin-request", "origin-response")
REGION = "us-east-1"
VIEWER_MEMORY_MB = 128
VIEWER_SECONDS = 5
ORIGIN_SECONDS = 30
STORAGE_MB = 512
_RUNTIMES = ("python", "nodejs")


def broken_limits(function: Mapping[str, Any], event: str, zip_bytes: int) -> Iterator[str]:
    """A sentence for each limit that the function breaks at that event.

    ``function`` is GetFunctionConfiguration's answer, with ``ReservedConcurrentExecutions`` of
    GetFunction's beside it.
    """
    yield from _forbidden(function)
    yield from _sizes(function, event.startswith("viewer"), zip_bytes)


def _forbidden(function: Mapping[str, Any]) -> Iterator[str]:
    if (function.get("Environment") or {}).get("Variables"):
        yield "it has environment variables, and the edge has none"
    if function.get("Layers"):
        yield "it has layers, and the edge has none"
    if (function.get("VpcConfig") or {}).get("SubnetIds"):
        yield "it is in a VPC, which the edge cannot reach"
    if (function.get("TracingConfig") or {}).get("Mode") == "Active":
        yield "it has active X-Ray tracing, which the edge does not do"
    if (function.get("DeadLetterConfig") or {}).get("TargetArn"):
        yield "it has a dead-letter queue, and the edge has none"
    if function.get("ReservedConcurrentExecutions") is not None:
        yield "it has reserved concurrency, which the edge does not do"
    if function.get("PackageType", "Zip") != "Zip":
        yield "it is a container image, and the edge takes a zip"
    architectures = function.get("Architectures") or ["x86_64"]
    if architectures != ["x86_64"]:
        yield f"it runs on {', '.join(architectures)}, and the edge on x86_64"
    runtime = str(function.get("Runtime") or "")
    if runtime and not runtime.startswith(_RUNTIMES):
        yield f"it runs on {runtime}, and the edge on Python and Node.js alone"


def _sizes(function: Mapping[str, Any], viewer: bool, zip_bytes: int) -> Iterator[str]:
    kind, most = ("viewer", VIEWER_EDGE_BYTES) if viewer else ("origin", ORIGIN_EDGE_BYTES)
    seconds = VIEWER_SECONDS if viewer else ORIGIN_SECONDS
    storage = (function.get("EphemeralStorage") or {}).get("Size", STORAGE_MB)
    memory = function.get("MemorySize", 0)
    if viewer and memory > VIEWER_MEMORY_MB:
        yield f"it has {memory} MB of memory; a viewer event allows {VIEWER_MEMORY_MB}"
    if function.get("Timeout", 0) > seconds:
        yield f"its time-out is {function['Timeout']} s; a {kind} event allows {seconds}"
    if storage > STORAGE_MB:
        yield f"it has {storage} MB of /tmp; the edge allows {STORAGE_MB}"
    if zip_bytes > most:
        yield f"its zip has {megabytes(zip_bytes)}; a {kind} event allows {megabytes(most)}"
