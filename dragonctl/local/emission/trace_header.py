"""X-Ray's trace header: reading it, writing it, and making its ids."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace

NAME = "X-Amzn-Trace-Id"


@dataclass(frozen=True)
class TraceHeader:
    """``Root=<trace id>;Parent=<segment id>;Sampled=<0|1>`` (AWS: "Tracing header").

    ``parent`` and ``sampled`` are None where the header does not speak of them.
    """

    root: str
    parent: str | None = None
    sampled: bool | None = None

    def under(self, segment: str, *, sampled: bool) -> TraceHeader:
        """The header to hand on from a segment whose sampling is decided."""
        return replace(self, parent=segment, sampled=sampled)

    def __str__(self) -> str:
        parent = f";Parent={self.parent}" if self.parent else ""
        sampled = "" if self.sampled is None else f";Sampled={int(self.sampled)}"
        return f"Root={self.root}{parent}{sampled}"


def new_trace_id() -> str:
    """``1-<epoch seconds>-<96 random bits>``, in hexadecimal."""
    return f"1-{int(time.time()):08x}-{os.urandom(12).hex()}"


def new_segment_id() -> str:
    """64 random bits in hexadecimal."""
    return os.urandom(8).hex()


def read(text: str | None) -> TraceHeader:
    """The header that came, or a new trace where none came or it names no root."""
    fields = dict(part.strip().partition("=")[::2] for part in (text or "").split(";"))
    root = fields.get("Root") or new_trace_id()
    sampled = {"1": True, "0": False}.get(fields.get("Sampled", ""))
    return TraceHeader(root, fields.get("Parent") or None, sampled)
