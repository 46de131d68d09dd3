"""Log groups as one stream of events, in the order of time, with memory that does not grow.

Groups are merged page by page: two pages of each group are held, no more.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
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

HELD = 10_000
"""Events that one page of every group may be together; but no page is smaller than 500."""

LATE_MS = 5_000
"""Events of one group that arrive out of order by up to this are still put in order."""

Block = list[LogEvent]


def read(
    fetch: Fetch,
    groups: Iterable[LogGroup],
    start_ms: int,
    end_ms: int | None = None,
    *,
    report: Report,
    pattern: str = "",
    admits: Admits = anything,
    streams: Sequence[str] = (),
) -> Iterator[LogEvent]:
    """The events of all groups from ``start_ms`` to ``end_ms``, merged in the order of time.

    ``pattern`` is a filter pattern that CloudWatch applies, ``admits`` a second look here;
    ``streams``, if given, are the only streams that are read. Groups are read side by side; one
    that cannot be read goes to ``report`` and the rest is shown. Of one millisecond the lines of
    the group that is named first come first, each group's as AWS gives them.
    """
    blocks = read_blocks(
        fetch, groups, start_ms, end_ms,
        report=report, pattern=pattern, admits=admits, streams=streams,
    )  # fmt: skip
    return chain.from_iterable(blocks)


def read_blocks(
    fetch: Fetch,
    groups: Iterable[LogGroup],
    start_ms: int,
    end_ms: int | None = None,
    *,
    report: Report,
    pattern: str = "",
    admits: Admits = anything,
    streams: Sequence[str] = (),
) -> Iterator[Block]:
    """What :func:`read` gives, as many events at a time as are known to come next; never none."""
    pool, groups = ThreadPoolExecutor(WORKERS, thread_name_prefix="logs"), list(groups)
    asked = {**query(start_ms, end_ms, pattern, streams), "limit": _page_of_each(len(groups))}
    try:
        readers = [_GroupReader(pool, fetch, group, asked, report) for group in groups]
        copies = Copies(group.name for group in groups)
        for block in merged(map(iter, readers)):
            shown = block if admits is anything else list(filter(admits, block))
            shown = list(filter(copies.is_first, shown)) if copies.groups else shown
            if shown:
                yield shown
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _page_of_each(groups: int) -> int:
    """Events asked for at once of each of so many groups: they are held side by side."""
    return max(500, min(PAGE, HELD // max(1, groups)))


def merged(parts: Iterable[Iterator[Block]]) -> Iterator[Block]:
    """One sequence of blocks of several; of one time the first part's events come first.

    All that is older than the newest event which is known of every part comes next, and is sorted
    at once: that costs far less than to ask for each event which part has the oldest.
    """
    open_parts = [_Part(part) for part in parts]
    while open_parts := [part for part in open_parts if part.fill()]:
        edge = min(part.held[-1].time_ms for part in open_parts)
        ready = [event for part in open_parts for event in part.before(edge)]
        if ready:
            ready.sort(key=by_time)
            yield ready
        else:
            for part in open_parts:
                yield from part.all_of(edge)


class _Part:
    """One of the sequences that are merged, and the events of it that wait for the others."""

    def __init__(self, blocks: Iterator[Block]) -> None:
        self.blocks = blocks
        self.held: Block = []

    def fill(self) -> bool:
        """Take the next block where nothing waits; whether anything does then."""
        while not self.held:
            block = next(self.blocks, None)
            if block is None:
                return False
            self.held = block
        return True

    def before(self, time_ms: int) -> Block:
        """Take the events that are older than a time."""
        return self._first(bisect_left(self.held, time_ms, key=by_time))

    def all_of(self, time_ms: int) -> Iterator[Block]:
        """Take the events up to a time, those of it included, in however many blocks they come."""
        while self.fill() and self.held[0].time_ms <= time_ms:
            yield self._first(bisect_right(self.held, time_ms, key=by_time))

    def _first(self, count: int) -> Block:
        taken, self.held = self.held[:count], self.held[count:]
        return taken


class _GroupReader:
    """One group's events in order; the next page is on its way while this one is consumed.

    Its first request leaves at once, so that all groups are asked side by side.
    """

    def __init__(
        self,
        pool: ThreadPoolExecutor,
        fetch: Fetch,
        group: LogGroup,
        params: dict[str, Any],
        report: Report,
    ) -> None:
        self.pool, self.fetch, self.group, self.report = pool, fetch, group, report
        self.params = params
        self.ahead: Future[Page] = pool.submit(page_of, fetch, group, params)

    def __iter__(self) -> Iterator[Block]:
        waiting: Block = []
        seen: set[str] = set()
        for page, last in self._pages():
            waiting += [event for event in page if not event.id or event.id not in seen]
            seen = {event.id for event in chain(page, waiting)}
            waiting.sort(key=by_time)
            ready = len(waiting) if last else _settled(waiting, self.params["limit"] // 2)
            yield waiting[:ready]
            waiting = waiting[ready:]
        yield waiting

    def _pages(self) -> Iterator[tuple[list[LogEvent], bool]]:
        previous = None
        while True:
            page = awaited(self.ahead, self.fetch, self.group, self.report)
            if page is None:
                return
            events, token = page
            more = token is not None and token != previous
            if more:
                previous = token
                params = {**self.params, "nextToken": token}
                self.ahead = self.pool.submit(page_of, self.fetch, self.group, params)
            yield events, not more
            if not more:
                return


def _settled(waiting: list[LogEvent], most: int) -> int:
    """How many of the sorted events may go: those older than the window, and all but ``most``."""
    if not waiting:
        return 0
    older = bisect_left(waiting, waiting[-1].time_ms - LATE_MS, key=by_time)
    return max(older, len(waiting) - most)
