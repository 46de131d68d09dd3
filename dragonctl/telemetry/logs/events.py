"""Log groups as one stream of events, in the order of time, with memory that does not grow.

``FilterLogEvents`` gives a group's events sorted by their time over all of its streams (AWS API
reference), so groups are merged page by page: two pages of each group are held, no more.
"""

from __future__ import annotations

import heapq
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple

from dragonctl.application.log_groups import LogGroup
from dragonctl.engine.model import Fetch
from dragonctl.engine.symptoms import (
    is_absent,
    is_denied,
    is_fatal,
    is_throttled,
    may_pass,
    unless_refused,
)
from dragonctl.errors import AwsError
from dragonctl.telemetry.logs.deliveries import delivered_line
from dragonctl.telemetry.logs.writers import is_strangers
from dragonctl.telemetry.times import iso_text

PAGE = 2_000
"""Events asked for at once: AWS gives up to 10,000, which would hold ten groups' whole log."""

HELD = 10_000
"""Events that one page of every group may be together; but no page is smaller than 500."""

WORKERS = 8
"""Groups that are read at the same time."""

LATE_MS = 5_000
"""Events of one group that arrive out of order by up to this are still put in order."""

VALIDATION_STREAM = "log_stream_created_by_aws_to_validate_log_delivery_subscriptions"
"""Step Functions writes one meaningless event there when a delivery is made."""


