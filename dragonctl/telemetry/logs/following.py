"""Following logs for hours: new events as they come, late ones too, none lost and none twice.

CloudWatch shows an event some time after the moment it bears, so asking only for what is newer
than the newest event loses late ones. Each look therefore reaches back a little, every so often
further, and event ids tell what was seen already.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from dragonctl.application.log_groups import LogGroup
from dragonctl.engine.model import Fetch
from dragonctl.engine.symptoms import is_absent, is_denied, is_fatal
from dragonctl.errors import AwsError
from dragonctl.telemetry.logs.copies import Copies
from dragonctl.telemetry.logs.events import (
    Admits,
    LogEvent,
    Report,
    Unreadable,
    anything,
    page_of,
    query,
    unreadable,
)
from dragonctl.telemetry.logs.merging import read
from dragonctl.telemetry.times import Clock, Sleep

STEADY = 20
"""Pages that one look may read: what is left goes on at the next, so memory stays bounded."""


@dataclass(frozen=True)
class Polling:
    """How often to look and how far back, in seconds.

    ``overlap`` reaches behind the newest event at each look, ``sweep`` every ``sweep_every``:
    an event that CloudWatch shows later than ``sweep`` after its own time is missed.
    """

    interval: float = 2.0
    overlap: float = 15.0
    sweep: float = 300.0
    sweep_every: float = 60.0
    longest_wait: float = 60.0


def no_pattern() -> str:
    """The filter pattern that lets everything pass."""
    return ""


def never() -> bool:
    """Follow until interrupted."""
    return False


def follow(  # noqa: PLR0913 (a stream's whole definition)
    fetch: Fetch,
    groups: Iterable[LogGroup],
    start_ms: int,
    *,
    clock: Clock,
    sleep: Sleep,
    report: Report,
    pattern: Callable[[], str] = no_pattern,
    admits: Admits = anything,
    stop: Callable[[], bool] = never,
    polling: Polling | None = None,
) -> Iterator[LogEvent]:
    """Events from ``start_ms`` on, and then as they arrive, until ``stop()`` or interrupted.

    Events of one look are held back until the next, so that groups which answer at different
    times are still merged in order. ``pattern`` is asked before each look; when it changes, the
    groups are read again from the start and only what is new is given. Throttling and a broken
    network are waited out; a missing group is looked for again; a forbidden one is reported and
    left out.
    """
    polling = polling or Polling()
    cursors = [_Cursor(group, start_ms, polling, report, admits) for group in groups]
    copies = Copies(cursor.group.name for cursor in cursors)
    history = _history(fetch, cursors, start_ms, int(clock() * 1000), pattern(), report)
    yield from filter(copies.is_first, history)
    buffer = _Buffer([cursor.group.name for cursor in cursors])
    pool = ThreadPoolExecutor(8, thread_name_prefix="follow")
    try:
        while not stop():
            now, wanted = clock(), pattern()
            looks = [pool.submit(cursor.look, fetch, now, wanted) for cursor in cursors]
            fresh = (event for look in looks for event in look.result())
            yield from filter(copies.is_first, buffer.release(fresh))
            if not any(cursor.token and cursor.quiet_until <= now for cursor in cursors):
                sleep(polling.interval)
        yield from filter(copies.is_first, buffer.release(()))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _history(
    fetch: Fetch, cursors: list[_Cursor], start_ms: int, now_ms: int, pattern: str, report: Report
) -> Iterator[LogEvent]:
    """What is there already, streamed; each cursor remembers what of it was given."""
    of_group = {cursor.group.name: cursor for cursor in cursors}

    def note_refusal(problem: Unreadable) -> None:
        if problem.may_pass:
            return  # the cursor takes up where the history broke off
        of_group[problem.group.name].refused(problem.code, now_ms / 1000, closed=problem.is_denied)
        report(problem)

    for cursor in cursors:
        cursor.pattern = pattern
    groups = [cursor.group for cursor in cursors]
    for event in read(fetch, groups, start_ms, now_ms, report=note_refusal, pattern=pattern):
        if of_group[event.group].takes(event, now_ms):
            yield event


class _Buffer:
    """Holds the events of one look until the next one is in, and gives them in order.

    ``groups`` are the groups' names: of one millisecond the first's lines come first.
    """

    def __init__(self, groups: Iterable[str]) -> None:
        self.places = {name: place for place, name in enumerate(groups)}
        self.heap: list[tuple[int, int, int, LogEvent]] = []
        self.order = count()
        self.horizon = 0

    def release(self, fresh: Iterable[LogEvent]) -> Iterator[LogEvent]:
        """Take what is new; give what the look before had seen the end of."""
        quiet = True
        for event in fresh:
            place = self.places[event.group]
            heapq.heappush(self.heap, (event.time_ms, place, next(self.order), event))
            quiet = False
        newest = max((item[0] for item in self.heap), default=0)
        edge = newest if quiet else self.horizon
        while self.heap and self.heap[0][0] <= edge:
            yield heapq.heappop(self.heap)[3]
        self.horizon = newest


@dataclass
class _Cursor:
    """How far one group has been read."""

    group: LogGroup
    start_ms: int
    polling: Polling
    report: Report
    admits: Admits
    pattern: str = ""
    newest_ms: int = 0
    token: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    seen: dict[int, int] = field(default_factory=dict)
    failures: int = 0
    quiet_until: float = 0.0
    swept: float = 0.0
    sweeping: bool = False
    reported: set[str] = field(default_factory=set)
    closed: bool = False
    limit: int = 5_000

    def __post_init__(self) -> None:
        self.newest_ms = self.start_ms

    def look(self, fetch: Fetch, now: float, pattern: str) -> list[LogEvent]:
        """The events that are new since the last look; empty while AWS asks for patience."""
        if self.closed or now < self.quiet_until:
            return []
        found: list[LogEvent] = []
        try:
            self._begin(now, pattern)
            for _ in range(STEADY):
                events, token = page_of(fetch, self.group, self._page_params())
                found.extend(event for event in events if self.takes(event, int(now * 1000)))
                self.token = token if token != self.token else None
                if not self.token:
                    break
            self.failures = 0
            if self.sweeping and not self.token:
                self.swept = now  # a sweep that was refused half way is made again
        except AwsError as problem:
            if is_fatal(problem):
                raise
            self._failed(fetch, problem, now)
        return found

    def takes(self, event: LogEvent, now_ms: int) -> bool:
        """Whether the event is wanted and was not given before; remembers it if so."""
        # Ids are kept as hashes: a tenth of the memory, and 64 bits do not meet by chance.
        name = hash(event.id or (event.stream, event.time_ms, event.text))
        if name in self.seen or event.time_ms < self.start_ms or not self.admits(event):
            return False
        self.seen[name] = event.time_ms
        # An event may bear a time to come; it must not hide what comes before it.
        self.newest_ms = max(self.newest_ms, min(event.time_ms, now_ms))
        if len(self.seen) > self.limit:
            self._forget()
        return True

    def refused(self, code: str, now: float, *, closed: bool) -> None:
        """AWS refused the group: for good, or until it is looked for again."""
        self.reported.add(code)
        self.closed = closed
        self.quiet_until = now + self.polling.longest_wait / 4

    def _begin(self, now: float, pattern: str) -> None:
        if pattern != self.pattern:
            self.pattern, self.token, self.newest_ms = pattern, None, self.start_ms
        if self.token:
            return
        self.sweeping = now - self.swept >= self.polling.sweep_every
        reach = self.polling.sweep if self.sweeping else self.polling.overlap
        from_ms = max(self.start_ms, self.newest_ms - int(reach * 1000))
        self.params = query(from_ms, None, pattern)

    def _page_params(self) -> dict[str, Any]:
        return {**self.params, "nextToken": self.token} if self.token else self.params

    def _failed(self, fetch: Fetch, problem: AwsError, now: float) -> None:
        code = problem.code
        self.failures += 1
        wait = self.polling.interval * 2.0 ** min(self.failures, 10)
        self.quiet_until = now + min(self.polling.longest_wait, wait)
        if code.startswith("InvalidParameter") and self.token:
            self.token = None  # a token that has grown too old: begin again behind the newest
        elif is_absent(problem) or is_denied(problem) or code.startswith("Invalid"):
            self._refused_once(fetch, problem, now)

    def _refused_once(self, fetch: Fetch, problem: AwsError, now: float) -> None:
        first = problem.code not in self.reported
        self.refused(problem.code, now, closed=is_denied(problem))
        if first:
            self.report(unreadable(fetch, self.group, problem))

    def _forget(self) -> None:
        """Drop the ids that no later look can meet again."""
        edge = self.newest_ms - int(self.polling.sweep * 1000)
        self.seen = {name: time_ms for name, time_ms in self.seen.items() if time_ms >= edge}
        self.limit = max(5_000, 2 * len(self.seen))
