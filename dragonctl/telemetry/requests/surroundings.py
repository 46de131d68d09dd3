"""A function's lines that name no request: which of them were written for this one.

In the text format one environment serves one request at a time, so what stands between START and
REPORT in a stream belongs to that request. On Lambda Managed Instances several requests share an
environment, and JSON lines name theirs: there a line without an id is nobody's ("Log and monitor",
"Lambda Managed Instances runtimes", Lambda developer guide).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from dragonctl.application.log_groups import LogGroup
from dragonctl.engine.model import Fetch
from dragonctl.telemetry.logs.events import LogEvent, Report
from dragonctl.telemetry.logs.lines import Line, recognise
from dragonctl.telemetry.logs.merging import read

_MOST = 20_000
_START_UP_MS = 60_000
"""How long before its first request an environment begins to start (ten seconds, and retries)."""
_AFTER_MS = 1_000
"""How long after its last line the report of an invocation can stand."""


def surroundings(
    fetch: Fetch,
    groups: Iterable[LogGroup],
    events: Iterable[LogEvent],
    ids: set[str],
    report: Report,
) -> Iterator[LogEvent]:
    """The lines around a request's own in its functions' streams that were written for it."""
    of_name = {group.name: group for group in groups}
    for (name, stream), (first, last) in _streams(events).items():
        lines = read(
            fetch, [of_name[name]], first - _START_UP_MS, last + _AFTER_MS,
            report=report, streams=[stream],
        )  # fmt: skip
        yield from islice(written_for(lines, ids), _MOST)


def _streams(events: Iterable[LogEvent]) -> dict[tuple[str, str], tuple[int, int]]:
    """(group, stream) of functions -> first and last time of the request's own lines there."""
    spans: dict[tuple[str, str], tuple[int, int]] = {}
    for event in events:
        if event.source == "functions":
            place = (event.group, event.stream)
            first, last = spans.get(place, (event.time_ms, event.time_ms))
            spans[place] = (min(first, event.time_ms), max(last, event.time_ms))
    return spans


def written_for(events: Iterable[LogEvent], ids: set[str]) -> Iterator[LogEvent]:
    """Of one stream's lines, those that were written for a request with one of these ids."""
    stream = _Stream(ids)
    for event in events:
        yield from stream.take(event, recognise(event.text))


class _Stream:
    """What one stream has told so far: which requests are open, and how it started."""

    def __init__(self, ids: set[str]) -> None:
        self.ids = ids
        self.open: set[str] = set()
        self.waiting: list[LogEvent] = []
        self.starts_up = False

    def take(self, event: LogEvent, line: Line) -> Iterator[LogEvent]:
        """The lines that belong to the request now that this one is known."""
        moment = line.platform.moment if line.platform else ""
        if moment in ("init-start", "restore-start"):
            self.waiting.clear()
        if moment == "start":
            yield from self._started(line)
        if not line.request or not line.certain:
            yield from self._unnamed(event, moment)
        elif line.request in self.ids:
            if not self.open and moment != "report":
                self.open.add(line.request)
            yield event
        if moment == "report":
            self.open.discard(line.request)
            self.waiting.clear()
            self.starts_up = False

    def _started(self, line: Line) -> Iterator[LogEvent]:
        """A request begins: what was written while the environment started is the first one's."""
        assert line.platform is not None  # a start is a record of the platform
        if not line.text.startswith("platform."):
            self.open.clear()  # the text format: one at a time
        if line.request in self.ids and self.starts_up:
            yield from self.waiting
        self.waiting.clear()
        self.starts_up = False
        self.open.add(line.request)

    def _unnamed(self, event: LogEvent, moment: str) -> Iterator[LogEvent]:
        if moment.startswith(("init", "restore")) or moment == "extension":
            self.starts_up = True
        if not self.open:
            self.waiting.append(event)
        elif self.open <= self.ids:
            yield event
