"""Traces whose spans are in CloudWatch Logs: retrieved by their ids.

Source: X-Ray API reference: ``StartTraceRetrieval`` takes at most 100 ids and a stretch of time;
``ListRetrievedTraces`` and ``GetRetrievedTracesGraph`` give nothing until the retrieval is
``COMPLETE``, then at most five traces and 100 spans a page; a token lasts 60 minutes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from dragonctl.engine.model import Fetch
from dragonctl.engine.paging import NEXT_TOKEN, follow
from dragonctl.engine.symptoms import unless_refused
from dragonctl.errors import DragonError
from dragonctl.telemetry.times import Clock, Sleep
from dragonctl.telemetry.traces.summaries import KEPT, id_time

MOST_IDS = 100
"""Ids that one retrieval takes."""

PATIENCE = 120.0
"""Seconds that a retrieval is waited for."""

_GOES_ON = frozenset({"SCHEDULED", "RUNNING"})
_BEFORE, _AFTER = 600.0, 6 * 3600.0
"""Seconds around the moment that an id bears in which its spans are looked for."""

Page = dict[str, Any]


@dataclass
class Retrieved:
    """The documents of retrieved traces, by id, with the duration in seconds of each."""

    documents: dict[str, list[str]] = field(default_factory=dict)
    durations: dict[str, float | None] = field(default_factory=dict)

    def add(self, page: Page) -> None:
        """Take a page in; a large trace comes in several."""
        for item in page.get("Traces") or ():
            ident = str(item.get("Id", ""))
            texts = [str(part.get("Document") or "") for part in item.get("Spans") or ()]
            self.documents.setdefault(ident, []).extend(text for text in texts if text)
            self.durations[ident] = item.get("Duration") or self.durations.get(ident)


@dataclass(frozen=True)
class Retrieval:
    """Retrievals by one way to AWS. ``start`` and ``end``: where the ids tell no time, seconds."""

    fetch: Fetch
    start: float
    end: float
    clock: Clock = time.time
    sleep: Sleep = time.sleep

    def traces(self, ids: Sequence[str]) -> Retrieved:
        """The documents of traces."""
        found = Retrieved()
        for some in _batches(ids):
            with self._retrieved(some) as token:
                for page in self._complete("ListRetrievedTraces", token, TraceFormat="XRAY"):
                    found.add(page)
        return found

    def graph(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        """The services of traces, as GetServiceGraph has them, each with its ``Links``."""
        services: list[dict[str, Any]] = []
        for some in _batches(ids):
            with self._retrieved(some) as token:
                for page in self._complete("GetRetrievedTracesGraph", token):
                    services.extend(
                        {**(item.get("Service") or {}), "Links": item.get("Links") or []}
                        for item in page.get("Services") or ()
                    )
        return services

    @contextmanager
    def _retrieved(self, ids: Sequence[str]) -> Iterator[str]:
        """The token of a retrieval; one that is left before its end is cancelled."""
        start, end = self._window(ids)
        answer = self.fetch(
            "xray", "StartTraceRetrieval", TraceIds=list(ids), StartTime=start, EndTime=end
        )
        token = str(answer["RetrievalToken"])
        try:
            yield token
        except BaseException:
            self._cancel(token)
            raise

    def _cancel(self, token: str) -> None:
        cancel = partial(self.fetch, "xray", "CancelTraceRetrieval", RetrievalToken=token)
        unless_refused(cancel)

    def _window(self, ids: Sequence[str]) -> tuple[float, float]:
        """When the traces can have been; an id need bear no time, then the one that was asked."""
        now = self.clock()
        times = [id_time(ident) or 0.0 for ident in ids]
        if all(now - KEPT < moment <= now + _BEFORE for moment in times):
            return min(times) - _BEFORE, min(now, max(times) + _AFTER)
        return self.start, self.end

    def _complete(self, operation: str, token: str, **params: Any) -> Iterator[Page]:
        """The pages of a retrieval, as soon as it is complete."""
        began, wait = self.clock(), 0.1
        while True:
            first = self.fetch("xray", operation, RetrievalToken=token, **params)
            status = str(first.get("RetrievalStatus") or "COMPLETE")
            if status not in _GOES_ON:
                break
            if self.clock() - began > PATIENCE:
                raise DragonError(
                    f"X-Ray has not retrieved the traces in {PATIENCE:.0f} s.",
                    "Ask again, or for fewer.", code="TIMEOUT",
                )  # fmt: skip
            self.sleep(wait)
            wait = min(2.0, wait * 1.6)
        if status != "COMPLETE":
            raise DragonError(
                f"X-Ray ended the retrieval of the traces as {status}.", "Ask again.", code=status
            )
        yield first
        if first.get("NextToken"):
            ask = partial(self.fetch, "xray", operation)
            params["NextToken"] = first["NextToken"]
            yield from follow(ask, NEXT_TOKEN, RetrievalToken=token, **params)


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[first : first + MOST_IDS] for first in range(0, len(ids), MOST_IDS))
