"""The last lines of all groups, read from the newest back, no further than they are needed.

``FilterLogEvents`` with ``startFromHead`` false gives a group's latest events first. It is refused
where ``startTime`` lies before 2024; the token of a page keeps the direction; a page may be empty
and still be followed by others (AWS API reference).
"""

from __future__ import annotations

import heapq
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

from dragonctl.application.log_groups import LogGroup
from dragonctl.engine.model import Fetch
from dragonctl.telemetry.logs.copies import Copies
from dragonctl.telemetry.logs.events import (
    PAGE,
    WORKERS,
    Admits,
    LogEvent,
    Page,
    Report,
    anything,
    awaited,
    by_time,
    page_of,
    query,
)
from dragonctl.telemetry.logs.merging import read

BACKWARDS_SINCE_MS = 1_704_067_200_000
"""2024-01-01T00:00:00Z: AWS reads backwards from a ``startTime`` of then or later alone."""

_SMALLEST_PAGE = 100  # events: strangers' lines and retold ones are left out of a page


def newest(
    fetch: Fetch,
    groups: Iterable[LogGroup],
    start_ms: int,
    end_ms: int | None = None,
    *,
    count: int,
    report: Report,
    pattern: str = "",
    admits: Admits = anything,
) -> list[LogEvent]:
    """The last ``count`` events that :func:`read` would give of these times, in its order.

    Each group is asked for its latest events, all side by side, and again only while an older
    event of it may still belong to the answer. What lies before 2024 is read from its beginning,
    and only where the years since hold too few.
    """
    asked = list(groups)
    since = max(start_ms, BACKWARDS_SINCE_MS)
    found: list[LogEvent] = []
    if end_ms is None or end_ms >= since:
        params = query(since, end_ms, pattern)
        size = max(count, _SMALLEST_PAGE) if admits is anything else PAGE
        params |= {"startFromHead": False, "limit": min(size, PAGE)}
        found = _latest(fetch, asked, params, count, report, admits)
    if start_ms < since and len(found) < count:
        before = since - 1 if end_ms is None else min(end_ms, since - 1)
        older = read(fetch, asked, start_ms, before, report=report, pattern=pattern, admits=admits)
        found = [*deque(older, maxlen=count - len(found)), *found]
    return found


def _latest(
    fetch: Fetch,
    groups: list[LogGroup],
    params: dict[str, Any],
    count: int,
    report: Report,
    admits: Admits,
) -> list[LogEvent]:
    """The last ``count`` events from 2024 on, the oldest of them first."""
    pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="logs")
    stopped = threading.Event()
    try:
        readers = [
            _BackwardReader(pool, stopped, fetch, group, params, count, report, admits)
            for group in reversed(groups)  # of one millisecond, the last group's line is the last
        ]
        merged = heapq.merge(*readers, key=by_time, reverse=True)
        copies = Copies(group.name for group in groups)
        return list(islice(filter(copies.is_first, merged), count))[::-1]
    finally:
        stopped.set()
        pool.shutdown(wait=False, cancel_futures=True)


class _BackwardReader:
    """One group's events, the latest first; its first request leaves at once."""

    def __init__(
        self,
        pool: ThreadPoolExecutor,
        stopped: threading.Event,
        fetch: Fetch,
        group: LogGroup,
        params: dict[str, Any],
        count: int,
        report: Report,
        admits: Admits,
    ) -> None:
        self.pool, self.stopped, self.fetch, self.group = pool, stopped, fetch, group
        self.params, self.count, self.report, self.admits = params, count, report, admits
        self.ahead = pool.submit(self._page, None)

    def __iter__(self) -> Iterator[LogEvent]:
        seen: set[str] = set()
        while True:
            page = awaited(self.ahead, self.fetch, self.group, self.report)
            if page is None:
                return
            events, token = page
            yield from (event for event in events if not event.id or event.id not in seen)
            seen = {event.id for event in events}
            if token is None:
                return
            self.ahead = self.pool.submit(self._page, token)

    def _page(self, token: str | None) -> Page:
        """The next page that holds an event to show: empty ones are passed over here.

        So all groups are passed over side by side: the latest event of each must be known before
        the first of all can be.
        """
        while not self.stopped.is_set():
            following = {"nextToken": token} if token else {}
            events, after = page_of(self.fetch, self.group, {**self.params, **following})
            if after and events and events[0].time_ms < events[-1].time_ms:
                return self._last_of_all(), None
            shown = sorted(filter(self.admits, events), key=by_time, reverse=True)
            after = after if after != token else None
            if shown or after is None:
                return shown, after
            token = after
        return [], None

    def _last_of_all(self) -> list[LogEvent]:
        """The group's last events where the endpoint does not know ``startFromHead``.

        An emulator that leaves the member out answers the earliest events; they are no answer.
        """
        everything = read(
            self.fetch, [self.group], self.params["startTime"], self.params.get("endTime"),
            report=self.report, pattern=self.params.get("filterPattern", ""), admits=self.admits,
        )  # fmt: skip
        return list(deque(everything, maxlen=self.count))[::-1]
