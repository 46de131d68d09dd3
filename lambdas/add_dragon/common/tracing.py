"""The one seam to the tracer.

Whoever replaces the X-Ray SDK, which is in maintenance, by OpenTelemetry replaces this file; the
handlers know nothing else of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aws_xray_sdk.core import patch_all, xray_recorder

__all__ = ["patch_all", "subsegment", "trace_id"]

Annotate = Callable[[str, "str | int | float | bool"], None]


@contextmanager
def subsegment(name: str) -> Iterator[Annotate]:
    """A named part of the function's segment; what goes wrong inside is recorded with it.

    Gives a function that adds an annotation (key, value), by which traces can be searched.
    Without a segment round it, as in a test, nothing is recorded.
    """
    with xray_recorder.in_subsegment(name) as current:
        yield current.put_annotation if current else _ignore


def trace_id() -> str | None:
    """The id of the trace that this invocation belongs to, from Lambda's ``_X_AMZN_TRACE_ID``."""
    header = os.environ.get("_X_AMZN_TRACE_ID", "")
    parts = dict(part.partition("=")[::2] for part in header.split(";"))
    return parts.get("Root")


def _ignore(_key: str, _value: str | float | bool) -> None:
    """Annotations have nowhere to go without a segment."""
