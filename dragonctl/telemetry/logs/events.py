"""The events of a log group, page by page: what is asked for, and what of the answer is shown.

``FilterLogEvents`` gives a group's events sorted by their time over all of its streams (AWS API
reference); :mod:`dragonctl.telemetry.logs.merging` makes one stream of several groups.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any

import msgspec

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

WORKERS = 8
"""Groups that are read at the same time."""

VALIDATION_STREAM = "log_stream_created_by_aws_to_validate_log_delivery_subscriptions"
"""Step Functions writes one meaningless event there when a delivery is made."""


class LogEvent(msgspec.Struct, frozen=True, gc=False):
    """One line of one log. Times are milliseconds since the epoch; ``id`` is AWS's event id.

    A struct of msgspec's, because a hundred thousand are made in a second and thousands held: it
    is made in a third of a tuple's time, and the search for garbage passes it over.
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
        return {"time": iso_text(self.time_ms), **msgspec.structs.asdict(self)}


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
by_time = attrgetter("time_ms")
"""Nothing but time: lines of one millisecond stay as AWS gives them, which is by the time of
ingestion, then as they were written (API reference, FilterLogEvents)."""


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
    user guide). Of a text with letters that it has no way to write, the longest part without them:
    look again with ``containing``. Gaps (``.*``) for these would cost the evaluation of each line
    ever more time, the more there are. Empty, which lets everything pass, where nothing is left.
    """
    words = [part for part in _NO_ASCII.split(text) if re.search(r"\w", part)]
    longest = max(words, key=len, default="")[:_LONGEST]
    return f"%{''.join(map(_as_expression, longest))}%" if longest else ""


_NO_ASCII = re.compile(r"[^\x00-\x7f]+")
_LONGEST = 200  # letters: a filter pattern holds 1,024 characters, a letter takes up to four


def _as_expression(letter: str) -> str:
    return letter if letter.isalnum() or letter in "_-=@/;,:#" else f"\\x{ord(letter):02x}"


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
    own = [event for event in events_of(group, answer) if not _is_left_out(group, event)]
    if group.delivers:
        own = list(_delivered(group, own))
    return own, answer.get("nextToken")


def awaited(page: Future[Page], fetch: Fetch, group: LogGroup, report: Report) -> Page | None:
    """The page that is on its way; None of a group that cannot be read, which is reported.

    Raises what ends every read, as :func:`is_fatal` has it.
    """
    try:
        return page.result()
    except AwsError as problem:
        if is_fatal(problem):
            raise
        report(unreadable(fetch, group, problem))
        return None


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
            yield msgspec.structs.replace(event, text=line)


def events_of(group: LogGroup, answer: dict[str, Any]) -> list[LogEvent]:
    """The events of an answer to ``FilterLogEvents``, typed; missing parts are empty."""
    source, name, intern = group.source, group.name, sys.intern
    return [
        LogEvent(
            source,
            name,
            intern(item.get("logStreamName") or ""),
            item.get("eventId") or "",
            time_ms := item.get("timestamp") or 0,
            item.get("ingestionTime") or time_ms,
            item.get("message") or "",
        )
        for item in answer.get("events") or ()
    ]


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
    if group.is_canary:
        return "A canary's log begins with its first request."
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