class LogEvent(NamedTuple):
    """One line of one log. Times are milliseconds since the epoch; ``id`` is AWS's event id.

    A tuple, because a hundred thousand of them are made in a second.
    """

    source: str
    group: str
    stream: str
    id: str
    time_ms: int
    ingestion_ms: int
    text: str

    def document(self) -> dict[str, Any]:
        """The event as plain JSON, with its time in ISO 8601."""
        return {"time": iso_text(self.time_ms), **self._asdict()}


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A group that could not be read, why, and what to do; ``code`` is AWS's error code.

    ``may_pass``: another try may read it. ``is_denied``: no try will, with these rights.
    """

    group: LogGroup
    code: str
    reason: str
    hint: str = ""
    may_pass: bool = False
    is_denied: bool = False

    def document(self) -> dict[str, Any]:
        """The same as plain JSON."""
        group = {"name": self.group.name, "source": self.group.source}
        return {"group": group, "code": self.code, "reason": self.reason, "hint": self.hint}


Report = Callable[[Unreadable], None]
"""Told once of each group that cannot be read; the stream goes on with the others."""

Admits = Callable[[LogEvent], bool]
Page = tuple[list[LogEvent], str | None]
by_time = itemgetter(4)
in_order = itemgetter(4, 5, 3)
"""Time, then ingestion, then id: lines of one millisecond stay as they were written."""


def anything(event: LogEvent) -> bool:  # noqa: ARG001 (an Admits)
    """Admits every event."""
    return True


def containing(text: str) -> Admits:
    """Admits the events whose line holds ``text``, letter by letter."""
    return lambda event: text in event.text


def without(text: str) -> Admits:
    """Admits the events whose line does not hold ``text``."""
    return lambda event: text not in event.text


def both(first: Admits, second: Admits) -> Admits:
    """Admits what two others admit."""
    return lambda event: first(event) and second(event)


def holding_pattern(text: str) -> str:
    r"""A filter pattern for lines that hold ``text`` anywhere, so that CloudWatch looks for it.

    A quoted term would be whole words only, a regular expression is not: letters, digits and a few
    signs stand for themselves, other ASCII is ``\xhh`` ("Filter pattern syntax", CloudWatch Logs
    user guide). What it has no way to write may be anything there: look again with ``containing``.
    Empty, which lets everything pass, where nothing is left to look for.
    """
    found = "".join(_as_expression(letter) for letter in text[:_LONGEST])
    return f"%{found}%" if re.search(r"\w", text[:_LONGEST], re.ASCII) else ""


_LONGEST = 200  # letters: a filter pattern holds 1,024 characters, a letter takes up to four


def _as_expression(letter: str) -> str:
    if letter.isascii():
        return letter if letter.isalnum() or letter in "_-=@/;,:#" else f"\\x{ord(letter):02x}"
    return ".*"


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
    that cannot be read goes to ``report`` and the rest is shown.
    """
    pool, groups = ThreadPoolExecutor(WORKERS, thread_name_prefix="logs"), list(groups)
    asked = {**query(start_ms, end_ms, pattern, streams), "limit": _page_of_each(len(groups))}
    try:
        readers = [_GroupReader(pool, fetch, group, asked, report) for group in groups]
        yield from filter(admits, heapq.merge(*readers, key=by_time))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _page_of_each(groups: int) -> int:
    """Events asked for at once of each of so many groups: they are held side by side."""
    return max(500, min(PAGE, HELD // max(1, groups)))


def query(
    start_ms: int, end_ms: int | None, pattern: str = "", streams: Sequence[str] = ()
) -> dict[str, Any]:
    """The params of ``FilterLogEvents`` for a stretch of time; both ends count (AWS)."""
    params: dict[str, Any] = {"startTime": max(0, start_ms), "limit": PAGE}
    if end_ms is not None:
        params["endTime"] = end_ms
    if pattern:
        params["filterPattern"] = pattern
    if streams:
        params["logStreamNames"] = list(streams)
    return params


def page_of(fetch: Fetch, group: LogGroup, params: dict[str, Any]) -> Page:
    """One page of a group's events and the token of the next one."""
    answer = fetch("logs", "FilterLogEvents", logGroupName=group.name, **params)
    events = [event_of(group, item) for item in answer.get("events", ())]
    own = [event for event in events if not _is_left_out(group, event)]
    if group.delivers:
        own = list(_delivered(group, own))
    return own, answer.get("nextToken")


def _is_left_out(group: LogGroup, event: LogEvent) -> bool:
    return (
        event.time_ms < group.made_ms
        or event.stream == VALIDATION_STREAM
        or is_strangers(group, event.stream, event.text)
    )


def _delivered(group: LogGroup, events: Iterable[LogEvent]) -> Iterator[LogEvent]:
    """The lines in the records of a delivery, without those of others' stages."""
    for event in events:
        line = delivered_line(group, event.text)
        if line is not None:
            yield event._replace(text=line)


def event_of(group: LogGroup, item: dict[str, Any]) -> LogEvent:
    """An event as ``FilterLogEvents`` gives it, typed; missing parts are empty."""
    time_ms = int(item.get("timestamp", 0))
    return LogEvent(
        group.source,
        group.name,
        sys.intern(str(item.get("logStreamName", ""))),
        str(item.get("eventId", "")),
        time_ms,
        int(item.get("ingestionTime", time_ms)),
        str(item.get("message", "")),
    )


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

    def __iter__(self) -> Iterator[LogEvent]:
        waiting: list[LogEvent] = []
        seen: set[str] = set()
        for page, last in self._pages():
            fresh = [event for event in page if not event.id or event.id not in seen]
            seen = {event.id for event in page} | {event.id for event in waiting}
            waiting.extend(fresh)
            waiting.sort(key=in_order)
            ready = len(waiting) if last else _settled(waiting, self.params["limit"] // 2)
            yield from waiting[:ready]
            del waiting[:ready]
        yield from waiting

    def _pages(self) -> Iterator[tuple[list[LogEvent], bool]]:
        previous = None
        while True:
            try:
                events, token = self.ahead.result()
            except AwsError as problem:
                if is_fatal(problem):
                    raise
                self.report(unreadable(self.fetch, self.group, problem))
                return
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
    edge = waiting[-1].time_ms - LATE_MS
    young = sum(1 for _ in _while_younger(waiting, edge))
    return len(waiting) - min(young, most)


def _while_younger(waiting: list[LogEvent], edge: int) -> Iterator[LogEvent]:
    for event in reversed(waiting):
        if event.time_ms < edge:
            return
        yield event


def unreadable(fetch: Fetch, group: LogGroup, problem: AwsError) -> Unreadable:
    """Why a group cannot be read, in a sentence, and what to do about it."""
    code = problem.code
    if is_absent(problem):
        return Unreadable(group, code, "does not exist yet", _absent_hint(group))
    if is_denied(problem):
        hint = "Allow logs:FilterLogEvents on it, or leave it out with --source."
        return Unreadable(group, code, "you may not read it", hint, is_denied=True)
    if is_throttled(problem):
        busy = "CloudWatch Logs is too busy; what follows is missing"
        return Unreadable(group, code, busy, may_pass=True)
    if may_pass(problem):
        return Unreadable(group, code, problem.message, may_pass=True)
    if _infrequent(fetch, group):
        hint = "Ask Logs Insights instead: `dragonctl query 'fields @timestamp, @message'`."
        return Unreadable(group, code, "its class INFREQUENT_ACCESS can only be queried", hint)
    return Unreadable(group, code, problem.message)


def _absent_hint(group: LogGroup) -> str:
    if group.source == "functions":
        return "A function's log begins with its first call."
    return "Logging makes it: `dragonctl setup-observability`."


def _infrequent(fetch: Fetch, group: LogGroup) -> bool:
    """Whether the group's class forbids FilterLogEvents (CloudWatch Logs user guide)."""
    ask = partial(fetch, "logs", "DescribeLogGroups", logGroupNamePrefix=group.name, limit=50)
    answer = unless_refused(ask) or {}
    return any(
        item.get("logGroupName") == group.name and item.get("logGroupClass") == "INFREQUENT_ACCESS"
        for item in answer.get("logGroups", ())
    )
