"""Whole traces by their ids.

Source: X-Ray API reference (``BatchGetTraces`` with at most five ids).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from dragonctl.engine.model import Fetch
from dragonctl.engine.paging import NEXT_TOKEN, follow
from dragonctl.engine.symptoms import is_fatal
from dragonctl.errors import DragonError
from dragonctl.telemetry.ids import trace_root
from dragonctl.telemetry.times import length
from dragonctl.telemetry.traces.retrieval import Retrieval
from dragonctl.telemetry.traces.segments import Segment, tree, walk

BATCH = 5
"""Trace ids that BatchGetTraces takes at once."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A whole trace; ``limit_exceeded`` when X-Ray had to leave segments out."""

    id: str
    duration: float | None
    limit_exceeded: bool
    roots: tuple[Segment, ...]

    @property
    def start(self) -> float:
        """The earliest start of all segments, seconds since the epoch."""
        return min((part.start for _, part in walk(self.roots) if part.start), default=0.0)

    def failed_document(self) -> dict[str, Any]:
        """The document with the segments alone that bear an error, and those above them."""
        kept: set[str] = set()
        for _, part in reversed(list(walk(self.roots))):
            if part.failed or any(child.id in kept for child in part.children):
                kept.add(part.id)
        whole = self.document()
        return {**whole, "segments": [one for one in whole["segments"] if one["id"] in kept]}

    def document(self) -> dict[str, Any]:
        """The trace as plain JSON: its segments in the order of the tree, with their depth."""
        segments = [{"depth": depth, **part.document()} for depth, part in walk(self.roots)]
        return {
            "id": self.id,
            "start": self.start,
            "duration": self.duration,
            "limit_exceeded": self.limit_exceeded,
            "segments": segments,
        }


def read_traces(
    fetch: Fetch, ids: Sequence[str], workers: int = 4
) -> tuple[list[Trace], list[str]]:
    """Whole traces in the order of ``ids``, and the ids that X-Ray has not (yet) got."""
    batches = [list(ids[first : first + BATCH]) for first in range(0, len(ids), BATCH)]
    found: dict[str, Trace] = {}
    with ThreadPoolExecutor(workers, thread_name_prefix="traces") as pool:
        for traces in pool.map(lambda batch: _batch(fetch, batch), batches):
            found.update((trace.id, trace) for trace in traces)
    return [found[name] for name in ids if name in found], [
        name for name in ids if name not in found
    ]


def find_traces(
    fetch: Fetch, ids: Sequence[str], retrieval: Retrieval | None
) -> tuple[list[Trace], str]:
    """Whole traces in the order of ``ids``, and what kept some from being found; "" for nothing.

    ``retrieval``: where Transaction Search keeps the spans. X-Ray itself is asked for what was not
    retrieved: traces from before it was switched on.
    """
    found: dict[str, Trace] = {}
    trouble = ""
    if retrieval:
        try:
            found = _retrieved(retrieval, ids)
        except DragonError as problem:
            if is_fatal(problem):
                raise
            trouble = problem.message
    left = [ident for ident in ids if ident not in found]
    found.update((trace.id, trace) for trace in read_traces(fetch, left)[0])
    return [found[ident] for ident in ids if ident in found], trouble


def _retrieved(retrieval: Retrieval, ids: Sequence[str]) -> dict[str, Trace]:
    """By the form of the ids that was asked with."""
    answer = retrieval.traces(ids)
    return {
        ident: Trace(
            ident, length(answer.durations.get(ident)), False, tuple(tree(dict.fromkeys(texts)))
        )
        for name, texts in answer.documents.items()
        if texts and (ident := trace_root(name)) in ids
    }


def _batch(fetch: Fetch, ids: list[str]) -> list[Trace]:
    """One batch; what X-Ray left unprocessed is asked for once more."""
    documents: dict[str, list[str]] = {}
    heads: dict[str, dict[str, Any]] = {}
    wanted = ids
    for _ in range(2):
        left: list[str] = []
        for page in follow(partial(fetch, "xray", "BatchGetTraces"), NEXT_TOKEN, TraceIds=wanted):
            left.extend(page.get("UnprocessedTraceIds") or ())
            for item in page.get("Traces") or ():
                heads[item["Id"]] = item
                texts = [part.get("Document", "") for part in item.get("Segments") or ()]
                documents.setdefault(item["Id"], []).extend(texts)
        if not left:
            break
        wanted = left
    return [_trace(heads[name], texts) for name, texts in documents.items() if texts]


def _trace(head: dict[str, Any], texts: list[str]) -> Trace:
    roots = tuple(tree(dict.fromkeys(texts)))
    return Trace(head["Id"], length(head.get("Duration")), bool(head.get("LimitExceeded")), roots)
